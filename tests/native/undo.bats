#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2030,SC2031,SC2154 # each test is a subshell; lib.bash
# Tests of frspctl undo: what a job moved goes back to exactly where it was, or stays, with the
# reason.

load lib
load fragment

schema=$BATS_TEST_DIRNAME/../../docs/frspctl.schema.json

# make_files: x and y, of 8 MiB in pieces of 256 KiB each, on the filesystem "a"
make_files() {
	fs_make a ext4
	fragment 32 262144 "$test_dir"/a/{x,y}
	sync -f "$test_dir/a"
	sha256sum "$test_dir"/a/{x,y} >"$test_dir/sums"
	places x >"$test_dir/before"
}

places() { # places NAME: where the file is
	filefrag -v "$test_dir/a/$1"
}

extents() { # extents NAME: how many it has
	filefrag "$test_dir/a/$1" | sed -n 's/.*: \([0-9]*\) extents\? found/\1/p'
}

# ctl ARG...: runs frspctl as fast as it can, with JSON
ctl() {
	run_program frspctl "$1" --json --rate 0 "${@:2}"
	cat "$test_dir/out" "$test_dir/err"
}

result() { # result FILTER: of the file's object
	jq -r "select(.path) | $1" "$test_dir/out"
}

is_as_before() {
	places x | diff -u "$test_dir/before" - && sha256sum -c --quiet "$test_dir/sums"
}

is_clean() {
	fs_umount a
	e2fsck -fn "${loop_of[a]}" >"$test_dir/fsck" 2>&1 || fail "$(cat "$test_dir/fsck")"
}

end_process() {
	kill -KILL "$1" 2>/dev/null || :
	wait "$1" 2>/dev/null || :
}

has_moved() { # has_moved PID BYTES
	[[ $(sed -n 's/^write_bytes: //p' "/proc/$1/io") -ge $2 ]]
}

# launch: defragments x slowly, in the background; waits until something is moved
launch() {
	"$frspctl" defrag --rate 2M "$test_dir/a/x" >"$test_dir/x.out" 2>"$test_dir/x.err" 3>&- &
	mover=$!
	defer end_process $mover
	wait_until has_moved $mover 2097152
}

@test "undone, a file is exactly where it was; and an undo can be undone" {
	local line after
	make_files
	stat -c '%a %u:%g %s %X %Y %Z %h %i' "$test_dir/a/x" >"$test_dir/stat"
	ctl defrag "$test_dir/a/x"
	expect "extents" "$(extents x)" 1
	after=$(places x)
	ctl undo --dry-run 1
	expect "what it would move" "$(result '[.outcome, .planned_bytes, .moved_bytes] | join(" ")')" "moved 8388608 0"
	[[ $(places x) == "$after" ]]
	ctl undo 1
	expect "exit status" "$status" 0
	expect "moved" "$(result '[.outcome, .extents_before, .moved_bytes, .kept_bytes] | join(" ")')" "moved 1 8388608 0"
	while read -r line; do
		"$native_dir/validate.py" "$schema" <<<"$line"
		"$native_dir/validate.py" --mutants "$schema" <<<"$line"
	done <"$test_dir/out"
	is_as_before
	stat -c '%a %u:%g %s %X %Y %Z %h %i' "$test_dir/a/x" | diff -u "$test_dir/stat" -
	expect "its job" "$("$frspctl" jobs --json 2 | jq -c ".jobs[0] | [.state, .pieces >= 32, .moved_bytes]")" "[\"done\",true,8388608]"
	expect "of the first" "$("$frspctl" jobs --json 1 | jq -r '.jobs[0].moves[0].found')" not_moved
	ctl undo 1
	expect "a second time" "$(result '[.outcome, .planned_bytes] | join(" ")')" "there 0"
	ctl undo 2
	[[ $(places x) == "$after" ]]
	fs_cool a
	sha256sum -c --quiet "$test_dir/sums"
	is_clean
}

