#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# frsp.ko's life in each guest; kmod-in-guest says what is tested.

bats_require_minimum_version 1.8.0
load guests.bash

TESTS=$(grep -c '^test_' "${BATS_TEST_FILENAME%/*}/kmod-in-guest")

setup_file() {
	export BATS_TEST_TIMEOUT=2400
	make -s -C "$BATS_TEST_DIRNAME/../.." .output/vm/storm .output/vm/place >&2
	start_guests 6.1 6.12 6.12-cloud
}

# A module that takes the function that frsp.ko needs; prints where it is.
build_taker() { # build_taker KERNEL
	local headers dir=$BATS_FILE_TMPDIR/$1.taker
	headers=$("$BATS_TEST_DIRNAME/fetch" "$1" --headers | sed -n 's/^headers=//p')
	cp -r "$BATS_TEST_DIRNAME/taker" "$dir"
	make -s -C "$headers" M="$dir" CONFIG_DEBUG_INFO_BTF_MODULES= modules >&2
	echo "$dir/taker.ko"
}

in_guest() { # in_guest KERNEL
	local ko taker
	ko=$("$BATS_TEST_DIRNAME/kmod" "$1" WERROR=1) && taker=$(build_taker "$1") &&
		"$BATS_TEST_DIRNAME/run" --memory 3072 --timeout 1800 --disk 6G \
			--append slub_debug=FZPU,frsp_extent "$1" \
			"$BATS_TEST_DIRNAME/kmod-in-guest" "$ko" "$taker"
}

passes() { # passes KERNEL
	local tap=$BATS_FILE_TMPDIR/$1.tap
	await_guest "$1"
	[[ $(grep -c '^ok ' "$tap") == "$TESTS" ]]
}

@test "6.1: frsp.ko's life" {
	passes 6.1
}

@test "6.12: frsp.ko's life" {
	passes 6.12
}

@test "6.12-cloud: frsp.ko's life" {
	passes 6.12-cloud
}
