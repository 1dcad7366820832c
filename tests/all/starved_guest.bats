#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# On a busy machine a guest may get no processor for half a minute, as make check runs guests with
# idle priority beside the native tests. Its kernel must not take that for a fault of its own.

bats_require_minimum_version 1.8.0

vm_dir=$BATS_TEST_DIRNAME/../vm

# stop_guest MARK SECONDS: QEMU with MARK on its command line gets no processor so long.
stop_guest() {
	local pid
	pid=$(pgrep -n -f "^qemu-system.* $1=1")
	kill -STOP "$pid"
	sleep "$2"
	kill -CONT "$pid"
}

@test "a guest that stands still for 45 seconds logs no splat" {
	local mark=frsp_mark$$ work=$BATS_TEST_TMPDIR
	# shellcheck disable=SC2016 # for the guest's shell
	"$vm_dir/run" --append "$mark=1" --share "$work" 7.3 bash -c '
		: >"$1/began"
		until [[ -e $1/went_on ]]; do ls /proc >/dev/null; done
		for ((i = 0; i < 50; i++)); do ls /proc >/dev/null; done' - "$work" &
	until [[ -e $work/began ]]; do sleep 0.5; done
	stop_guest "$mark" 45
	: >"$work/went_on"
	wait $!
}
