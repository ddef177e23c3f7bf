#!/bin/bash
# A test with a point that fails, though it exits 0.
printf '%s\n' 1..2 'ok 1 - one' 'not ok 2 - two'
