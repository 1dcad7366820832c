#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # for eval; each test is a subshell; lib.bash
# Tests of frsp-top: its live view in a terminal of tmux, its command line, and that its
# text and JSON reports have the same numbers.

load lib
load top_tui

# Makes two filesystems: a with 512 MiB, b with 256 MiB and a file of 64 MiB.
make_two() {
	fs_make a ext4
	need_fs ext4
	truncate -s 256M "$test_dir/b.img"
	loop_attach b "$test_dir/b.img"
	fs_format "${loop_of[b]}" ext4
	fs_mount b "${loop_of[b]}"
	fallocate -l 64M "$test_dir/b/large"
	sync -f "$test_dir/b"
}

start_two() { # start_two [VARIABLE=VALUE...] [OPTION...]
	make_two
	top_start "$@" -f "$test_dir/" -s mount -d 0.3
	wait_until is_overview "a b" || fail "$(screen)"
}

# --- screens -------------------------------------------------------------------

# For each screen, a line that only this screen has.
marks=(
	[1]='^FS +SIZE +FREE '
	[2]='^Searches [0-9]+, at the goal'
	[3]='^fullness: 0123456789 tenths'
	[4]='^Busy now [0-9]+ extents'
	[5]='^Lookups [0-9]+, hits'
	[6]='  rates: last [0-9.]+ s'
)

@test "top: each screen by its number, and by Tab all around" {
	local n
	start_two
	is_screen 1
	for n in 2 3 4 5 6 1; do
		press $n "${marks[n]}"
		wait_until is_screen $n
	done
	for n in 2 3 4 5 6 1; do
		press Tab "${marks[n]}"
		wait_until is_screen $n
	done
}

@test "top: --screen begins with that screen" {
	local n=0 name
	fs_make a ext4
	for name in overview allocator map busy escache heat; do
		top_start --screen $name "$test_dir/a"
		wait_until shows "${marks[++n]}"
		is_screen $n
		tui_close
	done
}

@test "top: down and up choose a filesystem, Enter shows it, Esc goes back" {
	start_two
	tui send-keys Down
	wait_until is_chosen a
	tui send-keys Down
	wait_until is_chosen b
	tui send-keys j j # the last one stays chosen
	press Enter "${marks[2]}"
	shows "^loop[0-9]+  $test_dir/b  "
	press Escape "${marks[1]}"
	is_chosen b
	tui send-keys k
	wait_until is_chosen a
	press Enter "^loop[0-9]+  $test_dir/a  "
	press 3 "${marks[3]}"
	shows "^loop[0-9]+  $test_dir/a  "
}

@test "top: s sorts by the next column, r the other way round" {
	start_two
	tui send-keys r
	wait_until is_overview "b a"
	tui send-keys r
	wait_until is_overview "a b"
	# after MOUNT come HOTTEST and FS, then SIZE: highest first
	press s 'sorted by HOTTEST'
	press s 'sorted by FS'
	press s 'sorted by SIZE'
	wait_until is_overview "a b"
	tui send-keys r
	wait_until is_overview "b a"
	press s 'sorted by FREE'
	wait_until is_overview "b a" # the least free is b
	tui send-keys r
	wait_until is_overview "a b"
}

hot_files() {
	screen | sed -n "s|.* $test_dir/a/\([^ ]*\).*|\1|p" | paste -sd' '
}

is_hot() { # is_hot NAMES
	[[ $(hot_files) == "$1" ]]
}

@test "top: at 80 columns the heat has the names of the files" {
	fs_make a ext4
	mkdir -p "$test_dir/a/srv/postgresql/16/main/base/16384"
	file_make "$test_dir/a/srv/postgresql/16/main/base/16384/orders.db" 1
	fs_cool a
	top_start --screen heat "$test_dir/a" -d 0.3
	tui resize-window -x 80 -y 24
	cat "$test_dir/a/srv/postgresql/16/main/base/16384/orders.db" >/dev/null
	wait_until shows '…/[^ ]*/orders\.db$' || fail "$(screen)"
	tui resize-window -x 200 -y 24
	wait_until shows " $test_dir/a/srv/postgresql/16/main/base/16384/orders\.db\$" || fail "$(screen)"
}

@test "top: s and r sort the heat, v shows ranges" {
	local n
	fs_make a ext4
	for n in 1 2 3; do
		file_make "$test_dir/a/data$n" $n
	done
	fs_cool a
	top_start --screen heat "$test_dir/a" -d 0.3
	cat "$test_dir"/a/data[123] >/dev/null
	wait_until is_hot "data3 data2 data1" || fail "$(screen)"
	tui send-keys r
	wait_until is_hot "data1 data2 data3"
	tui send-keys r
	wait_until is_hot "data3 data2 data1"
	printf x | dd of="$test_dir/a/data1" conv=notrunc,fsync status=none
	for n in $("$hotmon" -s help | awk 'NR > 1 { print $1 }'); do
		press s "sorted by $n"
		[[ $n != wbytes ]] || break
	done
	wait_until eval '[[ $(hot_files) == data1* ]]' || fail "$(screen)"
	press v ' OFFSET '
	tui send-keys v
	wait_until hides ' OFFSET '
}

