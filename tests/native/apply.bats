#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2030,SC2031,SC2154 # each test is a subshell; lib.bash
# Tests of frspctl apply: plans of frspctl plan are carried out, but for what has changed.

load lib
load pins
load plan

# by_pins: x and y, of 3 and 2 MiB, are to move to fast, and z, of 2 MiB, to slow, as they are
# pinned
by_pins() {
	make_fs 1024 256
	make_file slow x 3
	make_file slow y 2
	make_file fast z 2
	setfattr -n user.frsp.tier -v fast "$test_dir/fs/x" "$test_dir/fs/y"
	setfattr -n user.frsp.tier -v slow "$test_dir/fs/z"
	settings
	pin
	plan --policy "$test_dir/policy" -o "$test_dir/plan"
	expect "moves" "$(grep -c '^move ' "$test_dir/plan")" 7
	sums=$(cd "$test_dir/fs" && sha256sum x y z)
}

# launch JOB: carries the plan out slowly, in the background, as this job; sets applier to the process,
# and waits until something is moved
launch() {
	"$frspctl" apply --config "$test_dir/conf" --json --rate 2M "$test_dir/plan" >"$test_dir/apply.out" 2>"$test_dir/apply.err" 3>&- &
	applier=$!
	defer end_process $applier
	wait_until has_moved "$1"
}

has_moved() { # has_moved JOB
	(($("$frspctl" jobs --json | jq "[.jobs[] | select(.job == $1) | .moved_bytes] | add // 0") > 0))
}

end_process() {
	kill -KILL "$1" 2>/dev/null || :
	wait "$1" 2>/dev/null || :
}

# end_of_applier: sets status to its exit status, and prints what it said
end_of_applier() {
	status=0
	wait "$applier" || status=$?
	cat "$test_dir/apply.out" "$test_dir/apply.err"
}

applied() { # applied FILTER: of the sum that it printed
	jq -r "select(.files) | $1" "$test_dir/apply.out"
}

is_whole() {
	expect "contents" "$(cd "$test_dir/fs" && sha256sum x y z)" "$sums"
	fs_umount fs
	e2fsck -fn "${loop_of[fs]}" >"$test_dir/fsck" 2>&1 || fail "$(cat "$test_dir/fsck")"
}

tiers_of() { # tiers_of NAME...
	local name
	for name in "$@"; do
		tier_of "$test_dir/fs/$name"
	done | xargs
}

@test "a plan is carried out once, as a job that can be undone" {
	by_pins
	apply --dry-run
	expect "exit status" "$status" 0
	expect "tiers after a dry run" "$(tiers_of x y z)" "slow slow fast"
	apply
	expect "exit status" "$status" 0
	expect "tiers" "$(tiers_of x y z)" "fast fast slow"
	expect "the first one makes room" "$(jq -r 'select(.path) | .path | sub(".*/"; "")' "$test_dir/out" | head -n 1)" z
	expect "sum" "$(jq -c 'select(.files) | [.schema, .files, .moved, .failed, .moved_bytes]' "$test_dir/out")" \
		"[\"frsp.apply/1\",3,3,0,$((7 * MIB))]"
	"$native_dir/validate.py" --mutants "$schema" <"$test_dir/out"
	job=$(jq 'select(.files) | .job' "$test_dir/out")
	apply
	expect "exit status of the second time" "$status" 0
	expect "sum" "$(jq -c 'select(.files) | [.moved, .failed, .moved_bytes]' "$test_dir/out")" "[0,0,0]"
	expect "contents" "$(cd "$test_dir/fs" && sha256sum x y z)" "$sums"
	run_program frspctl undo --rate 0 "$job"
	expect "exit status of undo: $(cat "$test_dir/out" "$test_dir/err")" "$status" 0
	expect "tiers after undo" "$(tiers_of x y z)" "slow slow fast"
	expect "contents" "$(cd "$test_dir/fs" && sha256sum x y z)" "$sums"
}

@test "what has changed since the plan stays" {
	by_pins
	# the second MiB of x has the blocks of the third, y is another file, z a directory
	fallocate -c -o "$MIB" -l "$MIB" "$test_dir/fs/x"
	mv "$test_dir/fs/y" "$test_dir/fs/y2"
	cp "$test_dir/fs/x" "$test_dir/fs/y"
	mv "$test_dir/fs/z" "$test_dir/z"
	mkdir "$test_dir/fs/z"
	touch "$test_dir/fs/z/inside"
	apply
	expect "exit status" "$status" 1
	expect "of x" "$(jq -r 'select(.path) | "\(.path | sub(".*/"; "")) \(.outcome) \(.reason)"' "$test_dir/out")" "x failed ESTALE"
	expect "messages" "$(grep -c 'stays: the file of the plan is not there' "$test_dir/err")" 2
	expect "moved" "$(jq 'select(.files) | .moved_bytes' "$test_dir/out")" "$MIB"
	expect "x" "$(tiers_of x)" both
	expect "y2" "$(tiers_of y2)" slow
	apply
	expect "exit status of the second time" "$status" 1
	expect "moved" "$(jq 'select(.files) | .moved_bytes' "$test_dir/out")" 0
	run_program frspctl apply --config "$test_dir/conf" "$test_dir/plan"
	grep -q 'fs/x: it has changed since the plan: ' "$test_dir/err"
}

