#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # for eval; each test is a subshell; lib.bash
# Tests of hotmon --latency: how long the reads and writes of each file take. The times are
# compared with those of fio, on a disk that is as slow as we tell it. The number of
# operations is compared with what hotmon counts when they are queued.

load lib
load disks
load tui

schema=$BATS_TEST_DIRNAME/../../docs/hotmon.schema.json

# memory_fs NAME TYPE [MEBIBYTES]: makes a filesystem on a disk in memory and mounts it
memory_fs() {
	need_fs "$2"
	memory_disk "$1" "${3:-300}"
	fs_format "${loop_of[$1]}" "$2"
	fs_mount "$1" "${loop_of[$1]}"
}

watch_start() {
	hotmon_launch report --json -r 0 --latency 3600
}

watch_stop() {
	hotmon_stop report
	"$native_dir/validate.py" "$schema" <"$test_dir/report.json"
	expect "lost" "$(report report .file_latency_overhead.lost)" 0
}

# fio_on FILE [FIO_OPTION...]: does direct I/O on the file; its report is in fio.json
fio_on() {
	fio --name=job --filename="$1" --size="$(stat -c %s "$1")" --direct=1 --ioengine=psync --bs=4k \
		--overwrite=1 --randrepeat=0 --percentile_list=50:99 --output-format=json \
		--output="$test_dir/fio.json" "${@:2}"
}

fio_says() { # fio_says FILTER
	jq -r ".jobs[0] | $1" "$test_dir/fio.json"
}

# of FILE FILTER [JQ_OPTION...]: prints what FILTER selects of the file in the report
of() {
	report report ".files[] | $(select_id "$(file_id "$1")") | $2" "${@:3}"
}

# expect_all_timed FILE: each operation that was counted is completed, and has a time
expect_all_timed() {
	expect "operations of $1 that were completed, without a time, and queued" \
		"$(of "$1" '[.read_latency.operations, .write_latency.operations,
			.read_latency.untimed + .write_latency.untimed]' -c)" \
		"$(of "$1" '[.reads, .writes, 0]' -c)"
}

# --- times ---------------------------------------------------------------------

# bats test_tags=slow
@test "percentiles are those of fio, of a slow file and of a fast one" {
	local op percent
	slow_disk slow_disk 4 8 24
	fs_format "${loop_of[slow_disk]}" ext4
	fs_mount slow_fs "${loop_of[slow_disk]}"
	memory_fs fast ext4 100
	file_make "$test_dir/slow_fs/data" 16
	file_make "$test_dir/fast/data" 16
	sync
	watch_start
	fio_on "$test_dir/fast/data" --rw=randrw --number_ios=2000
	fio_on "$test_dir/slow_fs/data" --rw=randrw --number_ios=500
	watch_stop
	for op in read write; do
		for percent in 50 99; do
			within 10 "p$percent of ${op}s" "$(of "$test_dir/slow_fs/data" ".${op}_latency.p${percent}_ns")" \
				"$(fio_says ".$op.clat_ns.percentile[\"$percent.000000\"]")"
		done
		(($(of "$test_dir/fast/data" ".${op}_latency.p50_ns") < 2000000)) || fail "the fast file is slow"
	done
	# the disk is as slow as it was told
	within 15 "p50 of reads" "$(of "$test_dir/slow_fs/data" .read_latency.p50_ns)" 4000000
	within 15 "p99 of reads" "$(of "$test_dir/slow_fs/data" .read_latency.p99_ns)" 24000000
	within 15 "p50 of writes" "$(of "$test_dir/slow_fs/data" .write_latency.p50_ns)" 8000000
	expect_all_timed "$test_dir/slow_fs/data"
	expect_all_timed "$test_dir/fast/data"
}

# bats test_tags=slow
@test "percentiles are of the last interval, and -s rp99 ranks by them" {
	slow_disk slow_disk 20 20 20
	fs_format "${loop_of[slow_disk]}" ext4
	fs_mount slow_fs "${loop_of[slow_disk]}"
	memory_fs fast ext4 100
	file_make "$test_dir/slow_fs/data" 1
	file_make "$test_dir/fast/data" 16
	sync
	hotmon_launch report --json -r 0 -s rp99 1
	fio_on "$test_dir/fast/data" --rw=randread --time_based --runtime=3 --rate_iops=200 &
	fio --name=slow --filename="$test_dir/slow_fs/data" --size=1M --direct=1 --ioengine=psync --bs=4k --rw=randread \
		--time_based --runtime=3 --output=/dev/null
	wait $!
	wait_until is_idle
	hotmon_end report INT
	# in the second report both were read for the whole interval
	expect "the first two" "$(sed -n 2p "$test_dir/report.out" | jq -r '.files[].path // "" | select(endswith("/data")) | sub(".*/(?<d>[^/]*/data)$"; "\(.d)")' | head -n 2 | paste -sd' ')" \
		"slow_fs/data fast/data"
	expect "when there are no more" "$(jq -c '.files[] | select(.path // "" | endswith("slow_fs/data")).read_latency | [.p50_ns, .p99_ns, .operations > 100]' "$test_dir/idle")" \
		"[null,null,true]"
}

