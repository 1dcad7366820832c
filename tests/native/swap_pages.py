#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""swap_pages.py: swaps 16 MiB of its memory out, and in again where a cgroup can be told
to drop what the swap cache has. Prints the pages that the kernel read and wrote meanwhile,
and whether it could."""
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
    """Returns what makes room in it, or None."""
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
        pass  # it could not do all
for at in range(0, len(memory), PAGE):
    if memory[at:at + 8] != at.to_bytes(8, "little"):
        sys.exit("memory is not what it was")
if cgroup:
    write(f"{cgroup[0]}/cgroup.procs", str(os.getpid()))
    os.rmdir(cgroup[1])
print(*(b - a for a, b in zip(before, counts())), "both" if cgroup else "out")
