#!/usr/bin/python3
"""usage: netlink.py COMMAND[/ARGUMENT]...

An independent client of the module: messages are made and read by the kernel's
own library for netlink specs, from kmod/arppin.yaml. Prints test points, `ok TEXT`
or `not ok TEXT`, for points() of netlink.t.

	answers		says of pins, guards, incidents, sightings and stats what arppinctl
			says
	refusals	bad requests, each with its answer
	journal		the events that are kept are those that were told
	echo		NLM_F_ECHO
	policy		what the kernel says of its policies is what the spec says
	changed		a dump of many pins while they change, and while not
	dump/NUMBER	a dump has so many pins, each once
"""
import errno
import json
import os
import socket
import struct
import subprocess
import sys
import time
import yaml

CACHE = os.environ.get("ARPPIN_CACHE") or os.path.join(
    os.environ.get("XDG_CACHE_HOME") or os.path.join(os.environ["HOME"], ".cache"), "arppin")
SOURCE = os.path.join(CACHE, "source-6.12")
sys.path.append(os.path.join(SOURCE, "tools/net/ynl"))
yaml.SafeLoader = yaml.CSafeLoader # in an emulator, the other takes seconds
from lib import YnlFamily # noqa: E402
from lib.ynl import GenlMsg, Netlink, NlAttr, NlAttrs, NlMsg, NlMsgs # noqa: E402

NLM_F_ECHO, NLM_F_DUMP_INTR = 0x8, 0x10
ADDR, MAC = bytes([192, 0, 2, 1]), bytes.fromhex("020000000001")


def point(holds, text, *notes):
    print("ok" if holds else "not ok", f"{command}: {text}")
    if not holds:
        for note in notes:
            print("#", note)


def attr(number, payload=b""):
    return struct.pack("HH", 4 + len(payload), number) + payload + bytes(-len(payload) % 4)


def lladdrs(*macs):
    return {"lladdr": list(macs)}


class Client:
    """YnlFamily makes and reads attributes; messages are sent and received here,
    because it hides flags and echoes."""

    def __init__(self):
        # That it answers to the schema, tests/static.t has seen.
        self.family = YnlFamily("kmod/arppin.yaml", "")
        self.socket = self.family.sock
        self.seq = 0

    def encode(self, op, values, flags=0, more=b""):
        """The message; MORE is put behind the attributes as it is."""
        self.seq += 1
        body = struct.pack("BBH", op.req_value, 1, 0)
        for name, value in values.items():
            body += self.family._add_attr(op.attr_set.name, name, value, None)
        body += more
        return struct.pack("IHHII", 16 + len(body), self.family.nlproto.family_id,
                           Netlink.NLM_F_REQUEST | Netlink.NLM_F_ACK | flags,
                           self.seq, 0) + body

    def receive(self, op):
        """One datagram: its messages, as (header, decoded object or None)."""
        result = []
        for message in NlMsgs(self.socket.recv(1 << 20), attr_space=op.attr_set):
            decoded = None
            if message.nl_type == self.family.nlproto.family_id:
                genl = GenlMsg(message)
                space = "event" if genl.genl_cmd == self.family.ops_event else op.attr_set.name
                decoded = (genl.genl_cmd, self.family._decode(NlAttrs(genl.raw), space))
            result.append((message, decoded))
        return result

    def request(self, name, values=None, flags=0, more=b"", between=None):
        """Sends a request and returns (error number, extended ack, objects,
        events, whether a dump was interrupted). BETWEEN is called after the
        first datagram."""
        op = self.family.ops[name]
        request = self.encode(op, values or {}, flags, more)
        self.socket.send(request)
        objects, events, interrupted = [], [], False
        while True:
            for message, decoded in self.receive(op):
                if message.nl_seq != self.seq:
                    continue
                interrupted |= bool(message.nl_flags & NLM_F_DUMP_INTR)
                if message.done:
                    extack = message.extack or {}
                    if message.error:
                        try: # to name the attribute
                            self.family._decode_extack(request, op, extack)
                        except Exception: # it is not in the spec
                            pass
                    return -message.error, extack, objects, events, interrupted
                kind = events if decoded[0] == self.family.ops_event else objects
                kind.append(decoded[1])
            if between:
                between()
                between = None

    def dump(self, name, values=None, **more):
        return self.request(name, values, flags=Netlink.NLM_F_DUMP, **more)