@test "top: / filters by name and mount point, Esc takes the filter away" {
	make_two
	top_start -s mount -d 0.3
	press / '^filter: _'
	tui send-keys -l "$test_dir/bx"
	wait_until shows "^filter: $test_dir/bx_"
	shows '^no filesystem passes the filter'
	tui send-keys BSpace
	wait_until is_overview b
	tui send-keys Enter
	wait_until shows "^filter \"$test_dir/b\""
	hides " /$"
	tui send-keys Escape
	wait_until is_overview "a b"
	tui send-keys f
	tui send-keys -l "${loop_of[a]#/dev/}"
	wait_until is_overview a
	tui send-keys Escape
	wait_until is_overview "a b"
	hides '^filter'
}

is_later() { # is_later SECONDS_SINCE_1970
	((EPOCHSECONDS >= $1))
}

@test "top: space freezes the screen, and goes on" {
	local frozen_screen
	start_two
	press Space FROZEN
	frozen_screen=$(screen)
	fallocate -l 100M "$test_dir/a/more"
	wait_until is_later $((EPOCHSECONDS + 2))
	expect "the screen" "$(screen)" "$frozen_screen"
	tui send-keys Space
	wait_until hides FROZEN
	wait_until shows "^loop[0-9]+ +[0-9.]+M +7[0-9]% .* $test_dir/a " || fail "$(screen)"
}

@test "top: frozen, a screen says what the frame does not have" {
	fs_make a ext4
	top_start "$test_dir/a" -d 0.2
	press Space FROZEN
	press 5 'not known of this frame'
	tui send-keys Space
	wait_until shows '^Entries now' || fail "$(screen)"
	hides 'not known of this frame' || fail "$(screen)"
}

@test "top: frozen, the map does not change either" {
	local frozen_screen
	fs_make a ext4
	top_start --screen map "$test_dir/a" -d 0.2
	press Space FROZEN
	frozen_screen=$(screen)
	fallocate -l 400M "$test_dir/a/more"
	sync -f "$test_dir/a"
	tui send-keys m
	wait_until shows '^fragmentation: '
	press m '^heat: '
	press m '^tier: '
	press m '^fullness: '
	expect "the screen" "$(screen)" "$frozen_screen"
	tui send-keys Space
	wait_until eval '[[ $(screen) != "$frozen_screen" && $(screen) != *FROZEN* ]]'
	wait_until eval '[[ $(cells) =~ [6-9] ]]' || fail "$(screen)"
}

@test "top: + and - change the interval, down to 0.1 s" {
	fs_make a ext4
	top_start "$test_dir/a"
	press + 'every 2.0 s'
	press - 'every 1.0 s'
	press - 'every 0.5 s'
	press - 'every 0.2 s'
	press - 'every 0.1 s'
	tui send-keys - - - -
	press h '^  q +quit$'
	shows 'every 0.1 s'
}

@test "top: b shows exact numbers and rounded ones again" {
	start_two
	press b " $(findmnt -bno SIZE "$test_dir/a") +[0-9]+\.[0-9]{2}%"
	press b '^loop[0-9]+ [0-9.]+M +[0-9]+% '
}

@test "top: h, ? and F1 show the help and take it away" {
	local key
	start_two
	for key in h ? F1; do
		press "$key" '^  q +quit$'
		shows '^  w +'
		is_overview ""
		press "$key" "${marks[1]}"
		hides '^  q +quit$'
	done
}

@test "top: the help scrolls where it does not fit" {
	start_two
	tui resize-window -x 60 -y 15
	press h '^  q +quit$'
	hides '^  w +'
	tui send-keys PageDown
	wait_until shows '^  w +'
}

@test "top: a scrolled screen stays scrolled from frame to frame" {
	local second
	fs_make a ext4
	top_start --screen allocator "$test_dir/a" -d 0.1
	dd if=/dev/zero of="$test_dir/a/data" bs=1M count=8 conv=fsync status=none
	wait_until shows '^Clusters got'
	second=$(screen | sed -n 3p)
	tui send-keys Down Down
	wait_until eval '[[ $(screen | sed -n 2p) == "Searches "* ]]' || fail "$second" "$(screen)"
	sleep 0.5 # some frames
	[[ $(screen | sed -n 2p) == "Searches "* ]] || fail "$(screen)"
	tui send-keys Down
	wait_until eval '[[ $(screen | sed -n 2p) == "Clusters asked for "* ]]' || fail "$(screen)"
	tui send-keys Home
	wait_until shows "^loop[0-9]+  $test_dir/a  "
}

# Makes a filesystem whose mount point is not ASCII, and a plain one.
make_wide() {
	fs_make 日本 ext4
	fs_make plain ext4
}

@test "top: the filter takes any character, and erases whole ones" {
	make_wide
	top_start -f "$test_dir/"
	press / '^filter: _'
	tui send-keys -l 日x
	wait_until shows '^filter: 日x_'
	press BSpace '^filter: 日_'
	wait_until hides "^${loop_of[plain]#/dev/} "
	shows "^${loop_of[日本]#/dev/} "
	press BSpace '^filter: _'
	tui send-keys -l ä
	wait_until shows '^no filesystem passes the filter'
}

@test "top: in the locale C, too, and names are escaped" {
	make_wide
	top_start LC_ALL=C --screen allocator "$test_dir/日本"
	wait_until shows '/\\346\\227\\245\\346\\234\\254  '
	press / '^filter: _'
	tui send-keys -l 日
	wait_until shows '^filter: \\346\\227\\245_'
	press BSpace '^filter: _'
}

