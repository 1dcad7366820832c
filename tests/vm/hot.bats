#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The few tests of hotmon's accuracy that a new kernel breaks first, in the newest kernel.
# tests/all/hot.bats has the other kernels, and all tests.

bats_require_minimum_version 1.8.0
load guests.bash

setup_file() {
	export BATS_TEST_TIMEOUT=4500 FRSP_FEW=1
	start_guests 7.3
}

in_guest() { # in_guest KERNEL
	hot_in_guest "$1"
}

@test "7.3: hotmon counts exactly" {
	passes_tap 7.3 10
}
