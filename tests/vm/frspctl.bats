#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Tests of frspctl with frsp.ko in guests; frspctl-in-guest has the tests.

bats_require_minimum_version 1.8.0
load guests.bash

STEPS=18

setup_file() {
	export BATS_TEST_TIMEOUT=2400
	start_guests 6.1 6.12
}

in_guest() { # in_guest KERNEL: puts JSON documents into the directory KERNEL.json
	local ko dir=$BATS_FILE_TMPDIR/$1.json
	mkdir "$dir" && ko=$("$BATS_TEST_DIRNAME/kmod" "$1" WERROR=1) &&
		"$BATS_TEST_DIRNAME/run" --timeout 1800 --disk 6G --disk 120M --disk 9T --share "$dir" \
			"$1" "$BATS_TEST_DIRNAME/frspctl-in-guest" \
			"$(realpath "$BATS_TEST_DIRNAME/../..")/.output/frspctl" "$ko" "$dir"
}

passes() { # passes KERNEL
	local root=$BATS_TEST_DIRNAME/../.. dir=$BATS_FILE_TMPDIR/$1.json tap=$BATS_FILE_TMPDIR/$1.tap
	await_guest "$1"
	[[ $(grep -c '^ok - ' "$tap") == "$STEPS" ]]
	"$root/tests/native/validate.py" "$root/docs/frspctl.schema.json" < <(cat "$dir"/*.json)
	# one document of each kind
	"$root/tests/native/validate.py" --mutants "$root/docs/frspctl.schema.json" \
		< <(cat "$dir/status-written.json" "$dir/tree.json" "$dir/tree-0.json")
}

@test "6.1: frspctl says what sysfs and the disk say" {
	passes 6.1
}

@test "6.12: frspctl says what sysfs and the disk say" {
	passes 6.12
}
