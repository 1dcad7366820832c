#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Tests of frspd as a service, in a guest that systemd has started; frspd-in-guest has the
# tests.

bats_require_minimum_version 1.8.0
load guests.bash

setup_file() {
	export BATS_TEST_TIMEOUT=4500
	start_guests 6.12
}

in_guest() { # in_guest KERNEL
	frspd_in_guest "$1"
}

@test "6.12: systemd runs frspd" {
	passes_frspd 6.12
}
