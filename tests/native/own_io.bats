#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash sets the variables
# Tests that what frspctl reads and writes to move data heats nothing, and that the I/O of
# others on the same file counts as ever.

load lib

dd_args=()

# make_fragmented FILE: 4 MiB in 32 extents; the pieces between are those of another file
make_fragmented() {
	"$native_dir/fragment.py" 32 131072 "$1" "$1.other"
	sync -f "$1"
}

# as_mover [COMMAND...]: runs dd, by COMMAND, under the name that bpf/hot_who.h gives movers.
# $test_dir is root's alone, so the copy is where anybody can run it.
as_mover() {
	local dir
	dir=$(mktemp -d /tmp/frsp-native.XXXXXX)
	defer rm -r "$dir"
	chmod 755 "$dir"
	install -m 755 "$(command -v dd)" "$dir/frsp-mover"
	"$@" "$dir/frsp-mover" "${dd_args[@]}"
}

@test "moving a file heats nothing, and what others read of it counts" {
	local id moved
	fs_make fs ext4
	make_fragmented "$test_dir/fs/moved"
	id=$(file_id "$test_dir/fs/moved")
	fs_cool fs
	stat "$test_dir/fs/moved" >/dev/null # reads the inode
	hotmon_start fs --fs "$test_dir/fs" --group=process
	run_program frspctl defrag --json --rate 0 "$test_dir/fs/moved"
	expect "exit status" "$status" 0
	moved=$(jq .moved_bytes "$test_dir/out" | head -n 1)
	expect "moved" "$moved" $((4 << 20))
	fs_cool fs
	dd if="$test_dir/fs/moved" of=/dev/null bs=64k count=3 iflag=direct status=none
	hotmon_stop fs
	io_list read 0 65536 read 65536 65536 read 131072 65536 >"$test_dir/ios"
	expect_ios fs "$id" "$test_dir/ios"
	(($(report fs .mover_bytes) >= 2 * moved))
	expect "processes of the mover" "$(report fs '[.processes[] | select(.command == "frsp-mover")] | length')" 0
}

@test "writeback of what the mover dirtied is left out, whoever does it" {
	local id
	fs_make fs ext4
	file_make "$test_dir/fs/data" 4
	id=$(file_id "$test_dir/fs/data")
	hotmon_start fs --fs "$test_dir/fs"
	dd_args=(if=/dev/zero of="$test_dir/fs/data" bs=64k count=32 conv=notrunc status=none)
	as_mover
	sync -f "$test_dir/fs"
	# the last one to dirty a range counts
	dd if=/dev/zero of="$test_dir/fs/data" bs=64k count=16 conv=notrunc,fsync status=none
	hotmon_stop fs
	expect "bytes of the file" "$(file_counts fs "$id" | awk '{ print $4 }')" 1048576
	expect "left out" "$(report fs .mover_bytes)" $((2 << 20))
}

@test "only root can be left out" {
	local id
	fs_make fs ext4
	file_make "$test_dir/fs/data" 1
	chmod 644 "$test_dir/fs/data"
	id=$(file_id "$test_dir/fs/data")
	fs_cool fs
	stat "$test_dir/fs/data" >/dev/null
	hotmon_start fs --fs "$test_dir/fs"
	dd_args=(of=/dev/null bs=64k count=2 iflag=direct status=none)
	as_mover setpriv --reuid=65534 --clear-groups <"$test_dir/fs/data"
	hotmon_stop fs
	io_list read 0 65536 read 65536 65536 >"$test_dir/ios"
	expect_ios fs "$id" "$test_dir/ios"
	expect "left out" "$(report fs .mover_bytes)" 0
}
