#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The BPF objects compile with the types of each kernel in tests/vm/kernels, with make's
# default clang and with the newest installed clang. No kernel is booted: fetch gets only
# the kernels' BTF.

bats_require_minimum_version 1.8.0

setup_file() {
	export ROOT=$BATS_TEST_DIRNAME/../.. MAKEFLAGS=
	export TREE=$BATS_FILE_TMPDIR/tree
	copy_to "$TREE"
}

# copy_to TREE: copies the files that the BPF objects are made of.
copy_to() {
	mkdir "$1"
	(cd "$ROOT" && tar -c Makefile bpf vmlinux kmod/dkms.conf tools/*.mk tests/deps) | tar -C "$1" -x
}

compilers() {
	local clang
	for clang in clang $(compgen -c clang- | grep -E '^clang-[0-9]+$' | sort -V | tail -n 1); do
		echo "$(command -v "$clang") $("$clang" -dumpversion)"
	done | sort -u -k 2,2 | cut -d' ' -f1
}

# compiles TREE BTF: the BPF objects compile with each compiler
compiles() {
	local clang
	for clang in $(compilers); do
		make -j -C "$1" bpf WERROR=1 VMLINUX_BTF="$2" CLANG="$clang" || {
			echo "$clang fails on the types of $2"
			return 1
		}
	done
}

btf_of() { # btf_of KERNEL
	local lines
	lines=$("$ROOT/tests/vm/fetch" "$1" --btf) || return
	sed -n 's/^btf=//p' <<<"$lines"
}

@test "the compilers are the oldest and the newest that are meant" {
	compilers
	[[ $(compilers | wc -l) == 2 ]]
}

# A single test for all kernels, which prints a table of the results: it says more than the
# first failure.
@test "the BPF objects compile for each kernel's types" {
	local kernel btf failed=''
	while read -r kernel _; do
		if { btf=$(btf_of "$kernel") && compiles "$TREE" "$btf"; } >"$BATS_TEST_TMPDIR/log" 2>&1; then
			echo "$kernel: compiles"
		else
			grep -E 'error:|warning:|fails|vm: ' "$BATS_TEST_TMPDIR/log" | head -n 20
			echo "$kernel: FAILS"
			failed+=" $kernel"
		fi
	done < <(grep -vE '^[[:space:]]*(#|$)' "$ROOT/tests/vm/kernels" | awk '$2 != "-"')
	[[ -z $failed ]]
}

# Debian's kernels have a struct slot (drivers/pci/hotplug/acpiphp.h).
@test "a name that a kernel has, too, is found twice: by the compiler and by its prefix" {
	local tree=$BATS_TEST_TMPDIR/tree
	copy_to "$tree"
	sed -i 's/\bstruct frsp_slot\b/struct slot/' "$tree/bpf/busy_batch.bpf.h"
	run compiles "$tree" "$(btf_of 6.12)"
	[[ $status != 0 && $output == *"error: redefinition of 'slot'"* ]]
	run "$ROOT/tests/bpf-names" "$tree/bpf/busy_batch.bpf.h"
	[[ $status == 1 && $output == *' slot: begin it with frsp_ or FRSP_' ]]
}

@test "types, constants and names of types want the prefix" {
	cat >"$BATS_TEST_TMPDIR/names.h" <<-'EOT'
		/* struct in_comment { */
		struct frsp_good { int a; };
		enum frsp_better {
			FRSP_FIRST = 1, /* , NOT_THIS
				NOR_THIS, */
			SECOND = 1 << 2, FRSP_THIRD
		};
		enum { FOURTH };
		struct page___index { int used_as_page; };
		typedef struct { int b; } fifth_t;
		union sixth {
			int c;
		};
		typedef int
			(*seventh)(struct frsp_good *);
		struct eighth { int d; }; struct ninth { int e; };
		struct { int f; } hotmon_map SEC(".maps");
		struct of_the_kernel;
	EOT
	run "$ROOT/tests/bpf-names" "$BATS_TEST_TMPDIR/names.h"
	echo "$output"
	[[ $status == 1 && $(grep -oE '[a-zA-Z_0-9]+: begin' <<<"$output" | paste -sd' ') == \
		'SECOND: begin FOURTH: begin fifth_t: begin sixth: begin seventh: begin eighth: begin ninth: begin' ]]
	: >"$BATS_TEST_TMPDIR/none.h"
	"$ROOT/tests/bpf-names" "$BATS_TEST_TMPDIR/none.h"
	run "$ROOT/tests/bpf-names" "$BATS_TEST_TMPDIR/not-there.h"
	[[ $status != 0 ]]
}
