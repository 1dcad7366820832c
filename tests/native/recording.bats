#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # jq programs; each test is a subshell; lib.bash
# Tests of hotmon record, -i and import: what is recorded is what happened, and is shown as
# it was.

load lib
load pins
load record
load tui

# play NAME [OPTION...]: shows the recording in the form of hotmon_start's reports.
play() {
	"$hotmon" -i "$test_dir/x" --json --ranges -r 0 --once "${@:2}" >"$test_dir/$1.json"
}

freeze() {
	fsfreeze -f "$test_dir/fs"
	defer unfreeze
}

unfreeze() { # may be called twice
	fsfreeze -u "$test_dir/fs" 2>/dev/null || :
}

@test "a recording has the exact counts of fio, as a live report has" {
	local id
	fs_make fs ext4
	file_make "$test_dir/fs/data" 16
	fs_cool fs
	id=$(file_id "$test_dir/fs/data")
	freeze # so both see the same writes
	hotmon_start live --fs "$test_dir/fs"
	record_start --fs "$test_dir/fs" 0.3
	unfreeze
	fio_run "$test_dir/fs/data" --rw=randrw --direct=1 --number_ios=4000 --bssplit=4k/50:64k/30:256k/20
	sleep 1 # so it is not all in one interval
	fio_run "$test_dir/fs/data" --rw=randread --direct=1 --number_ios=1000
	touch "$test_dir/fs/data"
	sync -f "$test_dir/fs"
	freeze
	record_end
	hotmon_stop live
	unfreeze
	play played
	grep -qE 'x: [0-9.]+[KM]?, [0-9]+ s in [0-9]+ intervals, ' "$test_dir/said"
	expect "counts of the file" "$(file_counts played "$id")" "$(file_counts live "$id")"
	diff -u <(range_counts live "$id") <(range_counts played "$id") >&2
	expect "path" "$(report played ".files[] | $(select_id "$id") | .path")" "$test_dir/fs/data"
	expect "all files" "$(report played '[.files[] | .read_bytes + .write_bytes] | add')" \
		"$(report live '[.files[] | .read_bytes + .write_bytes] | add')"
	# reads of metadata may come before it begins to record
	expect "metadata" "$(class_counts played metadata | cut -d' ' -f2,4)" "$(class_counts live metadata | cut -d' ' -f2,4)"
	expect "classes of metadata" \
		"$(report played '[.metadata_classes[] | select(.writes > 0) | [.class, .mount, .fs_type, .writes]] | sort | tostring')" \
		"$(report live '[.metadata_classes[] | select(.writes > 0) | [.class, .mount, .fs_type, .writes]] | sort | tostring')"
	# within the error of intervals of 0.3 s, and of the seconds that the two ended apart
	report live ".files[] | $(select_id "$id") | .temperature" >"$test_dir/live"
	report played ".files[] | $(select_id "$id") | .temperature" >"$test_dir/played"
	paste "$test_dir/live" "$test_dir/played" | awk '{ exit !($1 > 1000 && $2 / $1 > 0.97 && $2 / $1 < 1.03) }' ||
		fail "temperatures: $(paste "$test_dir/live" "$test_dir/played")"
}

@test "intervals of a recording are reports, and rates are those of the interval" {
	fs_make fs ext4
	file_make "$test_dir/fs/data" 8
	fs_cool fs
	record_start --fs "$test_dir/fs" 1 3
	cat "$test_dir/fs/data" >/dev/null
	wait "${hotmon_pid[record]}"
	unset "hotmon_pid[record]"
	"$hotmon" -i "$test_dir/x" --json -b >"$test_dir/reports"
	expect "reports" "$(wc -l <"$test_dir/reports")" 3
	expect "interval" "$(head -n 1 "$test_dir/reports" | jq '.interval_ms / 1000 | round')" 1
	expect "bytes per second of all" "$(jq -s '[.[] | .interval_ms as $ms | .files[] | .read_bytes_per_s * $ms / 1000] | add / 1048576 | round' "$test_dir/reports")" 8
	expect "reports of 2 s" "$("$hotmon" -i "$test_dir/x" --json 2 | wc -l)" 2
	expect "two reports" "$("$hotmon" -i "$test_dir/x" --json -n 2 | wc -l)" 2
	# counts begin at --from
	expect "after it was read" "$("$hotmon" -i "$test_dir/x" --json --once --from 2s | jq '[.files[].read_bytes] | add')" 0
	"$native_dir/validate.py" "$native_dir/../../docs/hotmon.schema.json" <"$test_dir/reports"
}

