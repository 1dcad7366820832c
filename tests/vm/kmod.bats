#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Tests of frsp.ko in the oldest kernel; life/*.bash has the tests.
# tests/all/kmod.bats has the other kernels.

bats_require_minimum_version 1.8.0
load guests.bash

setup_file() {
	export BATS_TEST_TIMEOUT=4500
	make -s -C "$BATS_TEST_DIRNAME/../.." .output/vm/storm .output/vm/place .output/vm/exchange >&2
	start_guests 6.1
}

in_guest() { # in_guest KERNEL
	kmod_in_guest "$1"
}

@test "6.1: frsp.ko's life" {
	passes_kmod 6.1
}
