#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# All of hotmon's accuracy tests in the most common kernels, and the short choice of
# hot-in-guest in the others.

bats_require_minimum_version 1.8.0
load ../vm/guests.bash

everything=' 6.1 6.12 6.12-trixie 6.18 7.3 '

setup_file() {
	export BATS_TEST_TIMEOUT=20000 GUEST_TIMEOUT=9000
	start_guests 6.1 6.12 6.12-trixie 6.18 7.3 6.12-cloud 6.16 6.17 7.2
}

in_guest() { # in_guest KERNEL
	[[ $everything != *" $1 "* ]] || export FRSP_ALL=1
	hot_in_guest "$1"
}

@test "6.1: hotmon counts exactly, all kinds of I/O" {
	passes_tap 6.1 68
}

@test "6.12: hotmon counts exactly, all kinds of I/O" {
	passes_tap 6.12 68
}

@test "6.12-trixie: hotmon counts exactly, all kinds of I/O" {
	passes_tap 6.12-trixie 68
}

@test "6.18: hotmon counts exactly, all kinds of I/O" {
	passes_tap 6.18 68
}

@test "7.3: hotmon counts exactly, all kinds of I/O" {
	passes_tap 7.3 68
}

@test "6.12-cloud: hotmon counts exactly" {
	passes_tap 6.12-cloud 10
}

@test "6.16: hotmon counts exactly" {
	passes_tap 6.16 18
}

@test "6.17: hotmon counts exactly" {
	passes_tap 6.17 18
}

@test "7.2: hotmon counts exactly" {
	passes_tap 7.2 18
}
