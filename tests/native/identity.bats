#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # jq's; each test is a subshell; lib.bash
# Tests of how hotmon tells files apart that have the same device number, inode number and
# generation: files of filesystems that are mounted one after the other. And tests of what
# hotmon reports about a filesystem that is no longer mounted.
#
# A test has a drive, which is one loop device, and images, which are the drive's media.
# An image is mounted at $test_dir/m and has the file $file.

load lib

top=${FRSP_TOP:-$native_dir/../../.output/frsp-top}

# make_image NAME TYPE: makes an image with $file, of 1 MiB.
make_image() {
	need_fs "$2"
	file=$test_dir/m/data
	truncate -s 512M "$test_dir/$1.img"
	loop_attach make "$test_dir/$1.img"
	fs_format "${loop_of[make]}" "$2"
	fs_mount m "${loop_of[make]}"
	file_make "$file" 1
	id=$(file_id "$file")
	fs_umount m
	loop_detach make
}

copy_image() { # copy_image FROM TO
	cp --sparse=always "$test_dir/$1.img" "$test_dir/$2.img"
}

insert() { # insert IMAGE
	if [[ ${loop_of[drive]:-} ]]; then
		losetup "${loop_of[drive]}" "$test_dir/$1.img"
	else
		loop_attach drive "$test_dir/$1.img"
	fi
	fs_mount m "${loop_of[drive]}"
	id=$(file_id "$file")
}

eject() {
	fs_umount m
	detach_loop "${loop_of[drive]}"
}

# read_blocks N: reads N blocks of 4 KiB of the file that is at $file now.
read_blocks() {
	xfs_io -rd -c "pread -q -b 4k 0 $(($1 * 4))k" "$file"
}

# A jq filter: the fields of deleted, other_mount_ns and not_mounted that are true, joined
# by +, or "there" if none is.
words='(["deleted", "other_mount_ns", "not_mounted"] - [to_entries[] | select(.value == false).key] |
	join("+") | if . == "" then "there" else . end)'

# rows NAME: prints a line "READS WORDS [PATH]" for each file with the id of $file.
rows() {
	report "$1" ".files[] | $(select_id "$id") | [.reads, $words, .path // empty] | join(\" \")" | sort -n
}

# says NAME FILTER WANTED: the last report so far gives WANTED.
says() {
	[[ $(tail -n 1 "$test_dir/$1.out" | jq -r "$2" 2>/dev/null) == "$3" ]]
}

# says_of NAME READS WORD: the last report so far has a file with the id and path of $file,
# with READS reads and this word.
says_of() {
	says "$1" ".files[] | $(select_id "$id") | select(.reads == $2) | \"\($words) \(.path)\"" "$3 $file"
}

two_copies() { # two_copies TYPE
	make_image one "$1"
	copy_image one two
	hotmon_start all
	insert one
	read_blocks 10
	eject
	insert two
	read_blocks 3
	hotmon_stop all
	expect rows "$(rows all)" "3 there $file"$'\n'"10 not_mounted"
	expect "ranges" "$(range_counts all "$id")" "0 10 0 40960 0"$'\n'"0 3 0 12288 0"
}

@test "ext4: copies of an image, in turn on one device, are two files" {
	two_copies ext4
}

@test "xfs: copies of an image, in turn on one device, are two files" {
	two_copies xfs
}

# The kernel gives the second filesystem the first one's device number, which is free again.
@test "btrfs: one after the other with the same number are two files" {
	local first
	make_image one btrfs
	make_image two btrfs
	loop_attach one "$test_dir/one.img"
	loop_attach two "$test_dir/two.img"
	hotmon_start all
	fs_mount m "${loop_of[one]}"
	first=$(file_id "$file")
	read_blocks 10
	fs_umount m
	fs_mount m "${loop_of[two]}"
	id=$(file_id "$file")
	read_blocks 3
	hotmon_stop all
	expect "numbers of the two" "${id% *}" "${first% *}"
	# a generation is random, so each file has its own id here
	id=$first
	expect "the first" "$(rows all | grep -c '^10 not_mounted')" 1
	id=$(file_id "$file")
	expect "the second" "$(rows all | grep -c '^3 there ')" 1
}

