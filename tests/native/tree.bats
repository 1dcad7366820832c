#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # for eval; each test is a subshell; lib.bash
# Tests of the view of directories of hotmon's live view, a tree that opens and closes.

load lib
load tui

# Makes one, two and three of 1 to 3 MiB in two/, two/and/a/chain and three/.
files_make() {
	fs_make fs ext4
	mkdir -p "$test_dir/fs/two/and/a/chain" "$test_dir/fs/three"
	file_make "$test_dir/fs/two/one" 1
	file_make "$test_dir/fs/two/and/a/chain/two" 2
	file_make "$test_dir/fs/three/three" 3
	file_make "$test_dir/fs/three/four" 4
	fs_cool fs
}

read_files() {
	cat "$test_dir"/fs/two/one "$test_dir"/fs/two/and/a/chain/two "$test_dir"/fs/three/* >/dev/null
}

# tree_start COLUMNS LINES [VARIABLE=VALUE] [OPTION...]: starts hotmon with the view of
# directories, and reads the files
tree_start() {
	files_make
	tui_open "$1" "$2" <<-EOT
		cd '$test_dir'
		$(printf '%q ' env "${@:3}")
		echo \$? >status
	EOT
	wait_until shows '^hotmon  '
	read_files
	wait_until shows ' 10\.0M .* (▸|\+) ' || fail "$(screen)"
}

# rows: prints for each row of the tree its bytes read and the last part of its name
rows() {
	screen | sed '1,2d; /^rows /,$d; /^$/d' | awk '{ for (i = 1; i <= NF; i++) if ($i ~ /^[0-9.]+M$/) read = $i
		sub(".*/", "", $NF); printf "%s%s %s", sep, read, $NF; sep = "|" }'
}

are_rows() { # are_rows ROWS
	[[ $(rows) == "$1" ]]
}

@test "directories open and close, and a parent is the sum of what is in it" {
	tree_start 140 30 "$hotmon" --fs "$test_dir/fs" --group=dir -s rbytes -d 0.5
	expect "rows" "$(rows)" "10.0M fs"
	tui send-keys Right
	wait_until are_rows "10.0M fs|7.0M three|3.0M two" || fail "$(screen)"
	shows " ▾ $test_dir/fs$"
	shows ' {3}▸ two$'
	tui send-keys Down Down Enter
	wait_until are_rows "10.0M fs|7.0M three|3.0M two|2.0M chain|1.0M one" || fail "$(screen)"
	shows ' {5}▸ and/a/chain$'
	shows ' {7}one$'
	tui send-keys Up +
	wait_until are_rows "10.0M fs|7.0M three|4.0M four|3.0M three|3.0M two|2.0M chain|1.0M one" || fail "$(screen)"
	tui send-keys -
	wait_until are_rows "10.0M fs|7.0M three|3.0M two|2.0M chain|1.0M one" || fail "$(screen)"
	# left: to the directory that the row is in, then closes it
	tui send-keys Left
	wait_until is_cursor_at 1
	tui send-keys Left
	wait_until are_rows "10.0M fs" || fail "$(screen)"
}

@test "the cursor stays on its row when the order changes" {
	tree_start 140 30 "$hotmon" --fs "$test_dir/fs" --group=dir -s rbytes -d 0.2
	tui send-keys Right
	wait_until are_rows "10.0M fs|7.0M three|3.0M two" || fail "$(screen)"
	tui send-keys Down
	wait_until is_cursor_at 2
	dd if="$test_dir/fs/two/one" of=/dev/null bs=1M iflag=direct status=none
	for _ in 1 2 3 4; do
		dd if="$test_dir/fs/two/and/a/chain/two" of=/dev/null bs=1M iflag=direct status=none
	done
	wait_until are_rows "19.0M fs|12.0M two|7.0M three" || fail "$(screen)"
	is_cursor_at 3 || fail "$(tui capture-pane -pe)"
}

@test "Enter on a file of the tree opens its page, Esc goes back to it" {
	tree_start 140 30 "$hotmon" --fs "$test_dir/fs" --group=dir -s rbytes
	tui send-keys Right
	wait_until are_rows "10.0M fs|7.0M three|3.0M two" || fail "$(screen)"
	tui send-keys Down Right
	wait_until shows ' {7}four$' || fail "$(screen)"
	tui send-keys Down
	press Enter "^path     $test_dir/fs/three/four"
	press Escape '^rows 1-5 of 5'
	wait_until is_cursor_at 3
}

@test "in a pause a directory opens, too" {
	tree_start 140 30 "$hotmon" --fs "$test_dir/fs" --group=dir -s rbytes
	press Space '  PAUSED  '
	tui send-keys Right
	wait_until are_rows "10.0M fs|7.0M three|3.0M two" || fail "$(screen)"
	shows '  PAUSED  '
}

@test "the tree at 80x24 and 60x15, without UTF-8: no line is cut, and the marks are + and -" {
	local size
	files_make
	for size in "80 24" "60 15"; do
		# shellcheck disable=SC2086 # two words
		tui_open $size <<-EOT
			$(printf '%q ' env LC_ALL=C "$hotmon" --fs "$test_dir/fs" --group=dir -s rbytes)
		EOT
		wait_until shows '^hotmon  '
		read_files
		fs_cool fs
		read_files
		wait_until shows ' \+ .*/fs$' || fail "$(screen)"
		press Right ' - .*/fs$'
		shows '   \+ three$' || fail "$(screen)"
		! screen | sed '1,2d; /^rows/,$d' | grep -- '>$' || fail "$(screen)"
		tui send-keys Down
		press Right '     three$'
		tui send-keys q
		tui_close
		rm -f "$test_dir/over"
	done
}

@test "a report of --group=dir has no tree" {
	files_make
	hotmon_launch dirs -b --fs "$test_dir/fs" --group=dir -s rbytes 3600
	read_files
	hotmon_end dirs INT
	grep -q " $test_dir/fs/three$" "$test_dir/dirs.out"
	grep -q " $test_dir/fs/two$" "$test_dir/dirs.out"
	not grep -q ' 10.0M ' "$test_dir/dirs.out"
}
