#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The proofs that frspctl defrag loses nothing (steps, model, crashes and sick_disk.bats of tests/native),
# for longer than there, and in a guest with frsp.ko, where files are moved while they are open.

bats_require_minimum_version 1.8.0
load ../vm/guests.bash

setup_file() {
	export BATS_TEST_TIMEOUT=9000 GUEST_TIMEOUT=7200
	start_guests 6.12
}

in_guest() { # in_guest KERNEL
	local ko
	# shellcheck disable=SC2154 # guests.bash sets it
	ko=$("$vm_dir/kmod" "$1" WERROR=1) || return
	FRSP_MODEL_SECONDS=120 FRSP_CRASHES=10 defrag_in_guest "$1" "$ko" steps model crashes sick_disk
}

@test "each step interrupted, two minutes of changes in all ways, and 20 crashes" {
	FRSP_STRIDE=1 FRSP_MODEL_SECONDS=120 FRSP_CRASHES=20 bats "$vm_dir"/../native/{steps,model,crashes}.bats
}

@test "6.12, with frsp.ko: each step interrupted, changes in all ways, crashes" {
	passes_tap 6.12 15
}

@test "6.1: QEMU is killed five times while files in use are moved: each promise is kept" {
	"$vm_dir/power-cut" 6.1 5
}

@test "6.1: the same five times between an exchange and its commit" {
	"$vm_dir/power-cut" -d 2000 6.1 5
}

@test "6.12: the writes of a guest replayed: each promise is kept at each flush" {
	"$vm_dir/power-log" 6.12
}

@test "6.12: the same with a slow commit of each exchange" {
	"$vm_dir/power-log" -d 200 -t 10 6.12
}

# module_without_note KERNEL: builds a frsp.ko that counts exchanges, and notes nothing in the inodes
module_without_note() {
	local tree=$BATS_TEST_TMPDIR/tree
	"$vm_dir/../copy" "$tree"
	sed -i '/^static void note(/,/^}/{/WRITE_ONCE/d}' "$tree/kmod/exchange.c"
	not cmp "$vm_dir/../../kmod/exchange.c" "$tree/kmod/exchange.c" >&2
	"$tree/tests/vm/kmod" "$1"
}

not() {
	! "$@"
}

# loses COMMAND [ARG...]: it finds that a promise was broken
loses() {
	local status=0
	"$@" >"$BATS_TEST_TMPDIR/out" 2>&1 || status=$?
	cat "$BATS_TEST_TMPDIR/out"
	[[ $status == 1 ]]
	grep -E ': [0-9]+ blocks were promised, [1-9][0-9]* are lost' "$BATS_TEST_TMPDIR/out"
}

@test "6.12: without frsp.ko's note, the replay finds a promise that was broken" {
	FRSP_KO=$(module_without_note 6.12)
	export FRSP_KO
	loses "$vm_dir/power-log" -d 200 -t 10 6.12
}

@test "6.1: without frsp.ko's note, QEMU is killed until a promise is broken" {
	FRSP_KO=$(module_without_note 6.1)
	export FRSP_KO
	loses "$vm_dir/power-cut" -d 2000 6.1 10
}
