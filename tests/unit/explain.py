#!/usr/bin/python3 -I
"""usage: explain.py PROGRAM

Captures, some written out and some made by the tools that people use, and what
PROGRAM (explain.c) has to say of them.
"""
import json
import logging
import os
import shutil
import struct
import subprocess
import sys
import tempfile

GATEWAY, SERVER, ATTACKER = "02:00:00:00:00:01", "02:00:00:00:00:10", "02:00:00:00:00:66"
BROADCAST = "ff:ff:ff:ff:ff:ff"
START = 1700000000

count = failed = 0


def point(good, description, *said):
    global count, failed
    count += 1
    failed += not good
    print("ok" if good else "not ok", count, "-", description)
    if not good:
        for text in said:
            print("#", repr(text))


def equal(description, got, expected):
    point(got == expected, description, got, expected)


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def ip4(text):
    return bytes(int(number) for number in text.split("."))


def frame(dst, src, op, sha, spa, tpa, tags=b"", hrd=1):
    arp = struct.pack("!HHBBH", hrd, 0x800, 6, 4, op) + mac(sha) + ip4(spa) + bytes(6) + ip4(tpa)
    return (mac(dst) + mac(src) + tags + b"\x08\x06" + arp).ljust(60, b"\0")


UNPINNED = "guard dev eth0 unpinned audit"
# Bytes; verdict, rule, counter, incident; what the text ends with.
FRAMES = [
    (frame(SERVER, ATTACKER, 2, ATTACKER, "192.0.2.1", "192.0.2.10"),
     "drop", "pin", "dropped", "conflict",
     f"192.0.2.1 claimed by {ATTACKER} (reply): drop: pin 192.0.2.1 dev eth0"),
    (mac(SERVER) + mac(GATEWAY) + b"\x08\x00\x45" + bytes(45), None, None, None, None, None),
    (frame(BROADCAST, ATTACKER, 1, ATTACKER, "192.0.2.1", "192.0.2.10", b"\x81\0\0\0"),
     "drop", "pin", "dropped", "conflict",
     f"192.0.2.1 claimed by {ATTACKER} (request-to-us): drop: pin 192.0.2.1 dev eth0"),
    (frame(SERVER, GATEWAY, 2, GATEWAY, "192.0.2.1", "192.0.2.10"),
     "accept", "pin", "accepted", None,
     f"192.0.2.1 claimed by {GATEWAY} (reply): accept: pin 192.0.2.1 dev eth0"),
    (frame(SERVER, ATTACKER, 2, GATEWAY, "192.0.2.1", "192.0.2.10"),
     "told", "pin", "noticed", "foreign-source",
     f"192.0.2.1 claimed by {GATEWAY} in a frame from {ATTACKER} (reply): "
     "told: pin 192.0.2.1 dev eth0"),
    (frame(BROADCAST, ATTACKER, 1, ATTACKER, "0.0.0.0", "192.0.2.1"),
     "told", "pin", "noticed", "probe",
     f"192.0.2.1 probed by {ATTACKER} (probe): told: pin 192.0.2.1 dev eth0"),
    (frame(BROADCAST, ATTACKER, 1, ATTACKER, "192.0.2.2", "192.0.2.2"),
     "told", "pin", "passed", "conflict",
     f"192.0.2.2 claimed by {ATTACKER} (gratuitous-request): told: pin 192.0.2.2 dev eth0"),
    (frame(BROADCAST, ATTACKER, 1, ATTACKER, "192.0.2.66", "192.0.2.77"),
     "told", "guard-unpinned", "passed", "unpinned",
     f"192.0.2.66 claimed by {ATTACKER} (request-to-other): told: {UNPINNED}"),
    (frame(BROADCAST, ATTACKER, 2, ATTACKER, "192.0.2.10", "192.0.2.10"),
     "told", "own-address", "noticed", "own-address",
     f"192.0.2.10 claimed by {ATTACKER} (gratuitous-reply): told: an address of dev eth0"),
    (frame(BROADCAST, SERVER, 1, SERVER, "192.0.2.10", "192.0.2.1"),
     "accept", "own-frame", "accepted", None,
     f"192.0.2.10 claimed by {SERVER} (request-to-other): accept: a frame of this host"),
    (frame(BROADCAST, ATTACKER, 1, ATTACKER, "0.0.0.0", "192.0.2.77"),
     "accept", "probe", "accepted", None,
     f"192.0.2.77 probed by {ATTACKER} (probe): accept: no pin, and a probe claims nothing"),
    (frame(SERVER, ATTACKER, 3, ATTACKER, "192.0.2.1", "192.0.2.10"),
     "ignored", "no-claim", "ignored", None,
     f"a frame from {ATTACKER}: ignored: no claim: operation 3"),
    (frame(SERVER, ATTACKER, 2, ATTACKER, "192.0.2.1", "192.0.2.10", b"\x81\0\0\x05"),
     "undelivered", "other-vlan", "undelivered", None,
     f"a frame from {ATTACKER}: undelivered: it is of VLAN 5"),
    (frame(GATEWAY, ATTACKER, 2, ATTACKER, "192.0.2.1", "192.0.2.10"),
     "undelivered", "other-host", "undelivered", None,
     f"a frame from {ATTACKER}: undelivered: its destination is another host"),
    (mac(SERVER) + mac(ATTACKER) + b"\0\x24\xaa\xaa\x03\0\0\0" +
     frame(SERVER, ATTACKER, 2, ATTACKER, "192.0.2.1", "192.0.2.10")[12:42],
     "undelivered", "snap", "undelivered", None,
     f"a frame from {ATTACKER}: undelivered: ARP in 802.2/SNAP, which Linux does not know"),
]
COUNTERS = ("accepted", "dropped", "passed", "noticed", "ignored", "undelivered", "unjudged",
            "not_arp")


