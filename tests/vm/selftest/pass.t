#!/bin/bash
# A test that passes, with the kernel's modules and the host's tools at hand.
echo 1..3
modprobe veth && echo "ok 1 - a module of $(uname -r)"
command -v arpspoof > /dev/null && echo "ok 2 - a tool of the host"
echo "not in the host's tree" > tests/vm/selftest/written && echo "ok 3 - a writable tree"
