#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # for eval; each test is a subshell; lib.bash
# Tests of the page of a file, a process or a cgroup: live, and hotmon --file.

load lib
load tui

schema=$BATS_TEST_DIRNAME/../../docs/hotmon.schema.json

# page_start COLUMNS LINES [OPTION...]: starts hotmon in a terminal of that size
page_start() {
	tui_open "$1" "$2" <<-EOT
		cd '$test_dir'
		$(printf '%q ' "$hotmon" "${@:3}") 2>err
		echo \$? >status
	EOT
	wait_until shows '^hotmon  [0-9:]{8}  '
}

# files_make TYPE: makes a filesystem with the files big, of 40 MiB, and small
files_make() {
	fs_make fs "$1"
	file_make "$test_dir/fs/big" 40
	file_make "$test_dir/fs/small" 1
	fs_cool fs
}

# Reads 8 MiB of big, in the middle, and small.
read_files() {
	dd if="$test_dir/fs/big" of=/dev/null bs=1M skip=16 count=8 iflag=direct status=none
	cat "$test_dir/fs/small" >/dev/null
}

lines_fit() { # no line of the screen is cut
	! screen | grep -- '>$' || fail "$(screen)"
}

# --- live ----------------------------------------------------------------------

# page_at COLUMNS LINES [OPTION...]: starts hotmon and opens the page of big
page_at() {
	files_make ext4
	page_start "$1" "$2" --fs "$test_dir/fs" -d 0.2 "${@:3}"
	read_files
	wait_until shows '/fs/big$' || fail "$(screen)"
	wait_until shows '/fs/small$'
	press Enter '  one file, every'
	wait_until shows '^read     8\.0M in '
}

@test "Enter shows the page of a file, 200x50: all of it is on the screen" {
	page_at 200 50
	wait_until shows '^now .*/s read, ' || fail "$(screen)"
	shows "^path     $test_dir/fs/big$"
	shows "^inode    [0-9]+, generation [0-9]+, on ext4 [0-9:]+, loop[0-9]+$"
	shows "^mount    $test_dir/fs$"
	shows '^size     40.0M, of which 40.0M are allocated$'
	shows '^heat over its length: 40.0M, 204.8K to a character$'
	# 8 of 40 MiB, in a screen of 200 columns
	expect "cells" "$(screen | grep -A1 '^heat over' | tail -n 1 | tr -d '·\n' | wc -m)" 40
	expect "cells before" "$(screen | grep -A1 '^heat over' | tail -n 1 | sed 's/[^·].*//' | tr -d '\n' | wc -m)" 80
	shows '^rates of the last 5 minutes, known since [0-9:]{8}$'
	shows '^read/s  .* max [0-9.]+M$'
	shows '^ +8.0M 100 %  dd\([0-9]+\) '
	expect "ranges" "$(screen | grep -cE ' (1677721|1782579|1887436|1992294|2097152|2202009|2306867|2411724)[0-9]+ dd')" 8
	shows "^run      filefrag -v $test_dir/fs/big$"
	shows '^lines 1-[0-9]+ of [0-9]+, e: count extents, Esc: back$'
	lines_fit
}

@test "the page at 80x24 and 60x15 scrolls, and no line is cut" {
	local size
	files_make ext4
	for size in "80 24" "60 15"; do
		# shellcheck disable=SC2086 # two words
		page_start $size --fs "$test_dir/fs" -d 0.2
		read_files
		fs_cool fs
		read_files
		wait_until shows '/big$' || fail "$(screen)"
		press Enter '^heat over its length: 40.0M'
		# the strip is on the first screen
		screen | grep -A1 '^heat over' | tail -n 1 | grep '^·*[█▓▒░]\+·*$'
		# but the title, at 60 columns
		! screen | sed 1d | grep -- '>$' || fail "$(screen)"
		press End '^ +says how much of it is in memory'
		not shows '^heat over its length'
		press Home "^path     $test_dir/fs/big"
		press PgDn '^lines ([5-9]|1[0-9]|2[0-9])'
		press q '^rows 1-'
		tui_close
		rm -f "$test_dir/over"
	done
}

@test "the page without UTF-8 and colours is ASCII" {
	files_make ext4
	tui_open 80 24 <<-EOT
		$(printf '%q ' env LC_ALL=C "$hotmon" --fs "$test_dir/fs" --color=never -d 0.2)
	EOT
	wait_until shows '^hotmon  '
	read_files
	wait_until shows '/big$'
	press Enter '^ *[#+.-]{16} *$'
	shows '^# >= [0-9.]+  \+ >= [0-9.]+  - >= [0-9.]+  \. less  blank no I/O$'
	not grep -qP '[^\x00-\x7f]' <<<"$(screen)"
	not grep -q $'\033\[3[0-7]m' <<<"$(tui capture-pane -pe)"
}

