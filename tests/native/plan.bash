# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2034,SC2154 # lib.bash
# Loaded after lib and pins by tests of plans: a filesystem whose tiers a configuration file
# names, files on a tier, and their heat.

schema=$BATS_TEST_DIRNAME/../../docs/frspctl.schema.json
MIB=$((1 << 20))

# make_fs MIB BORDER_MIB: a filesystem of that size, with a tier "fast" up to the border and
# "slow" from there on
make_fs() {
	truncate -s "$1M" "$test_dir/fs.img"
	loop_attach fs "$test_dir/fs.img"
	fs_format "${loop_of[fs]}" ext4
	fs_mount fs "${loop_of[fs]}"
	border=$(($2 * MIB))
	printf '[%s]\nfast = 0-%sM\nslow = %sM-\n' "${loop_of[fs]}" "$2" "$2" >"$test_dir/conf"
}

# make_file TIER NAME MIB: on that tier. A plan counts what is in the journal, so this is in another
# one.
make_file() {
	head -c "$3M" /dev/urandom >"$test_dir/fs/$2"
	sync -f "$test_dir/fs"
	run_program frspctl move --to "$1" --config "$test_dir/conf" --rate 0 --journal "$test_dir/made.db" "$test_dir/fs/$2"
	expect "tier of $2: $(cat "$test_dir/out" "$test_dir/err")" "$(tier_of "$test_dir/fs/$2")" "$1"
}

tier_of() { # tier_of FILE: "fast", "slow" or "both"
	filefrag -v -b1 "$1" | sed -nE 's/^ *[0-9]+: +[0-9]+\.\. *[0-9]+: +([0-9]+)\.\. *([0-9]+):.*/\1 \2/p' |
		awk -v border="$border" '{ if ($1 < border) fast = 1; if ($2 >= border) slow = 1 }
			END { print fast && slow ? "both" : fast ? "fast" : "slow" }'
}

pin() {
	fs_cool fs
	defer "$frsp_top" --unpin
	run_program frsp-top --pin
	expect "exit status: $(cat "$test_dir/err")" "$status" 0
}

heat() { # heat NAME RANGE N: reads N random blocks of 4 KiB of that MiB from the disk
	fio_run "$test_dir/fs/$1" --rw=randread --direct=1 --bs=4k --offset=$(($2 * MIB)) --size=1M \
		--io_size=$(($3 * 4096)) --norandommap
}

plan() { # plan [OPTION...]: with JSON, which must be valid
	run_program frspctl plan --config "$test_dir/conf" --json "$@" "$test_dir/fs"
	cat "$test_dir/out" "$test_dir/err"
	expect "exit status" "$status" 0
	"$native_dir/validate.py" "$schema" <"$test_dir/out"
}

# apply [OPTION...]: the plan $test_dir/plan, with JSON
apply() {
	run_program frspctl apply --config "$test_dir/conf" --json --rate 0 "$@" "$test_dir/plan"
	cat "$test_dir/out" "$test_dir/err"
	"$native_dir/validate.py" "$schema" <"$test_dir/out"
}

moves() { # moves: "NAME OFFSET_MIB LENGTH_MIB TO RULE" of each, of the last plan
	jq -r '.moves[] | "\(.path | sub(".*/"; "")) \(.offset / 1048576) \(.length / 1048576) \(.to) \(.rule)"' "$test_dir/out"
}

settings() { # settings LINE...: $test_dir/policy; half of the small filesystem may move
	printf '%s\n' '[policy]' 'budget = 50%' 'hold_back = 0%' "$@" >"$test_dir/policy"
}
