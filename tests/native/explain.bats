#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2030,SC2031,SC2154 # each test is a subshell; lib.bash
# Tests of frspctl explain: it says of each part of a file what a plan says, and why the others stay.

load lib
load pins
load plan

explain() { # explain NAME [OPTION...]: with JSON
	run_program frspctl explain --config "$test_dir/conf" --policy "$test_dir/policy" --json "${@:2}" "$test_dir/fs/$1"
	cat "$test_dir/out" "$test_dir/err"
	expect "exit status" "$status" 0
	"$native_dir/validate.py" "$schema" <"$test_dir/out"
}

rules() { # rules: "OFFSET_MIB LENGTH_MIB TIER TO RULE" of each, of the last explanation
	jq -r '.ranges[] | "\(.offset / 1048576) \(.length / 1048576) \(.tier) \(.to) \(.rule)"' "$test_dir/out"
}

@test "what moves and what stays, with the figures and what would change it" {
	make_fs 1024 256
	make_file slow hot 4
	make_file fast cold 2
	settings
	pin
	heat hot 2 400
	heat hot 0 1
	explain hot
	expect "rules" "$(rules)" "$(printf '%s\n' '0 2 slow null costly' '2 1 slow fast gain' '3 1 slow null costly')"
	expect "figures" "$(jq -c '.ranges[1] | [(.reads_per_hour | . > 40 and . < 47), (.gain | . > 1000 and . < 1110), .cost]' "$test_dir/out")" '[true,true,5]'
	# 5 I/Os in 24 h
	expect "change" "$(jq -r '.ranges[0].change' "$test_dir/out")" "0.21 random reads per hour of a range, or a lower move_cost or wear_cost"
	"$native_dir/validate.py" --mutants "$schema" <"$test_dir/out"
	explain cold
	expect "rules" "$(rules)" "0 2 fast null in_place"
	run_program frspctl explain --config "$test_dir/conf" --policy "$test_dir/policy" "$test_dir/fs/hot"
	cat "$test_dir/out"
	expect "first line" "$(head -n 1 "$test_dir/out")" "$test_dir/fs/hot: pin auto"
	expect "titles" "$(sed -n 2p "$test_dir/out" | tr -s ' ' | sed 's/^ //')" "OFFSET BYTES TIER TO READS/H WRITES/H GAIN COST RULE"
	expect "sentences" "$(tail -n 2 "$test_dir/out" | cut -d: -f1 | xargs)" "costly gain"
}

@test "pins and their source; the budget" {
	make_fs 1024 256
	mkdir "$test_dir/fs/d"
	make_file slow d/x 4
	make_file slow a.iso 1
	setfattr -n user.frsp.tier -v fast "$test_dir/fs/d"
	printf '%s\n' '[policy]' 'budget = 3M' '[pins]' 'none = *.iso' >"$test_dir/policy"
	pin
	explain d/x
	expect "pin" "$(jq -c '[.pin, .pinned_by]' "$test_dir/out")" "[\"fast\",\"user.frsp.tier of $test_dir/fs/d\"]"
	expect "rules" "$(rules)" "$(printf '%s\n' '0 3 slow fast by_pin' '3 1 slow null budget')"
	grep -q 'that of 3.0M' "$test_dir/out"
	explain a.iso
	expect "pin" "$(jq -c '[.pin, .pinned_by]' "$test_dir/out")" "[\"none\",\"line 4 of $test_dir/policy\"]"
	expect "rules" "$(rules)" "0 1 slow null excluded"
}

@test "what the mover leaves alone" {
	make_fs 1024 256
	make_file slow x 1
	chattr +i "$test_dir/fs/x"
	settings
	pin
	heat x 0 400
	explain x
	expect "why" "$(jq -c '[.refusal, .ranges[0].rule]' "$test_dir/out")" '["immutable","excluded"]'
	grep -q 'it is immutable' "$test_dir/out"
	plan --policy "$test_dir/policy"
	expect "moves" "$(moves)" ""
	run_program frspctl explain "$test_dir/fs"
	expect_error 1 'not a regular file'
	run_program frspctl explain "$test_dir/fs/none"
	expect_error 1 none
	run_as_nobody frspctl explain /etc/passwd
	expect_error 4 root
}
