# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2086,SC2154 # kmod-in-guest says why
# Tests of the background scan (kmod/scan.c).

# Makes and mounts 32 groups: all have short free extents, and one has a long one. Only the
# bitmaps tell which. no_prefetch_block_bitmaps: otherwise ext4 reads all bitmaps after the
# mount.
make_scanned() { # [OPTION]
	local offset
	make_ext4 4G -E lazy_itable_init=0
	mount_ext4
	fallocate -l 3900M $mnt/filler
	for ((offset = 16; offset < 3900; offset += 32)); do
		fallocate -p -o ${offset}M -l 1M $mnt/filler
	done
	fallocate -p -o 3500M -l 40M $mnt/filler
	umount $mnt
	echo 3 >/proc/sys/vm/drop_caches
	mount_ext4 no_prefetch_block_bitmaps,"${1:-defaults}"
	[[ ! -e /sys/module/frsp ]] || set_to 0 frsp_cache_aggression
}

knows_all() {
	is 0 frsp/scan_left
	get frsp/groups
	is "$REPLY" frsp/groups_known
}

# After the scan, a request at level 0 finds the long extent without reading bitmaps.
test_scan() {
	local reads
	load
	make_scanned
	get frsp/groups_known
	[[ $REPLY -lt 8 ]] || die "$REPLY groups are known before the scan"
	is 0 frsp/scan_left
	set_to 1000 frsp_scan_rate
	eventually knows_all
	is 0 frsp/groups_loaded
	is_idle
	get frsp/group_reads
	reads=$REPLY
	fallocate -l 32M $mnt/new
	[[ $(filefrag $mnt/new) == *': 1 extent found' ]] || die "$(filefrag -v $mnt/new)"
	get frsp/group_reads
	((REPLY - reads <= 1)) || die "$((REPLY - reads)) groups were read for a request"
	check_trees
}

# Sets REPLY to the time, in ms, for which the disk has been busy.
busy_ms() {
	read -r _ _ _ _ _ _ _ _ _ REPLY _ <${dev/dev/sys\/block}/stat
}

was_busy() { # was_busy MS
	busy_ms
	((REPLY >= $1))
}

# ext4 has read all bitmaps before frsp.ko is loaded, and has evicted some of them.
test_scan_when_loaded_late() {
	make_scanned
	cat /proc/fs/ext4/vda/mb_groups >/dev/null
	echo 1 >/proc/sys/vm/drop_caches
	head -20 /proc/fs/ext4/vda/mb_groups >/dev/null
	load
	set_to 0 frsp_cache_aggression
	set_to 1000 frsp_scan_rate
	eventually knows_all
	is 0 frsp/groups_loaded
	check_trees
}

# The scan pauses while other processes use the disk.
test_scan_stands_back() {
	local others
	load
	make_scanned
	busy_ms
	while :; do dd if=$dev of=/dev/null bs=64k iflag=direct status=none; done &
	others=$!
	eventually was_busy $((REPLY + 500)) || die "the disk is idle"
	get frsp/groups_known
	set_to 1000 frsp_scan_rate
	sleep 5
	is "$REPLY" frsp/groups_known
	{
		kill $others
		pkill -x dd
		wait $others
	} 2>/dev/null
	for _ in {1..3}; do # a pause lasts up to 10 s
		eventually knows_all && return
	done
	die "it does not go on"
}

# The scan reads nothing while the filesystem is read-only.
test_scan_read_only() {
	load
	make_scanned ro
	get frsp/groups_known
	set_to 1000 frsp_scan_rate
	sleep 3
	is "$REPLY" frsp/groups_known
	mount -o remount,rw $mnt
	for _ in 1 2; do
		eventually knows_all && return
	done
	die "it does not go on"
}

# Each group of 128 MiB has 25 MiB free in pieces of 1 MiB. Group 28, in the second flexible
# group, has 44 MiB, with 24 in one piece. At level 0 the first read is near the goal and in
# vain; the second is of the group that promises more.
test_second_read() {
	local offset far size reads aside
	load
	make_ext4 4G -m 0 -E lazy_itable_init=0
	mount_ext4
	fallocate -l 3900M $mnt/filler
	for size in 64 32 16 8 4 2 1; do
		while fallocate -l ${size}M $mnt/$RANDOM$RANDOM 2>/dev/null; do
			:
		done
	done
	far=$(filefrag -v $mnt/filler | tr -d .: | awk -v block=$((28 * 32768)) \
		'$1 ~ /^[0-9]+$/ && $4 <= block && block < $4 + $6 { print int(($2 + block - $4) / 256) + 1 }')
	for ((offset = 0; offset < 3900; offset += 5)); do
		fallocate -p -o ${offset}M -l 1M $mnt/filler
	done
	fallocate -p -o ${far}M -l 24M $mnt/filler
	umount $mnt
	echo 3 >/proc/sys/vm/drop_caches
	mount_ext4 no_prefetch_block_bitmaps
	set_to 0 frsp_cache_aggression
	get frsp/group_reads
	reads=$REPLY
	get frsp/stood_aside
	aside=$REPLY
	fallocate -l 16M $mnt/new
	get frsp/group_reads
	((REPLY - reads <= 3)) || die "$((REPLY - reads)) groups were read for a request"
	is "$aside" frsp/stood_aside
	[[ $(filefrag $mnt/new) == *': 1 extent found' ]] || die "$(filefrag -v $mnt/new)"
	check_trees
}
