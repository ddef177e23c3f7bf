#!/bin/bash
# Every attack, without arppin and with it, on Ethernet (a veth).
# weight: 28
. tests/vm/attacks.sh

attacks veth