@test "the strip has the colours of the list's temperatures" {
	page_at 80 24
	tui capture-pane -pe | grep -q $'\033\[31m█'
}

@test "Esc, q and left go back to the list, with the cursor where it was" {
	local key
	files_make ext4
	page_start 80 24 --fs "$test_dir/fs" --no-metadata
	read_files
	wait_until shows '/small$' || fail "$(screen)"
	tui send-keys Down
	for key in Escape q Left; do
		press Enter "^path     $test_dir/fs/small"
		press "$key" '^rows 1-2 of 2'
		# the cursor's line is in reverse
		wait_until eval 'tui capture-pane -pe | grep -q "\[7m.*/small"' || fail "$(tui capture-pane -pe)"
	done
	not is_over
}

@test "Enter on a range shows its file, with the range marked" {
	files_make ext4
	page_start 100 50 --fs "$test_dir/fs" --ranges -s +temp
	read_files
	wait_until shows ' 16M .*/big' || fail "$(screen)"
	press Home ' ranges by temp, lowest first'
	press Enter '  one file, every'
	shows '^ *(\^ the range at [0-9]+M|the range at [0-9]+M \^)$' || fail "$(screen)"
	expect "marked rows" "$(screen | grep -cE '^> ')" 1
}

@test "Enter on a path shows one of its files; on a directory it does not" {
	files_make ext4
	page_start 100 30 --fs "$test_dir/fs" --group=path
	read_files
	wait_until shows '/big$' || fail "$(screen)"
	press Enter '^size     40.0M'
}

@test "Enter on a process shows its files, Enter on one of these its page, Esc goes back twice" {
	files_make ext4
	page_start 80 24 --fs "$test_dir/fs" --group=process
	read_files
	wait_until shows ' dd\([0-9]+\)' || fail "$(screen)"
	press Enter '  one process, every'
	shows '^process  dd\([0-9]+\)$' || fail "$(screen)"
	shows '^read     8.0M in '
	shows "^ +8.0M  100 % .* $test_dir/fs/big$" || fail "$(screen)"
	press Enter "^path     $test_dir/fs/big"
	press Escape '^process  dd'
	press Escape ' processes by rate'
}

@test "Enter on a cgroup shows its files; the help goes back to the page" {
	files_make ext4
	page_start 80 24 --fs "$test_dir/fs" --group=cgroup
	read_files
	wait_until shows '^ .*/big' || fail "$(screen)"
	press Enter '  one cgroup, every'
	shows '^procs    [0-9]+ that had I/O$'
	shows ' /.*/fs/small$' || fail "$(screen)"
	press h '^ KEY +MEANING'
	press h '^procs '
}

@test "Enter on a row of metadata shows what it is, how much, who, and what makes it less" {
	local size
	files_make ext4
	for size in "200 50" "80 24" "60 15"; do
		# shellcheck disable=SC2086 # two words
		page_start $size --fs "$test_dir/fs" -d 0.2
		dd if=/dev/zero of="$test_dir/fs/synced" bs=4k count=64 oflag=sync status=none
		wait_until shows '\[journal\]' || fail "$(screen)"
		tui send-keys / j o u r n a l Enter
		wait_until shows 'rows 1-1 of 1' || fail "$(screen)"
		press Enter '  metadata, every'
		shows "^metadata \[journal\] " || fail "$(screen)"
		shows '^what +changes of metadata' || fail "$(screen)"
		shows "^device +ext4 [0-9:]+, loop[0-9]+$" || fail "$(screen)"
		shows '^written +[0-9.]+[KM] in [0-9]+ writes$' || fail "$(screen)"
		# but the title, at 60 columns
		! screen | sed 1d | grep -- '>$' || fail "$(screen)"
		press End '^ .*noatime' || fail "$(screen)"
		shows '^ +[0-9.]+[KM] +[0-9]+ % +\[?jbd2/' || fail "$(screen)"
		! screen | sed 1d | grep -- '>$' || fail "$(screen)"
		press Escape '^rows 1-1 of 1'
		tui send-keys q
		wait_until test -s "$test_dir/status"
		expect "exit status" "$(<"$test_dir/status")" 0
		rm "$test_dir/status"
		tui_close
	done
}

@test "Enter on a device shows the files of its filesystem" {
	local device line
	files_make ext4
	device=$(basename "${loop_of[fs]}")
	page_start 120 50 -d 0.2
	press d "^$device "
	read_files
	line=$(screen | sed '1,2d' | grep -n "^$device " | cut -d: -f1)
	for ((; line > 1; line--)); do
		tui send-keys Down
	done
	press Enter "^rows .* only $test_dir/fs( |\$)"
	wait_until shows '/fs/big$' || fail "$(screen)"
	shows ' files by temp'
}

