#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""acknowledged_writes.py FILE LOG: overwrites a file until SIGTERM, and crashes the filesystem.
acknowledged_writes.py --check FILE LOG: looks whether all is there that was promised.

Overwrites random blocks of FILE, 4 KiB each, with the number of the write in every 8 bytes,
and calls fdatasync() after each. At SIGTERM, shuts the filesystem down without writing the
journal, as if the power failed, and writes the number of each block's last write to
LOG. The check wants that number in the block."""
import fcntl
import os
import random
import signal
import struct
import sys

EXT4_IOC_SHUTDOWN = 0x8004587D
NOLOGFLUSH = 2
BLOCK = 4096
MARK = 0x66727370 << 32  # "frsp"


def write(path, log):
    ends = []
    signal.signal(signal.SIGTERM, lambda *_: ends.append(True))
    root = os.open(os.path.dirname(path), os.O_RDONLY)
    fd = os.open(path, os.O_RDWR)
    blocks = os.fstat(fd).st_size // BLOCK
    last = {}
    number = 0
    while not ends:
        block = random.randrange(blocks)
        number += 1
        os.pwrite(fd, struct.pack("<Q", MARK | number) * (BLOCK // 8), block * BLOCK)
        os.fdatasync(fd)
        last[block] = number
    fcntl.ioctl(root, EXT4_IOC_SHUTDOWN, struct.pack("I", NOLOGFLUSH))
    with open(log, "w") as out:
        for block, number in last.items():
            print(block, number, file=out)


def check(path, log):
    lost = 0
    with open(path, "rb") as file, open(log) as lines:
        for n, line in enumerate(lines, 1):
            block, number = map(int, line.split())
            file.seek(block * BLOCK)
            if file.read(BLOCK) != struct.pack("<Q", MARK | number) * (BLOCK // 8):
                lost += 1
    print(f"{n} blocks were written, {lost} are lost")
    sys.exit(lost != 0)


if sys.argv[1] == "--check":
    check(*sys.argv[2:])
write(sys.argv[1], sys.argv[2])
