#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2030,SC2031,SC2154 # each test is a subshell; lib.bash
# Tests of hotmon --self-test: it reports "exact" if hotmon counts exactly, "wrong" if it
# does not, and it leaves nothing behind.

load lib

# self_test [ARG...]: puts the JSON into $test_dir/out
self_test() {
	run_program hotmon --self-test --json "$@"
	cat "$test_dir/out" "$test_dir/err"
}

# all_exact NUMBER: no kind of I/O is wrong, and at least NUMBER kinds are exact
all_exact() {
	expect "exit status" "$status" 0
	[[ $(jq -c '[.exact, (.results | all(.verdict != "wrong"))]' "$test_dir/out") == '[true,true]' ]]
	(($(jq '[.results[] | select(.verdict == "exact")] | length' "$test_dir/out") >= $1))
}

@test "ext4, XFS, btrfs, ext4 with 1-KiB blocks: exact" {
	local fs options
	while read -r fs options; do
		has_fs "$fs" || continue
		# shellcheck disable=SC2086 # a list of options
		fs_make "$fs" "$fs" '' $options
		self_test -D "$test_dir/$fs"
		all_exact 7
		expect "filesystem" "$(jq -r '.fs_type + " " + .mount' "$test_dir/out")" "$fs $test_dir/$fs"
		fs_umount "$fs"
		loop_detach "$fs"
	done <<-'EOT'
		xfs
		btrfs
		ext4
		ext4 -b 1024
	EOT
}

# Simulates a kernel in which iomap adds to dio->size at another time than hotmon assumes.
@test "on another kernel than hotmon thinks, it says what is wrong" {
	local tree=$test_dir/tree
	"$native_dir/../copy" "$tree" --built
	sed -i 's/bio_iov_iter_bounce != NULL/bio_iov_iter_bounce == NULL/' "$tree/bpf/hot_dio.bpf.h"
	make -s -C "$tree" .output/hotmon MAKEFLAGS=
	fs_make fs ext4
	hotmon=$tree/.output/hotmon self_test -D "$test_dir/fs"
	expect "exit status" "$status" 1
	expect "wrong kinds" "$(jq -r '.results[] | select(.verdict == "wrong") | .kind' "$test_dir/out" | paste -sd,)" \
		'direct writes,direct reads,direct reads of a block'
	# all bytes are counted, but in wrong ranges
	[[ $(jq '.results[] | select(.kind == "direct reads") | .done_bytes == .counted_bytes and .wrong_ranges > 0' \
		"$test_dir/out") == true ]]
	hotmon=$tree/.output/hotmon run_program hotmon --self-test -D "$test_dir/fs"
	expect "exit status" "$status" 1
	[[ $(grep -c WRONG "$test_dir/out") == 3 && $(tail -n 1 "$test_dir/out") == '3 kinds of I/O are not counted exactly here; '* ]]
}

@test "the current directory, a directory, a mount point and a device are taken" {
	local spec
	fs_make fs ext4
	mkdir "$test_dir/fs/below"
	for spec in "-D $test_dir/fs/below" "--fs=$test_dir/fs" "--fs=${loop_of[fs]}"; do
		# shellcheck disable=SC2086 # two words
		self_test $spec
		all_exact 7
	done
	cd "$test_dir/fs/below"
	self_test
	cd /
	all_exact 7
}

@test "ext4 whose data go through the journal has no direct I/O, the rest is exact" {
	local device
	fs_make fs ext4
	device=${loop_of[fs]}
	fs_umount fs
	tune2fs -o journal_data "$device" >/dev/null # mountinfo does not show it
	fs_mount fs "$device"
	self_test -D "$test_dir/fs"
	all_exact 4
	expect "direct I/O" "$(jq -c '[.results[] | select(.kind | startswith("direct")) | .verdict] | unique' "$test_dir/out")" \
		'["impossible"]'
}

@test "nothing is left: no file, no space, no program" {
	local before
	fs_make fs ext4
	before=$(df --output=used,iused "$test_dir/fs"; ls -A "$test_dir/fs"; bpftool prog list | grep -c 'name hotmon' || :)
	self_test -D "$test_dir/fs"
	all_exact 7
	sync -f "$test_dir/fs"
	expect "what is used" "$(df --output=used,iused "$test_dir/fs"; ls -A "$test_dir/fs"
		bpftool prog list | grep -c 'name hotmon' || :)" "$before"
}

@test "a root that may not load BPF programs is told so" {
	unshare -Ur true 2>/dev/null || skip "the kernel refuses user namespaces in a chroot"
	status=0
	unshare -Ur "$hotmon" --self-test -D "$test_dir" >"$test_dir/out" 2>"$test_dir/err" || status=$?
	expect_error 1 'cannot load the BPF program'
}

@test "where it cannot be done, the cause and a remedy are named" {
	run_program hotmon --self-test -D /dev/shm
	expect_error 1 'not a mounted filesystem on a disk'
	run_program hotmon --self-test -D "$test_dir/none"
	expect_error 1 'none.*No such file'
	fs_make full ext4
	dd if=/dev/zero of="$test_dir/full/file" bs=1M status=none 2>/dev/null || :
	run_program hotmon --self-test -D "$test_dir/full"
	expect_error 1 'No space left'
	run_program hotmon --self-test -D "$test_dir/full/file"
	expect_error 1 'full/file: Not a directory'
	rm "$test_dir/full/file"
	mount -o remount,ro "$test_dir/full"
	run_program hotmon --self-test -D "$test_dir/full"
	expect_error 1 'Read-only'
	run_program hotmon --self-test --fs / -D "$test_dir"
	expect_error 2 'one filesystem'
	run_program hotmon --self-test --memory 1M
	expect_error 2 'does not take "memory"'
	run_program hotmon --self-test 5
	expect_error 2 'does not take "INTERVAL"'
	fs_make below ext4
	fs_make above ext4
	mount --bind "$test_dir/above" "$test_dir/below"
	defer umount "$test_dir/below"
	run_program hotmon --self-test --fs "${loop_of[below]}"
	expect_error 1 'something else is mounted over'
}

@test "its JSON is a document of its schema, and no mutant of it is" {
	fs_make fs ext4
	self_test -D "$test_dir/fs"
	"$native_dir/validate.py" "$native_dir/../../docs/hotmon-self-test.schema.json" <"$test_dir/out"
	"$native_dir/validate.py" --mutants "$native_dir/../../docs/hotmon-self-test.schema.json" <"$test_dir/out"
}
