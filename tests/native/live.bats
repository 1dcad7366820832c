#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # for eval; each test is a subshell; lib.bash
# Tests of hotmon's live view, in a terminal of tmux.

load lib
load tui

# tui_start [OPTION...]: starts hotmon in a terminal of 120x30. The session writes the
# terminal's modes to the files before and after, and hotmon's exit status to status.
tui_start() {
	tui_open 120 30 <<-EOT
		cd '$test_dir'
		stty -g >before
		$(printf '%q ' "$hotmon" "$@") 2>err
		echo \$? >status
		stty -g >after
	EOT
	wait_until shows '^hotmon  [0-9:]{8}  '
}

# Prints the lines of the table.
table() {
	screen | sed '1,2d; /^metadata /,$d; /^$/d'
}

# Prints the files of $test_dir/fs in the order of the table.
table_files() {
	table | sed -n "s|.* $test_dir/fs/\([^ ]*\).*|\1|p" | paste -sd' '
}

is_table() { # is_table FILES
	[[ $(table_files) == "$1" ]]
}

# Makes three files, data1 to data3, of 1 to 3 MiB, which are not cached.
make_files() {
	local n
	fs_make fs ext4
	for n in 1 2 3; do
		file_make "$test_dir/fs/data$n" $n
	done
	fs_cool fs
}

read_files() {
	cat "$test_dir"/fs/data[123] >/dev/null
}

# start_with_files [OPTION...]: starts hotmon and reads the three files. Then they are on
# the screen, the largest first.
start_with_files() {
	make_files
	tui_start --fs "$test_dir/fs" "$@"
	read_files
	wait_until is_table "data3 data2 data1" || fail "$(screen)"
}

# --- the view ------------------------------------------------------------------

@test "it shows the files that were read, with their counts" {
	start_with_files --bytes -d 0.2
	wait_until shows " 3145728 +0 +3 [0-9:]+ +$test_dir/fs/data3$"
	shows " 1048576 +0 +1 [0-9:]+ +$test_dir/fs/data1$"
	[[ $(title) == *'  3 files by temp, every 0.2 s  (h: help)' ]] || fail "$(title)"
	[[ $(screen | tail -n 1) == 'own cost '* ]] || fail "$(screen)"
	expect "alternate screen, cursor" "$(tui display-message -p '#{alternate_on} #{cursor_flag}')" "1 0"
}

@test "Tab switches to ranges and back" {
	start_with_files
	press Tab '  6 ranges by temp'
	screen | sed -n 2p | grep -q OFFSET
	expect "files of the ranges" "$(table_files | tr ' ' '\n' | sort | uniq -c | awk '{ print $1 }' | paste -sd' ')" "1 2 3"
	press Tab '  3 files by temp'
	not grep -q OFFSET <<<"$(screen | sed -n 2p)"
}

@test "--ranges begins with ranges" {
	make_files
	tui_start --ranges --fs "$test_dir/fs"
	shows ' ranges by temp,'
}

@test "s goes through the keys that -s help lists, and begins anew" {
	local key
	start_with_files
	for key in $("$hotmon" -s help | awk 'NR > 1 { print $1 }') temp; do
		press s " files by $key, every"
	done
}

@test "r reverses the order" {
	start_with_files -s bytes
	press r ' files by bytes, lowest first, every'
	wait_until is_table "data1 data2 data3"
	press r ' files by bytes, every'
	wait_until is_table "data3 data2 data1"
}

@test "s ranks anew: the most read is not the most written" {
	start_with_files -s rbytes
	printf x | dd of="$test_dir/fs/data1" conv=notrunc,fsync status=none
	press s ' files by wbytes,'
	wait_until eval '[[ $(table_files) == data1\ * ]]'
}

is_later() { # is_later SECONDS_SINCE_1970
	((EPOCHSECONDS >= $1))
}

