#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Short storms on each kernel that frsp.ko is for, with more scenarios than tests/vm/storm.bats.

bats_require_minimum_version 1.8.0
load ../vm/guests.bash

setup_file() {
	export BATS_TEST_TIMEOUT=5000
	# before the guests start: two at a time would build it at the same time
	make -s -C "$BATS_TEST_DIRNAME/../.." .output/vm/storm >&2
	start_guests 6.1 6.12 6.12-cloud 6.12-trixie 7.2 7.3
}

in_guest() { # in_guest KERNEL
	local scenarios=(plain full reload caps)
	[[ $1 != 6.12 ]] || scenarios+=(blocks-1k bigalloc)
	"$BATS_TEST_DIRNAME/../vm/storm" --kernel "$1" --rounds 1 --seconds 5 "${scenarios[@]}"
}

@test "6.1: trees stay true, and files whole, while frsp.ko is disturbed" {
	await_guest 6.1
}

@test "6.12: trees stay true, and files whole, while frsp.ko is disturbed" {
	await_guest 6.12
}

@test "6.12-cloud: trees stay true, and files whole, while frsp.ko is disturbed" {
	await_guest 6.12-cloud
}

@test "6.12-trixie: trees stay true, and files whole, while frsp.ko is disturbed" {
	await_guest 6.12-trixie
}

@test "7.2: trees stay true, and files whole, while frsp.ko is disturbed" {
	await_guest 7.2
}

@test "7.3: trees stay true, and files whole, while frsp.ko is disturbed" {
	await_guest 7.3
}
