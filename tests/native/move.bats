#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2030,SC2031,SC2154 # each test is a subshell; lib.bash
# Tests of frspctl move and tiers, on filesystems whose tiers a configuration file names.

load lib

schema=$BATS_TEST_DIRNAME/../../docs/frspctl.schema.json
MIB=$((1 << 20))

# make_fs NAME MIB BORDER_MIB [MKFS_OPTION...]: makes a filesystem, with a tier "fast" up to
# the border and "slow" from there on, in $test_dir/conf
make_fs() {
	truncate -s "$2M" "$test_dir/$1.img"
	loop_attach "$1" "$test_dir/$1.img"
	fs_format "${loop_of[$1]}" ext4 "${@:4}"
	fs_mount "$1" "${loop_of[$1]}"
	border=$(($3 * MIB))
	configure "$1" "fast = 0-$3M" "slow = $3M-"
	config=$test_dir/conf
}

configure() { # configure NAME LINE...
	printf '[UUID=%s]\n' "$(blkid -p -s UUID -o value "${loop_of[$1]}")" >"$test_dir/conf"
	printf '%s\n' "${@:2}" >>"$test_dir/conf"
}

move() { # move TIER [ARG...]: with JSON, and as fast as it can
	run_program frspctl move --to "$1" --config "$config" --json --rate 0 "${@:2}"
	cat "$test_dir/out" "$test_dir/err"
}

result_of() { # result_of NAME FIELD: from the JSON lines in $test_dir/out
	jq -r --arg path "$test_dir/a/$1" 'select(.path == $path) | .'"$2" "$test_dir/out"
}

# places FILE: a line START END of bytes on the disk, for each extent
places() {
	filefrag -v -b1 "$1" | sed -nE 's/^ *[0-9]+: +[0-9]+\.\. *[0-9]+: +([0-9]+)\.\. *([0-9]+):.*/\1 \2/p'
}

# outside TIER FILE: how many extents of the file touch the other tier
outside() {
	places "$2" | awk -v border="$border" -v tier="$1" '
		tier == "fast" ? $2 >= border : $1 < border { n++ }
		END { print n + 0 }'
}

is_in() { # is_in TIER NAME...
	local name
	for name in "${@:2}"; do
		expect "extents of $name outside of $1" "$(outside "$1" "$test_dir/a/$name")" 0
	done
}

without_place() { # without_place FILE...: what a move must not change
	sha256sum "$@"
	stat -c '%n %a %u:%g %s %X %Y %Z %h %i' "$@"
}

is_clean() { # is_clean NAME: unmounts and checks the filesystem
	fs_umount "$1"
	e2fsck -fn "${loop_of[$1]}" >"$test_dir/fsck" 2>&1 || fail "$(cat "$test_dir/fsck")"
}

random() { # random FILE MIB
	dd if=/dev/urandom of="$1" bs=1M count="$2" status=none
}

