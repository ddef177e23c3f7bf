#!/usr/bin/python3 -IS
"""usage: ping.py SECONDS ADDRESS...

Pings all addresses at once, again every SECONDS, until SIGINT or, if SECONDS is 0,
once until all have answered, or ten seconds. One process: a `ping` for each takes,
emulated, longer to start than to ping. Prints `ready` before the first, and at the
end ADDRESS LOST of each. What is under way at the end is not lost.
"""
import select
import sys
import time
# Not `socket` and `signal`: emulated, they take long to load.
from _signal import SIGINT, default_int_handler, signal
from _socket import AF_INET, SOCK_RAW, inet_aton, socket

IPPROTO_ICMP, ECHO_REPLY, ECHO = 1, 0, 8
IDENT = b"ap"


def echo(number):
    header = bytes([ECHO, 0]) + bytes(2) + IDENT + number.to_bytes(2, "big")
    total = sum(int.from_bytes(header[at:at + 2], "big") for at in range(0, 8, 2))
    total = (total & 0xffff) + (total >> 16)
    return header[:2] + (total ^ 0xffff).to_bytes(2, "big") + header[4:]


def hear(icmp, waiting, end):
    """Answers until then and those that are there already, or until nothing is waited
    for, which is never empty while pings go on."""
    while waiting:
        if not select.select([icmp], [], [], max(0, end - time.monotonic()))[0]:
            break
        packet = icmp.recv(200)
        answer = packet[(packet[0] & 15) * 4:]
        if answer[0] == ECHO_REPLY and answer[4:6] == IDENT:
            waiting.discard((packet[12:16], int.from_bytes(answer[6:8], "big")))


def main():
    interval, addresses = float(sys.argv[1]), sys.argv[2:]
    signal(SIGINT, default_int_handler) # a shell's background job ignores it
    icmp = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP)
    waiting, number = set(), 0
    print("ready", flush=True)
    try:
        while interval or not number:
            number += 1
            now = time.monotonic()
            for address in addresses:
                waiting.add((inet_aton(address), number))
                try:
                    icmp.sendto(echo(number), (address, 0))
                except OSError:
                    pass # has no answer, and so is lost
            if interval:
                waiting.add(None)
            hear(icmp, waiting, now + (interval or 10))
            waiting.discard(None)
    except KeyboardInterrupt:
        waiting.discard(None)
    hear(icmp, waiting, 0)
    for address in addresses:
        print(address, sum(1 for lost in waiting if lost[0] == inet_aton(address) and
                           (lost[1] < number or not interval)))


main()
