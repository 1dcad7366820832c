#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2030,SC2031,SC2154 # each test is a subshell; lib.bash
# BPF programs of frsp-top that go on without it.

load lib

top=${FRSP_TOP:-$native_dir/../../.output/frsp-top}
pins=/sys/fs/bpf/frsp

top_run() { # top_run STATUS [ARG...]
	status=0
	"$top" "${@:2}" >"$test_dir/out" 2>"$test_dir/err" || status=$?
	expect "exit status of frsp-top ${*:2}: $(cat "$test_dir/err")" "$status" "$1"
}

pin() {
	defer unpin
	top_run 0 --pin
}

# No harm if nothing is pinned, or only a directory of another version.
unpin() {
	[[ ! -d $pins ]] || { "$top" --unpin || find "$pins" -depth -type d -delete; }
}

n_programs() {
	bpftool prog list | grep -c ' name frsp_' || :
}

searches() { # of the filesystem at $test_dir/fs, since it is watched
	top_run 0 -j --once 0.2
	jq --arg mount "$test_dir/fs" '.filesystems[] | select(.mount == $mount).alloc.searches' "$test_dir/out"
}

says() { # says CAUSE HINT
	expect "lines of stderr" "$(wc -l <"$test_dir/err")" 2
	grep -q "^frsp-top: .*$1" "$test_dir/err" || fail "$(cat "$test_dir/err")"
	grep -q "^  hint: .*$2" "$test_dir/err" || fail "$(cat "$test_dir/err")"
}

# The kernel takes programs away a moment after the last user has gone.
has_programs() {
	(($(n_programs) == $1))
}

@test "what is pinned counts on, is shown by later runs, and ends with --unpin" {
	local before n
	before=$(n_programs)
	fs_make fs ext4
	pin
	n=$(n_programs)
	((n > before)) || fail "no programs are left in the kernel"
	expect "searches so far" "$(searches)" 0
	fallocate -l 1M "$test_dir/fs/data"
	(($(searches) > 0)) || fail "what was done between two runs is not there"
	expect "programs after three more runs" "$(n_programs)" "$n"
	top_run 0 --unpin
	wait_until has_programs "$before"
	expect "pins" "$(find "$pins" 2>/dev/null)" ""
}

@test "a run on what is pinned attaches nothing again" {
	local n
	pin
	n=$(n_programs)
	"$top" -b 60 >/dev/null 2>"$test_dir/err" 3>&- &
	defer kill $!
	wait_until grep -q ^Tracing "$test_dir/err"
	expect "programs" "$(n_programs)" "$n"
}

@test "a run that is killed leaves what is pinned alone, and nothing else" {
	local n
	pin
	n=$(n_programs)
	"$top" -b 60 >/dev/null 2>"$test_dir/err" 3>&- &
	wait_until grep -q ^Tracing "$test_dir/err"
	kill -KILL $!
	wait_until has_programs "$n"
	top_run 0 --once 0.1
}

@test "pinning twice, and taking away what is not there, are refused" {
	pin
	top_run 1 --pin
	says "$pins: .* pinned already" --unpin
	top_run 0 --unpin
	top_run 1 --unpin
	says "$pins: nothing is pinned" --pin
}

@test "programs of another version are told apart" {
	defer unpin
	mkdir -p "$pins/v999"
	top_run 3 --once 0.1
	says "$pins/v999: .* another version" "remove the directory"
}

@test "pins are for root alone" {
	pin
	expect "mode" "$(stat -c %a "$pins")" 700
}
