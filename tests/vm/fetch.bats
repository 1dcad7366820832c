#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Tests of fetch: it needs no root and leaves the machine's apt alone; it refuses wrong
# downloads, and its messages name the cause.

bats_require_minimum_version 1.8.0

setup_file() {
	FRSP_CACHE=$(mktemp -d "${TMPDIR:-/var/tmp}/frsp-fetch.XXXXXX")
	export FRSP_CACHE
}

teardown_file() {
	rm -rf "$FRSP_CACHE"
}

setup() {
	vm=$BATS_TEST_DIRNAME
	cd "$BATS_TEST_TMPDIR" || return
}

# as_anybody COMMAND...: runs the command without root, if other users may read the tree.
as_anybody() {
	if [[ $EUID == 0 ]] && setpriv --reuid nobody --clear-groups test -r "$vm/fetch"; then
		chown nobody "$FRSP_CACHE"
		setpriv --reuid nobody --clear-groups env HOME=/nonexistent "$@"
	else
		"$@"
	fi
}

# refused CAUSE COMMAND...: the command fails with 125 and prints two lines: the cause,
# which begins with CAUSE, and the remedy.
refused() {
	local cause=$1 lines
	shift
	run "$@"
	echo "$output"
	lines=$(grep -v '^vm: downloading ' <<<"$output")
	[[ $status == 125 && $lines == "vm: $cause"*$'\n''vm: '* ]]
	[[ $(wc -l <<<"$lines") == 2 ]]
}

offline() {
	if [[ $EUID == 0 ]]; then
		unshare -n "$@"
	else
		unshare -rn "$@"
	fi
}

# Prints the machine's apt configuration and lists, to compare before and after.
machine_apt() {
	apt-get indextargets
	find /etc/apt /var/lib/apt -type f -printf '%p %s %T@\n' | sort
}

@test "a kernel's BTF comes without apt knowing its suite, and without root" {
	local paths
	machine_apt >before
	paths=$(as_anybody "$vm/fetch" 7.3 --btf)
	machine_apt | diff before -
	echo "$paths"
	[[ $paths == release=7.3.*$'\n'"btf=$FRSP_CACHE/7.3-btf/vmlinux.btf" ]]
	bpftool btf dump file "$FRSP_CACHE/7.3-btf/vmlinux.btf" | grep "STRUCT 'task_struct'"
	[[ $(ls "$FRSP_CACHE/7.3-btf") == $'release\nvmlinux.btf' ]]
	# from the cache, without a network
	[[ $(offline "$vm/fetch" 7.3 --btf) == "$paths" ]]
}

@test "without a network it says so" {
	refused "cannot read the list of trixie-security's packages: " \
		offline "$vm/fetch" 6.12-trixie --btf
	[[ -e $FRSP_CACHE/apt/trixie-backports-amd64/fresh ]] || "$vm/fetch" 7.3 --btf
	refused 'cannot download linux-headers-7.2.' offline "$vm/fetch" 7.2 --btf
	[[ ! -e $FRSP_CACHE/7.2-btf && -z $(compgen -G "$FRSP_CACHE/.new*") ]]
}

@test "a download that is not what the list says is refused" {
	local list
	"$vm/fetch" 7.3 --btf
	"$vm/fetch" 7.2 --btf && rm -r "$FRSP_CACHE/7.2-btf"
	list=$(ls "$FRSP_CACHE"/apt/trixie-backports-amd64/lists/*_Packages*)
	/usr/lib/apt/apt-helper cat-file "$list" >Packages
	rm "$list"
	sed '/^Package: linux-headers-7\.2\..*-amd64$/,/^$/s/^SHA256: ./SHA256: 0/' Packages \
		>"${list%_Packages*}_Packages"
	refused 'cannot download linux-headers-7.2.' "$vm/fetch" 7.2 --btf
	[[ $output == *'Hash Sum mismatch'* && ! -e $FRSP_CACHE/7.2-btf ]]
	# the next run downloads the list again
	"$vm/fetch" 7.2 --btf
}

@test "what the archive has no more is named" {
	cp -r "$vm" vm
	echo '5.5 trixie-backports amd64' >>vm/kernels
	refused 'trixie-backports has no kernel 5.5 of flavour amd64 any more' vm/fetch 5.5
	# either the kernel or its modules are gone
	refused 'trixie-backports has no ' "$vm/fetch" 7.1
	FRSP_CACHE=/proc/none refused 'cannot write to /proc/none' "$vm/fetch" 7.1
}

@test "a cache without room, or that is no directory, is named" {
	local size
	FRSP_CACHE=/etc/passwd refused 'cannot write to /etc/passwd' "$vm/fetch" 7.1 --btf
	mkdir small
	# at 1 MB the list does not fit, at 3 the package, at 7 the kernel
	for size in 1 3 7; do
		mount -t tmpfs -o size=${size}M small small
		FRSP_CACHE=$PWD/small refused 'cannot ' "$vm/fetch" 6.12 --btf || { umount small && false; }
		umount small
		[[ $output == *'room '* ]]
	done
	[[ $output == *': No space left on device'* ]]
}

@test "the machine's mirror of Debian comes first, and of no other" {
	cat >apt-get <<-'EOT'
	#!/bin/sh
	cat <<-'LINES'
	Ubuntu|noble|http://ubuntu.example/ubuntu/
	Debian|bookworm|cdrom:[Debian]/
	Debian|bookworm|http://near.example/debian/
	Debian|bookworm-updates|http://near.example/debian/
	Debian|bookworm-security|http://near.example/security/
	|trixie|http://other.example/debian
	|trixie|http://other.example/something
	|trixie-security|http://other.example/debian-security/
	LINES
	EOT
	chmod +x apt-get
	mirrors() { # mirrors SUITE
		# shellcheck disable=SC2016 # for the other shell
		PATH=$PWD:$PATH bash -euc '. "$1/kernels.sh"; . "$1/archive.sh"; archive_suite=$2; mirrors' \
			- "$vm" "$1" | paste -sd' '
	}
	[[ $(mirrors trixie-backports) == \
		'http://near.example/debian http://other.example/debian http://deb.debian.org/debian' ]]
	[[ $(mirrors trixie-security) == \
		'http://near.example/security http://other.example/debian-security http://deb.debian.org/debian-security' ]]
}