def new_client():
    client = Client()
    client.family.ops_event = client.family.msgs["event"].rsp_value
    return client


def tool(*words):
    command = [os.environ["ARPPINCTL"], "-j", *words]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def dashes(value):
    """As the tool says it: names with underscores."""
    if isinstance(value, dict):
        return {name.replace("-", "_"): dashes(member) for name, member in value.items()}
    return value


def pin_as_tool(pin):
    return {
        "addr": socket.inet_ntoa(pin["addr"]), "family": "ipv4", "dev": pin["dev"],
        "lladdr": pin["lladdrs"]["lladdr"], "mode": pin["mode"],
        "resident": bool(pin["resident"]), "ifindex": pin.get("ifindex"),
        "bound": "ifindex" in pin, "counters": pin["stats"],
    }


def guard_as_tool(guard):
    return {
        "dev": guard["dev"], "unpinned": guard["unpinned"],
        "defend": bool(guard["defend"]), "addresses": guard["addresses"] or None,
        "ifindex": guard.get("ifindex"), "bound": "ifindex" in guard,
        "counters": guard["stats"],
    }


def incident_as_tool(incident):
    members = {name: incident[name] for name in ("id", "kind", "dev", "lladdr", "source",
                                                 "dropped", "passed")}
    result = members | {
        "addr": socket.inet_ntoa(incident["addr"]), "variants": sorted(incident["variants"]),
        "start_ns": incident["start"], "since_last": incident["since"],
        "live": "end" not in incident, "end_ns": incident.get("end"),
        "port": incident.get("port"), "sightings_total": incident["sightings"],
        "sightings": [sighting_as_tool(sighting) for sighting in incident.get("sighting", [])],
        "frame": incident["frame"].hex(), "frame_len": incident["frame-len"],
    }
    if "pin" in incident:
        result["pin"] = pin_as_tool(incident["pin"])
    if "guard" in incident:
        result["guard"] = guard_as_tool(incident["guard"])
    return result


def sighting_as_tool(sighting):
    return {"addr": socket.inet_ntoa(sighting["addr"]), "lladdr": sighting["lladdr"],
            "first_ns": sighting["first"]}


def without_texts(incident):
    """As incident_as_tool() has it: the tool's times as numbers alone, and not
    when it was last seen, which is only as exact as the kernel's clock ticks."""
    result = {name: value for name, value in incident.items()
              if name not in ("start", "end", "last", "last_ns")}
    result["variants"] = sorted(incident["variants"])
    result["sightings"] = [without_dev(sighting) for sighting in incident["sightings"]]
    return result


def without_dev(sighting):
    return {name: sighting[name] for name in ("addr", "lladdr", "first_ns")}


def same(text, ours, theirs):
    point(ours == theirs, text, f"this client: {ours}", f"the tool:    {theirs}")


def go_on(client):
    """The offenders of netlink.t: until here a minute may have passed, which ends an
    incident. And all has been told of them."""
    for words in [], ["spa=192.0.2.9", "op=reply"], ["spa=192.0.2.200"]:
        subprocess.run(["ip", "netns", "exec", "attacker", "tests/vm/arp.py", "eth0", *words],
                       check=True, stdout=subprocess.DEVNULL)
    for _ in range(600):
        if not any(incident["since"] for incident in client.dump("incident-get")[2]):
            return
        time.sleep(0.2)
    point(False, "all is told of the incidents")


