#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""usage: faults.py [netlink] [frames]

No memory, at every allocation in turn: in each netlink operation, and in what a
frame makes arppin do. Runs in the namespace
`server` of tests/vm/lib.sh's segment, on the debug kernel. Prints test points, `ok TEXT`
or `not ok TEXT`, and comments.

What must hold each time: the answer is that it is done, or that there is no memory;
what is pinned and guarded is then as wanted, or as it was before; and a forged frame
is dropped and counted. An answer can get lost itself, which the socket then says.
"""
import ctypes
import errno
import os
import re
import socket
import struct
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
from nth import KINDS, Nth, prepare, setting, FAULTS # noqa: E402

NLM_F_REQUEST, NLM_F_ACK, NLM_F_ECHO, NLM_F_DUMP = 1, 4, 8, 0x300
NLMSG_ERROR, NLMSG_DONE = 2, 3
NETLINK_GENERIC = 16
SOL_NETLINK, NETLINK_ADD_MEMBERSHIP = 270, 1
CLONE_NEWNET = 0x40000000
GATEWAY, GATEWAY_MAC = "192.0.2.1", "020000000001"
OTHER, OTHER_MAC = "192.0.2.5", "020000000005"
SERVER = "192.0.2.10"

LIBC = ctypes.CDLL(None, use_errno=True)
NOTHING_LEFT = (errno.ENOMEM, errno.ENOBUFS)
failures = 0


def point(holds, text, *notes):
    global failures
    print("ok" if holds else "not ok", text)
    failures += not holds
    for note in notes if not holds else ():
        print("#", note)
    sys.stdout.flush()


def numbers_of(path):
    """The enums of the ABI: name to number."""
    with open(path, encoding="ascii") as file:
        text = re.sub(r"/\*.*?\*/", "", file.read(), flags=re.S)
    numbers = {}
    for body in re.findall(r"enum \w+ \{(.*?)\}", text, re.S):
        value = -1
        for item in body.split(","):
            name, _, given = (part.strip() for part in item.partition("="))
            if name and not name.startswith("__") and "_MAX" not in name[-4:]:
                value = int(given, 0) if given else value + 1
                numbers[name.removeprefix("ARPPIN_")] = value
    return numbers


N = numbers_of("kmod/uapi/arppin.h")
# Its names in the enum of the statistics end in _MAX as attributes, too.
with open("kmod/uapi/arppin.h", encoding="ascii") as header:
    for place, word in enumerate(re.findall(r"^\t(ARPPIN_A_STATS_\w+),$", header.read(), re.M)):
        N[word.removeprefix("ARPPIN_")] = place


def attr(number, payload):
    if isinstance(payload, int):
        payload = struct.pack("I", payload)
    elif isinstance(payload, str):
        payload = payload.encode() + b"\0"
    return struct.pack("HH", 4 + len(payload), number) + payload + bytes(-len(payload) % 4)


def attrs(data):
    """[(number, payload)]"""
    result, offset = [], 0
    while offset + 4 <= len(data):
        length, number = struct.unpack_from("HH", data, offset)
        result.append((number & 0x3fff, bytes(data[offset + 4:offset + length])))
        offset += (length + 3) & ~3
    return result


class Lost(Exception):
    """There was an answer, and no memory for it."""


class Netlink:
    """Requests are sent and answers received apart: each can have its own fault."""

    def __init__(self, protocol):
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, protocol)
        self.socket.bind((0, 0))
        self.socket.setblocking(False)
        self.port = self.socket.getsockname()[0]
        self.buffer = bytearray(1 << 16)

    def send(self, message):
        """0 or an error."""
        try:
            self.socket.send(message)
        except OSError as error:
            return error.errno
        return 0

    def receive(self):
        """One datagram's messages, as [(type, flags, payload)]; None if there is none."""
        try:
            length = self.socket.recv_into(self.buffer)
        except BlockingIOError:
            return None
        result, offset = [], 0
        while offset + 16 <= length:
            size, kind, flags, _, _ = struct.unpack_from("IHHII", self.buffer, offset)
            result.append((kind, flags, bytes(self.buffer[offset + 16:offset + size])))
            offset += (size + 3) & ~3
        return result

    def answer(self):
        """(error, objects) of what has been sent; all of it is there already, but for
        dumps, which go on while they are received."""
        objects = []
        while True:
            try:
                messages = self.receive()
            except OSError as error:
                raise Lost(error.errno) from error
            if messages is None:
                raise Lost(None)
            for kind, _, payload in messages:
                if kind in (NLMSG_ERROR, NLMSG_DONE):
                    return -struct.unpack_from("i", payload)[0], objects
                objects.append((kind, payload))

    def close(self):
        self.socket.close()


