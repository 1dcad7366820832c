#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2030,SC2031,SC2154 # each test is a subshell; lib.bash
# Tests of hotmon --devices: rates, latencies and what lies on what. The numbers are
# compared with those of fio, of the kernel, and of a disk that is as slow as we tell it.

load lib
load disks
load tui

schema=$BATS_TEST_DIRNAME/../../docs/hotmon.schema.json

minus() { # minus "A B ..." "C D ...": prints "A-C B-D ..."
	paste <(tr ' ' '\n' <<<"$1") <(tr ' ' '\n' <<<"$2") | awk '{ printf "%.0f\n", $1 - $2 }' | paste -sd' '
}

watch_start() {
	hotmon_launch report --json --devices -r 1 3600
}

watch_stop() {
	hotmon_stop report
	"$native_dir/validate.py" "$schema" <"$test_dir/report.json"
	expect "lost" "$(report report .latency_overhead.lost)" 0
}

# device NAME FILTER [JQ_OPTION...]: prints what FILTER selects of the device in the report
device() {
	report report ".devices[] | select(.device == \"${loop_of[$1]#/dev/}\") | $2" "${@:3}"
}

# is_shown NAME: the last report has the device
is_shown() {
	tail -n 1 "$test_dir/report.out" | grep -q "\"device\":\"${name_of[$1]}\""
}

# fio_on NAME [FIO_OPTION...]: does direct I/O on the device
fio_on() {
	fio --name=job --filename="${loop_of[$1]}" --direct=1 --ioengine=psync --bs=4k \
		--randrepeat=0 --percentile_list=50:99 --output-format=json \
		--output="$test_dir/fio.json" "${@:2}"
}

fio_says() { # fio_says FILTER
	jq -r ".jobs[0] | $1" "$test_dir/fio.json"
}

# --- numbers -------------------------------------------------------------------

@test "requests, rates and bytes are the kernel's and fio's" {
	local before delta seconds
	memory_disk disk
	before=$(kernel disk)
	watch_start
	fio_on disk --rw=randrw --rwmixread=70 --number_ios=3000
	fio_on disk --rw=randread --bs=16k --number_ios=100
	watch_stop
	delta=$(minus "$(kernel disk)" "$before")
	expect "requests, against the kernel" \
		"$(device disk '"\(.read_latency.requests) \(.write_latency.requests)"')" \
		"$(awk '{ print $1, $3 }' <<<"$delta")"
	within 1 "reads and writes, against what fio was told" "$(awk '{ print $1 + $3 }' <<<"$delta")" 3100
	seconds=$(report report '.devices_interval_ms / 1000')
	within 2 "reads/s" "$(device disk ".read.per_s * $seconds")" "$(cut -d' ' -f1 <<<"$delta")"
	within 2 "bytes read/s" "$(device disk ".read.bytes_per_s * $seconds")" "$(cut -d' ' -f2 <<<"$delta")"
	within 2 "writes/s" "$(device disk ".write.per_s * $seconds")" "$(cut -d' ' -f3 <<<"$delta")"
	within 2 "bytes written/s" "$(device disk ".write.bytes_per_s * $seconds")" "$(cut -d' ' -f4 <<<"$delta")"
}

@test "percentiles are those of fio, for reads and for writes" {
	local op percent
	slow_disk disk 4 8 24
	watch_start
	fio_on disk --rw=randrw --number_ios=500
	watch_stop
	for op in read write; do
		for percent in 50 99; do
			within 10 "p$percent of ${op}s" "$(device disk ".${op}_latency.queued.p${percent}_ns")" \
				"$(fio_says ".$op.clat_ns.percentile[\"$percent.000000\"]")"
		done
	done
	# the disk is as slow as it was told
	within 15 "p50 of reads" "$(device disk .read_latency.queued.p50_ns)" 4000000
	within 15 "p50 of writes" "$(device disk .write_latency.queued.p50_ns)" 8000000
	expect "requests without a time" "$(device disk '.read_latency.untimed + .write_latency.untimed')" 0
}

@test "percentiles are of the last interval" {
	slow_disk disk 20 20 20
	hotmon_launch report --json --devices -r 1 1
	fio_on disk --rw=randread --number_ios=50 # some in each of two intervals
	wait_until is_idle disk
	hotmon_end report INT
	expect "requests, and percentiles when there are no more" \
		"$(jq -c "$(of disk) | [.requests, .queued.p50_ns, .queued.p99_ns]" "$test_dir/report.idle")" "[50,null,null]"
}

# of NAME: prints a filter of the device's reads
of() {
	echo ".devices[] | select(.device == \"${loop_of[$1]#/dev/}\").read_latency"
}

