#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # jq programs; each test is a subshell; lib.bash
# Tests of frspctl plan, on a filesystem whose tiers a configuration file names.

load lib
load pins
load plan
load record

@test "what is hot and slow moves to fast, if the move is worth it; it is the same in the table and in the plan" {
	make_fs 1024 256
	make_file slow hot 4
	make_file slow warm 4
	make_file slow cold 4
	settings
	pin
	heat hot 1 400 # more than a pass over both
	heat hot 2 400
	heat warm 0 1
	plan --policy "$test_dir/policy" -o "$test_dir/plan"
	expect "moves" "$(moves)" "hot 1 2 fast gain"
	expect "figures" "$(jq -c '[.moves[0] | .bytes, .from, (.reads_per_hour | . > 80 and . < 93), (.writes_per_hour + 0),
		(.saves | . > 2000 and . < 2250), (.cost + 0)]' "$test_dir/out")" '[2097152,"slow",true,0,true,10]'
	expect "sum" "$(jq -c '.sum | [.to_fast_bytes, .to_slow_bytes, .cost + 0, .takes_s + 0]' "$test_dir/out")" '[2097152,0,10,0.062]'
	expect "room" "$(jq -c '.room | .fast_bytes, .reserve_bytes' "$test_dir/out" | xargs)" "$((256 * MIB)) $((256 * MIB / 50))"
	"$native_dir/validate.py" --mutants "$schema" <"$test_dir/out"
	cat "$test_dir/plan"
	expect "head" "$(head -n 2 "$test_dir/plan")" "frsp plan 2"$'\n'"uuid $(blkid -p -s UUID -o value "${loop_of[fs]}")"
	expect "file" "$(grep '^file .*/hot$' "$test_dir/plan")" \
		"file $(stat -c %i "$test_dir/fs/hot") $(lsattr -v "$test_dir/fs/hot" | awk '{ print $1 }') $test_dir/fs/hot"
	expect "moves in the file" "$(grep '^move ' "$test_dir/plan")" \
		"move fast $MIB $MIB gain"$'\n'"move fast $((2 * MIB)) $MIB gain"
	expect "bytes of the extents" "$(awk '$1 == "at" { n += $4 } END { print n }' "$test_dir/plan")" $((2 * MIB))
	expect "what stays" "$(grep ^stay "$test_dir/plan")" "stays slow costly 1 $MIB"$'\n'"stay slow 0 $MIB costly"
	expect "last line" "$(tail -n 1 "$test_dir/plan")" "end 3"
	expect "nothing has moved" "$(tier_of "$test_dir/fs/hot")" slow
	run_program frspctl plan --config "$test_dir/conf" --policy "$test_dir/policy" "$test_dir/fs"
	cat "$test_dir/out"
	expect "titles" "$(head -n 1 "$test_dir/out" | tr -s ' ')" "FROM TO OFFSET BYTES READS/H WRITES/H SAVES COST RULE PATH"
	expect "row" "$(sed -n 2p "$test_dir/out" | awk '{ print $1, $2, $3, $4, $8, $9, $10 }')" "slow fast 1.0M 2.0M 10.0 gain $test_dir/fs/hot"
	grep -qE "^$test_dir/fs: 2.0M to fast, 0 to slow; in 24 h that saves 2[0-9]{3} I/Os of the slow tier, and costs 10; it takes 0.1 s$" "$test_dir/out"
}

@test "a full fast tier: the coldest makes room, and the reserve stays free" {
	make_fs 1024 256
	make_file slow hot 4
	make_file fast old 8
	# half a MiB is free, and not reserved
	settings "reserve = $(($("$frspctl" tiers --json --config "$test_dir/conf" "$test_dir/fs" | jq '.tiers[0].free_bytes') - MIB / 2))"
	pin
	heat hot 0 300
	heat old 3 300
	plan --policy "$test_dir/policy"
	moves >"$test_dir/moves"
	expect "to fast" "$(grep ' fast ' "$test_dir/moves")" "hot 0 1 fast swap"
	expect "MiB that leave, by rule" "$(awk '$4 == "slow" { n += $3; rule = $5 } END { print n, rule }' "$test_dir/moves")" "1 make_room"
	expect "the hot one leaves" "$(awk '$1 == "old" && $2 <= 3 && $2 + $3 > 3' "$test_dir/moves")" ""
}

