#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""usage: faults.py netlink|frames|devices|namespaces|module...

No memory, at every allocation in turn (every fifth of a system call's, unless
$ARPPIN_FAULTS is `all`): in each netlink operation, in what a frame makes arppin do, in
what happens to devices and network namespaces, and while the module is loaded, which
it must not be yet. Runs in the namespace `server` of tests/vm/lib.sh's segment, on the
debug kernel. Prints test points, `ok TEXT` or `not ok TEXT`, and comments.

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
from nth import KINDS, Nth, injected, prepare, read_setting, setting, text_of, within, without # noqa: E402

NLM_F_REQUEST, NLM_F_ACK, NLM_F_ECHO, NLM_F_DUMP = 1, 4, 8, 0x300
NLM_F_EXCL, NLM_F_CREATE = 0x200, 0x400
RTM_NEWLINK, RTM_DELLINK, RTM_GETLINK = 16, 17, 18
IFLA_ADDRESS, IFLA_IFNAME, IFLA_MTU, IFLA_LINKINFO, IFLA_NET_NS_FD = 1, 3, 4, 18, 28
IFLA_INFO_KIND, IFLA_INFO_DATA, VETH_INFO_PEER = 1, 2, 1
IFF_UP = 1
NLMSG_ERROR, NLMSG_DONE = 2, 3
NETLINK_ROUTE, NETLINK_GENERIC = 0, 16
SOL_NETLINK, NETLINK_ADD_MEMBERSHIP = 270, 1
CLONE_NEWNET = 0x40000000
GATEWAY, GATEWAY_MAC = "192.0.2.1", "020000000001"
OTHER, OTHER_MAC = "192.0.2.5", "020000000005"
SERVER = "192.0.2.10"
# The device that things happen to, its name in between, the other end of its cable,
# and what is pinned there.
NAME, UNNAMED, PEER = "pin0", "no0", "peer0"
THERE, THERE_MAC = "198.51.100.1", "020000000051"
NOBODY = "198.51.100.77"

LIBC = ctypes.CDLL(None, use_errno=True)
NOTHING_LEFT = (errno.ENOMEM, errno.ENOBUFS)
# Of the allocations of a system call, this part of them: all, or so many as there is
# time for.
EVERY = 1 if os.environ.get("ARPPIN_FAULTS") == "all" else 5
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

    def answer(self, messages=()):
        """(error, objects) of what has been sent, of which MESSAGES are received; all of
        it is there already, but for dumps, which go on while they are received."""
        objects = []
        while True:
            for kind, _, payload in messages:
                if kind in (NLMSG_ERROR, NLMSG_DONE):
                    return -struct.unpack_from("i", payload)[0], objects
                objects.append((kind, payload))
            try:
                messages = self.receive()
            except OSError as error:
                raise Lost(error.errno) from error
            if messages is None:
                raise Lost(None)

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


FAMILY, GROUP = family() if os.path.exists("/sys/module/arppin") else (0, 0)


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


def guard_of(device):
    error, objects = do(request("GUARD_GET", attr(N["A_GUARD_DEV"], device)))
    return None if error else dict(objects[0])


def counter(counters, name):
    return int.from_bytes(dict(attrs(counters))[N["A_COUNTER_" + name]], "little")


def dropped(address=GATEWAY, device="eth0"):
    return counter(pin_of(address, device)[N["A_PIN_STATS"]], "DROPPED")


def passed(device):
    return counter(guard_of(device)[N["A_GUARD_STATS"]], "PASSED")


def accepted():
    _, objects = do(request("STATS_GET"))
    return counter(dict(objects[0])[N["A_STATS_CLAIMS"]], "ACCEPTED")


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


total_faults = total_pages = total_operations = 0


def count(text):
    """What an operation has been through; how many faults."""
    global total_faults, total_pages, total_operations
    counts = injected()
    faults, pages = sum(counts.values()), counts["fail_page_alloc"]
    total_faults += faults
    total_pages += pages
    total_operations += 1
    print(f"# {text}: {faults} faults, {pages} of them of pages")
    return faults