# bats test_tags=slow
@test "files that are deleted, renamed, and forgotten are in a recording" {
	local lost bytes paths i
	fs_make fs ext4
	record_start --fs "$test_dir/fs" --memory 2M 600
	# more files than the table holds, so the coldest leave it, after a second at the latest,
	# and before the only interval ends
	for i in $(seq 1 6000); do
		printf x >"$test_dir/fs/$i"
		((i % 500)) || { sync -f "$test_dir/fs" && sleep 1.5; }
	done
	mv "$test_dir/fs/7" "$test_dir/fs/moved"
	rm "$test_dir/fs/8"
	sleep 1
	record_end TERM
	# a batch may find no room before the next second
	lost=$(sed -n 's/^hotmon: \([0-9]*\) updates of counts were lost.*/\1/p' "$test_dir/said")
	((${lost:-0} < 600)) || fail "$lost updates lost"
	grep -qE ', 60[0-9]{2} files, ' "$test_dir/said"
	play played
	bytes=$(report played '[.files[] | .write_bytes] | add')
	((bytes <= 6000 * 4096 && bytes >= (6000 - ${lost:-0}) * 4096)) || fail "$bytes bytes of all files, $lost lost"
	paths=$(report played '[.files[] | select(.path != null)] | length')
	((paths >= 6000 - ${lost:-0} - 20)) || fail "only $paths paths"
	expect "intervals" "$(grep -c ' in 1 interval, ' "$test_dir/said")" 1
}

@test "files of a long interval have their names at once, also if they are gone when it ends" {
	local paths
	fs_make fs ext4
	record_start --fs "$test_dir/fs" 600
	for i in {1..50}; do
		printf x >"$test_dir/fs/$i"
	done
	sync -f "$test_dir/fs"
	sleep 3
	rm "$test_dir/fs"/{1..50}
	sync -f "$test_dir/fs"
	fs_umount fs
	record_end TERM
	play played
	paths=$(report played '[.files[] | select(.path != null and (.path | test("/fs/[0-9]+$")))] | length')
	expect "paths" "$paths" 50
}

unpin() {
	[[ ! -d $pins ]] || "$frsp_top" --unpin
}

@test "a recording of pinned programs begins at 0, and as warm as the table was" {
	local id
	fs_make fs ext4
	file_make "$test_dir/fs/data" 8
	fs_cool fs
	id=$(file_id "$test_dir/fs/data")
	defer unpin
	"$frsp_top" --pin
	dd if="$test_dir/fs/data" of=/dev/null bs=1M iflag=direct status=none
	record_start 0.5
	dd if="$test_dir/fs/data" of=/dev/null bs=64K count=2 iflag=direct status=none
	sleep 1
	record_end
	hotmon_start live # with the same table
	hotmon_stop live
	play played
	expect "counts since it began" "$(file_counts played "$id")" "2 0 131072 0"
	expect "counts since the pinning" "$(file_counts live "$id" | cut -d' ' -f3)" $(((8 << 20) + 131072))
	# 8 MiB are 64 degrees at least; stored ones are exact to 2.2 %
	report live ".files[] | $(select_id "$id") | .temperature" >"$test_dir/live"
	report played ".files[] | $(select_id "$id") | .temperature" >"$test_dir/played"
	paste "$test_dir/live" "$test_dir/played" | awk '{ exit !($1 > 64 && $2 / $1 > 0.95 && $2 / $1 < 1.05) }' ||
		fail "temperatures: $(paste "$test_dir/live" "$test_dir/played")"
	# the whole list: a file that was warm, and had no I/O
	(($(report played '.files | length') >= 1))
}

