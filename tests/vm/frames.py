#!/usr/bin/python3 -IS
"""usage: frames.py ATTACKER_DEV GATEWAY_DEV

Sends forged ARP frames, one kind after another, as it is told on standard
input; one process, and bytes, because emulated Python takes long to start and
scapy seconds. Its answer to each line is one line:

	rows			the kinds: NAME/ADDRESS/VERDICT/INCIDENT/LLADDR/SOURCE/VARIANT ...
	once NAME...		sends each once
	cycle SECONDS		sends each twice a second for as long: NAME=FRAMES ...

Each kind forges another address of the gateway with another MAC: what one does
to the neighbour cache cannot hide what another does. VERDICT is `drop`, `pass`
(in audit mode) or `notice`; INCIDENT to VARIANT are what arppin shall say.

Sockets are opened in the namespaces `attacker` and `gateway`.
"""
import ctypes
import sys
import time
# Not `socket`: it takes long to load.
from _socket import AF_PACKET, SOCK_RAW, inet_aton, socket

SERVER, SERVER_MAC = "192.0.2.10", "02:00:00:00:00:10"
GATEWAY_MAC = "02:00:00:00:00:01"
OTHER = "192.0.2.77" # some third host
BROADCAST = "ff:ff:ff:ff:ff:ff"
ZERO = "00:00:00:00:00:00"
CLONE_NEWNET = 0x40000000


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def ethernet(dst, src, payload, tags=0):
    """With so many tags of VLAN 0, priority 3, and what a NIC adds."""
    frame = mac(dst) + mac(src) + b"\x81\x00\x60\x00" * tags + b"\x08\x06" + payload
    return frame.ljust(60, b"\0")


def arp(operation, sha, spa, tha, tpa, hardware=1):
    return (hardware.to_bytes(2, "big") + b"\x08\x00\x06\x04" + operation.to_bytes(2, "big") +
            mac(sha) + inet_aton(spa) + mac(tha) + inet_aton(tpa))


class Row:
    """One kind of frame."""

    def __init__(self, number, name, variant, **what):
        self.name, self.variant = name, variant
        self.addr = f"192.0.2.{100 + number}"
        self.mac = f"02:00:00:00:66:{number:02x}"
        self.sha = what.get("sha", self.mac)
        self.source = what.get("source", self.mac)
        self.verdict = what.get("verdict", "drop")
        self.incident = what.get("incident", "conflict")
        self.after_genuine = what.get("after_genuine", False)
        self.sent = 0

        reply = variant in ("reply", "gratuitous-reply")
        tha = what.get("tha", SERVER_MAC if reply else ZERO)
        self.bytes = ethernet(what.get("dst", SERVER_MAC), self.source, arp(
            2 if reply else 1, self.sha, "0.0.0.0" if variant == "probe" else self.addr,
            self.mac if tha == "sha" else tha,
            {"reply": SERVER, "request-to-us": SERVER,
             "request-to-other": OTHER}.get(variant, self.addr),
            what.get("hrd", 1)), what.get("tags", 0))
        self.genuine = ethernet(SERVER_MAC, GATEWAY_MAC, arp(
            2, GATEWAY_MAC, self.addr, SERVER_MAC, SERVER))

    def send(self, attacker, gateway):
        if self.after_genuine:
            gateway.send(self.genuine)
        attacker.send(self.bytes)
        self.sent += 1


# Those that attacks.md, section 5.1, calls POISONED, and three that are told
# but not dropped.
ROWS = [Row(number, name, variant, **what) for number, (name, variant, what) in enumerate([
    ("unicast-reply", "reply", {}),
    ("broadcast-reply", "reply", {"dst": BROADCAST}),
    ("request-to-us", "request-to-us", {"dst": BROADCAST}),
    ("unicast-request-to-us", "request-to-us", {}),
    ("request-to-other", "request-to-other", {"dst": BROADCAST}),
    ("unicast-request-to-other", "request-to-other", {}),
    ("gratuitous-request", "gratuitous-request", {"dst": BROADCAST}),
    ("unicast-gratuitous-request", "gratuitous-request", {}),
    ("gratuitous-reply", "gratuitous-reply", {"dst": BROADCAST, "tha": "sha"}),
    ("gratuitous-reply-other-target", "gratuitous-reply",
     {"dst": BROADCAST, "tha": BROADCAST}),
    ("foreign-source", "reply", {"source": "02:00:00:00:67:01"}),
    ("gateways-source", "reply", {"source": GATEWAY_MAC}),
    ("vlan-0", "reply", {"tags": 1}),
    ("vlan-0-request", "request-to-us", {"tags": 1, "dst": BROADCAST}),
    ("vlan-0-twice", "reply", {"tags": 2}),
    ("hardware-6", "reply", {"hrd": 6}),
    ("broadcast-sender", "reply", {"sha": BROADCAST}),
    ("multicast-sender", "reply", {"sha": "01:00:5e:00:00:66"}),
    ("zero-sender", "reply", {"sha": ZERO}),
    ("our-sender", "reply", {"sha": SERVER_MAC}),
    ("our-sender-and-source", "reply", {"sha": SERVER_MAC, "source": SERVER_MAC}),
    ("our-sender-gratuitous", "gratuitous-request",
     {"sha": SERVER_MAC, "source": SERVER_MAC}),
    ("request-after-genuine-reply", "request-to-us", {"after_genuine": True}),
    ("gratuitous-after-genuine-reply", "gratuitous-request", {"after_genuine": True}),
    ("audited", "reply", {"verdict": "pass"}),
    ("port-stealing", "reply", {"sha": GATEWAY_MAC, "verdict": "notice",
                                "incident": "foreign-source"}),
    ("strangers-probe", "probe", {"dst": BROADCAST, "verdict": "notice",
                                  "incident": "probe"}),
])]


def open_in(namespace, device):
    """A packet socket in a network namespace; the process stays in that."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open(f"/run/netns/{namespace}", encoding="ascii") as file:
        if libc.setns(file.fileno(), CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), f"cannot enter {namespace}")
    opened = socket(AF_PACKET, SOCK_RAW, 0)
    opened.bind((device, 0))
    return opened


def cycle(seconds, sockets):
    for row in ROWS:
        row.sent = 0
    interval, now = 0.5, time.monotonic()
    end = now + seconds
    while now < end:
        for row in ROWS:
            row.send(*sockets)
        time.sleep(max(0, now + interval - time.monotonic()))
        now = time.monotonic()
    return " ".join(f"{row.name}={row.sent}" for row in ROWS)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sockets = (open_in("attacker", sys.argv[1]), open_in("gateway", sys.argv[2]))
    print("ready", flush=True)
    for line in sys.stdin:
        command, *words = line.split()
        if command == "rows":
            answer = " ".join("/".join((row.name, row.addr, row.verdict, row.incident,
                                        row.sha, row.source, row.variant)) for row in ROWS)
        elif command == "once":
            for row in ROWS:
                if row.name in words:
                    row.send(*sockets)
            answer = "sent"
        elif command == "cycle":
            answer = cycle(float(words[0]), sockets)
        else:
            sys.exit(f"frames.py: what is {line}?")
        print(answer, flush=True)


main()
