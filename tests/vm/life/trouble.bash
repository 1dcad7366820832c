# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2086,SC2154 # kmod-in-guest says why
# Tests of trouble that could make a write fail or hang: damaged or evicted bitmaps,
# filesystems that become read-only, blocks larger than a page, growth.

bitmap_block() { # bitmap_block GROUP
	dumpe2fs $dev 2>/dev/null | sed -n "/^Group $1:/,/Inode bitmap/s/.*Block bitmap at \([0-9]*\).*/\1/p"
}

corrupt_bitmap() { # corrupt_bitmap GROUP [BLOCK-SIZE]
	local block size=${2:-4096}
	block=$(bitmap_block $1)
	[[ $block ]] || die "no bitmap of group $1"
	dd if=/dev/zero bs=$size count=1 status=none | tr '\0' '\125' |
		dd of=$dev bs=$size seek="$block" conv=notrunc status=none
}

# make_corrupt MOUNT-OPTIONS: group 2 has data and a damaged bitmap. Stock ext4 avoids this
# group, so frsp has to avoid it, too.
make_corrupt() {
	expect 'EXT4-fs error.*(bad block bitmap|corrupted|checksum)'
	expect 'EXT4-fs error'
	make_ext4 600M -E lazy_itable_init=0
	mount_ext4
	fallocate -l 400M $mnt/a
	umount $mnt
	corrupt_bitmap 2
	mount_ext4 "$1"
}

write_much() {
	local i
	for i in {1..6}; do
		dd if=/dev/zero of=$mnt/f$i bs=1M count=12 conv=fsync status=none || return
	done
}

test_corrupt_group() {
	make_corrupt errors=continue,no_prefetch_block_bitmaps
	load
	set_to 3 frsp_cache_aggression
	write_much || die "a write failed that ext4 would have done"
	eventually grows frsp/bad_groups 0
	is 0 frsp/audit_mismatches
	grows frsp/goals_taken 0
	sleeps_beside_writes
}

wake_ups() { # sets REPLY to the number of the loader's context switches
	local pid
	pid=$(pgrep -x frsp/vda) || die "no loader"
	REPLY=$(($(grep -h ctxt_switches /proc/"$pid"/status | tr -dc '0-9\n' | paste -sd+)))
}

# When all groups but the bad one are loaded, requests near it must not wake the loader.
sleeps_beside_writes() {
	local before i
	is_idle
	wake_ups
	before=$REPLY
	for i in {1..100}; do
		fallocate -l 40K $mnt/small$i
	done
	wake_ups
	((REPLY - before < 40)) || die "$((REPLY - before)) wake-ups for 100 files"
}

# ext4 has marked the group as corrupt before frsp.ko is loaded. The loader skips it.
test_corrupt_before() {
	make_corrupt errors=continue
	cat /proc/fs/ext4/vda/mb_groups >/dev/null
	load
	set_to 3 frsp_cache_aggression
	write_much || die "a write failed that ext4 would have done"
	is_idle
}

test_corrupt_read_only() {
	expect 'Remounting filesystem read-only'
	expect 'Aborting journal'
	expect 'EXT4-fs error|Detected aborted journal'
	make_corrupt errors=remount-ro,no_prefetch_block_bitmaps
	load
	set_to 3 frsp_cache_aggression
	write_much 2>/dev/null
	! (echo >$mnt/x) 2>/dev/null || die "still writable"
	get frsp/trees
}

# The loader reads no bitmaps after an error has made the filesystem read-only.
test_read_only_after_an_error() {
	expect 'Remounting filesystem read-only'
	expect 'Aborting journal'
	expect 'EXT4-fs error'
	make_ext4 2G -E lazy_itable_init=0
	mount_ext4 errors=remount-ro,no_prefetch_block_bitmaps
	load
	echo frsp-test >$sys/trigger_fs_error
	! (echo >$mnt/x) 2>/dev/null || die "still writable"
	get frsp/group_reads
	set_to 3 frsp_cache_aggression
	is_idle
	is "$REPLY" frsp/group_reads
	is 0 frsp/groups_loaded
}

# The loader has nothing to do, and so it sleeps.
is_idle() {
	local before REPLY
	for _ in {1..20}; do
		wake_ups
		before=$REPLY
		sleep 1
		wake_ups
		((REPLY - before > 5)) || return 0
	done
	die "the loader finds no rest: $((REPLY - before)) wake-ups in a second"
}

# ext4 had read all bitmaps, and has evicted them before frsp.ko is loaded.
test_bitmaps_not_in_memory() {
	make_ext4 1G -E lazy_itable_init=0
	mount_ext4
	fallocate -l 500M $mnt/a
	fallocate -p -o 100M -l 100M $mnt/a
	sync
	cat /proc/fs/ext4/vda/mb_groups >/dev/null
	echo 3 >/proc/sys/vm/drop_caches
	load
	set_to 3 frsp_cache_aggression
	get frsp/groups
	eventually is "$REPLY" frsp/groups_known
	is_idle
	dd if=/dev/zero of=$mnt/b bs=1M count=8 conv=fsync status=none
	is 0 frsp/audit_mismatches
	check_trees
}

