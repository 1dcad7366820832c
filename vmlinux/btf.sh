#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vmlinux/btf.sh VMLINUX >BTF: the raw BTF that is in an unpacked kernel, be it an ELF
# file or, as on arm64, a bare image.
# The header that BTF begins with: Documentation/bpf/btf.rst of the kernel.
set -euo pipefail

die() { # CAUSE REMEDY
	printf 'btf: %s\n  hint: %s\n' "$1" "$2" >&2
	exit 1
}

field() { # OFFSET: a little-endian number of 4 bytes
	od -An -t u4 -j "$1" -N 4 "$file" | tr -d ' '
}

from_elf() {
	local objcopy
	objcopy=$(command -v llvm-objcopy || command -v objcopy) ||
		die "neither llvm-objcopy nor objcopy is there" "apt-get install llvm"
	"$objcopy" --dump-section ".BTF=$scratch/btf" "$file" "$scratch/copy" 2>"$scratch/said" ||
		die "$file has no BTF" "give a kernel that was built with CONFIG_DEBUG_INFO_BTF"
	cat "$scratch/btf"
}

# The longest of the places that begin like BTF: magic, version 1, flags, a header of
# 24 bytes or, in later kernels, a little more.
from_image() {
	local at types strings bytes best='' most=0
	while IFS=: read -r at _; do
		types=$(($(field $((at + 8))) + $(field $((at + 12)))))
		strings=$(($(field $((at + 16))) + $(field $((at + 20)))))
		bytes=$(($(field $((at + 4))) + (types > strings ? types : strings)))
		((bytes > most && at + bytes <= $(stat -c %s "$file"))) || continue
		best=$at most=$bytes
	done < <(LC_ALL=C grep -obUaP '\x9f\xeb\x01(?=\x00.\x00\x00\x00)' "$file")
	[ "$best" ] || die "$file has no BTF" "give a kernel that was built with CONFIG_DEBUG_INFO_BTF"
	tail -c "+$((best + 1))" "$file" | head -c "$most"
}

file=${1:?usage: vmlinux/btf.sh VMLINUX >BTF}
[ -r "$file" ] || die "$file: cannot be read" "is it there, and may you read it?"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
case $(od -An -tx1 -N 4 "$file") in
' 7f 45 4c 46') from_elf ;;
*) from_image ;;
esac
