#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash
# Tests of output that cannot be written: each program must say so, for all that it prints.

load lib

# Prints lines "PROGRAM ARG...": commands that print something and end by themselves.
prints() {
	local name
	for name in $programs; do
		printf "$name %s\n" --help --usage --version --completion=bash --completion=zsh
	done
	printf '%s\n' 'hotmon -s help' 'frsp-top -s help' \
		'hotmon --once 0.1' 'hotmon -j --once 0.1' "hotmon --self-test --fs $test_dir/fs" "hotmon -j --self-test --fs $test_dir/fs" \
		'frsp-top --once 0.1' 'frsp-top -j --once 0.1' 'frsp-top -j --screen map --once 0.1' \
		'frspctl doctor' 'frspctl doctor --json'
}

# expect_lost COMMAND CAUSE: it failed, and printed the cause once.
expect_lost() {
	expect "$1: exit status" "$status" 1
	expect "$1: causes" "$(grep -c "^$program: cannot write the output: $2" "$test_dir/err")" 1
	expect "$1: other messages" "$(grep -vcE "^(Tracing|$program: cannot write|  hint: )" "$test_dir/err")" 0
	expect "$1: hints" "$(grep -c '^  hint: ' "$test_dir/err")" 1
}

# bats test_tags=slow
@test "a full disk" {
	local line
	fs_make fs ext4
	while read -r line; do
		program=${line%% *} status=0
		# shellcheck disable=SC2086 # a list of words
		timeout "$PATIENCE" "$(path_of "$program")" ${line#* } >/dev/full 2>"$test_dir/err" || status=$?
		expect_lost "$line" 'No space left'
	done < <(prints)
}

# bats test_tags=slow
@test "standard output that is closed" {
	local line
	fs_make fs ext4
	while read -r line; do
		program=${line%% *} status=0
		# shellcheck disable=SC2086 # a list of words
		timeout "$PATIENCE" "$(path_of "$program")" ${line#* } >&- 2>"$test_dir/err" || status=$?
		expect_lost "$line" 'standard output is closed'
	done < <(prints)
}

@test "without standard input and error a report is as always" {
	run_program hotmon --once -j 0.1
	status=0
	timeout "$PATIENCE" "$hotmon" --once -j 0.1 >"$test_dir/closed" <&- 2>&- || status=$?
	expect "exit status" "$status" 0
	expect "schema" "$(jq -r .schema "$test_dir/closed")" "$(jq -r .schema "$test_dir/out")"
}
