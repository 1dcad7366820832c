#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Tests of frspctl with frsp.ko in a guest; frspctl-in-guest has the tests.
# tests/all/frspctl.bats has the other kernels.

bats_require_minimum_version 1.8.0
load guests.bash

setup_file() {
	export BATS_TEST_TIMEOUT=4500
	start_guests 6.12
}

in_guest() { # in_guest KERNEL
	frspctl_in_guest "$1"
}

# bats test_tags=slow
@test "6.12: frspctl says what sysfs and the disk say" {
	passes_frspctl 6.12
}
