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
	expect "moves" "$(grep -c ^move "$test_dir/plan")" 7
}

apply() { # apply [OPTION...]: with JSON
	run_program frspctl apply --config "$test_dir/conf" --json --rate 0 "$@" "$test_dir/plan"
	cat "$test_dir/out" "$test_dir/err"
	"$native_dir/validate.py" "$schema" <"$test_dir/out"
}

tiers_of() { # tiers_of NAME...
	local name
	for name in "$@"; do
		tier_of "$test_dir/fs/$name"
	done | xargs
}

@test "a plan is carried out once, as a job that can be undone" {
	local sums
	by_pins
	sums=$(cd "$test_dir/fs" && sha256sum x y z)
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

@test "a plan that is broken, of another version or of another filesystem is refused" {
	make_fs 256 128
	printf 'x\n' >"$test_dir/plan"
	run_program frspctl apply "$test_dir/plan"
	expect_error 1 'plan:1: not a plan'
	printf 'frsp plan 2\n' >"$test_dir/plan"
	run_program frspctl apply "$test_dir/plan"
	expect_error 1 'version 2'
	printf 'frsp plan 1\nuuid 1f3c6a0e-54a8-4a4e-9a0c-0c7e6a1f2b3d\nmade 1\n' >"$test_dir/plan"
	run_program frspctl apply "$test_dir/plan"
	expect_error 1 'plan:3: the end is missing'
	printf 'end 0\n' >>"$test_dir/plan"
	run_program frspctl apply "$test_dir/plan"
	expect_error 1 'UUID 1f3c6a0e-.* is not mounted'
	run_program frspctl apply "$test_dir/none"
	expect_error 1 none
	run_as_nobody frspctl apply "$test_dir/plan"
	expect_error 4 root
}
