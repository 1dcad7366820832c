#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The test of tests/build/bpf.bats with the compilers, libbpf and bpftool of Debian 13.

bats_require_minimum_version 1.8.0

tests=$BATS_TEST_DIRNAME/..

@test "Debian 13: the BPF objects compile for each kernel's types, with both clangs" {
	local kernel lines dir=$BATS_TEST_TMPDIR/btf
	mkdir "$dir"
	while read -r kernel _; do
		lines=$("$tests/vm/fetch" "$kernel" --btf)
		cp "$(sed -n 's/^btf=//p' <<<"$lines")" "$dir/$kernel"
	done < <(grep -vE '^[[:space:]]*(#|$)' "$tests/vm/kernels" | awk '$2 != "-"')
	# The cache is not visible in the Debian root, so the files go there through stdin. It
	# prints a line for each kernel.
	run --separate-stderr bash -c "tar -C '$dir' -c . | '$tests/debian' trixie bash -euc '
		mkdir /tmp/btf
		tar -C /tmp/btf -x
		for btf in /tmp/btf/*; do
			for clang in clang clang-22; do
				make -j bpf WERROR=1 VMLINUX_BTF=\$btf CLANG=\$clang >&2
			done
			echo compiled: \$btf
		done'"
	# shellcheck disable=SC2154 # run sets it
	echo "$output" "$stderr"
	[[ $status == 0 && $(grep -c '^compiled: ' <<<"$output") == $(find "$dir" -type f | wc -l) ]]
}
