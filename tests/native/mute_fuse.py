#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""mute_fuse.py DIR FILE: mounts a FUSE filesystem at DIR, in which each name is a
directory, and is its server. As long as FILE exists, it reads a request but does not
answer."""
import ctypes
import os
import struct
import sys
import time

INIT, LOOKUP, FORGET, GETATTR, BATCH_FORGET = 26, 1, 2, 3, 42
ENOSYS = 38

libc = ctypes.CDLL(None, use_errno=True)
device = os.open("/dev/fuse", os.O_RDWR)
options = "fd=%d,rootmode=40000,user_id=0,group_id=0" % device
if libc.mount(b"mute", sys.argv[1].encode(), b"fuse", 0, options.encode()):
    sys.exit(os.strerror(ctypes.get_errno()))


def reply(to, err, data=b""):
    os.write(device, struct.pack("IiQ", 16 + len(data), err, to) + data)


def attributes(inode):
    return struct.pack("6Q10I", inode, 0, 0, 0, 0, 0, 0, 0, 0, 0o40755, 2, 0, 0, 0, 4096, 0)


while True:
    try:
        request = os.read(device, 1 << 17)
    except OSError:
        sys.exit(0)  # the filesystem was unmounted
    _, operation, to, node, _, _, _, _ = struct.unpack("IIQQIIII", request[:40])
    while os.path.exists(sys.argv[2]):
        time.sleep(0.1)
    if operation == INIT:
        reply(to, 0, struct.pack("4I2HII2H8I", 7, 31, 0, 0, 0, 0, 4096, 1, 0, 0, *([0] * 8)))
    elif operation == LOOKUP:
        reply(to, 0, struct.pack("4Q2I", 2, 0, 0, 0, 0, 0) + attributes(2))
    elif operation == GETATTR:
        reply(to, 0, struct.pack("QII", 0, 0, 0) + attributes(node))
    elif operation not in (FORGET, BATCH_FORGET):
        reply(to, -ENOSYS)
