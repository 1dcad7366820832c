#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# frsp.ko's life in each guest; kmod-in-guest says what is tested.

bats_require_minimum_version 1.8.0

KERNELS=(6.1 6.12 6.12-cloud)
TESTS=$(grep -c '^test_' "${BATS_TEST_FILENAME%/*}/kmod-in-guest")

# A module that takes the function that frsp.ko needs; prints where it is.
build_taker() { # build_taker KERNEL
	local headers dir=$BATS_FILE_TMPDIR/$1.taker
	headers=$("$BATS_TEST_DIRNAME/fetch" "$1" --headers | sed -n 's/^headers=//p')
	cp -r "$BATS_TEST_DIRNAME/taker" "$dir"
	make -s -C "$headers" M="$dir" modules >&2
	echo "$dir/taker.ko"
}

in_guest() { # in_guest KERNEL: its TAP and exit status to files
	local out=$BATS_FILE_TMPDIR/$1 ko taker status=0
	{
		ko=$("$BATS_TEST_DIRNAME/kmod" "$1" WERROR=1) && taker=$(build_taker "$1") &&
			"$BATS_TEST_DIRNAME/run" --memory 3072 --timeout 1800 --disk 6G \
				--append slub_debug=FZPU,frsp_extent "$1" \
				"$BATS_TEST_DIRNAME/kmod-in-guest" "$ko" "$taker"
	} >"$out.tap" 2>"$out.err" || status=$?
	echo "$status" >"$out.status"
}

# All guests are started first, two at a time: a guest keeps one CPU busy.
setup_file() {
	export BATS_TEST_TIMEOUT=2400
	make -s -C "$BATS_TEST_DIRNAME/../.." .output/vm/storm .output/vm/place >&2
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
	[[ $(grep -c '^ok ' "$out.tap") == "$TESTS" ]]
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