# Since 6.19 a block may be larger than a page, and ext4's buddies are folios of several
# pages.
test_blocks_larger_than_a_page() {
	[[ -e /sys/fs/ext4/features/blocksize_gt_pagesize ]] || return 0
	local size
	for size in 8192 65536; do
		make_ext4 5G -b $size 2>/dev/null
		mount_ext4
		fallocate -l 500M $mnt/a
		fallocate -p -o 100M -l 100M $mnt/a
		sync
		load
		set_to 3 frsp_cache_aggression
		get frsp/groups
		eventually is "$REPLY" frsp/groups_loaded
		dd if=/dev/zero of=$mnt/b bs=1M count=8 conv=fsync status=none
		rm $mnt/a
		grows frsp/goals_taken 0
		sync
		is 0 frsp/audit_mismatches
		check_trees
		umount $mnt
		rmmod frsp
	done
}

test_growth() {
	local small
	make_ext4 300M -O ^resize_inode,meta_bg
	load
	mount_ext4
	set_to 3 frsp_cache_aggression
	get mb_frsp_max_mem
	small=$REPLY
	resize2fs $dev 2200M >/dev/null 2>&1 || die resize2fs
	is 18 frsp/groups
	echo a >$mnt/a
	sync
	eventually is 2 frsp/trees
	eventually is 18 frsp/groups_known
	grows mb_frsp_max_mem "$small"
	check_trees
}

