#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # jq programs; each test is a subshell; lib.bash
# The rows of metadata: each class of a filesystem has the bios of the blocks that dumpe2fs
# and debugfs count to it, and the classes add up to all metadata.

load lib

# class_rows NAME: prints a line "CLASS READS WRITES READ_BYTES WRITE_BYTES" for each row
class_rows() {
	report "$1" ".metadata_classes[] | [.class] + $counts | join(\" \")" | sort
}

# expect_sums NAME: the rows add up to the class metadata, and are those of one filesystem
expect_sums() {
	expect "sum of the rows" "$(class_rows "$1" | awk '
		{ for (i = 0; i < 4; i++) sum[i] += $(i + 2) }
		END { print sum[0] + 0, sum[1] + 0, sum[2] + 0, sum[3] + 0 }')" "$(class_counts "$1" metadata)"
	expect "rows without a mount" \
		"$(report "$1" ".metadata_classes[] | select(.mount != \"$test_dir/$1\")")" ""
}

# expect_classes NAME: the rows have the bios of the trace, class by class.
expect_classes() {
	expect_sums "$1"
	"$BATS_TEST_DIRNAME/ext4_blocks.py" "${loop_of[$1]}" "${mount_options:-}" <"$test_dir/flagged_bios" >"$test_dir/all_classes"
	cat "$test_dir/all_classes"
	grep -v '^data ' "$test_dir/all_classes" | sort >"$test_dir/classes" || :
	diff -u --label oracle "$test_dir/classes" --label hotmon <(class_rows "$1") >&2
}

# expect_has CLASS...: the last expect_classes saw bios of these classes
expect_has() {
	local class
	for class; do
		grep -q "^$class " "$test_dir/classes" || fail "no bio of $class: the test is void"
	done
}

# many_names DIR N: makes N files with long names in DIR
many_names() {
	local i
	mkdir -p "$1"
	for ((i = 0; i < $2; i++)); do
		: >"$1/this_is_a_name_that_fills_a_directory_soon_$i"
	done
}

# fragments FILE N: makes a file of N extents
fragments() {
	python3 - "$1" "$2" <<'EOT'
import os, sys
fd = os.open(sys.argv[1], os.O_CREAT | os.O_WRONLY)
for i in range(int(sys.argv[2])):
    os.pwrite(fd, b"x" * 4096, i * 65536)
EOT
}

# big_xattr FILE BYTES
big_xattr() {
	python3 -c 'import os, sys; os.setxattr(sys.argv[1], "user.big", b"x" * int(sys.argv[2]))' "$1" "$2"
}

# Reads metadata of all classes that are read
read_all() {
	ls -lR "$test_dir/$1" >/dev/null
	cat "$test_dir/$1/fragments" >/dev/null
	: >"$test_dir/$1/one_more"
	sync -f "$test_dir/$1"
}

# all_classes [MKFS_OPTION...]: writes and reads of all classes on such a filesystem, mounted
# with $mount_options
all_classes() {
	fs_make fs ext4 "${mount_options:-}" "$@"
	track fs
	many_names "$test_dir/fs/names" 2000
	mkdir -p "$test_dir"/fs/dir{1..20}/a/b
	fragments "$test_dir/fs/fragments" 1500
	sync -f "$test_dir/fs"
	untrack fs
	expect_classes fs
	expect_has journal block_bitmaps inode_bitmaps inode_tables directories extent_blocks
	fs_cool fs "${mount_options:-}"
	track fs
	read_all fs
	untrack fs
	expect_classes fs
	expect_has inode_tables directories extent_blocks
}

# bats test_tags=slow
@test "ext4: each class has its bios" {
	all_classes
}

# bats test_tags=slow
@test "ext4: 1-KiB blocks, a group for each MiB or so" {
	all_classes -b 1024 -g 1024 -N 8192
}

# bats test_tags=slow
@test "ext4: without flex_bg, with meta_bg" {
	# 256 groups: four blocks of descriptors, each in groups of its own. What is read ahead
	# behind an inode table looks like data to the oracle, if data is there.
	local mount_options=inode_readahead_blks=0
	all_classes -O ^flex_bg,^resize_inode,meta_bg -g 512 -N 8192
	expect_has superblock
}

