#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2016,SC2154 # jq programs; lib.bash sets the variables
# Tests that hotmon says who caused the I/O of a file: the process that submits reads and
# direct I/O, and the one that dirtied the pages for writeback.

load lib

# Copies of programs with names of their own, so that no other process has the name.
named() { # named NAME PROGRAM: prints the path of a copy of PROGRAM
	cp "$(command -v "$2")" "$test_dir/$1"
	echo "$test_dir/$1"
}

who_of() { # who_of NAME ID: "COMMAND BYTES" of each actor of a file, most bytes first
	report "$1" ".files[] | $(select_id "$2") | .who[] | \"\(.command) \(.bytes)\"" | paste -sd' '
}

process() { # process NAME COMMAND: the totals of a command, as JSON
	report "$1" "[.processes[] | select(.command == \"$2\")] | first"
}

@test "reads: the process that reads, direct or not, and how much" {
	local reader id
	fs_make fs ext4
	file_make "$test_dir/fs/data" 4
	id=$(file_id "$test_dir/fs/data")
	fs_cool fs
	reader=$(named reader-a dd)
	hotmon_start fs --fs "$test_dir/fs" --group=process
	stat "$test_dir/fs/data" >/dev/null # reads the inode
	"$reader" if="$test_dir/fs/data" of=/dev/null bs=64k count=16 iflag=direct status=none
	cp "$reader" "$test_dir/reader-b"
	"$test_dir/reader-b" if="$test_dir/fs/data" of=/dev/null bs=1M skip=2 status=none
	hotmon_stop fs
	[[ $(who_of fs "$id") =~ ^'reader-b '[0-9]+' reader-a 1048576'$ ]] || fail "$(who_of fs "$id")"
	expect "sum of the file" "$(report fs ".files[] | $(select_id "$id") | [.who[].bytes] | add")" \
		"$(report fs ".files[] | $(select_id "$id") | .read_bytes")"
	expect "totals of reader-a" "$(process fs reader-a | jq -c '[.reads, .read_bytes, .writes]')" "[16,1048576,0]"
}

# writeback_of TYPE: each of three processes writes its MiB of a file and exits; then
# another one has all of it written back, in one bio or some.
writeback_of() {
	local file=$test_dir/fs/data syncer n id
	fs_make fs "$1"
	syncer=$(named syncer xfs_io)
	: >"$file"
	id=$(file_id "$file")
	hotmon_start fs --fs "$test_dir/fs" --group=process
	for n in 0 1 2; do
		"$(named "writer-$n" dd)" if=/dev/zero of="$file" bs=64k count=16 \
			seek=$((n * 16)) conv=notrunc status=none
	done
	"$syncer" -c fsync "$file"
	hotmon_stop fs
	expect "ranges' writers" \
		"$(report fs ".ranges[] | $(select_id "$id") | \"\(.offset) \(.who[0].command) \(.who[0].bytes)\"" | sort -n | paste -sd' ')" \
		"0 writer-0 1048576 1048576 writer-1 1048576 2097152 writer-2 1048576"
	expect "the file's writers" \
		"$(report fs ".files[] | $(select_id "$id") | [.who[] | \"\(.command) \(.bytes)\"] | sort | join(\" \")")" \
		"writer-0 1048576 writer-1 1048576 writer-2 1048576"
	expect "the processes" \
		"$(report fs '[.processes[] | select(.command | startswith("writer-")) | "\(.command) \(.write_bytes)"] | sort | join(" ")')" \
		"writer-0 1048576 writer-1 1048576 writer-2 1048576"
}

@test "ext4: writeback counts for the process that wrote, though it has exited" {
	writeback_of ext4
}

@test "XFS: writeback counts for the process that wrote, though it has exited" {
	writeback_of xfs
}

@test "btrfs: writeback counts for the process that wrote, though it has exited" {
	writeback_of btrfs
}

@test "mmap: the process that writes to the mapping" {
	local id
	fs_make fs ext4
	file_make "$test_dir/fs/data" 1
	id=$(file_id "$test_dir/fs/data")
	hotmon_start fs --fs "$test_dir/fs"
	"$(named mapper xfs_io)" -c 'mmap -rw 0 1m' -c 'mwrite -S 7 0 256k' -c 'munmap' "$test_dir/fs/data"
	sync -f "$test_dir/fs"
	hotmon_stop fs
	# with large folios, more than what was written is written back
	expect writer "$(who_of fs "$id")" "mapper $(report fs ".files[] | $(select_id "$id") | .write_bytes")"
}