def faulty(text, attempt, limit=2000, step=1):
    """attempt(nth): with the first, second... allocation failing, or the first and every
    so many-th, until there are no more; what it returns is why it is wrong. One test point."""
    nth = Nth()
    wrong, number, gap = [], 0, 1
    while number == 0 or (nth.hit and number < limit):
        number += gap
        # Others for each operation.
        gap = step * (EVERY if number > 1 else 1 + total_operations % EVERY)
        why = attempt(nth(number))
        if why:
            wrong.append(f"fault {number}: {why}")
            if len(wrong) > 9:
                break
    count(text)
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
        return enforced(offender) if offender else None

    faulty(text, attempt)
    reset()


def ask(text, what, first):
    """A request that changes nothing: it is answered, in full, or not."""
    full = [payload for _, payload in answer_of(what)[1]]
    point(len(full) >= first, f"{text}: without a fault", len(full))
    before = state()

    def judge(link, error, messages=()):
        if error is None:
            try:
                error, objects = link.answer(messages)
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
        error, messages = None, ()
        with nth:
            try:
                messages = link.receive()
            except OSError as lost:
                error = lost.errno
        why = "nothing to receive" if messages is None else judge(link, error, messages)
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
    unguarded = request("GUARD_SET", *guard("eth0", "ACCEPT"), attr(N["A_GUARD_DEFEND"], b"\0"),
                        attr(N["A_GUARD_ADDRESSES"], 0))
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
    change("pin-del with an echo", gone + [other],
           request("PIN_DEL", dev("eth0"), addr(OTHER), flags=NLM_F_ECHO), offender)
    change("pin-flush", gone + [first, more], request("PIN_FLUSH", dev("none0")), offender)
    change("guard-set", gone, request("GUARD_SET", *guard("eth0", "DROP")), offender)
    change("guard-set of all, with an echo", gone + [unguarded],
           request("GUARD_SET", *guard("eth0", "AUDIT"), attr(N["A_GUARD_DEFEND"], b"\1"),
                   attr(N["A_GUARD_ADDRESSES"], 60), flags=NLM_F_ECHO), offender)
    do(unguarded)
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
    ask("... of one device", request("GUARD_GET", attr(N["A_GUARD_DEV"], "none0"), flags=NLM_F_DUMP), 1)
    for number in range(400):
        do(request("PIN_NEW", *pin(f"10.0.{number >> 8}.{number & 255}", "none1", OTHER_MAC)))
    ask("a dump of pins", request("PIN_GET", flags=NLM_F_DUMP), 400)
    ask("... of one device and address",
        request("PIN_GET", dev("none1"), addr("10.0.1.7"), flags=NLM_F_DUMP), 1)
    for _ in range(80):
        offender.send()
        offender.send("192.0.2.77")
    ask("a dump of incidents", request("INCIDENT_GET", flags=NLM_F_DUMP), 2)
    incident = dict(dump("INCIDENT_GET")[-1])[N["A_INCIDENT_ID"]]
    ask("incident-get", request("INCIDENT_GET", attr(N["A_INCIDENT_ID"], incident)), 1)
    ask("a dump of sightings", request("SIGHTING_GET", flags=NLM_F_DUMP), 51)
    seen = dict(dump("SIGHTING_GET")[-1])
    ask("... of one device and MAC",
        request("SIGHTING_GET", *(attr(N[name], seen[N[name]]) for name in (
            "A_SIGHTING_DEV", "A_SIGHTING_LLADDR")), flags=NLM_F_DUMP), 1)
    ask("a dump of events", request("EVENT_GET", flags=NLM_F_DUMP), 100)
    ask("... above a number",
        request("EVENT_GET", attr(N["A_EVENT_SEQ"], struct.pack("Q", 1)), flags=NLM_F_DUMP), 50)
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
    count("listening")
    point(not wrong and number > 1, "listening: heard if it was granted", *wrong)


# --- faults in a window ------------------------------------------------------------------


