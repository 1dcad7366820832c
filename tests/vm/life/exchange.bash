# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2086,SC2154 # kmod-in-guest says why
# Tests of exchanges of extents: fdatasync() keeps its promise after them.

# Prints the second block of the file after an exchange, an overwrite of that block,
# fdatasync() and a crash: "n" if what fdatasync() promised is there, else "o".
block_after_crash() {
	expect 'Aborting journal'
	$tools/exchange $mnt/file || die "exchange"
	[[ ! -e $sys/frsp ]] || grows frsp/exchanges 0 >&2
	umount $mnt
	mount_ext4 commit=300
	dd if=$mnt/file bs=4096 skip=1 count=1 status=none | tr -s on
}

test_exchange_is_committed() {
	make_ext4 500M
	mount_ext4 commit=300
	[[ $(block_after_crash) == o ]] || echo "# ext4 alone keeps the promise on this kernel"
	load
	[[ $(block_after_crash) == n ]] || die "what fdatasync() promised is lost"
	check_trees
}

# There is no transaction to note.
test_exchange_without_journal() {
	make_ext4 500M -O ^has_journal
	load
	mount_ext4
	$tools/exchange $mnt/file || die "exchange"
	is 0 frsp/exchanges
}