# goes_and_comes BYTES: x is made in pieces of BYTES, becomes one extent, and is back where
# it was
goes_and_comes() {
	# The holes of one block are for the file's extent tree, which grows again.
	fragment 8 "$(stat -f -c %s "$test_dir/a")" "$test_dir"/a/{holes,others}
	fragment 32 "$1" "$test_dir"/a/{x,y}
	rm "$test_dir/a/holes"
	sync -f "$test_dir/a"
	sha256sum "$test_dir"/a/{x,y} >"$test_dir/sums"
	places x >"$test_dir/before"
	ctl defrag "$test_dir/a/x"
	(($(extents x) < 32))
	ctl undo 1
	expect "undone" "$(result '[.outcome, .kept_bytes] | join(" ")')" "moved 0"
	is_as_before
	is_clean
}

@test "undone, blocks of 1 KiB are exactly where they were" {
	fs_make a ext4 "" -b 1024
	goes_and_comes 261120 # no whole pages
}

@test "undone in the first group of a flexible group, which ext4 avoids" {
	truncate -s 128M "$test_dir/a.img" # a single group
	loop_attach a "$test_dir/a.img"
	fs_format "${loop_of[a]}" ext4
	fs_mount a "${loop_of[a]}"
	goes_and_comes 262144
}

@test "a file that moved to where another was before: both go back" {
	local i
	truncate -s 128M "$test_dir/a.img"
	loop_attach a "$test_dir/a.img"
	fs_format "${loop_of[a]}" ext4 -m 0
	fs_mount a "${loop_of[a]}"
	# x can only go to where "room" was, and then y to where x was
	fallocate -l 8M "$test_dir/a/room"
	for i in 0 1 2; do
		fallocate -o "${i}M" -l 1M "$test_dir/a/y"
		((i == 2)) || fallocate -o "$((i * 4))M" -l 4M "$test_dir/a/x"
	done
	fallocate -l "$(($(stat -f -c '%a * %S' "$test_dir/a") - 262144))" "$test_dir/a/rest"
	rm "$test_dir/a/room"
	sync -f "$test_dir/a"
	places x >"$test_dir/before"
	places y >"$test_dir/before_y"
	ctl defrag --keep-free 0 "$test_dir"/a/{x,y}
	expect "extents" "$(extents x) $(extents y)" "1 1"
	ctl undo --keep-free 0 1
	expect "undone" "$(result '[.outcome, .kept_bytes] | join(" ")' | xargs)" "moved 0 moved 0"
	places x | diff -u "$test_dir/before" -
	places y | diff -u "$test_dir/before_y" -
	is_clean
}

