# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash
# Loaded by the tests of frsp-top --json, after lib: runs frsp-top in the background, and
# traces ext4's events.

# --- frsp-top in the background ------------------------------------------------

# top_start [ARG...]: starts a frsp-top that reports each 0.2 s to $test_dir/top; returns
# when its programs are attached.
top_start() {
	"$frsp_top" --json --delay 0.2 "$@" >"$test_dir/top" 2>"$test_dir/top.err" 3>&- &
	top_pid=$!
	defer top_stop
	wait_until top_is_settled
	kill -0 "$top_pid" || fail "$(cat "$test_dir/top.err")"
}

top_is_settled() { # frsp-top has attached its programs, or has ended
	grep -q ^Tracing "$test_dir/top.err" || not kill -0 "$top_pid" 2>/dev/null
}

top_stop() { # may be called twice
	[[ -n $top_pid ]] || return 0
	kill "$top_pid"
	wait "$top_pid" || fail "frsp-top ended with $?"
	top_pid=
}

top_has() { # top_has NUMBER: there are as many reports, or more
	(($(wc -l <"$test_dir/top") >= $1))
}

# Puts a report whose interval began after this call into $test_dir/top.json. That is the
# second of the next reports; the first one may have begun before.
top_sample() {
	wait_until top_has $(($(wc -l <"$test_dir/top") + 2))
	tail -n 1 "$test_dir/top" >"$test_dir/top.json"
	expect "lost" "$(jq .lost "$test_dir/top.json")" 0
}

# top NAME FILTER: prints what FILTER selects for the filesystem at $test_dir/NAME in that
# report
top() {
	jq -r --arg mount "$test_dir/$1" ".filesystems[] | select(.mount == \$mount) | $2" "$test_dir/top.json"
}

top_lacks() { # top_lacks NAME: the latest report has no such filesystem
	tail -n 1 "$test_dir/top" | jq -e --arg mount "$test_dir/$1" 'all(.filesystems[]; .mount != $mount)' >/dev/null
}

# --- the kernel's trace --------------------------------------------------------

# events_start NAME EVENT...: starts a trace of these events of ext4 for the filesystem at
# $test_dir/NAME
events_start() {
	local event
	tracefs_find
	trace=$tracefs/instances/frsp.$BASHPID.$BATS_TEST_NUMBER
	mkdir "$trace"
	defer trace_remove
	echo 16384 >"$trace/buffer_size_kb"
	for event in "${@:2}"; do
		event=$trace/events/ext4/$event
		echo "dev == $(($(stat -c '(%Hr << 20) + %Lr' "${loop_of[$1]}")))" >"$event/filter"
		echo 1 >"$event/enable"
	done
}

events_stop() { # puts lines "PID SECONDS EVENT: ..." into $test_dir/events
	echo 0 >"$trace/events/enable"
	awk '/entries-in-buffer/ { split($3, n, "/"); exit n[1] != n[2] }' "$trace/trace" ||
		fail "the trace lost events"
	sed -n 's/^.*-\([0-9]*\) *\[[0-9]*\] [^ ]* *\([0-9.]*\): \(ext4_.*\)/\1 \2 \3/p' \
		"$trace/trace" >"$test_dir/events"
	trace_remove
}
