#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # jq programs; each test is a subshell; lib.bash
# Tests of frsp-top's map. It is compared with dumpe2fs' numbers for each group.

load lib
load top_tui

# dumpe2fs_groups IMAGE: prints "GROUP FREE FIRST_BLOCK LAST_BLOCK", with the free clusters.
# dumpe2fs says "free clusters" with bigalloc, otherwise "free blocks".
dumpe2fs_groups() {
	dumpe2fs "$1" 2>/dev/null | awk '
		/^Group [0-9]+:/ { group = $2 + 0; split($4, range, /-|\)/) }
		/ free (blocks|clusters), / { print group, $1, range[1] + 0, range[2] + 0 }'
}

dumpe2fs_field() { # dumpe2fs_field IMAGE FIELD
	dumpe2fs -h "$1" 2>/dev/null | sed -n "s/^$2: *//p"
}

# expected_map IMAGE: prints the fullness of each flexible group by dumpe2fs, from 0.000 to
# 1.000.
expected_map() {
	local block cluster flex
	block=$(dumpe2fs_field "$1" "Block size")
	cluster=$(dumpe2fs_field "$1" "Cluster size")
	flex=$(dumpe2fs_field "$1" "Flex block group size")
	dumpe2fs_groups "$1" | awk -v ratio=$((${cluster:-$block} / block)) -v per_flex="${flex:-1}" '
		{ flex = int($1 / per_flex)
		  free[flex] += $2
		  all[flex] += int(($4 - $3 + ratio) / ratio)
		  if (flex > last) last = flex }
		END { for (i = 0; i <= last; i++) printf "%.3f\n", 1 - free[i] / all[i] }'
}

# fill NAME: writes files of different sizes in many directories, so that the groups differ.
fill() {
	local n
	for n in {1..40}; do
		mkdir -p "$test_dir/$1/dir$n"
		fallocate -l $((n * 64))K "$test_dir/$1/dir$n/file"
	done
	rm -r "$test_dir/$1"/dir*[05]
}

# expect_map SIZE [MKFS_OPTION...]: the map of such a filesystem is that of dumpe2fs
expect_map() {
	local image=$test_dir/map.img
	truncate -s "$1" "$image"
	loop_attach map "$image"
	fs_format "${loop_of[map]}" ext4 "${@:2}"
	fs_mount map "${loop_of[map]}" || skip "the kernel does not mount it: ${*:2}"
	fill map
	sync -f "$test_dir/map"
	run_top --json --screen map "$test_dir/map" 0.1 1
	expect "status" "$status" 0
	jq -r '.filesystems[0].map.fullness[]' "$test_dir/out" | awk '{ printf "%.3f\n", $1 }' >"$test_dir/got"
	fs_umount map # this writes the numbers that are only in memory to the disk
	expected_map "$image" >"$test_dir/wanted"
	(($(wc -l <"$test_dir/wanted") > 1)) || fail "only one flexible group: the test is weak"
	(($(sort -u "$test_dir/wanted" | wc -l) > 1)) || fail "all are as full: the test is weak"
	diff -u --label dumpe2fs --label frsp-top "$test_dir/wanted" "$test_dir/got" >&2
	expect flex_bytes "$(jq '.filesystems[0].map.flex_bytes' "$test_dir/out")" "$(flex_bytes "$image")"
}

flex_bytes() { # flex_bytes IMAGE
	local per_group flex
	per_group=$(dumpe2fs_field "$1" "Blocks per group")
	flex=$(dumpe2fs_field "$1" "Flex block group size")
	echo $((per_group * $(dumpe2fs_field "$1" "Block size") * ${flex:-1}))
}

