#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The kernels that tests/vm/load.bats does not have load the BPF objects that each installed
# clang makes.

bats_require_minimum_version 1.8.0
load ../vm/guests.bash

setup_file() {
	export BATS_TEST_TIMEOUT=3000
	build_with_newest_clang
	start_guests 6.12 6.12-trixie 6.18 7.2 7.3
}

in_guest() { # in_guest KERNEL
	load_in_guest "$1"
}

@test "6.12: what each clang made is loaded, and counts exactly" {
	await_guest 6.12
}

@test "6.12-trixie: what each clang made is loaded, and counts exactly" {
	await_guest 6.12-trixie
}

@test "6.18: what each clang made is loaded, and counts exactly" {
	await_guest 6.18
}

@test "7.2: what each clang made is loaded, and counts exactly" {
	await_guest 7.2
}

@test "7.3: what each clang made is loaded, and counts exactly" {
	await_guest 7.3
}
