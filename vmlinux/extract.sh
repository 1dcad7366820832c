#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vmlinux/extract.sh VMLINUZ >vmlinux: unpacks the kernel that is in an x86 bzImage.
# Offsets: Documentation/arch/x86/boot.rst of the kernel.
set -euo pipefail

die() { # CAUSE REMEDY
	printf 'extract: %s\n  hint: %s\n' "$1" "$2" >&2
	exit 1
}

field() { # OFFSET BYTES: a little-endian number
	od -An -t "u$2" -j "$1" -N "$2" "$image" | tr -d ' '
}

# unpack COMMAND PACKAGE [BYTES]: BYTES at the payload's end are not for COMMAND.
unpack() {
	command -v "$1" >/dev/null ||
		die "$image is packed with $1, which is not installed" "apt-get install $2"
	head -c $((offset + length - ${3:-0})) "$image" | tail -c "+$((offset + 1))" |
		"$1" -dc || die "$image: $1 cannot unpack it" "is the file whole?"
}

image=${1:?usage: vmlinux/extract.sh VMLINUZ >vmlinux}
[ -r "$image" ] || die "$image: cannot be read" "is it there, and may you read it?"
[ "$(od -An -tx1 -j $((0x202)) -N 4 "$image")" = ' 48 64 72 53' ] || # HdrS
	die "$image is not an x86 bzImage" "give a vmlinuz of Linux on x86"
offset=$((($(field $((0x1f1)) 1) + 1) * 512 + $(field $((0x248)) 4)))
length=$(field $((0x24c)) 4)
magic=$(od -An -tx1 -j "$offset" -N 4 "$image")
# gzip's own last 4 bytes are the unpacked size; for the others, the kernel's build
# appends it.
case $magic in
' fd 37 7a 58') unpack xz xz-utils 4 ;;
' 28 b5 2f fd') unpack zstd zstd 4 ;;
' 02 21 4c 18') unpack lz4 lz4 4 ;;
' 1f 8b '*) unpack gzip gzip ;;
*) die "$image is packed in a format unknown here (it begins with$magic)" \
	"known are xz, zstd, lz4 and gzip" ;;
esac
