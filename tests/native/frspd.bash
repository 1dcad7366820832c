# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2034,SC2154 # for the tests; lib.bash
# Loaded after lib and pins by tests of frspd. The daemon runs in the foreground, the test
# stands in for systemd: it takes the notifications, and makes the runtime directory. The
# configuration is below $test_dir/root.

# listen: takes the notifications, which go to $test_dir/notified
listen() {
	: >"$test_dir/notified"
	python3 "$native_dir/datagrams.py" "$test_dir/notify" "$test_dir/notified" 3>&- &
	defer kill $!
	wait_until test -S "$test_dir/notify"
}

told() { # told LINE: systemd was told this, which is a regular expression
	grep -qx "$1" "$test_dir/notified"
}

said() { # said REGEX: frspd has printed a line that matches
	grep -q "^frspd: $1" "$test_dir/frspd.err"
}

# A drop-in that others come after: the metrics are for the test, and soon there.
frspd_configure() {
	configure usr/lib/frsp/frspd.conf.d/00-test.conf <<-EOT
		[frspd]
		metrics = $test_dir/frsp.prom
		metrics_interval = 1
	EOT
}

# frspd_launch [ENVIRONMENT...]: starts frspd; sets frspd_pid. What it says is in
# $test_dir/frspd.err.
frspd_launch() {
	[[ -S $test_dir/notify ]] || listen
	mkdir -p "$test_dir/run"
	frspd_configure
	: >"$test_dir/notified"
	env -u JOURNAL_STREAM NOTIFY_SOCKET="$test_dir/notify" RUNTIME_DIRECTORY="$test_dir/run" \
		STATE_DIRECTORY="$test_dir/state" "$@" \
		"$frspd" --root="$test_dir/root" >"$test_dir/frspd.out" 2>"$test_dir/frspd.err" 3>&- &
	frspd_pid=$!
	defer frspd_kill $!
}

frspd_start() { # the same, and waits until frspd is ready
	frspd_launch "$@"
	wait_until told READY=1 || fail "not ready: $(cat "$test_dir/frspd.err")"
}

frspd_kill() { # frspd_kill PID; may be called when it has ended
	! kill -KILL "$1" 2>/dev/null || wait "$1" || :
	[[ ! -d $(echo "$pins"/v*/by-frspd) ]] || find "$pins" -depth -delete
}

# frspd_end [SIGNAL]: ends frspd, and sets status and milliseconds
frspd_end() {
	local start
	start=$(date +%s%N)
	kill "-${1:-TERM}" "$frspd_pid"
	status=0
	wait "$frspd_pid" || status=$?
	milliseconds=$((($(date +%s%N) - start) / 1000000))
}

# configure NAME: writes stdin to a file of the configuration
configure() {
	mkdir -p "$(dirname "$test_dir/root/$1")"
	cat >"$test_dir/root/$1"
}

is_locked() {
	local at
	for at in "$pins"/v*; do
		! flock -n "$at" true || return 1
	done
}

pinned_id() { # prints the id of the pinned program that counts
	bpftool -j link show pinned "$(echo "$pins"/v*/hot/hotmon_bio_queue)" | jq .prog_id
}

# attached_by PID: prints how many programs the process has attached itself
attached_by() {
	readlink "/proc/$1/fd/"* 2>/dev/null | grep -c bpf_link || :
}
