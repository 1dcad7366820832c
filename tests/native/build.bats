#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Tests of the Makefile, as a user sees it. They work on a copy of the tree, which they may
# damage.

setup_file() {
	export TREE=$BATS_FILE_TMPDIR/tree
	"$BATS_TEST_DIRNAME/../copy" "$TREE" --built
	export MAKEFLAGS=
}

not() {
	! "$@"
}

installed() { # installed DIR: lists the files below DIR
	(cd "$1" && find . ! -type d | LC_ALL=C sort)
}

@test "make install and uninstall, with DESTDIR and PREFIX" {
	local dest=$BATS_TEST_TMPDIR/dest
	make -C "$TREE" install DESTDIR="$dest" PREFIX=/usr nbdkitdir=/usr/lib/nbdkit
	diff -u - <(installed "$dest") <<-'EOT'
		./usr/lib/nbdkit/nbdkit-frsp-plugin.so
		./usr/lib/systemd/catalog/frspd.catalog
		./usr/lib/systemd/system/frspd-metrics.socket
		./usr/lib/systemd/system/frspd.service
		./usr/lib/sysusers.d/frspd.conf
		./usr/lib/tmpfiles.d/frspd.conf
		./usr/sbin/frsp-image
		./usr/sbin/frsp-top
		./usr/sbin/frspctl
		./usr/sbin/frspd
		./usr/sbin/hotmon
		./usr/share/bash-completion/completions/frsp-image
		./usr/share/bash-completion/completions/frsp-top
		./usr/share/bash-completion/completions/frspctl
		./usr/share/bash-completion/completions/frspd
		./usr/share/bash-completion/completions/hotmon
		./usr/share/frsp/frsp-alerts.yml
		./usr/share/frsp/frsp-image.schema.json
		./usr/share/frsp/frsp-top.schema.json
		./usr/share/frsp/frspctl.schema.json
		./usr/share/frsp/frspd.conf
		./usr/share/frsp/grafana-frsp.json
		./usr/share/frsp/hotmon-self-test.schema.json
		./usr/share/frsp/hotmon.schema.json
		./usr/share/frsp/io.frsp.varlink
		./usr/share/frsp/org.varlink.service.varlink
		./usr/share/frsp/policy.conf
		./usr/share/man/man5/frspd.conf.5
		./usr/share/man/man7/frsp.7
		./usr/share/man/man8/frsp-image.8
		./usr/share/man/man8/frsp-top.8
		./usr/share/man/man8/frspctl.8
		./usr/share/man/man8/frspd.8
		./usr/share/man/man8/hotmon.8
		./usr/share/zsh/site-functions/_frsp-image
		./usr/share/zsh/site-functions/_frsp-top
		./usr/share/zsh/site-functions/_frspctl
		./usr/share/zsh/site-functions/_frspd
		./usr/share/zsh/site-functions/_hotmon
	EOT
	"$dest/usr/sbin/hotmon" --version
	"$dest/usr/sbin/frsp-top" --completion=bash | cmp - "$dest/usr/share/bash-completion/completions/frsp-top"
	"$dest/usr/sbin/frsp-top" --completion=zsh | cmp - "$dest/usr/share/zsh/site-functions/_frsp-top"
	cmp "$dest/usr/share/frsp/hotmon.schema.json" "$TREE/docs/hotmon.schema.json"
	make -C "$TREE" uninstall DESTDIR="$dest" PREFIX=/usr nbdkitdir=/usr/lib/nbdkit
	[ -z "$(installed "$dest")" ]
}

