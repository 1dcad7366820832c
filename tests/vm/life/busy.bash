# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2086,SC2154 # kmod-in-guest says why
# Tests of busy extents: a freed extent is busy until its transaction commits.

test_busy() {
	local i
	make_ext4 500M
	load
	mount_ext4 commit=300
	for i in {1..8}; do
		fallocate -l 1M $mnt/f$i
		fallocate -l 64k $mnt/between$i
	done
	sync
	is 0 frsp/busy_extents
	is 0 frsp/busy_blocks
	rm $mnt/f?
	get frsp/busy_extents
	((REPLY >= 1)) || die "$REPLY busy extents"
	get frsp/busy_blocks
	((REPLY >= 2048)) || die "$REPLY busy blocks"
	sync
	is 0 frsp/busy_extents
	is 0 frsp/busy_blocks
	get frsp/busy_blocks_peak
	((REPLY >= 2048)) || die "the peak is $REPLY"
	check_trees
}

# Busy extents may take an eighth of the cap.
test_busy_is_bounded() {
	local i
	make_ext4 500M
	load
	mount_ext4 commit=300
	for i in {1000..1300}; do
		echo >$mnt/$i
	done
	set_to $((8 * 64 * 100)) mb_frsp_max_mem
	sync
	rm $mnt/1??[02468]
	is 100 frsp/busy_extents
	grows frsp/busy_lost 20
	sync
	is 0 frsp/busy_extents
	is 100 frsp/busy_extents_peak
	check_trees
}

test_busy_without_journal() {
	make_ext4 500M -O ^has_journal
	load
	mount_ext4
	fallocate -l 8M $mnt/a
	sync
	rm $mnt/a
	is 0 frsp/busy_extents
	is 0 frsp/busy_blocks
	is 0 frsp/busy_blocks_peak
}

# The only extents that are long enough are busy: frsp requests a commit, and after it a
# request finds an extent.
test_commit_is_asked_for() {
	local free
	make_ext4 600M -m 0
	load
	mount_ext4 commit=300
	fallocate -l 64M $mnt/big
	free=$(stat -f -c %a $mnt)
	fallocate -l $(((free - 1000) * 4096)) $mnt/rest
	sync
	rm $mnt/big
	get frsp/busy_blocks
	((REPLY >= 16384)) || die "$REPLY busy blocks"
	is 0 frsp/commits_requested
	fallocate -l 32M $mnt/first || die "no space"
	grows frsp/commits_requested 0
	eventually is 0 frsp/busy_extents
	fallocate -l 16M $mnt/second || die "no space"
	[[ $(filefrag $mnt/second) == *' 1 extent found' ]] || die "$(filefrag $mnt/second)"
}