@test "the recording itself is not recorded" {
	fs_make fs ext4
	own=$test_dir/fs/own record_start --fs "$test_dir/fs" 0.3
	file_make "$test_dir/fs/other" 1
	sync -f "$test_dir/fs" # writes the head of the recording, too
	sleep 0.5
	record_end
	cp "$test_dir/fs/own" "$test_dir/x"
	play played
	expect "files" "$(report played '[.files[].path] | sort | join(" ")')" "$test_dir/fs/other"
}

@test "a recording is shown without root, and asks nothing of this system" {
	fs_make fs ext4
	file_make "$test_dir/fs/data" 4
	fs_cool fs
	record_start --fs "$test_dir/fs" 0.5
	cat "$test_dir/fs/data" >/dev/null
	record_end
	fs_umount fs
	chmod 755 "$test_dir"
	chmod 644 "$test_dir/x"
	run_as_nobody hotmon -i "$test_dir/x" --once
	expect "exit status" "$status" 0
	grep -q " $test_dir/fs/data\$" "$test_dir/out"
	grep -q '^recording .*no WHO, latencies or devices in it' "$test_dir/out"
	# who is unknown
	grep -qE "^ *[0-9.]+k? .* - +$test_dir/fs/data\$" "$test_dir/out"
}

@test "of a recording, one filesystem: by its mount point, a path in it, or its number of then" {
	local name number spec
	for name in one other; do
		fs_make "$name" ext4
		file_make "$test_dir/$name/data" 4
		fs_cool "$name"
	done
	number=$(mountpoint -d "$test_dir/one")
	record_start 0.5
	cat "$test_dir"/{one,other}/data >/dev/null
	record_end
	play all
	report all '.files[] | .path // ""' | grep -x "$test_dir/\(one\|other\)/data" >"$test_dir/paths"
	expect "files of both" "$(wc -l <"$test_dir/paths")" 2
	fs_umount one
	for spec in "$test_dir/one" "$test_dir/one/data" "$number"; do
		"$hotmon" -i "$test_dir/x" --json --once --fs "$spec" >"$test_dir/out"
		expect "files of $spec" "$(jq -r '[.files[] | select(.path | . and endswith("/data")) | .path] | join(" ")' "$test_dir/out")" "$test_dir/one/data"
	done
	run_program hotmon -i "$test_dir/x" --once --fs 8:70000
	expect_error 1 'fs 8:70000: the recording has no such filesystem'
	run_program hotmon -i "$test_dir/x" --once --fs one
	expect_error 1 'fs one: the recording has no such filesystem'
}

@test "what a recording does not have is refused" {
	local option
	touch "$test_dir/x"
	for option in --devices --latency --extents "--file=/" --group=process --group=cgroup "-s rp99" \
		"-p 1" --score=compat --memory=2M "--speed=2"; do
		# shellcheck disable=SC2086 # two words
		run_program hotmon -i "$test_dir/x" -b $option
		expect_error 2 .
	done
	run_program hotmon --from 1s
	expect_error 2 '"from"'
	run_program hotmon record
	expect_error 2 'file for the recording is missing'
	run_program hotmon record -o "$test_dir/new" --json
	expect_error 2 'record does not take "json"'
	run_program hotmon record -o "$test_dir/new" --memory 257M
	expect_error 2 memory
	[[ ! -e $test_dir/new ]] || fail "a file was made"
	run_program hotmon record -o "$test_dir/x"
	expect_error 1 'x: File exists'
}

