#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""acknowledged_write.py FILE OFFSET FILL SYNC: overwrites a block, and crashes the filesystem.

Opens FILE (and waits for a lease that somebody has on it), overwrites 4 KiB at OFFSET with
the letter FILL, makes the kernel promise that the data are on the disk, and then shuts the
filesystem down without writing the journal, as if the power failed. SYNC is the promise:
fdatasync, fsync, O_DSYNC, direct (O_DIRECT and fdatasync) or msync."""
import fcntl
import mmap
import os
import struct
import sys

EXT4_IOC_SHUTDOWN = 0x8004587D
NOLOGFLUSH = 2

path, offset, fill, sync = sys.argv[1], int(sys.argv[2]), sys.argv[3].encode(), sys.argv[4]
flags = {"O_DSYNC": os.O_DSYNC, "direct": os.O_DIRECT}.get(sync, 0)
root = os.open(os.path.dirname(path), os.O_RDONLY)
fd = os.open(path, os.O_RDWR | flags)
page = mmap.mmap(-1, 4096)  # aligned, as O_DIRECT needs
page.write(fill * 4096)
if sync == "msync":
    shared = mmap.mmap(fd, 4096, offset=offset)
    shared[:] = fill * 4096
    shared.flush()
else:
    assert os.pwritev(fd, [page], offset) == 4096
if sync == "fsync":
    os.fsync(fd)
elif sync in ("fdatasync", "direct"):
    os.fdatasync(fd)
fcntl.ioctl(root, EXT4_IOC_SHUTDOWN, struct.pack("I", NOLOGFLUSH))
