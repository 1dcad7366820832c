# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2086,SC2154 # kmod-in-guest says why
# Tests of the hook of ext4_release_file(), which sees the closing of files (kmod/closes.c).

closes_are_watched() {
	grep -q '^ext4_release_file ' /sys/kernel/tracing/enabled_functions
}

closes_are_not_watched() {
	! closes_are_watched
}

append_and_sync() { # descriptor
	dd if=/dev/zero bs=64k count=4 status=none >&$1
	sync
}

# A file that is closed when it gets its blocks asks for no room: nothing would end that.
test_only_open_files_get_a_room() {
	local log
	mountpoint -q /sys/kernel/tracing || mount -t tracefs tracefs /sys/kernel/tracing
	make_ext4 1G
	load
	mount_ext4
	for _ in 1 2 3; do
		dd if=/dev/zero of=$mnt/log bs=64k count=4 oflag=append conv=notrunc status=none
		sync
	done
	closes_are_not_watched || die "watched for a closed file"
	exec {log}>$mnt/open
	append_and_sync $log
	exec {log}>&-
	eventually closes_are_watched
}

# The hook is there while a file has target ranges (a place) or files ask for a room behind
# them; otherwise it is off and costs nothing.
test_closes_are_watched_while_needed() {
	mountpoint -q /sys/kernel/tracing || mount -t tracefs tracefs /sys/kernel/tracing
	make_ext4 1G
	load
	mount_ext4
	closes_are_not_watched || die "watched without a need"
	place 100000+10 $mnt/placed 10 100000+10
	closes_are_watched || die "not watched, with a place"
	# The rest takes two minutes.
	grep -qw frsp_all /proc/cmdline || return 0
	sleep 115
	eventually closes_are_not_watched
	# A growing file asks for a room at each writeback, every 35 s.
	exec {log}>$mnt/log
	append_and_sync $log
	append_and_sync $log
	exec {log}>&-
	eventually closes_are_watched
	sleep 40
	closes_are_watched || die "it goes too early"
}