@test "top: wide names leave the columns where they are" {
	make_wide
	LC_ALL=C.UTF-8 "$frsp_top" --once -f "$test_dir/" 0.1 >"$test_dir/out"
	python3 - "$test_dir/out" "$test_dir/" <<-'EOT'
		import sys, unicodedata
		def width(text):
		    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
		lines = open(sys.argv[1], encoding="utf-8").read().splitlines()
		want = lines[0].index("HOTTEST")
		rows = [line for line in lines if sys.argv[2] in line]
		assert len(rows) == 2, rows
		for row in rows:
		    at = row.index(sys.argv[2])
		    mount, rest = row[at:].split(maxsplit=1)
		    blanks = len(row[at:]) - len(mount) - len(rest)
		    assert width(row[:at]) + width(mount) + blanks == want, row
	EOT
}

@test "top: ext3 and ext2 that the driver of ext4 runs are shown" {
	local type
	need_fs ext4
	for type in ext3 ext2; do
		need_fs $type
		truncate -s 64M "$test_dir/$type.img"
		loop_attach $type "$test_dir/$type.img"
		mkfs.$type -q "${loop_of[$type]}"
		mkdir "$test_dir/$type"
		mount -t $type "${loop_of[$type]}" "$test_dir/$type"
		defer fs_umount $type
		[[ -d /sys/fs/ext4/${loop_of[$type]#/dev/} ]] || continue # ext2's own driver
		run_top --once --json "$test_dir/$type" 0.1
		expect "exit status" "$status" 0
		expect "type" "$(jq -r '.filesystems[].fs_type' "$test_dir/out")" $type
		jq -e '.filesystems[0].alloc != null' "$test_dir/out"
	done
}

@test "top: without a choice, Enter shows the first line, which the filter has left" {
	make_two
	top_start -s size -f "$test_dir/" -d 0.3
	wait_until is_overview "a b"
	press Enter "^loop[0-9]+  $test_dir/a  "
	press Escape "${marks[1]}"
	is_overview "a b" # the first Escape leaves the filter
	tui send-keys Home r
	wait_until is_overview "b a"
	tui_close
	top_start -s +size -f "$test_dir/" -d 0.3
	wait_until is_overview "b a"
	press Enter "^loop[0-9]+  $test_dir/b  "
	tui_close
	run_top -b --screen busy -f "$test_dir/b" 0.1 1
	grep -qE "^loop[0-9]+  $test_dir/b  " "$test_dir/out" || fail "$(cat "$test_dir/out")"
}

@test "top: a choice that the filter hides is not shown" {
	start_two
	tui send-keys Down Down
	wait_until is_chosen b
	tui send-keys /
	tui send-keys -l "$test_dir/a"
	tui send-keys Enter
	wait_until is_overview a
	press Enter "^loop[0-9]+  $test_dir/a  "
}

# --- the overview ----------------------------------------------------------------

# column TITLE NAME: prints what the report $test_dir/out has in this column for the
# filesystem at $test_dir/NAME; columns are counted from the right, up to MOUNT
column() {
	awk -v title="$1" -v mount="$test_dir/$2" '
		NR == 1 { for (i = NF; i; i--) { if ($i == title) at = i; if ($i == "MOUNT") end = i } }
		{ for (i = 1; i <= NF; i++) if ($i == mount) print $(i - end + at) }' "$test_dir/out"
}

# Adds up ALLOC/s of all reports, which are a second apart.
allocations() {
	awk -v mount="$test_dir/a" '
		/^FS / { for (i = 1; i <= NF; i++) { if ($i == "ALLOC/s") at = i; if ($i == "MOUNT") end = i } }
		{ for (i = 1; i <= NF; i++) if ($i == mount) sum += $(i - end + at) }
		END { printf "%d", sum }' "$test_dir/out"
}

@test "top: ALLOC/s counts the allocations that got blocks" {
	fs_make a ext4
	"$frsp_top" -b --bytes -d 1 "$test_dir/a" >"$test_dir/out" 2>"$test_dir/err" 3>&- &
	defer kill $!
	wait_until grep -q ^Tracing "$test_dir/err"
	for n in {1..40}; do
		mkdir "$test_dir/a/d$n" # a block of a directory
		fallocate -l 64K "$test_dir/a/d$n/f"
	done
	# 80; on a busy machine an interval may be longer than a second
	wait_until eval '(($(allocations) >= 60))' || fail "$(cat "$test_dir/out")"
	(($(allocations) <= 120)) || fail "$(cat "$test_dir/out")"
}

@test "top: where there is no number, a word says why there is none" {
	fs_make a ext4
	need_fs xfs
	truncate -s 320M "$test_dir/x.img"
	loop_attach x "$test_dir/x.img"
	fs_format "${loop_of[x]}" xfs
	fs_mount x "${loop_of[x]}"
	run_top -b -f "$test_dir/" -d 0.3 -n 1
	expect "status" "$status" 0
	expect "P50 of an idle ext4" "$(column P50 a)" idle
	expect "ES-HIT of an idle ext4" "$(column ES-HIT a)" idle
	for title in ALLOC/s P50 P99 ES-HIT; do
		expect "$title of XFS" "$(column $title x)" not-XFS
	done
	if [[ -d /sys/fs/ext4/${loop_of[a]#/dev/}/frsp ]]; then
		expect "TREES of XFS" "$(column TREES x)" not-XFS
	else
		not grep -qE 'TREES|OFFER' "$test_dir/out" || fail "$(cat "$test_dir/out")"
	fi
	not grep -qE ' - ' "$test_dir/out" || fail "$(cat "$test_dir/out")"
	run_top -b --screen allocator "$test_dir/x" -d 0.1 -n 1
	grep -q '^not-XFS: ' "$test_dir/out" || fail "$(cat "$test_dir/out")"
}

@test "top: the size and FREE of each screen are those of df" {
	local size free screen
	fs_make a ext4
	fallocate -l 100M "$test_dir/a/large"
	sync -f "$test_dir/a"
	read -r size free < <(stat -f -c '%b %f' "$test_dir/a")
	free=$(awk -v a="$free" -v b="$size" 'BEGIN { printf "%.0f%%", 100 * a / b }')
	run_top -b "$test_dir/a" -d 0.1 -n 1
	expect FREE "$(column FREE a)" "$free"
	for screen in allocator map busy escache; do
		run_top -b --screen $screen "$test_dir/a" -d 0.1 -n 1
		head -n 1 "$test_dir/out" | grep -q "  $test_dir/a  .*, $free free\$" || fail "$(cat "$test_dir/out")"
	done
}

@test "top: each screen fits at 200x50, 80x24 and 60x15" {
	local size n
	start_two -s fs
	for size in "200 50" "80 24" "60 15"; do
		tui resize-window -x "${size% *}" -y "${size#* }"
		for n in 2 3 4 5 6 1; do
			tui send-keys $n
			wait_until is_screen $n
			wait_until eval "[[ \$(screen | sed '1d; \$d' | grep -c '[^ ]') -gt 1 ]]"
			# nothing is cut but the last line
			wait_until not eval "screen | sed '\$d' | grep -q '>\$'" || fail "$size, screen $n:" "$(screen)"
		done
		wait_until shows '^FS +(SIZE +)?FREE +READ/s +WRITE/s .*MOUNT' || fail "$(screen)"
	done
}

# --- since when, and which filesystem --------------------------------------------

@test "top: 0 resets the counts that are shown" {
	fs_make a ext4
	top_start --screen allocator "$test_dir/a" -d 0.2
	wait_until shows '^Counts since start, [0-9]+ s ago; 0: reset'
	fallocate -l 1M "$test_dir/a/one"
	wait_until shows '^Searches [1-9]' || fail "$(screen)"
	press 0 '^Counts since reset, 0 s ago'
	wait_until shows '^Searches 0,' || fail "$(screen)"
	fallocate -l 1M "$test_dir/a/two"
	wait_until shows '^Searches 1,' || fail "$(screen)"
	press 4 '^Counts since reset, '
	press 5 '^Counts since reset, '
}

@test "top: the heat follows the chosen filesystem, a shows all" {
	make_two
	file_make "$test_dir/a/in-a" 1
	file_make "$test_dir/b/in-b" 1
	fs_cool a
	fs_cool b
	top_start -f "$test_dir/" -s mount -d 0.3
	wait_until is_overview "a b"
	cat "$test_dir/a/in-a" "$test_dir/b/in-b" >/dev/null
	press 6 '^all filesystems  rates: last '
	wait_until shows "$test_dir/a/in-a" || fail "$(screen)"
	wait_until shows "$test_dir/b/in-b" || fail "$(screen)"
	press 1 "${marks[1]}"
	tui send-keys Down Down
	wait_until eval '[[ $(chosen) == b* ]]' # a hot file of b may follow
	press 6 "^loop[0-9]+  $test_dir/b  rates: last .*a: all filesystems"
	wait_until hides "$test_dir/a/in-a" || fail "$(screen)"
	shows "$test_dir/b/in-b" || fail "$(screen)"
	press a '^all filesystems  rates: last .*a: the chosen one'
	wait_until shows "$test_dir/a/in-a" || fail "$(screen)"
	press 1 "${marks[1]}"
	tui send-keys Up
	wait_until eval '[[ $(chosen) == a* ]]'
	press 6 "^loop[0-9]+  $test_dir/a  rates: last .*a: all filesystems"
}

@test "top: the extent cache says which inodes it counts, and the evicted inodes" {
	fs_make a ext4
	run_top -b --screen escache "$test_dir/a" -d 0.2 -n 1
	expect "status" "$status" 0
	grep -qE '^Inodes counted one by one [0-9]+; evicted to make room, of all filesystems [0-9]+$' "$test_dir/out" ||
		fail "$(cat "$test_dir/out")"
}

@test "top: the journal has its name, and a directory has no links" {
	local pid
	fs_make a ext4
	mkdir -p "$test_dir"/a/directory/{1..5}
	"$frsp_top" -b --screen escache "$test_dir/a" -d 2 -n 1 >"$test_dir/out" 2>"$test_dir/err" &
	pid=$!
	wait_until grep -q ^Tracing "$test_dir/err"
	for n in {1..5}; do
		touch "$test_dir/a/directory/$n/file" "$test_dir/a/directory/file$n"
		sync -f "$test_dir/a"
	done
	wait "$pid"
	grep -qE "  <ext4 journal, dev [0-9:]+>$" "$test_dir/out" || fail "$(cat "$test_dir/out")"
	grep -qE "  $test_dir/a/directory$" "$test_dir/out" || fail "$(cat "$test_dir/out")"
}

# --- the map -------------------------------------------------------------------

cells() { # prints the cells of the map
	screen | sed '1,/^a cell: /d; $d' | tr -d '\n '
}

# make_grouped NAME: makes a filesystem of 2000 groups on a sparse file.
make_grouped() {
	truncate -s 2000M "$test_dir/$1.img"
	loop_attach "$1" "$test_dir/$1.img"
	fs_format "${loop_of[$1]}" ext4 -b 1024 -g 1024 -G 1 -N 20000 -O ^has_journal
	fs_mount "$1" "${loop_of[$1]}"
}

@test "top: z and Z zoom the map, the arrows move it, and not beyond its ends" {
	make_grouped a
	top_start --screen map "$test_dir/a" -d 0.3
	tui resize-window -x 60 -y 15
	# 60 columns, 10 lines of cells
	wait_until shows '^a cell: 4 groups, .*; from group 0 of 2000'
	tui send-keys Right Right Right # nothing moves: all cells are visible
	press z '^a cell: 2 groups, .*; from group 0 of 2000'
	expect "cells" "$(cells | wc -c)" 600
	press Right '^a cell: 2 .*; from group [1-9][0-9]* of 2000'
	tui send-keys Right Right Right Right Right Right
	# the last cells fill the screen
	wait_until shows '^a cell: 2 .*; from group 800 of 2000'
	expect "cells" "$(cells | wc -c)" 600
	press Left '^a cell: 2 .*; from group 600 of 2000'
	press l '^a cell: 2 .*; from group 800 of 2000'
	tui send-keys Left Left Left Left
	wait_until shows '^a cell: 2 .*; from group 0 of 2000'
	press z '^a cell: 1 group, .*; from group 0 of 2000'
	press z '^a cell: 1/2 group, 512.0K; from group 0 of 2000'
	press Right '^a cell: 1/2 group, 512.0K; from group 150 of 2000'
	press Left '^a cell: 1/2 group, 512.0K; from group 0 of 2000'
	press Z '^a cell: 1 '
	press Z '^a cell: 2 '
	press Z '^a cell: 4 '
	tui send-keys Z Z
	press z '^a cell: 2 '
}

@test "top: z does not count where nothing is left to zoom" {
	make_grouped a
	top_start --screen map "$test_dir/a" -d 0.3
	tui resize-window -x 60 -y 15
	wait_until shows '^a cell: 4 '
	# fragmentation is of groups, fullness also of a cluster
	tui send-keys m z z z z z z z z
	wait_until shows '^a cell: 1 '
	press Z '^a cell: 2 '
	press Z '^a cell: [45] '
	tui send-keys m m m z z z z z z z z z z z z z z z z z z
	wait_until shows '^a cell: 1/1024 group, 1.0K'
	press Z '^a cell: 1/512 group, 2.0K'
}

@test "top: m shows how fragmented it is, and says what that needs" {
	fs_make a ext4
	top_start --screen map "$test_dir/a" -d 0.3
	press m '^fragmentation: 0123456789 tenths'
	[[ -e /sys/fs/ext4/${loop_of[a]#/dev/}/frsp || $(cells) == -* ]] || fail "$(screen)"
	press m '^heat: '
	press m '^tier: '
	press m '^fullness: '
}

@test "top: the map is of the filesystem that is made anew on the same device" {
	start_two
	fs_umount b
	mkfs.ext4 -q -F -b 1024 -G 1 "${loop_of[b]}" 64M
	fs_mount b "${loop_of[b]}"
	wait_until is_overview "a b"
	tui send-keys Down Down
	wait_until is_chosen b
	press 3 '^a cell: 1/[0-9]+ group, .*; from group 0 of 8;'
	press 1 "${marks[1]}"
	fs_umount b
	wait_until eval "! ls -l /proc/$(tui_pid)/fd | grep -q ' ${loop_of[b]}$'"
	fs_format "${loop_of[b]}" ext4 -b 4096 -G 1
	fs_mount b "${loop_of[b]}"
	wait_until is_overview "a b"
	press 3 "^a cell: 1/[0-9]+ group, .*; from group 0 of 2;" || fail "$(screen)"
}

@test "top: the map grows with its filesystem" {
	fs_make a ext4
	fs_umount a
	mkfs.ext4 -q -F -b 1024 -G 1 "${loop_of[a]}" 64M
	fs_mount a "${loop_of[a]}"
	top_start --screen map "$test_dir/a" -d 0.3
	wait_until shows '^a cell: 1/[0-9]+ group, .*; from group 0 of 8;'
	resize2fs "${loop_of[a]}" 128M 2>"$test_dir/err" ||
		skip "the kernel does not let it grow"
	wait_until shows '^a cell: 1/[0-9]+ group, .*; from group 0 of 16;' || fail "$(screen)"
}

# --- w ---------------------------------------------------------------------------

@test "top: w writes what is shown to a file here, and never over another" {
	local files said
	start_two
	press 2 "${marks[2]}"
	press w '^frsp-top-[0-9]{8}-[0-9]{6}\.txt written'
	said=$(screen | tail -n 1)
	files=("$test_dir"/cwd/*)
	expect "files" "${files[*]#"$test_dir/cwd/"}" "${said% written*}"
	grep -qE "${marks[2]}" "${files[0]}"
	not grep -q $'\e' "${files[0]}"
	# take the names of the next 30 seconds
	for ((n = 0; n < 30; n++)); do
		echo mine >"$test_dir/cwd/frsp-top-$(date -d "+$n seconds" +%Y%m%d-%H%M%S).txt"
	done
	press w '^frsp-top-[0-9]{8}-[0-9]{6}\.txt: not written: File exists'
	expect "files changed" "$(cat "$test_dir"/cwd/* | grep -vc '^mine$')" \
		"$(grep -vc '^mine$' "${files[0]}" || :)"
}

@test "top: w says why it cannot write" {
	fs_make a ext4
	mkdir "$test_dir/cwd"
	mount -t tmpfs -o ro frsp-test "$test_dir/cwd"
	defer wait_until umount "$test_dir/cwd"
	tui_open 150 30 <<-EOT
		cd '$test_dir/cwd'
		'$frsp_top' '$test_dir/a'
	EOT
	wait_until shows "${marks[1]}"
	press w 'not written: Read-only file system'
}

# --- the terminal's size ---------------------------------------------------------

# is_whole LINES: the title is the first line, the column heads the second, the filter the
# last.
is_whole() {
	[[ $(screen | wc -l) -eq $1 && $(title) == 'frsp-top '* && $(screen | sed -n 2p) == 'FS '* &&
		$(screen | tail -n 1) == filter\ * ]]
}

@test "top: it follows the size of the terminal, also while frozen" {
	local size
	start_two
	press Space FROZEN
	for size in '200 40' '90 20' '60 15'; do
		# shellcheck disable=SC2086 # two numbers
		set -- $size
		tui resize-window -x "$1" -y "$2"
		wait_until is_whole "$2" || fail "$size:" "$(screen)"
		shows FROZEN || fail "$size:" "$(screen)"
	done
}

@test "top: below 60x15 it says so, and recovers" {
	local size
	start_two
	for size in '50 10' '59 30' '150 14'; do
		# shellcheck disable=SC2086 # two numbers
		set -- $size
		tui resize-window -x "$1" -y "$2"
		wait_until eval '[[ $(screen | tr -d "\n") == "frsp-top needs 60x15" ]]' || fail "$size: $(screen)"
		tui resize-window -x 150 -y 30
		wait_until is_overview "a b"
	done
}

# In tmux's output, style 7 is reverse.
@test "top: a line that is cut at the edge leaves its style to no other" {
	start_two
	tui resize-window -x 80 -y 24
	wait_until eval '(($(title | wc -m) <= 81))'
	[[ $(tui capture-pane -pe | sed -n 2p) == *$'\e[7m'* ]] || fail "the heads do not stand out"
	[[ $(tui capture-pane -pe | sed -n 3p) != *$'\e[7m'* ]] || fail "$(tui capture-pane -pe | cat -v)"
}

# --- filesystems that come and go --------------------------------------------------

@test "top: a filesystem that is unmounted leaves the list, one that is mounted comes" {
	start_two
	tui send-keys Down Down
	wait_until is_chosen b
	fs_umount b
	wait_until is_overview a
	press Enter "${marks[2]}"
	press Escape "${marks[1]}"
	fs_mount b "${loop_of[b]}"
	wait_until is_overview "a b"
	kill -0 "$(tui_pid)"
}

@test "top: a filesystem that is unmounted while each screen shows it is no harm" {
	local n
	start_two
	for n in 2 3 4 5 6; do
		press 1 "${marks[1]}"
		tui send-keys Down Down
		wait_until is_chosen b
		press $n "${marks[n]}"
		fs_umount b
		tui send-keys z m m m m v
		press 1 "${marks[1]}"
		wait_until is_overview a || fail "$n: $(screen)"
		fs_mount b "${loop_of[b]}"
		wait_until is_overview "a b"
	done
	kill -0 "$(tui_pid)"
}

@test "top: a device number that comes again has nothing of the filesystem before" {
	start_two
	tui resize-window -x 200 -y 30
	file_make "$test_dir/b/was_hot" 2
	wait_until shows " $test_dir/b .*was_hot" || fail "$(screen)"
	fs_umount b
	wait_until is_overview a
	fs_format "${loop_of[b]}" ext4
	fs_mount b "${loop_of[b]}"
	wait_until is_overview "a b"
	sleep 1 # some frames
	hides was_hot || fail "$(screen)"
}

@test "top: the filesystem that was named is unmounted: status 1, and it says so" {
	fs_make a ext4
	top_start "$test_dir/a" -d 0.2
	fs_umount a
	expect_restored 1
	expect "messages" "$(cat "$test_dir/err")" \
		"frsp-top: $test_dir/a: was unmounted
  hint: mount it again, and start again"
}

@test "top: a mount point with control characters in its name does not write them" {
	local name=$'bad\e[31mname\nof two\tlines'
	fs_make a ext4
	fs_umount a
	mkdir "$test_dir/$name"
	mount "${loop_of[a]}" "$test_dir/$name"
	defer umount "$test_dir/$name"
	run_top -b --color=never "${loop_of[a]}" 0.1 1
	expect "status" "$status" 0
	cat -A "$test_dir/out"
	not grep -q $'[\e\t]' "$test_dir/out"
	expect "lines of it" "$(grep -c 'bad.*name.*of two' "$test_dir/out")" 1
	run_top -b --color=never --screen allocator "${loop_of[a]}" 0.1 1
	not grep -q $'[\e\t]' "$test_dir/out"
	run_top --json "${loop_of[a]}" 0.1 1
	expect "mount" "$(jq -r '.filesystems[0].mount' "$test_dir/out")" "$test_dir/$name"
}

# --- the end ---------------------------------------------------------------------

@test "top: q, Ctrl-C and SIGTERM end it with status 0, also frozen; nothing stays attached" {
	local end frozen programs
	fs_make a ext4
	for frozen in '' yes; do
		for end in q C-c TERM; do
			rm -f "$test_dir/over"
			top_start "$test_dir/a"
			programs=$(top_programs)
			[[ $programs ]] || fail "it has no programs"
			[[ ! $frozen ]] || press Space FROZEN
			if [[ $end == TERM ]]; then
				kill -TERM "$(tui_pid)"
			else
				tui send-keys $end
			fi
			expect_restored 0
			expect "messages" "$(cat "$test_dir/err")" ""
			wait_until none_of "$programs"
			tui_close
		done
	done
}

@test "top: a crash gives the terminal back, and keeps its status" {
	local signal programs
	fs_make a ext4
	for signal in SEGV ABRT QUIT BUS; do
		rm -f "$test_dir/over"
		top_start "$test_dir/a"
		programs=$(top_programs)
		kill -$signal "$(tui_pid)"
		expect_restored $((128 + $(kill -l $signal)))
		wait_until none_of "$programs"
		tui_close
	done
}

@test "top: nothing stays attached after SIGKILL" {
	local programs
	fs_make a ext4
	top_start "$test_dir/a"
	programs=$(top_programs)
	kill -KILL "$(tui_pid)"
	wait_until is_over
	wait_until none_of "$programs"
}

@test "top: its programs are called frsp_... or hotmon_..." {
	local id
	fs_make a ext4
	top_start "$test_dir/a"
	for id in $(top_programs); do
		[[ $(bpftool -j prog show id "$id" | jq -r .name) =~ ^(frsp|hotmon)_ ]] || fail "$(bpftool prog show id "$id")"
	done
}

@test "top: it ends when its terminal goes away" {
	local pid
	fs_make a ext4
	top_start "$test_dir/a"
	pid=$(tui_pid)
	tui kill-server
	wait_until not kill -0 "$pid" 2>/dev/null
}

@test "top: COUNT ends it with status 0" {
	fs_make a ext4
	top_start "$test_dir/a" 0.5 2
	expect_restored 0
}

# --- terminals and colours ---------------------------------------------------------

@test "top: TERM that cannot place the cursor, or is unknown: refused by name, with a hint" {
	local term
	for term in dumb nonsense ''; do
		echo "TERM=$term"
		rm -f "$test_dir/over"
		tui_open 150 30 <<-EOT
			cd '$test_dir'
			stty -g >before
			TERM=$term timeout -s KILL --foreground 25 '$frsp_top'
			echo \$? >status
			stty -g >after
		EOT
		expect_restored 1
		shows "^frsp-top: .*TERM" || fail "$(screen)"
		shows "^  hint: " || fail "$(screen)"
		tui_close
	done
}

# Prints the kind of colours in $test_dir/map: rgb, 256, 16, 8 or none.
map_colours() {
	sed -i '1,/^a cell: /d; $d' "$test_dir/map"
	if grep -q '48[;:]2[;:]' "$test_dir/map"; then
		echo rgb
	elif grep -q '48[;:]5[;:]' "$test_dir/map"; then
		echo 256
	elif grep -qE $'\e\\[[0-9;]*9[1-3]m' "$test_dir/map"; then
		echo 16
	elif grep -qE $'\e\\[[0-9;]*3[1-3]m' "$test_dir/map"; then
		echo 8
	else
		echo none
	fi
}

# make_quarter_full NAME: makes a filesystem whose inode tables fill a quarter of each
# flexible group. 16 colours have a bright one for this fullness.
make_quarter_full() {
	fs_make "$1" ext4 '' -b 1024 -i 1024
}

# Defines terminals that not every system knows: one with 16 colours, one with 24-bit
# colours, and two whose RGB colours have other numbers of bits.
make_terminals() {
	local of16='%?%p1%{8}%<%tN%p1%d%eB%p1%{8}%-%d%;' of_rgb
	of_rgb='%?%p1%{8}%<%tN%p1%d%eE\:2\:\:%p1%{65536}%/%d\:%p1%{256}%/%{255}%&%d\:%p1%{255}%&%d%;'
	tic -x -o "$test_dir/terminfo" - <<-EOT
		frsp-16|16 colours,
		 colors#16, pairs#256, use=xterm,
		 setaf=\E[$(sed 's/N/3/; s/B/9/' <<<"$of16")m, setab=\E[$(sed 's/N/4/; s/B/10/' <<<"$of16")m,
		frsp-rgb|24 bits,
		 RGB, colors#0x1000000, pairs#0x7FFF, use=xterm,
		 setaf=\E[$(sed 's/N/3/; s/E/38/' <<<"$of_rgb")m, setab=\E[$(sed 's/N/4/; s/E/48/' <<<"$of_rgb")m,
		frsp-666|18 bits,
		 RGB#6, colors#0x40000, pairs#0x7FFF, use=xterm,
		frsp-18|18 bits as they come,
		 RGB, colors#0x40000, pairs#0x7FFF, use=xterm,
	EOT
}

@test "top: the map has the colours that TERM has, and none with NO_COLOR or --color=never" {
	local term wanted
	make_quarter_full a
	make_terminals
	while read -r wanted term; do
		# shellcheck disable=SC2086 # variables, options
		top_start TERMINFO="$test_dir/terminfo" $term --screen map "$test_dir/a"
		wait_until shows "${marks[3]}"
		tui capture-pane -pe >"$test_dir/map"
		expect "colours with $term" "$(map_colours)" "$wanted"
		[[ $(cells) =~ ^[0-9]+$ ]] || fail "$(screen)"
		tui_close
	done <<-'EOT'
		8 TERM=xterm
		16 TERM=frsp-16
		rgb TERM=frsp-rgb
		8 TERM=frsp-666
		8 TERM=frsp-18
		256 TERM=xterm-256color
		none TERM=vt100
		none TERM=xterm-256color NO_COLOR=1
		none TERM=xterm-256color --color=never
	EOT
}

@test "top: a map in a report has the colours that COLORTERM or TERM has" {
	local said term wanted
	make_quarter_full a
	while read -r wanted term said; do
		COLORTERM=$said TERM=$term run_top -b --color=always --screen map "$test_dir/a" 0.1 1
		cp "$test_dir/out" "$test_dir/map"
		expect "colours with TERM=$term COLORTERM=$said" "$(map_colours)" "$wanted"
	done <<-'EOT'
		rgb xterm truecolor
		rgb dumb 24bit
		256 xterm-256color
		8 xterm yes
		8 nonsense
	EOT
}

@test "top: without colours the chosen filesystem still stands out" {
	start_two TERM=xterm-256color NO_COLOR=1
	tui send-keys Down
	wait_until is_chosen a || fail "$(tui capture-pane -pe)"
}

# --- the command line ---------------------------------------------------------------

@test "top: without privileges: exit status 4, and the capability by name" {
	local public
	public=$(mktemp -d /tmp/frsp-native.XXXXXX)
	defer rm -r "$public"
	chmod 755 "$public"
	install -m 755 "$frsp_top" "$public/frsp-top"
	status=0
	program=frsp-top # for expect_error
	setpriv --reuid=65534 --clear-groups "$public/frsp-top" --once >"$test_dir/out" 2>"$test_dir/err" || status=$?
	expect_error 4 CAP_BPF
	setpriv --reuid=65534 --clear-groups "$public/frsp-top" -s help | grep -qx SIZE
}

@test "top: wrong usage: exit status 2, and what was wrong" {
	local wrong
	while read -ra wrong; do
		echo "frsp-top ${wrong[*]}"
		run_top "${wrong[@]}"
		expect_error 2 "${wrong[-1]#-}"
	done <<-'EOT'
		0
		1 0
		1 1.5
		1 x
		1 1 1
		vda 1 1 1
		vda nonsense
		vda 0
		-d x
		-n 0
		-n -1
		-s nonsense
		-s +
		--screen nonsense
		--screen Map
		--metric nonsense
		--metric Tier
		--color sometimes
		-f 0123456789012345678901234567890123456789012345678901234567890123
		--nonsense
		-Z
	EOT
}

@test "top: what does not exist: exit status 1, the name and what to do" {
	local wrong
	for wrong in nonsense /dev/nonsense 255:4095 /nonsense /proc /dev/null -1 ''; do
		echo "frsp-top '$wrong'"
		run_top --once -- "$wrong"
		expect_error 1 "$wrong"
	done
}

@test "top: an unmounted device, and one that is neither ext4 nor XFS: exit status 1" {
	fs_make b btrfs
	run_top "$test_dir/b" --once
	expect_error 1 "$test_dir/b: neither ext4 nor XFS"
	run_top "${loop_of[b]}" --once
	expect_error 1 "${loop_of[b]}: neither ext4 nor XFS"
	fs_make a ext4
	fs_umount a
	run_top "${loop_of[a]}" --once
	expect_error 1 "${loop_of[a]}: not a mounted filesystem"
	run_top "${loop_of[a]#/dev/}" --once
	expect_error 1 "${loop_of[a]#/dev/}: not a mounted filesystem"
}

@test "top: DEV is a mount point, a device, its name or its number" {
	local spec
	fs_make a ext4
	for spec in "$test_dir/a" "${loop_of[a]}" "${loop_of[a]#/dev/}" "$(mountpoint -d "$test_dir/a")"; do
		run_top --json "$spec" 0.1 1
		expect "status" "$status" 0
		expect "filesystems with $spec" "$(jq -r '.filesystems[].mount' "$test_dir/out")" "$test_dir/a"
	done
}

# --- the two forms of a report --------------------------------------------------------

@test "top: -b and --json have the same numbers" {
	local size free busy percent
	start_json() {
		run_top --json "$@" 0.1 1
		expect "status" "$status" 0
		jq '.filesystems[0]' "$test_dir/out" >"$test_dir/json"
	}
	fs_make a ext4
	fallocate -l 100M "$test_dir/a/large"
	sync -f "$test_dir/a"
	start_json --screen map "$test_dir/a"
	run_top -b --bytes "$test_dir/a" 0.1 1
	size=$(awk 'NR == 2 { print $2 }' "$test_dir/out")
	percent=$(awk 'NR == 2 { print $3 }' "$test_dir/out")
	busy=$(awk 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "BUSY") n = NF - i }
		NR == 2 { print $(NF - n) }' "$test_dir/out")
	cat "$test_dir/out"
	expect SIZE "$size" "$(jq .bytes "$test_dir/json")"
	expect SIZE "$size" "$(findmnt -bno SIZE "$test_dir/a")"
	free=$(jq '.free_bytes * 10000 / .bytes | round' "$test_dir/json")
	expect FREE "$percent" "$((free / 100)).$(printf %02d $((free % 100)))%"
	expect BUSY "$busy" "$(jq .busy.blocks "$test_dir/json")"
	run_top -b --screen map "$test_dir/a" 0.1 1
	grep -q '^a cell: 1/[0-9]* group' "$test_dir/out"
}
