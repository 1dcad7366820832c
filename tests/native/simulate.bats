#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2030,SC2031,SC2154 # each test is a subshell; lib.bash
# Tests of frspctl simulate, with a recording that is made up (recording.c).

load lib

schema=$BATS_TEST_DIRNAME/../../docs/frspctl.schema.json
recording=$BATS_TEST_DIRNAME/../../.output/native/recording

record() { # record [HOURS [PATH]]: makes $test_dir/x.frsp
	"$recording" "$test_dir/x.frsp" "$@"
}

settings() { # settings NAME LINE...: makes a file of settings with these lines in [policy]
	printf '%s\n' '[policy]' "${@:2}" >"$test_dir/$1"
}

score() { # score POLICY FILTER: of what --json printed
	jq -r ".policies[] | select(.policy == \"$1\") | $2" "$test_dir/out"
}

@test "the table has a line for each policy, and needs no root" {
	record
	chmod 755 "$test_dir"
	run_as_nobody frspctl simulate "$test_dir/x.frsp"
	expect "exit status" "$status" 0
	cat "$test_dir/out"
	expect "first line" "$(head -n 1 "$test_dir/out")" "367200 I/Os in 60 minutes, 401.0M of data in 401 ranges, 80.0M fast"
	expect "titles" "$(sed -n 2p "$test_dir/out" | tr -s ' ')" "POLICY FAST AT-END MOVED %/HOUR RANGES MOST WRITTEN LATENCY"
	expect "policies" "$(tail -n +3 "$test_dir/out" | awk '{ print $1 }' | paste -sd' ')" "defaults never lru 2013 perfect"
	expect "never" "$(grep '^never ' "$test_dir/out" | tr -s ' ')" "never 0.0% 0.0% 0 0.00 0 0 0 8.000ms"
	expect "perfect" "$(grep '^perfect ' "$test_dir/out" | awk '{ print $4 $5 $6 $7 $8 }')" -----
	run_program frspctl simulate --bytes "$test_dir/x.frsp"
	expect "bytes" "$(head -n 1 "$test_dir/out" | grep -o '[0-9]* fast')" "83886080 fast"
}

@test "it says the same each time" {
	record
	frspctl=$(path_of frspctl)
	"$frspctl" simulate "$test_dir/x.frsp" >"$test_dir/first"
	"$frspctl" simulate "$test_dir/x.frsp" | cmp - "$test_dir/first"
}

@test "the JSON is valid, and no document with one change is" {
	record
	settings b 'fast_size = 400M' 'budget = 100%'
	run_program frspctl simulate --json --policy "$test_dir/b" "$test_dir/x.frsp"
	expect "exit status" "$status" 0
	"$native_dir/validate.py" "$schema" <"$test_dir/out"
	"$native_dir/validate.py" --mutants "$schema" <"$test_dir/out"
	expect "I/Os" "$(jq .ios "$test_dir/out")" 367200
	expect "parts" "$(jq '.curve_part_s, (.policies[0].curve_pct | length)' "$test_dir/out" | paste -sd' ')" "60 60"
	# all of the file's ranges fit, so only what nobody can move is slow
	expect "perfect" "$(score perfect .fast_ios)" 360000
	expect "lru" "$(score lru '.cost.moves')" 400
	(($(score "$test_dir/b" .fast_ios) > 340000))
	(($(score lru .fast_ios) > 340000))
	expect "never" "$(score never '.fast_ios, .cost.bytes' | paste -sd' ')" "0 0"
}

@test "a policy holds its budget, and the pins of its file" {
	record 3 /srv/a/hot.db
	settings a 'budget = 2%'
	settings b 'budget = 0'
	settings c 'budget = 100%' '[pins]' 'none = /srv/a'
	settings d 'budget = 100%' '[pins]' 'slow = *' 'fast = *.db'
	run_program frspctl simulate --json --policy="$test_dir/"{a,b,c,d} "$test_dir/x.frsp"
	expect "exit status" "$status" 0
	expect "policies" "$(jq -r '[.policies[].policy | sub(".*/"; "")] | join(" ")' "$test_dir/out")" "a b c d never lru 2013 perfect"
	# 2 % of 401 MiB in each of three hours, the first of which has just begun
	(($(score "$test_dir/a" .cost.bytes) > 0 && $(score "$test_dir/a" .cost.bytes) <= 401 * 1048576 * 8 / 100))
	expect "without a budget" "$(score "$test_dir/b" .fast_ios)" 0
	expect "pinned to none" "$(score "$test_dir/c" .fast_ios)" 0
	(($(score "$test_dir/d" .cost.moves) >= 78)) # 80 MiB, less the reserve
}

