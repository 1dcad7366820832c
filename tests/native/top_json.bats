#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # jq programs; each test is a subshell; lib.bash
# Tests that the output of frsp-top --json is valid by docs/frsp-top.schema.json.

load lib

schema=$BATS_TEST_DIRNAME/../../docs/frsp-top.schema.json

# validate FILE NUMBER: the file has NUMBER lines, and each is valid.
validate() {
	local out status=0
	out=$("$native_dir/validate.py" "$schema" <"$1") || status=$?
	((status == 0)) || fail "$(head -n 20 <<<"$out")"
	expect "documents" "$out" "$2"
}

# top_during SCREEN COMMAND [ARG...]: puts two reports into $test_dir/top.json. The command
# runs again and again until frsp-top has ended.
top_during() {
	local screen=$1 pid status=0
	"$frsp_top" --json --screen "$screen" 1 2 >"$test_dir/top.json" 2>"$test_dir/top.err" 3>&- &
	pid=$!
	while kill -0 "$pid" 2>/dev/null; do
		"${@:2}"
		sleep 0.1
	done
	wait "$pid" || status=$?
	expect "exit status" "$status" 0
	validate "$test_dir/top.json" 2
}

# top_over SCREEN COMMAND [ARG...]: puts one report into $test_dir/top.json, which begins
# before the command and ends after it.
top_over() {
	local screen=$1 pid status=0
	"$frsp_top" --json --screen "$screen" 3600 1 >"$test_dir/top.json" 2>"$test_dir/top.err" 3>&- &
	pid=$!
	wait_until grep -q ^Tracing "$test_dir/top.err" && "${@:2}" || status=$?
	kill -INT "$pid"
	wait "$pid" || status=$?
	expect "exit status" "$status" 0
	validate "$test_dir/top.json" 1
}

# use DIR...: writes, reads and removes files in each DIR.
use() {
	local dir
	for dir in "$@"; do
		file_make "$dir/new" 1
		cat "$dir/data" >"$dir/copy"
		mkdir -p "$dir/d"
		sync -f "$dir"
		rm -r "$dir/copy" "$dir/d"
		sync -f "$dir"
	done
}

both_make() { # makes an ext4 at $test_dir/fs and an XFS at $test_dir/x
	fs_make fs ext4
	fs_make x xfs
	file_make "$test_dir/fs/data" 3
	file_make "$test_dir/x/data" 3
}

# top NAME FILTER: prints what FILTER selects for the filesystem at $test_dir/NAME in the
# last report
top() {
	tail -n 1 "$test_dir/top.json" |
		jq -cr --arg mount "$test_dir/$1" ".filesystems[] | select(.mount == \$mount) | $2"
}

# bats test_tags=slow
@test "reports on each screen are valid, with ext4 and XFS in use" {
	local screen
	both_make
	for screen in overview allocator map busy escache heat; do
		echo "--screen $screen"
		top_during "$screen" use "$test_dir/fs" "$test_dir/x"
		expect "map and heat are there" "$(jq -c '[any(.filesystems[]; has("map")), has("heat")]' "$test_dir/top.json" | uniq)" \
			"[$([[ $screen == map ]] && echo true || echo false),$([[ $screen == heat ]] && echo true || echo false)]"
	done
}

@test "of each filesystem there is what its type has" {
	both_make
	top_over map use "$test_dir/fs" "$test_dir/x"
	expect "null on ext4" "$(top fs '[to_entries[] | select(.value == null).key] - ["frsp", "frsp_events"]')" '[]'
	expect "null on XFS" "$(top x '[to_entries[] | select(.value == null).key] - ["frsp", "busy"]')" '["alloc","frsp_events","map","escache"]'
	expect "device" "$(top fs .device) $(top x .device)" "${loop_of[fs]#/dev/} ${loop_of[x]#/dev/}"
	expect "size of ext4 in bytes" "$(top fs .bytes)" "$(($(stat -fc '%b * %S' "$test_dir/fs")))"
	expect "free bytes of ext4" "$(top fs .free_bytes)" "$(($(stat -fc '%f * %S' "$test_dir/fs")))"
}