@test "recordings that are cut, damaged, or none are told apart" {
	fs_make fs ext4
	file_make "$test_dir/fs/data" 4
	record_start --fs "$test_dir/fs" 0.5
	cat "$test_dir/fs/data" >/dev/null
	sync -f "$test_dir/fs"
	record_end
	cp "$test_dir/x" "$test_dir/whole"
	truncate -s -5 "$test_dir/x"
	run_program hotmon -i "$test_dir/x" --once
	expect "cut off, with nothing before" "$status" 1
	grep -q 'x: cut off at byte 148; it is used up to there' "$test_dir/err"
	grep -q 'x: it has no interval so far' "$test_dir/err"
	truncate -s 148 "$test_dir/x"
	run_program hotmon -i "$test_dir/x" --once
	expect_error 1 'x: it has no interval so far'
	cp "$test_dir/whole" "$test_dir/x"
	printf '\377' | dd of="$test_dir/x" bs=1 seek=200 conv=notrunc status=none
	run_program hotmon -i "$test_dir/x" --once
	grep -q 'x: damaged at byte 148' "$test_dir/err"
	cp "$test_dir/whole" "$test_dir/x"
	printf '\2' | dd of="$test_dir/x" bs=1 seek=8 conv=notrunc status=none
	run_program hotmon -i "$test_dir/x" --once
	expect_error 1 'x: a recording of format 2; this frsp knows only 1'
	echo text >"$test_dir/x"
	run_program hotmon -i "$test_dir/x" --once
	expect_error 1 'x: not a recording'
	mkfifo "$test_dir/pipe"
	for file in "$test_dir/pipe" /dev/null; do
		run_program hotmon -i "$file" --once
		expect_error 1 "$file: not a file; .* cannot come through a pipe"
		run_program frspctl simulate "$file"
		expect_error 1 "$file: not a file; .* cannot come through a pipe"
	done
}

@test "frspctl simulate and plan do not write over the recording that they read" {
	cp /dev/null "$test_dir/csv"
	for n in {1..5}; do
		echo "12816637200306162$n,m,0,Read,$((n * 8192)),8192,0" >>"$test_dir/csv"
	done
	"$hotmon" import --format=msr -o "$test_dir/x" "$test_dir/csv"
	cp "$test_dir/x" "$test_dir/before"
	ln -s x "$test_dir/link"
	for file in "$test_dir/x" "$test_dir/link"; do
		run_program frspctl simulate -o "$file" "$test_dir/x"
		expect_error 2 "$file: --output would write over the recording"
		run_program frspctl plan -o "$file" --input "$test_dir/x" /
		expect_error 2 "$file: --output would write over the recording"
	done
	cmp "$test_dir/before" "$test_dir/x"
	run_program frspctl simulate -o "$test_dir/plot.svg" "$test_dir/x"
	expect "exit status" "$status" 0
}

@test "a full disk ends a recording, and what was written before can be used" {
	# a quarter of the names fills it: on a busy machine not all are found in time
	truncate -s 160K "$test_dir/small.img"
	mkfs.ext4 -q -F -O ^has_journal -N 16 "$test_dir/small.img"
	loop_attach small "$test_dir/small.img"
	fs_mount small "${loop_of[small]}"
	fs_make fs ext4
	"$hotmon" record -o "$test_dir/small/x" --fs "$test_dir/fs" 60 3>&- 2>"$test_dir/err" &
	hotmon_pid[record]=$!
	defer hotmon_kill record
	wait_until grep -q Recording "$test_dir/err"
	# names that cannot be compressed by more than half
	python3 -c 'import os, sys
for i in range(4000):
    open(sys.argv[1] + "/" + os.urandom(120).hex(), "w").write("x")' "$test_dir/fs"
	sync -f "$test_dir/fs"
	kill -INT "${hotmon_pid[record]}"
	status=0
	wait "${hotmon_pid[record]}" || status=$?
	unset "hotmon_pid[record]"
	expect "exit status" "$status" 1
	expect "errors" "$(grep -c 'ends here: No space left on device' "$test_dir/err")" 1
	cp "$test_dir/small/x" "$test_dir/x"
	run_program hotmon -i "$test_dir/x" --once
	# perhaps no interval found room
	[[ $status == 0 && ! -s $test_dir/err ]] || expect_error 1 'it has no interval so far'
}