@test "io_uring: the process, not its worker threads" {
	local id
	fs_make fs ext4
	file_make "$test_dir/fs/data" 4
	id=$(file_id "$test_dir/fs/data")
	fs_cool fs
	hotmon_start fs --fs "$test_dir/fs" --group=process
	stat "$test_dir/fs/data" >/dev/null # reads the inode
	"$(named uring-fio fio)" --name=x --thread --ioengine=io_uring --force_async=1 --rw=read --bs=4k \
		--iodepth=8 --direct=1 --filename="$test_dir/fs/data" >/dev/null
	hotmon_stop fs
	expect reader "$(who_of fs "$id")" "uring-fio 4194304"
	expect totals "$(process fs uring-fio | jq -c '[.reads, .read_bytes]')" "[1024,4194304]"
}

@test "a process in a container: its command, its id outside, its cgroup" {
	local id pid group
	group=$(findmnt -rnt cgroup2 -o TARGET | head -n 1)
	[[ $group ]] || skip "the kernel has no cgroup2 hierarchy mounted"
	group+=/frsp-who-$$
	mkdir "$group"
	defer wait_until rmdir "$group"
	fs_make fs ext4
	: >"$test_dir/fs/data"
	id=$(file_id "$test_dir/fs/data")
	hotmon_start fs --fs "$test_dir/fs" --group=cgroup
	named contained dd >/dev/null
	bash -c "echo \$\$ >$group/cgroup.procs && exec unshare -pf --mount-proc '$test_dir/contained' \
		if=/dev/zero of='$test_dir/fs/data' bs=64k count=4 oflag=direct status=none"
	hotmon_stop fs
	expect writer "$(who_of fs "$id")" "contained 262144"
	pid=$(report fs ".files[] | $(select_id "$id") | .who[0].pid")
	((pid > 1)) || fail "pid $pid is that of its namespace"
	expect cgroup "$(report fs ".files[] | $(select_id "$id") | .who[0].cgroup")" "/${group##*/}"
	expect "the cgroup's row" \
		"$(report fs ".cgroups[] | select(.cgroup == \"/${group##*/}\") | \"\(.write_bytes) \(.top_file.path)\"")" \
		"262144 $test_dir/fs/data"
}

@test "a process that executes another program counts for both, one by one" {
	local id
	fs_make fs ext4
	file_make "$test_dir/fs/data" 1
	id=$(file_id "$test_dir/fs/data")
	fs_cool fs
	named second dd >/dev/null
	cp "$(command -v bash)" "$test_dir/first"
	hotmon_start fs --fs "$test_dir/fs"
	"$test_dir/first" -c "read -N 10 <'$test_dir/fs/data'; exec '$test_dir/second' if='$test_dir/fs/data' \
		of=/dev/null bs=64k count=4 skip=12 iflag=direct status=none"
	hotmon_stop fs
	[[ $(who_of fs "$id") =~ ^'second 262144 first '[0-9]+$ ]] ||
		[[ $(who_of fs "$id") =~ ^'first '[0-9]+' second 262144'$ ]] || fail "$(who_of fs "$id")"
}

@test "more processes than an entry has room for: the one with most of the I/O is named" {
	local id n
	fs_make fs ext4
	file_make "$test_dir/fs/data" 1
	id=$(file_id "$test_dir/fs/data")
	named many dd >/dev/null
	hotmon_start fs --fs "$test_dir/fs"
	for ((n = 0; n < 12; n++)); do
		cp "$test_dir/many" "$test_dir/many-$n"
		"$test_dir/many-$n" if="$test_dir/fs/data" of=/dev/null bs=4k count=1 iflag=direct status=none
	done
	cp "$test_dir/many" "$test_dir/most"
	"$test_dir/most" if="$test_dir/fs/data" of=/dev/null bs=4k count=200 iflag=direct status=none
	hotmon_stop fs
	[[ $(who_of fs "$id") == 'most '* ]] || fail "$(who_of fs "$id")"
}

# bats test_tags=slow
@test "more processes than the table has room for: all count, and keep their names" {
	local id n
	fs_make fs ext4
	file_make "$test_dir/fs/data" 1
	id=$(file_id "$test_dir/fs/data")
	named crowd dd >/dev/null
	stat "$test_dir/fs/data" >/dev/null
	hotmon_start fs --fs "$test_dir/fs" --group=process --memory=1M
	"$(named the-first dd)" if="$test_dir/fs/data" of=/dev/null bs=64k count=8 iflag=direct status=none
	for ((n = 0; n < 900; n++)); do
		"$test_dir/crowd" if="$test_dir/fs/data" of=/dev/null bs=4k count=1 iflag=direct status=none
		((n % 60)) || sleep 1 # hotmon makes room every second
	done
	hotmon_stop fs
	expect "reads" "$(report fs '[.processes[] | select(.command == "crowd") | .reads] | add')" 900
	expect "processes" "$(report fs '[.processes[] | select(.command == "crowd")] | length')" 900
	expect "nobody" "$(report fs .nobody_bytes)" 0
	expect "the first" "$(process fs the-first | jq .read_bytes)" 524288
	report fs ".files[] | $(select_id "$id") | .who[].command" | grep -qx the-first ||
		fail "$(who_of fs "$id")"
}

