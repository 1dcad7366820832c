#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# A few seconds of the storm; tests/vm/storm --all is the whole of it.

bats_require_minimum_version 1.8.0

setup_file() {
	export BATS_TEST_TIMEOUT=1200
}

storm() { # storm KERNEL SCENARIO...
	"$BATS_TEST_DIRNAME/storm" --kernel "$1" --rounds 1 --seconds 5 "${@:2}"
}

@test "6.1: trees stay true, and files whole, while frsp.ko is disturbed" {
	storm 6.1 plain full
}

@test "6.12: trees stay true, and files whole, while frsp.ko is disturbed" {
	storm 6.12 blocks-1k bigalloc
}

@test "6.12-cloud: trees stay true, and files whole, while frsp.ko is disturbed" {
	storm 6.12-cloud reload caps
}
