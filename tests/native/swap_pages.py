#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""swap_pages.py: swaps 16 MiB of its memory out, and in again. The latter needs a cgroup
that can drop the pages of the swap cache. Prints the pages that the kernel read from and
wrote to swap meanwhile, and "both", or "out" if there is no such cgroup."""
import mmap
import os
import sys
import time

PAGE = 4096
CONTROLLERS = {
    "/sys/fs/cgroup/memory": ("memory.force_empty", "0"),
    "/sys/fs/cgroup": ("memory.reclaim", "64M"),
}


def counts():
    with open("/proc/vmstat") as lines:
        values = dict(line.split() for line in lines)
    return int(values["pswpin"]), int(values["pswpout"])


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


def join_cgroup():
    """Joins a new cgroup. Returns its root, its path, and the file and the text to write
    there to reclaim its memory; None if there is no such cgroup."""
    for root, (file, text) in CONTROLLERS.items():
        group = f"{root}/frsp-swap-{os.getpid()}"
        if not os.path.exists(f"{root}/cgroup.procs"):
            continue
        os.mkdir(group)
        if os.path.exists(f"{group}/{file}"):
            write(f"{group}/cgroup.procs", str(os.getpid()))
            return root, group, file, text
        os.rmdir(group)
    return None


before = counts()
cgroup = join_cgroup()
memory = mmap.mmap(-1, 16 << 20, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
for at in range(0, len(memory), PAGE):
    memory[at:at + 8] = at.to_bytes(8, "little")
memory.madvise(21)  # MADV_PAGEOUT
time.sleep(0.3)  # until it is written
if cgroup:
    try:
        write(f"{cgroup[1]}/{cgroup[2]}", cgroup[3])
    except OSError:
        pass  # not all could be reclaimed
for at in range(0, len(memory), PAGE):
    if memory[at:at + 8] != at.to_bytes(8, "little"):
        sys.exit("memory is not what it was")
if cgroup:
    write(f"{cgroup[0]}/cgroup.procs", str(os.getpid()))
    os.rmdir(cgroup[1])
print(*(b - a for a, b in zip(before, counts())), "both" if cgroup else "out")
