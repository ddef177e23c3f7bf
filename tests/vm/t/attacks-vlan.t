#!/bin/bash
# Every attack, without arppin and with it, on a VLAN device.
# weight: 28
. tests/vm/attacks.sh

attacks vlan
