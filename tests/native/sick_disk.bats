#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2030,SC2031,SC2154 # each test is a subshell; lib.bash
# frspctl defrag on a disk that reads or writes some of its blocks no more (slow_fuse.py below a
# loop device): the file keeps its data, no space is lost, and the error says what failed.

load lib
load disks.bash

# sick_make: the filesystem "a", with the files x, y and z of 2 MiB in 32 extents each. From now
# on, the lines in $test_dir/bad are parts of the disk that fail.
sick_make() {
	echo "frsp-test: expect (EXT4-fs error|Aborting journal|Remounting filesystem|JBD2: .*[Ee]rror|Delayed block allocation|This should not)" >/dev/kmsg || :
	slow_disk a 0 0 0 "$test_dir/bad"
	fs_format "${loop_of[a]}" ext4
	fs_mount a "${loop_of[a]}"
	[[ ! -e /sys/module/frsp ]] || echo 0 >"/sys/fs/ext4/${loop_of[a]#/dev/}/freespace_tree"
	"$native_dir/fragment.py" 32 65536 "$test_dir"/a/{x,y,z}
	(cd "$test_dir/a" && sha256sum x y z) >"$test_dir/sums"
	fs_cool a
	free=$(stat -f -c %f "$test_dir/a")
	mkfs_free=$(dumpe2fs "${loop_of[a]}" 2>/dev/null | sed -n 's/^  Free blocks: //p')
}

# heal: the disk is well again. All is as before, after what recovery there has to be.
heal() {
	rm "$test_dir/bad"
	fs_umount a
	fs_mount a "${loop_of[a]}"
	(cd "$test_dir/a" && sha256sum --quiet -c "$test_dir/sums")
	(($(stat -f -c %f "$test_dir/a") >= free)) || fail "free blocks: $free before, $(stat -f -c %f "$test_dir/a") now"
	expect "files" "$(ls -A "$test_dir/a")" $'lost+found\nx\ny\nz'
	fs_umount a
	e2fsck -fn "${loop_of[a]}" >"$test_dir/fsck" 2>&1 || fail "$(cat "$test_dir/fsck")"
}

# block_of FILE N: the byte of the disk where the file's Nth block is
block_of() {
	filefrag -v "$1" | tr -d '.:' | awk -v n="$2" '
		$1 ~ /^[0-9]+$/ && $2 <= n && n <= $3 { printf "%.0f\n", ($4 + n - $2) * 4096 }'
}

# places_of FILE: prints lines "OFFSET PLACE BYTES" of its extents
places_of() {
	filefrag -v "$1" | tr -d '.:' | awk '$1 ~ /^[0-9]+$/ { printf "%.0f %.0f %.0f\n", $2 * 4096, $4 * 4096, $6 * 4096 }'
}

defrag() {
	run_program frspctl defrag --rate 0 --keep-free 0 "$@"
	cat "$test_dir/out" "$test_dir/err"
}

extents_of() { # extents_of FILE
	filefrag "$1" | sed -n 's/.*: \([0-9]*\) extents\? found/\1/p'
}

@test "a block that cannot be read: that file is given up, with the cause, and the others are moved" {
	local at
	sick_make
	at=$(block_of "$test_dir/a/y" 300)
	echo "read $at $((at + 4096))" >"$test_dir/bad"
	defrag "$test_dir/a"
	expect "exit status" "$status" 1
	grep -q "^frspctl: $test_dir/a/y: cannot read it: Input/output error$" "$test_dir/err"
	expect "errors" "$(grep -c '^frspctl: ' "$test_dir/err")" 1
	expect "extents" "$(extents_of "$test_dir/a/x") $(extents_of "$test_dir/a/z")" "1 1"
	heal
}

# free_bytes: prints lines "START END" of the disk's bytes that were free
free_bytes() {
	tr -d ' ' <<<"$mkfs_free" | tr , '\n' | awk -F- 'NF { printf "%.0f %.0f\n", $1 * 4096, ($NF + 1) * 4096 }'
}

@test "new blocks that cannot be written: the data go back to the old ones" {
	sick_make
	filefrag -v "$test_dir/a/x" >"$test_dir/before"
	free_bytes | sed 's/^/write /' >"$test_dir/bad"
	defrag "$test_dir/a/x"
	expect "exit status" "$status" 1
	grep -q "^frspctl: $test_dir/a/x: .*; it was moved back: Input/output error$" "$test_dir/err"
	filefrag -v "$test_dir/a/x" | diff -u "$test_dir/before" -
	heal
}

