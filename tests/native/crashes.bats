#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # each test is a subshell; bats; lib.bash
# A program overwrites a file with a promise of the kernel for each block (promises.c), while
# frspctl defrag moves the file, again and again. At a random moment the filesystem is shut down
# without writing the journal, as if the power failed. Then each promise must have been kept.
# Where frsp.ko is, the file is moved while it is open.
#
#   FRSP_CRASHES  how many crashes (default 5, one for each promise)

load lib
load fragment

crashes=${FRSP_CRASHES:-5}
BATS_TEST_TIMEOUT=$((crashes * 30 + 180))

# Moves what is in the filesystem "a", until the file $test_dir/end is there.
# shellcheck disable=SC2317 # runs in the background
mover_loop() {
	local option=()
	[[ ! -e /sys/module/frsp ]] || option=(--in-use)
	until [[ -e $test_dir/end ]]; do
		"$frspctl" defrag --json --rate 16M --keep-free 0 "${option[@]}" "$test_dir/a/x" || :
	done >>"$test_dir/moved" 2>/dev/null
}

# crash DIR: drops what is not committed
crash() {
	python3 -c 'import fcntl, os, sys
fcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY), 0x8004587D, b"\2\0\0\0")' "$1"
}

# has_begun FILE: the writer has a promise
has_begun() {
	tr -d '\0' <"$1" | head -c 1 | grep -q .
}

# bytes_moved: by all that have ended
bytes_moved() {
	jq -s 'map(select(.path) | .moved_bytes) | add // 0' "$test_dir/moved"
}

# moves_on BYTES: more than that have been moved
moves_on() {
	(($(bytes_moved) > $1))
}

crash_once() { # crash_once SYNC SEED closed|open
	local writer mover before promises=$native_dir/../../.output/native/promises
	fragment 128 65536 "$test_dir"/a/{x,y}
	"$promises" prepare "$test_dir/a/x" "$test_dir/log"
	sync -f "$test_dir/a"
	"$promises" write "$test_dir/a/x" "$test_dir/log" "$@" 3>&- &
	writer=$!
	wait_until has_begun "$test_dir/log"
	touch "$test_dir/moved"
	before=$(bytes_moved)
	mover_loop 3>&- &
	mover=$!
	wait_until moves_on "$before"
	sleep "0.$((RANDOM % 9))$((RANDOM % 10))"
	crash "$test_dir/a"
	touch "$test_dir/end"
	wait $writer || fail "the writer's exit status is $?"
	wait $mover
	rm "$test_dir/end"
	fs_cool a commit=300
	"$promises" check "$test_dir/a/x" "$test_dir/log" || fail "seed $2, $1"
	rm "$test_dir"/a/{x,y}
}

@test "crashes while a file is moved and written: each promise is kept" {
	local n free kinds=(fdatasync O_DSYNC direct msync fsync) opened=closed
	[[ ! -e /sys/module/frsp ]] || opened=open
	echo "frsp-test: expect Aborting journal on device loop[0-9]+-8" >/dev/kmsg || : # tests/vm/splat-check
	fs_make a ext4 commit=300
	free=$(stat -f -c %f "$test_dir/a")
	for ((n = 0; n < crashes; n++)); do
		crash_once "${kinds[n % 5]}" "$RANDOM" $opened
	done
	sync -f "$test_dir/a"
	expect "free blocks" "$(stat -f -c %f "$test_dir/a")" "$free"
	fs_umount a
	e2fsck -fn "${loop_of[a]}" >"$test_dir/fsck" 2>&1 || fail "$(cat "$test_dir/fsck")"
	echo "# $n crashes, $(bytes_moved) bytes moved" >&3
}
