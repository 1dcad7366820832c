#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # for eval; each test is a subshell; lib.bash
# Tests of hotmon's live view, in a terminal of tmux.

load lib
load tui

# tui_start [OPTION...]: starts hotmon in a terminal of 120x30, without the rows of metadata,
# whose number is not known. The session writes the terminal's modes to the files before and after, and hotmon's exit status to status.
tui_start() {
	tui_open 120 30 <<-EOT
		cd '$test_dir'
		stty -g >before
		$(printf '%q ' "$hotmon" --no-metadata "$@") 2>err
		echo \$? >status
		stty -g >after
	EOT
	wait_until shows '^hotmon  [0-9:]{8}  '
}

# Prints the lines of the table, without the status below it.
table() {
	screen | sed '1,2d; /^metadata /,$d; /^$/d' | sed '$d'
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
	tui resize-window -x 160 -y 30
	wait_until shows " 3145728 +0 +3 [0-9:]+ +cat\S* +$test_dir/fs/data3$" || fail "$(screen)"
	shows " 1048576 +0 +1 [0-9:]+ +cat\S* +$test_dir/fs/data1$"
	[[ $(title) == *'  3 files by temp, every 0.2 s  (h: help)' ]] || fail "$(title)"
	[[ $(screen | tail -n 2 | head -n 1) == 'own cost '* ]] || fail "$(screen)"
	expect "alternate screen, cursor" "$(tui display-message -p '#{alternate_on} #{cursor_flag}')" "1 0"
}

@test "Tab switches to ranges and back" {
	start_with_files
	press Tab '  6 ranges by temp'
	screen | sed -n 2p | grep -q OFFSET
	expect "files of the ranges" "$(table_files | tr ' ' '\n' | sort | uniq -c | awk '{ print $1 }' | paste -sd' ')" "1 2 3"
	press BTab '  3 files by temp'
	not grep -q OFFSET <<<"$(screen | sed -n 2p)"
}

@test "Tab goes through all views and begins anew, S-Tab goes back" {
	local view views=('ranges?' 'paths?' 'director(y|ies)' 'process(es)?' 'cgroups?' 'devices?' 'files?')
	start_with_files
	for view in "${views[@]}"; do
		press Tab "^hotmon  .*  ([0-9]+ )?$view( by (temp|rate))?, every "
	done
	for view in 'devices?' 'cgroups?'; do
		press BTab "^hotmon  .*  ([0-9]+ )?$view( by (temp|rate))?, every "
	done
}

@test "--ranges begins with ranges" {
	make_files
	tui_start --ranges --fs "$test_dir/fs"
	shows ' ranges by temp,'
}

@test "> and < go through the keys that -s help lists, and begin anew" {
	local key keys
	start_with_files
	keys=$("$hotmon" -s help | awk 'NR > 1 { print $1 }')
	for key in $keys temp; do
		press '>' " files by $key, every"
	done
	for key in $(tac <<<"$keys") temp; do
		press '<' " files by $key, every"
	done
}

@test "s and F6 open a menu of the keys, Enter chooses one, Esc and q none" {
	local key
	start_with_files
	press s '^ temp +temperature'
	expect "keys of the menu" "$(screen | sed -n '3,17s/^ \([a-z0-9]*\) .*/\1/p' | paste -sd' ')" \
		"$("$hotmon" -s help | awk '{ print $1 }' | paste -sd' ')"
	is_cursor_at 1
	tui send-keys Down Down
	wait_until is_cursor_at 3
	press Enter ' files by rrate, every'
	not shows '^ temp +temperature'
	for key in Escape q; do
		press F6 '^ temp +temperature'
		is_cursor_at 3
		tui send-keys Down
		tui send-keys "$key"
		wait_until not shows '^ temp +temperature'
		shows ' files by rrate, every'
	done
}

@test "r reverses the order" {
	start_with_files -s bytes
	press r ' files by bytes, lowest first, every'
	wait_until is_table "data1 data2 data3"
	press r ' files by bytes, every'
	wait_until is_table "data3 data2 data1"
}

