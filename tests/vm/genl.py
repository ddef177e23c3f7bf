# SPDX-License-Identifier: GPL-2.0-only
"""A generic netlink family as its netlink spec describes it: requests and answers
are dictionaries with the spec's names. Small and fast, for thousands of requests
in an emulator; netlink.py has the kernel's own, complete library.
"""
import struct

import nlsock
import yaml

NETLINK_GENERIC, GENL_ID_CTRL, CTRL_CMD_GETFAMILY = 16, 16, 3
CTRL_ATTR_FAMILY_ID, CTRL_ATTR_FAMILY_NAME = 1, 2
NUMBERS = {"u8": struct.Struct("=B"), "u32": struct.Struct("=I"), "u64": struct.Struct("=Q")}


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


class Spec:
    """The attributes and operations of a family."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            spec = yaml.load(file, yaml.CSafeLoader)
        self.name = spec["name"]
        self.enums = {}
        for definition in spec["definitions"]:
            if definition["type"] in ("enum", "flags"):
                self.enums[definition["name"]] = self.values(definition)
        self.names, self.numbers = {}, {}
        for attr_set in spec["attribute-sets"]:
            numbered = list(enumerate(attr_set["attributes"], 1))
            self.numbers[attr_set["name"]] = dict(numbered)
            self.names[attr_set["name"]] = {what["name"]: (number, what)
                                            for number, what in numbered}
        self.ops = {op["name"]: op for op in spec["operations"]["list"]}

    @staticmethod
    def values(definition):
        """The number of each name of an enum; of flags it is a bit."""
        start = definition.get("value-start", 0)
        entries = enumerate(definition["entries"], start)
        if definition["type"] == "flags":
            return {entry["name"]: 1 << number for number, entry in entries}
        return {entry["name"]: number for number, entry in entries}

    def encode(self, attr_set, values):
        data = b""
        for name, value in values.items():
            number, what = self.names[attr_set][name]
            for one in value if what.get("multi-attr") else [value]:
                if what["type"] == "nest":
                    data += nlsock.attr(number | nlsock.NESTED,
                                        self.encode(what["nested-attributes"], one))
                else:
                    data += nlsock.attr(number, self.encode_one(what, one))
        return data

    def encode_one(self, what, value):
        kind = what["type"]
        if kind == "string":
            return value.encode() + b"\0"
        if kind == "binary":
            return mac(value) if what.get("display-hint") == "mac" else value
        if isinstance(value, str):
            value = self.enums[what["enum"]][value]
        return NUMBERS[kind].pack(value)

    def decode(self, attr_set, data):
        result = {}
        numbers = self.numbers[attr_set]
        for number, payload in nlsock.attrs(data):
            what = numbers[number]
            kind = what["type"]
            if kind == "pad":
                continue
            if kind == "nest":
                value = self.decode(what["nested-attributes"], payload)
            elif kind == "string":
                value = payload.rstrip(b"\0").decode()
            elif kind == "binary":
                value = payload.hex(":") if what.get("display-hint") == "mac" else payload
            else:
                value = NUMBERS[kind].unpack(payload)[0]
                if "enum" in what:
                    value = self.name_of(what["enum"], value)
            if what.get("multi-attr"):
                result.setdefault(what["name"], []).append(value)
            else:
                result[what["name"]] = value
        return result

    def name_of(self, enum, value):
        for name, number in self.enums[enum].items():
            if number == value:
                return name
        return value


class Family:
    """Talks to a family in the network namespace in which it was made."""

    def __init__(self, spec):
        self.spec = spec
        self.socket = nlsock.Socket(NETLINK_GENERIC)
        name = nlsock.attr(CTRL_ATTR_FAMILY_NAME, spec.name.encode() + b"\0")
        answer = self.socket.request(GENL_ID_CTRL, struct.pack(
            "=BBH", CTRL_CMD_GETFAMILY, 1, 0) + name)[0]
        self.number = struct.unpack("=H", dict(nlsock.attrs(answer, 4))[CTRL_ATTR_FAMILY_ID])[0]

    def close(self):
        self.socket.close()

    def request(self, name, values=None, flags=0):
        """Objects; nlsock.Refused with the kernel's error."""
        op = self.spec.ops[name]
        attr_set = op["attribute-set"]
        body = struct.pack("=BBH", op["value"], 1, 0) + self.spec.encode(attr_set, values or {})
        return [self.spec.decode(attr_set, answer[4:])
                for answer in self.socket.request(self.number, body, flags)]

    def dump(self, name, values=None):
        return self.request(name, values, nlsock.DUMP)