# mke2fs -d gives all files generation 0.
@test "ext4: made anew on the same medium, a file is another" {
	local drive
	mkdir "$test_dir/from"
	file=$test_dir/m/data
	file_make "$test_dir/from/data" 1
	truncate -s 512M "$test_dir/one.img"
	loop_attach drive "$test_dir/one.img"
	drive=${loop_of[drive]}
	hotmon_start all
	fs_format "$drive" ext4 -d "$test_dir/from"
	fs_mount m "$drive"
	read_blocks 10
	fs_umount m
	fs_format "$drive" ext4 -d "$test_dir/from"
	fs_mount m "$drive"
	id=$(file_id "$file")
	read_blocks 3
	hotmon_stop all
	expect generation "${id##* }" 0
	expect rows "$(rows all)" "3 there $file"$'\n'"10 not_mounted"
}

# remount_as DEVICE: unmounts and mounts the same medium; false if it has another device
# number then, as the one that btrfs had was free for others meanwhile
remount_as() {
	fs_umount m
	fs_mount m "${loop_of[drive]}"
	[[ $(stat -c %d "$file") == "$1" ]]
}

# again TYPE: reads, before and after remount_as
again() {
	local device
	make_image one "$1"
	hotmon_start all
	insert one
	read_blocks 10
	device=$(stat -c %d "$file")
	wait_until remount_as "$device"
	id=$(file_id "$file")
	read_blocks 3
	hotmon_stop all
}

@test "ext4: unmounted and mounted again, a file goes on in its row" {
	again ext4
	expect rows "$(rows all)" "13 there $file"
}

@test "xfs: unmounted and mounted again, a file goes on in its row" {
	again xfs
	expect rows "$(rows all)" "13 there $file"
}

# btrfs has nothing that BPF can read at each bio and that shows that it is the same
# filesystem.
@test "btrfs: unmounted and mounted again, a file begins anew" {
	again btrfs
	expect rows "$(report all ".files[] | select(.ino == $(stat -c %i "$file")) | \"\(.reads) \($words)\"" | sort -n |
		grep -E '^(3|10) ')" $'3 there\n10 not_mounted'
}

@test "each file is said in the right word, whatever became of its filesystem" {
	make_image one ext4
	copy_image one two
	hotmon_launch all --json -r 0 0.2
	insert one
	file_make "$test_dir/m/unlinked" 1
	read_blocks 10
	wait_until says_of all 10 there
	rm "$test_dir/m/unlinked"
	wait_until says all ".files[] | select(.path == \"$test_dir/m/unlinked\") | .deleted" true
	fs_umount m
	wait_until says_of all 10 not_mounted
	says all ".files[] | select(.path == \"$test_dir/m/unlinked\") | \"\(.deleted) \(.not_mounted)\"" "false true" ||
		fail "a file of a filesystem that is not mounted"
	detach_loop "${loop_of[drive]}"
	insert two
	read_blocks 3
	wait_until says_of all 3 there
	says_of all 10 not_mounted || fail "$(tail -n 1 "$test_dir/all.out" | jq -c '.files[]')"
	# deletes the file of the second medium only
	rm "$file"
	wait_until says_of all 3 deleted
	says_of all 10 not_mounted || fail "$(tail -n 1 "$test_dir/all.out" | jq -c '.files[]')"
	hotmon_kill all
}

@test "in another mount namespace, and then nowhere" {
	make_image one ext4
	hotmon_launch all --json -r 0 0.2
	insert one
	read_blocks 10
	wait_until says_of all 10 there
	mount_ns_hold
	fs_umount m
	wait_until says all ".files[] | $(select_id "$id") | .other_mount_ns" true
	mount_ns_release
	wait_until says_of all 10 not_mounted
	hotmon_kill all
}