@test "> ranks anew: the most read is not the most written" {
	start_with_files -s rbytes
	printf x | dd of="$test_dir/fs/data1" conv=notrunc,fsync status=none
	press '>' ' files by wbytes,'
	wait_until eval '[[ $(table_files) == data1\ * ]]'
}

is_later() { # is_later SECONDS_SINCE_1970
	((EPOCHSECONDS >= $1))
}

@test "space stops the screen, not the counting, until the next space" {
	local stopped
	make_files
	tui_start --fs "$test_dir/fs" -d 0.2
	file_make "$test_dir/fs/first" 30
	file_make "$test_dir/fs/second" 15
	wait_until eval '[[ $(table_files) == *first* && $(table_files) == *second* ]]'
	press Space 'PAUSED'
	stopped=$(screen)
	read_files
	wait_until is_later $((EPOCHSECONDS + 2))
	expect "the screen" "$(screen)" "$stopped"
	stopped=$(table_files)
	tui send-keys Down
	wait_until is_cursor_at 2
	expect "the files after the cursor was moved" "$(table_files)" "$stopped"
	press Space 'every 0.2 s  '
	wait_until is_table "first second data3 data2 data1"
}

@test "a pause does not leave the kernel's BPF statistics on" {
	local pid
	make_files
	tui_start --fs "$test_dir/fs" 600
	pid=$(tui_pid)
	# Each > begins a new interval, and with it a sample of the statistics of 100 ms.
	for _ in {1..5}; do
		tui send-keys '>' \; run-shell 'sleep 0.02' \; send-keys Space
		wait_until shows PAUSED
		wait_until eval "! ls -l /proc/$pid/fd | grep -q bpf-stats"
		press Space 'every 600.0 s  '
	done
}

@test "h, ? and F1 show the help and take it away" {
	local key
	start_with_files
	for key in h ? F1; do
		press "$key" '^  q F10 +quit$'
		shows '^  / F3 F4 +'
		not shows "$test_dir/fs/"
		press "$key" "$test_dir/fs/data3"
		not shows '^  q F10 +quit$'
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
	press h '^  q F10 +quit$'
	shows 'every 0.1 s'
}

@test "m shows the rows of metadata and takes them away; a filter finds them" {
	start_with_files
	shows '  3 files by temp'
	not shows ' \[journal\] '
	press m " \[journal\] $test_dir/fs\$"
	shows '  3 files by temp'
	tui send-keys / j o u r n Enter
	wait_until is_table "" || fail "$(screen)"
	shows " \[journal\] $test_dir/fs\$"
	press m '^no rows'
	tui send-keys m Escape
	wait_until is_table "data3 data2 data1"
}

@test "b shows exact numbers and rounded ones again" {
	start_with_files
	shows ' 3\.0M .*data3'
	press b ' 3145728 .*data3'
	press b ' 3\.0M .*data3'
}

@test "j, Down, k, Up, End, Home, PgDn and PgUp move the cursor, up to the first and last row" {
	local key row
	start_with_files -s bytes
	is_cursor_at 1
	while read -r key row; do
		tui send-keys "$key"
		wait_until is_cursor_at "$row" || fail "$key: $(cursor_row), not $row"
	done <<-EOT
		j 2
		Down 3
		k 2
		Up 1
		End 3
		Home 1
		PageDown 3
		PageUp 1
	EOT
	tui send-keys Up k Down Down Down Down j
	wait_until is_cursor_at 3
	is_table "data3 data2 data1"
}

@test "the cursor stays on its line when the order changes" {
	start_with_files -s bytes
	tui send-keys Down
	wait_until is_cursor_at 2
	cp "$test_dir/fs/data1" "$test_dir/fs/data9"
	sync -f "$test_dir/fs"
	cat "$test_dir/fs/data9" "$test_dir/fs/data9" >/dev/null
	fs_cool fs
	for _ in {1..8}; do cat "$test_dir/fs/data1" >/dev/null && fs_cool fs; done
	wait_until eval '[[ $(table_files) == "data1 "* ]]' || fail "$(screen)"
	is_cursor_at 2
}

