#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2016,SC2154 # jq programs; lib.bash sets the variables
# Tests that for each way to do I/O hotmon names the process that did it, the file, and the
# part of the file: in the first rows of a report, and on the first screen of 80x24. Beside
# it, another process moves less of another file.

load lib
load tui
load first_screen

# Each test does the I/O of the third MiB of the file $data, by a program named culprit.
culprit() { # culprit PROGRAM [ARG...]
	cp "$(command -v "$1")" "$test_dir/culprit"
	"$test_dir/culprit" "${@:2}"
}

watch_data() {
	fs_make fs ext4
	data=$test_dir/fs/data
	file_make "$data" 4
	file_make "$test_dir/fs/other" 1
	fs_cool fs
	hotmon_start fs --fs "$test_dir/fs"
	first_screen_open fs
	dd if="$test_dir/fs/other" of=/dev/null bs=64k count=1 iflag=direct status=none
}

# The culprit is named, for the file and for its third MiB.
expect_culprit() {
	expect_first_file /data "$(who culprit)"
	expect_first_range 2M /data "$(who culprit)"
	hotmon_stop fs
	expect "file and process" "$(report fs '.files[0] | "\(.path) \(.who[0].command)"')" "$data culprit"
	expect "range and process" "$(report fs '.ranges[0] | "\(.path) \(.offset) \(.who[0].command)"')" "$data 2097152 culprit"
}

@test "direct reads" {
	watch_data
	culprit dd if="$data" of=/dev/null bs=64k skip=32 count=16 iflag=direct status=none
	expect_culprit
}

@test "direct writes" {
	watch_data
	culprit dd if=/dev/zero of="$data" bs=64k seek=32 count=16 oflag=direct conv=notrunc status=none
	expect_culprit
}

@test "libaio" {
	watch_data
	culprit fio --name=x --thread --ioengine=libaio --rw=randread --bs=4k --iodepth=16 --direct=1 \
		--filename="$data" --offset=2m --size=1m >/dev/null
	expect_culprit
}

@test "io_uring: reads by its worker threads" {
	watch_data
	culprit fio --name=x --thread --ioengine=io_uring --force_async=1 --rw=randread --bs=4k --iodepth=8 \
		--direct=1 --filename="$data" --offset=2m --size=1m >/dev/null
	expect_culprit
}

@test "io_uring: buffered writes by its worker threads, written back later" {
	watch_data
	culprit fio --name=x --thread --ioengine=io_uring --force_async=1 --rw=write --bs=4k --iodepth=8 \
		--direct=0 --fallocate=none --filename="$data" --offset=2m --size=1m >/dev/null
	sync -f "$data"
	expect_culprit
}

@test "buffered reads" {
	watch_data
	culprit dd if="$data" of=/dev/null bs=1M skip=2 count=1 status=none
	expect_culprit
}

@test "buffered writes, written back when the writer has exited" {
	watch_data
	culprit dd if=/dev/zero of="$data" bs=64k seek=32 count=16 conv=notrunc status=none
	sync -f "$data"
	expect_culprit
}

@test "O_SYNC writes" {
	watch_data
	culprit dd if=/dev/zero of="$data" bs=64k seek=32 count=16 oflag=sync conv=notrunc status=none
	expect_culprit
}

@test "writes through a mapping" {
	watch_data
	culprit xfs_io -c 'mmap -rw 0 4m' -c 'mwrite -S 7 2m 1m' -c 'munmap' "$data"
	sync -f "$data"
	expect_culprit
}

@test "a container: writes of a process with a pid namespace and a cgroup of its own, written back later" {
	local group
	group=$(findmnt -rnt cgroup2 -o TARGET | head -n 1)
	[[ $group ]] || skip "the kernel has no cgroup2 hierarchy mounted"
	group+=/frsp-culprit-$$
	mkdir "$group"
	defer wait_until rmdir "$group"
	watch_data
	cp "$(command -v dd)" "$test_dir/culprit"
	bash -c "echo \$\$ >$group/cgroup.procs && exec unshare -pf --mount-proc '$test_dir/culprit' \
		if=/dev/zero of='$data' bs=64k seek=32 count=16 conv=notrunc status=none"
	sync -f "$data"
	expect_culprit
	expect "cgroup" "$(report fs '.files[0].who[0].cgroup')" "/${group##*/}"
	(($(report fs '.files[0].who[0].pid') > 1)) || fail "the id in its namespace"
}