@test "pins, by attributes that are inherited and by patterns" {
	make_fs 1024 256
	mkdir -p "$test_dir/fs/d/e"
	make_file slow d/e/x 2
	make_file slow d/none 2
	make_file fast archive.iso 2
	setfattr -n user.frsp.tier -v fast "$test_dir/fs/d"
	setfattr -n user.frsp.tier -v none "$test_dir/fs/d/none"
	settings '[pins]' 'slow = *.iso'
	pin
	heat d/none 0 300
	plan --policy "$test_dir/policy"
	expect "moves" "$(moves | sort)" "archive.iso 0 2 slow by_pin"$'\n'"x 0 2 fast by_pin"
	run_program frspctl plan --config "$test_dir/conf" --json --policy "$test_dir/policy" "$test_dir/fs/d/e"
	expect "of a directory" "$(moves)" "x 0 2 fast by_pin"
}

@test "the budget bounds a plan" {
	make_fs 1024 256
	make_file slow hot 8
	printf '%s\n' '[policy]' 'budget = 3M' 'hold_back = 0%' >"$test_dir/policy"
	pin
	for i in {0..7}; do
		heat hot "$i" $((400 + 20 * i))
	done
	plan --policy "$test_dir/policy"
	expect "moves" "$(moves)" "hot 5 3 fast gain"
}

# bats test_tags=slow
@test "what jobs have moved counts for the cooldown and for the budget of the hour" {
	make_fs 1024 256
	make_file slow hot 8
	printf '%s\n' '[policy]' 'budget = 3M' 'hold_back = 0%' >"$test_dir/policy"
	pin
	for i in {0..7}; do
		heat hot "$i" $((400 + 20 * i))
	done
	plan --policy "$test_dir/policy" -o "$test_dir/plan"
	expect "moves" "$(moves)" "hot 5 3 fast gain"
	expect "used before" "$(jq .room.moved_bytes "$test_dir/out")" 0
	apply
	expect "exit status" "$status" 0
	plan --policy "$test_dir/policy"
	expect "moves" "$(moves)" ""
	expect "used before" "$(jq .room.moved_bytes "$test_dir/out")" $((3 * MIB))
	run_program frspctl plan --config "$test_dir/conf" --policy "$test_dir/policy" "$test_dir/fs"
	expect "said" "$(cat "$test_dir/out")" "$test_dir/fs: nothing is worth a move now; 3.0M of the hour's budget of 3.0M are used"
	# with more budget the next ones move, but none of those that have just moved, whatever is wanted
	printf '%s\n' '[policy]' 'budget = 50%' 'hold_back = 0%' '[pins]' 'slow = hot' >"$test_dir/policy"
	plan --policy "$test_dir/policy"
	expect "moves" "$(moves)" ""
	printf '%s\n' '[policy]' 'budget = 50%' 'hold_back = 0%' >"$test_dir/policy"
	plan --policy "$test_dir/policy"
	expect "moves" "$(moves)" "hot 0 5 fast gain"
	# a shorter cooldown is over
	printf '%s\n' '[policy]' 'budget = 50%' 'hold_back = 0%' 'cooldown = 0' '[pins]' 'slow = hot' >"$test_dir/policy"
	plan --policy "$test_dir/policy"
	expect "moves" "$(moves)" "hot 5 3 slow by_pin"
	run_program frspctl plan --config "$test_dir/conf" --journal "$test_dir/none.db" --json "$test_dir/fs"
	expect "without the journal" "$(jq .room.moved_bytes "$test_dir/out")" 0
}

