#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# All tests of frspctl defrag (tests/native/defrag.bats) in other kernels, in one of them with
# frsp.ko.

bats_require_minimum_version 1.8.0
load ../vm/guests.bash

setup_file() {
	export BATS_TEST_TIMEOUT=9000 GUEST_TIMEOUT=3600
	start_guests 6.1 6.12 6.12-trixie 6.18 7.3
}

in_guest() { # in_guest KERNEL
	local ko=''
	# shellcheck disable=SC2154 # guests.bash sets it
	[[ $1 != 6.12 ]] || ko=$("$vm_dir/kmod" "$1" WERROR=1) || return
	defrag_in_guest "$1" "$ko"
}

@test "6.1: frspctl defrag" {
	passes_tap 6.1 20
}

@test "6.12, with frsp.ko: frspctl defrag" {
	passes_tap 6.12 20
}

@test "6.12-trixie: frspctl defrag" {
	passes_tap 6.12-trixie 20
}

@test "6.18: frspctl defrag" {
	passes_tap 6.18 20
}

@test "7.3: frspctl defrag" {
	passes_tap 7.3 20
}