class Window:
    """In whatever context it is, softirqs and workers among them: of those that
    within() is about, the allocation fails with which so many bytes are asked for, and
    with MOST those after it."""

    def __init__(self, most=1):
        self.hit, self.times, self.most, self.size = False, 0, most, 0

    def open(self, size):
        self.times = read_setting("failslab", "times")
        setting("failslab", "space", size)
        setting("failslab", "times", self.most)
        setting("failslab", "probability", 100)

    def close(self):
        setting("failslab", "probability", 0)
        hits = self.most - read_setting("failslab", "times")
        self.hit = hits > 0
        setting("failslab", "times", self.times - hits)

    # As Nth has it.
    def __call__(self, size):
        self.size = size
        return self

    def __enter__(self):
        self.open(self.size)

    def __exit__(self, *_):
        self.close()


STEP = 16 # no object is smaller


def windows(text, attempt, limit=20000, step=STEP, most=1):
    """As faulty(), with a window."""
    window, wrong, size, faults, clean = Window(most), [], 0, 0, 0
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
        size += step
    count(text)
    point(not wrong and faults and size < limit, text, *wrong[:10], f"{faults} faults, {size} bytes")


def incidents(_):
    now = stats()
    return now[N["A_STATS_INCIDENTS_TOTAL"]] + now[N["A_STATS_INCIDENTS_LOST"]]


def sightings(_):
    now = stats()
    return now[N["A_STATS_SIGHTINGS"]] + now[N["A_STATS_SIGHTINGS_REFUSED"]]


def frames(offender):
    def forged(sender, operation, *counts, before=()):
        """COUNTS: each of them counts the frame, for its address, once. BEFORE: requests."""
        def attempt(window, size):
            for what in before:
                do(what)
            address = sender or f"10.1.{size // STEP >> 8}.{size // STEP & 255}"
            if not sender: # a pin of its own: one has a few incidents, and then no more
                do(request("PIN_NEW", *pin(address, "eth0", GATEWAY_MAC, resident=0)))
            why = one(window, size, address)
            if not sender:
                do(request("PIN_DEL", dev("eth0"), addr(address)))
            return why or enforced(offender)

        def one(window, size, address):
            def seen():
                return [count_of(address) for count_of in counts]

            wanted = [number + 1 for number in seen()]
            window.open(size)
            error = offender.send(address, operation)
            time.sleep(0.01) # a look at the counters would be in the window
            window.close()
            if error:
                return f"the frame was not sent: {errno.errorcode[error]}"
            if not wait_for(lambda: seen() == wanted):
                return f"the counts are {seen()}, and not {wanted}"
            return None
        return attempt

    windows("a forged request", forged(None, 1, dropped, incidents))
    windows("a forged reply", forged(None, 2, dropped, incidents))
    windows("a claim about an address without a pin",
            forged("192.0.2.78", 1, lambda _: accepted(), sightings))
    # A new one each time: its incidents are not without number, either.
    accept, audit = (request("GUARD_SET", *guard("eth0", what)) for what in ("ACCEPT", "AUDIT"))
    windows("the same, with a guard",
            forged("192.0.2.79", 1, lambda _: passed("eth0"), sightings, incidents,
                   before=(accept, audit)))
    do(accept)

    # And all of them at once. A pin without incidents: later ones take no memory.
    fresh = "10.2.0.1"
    do(request("PIN_NEW", *pin(fresh, "eth0", GATEWAY_MAC, resident=0)))
    before = stats()[N["A_STATS_INCIDENTS_LOST"]]
    for kind in KINDS:
        setting(kind, "space", 0)
        setting(kind, "probability", 100)
    for _ in range(100):
        offender.send(fresh)
    time.sleep(0.1)
    for kind in KINDS:
        setting(kind, "probability", 0)
    arrived = wait_for(lambda: dropped(fresh) == 100)
    point(arrived, "100 forged frames with no memory at all: dropped and counted", dropped(fresh))
    lost, faults = stats()[N["A_STATS_INCIDENTS_LOST"]] - before, count("without any")
    point(0 < lost <= faults, "... and known to be without an incident", f"{lost}, {faults} faults")
    do(request("PIN_DEL", dev("eth0"), addr(fresh)))


# --- devices -----------------------------------------------------------------------------


