#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# hotmon's accuracy tests in each guest, as hot-in-guest chooses them.

bats_require_minimum_version 1.8.0
load guests.bash

setup_file() {
	export BATS_TEST_TIMEOUT=3000
	start_guests 6.1 6.12 6.12-cloud
}

in_guest() { # in_guest KERNEL
	"$BATS_TEST_DIRNAME/run" --memory 3072 --timeout 2400 "$1" "$BATS_TEST_DIRNAME/hot-in-guest"
}

passes() { # passes KERNEL TESTS: so many at least
	local tap=$BATS_FILE_TMPDIR/$1.tap
	await_guest "$1"
	[[ $(grep -c '^ok ' "$tap") -ge $2 ]]
	run ! grep '^not ok ' "$tap"
	# a guest may lack only what its kernel lacks
	run ! grep -P '^ok .*# skip (?!the kernel has no)' "$tap"
}

@test "6.1: hotmon counts exactly" {
	passes 6.1 15
}

@test "6.12: hotmon counts exactly" {
	passes 6.12 15
}

@test "6.12-cloud: hotmon counts exactly" {
	passes 6.12-cloud 8
}