def stamp(number, resolution):
    """The time of a frame, in units of a second / resolution."""
    return (START + number) * resolution + 123456789 * resolution // 10**9


def pcap(frames, order="<", magic=0xa1b2c3d4, linktype=1, snaplen=262144):
    resolution = 10**9 if magic == 0xa1b23c4d else 10**6
    out = struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, snaplen, linktype)
    for number, data in enumerate(frames):
        part = data[:snaplen]
        seconds, rest = divmod(stamp(number, resolution), resolution)
        out += struct.pack(order + "IIII", seconds, rest, len(part), len(data)) + part
    return out


def block(order, kind, body):
    body += bytes(-len(body) % 4)
    length = struct.pack(order + "I", len(body) + 12)
    return struct.pack(order + "I", kind) + length + body + length


def pcapng(frames, order="<"):
    """Each second frame is of another section and interface."""
    out = b""
    for number, data in enumerate(frames):
        out += block(order, 0x0a0d0d0a, struct.pack(order + "IHHq", 0x1a2b3c4d, 1, 0, -1))
        out += block(order, 1, struct.pack(order + "HHI", 113, 0, 0))
        out += block(order, 1, struct.pack(order + "HHIHHBxxxHH", 1, 0, 0, 9, 1, 9, 0, 0))
        out += block(order, 5, bytes(24)) # statistics
        ticks = stamp(number, 10**9)
        out += block(order, 6, struct.pack(order + "IIIII", 1, ticks >> 32, ticks & 0xffffffff,
                                           len(data), len(data)) + data)
    return out


class Explain:
    def __init__(self, program, folder):
        self.program, self.path = program, os.path.join(folder, "it.pcap")

    def run(self, *words, data=None, devs="1", stdin=None, **env):
        if data is not None:
            with open(self.path, "wb") as file:
                file.write(data)
        env = os.environ | {"EXPLAIN_DEVS": devs, "TZ": "UTC"} | env
        return subprocess.run([self.program, *words], input=stdin, capture_output=True,
                              check=False, env=env)

    def check(self, description, path, nanoseconds):
        """All of FRAMES, and nothing else."""
        done = self.run("-j", path)
        if done.returncode or done.stderr:
            point(False, description, done.stderr.decode())
            return
        document = json.loads(done.stdout)
        expected = [(number + 1, verdict, rule, counter, incident)
                    for number, (_, verdict, rule, counter, incident, _) in enumerate(FRAMES)
                    if verdict]
        got = [(each["number"], each["verdict"], each["rule"], each["counter"],
                each.get("incident")) for each in document["frames"]]
        equal(description, got, expected)
        numbers = {name: sum(1 for row in FRAMES if row[3] == name) for name in COUNTERS}
        numbers["not_arp"] = 1
        numbers["frames"] = len(FRAMES)
        equal(f"{description}: summary", document["summary"], numbers)
        part = 123456789 if nanoseconds else 123456000
        equal(f"{description}: times", [each["time_ns"] for each in document["frames"]],
              [(START + each[0] - 1) * 10**9 + part for each in expected])


def written_out(explain):
    frames = [row[0] for row in FRAMES]
    for order in "<>":
        for name, magic in (("microseconds", 0xa1b2c3d4), ("nanoseconds", 0xa1b23c4d)):
            explain.run("-j", explain.path, data=pcap(frames, order, magic))
            explain.check(f"pcap, {order}, {name}", explain.path, name == "nanoseconds")
        explain.run("-j", explain.path, data=pcapng(frames, order))
        explain.check(f"pcapng, {order}", explain.path, True)