class Inside:
    """with Inside(FD): this thread is in that network namespace; without one, in a new
    one."""

    def __init__(self, namespace=None):
        self.namespace = namespace

    def __enter__(self):
        assert not (LIBC.unshare(CLONE_NEWNET) if self.namespace is None else
                    LIBC.setns(self.namespace, CLONE_NEWNET))

    def __exit__(self, *_):
        assert not LIBC.setns(HOME, CLONE_NEWNET)


HOME = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
INITIAL = os.open("/proc/1/ns/net", os.O_RDONLY)


def link_message(kind, index, *attributes, up=None, flags=0):
    return message(kind, flags, struct.pack("BxHiII", 0, 0, index, IFF_UP if up else 0,
                                            0 if up is None else IFF_UP) + b"".join(attributes))


def named(name):
    return attr(IFLA_IFNAME, name)


def cable(*attributes):
    """A new device, which is up, with its other end here, which cannot be yet."""
    peer = struct.pack("BxHiII", 0, 0, 0, 0, 0) + named(PEER)
    return link_message(
        RTM_NEWLINK, 0, attr(IFLA_LINKINFO, attr(IFLA_INFO_KIND, "veth") + attr(
            IFLA_INFO_DATA, attr(VETH_INFO_PEER, peer))), *attributes, up=True,
        flags=NLM_F_CREATE | NLM_F_EXCL)


def route(*texts):
    """Without a fault: the error, and what was answered."""
    link, error, objects = Netlink(NETLINK_ROUTE), 0, []
    for text in texts:
        error = link.send(text)
        assert not error, error
        error, objects = link.answer()
        if error:
            break
    link.close()
    return error, objects


def done(*texts):
    error, _ = route(*texts)
    assert not error, errno.errorcode.get(error, error)


def link_of(name):
    """(index, flags) of a device, (0, 0) if there is none."""
    error, objects = route(link_message(RTM_GETLINK, 0, named(name)))
    if error:
        assert error == errno.ENODEV, error
        return 0, 0
    return struct.unpack_from("4xiI", objects[0][1])


def index_of(name):
    return link_of(name)[0]


def mac_of(name):
    _, objects = route(link_message(RTM_GETLINK, 0, named(name)))
    return dict(attrs(objects[0][1][16:]))[IFLA_ADDRESS]


def loopback():
    """Without any address in a namespace the kernel takes all for broadcast ones."""
    done(link_message(RTM_NEWLINK, index_of("lo"), up=True))


def clear():
    """No cable, wherever its end is."""
    for name in (PEER, NAME, UNNAMED):
        index = index_of(name)
        if index:
            done(link_message(RTM_DELLINK, index))


def have(name, up=True):
    """The device is here, of that name, and so is its other end."""
    index, flags = link_of(name)
    if not index:
        index, flags = link_of(NAME if name == UNNAMED else UNNAMED)
        if index:
            done(link_message(RTM_NEWLINK, index, up=False), link_message(RTM_NEWLINK, index, named(name)))
            flags = 0
        else:
            clear()
            done(cable(named(name)))
            index, flags = link_of(name)
    if (flags & IFF_UP) != up:
        done(link_message(RTM_NEWLINK, index, up=up))
    peer, flags = link_of(PEER)
    if not flags & IFF_UP:
        done(link_message(RTM_NEWLINK, peer, up=True))
    return index


class Forger:
    """At the other end of the cable, which may be another one each time."""

    def __init__(self):
        self.offender, self.index = None, 0

    def send(self, sender=THERE):
        index = index_of(PEER)
        if not self.offender or index != self.index:
            self.close()
            self.offender, self.index = Offender(PEER), index
        return self.offender.send(sender)

    def close(self):
        if self.offender:
            self.offender.socket.close()
        self.offender = None


def counted(count_of, send):
    """A frame is; the first ones may be too early for the link."""
    before, end = count_of(), time.monotonic() + 10
    while time.monotonic() < end:
        send()
        if wait_for(lambda: count_of() != before, 0.1):
            return True
    return False