# packaged DIR: lists the files below DIR that the packages of "make deb" take from there
packaged() {
	sed 's|@UNITDIR@|usr/lib/systemd/system|' "$TREE"/tools/debian/*.install |
		(cd "$1" && while read -r pattern; do
			# shellcheck disable=SC2086 # its wildcards; a directory is all that is in it, and nothing an error
			find ./$pattern ! -type d 2>&1 || :
		done) | LC_ALL=C sort
}

@test "each file of make install is in one package of make deb" {
	local dest=$BATS_TEST_TMPDIR/dest
	make -C "$TREE" install DESTDIR="$dest" PREFIX=/usr zshdir=/usr/share/zsh/vendor-completions
	diff -u <(installed "$dest") <(packaged "$dest")
}

@test "the default prefix is /usr/local" {
	local dest=$BATS_TEST_TMPDIR/dest
	make -C "$TREE" install DESTDIR="$dest"
	[ -x "$dest/usr/local/sbin/hotmon" ]
}

# places: prints the directories that make said, one on each line
places() {
	grep -oE ' /[^ :]*' <<<"$1" | tr -d ' ' | LC_ALL=C sort -u
}

@test "make install and uninstall say what is where, and how to go on" {
	local dest=$BATS_TEST_TMPDIR/dest said
	said=$(make -s -C "$TREE" install DESTDIR="$dest" PREFIX=/opt mandir=/opt/man | sed -n '/^installed:/,$p')
	echo "$said"
	# all that is there is below a place that it said, and each place has something
	diff -u <(places "$said") <(cd "$dest" && find opt -type f | sed -E "s|^|$dest/|; s|/[^/]*\$||; s|/man/man.\$|/man|" | LC_ALL=C sort -u)
	grep -qx "  programs     $dest/opt/sbin: hotmon, frsp-top, frspctl, frspd, frsp-image" <<<"$said"
	grep -qx "  manuals      $dest/opt/man: frspd.conf(5), frsp(7), frsp-image(8), frsp-top(8), frspctl(8), frspd(8), hotmon(8)" <<<"$said"
	grep -q '^  frsp.ko .*make dkms-install' <<<"$said"
	# the command that it names for that removes all
	# shellcheck disable=SC2046 # words
	said=$(make -s -C "$TREE" $(sed -n 's/^next: man frsp; .*: make //p' <<<"$said") mandir=/opt/man)
	echo "$said"
	[ -z "$(installed "$dest")" ]
	[ "$(head -n 1 <<<"$said")" = removed: ]
	grep -qx "  programs     $dest/opt/sbin: hotmon, frsp-top, frspctl, frspd, frsp-image" <<<"$said"
	grep -q '^  frsp.ko .*make dkms-uninstall' <<<"$said"
}

@test "a change of a header rebuilds what includes it, and no more" {
	make -C "$TREE" all
	run make -C "$TREE" all
	[ "$status" = 0 ]
	[ "$(grep -cE '^ +(CC|BPF|LINK)' <<<"$output")" = 0 ]
	touch "$TREE/tools/heat/evict.h"
	run make -C "$TREE" all
	[ "$status" = 0 ]
	grep -q 'CC .*heat/evict\.o' <<<"$output"
	grep -q 'LINK .*hotmon' <<<"$output"
	[ "$(grep -c 'CC .*fmt.o' <<<"$output")" = 0 ]
}

@test "--version has the commit, also after one that changes no file; that builds little" {
	local head
	commit() {
		git -C "$TREE" -c user.name=x -c user.email=x@localhost commit -q --allow-empty -m "$1"
		head=$(git -C "$TREE" rev-parse --short HEAD)
	}
	git -C "$TREE" init -q
	commit one
	make -C "$TREE" all
	"$TREE/.output/hotmon" --version | grep -qF " ($head), "
	commit two
	run make -C "$TREE" all
	"$TREE/.output/hotmon" --version | grep -qF " ($head), "
	# once for the programs, once for the plugin
	diff <(grep '^ *CC ' <<<"$output" | sed 's|.*/base/|base/|') <(printf '%s\n' base/version.o base/version.o)
	run make -C "$TREE" all
	rm -rf "$TREE/.git"
	[ "$status" = 0 ]
	not grep -qE '^ +(CC|BPF|LINK)' <<<"$output"
}

@test "--version without git is the version" {
	make -C "$TREE" all # the test above has deleted .git
	"$TREE/.output/hotmon" --version | grep -qE '^hotmon [0-9.]+, libbpf '
}

# make has a built-in rule that makes x from x.sh. It must not overwrite tests/vm/kernels
# with tests/vm/kernels.sh.
# bats test_tags=slow
@test "nothing but .output is written, whatever is newer" {
	local before
	find "$TREE" -name '*.sh' -exec touch {} +
	before=$(cd "$TREE" && find . -path ./.output -prune -o -type f -exec sha256sum {} + | sort)
	make -C "$TREE" tests
	diff <(echo "$before") <(cd "$TREE" && find . -path ./.output -prune -o -type f -exec sha256sum {} + | sort)
}

@test "the Makefile has at most 120 lines" {
	[ "$(wc -l <"$TREE/Makefile")" -le 120 ]
}

@test "V=1 shows the commands" {
	touch "$TREE/tools/base/fmt.c"
	run make -C "$TREE" V=1 all
	[ "$status" = 0 ]
	grep -q 'cc .*-c tools/base/fmt\.c' <<<"$output"
}

