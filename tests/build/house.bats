#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The rules of the house can be broken, and tests/house says where; works on a copy. So does
# tests/checkpatch.

bats_require_minimum_version 1.8.0

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return
	tar -c bpf kmod tests tools vmlinux | tar -C "$BATS_TEST_TMPDIR" -x
	cd "$BATS_TEST_TMPDIR" || return
}

# refuses TEXT: what tests/house prints has it
refuses() {
	run "$BATS_TEST_DIRNAME/../house" .
	echo "$output"
	[[ $status == 1 && $output == *"$1"* ]]
}

@test "the tree keeps the rules" {
	"$BATS_TEST_DIRNAME/../house" .
}

@test "an include of a higher folder is refused" {
	sed -i '1a #include "top/view.h"' tools/fs/tier.c
	refuses 'tools/fs/tier.c:2: fs may not use top/view.h'
}

@test "so is that of another program" {
	sed -i '1a #include "hotmon/live.h"' tools/top/view.c
	refuses 'tools/top/view.c:2: top may not use hotmon/live.h'
}

@test "so is that of a folder below another one" {
	sed -i '1a #include "ploop/tool/opts.h"' tools/ploop/core/format.c
	refuses 'tools/ploop/core/format.c:2: ploop/core may not use ploop/tool/opts.h'
}

@test "so is what only BPF programs may include" {
	sed -i '1a #include "bpf/cost.bpf.h"' tools/watch/watch.c
	refuses 'tools/watch/watch.c:2: bpf/cost.bpf.h is for BPF programs'
}

@test "a library that speaks is refused" {
	echo 'static void say(void) { fprintf(stderr, "no"); }' >>tools/heat/rank.c
	refuses ': a library is silent'
}

@test "a folder that the table lacks does not build" {
	mkdir tools/attic
	cp "$BATS_TEST_DIRNAME/../../Makefile" .
	run make help
	echo "$output"
	[[ $status != 0 && $output == *'tools/rooms.mk lacks a folder of tools/'* ]]
}

@test "a file of more than 700 lines is refused" {
	yes '/* more */' | head -n 700 >>tools/base/fmt.c
	refuses 'tools/base/fmt.c:701: more than 700 lines'
}

@test "a function of more than 120 lines is refused" {
	{
		echo 'static void endless(void)'
		echo '{'
		yes '	;' | head -n 118
		echo '}'
	} >>bpf/hot.bpf.c
	refuses 'endless() has more than 120 lines'
}

@test "a file of the module that uses one above it is refused" {
	"$BATS_TEST_DIRNAME/../kmod-order" .
	printf '%s\n' '/* frsp_dev_init() in a comment' ' * frsp_dev_init()' ' */' \
		'const char *frsp_word(void) { return "frsp_dev_init"; }' \
		'int frsp_ring(void) { return frsp_dev_init(); }' >>kmod/wake.c
	run "$BATS_TEST_DIRNAME/../kmod-order" .
	echo "$output"
	[[ $status == 1 && ${#lines[@]} == 1 ]]
	[[ $output == *'uses frsp_dev_init of kmod/dev.c, which is above it in kmod/Kbuild'* ]]
	touch kmod/more.c
	run "$BATS_TEST_DIRNAME/../kmod-order" .
	[[ $status == 1 && $output == *'kmod/more.c:1: kmod/Kbuild does not list it'* ]]
}

@test "a mutant that changes nothing is refused" {
	sed -i "/^mutant 'map: from byte 0'/i mutant 'not there' tools/base/fmt.c 's/no such text//' base/fmt test_none" \
		tests/unit/mutants
	run tests/unit/mutants --edits
	echo "$output"
	[[ $status != 0 && $output == *'not there: the edit changes nothing in tools/base/fmt.c'* ]]
}

@test "the kernel's checkpatch looks at the module, and finds what is wrong" {
	local file=$BATS_TEST_TMPDIR/kmod/bad.c
	"$BATS_TEST_DIRNAME/../checkpatch" kmod/hook.c
	printf '// SPDX-License-Identifier: GPL-2.0-only\nint frsp_bad(int *a)\n{\n\tsmp_rmb();\n\treturn(*a);\n}\n' >"$file"
	run "$BATS_TEST_DIRNAME/../checkpatch" "$file"
	echo "$output"
	[[ $status == 1 && $output == *"bad.c:4: WARNING:MEMORY_BARRIER"* && $output == *"bad.c:5: ERROR:RETURN_PARENTHESES"* ]]
}