@test "-o draws a line for each policy" {
	record 24
	settings '<&"' 'budget = 5%'
	run_program frspctl simulate -o "$test_dir/x.svg" --policy "$test_dir/<&\"" "$test_dir/x.frsp"
	expect "exit status" "$status" 0
	expect "lines in the table" "$(wc -l <"$test_dir/out")" 7
	python3 - "$test_dir/x.svg" "$test_dir/<&\"" <<-'END'
		import sys
		import xml.etree.ElementTree as tree
		root = tree.parse(sys.argv[1]).getroot()
		space = {"": "http://www.w3.org/2000/svg"}
		paths = [path.get("d") for path in root.findall("path", space)]
		texts = [text.text for text in root.findall("text", space)]
		assert len(paths) == 5 and all(path.startswith("M64.0 ") for path in paths), paths
		for name in [sys.argv[2], "never", "lru", "2013", "perfect", "100 %", "24 h"]:
		    assert name in texts, (name, texts)
	END
	run_program frspctl simulate -o "$test_dir/none/x.svg" "$test_dir/x.frsp"
	expect_error 1 'none/x.svg: cannot write it: No such file or directory'
	run_program frspctl simulate -o /dev/full "$test_dir/x.frsp"
	expect_error 1 '/dev/full: cannot write it: No space left on device'
}

@test "a wrong file of settings: the line, and what to do" {
	record
	settings a 'budget = 2%' 'rates = 5M'
	run_program frspctl simulate --policy "$test_dir/a" "$test_dir/x.frsp"
	expect_error 1 "$test_dir/a:3: no setting \"rates\""
	settings a 'hysteresis = 5'
	run_program frspctl simulate --policy "$test_dir/a" "$test_dir/x.frsp"
	expect_error 1 "$test_dir/a:2: hysteresis: \"5\" is no such value"
	run_program frspctl simulate --policy "$test_dir/none" "$test_dir/x.frsp"
	expect_error 1 "$test_dir/none: No such file or directory"
	run_program frspctl simulate --policy "$test_dir" "$test_dir/x.frsp"
	expect_error 1 "$test_dir: Is a directory"
	# the example
	run_program frspctl simulate --policy "$native_dir/../../docs/policy.conf" "$test_dir/x.frsp"
	expect "exit status" "$status" 0
}

@test "what is no recording, or a damaged one" {
	local size
	run_program frspctl simulate "$test_dir/none"
	expect_error 1 none
	echo x >"$test_dir/text"
	run_program frspctl simulate "$test_dir/text"
	expect_error 1 text
	record 0
	run_program frspctl simulate "$test_dir/x.frsp"
	expect_error 1 'x.frsp: it has no I/O'
	# the last chunk is cut off
	record 24
	size=$(stat -c %s "$test_dir/x.frsp")
	truncate -s $((size - 10)) "$test_dir/x.frsp"
	run_program frspctl simulate "$test_dir/x.frsp"
	cat "$test_dir/out" "$test_dir/err"
	expect "exit status" "$status" 0
	expect "lines on stderr" "$(wc -l <"$test_dir/err")" 1
	grep -q 'x.frsp' "$test_dir/err"
	printf XXXX | dd of="$test_dir/x.frsp" bs=1 seek=200 conv=notrunc status=none
	run_program frspctl simulate "$test_dir/x.frsp"
	expect_error 1 x.frsp
}

@test "a recording of hotmon's is played" {
	fs_make fs ext4
	file_make "$test_dir/fs/data" 8
	fs_cool fs
	"$hotmon" record -o "$test_dir/x.frsp" --fs "$test_dir/fs" 1 5 >"$test_dir/rec" 2>&1 3>&- &
	wait_until grep -q Recording "$test_dir/rec"
	dd if="$test_dir/fs/data" of=/dev/null bs=4k iflag=direct status=none
	wait "$!"
	run_program frspctl simulate --json "$test_dir/x.frsp"
	cat "$test_dir/rec" "$test_dir/err"
	expect "exit status" "$status" 0
	(($(jq .ranges "$test_dir/out") >= 8 && $(jq .ios "$test_dir/out") >= 2048))
	(($(score perfect .fast_ios) > 0))
}