@test "without BTF make says what is off and how to turn it on" {
	sed -i 's,^VMLINUX_BTF ?= .*,VMLINUX_BTF ?= /nowhere/btf,' "$TREE/Makefile"
	run make -C "$TREE" all
	[ "$status" = 0 ]
	grep -q '^off: hotmon frsp-top frspctl frspd frsp-image; /nowhere/btf is missing.*VMLINUX_BTF=FILE' <<<"$output"
	# install must not install the programs of an earlier build
	run make -C "$TREE" install DESTDIR="$BATS_TEST_TMPDIR/dest"
	sed -i 's,^VMLINUX_BTF ?= .*,VMLINUX_BTF ?= /sys/kernel/btf/vmlinux,' "$TREE/Makefile"
	[ "$status" != 0 ]
	grep -q '^nothing is installed' <<<"$output"
	[ ! -e "$BATS_TEST_TMPDIR/dest" ]
	# a file that the user names must exist
	run make -C "$TREE" VMLINUX_BTF=/nowhere/btf all
	[ "$status" != 0 ]
	grep -q '/nowhere/btf is missing.*VMLINUX_BTF=FILE' <<<"$output"
}

@test "without a kernel's headers make says what is off and goes on" {
	run make -C "$TREE" KDIR=/nowhere KERNEL=6.12.48-amd64 all
	[ "$status" = 0 ]
	grep -qx 'off: frsp.ko; no headers in /nowhere: apt-get install linux-headers-6.12.48-amd64' <<<"$output"
	run make -C "$TREE/kmod" KDIR=/nowhere KERNEL=6.12.48-custom try
	[ "$status" = 0 ]
	grep -qx 'off: frsp.ko; no headers in /nowhere: name those of 6.12.48-custom with KDIR=DIR' <<<"$output"
	run make -C "$TREE/kmod" KDIR=/nowhere KERNEL=6.18.44-custom try
	[ "$status" = 0 ]
	grep -qx 'off: frsp.ko; it is not for Linux 6.18.44-custom, only for 6.1, .*' <<<"$output"
}

@test "make kmod names no package of headers for a kernel that frsp.ko is not for" {
	run make -C "$TREE/kmod" KERNEL=6.18.44-custom
	[ "$status" != 0 ]
	grep -qx 'no frsp.ko: it is not for Linux 6.18.44-custom, only for 6.1, .*' <<<"$output"
	[[ $output != *linux-headers-* ]]
	run make -C "$TREE/kmod" KERNEL=6.12.48-amd64
	[ "$status" != 0 ]
	grep -q '^no frsp.ko: no headers in .*: apt-get install linux-headers-6.12.48-amd64$' <<<"$output"
	# headers that the user names may be of any kernel
	run make -C "$TREE/kmod" KDIR=/nowhere KERNEL=6.18.44-custom
	[ "$status" != 0 ]
	grep -q '/nowhere has no headers of a kernel' <<<"$output"
}

@test "without a package make says which one turns it on" {
	sed -i '/^build scdoc/a build frsp-no-such-package no-such-command' "$TREE/tests/deps"
	run make -C "$TREE" all
	sed -i '/frsp-no-such-package/d' "$TREE/tests/deps"
	[ "$status" = 0 ]
	grep -q '^off: hotmon frsp-top frspctl frspd frsp-image; .*apt-get install frsp-no-such-package$' <<<"$output"
}

@test "vmlinux/gen.sh refuses what it cannot read" {
	local file
	: >"$BATS_TEST_TMPDIR/empty"
	for file in /nowhere/btf /etc/passwd "$BATS_TEST_TMPDIR/empty" ''; do
		run "$TREE/vmlinux/gen.sh" "$file"
		[ "$status" != 0 ]
		grep -qF "'$file'" <<<"$output"
		grep -q 'hint: ' <<<"$output"
	done
}

@test "make help names each target that the Makefile has" {
	local target
	run make -C "$TREE" help
	sed -n 's/^\.PHONY: all //p' "$TREE/Makefile" | tr ' ' '\n' |
		grep -v FORCE >"$BATS_TEST_TMPDIR/targets"
	[ -s "$BATS_TEST_TMPDIR/targets" ]
	while read -r target; do
		grep -Eq "make $target( |$)" <<<"$output" || {
			echo "not in the help: $target"
			false
		}
	done <"$BATS_TEST_TMPDIR/targets"
}
