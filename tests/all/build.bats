#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Tests of the Makefile that build all programs anew. tests/native/build.bats has the others.

setup() {
	export MAKEFLAGS='' TREE=$BATS_TEST_TMPDIR/tree
	"$BATS_TEST_DIRNAME/../copy" "$TREE" --built
}

not() {
	! "$@"
}

installed() { # installed DIR: lists the files below DIR
	(cd "$1" && find . ! -type d | LC_ALL=C sort)
}

# make takes a path with a space for two paths. The first one, the part before the space,
# may be the user's directory.
@test "a space in a path: the programs build, and nothing else is touched" {
	local near="$BATS_TEST_TMPDIR/a" target
	local tree="$near b/frsp" dest="$near b/dest"
	mkdir -p "$near" "$dest"
	"$BATS_TEST_DIRNAME/../copy" "$tree"
	echo mine >"$near/mine"
	make -C "$tree" .output/hotmon
	run make -C "$tree/kmod" try
	[ "$status" = 0 ]
	grep -q "^off: frsp.ko; a space is in the path '$tree/kmod'" <<<"$output"
	for target in kmod dkms-install dkms-uninstall; do
		run make -C "$tree" "$target"
		[ "$status" != 0 ]
		grep -q "a space is in the path '$tree/kmod'" <<<"$output"
		run make -C "$TREE" "$target" DESTDIR="$dest"
		[ "$status" != 0 ] || [ "$target" = kmod ]
	done
	not make -C "$tree/kmod" clean
	not make -C "$TREE" install DESTDIR="$dest"
	not make -C "$TREE" uninstall DESTDIR="$dest"
	make -C "$tree" clean
	[ "$(cat "$near/mine")" = mine ]
	[ -z "$(installed "$dest")" ]
}

@test "it builds with clang, too" {
	make -C "$TREE" clean
	make -C "$TREE" CC=clang WERROR=1 all
	"$TREE/.output/hotmon" --version
}
