#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""slow_fuse.py DIR READ_MS WRITE_MS SLOW_MS [BAD]: mounts a FUSE filesystem at DIR, with one
file, "disk", of 64 MiB, and is its server. It answers a read after READ_MS and a
write after WRITE_MS; if their offset is in a 64-KiB block whose number is a multiple of 25,
after SLOW_MS. It keeps what is written in its memory. BAD is a file that may exist or not;
lines "read START END" and "write START END" name bytes for which that fails with EIO."""
import ctypes
import os
import struct
import sys
import time

INIT, LOOKUP, FORGET, GETATTR, OPEN, READ, WRITE, STATFS = 26, 1, 2, 3, 14, 15, 16, 17
RELEASE, FSYNC, FLUSH, INTERRUPT, BATCH_FORGET = 18, 20, 25, 36, 42
ROOT, DISK = 1, 2
SIZE = 64 << 20
DIRECT_IO = 1  # of an open file: no page cache
ENOENT, EIO, ENOSYS = 2, 5, 38

data = bytearray(SIZE)
directory = sys.argv[1]
read_s, write_s, slow_s = (float(ms) / 1000 for ms in sys.argv[2:5])
bad_file = sys.argv[5] if len(sys.argv) > 5 else ""
libc = ctypes.CDLL(None, use_errno=True)
device = os.open("/dev/fuse", os.O_RDWR)
options = "fd=%d,rootmode=40000,user_id=0,group_id=0" % device
if libc.mount(b"slow", directory.encode(), b"fuse", 0, options.encode()):
    sys.exit(os.strerror(ctypes.get_errno()))


def reply(to, err, data=b""):
    os.write(device, struct.pack("IiQ", 16 + len(data), err, to) + data)


def attributes(inode):
    size, mode = (SIZE, 0o100600) if inode == DISK else (0, 0o40755)
    return struct.pack("6Q10I", inode, size, size >> 9, 0, 0, 0, 0, 0, 0, mode, 1, 0, 0, 0,
                       4096, 0)


def wait(began, offset, usual_s):
    how_long = slow_s if (offset >> 16) % 25 == 0 else usual_s
    time.sleep(max(0, began + how_long - time.monotonic()))


def is_bad(what, offset, size):
    if not os.path.exists(bad_file):
        return False
    with open(bad_file) as lines:
        ranges = [line.split() for line in lines]
    return any(what == name and offset < int(end) and int(start) < offset + size
               for name, start, end in ranges)


while True:
    try:
        request = os.read(device, 1 << 21)
    except OSError:
        sys.exit(0)  # the filesystem was unmounted
    began = time.monotonic()
    _, operation, to, node, _, _, _, _ = struct.unpack("IIQQIIII", request[:40])
    if operation == INIT:
        reply(to, 0, struct.pack("4I2HII2H8I", 7, 31, 0, 0, 0, 0, 1 << 20, 1, 0, 0, *([0] * 8)))
    elif operation == LOOKUP and request[40:] == b"disk\0":
        reply(to, 0, struct.pack("4Q2I", DISK, 0, 3600, 3600, 0, 0) + attributes(DISK))
    elif operation == LOOKUP:
        reply(to, -ENOENT)
    elif operation == GETATTR:
        reply(to, 0, struct.pack("QII", 3600, 0, 0) + attributes(node))
    elif operation == OPEN:
        reply(to, 0, struct.pack("QII", 1, DIRECT_IO, 0))
    elif operation == READ:
        offset, size = struct.unpack("QI", request[48:60])
        wait(began, offset, read_s)
        if is_bad("read", offset, size):
            reply(to, -EIO)
            continue
        reply(to, 0, data[offset:offset + size])
    elif operation == WRITE:
        offset, size = struct.unpack("QI", request[48:60])
        wait(began, offset, write_s)
        if is_bad("write", offset, size):
            reply(to, -EIO)
            continue
        data[offset:offset + size] = request[80:80 + size]
        reply(to, 0, struct.pack("II", size, 0))
    elif operation in (RELEASE, FSYNC, FLUSH):
        reply(to, 0)
    elif operation not in (FORGET, BATCH_FORGET, INTERRUPT):
        reply(to, -ENOSYS)
