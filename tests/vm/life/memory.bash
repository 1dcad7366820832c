# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2086,SC2154 # kmod-in-guest says why
# Tests of the memory for extents: the cap, the shares of filesystems, memory pressure.

# The cap also evicts trees that were loaded when all groups were full, and got their
# extents only by frees.
test_cap_takes_effect_at_once() {
	local i
	make_ext4 300M -b 1024
	mount_ext4
	for i in {1..600}; do
		echo >$mnt/f$i
	done
	fallocate -l 1M $mnt/reserve
	fallocate -l 240M $mnt/big
	fallocate -l 60M $mnt/rest 2>/dev/null
	dd if=/dev/zero of=$mnt/rest2 bs=1k status=none 2>/dev/null
	sync
	load
	set_to 0 mb_frsp_max_mem
	check_trees
	rm $mnt/f*[02468]
	rm $mnt/big $mnt/rest
	sync
	get frsp_tree_usage
	((REPLY > 112)) || die "only $REPLY bytes are in use"
	set_to 112 mb_frsp_max_mem
	get frsp_tree_usage
	((REPLY <= 112)) || die "$REPLY bytes are in use"
	dd if=/dev/zero of=$mnt/b bs=1M count=8 conv=fsync status=none
	get frsp_tree_usage
	((REPLY <= 112)) || die "$REPLY bytes are in use"
	is 0 frsp/audit_mismatches
}

# Makes a filesystem whose trees take much memory: 350 holes in a file of 700 MiB.
make_pieces() {
	local i
	make_ext4 1G -m 0
	mount_ext4
	fallocate -l 700M $mnt/big || die fallocate
	for ((i = 0; i < 700; i += 2)); do
		fallocate -p -o ${i}M -l 64K $mnt/big || die "fallocate -p"
	done
	sync
}

mount_share() { # mount_share NUMBER SIZE: sets REPLY to the filesystem's cap
	[[ -e $tmp/share$1 ]] || truncate -s "$2" $tmp/share$1
	mke2fs -q -F -t ext4 -b 4096 $tmp/share$1 || die "mke2fs share$1"
	mkdir -p /mnt/share$1
	mount -o loop $tmp/share$1 /mnt/share$1 || die "mount share$1"
	share_of $1
}

share_file() { # share_file NUMBER: prints the sysfs file of the cap
	basename "$(findmnt -no SOURCE "/mnt/share$1")" | sed 's|.*|/sys/fs/ext4/&/mb_frsp_max_mem|'
}

share_of() { # share_of NUMBER: sets REPLY to the cap
	REPLY=$(cat "$(share_file "$1")")
}

# Five large filesystems together want more memory than the limit for all filesystems; one
# small filesystem wants little.
test_shares() {
	local i sum=0 limit alone small
	limit=$(awk '/^MemTotal/ { print $2 * 1024 / 64 }' /proc/meminfo)
	load
	mount_share 0 500M
	small=$REPLY
	mount_share 1 3G
	alone=$REPLY
	((5 * alone > limit)) || die "one alone has $alone: the test is void"
	for i in {2..5}; do
		mount_share $i 3G
	done
	for i in /sys/fs/ext4/loop*; do
		((sum += $(<$i/mb_frsp_max_mem) * 9 / 8 + $(<$i/frsp/index_bytes)))
	done
	((sum <= limit && sum > limit * 9 / 10)) || die "$sum bytes for all, the limit is $limit"
	share_of 0
	[[ $REPLY == "$small" ]] || die "the small one has $REPLY, not $small"
	echo 123456789 >"$(share_file 5)"
	for i in {1..4}; do
		umount /mnt/share$i || die "umount share$i"
	done
	share_of 5
	[[ $REPLY == 123456789 ]] || die "$REPLY, not what was given"
	mount_share 1 3G
	[[ $REPLY == "$alone" ]] || die "$REPLY, not $alone as alone"
}

# The kernel reclaims memory: frsp evicts the extents and keeps the groups' summaries.
test_memory_pressure() {
	make_pieces
	load
	set_to 3 frsp_cache_aggression
	eventually is 8 frsp/groups_loaded
	grows frsp_tree_usage 1000
	echo 2 >/proc/sys/vm/drop_caches
	is 0 frsp_tree_usage
	is 8 frsp/groups_known
	grows frsp/evictions 0
	is_idle
	is 0 frsp_tree_usage
	dd if=/dev/zero of=$mnt/b bs=1M count=8 conv=fsync status=none
	check_trees
	is 0 frsp/audit_mismatches
}