# make_many: makes 60 files, f10 to f69, and reads them; f69 is the largest. hotmon is started.
make_many() {
	local n
	for n in {10..69}; do
		head -c $((n * 8192)) /dev/zero >"$test_dir/fs/f$n"
	done
	fs_cool fs
	cat "$test_dir"/fs/f* >/dev/null
}

# Starts hotmon and reads 60 files, sorted by bytes read.
start_with_many() {
	fs_make fs ext4
	tui_start --fs "$test_dir/fs" -s rbytes
	make_many
	wait_until shows '^rows 1-[0-9]+ of 60' || fail "$(screen)"
	wait_until shows "$test_dir/fs/f69"
}

is_status() { # is_status TEXT: the line below the table begins with this
	[[ $(status_line) == "$1"* ]]
}

@test "the list scrolls with the cursor, and the status says which rows it shows" {
	start_with_many
	tui resize-window -x 80 -y 15
	wait_until is_status 'rows 1-9 of 60' || fail "$(screen)"
	tui send-keys Down Down Down Down Down Down Down Down
	wait_until is_cursor_at 9
	is_status 'rows 1-9 of 60'
	tui send-keys Down
	wait_until is_status 'rows 2-10 of 60' || fail "$(screen)"
	is_cursor_at 9
	tui send-keys Up
	wait_until is_cursor_at 8
	is_status 'rows 2-10 of 60'
	tui send-keys PageDown
	wait_until is_status 'rows 10-18 of 60' || fail "$(screen)"
	tui send-keys End
	wait_until is_status 'rows 52-60 of 60' || fail "$(screen)"
	wait_until shows "$test_dir/fs/f10\$" || fail "$(screen)"
	is_cursor_at 9
	tui send-keys Home
	wait_until is_status 'rows 1-9 of 60'
	is_cursor_at 1
}