@test "a plan is paused, and goes on" {
	by_pins
	launch 1
	run_program frspctl pause 1
	expect "said" "$(cat "$test_dir/out")" "job 1: paused"
	moved=$("$frspctl" jobs --json 1 | jq '.jobs[0].moved_bytes')
	((moved > 0 && moved < 7 * MIB)) || fail "$moved bytes were moved before the pause"
	sleep 1
	expect "moved in the pause" "$("$frspctl" jobs --json 1 | jq '.jobs[0].moved_bytes')" "$moved"
	# the file is not held: another program may write to it
	echo >>"$test_dir/fs/z"
	truncate -s $((2 * MIB)) "$test_dir/fs/z"
	run_program frspctl resume 1
	end_of_applier
	expect "exit status" "$status" 0
	expect "sum" "$(applied '[.outcome, .moved, .failed, .moved_bytes] | join(" ")')" "done 3 0 $((7 * MIB))"
	expect "tiers" "$(tiers_of x y z)" "fast fast slow"
	is_whole
}

@test "a plan that was interrupted, or cancelled, goes on when it is applied again" {
	by_pins
	launch 1
	kill -INT $applier
	end_of_applier
	expect "exit status" "$status" 1
	expect "outcome" "$(applied .outcome)" stopped
	# also of the file in which it stopped
	first=$("$frspctl" jobs --json 1 | jq '.jobs[0].moved_bytes')
	((first > 0 && first < 7 * MIB)) || fail "$first bytes were moved before the signal"
	run_program frspctl explain --json 1
	expect "what explain says of it" "$(jq -c '[.state, ([.ranges[].moved_bytes] | add), ([.ranges[].bytes] | add)]' "$test_dir/out")" \
		"[\"stopped\",$first,$((7 * MIB))]"
	launch 2
	run_program frspctl cancel 2
	expect "said" "$(cat "$test_dir/out" "$test_dir/err")" "job 2: cancelled"
	end_of_applier
	expect "exit status" "$status" 5
	second=$("$frspctl" jobs --json 2 | jq '.jobs[0].moved_bytes')
	apply
	expect "exit status" "$status" 0
	expect "moved" "$(jq 'select(.files) | .moved_bytes' "$test_dir/out")" $((7 * MIB - first - second))
	expect "tiers" "$(tiers_of x y z)" "fast fast slow"
	is_whole
}

@test "a file that changes while the plan is carried out keeps what was written" {
	local last
	by_pins
	# the file that has its turn at the end
	last=$(awk '/^file / { file = $4 } /^move fast / { last = file } END { print last }' "$test_dir/plan")
	launch 1
	run_program frspctl pause 1
	dd if=/dev/urandom of="$last" bs=64K count=1 seek=3 conv=notrunc,fsync status=none
	fallocate -p -o "$MIB" -l "$MIB" "$last"
	sums=$(cd "$test_dir/fs" && sha256sum x y z)
	run_program frspctl resume 1
	end_of_applier
	expect "exit status" "$status" 1
	expect "of the file" "$(jq -r --arg path "$last" 'select(.path == $path) | "\(.outcome) \(.reason)"' "$test_dir/apply.out" | tail -n 1)" "failed ESTALE"
	expect "tiers" "$(tiers_of x y z)" "fast fast slow"
	expect "moved" "$("$frspctl" jobs --json 1 | jq '.jobs[0].moved_bytes')" $((6 * MIB))
	is_whole
}

@test "a file that others have open is left alone, but with frsp.ko and --in-use" {
	by_pins
	exec 5<"$test_dir/fs/x"
	apply
	expect "exit status" "$status" 1
	expect "of x" "$(jq -r 'select(.path) | "\(.path | sub(".*/"; "")) \(.outcome) \(.reason)"' "$test_dir/out" | grep '^x')" "x left_alone in_use"
	expect "tiers" "$(tiers_of x y z)" "slow fast slow"
	if [[ -e /sys/module/frsp ]]; then
		apply --in-use
		expect "exit status" "$status" 0
		expect "tiers" "$(tiers_of x y z)" "fast fast slow"
	else
		run_program frspctl apply --in-use "$test_dir/plan"
		expect_error 3 'frsp.ko is not loaded'
	fi
	exec 5<&-
	is_whole
}

@test "a plan that is broken, of another version or of another filesystem is refused" {
	make_fs 256 128
	printf 'x\n' >"$test_dir/plan"
	run_program frspctl apply "$test_dir/plan"
	expect_error 1 'plan:1: not a plan'
	printf 'frsp plan 3\n' >"$test_dir/plan"
	run_program frspctl apply "$test_dir/plan"
	expect_error 1 'version 3'
	printf 'frsp plan 2\nuuid 1f3c6a0e-54a8-4a4e-9a0c-0c7e6a1f2b3d\nmade 1\nroom 1 1 1 1\nmoved 0\n' >"$test_dir/plan"
	run_program frspctl apply "$test_dir/plan"
	expect_error 1 'plan:5: the end is missing'
	printf 'end 0\n' >>"$test_dir/plan"
	run_program frspctl apply "$test_dir/plan"
	expect_error 1 'UUID 1f3c6a0e-.* is not mounted'
	run_program frspctl apply "$test_dir/none"
	expect_error 1 none
	run_as_nobody frspctl apply "$test_dir/plan"
	expect_error 4 root
}
