#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vmlinux/extract.sh VMLINUZ >vmlinux: unpacks the kernel in an image of Linux, however it
# is packed: an ELF file from an x86 bzImage, the raw Image from an image of arm64.
# vmlinux/extract.sh --btf VMLINUZ|VMLINUX >BTF: only its BTF, raw. libbpf and bpftool read
# that, but not the BTF in a raw Image, which has no sections.
#
# Offsets: Documentation/arch/x86/boot.rst, Documentation/arch/arm64/booting.rst and
# drivers/firmware/efi/libstub/zboot-header.S of the kernel; BTF: include/uapi/linux/btf.h.
set -euo pipefail

die() { # CAUSE REMEDY
	printf 'extract: %s\n  hint: %s\n' "$1" "$2" >&2
	exit 1
}

numbers() { # FILE OFFSET BYTES [N]: N (or 1) little-endian numbers of BYTES
	local bytes=$(($3 * ${4:-1})) words
	read -ra words < <(od -An -v -w"$bytes" -t "u$3" -j "$2" -N "$bytes" "$1")
	echo "${words[*]}"
}

is_at() { # OFFSET HEX...: the image has these bytes there
	[ "$(od -An -v -tx1 -j "$(($1))" -N $(($# - 1)) "$image")" = "$(printf ' %s' "${@:2}")" ]
}

# unpack COMMAND PACKAGE: unpacks the payload, $length bytes at $offset
unpack() {
	command -v "$1" >/dev/null ||
		die "$image is packed with $1, which is not installed" "apt-get install $2"
	head -c $((offset + length)) "$image" | tail -c "+$((offset + 1))" |
		"$1" -dc || die "$image: $1 cannot unpack it" "is the file whole?"
}

unpack_payload() { # BYTES: cuts so many from the payload's end, unless it is gzip
	# The last 4 bytes of a gzip file are its unpacked size. To the payload of a bzImage in
	# another format the kernel's build appends it; the unpackers do not expect it.
	if is_at "$offset" 1f 8b; then
		unpack gzip gzip
		return
	fi
	length=$((length - $1))
	if is_at "$offset" fd 37 7a 58; then
		unpack xz xz-utils
	elif is_at "$offset" 28 b5 2f fd; then
		unpack zstd zstd
	elif is_at "$offset" 02 21 4c 18; then
		unpack lz4 lz4
	else
		die "$image is packed in a format unknown here (it begins with$(od -An -tx1 -j "$offset" -N 4 "$image"))" \
			"known are xz, zstd, lz4 and gzip"
	fi
}

unpack_kernel() {
	if is_at 0x202 48 64 72 53; then # HdrS: a bzImage
		offset=$((($(numbers "$image" $((0x1f1)) 1) + 1) * 512 + $(numbers "$image" $((0x248)) 4)))
		length=$(numbers "$image" $((0x24c)) 4)
		unpack_payload 4
	elif is_at 0 4d 5a && is_at 4 7a 69 6d 67; then # zimg: unpacks itself under EFI
		offset=$(numbers "$image" 8 4)
		length=$(numbers "$image" 12 4)
		unpack_payload 0
	elif is_at 0x38 41 52 4d 64 || is_at 0 7f 45 4c 46; then # ARM\x64, ELF: not packed
		cat "$image"
	elif is_at 0 1f 8b; then # arm64's Image.gz
		offset=0
		length=$(stat -Lc %s "$image")
		unpack gzip gzip
	else
		die "$image is no image of Linux for x86 or arm64" "give a vmlinuz of one of these"
	fi
}

# Prints the length of the BTF at OFFSET of FILE, or nothing if there is no BTF. The header
# has 8 bytes, then a pair of numbers for each part: its start, counted from the header's
# end, and its length. The parts are types, strings, and what later kernels add.
btf_length() { # FILE OFFSET
	local size word pair header=24 length=0 strings i
	size=$(stat -c %s "$1")
	(($2 + header <= size)) || return 0
	read -ra word <<<"$(numbers "$1" "$2" 4 2)"
	header=${word[1]}
	((word[0] == 0x1eb9f && header >= 24 && header <= 64 && header % 8 == 0 && $2 + header <= size)) ||
		return 0
	read -ra pair <<<"$(numbers "$1" $(($2 + 8)) 4 $((header / 4 - 2)))"
	for ((i = 0; i < ${#pair[@]}; i += 2)); do
		((pair[i] + pair[i + 1] <= length)) || length=$((pair[i] + pair[i + 1]))
	done
	((pair[1] && pair[3] && $2 + header + length <= size)) || return 0
	# The first string is empty, and the last one ends with a NUL.
	strings=$(($2 + header + pair[2]))
	[ "$(numbers "$1" "$strings" 1)$(numbers "$1" $((strings + pair[3] - 1)) 1)" = 00 ] || return 0
	echo $((header + length))
}

# The magic bytes of BTF may also be in the kernel's code. The longest BTF is the kernel's.
print_btf() { # KERNEL
	local at length best_at=0 best=0
	while IFS=: read -r at _; do
		length=$(btf_length "$1" "$at")
		((${length:-0} <= best)) || best=$length best_at=$at
	done < <(LC_ALL=C grep -obaF $'\x9f\xeb\x01' "$1")
	((best)) || die "$image has no BTF" "give a kernel that was built with CONFIG_DEBUG_INFO_BTF"
	head -c $((best_at + best)) "$1" | tail -c "$best"
}

btf=
[ "${1:-}" != --btf ] || { btf=yes && shift; }
image=${1:?usage: vmlinux/extract.sh [--btf] VMLINUZ >FILE}
[ -r "$image" ] || die "$image: cannot be read" "is it there, and may you read it?"
if [ -z "$btf" ]; then
	unpack_kernel
else
	kernel=$(mktemp)
	trap 'rm -f "$kernel"' EXIT
	unpack_kernel >"$kernel"
	print_btf "$kernel"
fi