def answers():
    client = new_client()
    go_on(client)

    def by_key(pin):
        return pin["dev"], socket.inet_aton(pin["addr"])

    pins = [pin_as_tool(pin) for pin in client.dump("pin-get")[2]]
    same("all pins", sorted(pins, key=by_key), sorted(tool("pin", "show"), key=by_key))
    point(len(pins) > 2 and any(pin["counters"]["dropped"] for pin in pins),
          "... and there is something to compare")
    for dev in sorted({pin["dev"] for pin in pins}):
        same(f"the pins of {dev}",
             [pin_as_tool(pin) for pin in client.dump("pin-get", {"dev": dev})[2]],
             [pin for pin in pins if pin["dev"] == dev])
    same("the pins of an address",
         [pin_as_tool(pin) for pin in client.dump("pin-get", {"addr": ADDR})[2]],
         [pin for pin in pins if pin["addr"] == socket.inet_ntoa(ADDR)])
    one = client.request("pin-get", {"dev": "eth0", "addr": ADDR})[2]
    same("one pin", [pin_as_tool(pin) for pin in one],
         tool("pin", "show", socket.inet_ntoa(ADDR), "dev", "eth0"))

    guards = [guard_as_tool(guard) for guard in client.dump("guard-get")[2]]
    same("all guards", sorted(guards, key=lambda guard: guard["dev"]), tool("guard", "show"))
    one = client.request("guard-get", {"dev": "eth0"})[2]
    same("one guard", [guard_as_tool(guard) for guard in one],
         tool("guard", "show", "dev", "eth0"))
    one = client.dump("guard-get", {"dev": "eth0"})[2]
    same("the same as a dump", [guard_as_tool(guard) for guard in one],
         [guard for guard in guards if guard["dev"] == "eth0"])
    incidents = [incident_as_tool(incident) for incident in client.dump("incident-get")[2]]
    same("all incidents", incidents, [without_texts(i) for i in tool("incident", "show")])
    point({incident["live"] for incident in incidents} == {False, True} and
          {"pin", "guard"} <= {name for incident in incidents for name in incident} and
          any(incident["sightings"] for incident in incidents),
          "... and there is something to compare", incidents)
    for incident in incidents:
        number = incident["id"]
        one = client.request("incident-get", {"id": number})[2]
        same(f"incident {number}", [incident_as_tool(i) for i in one], [incident])
        same(f"incident {number} of the tool",
             [without_texts(i) for i in tool("incident", "show", str(number))], [incident])
    ends = [incident["end_ns"] for incident in incidents if not incident["live"]]
    starts = [incident["start_ns"] for incident in incidents if incident["live"]]
    point(ends == sorted(ends) and starts == sorted(starts) and
          [incident["live"] for incident in incidents] == [False] * len(ends) + [True] * len(starts),
          "first those that ended, in the order of their end, then the others by their start",
          incidents)

    def sightings(**wanted):
        return [sighting_as_tool(s) | {"dev": s["dev"]}
                for s in client.dump("sighting-get", wanted)[2]]

    def of_tool(*words):
        return [without_dev(s) | {"dev": s["dev"]} for s in tool("sighting", "show", *words)]

    everything = sightings()
    same("all sightings", everything, of_tool())
    point(len(everything) > 1, "... and there is something to compare", everything)
    for dev in "eth0", "none0":
        same(f"the sightings on {dev}", sightings(dev=dev), of_tool("dev", dev))
        point(sightings(dev=dev) == [s for s in everything if s["dev"] == dev],
              "... are those of them all", sightings(dev=dev))
    mac = everything[0]["lladdr"]
    given = bytes.fromhex(mac.replace(":", ""))
    same("the sightings of a MAC", sightings(lladdr=given), of_tool("lladdr", mac))
    same("the sightings of a MAC on a device", sightings(dev="eth0", lladdr=given),
         [s for s in everything if s["lladdr"] == mac])

    stats = tool("stats")
    stats.pop("events_epoch") # the same as a string
    stats["events_epoch"] = stats.pop("events_epoch_ns")
    same("stats", dashes(client.request("stats-get")[2][0]), stats)


