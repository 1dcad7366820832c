#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # jq programs; each test is a subshell; lib.bash
# Tests of hotmon's BPF objects: their names and cost while it runs, and that none is left
# after it. And tests of filesystems and other hotmons that come and go.

load lib

# bpf_ids NAME KIND: prints the ids of the BPF programs (prog), maps (map) or links (link)
# that the process holds. It reads /proc instead of the objects' names, so another hotmon
# does not matter.
bpf_ids() {
	sed -n "s/^$2_id:[[:space:]]*//p" /proc/"${hotmon_pid[$1]}"/fdinfo/* 2>/dev/null | sort -nu
}

bpf_field() { # bpf_field KIND ID FIELD
	bpftool -j -f "$1" show id "$2" | jq -r ".$3"
}

# gone LINES: the kernel has none of the objects; a line is "KIND ID"
gone() {
	local kind id
	while read -r kind id; do
		! bpftool "$kind" show id "$id" >/dev/null 2>&1 || return 1
	done <<<"$1"
}

# remember NAME: sets ids to all objects that the process holds, as lines "KIND ID".
remember() {
	local kind
	ids=$(for kind in prog map link; do
		bpf_ids "$1" $kind | sed "s/^/$kind /"
	done)
	[[ $(cut -d' ' -f1 <<<"$ids" | sort -u | wc -l) -eq 3 ]] ||
		fail "hotmon holds no program, no map or no link: $ids"
}

@test "programs are called hotmon_..., maps hotmon_... or hotmon.SECTION" {
	local id
	hotmon_start one
	for id in $(bpf_ids one prog); do
		[[ $(bpf_field prog "$id" name) == hotmon_* ]] || fail "program: $(bpf_field prog "$id" name)"
		bpftool prog list | grep -qE "^$id: .* name hotmon_" || fail "not in the list: $id"
	done
	for id in $(bpf_ids one map); do
		[[ $(bpf_field map "$id" name) =~ ^(hotmon_|hotmon\.|hot_) ]] || fail "map: $(bpf_field map "$id" name)"
		bpftool map list | grep -qE "^$id: .* name hot" || fail "not in the list: $id"
	done
	hotmon_stop one
}

@test "its report says what its maps cost" {
	local id sum=0
	hotmon_start one --memory 2M
	for id in $(bpf_ids one map); do
		sum=$((sum + $(bpf_field map "$id" bytes_memlock)))
	done
	hotmon_stop one
	expect map_bytes "$(report one .overhead.map_bytes)" "$sum"
	((sum < 3 << 20)) || fail "maps of $sum bytes with --memory 2M"
}

@test "nothing is pinned" {
	local kind id
	hotmon_start one
	remember one
	while read -r kind id; do
		expect "pins of $kind $id" "$(bpf_field "$kind" "$id" 'pinned // []' | tr -d '\n')" "[]"
	done <<<"$ids"
	hotmon_stop one
}

reports_path() {
	tail -n 1 "$test_dir/fs.out" | jq -e --arg path "$1" 'any(.files[]; .path == $path)' >/dev/null
}

# no report comes within the time of four reports
stands_still() {
	local lines
	lines=$(wc -l <"$test_dir/fs.out")
	sleep 0.2
	(($(wc -l <"$test_dir/fs.out") == lines))
}

@test "nothing stays after SIGINT" {
	hotmon_start one
	remember one
	hotmon_end one INT
	expect "exit status" "$hotmon_status" 0
	wait_until gone "$ids"
}

@test "nothing stays after SIGTERM" {
	hotmon_start one
	remember one
	hotmon_end one TERM
	expect "exit status" "$hotmon_status" 0
	wait_until gone "$ids"
}

@test "nothing stays after SIGKILL" {
	hotmon_start one
	remember one
	hotmon_end one KILL
	expect "exit status" "$hotmon_status" 137
	wait_until gone "$ids"
}

write_block() { # write_block FILE: writes the first block, with one bio
	dd if=/dev/zero of="$1" bs=4k count=1 oflag=direct conv=notrunc status=none
}

# The test stops hotmon's helper process, so a report waits up to a second for the path of
# a new file.
@test "what was done before SIGINT is in the last report, also if it came amid another" {
	local file=$test_dir/fs/data id
	fs_make fs ext4
	file_make "$file" 1
	file_make "$test_dir/fs/other" 1
	id=$(file_id "$file")
	hotmon_launch fs --json --ranges -r 0 --fs "$test_dir/fs" 0.05
	write_block "$file"
	wait_until reports_path "$file"
	pkill -STOP -P "${hotmon_pid[fs]}"
	write_block "$test_dir/fs/other"
	until stands_still; do :; done
	write_block "$file"
	hotmon_stop fs
	io_list write 0 4096 write 0 4096 >"$test_dir/ios"
	expect_ios fs "$id" "$test_dir/ios"
}

@test "a filesystem that it watches can be unmounted" {
	fs_make fs ext4
	file_make "$test_dir/fs/data" 1
	fs_cool fs
	hotmon_start fs --fs "$test_dir/fs"
	cat "$test_dir/fs/data" >/dev/null
	umount "$test_dir/fs"
	hotmon_stop fs
	expect "bytes read" "$(report fs '.files[0].read_bytes')" $((1 << 20))
}

@test "a filesystem that is mounted later is watched, too" {
	hotmon_start all
	fs_make fs ext4
	file_make "$test_dir/fs/data" 1
	hotmon_stop all
	expect path "$(report all ".files[] | $(select_id "$(file_id "$test_dir/fs/data")") | .path")" "$test_dir/fs/data"
	expect bytes "$(file_counts all "$(file_id "$test_dir/fs/data")" | cut -d' ' -f3-)" "0 $((1 << 20))"
}

@test "two at once count the same I/O, each all of it" {
	local file=$test_dir/fs/data id
	fs_make fs ext4
	file_make "$file" 16
	fs_cool fs
	id=$(file_id "$file")
	hotmon_start one --fs "$test_dir/fs"
	hotmon_start two --fs "$test_dir/fs" --score compat
	fio_run "$file" --direct=1 --rw=randread --ioengine=libaio --iodepth=16 --number_ios=1000
	hotmon_stop two
	expect_ios two "$id" "$test_dir/ios"
	hotmon_stop one
	expect_ios one "$id" "$test_dir/ios"
}

@test "a second one that ends does not stop the first" {
	local file=$test_dir/fs/data id
	fs_make fs ext4
	file_make "$file" 4
	fs_cool fs
	id=$(file_id "$file")
	hotmon_start one --fs "$test_dir/fs"
	hotmon_start two --fs "$test_dir/fs"
	hotmon_end two KILL
	fio_run "$file" --direct=1 --rw=randread --number_ios=200
	hotmon_stop one
	expect_ios one "$id" "$test_dir/ios"
}
