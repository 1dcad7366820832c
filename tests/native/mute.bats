#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2030,SC2031,SC2154 # each test is a subshell; lib.bash
# Tests with a filesystem that does not answer, a FUSE whose server is silent: the programs
# must go on with all other filesystems, and end at a signal.

load lib
load mute
load top_tui

# ended_by SIGNAL PID: SIGNAL ends the program within a second
ended_by() {
	local i
	kill "-$1" "$2"
	for ((i = 0; i < 20; i++)); do
		kill -0 "$2" 2>/dev/null || return 0
		sleep 0.05
	done
	kill -KILL "$2"
	fail "SIG$1 has not ended it within a second"
}

# tells_both PATH: the last report has PATH, and a file without a path
tells_both() {
	tail -n 1 "$test_dir/hot.out" | jq -e --arg path "$1" \
		'([.files[].path] | index($path)) and any(.files[]; .path == null)' >/dev/null 2>&1
}

has_lines() { # has_lines N: hotmon has printed N reports
	(($(wc -l <"$test_dir/hot.out") >= $1))
}

write_log() { # writes to the file that is open as fd 7, and to the disk
	head -c 65536 /dev/zero >&7
	sync -d /proc/self/fd/7
}

@test "mute: frsp-top shows all filesystems" {
	mute_make
	run_program frsp-top --once --json 0.3
	expect "exit status" "$status" 0
	expect "filesystems" "$(jq -r '.filesystems[].mount' "$test_dir/out" | grep "^$test_dir")" \
		"$test_dir/fuse/below"$'\n'"$test_dir/other"
	jq -e --arg mount "$test_dir/other" \
		'.filesystems[] | select(.mount == $mount) | .bytes > 0' "$test_dir/out"
}

@test "mute: hotmon goes on, and names the files of the others" {
	mute_make
	hotmon_launch hot --json -r 0 0.5
	write_log
	dd if=/dev/zero of="$test_dir/other/file" bs=64k count=4 oflag=direct status=none
	wait_until tells_both "$test_dir/other/file"
	ended_by TERM "${hotmon_pid[hot]}"
}

# bats test_tags=slow
@test "mute: SIGINT and SIGTERM end each program within a second" {
	local signal
	mute_make
	for signal in INT TERM; do
		hotmon_launch "hot$signal" --json -r 0 0.3
		write_log
		wait_until test -s "$test_dir/hot$signal.out"
		ended_by "$signal" "${hotmon_pid[hot$signal]}"
		"$frsp_top" -b 0.3 >"$test_dir/top$signal.out" 2>/dev/null 3>&- &
		defer not kill -KILL $!
		wait_until test -s "$test_dir/top$signal.out"
		ended_by "$signal" $!
	done
}

@test "mute: SIGTERM ends hotmon while it asks for the first time" {
	mute_make
	hotmon_launch hot --json -r 0 0.1
	write_log
	ended_by TERM "${hotmon_pid[hot]}"
}

@test "mute: who names such a filesystem is told" {
	mute_make
	run_program frsp-top --once "$test_dir/fuse/below" 0.1
	expect_error 1 "$test_dir/fuse/below: its filesystem does not answer"
	run_program hotmon --fs "$test_dir/fuse/below" --once
	expect_error 1 "$test_dir/fuse/below: its filesystem does not answer"
}

@test "mute: the page of a file there has what the table has, and says why there is no more" {
	mute_make
	hotmon_launch hot --json -r 0 3600
	write_log
	hotmon_stop hot
	run_program hotmon --once --file "$test_dir/fuse/below/log"
	expect_error 1 "$test_dir/fuse/below/log: its filesystem does not answer"
	tui_open 200 50 <<-EOT
		$(printf '%q ' "$hotmon" -d 0.5 -s wbytes --fs "${loop_of[below]}")
	EOT
	wait_until shows '^hotmon  '
	write_log
	wait_until shows 'its filesystem does not answer' || fail "$(screen)"
	press Enter '^size     not known: its filesystem does not answer'
	press e '^ +not known: its filesystem does not answer'
	press Escape ' files? by wbytes'
	tui send-keys q
	wait_until is_over
}

@test "mute: a FUSE inside of an ext4 takes no names away" {
	local n
	fs_make fs ext4
	mkdir "$test_dir/fs/dir"
	: >"$test_dir/fs/dir/hidden"
	open_log "$test_dir/fs/dir/hidden"
	fuse_make fs/dir
	touch "$test_dir/mute"
	hotmon_launch hot --json -r 0 0.3
	defer rm -f "$test_dir/mute"
	write_log
	dd if=/dev/zero of="$test_dir/fs/file" bs=64k count=4 oflag=direct status=none
	wait_until tells_both "$test_dir/fs/file"
	n=$(wc -l <"$test_dir/hot.out")
	wait_until has_lines $((n + 3))
	tells_both "$test_dir/fs/file"
}

@test "mute: frsp-top's w says that the directory does not answer, and it goes on" {
	fuse_make cwd
	top_start
	touch "$test_dir/mute"
	defer rm -f "$test_dir/mute"
	press w '\.txt: not written: its filesystem does not answer'
	tui send-keys q
	wait_until test -s "$test_dir/status"
}

@test "mute: SIGTERM ends the self-test of a directory that does not answer" {
	fuse_make fuse
	defer rm -f "$test_dir/mute"
	(cd "$test_dir/fuse" && touch "$test_dir/mute" && exec "$hotmon" --self-test) >"$test_dir/out" 2>&1 3>&- &
	sleep 1
	ended_by TERM $!
}
