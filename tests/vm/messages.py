#!/usr/bin/python3
"""usage: messages.py COUNT [SEED]

Sends COUNT random requests: made from kmod/arppin.yaml, some right, most wrong in
what they say, and every third with bytes that are wrong as netlink. After each of
them, whatever it was:

  * the kernel answers, with nothing or an error that the spec's operations have;
  * an error, or a question, has changed no pin and no guard;
  * all pins and guards are within the bounds of the spec, each is there once, and
    every message of the module has the attributes, types and sizes of the spec.

The first request that broke one of these is printed, and can be repeated: the same
SEED makes the same requests. The last line is how many of what kind there were.
"""
import collections
import errno
import random
import socket
import struct
import sys

import yaml

NETLINK_GENERIC, CTRL, GETFAMILY = 16, 16, 3
ERROR, DONE = 2, 3
REQUEST, MULTI, ACK, ECHO, DUMP = 1, 2, 4, 8, 0x300
NESTED, NET_BYTEORDER, TYPE_MASK = 0x8000, 0x4000, 0x3fff
INTEGERS = {"u8": "B", "u16": "H", "u32": "I", "u64": "Q"}
# What a request can be refused with that its sender is to blame for.
REFUSALS = {errno.EINVAL, errno.ERANGE, errno.ENOENT, errno.EEXIST, errno.EOPNOTSUPP,
            errno.EAFNOSUPPORT}


class Broken(Exception):
    pass


class Spec:
    def __init__(self, file):
        with open(file, encoding="utf-8") as opened:
            spec = yaml.load(opened, yaml.CSafeLoader)
        self.consts = {d["name"]: d["value"] for d in spec["definitions"] if d["type"] == "const"}
        self.enums = {d["name"]: d for d in spec["definitions"] if "entries" in d}
        self.sets = {}
        for attribute_set in spec["attribute-sets"]:
            number, attributes = 0, {}
            for attribute in attribute_set["attributes"]:
                number = attribute.get("value", number + 1)
                attributes[attribute["name"]] = attribute | {"number": number}
            self.sets[attribute_set["name"]] = attributes
        # Not `lock`, after which the rest would be refused.
        self.operations = [o for o in spec["operations"]["list"]
                           if o["name"] != "lock" and ("do" in o or "dump" in o)]
        self.replies = {o["value"]: o["attribute-set"] for o in spec["operations"]["list"]}


def attribute(number, payload):
    return (struct.pack("HH", 4 + len(payload), number) + payload +
            bytes(-len(payload) % 4))


def attributes_in(data):
    """(number, payload) of each; what is not netlink is Broken."""
    while data:
        if len(data) < 4:
            raise Broken(f"{len(data)} bytes after the last attribute")
        length, number = struct.unpack_from("HH", data)
        if not 4 <= length <= len(data):
            raise Broken(f"attribute {number} has length {length} of {len(data)}")
        yield number & TYPE_MASK, data[4:length]
        data = data[(length + 3) & ~3:]


class Reader:
    """What the module says, held against the spec."""

    def __init__(self, spec):
        self.spec = spec

    def read(self, space, data):
        names = {a["number"]: a for a in self.spec.sets[space].values()}
        result = {}
        for number, payload in attributes_in(data):
            if number not in names:
                raise Broken(f"the spec's {space} has no attribute {number}")
            described = names[number]
            kind, name = described["type"], described["name"]
            if kind == "pad":
                continue
            if kind == "nest":
                value = self.read(described["nested-attributes"], payload)
            elif kind in INTEGERS:
                if len(payload) != struct.calcsize(INTEGERS[kind]):
                    raise Broken(f"{space}.{name}: {len(payload)} bytes")
                value, = struct.unpack(INTEGERS[kind], payload)
            elif kind == "string":
                if payload[-1:] != b"\0":
                    raise Broken(f"{space}.{name} has no end")
                value = payload[:-1]
            else:
                value = payload
            if described.get("multi-attr"):
                result.setdefault(name, []).append(value)
            elif name in result:
                raise Broken(f"{space}.{name} is there twice")
            else:
                result[name] = value
        return result


