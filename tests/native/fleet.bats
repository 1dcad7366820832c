#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # jq's; each test is a subshell; lib.bash
# Tests of what docs/ has for a fleet: the alerts and the dashboard name metrics that there
# are, and fleet.md counts series as frspd writes them.

load lib
load pins
load frspd

docs=$BATS_TEST_DIRNAME/../../docs
counters=$BATS_TEST_DIRNAME/../../kmod/uapi/counters.h

# Prints the metrics of the manual: those that it names, and for "all other counters and
# numbers" those of the module.
metrics() {
	sed -n '/^# METRICS$/,/^# /p' "$docs/frspd.8.scd" | grep '^\*frsp' | grep -oE '\*frspd?_[a-z_]+\*' | tr -d '*' | grep -v NAME
	sed -n 's/^\tcounter(\([a-z_]*\)).*/frsp_\1_total/p; s/^\tgauge(\([a-z_]*\)).*/frsp_\1/p' "$counters"
}

# Prints the metrics that the file names, of ours and of others.
used() {
	grep -oE '\b(frspd?|node)_[a-z_]+' "$1" | grep -vx frsp_escache | sort -u
}

@test "the alerts and the dashboard name only metrics that there are" {
	local file n
	metrics | sort -u >"$test_dir/there"
	(($(wc -l <"$test_dir/there") >= 40)) || fail "$(cat "$test_dir/there")"
	for file in frsp-alerts.yml grafana-frsp.json; do
		used "$docs/$file" | grep -vx node_textfile_mtime_seconds >"$test_dir/used"
		n=$(wc -l <"$test_dir/used")
		((n >= 10)) || fail "only $n in $file"
		expect "not in the manual, in $file" "$(comm -23 "$test_dir/used" "$test_dir/there")" ""
	done
}

@test "a metric that is not there is seen, so the test above can fail" {
	metrics | sort -u >"$test_dir/there"
	echo 'expr: rate(frspd_moons_total[5m])' >"$test_dir/rules"
	expect "seen" "$(comm -23 <(used "$test_dir/rules") "$test_dir/there")" frspd_moons_total
}

@test "the alerts are well-formed, and each says what it means and what to do" {
	python3 - "$docs/frsp-alerts.yml" <<-'EOT'
		import sys, yaml
		rules = [rule for group in yaml.safe_load(open(sys.argv[1]))["groups"] for rule in group["rules"]]
		names = [rule["alert"] for rule in rules]
		assert len(rules) >= 10 and len(set(names)) == len(names), names
		for rule in rules:
		    assert rule["expr"] and rule["labels"]["severity"] in ("critical", "warning", "info"), rule
		    assert rule["annotations"]["summary"] and rule["annotations"]["description"].endswith("."), rule
	EOT
}

@test "promtool finds nothing wrong with the alerts" {
	type promtool >/dev/null 2>&1 || skip "no promtool: it is in Debian's package prometheus"
	promtool check rules "$docs/frsp-alerts.yml"
}

@test "the dashboard is one: panels with titles and queries, that do not overlap" {
	jq -e '[.panels[] | select(.type != "row")] | length >= 12 and all(.title != "" and .description != "" and (.targets | length) > 0 and all(.targets[]; .expr != "" and .refId != null))' \
		"$docs/grafana-frsp.json"
	expect "ids twice" "$(jq '.panels | group_by(.id)[] | select(length > 1)' "$docs/grafana-frsp.json")" ""
	expect "two at one place" "$(jq -c '[.panels[] | .gridPos as $g | range($g.x; $g.x + $g.w) as $x | range($g.y; $g.y + $g.h) as $y | [$x, $y]] | group_by(.)[] | select(length > 1)' \
		"$docs/grafana-frsp.json")" ""
	expect "too wide" "$(jq '.panels[].gridPos | select(.x + .w > 24)' "$docs/grafana-frsp.json")" ""
}

series() { # series REGEX: counts them in the file of the metrics
	grep -v '^#' "$test_dir/frsp.prom" | grep -cE "$1" || :
}

@test "fleet.md and the manual count the series of a real file" {
	local host fs n
	fs_make one ext4
	fs_make two ext4
	frspd_start
	wait_until grep -qF "{fs=\"${loop_of[two]#/dev/}\"" "$test_dir/frsp.prom"
	read -r host fs < <(sed -n 's/^| a host | \([0-9]*\) |$/\1/p; s/^| each mounted ext4.*| \([0-9]*\) |$/\1/p' "$docs/fleet.md" | paste -sd' ')
	grep -q "A machine has $host series, a filesystem $fs, and" <(tr '\n' ' ' <"$docs/frspd.8.scd")
	for n in one two; do
		# those of frsp.ko come to these
		expect "of a filesystem" "$(grep -vE '^frsp_[a-z_]+{' "$test_dir/frsp.prom" | grep -c "fs=\"${loop_of[$n]#/dev/}\"")" 1
		expect "of its cache of extents" "$(series "^frsp_escache_.*fs=\"${loop_of[$n]#/dev/}\"")" $((fs - 1))
	done
	expect "of the host" "$(series '^frspd?_[a-z_]+ |^frsp_build_info')" "$host"
	# the module's: a line for each number
	n=$(grep -cP '^\t(counter|gauge)\(' "$BATS_TEST_DIRNAME/../../kmod/uapi/counters.h")
	expect "of frsp.ko" "$(sed -n 's/^| the same, if frsp.ko.*| \([0-9]*\) more |$/\1/p' "$docs/fleet.md")" $((n + 5))
	# and the sums
	grep -q "| $((host + 4 * fs)),000 |" "$docs/fleet.md"
	grep -q "| $((host + 4 * (fs + n + 5))),000 |" "$docs/fleet.md"
}

@test "what fleet.md says to run, runs" {
	mkdir -p "$test_dir/root/etc/frsp/frspd.conf.d"
	sed -n '/# 60-role.conf/,/^$/p' "$docs/fleet.md" | sed 's/^    //' >"$test_dir/root/etc/frsp/frspd.conf.d/60-role.conf"
	grep -q '^escache = advise$' "$test_dir/root/etc/frsp/frspd.conf.d/60-role.conf"
	run_program frspd --check-config --root="$test_dir/root"
	expect "output" "$(cat "$test_dir/out")" "the configuration can be used: 1 file, 0 warnings"
	run_program frspctl --json config show --root="$test_dir/root"
	expect "exit status" "$status" 0
}