def held(forger):
    """The pin, and the guard, are with the device of that name, and in force there; else
    why not."""
    index, flags = link_of(NAME)
    for text, found, number in (("pin", pin_of(THERE, NAME), N["A_PIN_IFINDEX"]),
                                ("guard", guard_of(NAME), N["A_GUARD_IFINDEX"])):
        bound = int.from_bytes((found or {}).get(number, b""), sys.byteorder)
        if bound != index and found:
            return f"the device is {index}, and the {text} is bound to {bound}"
    if not index:
        return None
    if not flags & IFF_UP:
        done(link_message(RTM_NEWLINK, index, up=True))
    have(NAME)
    if not counted(lambda: dropped(THERE, NAME), forger.send):
        return "a forged frame is not dropped"
    if guard_of(NAME) and not counted(lambda: passed(NAME), lambda: forger.send(NOBODY)):
        return "the guard does not count"
    if entry(THERE, NAME) not in (THERE_MAC, None, "000000000000"):
        return f"the entry is {entry(THERE, NAME)}"
    if not os.path.exists(f"/proc/sys/net/ipv4/conf/{NAME}"):
        # Without memory the kernel does no IPv4 there, until it sees another MTU.
        done(*(link_message(RTM_NEWLINK, index, attr(IFLA_MTU, mtu)) for mtu in (1400, 1500)))
    if not wait_for(lambda: entry(THERE, NAME) == THERE_MAC, 5):
        return f"the resident entry is {entry(THERE, NAME)}"
    return None


def happens(text, prepare, what, wanted, forger, sender=HOME, step=1):
    """Something happens to a device, or does not for want of memory, and then again. WHAT:
    the requests, for what PREPARE returns; WANTED: what is then."""
    def once(messages, nth):
        with Inside(sender):
            link = Netlink(NETLINK_ROUTE)
        sent, errors = 0, []
        with nth:
            for one in messages:
                error = link.send(one)
                if error:
                    break
                sent += 1
        errors.append(error)
        try:
            for _ in range(sent):
                errors.append(link.answer()[0])
        except Lost as lost:
            if lost.args[0] not in NOTHING_LEFT:
                return f"no answer: {lost}", 0
            errors.append(errno.ENOBUFS)
        link.close()
        for error in errors:
            if error and error not in (*NOTHING_LEFT, errno.EINVAL): # of a device without a name
                return f"the error is {errno.errorcode.get(error, error)}", error
        return None, any(errors)

    def attempt(nth):
        why, refused = once(what(prepare()), nth)
        if why:
            return why
        complete = wanted()
        if not complete and not refused:
            return "it is done, they say, and it is not"
        why = held(forger)
        if why or complete:
            return why
        with Inside(sender):
            link = Netlink(NETLINK_ROUTE)
        for one in what(prepare()):
            link.send(one)
            error = link.answer()[0]
            if error:
                return f"again, without a fault: {errno.errorcode.get(error, error)}"
        link.close()
        if not wanted():
            return "done again, and it is not"
        why = held(forger)
        return f"again, without a fault: {why}" if why else None

    faulty(text, attempt, step=step)


