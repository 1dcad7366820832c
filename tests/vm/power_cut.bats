#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# A guest is killed while frspctl moves files that are written: see power-cut. tests/all/mover.bats
# does it more often, and replays the guest's writes flush by flush.

bats_require_minimum_version 1.8.0

setup_file() {
	export BATS_TEST_TIMEOUT=4500
}

@test "6.12: QEMU is killed while files in use are moved: each promise is kept" {
	"$BATS_TEST_DIRNAME/power-cut" 6.12 1
}