@test "when rows go, the cursor is on the last one" {
	start_with_many
	tui send-keys End
	wait_until shows "$test_dir/fs/f10\$"
	tui send-keys / f 6 Enter
	wait_until is_status 'rows 1-10 of 10' || fail "$(screen)"
	tui send-keys End Escape
	wait_until is_status 'rows 1-'
	is_cursor_at 1
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

@test "with -p the screen and a report say that writeback is left out" {
	make_files
	tui_start --fs "$test_dir/fs" -p $$
	[[ $(status_line) == 'no rows, -p: no writeback' ]] || fail "$(screen)"
	run_program hotmon --fs "$test_dir/fs" -p $$ --once 0.1
	[[ $(head -n 1 "$test_dir/out") == *'by these processes themselves; -p leaves writeback out' ]] ||
		fail "$(cat "$test_dir/out")"
	run_program hotmon --fs "$test_dir/fs" --once 0.1
	expect "first line" "$(head -n 1 "$test_dir/out")" 'no file was read or written on disk'
}

@test "a key does not use up COUNT" {
	local key
	make_files
	tui_start --fs "$test_dir/fs" 600 3
	for key in $("$hotmon" -s help | awk 'NR > 1 { print $1 }'); do
		press '>' " files by $key, every"
	done
}

# --- the terminal's size ---------------------------------------------------------

# is_screen_of LINES: the title is the first line, and the cost or the bar of keys the last.
is_screen_of() {
	local last='own cost '
	(($1 < 20)) || last=F1Help
	[[ $(screen | wc -l) -eq $1 && $(title) == 'hotmon  '* && $(screen | tail -n 1) == "$last"* ]]
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

# --- narrow terminals ------------------------------------------------------------

deep=srv/postgresql/16/main/base/16384/pg_internal/global

# start_deep COLUMNS LINES [OPTION...]: the file orders.db is in many directories.
start_deep() {
	fs_make fs ext4
	mkdir -p "$test_dir/fs/$deep"
	file_make "$test_dir/fs/$deep/orders.db" 1
	fs_cool fs
	tui_start --fs "$test_dir/fs" "${@:3}"
	tui resize-window -x "$1" -y "$2"
	cat "$test_dir/fs/$deep/orders.db" >/dev/null
	wait_until shows '/orders\.db$' || fail "$(screen)"
}

@test "200x50: all columns, and the whole path" {
	start_deep 200 50
	expect "heads" "$(heads)" "TEMP▼ READ/s WRITE/s r/s w/s READS WRITES READ WRITTEN RANGES DEV WHO FILE"
	shows " $test_dir/fs/$deep/orders.db\$"
}

@test "80x24: some columns leave, the name stays, below as many directories as fit" {
	start_deep 80 24
	expect "heads" "$(heads)" "TEMP▼ READ/s WRITE/s r/s w/s WHO FILE"
	shows ' …(/[a-z0-9_]+)*/pg_internal/global/orders\.db$' || fail "$(screen)"
	press Tab OFFSET
	expect "heads" "$(heads)" "TEMP▼ READ/s WRITE/s OFFSET WHO FILE"
	wait_until shows '/orders\.db$' || fail "$(screen)"
}

@test "60x15: the temperature, the rates and the name stay" {
	start_deep 60 15
	expect "heads" "$(heads)" "TEMP▼ READ/s WRITE/s FILE"
	shows ' …(/[a-z0-9_]+)*/global/orders\.db$'
	is_screen_of 15
}

@test "the columns that it sorts by stay, with a mark" {
	start_deep 60 15 -s ops
	expect "heads" "$(heads)" "TEMP READ/s WRITE/s READS▼ WRITES▼ FILE"
	press r 'lowest first'
	wait_until eval '[[ $(heads) == *READS▲* ]]' || fail "$(heads)"
	shows '/orders\.db$'
}

@test "without UTF-8 the marks are < > - +" {
	LC_ALL=C start_deep 60 15
	tui send-keys q
	tui_close
	tui_open 60 15 <<-EOT
		$(printf '%q ' env LC_ALL=C "$hotmon" --fs "$test_dir/fs" -s bytes)
	EOT
	wait_until shows '^hotmon  '
	fs_cool fs
	cat "$test_dir/fs/$deep/orders.db" >/dev/null
	wait_until shows ' </.*/orders\.db$' || fail "$(screen)"
	heads | grep -q ' READ- WRITTEN- FILE$'
	press r 'lowest first'
	wait_until eval '[[ $(heads) == *" READ+ WRITTEN+ FILE" ]]' || fail "$(heads)"
}

@test "left and right scroll the paths, up to their beginning and end" {
	local before
	start_deep 60 15
	before=$(table | sed 's/.* //')
	tui send-keys Left
	wait_until shows ' …[^ ]*…$' || fail "$(screen)"
	tui send-keys -N 30 Left
	wait_until shows "0 ${test_dir:0:20}[^ ]*…\$" || fail "$(screen)"
	# as far as it went, and not by 31 keys
	tui send-keys -N 30 Right
	wait_until shows '/orders\.db$' || fail "$(screen)"
	expect "the columns of the path" "$(table | sed 's/.* //')" "$before"
}

@test "the help scrolls" {
	start_deep 60 15
	press h '^  q F10 +quit$'
	is_status 'lines 1-9 of '
	not shows '^  mouse '
	press PageDown '^lines 10-18 of '
	press End '^  mouse '
	not shows '^  q F10 '
	press Up '^  left '
	press Home '^  q F10 +quit$'
	press Escape '/orders\.db$'
}

@test "an offset above 1 GiB is exact" {
	fs_make fs ext4
	truncate -s 3G "$test_dir/fs/big"
	tui_start --ranges --fs "$test_dir/fs"
	dd if=/dev/zero of="$test_dir/fs/big" bs=1M seek=1025 count=2 conv=notrunc,fsync status=none
	wait_until shows ' 1025M .* '"$test_dir/fs/big\$" || fail "$(screen)"
	wait_until shows ' 1026M .* '"$test_dir/fs/big\$" || fail "$(screen)"
	press b " $((1025 << 20)) "
}

@test "a report on a terminal of 60 columns fits, and a report to a file is whole" {
	fs_make fs ext4
	mkdir -p "$test_dir/fs/$deep"
	file_make "$test_dir/fs/$deep/orders.db" 1
	tui_open 60 30 <<-EOT
		'$hotmon' -b --fs '$test_dir/fs' --once 3
		'$hotmon' -b --fs '$test_dir/fs' --once 3 | cat >'$test_dir/whole'
	EOT
	wait_until shows '^Tracing'
	fs_cool fs
	cat "$test_dir/fs/$deep/orders.db" >/dev/null
	wait_until shows '^ *TEMP READ/s WRITE/s .*FILE$' || fail "$(screen)"
	not shows 'WRITES|RANGES|DEV'
	shows ' …/[^ ]*/orders\.db$'
	wait_until eval '[[ $(screen | grep -c "^Tracing") == 2 ]]'
	fs_cool fs
	cat "$test_dir/fs/$deep/orders.db" >/dev/null
	wait_until is_over
	grep -q "WRITES .*RANGES DEV .*FILE\$" "$test_dir/whole" || fail "$(cat "$test_dir/whole")"
	grep -q " $test_dir/fs/$deep/orders.db\$" "$test_dir/whole"
}

# --- what is shown ---------------------------------------------------------------

@test "/ filters by a part of the path while it is typed, Esc shows all again" {
	start_with_files
	press / '^filter: _'
	tui send-keys a 2
	wait_until is_table data2 || fail "$(screen)"
	shows '^filter: a2_'
	tui send-keys BSpace
	wait_until is_table "data3 data2 data1" || fail "$(screen)"
	tui send-keys BSpace A 1 Enter
	wait_until is_table data1 || fail "$(screen)"
	is_status 'rows 1-1 of 1, filter "A1" (Esc: clear)'
	tui send-keys Escape
	wait_until is_table "data3 data2 data1"
	press F4 '^filter: _'
	tui send-keys x Escape
	wait_until is_table "data3 data2 data1" || fail "$(screen)"
}

@test "a filter also finds files that were not among the rows" {
	start_with_many
	tui resize-window -x 80 -y 15
	tui send-keys / f 1 0 Enter
	wait_until is_table f10 || fail "$(screen)"
	[[ $(title) == *'  1 file by '* ]] || fail "$(title)"
}

@test "a filter holds for ranges, too, and in the last report" {
	start_with_files
	tui send-keys / d a t a 3 Enter
	wait_until is_table data3
	press Tab '  3 ranges by temp'
	tui send-keys C-c
	expect_restored 0
	expect "files" "$(screen | sed -n "s|.* $test_dir/fs/||p" | sort -u)" data3
}

# down_to ITEM: the cursor is at this item of the menu; else presses Down.
down_to() {
	screen | sed -n "$((2 + $(cursor_row | cut -d' ' -f 1)))p" | grep -E "^ $1( |\$)" >/dev/null || {
		tui send-keys Down
		return 1
	}
}

@test "f chooses one filesystem or all" {
	make_files
	fs_make other ext4
	file_make "$test_dir/other/elsewhere" 1
	fs_cool other
	tui_start
	tui resize-window -x 160 -y 30
	cat "$test_dir/other/elsewhere" >/dev/null
	read_files
	# other programs do I/O, too
	tui send-keys / "${test_dir##*/}/" Enter
	wait_until shows "$test_dir/other/elsewhere"
	wait_until shows "$test_dir/fs/data3"
	press f '^ all '
	tui send-keys Home
	wait_until down_to "$test_dir/other" || fail "$(screen)"
	tui send-keys Enter
	wait_until not shows "$test_dir/fs/data3" || fail "$(screen)"
	shows "$test_dir/other/elsewhere"
	shows "^rows 1-1 of 1, only $test_dir/other, filter "
	press F8 '^ all '
	tui send-keys Home Enter
	wait_until shows "$test_dir/fs/data3" || fail "$(screen)"
}

@test "only the temperature has a colour, and the scale is below the rows" {
	start_with_files
	wait_until shows 'hottest [0-9.]+: red >= [0-9.]+, yellow >= [0-9.]+, green >= [0-9.]+$' || fail "$(screen)"
	tui capture-pane -pe | grep "$test_dir/fs/data2" | grep -qE $'^(\e\\[[0-9;]*m)*\e\\[3[123]m(\e\\[49m)? *[0-9.]+\e\\[39m ' ||
		fail "$(tui capture-pane -pe | cat -v)"
}

@test "NO_COLOR: no colour and no scale" {
	make_files
	tui_open 120 30 <<-EOT
		$(printf '%q ' env NO_COLOR=1 "$hotmon" --fs "$test_dir/fs")
	EOT
	wait_until shows '^hotmon  '
	read_files
	wait_until is_table "data3 data2 data1"
	not shows 'hottest'
	not grep -qE $'\e\\[3[1-6]m' <<<"$(tui capture-pane -pe)"
	is_cursor_at 1
}

# mouse BUTTON X Y: sends what a terminal sends for a button, from 0, at the column and line
# of the screen, from 0. Button 3 stands for a release, 64 and 65 for the wheel.
mouse() {
	local event
	printf -v event '\\x%x' $((32 + $1)) $((33 + $2)) $((33 + $3))
	printf -v event '\e[M%b' "$event"
	tui send-keys -l "$event"
}

click() { # click X Y
	mouse 0 "$@"
	mouse 3 "$@"
}

@test "the mouse chooses a row, sorts, scrolls, and presses the keys of the bar" {
	start_with_files -s bytes
	wait_until is_cursor_at 1
	click 5 3
	wait_until is_cursor_at 2 || fail "$(cursor_row)"
	click 10 1
	wait_until shows ' files by rrate, every'
	click 10 1
	wait_until shows ' files by rrate, lowest first, every'
	click 2 1
	wait_until shows ' files by temp, lowest first, every'
	click 25 29
	wait_until shows '^ temp ' || fail "$(screen)"
	click 5 5
	wait_until shows ' files by wrate, lowest first, every'
	not shows '^ temp '
	click 25 29
	wait_until shows '^ temp '
	click 100 5
	wait_until not shows '^ temp '
	shows ' files by wrate, lowest first, every'
	click 5 29
	wait_until shows '^  q F10 +quit$' || fail "$(screen)"
	tui resize-window -x 60 -y 15
	wait_until is_status 'lines 1-9 of '
	mouse 65 5 5
	wait_until is_status 'lines 4-12 of ' || fail "$(screen)"
	mouse 64 5 5
	wait_until is_status 'lines 1-9 of '
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
	wait_until shows '(>|…)$'
}

# The other lines are whole: numbers, who read and the path.
expect_whole_lines() {
	expect "whole lines" "$(table | grep -cE "^[ 0-9.KMG:-]* cat\S* +$test_dir/fs/data[12] *$")" 2
}

@test "a name of wide characters is cut at the edge, and marked" {
	show_long_name LC_ALL=C.UTF-8 "$(printf '日%.0s' {1..80})"
	wait_until shows '…/日+…$'
	expect_whole_lines
}

@test "in the locale C a name that is not ASCII is escaped, cut and marked" {
	show_long_name LC_ALL=C "$(printf 'д%.0s' {1..100})"
	wait_until shows '/\\320\\264\\320.*>$'
	expect_whole_lines
}

@test "LINES and COLUMNS of another terminal change nothing" {
	make_files
	tui_open 140 20 <<-EOT
		$(printf '%q ' env LINES=60 COLUMNS=300 "$hotmon" --fs "$test_dir/fs")
	EOT
	wait_until shows '^hotmon  [0-9:]{8}  '
	read_files
	wait_until is_table "data3 data2 data1" || fail "$(screen)"
	expect "last lines" "$(screen | tail -n 4 | cut -c 1-6 | paste -sd,)" "metada,unattr,own co,F1Help"
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
	tui_start --fs "$test_dir/fs" 0.5 8
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
