#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# A short storm on one kernel. tests/all/storm.bats has more, longer, on all kernels, and
# tests/vm/storm --all runs all scenarios.

bats_require_minimum_version 1.8.0
load guests.bash

setup_file() {
	export BATS_TEST_TIMEOUT=4500
	make -s -C "$BATS_TEST_DIRNAME/../.." .output/vm/storm >&2
	start_guests 6.12
}

in_guest() { # in_guest KERNEL
	"$BATS_TEST_DIRNAME/storm" --kernel "$1" --rounds 1 --seconds 5 reload caps
}

@test "6.12: trees stay true, and files whole, while frsp.ko is disturbed" {
	await_guest 6.12
}