def message(kind, flags, body):
    return struct.pack("IHHII", 16 + len(body), kind, flags | NLM_F_REQUEST | NLM_F_ACK, 1, 0) + body


def family():
    """The number of arppin's family and of its group."""
    ctrl, getfamily, family_id, name, groups, group_id = 16, 3, 1, 2, 7, 2
    link = Netlink(NETLINK_GENERIC)
    link.send(message(ctrl, 0, struct.pack("BBH", getfamily, 1, 0) + attr(name, "arppin")))
    error, objects = link.answer()
    assert not error and objects, error
    found = dict(attrs(objects[0][1][4:]))
    group = dict(attrs(attrs(found[groups])[0][1]))
    return struct.unpack("H", found[family_id])[0], struct.unpack("I", group[group_id])[0]


FAMILY, GROUP = family()


def request(name, *attributes, flags=0):
    return message(FAMILY, flags, struct.pack("BBH", N["CMD_" + name], 1, 0) + b"".join(attributes))


def dev(name):
    return attr(N["A_PIN_DEV"], name)


def addr(text):
    return attr(N["A_PIN_ADDR"], socket.inet_aton(text))


def lladdrs(*macs):
    return attr(N["A_PIN_LLADDRS"] | 0x8000, b"".join(
        attr(N["A_LLADDRS_LLADDR"], bytes.fromhex(mac)) for mac in macs))


def pin(address, device, *macs, **more):
    given = {"mode": N["MODE_ENFORCE"], "flags": 0, **more}
    resident = given.pop("resident", None)
    return (dev(device), addr(address), lladdrs(*macs), attr(N["A_PIN_MODE"], given["mode"]),
            attr(N["A_PIN_FLAGS"], given["flags"]),
            b"" if resident is None else attr(N["A_PIN_RESIDENT"], bytes([resident])))


REPLACE = 1


def guard(device, unpinned):
    return (attr(N["A_GUARD_DEV"], device), attr(N["A_GUARD_UNPINNED"], N["UNPINNED_" + unpinned]))


def do(text):
    """Without a fault; the objects."""
    link = Netlink(NETLINK_GENERIC)
    error = link.send(text)
    assert not error, error
    error, objects = link.answer()
    link.close()
    return error, [attrs(payload[4:]) for kind, payload in objects if kind == FAMILY]


def dump(name, *attributes):
    error, objects = do(request(name, *attributes, flags=NLM_F_DUMP))
    assert not error, error
    return objects


def state():
    """Pins and guards, without counters."""
    return (sorted([a for a in pin if a[0] != N["A_PIN_STATS"]] for pin in dump("PIN_GET")),
            sorted([a for a in guard if a[0] != N["A_GUARD_STATS"]] for guard in dump("GUARD_GET")))


def stats():
    _, objects = do(request("STATS_GET"))
    return {number: int.from_bytes(payload, "little") for number, payload in objects[0]
            if len(payload) in (4, 8)}


def pin_of(address, device):
    error, objects = do(request("PIN_GET", dev(device), addr(address)))
    return None if error else dict(objects[0])


def dropped(address=GATEWAY, device="eth0"):
    counters = dict(attrs(pin_of(address, device)[N["A_PIN_STATS"]]))
    return int.from_bytes(counters[N["A_COUNTER_DROPPED"]], "little")


# --- frames ------------------------------------------------------------------------


def packet_socket(device, namespace=None):
    """In the other namespace, if one is named."""
    with open("/proc/thread-self/ns/net", encoding="ascii") as home:
        if namespace:
            with open(f"/run/netns/{namespace}", encoding="ascii") as file:
                assert not LIBC.setns(file.fileno(), CLONE_NEWNET)
        result = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        result.bind((device, 0))
        assert not LIBC.setns(home.fileno(), CLONE_NEWNET)
    return result


class Offender:
    """Forges, as somebody else each time."""

    def __init__(self, device, namespace=None):
        self.socket = packet_socket(device, namespace)
        self.number = 0

    def frame(self, sender=GATEWAY, operation=1):
        self.number += 1
        mac = b"\x06\x00" + self.number.to_bytes(4, "big")
        return (b"\xff" * 6 + mac + b"\x08\x06" + b"\0\x01\x08\0\x06\x04" +
                operation.to_bytes(2, "big") + mac + socket.inet_aton(sender) + bytes(6) +
                socket.inet_aton(SERVER)).ljust(60, b"\0")

    def send(self, *args):
        try:
            self.socket.send(self.frame(*args))
        except OSError as error: # the fault was the sender's
            return error.errno
        return 0


