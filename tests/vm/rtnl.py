# SPDX-License-Identifier: GPL-2.0-only
"""Links, addresses and neighbours by rtnetlink, as `ip` would, but in this process:
emulated, `ip` takes a tenth of a second.
"""
import socket
import struct

import nlsock

NEWLINK, DELLINK, NEWADDR, NEWNEIGH, DELNEIGH, GETNEIGH = 16, 17, 20, 28, 29, 30
IFF_UP, IFF_NOARP = 0x1, 0x80
IFLA_ADDRESS, IFLA_IFNAME, IFLA_LINKINFO, IFLA_NET_NS_FD = 1, 3, 18, 28
IFLA_INFO_KIND, IFLA_INFO_DATA, VETH_INFO_PEER = 1, 2, 1
IFA_ADDRESS, IFA_LOCAL = 1, 2
NDA_DST, NDA_LLADDR = 1, 2
NUD = {"reachable": 0x02, "stale": 0x04, "permanent": 0x80}
NUD_INCOMPLETE = 0x01
NUD_VALID = 0xde # permanent, noarp, reachable, probe, stale, delay
NTF_EXT_LEARNED = 0x10

IFINFO = struct.Struct("=BxHiII")
NDMSG = struct.Struct("=BxxxiHBB")


class Neighbour:
    """An entry of the neighbour cache; lladdr is None while it has no valid one."""

    def __init__(self, state, flags, lladdr):
        self.permanent = bool(state & NUD["permanent"])
        self.ext_learned = bool(flags & NTF_EXT_LEARNED)
        self.lladdr = lladdr if state & NUD_VALID else None
        self.state = state

    def __repr__(self):
        return f"lladdr {self.lladdr} state {self.state:#x}" + (
            " extern_learn" if self.ext_learned else "")


class Rtnl(nlsock.Socket):
    """Of the network namespace in which it was made."""

    def __init__(self):
        super().__init__(socket.NETLINK_ROUTE)

    def set_link(self, index, name=None, address=None, up=None, noarp=False):
        """Without an index the link of that name."""
        flags, change = (IFF_UP if up else 0), (0 if up is None else IFF_UP)
        if noarp:
            flags, change = flags | IFF_NOARP, change | IFF_NOARP
        body = IFINFO.pack(0, 0, index, flags, change)
        if name:
            body += nlsock.attr(IFLA_IFNAME, name.encode() + b"\0")
        if address:
            body += nlsock.attr(IFLA_ADDRESS, address)
        self.request(NEWLINK, body)

    def add_veth(self, name, address, peer, namespace):
        """This end is up; the peer, in the namespace of that fd, is not."""
        end = IFINFO.pack(0, 0, 0, 0, 0) + nlsock.attr(
            IFLA_IFNAME, peer.encode() + b"\0") + nlsock.attr(
            IFLA_NET_NS_FD, struct.pack("=I", namespace))
        info = nlsock.attr(IFLA_INFO_KIND, b"veth\0") + nlsock.attr(
            IFLA_INFO_DATA, nlsock.attr(VETH_INFO_PEER, end))
        self.request(NEWLINK, IFINFO.pack(0, 0, 0, IFF_UP, IFF_UP) + nlsock.attr(
            IFLA_IFNAME, name.encode() + b"\0") + nlsock.attr(IFLA_ADDRESS, address) +
            nlsock.attr(IFLA_LINKINFO, info), nlsock.CREATE | nlsock.EXCL)

    def del_link(self, index):
        self.request(DELLINK, IFINFO.pack(0, 0, index, 0, 0))

    def add_address(self, index, address, prefix):
        data = socket.inet_aton(address)
        self.request(NEWADDR, struct.pack("=BBBBi", socket.AF_INET, prefix, 0, 0, index) +
                     nlsock.attr(IFA_LOCAL, data) + nlsock.attr(IFA_ADDRESS, data),
                     nlsock.CREATE | nlsock.EXCL)

    def replace_neighbour(self, index, address, lladdr, nud):
        self.request(NEWNEIGH, NDMSG.pack(socket.AF_INET, index, NUD[nud], 0, 0) +
                     nlsock.attr(NDA_DST, socket.inet_aton(address)) +
                     nlsock.attr(NDA_LLADDR, lladdr), nlsock.CREATE | nlsock.REPLACE)

    def del_neighbour(self, index, address):
        self.request(DELNEIGH, NDMSG.pack(socket.AF_INET, index, 0, 0, 0) +
                     nlsock.attr(NDA_DST, socket.inet_aton(address)))

    def neighbours(self):
        """The cache: Neighbour by (ifindex, address)."""
        cache = {}
        for answer in self.request(GETNEIGH, NDMSG.pack(socket.AF_INET, 0, 0, 0, 0),
                                   nlsock.DUMP):
            _, index, state, flags, _ = NDMSG.unpack_from(answer)
            data = dict(nlsock.attrs(answer, NDMSG.size))
            lladdr = data.get(NDA_LLADDR)
            cache[index, socket.inet_ntoa(data[NDA_DST])] = Neighbour(
                state, flags, lladdr.hex(":") if lladdr else None)
        return cache