def devices():
    forger = Forger()
    have(NAME)
    for _ in range(10):
        forger.send()
        if wait_for(lambda: (entry(THERE, NAME) or "").startswith("0600"), 0.5):
            break
    point((entry(THERE, NAME) or "").startswith("0600"), "without a pin a forged frame does its work",
          entry(THERE, NAME))
    clear()
    do(request("PIN_NEW", *pin(THERE, NAME, THERE_MAC)))
    do(request("GUARD_SET", *guard(NAME, "AUDIT")))
    have(NAME)
    point(not held(forger), "with one it does not", held(forger))

    def change_link(*attributes, **more):
        return lambda index: [link_message(RTM_NEWLINK, index, *attributes, **more)]

    def flags():
        return link_of(NAME)[1] & IFF_UP

    # It takes hundreds that have nothing to do with who is told of it.
    within(text_of("notifier_call_chain"))
    happens("all are told that a device is made", clear, lambda _: [cable(named(NAME))],
            lambda: index_of(NAME), forger)
    within(None)
    happens("a device is made, every 7th", clear, lambda _: [cable(named(NAME))],
            lambda: index_of(NAME), forger, step=7)
    happens("it goes down", lambda: have(NAME), change_link(up=False), lambda: not flags(), forger)
    happens("it goes up", lambda: have(NAME, up=False), change_link(up=True), flags, forger)
    macs = [b"\x02\1\1\0\0\0"]

    def another(index):
        macs.append(b"\x02\1\1" + len(macs).to_bytes(3, "big"))
        return [link_message(RTM_NEWLINK, index, attr(IFLA_ADDRESS, macs[-1]))]

    happens("its MAC changes", lambda: have(NAME), another,
            lambda: mac_of(NAME) == macs[-1], forger)

    # Who asks for a link gets what its carrier has come to, and that is then told to all.
    def carrier(up):
        def messages(index):
            peer = index_of(PEER)
            done(link_message(RTM_NEWLINK, peer, up=not up))
            done(link_message(RTM_GETLINK, index))
            return [link_message(RTM_NEWLINK, peer, up=up), link_message(RTM_GETLINK, index)]
        return messages

    happens("its carrier goes", lambda: have(NAME), carrier(False), flags, forger)
    happens("its carrier comes", lambda: have(NAME), carrier(True), flags, forger)

    with Inside():
        elsewhere = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    # Without memory for its name in sysfs, the kernel can neither rename it back nor ever
    # again, or warns, which would end the guest.
    without(text_of("device_rename"))
    happens("it gets the name", lambda: have(UNNAMED), change_link(named(NAME)),
            lambda: index_of(NAME), forger)
    happens("it loses the name", lambda: have(NAME), change_link(named(UNNAMED)),
            lambda: not index_of(NAME), forger)
    happens("it leaves the namespace", lambda: have(NAME),
            change_link(attr(IFLA_NET_NS_FD, elsewhere)), lambda: not index_of(NAME), forger)

    def away():
        clear()
        done(cable(named(NAME), attr(IFLA_NET_NS_FD, elsewhere)))
        with Inside(elsewhere):
            return index_of(NAME)

    happens("it comes from another", away, change_link(attr(IFLA_NET_NS_FD, HOME)),
            lambda: index_of(NAME), forger, sender=elsewhere)
    prepare()
    happens("it goes for good", lambda: have(NAME),
            lambda index: [link_message(RTM_DELLINK, index)], lambda: not index_of(NAME), forger)
    clear()
    forger.close()
    os.close(elsewhere)
    do(request("PIN_FLUSH", dev(NAME)))
    do(request("GUARD_SET", *guard(NAME, "ACCEPT")))


# --- namespaces --------------------------------------------------------------------------


