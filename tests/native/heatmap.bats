#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # each test is a subshell; lib.bash
# Tests of hotmon heatmap: I/O at known offsets and times is in the cells that it belongs to.

load lib
load tui

# file_begin: a file of 16 MiB on a filesystem, of which nothing is in memory
file_begin() {
	fs_make fs ext4
	file_make "$test_dir/fs/data" 16
	fs_cool fs
}

# record_steps [COMMAND...]: records two reads, 1.5 s apart: of 3 MiB at 4 MiB, and of 2 MiB
# at 12 MiB, and between them a write of another file. The command is hotmon's, which must
# end by itself after 4 s.
record_steps() {
	"$hotmon" "$@" >"$test_dir/out" 2>"$test_dir/err" 3>&- &
	local pid=$! line=''
	: >>"$test_dir/err"
	for ((i = 0; i < PATIENCE * 10; i++)); do
		[[ $line != Recording* ]] || break
		read -r line <"$test_dir/err" || sleep 0.1
	done
	dd if="$test_dir/fs/data" of="$test_dir/null" bs=1M skip=4 count=3 iflag=direct status=none
	printf x >"$test_dir/fs/second"
	sync "$test_dir/fs/second"
	sleep 1.5
	dd if="$test_dir/fs/data" of="$test_dir/null" bs=1M skip=12 count=2 iflag=direct status=none
	wait "$pid"
}

# marked: the lines of the map in the output that have marks, from 0, and the column of the
# first one; 8 columns are for labels
marked() {
	LC_ALL=C awk '
		/^ *[^ ]* [|+]/ && !/ [+][+]-/ {
			if (match(substr($0, 10), /[^ ]/)) print n + 0, RSTART
			n++
		}' "$test_dir/out"
}

# svg_texts FILE: checks that it is SVG, and prints its texts
svg_texts() {
	python3 - "$1" <<-'END'
		import sys
		import xml.etree.ElementTree as tree
		root = tree.parse(sys.argv[1]).getroot()
		space = {"": "http://www.w3.org/2000/svg"}
		assert root.tag == "{%s}svg" % space[""]
		for text in root.findall("text", space):
		    print(text.text)
	END
}

@test "a map has I/O where and when it was" {
	file_begin
	LC_ALL=C record_steps heatmap "$test_dir/fs/data" 0.25 16
	cat "$test_dir/out"
	grep -q "^$test_dir/fs/data: I/Os by offset and time, [0-9]* % of all" "$test_dir/out"
	# 18 lines: each has a MiB
	expect "rows with I/O" "$(marked | cut -d" " -f1 | xargs)" "4 5 6 12 13"
	grep -qE '^ *0 \+' "$test_dir/out"
	grep -qE '^one cell: 0\.2[0-9]* s x 1\.0M; 0 s is 20' "$test_dir/out"
	# the second read is further right
	marked | cut -d' ' -f2 >"$test_dir/columns"
	(($(head -n 1 "$test_dir/columns") + 15 < $(tail -n 1 "$test_dir/columns"))) || fail "columns: $(xargs <"$test_dir/columns")"
}

@test "a map of a recording: of one file, of the hottest, as an image" {
	file_begin
	record_steps record -o "$test_dir/x" --fs "$test_dir/fs" 0.25 16
	run_program hotmon heatmap -i "$test_dir/x" "$test_dir/fs/data"
	expect "exit status" "$status" 0
	expect "lines" "$(wc -l <"$test_dir/out")" $((14 + 5))
	LC_ALL=C run_program hotmon heatmap -i "$test_dir/x" "$test_dir/fs/data"
	# the last I/O was at 14 MiB, and there are 14 lines
	expect "rows with I/O" "$(marked | cut -d" " -f1 | xargs)" "4 5 6 12 13"
	run_program hotmon heatmap -i "$test_dir/x" -o "$test_dir/x.svg"
	expect "exit status" "$status" 0
	expect "on stdout" "$(cat "$test_dir/out")" ""
	svg_texts "$test_dir/x.svg" >"$test_dir/texts"
	grep -q '^hottest files: I/Os by offset and time, ' "$test_dir/texts"
	grep -q '^0 to 14.0M, a row: 1.0M' "$test_dir/texts"
	grep -q '^time since 20' "$test_dir/texts"
	run_as_nobody hotmon heatmap -i "$test_dir/x"
	[[ $status = 1 ]] # the recording is its owner's
}

