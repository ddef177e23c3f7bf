#!/bin/bash
# Every attack, without arppin and with it, on a bond.
# weight: 28
. tests/vm/attacks.sh

attacks bond
