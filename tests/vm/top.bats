#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Tests of frsp-top in a guest. top-in-guest chooses tests of ext4 and XFS from
# tests/native, and runs top-kmod-in-guest, which has the tests with frsp.ko.
# tests/all/top.bats has other kernels.

bats_require_minimum_version 1.8.0
load guests.bash

setup_file() {
	export BATS_TEST_TIMEOUT=4500
	start_guests 6.1
}

in_guest() { # in_guest KERNEL
	top_in_guest "$1"
}

@test "6.1: frsp-top tells the truth" {
	passes_top 6.1 9
}
