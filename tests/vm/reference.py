# SPDX-License-Identifier: GPL-2.0-only
"""What arppin promises, as README.md, arppinctl(8) and uapi/arppin.h say it: a
model to hold the module against. Written from those, not from the module's code;
where they say nothing it says nothing either.

MACs and addresses are text, as in the documents.
"""
COUNTERS = ("accepted", "dropped", "passed", "noticed")
ZERO_ADDR, BROADCAST = "0.0.0.0", "ff:ff:ff:ff:ff:ff"
EEXIST, ENOENT, EINVAL = 17, 2, 22


def is_unicast(lladdr):
    return not int(lladdr[:2], 16) & 1 and lladdr != "00:00:00:00:00:00"


class Frame:
    """One ARP frame."""

    def __init__(self, words):
        self.op, self.spa, self.sha = words["op"], words["spa"], words["sha"]
        self.tpa = words["tpa"]
        self.src = words.get("src", self.sha)
        self.dst = words.get("dst", BROADCAST)
        self.hrd, self.pro = int(words.get("hrd", 1)), int(words.get("pro", 0x800))
        self.hln, self.pln = int(words.get("hln", 6)), int(words.get("pln", 4))
        self.len = int(words.get("len", 46))
        self.count = int(words.get("count", 1))

    def is_arp(self):
        """The kernel hands it to ARP's hook."""
        return self.len >= 28 and self.hln == 6 and self.pln == 4

    def makes_claim(self):
        """... and ARP does not ignore it. A probe is a request."""
        return (self.hrd in (1, 6) and self.pro == 0x800 and
                (self.op == 1 or (self.op == 2 and self.spa != ZERO_ADDR)))

    def is_probe(self):
        return self.spa == ZERO_ADDR

    def addr(self):
        return self.tpa if self.is_probe() else self.spa


class Pin:
    def __init__(self, lladdrs, mode, resident):
        self.set(lladdrs, mode, resident)
        self.counters = dict.fromkeys(COUNTERS, 0)

    def set(self, lladdrs, mode, resident):
        self.lladdrs, self.mode, self.resident = lladdrs, mode, resident

    def enforces(self):
        return self.mode == "enforce"


class Name:
    """A device name with pins or a guard: what is known lasts as long as these."""

    def __init__(self):
        self.pins = {}
        self.unpinned, self.addresses, self.defend = "accept", 0, 0
        self.counters = dict.fromkeys(COUNTERS, 0)
        self.sightings = {} # the addresses of a MAC

    def has_guard(self):
        return self.unpinned != "accept" or self.addresses or self.defend


class Device:
    def __init__(self, name, lladdr, addr):
        self.name, self.lladdr, self.addr = name, lladdr, addr
        self.up = self.carrier = True

    def hears(self):
        return self.up and self.carrier


