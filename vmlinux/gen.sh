#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vmlinux/gen.sh BTF: prints vmlinux.h, the C types of the kernel whose BTF is
# in the file BTF (/sys/kernel/btf/vmlinux, or a vmlinux with a .BTF section).
set -euo pipefail

btf=${1:?usage: vmlinux/gen.sh BTF}
if [ ! -r "$btf" ]; then
	echo "vmlinux/gen.sh: $btf: cannot be read" >&2
	echo "  hint: name a BTF file of any kernel >= 6.1: make VMLINUX_BTF=FILE" >&2
	exit 1
fi
exec "${BPFTOOL:-bpftool}" btf dump file "$btf" format c