# disk_row PIECE: the row of the map, from 0, that the file's first byte at PIECE MiB is in
disk_row() {
	local row_mib
	row_mib=$(sed -n 's/^one cell: .* x \([0-9]*\)\.0M; .*/\1/p' "$test_dir/out")
	filefrag -b4096 -v "$test_dir/fs/data" |
		awk -v block="$(($1 * 256))" -v row="$((row_mib * 256))" '
			$1 ~ /^[0-9]+:$/ {
				gsub(/[.:]/, " ")
				if ($2 <= block && block <= $3) print int(($4 + block - $2) / row)
			}'
}

# bats test_tags=slow
@test "a map of a disk has I/O where the file is on it" {
	file_begin
	LC_ALL=C record_steps heatmap "$test_dir/fs" 0.25 16
	cat "$test_dir/out"
	filefrag -b4096 -v "$test_dir/fs/data"
	marked | cut -d' ' -f1 >"$test_dir/rows"
	grep -qx "$(disk_row 4)" "$test_dir/rows"
	grep -qx "$(disk_row 13)" "$test_dir/rows"
	grep -qE ' 0\.$' "$test_dir/out"
	tail -n 1 "$test_dir/out" | grep -q '^pieces per MiB: .*; tiers: 0 loop'
	# of a recording: only since the same boot
	record_steps record -o "$test_dir/x" --fs "$test_dir/fs" 0.25 16
	LC_ALL=C run_program hotmon heatmap -i "$test_dir/x" "$test_dir/fs"
	expect "exit status" "$status" 0
	marked | cut -d' ' -f1 >"$test_dir/rows"
	grep -qx "$(disk_row 4)" "$test_dir/rows"
	umount "$test_dir/fs"
	run_program hotmon heatmap -i "$test_dir/x" "$test_dir/fs"
	expect_error 1 'fs: where its files were on the disk is not in the recording'
}

@test "colours of a map: as many as the terminal has, and none if they are not wanted" {
	file_begin
	record_steps record -o "$test_dir/x" --fs "$test_dir/fs" 0.25 16
	COLORTERM=truecolor LC_ALL=C.UTF-8 run_program hotmon heatmap --color=always -i "$test_dir/x"
	grep -q $'\033\[48;2;' "$test_dir/out"
	COLORTERM='' TERM=xterm-256color LC_ALL=C.UTF-8 run_program hotmon heatmap --color=always -i "$test_dir/x"
	grep -q $'\033\[48;5;' "$test_dir/out"
	COLORTERM='' TERM=linux LC_ALL=C.UTF-8 run_program hotmon heatmap --color=always -i "$test_dir/x"
	! grep -q $'\033' "$test_dir/out" || fail "a terminal with 8 colours has none of these"
	grep -q '█' "$test_dir/out"
	LC_ALL=C run_program hotmon heatmap -i "$test_dir/x"
	! grep -q '[^ -~]' "$test_dir/out" || fail "not ASCII"
}

@test "what has no map: one line says why" {
	file_begin
	run_program hotmon heatmap "$test_dir/fs/data" 0.1 2
	expect "exit status" "$status" 1
	grep -q "data: no disk I/O in 0 s" "$test_dir/err"
	run_program hotmon heatmap -o "$test_dir/x.svg" "$test_dir/fs/data" 0.1 2
	expect "exit status" "$status" 1
	[[ ! -e $test_dir/x.svg ]]
	run_program hotmon heatmap -o "$test_dir/x.png"
	expect_error 2 'x.png: heatmap makes SVG images only'
	run_program hotmon heatmap -o "$test_dir/none/x.svg"
	expect_error 1 'none/x.svg: cannot write it: No such file or directory'
	run_program hotmon heatmap -i "$test_dir/fs/data"
	expect_error 1 'not a recording'
	run_program hotmon heatmap --ranges
	expect_error 2 'heatmap does not take "ranges"'
	run_program hotmon heatmap -i x 5
	expect_error 2 'heatmap -i does not take "INTERVAL"'
	run_program hotmon heatmap /srv 1 2 3
	expect_error 2 'unexpected argument "3"'
	"$hotmon" record -o "$test_dir/x" --fs "$test_dir/fs" 0.1 2 2>"$test_dir/err"
	# a picture that is there stays
	echo picture >"$test_dir/x.svg"
	run_program hotmon heatmap -i "$test_dir/x" -o "$test_dir/x.svg" /nothing
	expect_error 1 '/nothing: the recording .* has no I/O of it'
	expect "the image" "$(cat "$test_dir/x.svg")" picture
}
