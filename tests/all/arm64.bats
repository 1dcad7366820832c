#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The programs are built for arm64 on a machine of another architecture, and hotmon counts
# exactly in emulated arm64 guests with pages of 4 and of 16 KiB.

bats_require_minimum_version 1.8.0
load ../vm/guests.bash

setup_file() {
	export BATS_TEST_TIMEOUT=3000 ROOT=$BATS_TEST_DIRNAME/../.. MAKEFLAGS=
	GUEST_ROOT=$("$ROOT/tests/vm/guest-root" arm64)
	export GUEST_ROOT
	cross_build tests >"$BATS_FILE_TMPDIR/build" 2>&1 || return 0
	touch "$BATS_FILE_TMPDIR/is_built"
	start_guests 6.12-arm64 6.12-arm64-16k
}

cross_build() {
	make -C "$ROOT" CROSS_COMPILE=aarch64-linux-gnu- SYSROOT="$GUEST_ROOT" WERROR=1 "$@"
}

in_guest() { # in_guest KERNEL
	"$ROOT/tests/vm/run" --memory 3072 --timeout 2400 "$1" "$BATS_TEST_DIRNAME/arm64-in-guest"
}

@test "the programs are built, and installed with the completions of the native ones" {
	local dest=$BATS_TEST_TMPDIR/dest program share
	share=$dest/usr/share
	cat "$BATS_FILE_TMPDIR/build"
	make -C "$ROOT" all
	cross_build install DESTDIR="$dest" PREFIX=/usr
	for program in hotmon frsp-top frspctl; do
		readelf -h "$dest/usr/sbin/$program" | grep -q 'Machine: *AArch64'
		"$ROOT/.output/$program" --completion=bash | cmp - "$share/bash-completion/completions/$program"
		"$ROOT/.output/$program" --completion=zsh | cmp - "$share/zsh/site-functions/_$program"
	done
}

@test "frsp.ko is refused for an arm64 kernel, whose ftrace gives no registers" {
	local headers
	headers=$("$ROOT/tests/vm/fetch" 6.12-arm64 --headers | sed -n 's/^headers=//p')
	run make -C "$ROOT" kmod KDIR="$headers"
	echo "$output"
	[[ $status != 0 ]]
	grep -E '^kernel-layout: the kernel 6\.12\..*-arm64 has no ftrace that gives the registers' <<<"$output"
	run ! grep -E '^ +(CC|LD)' <<<"$output"
}

passes() { # passes KERNEL
	local tap=$BATS_FILE_TMPDIR/$1.tap
	[[ -e $BATS_FILE_TMPDIR/is_built ]]
	passes_tap "$1" 150
	[[ $(grep -c '^ok .* ext4: ' "$tap") == 8 ]]
	[[ $(grep -cE '^ok - (without_ext4|self_test|frsp_top)$' "$tap") == 3 ]]
}

@test "6.12-arm64: hotmon counts exactly" {
	passes 6.12-arm64
}

@test "6.12-arm64-16k: hotmon counts exactly" {
	passes 6.12-arm64-16k
}
