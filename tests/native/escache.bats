#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2030,SC2031,SC2154 # each test is a subshell; lib.bash
# Tests of frsp-top --json on ext4's extent status trees. The report is compared with ext4's
# own es_shrinker_info and with the kernel's trace of the same events.

load lib
load top

# Takes a report and puts the part on the filesystem at $test_dir/fs into $test_dir/fs.json.
top_report() {
	top_sample
	top fs .escache >"$test_dir/fs.json"
}

es() { # es FILTER: prints what FILTER selects from that part
	jq -r "$1" "$test_dir/fs.json"
}

# inode_counts INO: prints "LOOKUPS HITS MISSES" of the inode, from the report
inode_counts() {
	local got
	got=$(es "(.top_misses + .top_entries | map(select(.ino == $1)))[0] // empty |
		[.lookups, .hits, .misses] | join(\" \")")
	echo "${got:-0 0 0}"
}

# --- the kernel's own numbers --------------------------------------------------

es_info() { # es_info NAME: prints the file for the filesystem at $test_dir/NAME
	cat "/proc/fs/ext4/${loop_of[$1]#/dev/}/es_shrinker_info"
}

# kernel_lookups NAME: prints "HITS MISSES" since the mount
kernel_lookups() {
	es_info "$1" | sed -n 's|^ *\([0-9]*\)/\([0-9]*\) cache hits/misses|\1 \2|p'
}

# kernel_now NAME: prints "ENTRIES RECLAIMABLE"
kernel_now() {
	es_info "$1" | awk '$2 == "objects" { all = $1 } $2 == "reclaimable" { print all, $1 }'
}

# kernel_largest NAME: prints "INO ENTRIES" of the inode with the most entries
kernel_largest() {
	es_info "$1" | sed -n 's/^ *\([0-9]*\) inode (\([0-9]*\) objects.*/\1 \2/p'
}

minus() { # minus "A B" "C D": prints "A-C B-D"
	echo "$((${1% *} - ${2% *})) $((${1#* } - ${2#* }))"
}

# es_trace_start NAME: starts a trace of the events of the filesystem's trees
es_trace_start() {
	local event events=()
	tracefs_find
	for event in "$tracefs"/events/ext4/ext4_es_*/; do
		event=$(basename "$event")
		[[ $event =~ shrink_count|(extent|range)_enter ]] || events+=("$event")
	done
	events_start "$1" "${events[@]}"
}

es_trace_stop() { # puts the events into $test_dir/events
	events_stop
	sed -i 's/^[^ ]* [^ ]* //' "$test_dir/events"
}

traced() { # traced REGEX: prints the number of matching events
	grep -cE -- "$1" "$test_dir/events" || :
}

traced_inode() { # traced_inode INO: prints the format of inode_counts, from the trace
	echo "$(traced "^ext4_es_lookup_extent_exit: .* ino $1 found") \
$(traced "^ext4_es_lookup_extent_exit: .* ino $1 found 1") \
$(traced "^ext4_es_lookup_extent_exit: .* ino $1 found 0")"
}

traced_sum() { # traced_sum EVENT NAME: prints the sum of the numbers after NAME
	awk -v event="$1:" -v name="$2" '$1 == event { for (i = 2; i < NF; i++) if ($i == name) sum += $(i + 1) }
		END { printf "%d\n", sum }' "$test_dir/events"
}

# es_counts prints all counts of the filesystem from the report, traced_counts from the
# trace.
es_counts() {
	es '"lookups \(.lookups)", "hits \(.hits)", "misses \(.misses)", "cached \(.cached)",
		"removals \(.removals)", (.inserts | to_entries[] | "\(.key) \(.value)"),
		(.shrinker | "runs \(.runs)", "asked \(.asked)", "freed \(.freed)",
		"skipped \(.skipped_inodes)", "retried \(.retried)")'
}

# 6.1 has entries that are both unwritten and delayed (UD); they count as delayed.
traced_counts() {
	echo "lookups $(traced '^ext4_es_lookup_extent_exit')"
	echo "hits $(traced '^ext4_es_lookup_extent_exit.* found 1')"
	echo "misses $(traced '^ext4_es_lookup_extent_exit.* found 0')"
	echo "cached $(traced '^ext4_es_cache_extent')"
	echo "removals $(traced '^ext4_es_remove_extent')"
	echo "written $(traced '^ext4_es_insert_extent.* status W')"
	echo "unwritten $(traced '^ext4_es_insert_extent.* status UR?( |$)')"
	echo "delayed $(traced '^ext4_es_insert_(extent.* status U?D|delayed)')"
	echo "hole $(traced '^ext4_es_insert_extent.* status H')"
	echo "runs $(traced '^ext4_es_shrink:')"
	echo "asked $(traced_sum ext4_es_shrink_scan_enter nr_to_scan)"
	echo "freed $(traced_sum ext4_es_shrink nr_shrunk)"
	echo "skipped $(traced_sum ext4_es_shrink nr_skipped)"
	echo "retried $(traced '^ext4_es_shrink: .* retried [1-9]')"
}

expect_traced() { # the report has the same numbers as the trace
	diff -u --label trace --label frsp-top <(traced_counts) <(es_counts) >&2
}

# --- files ---------------------------------------------------------------------

# make_alternating FILE N [DD_OPTION...]: writes N blocks of data with holes between them
make_alternating() {
	local i
	for ((i = 0; i < $2; i++)); do
		dd if=/dev/zero of="$1" bs=4k seek=$((2 * i)) count=1 conv=notrunc status=none "${@:3}"
	done
}

read_direct() { # read_direct FILE: without the page cache, so that ext4 looks up each block
	dd if="$1" of=/dev/null bs=4k iflag=direct status=none
}

constant() { # constant NAME: prints its value from bpf/escache.h
	sed -n "s/^#define $1[[:space:]]*\([0-9]*\).*/\1/p" "$BATS_TEST_DIRNAME/../../bpf/escache.h"
}

# map_each CPU FILE...: looks up the blocks of each file on this CPU, with a single program,
# because an emulated CPU is slow.
map_each() {
	taskset -c "$1" filefrag "${@:2}" >/dev/null
}

# make_small NAME: makes as many files as a CPU has slots
make_small() {
	local file
	for ((file = 0; file < 1 << $(constant FRSP_ES_INODE_BITS); file++)); do
		truncate -s 4K "$test_dir/$1/small.$file"
	done
}

# --- the tests -----------------------------------------------------------------

@test "hits and misses are the kernel's own" {
	local before
	fs_make fs ext4
	make_alternating "$test_dir/fs/data" 50 oflag=direct
	fs_cool fs
	before=$(kernel_lookups fs)
	top_start "$test_dir/fs"
	expect "lookups while it attached" "$(kernel_lookups fs)" "$before"
	read_direct "$test_dir/fs/data"
	cp "$test_dir/fs/data" "$test_dir/fs/copy"
	ls -lR "$test_dir/fs" >/dev/null
	rm "$test_dir/fs/data"
	sync -f "$test_dir/fs"
	top_report
	expect "hits, misses" "$(es '"\(.hits) \(.misses)"')" "$(minus "$(kernel_lookups fs)" "$before")"
	es '.lookups == .hits + .misses and .misses > 0 and .lookups >= 99' | grep -qx true
}

@test "each count is that of the kernel's trace" {
	fs_make fs ext4
	top_start "$test_dir/fs"
	es_trace_start fs
	make_alternating "$test_dir/fs/direct" 20 oflag=direct
	make_alternating "$test_dir/fs/buffered" 20
	fallocate -l 1M "$test_dir/fs/unwritten"
	dd if=/dev/zero of="$test_dir/fs/unwritten" bs=4k seek=3 count=2 conv=notrunc,fsync status=none
	fallocate -p -o 64K -l 64K "$test_dir/fs/unwritten"
	truncate -s 1M "$test_dir/fs/hole"
	read_direct "$test_dir/fs/hole"
	sync -f "$test_dir/fs"
	truncate -s 8K "$test_dir/fs/buffered"
	cp -r "$test_dir/fs/buffered" "$test_dir/fs/copy"
	sync -f "$test_dir/fs"
	top_report
	es_trace_stop
	expect_traced
	es '[.inserts[]] | length == 4 and all(. > 0)' | grep -qx true
}

@test "a file misses when it is read for the first time, and hits from then on" {
	local ino cold warm file=$test_dir/fs/data
	fs_make fs ext4
	make_alternating "$file" 400 oflag=direct # more than a block of the extent tree holds
	ino=$(stat -c %i "$file")
	fs_cool fs
	top_start "$test_dir/fs"
	es_trace_start fs
	read_direct "$file"
	top_report
	es_trace_stop
	expect "the first time" "$(inode_counts "$ino")" "$(traced_inode "$ino")"
	expect_traced
	es '.cached > 0 and .misses > 0' | grep -qx true
	(($(es ".top_misses[] | select(.ino == $ino).misses") > 0)) || fail "no miss"
	cold=$(inode_counts "$ino")
	es_trace_start fs
	read_direct "$file"
	top_report
	es_trace_stop
	warm=$(inode_counts "$ino")
	expect "misses, the second time" "${warm##* }" "${cold##* }"
	(($(traced_inode "$ino" | cut -d' ' -f2) >= 799)) || fail "not every block was looked up"
	expect "lookups of both" "${warm%% *}" "$((${cold%% *} + $(traced_inode "$ino" | cut -d' ' -f1)))"
}

@test "the inode with most entries is that of es_shrinker_info, and has its path" {
	local ino file=$test_dir/fs/data
	fs_make fs ext4
	make_alternating "$test_dir/fs/less" 3 oflag=direct
	make_alternating "$file" 30 oflag=direct
	ino=$(stat -c %i "$file")
	fs_cool fs
	top_start "$test_dir/fs"
	read_direct "$test_dir/fs/less"
	top_report
	expect "inode and entries, of one file" "$(es '.top_entries[0] | "\(.ino) \(.entries)"')" "$(kernel_largest fs)"
	read_direct "$file"
	top_report
	expect "inode and entries" "$(es '.top_entries[0] | "\(.ino) \(.entries)"')" "$(kernel_largest fs)"
	expect "path" "$(es '.top_entries[0].path')" "$file"
	expect "generation" "$(es '.top_entries[0].gen')" "$(lsattr -v "$file" | awk '{ print $1 }')"
	expect "order" "$(es '[.top_entries[].entries] == ([.top_entries[].entries] | sort | reverse)')" true
	rm "$file"
	top_report
	expect "entries of what is deleted" "$(es "[.top_entries[] | select(.ino == $ino)] | length")" 0
}

@test "a hole that is known is a hit" {
	local ino file=$test_dir/fs/hole first
	fs_make fs ext4
	truncate -s 64K "$file"
	ino=$(stat -c %i "$file")
	fs_cool fs
	top_start "$test_dir/fs"
	read_direct "$file"
	top_report
	first=$(inode_counts "$ino")
	((${first##* } > 0)) || fail "no miss: $first"
	es '.inserts.hole > 0' | grep -qx true
	expect "entries of the hole" "$(es ".top_entries[] | select(.ino == $ino).entries > 0")" true
	read_direct "$file"
	top_report
	expect "misses, read again" "$(inode_counts "$ino" | cut -d' ' -f3)" "${first##* }"
	(($(inode_counts "$ino" | cut -d' ' -f2) > $(cut -d' ' -f2 <<<"$first"))) || fail "no hit"
}

# writeback_by_itself_stops: turns periodic writeback off until the test ends. Raising
# dirty_expire alone is not enough: five seconds after a disk's first dirty page, its thread
# also checks the disk's share of the dirty pages, which is 0 for a disk that has written
# little so far (fs/fs-writeback.c, wb_check_background_flush).
writeback_by_itself_stops() {
	local of
	for of in /proc/sys/vm/dirty_{expire,writeback}_centisecs; do
		defer sh -c "echo $(<"$of") >$of"
		echo 60000 >"$of"
	done
}

@test "what is written, but not on disk, is delayed" {
	local n=40 written
	writeback_by_itself_stops
	fs_make fs ext4
	sync -f "$test_dir/fs"
	top_start "$test_dir/fs"
	make_alternating "$test_dir/fs/data" $n
	top_report
	expect "entries, reclaimable" "$(es '.now | "\(.entries) \(.reclaimable)"')" "$(kernel_now fs)"
	expect "delayed now" "$(es .now.delayed)" $n
	(($(es .inserts.delayed) >= n)) || fail "delayed inserts: $(es .inserts.delayed)"
	written=$(es .inserts.written) # for the directory
	sync -f "$test_dir/fs"
	top_report
	expect "delayed now, synced" "$(es .now.delayed)" 0
	expect "entries, reclaimable, synced" "$(es '.now | "\(.entries) \(.reclaimable)"')" "$(kernel_now fs)"
	(($(es .inserts.written) >= written + n)) || fail "written: $written, then $(es .inserts.written)"
}

# The file stays open: if its inode were evicted, the entries would go with it.
@test "what the shrinker takes" {
	local fd us
	fs_make fs ext4
	make_alternating "$test_dir/fs/data" 200 oflag=direct
	read_direct "$test_dir/fs/data"
	exec {fd}<"$test_dir/fs/data"
	sync -f "$test_dir/fs" # before the trace: writing the journal looks up its blocks
	top_start "$test_dir/fs"
	es_trace_start fs
	echo 2 >/proc/sys/vm/drop_caches
	top_report
	es_trace_stop
	expect "entries, reclaimable" "$(es '.now | "\(.entries) \(.reclaimable)"')" "$(kernel_now fs)"
	exec {fd}<&-
	expect_traced
	es '.shrinker | .runs > 0 and .freed > 0 and .asked >= .freed' | grep -qx true
	expect "runs by time" "$(es '.shrinker.run | add')" "$(es .shrinker.runs)"
	us=$(traced_sum ext4_es_shrink scan_time) # each run's time is rounded down
	es ".shrinker | .run_ns >= $us * 1000 and .run_ns < ($us + .runs) * 1000" | grep -qx true ||
		fail "$us us, but $(es .shrinker.run_ns) ns"
}

# A hole has no blocks to truncate, so the only event is the eviction of the inode. With a
# single entry the inode is only in its CPU's slot, and an inode of any filesystem may take
# this slot. Then the test tries again with a new file.
@test "an inode that has left memory has no entries" {
	local ino is_there=false n
	fs_make fs ext4
	top_start "$test_dir/fs"
	for ((n = 0; n < 20; n++)); do
		rm -f "$test_dir/fs/hole"
		truncate -s 64K "$test_dir/fs/hole"
		ino=$(stat -c %i "$test_dir/fs/hole")
		read_direct "$test_dir/fs/hole"
		top_report
		is_there=$(es "any(.top_entries[]; .ino == $ino)")
		[[ $is_there == false ]] || break
	done
	expect "before" "$is_there" true
	rm "$test_dir/fs/hole"
	top_report
	expect "after" "$(es "any(.top_entries[]; .ino == $ino)")" false
}

# Other inodes get the memory of the deleted ones; it then holds their number of entries.
@test "an inode has not the entries of what came after it" {
	local file=$test_dir/fs/data i
	fs_make fs ext4
	mkdir "$test_dir/fs/elsewhere" # its files have other inode numbers, and so other slots
	top_start "$test_dir/fs"
	for i in {1..4}; do
		make_alternating "$file.$i" 5 oflag=direct
	done
	top_report
	expect "before" "$(es '[.top_entries[] | select(.entries >= 9)] | length')" 4
	rm "$file".*
	for ((i = 0; i < 6; i++)); do
		sleep 0.1 # until the memory can be reused: it is freed after a grace period
		make_alternating "$test_dir/fs/elsewhere/$i" 5 oflag=direct
	done
	top_report
	expect "of those that are there" "$(es '[.top_entries[] | select(.entries >= 9 and (.deleted | not))] | length')" 6
	expect "of those that are gone" "$(es '[.top_entries[] | select(.deleted and .ino > 11)] | length')" 0
}

# The small files take the slot of the large one, and then its memory.
@test "an inode that comes back, in other memory, has entries" {
	local cpu file=$test_dir/fs/large
	cpu=$(taskset -cp $$ | sed 's/.*[^0-9]//')
	fs_make fs ext4
	make_small fs
	make_alternating "$file" 10 oflag=direct
	fs_cool fs
	top_start "$test_dir/fs"
	map_each "$cpu" "$file" "$test_dir"/fs/small.*
	sync -f "$test_dir/fs"
	echo 3 >/proc/sys/vm/drop_caches
	sleep 0.1 # the memory is freed after a grace period
	map_each "$cpu" "$test_dir"/fs/small.* "$file" "$test_dir"/fs/small.*
	top_report
	expect "inode and entries" "$(es '.top_entries[0] | "\(.ino) \(.entries)"')" "$(kernel_largest fs)"
	expect "inode" "$(es .top_entries[0].ino)" "$(stat -c %i "$file")"
}

@test "inodes that share slots, on two CPUs, are counted one by one" {
	local file cpu first last
	fs_make fs ext4
	make_small fs
	for file in {1..5}; do
		make_alternating "$test_dir/fs/large.$file" $((file + 5)) oflag=direct
	done
	first=$(taskset -cp $$ | sed 's/.*: \([0-9]*\).*/\1/')
	last=$(taskset -cp $$ | sed 's/.*[^0-9]//')
	fs_cool fs
	top_start "$test_dir/fs"
	es_trace_start fs
	for _ in 1 2; do
		for cpu in "$first" "$last"; do
			map_each "$cpu" "$test_dir"/fs/{large,small}.*
		done
	done
	top_report
	es_trace_stop
	expect_traced
	for file in "$test_dir"/fs/large.*; do
		file=$(stat -c %i "$file")
		expect "of inode $file" "$(inode_counts "$file")" "$(traced_inode "$file")"
	done
	(($(es '.inodes | .tracked + .evicted') > 1 << $(constant FRSP_ES_INODE_BITS))) || fail "$(es .inodes)"
}

# is_counted NAME BEFORE: the report's look-ups are the kernel's. To be repeated: the
# filesystem may write its journal, which causes look-ups, at any time.
is_counted() {
	top_sample
	[[ $(top "$1" '.escache | "\(.hits) \(.misses)"') == "$(minus "$(kernel_lookups "$1")" "$2")" ]]
}

# One filesystem more than a CPU has slots.
@test "filesystems that share slots are counted one by one" {
	local name before=()
	for ((name = 0; name <= 1 << $(constant FRSP_ES_FS_BITS); name++)); do
		fs_make $name ext4
		truncate -s 4K "$test_dir/$name/file"
		fs_cool $name
	done
	top_start
	for ((name = 0; name <= 1 << $(constant FRSP_ES_FS_BITS); name++)); do
		before+=("$(kernel_lookups $name)")
	done
	for _ in {1..5}; do
		for name in "${!before[@]}"; do
			read_direct "$test_dir/$name/file"
		done
	done
	for name in "${!before[@]}"; do
		wait_until is_counted "$name" "${before[name]}"
		top "$name" '.escache | .hits >= 4 and .misses > 0' | grep -qx true
	done
}

slots_of_all() { # prints the number of slots of all CPUs
	echo "$(($(nproc --all) << $(constant FRSP_ES_INODE_BITS)))"
}

# write_apart DIR FILES BLOCKS: writes files with an entry for each of their blocks and for
# each hole between them
write_apart() {
	perl -e '
		my ($dir, $files, $blocks) = @ARGV;
		for my $file (1 .. $files) {
			open(my $out, ">", "$dir/apart.$file") or die "$dir/apart.$file: $!";
			for my $block (0 .. $blocks - 1) {
				sysseek($out, $block * 8192, 0);
				syswrite($out, "x") or die "$dir/apart.$file: $!";
			}
		}' "$@"
}

# The table has room for FRSP_ES_MAX_INODES, and the slots of all CPUs for some more.
@test "inodes that are let go are counted" {
	local n=20000 room
	room=$(constant FRSP_ES_MAX_INODES)
	fs_make fs ext4 '' -N 30000
	top_start "$test_dir/fs"
	write_apart "$test_dir/fs" $n 3
	top_report
	(($(es .inodes.tracked) <= room + $(slots_of_all))) || fail "$(es .inodes)"
	(($(es .inodes.tracked) >= room / 2 && $(es .inodes.evicted) > 0)) || fail "$(es .inodes)"
	(($(es '.inodes | .tracked + .evicted') >= n)) || fail "$(es .inodes)"
}

@test "inodes with little to tell make room, and are counted" {
	local n ino
	n=$((2 * $(slots_of_all) + 1000))
	fs_make fs ext4 '' -N $((n + 1000))
	top_start "$test_dir/fs"
	write_apart "$test_dir/fs" 1 50
	ino=$(stat -c %i "$test_dir/fs/apart.1")
	seq -f "$test_dir/fs/%.0f" $n | xargs mkdir
	top_report
	(($(es .inodes.tracked) <= $(slots_of_all) + 10)) || fail "$(es .inodes)"
	(($(es '.inodes | .tracked + .evicted') >= n)) || fail "$(es .inodes)"
	expect "the one that has" "$(es '.top_entries[0].ino')" "$ino"
}

@test "an inode that has missed twice, on one CPU, is remembered" {
	local n=2000 ino cpu
	cpu=$(taskset -cp $$ | sed 's/.*[^0-9]//')
	fs_make fs ext4 '' -N 30000
	touch "$test_dir/fs/data"
	ino=$(stat -c %i "$test_dir/fs/data")
	top_start "$test_dir/fs"
	es_trace_start fs
	# dd truncates the file, so each write misses
	taskset -c "$cpu" dd if=/dev/zero of="$test_dir/fs/data" bs=1 count=1 status=none
	taskset -c "$cpu" dd if=/dev/zero of="$test_dir/fs/data" bs=1 count=1 status=none
	seq -f "$test_dir/fs/%.0f" $n | taskset -c "$cpu" xargs mkdir
	es_trace_stop
	top_report
	expect "its misses" "$(inode_counts "$ino" | cut -d' ' -f3)" 2
	expect "its misses, traced" "$(traced_inode "$ino" | cut -d' ' -f3)" 2
}

# The kernel and frsp-top both begin to count at the mount.
@test "a filesystem that goes is forgotten" {
	local ino cpu
	cpu=$(taskset -cp $$ | sed 's/.*[^0-9]//')
	fs_make fs ext4
	make_small fs
	make_alternating "$test_dir/fs/data" 50 oflag=direct
	ino=$(stat -c %i "$test_dir/fs/data")
	fs_umount fs
	top_start
	fs_mount fs "${loop_of[fs]}"
	map_each "$cpu" "$test_dir/fs/data" "$test_dir"/fs/small.*
	top_report
	expect "hits, misses" "$(es '"\(.hits) \(.misses)"')" "$(kernel_lookups fs)"
	(($(es .lookups) >= 99)) || fail "$(es .lookups) lookups"
	expect "its file" "$(es "[.top_entries[] | select(.ino == $ino)] | length")" 1
	fs_umount fs
	wait_until top_lacks fs
	fs_mount fs "${loop_of[fs]}"
	ls "$test_dir/fs" >/dev/null
	top_report
	expect "hits, misses, mounted again" "$(es '"\(.hits) \(.misses)"')" "$(kernel_lookups fs)"
	(($(es .lookups) < 99)) || fail "$(es .lookups) lookups"
	expect "its file, mounted again" "$(es "[.top_entries[], .top_misses[] | select(.ino == $ino)] | length")" 0
	(($(es .inodes.tracked) < 1 << $(constant FRSP_ES_INODE_BITS))) || fail "$(es .inodes)"
}
