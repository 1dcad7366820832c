#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2030,SC2031,SC2154 # each test is a subshell; lib.bash
# Tests of the share of heat in frspctl tiers: it is compared with the reads that were done.

load lib
load pins

pin() {
	defer "$frsp_top" --unpin
	run_program frsp-top --pin
	expect "exit status: $(cat "$test_dir/err")" "$status" 0
}

# place_of FILE: "START END", its bytes on the disk, which are in one piece
place_of() {
	filefrag -v -b1 "$1" | sed -nE 's/^ *[0-9]+: +[0-9]+\.\. *[0-9]+: +([0-9]+)\.\. *([0-9]+):.*/\1 \2/p' |
		awk 'NR == 1 { start = $1 } { end = $2 + 1 } END { printf "%.0f %.0f\n", start, end }'
}

# files_make: a filesystem with the files x and y of 1 MiB; the first half of x is the tier
# "fast", all of y "slow", and the rest of x in no tier
files_make() {
	local start end slow
	fs_make fs ext4
	for name in x y; do
		head -c 1M /dev/urandom >"$test_dir/fs/$name"
	done
	fs_cool fs
	read -r start end < <(place_of "$test_dir/fs/x")
	expect "bytes of x in one piece" $((end - start)) $((1 << 20))
	slow=$(place_of "$test_dir/fs/y")
	printf '[%s]\nfast = %s-%s\nslow = %s\n' "${loop_of[fs]}" "$start" $(((start + end) / 2)) "${slow/ /-}" \
		>"$test_dir/conf"
	fs_cool fs
}

read_blocks() { # read_blocks NAME N: reads each of the first N blocks of 4 KiB from the disk
	dd if="$test_dir/fs/$1" of=/dev/null bs=4k count="$2" iflag=direct status=none
}

tiers() { # tiers [OPTION...]: prints them
	run_program frspctl tiers --config "$test_dir/conf" "$@" "$test_dir/fs"
	cat "$test_dir/out" "$test_dir/err"
	expect "exit status" "$status" 0
}

heat() { # heat FILTER: of the JSON
	tiers --json >&2
	"$native_dir/validate.py" "$native_dir/../../docs/frspctl.schema.json" <"$test_dir/out" >&2
	jq -c "$1" "$test_dir/out"
}

@test "each tier has the share of heat that its reads have, by bytes" {
	files_make
	fs_make other ext4
	head -c 1M /dev/urandom >"$test_dir/other/x"
	fs_cool other
	pin
	expect "shares before" "$(heat '[.heat.temperature + 0, .heat.placed_temperature + 0, .tiers[].heat_pct]')" '[0,0,null,null]'
	tiers
	grep -qx 'HEAT%: none is recorded yet' "$test_dir/out"
	read_blocks x 200
	read_blocks y 100
	dd if="$test_dir/other/x" of=/dev/null bs=4k iflag=direct status=none
	# 1/3, 1/3 in no tier, 1/3
	expect "shares" "$(heat '[.tiers[] | .class, (.heat_pct | . > 32 and . < 35)]')" '["fast",true,"slow",true]'
	# 1 + 4 / 128 each, less what has decayed meanwhile
	expect "sums" "$(heat '[.heat.temperature, .heat.placed_temperature | . > 200 and . <= 309.4]')" '[true,true]'
	"$native_dir/validate.py" --mutants "$native_dir/../../docs/frspctl.schema.json" <"$test_dir/out"
	tiers
	expect "HEAT%" "$(awk '$1 == "TIER" { for (i = 1; i <= NF; i++) if ($i == "HEAT%") n = i } $1 ~ /^[01]$/ { print int($n + 0.5) }' "$test_dir/out" | xargs)" "33 33"
}

@test "what was deleted has heat, but no place; ext4's cache of extents is left empty" {
	files_make
	pin
	read_blocks x 50
	read_blocks y 50
	expect "shares" "$(heat '[.tiers[].heat_pct | round]')" '[25,50]'
	expect "entries of y in the cache" "$(cached "$test_dir/fs/y")" 0
	rm "$test_dir/fs/x"
	expect "shares" "$(heat '[.tiers[].heat_pct | round]')" '[0,100]'
	expect "the sum of the placed" "$(heat '.heat | .placed_temperature / .temperature * 100 | round')" 50
}

@test "nothing is pinned: the share is not known, and what to do is said" {
	files_make
	read_blocks x 50
	expect "JSON" "$(heat '[.heat, .heat_missing, (.heat_remedy | contains("frsp-top --pin")), .tiers[].heat_pct]')" \
		'[null,"nothing records it",true,null,null]'
	tiers
	expect "HEAT%" "$(awk '$1 ~ /^[01]$/ { print $6 }' "$test_dir/out" | xargs)" "- -"
	expect "last line" "$(tail -n 1 "$test_dir/out")" 'HEAT%: nothing records it; "sudo frsp-top --pin" records it from then on'
}
