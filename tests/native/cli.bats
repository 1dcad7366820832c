#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2016,SC2034,SC2030,SC2031,SC2154 # jq programs; each test is a subshell; lib.bash
# Tests of hotmon's command line: its output, its messages and its exit status.

load lib

@test "without privileges: exit status 4, and the capability by name" {
	run_as_nobody hotmon --once
	expect_error 4 CAP_BPF
}

@test "with all capabilities but one: it names that one only" {
	local capability
	for capability in sys_admin perfmon bpf; do
		status=0
		setpriv --bounding-set=-$capability "$hotmon" --once >"$test_dir/out" 2>"$test_dir/err" || status=$?
		expect_error 4 "CAP_${capability^^}"
		[[ $(grep -o 'CAP_[A-Z_]*' "$test_dir/err" | sort -u | wc -l) -eq 1 ]] || fail "it names others, too"
	done
}

@test "without /proc or /sys: what is to be mounted" {
	local command file
	for file in /proc /sys; do
		for command in "hotmon --once" "hotmon --self-test" "frsp-top --once" "frspctl status" "frspctl doctor"; do
			program=${command%% *} status=0
			unshare -m sh -c 'umount -l $1 && exec $2' - $file "${hotmon%/*}/$command" \
				>"$test_dir/out" 2>"$test_dir/err" || status=$?
			expect_error 3 "$file is not mounted"
		done
	done
}

@test "wrong usage: exit status 2" {
	local wrong
	while read -ra wrong; do
		echo "hotmon ${wrong[*]}"
		run_program hotmon "${wrong[@]}"
		expect_error 2 "${wrong[-1]}"
	done <<-'EOT'
		nonsense
		0
		-- -1
		1 0
		1 1.5
		1 x
		1 1 1
		-d x
		-n 0
		-n -1
		-r x
		-r -1
		-p x
		-p 0
		-p 1,
		-s nonsense
		-s +
		--memory 1
		--memory 1x
		--memory 0
		--half-life 0
		--half-life 1y
		--score nonsense
		--color sometimes
	EOT
}

@test "unknown options: exit status 2, and they are named" {
	local option
	for option in --nonsense -Z; do
		run_program hotmon $option
		expect_error 2 "${option#-}"
	done
}

@test "what does not exist: exit status 1, the name and what to do" {
	local wrong
	while read -ra wrong; do
		echo "hotmon ${wrong[*]}"
		run_program hotmon "${wrong[@]}" --once
		expect_error 1 "${wrong[1]}"
	done <<-'EOT'
		--fs /dev/nonsense
		--fs 255:4095
		--fs nonsense
		--fs /proc
		--fs /dev/null
		-D /nonsense
		-D /dev/null
		-c /sys/fs/cgroup/nonsense
		-c nonsense.service
		-p 2147483647
	EOT
}

@test "-s help lists the keys, each of which it takes" {
	local key
	run_program hotmon -s help
	expect "exit status" "$status" 0
	(($(wc -l <"$test_dir/out") >= 5)) || fail "few keys: $(cat "$test_dir/out")"
	while read -r key _; do
		"$hotmon" -s "$key" --version >/dev/null 2>"$test_dir/err" || fail "-s $key: $(cat "$test_dir/err")"
	done <"$test_dir/out"
}

@test "-s help, --help and --version need no privileges" {
	local option
	for option in '-s help' --help --version; do
		# shellcheck disable=SC2086 # an option and its value
		run_as_nobody hotmon $option
		expect "exit status" "$status" 0
		[[ -s $test_dir/out && ! -s $test_dir/err ]] || fail "$option: $(cat "$test_dir/err")"
	done
}

@test "--help shows each option of the contract" {
	local option
	run_program hotmon --help
	expect "exit status" "$status" 0
	for option in --json --ranges --fs --rows --pid --cgroup --directory --memory --sort --once --batch --version; do
		grep -qE -- "$option\b" "$test_dir/out" || fail "$option is not there"
	done
}

