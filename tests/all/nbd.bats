#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The plugin of nbdkit as the disks of a virtual machine: a guest boots from an image.

bats_require_minimum_version 1.8.0
load ../vm/guests.bash

# steps of nbd-boot
STEPS=5

setup_file() {
	export BATS_TEST_TIMEOUT=5000
	start_guests 6.12
}

in_guest() { # in_guest KERNEL
	# shellcheck disable=SC2154 # guests.bash sets it
	"$vm_dir/nbd-boot" "$1" "$BATS_FILE_TMPDIR/$1.nbd"
}

@test "6.12: a guest boots from an image, and again when the server was killed" {
	await_guest 6.12
	[[ $(grep -c '^ok - ' "$BATS_FILE_TMPDIR/6.12.tap") == "$STEPS" ]]
}