class Reference:
    """A network namespace. DEVICES are by the wire that each is on."""

    def __init__(self):
        self.names, self.devices = {}, {}
        self.claims = dict.fromkeys(COUNTERS, 0)
        self.ignored = 0

    # --- changes; each returns the error that the request has, or 0 ---

    def name(self, dev):
        return self.names.setdefault(dev, Name())

    def tidy(self):
        for dev, name in list(self.names.items()):
            if not name.pins and not name.has_guard():
                del self.names[dev]

    def pin_set(self, addr, dev, lladdrs, mode, resident, replace):
        if resident and mode == "audit":
            return EINVAL
        pins = self.names[dev].pins if dev in self.names else {}
        if addr in pins and not replace:
            return EEXIST
        if addr in pins:
            pins[addr].set(lladdrs, mode, resident)
        else:
            self.name(dev).pins[addr] = Pin(lladdrs, mode, resident)
        return 0

    def pin_del(self, addr, dev):
        if dev not in self.names or addr not in self.names[dev].pins:
            return ENOENT
        del self.names[dev].pins[addr]
        self.tidy()
        return 0

    def pin_flush(self, dev=None):
        for known, name in self.names.items():
            if dev in (None, known):
                name.pins.clear()
        self.tidy()
        return 0

    def guard_set(self, dev, what):
        for key, value in what.items():
            setattr(self.name(dev), key, value)
        self.tidy()
        return 0

    # --- frames ---

    def own_lladdrs(self):
        return {device.lladdr for device in self.devices.values()}

    def is_own(self, device, frame):
        """Our own frame that comes back, about our own address or none (a probe)."""
        return (frame.sha == frame.src == device.lladdr and
                (frame.is_probe() or frame.spa == device.addr))

    def verdict_pinned(self, device, pin, frame):
        if self.is_own(device, frame) or (
                frame.sha in pin.lladdrs and (frame.src in pin.lladdrs or frame.is_probe())):
            return "accepted"
        if frame.is_probe() or frame.sha in pin.lladdrs:
            return "noticed" # a stranger's probe, a foreign source
        return "dropped" if pin.enforces() else "passed"

    def verdict_unpinned(self, device, name, frame):
        if frame.is_probe() or self.is_own(device, frame):
            return "accepted"
        if frame.spa == device.addr and frame.sha not in self.own_lladdrs():
            return "dropped" if name.unpinned == "drop" else "noticed"
        if name.unpinned == "drop":
            return "dropped"
        known = name.sightings.get(frame.sha, ())
        if name.addresses and frame.spa not in known and (
                frame.sha != frame.src or not is_unicast(frame.sha) or
                len(known) >= name.addresses):
            return "dropped"
        return "passed" if name.unpinned == "audit" else "accepted"

    def see(self, device, name, frame, contradicted):
        """A sighting: a claim in a frame of the claiming MAC itself, against no pin."""
        if (contradicted or frame.is_probe() or self.is_own(device, frame) or
                frame.sha != frame.src or not is_unicast(frame.sha) or
                frame.sha in self.own_lladdrs()):
            return
        name.sightings.setdefault(frame.sha, set()).add(frame.spa)

    def receive(self, wire, frame):
        """What becomes of a frame: a counter's name, `ignored`, or None if it does not
        come as far as arppin."""
        device = self.devices.get(wire)
        if (not device or not device.hears() or not frame.is_arp() or
                frame.dst not in (BROADCAST, device.lladdr)):
            return None
        name = self.names.get(device.name)
        if not name:
            return None
        if not frame.makes_claim():
            self.ignored += 1
            return "ignored"
        pin = name.pins.get(frame.addr())
        if pin:
            verdict = self.verdict_pinned(device, pin, frame)
            pin.counters[verdict] += 1
            self.see(device, name, frame, verdict != "accepted")
        else:
            verdict = self.verdict_unpinned(device, name, frame)
            of_device = frame.spa == device.addr and not self.is_own(device, frame) and (
                frame.sha not in self.own_lladdrs())
            told = verdict in ("dropped", "passed", "noticed")
            if name.unpinned != "accept" or name.addresses or told:
                name.counters[verdict] += 1
            crowded = verdict == "dropped" and name.unpinned != "drop"
            self.see(device, name, frame, of_device or crowded)
        self.claims[verdict] += 1
        return verdict

    def is_believed(self, wire, frame, verdict):
        """A request to us that is let pass changes any cache at once."""
        device = self.devices.get(wire)
        return bool(verdict != "dropped" and device and device.hears() and frame.is_arp() and
                    frame.makes_claim() and frame.op == 1 and not frame.is_probe() and
                    frame.dst in (BROADCAST, device.lladdr) and frame.tpa == device.addr and
                    frame.spa.rpartition(".")[0] == device.addr.rpartition(".")[0] and
                    frame.spa != device.addr)


class AuditDrops(Reference):
    """A lie: a pin in audit mode drops."""

    def verdict_pinned(self, device, pin, frame):
        verdict = super().verdict_pinned(device, pin, frame)
        return "dropped" if verdict == "passed" else verdict


class ProbesDrop(Reference):
    """A lie: a stranger's probe for a pinned address is dropped."""

    def verdict_pinned(self, device, pin, frame):
        verdict = super().verdict_pinned(device, pin, frame)
        return "dropped" if verdict == "noticed" and frame.is_probe() else verdict


class SecondUnknown(Reference):
    """A lie: a pin has only its first MAC."""

    def verdict_pinned(self, device, pin, frame):
        first = Pin(pin.lladdrs[:1], pin.mode, pin.resident)
        return super().verdict_pinned(device, first, frame)


LIES = {"audit-drops": AuditDrops, "probes-drop": ProbesDrop, "second-unknown": SecondUnknown}
