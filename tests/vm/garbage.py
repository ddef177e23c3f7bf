#!/usr/bin/python3 -I
"""usage: garbage.py DEV table
       garbage.py DEV paged
       garbage.py DEV fuzz SEED FRAMES
       garbage.py DEV noise SEED FRAMES

Sends frames that are wrong in all the ways that a wire can be wrong.

table: one group after the other. For each it prints a line

	NAME | accepted dropped passed noticed ignored | WHY

that says what arppin has to count, the gateway's address being pinned, and
waits for a line on standard input.
paged: forged replies of 6,000 bytes, of which the kernel has 0 to 28 in the
linear part of the skb and the others in page fragments.
fuzz: ARP frames with random faults; prints the same five numbers.
noise: frames that are random from the EtherType on, and VLAN tags.
"""
import itertools
import random
import socket
import struct
import sys

SOL_PACKET, PACKET_VNET_HDR = 263, 15 # Python does not name them


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def ip4(text):
    return socket.inet_aton(text)


GATEWAY, GATEWAY_MAC = ip4("192.0.2.1"), mac("02:00:00:00:00:01")
SERVER, SERVER_MAC = ip4("192.0.2.10"), mac("02:00:00:00:00:10")
ATTACKER, ATTACKER_MAC = ip4("192.0.2.66"), mac("02:00:00:00:00:66")
UNPINNED = ip4("192.0.2.99")
ZERO_MAC, BROADCAST = bytes(6), b"\xff" * 6
SPECIAL_MACS = [ZERO_MAC, BROADCAST, SERVER_MAC, mac("01:00:5e:00:00:01"),
                mac("33:33:00:00:00:01"), mac("01:80:c2:00:00:00"), mac("03:00:00:00:00:66")]
NO_ADDRESS = ip4("0.0.0.0")
NOBODYS = [ip4(a) for a in ("255.255.255.255", "192.0.2.255", "192.0.2.0", "224.0.0.1",
                            "239.255.255.250", "127.0.0.1", "0.1.2.3", "240.0.0.1")]
REQUEST, REPLY = 1, 2
ETH_ARP = 0x0806


def arp(op=REPLY, spa=GATEWAY, sha=ATTACKER_MAC, tpa=SERVER, tha=SERVER_MAC,
        hrd=1, pro=0x0800, hln=6, pln=4):
    return struct.pack("!HHBBH", hrd, pro, hln, pln, op) + sha + spa + tha + tpa


def ether(payload, dst=SERVER_MAC, src=ATTACKER_MAC, proto=ETH_ARP):
    return dst + src + proto.to_bytes(2, "big") + payload


def padded(payload, **what):
    return ether(payload, **what).ljust(600, b"\0")