def journal():
    client, listener = new_client(), new_client()
    listener.family.ntf_subscribe("events")
    told = []

    def changes(count):
        for _ in range(count):
            for unpinned in "drop", "accept":
                client.request("guard-set", {"dev": "none5", "unpinned": unpinned})
                told.extend(event for _, (_, event) in listener.receive(
                    listener.family.ops["stats-get"]))

    def kept(**since):
        return client.dump("event-get", since)[2]

    changes(5)
    first, last = told[0]["seq"], told[-1]["seq"]
    point([event["seq"] for event in told] == list(range(first, last + 1)),
          "events have numbers without a gap", told)
    same("the events since the one before", kept(seq=first - 1), told)
    same("the last of them", kept(seq=last - 1), told[-1:])
    same("none since the last", kept(seq=last), [])
    point([event["seq"] for event in kept()] == list(range(1, last + 1)),
          "without a number all of them")
    same("the same since 0", kept(seq=0), kept())
    code, extack, events, *_ = client.dump("event-get", {"seq": last + 1})
    point((code, events) == (errno.ERANGE, []) and "loaded again" in extack.get("msg", ""),
          "since a number of the future: refused", code, extack)

    told.clear()
    changes(600)
    stats = client.request("stats-get")[2][0]
    point(stats["events"] - stats["events-first"] + 1 == stats["events-max"] == 1024,
          "1,024 are kept", stats)
    point(kept(seq=1) == told[-1024:], "... the latest, and what they were when told")


