#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Tests of splat-check: it finds a sample of each kind of splat, as the kernel prints it,
# and no splat in harmless lines.

setup() {
	check=$BATS_TEST_DIRNAME/splat-check
	log=$BATS_TEST_TMPDIR/log
}

@test "each kind of splat is found, on its line" {
	local sample bad=0
	while IFS= read -r sample; do
		printf '[    1.000000] Linux version 6.1\r\n[    2.000000] %s\r\n' "$sample" >"$log"
		run "$check" "$log"
		[[ $status -eq 1 && $output == "2:[    2.000000] $sample" ]] && continue
		echo "status $status for: $sample ($output)"
		bad=1
	done <<'EOF'
BUG: kernel NULL pointer dereference, address: 0000000000000008
BUG: unable to handle page fault for address: ffffffffc0aa1000
BUG: KASAN: slab-use-after-free in ext4_mb_new_blocks+0x12/0x34 [ext4]
BUG: KCSAN: data-race in a / b
BUG: KFENCE: use-after-free read in f+0x1/0x2
BUG: sleeping function called from invalid context at mm/slab.h:420
BUG: scheduling while atomic: fio/123/0x00000002
BUG: Bad page state in process fio  pfn:12345
BUG: Dentry 00000000deadbeef{i=c,n=f}  still in use (1) [unmount of ext4 vda]
BUG: workqueue lockup - pool cpus=0 node=0 flags=0x0 nice=0 stuck for 30s!
BUG: spinlock bad magic on CPU#0, fio/123
watchdog: BUG: soft lockup - CPU#1 stuck for 26s! [fio:123]
watchdog: Watchdog detected hard LOCKUP on cpu 0
Page cache invalidation failure on direct I/O.  Possible data corruption due to collision with buffered I/O!
BUG kmalloc-64 (Not tainted): Poison overwritten
BUG ext4_inode_cache (Tainted: G           OE     ): Objects remaining in ext4_inode_cache on __kmem_cache_shutdown()
kernel BUG at fs/ext4/mballoc.c:3456!
WARNING: CPU: 0 PID: 123 at fs/ext4/inode.c:1 f+0x1/0x2 [ext4]
WARNING: fs/ext4/inode.c:1 at f+0x1/0x2, CPU#0: fio/123
WARNING: possible circular locking dependency detected
WARNING: possible recursive locking detected
WARNING: inconsistent lock state
WARNING: suspicious RCU usage
WARNING: bad unlock balance detected!
[ BUG: Invalid wait context ]
INFO: possible recursive locking detected
INFO: trying to register non-static key.
DEBUG_LOCKS_WARN_ON(lock->magic != lock)
Oops: 0002 [#1] PREEMPT SMP NOPTI
Oops: general protection fault, maybe for address 0x10: 0000 [#1] PREEMPT SMP
general protection fault, probably for non-canonical address 0xdead000000000100: 0000 [#1]
stack segment: 0000 [#1] PREEMPT SMP
double fault: 0000 [#1] PREEMPT SMP
unchecked MSR access error: RDMSR from 0x1 at rIP: 0xffffffff81000000 (f+0x1/0x2)
Kernel panic - not syncing: Fatal exception
UBSAN: array-index-out-of-bounds in fs/ext4/x.c:1:2
kmemleak: 3 new suspected memory leaks (see /sys/kernel/debug/kmemleak)
fio: page allocation failure: order:4, mode:0xcc0(GFP_KERNEL)
list_add corruption. prev->next should be next (a), but was b. (prev=c).
list_del corruption, a->next is LIST_POISON1 (dead000000000100)
refcount_t: underflow; use-after-free.
ODEBUG: free active (active state 0) object type: timer_list
usercopy: Kernel memory exposure attempt detected from SLUB object 'x' (offset 0, size 9)!
fio invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0
Out of memory: Killed process 123 (fio) total-vm:1kB
rcu: INFO: rcu_preempt self-detected stall on CPU
rcu: INFO: rcu_sched detected stalls on CPUs/tasks:
rcu: INFO: rcu_preempt detected expedited stalls on CPUs/tasks: { 1-... }
rcu: rcu_preempt kthread starved for 5250 jiffies! g1 f0x0 RCU_GP_WAIT_FQS(5)
INFO: task jbd2/vda-8:123 blocked for more than 120 seconds.
irq 11: nobody cared (try booting with the "irqpoll" option)
EXT4-fs error (device vda): ext4_mb_generate_buddy:1141: group 1, block bitmap and bg descriptor inconsistent
EXT4-fs (vda): Delayed block allocation failed for inode 12 at logical offset 0 with max blocks 1 with error 28
EXT4-fs (vda): This should not happen!! Data will be lost
EXT4-fs (vda): Remounting filesystem read-only
Assertion failure in jbd2_journal_dirty_metadata() at fs/jbd2/transaction.c:1: "x"
Aborting journal on device vda-8.
VFS: Busy inodes after unmount of vda (ext4)
VFS: Close: file count is 0 (f_op=ext4_file_operations)
sysfs: cannot create duplicate filename '/fs/ext4/vda/frsp'
kobject: kobject_add_internal failed for frsp with -EEXIST, don't try to register things with the same name
EOF
	[[ $bad -eq 0 ]]
}

@test "what looks like a splat but is none passes" {
	cat >"$log" <<'EOF'
[    0.000000] Linux version 6.1.0-56-amd64 (gcc-12 (Debian 12.2.0-14) 12.2.0) #1 SMP PREEMPT_DYNAMIC
[    0.000000] Command line: console=ttyS0 loglevel=7 printk.devkmsg=on panic=-1
[    0.100000] [Firmware Bug]: TSC doesn't count with P0 frequency!
[    0.200000] ACPI BIOS Error (bug): Failure creating named object
[    0.300000] debug: unmapping init [mem 0xffffffff82000000]
[    0.310000] DEBUG: a module says so
[    0.400000] rcu: RCU calculated value of scheduler-enlistment delay is 25 jiffies.
[    0.500000] kmemleak: Kernel memory leak detector disabled
[    1.000000] kauditd_printk_skb: 5 callbacks suppressed
[    1.100000] EXT4-fs (vda): mounted filesystem with ordered data mode. Quota mode: none.
[    1.200000] EXT4-fs warning (device vda): ext4_multi_mount_protect:328: MMP interval 42 higher than expected
[    1.300000] frsp: loading out-of-tree module taints kernel.
[    9.000000] reboot: Power down
EOF
	run "$check" "$log"
	[[ $status -eq 0 && -z $output ]]
}

# own_lists DENY ALLOW: makes a copy of splat-check that uses these lists.
own_lists() {
	mkdir "$BATS_TEST_TMPDIR/vm"
	cp "$check" "$BATS_TEST_TMPDIR/vm/"
	check=$BATS_TEST_TMPDIR/vm/splat-check
	printf '%s\n' "$1" >"$BATS_TEST_TMPDIR/splat.deny"
	printf '%s\n' "$2" >"$BATS_TEST_TMPDIR/splat.allow"
}

@test "the allow list takes lines out, comments and empty lines in it do not" {
	own_lists $'# BUG\n\nBUG:' $'# BUG:\n\n  # all\nBUG: harmless'
	printf '%s\n' 'BUG: harmless, see above' >"$log"
	run "$check" "$log"
	[[ $status -eq 0 ]]
	printf '%s\n' 'a line' 'BUG: real' 'BUG: harmless' >"$log"
	run "$check" "$log"
	[[ $status -eq 1 && $output == '2:BUG: real' ]]
}

@test "lists that would check nothing are an error" {
	own_lists '# only this' ''
	echo 'BUG: real' >"$log"
	run "$check" "$log"
	[[ $status -eq 2 && ${lines[0]} == vm:*'no pattern'* && ${#lines[@]} -eq 2 ]]
	echo 'BUG(' >"$BATS_TEST_TMPDIR/splat.deny"
	run "$check" "$log"
	[[ $status -eq 2 ]]
	rm "$BATS_TEST_TMPDIR/splat.deny"
	run "$check" "$log"
	[[ $status -eq 2 ]]
}

@test "an announced message is allowed from its announcement on, no other is" {
	cat >"$log" <<'EOF'
[    1.000000] EXT4-fs error (device vda): too early
[    2.000000] frsp-test: expect EXT4-fs error .*injected
[    3.000000] EXT4-fs error (device vda): injected
[    4.000000] EXT4-fs error (device vda): of another kind
[    5.000000] BUG: unrelated
EOF
	run "$check" "$log"
	[[ $status -eq 1 ]]
	[[ ${#lines[@]} -eq 3 && ${lines[0]} == 1:* && ${lines[1]} == 4:* && ${lines[2]} == 5:* ]]
	sed -i '/^\[    [145]/d' "$log"
	run "$check" "$log"
	[[ $status -eq 0 && -z $output ]]
}

@test "an announcement that is no or an empty expression is an error" {
	echo '[    1.000000] frsp-test: expect EXT4-fs (' >"$log"
	run "$check" "$log"
	[[ $status -eq 2 && ${lines[0]} == vm:*'EXT4-fs ('* ]]
	echo '[    1.000000] frsp-test: expect ' >"$log"
	run "$check" "$log"
	[[ $status -eq 2 ]]
}

@test "binary rubbish does not end the search" {
	printf 'a\0b\377\n[    1.000000] BUG: real\n' >"$log"
	run "$check" "$log"
	[[ $status -eq 1 && $output == '2:[    1.000000] BUG: real' ]]
}

@test "a log that is not there is an error, not clean" {
	run "$check" "$log"
	[[ $status -eq 2 && ${lines[0]} == "vm: cannot read $log" ]]
	run "$check"
	[[ $status -eq 2 ]]
}
