#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""usage: model.py [--seed N] [--steps N] [--seconds N] [--lie NAME] [--patience SECONDS]
       model.py --repeat FILE [--lie NAME]

Random pins, guards, devices, writers of the neighbour cache, attacks and true
frames, done to the module and to a model of what it promises (reference.py).
After each step all counters, pins and guards are what the model says, and in the
neighbour cache no address that a pin enforces is at a MAC that is not in the pin.

--seconds: no further step after so many. --lie: the model is wrong, so that a
failure must be found. --patience: how long the kernel may take for what it does
later (default 3).

A sequence that fails is made as short as it goes and printed, as a script that
--repeat runs. For long runs, in a shell of the guest (tests/vm/run -i):

	insmod $ARPPIN_KO; tests/vm/model.py --seed $RANDOM --steps 100000

The module is loaded already. Everything is in two network namespaces of its own,
new ones for each sequence: the devices of one are wires that end in packet sockets
of the other, so that nobody else says a word of ARP. Exit status: 0, or 1 after a
failure.
"""
import argparse
import ctypes
import os
import random
import socket
import sys
import time

import genl
import nlsock
import reference
import rtnl
from genl import mac

CLONE_NEWNET, SOL_PACKET, PACKET_QDISC_BYPASS = 0x40000000, 263, 20
NAMES = ["eth0", "eth1", "wan0"]
SUBNETS = ["192.0.2", "198.51.100"] # of wires 0 and 1
PINNED = [f"02:00:00:00:00:0{n}" for n in range(1, 5)]
EVIL = [f"02:00:00:00:66:0{n}" for n in range(1, 4)]
SPECIAL = ["00:00:00:00:00:00", reference.BROADCAST, "01:00:5e:00:00:66"]
OPTIONAL = ["dst", "src", "hrd", "pro", "hln", "pln", "len", "count", "addresses", "defend"]
LIBC = ctypes.CDLL(None, use_errno=True)


def own_address(wire):
    return f"{SUBNETS[wire]}.10"


def words_of(line):
    """`frame wire 0 op 1 ...`: the words before it, and a dictionary."""
    words = line.split()
    return dict(zip(words[::2], words[1::2]))


# --- the kernel's side -----------------------------------------------------------


def enter(fd):
    if LIBC.setns(fd, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


def new_namespace():
    """An fd of it; this process is in it."""
    if LIBC.unshare(CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "unshare")
    for which in "all", "default":
        with open(f"/proc/sys/net/ipv6/conf/{which}/disable_ipv6",
                  "w", encoding="ascii") as file:
            file.write("1")
    return os.open("/proc/thread-self/ns/net", os.O_RDONLY)


class Lab:
    """A server in a namespace, and the far ends of its two wires in another."""

    def __init__(self, spec):
        self.peer = new_namespace()
        self.far = rtnl.Rtnl()
        self.wires = []
        for _ in SUBNETS:
            wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
            wire.setsockopt(SOL_PACKET, PACKET_QDISC_BYPASS, 1)
            self.wires.append(wire)
        self.server = new_namespace()
        self.rtnl = rtnl.Rtnl()
        self.family = genl.Family(spec)
        self.rtnl.set_link(1, up=True)
        self.indexes = {}
        self.frames = 0
        for wire, name in enumerate(NAMES[:2]):
            self.add(wire, name, f"02:00:00:00:10:0{wire}")

    def close(self):
        for end in (*self.wires, self.far, self.rtnl, self.family):
            end.close()
        for fd in self.peer, self.server:
            os.close(fd)

    def add(self, wire, name, lladdr):
        self.rtnl.add_veth(name, mac(lladdr), f"wire{wire}", self.peer)
        self.far.set_link(0, name=f"wire{wire}", up=True, noarp=True)
        self.indexes[wire] = socket.if_nametoindex(name)
        self.rtnl.add_address(self.indexes[wire], own_address(wire), 24)
        try:
            self.wires[wire].bind((f"wire{wire}", 0))
        except OSError: # that the last device went is told only once
            self.wires[wire].bind((f"wire{wire}", 0))

    def delete(self, wire):
        self.rtnl.del_link(self.indexes.pop(wire))

    def send(self, wire, frame):
        arp = (frame.hrd.to_bytes(2, "big") + frame.pro.to_bytes(2, "big") +
               bytes([frame.hln, frame.pln]) + frame.op.to_bytes(2, "big") +
               mac(frame.sha) + socket.inet_aton(frame.spa) +
               bytes(6) + socket.inet_aton(frame.tpa)).ljust(46, b"\0")[:frame.len]
        data = mac(frame.dst) + mac(frame.src) + b"\x08\x06" + arp
        for _ in range(frame.count):
            try:
                self.wires[wire].send(data)
            except OSError: # the device is not there, or down
                pass
            self.frames += 1

    def request(self, name, values):
        """Its error, or 0."""
        try:
            self.family.request(name, values)
        except nlsock.Refused as error:
            return error.errno
        return 0


# --- steps ------------------------------------------------------------------------


class Step:
    """One line of a script, done to both sides."""

    def __init__(self, line, model, lab):
        self.model, self.lab = model, lab
        self.differences = []
        self.frame = self.verdict = self.wire = None
        first, *rest = line.split(None, 2)
        getattr(self, f"{first}_{rest[0]}" if first != "frame" else "send")(
            words_of(line.split(None, 1)[1] if first == "frame" else " ".join(rest[1:])))

    def same(self, what, expected, seen):
        if expected != seen:
            self.differences.append((what, expected, seen))

    def wire_of(self, name):
        for wire, device in self.model.devices.items():
            if device.name == name:
                return wire
        return None

    def pin_new(self, addr, words, replace):
        lladdrs = words["lladdr"].split(",")
        resident = words["resident"] == "on"
        expected = self.model.pin_set(addr, words["dev"], lladdrs, words["mode"], resident,
                                      replace)
        values = {"dev": words["dev"], "addr": socket.inet_aton(addr),
                  "lladdrs": {"lladdr": lladdrs}, "mode": words["mode"],
                  "resident": int(resident)}
        if replace:
            values["flags"] = "replace"
        self.same("the error of the request", expected, self.lab.request("pin-new", values))

    def pin_add(self, words):
        self.pin_new(words["address"], words, False)

    def pin_replace(self, words):
        self.pin_new(words["address"], words, True)

    def pin_del(self, words):
        expected = self.model.pin_del(words["address"], words["dev"])
        self.same("the error of the request", expected, self.lab.request("pin-del", {
            "dev": words["dev"], "addr": socket.inet_aton(words["address"])}))

    def pin_flush(self, words):
        expected = self.model.pin_flush(words.get("dev"))
        self.same("the error of the request", expected, self.lab.request("pin-flush", words))

    def guard_set(self, words):
        what = {}
        if "unpinned" in words:
            what["unpinned"] = words["unpinned"]
        if "addresses" in words:
            what["addresses"] = int(words["addresses"])
        if "defend" in words:
            what["defend"] = int(words["defend"] == "on")
        expected = self.model.guard_set(words["dev"], what)
        self.same("the error of the request", expected, self.lab.request(
            "guard-set", what | {"dev": words["dev"]}))

    def link_set(self, words):
        wire = self.wire_of(words["dev"])
        if wire is None:
            return
        device, index = self.model.devices[wire], self.lab.indexes[wire]
        if "state" in words:
            device.up = words["state"] == "up"
            self.lab.rtnl.set_link(index, up=device.up)
        if "lladdr" in words:
            device.lladdr = words["lladdr"]
            self.lab.rtnl.set_link(index, address=mac(device.lladdr))
        if "name" in words and self.wire_of(words["name"]) is None:
            device.name = words["name"]
            if device.up: # what is up keeps its name
                self.lab.rtnl.set_link(index, up=False)
            self.lab.rtnl.set_link(index, name=device.name)
            if device.up:
                self.lab.rtnl.set_link(index, up=True)

    def wire_set(self, words):
        """The far end: carrier lost, and back."""
        wire = int(words["wire"])
        if wire in self.model.devices:
            self.model.devices[wire].carrier = words["state"] == "up"
            self.lab.far.set_link(0, name=f"wire{wire}", up=words["state"] == "up")

    def link_del(self, words):
        wire = self.wire_of(words["dev"])
        if wire is not None:
            del self.model.devices[wire]
            self.lab.delete(wire)

    def link_add(self, words):
        wire = int(words["wire"])
        if wire not in self.model.devices and self.wire_of(words["dev"]) is None:
            self.model.devices[wire] = reference.Device(words["dev"], words["lladdr"],
                                                        own_address(wire))
            self.lab.add(wire, words["dev"], words["lladdr"])

    def neigh_replace(self, words):
        wire = self.wire_of(words["dev"])
        if wire is not None:
            self.lab.rtnl.replace_neighbour(self.lab.indexes[wire], words["address"],
                                            mac(words["lladdr"]), words["nud"])

    def neigh_del(self, words):
        wire = self.wire_of(words["dev"])
        if wire is not None:
            try:
                self.lab.rtnl.del_neighbour(self.lab.indexes[wire], words["address"])
            except nlsock.Refused: # there is none
                pass

    def send(self, words):
        self.wire = int(words["wire"])
        self.frame = reference.Frame(words | {"op": int(words["op"])})
        for _ in range(self.frame.count):
            self.verdict = self.model.receive(self.wire, self.frame)
        self.lab.send(self.wire, self.frame)


# --- what must hold ---------------------------------------------------------------


class Check:
    """Holds the two sides against each other after a step."""

    def __init__(self, model, lab, patience):
        self.model, self.lab, self.patience = model, lab, patience
        self.count = self.believed = 0
        self.cache = self.lab.rtnl.neighbours()
        self.cache_stats = self.read()[2]

    def read(self):
        """Pins, guards, the cache's counters, claims."""
        family = self.lab.family
        pins = {(pin["dev"], socket.inet_ntoa(pin["addr"])): (
            pin["lladdrs"]["lladdr"], pin["mode"], bool(pin["resident"]), pin.get("ifindex"),
            pin["stats"]) for pin in family.dump("pin-get")}
        guards = {guard["dev"]: (guard["unpinned"], guard["addresses"], guard["defend"],
                                 guard.get("ifindex"), guard["stats"])
                  for guard in family.dump("guard-get")}
        stats = family.request("stats-get")[0]
        return (pins, guards, (stats["cache-overridden"], stats["cache-healed"]),
                stats["claims"] | {"ignored": stats["ignored"]})

    def expected(self):
        indexes = {device.name: self.lab.indexes[wire]
                   for wire, device in self.model.devices.items()}
        pins = {(dev, addr): (pin.lladdrs, pin.mode, pin.resident, indexes.get(dev), pin.counters)
                for dev, name in self.model.names.items() for addr, pin in name.pins.items()}
        guards = {dev: (name.unpinned, name.addresses, name.defend, indexes.get(dev),
                        name.counters)
                  for dev, name in self.model.names.items() if name.has_guard()}
        return pins, guards, self.model.claims | {"ignored": self.model.ignored}

    def bound(self):
        """Each device that is up and has pins or a guard: (ifindex, Name)."""
        for wire, device in self.model.devices.items():
            if device.up:
                yield (self.lab.indexes[wire],
                       self.model.names.get(device.name) or reference.Name())

    def wrong(self, cache):
        """The invariant: what breaks it."""
        for index, name in self.bound():
            for addr, pin in name.pins.items():
                entry = cache.get((index, addr))
                self.count += 1
                if pin.enforces() and entry and entry.lladdr and entry.lladdr not in pin.lladdrs:
                    yield f"{addr} in the neighbour cache", " or ".join(pin.lladdrs), str(entry)

    def residents(self, cache):
        """Resident entries are there, and no others are exempt."""
        for index, name in self.bound():
            for addr, pin in name.pins.items():
                entry = cache.get((index, addr))
                # Of several MACs: the kernel asks now, for some seconds.
                asks = entry and entry.state == rtnl.NUD_INCOMPLETE and len(pin.lladdrs) > 1
                if not pin.resident or asks:
                    continue
                self.count += 1
                if (not entry or not (entry.ext_learned or entry.permanent) or
                        (len(pin.lladdrs) == 1 and entry.lladdr != pin.lladdrs[0])):
                    yield f"{addr} in the neighbour cache", "resident", str(entry)
            for (where, addr), entry in cache.items():
                self.count += 1
                if where == index and entry.ext_learned and not (
                        addr in name.pins and name.pins[addr].resident):
                    yield f"{addr} in the neighbour cache", "an ordinary entry", str(entry)

    def learned(self, step, cache):
        """What a frame did to the cache."""
        index, addr = self.lab.indexes.get(step.wire), step.frame.spa
        was, entry = self.cache.get((index, addr)), cache.get((index, addr))
        if was and was.permanent:
            return
        if self.model.is_believed(step.wire, step.frame, step.verdict):
            self.count += 1
            self.believed += 1
            if not entry or entry.lladdr != step.frame.sha:
                yield f"{addr} in the neighbour cache", f"believed: {step.frame.sha}", str(entry)
        elif step.verdict == "dropped" and entry and entry.lladdr:
            pin = self.pin_of(step)
            self.count += 1
            if not (pin and pin.resident) and (not was or was.lladdr != entry.lladdr):
                yield f"{addr} in the neighbour cache", f"not changed: {was}", str(entry)

    def pin_of(self, step):
        name = self.model.names.get(self.model.devices[step.wire].name)
        return name.pins.get(step.frame.addr()) if name else None

    def is_poisoned(self, cache):
        """A wrong entry on a device that is down waits there until it is up."""
        for wire, device in self.model.devices.items():
            name = self.model.names.get(device.name)
            for addr, pin in name.pins.items() if name else ():
                entry = cache.get((self.lab.indexes[wire], addr))
                if entry and entry.lladdr and entry.lladdr not in pin.lladdrs:
                    return True
        return False

    def look(self, step, expected):
        cache = self.lab.rtnl.neighbours()
        seen = self.read() # behind the cache: what was put right there is counted
        differences = []
        for what, ours, theirs in zip(("pins", "guards", "claims"), expected,
                                      (seen[0], seen[1], seen[3])):
            self.count += max(1, len(ours))
            if ours != theirs:
                for key in ours.keys() | theirs.keys():
                    if ours.get(key) != theirs.get(key):
                        differences.append((f"{what}: {key}", ours.get(key), theirs.get(key)))
        differences += self.wrong(cache)
        differences += self.residents(cache)
        if step.frame:
            differences += self.learned(step, cache)
        return differences, cache, seen[2]

    def after(self, step):
        """What differs, as (what, expected, seen). What the kernel does in its own time
        is waited for; what a frame must not do, it must not do for a moment either."""
        if step.differences:
            return step.differences
        expected = self.expected()
        poisoned = self.is_poisoned(self.cache)
        at_once = []
        if step.frame:
            at_once = list(self.wrong(self.lab.rtnl.neighbours()))
        gap, end = 0.001, time.monotonic() + self.patience
        differences, cache, cache_stats = self.look(step, expected)
        looks = 1 # more than one, however long it was not its turn
        while differences and (looks < 10 or time.monotonic() < end):
            looks += 1
            time.sleep(gap)
            gap = min(gap * 2, 0.05)
            differences, cache, cache_stats = self.look(step, expected)
        if step.frame and not poisoned:
            self.count += 1
            if cache_stats != self.cache_stats:
                at_once.append(("wrong entries found, and put right", self.cache_stats,
                                cache_stats))
        self.cache, self.cache_stats = cache, cache_stats
        return at_once + differences