def refusals():
    client = new_client()
    pin = {"dev": "eth0", "addr": bytes([192, 0, 2, 5]), "lladdrs": lladdrs(MAC)}
    pin_id = {"dev": "eth0", "addr": ADDR}

    def state():
        # Incidents may end meanwhile.
        return (client.dump("pin-get")[2], client.dump("guard-get")[2],
                [event for event in client.dump("event-get")[2]
                 if not event["kind"].startswith("incident")])

    before = state()

    # Before 6.1 the kernel's messages have no place for what is missing.
    tells_missing = [int(part) for part in os.uname().release.split(".")[:2]] >= [6, 1]

    def refused(text, op, values, code, message, blamed=None, missing=None, more=b""):
        got, extack, *_ = client.request(op, values, more=more)
        point(got == code and message in extack.get("msg", "") and
              extack.get("bad-attr", extack.get("bad-attr-offs")) == blamed and
              extack.get("miss-type") == (missing if tells_missing else None),
              f"{op}: {text}", f"{errno.errorcode.get(got, got)} {extack}")

    def without(name):
        return {key: value for key, value in pin.items() if key != name}

    required = "a required attribute is missing"
    for name in pin:
        refused(f"no {name}", "pin-new", without(name), errno.EINVAL, required, missing=name)
    for op in "pin-del", "pin-get":
        refused("no dev", op, {"addr": ADDR}, errno.EINVAL, required, missing="dev")
        refused("no addr", op, {"dev": "eth0"}, errno.EINVAL, required, missing="addr")
    refused("no dev", "guard-set", {"unpinned": "drop"}, errno.EINVAL, required, missing="dev")
    refused("nothing to set", "guard-set", {"dev": "eth0"}, errno.EINVAL, required)
    refused("no id", "incident-get", {}, errno.EINVAL, required, missing="id")
    refused("no dev", "guard-get", {}, errno.EINVAL, required, missing="dev")

    outside = "out of range"
    ipv6 = socket.inet_pton(socket.AF_INET6, "2001:db8::1")
    for op, values in ("pin-new", pin), ("pin-del", pin_id), ("pin-get", pin_id):
        def of(name, value, op=op, values=values):
            return op, values | {name: value}
        refused("IPv6", *of("addr", ipv6), errno.EAFNOSUPPORT,
                "IPv6 cannot be pinned yet: Neighbour Discovery is not guarded", ".addr")
        refused("an address of 3 bytes", *of("addr", bytes(3)), errno.ERANGE, outside, ".addr")
        refused("an address of 5 bytes", *of("addr", bytes(5)), errno.EINVAL,
                "4 or 16 bytes", ".addr")
        refused("an address of 17 bytes", *of("addr", bytes(17)), errno.ERANGE, outside, ".addr")
        for addr in "0.0.0.0", "127.0.0.1", "224.0.0.1", "255.255.255.255":
            refused(addr, *of("addr", socket.inet_aton(addr)), errno.EINVAL,
                    "it must be unicast", ".addr")
    for op, values in (("pin-new", pin), ("pin-del", pin_id), ("pin-get", pin_id),
                       ("pin-flush", {}), ("guard-get", {}),
                       ("guard-set", {"unpinned": "drop"})):
        refused("a name of 16 bytes", op, values | {"dev": "x" * 16}, errno.EINVAL,
                "policy", ".dev")
    for op, values in ("pin-new", pin), ("guard-set", {"unpinned": "drop"}):
        for name in "", ".", "..", "a/b", "a:b", "a b", "a\nb":
            refused(f"the name {name!r}", op, values | {"dev": name}, errno.EINVAL,
                    "not a valid device name", ".dev")
        refused("the loopback device", op, values | {"dev": "lo"}, errno.EOPNOTSUPP,
                "not an Ethernet device", ".dev")
    where = "pin-new", ".lladdrs", ".lladdrs.lladdr"

    def macs(text, given, code, message, blamed):
        refused(text, where[0], pin | {"lladdrs": given}, code, message, blamed)

    macs("no MAC", lladdrs(), errno.EINVAL, "1 to 16", where[1])
    macs("17 MACs", lladdrs(*(MAC[:5] + bytes([n]) for n in range(17))), errno.EINVAL,
         "1 to 16", where[1])
    macs("a MAC of 5 bytes", lladdrs(MAC[:5]), errno.ERANGE, outside, where[2])
    macs("a MAC of 7 bytes", lladdrs(MAC + b"\0"), errno.ERANGE, outside, where[2])
    macs("a multicast MAC", lladdrs(bytes.fromhex("01005e000001")), errno.EINVAL,
         "must be unicast and not zero", where[2])
    macs("the broadcast MAC", lladdrs(b"\xff" * 6), errno.EINVAL, "must be unicast", where[2])
    macs("the zero MAC", lladdrs(bytes(6)), errno.EINVAL, "must be unicast", where[2])
    macs("the same MAC twice", lladdrs(MAC, MAC), errno.EINVAL, "twice", where[2])
    for mode in 0, 3, 1 << 31:
        refused(f"mode {mode}", "pin-new", pin | {"mode": mode}, errno.ERANGE, outside, ".mode")
        refused(f"unpinned {mode + 1 if mode == 3 else mode}", "guard-set",
                {"dev": "eth0", "unpinned": mode + 1 if mode == 3 else mode},
                errno.ERANGE, outside, ".unpinned")
    refused("defend 2", "guard-set", {"dev": "eth0", "defend": 2}, errno.ERANGE, outside,
            ".defend")
    for number in 65, 1 << 31:
        refused(f"addresses {number}", "guard-set", {"dev": "eth0", "addresses": number},
                errno.ERANGE, outside, ".addresses")
    refused("resident 2", "pin-new", pin | {"resident": 2}, errno.ERANGE, outside, ".resident")
    refused("resident in audit", "pin-new", pin | {"mode": "audit", "resident": 1},
            errno.EINVAL, "only an enforced pin can be resident", ".resident")
    for bit in 1, 31:
        refused(f"flag {bit}", "pin-new", pin | {"flags": 1 << bit}, errno.EINVAL,
                "reserved bit", ".flags")
    refused("pinned already", "pin-new", pin | {"addr": ADDR}, errno.EEXIST,
            "pinned already", ".addr")
    for op in "pin-del", "pin-get":
        refused("not pinned", op, {"dev": "eth0", "addr": bytes([192, 0, 2, 6])},
                errno.ENOENT, "not pinned on this device", ".addr")
        refused("no such device", op, {"dev": "none9", "addr": ADDR}, errno.ENOENT,
                "not pinned on this device", ".addr")
    refused("not guarded", "guard-get", {"dev": "none9"}, errno.ENOENT, "no guard", ".dev")

    for number in 0, 999999, (1 << 64) - 1:
        refused(f"incident {number}", "incident-get", {"id": number}, errno.ENOENT,
                "no such incident", ".id")
    for op in "sighting-get", "event-get":
        refused("can only be dumped", op, {}, errno.EOPNOTSUPP, "")

    def no_dump(text, op, values, message):
        got, extack, objects, *_ = client.dump(op, values)
        point(got in (errno.EINVAL, errno.ERANGE) and not objects and
              message in extack.get("msg", ""), f"{op}, dump: {text}",
              f"{errno.errorcode.get(got, got)} {extack}")

    no_dump("an id", "incident-get", {"id": 1}, "")
    no_dump("a name of 16 bytes", "sighting-get", {"dev": "x" * 16}, "policy")
    no_dump("a MAC of 5 bytes", "sighting-get", {"lladdr": MAC[:5]}, outside)
    no_dump("an address", "sighting-get", {"addr": ADDR}, "")
    no_dump("a kind", "event-get", {"kind": "pin-new"}, "")

    # What an operation does not take is refused: each output attribute, and
    # what is not in the spec at all.
    unknown = {
        "pin-new": (pin, ["ifindex", "stats"]),
        "pin-del": (pin_id, ["lladdrs", "mode", "resident", "flags"]),
        "pin-get": (pin_id, ["lladdrs", "mode", "resident", "flags"]),
        "pin-flush": ({}, ["addr", "lladdrs"]),
        "guard-set": ({"dev": "eth0", "unpinned": "drop"}, ["ifindex", "stats"]),
        "guard-get": ({"dev": "eth0"}, ["unpinned", "defend", "addresses"]),
        "incident-get": ({"id": 1}, ["dev", "addr", "end", "pin"]),
        "stats-get": ({}, []),
        "lock": ({}, ["locked"]),
    }
    for op, (values, names) in unknown.items():
        numbers = client.family.ops[op].attr_set
        for name, number in [(n, numbers[n].value) for n in names] + [("attribute 99", 99)]:
            got, extack, *_ = client.request(op, values, more=attr(number, bytes(4)))
            point(got == errno.EINVAL and extack.get("msg") and
                  extack.get("bad-attr-offs", extack.get("bad-attr")) is not None,
                  f"{op}: {name} is not taken", f"{errno.errorcode.get(got, got)} {extack}")
    got, extack, *_ = client.request("stats-get", more=attr(1, bytes(4)))
    point(got == errno.EINVAL and extack.get("msg"), "stats-get takes no attribute", got, extack)
    after = state()
    point(before == after, "none of these has changed anything or told an event",
          before, after)


