#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The packages of "make deb": lintian finds nothing, and in a minbase of this release they are
# installed, upgraded, removed and purged, and leave nothing behind.

bats_require_minimum_version 1.8.0

setup_file() {
	export TREE=$BATS_FILE_TMPDIR/tree
	"$BATS_TEST_DIRNAME/../copy" "$TREE"
	# so that the packages have a commit, a date and a maintainer
	git -C "$TREE" init -q
	git -C "$TREE" -c user.name='A. Tester' -c user.email=tester@debian.org commit -q --allow-empty -m one
	MAKEFLAGS='' make -s -C "$TREE" deb
	mkdir "$TREE/packages"
	rm "$TREE"/.output/deb/*-dbgsym_*.deb
	mv "$TREE"/.output/deb/*.deb "$TREE/packages"
	rm -rf "$TREE/.output"
}

@test "three packages, without a fault that lintian knows" {
	(cd "$TREE/packages" && printf '%s\n' ./*.deb) >"$BATS_TEST_TMPDIR/list"
	cat "$BATS_TEST_TMPDIR/list"
	[[ $(sed 's|^./||; s/_.*//' "$BATS_TEST_TMPDIR/list" | paste -sd' ') == 'frsp-dkms frsp-tools frspd' ]]
	lintian --fail-on error,warning --allow-root --tag-display-limit 0 "$TREE"/packages/frsp*_*.deb
}

# newer FILE: makes the same package with a newer version, beside it
newer() {
	local dir=$BATS_TEST_TMPDIR/newer
	rm -rf "$dir"
	dpkg-deb --raw-extract "$1" "$dir"
	sed -i 's/^Version: .*/&+1/; s/\(frsp-tools (= [^)]*\))/\1+1)/' "$dir/DEBIAN/control"
	dpkg-deb --root-owner-group --build "$dir" "$TREE/packages/newer" >/dev/null
}

# What runs in the root. systemd does not run there: a file in place of systemctl notes what
# the packages' scripts ask it for.
write_steps() {
	cat >"$TREE/steps" <<-'EOT'
		export DEBIAN_FRONTEND=noninteractive DEBCONF_NOWARNINGS=yes
		list() {
			find /etc /usr /var /run ! -type d | grep -vE '^/var/(lib/dpkg|lib/apt|log|cache)/' | sort
		}
		begin_systemd() {
			mkdir -p /run/systemd/system
			printf '%s\n' '#!/bin/sh' 'echo "$*" >>/tmp/asked' 'case "$*" in *is-enabled*) echo enabled ;; esac' >/usr/local/sbin/systemctl
			chmod +x /usr/local/sbin/systemctl
		}
		apt-get update -qq
		# what the packages need stays: only their own files are compared
		apt-get install -y -qq --no-install-recommends ./packages/frsp*_*.deb
		dpkg -P frspd frsp-tools frsp-dkms
		list >/tmp/before

		apt-get install -y -qq --no-install-recommends ./packages/frsp*_*.deb
		for program in hotmon frsp-top frspctl frspd frsp-image; do
			$program --version
		done
		frspd --check-config
		getent group frsp
		dpkg -L frspd | grep -x /usr/share/man/man8/frspd.8.gz
		dkms status | grep '^frsp.*added'
		[[ -e /usr/src/frsp-$(dpkg-query -W -f '${Version}' frsp-dkms)/dkms.conf ]]
		[[ -z $(find /etc/systemd -name 'frspd*') ]] # not enabled

		begin_systemd
		apt-get install -y -qq --no-install-recommends -o DPkg::Path="$PATH" ./packages/newer/*.deb
		[[ $(dpkg-query -W -f '${Version}\n' frspd frsp-tools frsp-dkms | grep -c '+1$') == 3 ]]
		hotmon --version
		[[ $(grep -oE '(restart|stop) .*' /tmp/asked) == 'restart frspd.service' ]]

		mkdir -p /var/lib/frspd/filesystems
		touch /var/lib/frspd/filesystems/one.heat
		dpkg -r frspd frsp-tools frsp-dkms
		grep -E 'stop .*frspd.service' /tmp/asked
		grep -E 'stop .*frspd-metrics.socket' /tmp/asked
		[[ ! -e /usr/sbin/frspd && ! -e /usr/sbin/hotmon && -z $(find /usr/src -name 'frsp-*') ]]
		[[ -e /var/lib/frspd/filesystems/one.heat ]]
		dpkg -P frspd frsp-tools frsp-dkms
		rm /usr/local/sbin/systemctl
		list >/tmp/after
		diff /tmp/before /tmp/after
	EOT
}

@test "installed, upgraded, removed, purged" {
	local file suite
	# shellcheck source=/dev/null
	suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
	mkdir -p "$TREE/packages/newer"
	for file in "$TREE"/packages/frsp*_*.deb; do
		newer "$file"
	done
	write_steps
	"$TREE/tests/debian" --bare "$suite" bash -eux ./steps
}
