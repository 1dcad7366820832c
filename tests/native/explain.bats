#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2030,SC2031,SC2154 # each test is a subshell; lib.bash
# Tests of frspctl explain: it says of each part of a file what a plan says, and why the others stay;
# and of a job by which figures and rules its plan was made.

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
	expect "figures" "$(jq -c '.ranges[1] | [(.reads_per_hour | . > 40 and . < 47), (.gain | . > 1000 and . < 1110), (.cost + 0)]' "$test_dir/out")" '[true,true,5]'
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

job_rules() { # job_rules [ARG...]: "NAME OFFSET_MIB LENGTH_MIB TIER TO RULE MOVED_MIB" of each, of job 1
	run_program frspctl explain --json 1 "$@"
	cat "$test_dir/out" "$test_dir/err" >&2
	"$native_dir/validate.py" "$schema" <"$test_dir/out" >&2
	jq -r '.ranges[] | "\(.path | sub(".*/"; "")) \(.offset / 1048576) \(.length / 1048576) \(.tier) \(.to) \(.rule) \(.moved_bytes / 1048576)"' "$test_dir/out"
}

@test "a job: the figures and rules of then, what moved, and what did not, also when all is different now" {
	make_fs 1024 256
	make_file slow hot 4
	make_file slow warm 1
	make_file fast old 8
	settings "reserve = $(($("$frspctl" tiers --json --config "$test_dir/conf" "$test_dir/fs" | jq '.tiers[0].free_bytes') - MIB / 2))"
	pin
	heat hot 0 300
	heat old 3 300
	heat warm 0 1
	plan --policy "$test_dir/policy" -o "$test_dir/plan"
	made=$(jq -r .ts "$test_dir/out")
	saves=$(jq '.moves[] | select(.rule == "swap") | .saves' "$test_dir/out")
	leaves=$(jq -r '.moves[] | select(.rule == "make_room") | .offset / 1048576' "$test_dir/out")
	apply
	expect "exit status" "$status" 0
	# nothing of that is there any more
	rm "$test_dir/fs"/{hot,warm,old} "$test_dir"/{plan,policy}
	job_rules >"$test_dir/rules"
	cat "$test_dir/rules"
	expect "moves" "$(grep -v ' null ' "$test_dir/rules" | sort)" "hot 0 1 slow fast swap 1"$'\n'"old $leaves 1 fast slow make_room 1"
	expect "stays" "$(grep ' null ' "$test_dir/rules")" "warm 0 1 slow null costly 0"
	"$native_dir/validate.py" --mutants "$schema" <"$test_dir/out"
	expect "the job" "$(jq -c '[.job, .state, .uuid]' "$test_dir/out")" "[1,\"done\",\"$(blkid -p -s UUID -o value "${loop_of[fs]}")\"]"
	expect "its plan was made" "$(jq -r '.planned[:16]' "$test_dir/out")" "${made:0:16}"
	expect "a setting of then" "$(jq -r '.settings[] | select(.name == "budget") | .value' "$test_dir/out")" "50%"
	expect "the gain of then" "$(jq --argjson saves "$saves" '.ranges[] | select(.rule == "swap") | .gain - $saves | fabs < 1' "$test_dir/out")" true
	expect "whose place it took" "$(jq -r '.ranges[] | select(.rule == "swap") | "\(.other_path) \(.other_offset / 1048576)"' "$test_dir/out")" "$test_dir/fs/old $leaves"
	# the ranges of hot without I/O are not known
	expect "all that stayed" "$(jq -r '.stays[] | "\(.tier) \(.rule) \(.ranges)"' "$test_dir/out")" "fast in_place 7"$'\n'"slow costly 1"
	expect "of a file" "$(job_rules "$test_dir/fs/warm")" "warm 0 1 slow null costly 0"
	expect "of a range" "$(job_rules "$test_dir/fs/hot" 4096)" "hot 0 1 slow fast swap 1"
	run_program frspctl explain 1
	cat "$test_dir/out"
	expect "first line" "$(head -n 1 "$test_dir/out" | cut -d, -f1-2 | cut -d' ' -f1-5)" "Job 1, done: frspctl apply"
	expect "titles" "$(sed -n 2p "$test_dir/out" | tr -s ' ')" "FROM TO OFFSET BYTES MOVED READS/H WRITES/H GAIN COST RULE PATH"
	grep -qx '  fast: 7 ranges, 7.0M, in_place: nothing hotter needs its place' "$test_dir/out"
	grep -q '^costly: .* What would have changed it: 0.21 random reads' "$test_dir/out"
	run_program frspctl explain 1 "$test_dir/fs/hot" 0
	grep -q "^The other range: ${leaves}.0M of $test_dir/fs/old, with a gain of " "$test_dir/out" ||
		grep -q "^The other range: 0 of $test_dir/fs/old, with a gain of " "$test_dir/out"
	run_program frspctl explain 1 "$test_dir/fs/hot" 3M
	expect_error 1 "$test_dir/fs/hot: this range is not in the plan of job 1"
	run_program frspctl explain 1 "$test_dir/fs/none"
	expect_error 1 'it is not in the plan of job 1'
}

@test "a job that carried out no plan, or that is none" {
	make_fs 256 128
	head -c 1M /dev/urandom >"$test_dir/fs/x"
	run_program frspctl explain 1
	expect_error 1 'no job 1 in'
	run_program frspctl move --to slow --config "$test_dir/conf" "$test_dir/fs/x"
	run_program frspctl explain 1
	expect_error 1 'job 1 carried out no plan: who ran "frspctl move'
	run_program frspctl explain 0
	expect_error 2 '"0" is not the number of a job'
	run_program frspctl explain "$test_dir/fs/x" "$test_dir/fs/x"
	expect_error 2 'is not the number of a job'
	run_program frspctl explain 1 "$test_dir/fs/x" nonsense
	expect_error 2 'not an offset'
	run_as_nobody frspctl explain 1
	expect_error 4 root
}
