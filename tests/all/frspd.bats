#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# frspd as a service: all steps of tests/vm/frspd-in-guest, with the two kernels of Debian 12.

bats_require_minimum_version 1.8.0
load ../vm/guests.bash

setup_file() {
	export BATS_TEST_TIMEOUT=4500 FRSP_ALL=1
	start_guests 6.1 6.12
}

in_guest() { # in_guest KERNEL
	frspd_in_guest "$1"
}

@test "6.1: systemd runs frspd" {
	passes_frspd 6.1
}

@test "6.12: systemd runs frspd" {
	passes_frspd 6.12
}
