#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# All tests of frspctl move and undo (tests/native) in other kernels, in one of them with frsp.ko, which
# places the blocks itself.

bats_require_minimum_version 1.8.0
load ../vm/guests.bash

setup_file() {
	export BATS_TEST_TIMEOUT=9000 GUEST_TIMEOUT=3600
	start_guests 6.1 6.12
}

in_guest() { # in_guest KERNEL
	local ko=''
	# shellcheck disable=SC2154 # guests.bash sets it
	[[ $1 != 6.12 ]] || ko=$("$vm_dir/kmod" "$1" WERROR=1) || return
	# shellcheck disable=SC2086 # nothing, or a name
	defrag_in_guest "$1" "$ko" move undo ${ko:+apply}
}

@test "6.1: frspctl move and undo" {
	passes_tap 6.1 34
}

@test "6.12, with frsp.ko: frspctl move, undo and apply" {
	passes_tap 6.12 41
}
