#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # each test is a subshell; program, for expect_error; lib.bash
# Tests of frspd's relocation: it moves what is hot by the history that it keeps, as jobs of
# frspctl, within its bounds; and its decisions can be explained and taken back.

load lib
load pins
load plan
load frspd

# start SETTING...: a filesystem with x, of 4 MiB on the slow tier, and a frspd with these
# settings, which plans every 2 s
start() {
	[[ -d $test_dir/fs ]] || make_fs 1024 256
	[[ -e $test_dir/fs/x ]] || make_file slow x 4
	fs_cool fs
	name=${loop_of[fs]#/dev/}
	sums=$(sha256sum "$test_dir/fs/x")
	settings 'cooldown = 0'
	configure etc/frsp/policy.conf <"$test_dir/policy"
	configure etc/frsp/tiers.conf <"$test_dir/conf"
	{
		echo "[${loop_of[fs]}]"
		printf '%s\n' 'relocation_interval = 2' 'relocation_pressure = 100%' "$@"
	} | configure etc/frsp/frspd.conf
	frspd_start
}

hot() { # makes the second MiB of x hot
	heat x 1 300
}

is_whole() {
	fs_cool fs
	expect "contents" "$(sha256sum "$test_dir/fs/x")" "$sums"
	fs_umount fs
	e2fsck -fn "${loop_of[fs]}" >"$test_dir/fsck" 2>&1 || fail "$(cat "$test_dir/fsck")"
}

says() { # says REGEX: waits until frspd has said it
	wait_until said "$1" || fail "$(cat "$test_dir/frspd.err")"
}

mover() { # prints the pid of what frspd runs
	pgrep -P "$frspd_pid" -x frsp-mover
}

decisions() { # decisions FILTER
	"$frspctl" rollback --json >"$test_dir/decisions"
	"$native_dir/validate.py" "$schema" <"$test_dir/decisions" >/dev/null
	jq -r "$1" "$test_dir/decisions"
}

# bats test_tags=slow
@test "apply: what is hot moves to the fast tier, as a decision that is explained and taken back" {
	start 'relocation = apply'
	hot
	says "$name: 1.0M moved (d1)"
	said "$name: 1.0M to the fast tier, 0 to the slow one, 1 ranges; that saves [0-9]* I/Os of the slow tier in 24 h, and costs [0-9]* (d1)"
	expect "where it is" "$(tier_of "$test_dir/fs/x")" both
	# nothing more is to be done
	sleep 5
	expect "decisions" "$(decisions '.decisions | length')" 1
	expect "decision" "$(decisions '.decisions[0] | [.decision, .state, .tuner, .tunable, .device_name, .job] | @csv')" \
		"\"d1\",\"made\",\"relocation\",\"fast_tier_bytes\",\"$name\",1"
	(($(decisions '.decisions[0] | (.after | tonumber) - (.before | tonumber)') == MIB)) || fail "before and after"
	"$frspctl" explain d1 | tee "$test_dir/out"
	grep -q '^d1 of .*: tuner relocation, filesystem' "$test_dir/out"
	grep -q '^because: it saves more I/Os than the move costs' "$test_dir/out"
	grep -q '"frspctl explain 1" has the figures of each range that it moved; "frspctl rollback d1" takes it back' "$test_dir/out"
	"$frspctl" explain 1 "$test_dir/fs/x" | grep ' gain ' >/dev/null
	frspd_end
	expect "exit status" "$status" 0
	run_program frspctl rollback --rate 0 d1
	expect "exit status: $(cat "$test_dir/err")" "$status" 0
	expect "where it is then" "$(tier_of "$test_dir/fs/x")" slow
	expect "its state then" "$(decisions '.decisions[0].state')" rolled_back
	run_program frspctl rollback d1
	expect_error 1 'd1: it was taken back already'
	is_whole
}

# bats test_tags=slow
@test "advise: it says once what it would move, and moves nothing; its command does" {
	local command
	start 'relocation = advise'
	hot
	says "$name: to move 1.0M to the fast tier"
	sleep 5
	expect "times" "$(grep -c 'to move 1.0M' "$test_dir/frspd.err")" 1
	expect "where it is" "$(tier_of "$test_dir/fs/x")" slow
	[[ ! -e $FRSPCTL_JOURNAL ]] || expect "decisions" "$(decisions '.decisions | length')" 0
	command=$(sed -n 's/.*"frspctl apply \(.*\)" does it/\1/p' "$test_dir/frspd.err")
	run_program frspctl apply --config "$test_dir/conf" --rate 0 "$command"
	cat "$test_dir/out"
	expect "exit status: $(cat "$test_dir/err")" "$status" 0
	expect "where it is then" "$(tier_of "$test_dir/fs/x")" both
}

@test "to plan, it keeps the right to see who unmounts, and no right to move" {
	start 'relocation = advise'
	expect "capabilities" "$(capsh --decode="$(sed -n 's/^CapPrm:\t//p' "/proc/$frspd_pid/status")" | sed 's/.*=//' | tr , '\n' | sort | xargs)" \
		"cap_bpf cap_dac_read_search cap_perfmon"
}

@test "observe, which is the default: it neither plans nor moves" {
	start
	hot
	sleep 5
	not said ".*to the fast tier"
	[[ ! -e $(echo "$test_dir"/run/plan-*) ]] || fail "there is a plan"
	expect "where it is" "$(tier_of "$test_dir/fs/x")" slow
}

# bats test_tags=slow
@test "outside of its window it moves nothing" {
	start 'relocation = apply' "relocation_window = $(date -d '+2 hours' +%H:%M)-$(date -d '+3 hours' +%H:%M)"
	hot
	sleep 6
	expect "where it is" "$(tier_of "$test_dir/fs/x")" slow
	# the window of now
	sed -i "s/^relocation_window.*/relocation_window = $(date -d '-1 hour' +%H:%M)-$(date -d '+2 hours' +%H:%M)/" \
		"$test_dir/root/etc/frsp/frspd.conf"
	kill -HUP "$frspd_pid"
	says "$name: 1.0M moved (d1)"
}

# bats test_tags=slow
@test "while others wait for I/O it does not begin, and says so once" {
	[[ -r /proc/pressure/io ]] || skip "the kernel has no /proc/pressure/io"
	start 'relocation = apply' 'relocation_pressure = 1%'
	# reads wait for the disk all the time
	(while dd if="$test_dir/fs/x" of=/dev/null bs=4k iflag=direct status=none; do :; done) 3>&- &
	reader=$!
	defer end_reader "$reader"
	says "$name: relocation waits: programs wait for I/O [0-9]*% of the time, more than 1%"
	sleep 4
	expect "times" "$(grep -c 'relocation waits' "$test_dir/frspd.err")" 1
	expect "where it is" "$(tier_of "$test_dir/fs/x")" slow
}

end_reader() {
	kill "$1" 2>/dev/null || :
	wait "$1" 2>/dev/null || :
}

# begin_slow_move: frspd moves 8 MiB, which takes a minute; sets runner
begin_slow_move() {
	make_fs 1024 256
	make_file slow x 8
	start 'relocation = apply' 'relocation_rate = 512K' "$@"
	fio_run "$test_dir/fs/x" --rw=randread --direct=1 --bs=4k --size=8M --io_size=24M --norandommap
	says "$name: .* to the fast tier"
	runner=
	wait_until is_moving || fail "$(cat "$test_dir/frspd.err") $("$frspctl" jobs --json)"
}

is_moving() {
	runner=$(mover) && [[ $(sed -n 's/^write_bytes: //p' "/proc/$runner/io") -ge 300000 ]]
}

# bats test_tags=slow
@test "stopped while it moves: both end in time, the filesystem can go, and the file is whole" {
	begin_slow_move
	frspd_end
	expect "exit status" "$status" 0
	((milliseconds < 2500)) || fail "it took $milliseconds ms"
	not kill -0 "$runner" 2>/dev/null
	[[ $(tier_of "$test_dir/fs/x") = both ]]
	is_whole
	expect "its job" "$("$frspctl" jobs --json | jq -r '.jobs[-1].state')" stopped
}

# bats test_tags=slow
@test "a run ends after relocation_run, and the filesystem can be unmounted" {
	begin_slow_move 'relocation_run = 8'
	wait_until not kill -0 "$runner" 2>/dev/null
	fs_cool fs
	wait_until umount "$test_dir/fs" || fail "it is busy"
	says "$name is not mounted any more"
	frspd_end
	expect "exit status" "$status" 0
	e2fsck -fn "${loop_of[fs]}"
}

# read_only: frspd starts as under its unit: with mounts of its own, all of them read-only
read_only() {
	fs_make other ext4
	cat >"$test_dir/frspd" <<-EOT
		#!/bin/sh
		exec unshare -m --propagation slave sh -c 'for fs in fs other; do
			mount -o remount,bind,ro "$test_dir/\$fs"; done; exec "\$@"' - '$frspd' "\$@"
	EOT
	chmod 755 "$test_dir/frspd"
	frspd=$test_dir/frspd
}

inside() { # inside COMMAND...: where frspd works
	nsenter -t "$frspd_pid" -m "$@"
}

@test "what its unit has made read-only it makes writable for itself, where it moves data, and nowhere else" {
	make_fs 1024 256
	make_file slow x 4
	read_only
	export FRSPD_OWN_MOUNTS=1
	start 'relocation = apply'
	not inside touch "$test_dir/fs/y" 2>/dev/null || fail "it is writable: the test is void"
	hot
	says "$name: 1.0M moved (d1)"
	inside touch "$test_dir/fs/y"
	not inside touch "$test_dir/other/y" 2>/dev/null || fail "frspd can write to others"
	is_whole
}

@test "mounts that are not its own stay read-only, and it says why it cannot move" {
	make_fs 1024 256
	make_file slow x 4
	read_only
	start 'relocation = apply'
	hot
	says "$name: relocation: "
	not inside touch "$test_dir/fs/y" 2>/dev/null || fail "it has made it writable"
	expect "where it is" "$(tier_of "$test_dir/fs/x")" slow
}

tracefs() { # tracefs yes|no: whether it is mounted, in the namespace of this test
	! mountpoint -q /sys/kernel/tracing || umount --lazy /sys/kernel/tracing
	[[ $1 == no ]] || mount -t tracefs tracefs /sys/kernel/tracing
	defer umount_tracefs
}

umount_tracefs() {
	! mountpoint -q /sys/kernel/tracing || umount --lazy /sys/kernel/tracing
}

@test "whoever unmounts gets the filesystem at the second try: the run ends" {
	tracefs yes
	begin_slow_move 'relocation_run = 1h' 'relocation_rate = 128K'
	mkdir "$test_dir/other"
	mount -t tmpfs tmpfs "$test_dir/other"
	umount "$test_dir/other"
	sleep 1 # who unmounts something that is not in use ends no run
	kill -0 "$runner"
	not said "$name: relocation stops"
	not umount "$test_dir/fs" 2>/dev/null || fail "nobody had it open: the test is void"
	wait_until umount "$test_dir/fs"
	says "$name: relocation stops for 30 s, as somebody could not unmount a filesystem that was in use"
	wait_until not kill -0 "$runner" 2>/dev/null
	says "$name is not mounted any more"
	e2fsck -fn "${loop_of[fs]}" >"$test_dir/fsck" 2>&1 || fail "$(cat "$test_dir/fsck")"
	expect "its job" "$("$frspctl" jobs --json | jq -r '.jobs[-1].state')" stopped
	not said "$name: relocation: " || fail "$(cat "$test_dir/frspd.err")"
	frspd_end
	expect "exit status" "$status" 0
	mount "${loop_of[fs]}" "$test_dir/fs"
	is_whole
}

# stand_in: a frspctl that has the filesystem open for as long as a plan of a huge one
stand_in() {
	mkdir "$test_dir/bin"
	cp "$frspd" "$test_dir/bin/frspd"
	frspd=$test_dir/bin/frspd
	cat >"$test_dir/bin/frspctl" <<-EOT
		#!/bin/bash
		exec 9<"\${@: -1}"
		echo \$\$ >>'$test_dir/plans'
		exec sleep 1000
	EOT
	chmod 755 "$test_dir/bin/frspctl"
}

has_plans() { # has_plans N
	(($(wc -l <"$test_dir/plans") >= $1))
}

@test "whoever unmounts gets it at the second try: a plan ends, and none begins for a while" {
	local plan
	tracefs yes
	stand_in
	start 'relocation = advise' 'relocation_interval = 1'
	hot
	wait_until test -s "$test_dir/plans"
	plan=$(cat "$test_dir/plans")
	kill -0 "$plan"
	not umount "$test_dir/fs" 2>/dev/null || fail "nobody had it open: the test is void"
	wait_until umount "$test_dir/fs"
	says "$name: relocation stops for 30 s"
	wait_until not kill -0 "$plan" 2>/dev/null
	mount "${loop_of[fs]}" "$test_dir/fs"
	hot
	sleep 5
	expect "plans" "$(wc -l <"$test_dir/plans")" 1
	not said "$name: relocation: " || fail "$(cat "$test_dir/frspd.err")"
	frspd_end
	expect "exit status" "$status" 0
}

@test "without tracefs it cannot see who unmounts, and says so once" {
	tracefs no
	stand_in
	start 'relocation = advise' 'relocation_interval = 1'
	hot
	says "relocation: frspd cannot see who fails to unmount: /sys/kernel/tracing: No such file or directory"
	wait_until test -s "$test_dir/plans"
	kill "$(cat "$test_dir/plans")"
	wait_until has_plans 2
	expect "times" "$(grep -c 'cannot see who' "$test_dir/frspd.err")" 1
}

# bats test_tags=slow
@test "a mover that hangs holds up neither the watchdog nor the end" {
	begin_slow_move
	kill -STOP "$runner"
	frspd_end
	expect "exit status" "$status" 0
	((milliseconds < 3000)) || fail "it took $milliseconds ms"
	wait_until not kill -0 "$runner" 2>/dev/null
	is_whole
}

# bats test_tags=slow
@test "switched off by a reload: the run ends" {
	begin_slow_move
	sed -i 's/^relocation = .*/relocation = observe/' "$test_dir/root/etc/frsp/frspd.conf"
	kill -HUP "$frspd_pid"
	wait_until not kill -0 "$runner" 2>/dev/null
	frspd_end
	expect "exit status" "$status" 0
	is_whole
}

# bats test_tags=slow
@test "killed: its mover ends, too" {
	begin_slow_move
	kill -KILL "$frspd_pid"
	wait_until not kill -0 "$runner" 2>/dev/null
	is_whole
}

@test "to go to apply it must be restarted, and says so" {
	start 'relocation = advise'
	sed -i 's/^relocation = .*/relocation = apply/' "$test_dir/root/etc/frsp/frspd.conf"
	kill -HUP "$frspd_pid"
	says '"relocation = apply" needs a restart of frspd'
	hot
	says "$name: to move 1.0M to the fast tier"
	expect "where it is" "$(tier_of "$test_dir/fs/x")" slow
}

@test "a filesystem without tiers: it says so once" {
	fs_make plain ext4
	head -c 1M /dev/urandom >"$test_dir/plain/y"
	configure etc/frsp/frspd.conf <<-EOT
		[${loop_of[plain]}]
		relocation = apply
		relocation_interval = 1
		relocation_pressure = 100%
	EOT
	frspd_start
	sync -f "$test_dir/plain"
	dd if="$test_dir/plain/y" of=/dev/null bs=4k iflag=direct status=none
	# which of the two the one disk is, its driver says
	says "${loop_of[plain]#/dev/}: relocation: $test_dir/plain: it has no \(fast\|slow\) tier"
	sleep 3
	expect "times" "$(grep -c "${loop_of[plain]#/dev/}: relocation: " "$test_dir/frspd.err")" 1
}

# make_pieces: the files x and y, in 32 extents each, on a filesystem without tiers
make_pieces() {
	fs_make plain ext4
	"$native_dir/fragment.py" 32 16384 "$test_dir"/plain/{x,y}
	fs_cool plain
	sums=$(sha256sum "$test_dir"/plain/{x,y})
	name=${loop_of[plain]#/dev/}
	fs_cool plain
}

read_x() { # often enough that it is worth it
	local i
	for i in {1..10}; do
		dd if="$test_dir/plain/x" of=/dev/null bs=16k iflag=direct status=none
	done
}

extents_of() { # extents_of NAME
	filefrag "$test_dir/plain/$1" | sed -n 's/.*: \([0-9]*\) extents\? found/\1/p'
}

# bats test_tags=slow
@test "hot files in many extents are defragmented, and no others; taken back they are as before" {
	local before
	make_pieces
	before=$(extents_of x)
	configure etc/frsp/frspd.conf <<-EOT
		[${loop_of[plain]}]
		relocation = apply
		relocation_interval = 2
		relocation_pressure = 100%
	EOT
	frspd_start
	read_x
	says "$name: defragments 1 files with $before extents; that saves [0-9]* seeks, and costs [0-9]* I/Os (d1)"
	says "$name: 512.0K moved (d1)"
	expect "extents of x" "$(extents_of x)" 1
	expect "extents of y" "$(extents_of y)" "$before"
	expect "decision" "$(decisions '.decisions[0] | [.tunable, .before, .after, .job] | @csv')" "\"extents\",\"$before\",\"1\",1"
	frspd_end
	run_program frspctl rollback --rate 0 d1
	expect "exit status: $(cat "$test_dir/err")" "$status" 0
	expect "extents of x then" "$(extents_of x)" "$before"
	expect "contents" "$(sha256sum "$test_dir"/plain/{x,y})" "$sums"
}

# bats test_tags=slow
@test "advise: it says which hot files are in many extents, once, and what defragments them" {
	make_pieces
	configure etc/frsp/frspd.conf <<-EOT
		[${loop_of[plain]}]
		relocation = advise
		relocation_interval = 2
	EOT
	frspd_start
	read_x
	says "$name: 1 files that are in use have 3[0-9] extents; to defragment them would save [0-9]* seeks, and cost [0-9]* I/Os: \"frspctl defrag --hot $test_dir/plain\" does it"
	sleep 5
	expect "times" "$(grep -c 'to defragment them' "$test_dir/frspd.err")" 1
	# by the heat of now
	run_program frspctl defrag --hot -o "$test_dir/list" "$test_dir/plain"
	expect "exit status: $(cat "$test_dir/err")" "$status" 0
	grep -qx "3[0-9] [0-9.]* [0-9.]* $test_dir/plain/x" "$test_dir/list"
	expect "files" "$(wc -l <"$test_dir/list")" 1
	run_program frspctl defrag --hot --rate 0 "$test_dir/plain"
	expect "exit status: $(cat "$test_dir/err")" "$status" 0
	expect "extents of x" "$(extents_of x)" 1
	# what was moved just now stays
	run_program frspctl defrag --hot -o "$test_dir/list" "$test_dir/plain"
	expect "files then" "$(wc -l <"$test_dir/list")" 0
	run_program frspctl defrag -o "$test_dir/list" "$test_dir/plain/x"
	expect_error 2 'are for --hot'
	run_program frspctl defrag --hot "$test_dir/plain" "$test_dir/plain"
	expect_error 2 '--hot takes one filesystem'
	run_program frspctl defrag --hot -i "$test_dir/x" -i "$test_dir/list" -o "$test_dir/list" "$test_dir/plain"
	expect_error 2 '--output would write over the recording'
}

@test "a journal that cannot be written: nothing is moved, and it says why" {
	export FRSPCTL_JOURNAL=$test_dir/none/journal.db
	start 'relocation = apply'
	hot
	says "$test_dir/none/journal.db: decisions cannot be written: No such file or directory; nothing is changed"
	expect "where it is" "$(tier_of "$test_dir/fs/x")" slow
}

# bats test_tags=slow
@test "it has no more rights than it needs, and its mover has no more" {
	local pid
	begin_slow_move
	for pid in "$frspd_pid" "$runner"; do
		expect "capabilities of $pid" "$(capsh --decode="$(sed -n 's/^CapPrm:\t//p' "/proc/$pid/status")" | sed 's/.*=//' | tr , '\n' | sort | xargs)" \
			"cap_bpf cap_dac_override cap_dac_read_search cap_fowner cap_lease cap_sys_admin"
	done
	expect "no new privileges" "$(sed -n 's/^NoNewPrivs:\t//p' "/proc/$runner/status")" 1
}

# --- rollback ---------------------------------------------------------------------------------

# decision TUNER TUNABLE BEFORE AFTER: enters one
decision() {
	"$frspctl" rollback --all >/dev/null 2>&1 || :
	[[ -e $FRSPCTL_JOURNAL ]] || "$frspctl" defrag "$test_dir" >/dev/null 2>&1 || :
	python3 - "$FRSPCTL_JOURNAL" "$@" <<-'END'
		import sqlite3, sys
		boot = open('/proc/sys/kernel/random/boot_id').read().strip()
		db = sqlite3.connect(sys.argv[1])
		db.execute("INSERT INTO decisions (made_ns, boot_id, tuner, uuid, device, tunable, before, after, scenario, figures, state)"
		           " VALUES (1, ?, ?, '01234567-89ab-cdef-0123-456789abcdef', 'vda1', ?, ?, ?, 'why', 'by', 'made')",
		           (boot, *sys.argv[2:6]))
		db.commit()
	END
}

@test "rollback: what cannot be taken back is said" {
	program=frspctl
	run_program frspctl rollback
	expect "without a journal" "$(cat "$test_dir/out")" "frspd has changed nothing"
	decision escache entries 5 4
	decision relocation extents 5 4
	run_program frspctl rollback
	expect "titles" "$(head -n 1 "$test_dir/out" | xargs)" "DECISION MADE STATE TUNER DEVICE TUNABLE CHANGE BECAUSE"
	grep -q '^d2 .* made *relocation *vda1 *extents *5 -> 4 *why$' "$test_dir/out"
	run_program frspctl rollback d1
	expect_error 1 'd1: nothing has to be taken back'
	run_program frspctl rollback d2
	expect_error 1 'd2: which job has moved its data is not known'
	decision summaries frsp_scan_rate 0 100
	run_program frspctl rollback d3
	expect_error 1 'd3: frsp_scan_rate of vda1, UUID 01234567-89ab-cdef-0123-456789abcdef, is not there any more'
	expect "its state" "$(decisions '.decisions[2].state')" made
	run_program frspctl rollback d4
	expect_error 1 'no decision d4 in'
	run_program frspctl rollback 2
	expect_error 2 'rollback: a decision is a d and a number'
	run_program frspctl rollback --all d2
	expect_error 2 'rollback: either --all or a decision'
	run_program frspctl rollback --all
	expect_error 1 'd2: which job'
	run_program frspctl explain d4
	expect_error 1 'no decision d4 in'
}
