#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # each test is a subshell; lib.bash
# Tests of frspd's metrics by HTTP. The test stands in for systemd, which listens.

load lib
load pins
load frspd

# frspd_listens: starts frspd with a socket that listens on a free port of loopback; sets
# port
frspd_listens() {
	cat >"$test_dir/listen.py" <<-'EOT'
		import os, socket, sys
		listener = socket.socket()
		listener.bind(("127.0.0.1", 0))
		listener.listen(128)
		open(sys.argv[1], "w").write(str(listener.getsockname()[1]))
		if listener.fileno() != 3:
		    os.dup2(listener.fileno(), 3)
		os.set_inheritable(3, True)
		os.environ["LISTEN_FDS"] = "1"
		os.environ["LISTEN_PID"] = str(os.getpid())
		os.execv(sys.argv[2], sys.argv[2:])
	EOT
	printf '#!/bin/sh\nexec python3 "%s" "%s" "%s" "$@" 3>&-\n' "$test_dir/listen.py" "$test_dir/port" "$frspd" >"$test_dir/frspd"
	chmod 755 "$test_dir/frspd"
	frspd=$test_dir/frspd
	frspd_start
	port=$(cat "$test_dir/port")
}

# get PATH [OPTION...]: the reply is in $test_dir/reply, its head in $test_dir/head
get() {
	curl -sS --max-time 10 -D "$test_dir/head" -o "$test_dir/reply" "${@:2}" "http://127.0.0.1:$port$1"
	tr -d '\r' <"$test_dir/head" | head -n 1 >"$test_dir/status_line"
}

is_status() { # is_status TEXT
	expect "status" "$(cat "$test_dir/status_line")" "HTTP/1.1 $1"
}

# without values, which change
names() {
	sed 's/ [^ ]*$//' "$1"
}

@test "GET /metrics: the same as in the file" {
	fs_make fs ext4
	frspd_listens
	wait_until test -s "$test_dir/frsp.prom"
	get /metrics
	is_status "200 OK"
	grep -qix 'content-type: text/plain; version=0.0.4; charset=utf-8' <(tr -d '\r' <"$test_dir/head")
	diff -u <(names "$test_dir/frsp.prom") <(names "$test_dir/reply")
	grep -q "^frspd_filesystem_info{fs=\"${loop_of[fs]#/dev/}\"," "$test_dir/reply"
	expect "length" "$(sed -n 's/^[Cc]ontent-[Ll]ength: //p' "$test_dir/head" | tr -d '\r')" "$(stat -c %s "$test_dir/reply")"
	get '/metrics?collect[]=x'
	is_status "200 OK"
	frspd_end
	expect "exit status" "$status" 0
	not curl -s --max-time 2 "http://127.0.0.1:$port/metrics"
}

@test "off: without a socket frspd listens on no port" {
	frspd_start
	expect "sockets of the network" "$(ss -Hltnp | grep -c "pid=$frspd_pid," || :)" 0
}

@test "other requests: a status that says so, and nothing else" {
	frspd_listens
	get /metrics -I
	is_status "200 OK"
	get /
	is_status "404 Not Found"
	get /metrics -X POST -d x
	is_status "405 Method Not Allowed"
	get /metrics -H "X: $(head -c 5000 /dev/zero | tr '\0' x)" || :
	is_status "431 Request Header Fields Too Large"
	exec 5<>"/dev/tcp/127.0.0.1/$port"
	printf 'nonsense\r\n\r\n' >&5
	timeout 5 cat <&5 >"$test_dir/reply"
	exec 5>&-
	grep -q '^HTTP/1.1 400 Bad Request' "$test_dir/reply" || fail "$(cat "$test_dir/reply")"
}

@test "1000 clients, garbage and those that send nothing delay nobody" {
	frspd_listens
	python3 - "$port" <<-'EOT'
		import random, socket, sys
		port, dice, held = int(sys.argv[1]), random.Random(7), []
		for i in range(1000):
		    peer = socket.create_connection(("127.0.0.1", port), timeout=10)
		    try:
		        peer.sendall(dice.randbytes(dice.randrange(1, 6000)) if i % 2 else b"GET /metr")
		    except OSError:
		        pass
		    held.append(peer) if i % 10 == 0 else peer.close()
		for peer in held:  # all are hung up on: at once, or after 5 s
		    try:
		        while peer.recv(4096):
		            pass
		    except ConnectionResetError:
		        pass
	EOT
	get /metrics
	is_status "200 OK"
	"$frspctl" daemon >/dev/null
	frspd_end
	expect "exit status" "$status" 0
}

@test "promtool finds nothing wrong with the metrics" {
	type promtool >/dev/null 2>&1 || skip "no promtool: it is in Debian's package prometheus"
	fs_make fs ext4
	frspd_start
	wait_until test -s "$test_dir/frsp.prom"
	promtool check metrics <"$test_dir/frsp.prom"
}