def texts(explain):
    frames = [row[0] for row in FRAMES]
    done = explain.run(explain.path, data=pcap(frames))
    lines = done.stdout.decode().splitlines()
    expected = [f"{number + 1} 2023-11-14 22:13:{20 + number}.123+0000 {row[5]}"
                for number, row in enumerate(FRAMES) if row[1]]
    expected.append("15 frames: accepted 3 dropped 2 passed 2 noticed 3 ignored 1 undelivered 3 "
                    "unjudged 0 not-arp 1")
    equal("text", lines, expected)
    again = explain.run("-", stdin=pcap(frames))
    equal("the standard input", (again.stdout, again.returncode), (done.stdout, 0))
    done = explain.run("-j", explain.path, data=pcap(frames, snaplen=40))
    rules = {each["rule"] for each in json.loads(done.stdout)["frames"]}
    equal("too short a snaplen: nothing is judged but what never arrives", rules,
          {"cut", "other-host", "other-vlan", "snap"})
    done = explain.run(explain.path, data=pcap(frames[:1], snaplen=12))
    equal("... in text", done.stdout.decode().splitlines()[0], "1 2023-11-14 22:13:20.123+0000 "
          "a frame: unjudged: too few of its bytes were captured")
    done = explain.run(explain.path, "dev", "eth2", data=pcap(frames[7:8]), devs="3")
    equal("a device without a guard", done.stdout.decode().splitlines()[0],
          f"1 2023-11-14 22:13:20.123+0000 192.0.2.66 claimed by {ATTACKER} (request-to-other): "
          "accept: no pin")
    simple = block("<", 0x0a0d0d0a, struct.pack("<IHHq", 0x1a2b3c4d, 1, 0, -1))
    simple += block("<", 1, struct.pack("<HHI", 1, 0, 0))
    simple += block("<", 3, struct.pack("<I", len(frames[0])) + frames[0])
    done = explain.run(explain.path, data=simple)
    equal("a frame without a time", done.stdout.decode().splitlines()[0], f"1 - {FRAMES[0][5]}")
    done = explain.run("-j", explain.path)
    document = json.loads(done.stdout)["frames"][0]
    equal("... in JSON", (document["time"], document["time_ns"]), (None, None))
    done = explain.run("-j", explain.path, data=pcap([]))
    equal("no frames at all", json.loads(done.stdout)["frames"], [])


def wrong(explain):
    frames = [row[0] for row in FRAMES]

    def refused(description, sentence, *words, data=pcap(frames), devs="1"):
        done = explain.run(*words or (explain.path,), data=data, devs=devs)
        point(done.returncode == 1 and sentence in done.stderr.decode(), description,
              done.stderr, done.stdout)

    refused("a capture of any device", "frame 1 is of link type 113, not of Ethernet; "
            'capture on one device (not on "any")', data=pcap(frames, linktype=113))
    refused("the like with its other type", "link type 276", data=pcap(frames, linktype=276))
    refused("no capture", "neither pcap nor pcapng", data=b"# a text")
    refused("an empty file", "empty", data=b"")
    refused("several devices", '"dev DEV" is missing: there are pins or guards of several '
            "(eth0, eth1, eth2)", devs="3")
    refused("no device", "no device has pins or a guard", devs="0")
    refused("another device", '"eth7" has no pins and no guard', explain.path, "dev", "eth7")
    refused("a device that is not there", '"eth1" is not an Ethernet device', explain.path, "dev",
            "eth1", devs="3")
    refused("a wrong word", "device", explain.path, "device", "eth0")
    done = explain.run("-j", explain.path, data=pcap(frames)[:-1])
    document = json.loads(done.stdout)
    point(done.returncode == 1 and b"at byte 1088: the file ends within" in done.stderr,
          "a capture that was cut short", done.stderr)
    equal("... and its frames but the last",
          (document["complete"], document["summary"]["frames"]), (False, len(FRAMES) - 1))


def without_memory(explain):
    frames = [row[0] for row in FRAMES]
    done = explain.run("-j", explain.path, data=pcap(frames), EXPLAIN_NO_MEMORY="1")
    equal("no memory", (done.returncode, done.stderr), (2, b"arppinctl: out of memory\n"))
    document = json.loads(done.stdout)
    equal("... and what was judged before",
          (document["complete"], [each["verdict"] for each in document["frames"]]),
          (False, ["drop", "drop"]))


def of_tools(explain, folder):
    """The same frames, by way of tcpdump and scapy."""
    explain.run(explain.path, data=pcap([row[0] for row in FRAMES], magic=0xa1b23c4d))
    path = os.path.join(folder, "tool.pcap")
    for precision in ("micro", "nano"):
        subprocess.run([shutil.which("tcpdump", path="/usr/bin:/usr/sbin"), "-r", explain.path,
                        "-w", path, f"--time-stamp-precision={precision}"], check=True,
                       capture_output=True)
        explain.check(f"tcpdump, {precision}", path, precision == "nano")
    logging.getLogger("scapy").setLevel(logging.ERROR)
    from scapy.utils import rdpcap, wrpcap, wrpcapng
    explain.run(explain.path, data=pcap([row[0] for row in FRAMES])) # it rounds nanoseconds
    packets = rdpcap(explain.path)
    wrpcap(path, packets)
    explain.check("scapy, pcap", path, False)
    wrpcap(path, packets, endianness=">")
    explain.check("scapy, pcap of the other byte order", path, False)
    wrpcapng(path, packets)
    explain.check("scapy, pcapng", path, False)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        explain = Explain(sys.argv[1], folder)
        written_out(explain)
        texts(explain)
        wrong(explain)
        without_memory(explain)
        of_tools(explain, folder)
    print(f"1..{count}")
    sys.exit(failed > 0)


main()