@test "without an argument: all filesystems with tiers, or it says that there is none" {
	make_fs 256 128
	truncate -s 64M "$test_dir/other.img"
	loop_attach other "$test_dir/other.img"
	fs_format "${loop_of[other]}" ext4
	fs_mount other "${loop_of[other]}"
	settings
	pin
	run_program frspctl plan --config "$test_dir/conf" --json --policy "$test_dir/policy" -o "$test_dir/plan"
	cat "$test_dir/out" "$test_dir/err"
	expect "exit status" "$status" 0
	"$native_dir/validate.py" "$schema" <"$test_dir/out"
	expect "directories" "$(jq -r .directory "$test_dir/out")" "$test_dir/fs"
	printf '[%s]\nfast = 0-32M\nslow = 32M-\n' "${loop_of[other]}" >>"$test_dir/conf"
	run_program frspctl plan --config "$test_dir/conf" --json --policy "$test_dir/policy"
	expect "directories" "$(jq -r .directory "$test_dir/out" | sort | xargs)" "$test_dir/fs $test_dir/other"
	run_program frspctl plan --config "$test_dir/conf" --policy "$test_dir/policy"
	expect "said" "$(sort "$test_dir/out" | xargs)" "$test_dir/fs: nothing is worth a move $test_dir/other: nothing is worth a move"
	run_program frspctl plan --config "$test_dir/conf" --policy "$test_dir/policy" -o "$test_dir/plan"
	expect_error 2 'writes one plan'
	printf 'nonsense\n' >"$test_dir/conf"
	run_program frspctl plan --config "$test_dir/conf" --policy "$test_dir/policy"
	expect_error 1 "$test_dir/conf:1"
	: >"$test_dir/conf"
	run_program frspctl plan --config "$test_dir/conf" --policy "$test_dir/policy"
	expect_error 1 'no mounted ext4 has a fast and a slow tier'
}

@test "by a recording, with no pinned programs" {
	make_fs 1024 256
	make_file slow hot 4
	settings
	fs_cool fs
	record_start --fs "$test_dir/fs" 0.3
	heat hot 3 200
	record_end
	mv "$test_dir/x" "$test_dir/x.frsp"
	run_program frspctl plan --config "$test_dir/conf" "$test_dir/fs"
	expect_error 1 'nothing records it'
	plan --policy "$test_dir/policy" -i "$test_dir/x.frsp"
	expect "moves" "$(moves)" "hot 3 1 fast gain"
	expect "recording" "$(jq -r .recording "$test_dir/out")" "$test_dir/x.frsp"
	run_program frspctl plan --config "$test_dir/conf" -i "$test_dir/conf" "$test_dir/fs"
	expect_error 1 "$test_dir/conf"
	"$native_dir/../../.output/native/recording" "$test_dir/other.frsp"
	run_program frspctl plan --config "$test_dir/conf" -i "$test_dir/other.frsp" "$test_dir/fs"
	expect_error 1 "it has no I/O of files of $test_dir/fs"
}

@test "by two recordings that follow each other: both count" {
	make_fs 1024 256
	make_file slow early 2
	make_file slow late 2
	settings
	fs_cool fs
	for name in early late; do
		own=$test_dir/$name.frsp
		record_start --fs "$test_dir/fs" 0.3
		heat $name 1 200
		record_end
	done
	plan --policy "$test_dir/policy" -i "$test_dir/early.frsp"
	expect "moves by the first" "$(moves)" "early 1 1 fast gain"
	plan --policy "$test_dir/policy" -i "$test_dir/early.frsp" -i "$test_dir/late.frsp"
	expect "moves by both" "$(moves | sort)" $'early 1 1 fast gain\nlate 1 1 fast gain'
	plan --policy "$test_dir/policy" -i "$test_dir/late.frsp" -i "$test_dir/early.frsp"
	expect "moves by both, the other way around" "$(moves | sort)" $'early 1 1 fast gain\nlate 1 1 fast gain'
}

@test "what cannot be planned is said" {
	make_fs 256 128
	pin
	run_program frspctl plan "$test_dir/fs"
	expect_error 1 'it has no'
	run_program frspctl plan --config "$test_dir/conf" --policy a --policy b "$test_dir/fs"
	expect_error 2 'one --policy'
	run_program frspctl plan --config "$test_dir/conf" -o /dev/full "$test_dir/fs"
	expect_error 1 'cannot write it'
	run_program frspctl plan --config "$test_dir/conf" "$test_dir/none"
	expect_error 1 none
	run_program frspctl plan --config "$test_dir/conf" /proc
	expect_error 1 proc
	run_program frspctl plan --config "$test_dir/conf" "$test_dir/fs"
	expect "empty" "$(cat "$test_dir/out")" "$test_dir/fs: nothing is worth a move"
	run_as_nobody frspctl plan /
	expect_error 4 root
}
