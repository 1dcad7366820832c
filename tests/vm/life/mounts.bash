# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2086,SC2154 # kmod-in-guest says why
# Tests of loading and unloading frsp.ko, and of mounting and unmounting filesystems.

test_load_before_mount() {
	make_ext4 500M
	load
	mount_ext4
	is 1 freespace_tree
	is 1 frsp_cache_aggression
	is 0 frsp/goals_offered
	dd if=/dev/zero of=$mnt/a bs=1M count=8 conv=fsync status=none
	grows frsp/goals_taken 0
	check_trees
	umount $mnt
	[[ ! -e $sys ]] || die "$sys is left"
}

test_load_after_mount() {
	make_ext4 500M
	mount_ext4
	dd if=/dev/zero of=$mnt/a bs=1M count=8 conv=fsync status=none
	load
	dd if=/dev/zero of=$mnt/b bs=1M count=8 conv=fsync status=none
	grows frsp/goals_taken 0
	check_trees
	rmmod frsp
	[[ -e $sys && ! -e $sys/frsp && ! -e $sys/freespace_tree ]] || die "files are left"
	dd if=/dev/zero of=$mnt/c bs=1M count=8 conv=fsync status=none
	umount $mnt
	e2fsck -fn $dev >$tmp/e2fsck 2>&1 || die "$(<$tmp/e2fsck)"
}

# The layout of ext4's structs that the module was built with is the layout in this
# kernel's BTF.
test_layout() {
	local split=/sys/kernel/btf/ext4
	[[ -e $split ]] || split=-
	"$here/../../.output/layout" "$here/../../vmlinux/ext4.layout" /sys/kernel/btf/vmlinux $split |
		cmp - "${ko%/*}/ext4_layout.h" || die "another layout"
}

test_btf_of_another_kernel() {
	local file
	for file in /sys/kernel/btf/vmlinux /sys/kernel/btf/ext4; do
		[[ -e $file ]] || continue
		mount --bind "$ko" $file
		refused 'not of the kernel that the module was built for'
		umount $file
		echo "frsp-test: begin $test" >/dev/kmsg
	done
	load
}

test_ftrace_switched_off() {
	if sysctl -q kernel.ftrace_enabled=0 2>/dev/null; then
		refused 'kernel.ftrace_enabled is 0'
		sysctl -q kernel.ftrace_enabled=1
	else
		# 7.3 and later always refuse it
		dmesg | grep 'ftrace_enabled file is deprecated and no longer disables' >/dev/null ||
			die "ftrace cannot be switched off"
	fi
	load
	! sysctl -q kernel.ftrace_enabled=0 2>/dev/null || die "the hooks can be switched off"
	[[ $(</proc/sys/kernel/ftrace_enabled) == 1 ]] || die "they are switched off"
}

test_taken_by_another() {
	insmod "$taker" || die "insmod $taker"
	refused 'ext4_mb_regular_allocator\(\) is taken by livepatch or another module'
	rmmod taker
	load
	! insmod "$taker" 2>/dev/null || die "two redirect the same function"
}