@test "space stops the screen, not the counting, until the next space" {
	local stopped
	make_files
	tui_start --fs "$test_dir/fs" -d 0.2
	press Space 'PAUSED'
	stopped=$(screen)
	read_files
	wait_until is_later $((EPOCHSECONDS + 2))
	expect "the screen" "$(screen)" "$stopped"
	press Space 'every 0.2 s  '
	wait_until is_table "data3 data2 data1"
}

@test "a pause does not leave the kernel's BPF statistics on" {
	local pid
	make_files
	tui_start --fs "$test_dir/fs" 600
	pid=$(tui_pid)
	# Each s begins a new interval, and with it a sample of the statistics of 100 ms.
	for _ in {1..5}; do
		tui send-keys s \; run-shell 'sleep 0.02' \; send-keys Space
		wait_until shows PAUSED
		wait_until eval "! ls -l /proc/$pid/fd | grep -q bpf-stats"
		press Space 'every 600.0 s  '
	done
}

@test "h, ? and F1 show the help and take it away" {
	local key
	start_with_files
	for key in h ? F1; do
		press "$key" '^  q +quit$'
		shows '^  Home +'
		not shows "$test_dir/fs/"
		press "$key" "$test_dir/fs/data3"
		not shows '^  q +quit$'
	done
}

@test "+ and - change the interval, down to 0.1 s" {
	make_files
	tui_start --fs "$test_dir/fs"
	press + 'every 2.0 s'
	press - 'every 1.0 s'
	press - 'every 0.5 s'
	press - 'every 0.2 s'
	press - 'every 0.1 s'
	tui send-keys - - - -
	press h '^  q +quit$'
	shows 'every 0.1 s'
}

@test "b shows exact numbers and rounded ones again" {
	start_with_files
	shows ' 3\.0M .*data3'
	press b ' 3145728 .*data3'
	press b ' 3\.0M .*data3'
}

@test "down, up, PgDn, PgUp and Home scroll" {
	start_with_files -s bytes
	tui send-keys j
	wait_until is_table "data2 data1"
	tui send-keys Down
	wait_until is_table "data1"
	tui send-keys k
	wait_until is_table "data2 data1"
	tui send-keys Up
	wait_until is_table "data3 data2 data1"
	tui send-keys j
	wait_until is_table "data2 data1"
	tui send-keys PageUp
	wait_until is_table "data3 data2 data1"
	tui send-keys j j
	wait_until is_table "data1"
	tui send-keys Home
	wait_until is_table "data3 data2 data1"
}

@test "it does not scroll past the last row" {
	start_with_files -s bytes
	tui send-keys PageDown
	press h '^  q +quit$'
	tui send-keys h
	wait_until eval '[[ $(table_files) == *data1 ]]' || fail "$(screen)"
}

# The screen has 24 of 3000 rows, about which 30 to 80 questions are asked in 3 s. For all rows
# it would be 800 or more.
@test "rows that are not on the screen: nobody asks for their paths" {
	local pid n
	fs_make fs ext4
	tui_start --fs "$test_dir/fs" -r 0 -d 0.2
	head -c 12000K /dev/zero | split -b 4K -a 4 - "$test_dir/fs/f"
	sync -f "$test_dir/fs"
	wait_until shows '  3000 files by temp'
	wait_until shows " $test_dir/fs/f[a-z]+$" || fail "$(screen)"
	pid=$(pgrep -P "$(tui_pid)" frsp-aside)
	n=$(questions "$pid")
	sleep 3
	n=$(($(questions "$pid") - n))
	((n > 0 && n < 200)) || fail "$n questions in 3 s"
}

@test "a key does not use up COUNT" {
	local key
	make_files
	tui_start --fs "$test_dir/fs" 600 3
	for key in $("$hotmon" -s help | awk 'NR > 1 { print $1 }'); do
		press s " files by $key, every"
	done
}

# --- the terminal's size ---------------------------------------------------------

# is_screen_of LINES: the title is the first line and the cost the last.
is_screen_of() {
	[[ $(screen | wc -l) -eq $1 && $(title) == 'hotmon  '* && $(screen | tail -n 1) == 'own cost '* ]]
}

