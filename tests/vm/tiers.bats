#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# frspctl tiers and move on two disks, of which one is slow, or fails; tests/native/move.bats has
# more tests, with tiers that a configuration file names, tests/native/sick_disk.bats more errors.

bats_require_minimum_version 1.8.0
load guests.bash

setup_file() {
	export BATS_TEST_TIMEOUT=4500
	start_guests 6.1 6.12
}

in_guest() { # in_guest KERNEL
	case $1 in
	6.1) tiers_in_guest "$1" ;;
	6.12) sick_tier_in_guest "$1" ;;
	esac
}

@test "6.1: frspctl finds a fast and a slow disk, and moves files between them" {
	passes_tiers 6.1
}

@test "6.12: a disk fails below files that move: they stay whole, no space is lost, and it is said" {
	passes_sick_tier 6.12
}
