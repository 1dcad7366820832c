# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # who loads it sets build and delay_ms
# Loaded by power-cut-in-guest and power-log-in-guest: moves files that are in use from one part of a
# filesystem to the other, and back.

# make_tiers DEVICE BORDER: the parts
make_tiers() {
	tiers_conf=$(mktemp)
	printf '[/dev/%s]\nfast = 0-%s\nslow = %s-\n' "$1" "$2" "$2" >"$tiers_conf"
}

# move_away RATE FILE N: to the one part if N is even, else to the other; adds to moved. With delay_ms,
# frspctl waits so long before each fsync() of a directory, which commits what was exchanged.
move_away() {
	local tiers=(slow fast) mover=("$build/frspctl") bytes
	((delay_ms == 0)) ||
		mover=(strace -f --seccomp-bpf -qq -o /dev/null -e trace=fsync -e "inject=fsync:delay_enter=${delay_ms}000" "${mover[@]}")
	bytes=$("${mover[@]}" move --in-use --json --rate "$1" --keep-free 0 --config "$tiers_conf" --to "${tiers[$3 % 2]}" "$2" |
		jq -s 'last.moved_bytes') || : # not all of it may have found a place
	moved=$((moved + bytes))
}
