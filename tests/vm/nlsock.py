# SPDX-License-Identifier: GPL-2.0-only
"""A netlink socket: requests, and their answers. What is in them knows the caller.

A socket belongs to the network namespace in which it was made.
"""
import os
import socket
import struct

REQUEST, ACK, DUMP = 0x1, 0x4, 0x300
REPLACE, EXCL, CREATE = 0x100, 0x200, 0x400
NLMSG_ERROR, NLMSG_DONE = 2, 3
NESTED = 0x8000
TYPE_MASK = 0x3fff

HEADER = struct.Struct("=IHHII")
ATTR = struct.Struct("=HH")


def attr(number, payload):
    return ATTR.pack(4 + len(payload), number) + payload + bytes(-len(payload) % 4)


def attrs(data, offset=0):
    """Each attribute's number and payload."""
    while offset + 4 <= len(data):
        length, number = ATTR.unpack_from(data, offset)
        if length < 4:
            break
        yield number & TYPE_MASK, data[offset + 4:offset + length]
        offset += (length + 3) & ~3


class Refused(OSError):
    """The kernel's answer to a request is an error."""


class Socket:
    """The answers to a request come before its acknowledgement."""

    def __init__(self, protocol):
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, protocol)
        self.socket.bind((0, 0))
        self.seq = 0

    def close(self):
        self.socket.close()

    def request(self, kind, body, flags=0):
        """The answers' payloads; Refused if there is an error."""
        self.seq += 1
        self.socket.send(HEADER.pack(16 + len(body), kind, REQUEST | ACK | flags,
                                     self.seq, 0) + body)
        answers = []
        while True:
            data = self.socket.recv(1 << 18)
            offset = 0
            while offset + 16 <= len(data):
                length, number, _, seq, _ = HEADER.unpack_from(data, offset)
                if seq == self.seq:
                    if number in (NLMSG_ERROR, NLMSG_DONE):
                        error = -struct.unpack_from("=i", data, offset + 16)[0]
                        if error:
                            raise Refused(error, os.strerror(error))
                        return answers
                    answers.append(data[offset + 16:offset + length])
                offset += (length + 3) & ~3