# bats test_tags=slow
@test "ext4: without checksums, 32-bit descriptors" {
	all_classes -O ^metadata_csum,^64bit
}

# bats test_tags=slow
@test "ext4: bigalloc" {
	all_classes -O bigalloc -C 16384
}

# bats test_tags=slow
@test "ext4: all bitmaps and inode tables in the first groups" {
	all_classes -O ^resize_inode -E packed_meta_blocks=1,lazy_itable_init=0,lazy_journal_init=0 -g 2048 -G 4
}

# bats test_tags=slow
@test "ext4: flexible groups of 64 groups" {
	all_classes -g 1024 -G 64
}

@test "ext4: groups that came while hotmon ran" {
	need_fs ext4
	truncate -s 1G "$test_dir/fs.img"
	loop_attach fs "$test_dir/fs.img"
	mkfs.ext4 -q -F -b 4096 -E lazy_itable_init=0,lazy_journal_init=0 -O ^resize_inode,meta_bg -g 4096 -N 1600 \
		"${loop_of[fs]}" 128M
	fs_mount fs "${loop_of[fs]}"
	track fs
	resize2fs "${loop_of[fs]}" 1G >"$test_dir/resize" 2>&1 || {
		not grep -q 'Permission denied' "$test_dir/resize" || skip "the kernel does not let it grow"
		fail "$(cat "$test_dir/resize")"
	}
	many_names "$test_dir/fs/names" 6000
	mkdir -p "$test_dir"/fs/dir{1..40}/a
	sync -f "$test_dir/fs"
	untrack fs
	expect_sums fs
	grep -v ^superblock <(class_rows fs) >"$test_dir/got"
	"$BATS_TEST_DIRNAME/ext4_blocks.py" "${loop_of[fs]}" <"$test_dir/flagged_bios" >"$test_dir/all_classes"
	cat "$test_dir/all_classes" "$test_dir/got"
	# resize2fs has the device open and reads some of it
	for class in inode_tables inode_bitmaps block_bitmaps; do
		expect "writes of $class" "$(awk -v c=$class '$1 == c { print $3, $5 }' "$test_dir/got")" \
			"$(awk -v c=$class '$1 == c { print $3, $5 }' "$test_dir/all_classes")"
	done
}