# knobs: the settings of ext4 that are changed for a moment
knobs() {
	local dir=/sys/fs/ext4/${loop_of[a]#/dev/}
	cat "$dir/mb_stream_req" "$dir/mb_max_linear_groups" 2>/dev/null
}

@test "to the slow tier and back, and nothing else changes" {
	make_fs a 2048 512
	random "$test_dir/a/x" 70
	random "$test_dir/a/y" 3
	mkdir "$test_dir/a/d"
	echo small >"$test_dir/a/d/z"
	sync -f "$test_dir/a"
	knobs >"$test_dir/knobs"
	without_place "$test_dir"/a/{x,y,d/z} >"$test_dir/before"
	is_in fast x y d/z
	move slow "$test_dir/a"
	expect "exit status" "$status" 0
	is_in slow x y d/z
	expect "moved" "$(result_of x moved_bytes) $(result_of x outcome)" "$((70 * MIB)) moved"
	expect "sum" "$(jq -s -c 'last | [.files, .moved, .moved_bytes, .kept_bytes]' "$test_dir/out")" \
		"[3,3,$((73 * MIB + 4096)),0]"
	without_place "$test_dir"/a/{x,y,d/z} | diff -u "$test_dir/before" -
	[[ $(result_of x extents_after) -le 3 ]]
	move slow "$test_dir/a/x"
	expect "a second time" "$(result_of x moved_bytes) $(result_of x outcome)" "0 there"
	move fast "$test_dir/a"
	is_in fast x y d/z
	fs_cool a
	without_place "$test_dir"/a/{x,y,d/z} | diff -u "$test_dir/before" -
	knobs | diff -u "$test_dir/knobs" -
	is_clean a
}

# ext4 may look at other groups than the goal's first there, since 6.17.
@test "on a disk that does not rotate, with many pieces of free space" {
	local n
	make_fs a 2048 512
	fs_umount a
	echo 0 >"/sys/block/${loop_of[a]#/dev/}/queue/rotational"
	defer eval "echo 1 >/sys/block/${loop_of[a]#/dev/}/queue/rotational"
	fs_mount a "${loop_of[a]}"
	knobs >"$test_dir/knobs"
	"$native_dir/fragment.py" 200 65536 "$test_dir"/a/{x,y}
	rm "$test_dir/a/y"
	for n in {1..20}; do
		random "$test_dir/a/small$n" 1
	done
	sync -f "$test_dir/a"
	sha256sum "$test_dir"/a/{x,small*} >"$test_dir/before"
	for n in slow fast slow; do
		move "$n" "$test_dir/a"
		expect "exit status" "$status" 0
		is_in "$n" x small{1..20}
		sha256sum -c --quiet "$test_dir/before"
	done
	knobs | diff -u "$test_dir/knobs" -
	is_clean a
}

@test "what would be moved is what is moved, and the JSON is as its schema says" {
	local line
	make_fs a 2048 512
	random "$test_dir/a/x" 5
	sync -f "$test_dir/a"
	places "$test_dir/a/x" >"$test_dir/before"
	move slow --dry-run "$test_dir/a/x"
	cp "$test_dir/out" "$test_dir/lines"
	expect "planned" "$(result_of x planned_bytes) $(result_of x outcome)" "$((5 * MIB)) moved"
	places "$test_dir/a/x" | diff -u "$test_dir/before" -
	move slow "$test_dir/a/x"
	cat "$test_dir/out" >>"$test_dir/lines"
	expect "moved" "$(result_of x moved_bytes)" $((5 * MIB))
	run_program frspctl tiers --config "$config" --json "$test_dir/a"
	cat "$test_dir/out" >>"$test_dir/lines"
	run_program frspctl tiers --config "$config" --json --measure "${loop_of[a]}"
	cat "$test_dir/out" >>"$test_dir/lines"
	expect "lines" "$(wc -l <"$test_dir/lines")" 6
	while read -r line; do
		echo "$line"
		"$native_dir/validate.py" "$schema" <<<"$line"
		# null would do as well for "measured", and what is null because there is no heat
		[[ $line == *'"schema":"frsp.tiers/1"'* ]] || "$native_dir/validate.py" --mutants "$schema" <<<"$line"
	done <"$test_dir/lines"
}

@test "holes stay holes, what is preallocated stays so, and what is there stays there" {
	local blocks
	make_fs a 2048 512
	truncate -s 40M "$test_dir/a/x"
	dd if=/dev/urandom of="$test_dir/a/x" bs=64k count=20 seek=100 conv=notrunc status=none
	dd if=/dev/urandom of="$test_dir/a/x" bs=4k count=1 seek=10 conv=notrunc status=none
	fallocate -n -o 20M -l 5M "$test_dir/a/x"
	printf tail >>"$test_dir/a/x"
	sync -f "$test_dir/a"
	without_place "$test_dir/a/x" >"$test_dir/before"
	blocks=$(stat -c %b "$test_dir/a/x")
	move slow "$test_dir/a/x"
	is_in slow x
	expect "moved" "$(result_of x moved_bytes)" $(((1280 + 4 + 5120 + 4) * 1024))
	expect "blocks" "$(stat -c %b "$test_dir/a/x")" "$blocks"
	filefrag -v "$test_dir/a/x" | grep -q unwritten
	fs_cool a
	without_place "$test_dir/a/x" | diff -u "$test_dir/before" -
	is_clean a
}

@test "1-KiB blocks: pieces that begin in the middle of pages" {
	local n
	make_fs a 1024 256 -b 1024
	"$native_dir/fragment.py" 60 5120 "$test_dir"/a/{x,y}
	sync -f "$test_dir/a"
	without_place "$test_dir"/a/{x,y} >"$test_dir/before"
	for n in slow fast slow; do
		move "$n" "$test_dir/a"
		expect "exit status" "$status" 0
		is_in "$n" x y
		without_place "$test_dir"/a/{x,y} | diff -u "$test_dir/before" -
	done
	expect "extents" "$(result_of x extents_after)" 1
	fs_cool a
	without_place "$test_dir"/a/{x,y} | diff -u "$test_dir/before" -
	is_clean a
}

@test "only the ranges of a list are moved" {
	make_fs a 2048 512
	random "$test_dir/a/x y" 8
	random "$test_dir/a/z" 2
	sync -f "$test_dir/a"
	sha256sum "$test_dir"/a/{'x y',z} >"$test_dir/before"
	printf '# hot\n1M 1M %s\n3M 4096 %s\n\n5000000 1 %s\n1.5M 1M %s\n' "$test_dir/a/x y" "$test_dir/a/../a/x y" \
		"$test_dir/a/x y" "$test_dir/a/x y" >"$test_dir/list"
	move slow --ranges "$test_dir/list"
	expect "exit status" "$status" 0
	expect "moved" "$(result_of 'x y' moved_bytes)" $((3 * MIB / 2 + 8192))
	expect "files" "$(jq -s 'last.files' "$test_dir/out")" 1
	filefrag -v -b1 "$test_dir/a/x y"
	expect "what is slow" "$(filefrag -v -b1 "$test_dir/a/x y" |
		sed -nE 's/^ *[0-9]+: +([0-9]+)\.\. *([0-9]+): +([0-9]+)\.\. *[0-9]+:.*/\1 \2 \3/p' |
		awk -v border="$border" '$3 >= border { print $1, $2 }' | paste -sd ' ')" \
		"$MIB $((5 * MIB / 2 - 1)) $((3 * MIB)) $((3 * MIB + 4095)) 4997120 5001215"
	is_in fast z
	sha256sum -c --quiet "$test_dir/before"
	printf '0 1M %s\n0 much %s\n' "$test_dir/a/z" "$test_dir/a/z" >"$test_dir/list"
	run_program frspctl move --to slow --config "$config" --ranges "$test_dir/list"
	expect_error 1 "list:2: the length"
	is_in fast z
	printf '0 1M %s\n' "$test_dir/a" >"$test_dir/list"
	run_program frspctl move --to slow --config "$config" --ranges "$test_dir/list"
	expect_error 1 "not a regular file"
}

