#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The image engine: many simulated crashes, seeded errors of order, and threads with
# ThreadSanitizer.

bats_require_minimum_version 1.8.0

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return
}

@test "no promise is broken in 20,000 simulated crashes" {
	FRSP_CRASH_STATES=20000 .output/unit/ploop/crash
}

@test "the simulator finds each error of order" {
	tests/unit/ploop-mutants
}

@test "8 runners and ThreadSanitizer: no race; and each error of locking is found" {
	tests/unit/ploop-threads
}
