#!/bin/bash
# Every attack, without arppin and with it, on a bridge.
# weight: 28
. tests/vm/attacks.sh

attacks bridge