test_bad_values() {
	local value file files
	make_ext4 300M
	load
	mount_ext4
	for file in freespace_tree frsp_cache_aggression mb_frsp_max_mem frsp_scan_rate; do
		get $file
		for value in '' x -1 1x 0x '1 2' 18446744073709551616 111111111111111111111111111; do
			! echo "$value" 2>/dev/null >$sys/$file || die "$file takes '$value'"
			is "$REPLY" $file
		done
	done
	for value in freespace_tree:2 frsp_cache_aggression:4 frsp_scan_rate:1001; do
		! echo ${value#*:} 2>/dev/null >$sys/${value%:*} || die "takes $value"
	done
	is 1 freespace_tree
	is 1 frsp_cache_aggression
	! echo 1 2>/dev/null >$sys/frsp_tree_usage || die "frsp_tree_usage can be written"
	[[ $(stat -c %a $sys/freespace_tree $sys/frsp_tree_usage $sys/frsp/audits) == $'644\n444\n444' ]] ||
		die "modes"
	files=("$sys"/frsp/*)
	((${#files[@]} >= 20)) || die "files are missing"
	cat "${files[@]}" >$tmp/counters
	! grep -vqE '^[0-9]+$' $tmp/counters || die "not a number: $(<$tmp/counters)"
}

# import GROUP: FRSP_IOC_IMPORT of a summary that says that GROUP is full.
import() {
	perl -e 'open my $fs, "<", $ARGV[0] or die; open my $frsp, "+<", "/dev/frsp" or die;
		my $summary = pack "L4", $ARGV[1], 0, 0, 0;
		my $call = pack "LlPL4", 32, fileno $fs, $summary, 1, 0, 0, 0;
		ioctl $frsp, 0xc0204694, $call or die $!' $mnt $1 || die "import"
}

# The last tree has room for groups that do not exist: here, group 3 and those behind it.
test_import_of_no_group() {
	local group
	make_ext4 300M
	load
	mount_ext4
	eventually is 3 frsp/groups_known
	for group in 3 15 16 4294967295; do
		import $group
	done
	is 3 frsp/groups_known
}

# The loader's thread can be frozen for a suspend while it has much to load.
test_suspend_while_loading() {
	local sys=/sys/fs/ext4/loop0
	[[ -e /sys/power/pm_test ]] || return 0
	truncate -s 1T $tmp/fs
	mke2fs -q -F -t ext4 $tmp/fs
	load
	mount -o loop $tmp/fs $mnt
	set_to 3 frsp_cache_aggression
	echo 500 >/sys/power/pm_freeze_timeout
	echo 0 >/sys/module/suspend/parameters/pm_test_delay
	echo freezer >/sys/power/pm_test
	echo freeze >/sys/power/state || die "its thread cannot be frozen"
	get frsp/groups_loaded
	[[ $REPLY -lt 8000 ]] || die "all was loaded before"
	umount $mnt
	rm $tmp/fs
}

# Ten filesystems are mounted, written to and unmounted at the same time. frsp attaches to
# each of them.
test_many_filesystems() {
	local i n
	load
	truncate -s 64M $tmp/fs
	mke2fs -q -F -t ext4 $tmp/fs
	for i in {1..10}; do
		cp --sparse=always $tmp/fs $tmp/fs$i
		mkdir -p /mnt/many$i
	done
	for i in {1..10}; do
		mount -o loop $tmp/fs$i /mnt/many$i &
	done
	wait
	n=$(find /sys/fs/ext4 -path '*/frsp/trees' | wc -l)
	[[ $n == 10 ]] || die "$n filesystems are attached"
	for i in {1..10}; do
		echo $i >/mnt/many$i/a &
	done
	wait
	for i in {1..10}; do
		umount /mnt/many$i &
	done
	wait
	n=$(find /sys/fs/ext4 -name frsp | wc -l)
	[[ $n == 0 ]] || die "$n filesystems are still attached"
	rm $tmp/fs*
}

# Unloads and loads the module twice (20 times with FRSP_ALL=1) while two processes write.
test_unload_under_load() {
	local i writer writers=() n=2
	! grep -qw frsp_all /proc/cmdline || n=20
	make_ext4 1G
	load
	mount_ext4
	for writer in 1 2; do
		while :; do
			dd if=/dev/zero of=$mnt/$writer bs=64k count=200 status=none
		done &
		writers+=($!)
	done
	for ((i = 0; i < n; i++)); do
		rmmod frsp || die "rmmod"
		load
	done
	eventually grows frsp/goals_taken 0
	kill "${writers[@]}"
	wait "${writers[@]}" 2>/dev/null
	is 0 frsp/audit_mismatches
	check_trees
}

# Makes /dev/mapper/stopper, 1 GiB of the disk, whose I/O can be stopped.
make_stopper() {
	modprobe -q dm-mod
	dmsetup create stopper --noudevsync --noudevrules --table "0 2097152 linear $dev 0" ||
		die "dmsetup create"
	dmsetup mknodes stopper
}

stop_disk() {
	dmsetup suspend stopper --noudevsync --noflush --nolockfs || die "dmsetup suspend"
}

start_disk() {
	dmsetup resume stopper --noudevsync || die "dmsetup resume"
}

make_small() { # make_small NAME: makes an ext4 in a file, and the directory /mnt/NAME
	mkdir -p "/mnt/$1"
	truncate -s 64M "$tmp/$1.img"
	mke2fs -q -F -t ext4 "$tmp/$1.img"
}

# Mounts a filesystem in a file at /mnt/older, and then one on the stopper at $mnt.
mount_two() {
	make_stopper
	mke2fs -q -F -t ext4 /dev/mapper/stopper
	make_small older
	mount -o loop $tmp/older.img /mnt/older || die mount
	mount /dev/mapper/stopper $mnt || die mount
}

# beside_umount COMMAND...: runs COMMAND while the umount of $mnt waits for the stopped
# disk.
beside_umount() {
	local umount
	dd if=/dev/zero of=$mnt/a bs=1M count=8 status=none
	stop_disk
	umount $mnt &
	umount=$!
	sleep 1
	"$@" &
	sleep 1
	start_disk
	wait $! || die "$*"
	wait $umount || die umount
}

# In 6.1 a walk over the superblocks ends early at a superblock that is being unmounted.
test_unload_beside_umount() {
	mount_two
	load
	beside_umount rmmod frsp
	[[ ! -e /sys/module/frsp ]] || die "it is still there"
	[[ -z $(find /sys/fs/ext4 -name frsp) ]] || die "$(find /sys/fs/ext4 -name frsp) is still there"
	dd if=/dev/zero of=/mnt/older/a bs=1M count=8 conv=fsync status=none || die "a write failed"
}

# frsp attaches to a filesystem that the walk did not reach at the first request there.
test_load_beside_umount() {
	mount_two
	beside_umount load
	dd if=/dev/zero of=/mnt/older/a bs=1M count=8 conv=fsync status=none || die "a write failed"
	eventually compgen -G '/sys/fs/ext4/loop*/frsp' || die "it was not found"
}

# frsp looks at each filesystem when it is loaded, and has to wait for one that is being
# mounted. While it waits, it cannot be unloaded, and rmmod says so.
test_unload_beside_stalled_mount() {
	local mount rmmod waits result
	make_stopper
	mke2fs -q -F -t ext4 /dev/mapper/stopper
	echo 3 >/proc/sys/vm/drop_caches
	stop_disk
	mount -t ext4 /dev/mapper/stopper $mnt &
	mount=$!
	sleep 1
	load
	rmmod frsp 2>/dev/null &
	rmmod=$!
	eventually test ! -e /proc/$rmmod
	waits=$?
	start_disk
	wait $mount || die mount
	wait $rmmod
	result=$?
	((waits == 0)) || die "rmmod waits"
	((result)) || die "it was unloaded"
	logged 'a mount or umount goes on'
	eventually rmmod frsp
	dd if=/dev/zero of=$mnt/a bs=1M count=8 conv=fsync status=none || die "a write failed"
}

# While a request on one filesystem waits for its disk, others can be mounted and unmounted.
test_stopped_disk_stops_no_other() {
	local writer
	make_stopper
	mke2fs -q -F -t ext4 -E lazy_itable_init=0 -O ^uninit_bg,^metadata_csum /dev/mapper/stopper
	make_small before
	make_small after
	load
	mount -o loop $tmp/before.img /mnt/before || die mount
	mount -o no_prefetch_block_bitmaps /dev/mapper/stopper $mnt || die mount
	echo 3 >/proc/sys/vm/drop_caches
	stop_disk
	dd if=/dev/zero of=$mnt/a bs=1M count=64 oflag=direct status=none &
	writer=$!
	sleep 1
	(
		umount /mnt/before && mount -o loop $tmp/after.img /mnt/after && umount /mnt/after
	) &
	eventually test ! -e /proc/$!
	result=$?
	start_disk
	wait
	((result == 0)) || die "they waited"
}

# Makes an ext4 with 18 groups in which every second block is free: a tree takes long to load.
make_crumbs() {
	local group block commands=''
	make_ext4 5G -N 1000 -O ^metadata_csum,^uninit_bg
	head -c 4096 /dev/zero | tr '\0' '\125' >$tmp/bitmap
	while read -r group block; do
		dd if=$tmp/bitmap of=$dev bs=4096 seek=$block conv=notrunc status=none
		commands+="set_bg $group free_blocks_count 16384"$'\n'
	done < <(dumpe2fs $dev 2>/dev/null | awk '/^Group [0-9]+:/ { group = $2 + 0 }
		group % 2 == 0 && group % 16 && sub(/.*Block bitmap at /, "") { print group, $1 + 0 }')
	echo "$commands" >$tmp/commands
	debugfs -w -f $tmp/commands $dev >/dev/null 2>&1 || die debugfs
}

# hog: keeps a CPU busy; each round makes the file of rounds one byte longer
hog() {
	while :; do
		printf . >>$tmp/rounds
	done
}

# Sets REPLY to what the hogs get done while umount waits, with the loader at this level; it may
# use any memory. It is not the time: of that a busy host takes a part.
rounds_of_umount() { # rounds_of_umount LEVEL
	local began
	mount_ext4 no_prefetch_block_bitmaps
	set_to 0 mb_frsp_max_mem
	set_to "$1" frsp_cache_aggression
	[[ $1 == 0 ]] || eventually grows frsp/groups_loaded 0
	began=$(stat -c %s $tmp/rounds)
	nice -n -20 umount $mnt || die umount
	REPLY=$(($(stat -c %s $tmp/rounds) - began))
}

# The loader is nice, but umount does not wait until other processes leave it a CPU.
test_umount_beside_busy_processors() {
	local hogs=() idle loading
	make_crumbs
	load
	for _ in {1..6}; do
		hog &
		hogs+=($!)
	done
	rounds_of_umount 0
	idle=$REPLY
	rounds_of_umount 3
	loading=$REPLY
	kill "${hogs[@]}"
	wait "${hogs[@]}" 2>/dev/null
	echo "# during umount others do $idle rounds, and $loading beside a loader that works"
	((loading < 3 * idle)) || die "umount waits for a CPU"
}