@test "with frsp.ko, the donor gets the very blocks" {
	local dir
	[[ -e /sys/module/frsp ]] || skip "the kernel has no frsp.ko"
	make_files
	dir=/sys/fs/ext4/${loop_of[a]#/dev/}
	echo 1 >"$dir/freespace_tree"
	ctl defrag "$test_dir/a/x"
	ctl undo 1
	expect "exit status" "$status" 0
	cat "$dir/frsp/placed_goals"
	(($(cat "$dir/frsp/placed_goals") >= 32))
	is_as_before
	is_clean
}

@test "an old place that is taken: what was there stays, and the reason is told" {
	local free
	make_files
	ctl defrag "$test_dir/a/x"
	places x >"$test_dir/after"
	echo 0 >"/sys/fs/ext4/${loop_of[a]#/dev/}/reserved_clusters"
	free=$(stat -f -c '%a * %S' "$test_dir/a")
	fallocate -l $((free - 8388608)) "$test_dir/a/all" # root's reserve stays
	dd if=/dev/zero of="$test_dir/a/rest" bs=64k 2>"$test_dir/log" || :
	sync -f "$test_dir/a"
	ctl undo --keep-free 0 1
	expect "exit status" "$status" 1
	expect "outcome" "$(result '[.outcome, .reason, .moved_bytes, .kept_bytes] | join(" ")')" "stays taken 0 8388608"
	places x | diff -u "$test_dir/after" -
	run_program frspctl undo --keep-free 0 1
	grep -q ' 8.0M stays: its old place is not free any more' "$test_dir/out"
	rm "$test_dir"/a/{all,rest}
	sync -f "$test_dir/a"
	ctl undo 1
	expect "exit status" "$status" 0
	is_as_before
	is_clean
}

# The old places are one free row, and frspctl may have only a part of it at a time.
@test "undone on a nearly full filesystem, where free rows are longer than the room" {
	local available
	make_files
	ctl defrag "$test_dir/a/x"
	rm "$test_dir/a/y"
	sync -f "$test_dir/a"
	sed -i '/y$/d' "$test_dir/sums"
	available=$(stat -f -c '%a * %S' "$test_dir/a")
	ctl undo --keep-free $((available - 1572864)) 1
	expect "exit status" "$status" 0
	expect "undone" "$(result '[.outcome, .moved_bytes, .kept_bytes] | join(" ")')" "moved 8388608 0"
	is_as_before
	ctl undo --keep-free $((available + 4194304)) 2
	expect "without room" "$(result '[.outcome, .reason, .moved_bytes] | join(" ")')" "stays full 0"
	is_as_before
	is_clean
}

# How many bytes of the old places of the first job's pieces others have now: those of FILE...
taken() {
	local file
	for file; do
		filefrag -v -b1 "$file" | sed -nE 's/^ *[0-9]+: +[0-9]+\.\. *[0-9]+: +([0-9]+)\.\. *([0-9]+):.*/\1 \2/p'
	done >"$test_dir/theirs"
	"$frspctl" jobs --json 1 | jq -r '.jobs[0].moves[].before[] | "\(.place) \(.place + .bytes - 1)"' >"$test_dir/ours"
	awk 'NR == FNR { from[NR] = $1; to[NR] = $2; n = NR; next }
		{
			for (i = 1; i <= n; i++) {
				first = $1 > from[i] ? $1 : from[i]
				last = $2 < to[i] ? $2 : to[i]
				if (last >= first)
					sum += last - first + 1
			}
		}
		END { printf "%d\n", sum }' "$test_dir/theirs" "$test_dir/ours"
}

# Some of the old places are free, some are not, and of some only the first half is not.
@test "a part of the old places is taken: the others are undone" {
	local at
	make_files
	ctl defrag "$test_dir/a/x"
	# small files, which take some of the holes that x left, as these are nearer than others
	sync -f "$test_dir/a"
	for at in {1..8}; do
		dd if=/dev/urandom of="$test_dir/a/small$at" bs=128k count=1 conv=fsync status=none
	done
	ctl undo 1
	cp "$test_dir/out" "$test_dir/undo"
	sha256sum -c --quiet "$test_dir/sums"
	expect "sum" "$(result '.moved_bytes + .kept_bytes')" 8388608
	expect "kept" "$(result .kept_bytes)" "$(taken "$test_dir"/a/small*)"
	# what moved is where it was, extent by extent
	"$frspctl" jobs --json 2 | jq -r '.jobs[0].moves[] | select(.found == "moved") | .after[] | "\(.offset) \(.place) \(.bytes)"' >"$test_dir/back"
	"$frspctl" jobs --json 1 | jq -r '.jobs[0].moves[].before[] | "\(.offset) \(.place) \(.bytes)"' >"$test_dir/old"
	[[ -s $test_dir/back ]]
	if [[ $(result .kept_bytes) == 0 ]]; then
		is_as_before
	else
		expect "reason" "$(result .reason)" taken
		expect "exit status" "$status" 1
	fi
	is_clean
}

@test "a file that was changed: what is where the job left it moves, with its new content" {
	make_files
	ctl defrag "$test_dir/a/x"
	dd if=/dev/urandom of="$test_dir/a/x" bs=1M count=1 conv=notrunc,fsync status=none
	truncate -s 4M "$test_dir/a/x"
	sync -f "$test_dir/a"
	sha256sum "$test_dir"/a/{x,y} >"$test_dir/sums"
	ctl undo 1
	expect "exit status" "$status" 1
	expect "outcome" "$(result '[.outcome, .reason, .moved_bytes, .kept_bytes] | join(" ")')" "stays changed 4194304 4194304"
	sha256sum -c --quiet "$test_dir/sums"
	diff -u <(sed -n 's/^ *\([0-9]*: .*:\).*/\1/p' "$test_dir/before" | head -n 16 | cut -d: -f1-4) \
		<(places x | sed -n 's/^ *\([0-9]*: .*:\).*/\1/p' | cut -d: -f1-4)
	is_clean
}

@test "a file that was deleted, and another of its name" {
	make_files
	ctl defrag "$test_dir/a"
	cp "$test_dir/a/y" "$test_dir/a/new"
	mv "$test_dir/a/new" "$test_dir/a/y"
	mv "$test_dir/a/x" "$test_dir/a/z"
	sync -f "$test_dir/a"
	places y >"$test_dir/places"
	ctl undo 1
	expect "exit status" "$status" 1
	grep -q "^frspctl: $test_dir/a/y: stays: it was deleted\$" "$test_dir/err"
	expect "its job" "$("$frspctl" jobs --json 2 | jq -r '.jobs[0] | [.state, .exit_status] | join(" ")')" "failed 1"
	expect "path" "$(result .path)" "$test_dir/a/z"
	run_program frspctl wait 2
	expect "exit status of wait" "$status" 1
	mv "$test_dir/a/z" "$test_dir/a/x"
	places y | diff -u "$test_dir/places" -
	is_as_before
}

# They are one extent at the old place, as far as the journal of the job knows, and two of the
# file.
@test "what is written, and preallocated space behind it, go back" {
	fs_make a ext4
	fallocate -l 2M "$test_dir/a/x"
	dd if=/dev/urandom of="$test_dir/a/x" bs=1M count=1 conv=notrunc,fsync status=none
	sha256sum "$test_dir/a/x" >"$test_dir/sums"
	places x >"$test_dir/before"
	expect "extents" "$(grep -c '^ *[0-9]*:' "$test_dir/before")" 2
	printf '[UUID=%s]\nfast = 0-256M\nslow = 256M-\n' "$(blkid -p -s UUID -o value "${loop_of[a]}")" >"$test_dir/conf"
	ctl move --to slow --config "$test_dir/conf" "$test_dir/a/x"
	expect "outcome" "$(result .outcome)" moved
	not is_as_before >"$test_dir/log" 2>&1
	ctl undo 1
	expect "exit status" "$status" 0
	expect "outcome" "$(result '[.outcome, .moved_bytes] | join(" ")')" "moved 2097152"
	is_as_before
	is_clean
}

# Each look whether a place is free takes a second.
@test "cancelled where no place is free, it ends at once" {
	type -P strace >"$test_dir/log" || skip "needs strace"
	make_files
	ctl defrag "$test_dir/a/x"
	fallocate -l $(($(stat -f -c '%a * %S' "$test_dir/a") - 8388608)) "$test_dir/a/all"
	dd if=/dev/zero of="$test_dir/a/rest" bs=64k 2>"$test_dir/log" || :
	sync -f "$test_dir/a"
	strace -o "$test_dir/trace" -e trace=fsync -e inject=fsync:delay_exit=1000000 \
		"$frspctl" undo --keep-free 0 1 >"$test_dir/x.out" 2>"$test_dir/x.err" 3>&- &
	mover=$!
	defer end_process $mover
	wait_until grep -q '^job 2$' "$test_dir/x.out"
	run_program frspctl cancel 2
	expect "said" "$(cat "$test_dir/out")" "job 2: cancelled"
	wait $mover || expect "exit status" $? 5
}

# bats test_tags=slow
@test "a job that was killed is undone, whatever it had done" {
	local n job
	make_files
	launch
	kill -KILL $mover
	wait $mover || :
	not is_as_before >"$test_dir/log" 2>&1
	ctl undo 1
	expect "exit status" "$status" 0
	is_as_before
	for n in 1 2 3 4 5; do
		timeout -s KILL "0.$n" "$frspctl" defrag --rate 32M "$test_dir/a/x" >"$test_dir/out" || :
		"$frspctl" wait || : # timeout does not
		job=$(sed -n 's/^job //p' "$test_dir/out")
		[[ $job ]] || continue # it was killed before that
		ctl undo "$job"
		is_as_before
	done
	ctl defrag "$test_dir/a/x"
	ctl undo "$("$frspctl" jobs --json | jq '.jobs[-1].job')"
	expect "exit status" "$status" 0
	is_as_before
	is_clean
}

# bats test_tags=slow
@test "a job that moved a part twice, as it was paused, is undone as a whole" {
	make_files
	launch
	run_program frspctl undo 1
	expect_error 1 'job 1 has not ended'
	"$frspctl" pause 1
	"$frspctl" resume 1
	wait $mover
	expect "pieces" "$("$frspctl" jobs --json 1 | jq '.jobs[0].pieces')" 2
	ctl undo 1
	expect "exit status" "$status" 0
	is_as_before
	is_clean
}

@test "an undo that was killed: the file is whole, and the settings of ext4 are mended" {
	local n knobs
	make_files
	knobs=$(cat "/sys/fs/ext4/${loop_of[a]#/dev/}/mb_stream_req")
	ctl defrag "$test_dir/a/x"
	for n in 1 2 3 4 5 6; do
		timeout -s KILL "0.$n" "$frspctl" undo --rate 0 1 >"$test_dir/out" || :
		"$frspctl" wait || :
		sha256sum -c --quiet "$test_dir/sums"
	done
	ctl undo 1
	expect "exit status" "$status" 0
	is_as_before
	expect "mb_stream_req" "$(cat "/sys/fs/ext4/${loop_of[a]#/dev/}/mb_stream_req")" "$knobs"
	is_clean
}

# at_call stops it in front of the second fallocate(); the first is that of the anchor.
@test "a signal while settings of ext4 are raised waits until they are not" {
	local knob old signal
	[[ ! -e /sys/module/frsp ]] || skip "the kernel has no need of them: it has frsp.ko"
	make_files
	knob=/sys/fs/ext4/${loop_of[a]#/dev/}/mb_stream_req
	old=$(cat "$knob")
	ctl defrag "$test_dir/a/x"
	for signal in PROF VTALRM XFSZ; do
		status=0
		AT_CALL_IGNORE=$FRSPCTL_JOURNAL "$native_dir/../../.output/native/at_call" fallocate 2 \
			"cat '$knob' >'$test_dir/raised'; kill -$signal \$PID" \
			"$frspctl" undo --rate 0 1 >"$test_dir/out" 2>"$test_dir/err" || status=$?
		expect "exit status" "$status" $((128 + $(kill -l $signal)))
		not expect "raised" "$(cat "$test_dir/raised")" "$old" 2>"$test_dir/log"
		expect "mb_stream_req after $signal" "$(cat "$knob")" "$old"
	done
	sha256sum -c --quiet "$test_dir/sums"
	is_clean
}

@test "undo needs root, and a job that is there" {
	run_as_nobody frspctl undo 1
	expect_error 4 root
	run_program frspctl undo 1
	expect_error 1 'no job 1'
	run_program frspctl undo x
	expect_error 2 'not the number'
}
