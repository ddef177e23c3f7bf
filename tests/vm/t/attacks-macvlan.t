#!/bin/bash
# Every attack, without arppin and with it, on a macvlan.
# weight: 60
. tests/vm/attacks.sh

attacks macvlan