@test "a pause holds the page" {
	local before
	page_at 80 24
	press Space '  PAUSED  one file'
	before=$(screen)
	dd if="$test_dir/fs/big" of=/dev/null bs=1M count=2 iflag=direct status=none
	sleep 0.6
	expect "screen" "$(screen)" "$before"
	press Space '^read     10.0M in '
}

@test "a deleted file that is open has its page, and one that is gone, too" {
	page_at 80 24
	exec 7<"$test_dir/fs/big"
	rm "$test_dir/fs/big"
	wait_until shows '^path .*/big \(deleted\)$' || fail "$(screen)"
	shows '^size     40.0M'
	press End '^run      lsof \+L1 '
	not shows 'filefrag'
	exec 7<&-
	press Home '^size     not known: the file is gone'
}

@test "a file whose filesystem is unmounted keeps its page" {
	page_at 80 24
	fs_umount fs
	wait_until shows '^size     not known: its filesystem is not mounted here' || fail "$(screen)"
	shows '^mount    none here$'
	press e '^path '
	press End '^ +not known: its filesystem is not mounted here'
}

# --- extents ---------------------------------------------------------------------

# precache FILE: loads all of its extents, on purpose
precache() {
	python3 -c 'import fcntl, sys; fcntl.ioctl(open(sys.argv[1]), 0x6612)' "$1"
}

# pieces_make FILE N: makes a file that lies in about N pieces
pieces_make() {
	"$native_dir/fragment.py" "$2" 4096 "$1" "$1.between"
}

@test "e counts the extents, as filefrag does, and clears the kernel's cache of them" {
	local pieces
	fs_make fs ext4
	pieces_make "$test_dir/fs/big" 60
	fs_cool fs
	page_start 80 50 --fs "$test_dir/fs" -d 0.2
	cat "$test_dir/fs/big" >/dev/null
	wait_until shows '/big$' || fail "$(screen)"
	press Enter 'e counts them'
	tui send-keys e
	wait_until shows '^ +[0-9]+ extents?, in [0-9]+ pieces?; the largest is' || fail "$(screen)"
	wait_until shows "^ +the kernel's cache of them is cleared again$" || fail "$(screen)"
	expect "entries in the cache" "$(cached "$test_dir/fs/big")" 0
	pieces=$(filefrag "$test_dir/fs/big" | sed 's/.*: \([0-9]*\) extents* found/\1/')
	((pieces >= 10)) || fail "the test is void: $pieces pieces"
	wait_until shows "^ +[0-9]+ extents?, in $pieces pieces?; " || fail "$(screen)" "filefrag: $pieces"
	wait_until shows "^run      frspctl defrag --dry-run $test_dir/fs/big$" || fail "$(screen)"
}

@test "extents that were loaded on purpose stay in the cache" {
	local before
	fs_make fs ext4
	pieces_make "$test_dir/fs/big" 60
	precache "$test_dir/fs/big"
	before=$(cached "$test_dir/fs/big")
	((before >= 10)) || fail "the test is void: $before entries"
	"$hotmon" --once --file "$test_dir/fs/big" --extents --json 0.1 >"$test_dir/page.json"
	expect "cache" "$(report page .page.extents.extent_cache)" precached
	expect "entries" "$(cached "$test_dir/fs/big")" "$before"
}

@test "a count of extents leaves the access time, and opens no file with a write lease" {
	local before
	files_make ext4
	before=$(stat -c %x "$test_dir/fs/big")
	python3 - "$test_dir/fs/small" "$test_dir" 3>&- <<-'EOT' &
		import fcntl, os, signal, sys, time
		signal.signal(signal.SIGIO, lambda *_: open(sys.argv[2] + "/broken", "w"))
		fd = os.open(sys.argv[1], os.O_RDWR)
		fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_WRLCK)
		open(sys.argv[2] + "/leased", "w")
		time.sleep(60)
	EOT
	defer kill $!
	wait_until test -e "$test_dir/leased"
	"$hotmon" --once --file "$test_dir/fs/small" --extents --json 0.1 >"$test_dir/page.json"
	expect "reason" "$(report page .page.extents_unknown)" failed
	"$hotmon" --once --file "$test_dir/fs/big" --extents --json 0.1 >"$test_dir/page.json"
	expect "reason" "$(report page .page.extents_unknown)" null
	expect "access time" "$(stat -c %x "$test_dir/fs/big")" "$before"
}

# --- reports -----------------------------------------------------------------------

