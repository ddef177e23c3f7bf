#!/bin/bash
# Every attack, without arppin and with it, on a macvlan.
# weight: 28
. tests/vm/attacks.sh

attacks macvlan
