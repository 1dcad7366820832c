# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash
# Loaded after lib and tui by tests of what an operator sees first: hotmon without any option
# but --fs, on a terminal of 80x24.

# first_screen_open NAME [OPTION...]: shows the filesystem NAME until first_screen_close.
first_screen_open() {
	rm -f "$test_dir/over"
	tui_open 80 24 <<-EOT
		$(printf '%q ' "$hotmon" --fs "$test_dir/$1" "${@:2}") 2>'$test_dir/first_screen.err'
	EOT
	wait_until shows '^hotmon  [0-9:]{8}  ' || fail "$(cat "$test_dir/first_screen.err")"
}

first_screen_close() {
	tui_close
}

# The labels of metadata that the tests cause. In the column WHO are others in brackets.
metadata_label=' \[(journal|superblock|(block|inode) bitmaps|(space|inode) trees|inode tables|extent blocks|directories|xattrs|(other )?metadata)\] '

first_row() { # prints the first row of the table that is no row of metadata
	screen | sed '1,2d' | grep -Evm 1 "$metadata_label"
}

is_first_row() { # is_first_row REGEX
	[[ $(first_row) =~ $1 ]]
}

# who NAME: a regular expression for "NAME(PID)" in the column WHO
who() {
	echo "$1\\([0-9]+\\)"
}

# expect_first_file FILE PROCESS: the first row has the path that ends in FILE, and the process
# in the column WHO. Both are regular expressions. A path is cut in front if the terminal is too
# narrow for it, and a directory has the mark of the tree.
expect_first_file() {
	wait_until is_first_row " $2( \\+[0-9]+)? +(▸ )?[^ ]*$1 *\$" || fail "the first row is not $1 of $2:" "$(screen)"
}

# expect_first_range OFFSET FILE PROCESS: goes on to the ranges, and the first row is the part
# of the file at OFFSET, as hotmon writes it.
expect_first_range() {
	press Tab ' ranges by temp'
	wait_until is_first_row " $1 +$3( \\+[0-9]+)? +[^ ]*$2 *\$" || fail "the first row is not $1 of $2 of $3:" "$(screen)"
}
