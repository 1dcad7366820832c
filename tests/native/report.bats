#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # each test is a subshell; program, for expect_error; lib.bash
# Tests of frspctl report, and of what frspctl doctor says about frspd.

load lib
load pins
load frspd

report() { # makes a report, and unpacks it in $test_dir/report
	run_program frspctl report -o "$test_dir/report.tar.gz"
	expect "exit status" "$status" 0
	mkdir "$test_dir/report"
	tar -xzf "$test_dir/report.tar.gz" -C "$test_dir/report" --strip-components=1
}

@test "a report has what it says, and is never written over another file" {
	local name
	report
	expect "mode" "$(stat -c %a "$test_dir/report.tar.gz")" 600
	sed -n 's/^  \([a-z.]*\) .*/\1/p' "$test_dir/out" | sort >"$test_dir/said"
	(($(wc -l <"$test_dir/said") == 7))
	find "$test_dir/report" -type f -not -name README -printf '%f\n' | sort | diff -u "$test_dir/said" -
	while read -r name; do
		grep -q "^$name " "$test_dir/report/README" || fail "no $name in README"
	done <"$test_dir/said"
	for name in doctor config; do
		jq -e .schema "$test_dir/report/$name.json"
	done
	grep -q "^Linux $(uname -r) " "$test_dir/report/versions.txt"
	program=frspctl
	run_program frspctl report -o "$test_dir/report.tar.gz"
	expect_error 1 'File exists'
	tar -tzf "$test_dir/report.tar.gz" >/dev/null
	expect "left behind" "$(find "${TMPDIR:-/tmp}" -maxdepth 1 -name 'frsp-report.*' -newer "$test_dir/out" 2>/dev/null)" ""
}

@test "a report has no names of hosts, mounts, volumes and filesystems" {
	local uuid
	fs_make fs ext4
	uuid=$(blkid -p -o value -s UUID "${loop_of[fs]}")
	frspd_start
	report
	jq -e '.filesystems | length > 0' "$test_dir/report/frspd.json"
	# the device that the kernel named is there, and the same digits for the same path
	grep -q "\"${loop_of[fs]#/dev/}\"" "$test_dir/report/frspd.json" || fail "$(cat "$test_dir/report/frspd.json")"
	for name in "$(uname -n)" "$test_dir" "$uuid" "$(cat /proc/sys/kernel/random/boot_id)"; do
		grep -rF -- "$name" "$test_dir/report" && fail "it has $name"
	done
	grep -qE '"mount":"/<[0-9a-f]{8}>/' "$test_dir/report/frspd.json" || fail "$(cat "$test_dir/report/frspd.json")"
}

# checks: prints what the doctor says about frspd
checks() {
	"$frspctl" --json doctor | jq -r '.findings[] | select(.check | startswith("frspd")) | "\(.check) \(.verdict) \(.text)"'
}

@test "the doctor knows frspd: it runs, its programs, its configuration" {
	[[ -e /usr/sbin/frspd || -e /usr/local/sbin/frspd ]] || expect "without frspd" "$(checks)" ""
	frspd_start
	checks >"$test_dir/checks"
	grep -qE '^frspd OK runs, and observes [0-9]+ filesystem' "$test_dir/checks" || fail "$(cat "$test_dir/checks")"
	grep -qx 'frspd-config OK can be used' "$test_dir/checks"
	grep -qx 'frspd-programs OK pinned, and its own' "$test_dir/checks"
}
