#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # jq programs; each test is a subshell; lib.bash
# Tests of hotmon with more ranges than its table has room for, and with many new files at
# once.

load lib

# write_ranges FILE FIRST COUNT: writes 4 KiB into each of these ranges. (20000 ranges need
# 1.8 MB of slots.)
write_ranges() {
	truncate -s "$(($2 + $3))M" "$1"
	fio --name=job --filename="$1" --offset="$2M" --size="$3M" --direct=1 --rw=write:1020k --bs=4k \
		--ioengine=psync --number_ios="$3" --overwrite=1 --output-format=json --output="$test_dir/fio"
	expect "fio's writes" "$(jq '.jobs[0].write.total_ios' "$test_dir/fio")" "$3"
}

# Without commits no metadata is written, which would need room in the table, too.
sparse_file() {
	fs_make fs ext4
	mount -o remount,commit=600 "$test_dir/fs"
	file=$test_dir/fs/data
	: >"$file"
	id=$(file_id "$file")
}

@test "--memory at its least: losses are counted, the file stays exact" {
	local ranges dropped evicted
	sparse_file
	hotmon_start fs --fs "$test_dir/fs" --memory 1M
	write_ranges "$file" 0 20000
	hotmon_stop fs
	expect file "$(file_counts fs "$id")" "0 20000 0 81920000"
	ranges=$(range_counts fs "$id" | wc -l)
	dropped=$(report fs .dropped)
	evicted=$(report fs .tracked.evicted)
	# each write updates one range, which is kept, dropped for lack of room, or evicted when
	# hotmon makes room, once a second
	((dropped + evicted > 0)) || fail "20000 ranges in 1 MiB?"
	expect "ranges, $ranges kept, $evicted forgotten, $dropped lost," $((ranges + evicted + dropped)) 20000
	expect "ranges that are not as written" "$(range_counts fs "$id" | grep -vc ' 0 1 0 4096$')" 0
}

# hotmon has made room. It takes the second of three further reports: its interval began
# after the writes before this call.
has_room() {
	local reports
	reports=$(wc -l <"$test_dir/fs.out")
	wait_until has_reports $((reports + 3))
	[[ $(tail -n 2 "$test_dir/fs.out" | head -n 1 |
		jq '.tracked | .evicted > 0 and .slots_used < .slots * 3 / 4') == true ]]
}

has_reports() {
	(($(wc -l <"$test_dir/fs.out") >= $1))
}

@test "a table that is emptied while it fills: each range is kept, forgotten or lost" {
	local ranges dropped evicted n=20000
	sparse_file
	hotmon_launch fs --json --ranges -r 0 --fs "$test_dir/fs" --memory 1300K 0.05
	write_ranges "$file" 0 "$n"
	# the writes may end when the table is 70 % full, to which eviction empties it, to 80 %
	# full, where the next eviction is due
	until has_room; do
		((n < 22000)) || fail "no room after $n ranges"
		write_ranges "$file" "$n" 200
		((n += 200))
	done
	write_ranges "$file" "$n" 500
	hotmon_stop fs
	expect file "$(file_counts fs "$id")" "0 $((n + 500)) 0 $(((n + 500) * 4096))"
	ranges=$(range_counts fs "$id" | wc -l)
	dropped=$(report fs .dropped)
	evicted=$(report fs .tracked.evicted)
	expect "ranges, $ranges kept, $evicted forgotten, $dropped lost," $((ranges + evicted + dropped)) $((n + 500))
	expect "the last ranges" "$(range_counts fs "$id" | awk '{ print $1 / 1048576 }' | tail -n 500)" "$(seq "$n" $((n + 499)))"
	expect "ranges that are not as written" "$(range_counts fs "$id" | grep -vc ' 0 1 0 4096$')" 0
}

# as many files as there is room for between two readings of the announcements
@test "1300 files at once: each has its path and its bytes" {
	local dir=$test_dir/fs
	fs_make fs ext4
	hotmon_start fs --fs "$dir"
	seq -f "$dir/file%g" 1300 | xargs -n 100 sh -c 'for f; do echo "$f" >"$f"; done' sh
	sync -f "$dir"
	hotmon_stop fs
	expect "files" "$(report fs '[.files[] | select(.writes == 1 and .write_bytes == 4096)] | length')" 1300
	diff <(report fs '.files[].path' | sort) <(printf '%s\n' "$dir"/file* | sort) >"$test_dir/diff" ||
		fail "$(head -n 5 "$test_dir/diff")"
}

