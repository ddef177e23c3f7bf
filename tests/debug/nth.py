#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""usage: nth.py FILE WORD

Faults at every allocation in turn: a task of the debug kernel says which of its next
ones is to fail. As a program: writes WORD to FILE with the first failing, the second,
and so on until there is none left to fail. Prints how many there were.
"""
import ctypes
import gc
import os
import sys

FAULTS = "/sys/kernel/debug"
KINDS = "failslab", "fail_page_alloc"
MANY = 1 << 30 # faults that there may be


def setting(kind, name, value):
    with open(f"{FAULTS}/{kind}/{name}", "w", encoding="ascii") as file:
        file.write(str(value))


def read_setting(kind, name):
    with open(f"{FAULTS}/{kind}/{name}", encoding="ascii") as file:
        return int(file.read())


def injected():
    """How many faults of each kind there were, since the last time."""
    counts = {}
    for kind in KINDS:
        counts[kind] = MANY - read_setting(kind, "times")
        setting(kind, "times", MANY)
    return counts


def text_of(*names, module=None):
    """From where to where these functions' code is; of a module: all of it."""
    start, end, inside = None, None, False
    with open("/proc/kallsyms", encoding="ascii") as file:
        symbols = [words for words in map(str.split, file) if words[1] in "tT"]
    if module:
        places = [int(words[0], 16) for words in symbols if words[3:] == [f"[{module}]"]]
        return min(places), max(places) + 0x1000
    for place, name in sorted((int(words[0], 16), words[2]) for words in symbols if len(words) == 3):
        if name in names:
            start, inside = start or place, True
        elif inside:
            end, inside = place, False
    return start, end


def within(span):
    """Only allocations that this code asks for; None: all."""
    for kind in KINDS:
        setting(kind, "require-start", span[0] if span else 0)
        setting(kind, "require-end", span[1] if span else (1 << 64) - 1)


def without(span):
    """None that this code asks for."""
    for kind in KINDS:
        setting(kind, "reject-start", span[0])
        setting(kind, "reject-end", span[1])


def prepare():
    """What may wait for memory fails as well, single pages too, and none says so: a
    call trace for each would look like a report."""
    for kind in KINDS:
        setting(kind, "ignore-gfp-wait", "N")
        setting(kind, "verbose", 0)
        setting(kind, "stacktrace-depth", 32)
        setting(kind, "times", MANY)
    setting("fail_page_alloc", "min-order", 0)
    setting("fail_page_alloc", "ignore-gfp-highmem", "N")
    # It has a place for each allocation, and others when there is no memory.
    without(text_of("mem_pool_alloc", "__alloc_object"))
    # A page fault of this program is no allocation to be counted.
    gc.disable()
    mcl_current, mcl_future = 1, 2
    if ctypes.CDLL(None, use_errno=True).mlockall(mcl_current | mcl_future):
        raise OSError(ctypes.get_errno(), "mlockall")


class Nth:
    """with nth(N): the N-th allocation of this thread from here on fails; afterwards
    nth.hit says whether there were so many."""

    def __init__(self):
        self.file = os.open("/proc/thread-self/fail-nth", os.O_RDWR)
        self.hit = False
        self.number = b"0"

    def __call__(self, number):
        self.number = b"%d" % number
        return self

    def __enter__(self):
        os.write(self.file, self.number)

    def __exit__(self, *_):
        self.hit = os.pread(self.file, 16, 0).strip() == b"0"
        os.write(self.file, b"0")


def main():
    prepare()
    file, word = os.open(sys.argv[1], os.O_WRONLY), sys.argv[2].encode()
    nth, number = Nth(), 0
    while number == 0 or nth.hit:
        number += 1
        try:
            with nth(number):
                os.write(file, word)
        except OSError:
            pass
    print(number - 1)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main()