@test "it follows the size of the terminal, also while paused" {
	start_with_files
	press Space PAUSED
	tui resize-window -x 150 -y 40
	wait_until is_screen_of 40
	is_table "data3 data2 data1"
	tui resize-window -x 60 -y 15
	wait_until is_screen_of 15
}

@test "below 60x15 it says so, and recovers" {
	local size
	start_with_files
	press Space PAUSED
	for size in '50 10' '59 30' '120 14'; do
		# shellcheck disable=SC2086 # two numbers
		set -- $size
		tui resize-window -x "$1" -y "$2"
		wait_until eval '[[ $(screen | tr -d "\n") == "hotmon needs 60x15" ]]' || fail "$size: $(screen)"
		tui resize-window -x 120 -y 30
		wait_until is_table "data3 data2 data1"
	done
}

@test "a path longer than the line leaves the other lines alone" {
	local name line
	printf -v name '%0200d' 0
	make_files
	mv "$test_dir/fs/data3" "$test_dir/fs/$name"
	tui_start --fs "$test_dir/fs" -s bytes
	cat "$test_dir/fs/$name" "$test_dir/fs/data1" "$test_dir/fs/data2" >/dev/null
	wait_until shows "data2" || fail "$(screen)"
	table
	expect "lines of the table" "$(table | wc -l)" 3
	while read -r line; do
		[[ $line =~ ^[0-9.]+k?\ +[0-9.KM]+\ +[0-9.KM]+\  ]] || fail "not a row: $line"
	done <<<"$(table)"
}

# --- the end ---------------------------------------------------------------------

# show_long_name VARIABLE=VALUE NAME: starts hotmon with VARIABLE, and with a third file
# that is called NAME
show_long_name() {
	make_files
	mv "$test_dir/fs/data3" "$test_dir/fs/$2"
	tui_open 120 30 <<-EOT
		$(printf '%q ' env "$1" "$hotmon" --fs "$test_dir/fs")
	EOT
	wait_until shows '^hotmon  [0-9:]{8}  '
	cat "$test_dir/fs/data1" "$test_dir/fs/data2" "$test_dir/fs/$2" >/dev/null
	wait_until shows "$test_dir/fs/data1"
	wait_until shows '>$'
}

# The other lines are whole: numbers, a device and the path.
expect_whole_lines() {
	expect "whole lines" "$(table | grep -cE "^[ 0-9.KMG:-]* $test_dir/fs/data[12] *$")" 2
}

@test "a name of wide characters is cut at the edge, and marked" {
	show_long_name LC_ALL=C.UTF-8 "$(printf '日%.0s' {1..80})"
	expect_whole_lines
	shows '日>$'
}

@test "in the locale C a name that is not ASCII is escaped, cut and marked" {
	show_long_name LC_ALL=C "$(printf 'д%.0s' {1..100})"
	expect_whole_lines
	shows '/\\320\\264\\320.*>$'
}

@test "LINES and COLUMNS of another terminal change nothing" {
	make_files
	tui_open 140 20 <<-EOT
		$(printf '%q ' env LINES=60 COLUMNS=300 "$hotmon" --fs "$test_dir/fs")
	EOT
	wait_until shows '^hotmon  [0-9:]{8}  '
	read_files
	wait_until is_table "data3 data2 data1" || fail "$(screen)"
	expect "last lines" "$(screen | tail -n 3 | cut -c 1-8 | paste -sd,)" "metadata,unattrib,own cost"
}

@test "q ends it with status 0, without a report" {
	start_with_files
	tui send-keys q
	expect_restored 0
	expect "what is left on the screen" "$(screen | tr -d '\n')" ""
}

# expect_report: the last report is on the screen, once, with the three files.
expect_report() {
	expect "files" "$(screen | sed -n "s|.* $test_dir/fs/||p" | paste -sd' ')" "data3 data2 data1"
	expect "last lines" "$(screen | grep -c '^own cost ')" 1
}