is_idle() { # is_idle NAME: a later report has no read; puts it into report.idle
	tail -n 1 "$test_dir/report.out" >"$test_dir/report.idle"
	jq -e "$(of "$1") | .requests == 50 and .queued.p50_ns == null" "$test_dir/report.idle" >/dev/null
}

@test "queue and utilisation are those of a disk that is told how slow to be" {
	slow_disk disk 10 10 10
	hotmon_launch report --json --devices -r 1 1
	# three wait at a time, as the server answers one after the other
	fio_on disk --rw=randread --time_based --runtime=4 --numjobs=3 --thread --group_reporting
	hotmon_end report INT
	# the report in the middle, of one second
	sed -n 3p "$test_dir/report.out" >"$test_dir/report.json"
	within 10 "mean number in flight" "$(device disk .queue)" 3
	within 5 "utilisation" "$(device disk .util_pct)" 100
	within 35 "in flight now" "$(device disk .in_flight)" 3
	within 10 "reads/s" "$(device disk .read.per_s)" 100
	within 15 "p50" "$(device disk .read_latency.queued.p50_ns)" 30000000
}

@test "half the time busy is half utilised" {
	slow_disk disk 20 20 20
	watch_start
	fio_on disk --rw=randread --number_ios=50 --thinktime=20000
	watch_stop
	# hotmon runs longer than fio
	within 20 "busy ms" "$(device disk '.util_pct / 100' | awk -v ms="$(report report .devices_interval_ms)" '{ print $1 * ms }')" 1000
	within 20 "mean number in flight" "$(device disk .queue | awk -v ms="$(report report .devices_interval_ms)" '{ print $1 * ms }')" 1000
}

@test "a flush is no write, a write with a flush is one" {
	memory_disk disk
	watch_start
	fio_on disk --rw=randwrite --number_ios=40 --fsync=1
	watch_stop
	expect "writes" "$(device disk .write_latency.requests)" 40
}

@test "discards are rates of their own" {
	local seconds
	memory_disk disk
	watch_start
	blkdiscard -p 1M "${loop_of[disk]}"
	sleep 0.1 # hotmon shows no rates of an interval of less than 20 ms
	watch_stop
	seconds=$(report report '.devices_interval_ms / 1000')
	within 2 "bytes discarded" "$(device disk ".discard.bytes_per_s * $seconds")" $((64 << 20))
	expect "reads and writes" "$(device disk '"\(.write_latency.requests) \(.write.per_s + 0)"')" "0 0"
}

# --- what lies on what -----------------------------------------------------------

