# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2034,SC2154 # read by and from lib.bash and the tests
# Loaded by the tests of frsp-top, after lib.bash: runs frsp-top to its end, and drives its
# live view.

load tui

# --- programs that end -------------------------------------------------------

# run_top [ARG...]: sets status; the output goes to $test_dir/out and $test_dir/err.
run_top() {
	program=frsp-top
	status=0
	timeout "$PATIENCE" "$frsp_top" "$@" >"$test_dir/out" 2>"$test_dir/err" </dev/null || status=$?
}

# --- the terminal ------------------------------------------------------------

# top_start [VARIABLE=VALUE...] [OPTION...]: starts frsp-top in a terminal of 150x30. The
# session writes the terminal's modes to the files before and after, and frsp-top's exit
# status to status.
top_start() {
	local environment=(env)
	while [[ ${1:-} =~ ^[A-Z_]+= ]]; do
		environment+=("$1")
		shift
	done
	mkdir -p "$test_dir/cwd"
	tui_open 150 30 <<-EOT
		cd '$test_dir/cwd'
		stty -g >../before
		$(printf '%q ' "${environment[@]}" "$frsp_top" "$@") 2>../err
		echo \$? >../status
		stty -g >../after
	EOT
	wait_until shows '^frsp-top  [0-9:]{8} ' || fail "$(screen)" "$(cat "$test_dir/err")"
}

hides() { # hides REGEX: no line of the screen matches
	not shows "$1"
}

# Prints the number of the screen whose name is highlighted in the title.
screen_number() {
	tui capture-pane -pe | head -n 1 | sed -n 's/.*\x1b\[[0-9;]*7m\(\x1b[^m]*m\)* *\([1-9]\) .*/\2/p'
}

is_screen() { # is_screen NUMBER
	[[ $(screen_number) == "$1" ]]
}

# Prints the filesystems in the order of the overview, as names below $test_dir/.
overview() {
	screen | sed -n "/^filter/d; s|.* $test_dir/\([^ ]*\).*|\1|p" | paste -sd' '
}

is_overview() { # is_overview NAMES
	[[ $(overview) == "$1" ]]
}

# Prints the filesystem whose line is bold.
chosen() {
	tui capture-pane -pe | sed -n "s|^[^a-z]*\x1b\[[0-9;]*1m.* $test_dir/\([^ ]*\).*|\1|p"
}

is_chosen() { # is_chosen NAME
	[[ $(chosen) == "$1" ]]
}

# Prints the ids of the BPF programs that the process in the terminal has loaded.
top_programs() {
	sed -n 's/^prog_id:[[:space:]]*//p' /proc/"$(tui_pid)"/fdinfo/* 2>/dev/null | sort -nu
}

none_of() { # none_of ID_LIST: the kernel has none of these programs
	local id
	for id in $1; do
		! bpftool prog show id "$id" >/dev/null 2>&1 || return 1
	done
}