@test "a tier without room: what does not fit stays, and that is said" {
	local free
	make_fs a 2048 512
	random "$test_dir/a/x" 40
	sync -f "$test_dir/a"
	move slow "$test_dir/a/x"
	sha256sum "$test_dir/a/x" >"$test_dir/before"
	# so 20 MiB may be taken
	free=$(frspctl_free 0)
	move fast --keep-free $((free - 20 * MIB)) "$test_dir/a/x"
	expect "exit status" "$status" 1
	expect "outcome" "$(result_of x outcome) $(result_of x reason)" "stays full"
	expect "moved" "$(result_of x moved_bytes) $(result_of x kept_bytes)" "$((20 * MIB)) $((20 * MIB))"
	expect "free" "$(frspctl_free 0)" $((free - 20 * MIB))
	sha256sum -c "$test_dir/before"
	run_program frspctl move --to fast --config "$config" --keep-free $((free - 20 * MIB)) "$test_dir/a/x"
	expect "exit status" "$status" 1
	grep -q '20.0M stays: the tier has no more' "$test_dir/out"
	is_clean a
}

# frspctl_free TIER: free bytes in the tier
frspctl_free() {
	sync -f "$test_dir/a"
	"$frspctl" tiers --config "$config" --json "$test_dir/a" | jq ".tiers[$1].free_bytes"
}

@test "free space of the tiers is that of the bitmaps" {
	make_fs a 1024 200
	random "$test_dir/a/x" 30
	sync -f "$test_dir/a"
	"$frspctl" tiers --config "$config" --json "$test_dir/a" >"$test_dir/tiers"
	fs_umount a
	dumpe2fs "${loop_of[a]}" 2>"$test_dir/log" | sed -n 's/^  Free blocks: //p' | tr -d ' ' | tr , '\n' >"$test_dir/free"
	expect "free" "$(jq -c '[.tiers[].free_bytes]' "$test_dir/tiers")" \
		"$(awk -F- -v border=$((border / 4096)) 'NF { if (NF < 2) $2 = $1
			for (i = $1; i <= $2; i++) n[i >= border]++ }
			END { printf "[%d,%d]", n[0] * 4096, n[1] * 4096 }' "$test_dir/free")"
}

# one_free: tiers, frsp-top and df say the same, and less than before is free
one_free() {
	local df tiers top
	tiers=$("$frspctl" tiers --config "$config" --json "$test_dir/a" | jq '[.tiers[].free_bytes] | add')
	top=$("$frsp_top" --json --once "$test_dir/a" 0.1 2>/dev/null | jq '.filesystems[0].free_bytes')
	df=$(($(stat -fc '%f * %S' "$test_dir/a")))
	echo "tiers $tiers, frsp-top $top, df $df"
	((tiers == top && top == df))
}