is_idle() { # no file was read in the last interval; the report is in idle
	tail -n 1 "$test_dir/report.out" >"$test_dir/idle"
	jq -e '[.files[] | select(.path // "" | endswith("/data")).reads_per_s] | length == 2 and add == 0' "$test_dir/idle" >/dev/null
}

# --- what counts ---------------------------------------------------------------

# all_kinds DIR: direct and buffered reads and writes, large and small, of files in DIR. The
# last reads come 32 at a time and side by side, so the kernel merges them.
all_kinds() {
	fio_on "$1/data" --rw=randrw --number_ios=1000
	dd if="$1/data" of=/dev/null bs=2M iflag=direct status=none
	dd if=/dev/zero of="$1/direct" bs=1M count=8 oflag=direct status=none
	dd if=/dev/urandom of="$1/buffered" bs=1M count=24 conv=fsync status=none
	cat "$1/data" >/dev/null
	fio_on "$1/buffered" --rw=read --ioengine=libaio --iodepth=32 --iodepth_batch=32
	sync -f "$1"
}

@test "ext4: each operation that is counted is completed once" {
	memory_fs fs ext4
	file_make "$test_dir/fs/data" 32
	fs_cool fs
	watch_start
	all_kinds "$test_dir/fs"
	watch_stop
	# In two of four runs one of the thousand direct operations was missing, on ext4 only.
	# Why is not known yet.
	expect "operations that are not completed, at most one, and those without a time" \
		"$(of "$test_dir/fs/data" '[(.reads + .writes - .read_latency.operations - .write_latency.operations | . == 0 or . == 1),
			.read_latency.untimed + .write_latency.untimed == 0]' -c)" "[true,true]"
	expect_all_timed "$test_dir/fs/direct"
	expect_all_timed "$test_dir/fs/buffered"
	(($(of "$test_dir/fs/data" .read_latency.operations) > 500))
	(($(of "$test_dir/fs/buffered" .write_latency.operations) > 0))
}

@test "XFS: each operation that is counted is completed once" {
	memory_fs fs xfs 350
	file_make "$test_dir/fs/data" 32
	fs_cool fs
	watch_start
	all_kinds "$test_dir/fs"
	watch_stop
	expect_all_timed "$test_dir/fs/data"
	expect_all_timed "$test_dir/fs/direct"
	expect_all_timed "$test_dir/fs/buffered"
}

@test "btrfs: each operation that is counted is completed once" {
	memory_fs fs btrfs
	file_make "$test_dir/fs/data" 32
	fs_cool fs
	watch_start
	all_kinds "$test_dir/fs"
	watch_stop
	expect_all_timed "$test_dir/fs/data"
	expect_all_timed "$test_dir/fs/direct"
	expect_all_timed "$test_dir/fs/buffered"
}

