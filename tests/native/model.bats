#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # each test is a subshell; bats; lib.bash
# Files are changed and read at random in all ways (model_file.c), while frspctl defrag moves
# them, again and again: not one byte may be wrong. Where frsp.ko is, they are moved while they
# are open.
#
#   FRSP_MODEL_SECONDS  how long (default 12)
#   FRSP_MODEL_SEED     the first file's seed; default: another one each time

load lib

seconds=${FRSP_MODEL_SECONDS:-12}
BATS_TEST_TIMEOUT=$((seconds * 2 + 300))

# Moves what is in the filesystem "a", until the file $test_dir/end is there. Of files that come
# and go, some cannot be opened, so the exit status says nothing.
# shellcheck disable=SC2317 # runs in the background
mover_loop() {
	local option=()
	[[ ! -e /sys/module/frsp ]] || option=(--in-use)
	while [[ ! -e $test_dir/end ]]; do
		"$frspctl" defrag --json --rate 0 --keep-free 0 "${option[@]}" "$test_dir/a" || :
	done >"$test_dir/moved" 2>"$test_dir/err"
}

free_blocks() {
	sync -f "$test_dir/a"
	stat -f -c %f "$test_dir/a"
}

# bats test_tags=slow
@test "files change in all ways while they are moved: each byte is right" {
	local seed=${FRSP_MODEL_SEED:-$RANDOM$RANDOM} n mover free moved pids=()
	fs_make a ext4
	free=$(free_blocks)
	mover_loop 3>&- &
	mover=$!
	defer eval "touch '$test_dir/end'; wait $mover"
	for n in 0 1 2; do
		"$native_dir/../../.output/native/model_file" "$test_dir/a" "f$n" "$seconds" $((seed + n)) "$test_dir/model$n" 3>&- &
		pids+=($!)
	done
	for n in "${pids[@]}"; do
		wait "$n" || fail "exit status $?"
	done
	touch "$test_dir/end"
	wait $mover
	moved=$(jq -s 'map(select(.path) | .moved_bytes) | add' "$test_dir/moved")
	echo "# seed $seed; $moved bytes moved; $(jq -r 'select(.path) | .outcome + "/" + .reason' "$test_dir/moved" | sort | uniq -c | paste -sd ' ')" >&3
	((moved > 4 << 20)) || fail "only $moved bytes were moved: this proves nothing"
	expect "errors but of files that are gone" "$(jq -c 'select(.path and .outcome == "failed" and .reason != "ENOENT")' "$test_dir/moved")" ""
	[[ ! -s $test_dir/err ]] || fail "$(cat "$test_dir/err")"
	fs_cool a
	for n in 0 1 2; do
		cat "$test_dir/a/f$n" "$test_dir/a/f$n.new" 2>/dev/null | cmp - "$test_dir/model$n"
	done
	rm "$test_dir"/a/f*
	expect "free blocks" "$(free_blocks)" "$free"
	fs_umount a
	e2fsck -fn "${loop_of[a]}" >"$test_dir/fsck" 2>&1 || fail "$(cat "$test_dir/fsck")"
}

@test "one wrong byte is found, and its seed is said" {
	local writer status=0
	fs_make a ext4
	"$native_dir/../../.output/native/model_file" "$test_dir/a" f 60 7 "$test_dir/model" 2>"$test_dir/err" 3>&- &
	writer=$!
	while kill -0 $writer 2>/dev/null; do
		printf '\xa5\x5a\x99' | dd of="$test_dir/a/f" bs=1 seek=20001 conv=notrunc,nocreat status=none 2>/dev/null || :
	done
	wait $writer || status=$?
	head -n 2 "$test_dir/err"
	expect "exit status" "$status" 1
	grep -q '^model_file: byte 2000[123] of [0-9]* is [0-9a-f]*, should be [0-9a-f]*$' "$test_dir/err"
	grep -q '^model_file: seed 7; the last operations on ' "$test_dir/err"
}