@test "--version is one line with the name and a number" {
	run_program hotmon --version
	expect "exit status" "$status" 0
	grep -qxE 'hotmon [0-9]+\.[0-9]+.*libbpf v?[0-9.]+.*' "$test_dir/out"
	expect "lines" "$(wc -l <"$test_dir/out")" 1
}

@test "a pipe gets no escape codes, even from a terminal with colours" {
	TERM=xterm-256color run_program hotmon 0.2 3
	expect "exit status" "$status" 0
	[[ -s $test_dir/out ]] || fail "no output"
	not grep -q $'\e' "$test_dir/out" "$test_dir/err"
}

@test "--color=always does colour, so the test above can fail" {
	fs_make fs ext4
	file_make "$test_dir/fs/data" 4
	fs_cool fs
	hotmon_launch color --color=always --once --fs "$test_dir/fs" 3600
	cat "$test_dir/fs/data" >/dev/null
	hotmon_end color INT
	grep -q $'\e' "$test_dir/color.out"
	grep -q "$test_dir/fs/data" "$test_dir/color.out"
}

@test "--once prints one report and ends" {
	run_program hotmon --once 0.2
	expect "exit status" "$status" 0
	expect "reports" "$(grep -c '^own cost' "$test_dir/out")" 1
	run_program hotmon --once --json 0.2
	expect "reports" "$(wc -l <"$test_dir/out")" 1
}

@test "INTERVAL and COUNT are kept" {
	local start=$EPOCHREALTIME
	run_program hotmon --json 0.3 4
	expect "exit status" "$status" 0
	expect "reports" "$(wc -l <"$test_dir/out")" 4
	((${EPOCHREALTIME/./} - ${start/./} >= 1200000)) || fail "ended too early"
	jq -e '.interval_ms >= 295 and .interval_ms < 2000' "$test_dir/out" >/dev/null
}

@test "each report comes when it is due, also to a pipe" {
	local line
	exec {fd}< <(exec timeout "$PATIENCE" "$hotmon" --json 0.2 2>/dev/null 3>&-)
	defer kill $!
	read -rt "$PATIENCE" -u "$fd" line
	jq -e .schema <<<"$line"
	read -rt "$PATIENCE" -u "$fd" line
	jq -e .schema <<<"$line"
}

@test "a reader that goes away ends it" {
	local -a statuses
	set +e
	timeout "$PATIENCE" "$hotmon" --json 0.1 2>/dev/null | head -n 1 >"$test_dir/out"
	statuses=("${PIPESTATUS[@]}")
	set -e
	expect "status of hotmon and head" "${statuses[*]}" "141 0"
	jq -e '.schema == "frsp.hotmon/1"' "$test_dir/out" >/dev/null
}

@test "a full disk is an error" {
	status=0
	timeout "$PATIENCE" "$hotmon" --json 0.1 2 >/dev/full 2>"$test_dir/err" || status=$?
	expect "exit status" "$status" 1
	grep -q '^hotmon: .*No space left' "$test_dir/err"
}

