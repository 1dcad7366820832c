# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2034,SC2154 # lib.bash
# Loaded after lib by tests that record heat.

# record_start [OPTION...]: starts a recording into $own, or $test_dir/x.
record_start() {
	local line fd fifo=$test_dir/record.err
	mkfifo "$fifo"
	"$hotmon" record -o "${own:-$test_dir/x}" "$@" 2>"$fifo" 3>&- &
	hotmon_pid[record]=$!
	defer hotmon_kill record
	exec {fd}<"$fifo"
	rm "$fifo"
	hotmon_err[record]=$fd
	while read -rt "$PATIENCE" -u "$fd" line; do
		[[ $line != Recording* ]] || return 0
		echo "$line"
	done
	fail "it does not record"
}

# record_end [SIGNAL]: ends it, with what it says in $test_dir/said.
record_end() {
	hotmon_end record "${1:-INT}" >"$test_dir/said"
	cat "$test_dir/said"
	expect "exit status" "$hotmon_status" 0
}