# What was evicted and is loaded again is counted, each group once; and so is the wait of a
# request that loads its goal's group itself.
test_reloads_are_counted() {
	local round waited=0
	make_pieces
	load
	set_to 3 frsp_cache_aggression
	eventually is 8 frsp/groups_loaded
	is_idle
	is 8 frsp/group_loads
	is 0 frsp/group_reloads
	is 0 frsp/reload_wait_ns
	for round in 1 2 3; do
		echo 2 >/proc/sys/vm/drop_caches
		is 0 frsp/groups_loaded
		is $round frsp/evictions
		fallocate -l 64K $mnt/a$round || die "fallocate"
		eventually is 8 frsp/groups_loaded
		is_idle
		is $((8 * round)) frsp/group_reloads
		is $((8 * round + 8)) frsp/group_loads
		grows frsp/reload_wait_ns $waited
		waited=$REPLY
	done
	is 0 frsp/drops
	check_trees
	is 0 frsp/audit_mismatches
}

# Only the loads by requests count as a wait, and not those by the thread.
test_no_request_waits_for_the_thread() {
	local tracing=/sys/kernel/tracing requests all
	make_pieces
	load
	set_to 3 frsp_cache_aggression
	eventually is 8 frsp/groups_loaded
	is_idle
	echo 2 >/proc/sys/vm/drop_caches
	mountpoint -q $tracing || mount -t tracefs tracefs $tracing || die "no tracefs"
	: >$tracing/trace
	echo 1 >$tracing/events/frsp/frsp_group_loads/enable
	fallocate -l 64K $mnt/a || die "fallocate"
	eventually is 8 frsp/group_reloads
	echo 0 >$tracing/events/frsp/frsp_group_loads/enable
	awk '/frsp_group_loads:/ { all += $NF; requests += $1 ~ /^fallocate-/ ? $NF : 0 }
		END { printf "%.0f %.0f\n", requests, all }' $tracing/trace >$tmp/waits
	read -r requests all <$tmp/waits
	get frsp/reload_wait_ns
	((REPLY > 0 && REPLY <= requests && requests < all)) ||
		die "$REPLY ns, the requests' loads took $requests, all $all"
}

# Whether the cap was written is told.
test_given_cap() {
	make_ext4 500M
	mount_ext4
	load
	is 0 frsp/cap_is_given
	get mb_frsp_max_mem
	set_to $REPLY mb_frsp_max_mem
	is 1 frsp/cap_is_given
	umount $mnt
	mount_ext4
	is 0 frsp/cap_is_given
}

# Level 3 loads all trees, but the cap has room for a part: the loader must stop trying.
test_cap_below_what_there_is() {
	make_pieces
	load
	set_to 5600 mb_frsp_max_mem
	set_to 3 frsp_cache_aggression
	eventually is 8 frsp/groups_known
	is_idle
	check_trees
	is 0 frsp/audit_mismatches
}

# To load a group, frsp evicts other trees if there is no room, but not where ext4 has evicted
# the group's bitmap, so that nothing can be loaded. Groups 8 and 24 are in different trees.
test_no_eviction_in_vain() {
	make_ext4 300M -b 1024
	mount_ext4
	cat /proc/fs/ext4/vda/mb_groups >/dev/null
	sync
	echo 3 >/proc/sys/vm/drop_caches
	load
	set_to 0 frsp_cache_aggression
	# ext4 reads the bitmap of group 8 for the first file, and frsp loads it for the second
	"$tools/place" $mnt/a 10 70000+100 >/dev/null
	"$tools/place" $mnt/b 10 70000+100 >/dev/null
	is 1 frsp/groups_loaded
	get frsp_tree_usage
	# not enough for one more extent, but the thread does not evict, either
	set_to $((REPLY + 48)) mb_frsp_max_mem
	"$tools/place" $mnt/c 10 200000+100 >/dev/null
	is 0 frsp/evictions
	is 1 frsp/groups_loaded
}
