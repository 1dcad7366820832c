#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Says which class of ext4's metadata each bio of a trace is, for meta.bats.

Usage: ext4_blocks.py DEVICE [MOUNT_OPTIONS] <BIOS

BIOS has lines "read|write SECTOR SECTORS FLAGS", FLAGS as in the kernel's trace.
What a block belongs to is asked of dumpe2fs and debugfs, which know nothing of
hotmon. Prints a line "CLASS READS WRITES READ_BYTES WRITE_BYTES" for each class
with bios; the class "data" is the content of files, "zeroed" are writes of the
kernel's page of zeros, which hotmon does not count as metadata.
"""
import re
import subprocess
import sys


def run(*command, text=None):
    return subprocess.run(command, input=text, capture_output=True, text=True,
                          errors="replace", check=False).stdout


def ranges(text):
    """Yields the numbers of "1-3, 7" """
    for first, last in re.findall(r"(\d+)(?:-(\d+))?", text):
        yield from range(int(first), int(last or first) + 1)


class Blocks:
    def __init__(self, device):
        self.device = device
        self.classes = {}
        text = run("dumpe2fs", device)
        self.size = int(re.search(r"Block size: *(\d+)", text).group(1))
        self.places = (
            ("superblock", r"superblock at (\d+)"),
            ("superblock", r"Group descriptors? at (\d+(?:-\d+)?)"),
            ("superblock", r"Reserved GDT blocks at (\d+(?:-\d+)?)"),
            ("block_bitmaps", r"Block bitmap at (\d+)"),
            ("inode_bitmaps", r"Inode bitmap at (\d+)"),
            ("inode_tables", r"Inode table at (\d+(?:-\d+)?)"),
        )
        for name, pattern in self.places:
            for found in re.findall(pattern, text):
                self.set(name, ranges(found))
        match = re.search(r"MMP block number: *(\d+)", text)
        if match:
            self.set("mmp", [int(match.group(1))])
        self.set("journal", self.of_inode(8))
        match = re.search(r"Orphan file inode: *(\d+)", text)
        if match:
            self.set("orphan_file", self.of_inode(int(match.group(1))))

    def set(self, name, blocks):
        for block in blocks:
            self.classes.setdefault(block, name)

    def is_behind_table(self, block):
        """ext4 reads an inode table ahead up to here, if it is full"""
        return (self.classes.get(block - 1) == "inode_tables" and
                self.classes.get(block) != "inode_tables")

    def debugfs(self, request):
        return run("debugfs", "-R", request, self.device)

    def of_inode(self, number):
        return [int(n) for n in self.debugfs(f"blocks <{number}>").split()]

    def add_inode(self, number):
        stat = self.debugfs(f"stat <{number}>")
        acl = re.search(r"File ACL: (\d+)", stat)
        if acl and int(acl.group(1)):
            self.set("xattrs", [int(acl.group(1))])
        kind = re.search(r"Type: (\w+)", stat).group(1)
        # "(ETB0)": a block of the extent tree; "(IND)" and so on: of indirect blocks
        tree = [n for part in re.findall(r"\((?:ETB\d+|IND|DIND|TIND)\):(\d+)", stat)
                for n in ranges(part)]
        self.set("extent_blocks", tree)
        own = {"directory": "directories", "regular": "data"}.get(kind, "other")
        self.set(own, self.of_inode(number))

    def find(self, blocks):
        """Finds the owners of blocks that are at no fixed place."""
        wanted = sorted({b for b in blocks if b not in self.classes})
        while wanted:
            some, wanted = wanted[:500], wanted[500:]
            text = self.debugfs("icheck " + " ".join(map(str, some)))
            owners = set(re.findall(r"^\d+\t(\d+)$", text, re.M))
            for owner in owners:
                self.add_inode(int(owner))


def parse(words, block_size):
    op, sector, sectors, flags = words
    return op, int(sector) * 512 // block_size, int(sectors) * 512, flags


def main():
    blocks = Blocks(sys.argv[1])
    bios = [parse(line.split(" "), blocks.size) for line in sys.stdin]
    blocks.find(block for _, block, _, _ in bios)
    reads_ahead = "inode_readahead_blks=0" not in sys.argv[2:]
    sums = {}
    for op, block, size, flags in bios:
        name = blocks.classes.get(block, "free")
        if (reads_ahead and op == "read" and blocks.is_behind_table(block)
                and "A" in flags and "M" not in flags):
            name = "inode_tables"
        elif op == "write" and size > blocks.size and name == "inode_tables":
            name = "zeroed"  # others are of one block
        elif op == "read" and (name == "free" or size > blocks.size and name != "data"):
            name = "directories"  # read ahead with one
        counts = sums.setdefault(name, [0, 0, 0, 0])
        counts[op == "write"] += 1
        counts[2 + (op == "write")] += size
    for name, counts in sorted(sums.items()):
        print(name, *counts)


main()
