#!/bin/sh
# The fuzzers, briefly and with the same inputs each time, and whether they would
# find anything.
exec "$(dirname "$0")/run" -r -l
