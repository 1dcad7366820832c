#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# A short run of tests/bench/tiering, and its load, zipf_load.c.

bats_require_minimum_version 1.8.0

root=$BATS_TEST_DIRNAME/../..

# dry SEED OPTION...: runs the load without I/O on 1024 objects of 1 MiB
dry() {
	"$root/.output/bench/zipf_load" -d -s "$1" "${@:2}" "$BATS_TEST_TMPDIR"/file* | jq -c '[.perfect_share, .hindsight_share]'
}

setup() {
	truncate -s 256M "$BATS_TEST_TMPDIR"/file{1..4}
}

@test "the load follows Zipf's law, and its seed alone" {
	local shares law
	shares=$(dry 1 -n 100000)
	law=$(awk 'BEGIN {
		for (rank = 1; rank <= 1024; rank++) {
			sum += rank ^ -0.99
			if (rank == 204) # 20 %
				best = sum
		}
		print best / sum
	}')
	jq -en --argjson law "$law" --argjson shares "$shares" '$shares | (.[0] - $law | fabs) < 0.005 and .[1] >= .[0]'
	[[ $(dry 1 -n 100000) == "$shares" ]]
	[[ $(dry 2 -n 100000) != "$shares" ]]
}

@test "hot ranges that are moved serve nearly what perfect knowledge would" {
	"$root/tests/bench/tiering" -q | tee "$BATS_TEST_TMPDIR/out"
	grep -Eq '^before moving +0\.0' "$BATS_TEST_TMPDIR/out"
	grep -Eq '^all fast +1\.000' "$BATS_TEST_TMPDIR/out"
	# 3000 operations are few: the full run has 0.95 as its goal
	sed -n 's|^after moving / perfect: \([0-9.]*\) .*|\1|p' "$BATS_TEST_TMPDIR/out" |
		awk '{ good = $1 > 0.9 && $1 < 1.05 } END { exit !good }'
}