# bats test_tags=slow
@test "a process whose pages are not yet written back is not the first to leave" {
	local id n
	fs_make fs ext4
	file_make "$test_dir/fs/data" 1
	: >"$test_dir/fs/late"
	id=$(file_id "$test_dir/fs/late")
	named crowd dd >/dev/null
	hotmon_start fs --fs "$test_dir/fs" --group=process --memory=1M
	for ((n = 0; n < 300; n++)); do
		"$test_dir/crowd" if="$test_dir/fs/data" of=/dev/null bs=4k count=1 iflag=direct status=none
	done
	# notrunc: ext4 writes a file that was truncated when it is closed
	"$(named late-writer dd)" if=/dev/zero of="$test_dir/fs/late" bs=64k count=16 conv=notrunc status=none
	for ((n = 0; n < 300; n++)); do
		"$test_dir/crowd" if="$test_dir/fs/data" of=/dev/null bs=4k count=1 iflag=direct status=none
		((n % 60)) || sleep 1
	done
	sync -f "$test_dir/fs"
	hotmon_stop fs
	expect "writer" "$(who_of fs "$id")" "late-writer 1048576"
	expect "its total" "$(process fs late-writer | jq .write_bytes)" 1048576
}

# bats test_tags=slow
@test "a process that was forgotten and comes back is one process" {
	local n
	fs_make fs ext4
	file_make "$test_dir/fs/data" 1
	file_make "$test_dir/fs/later" 1
	fs_cool fs
	named crowd dd >/dev/null
	cp "$(command -v bash)" "$test_dir/keeper"
	mkfifo "$test_dir/go"
	hotmon_start fs --fs "$test_dir/fs" --group=process --memory=1M
	"$test_dir/keeper" -c "read -N 10 x <'$test_dir/fs/data'; read -r x <'$test_dir/go'; read -N 10 x <'$test_dir/fs/later'; :" &
	for ((n = 0; n < 900; n++)); do
		"$test_dir/crowd" if="$test_dir/fs/data" of=/dev/null bs=4k count=1 iflag=direct status=none
		((n % 90)) || sleep 1
	done
	echo >"$test_dir/go"
	wait $!
	hotmon_stop fs
	expect "rows" "$(report fs '[.processes[] | select(.command == "keeper")] | length')" 1
	((2 <= $(process fs keeper | jq .reads))) || fail "$(process fs keeper)"
}

@test "a loop device's I/O is that of its work queue" {
	local id
	fs_make fs ext4
	truncate -s 8M "$test_dir/fs/image"
	id=$(file_id "$test_dir/fs/image")
	"$(named imager dd)" if=/dev/zero of="$test_dir/fs/image" bs=1M count=8 conv=notrunc,fsync status=none
	loop_attach inner "$test_dir/fs/image"
	hotmon_start fs --fs "$test_dir/fs"
	dd if=/dev/zero of="${loop_of[inner]}" bs=64k count=8 oflag=direct conv=fsync status=none
	sync -f "$test_dir/fs"
	hotmon_stop fs
	[[ $(who_of fs "$id") == "${loop_of[inner]##*/} "* ]] || fail "$(who_of fs "$id")"
}

@test "text: the process beside the file, and the table of processes" {
	fs_make fs ext4
	file_make "$test_dir/fs/data" 1
	named textual dd >/dev/null
	hotmon_launch files -b --fs "$test_dir/fs" 3600
	hotmon_launch processes -b --fs "$test_dir/fs" --group=process 3600
	"$test_dir/textual" if="$test_dir/fs/data" of=/dev/null bs=64k iflag=direct status=none
	hotmon_end files INT
	hotmon_end processes INT
	grep -qE 'textual\([0-9]+\) +'"$test_dir/fs/data" "$test_dir/files.out" || fail "$(cat "$test_dir/files.out")"
	grep -qE 'textual\([0-9]+\) .*'"$test_dir/fs/data" "$test_dir/processes.out" ||
		fail "$(cat "$test_dir/processes.out")"
}