class Client:
    def __init__(self, family=None):
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_GENERIC)
        self.socket.bind((0, 0))
        self.socket.settimeout(60)
        self.seq = 0
        self.family = family or self.find()

    def close(self):
        self.socket.close()

    def message(self, command, body, flags, kind=None, version=1):
        self.seq += 1
        return struct.pack("IHHII", 20 + len(body), kind or self.family, flags, self.seq, 0) + (
            struct.pack("BBH", command, version, 0) + body)

    def answers(self, until):
        """(error or None, command, data) up to the error or end with that number."""
        while True:
            try:
                data = self.socket.recv(1 << 17)
            except TimeoutError:
                raise Broken("no answer within a minute") from None
            while data:
                length, kind, flags, seq, _ = struct.unpack_from("IHHII", data)
                body, data = data[16:length], data[(length + 3) & ~3:]
                if kind in (ERROR, DONE):
                    yield -struct.unpack_from("i", body)[0], None, b"", seq
                    if seq == until and not (kind == ERROR and flags & MULTI):
                        return
                elif kind == self.family:
                    yield None, body[0], body[4:], seq

    def ask(self, command, body=b"", flags=ACK, kind=None):
        """The error, and (command, data) of each answer."""
        self.socket.send(self.message(command, body, REQUEST | flags, kind))
        error, result = 0, []
        for code, answered, data, seq in self.answers(self.seq):
            if seq != self.seq:
                continue
            if code is None:
                result.append((answered, data))
            else:
                error = code
        return error, result

    def find(self):
        self.family = CTRL
        _, answers = self.ask(GETFAMILY, attribute(2, b"arppin\0"))
        return struct.unpack("H", dict(attributes_in(answers[0][1]))[1])[0]


class Maker:
    """Random requests."""

    def __init__(self, spec, rng):
        self.spec, self.rng = spec, rng
        self.wrongs = 0 # the probability, of each value of a request

    def wrong(self):
        """Is the next value to be one that is likely refused?"""
        return self.rng.random() < self.wrongs

    def addr(self):
        rng = self.rng
        if not self.wrong():
            return bytes([192, 0, 2, rng.randrange(1, 20)])
        return rng.choice([rng.randbytes(4), bytes(4), b"\x7f\0\0\1", b"\xe0\0\0\1", b"\xff" * 4,
                           rng.randbytes(16), bytes(16), rng.randbytes(rng.randrange(20))])

    def lladdr(self):
        rng = self.rng
        if not self.wrong():
            return bytes([2, 0, 0, 0, rng.randrange(4), rng.randrange(256)])
        return rng.choice([bytes(6), b"\xff" * 6, b"\1" + rng.randbytes(5),
                           rng.randbytes(rng.randrange(12))])

    def name(self):
        rng = self.rng
        if not self.wrong():
            return rng.choice([b"eth0\0", b"eth0\0", b"none0\0", b"x" * 15 + b"\0"])
        return rng.choice([b"eth0", b"lo\0", b"\0", b"", b"x" * 16 + b"\0", b"a/b\0",
                           b"eth0\0eth1\0", rng.randbytes(rng.randrange(20))])

    def value(self, described):
        rng, name, kind = self.rng, described["name"], described["type"]
        if kind == "nest":
            inner = self.spec.sets[described["nested-attributes"]]
            if list(inner) == ["lladdr"]:
                count = rng.choice([16, 17, 0] if self.wrong() else [1, 1, 1, 2, 3, 16])
                return b"".join(attribute(inner["lladdr"]["number"], self.lladdr())
                                for _ in range(count))
            return self.attributes(inner, rng.sample(list(inner), rng.randrange(len(inner))))
        if kind in INTEGERS:
            size = struct.calcsize(INTEGERS[kind])
            if not self.wrong():
                return rng.choice([0, 1] if size == 1 else [1, 1, 2]).to_bytes(size, "little")
            number = rng.choice([0, 1, 2, 3, 4, 64, 65, 1 << 31, rng.getrandbits(64)])
            return rng.choice([(number % (1 << 8 * size)).to_bytes(size, "little")] * 9 +
                              [rng.randbytes(rng.randrange(12))])
        return {"addr": self.addr, "lladdr": self.lladdr, "dev": self.name}.get(
            name, lambda: rng.randbytes(rng.randrange(40)))()

    def attributes(self, described, names):
        result = b""
        for name in names:
            flags = NESTED if described[name]["type"] == "nest" else 0
            if self.wrong():
                flags ^= self.rng.choice([0, NESTED, NET_BYTEORDER])
            result += attribute(described[name]["number"] | flags, self.value(described[name]))
        return result

    def body(self, operation):
        rng = self.rng
        described = self.spec.sets[operation["attribute-set"]]
        kinds = [k for k in ("do", "dump") if k in operation]
        wanted = operation[rng.choice(kinds)].get("request", {}).get("attributes", [])
        names = [n for n in wanted if rng.random() < 0.9]
        if self.wrong():
            names += rng.choices(list(described), k=rng.randrange(1, 4))
            rng.shuffle(names)
        body = self.attributes(described, names)
        if rng.random() < 0.1 * self.wrongs:
            body += attribute(rng.randrange(1 << 14), rng.randbytes(rng.randrange(8)))
        return body

    def spoil(self, body):
        """Wrong as netlink, or only in a bit."""
        rng, body = self.rng, bytearray(body)
        for _ in range(rng.randrange(1, 4)):
            if not body:
                return rng.randbytes(rng.randrange(32))
            at = rng.randrange(len(body))
            what = rng.randrange(5)
            if what == 0:
                body[at] ^= 1 << rng.randrange(8)
            elif what == 1:
                body[at] = rng.choice([0, 1, 3, 4, 5, 0x7f, 0x80, 0xff])
            elif what == 2:
                del body[at:]
            elif what == 3:
                body[at:at] = rng.randbytes(rng.randrange(1, 9))
            else:
                body += body[:at]
        return bytes(body)

    def request(self):
        """(command, body, flags, spoiled)."""
        rng = self.rng
        self.wrongs = rng.choice([0, 0, 0.02, 0.2])
        operation = rng.choices(self.spec.operations,
                                [6 if o["name"] == "pin-new" else
                                 0.3 if o["name"] == "pin-flush" else 1
                                 for o in self.spec.operations])[0]
        body = self.body(operation)
        spoiled = rng.random() < 0.33
        if spoiled:
            body = self.spoil(body)
        command = operation["value"]
        if rng.random() < 0.03:
            command = rng.choice([n for n in range(256) if n == 0 or n not in self.spec.replies])
        flags = rng.choice([0, 0, ECHO] + [DUMP] * 2 * ("dump" in operation))
        if rng.random() < 0.1:
            flags = rng.choice([DUMP, 0x100, 0x200, 0x400, 0xf00])
        return command, body, flags, spoiled


