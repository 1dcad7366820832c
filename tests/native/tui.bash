# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash
# Loaded by the tests of live views, after lib: starts a program in a terminal of tmux,
# sends keys and reads the screen.

# tui COMMAND...: runs a command of tmux; each test has its own tmux server
tui() {
	tmux -S "$test_dir/tmux" -f /dev/null "$@"
}

# tui_open COLUMNS LINES <SCRIPT: opens a terminal that runs the script. The terminal stays
# open when the script has ended.
tui_open() {
	cat - >"$test_dir/session"
	echo "touch '$test_dir/over'; exec cat" >>"$test_dir/session"
	LC_ALL=C.UTF-8 tui -u new-session -d -x "$1" -y "$2" bash "$test_dir/session" 3>&-
	defer tui_close
}

tui_close() { # may be called twice
	! tui list-sessions >/dev/null 2>&1 || tui kill-server
	wait_until not tui list-sessions >/dev/null 2>&1
}

tui_pid() { # prints the process id of the program in the terminal
	pgrep -P "$(tui display-message -p '#{pane_pid}')"
}

screen() {
	tui capture-pane -p
}

title() {
	screen | head -n 1
}

# Prints the second line, the titles of the columns, with a blank between two.
heads() {
	screen | sed -n '2{ s/  */ /g; s/^ //; p; }'
}

# Prints the line between the rows and the summary of hotmon.
status_line() {
	screen | sed -n '/^metadata /q; p' | tail -n 1
}

# Prints the row, from 1, that is shown in reverse. tmux prints a colour or style only where
# it changes, also from line to line.
cursor_row() {
	tui capture-pane -pe | awk '{
		first = 1
		while (length($0)) {
			if (match($0, /^\033\[[0-9;]*m/)) {
				n = split(substr($0, 3, RLENGTH - 3), codes, ";")
				for (i = 1; i <= n; i++) {
					if (codes[i] == 7) reverse = 1
					else if (codes[i] == 0 || codes[i] == 27) reverse = 0
				}
				$0 = substr($0, RLENGTH + 1)
				continue
			}
			if (first && reverse && NR > 2) rows = rows " " NR - 2
			first = 0
			$0 = substr($0, 2)
		}
	}
	END { print substr(rows, 2) }'
}

is_cursor_at() { # is_cursor_at ROW
	[[ $(cursor_row) == "$1" ]]
}

shows() { # shows REGEX: a line of the screen matches
	screen | grep -E -- "$1" >/dev/null
}

# press KEY REGEX: presses KEY and waits for a line that matches
press() {
	tui send-keys "$1"
	wait_until shows "$2" || fail "$1 does not bring '$2':" "$(screen)"
}

is_over() {
	[[ -e $test_dir/over ]]
}

# expect_restored STATUS: the script has ended, the program's exit status is STATUS, and the
# terminal is in the state before.
expect_restored() {
	wait_until is_over || fail "$(screen)"
	expect "status" "$(cat "$test_dir/status")" "$1"
	expect "modes of the terminal" "$(cat "$test_dir/after")" "$(cat "$test_dir/before")"
	expect "alternate screen, cursor" "$(tui display-message -p '#{alternate_on} #{cursor_flag}')" "0 1"
}