def echo():
    client, listener = new_client(), new_client()
    pin = {"dev": "none0", "addr": ADDR, "lladdrs": lladdrs(MAC)}

    def kinds(name, values, flags=NLM_F_ECHO):
        code, _, _, events, _ = client.request(name, values, flags=flags)
        return code, [event["kind"] for event in events]

    point(kinds("pin-new", pin, 0) == (0, []), "without NLM_F_ECHO: no echo")
    kinds("pin-del", {"dev": "none0", "addr": ADDR}, 0)
    listener.family.ntf_subscribe("events")
    for name, values, expected in (
            ("pin-new", pin, ["pin-new"]),
            ("pin-new", pin | {"flags": ["replace"]}, []), # nothing has changed
            ("pin-new", pin | {"flags": ["replace"], "mode": "audit"}, ["pin-change"]),
            ("guard-set", {"dev": "none0", "unpinned": "drop"}, ["guard-change"]),
            ("pin-new", pin | {"addr": bytes([192, 0, 2, 7])}, ["pin-new"]),
            ("pin-del", {"dev": "none0", "addr": ADDR}, ["pin-del"]),
            ("pin-flush", {"dev": "none0"}, ["pin-del"]),
            ("guard-set", {"dev": "none0", "unpinned": "accept"}, ["guard-change"])):
        got = kinds(name, values)
        point(got == (0, expected), f"echo of {name}: {expected}", got)
    told = []
    while len(told) < 7:
        for _, decoded in listener.receive(listener.family.ops["stats-get"]):
            told.append((decoded[1]["kind"], decoded[1]["seq"]))
    point([kind for kind, _ in told] == ["pin-new", "pin-change", "guard-change", "pin-new",
                                         "pin-del", "pin-del", "guard-change"] and
          [seq for _, seq in told] == list(range(told[0][1], told[0][1] + 7)),
          "the group has heard the same, once each, in order", told)
    client.socket.setsockopt(Netlink.SOL_NETLINK, Netlink.NETLINK_ADD_MEMBERSHIP,
                             client.family.nlproto.genl_family["mcast"]["events"])
    point(kinds("pin-new", pin) == (0, ["pin-new"]), "a listener has its own echo once")
    client.socket.settimeout(0.5)
    try:
        point(False, "... and not again", client.receive(client.family.ops["pin-new"]))
    except TimeoutError:
        point(True, "... and not again")
    client.socket.settimeout(None)
    kinds("pin-flush", {"dev": "none0"}, 0)