def wait_for(condition, seconds=10):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.002)
    return True


def entry(address=GATEWAY, device="eth0"):
    """What the neighbour cache says."""
    with open("/proc/net/arp", encoding="ascii") as file:
        for line in file:
            words = line.split()
            if words[0] == address and words[5] == device:
                return words[3].replace(":", "")
    return None


def enforced(offender):
    """A forged frame is dropped, counted, and changes nothing; else why not."""
    before = dropped()
    error = offender.send()
    if error:
        return f"the frame was not sent: {errno.errorcode[error]}"
    if not wait_for(lambda: dropped() == before + 1):
        return f"dropped {dropped() - before} of one forged frame"
    if entry() not in (GATEWAY_MAC, None, "000000000000"):
        return f"the entry is {entry()}"
    return None


# --- faults in what a request does ---------------------------------------------------


total_faults = total_operations = 0


def count(text, faults, number=1):
    global total_faults, total_operations
    total_faults += faults
    total_operations += number
    print(f"# {text}: {faults} faults")


def faulty(text, attempt, limit=2000):
    """attempt(nth): with the first, second... allocation failing, until there are no
    more; what it returns is why it is wrong. One test point."""
    nth = Nth()
    wrong, number = [], 0
    while number == 0 or (nth.hit and number < limit):
        number += 1
        why = attempt(nth(number))
        if why:
            wrong.append(f"fault {number}: {why}")
            if len(wrong) > 9:
                break
    count(text, number - 1)
    point(not wrong and number < limit and number > 1, text, *wrong[:10])


def exchange(link, text, nth):
    """The request with a fault, the answer without: an error, or None if it was lost."""
    with nth:
        error = link.send(text)
    if error:
        return error, True
    try:
        return link.answer()[0], False
    except Lost as lost:
        if lost.args[0] not in NOTHING_LEFT:
            return f"no answer: {lost}", False
        return None, False


def change(text, undo, what, offender, listen=False):
    """A request that changes something. UNDO: requests that make what was before it."""
    def reset():
        for one in undo:
            do(one)

    reset()
    before = state()
    error, _ = do(what)
    wanted = state()
    point(not error and wanted != before, f"{text}: without a fault", error)

    def attempt(nth):
        reset()
        link, listener = Netlink(NETLINK_GENERIC), None
        if listen:
            listener = Netlink(NETLINK_GENERIC)
            listener.socket.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, GROUP)
        error, unsent = exchange(link, what, nth)
        after = state()
        link.close()
        if listener:
            try:
                told = listener.receive()
            except OSError as lost:
                told = lost.errno
            listener.close()
            if after != before and told is None:
                return "what was done was neither told nor said to be lost"
        if error is None:
            if after not in (before, wanted):
                return f"the answer was lost, and the state is neither: {after}"
        elif error == 0:
            if after != wanted:
                return f"it is done, they say, and the state is {after}"
        elif error not in NOTHING_LEFT:
            return f"the error is {errno.errorcode.get(error, error)}"
        elif after != before:
            return f"refused{' to send' if unsent else ''}, and the state is {after}"
        return enforced(offender)

    faulty(text, attempt)
    reset()


def ask(text, what, first):
    """A request that changes nothing: it is answered, in full, or not."""
    full = [payload for _, payload in answer_of(what)[1]]
    point(len(full) >= first, f"{text}: without a fault", len(full))
    before = state()

    def judge(link, error):
        if error is None:
            try:
                error, objects = link.answer()
            except Lost as lost:
                if lost.args[0] not in NOTHING_LEFT:
                    return f"no answer: {lost}"
                return None
            if error == 0 and len(objects) != len(full):
                return f"{len(objects)} objects of {len(full)}"
        if error and error not in NOTHING_LEFT:
            return f"the error is {errno.errorcode.get(error, error)}"
        return None

    def sending(nth):
        link = Netlink(NETLINK_GENERIC)
        with nth:
            error = link.send(what)
        why = judge(link, error or None)
        link.close()
        if not why and state() != before:
            why = "the state has changed"
        return why

    def receiving(nth):
        link = Netlink(NETLINK_GENERIC)
        link.send(what)
        why, error = None, None
        with nth:
            try:
                messages = link.receive()
            except OSError as lost:
                error, messages = lost.errno, []
        if error and error not in NOTHING_LEFT:
            why = f"receiving: {errno.errorcode.get(error, error)}"
        elif messages is None:
            why = "nothing to receive"
        if not why and not error:
            try:
                while not any(kind in (NLMSG_ERROR, NLMSG_DONE) for kind, _, _ in messages or ()):
                    messages = link.receive()
                    if messages is None:
                        why = "it has no end"
                        break
            except OSError as lost:
                if lost.errno not in NOTHING_LEFT:
                    why = f"receiving on: {errno.errorcode.get(lost.errno, lost.errno)}"
        link.close()
        return why

    faulty(text, sending)
    if first > 50:
        faulty(f"{text}, while it is received", receiving)