@test "Ctrl-C ends it with status 0 and a last report" {
	start_with_files
	tui send-keys C-c
	expect_restored 0
	expect_report
}

@test "SIGTERM ends it with status 0 and a last report" {
	start_with_files
	kill -TERM "$(tui_pid)"
	expect_restored 0
	expect_report
}

@test "COUNT ends it with status 0 and a last report" {
	make_files
	tui_start --fs "$test_dir/fs" 0.5 3
	read_files
	expect_restored 0
	expect_report
}

@test "Ctrl-C ends it while paused, too" {
	start_with_files
	press Space PAUSED
	tui send-keys C-c
	expect_restored 0
	expect_report
}

@test "a crash gives the terminal back, and keeps its status" {
	local signal
	make_files
	for signal in SEGV ABRT; do
		rm -f "$test_dir/over"
		tui_start --fs "$test_dir/fs"
		kill -$signal "$(tui_pid)"
		expect_restored $((128 + $(kill -l $signal)))
		tui_close
	done
}

@test "it ends when its terminal goes away" {
	local pid
	make_files
	tui_start --fs "$test_dir/fs"
	pid=$(tui_pid)
	tui kill-server
	wait_until not kill -0 "$pid" 2>/dev/null
}

@test "Ctrl-Z gives the terminal back, and fg brings the view again" {
	make_files
	mkfifo "$test_dir/go"
	tui_open 120 30 <<-EOT
		cd '$test_dir'
		set -m
		stty -g >before
		'$hotmon' --fs '$test_dir/fs'
		echo \$? >stopped
		stty -g >after
		read -r <go
		fg
		echo \$? >status
		stty -g >after
	EOT
	wait_until shows '^hotmon  '
	tui send-keys C-z
	wait_until test -s "$test_dir/after"
	expect "status when stopped" "$(cat "$test_dir/stopped")" $((128 + $(kill -l TSTP)))
	expect "modes of the terminal" "$(cat "$test_dir/after")" "$(cat "$test_dir/before")"
	expect "alternate screen, cursor" "$(tui display-message -p '#{alternate_on} #{cursor_flag}')" "0 1"
	echo >"$test_dir/go"
	wait_until shows '^hotmon  .*files by temp'
	expect "alternate screen, cursor" "$(tui display-message -p '#{alternate_on} #{cursor_flag}')" "1 0"
	press Tab 'ranges by temp'
	tui send-keys q
	expect_restored 0
}

# --- terminals that will not do ----------------------------------------------------

@test "TERM that cannot place the cursor, or is unknown: refused by name, with a hint" {
	local term
	for term in dumb nonsense ''; do
		echo "TERM=$term"
		rm -f "$test_dir/over"
		tui_open 120 30 <<-EOT
			cd '$test_dir'
			stty -g >before
			TERM=$term timeout -s KILL --foreground 5 '$hotmon'
			echo \$? >status
			stty -g >after
		EOT
		expect_restored 1
		shows "^hotmon: .*TERM" || fail "$(screen)"
		shows "^  hint: " || fail "$(screen)"
		tui_close
	done
}

cpu_ticks() { # cpu_ticks PID
	awk '{ print $14 + $15 }' "/proc/$1/stat"
}

@test "stdin that is no terminal does not make it spin" {
	local pid before
	make_files
	tui_open 120 30 <<-EOT
		'$hotmon' --fs '$test_dir/fs' 600 </dev/null
		echo \$? >'$test_dir/status'
	EOT
	# hotmon may also refuse to start, or print reports
	wait_until eval 'shows "^(hotmon  |Tracing)" || is_over' || fail "$(screen)"
	! is_over || return 0
	pid=$(tui_pid)
	before=$(cpu_ticks "$pid")
	wait_until is_later $((EPOCHSECONDS + 2))
	(($(cpu_ticks "$pid") - before < 20)) || fail "$(($(cpu_ticks "$pid") - before)) ticks of CPU time in 1 to 2 s of waiting"
}
