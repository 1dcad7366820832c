#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vmlinux/kernel-layout.sh KDIR >ext4_layout.h: finds the BTF of the kernel whose headers
# are in KDIR, and runs layout (at $LAYOUT) to make the header from it.
#
# The kernel's own BTF is the first of
#   /sys/kernel/btf/vmlinux   if the kernel is the running one
#   its vmlinuz               /boot/vmlinuz-RELEASE, or among its modules, where Debian has
#                             it since 7.2; or VMLINUZ=FILE
#   KDIR/vmlinux              if the headers have it
# The BTF of ext4, where ext4 is a module, is the first of
#   /sys/kernel/btf/ext4      if the kernel is the running one
#   ext4.ko                   in /lib/modules/RELEASE or MODULES_DIR=DIR; or EXT4_KO=FILE
# What a variable names comes before all others.
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")

die() { # CAUSE REMEDY
	printf 'kernel-layout: %s\n  hint: %s\n' "$1" "$2" >&2
	exit 1
}

config() { # OPTION: y, m or nothing
	sed -n "s/^$1=//p" "$kdir/include/config/auto.conf"
}

# find_base, find_split: print the name of a file that layout can read.
find_base() {
	local vmlinuz=${VMLINUZ:-/boot/vmlinuz-$release}
	[ -n "${VMLINUZ:-}" ] || [ -r "$vmlinuz" ] || vmlinuz=$modules_dir/vmlinuz
	if [ -z "${VMLINUZ:-}" ] && [ "$running" ]; then
		echo /sys/kernel/btf/vmlinux
	elif [ -n "${VMLINUZ:-}" ] || [ -r "$vmlinuz" ]; then
		"$here/extract.sh" --btf "$vmlinuz" >"$scratch/vmlinux"
		echo "$scratch/vmlinux"
	elif [ -r "$kdir/vmlinux" ]; then
		echo "$kdir/vmlinux"
	else
		die "no BTF of $release: neither /boot/vmlinuz-$release nor $kdir/vmlinux can be read" \
			"apt-get install linux-image-$release, or name its vmlinuz with VMLINUZ=FILE"
	fi
}

find_split() {
	local ko=${EXT4_KO:-}
	if [ -z "$ko${MODULES_DIR:-}" ] && [ "$running" ] && [ -r /sys/kernel/btf/ext4 ]; then
		echo /sys/kernel/btf/ext4
		return
	fi
	[ -n "$ko" ] || ko=$(find "$modules_dir/kernel/fs/ext4" -name 'ext4.ko*' -print -quit 2>/dev/null)
	[ -r "$ko" ] || die "no BTF of $release's ext4: there is no ${ko:-ext4.ko in $modules_dir}" \
		"apt-get install linux-image-$release, or name the file with EXT4_KO=FILE"
	case $ko in
	*.xz) unpack xz xz-utils "$ko" ;;
	*.zst) unpack zstd zstd "$ko" ;;
	*.gz) unpack gzip gzip "$ko" ;;
	*) echo "$ko" && return ;;
	esac
	echo "$scratch/ext4.ko"
}

unpack() { # COMMAND PACKAGE FILE
	command -v "$1" >/dev/null ||
		die "$3 is packed with $1, which is not installed" "apt-get install $2"
	"$1" -dc "$3" >"$scratch/ext4.ko"
}

kdir=${1:?usage: vmlinux/kernel-layout.sh KDIR >ext4_layout.h}
# From utsrelease.h, because include/config/kernel.release of Debian's 6.1 has another text.
release=$(sed -n 's/.*UTS_RELEASE "\(.*\)"/\1/p' "$kdir/include/generated/utsrelease.h" 2>/dev/null) ||
	die "$kdir has no headers of a kernel" \
		"name the headers of a kernel, such as /usr/src/linux-headers-RELEASE"
modules_dir=${MODULES_DIR:-/lib/modules/$release}
running=
[ "$release" != "$(uname -r)" ] || [ ! -r /sys/kernel/btf/vmlinux ] || running=yes
[ "$(config CONFIG_DEBUG_INFO_BTF)" = y ] ||
	die "the kernel $release was built without BTF (CONFIG_DEBUG_INFO_BTF)" \
		"frsp.ko needs a kernel that has it, as Debian's do"
[ "$(config CONFIG_DYNAMIC_FTRACE_WITH_REGS)" = y ] ||
	die "the kernel $release has no ftrace that gives the registers (CONFIG_DYNAMIC_FTRACE_WITH_REGS), with which frsp.ko hooks ext4" \
		"arm64 has none: use frsp.ko on x86; hotmon and frsp-top work without it"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

base=$(find_base)
case $(config CONFIG_EXT4_FS) in
y) split=- ;;
m)
	[ "$(config CONFIG_DEBUG_INFO_BTF_MODULES)" = y ] ||
		die "the kernel $release has no BTF for modules (CONFIG_DEBUG_INFO_BTF_MODULES)" \
			"frsp.ko needs a kernel that has it, as Debian's do"
	split=$(find_split)
	;;
*) die "the kernel $release has no ext4" "there is nothing that frsp.ko could do there" ;;
esac
"${LAYOUT:-$here/../.output/layout}" "$here/ext4.layout" "$base" "$split" ||
	die "ext4 of $release is not as frsp.ko knows it (BTF: $base, $split)" \
		"use a frsp that knows this kernel; see vmlinux/ext4.layout"
