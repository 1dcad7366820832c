#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# All of frsp-top's tests for guests in 6.12, and the short choice of top-in-guest in the
# other kernels that tests/vm/top.bats does not have.

bats_require_minimum_version 1.8.0
load ../vm/guests.bash

setup_file() {
	export BATS_TEST_TIMEOUT=10000 GUEST_TIMEOUT=7200
	start_guests 6.12 6.12-cloud 6.12-trixie 7.2 7.3
}

in_guest() { # in_guest KERNEL
	[[ $1 != 6.12 ]] || export FRSP_ALL=1
	top_in_guest "$1"
}

@test "6.12: frsp-top tells the truth" {
	passes_top 6.12 45
}

@test "6.12-cloud: frsp-top tells the truth" {
	passes_top 6.12-cloud 5
}

@test "6.12-trixie: frsp-top tells the truth" {
	passes_top 6.12-trixie 9
}

@test "7.2: frsp-top tells the truth" {
	passes_top 7.2 9
}

@test "7.3: frsp-top tells the truth" {
	passes_top 7.3 9
}
