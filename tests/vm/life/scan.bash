# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2086,SC2154 # kmod-in-guest says why
# The scan in the background.

# 32 groups with little room, one with much, which only their bitmaps tell. ext4 itself
# would read them all after the mount.
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

# Once all is known a request finds the room, and has nothing read, at level 0.
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

# For how long the disk was busy in all, in ms, to REPLY.
busy_ms() {
	read -r _ _ _ _ _ _ _ _ _ REPLY _ <${dev/dev/sys\/block}/stat
}

was_busy() { # was_busy MS
	busy_ms
	((REPLY >= $1))
}

# ext4 has read all before we came, and has let go of some.
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

# Others use the disk, which is what it must not disturb.
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
	for _ in {1..3}; do # a pause may have become 10 s long
		eventually knows_all && return
	done
	die "it does not go on"
}

# Nothing is read where nothing is written.
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