@test "FREE is one number: tiers, frsp-top and df, whatever is promised, preallocated or just freed" {
	local open
	# the border is in a block group, and most of what happens, too
	make_fs a 1024 200
	random "$test_dir/a/freed" 60
	sync -f "$test_dir/a"
	wait_until one_free
	rm "$test_dir/a/freed"
	mkdir "$test_dir/a/many"
	for i in {1..50}; do head -c 20000 /dev/zero >"$test_dir/a/many/$i"; done
	sync -f "$test_dir/a/many"
	exec {open}>>"$test_dir/a/growing"
	defer eval "exec $open>&-"
	head -c 3000000 /dev/urandom >&"$open"
	sync -f "$test_dir/a/growing"
	head -c 30000000 /dev/urandom >"$test_dir/a/promised"
	rm "$test_dir/a/many"/?
	wait_until one_free
	exec {open}>&-
	# the whole filesystem in one tier
	configure a "fast = 0-"
	wait_until one_free
	is_clean a
}

@test "a tier that is full of small files: the file becomes pieces there" {
	local at
	make_fs a 1024 512 -m 0
	random "$test_dir/a/x" 6
	sync -f "$test_dir/a"
	move slow "$test_dir/a/x"
	sha256sum "$test_dir/a/x" >"$test_dir/before"
	# fill the fast tier, as far as that goes, but for holes of 128 KiB and some of 12 KiB
	fallocate -l 450M "$test_dir/a/full"
	move fast --keep-free 0 "$test_dir/a/full"
	for ((at = 0; at < 120; at++)); do
		fallocate -p -o $((at * 3 * MIB)) -l 131072 "$test_dir/a/full"
		fallocate -p -o $((at * 3 * MIB + MIB)) -l 12288 "$test_dir/a/full"
	done
	sync -f "$test_dir/a"
	move fast --keep-free 0 "$test_dir/a/x"
	sha256sum -c "$test_dir/before"
	is_in_part x
	fs_cool a
	sha256sum -c "$test_dir/before"
	is_clean a
}

# is_in_part NAME: what the report says has moved is in the fast tier
is_in_part() {
	local bytes
	bytes=$(places "$test_dir/a/$1" | awk -v border="$border" '$2 < border { n += $2 - $1 + 1 } END { print n + 0 }')
	expect "bytes in the tier" "$bytes" "$(result_of "$1" moved_bytes)"
	[[ $bytes -gt 0 ]]
	expect "moved or kept" $(($(result_of "$1" moved_bytes) + $(result_of "$1" kept_bytes))) "$(result_of "$1" planned_bytes)"
}

@test "a border in the middle of a block group" {
	make_fs a 1024 300
	random "$test_dir/a/x" 20
	sync -f "$test_dir/a"
	sha256sum "$test_dir/a/x" >"$test_dir/before"
	move slow "$test_dir/a/x"
	is_in slow x
	move fast "$test_dir/a/x"
	is_in fast x
	# two ranges that are in one group: 128M to 256M has tiers fast, slow, fast, slow
	configure a "fast = 128M-160M, 192M-224M" "slow = 0-128M, 160M-192M, 224M-"
	move fast "$test_dir/a/x"
	[[ $(result_of x outcome) == moved || $(result_of x reason) == elsewhere ]]
	sha256sum -c "$test_dir/before"
	is_clean a
}

@test "a filesystem of the disks below: a class, a number or a name of a device" {
	make_fs a 256 128
	echo x >"$test_dir/a/x"
	sync -f "$test_dir/a"
	run_program frspctl move --to "${loop_of[a]}" --json "$test_dir/a/x"
	expect "one tier" "$status $(result_of x outcome)" "0 there"
	run_program frspctl move --to 0 --json "$test_dir/a/x"
	expect "one tier" "$status $(result_of x outcome)" "0 there"
	run_program frspctl move --to 1 "$test_dir/a/x"
	expect_error 1 'no tier "1"'
	run_program frspctl move --to warm --config "$config" "$test_dir/a/x"
	expect_error 1 'no tier "warm"'
	grep -q "0 (fast, ${loop_of[a]#/dev/}), 1 (slow" "$test_dir/err"
}