@test "a JSON report has each field of the contract, and the right types" {
	fs_make fs ext4
	file_make "$test_dir/fs/data" 4
	fs_cool fs
	hotmon_start fs --fs "$test_dir/fs"
	cat "$test_dir/fs/data" >/dev/null
	hotmon_stop fs
	report fs "$(cat <<-'EOT'
		def number: type == "number" and . >= 0;
		def whole: number and . == floor;
		def counts: all(.reads, .writes, .read_bytes, .write_bytes,
			.read_bytes_per_s, .write_bytes_per_s; whole) and
			all(.reads_per_s, .writes_per_s; number);
		def file: (.dev | test("^[0-9]+:[0-9]+$")) and (.fs_type | type == "string") and
			all(.ino, .gen, .ranges; whole) and (.path | type == "string" or . == null) and
			(.temperature | number) and counts;
		def range: file and all(.offset, .length; whole) and .offset % 1048576 == 0 and .length == 1048576;
		if (.schema == "frsp.hotmon/1" and (.ts | test("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(\\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})$"))
			and (.interval_ms | whole) and (.files | length == 1) and (.ranges | length == 4)
			and all(.files[]; file) and all(.ranges[]; range)
			and (.metadata | counts) and (.unattributed | counts) and (.dropped | whole)
			and (.overhead | all(.events, .run_ns, .map_bytes; whole))
			and .overhead.events > 0 and .overhead.map_bytes > 0 and .files[0].ranges == 4)
		then "good" else error("not as the contract has it") end
	EOT
	)"
}

@test "rates are the bytes of the interval by its length" {
	fs_make fs ext4
	file_make "$test_dir/fs/data" 4
	fs_cool fs
	hotmon_start fs --fs "$test_dir/fs"
	cat "$test_dir/fs/data" >/dev/null
	hotmon_stop fs
	report fs '.interval_ms as $ms | .files[0] | .read_bytes as $bytes | .read_bytes_per_s as $rate |
		if ($rate - 1) * ($ms - 0.5) < $bytes * 1000 and ($rate + 1) * ($ms + 0.5) > $bytes * 1000
		then "good" else error("\($bytes) bytes in \($ms) ms are not \($rate) a second") end'
}

@test "r/s are the operations of the interval by its length" {
	fs_make fs ext4
	file_make "$test_dir/fs/data" 4
	fs_cool fs
	hotmon_start fs --fs "$test_dir/fs" -s riops
	dd if="$test_dir/fs/data" of=/dev/null iflag=direct bs=4k status=none
	hotmon_stop fs
	report fs '.interval_ms as $ms | .files[0] | .reads_per_s as $rate |
		if .reads == 1024 and ($rate - 0.01) * ($ms - 0.5) < 1024000 and
			($rate + 0.01) * ($ms + 0.5) > 1024000 and .writes_per_s == 0
		then "good" else error("\(.reads) reads in \($ms) ms are not \($rate) a second") end'
}

@test "rates are those of the last interval, counts are since the start" {
	local line
	fs_make fs ext4
	file_make "$test_dir/fs/data" 4
	fs_cool fs
	exec {fd}< <(exec timeout "$PATIENCE" "$hotmon" --json --fs "$test_dir/fs" 0.2 2>/dev/null 3>&-)
	defer kill $!
	read -rt "$PATIENCE" -u "$fd" line
	cat "$test_dir/fs/data" >/dev/null
	for _ in {1..20}; do
		read -rt "$PATIENCE" -u "$fd" line
		! jq -e '.files[0] | .read_bytes == 4194304 and .read_bytes_per_s == 0' <<<"$line" || return 0
	done
	fail "the last report: $line"
}

@test "-r limits the rows, and the hottest come first" {
	local n
	fs_make fs ext4
	for n in 1 2 3; do
		file_make "$test_dir/fs/data$n" $n
	done
	fs_cool fs
	hotmon_start fs --fs "$test_dir/fs" -r 2 -s bytes
	hotmon_start heat --fs "$test_dir/fs" -r 1
	hotmon_start least --fs "$test_dir/fs" -r 1 -s +bytes
	cat "$test_dir"/fs/data* >/dev/null
	hotmon_stop fs
	hotmon_stop heat
	hotmon_stop least
	expect "files by bytes" "$(report fs '[.files[].path] | join(" ")')" "$test_dir/fs/data3 $test_dir/fs/data2"
	expect "ranges" "$(report fs '.ranges | length')" 2
	expect "the hottest" "$(report heat '.files[0].path')" "$test_dir/fs/data3"
	expect "the least" "$(report least '.files[0].path')" "$test_dir/fs/data1"
}
