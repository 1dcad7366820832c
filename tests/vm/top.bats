#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What frsp-top says, in each guest: top-in-guest chooses the tests of what ext4 and XFS
# do, top-kmod-in-guest has those of frsp.ko. One boot serves both. tests/all/top.bats has
# other kernels.

bats_require_minimum_version 1.8.0
load guests.bash

setup_file() {
	export BATS_TEST_TIMEOUT=3000
	start_guests 6.1
}

in_guest() { # in_guest KERNEL
	top_in_guest "$1"
}

@test "6.1: frsp-top tells the truth" {
	passes_top 6.1 9
}
