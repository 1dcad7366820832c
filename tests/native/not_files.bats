#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # jq programs; each test is a subshell; lib.bash
# Tests of I/O that belongs to no file: hotmon counts the I/O of btrfs' internal inodes as
# metadata, and the I/O of a swap file as swap.

load lib

# expect_no_rows FILTER: the last report has no such file
expect_no_rows() {
	expect "rows that are no files" \
		"$(report fs ".files[] | select($1) | \"\\(.ino) \\(.dev) \\(.write_bytes)\"")" ""
}

@test "btrfs: what a balance copies is metadata" {
	local n
	fs_make fs btrfs
	for n in 1 2 3; do
		file_make "$test_dir/fs/f$n" 16
	done
	sync -f "$test_dir/fs"
	hotmon_start fs --fs "$test_dir/fs"
	btrfs balance start --full-balance "$test_dir/fs" >/dev/null
	hotmon_stop fs
	expect_no_rows '.path == null'
	(($(report fs .metadata.write_bytes) > 48 << 20)) || fail "$(report fs .metadata)"
}

# On a smaller filesystem btrfs writes no cache, because the block groups are smaller, too.
@test "btrfs: its cache of free space is no file" {
	local n
	need_fs btrfs
	truncate -s 1G "$test_dir/fs.img"
	loop_attach fs "$test_dir/fs.img"
	fs_format "${loop_of[fs]}" btrfs
	fs_mount fs "${loop_of[fs]}"
	for n in 1 2 3; do
		file_make "$test_dir/fs/f$n" 24
	done
	fs_cool fs clear_cache,space_cache=v1
	hotmon_start fs --fs "$test_dir/fs"
	for n in 4 5 6; do
		file_make "$test_dir/fs/f$n" 24
		sync -f "$test_dir/fs"
		rm "$test_dir/fs/f$n"
		sync -f "$test_dir/fs"
	done
	hotmon_stop fs
	expect_no_rows '.path == null and (.deleted | not)'
}

end_swap() { # end_swap FILE; may be called twice
	! grep -q "^$1 " /proc/swaps || swapoff "$1"
}

# bytes_swapped: prints the bytes that the kernel has read from and written to swap
bytes_swapped() {
	awk '/^pswpin /{i = $2} /^pswpout /{o = $2} END {print i * 4096, o * 4096}' /proc/vmstat
}

# expect_within WHAT VALUE LEAST MOST
expect_within() {
	(($3 <= $2 && $2 <= $4)) || fail "$1: $2, expected $3 to $4"
}

# The kernel counts the swap I/O of the whole machine, and other processes may swap, too.
# So hotmon has to count at least the increase while swap_pages.py ran, and at most the
# increase from before hotmon began until after it ended.
@test "a swap file's I/O is named swap" {
	local type pages_in pages_out ways read written read0 written0 read1 written1
	for type in ext4 xfs; do
		fs_make $type $type
		(umask 077 && file_make "$test_dir/$type/swap" 64)
		mkswap "$test_dir/$type/swap" >/dev/null
		swapon -p 32767 "$test_dir/$type/swap" 2>/dev/null || skip "the kernel has no swap"
		defer end_swap "$test_dir/$type/swap"
		read -r read0 written0 < <(bytes_swapped)
		hotmon_start $type --fs "$test_dir/$type"
		read -r pages_in pages_out ways < <("$BATS_TEST_DIRNAME/swap_pages.py")
		hotmon_stop $type
		read -r read1 written1 < <(bytes_swapped)
		read -r read written < <(report $type '.swap | "\(.read_bytes) \(.write_bytes)"')
		expect_within "bytes read" "$read" $((pages_in * 4096)) $((read1 - read0))
		expect_within "bytes written" "$written" $((pages_out * 4096)) $((written1 - written0))
		((pages_out >= 1024)) || fail "$pages_out pages were swapped out"
		[[ $ways == out ]] || ((pages_in >= 1024)) || fail "$pages_in pages were swapped in"
		expect unattributed "$(class_counts $type unattributed)" "0 0 0 0"
		end_swap "$test_dir/$type/swap"
	done
}