@test "ext4: fsync writes the journal, and who writes it is jbd2" {
	fs_make fs ext4
	file_make "$test_dir/fs/data" 1
	track fs
	dd if=/dev/zero of="$test_dir/fs/data" bs=4k count=100 oflag=sync conv=notrunc status=none
	untrack fs
	expect_classes fs
	expect_has journal
	[[ $(report fs '.metadata_classes[] | select(.class == "journal") | .who[0].command') == jbd2/* ]]
	expect "rows of inode 8" "$(report fs '.files[] | select(.ino == 8)')" ""
}

@test "ext4: fast commits are the journal's" {
	fs_make fs ext4 '' -O fast_commit || skip "mke2fs has no fast_commit"
	track fs
	python3 - "$test_dir/fs/data" <<'EOT'
import os, sys
fd = os.open(sys.argv[1], os.O_CREAT | os.O_WRONLY)
for i in range(50):
    os.write(fd, b"x" * 4096)
    os.fsync(fd)
EOT
	untrack fs
	(($(awk '{ print $1 }' "/proc/fs/ext4/${loop_of[fs]#/dev/}/fc_info" | grep -c .) > 0)) || skip "no fast commits"
	expect_classes fs
	expect_has journal
}

@test "ext4: a journal on another device" {
	truncate -s 64M "$test_dir/log.img"
	loop_attach log "$test_dir/log.img"
	mkfs.ext4 -q -F -b 4096 -O journal_dev "${loop_of[log]}"
	fs_make fs ext4 '' -J "device=${loop_of[log]}"
	hotmon_start fs --fs "$test_dir/fs"
	dd if=/dev/zero of="$test_dir/fs/data" bs=4k count=20 oflag=sync status=none
	fs_freeze fs
	hotmon_stop fs
	fs_thaw fs
	expect_sums fs
	(($(report fs '[.metadata_classes[] | select(.class == "journal") | .writes] | add') >= 40)) ||
		fail "$(class_rows fs)"
	expect "journals" "$(report fs '[.metadata_classes[] | select(.class == "journal")] | length')" 1
}

# bats test_tags=slow
@test "ext4: blocks of extended attributes are told apart when they are written" {
	local i
	fs_make fs ext4
	track fs
	for i in {1..40}; do
		: >"$test_dir/fs/f$i"
		big_xattr "$test_dir/fs/f$i" $((3000 + i))
	done
	sync -f "$test_dir/fs"
	untrack fs
	expect_classes fs
	expect_has xattrs
}

# xfs_log DEVICE: prints the first and the last sector of the log
xfs_log() {
	local start blocks
	start=$(xfs_db -r -c 'sb 0' -c 'p logstart' "$1" | awk '{ print $3 }')
	blocks=$(xfs_db -r -c 'sb 0' -c 'p logblocks' "$1" | awk '{ print $3 }')
	start=$(xfs_db -r -c "convert fsb $start daddr" "$1" | awk '{ print $NF }' | tr -d '()')
	echo "$start $((start + blocks * 8 - 1))"
}

# bats test_tags=slow
@test "XFS: the log has the bios of its place, and no class is unknown" {
	local first last class
	fs_make fs xfs
	track fs
	many_names "$test_dir/fs/names" 2000
	mkdir -p "$test_dir"/fs/dir{1..20}/a/b
	fragments "$test_dir/fs/fragments" 1500
	big_xattr "$test_dir/fs/fragments" 10000
	sync -f "$test_dir/fs"
	untrack fs
	expect_sums fs
	class_rows fs
	read -r first last < <(xfs_log "${loop_of[fs]}")
	expect journal "$(class_rows fs | sed -n 's/^journal //p')" \
		"$(awk -v first="$first" -v last="$last" '$2 >= first && $2 <= last' "$test_dir/bios" | bio_counts)"
	fs_cool fs
	track fs
	read_all fs
	untrack fs
	expect_sums fs
	class_rows fs
	for class in inode_tables directories extent_blocks; do
		[[ $(class_rows fs) == *"$class "* ]] || fail "no $class"
	done
	expect "classes that are not known" "$(class_rows fs | grep -E '^(other|metadata) ')" ""
}

@test "btrfs: all metadata is one row" {
	fs_make fs btrfs
	track fs
	many_names "$test_dir/fs/names" 500
	sync -f "$test_dir/fs"
	untrack fs
	expect_sums fs
	expect "classes" "$(class_rows fs | cut -d' ' -f1)" metadata
}

@test "metadata stands among the files, in the groups, and not below a directory" {
	local name i
	fs_make fs ext4
	file_make "$test_dir/fs/data" 1
	hotmon_launch text -b -r 0 --fs "$test_dir/fs" -s bytes 3600
	hotmon_launch off -b -r 0 --fs "$test_dir/fs" --no-metadata 3600
	hotmon_launch below -b -r 0 -D "$test_dir/fs" 3600
	hotmon_start paths --fs "$test_dir/fs" --group=path
	hotmon_start dirs --fs "$test_dir/fs" --group=dir
	for i in {1..40}; do
		dd if=/dev/zero of="$test_dir/fs/data" bs=4k count=1 oflag=sync conv=notrunc status=none
	done
	hotmon_stop paths
	hotmon_stop dirs
	for name in text off below; do
		hotmon_end "$name" INT
	done
	expect "the first row" "$(sed -n "/ FILE$/{n;p}" "$test_dir/text.out" | grep -oF "[journal] $test_dir/fs")" \
		"[journal] $test_dir/fs"
	for name in off below; do
		grep -qF " $test_dir/fs/data" "$test_dir/$name.out" || fail "no file: $(cat "$test_dir/$name.out")"
		not grep -qF " [" "$test_dir/$name.out" || fail "$(cat "$test_dir/$name.out")"
	done
	expect "the journal among the paths" \
		"$(report paths '.paths[] | select(.metadata_class == "journal") | [.path, .mount, .files] | @json')" \
		"[null,\"$test_dir/fs\",0]"
	expect "metadata among the directories" \
		"$(report dirs '[.directories[] | select(.metadata_class != null) | [.metadata_class, .writes, .write_bytes]] | @json')" \
		"$(report dirs '[["metadata", .metadata.writes, .metadata.write_bytes]] | @json')"
}
