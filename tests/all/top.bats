#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What frsp-top says, in the guests that tests/vm/top.bats does not have.

bats_require_minimum_version 1.8.0
load ../vm/guests.bash

setup_file() {
	export BATS_TEST_TIMEOUT=10000
	start_guests 6.12 6.12-cloud 6.12-trixie 7.2
}

in_guest() { # in_guest KERNEL
	top_in_guest "$1"
}

@test "6.12: frsp-top tells the truth" {
	passes_top 6.12 15
}

@test "6.12-cloud: frsp-top tells the truth" {
	passes_top 6.12-cloud 5
}

@test "6.12-trixie: frsp-top tells the truth" {
	passes_top 6.12-trixie 15
}

@test "7.2: frsp-top tells the truth" {
	passes_top 7.2 15
}
