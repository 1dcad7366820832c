# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by run, fetch, initramfs and debug-kernel. Owns the reading of the kernel table,
# the location of each kernel in the cache, and die, with which these scripts fail.

vm_dir=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# depmod and modprobe are in directories that only root has in PATH.
PATH+=:/usr/sbin:/sbin
cache_dir=$(realpath -m "${FRSP_CACHE:-/var/cache/frsp}")

# die STATUS CAUSE REMEDY
die() {
	printf 'vm: %s\n' "$2" "$3" >&2
	exit "$1"
}

need() { # need COMMAND PACKAGE
	command -v "$1" >/dev/null ||
		die 125 "cannot find the command '$1'" "install it: apt-get install $2"
}

kernel_rows() {
	grep -vE '^[[:space:]]*(#|$)' "$vm_dir/kernels"
}

# kernel_select NAME: sets kernel_{name,suite,flavour,arch,dir}; usage error if NAME is not
# in the table. kernel_arch is Debian's name of the architecture: arm64 if the flavour has
# that word (arm64, arm64-16k), else amd64.
# shellcheck disable=SC2034 # read by the scripts that source this file
kernel_select() {
	local name
	while read -r name kernel_suite kernel_flavour; do
		[[ $name == "$1" ]] || continue
		kernel_name=$name
		kernel_arch=amd64
		[[ -$kernel_flavour- != *-arm64-* ]] || kernel_arch=arm64
		kernel_dir=$cache_dir/$name
		return
	done < <(kernel_rows)
	die 2 "unknown kernel '$1'" \
		"use one of: $(kernel_rows | awk '{ printf "%s%s", sep, $1; sep = ", " }')"
}

# kernel_release DIR: prints the release (uname -r) of the kernel cached in DIR, or nothing.
kernel_release() {
	cat "$1/release" 2>/dev/null || true
}

kernel_list() {
	local name suite flavour release
	printf '%-14s %-20s %-12s %s\n' NAME SUITE FLAVOUR CACHED
	while read -r name suite flavour; do
		release=$(kernel_release "$cache_dir/$name")
		printf '%-14s %-20s %-12s %s\n' "$name" "$suite" "$flavour" "${release:-no}"
	done < <(kernel_rows)
}