def answer_of(what):
    link = Netlink(NETLINK_GENERIC)
    link.send(what)
    result = link.answer()
    link.close()
    return result


def netlink(offender):
    gone = [request("PIN_FLUSH", dev(device)) for device in ("none0", "none1")]
    gone += [request("GUARD_SET", *guard(device, "ACCEPT")) for device in ("none0", "eth0")]
    gone.append(request("PIN_DEL", dev("eth0"), addr(OTHER)))
    for one in gone:
        do(one)
    other = request("PIN_NEW", *pin(OTHER, "eth0", OTHER_MAC))
    first = request("PIN_NEW", *pin(OTHER, "none0", OTHER_MAC))
    more = request("PIN_NEW", *pin(GATEWAY, "none0", GATEWAY_MAC))

    change("pin-new", gone, other, offender)
    change("pin-new, told to a listener", gone, other, offender, listen=True)
    change("pin-new with an echo", gone,
           request("PIN_NEW", *pin(OTHER, "eth0", OTHER_MAC), flags=NLM_F_ECHO), offender)
    change("pin-new, the first of a device", gone, first, offender)
    change("pin-new to replace one", gone + [other],
           request("PIN_NEW", *pin(OTHER, "eth0", OTHER_MAC, GATEWAY_MAC,
                                   mode=N["MODE_AUDIT"], resident=0, flags=REPLACE)), offender)
    usual = request("PIN_NEW", *pin(GATEWAY, "eth0", GATEWAY_MAC, flags=REPLACE))
    change("pin-new to replace the gateway's", [usual],
           request("PIN_NEW", *pin(GATEWAY, "eth0", GATEWAY_MAC, OTHER_MAC, flags=REPLACE)), offender)
    change("pin-del", gone + [other], request("PIN_DEL", dev("eth0"), addr(OTHER)), offender)
    change("pin-del, the last of a device", gone + [first],
           request("PIN_DEL", dev("none0"), addr(OTHER)), offender)
    change("pin-flush", gone + [first, more], request("PIN_FLUSH", dev("none0")), offender)
    change("guard-set", gone, request("GUARD_SET", *guard("eth0", "DROP")), offender)
    change("guard-set, the first of a device", gone,
           request("GUARD_SET", *guard("none0", "AUDIT")), offender)
    change("guard-set to none", gone + [request("GUARD_SET", *guard("none0", "DROP"))],
           request("GUARD_SET", *guard("none0", "ACCEPT")), offender)
    for one in gone:
        do(one)

    ask("pin-get", request("PIN_GET", dev("eth0"), addr(GATEWAY)), 1)
    do(request("GUARD_SET", *guard("none0", "DROP")))
    ask("guard-get", request("GUARD_GET", attr(N["A_GUARD_DEV"], "none0")), 1)
    ask("stats-get", request("STATS_GET"), 1)
    ask("a dump of guards", request("GUARD_GET", flags=NLM_F_DUMP), 1)
    for number in range(400):
        do(request("PIN_NEW", *pin(f"10.0.{number >> 8}.{number & 255}", "none1", OTHER_MAC)))
    ask("a dump of pins", request("PIN_GET", flags=NLM_F_DUMP), 400)
    for _ in range(80):
        offender.send()
        offender.send("192.0.2.77")
    ask("a dump of incidents", request("INCIDENT_GET", flags=NLM_F_DUMP), 2)
    ask("a dump of sightings", request("SIGHTING_GET", flags=NLM_F_DUMP), 51)
    ask("a dump of events", request("EVENT_GET", flags=NLM_F_DUMP), 100)
    for one in gone:
        do(one)

    def subscribe(nth):
        link, error = Netlink(NETLINK_GENERIC), 0
        with nth:
            try:
                link.socket.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, GROUP)
            except OSError as failed:
                error = failed.errno
        do(other)
        try:
            heard = link.receive()
        except OSError as failed:
            heard = failed.errno
        link.close()
        do(gone[-1])
        if error and error not in NOTHING_LEFT:
            return f"the error is {errno.errorcode.get(error, error)}"
        if bool(heard) != (not error):
            return f"it heard {heard}, with {error}"
        return None

    nth, number = Nth(), 0
    wrong = []
    while number == 0 or nth.hit:
        number += 1
        why = subscribe(nth(number))
        if why:
            wrong.append(f"fault {number}: {why}")
    count("listening", number - 1)
    point(not wrong, "listening: heard if it was granted", *wrong)