@test "traces of other tools become recordings" {
	printf '%s\n' 128166372003061629,hm,1,Read,1048575488,8192,413 \
		128166372013061629,hm,1,Write,0,4096,9 nonsense >"$test_dir/csv"
	run_program hotmon import --format=msr -o /dev/null "$test_dir/csv"
	expect_error 1 '/dev/null: File exists'
	run_program hotmon import --format=msr -o "$test_dir/y" "$test_dir"
	expect_error 1 "$test_dir: Is a directory"
	[[ ! -e $test_dir/y ]]
	run_program hotmon import --format=msr -o "$test_dir/x" "$test_dir/csv"
	expect "exit status" "$status" 0
	grep -q '2 I/Os of 1 disk, 2007-02-22T17:00:00.306Z' "$test_dir/err"
	grep -q 'csv:3: not a line of msr; 1 such line was left out' "$test_dir/err"
	play played
	expect ranges "$(report played '[.ranges[] | [.path, .offset, .read_bytes, .write_bytes]] | sort | tostring')" \
		'[["/hm_1",0,0,4096],["/hm_1",1047527424,512,0],["/hm_1",1048576000,7680,0]]'
	expect kind "$(report played .recording.of)" disks
	"$native_dir/validate.py" "$native_dir/../../docs/hotmon.schema.json" <"$test_dir/played.json"
	rm "$test_dir/x"
	run_program hotmon import --format=blkparse -o "$test_dir/x" "$test_dir/csv"
	expect_error 1 'csv: no read or write in it'
	[[ ! -e $test_dir/x ]] || fail "a file is left"
}

# bats test_tags=slow
@test "keys play a recording: speed, pause, back and ahead" {
	local n
	# ten minutes, a file of a disk every ten seconds
	for n in {0..59}; do
		echo "$((128166372000000000 + n * 100000000)),d,$((n / 30)),Read,0,4096,1"
	done >"$test_dir/csv"
	"$hotmon" import --format=msr -o "$test_dir/x" "$test_dir/csv"
	tui_open 120 30 <<-EOT
		'$hotmon' -i '$test_dir/x' 2>'$test_dir/err'
		echo \$? >'$test_dir/status'
	EOT
	at() { [[ $(title) == *"T$1"* ]]; }
	wait_until at 17:00:10
	[[ $(title) == *'1 file by temp, recording, 1x as fast'* ]] || fail "$(title)"
	tui send-keys Space
	wait_until eval '[[ $(title) == *PAUSED* ]]'
	tui send-keys .
	wait_until at 17:01:10
	tui send-keys . . . . .
	wait_until at 17:06:10
	wait_until eval '[[ $(title) == *"2 files by temp"* ]]'
	tui send-keys ,
	wait_until at 17:05:10
	tui send-keys '('
	wait_until at 17:00:00
	tui send-keys ')'
	wait_until eval '[[ $(title) == *"END of the recording"* ]]'
	tui send-keys '(' Space ']' ']' ']' ']' ']' ']' ']'
	wait_until eval '[[ $(title) == *"128x as fast"* ]]'
	tui send-keys '['
	wait_until eval '[[ $(title) == *"64x as fast"* ]]'
	wait_until eval '[[ $(title) == *"END of the recording"* ]]'
	tui send-keys d l
	[[ $(screen) == *'no WHO, latencies or devices in it'* ]] || fail "$(screen)"
	tui send-keys Tab Tab Tab Tab
	wait_until eval '[[ $(title) == *"2 files by temp"* ]]'
	tui send-keys q
	wait_until test -s "$test_dir/status"
	expect "exit status" "$(cat "$test_dir/status")" 0
	expect "errors" "$(cat "$test_dir/err")" ""
}
