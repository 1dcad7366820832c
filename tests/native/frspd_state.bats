#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # jq's; each test is a subshell; lib.bash
# Tests of what frspd keeps while it is away: heat. tests/vm/frspd-in-guest has those of what
# frsp.ko knows.

load lib
load pins
load frspd

uuid_of() { # uuid_of NAME
	blkid -p -o value -s UUID "${loop_of[$1]}"
}

heat_file() { # prints where the heat of the filesystem fs is
	echo "$test_dir/state/filesystems/$(uuid_of fs).heat"
}

write_data() { # write_data MIB
	dd if=/dev/zero of="$test_dir/fs/data" bs=1M count="$1" oflag=direct conv=notrunc status=none
}

temperature() { # prints that of the file, 0 if it has none
	"$hotmon" --json --no-scan -r 0 --once 0.1 >"$test_dir/out" 2>"$test_dir/err" || fail "$(cat "$test_dir/err")"
	jq "[.files[] | $(select_id "$(file_id "$test_dir/fs/data")") | .temperature] | add // 0" "$test_dir/out"
}

writes() { # as hotmon shows them
	jq "[.files[] | $(select_id "$(file_id "$test_dir/fs/data")") | .writes] | add // 0" "$test_dir/out"
}

# is_near VALUE WANTED: it has cooled a little at most. Half of it is gone after 5 minutes.
is_near() {
	jq -en "$1 > $2 * 0.5 and $1 < $2 * 1.01" >/dev/null || fail "$1 is not near $2"
}

# Makes a filesystem and warms its file; sets warm.
warm_up() {
	fs_make fs ext4
	frspd_start
	write_data 8
	warm=$(temperature)
	jq -en "$warm > 50" || fail "only $warm"
}

@test "what was hot is so again after a restart" {
	warm_up
	expect "writes" "$(writes)" 8
	frspd_end
	expect "exit status" "$status" 0
	expect "mode" "$(stat -c %a "$(heat_file)")" 600
	frspd_start
	wait_until said "${loop_of[fs]#/dev/}: what was hot [0-9]* s ago is so again: 9 files and ranges"
	is_near "$(temperature)" "$warm"
	expect "writes, which are counted anew" "$(writes)" 0
	wait_until eval '(($(sed -n "s/^frspd_heat_slots_used //p" "$test_dir/frsp.prom") >= 9))'
}

@test "what was hot is so again when the filesystem comes later" {
	warm_up
	frspd_end
	umount "$test_dir/fs"
	frspd_start
	expect "heat" "$(grep -c 'what was hot' "$test_dir/frspd.err" || :)" 0
	mount "${loop_of[fs]}" "$test_dir/fs"
	wait_until said "${loop_of[fs]#/dev/}: what was hot"
	is_near "$(temperature)" "$warm"
}

@test "a frspd that ends before it was read does not overwrite it" {
	warm_up
	frspd_end
	cp "$(heat_file)" "$test_dir/good"
	frspd_launch
	wait_until told READY=1
	frspd_end
	cmp "$(heat_file)" "$test_dir/good"
}

# bats test_tags=slow
@test "killed: the heat that goes on is not added twice" {
	configure etc/frsp/frspd.conf.d/state.conf <<<$'[frspd]\nstate_interval = 1'
	warm_up
	wait_until test -s "$(heat_file)"
	sleep 2.2 # so that it has all
	kill -KILL "$frspd_pid"
	wait "$frspd_pid" || :
	frspd_start
	sleep 3
	not said '.*what was hot'
	is_near "$(temperature)" "$warm"
}

# bats test_tags=slow
@test "files that are of no use are passed over, and said in one line" {
	local file why
	warm_up
	frspd_end
	file=$(heat_file)
	cp "$file" "$test_dir/good"
	for why in damaged 'written by another version' 'no file of frspd' 'of another filesystem' 'too old'; do
		cp "$test_dir/good" "$file"
		case $why in
		damaged) printf x | dd of="$file" bs=1 seek=50 conv=notrunc status=none ;;
		written*) printf '\2' | dd of="$file" bs=1 seek=8 conv=notrunc status=none ;;
		no*) echo something >"$file" ;;
		*another*) heat_rewrite "$file" uuid ;;
		too*) heat_rewrite "$file" old ;;
		esac
		frspd_start
		wait_until said "$file: it .*$why.*, and passed over"
		expect "lines" "$(grep -c "$file" "$test_dir/frspd.err")" 1
		not said '.*what was hot'
		frspd_end
		expect "exit status" "$status" 0
	done
}

# heat_rewrite FILE uuid|old: changes one of them, and makes the checksum right again
heat_rewrite() {
	python3 - "$@" <<-'EOT'
		import struct, sys, zlib
		data = bytearray(open(sys.argv[1], "rb").read())[:-4]
		if sys.argv[2] == "uuid":
		    data[16] ^= 1
		else:
		    data[32:40] = struct.pack("<Q", struct.unpack("<Q", data[32:40])[0] - 7200 * 10**9)
		open(sys.argv[1], "wb").write(data + struct.pack("<I", zlib.crc32(data)))
	EOT
}

@test "a full state directory: it says so once, and nothing else fails" {
	mkdir "$test_dir/state" "$test_dir/state/filesystems"
	mount -t tmpfs -o size=4k,mode=700 tmpfs "$test_dir/state/filesystems"
	defer umount "$test_dir/state/filesystems"
	echo full >"$test_dir/state/filesystems/other"
	configure etc/frsp/frspd.conf.d/state.conf <<<$'[frspd]\nstate_interval = 1'
	warm_up
	wait_until said "$test_dir/state/filesystems: what is known cannot be kept: No space left on device"
	sleep 3
	expect "times" "$(grep -c 'cannot be kept' "$test_dir/frspd.err")" 1
	expect "files" "$(ls "$test_dir/state/filesystems")" other
	frspd_end
	expect "exit status" "$status" 0
}

@test "the oldest files go, if there are too many" {
	local i
	mkdir -p "$test_dir/state/filesystems"
	for ((i = 0; i < 520; i++)); do
		: >"$test_dir/state/filesystems/$i.heat"
	done
	touch -d '2 days ago' "$test_dir/state/filesystems/7.heat"
	: >"$test_dir/state/filesystems/keep.me"
	configure etc/frsp/frspd.conf.d/state.conf <<<$'[frspd]\nstate_interval = 1'
	frspd_start
	wait_until not test -e "$test_dir/state/filesystems/7.heat"
	frspd_end
	(($(find "$test_dir/state/filesystems" -name '*.heat' | wc -l) <= 512))
	[[ -e $test_dir/state/filesystems/keep.me ]]
}
