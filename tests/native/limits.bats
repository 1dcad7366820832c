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