@test "a configuration that is wrong: the file, the line and the remedy are named" {
	make_fs a 256 128
	echo x >"$test_dir/a/x"
	printf 'slow = 100M-\n' >>"$config"
	run_program frspctl tiers --config "$config" "$test_dir/a"
	expect_error 1 "$config:4: a range overlaps"
	run_program frspctl move --to fast --config "$config" "$test_dir/a/x"
	expect_error 1 "$config:4: a range overlaps"
	configure a "fast = 0-1G"
	run_program frspctl tiers --config "$config" "$test_dir/a"
	expect_error 1 "$config:2: .* end, 268435456 bytes"
	printf '[/dev/nonsense]\nfast = 0-\n' >"$config"
	run_program frspctl tiers --config "$config" "$test_dir/a"
	expect_error 1 "no section for"
	run_program frspctl tiers --config "$test_dir/nonsense" "$test_dir/a"
	expect_error 1 "nonsense: No such file"
	printf '[%s]\nfast = 0-100M\nslow = 100M-\n' "${loop_of[a]}" >"$config"
	run_program frspctl tiers --config "$config" --json "$test_dir/a"
	expect "tiers" "$(jq -c '[.configured, (.tiers[] | .class, .bytes)]' "$test_dir/out")" \
		'[true,"fast",104857600,"slow",163577856]'
}

@test "what is measured can be put into the configuration file" {
	make_fs a 256 128
	run_program frspctl tiers --config "$config" --measure "$test_dir/a"
	cat "$test_dir/out"
	expect "exit status" "$status" 0
	cp "$test_dir/out" "$test_dir/measured"
	run_program frspctl tiers --config "$test_dir/measured" --json "$test_dir/a"
	cat "$test_dir/err"
	expect "exit status" "$status" 0
	expect "bytes" "$(jq '[.tiers[].bytes] | add' "$test_dir/out")" $((256 * MIB))
}

# A program that was killed has raised the settings of ext4, and has noted the old ones.
@test "settings that a killed program has left are restored" {
	local name dir
	make_fs a 1024 512
	echo x >"$test_dir/a/x"
	sync -f "$test_dir/a"
	name=${loop_of[a]#/dev/}
	dir=/sys/fs/ext4/$name
	mkdir -p /run/frspctl
	printf '17\n4\n' >"/run/frspctl/goal-$name"
	defer rm -f "/run/frspctl/goal-$name"
	echo 4294967295 >"$dir/mb_stream_req"
	move slow "$test_dir/a/x"
	expect "mb_stream_req" "$(cat "$dir/mb_stream_req")" 17
	expect "note" "$(cat "/run/frspctl/goal-$name")" ""
	is_in slow x
}

@test "killed at any time: each file is whole, and the next move mends the settings" {
	local n
	make_fs a 1024 512
	random "$test_dir/a/x" 60
	sync -f "$test_dir/a"
	sha256sum "$test_dir/a/x" >"$test_dir/before"
	knobs >"$test_dir/knobs"
	for n in 2 4 6 8; do
		timeout -s KILL "0.$n" "$frspctl" move --to slow --config "$config" --rate 0 "$test_dir/a" >"$test_dir/out" || :
		timeout -s KILL "0.0$n" "$frspctl" move --to fast --config "$config" --rate 0 "$test_dir/a" >"$test_dir/out" || :
		sha256sum -c --quiet "$test_dir/before"
	done
	move slow "$test_dir/a/x"
	is_in slow x
	knobs | diff -u "$test_dir/knobs" -
	fs_cool a
	sha256sum -c --quiet "$test_dir/before"
	is_clean a
}

@test "files that must stay are left alone, with the reason" {
	make_fs a 1024 512
	echo x | tee "$test_dir/a/open" >"$test_dir/a/immutable"
	sync -f "$test_dir/a"
	chattr +i "$test_dir/a/immutable"
	move slow "$test_dir/a/immutable"
	expect "reason" "$status $(result_of immutable outcome) $(result_of immutable reason)" "1 left_alone immutable"
	chattr -i "$test_dir/a/immutable"
	exec 5<"$test_dir/a/open"
	move slow "$test_dir/a/open"
	exec 5<&-
	expect "reason" "$(result_of open reason)" in_use
	move slow /proc/cpuinfo
	expect "reason" "$(jq -r 'select(.path) | .reason' "$test_dir/out")" not_ext4
	is_in fast open immutable
}

@test "needs root, a tier, and either paths or a list" {
	run_as_nobody frspctl tiers /
	expect_error 4 root
	run_as_nobody frspctl move --to fast /
	expect_error 4 root
	run_program frspctl move /
	expect_error 2 'no tier'
	run_program frspctl move --to fast
	expect_error 2 'either PATH'
	run_program frspctl move --to fast --ranges /dev/null /
	expect_error 2 'either PATH'
	run_program frspctl move --to fast "$test_dir/nonsense"
	expect_error 1 'nonsense: No such file'
	run_program frspctl tiers "$test_dir/nonsense"
	expect_error 1 'nonsense'
	run_program frspctl defrag --to fast /
	expect_error 2 'does not take --to'
}
