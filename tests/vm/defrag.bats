#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Some tests of frspctl defrag on a kernel without large folios; tests/native/defrag.bats
# has the tests, and tests/all/defrag.bats the other kernels.

bats_require_minimum_version 1.8.0
load guests.bash

setup_file() {
	export BATS_TEST_TIMEOUT=4500
	start_guests 6.1
}

in_guest() { # in_guest KERNEL
	local ko
	# shellcheck disable=SC2154 # guests.bash sets it
	ko=$("$vm_dir/kmod" "$1" WERROR=1) || return
	FRSP_TESTS='nothing else changes|acknowledged|killed at any time' defrag_in_guest "$1" "$ko"
}

@test "6.1: frspctl defrag moves files, in use as well with frsp.ko, and loses nothing" {
	passes_tap 6.1 4
}