@test "DEV: only this one" {
	both_make
	"$frsp_top" --json --once "${loop_of[x]}" 0.1 >"$test_dir/top.json" 2>/dev/null
	validate "$test_dir/top.json" 1
	expect "filesystems" "$(jq -c '[.filesystems[].mount]' "$test_dir/top.json")" "[\"$test_dir/x\"]"
}

@test "histograms add up to what they are of" {
	fs_make fs ext4
	file_make "$test_dir/fs/data" 3
	top_over overview use "$test_dir/fs"
	expect "calls, less those in the histograms" \
		"$(top fs '.alloc | [.data, .metadata, .preallocated, .failed | .calls - (.latency | add // 0)]')" '[0,0,0,0]'
	expect "searches, less those in the histograms" \
		"$(top fs '.alloc | [.requested, .criteria, .scanned, [.goals_taken, .goals_missed]] as $all | .searches as $n | [$all[] | $n - add]')" \
		'[0,0,0,0]'
	expect "extents that are not busy any more, less those in the histogram" \
		"$(top fs '.busy | .freed_extents - .extents - (.lifetimes | add // 0)')" 0
	expect "there were searches and busy extents" "$(top fs '[.alloc.searches, .busy.freed_extents | . > 0]')" '[true,true]'
}

@test "the map has a number for each flexible group, as full as dumpe2fs says" {
	local want
	fs_make fs ext4 '' -g 2048 -G 4 # 64 groups of 8 MiB, four in one
	file_make "$test_dir/fs/data" 100
	fs_freeze fs
	"$frsp_top" --json --once --screen map "${loop_of[fs]}" 0.1 >"$test_dir/top.json" 2>/dev/null
	validate "$test_dir/top.json" 1
	dumpe2fs "${loop_of[fs]}" 2>/dev/null >"$test_dir/dump"
	fs_thaw fs
	want=$(sed -n 's/^  \([0-9]*\) free blocks, .*/\1/p' "$test_dir/dump" |
		awk '{ free += $1 } NR % 4 == 0 { printf "%.3f\n", 1 - free / (4 * 2048); free = 0 }' | jq -cs .)
	expect "fullness" "$(top fs .map.fullness)" "$want"
	expect "bytes" "$(top fs .map.flex_bytes)" $((4 * 2048 * 4096))
	expect "groups" "$(top fs '.map.fullness | length')" 16
}

@test "any name of a mount point is valid, and repaired where it is not UTF-8" {
	local dir=$test_dir/$'new\nline"\xff'
	fs_make fs ext4
	mkdir "$dir"
	fs_umount fs
	mount "${loop_of[fs]}" "$dir"
	defer umount "$dir"
	"$frsp_top" --json --once "${loop_of[fs]}" 0.1 >"$test_dir/top.json" 2>/dev/null
	validate "$test_dir/top.json" 1
	expect "mount" "$(jq -c '.filesystems[].mount' "$test_dir/top.json")" "\"$test_dir/new\\nline\\\"$(printf '\xef\xbf\xbd')\""
}

# bats test_tags=slow
@test "a document with a field less, a field more or a wrong value is not valid" {
	local out status=0
	fs_make fs ext4
	file_make "$test_dir/fs/data" 3
	top_over map use "$test_dir/fs"
	mv "$test_dir/top.json" "$test_dir/map.json"
	top_over heat use "$test_dir/fs"
	# invented numbers of frsp.ko, which is not loaded; a known and an unknown
	# fragmentation; few files
	jq -c --slurpfile schema "$schema" --arg mount "$test_dir/fs" '
		.filesystems |= (map(select(.mount == $mount)) + .)[:1] |
		.filesystems[0].frsp = ($schema[0]."$defs".frsp.required | map({key: ., value: 1}) | from_entries | .steer = "on") |
		.filesystems[0].map.fragmentation = [0.5, null] | .filesystems[0].map.warmth = [0.5] |
		., (.filesystems[0].map.fragmentation = [null] | .filesystems[0].frsp = null)' "$test_dir/map.json" >"$test_dir/documents"
	jq -c '.filesystems |= .[:1] | .heat.files |= .[:2]' "$test_dir/top.json" >>"$test_dir/documents"
	validate "$test_dir/documents" 3
	out=$("$native_dir/validate.py" --mutants "$schema" <"$test_dir/documents") || status=$?
	((status == 0)) || fail "$(head -n 20 <<<"$out")"
	((out > 2000)) || fail "only $out mutants"
}
