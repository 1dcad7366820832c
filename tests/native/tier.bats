#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # jq programs; each test is a subshell; lib.bash
# Tests of the tiers in frsp-top's map. They are compared with the devices that the test has
# made.

load lib
load top_tui

SECTOR=512
MIB=$((1 << 20))

# disk NAME MIB 0|1: makes a loop device that claims to rotate (1) or not (0); sets
# loop_of[NAME].
disk() {
	local rotational
	truncate -s "$2M" "$test_dir/$1.disk"
	loop_attach "$1" "$test_dir/$1.disk"
	rotational=/sys/block/${loop_of[$1]#/dev/}/queue/rotational
	defer eval "echo $(<"$rotational") >$rotational"
	echo "$3" >"$rotational"
}

need_dm() {
	modprobe -q dm_mod 2>/dev/null || :
	grep -q device-mapper /proc/devices || skip "the kernel has no device-mapper"
}

# map NAME LINE...: makes a device-mapper device with this table; sets dm_of[NAME].
declare -gA dm_of=()
map() {
	local name=frsp$$-$1
	printf '%s\n' "${@:2}" | dmsetup create --noudevsync "$name"
	defer dmsetup remove --noudevsync --retry "$name"
	dm_of[$1]=/dev/$(dmsetup info --columns --noheadings -o blkdevname "$name")
}

sectors() { # sectors MIB
	echo $(($1 * MIB / SECTOR))
}

# format DEVICE [MKFS_OPTION...]: makes an ext4 and mounts it at $test_dir/fs. A group has
# 8 MiB, a flexible group two groups.
format() {
	need_fs ext4
	fs_format "$1" ext4 -g 2048 -G 2 "${@:2}"
	fs_mount fs "$1"
}

# look: puts the map of $test_dir/fs into $test_dir/map.json, and its cells into cells.
look() {
	local n flex
	run_top --json --screen map "$test_dir/fs" 0.1 1
	cat "$test_dir/err"
	expect "exit status" "$status" 0
	expect "lines on stderr" "$(wc -l <"$test_dir/err")" 1
	"$native_dir/validate.py" "$native_dir/../../docs/frsp-top.schema.json" <"$test_dir/out"
	jq '.filesystems[0].map' "$test_dir/out" >"$test_dir/map.json"
	run_top -b --screen map --metric tier "$test_dir/fs" 0.1 1
	expect "exit status" "$status" 0
	# a cell of the text is a part of a group, one of the JSON a flexible group
	n=$(sed -n 's!^a cell: 1/\([0-9]*\) group, .*!\1!p' "$test_dir/out")
	flex=$(($(jq .flex_bytes "$test_dir/map.json") / (8 * MIB)))
	cells=$(sed '1,/^a cell: /d' "$test_dir/out" | grep -xE '[0-9a-z+-]+' | tr -d '\n' | fold -w $((n * flex)) | awk '{
		kind = "-"
		for (i = 1; i <= length($0); i++) {
			c = substr($0, i, 1)
			kind = c == "-" || kind == c ? kind : kind == "-" ? c : "+"
		}
		printf "%s", kind }')
	expect "cells, by --json" "$cells" \
		"$(jq -r '[.tier[] | if length == 0 then "-" elif length > 1 then "+" else .[0] end] | join("")' "$test_dir/map.json")"
}

# expect_tiers "DEVICE ROTATIONAL START+MIB..."...: the map has these tiers, in this order
expect_tiers() {
	local one device rotational extents number=0
	expect "tiers_error" "$(jq -r .tiers_error "$test_dir/map.json")" null
	expect "tiers" "$(jq '.tiers | length' "$test_dir/map.json")" $#
	for one in "$@"; do
		read -r device rotational extents <<<"$one"
		expect "tier $number" "$(jq -r --argjson i $number --argjson mib $MIB '.tiers[$i] |
			[.device, .dev, .rotational] + [.extents[] | "\(.start / $mib)+\(.bytes / $mib)"] | join(" ")' "$test_dir/map.json")" \
			"${device#/dev/} $(<"/sys/class/block/${device#/dev/}/dev") $rotational $extents"
		expect "bytes of tier $number" "$(jq --argjson i $number '.tiers[$i] | .bytes - ([.extents[].bytes] | add)' "$test_dir/map.json")" 0
		number=$((number + 1))
	done
}

# Prints the line above the cells.
legend() {
	sed -n 2p "$test_dir/out"
}

@test "a disk is one tier, whether it rotates or not" {
	local rotational kind
	for rotational in 0 1; do
		disk d 64 $rotational
		format "${loop_of[d]}"
		look
		expect_tiers "${loop_of[d]} $([[ $rotational == 1 ]] && echo true || echo false) 0+64"
		expect "cells" "$cells" 0000
		kind=rotational
		((rotational)) || kind=non-rotational
		expect "legend" "$(legend)" "tier: 0: ${loop_of[d]#/dev/} 64.0M $kind, -: not known"
		fs_umount fs
		loop_detach d
	done
}

@test "a partition is on its disk" {
	need_fs ext4
	disk d 64 1
	sfdisk --quiet --no-reread --no-tell-kernel "${loop_of[d]}" <<<"start=2048, size=$(sectors 32)"
	partx --add --nr 1 "${loop_of[d]}"
	defer partx --delete --nr 1 "${loop_of[d]}"
	wait_until test -b "${loop_of[d]}p1"
	format "${loop_of[d]}p1"
	look
	expect_tiers "${loop_of[d]} true 0+32"
}

@test "top: m shows the tiers, with a colour each" {
	disk d 64 0
	format "${loop_of[d]}"
	top_start TERM=xterm-256color --screen map --metric heat "$test_dir/fs" -d 0.3
	wait_until shows '^heat: '
	press m "^tier: 0: ${loop_of[d]#/dev/} 64.0M non-rotational, -: not known"
	tui capture-pane -pe | sed '1,/^a cell: /d' | grep -q $'\e\\[[0-9;:]*48[;:]5[;:]28m0000' ||
		fail "$(tui capture-pane -pe)"
	press m '^fullness: '
}

@test "a map in front of which a disk begins elsewhere: blocks of 1k" {
	need_dm
	disk slow 64 1
	disk fast 64 0
	# the first group begins at block 1, so a border of disks is in a group's last block
	map v "0 $(sectors 16) linear ${loop_of[slow]} 0" \
		"$(sectors 16) $(sectors 16) linear ${loop_of[fast]} 0"
	need_fs ext4
	fs_format "${dm_of[v]}" ext4 -b 1024 -g 8192 -G 1
	fs_mount fs "${dm_of[v]}"
	look
	expect_tiers "${loop_of[fast]} false 16+16" "${loop_of[slow]} true 0+16"
	expect "cells" "$cells" 1+00
}

@test "a device has one name in all programs, and DEV takes each of its names" {
	local name
	need_dm
	disk one 64 0
	map v "0 $(sectors 60) linear ${loop_of[one]} 0"
	name=frsp$$-v
	format "${dm_of[v]}"
	for dev in "$name" "${dm_of[v]}" "${dm_of[v]#/dev/}" "$(<"/sys/class/block/${dm_of[v]#/dev/}/dev")"; do
		run_top -b "$dev" 0.1 1
		expect "exit status with $dev" "$status" 0
		expect "FS with $dev" "$(awk 'NR == 2 { print $1 }' "$test_dir/out")" "$name"
	done
	run_top --json "$name" 0.1 1
	expect "frsp-top's names" "$(jq -r '.filesystems[0] | "\(.device) \(.device_name)"' "$test_dir/out")" \
		"${dm_of[v]#/dev/} $name"
	"$hotmon" --devices --json --once 0.1 >"$test_dir/hotmon.json"
	expect "hotmon's names" "$(jq -r ".devices[] | select(.device == \"${dm_of[v]#/dev/}\").device_name" "$test_dir/hotmon.json")" "$name"
	"$hotmon" --devices --once 0.1 >"$test_dir/hotmon"
	grep -q "^$name " "$test_dir/hotmon" || fail "$(cat "$test_dir/hotmon")"
	"$hotmon" --fs "$name" --once 0.1 >/dev/null
}

@test "dm-linear of a slow and a fast disk: the fast one is tier 0" {
	need_dm
	disk slow 128 1
	disk fast 64 0
	map v "0 $(sectors 40) linear ${loop_of[slow]} $(sectors 8)" \
		"$(sectors 40) $(sectors 48) linear ${loop_of[fast]} 0" \
		"$(sectors 88) $(sectors 40) linear ${loop_of[slow]} $(sectors 48)"
	format "${dm_of[v]}"
	look
	expect_tiers "${loop_of[fast]} false 40+48" "${loop_of[slow]} true 0+40 88+40"
	expect "cells" "$cells" 11+00+11
	[[ $(legend) == "tier: 0: ${loop_of[fast]#/dev/} 48.0M non-rotational, 1: ${loop_of[slow]#/dev/} 80.0M rotational, +: several, -: not known" ]] ||
		fail "$(legend)"
}

@test "linear on linear, and beside it a target that ends the way" {
	need_dm
	disk a 64 1
	disk b 64 1
	disk c 64 0
	map low "0 $(sectors 32) linear ${loop_of[b]} $(sectors 16)" \
		"$(sectors 32) $(sectors 32) linear ${loop_of[c]} 0"
	map striped "0 $(sectors 32) striped 2 128 ${loop_of[a]} 0 ${loop_of[b]} 0"
	echo 1 >"/sys/block/${dm_of[striped]#/dev/}/queue/rotational"
	map v "0 $(sectors 16) linear ${loop_of[a]} $(sectors 16)" \
		"$(sectors 16) $(sectors 32) linear ${dm_of[low]} $(sectors 16)" \
		"$(sectors 48) $(sectors 16) linear ${dm_of[striped]} $(sectors 16)"
	format "${dm_of[v]}"
	look
	expect_tiers "${loop_of[c]} false 32+16" "${loop_of[a]} true 0+16" \
		"${loop_of[b]} true 16+16" "${dm_of[striped]} true 48+16"
	expect "cells" "$cells" 1203
}

has_cells() { # has_cells CELLS: in the last report
	[[ $(tail -n 1 "$test_dir/live.json" | jq -c '[.filesystems[0].map.tier[][]] | join("")') == "\"$1\"" ]]
}

@test "a table that is loaded anew is seen soon" {
	local pid
	need_dm
	disk slow 64 1
	disk fast 64 0
	map v "0 $(sectors 64) linear ${loop_of[slow]} 0"
	format "${dm_of[v]}"
	"$frsp_top" --json --screen map "$test_dir/fs" 1 >"$test_dir/live.json" 2>"$test_dir/err" 3>&- &
	pid=$!
	defer kill "$pid"
	wait_until has_cells 0000
	dmsetup suspend --noudevsync "frsp$$-v"
	defer eval "dmsetup resume --noudevsync frsp$$-v"
	dmsetup load "frsp$$-v" --table "0 $(sectors 64) linear ${loop_of[fast]} 0"
	dmsetup resume --noudevsync "frsp$$-v"
	wait_until eval 'tail -n 1 "$test_dir/live.json" | jq -e ".filesystems[0].map.tiers[0].rotational == false"' >/dev/null
	has_cells 0000
}
