#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# hotmon's accuracy tests in the oldest and the newest kernel; hot-in-guest chooses the
# tests. tests/all/hot.bats has the other kernels, and all tests.

bats_require_minimum_version 1.8.0
load guests.bash

setup_file() {
	export BATS_TEST_TIMEOUT=3000
	start_guests 6.1 7.3
}

in_guest() { # in_guest KERNEL
	hot_in_guest "$1"
}

@test "6.1: hotmon counts exactly" {
	passes_tap 6.1 16
}

@test "7.3: hotmon counts exactly" {
	passes_tap 7.3 16
}
