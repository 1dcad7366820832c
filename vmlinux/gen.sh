#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vmlinux/gen.sh BTF: prints vmlinux.h, the C types of the kernel whose BTF is in the file
# BTF (/sys/kernel/btf/vmlinux, or a vmlinux with a .BTF section).
set -euo pipefail

btf=${1-}

die() {
	echo "vmlinux/gen.sh: $1" >&2
	echo "  hint: name a BTF file of any kernel >= 6.1: make VMLINUX_BTF=FILE" >&2
	exit 1
}

[ -r "$btf" ] || die "'$btf': cannot be read"
"${BPFTOOL:-bpftool}" btf dump file "$btf" format c || die "'$btf': bpftool does not take it for BTF"