def table():
    """NAME, frames, which of them arppin drops, passes..., WHY."""
    yield ("truncated to 0 to 27 bytes", [ether(arp()[:n]) for n in range(28)], {},
           "arp_rcv() throws it away before the hook: not even a header (RFC 826)")
    yield ("truncated, broadcast", [ether(arp()[:n], dst=BROADCAST) for n in range(28)], {},
           "the same")
    yield ("not truncated: 28 bytes", [ether(arp())], {"dropped": 1},
           "all that RFC 826 defines is there; padding is the link's matter")
    yield ("every hardware type to 300", [padded(arp(hrd=n)) for n in [*range(301), 65535]],
           {"dropped": 2, "ignored": 300},
           "Linux takes 1, and on Ethernet 6 too (RFC 1042); it ignores the others")
    yield ("every protocol type to 0x8ff, and some",
           [padded(arp(pro=n)) for n in [*range(0x900), 0x0806, 0x8035, 0x8100, 0x86dd, 0xffff]],
           {"dropped": 1, "ignored": 0x900 + 5 - 1},
           "only 0x0800 is IPv4 (RFC 826: do I speak the protocol?)")
    yield ("every hardware length", [padded(arp(hln=n)) for n in range(256)], {"dropped": 1},
           "arp_rcv() throws away what is not 6 (RFC 826: check the length)")
    yield ("every protocol length", [padded(arp(pln=n)) for n in range(256)], {"dropped": 1},
           "arp_rcv() throws away what is not 4")
    yield ("operations 0 to 25, 256, 512 and 65535",
           [padded(arp(op=n)) for n in [*range(26), 256, 512, 65535]],
           {"dropped": 2, "ignored": 27},
           "RARP, InARP, NAK and the unknown teach the cache nothing")
    yield ("the gateway at zero, broadcast, multicast and our MAC",
           [padded(arp(op, sha=sha)) for op, sha in itertools.product((1, 2), SPECIAL_MACS)],
           {"dropped": 2 * len(SPECIAL_MACS)},
           "Linux would believe each of them; none is in the pin")
    yield ("... each with the Ethernet source our own",
           [padded(arp(op, sha=sha), src=SERVER_MAC)
            for op, sha in itertools.product((1, 2), SPECIAL_MACS)],
           {"dropped": 2 * len(SPECIAL_MACS)},
           "our own frames say our address; this is no echo of one")
    yield ("an unpinned address at zero, broadcast, multicast and our MAC",
           [padded(arp(op, spa=UNPINNED, sha=sha, tpa=GATEWAY))
            for op, sha in itertools.product((1, 2), SPECIAL_MACS)],
           {"accepted": 2 * len(SPECIAL_MACS)},
           "arppin has no opinion on an address without pin or guard")
    yield ("replies from 0.0.0.0", [padded(arp(REPLY, spa=NO_ADDRESS, tpa=tpa))
                                    for tpa in (SERVER, GATEWAY, UNPINNED, NO_ADDRESS)],
           {"ignored": 4}, "arp_process() ignores them; a probe is a request (RFC 5227)")
    yield ("requests from 0.0.0.0 for what is not pinned",
           [padded(arp(REQUEST, spa=NO_ADDRESS, tpa=tpa)) for tpa in (SERVER, UNPINNED, NO_ADDRESS)],
           {"accepted": 3}, "probes: they claim nothing (RFC 5227, 2.1.1)")
    yield ("probes for the gateway's address by special MACs",
           [padded(arp(REQUEST, spa=NO_ADDRESS, tpa=GATEWAY, sha=sha)) for sha in SPECIAL_MACS],
           {"noticed": len(SPECIAL_MACS)}, "told, never dropped: they claim nothing")
    yield ("an echo of our own probe for the gateway's address",
           [padded(arp(REQUEST, spa=NO_ADDRESS, tpa=GATEWAY, sha=SERVER_MAC), src=SERVER_MAC)],
           {"accepted": 1}, "our own frame that came back is nobody's attack")
    yield ("nobody's addresses as sender",
           [padded(arp(op, spa=spa)) for op, spa in itertools.product((1, 2), NOBODYS)],
           {"accepted": 2 * len(NOBODYS)}, "not pinned; the kernel has its own opinion")
    yield ("our own address as sender", [padded(arp(op, spa=SERVER)) for op in (1, 2)],
           {"noticed": 2}, "a conflict of addresses: told, not dropped (RFC 5227, 2.4)")
    yield ("the gateway's address for nobody",
           [padded(arp(op, tpa=tpa)) for op, tpa in itertools.product((1, 2), NOBODYS)],
           {"dropped": 2 * len(NOBODYS)},
           "the sender lies whomever it asks (Linux ignores multicast and loopback targets)")
    yield ("for another host on the wire", [padded(arp(op), dst=mac("02:00:00:00:00:77"))
                                            for op in (1, 2)],
           {}, "arp_rcv() throws PACKET_OTHERHOST away before the hook")
    yield ("to multicast MACs", [padded(arp(op), dst=mac("01:00:5e:00:00:01")) for op in (1, 2)],
           {"dropped": 2}, "Linux takes ARP by multicast too")
    yield ("in VLAN 7, that is not here",
           [padded(b"\x00\x07\x08\x06" + arp(), proto=0x8100)], {},
           "the kernel gives it to no device: PACKET_OTHERHOST")
    yield ("in 802.2 and SNAP",
           [ether(mac("aa:aa:03:00:00:00") + b"\x08\x06" + arp(), proto=36)], {},
           "Linux hands these to no ARP handler")
    yield ("as RARP, EtherType 0x8035", [padded(arp(op), proto=0x8035) for op in (1, 2, 3, 4)],
           {}, "another protocol")


