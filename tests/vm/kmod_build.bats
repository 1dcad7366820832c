#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Tests of the build of frsp.ko for each kernel, by make and by DKMS, and of the layout of
# ext4's structs that the build takes from the kernel's BTF.

bats_require_minimum_version 1.8.0

setup_file() {
	export TREE=$BATS_FILE_TMPDIR/tree MAKEFLAGS=
	"$BATS_TEST_DIRNAME/../copy" "$TREE"
}

setup() {
	cp "$BATS_TEST_DIRNAME/../../vmlinux/ext4.layout" "$TREE/vmlinux/"
}

# paths KERNEL: sets release, headers, vmlinuz, modules
paths() {
	local name value lines
	lines=$("$BATS_TEST_DIRNAME/fetch" "$1" --headers)
	while IFS='=' read -r name value; do
		printf -v "$name" %s "$value"
	done <<<"$lines"
}

# shellcheck disable=SC2154 # set by paths
build() { # build KERNEL [MAKE-ARG...]
	local kernel=$1
	shift
	paths "$kernel"
	make -C "$TREE" kmod KDIR="$headers" VMLINUZ="$vmlinuz" MODULES_DIR="$modules" WERROR=1 "$@"
}

# shellcheck disable=SC2154 # set by paths
builds_for() { # builds_for KERNEL...
	local kernel ko
	for kernel in "$@"; do
		build "$kernel"
		ko=$TREE/.output/kmod/$release/frsp.ko
		[[ $(modinfo -F vermagic "$ko") == "$release "* ]]
		cmp "$ko" "$TREE/kmod/frsp.ko"
		[[ $(readelf -SW "$ko") != *' .BTF '* ]]
	done
}

@test "the module is built, without a warning, for the oldest and the newest kernel" {
	builds_for 6.1 7.3
}

# bats test_tags=slow
@test "the module is built, without a warning, for each other kernel that has headers" {
	builds_for 6.12 6.12-cloud 6.12-trixie 7.2
}

# Without -Wcontext, which wants annotations at each function that returns with a lock held.
@test "sparse has nothing to say about the module" {
	run build 6.12 C=2 CF=-Wno-context
	echo "$output"
	[[ $status == 0 && $(grep -c '^ *CHECK ' <<<"$output") -gt 20 ]]
	run ! grep 'warning:' <<<"$output"
	echo 'int frsp_undeclared;' >>"$TREE/kmod/meta.c"
	run build 6.12 C=2 CF=-Wno-context
	sed -i '$d' "$TREE/kmod/meta.c"
	echo "$output"
	[[ $output == *"warning: symbol 'frsp_undeclared' was not declared"* ]]
}

# test_layout in life/mounts.bash checks the layout in kernels with ext4 as a module.
@test "where ext4 is built in, too, the module is loaded and unloaded, and its layout holds" {
	build 6.12-cloud
	cd "$TREE" || return
	# shellcheck disable=SC2016 # for the guest
	"$BATS_TEST_DIRNAME/run" 6.12-cloud bash -exo pipefail -c '
		insmod kmod/frsp.ko
		[[ $(cat /sys/module/frsp/initstate) == live ]]
		[[ ! -e /sys/kernel/btf/ext4 ]]
		.output/layout vmlinux/ext4.layout /sys/kernel/btf/vmlinux - |
			cmp - ".output/kmod/$(uname -r)/ext4_layout.h"
		rmmod frsp
		[[ ! -e /sys/module/frsp ]]'
}

@test "a PREEMPT_RT kernel is refused with one line that says why" {
	local said
	build 6.1-rt
	cd "$TREE" || return
	run "$BATS_TEST_DIRNAME/run" 6.1-rt bash -xo pipefail -c '
		modprobe ext4
		insmod kmod/frsp.ko
		echo "insmod: $?"
		dmesg | grep "frsp: .*not loaded"
		[[ ! -e /sys/module/frsp ]]'
	echo "$output"
	[[ $status == 0 && $output == *'insmod: 1'* ]]
	said=$(grep -c '\] frsp: not loaded: on PREEMPT_RT' <<<"$output")
	[[ $said == 1 ]]
}

@test "headers that have BTF give the same layout as the kernel's image" {
	local kernel
	for kernel in 6.12 6.12-cloud 7.3; do
		build "$kernel"
		[[ -e $headers/vmlinux ]]
		MODULES_DIR=$modules LAYOUT=$TREE/.output/layout \
			"$TREE/vmlinux/kernel-layout.sh" "$headers" >"$BATS_TEST_TMPDIR/layout.h"
		cmp "$BATS_TEST_TMPDIR/layout.h" "$TREE/.output/kmod/$release/ext4_layout.h"
	done
}

@test "objects of two kernels do not mix, and nothing is built twice" {
	local ko before
	build 6.1
	ko=$TREE/.output/kmod/$release/frsp.ko
	before=$(sha256sum "$ko")
	build 6.12
	[[ $(sha256sum "$ko") == "$before" ]]
	run build 6.1
	echo "$output"
	[[ $status == 0 && ! $output =~ (^|$'\n')\ +(CC|LD) ]]
	[[ $(sha256sum "$ko") == "$before" ]]
	cmp "$ko" "$TREE/kmod/frsp.ko"
}

