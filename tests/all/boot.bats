#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Every kernel whose packages are all in the archive boots. Each one is downloaded again,
# into an empty cache.

bats_require_minimum_version 1.8.0

vm=$BATS_TEST_DIRNAME/../vm

# boots KERNEL: it boots, or fetch says that the archive has no modules for it any more:
# the archive deletes them after the end of a series.
boots() {
	run timeout 600 "$vm/run" "$1" bash -ec 'modprobe ext4; modprobe xfs; uname -r'
	echo "$1: $output"
	[[ $status == 125 && $output == *'any more: it cannot boot'*'there is only --btf'* ]] ||
		[[ $status == 0 && ${lines[-1]} == "${1%%-*}".* ]]
}

@test "every kernel boots, or the archive has no modules for it any more" {
	local name
	# shellcheck disable=SC2030 # the cache of this test
	export FRSP_CACHE=$BATS_TEST_TMPDIR/cache BATS_TEST_TIMEOUT=7000
	while read -r name; do
		boots "$name"
		rm -rf "${FRSP_CACHE:?}/$name"
	done < <("$vm/run" --list | awk 'NR > 1 && $2 != "-" && $3 !~ /arm64/ { print $1 }')
}