# --- random steps -----------------------------------------------------------------


class Generator:
    """The next line, as the model now is: at random most steps would do nothing."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def line(self, model):
        choice = self.random.random
        pick = self.random.choice
        what = choice()
        if what < 0.62:
            return self.frame(model)
        if what < 0.74:
            return self.pin(model)
        if what < 0.80:
            return self.guard()
        if what < 0.90:
            return self.neigh(model)
        missing = [wire for wire in range(len(SUBNETS)) if wire not in model.devices]
        free = [name for name in NAMES
                if name not in [device.name for device in model.devices.values()]]
        if missing and choice() < 0.7:
            wire = pick(missing)
            return f"link add dev {pick(free)} wire {wire} lladdr {self.own(wire)}"
        if not model.devices:
            return self.pin(model)
        wire = pick(list(model.devices))
        device = model.devices[wire]
        if not device.carrier and choice() < 0.8:
            return f"wire set wire {wire} state up"
        if not device.up and choice() < 0.8:
            return f"link set dev {device.name} state up"
        kind = choice()
        if kind < 0.1:
            return f"wire set wire {wire} state down"
        if kind < 0.4:
            return f"link set dev {device.name} state down"
        if kind < 0.6:
            return f"link set dev {device.name} lladdr {self.own(wire)}"
        if kind < 0.85:
            return f"link set dev {device.name} name {pick(free)}"
        return f"link del dev {device.name}"

    def own(self, wire):
        return f"02:00:00:00:1{self.random.randrange(4)}:0{wire}"

    def addr(self, wire):
        return f"{SUBNETS[wire]}.{self.random.randrange(1, 4)}"

    def place(self, model):
        """A pin that there is, most of the time."""
        pins = [(dev, addr) for dev, name in model.names.items() for addr in name.pins]
        if pins and self.random.random() < 0.7:
            return self.random.choice(pins)
        wire = self.random.randrange(len(SUBNETS))
        dev = self.random.choice(NAMES)
        if wire in model.devices and self.random.random() < 0.7:
            dev = model.devices[wire].name
        return dev, self.addr(wire)

    def pin(self, model):
        choice = self.random.random()
        dev, addr = self.place(model)
        if choice < 0.15:
            return f"pin del address {addr} dev {dev}"
        if choice < 0.19:
            return f"pin flush dev {dev}"
        if choice < 0.21:
            return "pin flush"
        lladdrs = ",".join(self.random.sample(PINNED, self.random.choice([1, 1, 2])))
        mode = self.random.choice(["enforce", "enforce", "audit"])
        resident = self.random.choice(["on", "off"] if mode == "enforce" else ["off"])
        command = self.random.choice(["add", "replace", "replace"])
        return (f"pin {command} address {addr} dev {dev} lladdr {lladdrs} mode {mode} "
                f"resident {resident}")

    def guard(self):
        words = [f"guard set dev {self.random.choice(NAMES)}"]
        choice = self.random.random()
        if choice < 0.6:
            words.append(f"unpinned {self.random.choice(['accept', 'audit', 'drop'])}")
        if choice > 0.4:
            words.append(f"addresses {self.random.choice([0, 0, 1, 2, 4])}")
        if self.random.random() < 0.2:
            words.append(f"defend {self.random.choice(['on', 'off'])}")
        return " ".join(words)

    def neigh(self, model):
        dev, addr = self.place(model)
        if self.random.random() < 0.3:
            return f"neigh del address {addr} dev {dev}"
        return (f"neigh replace address {addr} dev {dev} lladdr "
                f"{self.random.choice(EVIL + PINNED)} nud {self.random.choice(list(rtnl.NUD))}")

    def frame(self, model):
        pick, choice = self.random.choice, self.random.random
        wire = self.random.randrange(len(SUBNETS))
        hears = [wire for wire, device in model.devices.items() if device.hears()]
        if wire not in hears and hears and choice() < 0.9:
            wire = pick(hears)
        device = model.devices.get(wire)
        name = model.names.get(device.name) if device else None
        us, our_lladdr = own_address(wire), device.lladdr if device else "02:00:00:00:10:00"
        spa = pick([self.addr(wire), f"{SUBNETS[wire]}.7{self.random.randrange(7, 9)}"])
        sha = pick(EVIL + PINNED)
        if name and name.pins and choice() < 0.75:
            spa = pick(list(name.pins))
            if choice() < 0.4: # a true one
                sha = pick(name.pins[spa].lladdrs)
        words = {"wire": wire, "op": pick([1, 2]), "spa": spa, "sha": sha,
                 "tpa": pick([us, us, spa, f"{SUBNETS[wire]}.77"])}
        odd = choice()
        if odd < 0.08:
            words |= {"op": 1, "spa": reference.ZERO_ADDR, "tpa": pick([spa, spa, us])}
        elif odd < 0.14:
            words |= {"spa": us, "tpa": pick([us, spa])}
        elif odd < 0.17:
            words |= {"sha": our_lladdr, "src": our_lladdr, "spa": us, "tpa": pick([us, spa])}
        elif odd < 0.20:
            words |= {"sha": pick([our_lladdr, *SPECIAL]), "src": pick(EVIL)}
        elif odd < 0.26:
            words["src"] = pick(EVIL + PINNED)
        elif odd < 0.32:
            words |= pick([{"hrd": 6}, {"hrd": 2}, {"pro": 0x0806}, {"hln": 8}, {"pln": 16},
                           {"op": 3}, {"op": 2, "spa": reference.ZERO_ADDR}, {"len": 27},
                           {"len": 28}, {"len": 0}])
        if choice() < 0.4:
            words["dst"] = pick([our_lladdr, our_lladdr, our_lladdr, EVIL[0]])
        if choice() < 0.05:
            words["count"] = 20
        return "frame " + " ".join(f"{key} {value}" for key, value in words.items())


# --- runs -------------------------------------------------------------------------


class Failure:
    def __init__(self, lines, differences):
        self.lines, self.differences = lines, differences

    def kind(self):
        """The same failure, when a shorter sequence has it."""
        return self.differences[0][0].split(":")[0].split()[-1]

    def show(self):
        for what, expected, seen in self.differences:
            print(f"# {what}\n#   expected: {expected}\n#   seen:     {seen}")


class Runner:
    def __init__(self, arguments):
        self.spec = genl.Spec(os.path.join(os.path.dirname(__file__),
                                           "../../kmod/arppin.yaml"))
        self.reference = reference.LIES.get(arguments.lie, reference.Reference)
        self.patience = arguments.patience
        self.steps = self.frames = self.checks = self.runs = 0
        self.seen = {} # of the last run

    def run(self, lines, until=None, show=False):
        """Of an iterable; a Failure, or None. What LINES generates may depend on the
        model, which it is called with."""
        lab = Lab(self.spec)
        model = self.reference()
        for wire, name in enumerate(NAMES[:2]):
            model.devices[wire] = reference.Device(name, f"02:00:00:00:10:0{wire}",
                                                   own_address(wire))
        check = Check(model, lab, self.patience)
        done = []
        self.runs += 1
        try:
            for line in lines(model):
                if until and time.monotonic() > until:
                    break
                done.append(line)
                if show:
                    print(line, flush=True)
                differences = check.after(Step(line, model, lab))
                if differences:
                    return Failure(done, differences)
        finally:
            self.steps += len(done)
            self.frames += lab.frames
            self.checks += check.count
            self.seen = model.claims | {"ignored": model.ignored, "believed": check.believed,
                                        "wrong entries put right": check.cache_stats[1]}
            lab.close()
        return None

    def fails(self, failure, lines):
        """The same failure of other lines, or None."""
        found = self.run(lambda model: lines) if lines else None
        return found if found and found.kind() == failure.kind() else None

    def without_steps(self, failure):
        """Without chunks of it, of half the size each time, as long as it fails."""
        chunk = max(1, len(failure.lines) // 2)
        while chunk:
            start = 0
            while start < len(failure.lines):
                found = self.fails(failure, failure.lines[:start] + failure.lines[start + chunk:])
                if found:
                    failure = found
                else:
                    start += chunk
            chunk = 0 if chunk == 1 else (chunk + 1) // 2
        return failure

    def without_words(self, failure):
        """Without what a frame or a guard need not have."""
        at = 0
        while at < len(failure.lines):
            line = failure.lines[at]
            for word in OPTIONAL:
                head, found_word, tail = line.partition(f" {word} ")
                if not found_word:
                    continue
                shorter = " ".join([head, *tail.split()[1:]])
                found = self.fails(failure, [*failure.lines[:at], shorter,
                                             *failure.lines[at + 1:]])
                if found:
                    failure, line = found, shorter
            at += 1
        return failure

    def shrink(self, failure):
        length = None
        while length != len("".join(failure.lines)):
            length = len("".join(failure.lines))
            failure = self.without_words(self.without_steps(failure))
        return failure


def main():
    parser = argparse.ArgumentParser(usage=__doc__[7:])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=0)
    parser.add_argument("--lie", choices=reference.LIES)
    parser.add_argument("--patience", type=float, default=3)
    parser.add_argument("--repeat", metavar="FILE")
    arguments = parser.parse_args()
    runner = Runner(arguments)
    started = time.monotonic()
    if arguments.repeat:
        with open(arguments.repeat, encoding="ascii") as file:
            script = [line.strip() for line in file if line.strip() and line[0] != "#"]
        failure = runner.run(lambda model: script, show=True)
    else:
        generator = Generator(arguments.seed)
        until = started + arguments.seconds if arguments.seconds else None
        failure = runner.run(lambda model: (generator.line(model)
                                            for _ in range(arguments.steps)), until)
    print(f"# seed {arguments.seed}: {runner.steps} steps, {runner.frames} frames, "
          f"{runner.checks} checks in {time.monotonic() - started:.1f} s")
    print("#", ", ".join(f"{count} {what}" for what, count in runner.seen.items()))
    if not failure:
        return
    failure.show()
    if not arguments.repeat:
        shortest = runner.shrink(failure)
        print(f"# shrunk from {len(failure.lines)} steps to {len(shortest.lines)}, "
              f"in {runner.runs - 1} runs, {time.monotonic() - started:.1f} s")
        print("\n".join(shortest.lines))
        shortest.show()
    sys.exit(1)


main()
