#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # guests.bash sets vm_dir
# Tests of frsp.ko in the kernels that tests/vm/kmod.bats does not have.

bats_require_minimum_version 1.8.0
load ../vm/guests.bash

setup_file() {
	export BATS_TEST_TIMEOUT=5000 FRSP_ALL=1
	make -s -C "$BATS_TEST_DIRNAME/../.." .output/vm/storm .output/vm/place .output/vm/exchange >&2
	start_guests 6.12 6.12-cloud 6.12-trixie 7.2 7.3
}

in_guest() { # in_guest KERNEL
	kmod_in_guest "$1"
}

# In its own guest: ftrace cannot be started again.
@test "6.12: ftrace shuts down, and ext4 goes on" {
	local ko killer
	ko=$("$vm_dir/kmod" 6.12 WERROR=1)
	killer=$(build_module 6.12 ftrace_killer)
	run "$vm_dir/run" 6.12 "$vm_dir/ftrace-dead-in-guest" "$ko" "$killer"
	echo "$output"
	[[ $status == 0 && $output == *'ok - ext4 goes on'* ]]
}

@test "6.12: frsp.ko's life" {
	passes_kmod 6.12
}

@test "6.12-cloud: frsp.ko's life" {
	passes_kmod 6.12-cloud
}

@test "6.12-trixie: frsp.ko's life" {
	passes_kmod 6.12-trixie
}

@test "7.2: frsp.ko's life" {
	passes_kmod 7.2
}

@test "7.3: frsp.ko's life" {
	passes_kmod 7.3
}