@test "the report says (not mounted), with the last path" {
	make_image one ext4
	hotmon_launch all --batch -r 0 0.2
	insert one
	read_blocks 10
	wait_until grep -qF "$file" "$test_dir/all.out"
	not grep -qF "$file (" "$test_dir/all.out" || fail "$(grep -F "$file (" "$test_dir/all.out" | head -n 1)"
	fs_umount m
	wait_until grep -qxE ".* $file \(not mounted\)" "$test_dir/all.out"
	hotmon_kill all
}

# I/O without a file is counted for a medium, not for a device.
@test "classes of another medium on the same device are not added up" {
	make_image one ext4
	copy_image one two
	hotmon_launch all --json -r 0 0.2
	insert one
	dd if="${loop_of[drive]}" iflag=direct bs=4k count=2000 of=/dev/null status=none
	wait_until says all '.unattributed.reads >= 2000' true
	eject
	wait_until says all '.unattributed.reads >= 2000' false
	insert two
	sync -f "$test_dir/m"
	wait_until has_reports_more all 3
	says all '.unattributed.reads >= 2000' false || fail "$(tail -n 1 "$test_dir/all.out" | jq -c .unattributed)"
	hotmon_kill all
}

# only_one TYPE: --fs counts neither files nor metadata of a copy on the same device
only_one() {
	make_image one "$1"
	copy_image one two
	insert one
	hotmon_launch one --json --ranges -r 0 --fs "$test_dir/m" 0.2
	read_blocks 10
	wait_until says_of one 10 there
	says one .fs_gone false || fail "it is there"
	fs_umount m
	wait_until says one .fs_gone true
	fs_mount m "${loop_of[drive]}"
	wait_until says one .fs_gone false
	read_blocks 3
	wait_until says_of one 13 there
	eject
	insert two
	read_blocks 5
	mkdir "$test_dir/m/directory"
	sync -f "$test_dir/m"
	wait_until says one .fs_gone true
	hotmon_stop one
	expect rows "$(rows one)" "13 not_mounted $file"
	expect "other files" "$(report one '.files | length')" 1
	expect metadata "$(class_counts one metadata)" "0 0 0 0"
}

@test "ext4: --fs goes on with its own medium, and counts no copy on the same device" {
	only_one ext4
}

@test "xfs: --fs goes on with its own medium, and counts no copy on the same device" {
	only_one xfs
}

@test "btrfs: --fs counts no other that got its number, and goes on with its own" {
	make_image one btrfs
	make_image two btrfs
	loop_attach one "$test_dir/one.img"
	loop_attach two "$test_dir/two.img"
	fs_mount m "${loop_of[one]}"
	id=$(file_id "$file")
	hotmon_launch one --json --ranges -r 0 --fs "$test_dir/m" 0.2
	read_blocks 10
	wait_until says_of one 10 there
	fs_umount m
	fs_mount m "${loop_of[two]}"
	read_blocks 5
	mkdir "$test_dir/m/directory"
	sync -f "$test_dir/m"
	wait_until says one .fs_gone true
	wait_until says one '"\(.files | length) \(.metadata.writes)"' "1 0"
	fs_umount m
	# now another filesystem has the old device number, or none has it
	mkdir "$test_dir/other"
	mount "${loop_of[two]}" "$test_dir/other"
	defer wait_until umount "$test_dir/other"
	fs_mount m "${loop_of[one]}"
	wait_until says one .fs_gone false
	id=$(file_id "$file")
	read_blocks 3
	xfs_io -rd -c 'pread -q -b 4k 0 28k' "$test_dir/other/data"
	wait_until says_of one 3 there
	hotmon_stop one
	expect "reads of files" "$(report one '[.files[].reads] | sort | join(" ")')" "3 10"
}

@test "btrfs: --fs goes on with its own, when that was moved to another disk meanwhile" {
	make_image one btrfs
	truncate -s 512M "$test_dir/two.img"
	loop_attach one "$test_dir/one.img"
	loop_attach two "$test_dir/two.img"
	fs_mount m "${loop_of[one]}"
	hotmon_launch one --json -r 0 --fs "$test_dir/m" 0.2
	btrfs -q device add -f "${loop_of[two]}" "$test_dir/m"
	btrfs -q device remove "${loop_of[one]}" "$test_dir/m"
	wait_until has_reports_more one 3 # hotmon looks at the disks before each report
	fs_umount m
	wait_until says one .fs_gone true
	fs_mount m "${loop_of[two]}"
	wait_until says one .fs_gone false
	id=$(file_id "$file")
	read_blocks 3
	wait_until says_of one 3 there
	hotmon_kill one
}

has_reports_more() { # has_reports_more NAME NUMBER: more than at the first call
	: "${reports_before:=$(wc -l <"$test_dir/$1.out")}"
	(($(wc -l <"$test_dir/$1.out") >= reports_before + $2))
}

# Without a UUID, neither the superblock nor the disk has an identity.
@test "ext4 without a UUID is another than its disk" {
	file=$test_dir/m/data
	truncate -s 512M "$test_dir/one.img"
	loop_attach drive "$test_dir/one.img"
	fs_format "${loop_of[drive]}" ext4 -U clear
	hotmon_start all
	# the disk has an entry before its filesystem has one
	dd if="${loop_of[drive]}" of=/dev/null bs=4k count=1 iflag=direct status=none
	fs_mount m "${loop_of[drive]}"
	file_make "$file" 1
	id=$(file_id "$file")
	fs_umount m
	hotmon_stop all
	expect "what became of it, with its disk still there" "$(rows all)" "0 not_mounted"
}

@test "what is pinned keeps copies apart, for readers that come later, too" {
	mount_bpffs
	make_image one ext4
	copy_image one two
	"$top" --pin
	defer "$top" --unpin
	insert one
	read_blocks 10
	eject
	insert two
	read_blocks 3
	hotmon_start later
	read_blocks 2
	hotmon_stop later
	expect pinned "$(report later .tracked.pinned)" true
	expect "reads and words" "$(rows later | cut -d' ' -f-2)" $'5 there\n10 not_mounted'
	expect path "$(rows later | sed -n 's/^5 there //p')" "$file"
}

# subvolumes FIRST COUNT: makes subvolumes, and writes a file of 4 KiB in each
subvolumes() {
	python3 -c '
import fcntl, mmap, os, struct, sys
BTRFS_IOC_SUBVOL_CREATE = 0x5000940e
block = mmap.mmap(-1, 4096)
top = os.open(sys.argv[1], os.O_RDONLY)
for i in range(int(sys.argv[2]), int(sys.argv[2]) + int(sys.argv[3])):
    fcntl.ioctl(top, BTRFS_IOC_SUBVOL_CREATE, bytearray(struct.pack("q4088s", 0, b"s%d" % i)))
    fd = os.open("%s/s%d/data" % (sys.argv[1], i), os.O_WRONLY | os.O_CREAT | os.O_DIRECT)
    os.write(fd, block)
    os.close(fd)
' "$test_dir/fs" "$1" "$2"
}

# known NAME: prints how many of these files have a device number in the report
known() {
	report "$1" '[.files[] | select(.writes == 1 and .write_bytes == 4096 and .dev)] | length'
}

@test "btrfs: more subvolumes than there is room for are counted" {
	local n=1200
	fs_make fs btrfs
	hotmon_start fs --fs "$test_dir/fs"
	subvolumes 0 $n
	hotmon_stop fs
	expect files "$(report fs '[.files[] | select(.writes == 1)] | length')" $n
	(($(known fs) > 900)) || fail "$(known fs) are known"
	expect "known and not announced" $(($(known fs) + $(report fs .tracked.unnamed))) $n
	expect "without a number" "$(report fs '[.files[] | select(.dev == null and .path == null)] | length')" \
		"$(report fs .tracked.unnamed)"
}

# left NAME: prints how many files and ranges the last report that is whole has, without
# those of the file big
left() {
	cp "$test_dir/$1.out" "$test_dir/left"
	[[ -z $(tail -c 1 "$test_dir/left") ]] || sed -i '$d' "$test_dir/left"
	tail -n 1 "$test_dir/left" |
		jq '[(.files[], .ranges[]) | select(.path == null or (.path | endswith("/big") | not))] | length'
}

# bats test_tags=slow
@test "btrfs: subvolumes that no file is kept of make room for others" {
	local round
	fs_make fs btrfs
	hotmon_launch fs --json --ranges -r 0 --fs "$test_dir/fs" --memory 1M --half-life 1s 1
	subvolumes 0 700
	truncate -s 17G "$test_dir/fs/big"
	# Each round fills the table, so hotmon evicts the coldest files, such as these.
	for round in {0..11}; do
		fio --name=job --filename="$test_dir/fs/big" --offset=$((round % 3 * 5600))M --size=5600M \
			--direct=1 --rw=write:1020k --bs=4k --ioengine=psync --number_ios=5500 --overwrite=1 --output-format=json --output="$test_dir/fio"
		sleep 2.5
		(($(left fs) > 200)) || break
	done
	(($(left fs) <= 200)) || fail "$(left fs) of the first are left after $round rounds"
	subvolumes 700 500 # hotmon makes room for subvolumes when half of it is in use
	hotmon_stop fs
	expect "not announced" "$(report fs .tracked.unnamed)" 0
	# the coldest of the new files may be evicted, too
	(($(known fs) > 350)) || fail "$(known fs) are known"
	expect "without a number" "$(report fs '[.files[] | select(.dev == null)] | length')" 0
}
