#!/usr/bin/python3 -IS
"""usage: arp.py DEV [KEY=VALUE]...
       arp.py -

Sends ARP frames from a packet socket; much faster to start than scapy.

	op=request|reply|NUMBER	default: request, which takes over every cache
	spa= sha= tpa= tha=	sender and target; sha=random: another in each frame,
				spa=A/LEN, tpa=A/LEN: the addresses of that prefix in turn
	src= dst= type=		Ethernet; default: sha, broadcast, 0x0806
	count=N			frames, default 1; 0: until killed
	interval=SECONDS	between two frames, default 0
	hrd= pro= hln= pln=	of the ARP header
	seed=N			of sha=random: other MACs

Prints how many frames it has sent. With `-` each line of the standard input is
such a command, and has one line as its answer: that number, or `error` and why.
"""
import sys
import time
# Not `socket`, `struct` and `random`: emulated, they take half a second to load.
from _socket import AF_PACKET, SOCK_RAW, inet_aton, socket


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def number(text, length):
    return int(text, 0).to_bytes(length, "big")


def addresses(text):
    """A/LEN: a function from a number to an address."""
    address, _, prefix = text.partition("/")
    first = int.from_bytes(inet_aton(address), "big")
    count = 1 << (32 - int(prefix or 32))
    return lambda number: (first + number % count).to_bytes(4, "big")


def send(device, *words):
    """Does what the words say; the number of frames."""
    options = {
        "op": "request", "spa": "192.0.2.1", "sha": "02:00:00:00:00:66",
        "tpa": "192.0.2.10", "tha": "00:00:00:00:00:00", "src": "",
        "dst": "ff:ff:ff:ff:ff:ff", "count": "1", "interval": "0",
        "type": "0x0806", "hrd": "1", "pro": "0x0800", "hln": "6", "pln": "4", "seed": "1",
    }
    for word in words:
        key, equals, value = word.partition("=")
        if not equals or key not in options:
            raise ValueError(f"what is {word}?")
        options[key] = value

    op = {"request": "1", "reply": "2"}.get(options["op"], options["op"])
    head = (number(options["hrd"], 2) + number(options["pro"], 2) +
            number(options["hln"], 1) + number(options["pln"], 1) + number(op, 2))
    tha = mac(options["tha"])
    dst = mac(options["dst"])
    src = options["src"] and mac(options["src"])
    kind = number(options["type"], 2)
    spa = addresses(options["spa"])
    tpa = addresses(options["tpa"])
    randomly = options["sha"] == "random"
    state = int(options["seed"])
    sha = b"" if randomly else mac(options["sha"])
    count = int(options["count"])
    interval = float(options["interval"])

    packets = socket(AF_PACKET, SOCK_RAW, 0)
    packets.bind((device, 0))
    sent = 0
    while not count or sent < count:
        if sent and interval:
            time.sleep(interval)
        if randomly: # a generator of full period: no MAC comes twice
            state = (state * 1664525 + 1013904223) & 0xffffffff
            sha = b"\x06\x00" + state.to_bytes(4, "big")
        packets.send(dst + (src or sha) + kind + head + sha + spa(sent) +
                     tha + tpa(sent) + bytes(18))
        sent += 1
    packets.close()
    return sent


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    if sys.argv[1] != "-":
        print(send(*sys.argv[1:]))
        return
    for line in sys.stdin:
        try:
            print(send(*line.split()), flush=True)
        except (OSError, ValueError) as error:
            print("error", error, flush=True)


main()
