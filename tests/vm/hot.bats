#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# hotmon's accuracy tests in each guest, as hot-in-guest chooses them. All guests
# are started first, two at a time: a guest keeps one CPU busy.

bats_require_minimum_version 1.8.0

KERNELS=(6.1 6.12 6.12-cloud)

in_guest() { # in_guest KERNEL: its TAP and exit status to files
	local status=0
	"$BATS_TEST_DIRNAME/run" --memory 3072 --timeout 2400 "$1" \
		"$BATS_TEST_DIRNAME/hot-in-guest" \
		>"$BATS_FILE_TMPDIR/$1.tap" 2>"$BATS_FILE_TMPDIR/$1.err" || status=$?
	echo "$status" >"$BATS_FILE_TMPDIR/$1.status"
}

setup_file() {
	export BATS_TEST_TIMEOUT=3000
	(
		for kernel in "${KERNELS[@]}"; do
			while (($(jobs -rp | wc -l) >= 2)); do
				wait -n
			done
			in_guest "$kernel" &
		done
		wait
	) >/dev/null 2>&1 3>&- &
}

passes() { # passes KERNEL
	local out=$BATS_FILE_TMPDIR/$1
	until [[ -e $out.status ]]; do
		sleep 1
	done
	cat "$out.tap" "$out.err"
	[[ $(cat "$out.status") == 0 ]]
	[[ $(grep -c '^ok ' "$out.tap") -ge 15 ]]
	! grep '^not ok ' "$out.tap"
	# a guest may lack only what its kernel lacks
	! grep -E '^ok .*# skip' "$out.tap" | grep -vE '# skip the kernel has no'
}

@test "6.1: hotmon counts exactly" {
	passes 6.1
}

@test "6.12: hotmon counts exactly" {
	passes 6.12
}

@test "6.12-cloud: hotmon counts exactly" {
	passes 6.12-cloud
}
