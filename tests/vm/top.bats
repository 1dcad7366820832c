#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What frsp-top says, in each guest: top-in-guest chooses the tests of what ext4 and XFS
# do, top-kmod-in-guest has those of frsp.ko. One boot serves both.

bats_require_minimum_version 1.8.0
load guests.bash

STEPS=7

setup_file() {
	export BATS_TEST_TIMEOUT=3000
	start_guests 6.1 6.12 6.12-cloud
}

in_guest() { # in_guest KERNEL
	local ko
	ko=$("$BATS_TEST_DIRNAME/kmod" "$1" WERROR=1) &&
		"$BATS_TEST_DIRNAME/run" --memory 3072 --timeout 2400 --disk 500M "$1" \
			"$BATS_TEST_DIRNAME/top-in-guest" "$ko"
}

passes() { # passes KERNEL TESTS: so many at least
	local tap=$BATS_FILE_TMPDIR/$1.tap
	await_guest "$1"
	[[ $(grep -c '^ok - ' "$tap") == "$STEPS" ]]
	[[ $(grep -c '^ok [0-9]' "$tap") -ge $2 ]]
	run ! grep '^not ok ' "$tap"
	# a guest may lack only what its kernel lacks
	run ! grep -P '^ok .*# skip (?!the kernel has no)' "$tap"
}

@test "6.1: frsp-top tells the truth" {
	passes 6.1 15
}

@test "6.12: frsp-top tells the truth" {
	passes 6.12 15
}

@test "6.12-cloud: frsp-top tells the truth" {
	passes 6.12-cloud 5
}
