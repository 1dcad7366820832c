# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Loaded after lib by tests of pinned programs: where they are.

pins=/sys/fs/bpf/frsp

# Mounts a bpffs where no init has mounted it, such as in a container.
setup_file() {
	mountpoint -q "${pins%/*}" && return
	mount -t bpf bpf "${pins%/*}"
	export bpffs_is_ours=yes
}

teardown_file() {
	[[ ! ${bpffs_is_ours:-} ]] || umount "${pins%/*}"
}