# --- faults in a window ------------------------------------------------------------------


def text_of_module():
    """From where to where the module's code is."""
    with open("/proc/kallsyms", encoding="ascii") as file:
        places = [int(words[0], 16) for words in map(str.split, file)
                  if len(words) == 4 and words[3] == "[arppin]" and words[2] != "$x" and words[1] in "tT"]
    return min(places), max(places) + 0x1000


def within(span):
    """Only allocations that arppin's code asks for; None: all."""
    for kind in KINDS:
        setting(kind, "require-start", span[0] if span else 0)
        setting(kind, "require-end", span[1] if span else (1 << 64) - 1)
        setting(kind, "stacktrace-depth", 32)


class Window:
    """In whatever context it is, softirqs and workers among them: of those that
    within() is about, the allocation fails with which so many bytes are asked for."""

    def __init__(self):
        self.hit = False

    def open(self, size):
        setting("failslab", "space", size)
        setting("failslab", "times", 1)
        setting("failslab", "probability", 100)

    def close(self):
        setting("failslab", "probability", 0)
        with open(f"{FAULTS}/failslab/times", encoding="ascii") as file:
            self.hit = file.read().strip() == "0"
        setting("failslab", "times", -1)


STEP = 16 # no object is smaller


def windows(text, attempt, limit=20000):
    """As faulty(), with a window."""
    window, wrong, size, faults, clean = Window(), [], 0, 0, 0
    places = set()
    # What a worker does later may or may not be within one window.
    while clean < 4 and size < limit:
        why = attempt(window, size)
        if window.hit:
            faults += 1
            clean = 0
        else:
            clean += 1
        if why:
            wrong.append(f"after {size} bytes: {why}")
            if len(wrong) > 9:
                break
        size += STEP
    count(text, faults)
    point(not wrong and faults and size < limit, text, *wrong[:10], f"{faults} faults, {size} bytes")


def frames(offender):
    def forged(sender, operation, counted):
        def attempt(window, size):
            address = sender or f"10.1.{size // STEP >> 8}.{size // STEP & 255}"
            if not sender: # a pin of its own: one has a few incidents, and then no more
                do(request("PIN_NEW", *pin(address, "eth0", GATEWAY_MAC, resident=0)))
            why = one(window, size, address)
            if not sender:
                do(request("PIN_DEL", dev("eth0"), addr(address)))
            return why or enforced(offender)

        def one(window, size, address):
            def seen():
                return dropped(address) if counted else 0

            before, known = seen(), stats()
            window.open(size)
            error = offender.send(address, operation)
            time.sleep(0.01) # a look at the counters would be in the window
            window.close()
            done = error or not counted or wait_for(lambda: seen() == before + 1)
            if error:
                return f"the frame was not sent: {errno.errorcode[error]}"
            if not done:
                return f"dropped {seen() - before} of one forged frame"
            if counted and stats() == known:
                return "the statistics know nothing of it"
            return None
        return attempt

    windows("a forged request", forged(None, 1, True))
    windows("a forged reply", forged(None, 2, True))
    windows("a claim about an address without a pin", forged("192.0.2.78", 1, False))
    do(request("GUARD_SET", *guard("eth0", "AUDIT")))
    windows("the same, with a guard", forged("192.0.2.79", 1, False))
    do(request("GUARD_SET", *guard("eth0", "ACCEPT")))

    # And all of them at once.
    before, known = dropped(), stats()
    for kind in KINDS:
        setting(kind, "times", -1)
        setting(kind, "space", 0)
        setting(kind, "probability", 100)
    for _ in range(100):
        offender.send()
    time.sleep(0.1)
    for kind in KINDS:
        setting(kind, "probability", 0)
    arrived = wait_for(lambda: dropped() == before + 100)
    point(arrived, "100 forged frames with no memory at all: dropped and counted", dropped() - before)
    point(stats() != known, "... and known of")


def main():
    prepare()
    offender = Offender("eth0", "attacker")
    point(not enforced(offender), "a forged frame is dropped", enforced(offender))
    parts = sys.argv[1:] or ["netlink", "frames"]
    if "netlink" in parts:
        netlink(offender)
    if "frames" in parts:
        within(text_of_module())
        frames(offender)
        within(None)
    print(f"# {total_faults} faults in {total_operations} operations")
    sys.exit(failures > 0)


if __name__ == "__main__":
    main()