# with_limit N PROGRAM [ARG...]: like run_program, with at most N open files
with_limit() {
	program=$2 status=0
	bash -c 'ulimit -n "$1" && shift && exec "$@"' - "$1" timeout "$PATIENCE" "$(path_of "$2")" "${@:3}" \
		>"$test_dir/out" 2>"$test_dir/err" || status=$?
}

@test "too few open files: each program says so, and with what it asks for it works" {
	local command n
	fs_make fs ext4
	for command in "hotmon --latency --devices --json --once 0.1" "hotmon --self-test -D $test_dir/fs" \
		"frsp-top --once 0.1" "frspctl escache status" "frspctl defrag --dry-run $test_dir/fs"; do
		# shellcheck disable=SC2086 # a list of words
		with_limit 12 $command
		expect_error 1 'only 12 files may be open at once, but it needs up to [0-9]+'
		grep -q 'ulimit -n' "$test_dir/err"
		n=$(sed -n 's/.*needs up to //p' "$test_dir/err")
		# shellcheck disable=SC2086 # a list of words
		with_limit "$n" $command
		expect "exit status of $command with $n" "$status" 0
	done
}

# memory_cgroup: makes a cgroup, and sets limit to the file with its limit of memory
memory_cgroup() {
	local root file=memory.limit_in_bytes
	root=$(findmnt -rnt cgroup -O memory -o TARGET | head -n 1)
	if [[ -z $root ]]; then
		root=$(findmnt -rnt cgroup2 -o TARGET | head -n 1)
		grep -qsw memory "$root/cgroup.subtree_control" || skip "the kernel has no cgroup2 with the controller memory mounted"
		file=memory.max
	fi
	cgroup=$root/frsp-native.$$.memory limit=$cgroup/$file
	mkdir "$cgroup"
	defer wait_until rmdir "$cgroup"
}

# shellcheck disable=SC2034 # program is read by expect_error
in_memory_cgroup() { # PROGRAM [ARG...]: like run_program, in the cgroup
	program=$1 status=0
	bash -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$cgroup" timeout "$PATIENCE" "$(path_of "$1")" "${@:2}" \
		>"$test_dir/out" 2>"$test_dir/err" || status=$?
}

@test "a cgroup with little memory: the table gets less, and with too little it says so" {
	local size
	sparse_file
	memory_cgroup
	for size in 40 48; do
		echo ${size}M >"$limit"
		in_memory_cgroup hotmon --fs "$test_dir/fs" --ranges -r 0 --json 0.5 3
		expect "exit status in ${size}M" "$status" 0
		grep -q "the cgroup allows only $size.0M of memory: the table gets [0-9.]*M in place of 16.0M" "$test_dir/err" ||
			fail "$(cat "$test_dir/err")"
		(($(tail -n 1 "$test_dir/out" | jq .overhead.map_bytes) < 16 << 20)) || fail "the table is not smaller"
	done
	echo 20M >"$limit"
	in_memory_cgroup hotmon --once 0.1
	expect_error 1 'the cgroup allows only 20.0M of memory'
	echo 200M >"$limit"
	in_memory_cgroup hotmon --once 0.1
	expect "exit status in 200M" "$status" 0
	! grep cgroup "$test_dir/err" || fail "a limit that is no limit"
	in_memory_cgroup hotmon --memory 1G --once 0.1 || :
	grep -q 'with more than --memory=[0-9.]*M it may be killed' "$test_dir/err"
}

@test "frsp-top in a cgroup with little memory: the table gets less, and with too little it says so" {
	local size
	sparse_file
	memory_cgroup
	for size in 50 60; do
		echo ${size}M >"$limit"
		in_memory_cgroup frsp-top --screen heat --json "$test_dir/fs" 0.5 3
		expect "exit status in ${size}M: $(cat "$test_dir/err")" "$status" 0
		expect "warnings in ${size}M" "$(grep -c "the cgroup allows only $size.0M of memory: the table of hot files gets [0-9.]*M in place of 16.0M" "$test_dir/err")" 1
		(($(tail -n 1 "$test_dir/out" | jq .heat.overhead.map_bytes) < 16 << 20)) || fail "the table is not smaller"
	done
	echo 30M >"$limit"
	in_memory_cgroup frsp-top --once 0.1
	expect_error 1 'the cgroup allows only 30.0M of memory'
	echo 200M >"$limit"
	in_memory_cgroup frsp-top --once 0.1
	expect "exit status in 200M" "$status" 0
	not grep cgroup "$test_dir/err" || fail "a limit that is no limit"
}