# expected_cells IMAGE CELLS: prints the tenths that are in use of each part of a group, by
# dumpe2fs' lists of what is free; a group has so many parts
expected_cells() {
	local block cluster first
	block=$(dumpe2fs_field "$1" "Block size")
	cluster=$(dumpe2fs_field "$1" "Cluster size")
	first=$(dumpe2fs_field "$1" "First block")
	dumpe2fs "$1" 2>/dev/null | python3 -c '
import re, sys
ratio, n, first = map(int, sys.argv[1:])
cells, size = "", None
for line in sys.stdin:
    if match := re.match(r"Group \d+: \(Blocks (\d+)-(\d+)\)", line):
        start, end = map(int, match.groups())
        clusters = (end - start + ratio) // ratio
        size = size or clusters
    elif match := re.match(r"  Free blocks: (.*)", line):
        used = [1] * clusters
        for part in filter(None, match.group(1).split(", ")):
            low, _, high = part.partition("-")
            for at in range((int(low) - start) // ratio, (int(high or low) - start) // ratio + 1):
                used[at] = 0
        for i in range(n):
            one = used[i * size // n:(i + 1) * size // n]
            if one:
                cells += str(min(9, 10 * sum(one) // len(one)))
print(cells)' $((${cluster:-$block} / block)) "$2" "$first"
}

# expect_cells SIZE [MKFS_OPTION...]: the cells of the map, which are parts of groups, are
# those of dumpe2fs
expect_cells() {
	local image=$test_dir/cells.img n
	truncate -s "$1" "$image"
	loop_attach cells "$image"
	fs_format "${loop_of[cells]}" ext4 "${@:2}"
	fs_mount cells "${loop_of[cells]}"
	fill cells
	sync -f "$test_dir/cells"
	run_top -b --screen map "$test_dir/cells" 0.1 1
	expect "status" "$status" 0
	n=$(sed -n 's!^a cell: 1/\([0-9]*\) group, .*!\1!p' "$test_dir/out")
	((n > 1)) || fail "$(cat "$test_dir/out")"
	sed '1,/^a cell: /d' "$test_dir/out" | grep -xE '[0-9a-z+-]+' | tr -d '\n' >"$test_dir/got"
	fs_umount cells
	expected_cells "$image" "$n" | tr -d '\n' >"$test_dir/wanted"
	(($(fold -w 1 "$test_dir/wanted" | sort -u | wc -l) > 2)) || fail "all are as full: the test is weak"
	expect "cells of 1/$n group" "$(fold -w 80 "$test_dir/got")" "$(fold -w 80 "$test_dir/wanted")"
	fs_umount cells 2>/dev/null || :
	loop_detach cells
}

# bats test_tags=slow
@test "map: cells are parts of groups, down to clusters" {
	expect_cells 700M
	expect_cells 205M -b 1024
	expect_cells 1500M -O bigalloc -C 16384
	expect_cells 600M -O ^flex_bg -b 2048
	expect_cells 300M -O ^64bit,^metadata_csum,uninit_bg -E lazy_itable_init=1
}

@test "map: blocks of 4k" {
	expect_map 5000M -G 8
}

@test "map: blocks of 1k, and a small last group" {
	expect_map 205M -b 1024
}

@test "map: blocks of 2k" {
	expect_map 700M -b 2048 -G 2
}

@test "map: bigalloc" {
	expect_map 9G -O bigalloc -C 16384 -G 2
}

@test "map: bigalloc with blocks of 1k" {
	expect_map 1G -b 1024 -O bigalloc -C 8192 -G 2
}

@test "map: meta_bg" {
	expect_map 1G -b 1024 -O meta_bg,^resize_inode -G 4
}

@test "map: meta_bg, no flex_bg" {
	expect_map 1G -b 1024 -O meta_bg,^resize_inode,^flex_bg
}

@test "map: no flex_bg" {
	expect_map 1200M -O ^flex_bg
}

@test "map: 64bit and not" {
	expect_map 5000M -O 64bit,metadata_csum -G 4
	fs_umount map
	loop_detach map
	expect_map 5000M -O ^64bit,^metadata_csum,uninit_bg -G 4
}

@test "map: groups that are not initialised yet" {
	expect_map 8G -E lazy_itable_init=1 -G 4
}