@test "an operation that is split for the device counts once, also a cached one" {
	local limit
	memory_fs fs ext4
	limit=/sys/block/${loop_of[fs]#/dev/}/queue/max_sectors_kb
	echo 64 >"$limit"
	file_make "$test_dir/fs/data" 16
	fs_cool fs
	watch_start
	dd if="$test_dir/fs/data" of=/dev/null bs=1M iflag=direct status=none
	cat "$test_dir/fs/data" >/dev/null
	dd if=/dev/urandom of="$test_dir/fs/buffered" bs=1M count=8 conv=fsync status=none
	watch_stop
	expect_all_timed "$test_dir/fs/data"
	expect_all_timed "$test_dir/fs/buffered"
	# a bio of 1 MiB is sixteen requests
	(($(of "$test_dir/fs/data" '.read_bytes / .reads | floor') > 65536)) || fail "nothing was split"
}

@test "ext4, encrypted: each operation that is counted is completed once" {
	secret_make
	secret_write
}

@test "ext4, encrypted by the block layer: each operation is completed once" {
	grep -qE ' (fscrypt_set_bio_crypt_ctx|blk_crypto_fallback_encrypt_endio)($|\s)' /proc/kallsyms ||
		skip "the kernel has no encryption in the block layer"
	secret_make inlinecrypt
	secret_write
}

secret_write() { # writes and reads an encrypted file
	local file=$test_dir/fs/secret/data
	watch_start
	dd if=/dev/urandom of="$file" bs=1M count=8 conv=fsync status=none
	xfs_io -c 'fadvise -d 0 0' "$file"
	cat "$file" >/dev/null
	watch_stop
	expect_all_timed "$file"
	(($(of "$file" '[.read_latency.operations, .write_latency.operations] | min') > 0))
}

@test "a device that makes no requests has no times" {
	local zram
	zram=$(zramctl --find --size 100M 2>/dev/null) || skip "the kernel has no zram"
	defer zramctl --reset "$zram"
	fs_format "$zram" ext4
	fs_mount fs "$zram"
	file_make "$test_dir/fs/data" 4
	watch_start
	fio_on "$test_dir/fs/data" --rw=randread --number_ios=100
	watch_stop
	expect "reads, completed ones and percentile" \
		"$(of "$test_dir/fs/data" '[.reads, .read_latency.operations, .read_latency.p99_ns]' -c)" "[100,0,null]"
}

@test "without the kernel's statistics, operations have no time" {
	local stats
	memory_fs fs ext4 100
	file_make "$test_dir/fs/data" 4
	stats=/sys/block/${loop_of[fs]#/dev/}/queue/iostats
	echo 0 >"$stats"
	defer eval "echo 1 >$stats"
	watch_start
	fio_on "$test_dir/fs/data" --rw=randread --number_ios=100
	watch_stop
	expect "reads, completed, untimed, percentile" \
		"$(of "$test_dir/fs/data" '[.reads, .read_latency.operations, .read_latency.untimed, .read_latency.p99_ns]' -c)" \
		"[100,100,100,null]"
}

# --- memory ----------------------------------------------------------------------

# bats test_tags=slow
@test "files that are idle make room for others" {
	local batch
	memory_fs fs ext4 300
	for batch in 1 2 3; do
		mkdir "$test_dir/fs/$batch"
		python3 - "$test_dir/fs/$batch" 3500 <<-'EOT'
			import os, sys
			for i in range(int(sys.argv[2])):
			    with open(f"{sys.argv[1]}/{i}", "wb") as file:
			        file.write(os.urandom(4096))
		EOT
	done
	fs_cool fs
	watch_start
	for batch in 1 2 3; do
		cat "$test_dir/fs/$batch"/* >/dev/null
		sleep 2.5 # it makes room once a second
	done
	watch_stop
	(($(report report .file_latency_overhead.forgotten) >= 2000)) ||
		fail "forgotten: $(report report .file_latency_overhead.forgotten)"
	expect "reads of the last file" "$(of "$test_dir/fs/3/999" '[.reads, .read_latency.operations]' -c)" "[1,1]"
	expect "an old file" "$(of "$test_dir/fs/1/0" '[.reads, .read_latency.operations]' -c)" "[1,0]"
}

# --- on and off --------------------------------------------------------------------

# tui_start [OPTION...]: starts hotmon in a terminal
tui_start() {
	tui_open 120 30 <<-EOT
		$(printf '%q ' "$hotmon" "$@")
	EOT
	wait_until shows '^hotmon  [0-9:]{8}  '
}

@test "without --latency the program is not there, and nothing shows times" {
	fs_make fs ext4
	file_make "$test_dir/fs/data" 1
	fs_cool fs
	hotmon_launch report --json -r 0 3600
	cat "$test_dir/fs/data" >/dev/null
	expect "programs" "$(programs_there)" 0
	hotmon_stop report
	expect "fields" "$(report report '[.files[] | has("read_latency")] + [has("file_latency_overhead")] | any')" false
	watch_start
	expect "programs with --latency" "$(programs_there)" 1
	watch_stop
}

programs_there() { # prints how many programs for the latencies of files the kernel has
	bpftool prog list | grep -c ' name frsp_latency_co' || :
}

@test "l turns the times on and off, and at 80 and at 60 columns the 99th percentiles stay" {
	memory_fs fs ext4 100
	mkdir -p "$test_dir/fs/deep/deeper/and_even_deeper/than_that/really"
	file_make "$test_dir/fs/deep/deeper/and_even_deeper/than_that/really/orders.db" 1
	fs_cool fs
	tui_start --fs "$test_dir/fs" 0.5
	tui resize-window -x 200 -y 30
	cat "$test_dir"/fs/deep/deeper/and_even_deeper/than_that/really/orders.db >/dev/null
	wait_until shows '/orders\.db$' || fail "$(screen)"
	expect "programs" "$(programs_there)" 0
	tui send-keys l
	wait_until eval '[[ $(heads) == "TEMP▼ READ/s WRITE/s r/s w/s R-P50 R-P99 W-P50 W-P99 READS WRITES READ WRITTEN RANGES DEV WHO FILE" ]]' || fail "$(heads)"
	expect "programs when it is on" "$(programs_there)" 1
	shows '^own cost .*latency: .*maps' || fail "$(screen)"
	tui resize-window -x 80 -y 24
	wait_until eval '[[ $(heads) == "TEMP▼ READ/s WRITE/s R-P99 W-P99 WHO FILE" ]]' || fail "$(heads)"
	tui resize-window -x 60 -y 20
	wait_until eval '[[ $(heads) == "TEMP▼ READ/s WRITE/s R-P99 W-P99 FILE" ]]' || fail "$(heads)"
	tui send-keys '<'
	wait_until eval '[[ $(heads) == "TEMP READ/s WRITE/s W-P99▼ FILE" || $(heads) == "TEMP READ/s WRITE/s R-P99 W-P99▼ FILE" ]]' || fail "$(heads)"
	tui send-keys l
	wait_until eval '[[ $(heads) == "TEMP▼ READ/s WRITE/s FILE" ]]' || fail "$(heads)"
	wait_until eval '[[ $(programs_there) == 0 ]]'
}
