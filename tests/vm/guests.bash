# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Loaded by tests that run the same in several guests: all are started in setup_file,
# two at a time, as a guest keeps one CPU busy, and each test waits for its own.
# The file defines in_guest KERNEL, which returns the guest's exit status; errexit is
# off in it.

start_guests() { # start_guests KERNEL...
	(
		for kernel in "$@"; do
			while (($(jobs -rp | wc -l) >= 2)); do
				wait -n
			done
			run_guest "$kernel" &
		done
		wait
	) >/dev/null 2>&1 3>&- &
}

run_guest() { # run_guest KERNEL
	local out=$BATS_FILE_TMPDIR/$1 status=0
	in_guest "$1" >"$out.tap" 2>"$out.err" || status=$?
	echo "$status" >"$out.status"
}

# Prints what the guest printed, which is in KERNEL.tap too; fails if the guest did.
await_guest() { # await_guest KERNEL
	local out=$BATS_FILE_TMPDIR/$1
	until [[ -e $out.status ]]; do
		sleep 1
	done
	cat "$out.tap" "$out.err"
	[[ $(cat "$out.status") == 0 ]]
}