def namespaces():
    first = request("PIN_NEW", *pin(THERE, NAME, THERE_MAC))
    nothing = state_inside(lambda: None)
    pinned = state_inside(lambda: do(first))
    unshare = LIBC.unshare

    def new(nth):
        with nth:
            failed = unshare(CLONE_NEWNET)
        if failed: # with whatever its parts say: there is no new one
            return None
        do(first)
        there = state(), stats()[N["A_STATS_HOOK"]]
        assert not LIBC.setns(HOME, CLONE_NEWNET)
        return None if there == (pinned, 1) else f"a pin in it makes {there}"

    faulty("a namespace is made, every 7th", new, step=7)

    def first_pin(nth):
        forger = Forger()
        with Inside():
            link = Netlink(NETLINK_GENERIC)
            error, _ = exchange(link, first, nth)
            link.close()
            after, hook = state(), stats()[N["A_STATS_HOOK"]]
            if after not in ((pinned, nothing) if error is None else
                             (nothing,) if error in NOTHING_LEFT else (pinned,)):
                return f"the error is {error}, and the state is {after}"
            if error not in (None, 0, *NOTHING_LEFT):
                return f"the error is {errno.errorcode.get(error, error)}"
            if hook != (after == pinned):
                return f"the hook is {hook} with {after}"
            if after != pinned:
                do(first)
            loopback()
            have(NAME)
            why = held(forger)
            forger.close()
            return why

    faulty("its first pin", first_pin)

    with Inside():
        two = [request("PIN_NEW", *pin(address, device, THERE_MAC, flags=REPLACE))
               for address, device in ((THERE, "none0"), (OTHER, "none0"), (THERE, "none1"))]
        change("pin-flush of all", two, request("PIN_FLUSH"), None)

    def lock(*before, flags=0):
        def attempt(nth):
            with Inside():
                for one in before:
                    do(one)
                link = Netlink(NETLINK_GENERIC)
                error, _ = exchange(link, request("LOCK", flags=flags), nth)
                link.close()
                locked = stats()[N["A_STATS_LOCKED"]]
                if error not in (None, 0, *NOTHING_LEFT):
                    return f"the error is {errno.errorcode.get(error, error)}"
                if error is not None and locked != (not error):
                    return f"the error is {error}, and locked is {locked}"
                do(request("LOCK"))
                do(request("PIN_NEW", *pin(THERE, NAME, THERE_MAC, flags=REPLACE)))
                if answer_of(request("PIN_FLUSH"))[0] != errno.EPERM or state() != pinned:
                    return "a pin can be removed"
                return None
        return attempt

    faulty("lock", lock(first, flags=NLM_F_ECHO))
    faulty("lock, before the first pin", lock())

    def hooked():
        with Inside(INITIAL):
            return stats()[N["A_STATS_NAMESPACES"]]

    def destroyed(window, size):
        forger = Forger()
        with Inside():
            do(first)
            do(request("GUARD_SET", *guard(NAME, "AUDIT")))
            loopback()
            have(NAME)
            why = held(forger)
            forger.close()
            window.open(size)
        time.sleep(0.3) # to ask whether it is gone would be in the window
        window.close()
        gone = wait_for(lambda: hooked() == others)
        return why if gone else "it stays"

    wait_for(lambda: hooked() == 1)
    others = hooked()
    within(text_of(module="arppin"))
    # What falls back on other memory has none either.
    windows("its first pin, and no memory from there on",
            lambda window, size: first_pin(window(size)), step=256 * EVERY, most=100)
    windows("lock before that, likewise",
            lambda window, size: lock()(window(size)), step=256 * EVERY, most=100)
    # What it tells then is in objects of at least this size.
    windows("a namespace goes, with incidents", destroyed, limit=60000, step=192)
    within(None)


def state_inside(change_it):
    with Inside():
        change_it()
        return state()


# --- the module --------------------------------------------------------------------------


def module():
    init_module, delete_module = 175, 176
    with open(os.environ["ARPPIN_KO"], "rb") as file:
        image = file.read()
    size, syscall = ctypes.c_ulong(len(image)), LIBC.syscall

    def load(nth):
        ctypes.set_errno(0)
        with nth:
            failed = syscall(init_module, image, size, b"")
        error = ctypes.get_errno() if failed else 0
        there = os.path.exists("/sys/module/arppin")
        if there == bool(failed):
            return f"the error is {error}, and it is{'' if there else ' not'} loaded"
        if failed:
            return None if error in NOTHING_LEFT else f"the error is {errno.errorcode.get(error, error)}"
        if syscall(delete_module, b"arppin", os.O_NONBLOCK):
            return f"it cannot be unloaded: {errno.errorcode[ctypes.get_errno()]}"
        return None

    # What comes before its own code runs is the loader's.
    within(text_of("do_one_initcall"))
    faulty("the module is loaded", load)
    within(None)


def main():
    parts = sys.argv[1:]
    if not parts:
        sys.exit(__doc__)
    prepare()
    if "module" in parts:
        module()
        parts.remove("module")
    if parts:
        offender = Offender("eth0", "attacker")
        point(not enforced(offender), "a forged frame is dropped", enforced(offender))
    if "netlink" in parts:
        netlink(offender)
    if "frames" in parts:
        within(text_of(module="arppin"))
        frames(offender)
        within(None)
    if "devices" in parts:
        devices()
    if "namespaces" in parts:
        namespaces()
    if parts:
        point(not enforced(offender), "a forged frame is dropped still", enforced(offender))
    print(f"# {total_faults} faults in {total_operations} operations, {total_pages} of them of pages")
    sys.exit(failures > 0)


if __name__ == "__main__":
    main()