# page_report TYPE: reads files of a filesystem while hotmon --file runs, and checks what
# it says, and the schema
page_report() {
	files_make "$1"
	hotmon_launch page --json --ranges -r 0 --fs "$test_dir/fs" --file "$test_dir/fs/big" --extents 3600
	read_files
	hotmon_stop page
	expect "documents" "$("$native_dir/validate.py" "$schema" <"$test_dir/page.out")" 1
	expect "path, size" "$(report page '.page | "\(.path) \(.size) \(.tracked)"')" "$test_dir/fs/big 41943040 true"
	expect "bytes read" "$(report page .page.file.read_bytes)" 8388608
	expect "ranges" "$(report page '[.page.ranges[].offset / 1048576] | sort | join(" ")')" \
		"16 17 18 19 20 21 22 23"
	expect "ranges' bytes" "$(report page '[.page.ranges[].read_bytes] | add')" 8388608
	expect "who" "$(report page '.page.who_by_ranges | map("\(.command) \(.bytes)") | join(" ")')" "dd 8388608"
	expect "the same file as in the table" "$(report page '.page.file.ino == (.files[] | select(.path == $p).ino)' --arg p "$test_dir/fs/big")" true
	expect "mapped" "$(report page .page.extents.mapped_bytes)" 41943040
	(($(report page .page.extents.pieces) >= 1))
	expect "rates of the interval" "$(report page '.page.history.read_byte_rates | map(. // 0) | add > 0')" true
}

# bats test_tags=slow
@test "ext4: --file --json has the page of the file" {
	page_report ext4
	expect "device" "$(report page .page.device)" "$(basename "${loop_of[fs]}")"
	expect "tier" "$(report page '.page.tiers | map(.file_bytes) | join(" ")')" 41943040
	expect "mutants that are valid" "$(jq -c '.files = [] | .ranges = []' "$test_dir/page.json" |
		"$native_dir/validate.py" --mutants "$schema" | sed '$d')" ""
}

@test "XFS: --file --json has the page of the file" {
	page_report xfs
	expect "cache" "$(report page .page.extents.extent_cache)" null
}

@test "btrfs: --file --json has the page of the file" {
	page_report btrfs
	expect "tiers" "$(report page '.page.tiers | length')" 0
}

@test "--file prints the page as text, to a pipe with whole paths and without colours" {
	files_make ext4
	hotmon_launch page -b --fs "$test_dir/fs" --file "$test_dir/fs/big" 3600
	read_files
	hotmon_end page INT
	grep -qx "path     $test_dir/fs/big" "$test_dir/page.out"
	grep -qx 'heat over its length: 40.0M, 512.0K to a character' "$test_dir/page.out"
	grep -q "not counted: --extents counts them" "$test_dir/page.out"
	grep -q '^own cost ' "$test_dir/page.out"
	not grep -q $'\033' "$test_dir/page.out"
}

@test "--file shows the name that was given, of a file with several" {
	files_make ext4
	ln "$test_dir/fs/big" "$test_dir/fs/other"
	fs_cool fs
	hotmon_launch page --json --fs "$test_dir/fs" --file "$test_dir/fs/other" 3600
	read_files
	hotmon_stop page
	expect "path" "$(report page .page.path)" "$test_dir/fs/other"
	report page '.page.commands[].command' | grep -q "^find $test_dir/fs -xdev -inum "
}

@test "--file of a file without I/O has zeros, also on a filesystem without I/O" {
	files_make ext4
	sync -f "$test_dir/fs"
	"$hotmon" --once --file "$test_dir/fs/big" --json 0.1 >"$test_dir/page.json"
	expect "documents" "$("$native_dir/validate.py" "$schema" <"$test_dir/page.json")" 1
	expect "page" "$(report page '.page | "\(.path) \(.tracked) \(.file.reads) \(.ranges | length) \(.size)"')" \
		"$test_dir/fs/big false 0 0 41943040"
}

@test "--file of what is no file says so, and what to do" {
	files_make ext4
	run_program hotmon --once --file "$test_dir/fs/none" 0.1
	expect_error 1 "$test_dir/fs/none: No such file"
	run_program hotmon --once --file "$test_dir/fs" 0.1
	expect_error 1 "$test_dir/fs: not a regular file"
	run_program hotmon --once --file /proc/self/stat 0.1
	expect_error 1 "/proc/self/stat: not a mounted filesystem on a disk"
	run_program hotmon --once --extents 0.1
	expect_error 2 "--extents needs a file"
}

@test "--file on a terminal begins with the page, and Esc shows the list" {
	files_make ext4
	page_start 80 24 --fs "$test_dir/fs" --file "$test_dir/fs/big"
	wait_until shows "^path     $test_dir/fs/big"
	read_files
	wait_until shows '^read     8.0M in '
	press Escape ' files by temp'
	tui send-keys q
	wait_until is_over
	expect "status" "$(cat "$test_dir/status")" 0
}
