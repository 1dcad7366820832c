#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# frsp-image serve --ublk, in kernels that have ublk.

bats_require_minimum_version 1.8.0
load ../vm/guests.bash

setup_file() {
	export BATS_TEST_TIMEOUT=5000
	start_guests 6.12 7.3
}

in_guest() { # in_guest KERNEL
	ublk_in_guest "$1"
}

@test "6.12: filesystems on a disk of ublk, and servers that are killed" {
	passes_ublk 6.12
}

@test "7.3: filesystems on a disk of ublk, and servers that are killed" {
	passes_ublk 7.3
}