# journal_bytes: prints lines "START END" of the journal
journal_bytes() {
	debugfs -R 'blocks <8>' "${loop_of[a]}" 2>/dev/null | tr ' ' '\n' |
		awk 'NF { printf "%.0f %.0f\n", $1 * 4096, ($1 + 1) * 4096 }'
}

# nth_call PATTERN CALL: the number of the first call with the name CALL in $test_dir/trace from the
# first line with PATTERN on, counted from 1
nth_call() {
	awk -v pattern="$1" -v call="$2(" '
		index($0, call) { n++ }
		$0 ~ pattern { found = 1 }
		found && index($0, call) { print n; exit }' "$test_dir/trace"
}

# strace(1) lets the calls fail that write the new blocks and exchange them back. z is moved
# first, to count the calls until then; x has as many.
@test "new blocks that cannot be written, and no way back: the old blocks are kept" {
	local exchange='EXT4_IOC_MOVE_EXT|0x66, 0xf' exchange_n flush_n kept device
	type -P strace >"$test_dir/log" || skip "needs strace"
	sick_make
	device=${loop_of[a]}
	strace -o "$test_dir/trace" -e trace=ioctl,sync_file_range "$frspctl" defrag --json --rate 0 --keep-free 0 "$test_dir/a/z" >"$test_dir/out"
	exchange_n=$(nth_call "$exchange" ioctl)
	flush_n=$(nth_call "$exchange" sync_file_range)
	places_of "$test_dir/a/x" >"$test_dir/before"
	status=0
	# of the ioctls after the exchange, each second one is the look where the file is
	strace -o "$test_dir/trace" -e trace=ioctl,sync_file_range -e inject=sync_file_range:error=EIO:when="$flush_n" \
		-e inject=ioctl:error=EIO:when="$((exchange_n + 2))..$((exchange_n + 10))+2" \
		"$frspctl" defrag --json --rate 0 --keep-free 0 "$test_dir/a/x" >"$test_dir/out" 2>"$test_dir/err" || status=$?
	cat "$test_dir/out" "$test_dir/err"
	expect "exit status" "$status" 1
	expect "exchanges back that failed" "$(grep -E "$exchange" "$test_dir/trace" | grep -c INJECTED)" 5
	expect "outcome" "$(jq -r 'select(.path) | .outcome + " " + .reason' "$test_dir/out")" "failed EUCLEAN"
	grep "^frspctl: $test_dir/a/x: cannot write its new blocks, and cannot move it back: " "$test_dir/err"
	kept=$(sed -n 's/^  hint: copy the file .*; \(frspctl-old-blocks-[0-9]*\) beside it .*/\1/p' "$test_dir/err")
	[[ -f $test_dir/a/$kept ]]
	lsattr "$test_dir/a/$kept" | grep '^[^ ]*i'
	not rm -f "$test_dir/a/$kept" 2>"$test_dir/log"
	# it has the first MiB of x, and these blocks have their data
	head -n 16 "$test_dir/before" >"$test_dir/old"
	places_of "$test_dir/a/$kept" | head -n 16 | diff -u "$test_dir/old" -
	while read -r _ place bytes; do
		dd if="$device" iflag=skip_bytes,count_bytes,direct bs=64k skip="$place" count="$bytes" status=none
	done <"$test_dir/old" | cmp - <(head -c 1M "$test_dir/a/x")
	"$frspctl" jobs --json 2 | jq -r '.jobs[0].moves[0].before[] | "\(.offset) \(.place) \(.bytes)"' | diff -u "$test_dir/before" -
	chattr -i "$test_dir/a/$kept"
	rm "$test_dir/a/$kept"
	touch "$test_dir/bad"
	heal
}

@test "nothing but the journal can be written: the error says so, and the data are there" {
	sick_make
	journal_bytes | sort -n | awk 'NR == 1 { first = $1 } { last = $2 }
		END { printf "write 0 %.0f\nwrite %.0f %.0f\n", first, last, 64 * 1024 * 1024 }' >"$test_dir/bad"
	defrag "$test_dir/a/x"
	expect "exit status" "$status" 1
	grep "^frspctl: $test_dir/a/x: cannot write its new blocks; it was moved back: " "$test_dir/err"
	heal
}

@test "the journal cannot be written: the error says so, and the data are there" {
	sick_make
	journal_bytes | sed 's/^/write /' >"$test_dir/bad"
	defrag "$test_dir/a"
	expect "exit status" "$status" 1
	# the first of them in the directory's order; ext4 then is read-only
	expect "errors" "$(grep '^frspctl: ' "$test_dir/err" | sed 's/^[^:]*: [^:]*: //' | sort | uniq -c | sed 's/^ *//')" \
		$'1 cannot commit the journal: Input/output error\n2 cannot open it for writing: Read-only file system'
	heal
}
