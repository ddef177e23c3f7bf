#!/bin/bash
# Every attack, without arppin and with it, on a bond.
# weight: 60
. tests/vm/attacks.sh

attacks bond
