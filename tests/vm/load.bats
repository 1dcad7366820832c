#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# A kernel loads the BPF objects that each installed clang makes. The verifier checks the
# compiled code: it may accept the output of one clang and refuse the output of another.
# The oldest kernel is the strictest; tests/all/load.bats has newer ones.

bats_require_minimum_version 1.8.0
load guests.bash

setup_file() {
	export BATS_TEST_TIMEOUT=4500
	build_with_newest_clang
	start_guests 6.1
}

in_guest() { # in_guest KERNEL
	load_in_guest "$1"
}

@test "6.1: what each clang made is loaded, and counts exactly" {
	await_guest 6.1
}
