#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # jq programs; each test is a subshell; lib.bash
# hotmon counts exactly: for each way to do I/O on one file, it reports the operations and
# bytes that were done, for the file and for each of its 1-MiB ranges. Runs once for each
# filesystem: exact_xfs.bats and exact_btrfs.bats are links to this file, and the name of
# the link chooses the filesystem; exact.bats itself takes FRSP_FS or ext4.

load lib

fs=${BATS_TEST_FILENAME##*/exact}
fs=${fs%.bats}
fs=${fs#_}
fs=${fs:-${FRSP_FS:-ext4}}

# start MEBIBYTES: makes a file that is not cached, and starts hotmon. The file is $file,
# with the id $id, on the filesystem at $mnt.
start() {
	mnt=$test_dir/fs file=$test_dir/fs/data
	fs_make fs "$fs"
	file_make "$file" "$1"
	fs_cool fs
	id=$(file_id "$file")
	track fs
}

# finish_ios: the report has the operations and bytes of $test_dir/ios, a bio for each line.
finish_ios() {
	untrack fs
	expect_ios fs "$id" "$test_dir/ios"
}

# finish_bytes: the report has the bytes of $test_dir/ios and the operations of the trace.
finish_bytes() {
	untrack fs
	expect_bytes fs "$id" "$test_dir/ios"
	expect_traced fs "$id" "$file"
}

@test "$fs: direct random reads" {
	start 32
	fio_run "$file" --direct=1 --rw=randread --number_ios=3000
	finish_ios
	expect_traced fs "$id" "$file"
}

@test "$fs: direct random writes" {
	start 32
	fio_run "$file" --direct=1 --rw=randwrite --number_ios=1000
	finish_ios
}

@test "$fs: libaio, 16 at a time, reads and writes" {
	start 32
	fio_run "$file" --direct=1 --rw=randrw --ioengine=libaio --iodepth=16 --number_ios=2000
	finish_ios
}

@test "$fs: io_uring, 16 at a time, reads and writes" {
	local why
	why=$(fio --name=probe --ioengine=io_uring --rw=write --size=4k --filename="$test_dir/probe" 2>&1 >/dev/null) ||
		skip "the kernel has no io_uring for fio: ${why%%$'\n'*}"
	start 32
	fio_run "$file" --direct=1 --rw=randrw --ioengine=io_uring --iodepth=16 --number_ios=2000
	finish_ios
}

@test "$fs: more at a time than the device takes, from two processes" {
	start 16
	echo 64 >"/sys/block/${loop_of[fs]#/dev/}/queue/nr_requests"
	fio --name=job --filename="$file" --size=16M --rw=randread --bs=4k --direct=1 --ioengine=libaio \
		--iodepth=256 --iodepth_batch=64 --number_ios=20000 --io_size=1G --norandommap --numjobs=2 --group_reporting \
		--output-format=json --output="$test_dir/fio"
	untrack fs
	expect_traced fs "$id" "$file"
	# btrfs reads through the page cache while a buffer is not in memory yet
	[[ $fs == btrfs ]] || expect "file" "$(file_counts fs "$id")" "40000 0 163840000 0"
}

@test "$fs: direct I/O with a mapping of another file as its buffer" {
	mnt=$test_dir/fs file=$test_dir/fs/data
	fs_make fs "$fs"
	file_make "$file" 8
	file_make "$mnt/buffer" 1
	fs_cool fs
	id=$(file_id "$file")
	track fs
	fio_run "$file" --direct=1 --rw=randrw --mem=mmapshared:"$mnt/buffer" --number_ios=500
	finish_ios
}

@test "$fs: direct writes of less than a block" {
	local at
	mnt=$test_dir/fs file=$test_dir/fs/data
	fs_make fs "$fs"
	xfs_io -f -c 'falloc 0 4m' -c fsync "$file"
	fs_cool fs
	id=$(file_id "$file")
	track fs
	for at in $((1 << 20)) $(((2 << 20) + 1024)) $(((3 << 20) - 512)); do
		xfs_io -d -c "pwrite -q $at 512" "$file"
	done
	untrack fs
	# a write to an unwritten block writes all of it, with zeroes around the data
	io_list >"$test_dir/ios" write $((1 << 20)) 4096 write $((2 << 20)) 4096 write $(((3 << 20) - 4096)) 4096
	expect_bytes fs "$id" "$test_dir/ios"
}

@test "$fs: writes here and there in a sparse file" {
	local n
	mnt=$test_dir/fs file=$test_dir/fs/data
	fs_make fs "$fs"
	track fs
	truncate -s 64M "$file"
	for ((n = 0; n < 60; n++)); do
		echo "pwrite -q $(((n * 7 % 61) * 1040000 / 4096 * 4096)) 8k"
		echo write $(((n * 7 % 61) * 1040000 / 4096 * 4096)) 8192 >>"$test_dir/ios"
	done | xfs_io "$file"
	sync "$file"
	id=$(file_id "$file")
	untrack fs
	expect_bytes fs "$id" "$test_dir/ios"
}

@test "$fs: one direct read across the border of two ranges" {
	start 4
	xfs_io -rd -c "pread -q -b 64k $((2048 * 1024 - 20480)) 64k" "$file"
	io_list >"$test_dir/ios" read $((2048 * 1024 - 20480)) 65536
	finish_ios
	expect "its ranges" "$(range_counts fs "$id")" "1048576 1 0 20480 0
2097152 1 0 45056 0"
}

@test "$fs: big direct reads across several ranges" {
	local offset
	start 32
	for offset in 12288 7327744 15204352; do
		xfs_io -rd -c "pread -q -b 5300k $offset 5300k" "$file"
		io_list read $offset $((5300 * 1024)) >>"$test_dir/ios"
	done
	finish_bytes
}

@test "$fs: big direct writes across several ranges" {
	local offset
	start 32
	for offset in 12288 7327744 15204352; do
		xfs_io -d -c "pwrite -q -b 5300k $offset 5300k" "$file"
		io_list write $offset $((5300 * 1024)) >>"$test_dir/ios"
	done
	finish_bytes
}

@test "$fs: buffered random reads, each block once, without readahead" {
	start 16
	fio_run "$file" --rw=randread --fadvise_hint=random
	finish_ios
	expect_traced fs "$id" "$file"
}

@test "$fs: buffered sequential read" {
	start 48
	cat "$file" >/dev/null
	io_list >"$test_dir/ios" read 0 $((48 << 20))
	finish_bytes
}

@test "$fs: a read that the page cache answers is none" {
	mnt=$test_dir/fs
	fs_make fs "$fs"
	file_make "$mnt/cached" 8
	file_make "$mnt/cold" 8
	fs_cool fs
	keep_in_memory "$mnt/cached"
	track fs
	keep_in_memory "$mnt/cold"
	cat "$mnt/cached" "$mnt/cold" >/dev/null
	untrack fs
	expect "the cached file" "$(file_counts fs "$(file_id "$mnt/cached")")" "0 0 0 0"
	expect "bytes of the file read twice" \
		"$(file_counts fs "$(file_id "$mnt/cold")" | cut -d' ' -f2-)" "0 $((8 << 20)) 0"
	expect "files" "$(report fs ".files | length")" 1
}

@test "$fs: reads through a mapping" {
	start 16
	fio_run "$file" --ioengine=mmap --rw=randread --fadvise_hint=random
	finish_bytes # since 7.3 some faults read several pages at once
}

@test "$fs: writes through a mapping" {
	start 8
	xfs_io -c 'mmap 0 8m' -c "mwrite 20480 3m" -c "msync -s" "$file"
	io_list >"$test_dir/ios" write 20480 $((3 << 20))
	untrack fs
	# the page faults also read
	expect "bytes written" "$(file_counts fs "$id" | cut -d' ' -f4)" $((3 << 20))
	diff <(io_ranges <"$test_dir/ios" | cut -d' ' -f1,5) \
		<(range_counts fs "$id" | awk '$5 { print $1, $5 }') >&2
}

@test "$fs: buffered writes and fsync, of a new file" {
	mnt=$test_dir/fs file=$test_dir/fs/data
	fs_make fs "$fs"
	track fs
	xfs_io -f -c 'pwrite -q -b 192k 0 24m' -c fsync "$file"
	id=$(file_id "$file")
	io_list >"$test_dir/ios" write 0 $((24 << 20))
	finish_bytes
}

@test "$fs: buffered random writes and fsync" {
	start 16
	fio_run "$file" --rw=randwrite --number_ios=1500 --end_fsync=1
	untrack fs
	expect_bytes fs "$id" "$test_dir/ios"
}

@test "$fs: appends, each with its fsync" {
	local at
	start 1
	# An append writes all blocks that it touches, as whole blocks.
	for ((at = 1 << 20; at < 1160000; at += 3000)); do
		xfs_io -a -c "pwrite -q $at 3000" -c fsync "$file"
		io_list write $((at & ~4095)) $((((at + 3000 + 4095) & ~4095) - (at & ~4095)))
	done >"$test_dir/ios"
	untrack fs
	expect_bytes fs "$id" "$test_dir/ios"
}

@test "$fs: O_SYNC writes" {
	start 16
	fio_run "$file" --rw=randwrite --sync=1 --number_ios=500
	finish_ios
}

@test "$fs: O_DSYNC direct writes" {
	start 16
	fio_run "$file" --rw=randwrite --direct=1 --sync=dsync --number_ios=500
	finish_ios
}

@test "$fs: truncate does not take back what was counted" {
	start 8
	xfs_io -d -c 'pread -q -b 64k 5m 1m' "$file"
	truncate -s 2M "$file"
	xfs_io -d -c 'pread -q -b 64k 1m 512k' "$file"
	xfs_io -c 'pwrite -q 5m 128k' -c fsync "$file"
	io_list >"$test_dir/ios" read $((5 << 20)) $((1 << 20)) read $((1 << 20)) $((512 << 10)) \
		write $((5 << 20)) $((128 << 10))
	untrack fs
	expect_bytes fs "$id" "$test_dir/ios"
}

@test "$fs: unlink does not take back what was counted" {
	start 8
	fio_run "$file" --direct=1 --rw=randread --number_ios=300
	rm "$file"
	finish_ios
}

@test "$fs: metadata goes to no file" {
	local writes bytes
	mnt=$test_dir/fs
	fs_make fs "$fs"
	# so that an internal inode of the filesystem may get the memory of a file's inode
	touch "$mnt"/file{1..100}
	fs_cool fs
	track fs
	mkdir -p "$mnt"/{1..20}/{1..20}
	untrack fs
	read -r _ writes _ bytes <<<"$(class_counts fs metadata)"
	((writes > 0 && bytes >= 65536)) || fail "metadata: $writes writes, $bytes bytes"
	expect "unattributed" "$(class_counts fs unattributed)" "0 0 0 0"
	expect "files" "$(report fs .files -c)" "[]"
}

@test "$fs: two filesystems with the same inode numbers stay apart" {
	local name
	for name in one two; do
		fs_make $name "$fs"
		file_make "$test_dir/$name/data" 4
		fs_cool $name
	done
	expect "inode numbers" "$(stat -c %i "$test_dir/one/data")" "$(stat -c %i "$test_dir/two/data")"
	hotmon_start both
	xfs_io -rd -c 'pread -q -b 4k 0 40k' "$test_dir/one/data"
	xfs_io -rd -c 'pread -q -b 4k 2m 12k' "$test_dir/two/data"
	hotmon_stop both
	expect one "$(file_counts both "$(file_id "$test_dir/one/data")")" "10 0 40960 0"
	expect two "$(file_counts both "$(file_id "$test_dir/two/data")")" "3 0 12288 0"
	expect "ranges of two" "$(range_counts both "$(file_id "$test_dir/two/data")")" "2097152 3 0 12288 0"
}

@test "$fs: paths and the name of the filesystem" {
	start 4
	xfs_io -rd -c 'pread -q -b 4k 0 40k' "$file"
	untrack fs
	expect path "$(report fs ".files[] | $(select_id "$id") | .path")" "$file"
	expect fs_type "$(report fs ".files[] | $(select_id "$id") | .fs_type")" "$fs"
	expect "path of the range" "$(report fs ".ranges[] | $(select_id "$id") | .path")" "$file"
}

@test "$fs: --fs, by mount point and by device, leaves other filesystems out" {
	local name
	for name in one two; do
		fs_make $name "$fs"
		file_make "$test_dir/$name/data" 4
		fs_cool $name
	done
	fs_freeze one # otherwise the first read updates the access time
	hotmon_start mount --fs "$test_dir/one"
	hotmon_start device --fs "${loop_of[one]}"
	xfs_io -rd -c 'pread -q -b 4k 0 40k' "$test_dir/one/data"
	xfs_io -rd -c 'pread -q -b 4k 0 12k' "$test_dir/two/data"
	mkdir "$test_dir/two/dir"
	sync -f "$test_dir/two"
	for name in mount device; do
		hotmon_stop $name
		expect "$name" "$(file_counts $name "$(file_id "$test_dir/one/data")")" "10 0 40960 0"
		expect "files by $name" "$(report $name '.files | length')" 1
		expect "metadata writes by $name" "$(report $name .metadata.write_bytes)" 0
	done
}

@test "$fs: -D leaves files of other directories out" {
	local name
	mnt=$test_dir/fs
	fs_make fs "$fs"
	mkdir -p "$mnt/in/deep" "$mnt/in2"
	for name in in/deep/data in/data in2/data data; do
		file_make "$mnt/$name" 1
	done
	fs_cool fs
	hotmon_start fs -D "$mnt/in"
	for name in in/deep/data in/data in2/data data; do
		xfs_io -rd -c 'pread -q -b 4k 0 40k' "$mnt/$name"
	done
	hotmon_stop fs
	expect files "$(report fs '[.files[].path] | sort | join(" ")')" "$mnt/in/data $mnt/in/deep/data"
	expect counts "$(report fs '[.files[].reads] | join(" ")')" "10 10"
	expect ranges "$(report fs '[.ranges[].path] | sort | join(" ")')" "$mnt/in/data $mnt/in/deep/data"
}

# waiting_reader FILE: starts a process, $reader, which waits for let_reader_go and then
# reads 40 KiB of FILE in a thread.
waiting_reader() {
	mkfifo "$test_dir/go"
	(
		read -r _ <"$test_dir/go"
		exec fio --name=job --thread --filename="$1" --direct=1 --rw=read --bs=4k --size=40k --fadvise_hint=random
	) >/dev/null 3>&- &
	reader=$!
}

let_reader_go() {
	echo go >"$test_dir/go"
	wait "$reader"
}

@test "$fs: -p leaves other processes and writeback out" {
	mnt=$test_dir/fs file=$test_dir/fs/data
	fs_make fs "$fs"
	file_make "$file" 4
	waiting_reader "$file"
	hotmon_start fs --fs "$mnt" -p "$reader"
	let_reader_go
	xfs_io -rd -c 'pread -q -b 4k 0 64k' "$file"
	xfs_io -f -c 'pwrite -q 0 1m' "$mnt/written"
	sync -f "$mnt"
	hotmon_stop fs
	expect counts "$(file_counts fs "$(file_id "$file")")" "10 0 40960 0"
	expect files "$(report fs '.files | length')" 1
	expect "writes" "$(all_counts fs | cut -d' ' -f2)" 0
}