def pins_on(client, dev, count):
    for start in range(0, count, 50): # as many as fit into a socket's buffer
        for n in range(start, min(start + 50, count)):
            client.socket.send(client.encode(client.family.ops["pin-new"], {
                "dev": dev, "addr": bytes([10, 9, n >> 8, n & 0xff]),
                "lladdrs": lladdrs(MAC)}))
        left = min(50, count - start)
        while left:
            for message, _ in client.receive(client.family.ops["pin-new"]):
                assert not message.error, message
                left -= 1


def changed():
    client, other = new_client(), new_client()
    count = 1000
    pins_on(client, "none0", count)
    everything = {bytes([10, 9, n >> 8, n & 0xff]) for n in range(count)}

    def added():
        other.request("pin-new", {"dev": "none1", "addr": bytes([10, 8, 0, 1]),
                                  "lladdrs": lladdrs(MAC)})

    def removed():
        for n in range(20): # which the dump has had already
            other.request("pin-del", {"dev": "none0", "addr": bytes([10, 9, 0, n])})

    def flushed():
        other.request("pin-flush", {})

    for text, between, intr in (("nothing changes", None, False), ("one is added", added, True),
                                ("some are removed", removed, True),
                                ("all are removed", flushed, True)):
        code, _, pins, _, interrupted = client.dump("pin-get", {"dev": "none0"}, between=between)
        addrs = [pin["addr"] for pin in pins]
        if not intr:
            point(code == 0 and set(addrs) == everything and len(addrs) == count,
                  f"dump while {text}: each pin once", code, len(addrs))
        else:
            point(code == 0, f"dump while {text}: it ends", code)
        point(interrupted == intr,
              f"dump while {text}: {'NLM_F_DUMP_INTR' if intr else 'no NLM_F_DUMP_INTR'}")
    point(not client.dump("pin-get")[2], "and then there are none")


def dump(count):
    code, _, pins, _, interrupted = new_client().dump("pin-get")
    keys = {(pin["dev"], pin["addr"]) for pin in pins}
    point(code == 0 and not interrupted and len(pins) == len(keys) == int(count),
          f"a dump has {count} pins, each once", code, interrupted, len(pins), len(keys))


# What the policy calls the types of the spec.
POLICY_TYPES = {"string": "nul-string", "binary": "binary", "nest": "nested",
                "u8": "u8", "u32": "u32", "u64": "u64"}


def spec_policy(family, attribute):
    """What the kernel should say of an attribute, from the spec."""
    result = {"type": POLICY_TYPES[attribute["type"]]}
    checks = attribute.yaml.get("checks", {})
    if "enum" in attribute.yaml:
        values = [entry.value for entry in family.consts[attribute["enum"]].entries.values()]
        if family.consts[attribute["enum"]].type == "flags":
            result["mask"] = sum(1 << value for value in values)
        else:
            result["min-value"], result["max-value"] = min(values), max(values)
    if "max" in checks:
        result["min-value"], result["max-value"] = 0, checks["max"]
    for check, name in (("min-len", "min-length"), ("max-len", "max-length")):
        if check in checks:
            result[name] = checks[check]
    if "exact-len" in checks:
        result["min-length"] = result["max-length"] = checks["exact-len"]
    return result


