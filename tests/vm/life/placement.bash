# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2086,SC2154 # kmod-in-guest says why
# Tests of files with target ranges (kmod/place.c), and of a group whose lock is taken.

place() { # place EXPECTED ARG...: runs ../place.c; EXPECTED is its output in one line
	local is
	is=$("$tools/place" "${@:2}" 2>&1 | paste -sd' ')
	[[ $is == "$1" ]] || die "place ${*:2}: $is, not $1"
}

test_place() {
	make_ext4 2G
	load
	mount_ext4
	# in the middle of a free extent; the RFC's code found only the start of one
	place 200000+1000 $mnt/a 1000 200000+1000
	place 201234+64 $mnt/b 64 201234+64
	check_trees
	# free blocks in the second range only; then in no range, so they come from elsewhere
	place '300000+100 300500+100' $mnt/c 200/100 200000+1000 300000+100 300500+100
	"$tools/place" $mnt/d 200/50 300000+100 300500+149 >$tmp/d || die "place"
	[[ $(head -n 1 $tmp/d) == 300600+50 || $(head -n 1 $tmp/d) == 300600+200 ]] || die "$(<$tmp/d)"
	# the free blocks between used blocks, across a group's border
	place '393216+80 393200+16 393296+4' $mnt/e 100/20 393200+100
	# the first free block is in use: the goal is the next free piece
	place 400000+10 $mnt/f 10 400000+10
	place '399990+10 400010+10' $mnt/g 20/10 399990+30
	# small writes, with and without delayed allocation
	place 450000+8 $mnt/h 8/2 450000+4096
	is 0 frsp/audit_mismatches
	get frsp/placed_goals
	((REPLY >= 9)) || die "$REPLY placed"
	check_trees
}

test_place_ends() {
	make_ext4 2G
	load
	mount_ext4
	local out
	out=$("$tools/place" $mnt/a 100 -u 300000+100)
	[[ $out != 300000+* ]] || die "unplaced, but in the range"
	out=$("$tools/place" $mnt/b 100 -c 300000+100)
	[[ $out != 300000+* ]] || die "closed, but in the range"
	place 300000+100 $mnt/c 100 300000+100
	is 1 frsp/placed_goals
}

test_place_errors() {
	make_ext4 300M
	load
	mount_ext4
	mkdir $mnt/dir
	place 'place: ERANGE' $mnt/a 1 76700+200
	place 'place: ERANGE' $mnt/a 1 99999999999+1
	place 'place: ERANGE' $mnt/a 1 18446744073709551615+18446744073709551615
	place 'place: ERANGE' $mnt/a 1 1000+0
	place 'place: ERANGE' $mnt/a 1 1000+18446744073709551000
	place 'unplace: ENOENT' $mnt/a 1 -u
	# shellcheck disable=SC2046 # words
	place 'place: EINVAL' $mnt/a 1 $(printf '1000+1 %.0s' {1..4097})
	place 'place: EOPNOTSUPP' /tmp/x 1 1000+1
	is 0 frsp/placed_goals
}

# With blocks of 1 KiB, the filesystem's first block is 1, not 0.
test_place_1k() {
	make_ext4 200M -b 1024
	load
	mount_ext4
	place 50001+300 $mnt/a 300 50001+300
	place 147457+10 $mnt/b 10 147457+10
	place 'place: ERANGE' $mnt/c 1 0+10
	check_trees
}

# With bigalloc only the whole clusters in a range count. Computing them must not overflow
# 64 bits.
test_place_bigalloc() {
	make_ext4 300M -O bigalloc -C 65536
	load
	mount_ext4
	place 'place: ERANGE' $mnt/a 1 18446744073709551614+1000
	place 65536+32 $mnt/a 32 65530+48
	check_trees
}

# 800 groups, each smaller than the request: a request loads only some of them.
test_place_is_bounded() {
	local loads
	make_ext4 200M -b 1024 -g 256 -O ^flex_bg
	mount_ext4
	cat /proc/fs/ext4/vda/mb_groups >/dev/null
	load
	set_to 0 frsp_cache_aggression
	"$tools/place" $mnt/a 1024 1000+190000 >$tmp/a || die place
	get frsp/group_loads
	loads=$REPLY
	get frsp/placed_goals
	((REPLY >= 4)) || die "$REPLY placed: $(<$tmp/a)"
	((loads <= 32 * REPLY)) || die "$loads loads for $REPLY goals"
}

group_of() { # group_of FILE: prints the group of its first block, for blocks of 4 KiB
	filefrag -v "$1" | awk '$1 == "0:" { print int($4 / 32768) }'
}

# Whether the kernel reports a CPU that hangs: a slow guest's CPU may spin for long.
hangs_reported() { # hangs_reported 0|1
	echo "$1" >/proc/sys/kernel/watchdog
	echo $((1 - $1)) >/sys/module/rcupdate/parameters/rcu_cpu_stall_suppress
}

# Another process holds the lock of the group in which the next new file would be. The
# file goes to another group and does not wait. A request that continues a file would wait.
test_group_whose_lock_is_taken() {
	local parameters=/sys/module/group_holder/parameters
	make_ext4 2G
	load
	mount_ext4
	cp "$(type -P fallocate)" $tmp/holder
	fallocate -l 64K $mnt/before || die "fallocate"
	cat /proc/fs/ext4/vda/mb_groups >/dev/null # all groups are known
	touch $mnt/{held,free} # before: creating an inode takes a group's lock, too
	hangs_reported 0
	insmod "$group_holder" || die "insmod $group_holder"
	$tmp/holder -l 64K $mnt/held &
	eventually grep -qx Y $parameters/is_held
	# without fsync: the journal waits for the holder
	dd if=/dev/zero of=$mnt/free bs=64K count=1 oflag=direct conv=notrunc status=none || die "dd"
	echo N >$parameters/hold
	wait
	hangs_reported 1
	grep -qx N $parameters/is_held || die "the lock was waited for"
	[[ $(group_of $mnt/held) == "$(group_of $mnt/before)" ]] || die "the lock of another group"
	[[ $(group_of $mnt/free) != "$(group_of $mnt/held)" ]] || die "in the same group"
	check_trees
}

# ext4 had read the bitmap of the target, and has evicted it.
test_place_where_the_bitmap_is_gone() {
	make_ext4 1G -E lazy_itable_init=0
	mount_ext4
	cat /proc/fs/ext4/vda/mb_groups >/dev/null
	sync
	echo 3 >/proc/sys/vm/drop_caches
	load
	set_to 0 frsp_cache_aggression
	place 200000+100 $mnt/a 100 200000+5000
	place 200100+100 $mnt/b 100 200000+5000
	is 2 frsp/placed_goals
	is 0 frsp/audit_mismatches
}
