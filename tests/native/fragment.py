#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""fragment.py PIECES BYTES FILE...: writes files that lie in pieces among each other.

Each file gets PIECES pieces of BYTES random bytes. The files grow in turn, so the pieces of
the others are between those of a file."""
import os
import sys

pieces, size = int(sys.argv[1]), int(sys.argv[2])
files = [os.open(path, os.O_WRONLY | os.O_CREAT) for path in sys.argv[3:]]
for piece in range(pieces):
    for fd in files:
        # ext4 allocates just these blocks, and not some for later, as it would for a write
        os.posix_fallocate(fd, piece * size, size)
        os.pwrite(fd, os.urandom(size), piece * size)
for fd in files:
    os.fsync(fd)