# With small blocks several groups share a page of buddies. The bitmap of one group is
# damaged, and the other group's bitmap must be read. Stock ext4 skips the damaged one.
test_corrupt_neighbour() {
	local group pairs=() i
	expect 'EXT4-fs error'
	mke2fs -q -F -t ext4 -m 0 -b 1024 -E nodiscard $dev 400M
	mount_ext4 noinit_itable
	for i in {1..8}; do
		mkdir $mnt/d$i
		dd if=/dev/zero of=$mnt/d$i/x bs=1k count=3000 conv=fsync status=none
	done
	umount $mnt
	# even groups that were written to, with a next group that was not
	mapfile -t pairs < <(dumpe2fs $dev 2>/dev/null | awk '
		/^Group [0-9]+:/ { group = $2 + 0; uninit[group] = /BLOCK_UNINIT/ }
		END { for (i = 2; i + 1 <= group; i += 2) if (!uninit[i] && uninit[i + 1]) print i }')
	((${#pairs[@]})) || die "no such groups"
	for group in "${pairs[@]}"; do
		corrupt_bitmap $group 1024
	done
	echo 3 >/proc/sys/vm/drop_caches
	load
	mount_ext4 errors=continue,noinit_itable
	for i in {1..60}; do
		dd if=/dev/zero of=$mnt/d$((i % 8 + 1))/f$i bs=1k count=1000 conv=fsync status=none ||
			die "write $i failed"
	done
	grows frsp/bad_groups 0
	is 0 frsp/goals_failed
	is 0 frsp/audit_mismatches
	log_is_read=1
}

# ext4 has evicted a page of buddies and cannot generate it again, because the bitmap of
# another group in the page is damaged. A request with frsp's goal fails there; with ext4's
# own goal it succeeds. The filesystem has no journal: that would keep the bitmap in memory.
# The damaged bitmap is read into memory before: a damaged bitmap that ext4 reads from the
# disk itself is skipped (ext4_mb_init_cache()).
test_goal_that_cannot_be_loaded() {
	local first
	expect 'EXT4-fs error'
	mke2fs -q -F -t ext4 -m 0 -b 1024 -O ^has_journal -E nodiscard,lazy_itable_init=0 $dev 200M
	load
	mount_ext4 errors=continue
	# groups 10 and 11
	place 81921+100 $mnt/a 100 81921+100
	place 90113+100 $mnt/b 100 90113+100
	# ext4's own goal is right after the file's last block
	first=$("$tools/place" $mnt/c 100)
	sync
	corrupt_bitmap 11 1024
	sync
	blockdev --flushbufs $dev
	echo 1 >/proc/sys/vm/drop_caches # 3 would evict frsp's trees, too
	dd if=$dev of=/dev/null bs=1k skip="$(bitmap_block 11)" count=1 status=none
	place "${first%+*}+200" $mnt/c 100 82921+100
	is 1 frsp/goals_failed
	logged 'group 10'
	# frsp does not choose this group again
	place "${first%+*}+300" $mnt/c 100 83021+100
	is 1 frsp/goals_failed
}

# frsp chooses group 3, which is free and has not been read. It cannot be: the bitmap of group
# 2, in the same page, is damaged, and was read into memory before (see above). So frsp
# chooses another group, before ext4 gets a goal with which it would fail.
test_choice_that_cannot_be_loaded() {
	expect 'EXT4-fs error'
	mke2fs -q -F -t ext4 -b 1024 -N 400 -E nodiscard,lazy_itable_init=0 $dev 200M
	load
	mount_ext4
	place 17385+100 $mnt/a 100 17385+100
	umount $mnt
	corrupt_bitmap 2 1024
	mount_ext4 errors=continue,no_prefetch_block_bitmaps
	set_to 0 frsp_cache_aggression # the loader reads nothing
	dd if=$dev of=/dev/null bs=1k skip="$(bitmap_block 2)" count=1 status=none
	fallocate -l 6M $mnt/b || die "fallocate"
	fallocate -l 6M $mnt/c || die "fallocate"
	is 2 frsp/bad_groups
	is 2 frsp/goals_taken
	is 0 frsp/goals_failed
	is 0 frsp/stood_aside
}

# A group that ext4 has marked as corrupt stays bad when ext4 generates its buddy again, here
# with the buddy of the other group in the page: ext4 would refuse each goal in it. Its
# bitmap stays in memory, and verified, beside the one that the journal keeps there.
test_corrupt_group_stays_bad() {
	local group=10 first audits
	expect 'EXT4-fs error'
	mke2fs -q -F -t ext4 -b 1024 -O ^metadata_csum,^uninit_bg -E nodiscard,lazy_itable_init=0 $dev 200M
	(($(bitmap_block $group) % 4 < 3)) || group=12
	debugfs -w -R "set_bg $((group + 1)) free_blocks_count 5" $dev 2>/dev/null
	load
	mount_ext4 errors=continue,commit=300
	set_to 3 frsp_cache_aggression
	eventually is 24 frsp/groups_known
	is 1 frsp/bad_groups
	first=$((8192 * group + 2001))
	place $first+100 $mnt/a 100 $first+100
	get frsp/audits
	audits=$REPLY
	echo 1 >/proc/sys/vm/drop_caches # 3 would evict frsp's trees, too
	first=$((first + 1000))
	place $first+100 $mnt/b 100 $first+100
	grows frsp/audits "$audits"
	is 24 frsp/groups_known
}

loader_is() { # loader_is STATE NICE: as /proc/PID/stat has them
	local stat
	read -ra stat </proc/"$(pgrep 'frsp/dm-')"/stat
	[[ ${stat[2]}${stat[18]} == "$1$2" ]]
}

# The loader is nice, but not while it reads a bitmap: it holds the page of the group's buddy
# then, and a request for that group waits for the page. Level 3 makes it read here, on a disk
# that does not answer. $sys: the filesystem's directory in sysfs.
reads_at_normal_priority() {
	local result
	stop_disk
	set_to 3 frsp_cache_aggression
	eventually loader_is D 0
	result=$?
	start_disk
	((result == 0)) || die "it reads at nice 19"
	eventually is 8 frsp/groups_known
	eventually loader_is S 19 || die "not nice any more"
}

test_loader_reads_at_normal_priority() {
	local sys
	make_stopper
	mke2fs -q -F -t ext4 -E lazy_itable_init=0 -O ^uninit_bg,^metadata_csum /dev/mapper/stopper
	load
	mount -o no_prefetch_block_bitmaps /dev/mapper/stopper $mnt || die mount
	sys=$(echo /sys/fs/ext4/dm-*)
	echo 3 >/proc/sys/vm/drop_caches
	eventually loader_is S 19 || die "not nice"
	reads_at_normal_priority
}

# The same where ext4 has read the bitmaps, and has evicted them.
test_loader_reads_again_at_normal_priority() {
	local sys
	make_stopper
	mke2fs -q -F -t ext4 -E lazy_itable_init=0 -O ^uninit_bg,^metadata_csum /dev/mapper/stopper
	mount -t ext4 /dev/mapper/stopper $mnt || die mount
	cat /proc/fs/ext4/dm-*/mb_groups >/dev/null
	echo 3 >/proc/sys/vm/drop_caches
	blockdev --flushbufs /dev/mapper/stopper
	load
	sys=$(echo /sys/fs/ext4/dm-*)
	reads_at_normal_priority
}

# The groups have a number of clusters that is no multiple of 8: 524. No mke2fs makes such
# a filesystem, but Linux 6.1 mounts it; 6.12 does not. The last clusters, behind the end of
# the filesystem, are in use.
test_clusters_that_fill_no_byte() {
	local i
	mke2fs -q -F -t ext4 -b 1024 -g 528 -N 16 -E nodiscard,lazy_itable_init=0 \
		-O ^has_journal,^metadata_csum,^uninit_bg,^resize_inode $dev 521 || die mke2fs
	# s_blocks_per_group and s_clusters_per_group
	printf '\x0c\2\0\0\x0c\2\0\0' | dd of=$dev bs=1 seek=$((1024 + 32)) conv=notrunc status=none
	load
	mount -t ext4 $dev $mnt 2>/dev/null || return 0
	set_to 3 frsp_cache_aggression
	eventually is 1 frsp/groups_loaded
	for i in {1..3}; do
		dd if=/dev/zero of=$mnt/f$i bs=1k count=20 conv=fsync status=none || die "write $i failed"
	done
	is 0 frsp/audit_mismatches
	is 1 frsp/groups_loaded
}
