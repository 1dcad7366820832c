#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2030,SC2031,SC2154 # each test is a subshell; lib.bash
# Tests of frspctl escache: ext4's cache of extents, by hand.

load lib
load fragment

schema=$BATS_TEST_DIRNAME/../../docs/frspctl.schema.json

# fragments_make PIECES: makes $file, which lies in so many pieces of 4 KiB
fragments_make() {
	fs_make a ext4
	file=$test_dir/a/data
	fragment "$1" 4096 "$file" "$test_dir/a/between"
}

extents() { # prints the number of extents of $file, without leaving entries in the cache
	debugfs -R "dump_extents -l /${file##*/}" "${loop_of[a]}" 2>/dev/null | tail -n +2 | wc -l
}

reads() { # prints how many reads the disk has answered
	awk '{ print $1 }' "/sys/block/${loop_of[a]#/dev/}/stat"
}

# random_reads N: reads N blocks of $file, each of another leaf block, without the page
# cache; prints how many reads that was for the disk
random_reads() {
	local before
	before=$(reads)
	python3 - "$file" "$1" <<-'EOT'
		import mmap, os, sys
		fd = os.open(sys.argv[1], os.O_RDONLY | os.O_DIRECT)
		page = mmap.mmap(-1, 4096)
		for i in range(int(sys.argv[2])):
		    os.preadv(fd, [page], (i * 340 + 170) * 4096)
	EOT
	echo $(($(reads) - before))
}

close_file() { # that is open as fd 7
	exec 7<&-
}

cool() { # empties the caches of the filesystem and of its device
	fs_cool a
	blockdev --flushbufs "${loop_of[a]}"
}

escache() { # escache STATUS [ARG...]
	run_program frspctl escache "${@:2}"
	expect "exit status: $(cat "$test_dir/err")" "$status" "$1"
}

@test "precache: all entries are there, and reading needs no leaf blocks" {
	fragments_make 3000
	cool
	(($(random_reads 8) >= 14)) || fail "the extent tree need not be read"
	cool
	expect "entries before" "$(cached "$file")" 0
	escache 0 precache "$file"
	grep -qE "^$file: (2[0-9]{3}|3000) extents loaded in [0-9.]+ s; saves at most 9 reads, at first use\$" "$test_dir/out" || fail "$(cat "$test_dir/out")"
	# the kernel counts a read a bit later
	(($(random_reads 8) <= 9)) || fail "the extent tree is read"
	(($(cached "$file") >= 2900)) || fail "only $(cached "$file") entries"
	escache 0 precache "$file"
	grep -q " loaded again in " "$test_dir/out"
}

@test "precache: nothing to gain, and files that are none" {
	fs_make a ext4
	echo data >"$test_dir/a/small"
	escache 0 precache "$test_dir/a/small"
	expect "output" "$(cat "$test_dir/out")" "$test_dir/a/small: nothing to gain: its extents are in the inode"
	escache 1 precache /proc/version
	expect_error 1 'no extents'
	escache 1 precache "$test_dir/a/none"
	grep -q 'No such file' "$test_dir/err"
	escache 1 clear /proc/version
	mkfifo "$test_dir/a/fifo"
	escache 1 precache "$test_dir/a/fifo"
}

@test "precache: a file without extents, as of ext3, is refused" {
	fs_make a ext4 '' -O ^extents,^64bit
	dd if=/dev/zero of="$test_dir/a/data" bs=64k count=10 conv=fsync status=none
	escache 1 precache "$test_dir/a/data"
	expect_error 1 'no extents'
}

@test "clear: no entry is left, and nothing else changes" {
	local atime before
	fragments_make 500
	before=$(extents)
	atime=$(stat -c %x "$file")
	escache 0 precache "$file"
	(($(cached "$file") >= 400)) || fail "few entries"
	escache 0 clear "$file"
	grep -qE "^$file: [0-9]+ entries cleared in [0-9.]+ s\$" "$test_dir/out" || fail "$(cat "$test_dir/out")"
	(($(sed -E 's/.*: ([0-9]+) entries.*/\1/' "$test_dir/out") >= 400))
	expect "entries" "$(cached "$file")" 0
	expect "extents" "$(extents)" "$before"
	expect "access time" "$(stat -c %x "$file")" "$atime"
}

@test "clear: a file with very many entries is left as long as others have it open" {
	fs_make a ext4
	file=$test_dir/a/sparse
	python3 - "$file" <<-'EOT'
		import os, sys
		fd = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT)
		for i in range(26000):  # a hole between two
		    os.posix_fallocate(fd, i * 8192, 4096)
		os.fsync(fd)
	EOT
	escache 0 precache "$file"
	exec 7<"$file"
	defer close_file
	escache 0 clear "$file"
	grep -q "^$file: left: it has 5[0-9]* entries, and others have it open" "$test_dir/out" || fail "$(cat "$test_dir/out")"
	(($(cached "$file") > 50000)) || fail "they are gone"
	close_file
	escache 0 clear "$file"
	expect "entries" "$(cached "$file")" 0
}

@test "clear is for the owner, and says so" {
	fs_make a ext4
	chmod 777 "$test_dir/a" "$test_dir"
	echo data >"$test_dir/a/data"
	run_as_nobody frspctl escache clear "$test_dir/a/data"
	expect_error 4 'not permitted'
}

@test "status: what the kernel says" {
	local name info
	fragments_make 500
	escache 0 precache "$file"
	name=${loop_of[a]#/dev/}
	escache 0 status --bytes "$test_dir/a"
	info=$(cat "/proc/fs/ext4/$name/es_shrinker_info")
	head -n 1 "$test_dir/out" | grep -qE '^DEVICE +ENTRIES +MEMORY +RECLAIMABLE +INODES +HIT% +MOUNT$'
	read -r -a row < <(tail -n 1 "$test_dir/out")
	expect "device" "${row[0]}" "$name"
	grep -q "^ *${row[1]} objects" <<<"$info" || fail "${row[*]}: $info"
	expect "memory" "${row[2]}" "$((row[1] * 4096 / 102))"
	((row[1] >= 500 && row[3] >= 500 && row[4] >= 1))
	escache 0 status
	grep -q "^$name .* $test_dir/a\$" "$test_dir/out"
	escache 1 status /proc
}

@test "JSON: valid, and what the text says" {
	fragments_make 500
	{
		"$frspctl" escache --json status "$test_dir/a"
		"$frspctl" escache --json precache "$file"
		"$frspctl" escache --json precache "$file"
		"$frspctl" escache --json clear "$file"
	} >"$test_dir/json"
	"$native_dir/validate.py" "$schema" <"$test_dir/json"
	"$native_dir/validate.py" --mutants "$schema" <"$test_dir/json"
	expect "outcomes" "$(jq -r 'select(.outcome) | .outcome' "$test_dir/json" | xargs)" "loaded loaded_before cleared"
	expect "extents, of which mke2fs may have left some side by side" \
		"$(jq 'select(.outcome == "loaded") | .entries | . >= 400 and . <= 500' "$test_dir/json")" true
}

@test "wrong usage" {
	escache 2
	escache 2 nonsense
	expect_error 2 'none of its actions'
	escache 2 clear
	expect_error 2 'escache clear: no file'
}
