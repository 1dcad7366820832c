#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Tests of the build for arm64 that need no arm64 libraries: the BPF objects, with the types
# of an arm64 kernel, and make's messages. They work on a copy of the tree.
# tests/all/arm64.bats builds and runs the programs.

setup_file() {
	export TREE=$BATS_FILE_TMPDIR/tree MAKEFLAGS=
	"$BATS_TEST_DIRNAME/../copy" "$TREE"
}

# clang compiles for any machine, but has no libraries for it.
for_arm64() {
	make -C "$TREE" CC='clang --target=aarch64-linux-gnu' WERROR=1 "$@"
}

arm64_btf() {
	"$BATS_TEST_DIRNAME/../vm/fetch" 6.12-arm64 --btf | sed -n 's/^btf=//p'
}

@test "the BPF objects compile for arm64, with the types of its kernel" {
	local object skeletons=()
	for object in "$TREE"/bpf/*.bpf.c; do
		skeletons+=(".output/aarch64/$(basename "$object" .bpf.c).skel.h")
	done
	[ "${#skeletons[@]}" -ge 4 ]
	run for_arm64 V=1 VMLINUX_BTF="$(arm64_btf)" "${skeletons[@]}"
	echo "$output"
	[ "$status" = 0 ]
	[ "$(grep -c -- '-D__TARGET_ARCH_arm64 .*\.bpf\.c' <<<"$output")" = "${#skeletons[@]}" ]
	grep -q user_pt_regs "$TREE/.output/aarch64/vmlinux.h"
	[ ! -e "$TREE/.output/vmlinux.h" ]
}

@test "without libraries for the target make says how to get them, and goes on" {
	run for_arm64 SYSROOT=/nowhere all
	echo "$output"
	[ "$status" = 0 ]
	grep -q '^off: hotmon frsp-top frspctl frspd frsp-image; no libraries for aarch64: .*tests/sysroot arm64 DIR.*SYSROOT=DIR$' <<<"$output"
	grep -q '^off: frsp.ko; it is for x86_64$' <<<"$output"
}

@test "frsp.ko for arm64 is refused in one line" {
	run for_arm64 kmod
	echo "$output"
	[ "$status" != 0 ]
	grep -qx 'frsp.ko is for x86_64 and not for aarch64' <<<"$output"
	[ "$(grep -vc '^make' <<<"$output")" = 1 ]
}

@test "a compiler that is not there is named" {
	run make -C "$TREE" CROSS_COMPILE=nowhere- all
	echo "$output"
	[ "$status" != 0 ]
	grep -q 'nowhere-gcc cannot be run; .*apt-get install gcc-aarch64-linux-gnu' <<<"$output"
}

# Programs for this machine print the completions. They have only the code of the options,
# so all that main() calls before it reads the options must be among their sources.
@test "completions are made without the target's libraries, and are the native ones" {
	local program
	for program in hotmon frsp-top frspctl frspd frsp-image; do
		make -C "$TREE" ".output/host/$program"
		"$TREE/.output/host/$program" --completion=bash |
			cmp - "$BATS_TEST_DIRNAME/../../.output/completion/$program"
		"$TREE/.output/host/$program" --completion=zsh |
			cmp - "$BATS_TEST_DIRNAME/../../.output/completion/_$program"
	done
}
