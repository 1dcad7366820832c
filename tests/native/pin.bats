#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # jq's; each test is a subshell; lib.bash
# Tests of pinned BPF programs, which go on without the frsp-top that loaded them.

load lib
load pins

top=${FRSP_TOP:-$native_dir/../../.output/frsp-top}
schema=$(sed -n 's/^#define WATCH_PIN_SCHEMA //p' "$native_dir/../../tools/watch/pin.h")

top_run() { # top_run STATUS [ARG...]
	status=0
	"$top" "${@:2}" >"$test_dir/out" 2>"$test_dir/err" || status=$?
	expect "exit status of frsp-top ${*:2}: $(cat "$test_dir/err")" "$status" "$1"
}

pin() {
	defer unpin
	top_run 0 --pin
}

# Works also if nothing is pinned, or only a directory of another version.
unpin() {
	[[ ! -d $pins ]] || { "$top" --unpin || find "$pins" -depth -type d -delete; }
}

n_programs() {
	bpftool prog list | grep -cE ' name (frsp|hotmon)_' || :
}

searches() { # prints the searches of the filesystem at $test_dir/fs since the pinning
	top_run 0 -j --once 0.2
	jq --arg mount "$test_dir/fs" '.filesystems[] | select(.mount == $mount).alloc.searches' "$test_dir/out"
}

says() { # says CAUSE HINT
	expect "lines of stderr" "$(wc -l <"$test_dir/err")" 2
	grep -q "^frsp-top: .*$1" "$test_dir/err" || fail "$(cat "$test_dir/err")"
	grep -q "^  hint: .*$2" "$test_dir/err" || fail "$(cat "$test_dir/err")"
}

# has_programs NUMBER: to be waited for, because the kernel removes programs a moment after
# their last user has ended.
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

lookups() { # prints "HITS MISSES" of the filesystem at $test_dir/fs since the pinning
	top_run 0 -j --once 0.2
	jq -r --arg mount "$test_dir/fs" '.filesystems[] | select(.mount == $mount).escache | "\(.hits) \(.misses)"' "$test_dir/out"
}