def is_unicast(addr):
    return len(addr) == 4 and addr[0] not in (0, 127) and addr[0] < 224


def checked(pins, guards, consts):
    """What is in force: bounds are those of the spec."""
    seen = {}
    for pin in pins:
        macs = pin["lladdrs"].get("lladdr", [])
        if not (1 <= len(pin["dev"]) <= 15 and not set(pin["dev"]) & set(b"/: \n\t") and
                is_unicast(pin["addr"]) and 1 <= len(macs) <= consts["lladdrs-max"] and
                len(set(macs)) == len(macs) and
                all(len(m) == 6 and any(m) and not m[0] & 1 for m in macs) and
                pin["mode"] in (1, 2) and pin["resident"] <= (pin["mode"] == 1)):
            raise Broken(f"this is no pin: {pin}")
        key = pin["dev"], pin["addr"]
        if key in seen:
            raise Broken(f"pinned twice: {pin}")
        seen[key] = tuple(macs), pin["mode"], pin["resident"]
    for guard in guards:
        if not (guard["unpinned"] in (1, 2, 3) and guard["defend"] <= 1 and
                guard["addresses"] <= consts["sightings-lladdr-max"]):
            raise Broken(f"this is no guard: {guard}")
        if guard["dev"] in seen:
            raise Broken(f"guarded twice: {guard}")
        seen[guard["dev"]] = guard["unpinned"], guard["defend"], guard["addresses"]
    return seen


def main(count, seed=1):
    spec = Spec("kmod/arppin.yaml")
    reader, client = Reader(spec), Client()
    command = {o["name"]: o["value"] for o in spec.operations}
    changes = {command[name] for name in ("pin-new", "pin-del", "pin-flush", "guard-set")}
    maker = Maker(spec, random.Random(int(seed)))
    seen = collections.Counter()

    def state():
        dumps = []
        for name, space in ("pin-get", "pin"), ("guard-get", "guard"):
            error, answers = client.ask(command[name], flags=DUMP)
            if error:
                raise Broken(f"{name}: {errno.errorcode.get(error, error)}")
            dumps.append([reader.read(space, data) for _, data in answers])
        return checked(*dumps, spec.consts)

    def say(sender, number, body, flags):
        """One request; whether it may have changed something."""
        error, answers = sender.ask(number, body, flags | ACK)
        for answered, data in answers:
            if answered not in spec.replies:
                raise Broken(f"an answer with command {answered}")
            reader.read(spec.replies[answered], data)
        if error and error not in REFUSALS:
            raise Broken(f"refused with {errno.errorcode.get(error, error)}")
        seen["refused" if error else "taken"] += 1
        return not error and number in changes

    before = state()
    for _ in range(int(count)):
        number, body, flags, spoiled = maker.request()
        try:
            seen["spoiled"] += spoiled
            # On a socket of its own: what is left of it, of a dump above all, ends with that.
            sender = Client(client.family)
            may_change = say(sender, number, body, flags)
            sender.close()
            after = state()
            if after != before:
                if not may_change:
                    raise Broken(f"changed what is in force: {set(before.items()) ^ set(after.items())}")
                seen["changes"] += 1
            before = after
        except Broken as broken:
            print(f"seed {seed}, request {seen['taken'] + seen['refused']}: command {number}, flags {flags:#x}, "
                  f"attributes {body.hex()}")
            print(broken)
            return 1
    print(f"{count} requests, seed {seed}: {seen['taken']} taken, {seen['refused']} refused; "
          f"{seen['spoiled']} spoiled; {seen['changes']} changed something")
    # Else they would all have been of the kind that is easy to refuse.
    return 0 if seen["changes"] >= int(count) // 50 and seen["refused"] >= int(count) // 5 else 1


sys.exit(main(*sys.argv[1:]))
