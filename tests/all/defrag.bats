#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# All tests of frspctl defrag (tests/native/defrag.bats) in other kernels: the oldest, both
# of Debian 13, the newest.

bats_require_minimum_version 1.8.0
load ../vm/guests.bash

setup_file() {
	export BATS_TEST_TIMEOUT=9000 GUEST_TIMEOUT=3600
	start_guests 6.1 6.12-trixie 6.18 7.3
}

in_guest() { # in_guest KERNEL
	defrag_in_guest "$1"
}

@test "6.1: frspctl defrag" {
	passes_tap 6.1 13
}

@test "6.12-trixie: frspctl defrag" {
	passes_tap 6.12-trixie 13
}

@test "6.18: frspctl defrag" {
	passes_tap 6.18 13
}

@test "7.3: frspctl defrag" {
	passes_tap 7.3 13
}