# A run adds up the counts in all CPUs' slots, and leaves them there.
@test "runs on what is pinned see the same of the extent status tree" {
	local first
	pin
	fs_make fs ext4
	dd if=/dev/zero of="$test_dir/fs/data" bs=64k count=4 conv=fsync status=none
	dd if="$test_dir/fs/data" of=/dev/null bs=4k iflag=direct status=none
	sync -f "$test_dir/fs"
	first=$(lookups)
	((${first% *} >= 64 && ${first#* } > 0)) || fail "hits, misses: $first"
	expect "hits, misses, again" "$(lookups)" "$first"
	expect "hits, misses, by the kernel" "$first" "$(sed -n \
		's|^ *\([0-9]*\)/\([0-9]*\) cache hits/misses|\1 \2|p' "/proc/fs/ext4/${loop_of[fs]#/dev/}/es_shrinker_info")"
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

# A reader maps the programs' variables over its own, so they must have the same layout.
@test "programs with other variables are told apart" {
	local globals=$pins/v$schema/escache/frsp_esc_bss
	pin
	rm "$globals"
	bpftool map create "$globals" type array key 4 value 4096 entries 1 name other flags 0x400
	top_run 3 --once 0.1
	says "$pins: .* another version" "remove the directory"
}

@test "pins are for root alone" {
	pin
	expect "mode" "$(stat -c %a "$pins")" 700
}

# hotmon_file FILTER [ARG...]: prints what FILTER selects for $test_dir/fs/data in a report
# of hotmon
hotmon_file() {
	run_hotmon --json --no-scan -r 0 "${@:2}"
	jq ".tracked.pinned as \$pinned | .files[] | $(select_id "$(file_id "$test_dir/fs/data")") | $1" "$test_dir/out"
}

run_hotmon() {
	"$hotmon" "$@" >"$test_dir/out" 2>"$test_dir/err" || fail "$(cat "$test_dir/err")"
}

write_data() { # write_data MIB
	dd if=/dev/zero of="$test_dir/fs/data" bs=1M count="$1" oflag=direct conv=notrunc status=none
}

@test "hotmon shows what was pinned before it began, and attaches nothing" {
	local n
	fs_make fs ext4
	pin
	n=$(n_programs)
	write_data 5
	"$hotmon" -b 60 >/dev/null 2>"$test_dir/err" 3>&- &
	defer kill $!
	wait_until grep -q ^Tracing "$test_dir/err"
	expect "programs" "$(n_programs)" "$n"
	expect "writes" "$(hotmon_file '[.writes, .write_bytes, .ranges] | @csv' --once 0.1)" '"5,5242880,5"'
	expect "pinned" "$(hotmon_file '$pinned' --once 0.1)" true
}

@test "the first rates of what is pinned are of the first interval" {
	fs_make fs ext4
	pin
	write_data 5
	expect "rate" "$(hotmon_file .write_bytes_per_s --once 0.1)" 0
	top_run 0 -j --once --screen heat 0.1
	expect "rate" "$(jq --arg file "$test_dir/fs/data" \
		'.heat.files[] | select(.path == $file).write_bytes_per_s' "$test_dir/out")" 0
	run_program hotmon -j --once --group=process 0.1
	expect "rates of dd" "$(jq -c '[.processes[] | select(.command == "dd" and .write_bytes == 5242880)
		| .write_bytes_per_s + 0, .writes_per_s + 0]' "$test_dir/out")" '[0,0]'
}

@test "hotmon with a filter or settings of its own does not take what is pinned" {
	fs_make fs ext4
	pin
	write_data 5
	for options in "-p $$" "--fs $test_dir/fs" "--memory 1M" "--half-life 60s" "--score compat"; do
		# shellcheck disable=SC2086 # options are words
		expect "files with $options" "$(hotmon_file .writes --once 0.1 $options)" ""
	done
	expect "writes without" "$(hotmon_file .writes --once 0.1)" 5
}

@test "of a filesystem that is named, frsp-top shows the heat of no other" {
	fs_make fs ext4
	fs_make other ext4
	pin
	write_data 1
	dd if=/dev/zero of="$test_dir/other/data" bs=1M count=1 oflag=direct status=none
	top_run 0 -j --once --screen heat "$test_dir/fs" 0.1
	expect "files of fs" "$(jq -r '.heat.files[].path' "$test_dir/out")" "$test_dir/fs/data"
	top_run 0 -j --once --screen heat 0.1
	expect "both" "$(jq -r '.heat.files[].path' "$test_dir/out" | grep -cx "$test_dir/.*/data")" 2
}

# start_reader PROGRAM [INTERVAL]: sets reader to the process id.
start_reader() {
	: >"$test_dir/err"
	"$1" -b "${2:-60}" >/dev/null 2>"$test_dir/err" 3>&- &
	reader=$!
	defer kill_reader $reader
	wait_until grep -q ^Tracing "$test_dir/err"
}

kill_reader() {
	! kill "$1" 2>/dev/null || wait "$1" || :
}

@test "one reader of what is pinned makes room, the next when that has ended" {
	local first
	fs_make fs ext4
	pin
	start_reader "$hotmon"
	first=$reader
	wait_until is_locked
	start_reader "$hotmon"
	kill_reader "$first"
	wait_until is_locked
	kill_reader "$reader"
	wait_until is_unlocked
}

@test "a reader of what was taken away keeps nobody from what is pinned then" {
	local first
	pin
	start_reader "$hotmon"
	first=$reader
	wait_until is_locked
	start_reader "$hotmon"
	top_run 0 --unpin
	top_run 0 --pin
	kill_reader "$first"
	sleep 3 # the other reader tries to get the lock every second
	is_unlocked || fail "the old one has the lock of the new pins"
}

@test "a reader of what is taken away ends, and says so" {
	local program status
	for program in "$hotmon" "$top"; do
		status=0
		top_run 0 --pin
		"$program" -b 0.3 30 >/dev/null 2>"$test_dir/reader" 3>&- &
		reader=$!
		wait_until grep -q ^Tracing "$test_dir/reader"
		top_run 0 --unpin
		wait $reader || status=$?
		expect "status of $program" "$status" 1
		grep -q ": $pins: the pinned programs were unpinned" "$test_dir/reader"
	done
}

is_unlocked() {
	flock -n "$pins/v$schema" true
}

is_locked() {
	! is_unlocked
}

in_table() { # in_table INO: the inode was flushed from a CPU's slot to the table
	bpftool -j map dump pinned "$pins/v$schema/escache/frsp_es_inode" |
		jq -e "any(.[]; (.formatted // .).key.ino == $1)" >/dev/null
}

not_in_table() {
	! in_table "$1"
}

# The inode has many entries, so that it is kept in the table, and a number that no other
# inode has.
@test "inodes of a filesystem that goes are forgotten by a reader that shows none" {
	local cpu ino block
	fs_make fs ext4
	pin
	seq -f "$test_dir/fs/before.%.0f" 40 | xargs touch
	for block in {0..9}; do
		dd if=/dev/zero of="$test_dir/fs/before.40" bs=4k seek=$((2 * block)) count=1 conv=notrunc status=none
	done
	ino=$(stat -c %i "$test_dir/fs/before.40")
	for cpu in $(taskset -cp $$ | sed 's/.*: \([0-9]*\)/\1 /; s/[,-]/ /'); do
		seq -f "$test_dir/fs/$cpu.%.0f" 1000 | taskset -c "$cpu" xargs mkdir
	done
	in_table "$ino" || fail "it was not put out of its slot"
	start_reader "$top" 0.1
	sleep 0.5 # until the reader has seen the filesystem
	fs_umount fs
	wait_until not_in_table "$ino"
	kill_reader "$reader"
}

@test "what a killed --pin left is not taken for pins, and goes with the next" {
	defer unpin
	mkdir -p "$pins/new-999999999/alloc"
	top_run 0 --pin
	expect "leftovers" "$(find "$pins" -name 'new-*')" ""
	top_run 0 --unpin
	expect "pins" "$(find "$pins" 2>/dev/null)" ""
}

@test "frsp-top's reset leaves pinned counts as they are" {
	local before
	load top_tui
	fs_make fs ext4
	pin
	fallocate -l 1M "$test_dir/fs/file"
	before=$(searches)
	((before >= 1)) || fail "$before searches"
	top_start --screen allocator "$test_dir/fs" -d 0.2
	wait_until shows '^Counts since --pin; 0: reset' || fail "$(screen)"
	wait_until shows "^Searches $before," || fail "$(screen)"
	press 0 '^Counts since reset, '
	wait_until shows '^Searches 0,' || fail "$(screen)"
	expect "searches of others" "$(searches)" "$before"
}