class Oracle:
    """What the kernel's arp_rcv() and arppin have to make of a frame, written
    anew from RFC 826, RFC 5227 and the meaning of a pin."""

    names = ("accepted", "dropped", "passed", "noticed", "ignored")

    def __init__(self):
        self.counts = dict.fromkeys(self.names, 0)

    def add(self, frame):
        name = self.verdict(frame)
        if name:
            self.counts[name] += 1

    def verdict(self, frame):
        dst, src, proto, payload = frame[:6], frame[6:12], frame[12:14], frame[14:]
        if src[0] & 1 or src == ZERO_MAC: # no bridge forwards that
            return None
        if not dst[0] & 1 and dst != SERVER_MAC:
            return None
        if proto != ETH_ARP.to_bytes(2, "big") or len(payload) < 28:
            return None
        hrd, pro, hln, pln, op = struct.unpack("!HHBBH", payload[:8])
        sha, spa, tpa = payload[8:14], payload[14:18], payload[24:28]
        if hln != 6 or pln != 4:
            return None
        if hrd not in (1, 6) or pro != 0x0800 or op not in (REQUEST, REPLY):
            return "ignored"
        probe = spa == NO_ADDRESS
        if probe and op == REPLY:
            return "ignored"
        if sha == src == SERVER_MAC and (probe or spa == SERVER): # our own
            return "accepted"
        if not probe and spa == SERVER and sha != SERVER_MAC:
            return "noticed"
        if (tpa if probe else spa) != GATEWAY:
            return "accepted"
        if sha != GATEWAY_MAC:
            return "noticed" if probe else "dropped"
        return "accepted" if probe or src == GATEWAY_MAC else "noticed"

    def __str__(self):
        return " ".join(str(self.counts[name]) for name in self.names)


def random_arp(rng):
    """A frame that is mostly right: else nothing behind the first check is tried."""
    macs = [ATTACKER_MAC] * 4 + [GATEWAY_MAC, SERVER_MAC] + SPECIAL_MACS
    addresses = [GATEWAY] * 4 + [SERVER, ATTACKER, UNPINNED, NO_ADDRESS] + NOBODYS
    payload = bytearray(arp(op=rng.choice((REQUEST, REPLY)), sha=rng.choice(macs),
                            spa=rng.choice(addresses), tha=rng.choice(macs),
                            tpa=rng.choice((SERVER, SERVER, *addresses)),
                            hrd=rng.choice((1, 1, 1, 6))))
    fault = rng.random()
    if fault < 0.3:
        for _ in range(rng.randint(1, 3)):
            payload[rng.randrange(28)] = rng.randrange(256)
    elif fault < 0.4:
        del payload[rng.randrange(28):]
    elif fault < 0.6:
        payload += rng.randbytes(rng.randrange(1, 60))
    dst = rng.choice([SERVER_MAC] * 4 + [BROADCAST] * 3 + [mac("01:00:5e:00:00:01"), GATEWAY_MAC])
    return ether(bytes(payload), dst=dst, src=rng.choice(macs[:6] * 3 + SPECIAL_MACS))


def random_noise(rng):
    proto = rng.choice((0x8100, 0x88a8, ETH_ARP, 0x8035, rng.randrange(0x600), rng.randrange(65536)))
    payload = rng.randbytes(rng.randrange(80))
    if proto in (0x8100, 0x88a8): # tags, then perhaps a forged reply
        tag = struct.pack("!HH", rng.choice((0, 7, rng.randrange(65536))), ETH_ARP)
        payload = rng.choice((tag + arp(), tag + payload, payload))
    return ether(payload, dst=rng.choice((SERVER_MAC, BROADCAST)), proto=proto)


def main():
    device, what, *numbers = sys.argv[1:]
    packets = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    packets.bind((device, 0))
    if what == "table":
        for name, frames, counts, why in table():
            for frame in frames:
                packets.send(frame)
            numbers = " ".join(str(counts.get(key, 0)) for key in Oracle.names)
            print(name, numbers, why, sep=" | ", flush=True)
            sys.stdin.readline()
    elif what == "paged":
        packets.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
        for linear in range(29):
            # The header length that a virtual machine would give it.
            header = struct.pack("=BBHHHH", 0, 0, 14 + linear, 0, 0, 0)
            packets.send(header + ether(arp()).ljust(6000, b"\0"))
    else:
        seed, count = (int(number) for number in numbers)
        rng = random.Random(seed)
        oracle = Oracle()
        for _ in range(count):
            frame = random_arp(rng) if what == "fuzz" else random_noise(rng)
            packets.send(frame)
            oracle.add(frame)
        print(oracle)


if len(sys.argv) < 3:
    sys.exit(__doc__)
main()