def read_policies(client):
    """CTRL_CMD_GETPOLICY: {operation: {do: index}}, {index: {attribute: policy}}."""
    ctrl_cmd_getpolicy, family_id, policy, op_policy = 10, 1, 8, 9
    body = struct.pack("BBH", ctrl_cmd_getpolicy, 1, 0) + attr(
        family_id, struct.pack("H", client.family.nlproto.family_id))
    client.socket.send(struct.pack("IHHII", 16 + len(body), Netlink.GENL_ID_CTRL,
                                   Netlink.NLM_F_REQUEST | Netlink.NLM_F_DUMP, 1, 0) + body)
    ops, policies = {}, {}
    while True:
        for message in NlMsgs(client.socket.recv(1 << 20)):
            if message.done:
                assert not message.error
                return ops, policies
            for a in NlAttrs(message.raw[4:]):
                for inner in NlAttrs(a.raw) if a.type in (policy, op_policy) else ():
                    if a.type == op_policy:
                        ops[inner.type] = {{1: "do", 2: "dump"}[kind.type]: kind.as_scalar("u32")
                                           for kind in NlAttrs(inner.raw)}
                    elif a.type == policy:
                        for described in NlAttrs(inner.raw):
                            # Nested ones say which policy theirs is: attribute 8.
                            value = NlMsg._decode_policy(None, described.raw)
                            for detail in NlAttrs(described.raw):
                                if detail.type == 8:
                                    value["policy"] = detail.as_scalar("u32")
                            policies.setdefault(inner.type, {})[described.type] = value


def policy():
    client = new_client()
    family = client.family
    ops, policies = read_policies(client)
    requests = {op.req_value: op for op in family.ops.values()}
    point(set(ops) == set(requests), "the operations are those of the spec",
          sorted(ops), sorted(requests))
    for number, op in sorted(requests.items()):
        # The kernel has one policy for both; what only one of them takes, the other
        # refuses itself: see refusals().
        names = {name for kind in ("do", "dump")
                 for name in op.yaml.get(kind, {}).get("request", {}).get("attributes", [])}
        point(set(ops.get(number, {})) == {"do", "dump"} & set(op.yaml),
              f"{op.name}: to be done or dumped as the spec says", ops.get(number), op.yaml.keys())
        for kind, index in sorted(ops.get(number, {}).items()):
            accepted = {name: p for name, p in policies.get(index, {}).items()
                        if p["type"] != "invalid"}
            expected = {}
            for name in names:
                attribute = op.attr_set[name]
                expected[attribute.value] = spec_policy(family, attribute)
                nested = accepted.get(attribute.value, {}).pop("policy", None)
                if attribute["type"] == "nest":
                    inner = family.attr_sets[attribute["nested-attributes"]]
                    same_inner = {a.value: spec_policy(family, a) for _, a in inner.items()}
                    point(policies.get(nested) == same_inner,
                          f"{op.name}: {name} is a nest of what the spec says",
                          policies.get(nested), same_inner)
                    for detail in "min-length", "max-length": # of the whole nest
                        accepted[attribute.value].pop(detail, None)
            for p in accepted.values(): # the kernel states full ranges as well
                if "mask" in p or p.get("max-value") == (1 << 64) - 1:
                    p.pop("min-value", None), p.pop("max-value", None)
            point(accepted == expected, f"{op.name}, {kind}: attributes, types and limits",
                  f"kernel {accepted}", f"spec   {expected}")


COMMANDS = {f.__name__: f for f in (answers, refusals, journal, echo, policy, changed, dump)}
commands = [word.split("/") for word in sys.argv[1:]]
if not commands or any(name not in COMMANDS for name, *_ in commands):
    sys.exit(__doc__)
for command, *arguments in commands:
    COMMANDS[command](*arguments)