@test "an image on a loop device is not counted twice" {
	local lower upper
	memory_disk lower 300
	fs_format "${loop_of[lower]}" ext4
	fs_mount fs "${loop_of[lower]}"
	file_make "$test_dir/fs/image" 100
	loop_attach upper "$test_dir/fs/image"
	watch_start
	fio_on upper --rw=write --bs=256k --size=50M --end_fsync=1
	watch_stop
	lower=${loop_of[lower]#/dev/} upper=${loop_of[upper]#/dev/}
	expect "upper" "$(device upper '"\(.over) \(.physical)"' -c)" "[\"$lower\"] false"
	expect "lower" "$(device lower '"\(.over) \(.physical)"' -c)" "[] true"
	within 1 "bytes written to the image" \
		"$(device upper .write.bytes_per_s)" "$(awk -v ms="$(report report .devices_interval_ms)" 'BEGIN { print (50 * 2 ^ 20) / ms * 1000 }')"
	# all that is written to the image is in the sum of physical devices once
	expect "the sum, less the physical devices, in bytes" "$(report report \
		'.physical_devices.write.bytes_per_s - ([.devices[] | select(.physical).write.bytes_per_s // 0] | add) | fabs < 100')" true
	expect "the sum without the image" "$(report report \
		"([.devices[].write.bytes_per_s // 0] | add) - .physical_devices.write.bytes_per_s >=
		 (.devices[] | select(.device == \"$upper\").write.bytes_per_s)")" true
	expect "filesystem on the lower one" \
		"$(report report ".filesystem_totals[] | select(.mount == \"$test_dir/fs\") | [.fs_type, .on[]] | join(\" \")")" "ext4 $lower"
	expect "its total is that of its device" "$(report report \
		"(.filesystem_totals[] | select(.mount == \"$test_dir/fs\").write) == (.devices[] | select(.device == \"$lower\").write)")" true
}

@test "a deleted image is still on its filesystem's disk" {
	memory_disk lower 200
	fs_format "${loop_of[lower]}" ext4
	fs_mount fs "${loop_of[lower]}"
	file_make "$test_dir/fs/image" 10
	loop_attach upper "$test_dir/fs/image"
	rm "$test_dir/fs/image"
	watch_start
	watch_stop
	expect "over" "$(device upper '.over | join(" ")')" "${loop_of[lower]#/dev/}"
}

@test "a btrfs on two devices is one filesystem, and an image in it is on both" {
	local devices
	need_fs btrfs
	memory_disk one 150
	memory_disk two 150
	mkfs.btrfs -q -f -d single -m single "${loop_of[one]}" "${loop_of[two]}"
	fs_mount fs "${loop_of[one]}"
	file_make "$test_dir/fs/image" 10
	loop_attach upper "$test_dir/fs/image"
	watch_start
	watch_stop
	devices=$(printf '%s\n' "${loop_of[one]#/dev/}" "${loop_of[two]#/dev/}" | sort | paste -sd' ')
	expect "devices of the filesystem" \
		"$(report report ".filesystem_totals[] | select(.mount == \"$test_dir/fs\").on | sort | join(\" \")")" "$devices"
	expect "over" "$(device upper '.over | sort | join(" ")')" "$devices"
}

@test "a filesystem that is mounted later" {
	memory_disk disk 100
	fs_format "${loop_of[disk]}" ext4
	hotmon_launch report --json --devices -r 1 0.2
	wait_until test -s "$test_dir/report.out"
	not is_mounted
	fs_mount fs "${loop_of[disk]}"
	wait_until is_mounted
	fs_umount fs
	wait_until not is_mounted
	hotmon_end report INT
}

is_mounted() { # the last report says that a filesystem is on disk
	tail -n 1 "$test_dir/report.out" | jq -e --arg mount "$test_dir/fs" --arg disk "${loop_of[disk]#/dev/}" \
		'any(.filesystem_totals[]; .mount == $mount and .on == [$disk])' >/dev/null
}

# --- devices that change ---------------------------------------------------------

@test "a device that is detached and attached again" {
	local -A name_of
	memory_disk disk
	name_of[disk]=${loop_of[disk]#/dev/}
	hotmon_launch report --json --devices -r 1 0.2
	fio_on disk --rw=randread --number_ios=200
	wait_until is_shown disk
	loop_detach disk
	wait_until not is_shown disk
	loop_attach disk "$test_dir/memory/disk.img"
	name_of[disk]=${loop_of[disk]#/dev/}
	fio_on disk --rw=randread --number_ios=200
	wait_until is_shown disk
	hotmon_end report INT
	expect "exit status" "$hotmon_status" 0
	"$native_dir/validate.py" "$schema" <"$test_dir/report.out"
	tail -n 1 "$test_dir/report.out" >"$test_dir/report.json"
	[[ $(device disk .read_latency.requests) -ge 200 ]]
	# a rate is never of more than the reads that were done
	jq -e '.devices[] | .read.per_s // 0 | . < 1000000' "$test_dir/report.out" >/dev/null
}

@test "without the kernel's statistics, rates are not known" {
	local stats
	memory_disk disk
	stats=/sys/block/${loop_of[disk]#/dev/}/queue/iostats
	echo 0 >"$stats"
	defer eval "echo 1 >$stats"
	watch_start
	fio_on disk --rw=randread --number_ios=50
	watch_stop
	expect "rates" "$(device disk '[.read.per_s, .write.bytes_per_s, .queue, .util_pct]' -c)" "[null,null,null,null]"
	# each read has a time, or is said to have none
	expect "reads" "$(device disk .read_latency.requests)" 50
	expect "percentile of reads without times" \
		"$(device disk '.read_latency | .untimed < 50 or .queued.p50_ns == null')" true
}

# --- frsp-top ----------------------------------------------------------------------

@test "frsp-top: rates of a filesystem are those of its device and of its log's" {
	local before delta seconds pid
	memory_disk log 64
	memory_disk fs 200
	mkfs.ext4 -q -b 4096 -O journal_dev "${loop_of[log]}"
	mkfs.ext4 -q -b 4096 -J device="${loop_of[log]}" "${loop_of[fs]}"
	fs_mount fs "${loop_of[fs]}"
	sync -f "$test_dir/fs"
	"$frsp_top" --json "$test_dir/fs" 3600 1 >"$test_dir/report.json" 2>"$test_dir/err" 3>&- &
	pid=$!
	defer kill_if_there $pid
	wait_until grep -q ^Tracing "$test_dir/err"
	before=$(both_kernel)
	file_make "$test_dir/fs/data" 20
	fio_on fs --rw=randread --number_ios=500
	delta=$(minus "$(both_kernel)" "$before")
	kill -INT $pid
	wait $pid
	"$native_dir/validate.py" "$BATS_TEST_DIRNAME/../../docs/frsp-top.schema.json" <"$test_dir/report.json"
	seconds=$(report report '.interval_ms / 1000')
	within 3 "bytes read" "$(report report ".filesystems[0].disk.read.bytes_per_s * $seconds")" "$(cut -d' ' -f2 <<<"$delta")"
	within 3 "bytes written" "$(report report ".filesystems[0].disk.write.bytes_per_s * $seconds")" "$(cut -d' ' -f4 <<<"$delta")"
	within 3 "writes" "$(report report ".filesystems[0].disk.write.per_s * $seconds")" "$(cut -d' ' -f3 <<<"$delta")"
}

both_kernel() { # prints the sums of both devices of the test above
	minus "$(kernel fs)" "$(kernel log | sed 's/[0-9]*/-&/g')"
}

kill_if_there() {
	! kill -0 "$1" 2>/dev/null || kill "$1"
}

@test "frsp-top: the overview has READ/s and UTIL of a filesystem" {
	memory_disk fs 200
	fs_format "${loop_of[fs]}" ext4
	fs_mount fs "${loop_of[fs]}"
	"$frsp_top" --batch --bytes "$test_dir/fs" 2 >"$test_dir/top" 2>"$test_dir/err" 3>&- &
	defer kill_if_there $!
	wait_until grep -q ^Tracing "$test_dir/err"
	fio_on fs --rw=randread --rate_iops=200 --time_based --runtime=5
	kill -INT $!
	wait $!
	expect "columns" "$(awk 'NR == 1 { print $4, $5, $6 }' "$test_dir/top")" "READ/s WRITE/s UTIL"
	# of the report in the middle
	within 10 "READ/s" "$(grep "^${loop_of[fs]#/dev/} " "$test_dir/top" | awk 'NR == 2 { print $4 }')" $((200 * 4096))
	# with requests that are shorter than a tick, newer kernels may count no utilisation at all
	grep "^${loop_of[fs]#/dev/} " "$test_dir/top" | awk 'NR == 2 && $6 ~ /^[0-9.]+%$/ && $6 + 0 <= 100 { n++ } END { exit !n }'
}

@test "frsp-top: without the kernel's statistics, rates are not known" {
	local stats
	memory_disk fs 200
	fs_format "${loop_of[fs]}" ext4
	fs_mount fs "${loop_of[fs]}"
	stats=/sys/block/${loop_of[fs]#/dev/}/queue/iostats
	echo 0 >"$stats"
	defer eval "echo 1 >$stats"
	"$frsp_top" --batch --once "$test_dir/fs" 0.1 >"$test_dir/top" 2>"$test_dir/err"
	expect "columns" "$(awk 'NR == 2 { print $4, $5, $6 }' "$test_dir/top")" "unknown unknown unknown"
}

# --- the view --------------------------------------------------------------------

@test "a report has the columns that the manual explains, and the device" {
	local title
	memory_disk disk
	"$hotmon" --batch --devices --once 0.3 >"$test_dir/out" 2>"$test_dir/err"
	grep -q "^${loop_of[disk]#/dev/} " "$test_dir/out"
	for title in $(head -n 1 "$test_dir/out"); do
		[[ $title == DEVICE ]] || sed -n '/^# DEVICES$/,/^# SCREEN$/p' "$BATS_TEST_DIRNAME/../../docs/hotmon.8.scd" |
			grep -E '^[A-Zrwd]' | grep -qE "(^|[, ])$title(,|\$|\. | are )" || fail "$title is not explained"
	done
	grep -q '^SUM .* of physical devices' "$test_dir/out"
	grep -qE '^cost of latencies: [0-9]+ requests, .* 0 lost' "$test_dir/out"
}

# bats test_tags=slow
@test "text and JSON have the same numbers" {
	slow_disk disk 20 20 20
	# the third reports of both are of a time in which fio ran
	hotmon_launch text --batch --bytes --devices 2
	hotmon_launch report --json --devices -r 1 2
	fio_on disk --rw=randread --time_based --runtime=8
	hotmon_end text INT
	hotmon_end report INT
	sed -n 3p "$test_dir/report.out" >"$test_dir/report.json"
	grep "^${loop_of[disk]#/dev/} " "$test_dir/text.out" | sed -n 3p >"$test_dir/line"
	within 5 "r/s" "$(awk '{ print $3 }' "$test_dir/line")" "$(device disk .read.per_s)"
	within 5 "READ/s" "$(awk '{ print $6 }' "$test_dir/line")" "$(device disk .read.bytes_per_s)"
	within 5 "R-P50" "$(awk '{ print $8 }' "$test_dir/line")" "$(device disk .read_latency.queued.p50_ns)"
	within 5 "QUEUE" "$(awk '{ print $12 }' "$test_dir/line")" "$(device disk .queue)"
	within 5 "UTIL" "$(awk '{ print $14 + 0 }' "$test_dir/line")" "$(device disk .util_pct)"
	expect "writes" "$(awk '{ print $4, $7, $10 }' "$test_dir/line")" "0.00 0 -"
}

@test "without --devices, JSON has no devices" {
	expect "keys" "$("$hotmon" --json --once 0.1 2>/dev/null |
		jq -c '[has("devices"), has("filesystem_totals"), has("physical_devices"), has("latency_overhead")]')" '[false,false,false,false]'
}

# bats test_tags=slow
@test "a document with a field less, a field more or a wrong value is not valid" {
	local out status=0
	memory_disk disk
	watch_start
	fio_on disk --rw=randrw --number_ios=100
	watch_stop
	report report -c '.devices |= map(select(.read_latency.requests > 0))[:2] | .filesystem_totals |= .[:2] |
		., (.devices |= map(.read.per_s = null | .write_latency = null)) | .latency_overhead = null' >"$test_dir/documents"
	out=$("$native_dir/validate.py" --mutants "$schema" <"$test_dir/documents") || status=$?
	((status == 0)) || fail "$(head -n 20 <<<"$out")"
	((out > 500)) || fail "only $out mutants"
}

# start_view COLUMNS LINES: starts hotmon with the devices, among them the disk "disk"
start_view() {
	memory_disk disk
	tui_open "$1" "$2" <<<"'$hotmon' --devices -d 0.2 2>'$test_dir/err'"
	wait_until shows '^hotmon  .*  devices, every '
	wait_until shows "^${loop_of[disk]#/dev/} "
}

@test "d shows the devices and goes back, and the help has the key" {
	memory_disk disk
	tui_open 140 40 <<<"'$hotmon' -d 0.2 2>'$test_dir/err'"
	wait_until shows '^hotmon  '
	press d "^${loop_of[disk]#/dev/} "
	shows '^DEVICE +OVER +r/s'
	shows '^SUM '
	press d 'files by temp'
	not shows '^DEVICE'
	press d '^DEVICE'
	press h '^  d  +devices'
	press h '^SUM'
	press d 'files by temp'
	tui send-keys q
	wait_until is_over
}

@test "140x40: all columns; 80x24 and 60x15: some leave, the device and its rates stay" {
	start_view 140 40
	expect "heads" "$(heads)" "DEVICE OVER r/s w/s d/s READ/s WRITE/s R-P50 R-P99 W-P50 W-P99 QUEUE NOW UTIL ON-IT"
	tui resize-window -x 80 -y 24
	wait_until shows '^DEVICE .* r/s .* R-P99 +W-P99 +UTIL +ON-IT$' || fail "$(screen)"
	tui resize-window -x 60 -y 15
	wait_until shows '^DEVICE +READ/s +WRITE/s +R-P99 +W-P99 +UTIL ON-IT$' || fail "$(screen)"
}

@test "the lines of the devices scroll to the last one and back" {
	fs_make one ext4 # so that there are enough lines
	fs_make two ext4
	start_view 60 15
	[[ $(status_line) == 'lines 1-9 of '* ]] || fail "$(status_line)"
	press End '^cost of latencies: '
	[[ $(status_line) =~ ^lines\ [0-9]+-([0-9]+)\ of\ ([0-9]+)$ ]] || fail "$(status_line)"
	expect "last line" "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
	shows '^TYPE .* FILESYSTEM$'
	press Home '^lines 1-9 of '
}

@test "keys that sort, filter and choose do nothing to devices, nor do clicks on titles" {
	local key before
	start_view 80 24
	before=$(title | cut -c18-)
	for key in s '>' '<' r / f F3 F4 F6 F8 Escape left right Enter; do
		tui send-keys "$key"
	done
	# a click on the titles, as xterm sends it
	tui send-keys -l $'\e[<0;10;2M\e[<0;10;2m'
	press h '^  d  +devices'
	tui send-keys s / r
	press Escape '^DEVICE '
	expect "title" "$(title | cut -c18-)" "$before"
	[[ $(status_line) == 'lines 1-'* ]] || fail "$(status_line)"
	press d 'files by temp, every'
	not shows 'filter'
}