@test "a changed layout is built into the module" {
	local ko
	build 6.12
	sed -i 's/^ext4_buddy.bd_group.*/&\next4_buddy.bd_blkbits unsigned short/' "$TREE/vmlinux/ext4.layout"
	run build 6.12
	echo "$output"
	[[ $status == 0 ]]
	grep -q 'CC .*btf_check.o' <<<"$output"
	grep -q 'OFF_ext4_buddy__bd_blkbits 48' "$TREE/.output/kmod/$release/ext4_layout.h"
}

@test "a kernel that is not as the module knows it is refused" {
	paths 6.12
	sed -i 's/^\(ext4_sb_info.s_stripe\).*/\1 unsigned int/; s/^\(mb_mark_used\).*/\1 void (void)/' \
		"$TREE/vmlinux/ext4.layout"
	run build 6.12
	echo "$output"
	[[ $status != 0 ]]
	grep -F "ext4_sb_info.s_stripe is 'unsigned long' in this kernel, frsp knows 'unsigned int'" <<<"$output"
	grep -F "mb_mark_used is 'int (struct ext4_buddy *, struct ext4_free_extent *)'" <<<"$output"
	run ! grep -E '^ +(CC|LD)' <<<"$output"
}

@test "without ext4.ko, BTF or headers the build says what is missing" {
	paths 6.12
	run make -C "$TREE" kmod KDIR="$headers" MODULES_DIR=/none
	echo "$output"
	[[ $status != 0 && $output == *"no BTF of $release's ext4"*'hint: '* ]]
	paths 6.1
	run make -C "$TREE" kmod KDIR="$headers" MODULES_DIR="$modules"
	echo "$output"
	[[ -e /boot/vmlinuz-$release ]] ||
		[[ $status != 0 && $output == *"no BTF of $release"*"linux-image-$release"* ]]
	run make -C "$TREE" kmod KDIR=/none
	echo "$output"
	[[ $status != 0 && $output == *'/none has no headers'*'linux-headers-'* ]]
}

@test "make says what turns the module on, and goes on without it" {
	run make -C "$TREE/kmod" try KDIR=/none KERNEL=6.12.48-amd64
	[[ $status == 0 && $output == *'off: frsp.ko; no headers in /none: apt-get install linux-headers-'* ]]
	paths 6.12
	run make -C "$TREE/kmod" try KDIR="$headers" MODULES_DIR=/none
	echo "$output"
	[[ $status == 0 && $output == *'off: frsp.ko; see above'* ]]
}

# bats test_tags=slow
@test "DKMS builds it for the kernels of the tests, and for no other" {
	local kernel dkms=$BATS_TEST_TMPDIR version
	make -C "$TREE" dkms-install DESTDIR="$dkms"
	version=$(basename "$dkms"/usr/src/frsp-*)
	version=${version#frsp-}
	for kernel in 6.1 6.12-cloud 7.3; do
		paths "$kernel"
		VMLINUZ=$vmlinuz MODULES_DIR=$modules dkms build "frsp/$version" -k "$release" \
			--kernelsourcedir "$headers" --dkmstree "$dkms" --sourcetree "$dkms/usr/src" || {
			cat "$dkms/frsp/$version/build/make.log"
			false
		}
		[[ $(modinfo -F vermagic "$dkms/frsp/$version/$release/"*/module/frsp.ko) == "$release "* ]]
	done
	for release in 6.7.1-frsp 7.1.13-frsp 7.4.1-frsp; do
		run dkms build "frsp/$version" -k "$release" --kernelsourcedir "$headers" \
			--dkmstree "$dkms" --sourcetree "$dkms/usr/src"
		echo "$output"
		[[ $status == 77 ]]
	done
	make -C "$TREE" dkms-uninstall DESTDIR="$dkms"
	[[ -z $(ls "$dkms/usr/src") ]]
}

# stub_dkms: puts a dkms into PATH whose install fails, and which notes its calls
stub_dkms() {
	mkdir bin
	cat >bin/dkms <<-'EOT'
	#!/bin/sh
	echo "$1" >>"${0%/bin/*}/called"
	case $1 in
	status) echo 'frsp: added' ;;
	install) exit 10 ;;
	esac
	EOT
	chmod +x bin/dkms
	export PATH=$PWD/bin:$PATH
}

@test "dkms-install says what is missing, and leaves nothing where it fails" {
	local install=(make -C "$TREE/kmod" dkms-install "DKMS_TREE=$BATS_TEST_TMPDIR/frsp")
	cd "$BATS_TEST_TMPDIR" || return
	stub_dkms
	run "${install[@]}" KERNEL=7.1.13-frsp
	echo "$output"
	[[ $status != 0 && $output == *'not tested on 7.1.13-frsp, only on Linux 6.1, 6.12, 7.2, 7.3'* ]]
	run "${install[@]}" KERNEL=6.1.99-frsp
	echo "$output"
	[[ $status != 0 && $output == *'apt-get install linux-headers-6.1.99-frsp'* ]]
	[[ ! -e frsp && ! -e called ]]
	paths 6.12
	run "${install[@]}" KERNEL="$release" KDIR="$headers"
	echo "$output"
	[[ $status != 0 && $output == *'frsp.ko is not installed, and an older one is not any more: see above'* ]]
	[[ ! -e frsp && $(tail -n 1 called) == remove ]]
	[[ $(paste -sd' ' called) == 'status remove install status remove' ]]
}
