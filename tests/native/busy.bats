#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # jq programs; each test is a subshell; lib.bash
# Tests of frsp-top on busy extents: freed space that cannot be allocated yet. The report is
# compared with the extents of the deleted files, with the kernel's own numbers and with its
# trace.
#
#   FRSP_TOP  the program under test (default: the one in .output)

load lib

# the program that hotmon_launch starts
hotmon=${FRSP_TOP:-$native_dir/../../.output/frsp-top}

watch() { # watch [ARG...]: starts frsp-top, which reports five times a second
	hotmon_launch top --json "$@" 0.2
}

# busy NAME FILTER: prints what FILTER selects for the filesystem at $test_dir/NAME, from
# the latest report.
busy() {
	tail -n 1 "$test_dir/top.out" | jq -r --arg mount "$test_dir/$1" \
		".lost as \$lost | .filesystems[] | select(.mount == \$mount) | .busy | $2"
}

is_busy() { # is_busy NAME CONDITION
	[[ $(busy "$1" "$2") == true ]]
}

# fresh: waits for a report whose interval began after this call.
fresh() {
	local reports
	reports=$(wc -l <"$test_dir/top.out")
	wait_until has_reports $((reports + 2))
}

has_reports() {
	(($(wc -l <"$test_dir/top.out") >= $1))
}

# scattered FILE EXTENTS BLOCKS: writes EXTENTS extents of BLOCKS blocks each, with holes
scattered() {
	local i
	for ((i = 0; i < $2; i++)); do
		dd if=/dev/zero of="$1" bs=4k count="$3" seek=$((i * $3 * 2)) conv=notrunc status=none
	done
}

# commit NAME: XFS frees the extents of deleted files in the background, which sync need
# not wait for; a freeze does.
commit() {
	fs_freeze "$1"
	fs_thaw "$1"
}

# extents_of NAME FILE...: prints "EXTENTS BLOCKS" by FIEMAP
extents_of() {
	local name=$1 file
	for file in "${@:2}"; do
		file_extents "$name" "$file"
	done | awk '{ n++; bytes += $3 } END { print n, bytes / 4096 }'
}

# new_fs TYPE [OPTIONS [MKFS_OPTION...]]: makes a filesystem with four files, which have 10
# extents with 300 blocks and no preallocation.
new_fs() {
	local options=${2:-} i
	[[ $1 != xfs ]] || options=allocsize=4k
	fs_make fs "$1" "$options" "${@:3}"
	for i in 1 2 3 4; do
		scattered "$test_dir/fs/$i" "$i" $((i * 10))
	done
	sync -f "$test_dir/fs"
	read -r extents blocks <<<"$(extents_of fs "$test_dir"/fs/[1-4])"
	expect extents "$extents" 10
	expect blocks "$blocks" 300
	fs_cool fs "$options"
}

# pending_blocks NAME: prints the number of busy blocks by the kernel's own numbers: the
# filesystem's free blocks less the free blocks in the allocator's buddies.
pending_blocks() {
	local groups free
	free=$(stat -fc %f "$test_dir/$1")
	groups=$(awk '/^#[0-9]/ { sub(/:/, " ", $0); sum += $2 } END { print sum }' \
		"/proc/fs/ext4/$(basename "${loop_of[$1]}")/mb_groups")
	echo $((free - groups))
}

# expect_ended NAME EXTENTS BLOCKS: all busy extents have ended, each with a lifetime, and
# none is left or lost.
expect_ended() {
	wait_until is_busy "$1" '.extents == 0 and .blocks == 0'
	expect "freed and ended" \
		"$(busy "$1" '[.freed_extents, .freed_blocks, (.lifetimes | add), $lost] | join(" ")')" "$2 $3 $2 0"
}

@test "ext4: what is deleted is busy until its transaction is on disk" {
	new_fs ext4 commit=300
	watch "$test_dir/fs"
	expect "pending, says the kernel," "$(pending_blocks fs)" 0
	rm "$test_dir"/fs/[1-4]
	fresh
	expect busy "$(busy fs '[.extents, .blocks, .freed_extents, .freed_blocks] | join(" ")')" "10 300 10 300"
	expect "pending, says the kernel," "$(pending_blocks fs)" 300
	expect lifetimes "$(busy fs '.lifetimes | length')" 0
	sync -f "$test_dir/fs"
	expect_ended fs 10 300
	expect "pending, says the kernel," "$(pending_blocks fs)" 0
	expect peak "$(busy fs '[.peak_extents, .peak_blocks] | join(" ")')" "10 300"
}

@test "ext4: the peak is of one moment, not of all" {
	new_fs ext4 commit=300
	watch "$test_dir/fs"
	rm "$test_dir/fs/4"
	sync -f "$test_dir/fs"
	rm "$test_dir"/fs/[1-3]
	sync -f "$test_dir/fs"
	expect_ended fs 10 300
	expect peak "$(busy fs '[.peak_extents, .peak_blocks] | join(" ")')" "6 160"
}

now_ns() {
	date +%s%N
}

log2_of() {
	awk -v value="$1" 'BEGIN { while (value >= 2) { value /= 2; n++ } print n + 0 }'
}

# delete_at FILE EXTENTS: deletes FILE and sets before and seen, the times around its free.
delete_at() {
	before=$(now_ns)
	rm "$1"
	wait_until is_busy fs ".extents == $2"
	seen=$(now_ns)
}

# expect_bucket first|last LEAST MOST: the first (or last) bucket that is not empty is one
# for a lifetime of LEAST to MOST ns. The longest lifetime is in the last one.
expect_bucket() {
	local bucket
	bucket=$(busy fs "[.lifetimes | to_entries[] | select(.value > 0) | .key] | $1")
	((bucket >= $(log2_of "$2") && bucket <= $(log2_of "$3"))) ||
		fail "a lifetime from $2 to $3 ns, in bucket $bucket"
}

lifetimes() { # lifetimes TYPE [OPTIONS]
	local before seen synced ended least most sum
	local -a old
	new_fs "$1" "${2:-}"
	watch "$test_dir/fs"
	delete_at "$test_dir/fs/1" 1
	old=("$before" "$seen")
	sleep 1.5
	delete_at "$test_dir/fs/2" 3
	synced=$(now_ns)
	sync -f "$test_dir/fs"
	expect_ended fs 3 50
	ended=$(now_ns)
	expect_bucket last $((synced - old[1])) $((ended - old[0]))
	expect_bucket first $((synced - seen)) $((ended - before))
	least=$((synced - old[1] + 2 * (synced - seen)))
	most=$((ended - old[0] + 2 * (ended - before)))
	sum=$(busy fs .lifetime_ns)
	((sum >= least && sum <= most)) || fail "sum of lifetimes: $sum, not $least to $most"
}

@test "ext4: a lifetime is the time from the free to the commit" {
	lifetimes ext4 commit=300
}

@test "XFS: a lifetime is the time from the free to the checkpoint" {
	lifetimes xfs
}

@test "ext4: commits as often as commit= says" {
	new_fs ext4 commit=2
	watch "$test_dir/fs"
	rm "$test_dir/fs/1"
	fresh
	expect_ended fs 1 10
	is_busy fs '.lifetime_ns < 4e9' || fail "$(busy fs .lifetime_ns) ns"
}

# The frees have more different times than a batch has slots for. All are counted, and no
# lifetime is longer than that of the first free.
@test "ext4: 3000 files deleted one by one in one transaction" {
	local began ended last
	fs_make fs ext4 commit=300
	seq -f "$test_dir/fs/%g" 3000 | xargs -n 500 sh -c 'for f; do echo "$f" >"$f"; done' sh
	sync -f "$test_dir/fs"
	watch "$test_dir/fs"
	began=$(now_ns)
	seq -f "$test_dir/fs/%g" 3000 | xargs -n 100 rm
	sleep 1
	fresh
	expect busy "$(busy fs '[.extents, .blocks, .freed_blocks] | join(" ")')" "3000 3000 3000"
	sync -f "$test_dir/fs"
	expect_ended fs 3000 3000
	ended=$(now_ns)
	last=$(busy fs '.lifetimes | length')
	((last - 1 <= $(log2_of $(((ended - began) * 5 / 4))))) || fail "a lifetime in bucket $((last - 1))"
	# from the buckets, the sum of the lifetimes is known to a factor of 2
	is_busy fs '.lifetime_ns as $sum | [.lifetimes | to_entries[] | .value * pow(2; .key)] | add |
		. * 0.8 <= $sum and $sum <= . * 2' || fail "the buckets do not add up to $(busy fs .lifetime_ns) ns"
}

@test "ext4 without a journal: nothing is busy" {
	new_fs ext4 '' -O ^has_journal
	watch "$test_dir/fs"
	rm "$test_dir"/fs/[1-4]
	fresh
	expect "pending, says the kernel," "$(pending_blocks fs)" 0
	expect freed "$(busy fs '[.freed_extents, .peak_extents, .extents] | join(" ")')" "0 0 0"
}

@test "ext4 with data=writeback: data is never busy, its extent tree is" {
	new_fs ext4 commit=300,data=writeback
	scattered "$test_dir/fs/tree" 10 2
	fs_cool fs commit=300,data=writeback
	watch "$test_dir/fs"
	rm "$test_dir"/fs/[1-4]
	fresh
	expect freed "$(busy fs .freed_extents)" 0
	expect "pending, says the kernel," "$(pending_blocks fs)" 0
	rm "$test_dir/fs/tree"
	fresh
	expect busy "$(busy fs '[.extents, .blocks] | join(" ")')" "1 1"
	expect "pending, says the kernel," "$(pending_blocks fs)" 1
	sync -f "$test_dir/fs"
	expect_ended fs 1 1
}

attached_in_the_middle() { # attached_in_the_middle TYPE [OPTIONS]
	new_fs "$1" "${2:-}"
	rm "$test_dir"/fs/[12]
	sleep 0.5 # XFS frees in the background
	watch "$test_dir/fs"
	rm "$test_dir/fs/3"
	wait_until is_busy fs '.blocks > 0'
	expect busy "$(busy fs '[.extents, .blocks] | join(" ")')" "3 90"
	sync -f "$test_dir/fs"
	expect_ended fs 3 90
	rm "$test_dir/fs/4"
	commit fs
	wait_until is_busy fs '.freed_extents == 7'
	expect_ended fs 7 250
}

@test "ext4: what was freed before is not counted, not even below 0" {
	attached_in_the_middle ext4 commit=300
}

@test "XFS: what was freed before is not counted, not even below 0" {
	attached_in_the_middle xfs
}

is_gone() {
	[[ -z $(busy fs .) ]]
}

forgotten() { # forgotten TYPE
	new_fs "$1"
	watch
	rm "$test_dir"/fs/[1-3]
	wait_until is_busy fs '.freed_blocks == 140'
	fs_umount fs
	wait_until is_gone
	fs_mount fs "${loop_of[fs]}"
	fresh
	expect "counts of the filesystem before" "$(busy fs '[.freed_extents, .peak_extents, .extents] | join(" ")')" "0 0 0"
	rm "$test_dir/fs/4"
	commit fs
	wait_until is_busy fs '.freed_extents > 0'
	expect_ended fs 4 160
}

@test "ext4: unmounted while it has busy extents, and mounted again" {
	forgotten ext4
}

@test "XFS: unmounted while it has busy extents, and mounted again" {
	forgotten xfs
}

@test "XFS: what is deleted is busy until its checkpoint is on disk" {
	new_fs xfs
	watch "$test_dir/fs"
	rm "$test_dir"/fs/[1-4]
	wait_until is_busy fs '.freed_extents == 10'
	expect busy "$(busy fs '[.extents, .blocks] | join(" ")')" "10 300"
	sync -f "$test_dir/fs"
	expect_ended fs 10 300
	expect peak "$(busy fs '[.peak_extents, .peak_blocks] | join(" ")')" "10 300"
}

# xfs_trace EVENT...: starts a trace of these events of the filesystem at $test_dir/fs
xfs_trace() {
	local event dev
	tracefs_find
	trace=$tracefs/instances/frsp.$BASHPID.$BATS_TEST_NUMBER
	mkdir "$trace"
	defer trace_remove
	echo 16384 >"$trace/buffer_size_kb"
	dev=$(stat -c '(%Hr << 20) + %Lr' "${loop_of[fs]}")
	for event; do
		echo "dev == $((dev))" >"$trace/events/xfs/$event/filter"
		echo 1 >"$trace/events/xfs/$event/enable"
	done
}

traced() { # traced EVENT...: prints the number of these events
	local event n=0
	for event; do
		n=$((n + $(grep -c " $event: " "$trace/trace" || :)))
	done
	echo "$n"
}

# There is space for one file at a time, so to allocate the next file XFS needs the busy
# extents of the deleted one.
@test "XFS: the log is forced when all that is free is busy" {
	local round
	fs_make fs xfs
	xfs_trace xfs_extent_busy xfs_extent_busy_trim xfs_extent_busy_force xfs_alloc_near_busy xfs_alloc_size_busy
	watch "$test_dir/fs"
	for round in 1 2 3; do
		fallocate -l 400M "$test_dir/fs/$round"
		rm "$test_dir/fs/$round"
		wait_until is_busy fs ".freed_blocks >= 102400 * $round"
	done
	fallocate -l 400M "$test_dir/fs/last"
	sync -f "$test_dir/fs"
	wait_until is_busy fs '.extents == 0 and .blocks == 0'
	fresh
	is_busy fs '.forced > 0 and .trimmed > 0' || fail "it was never forced: the test is void: $(busy fs .)"
	expect "forced" "$(busy fs .forced)" "$(traced xfs_extent_busy_force xfs_alloc_near_busy xfs_alloc_size_busy)"
	expect "trimmed" "$(busy fs .trimmed)" "$(traced xfs_extent_busy_trim)"
	expect "freed" "$(busy fs .freed_extents)" "$(traced xfs_extent_busy)"
	expect "lost" "$(busy fs '$lost')" 0
}

# Punches a file full of holes of one block. This makes XFS's trees of free space grow and
# shrink, and they reuse their own blocks while these are busy, most often if one file
# follows right after another.
free_in_single_blocks() {
	fallocate -l 40M "$test_dir/fs/file"
	seq 0 8192 40000000 | sed 's/.*/fpunch & 4096/' | xfs_io "$test_dir/fs/file" >/dev/null
	rm "$test_dir/fs/file"
}

# Up to nine tries: on a slow machine checkpoints may come in between and leave nothing to
# reuse.
@test "XFS: each busy extent ends or is reused, and none is left" {
	local i
	fs_make fs xfs
	xfs_trace xfs_extent_busy xfs_extent_busy_clear
	watch "$test_dir/fs"
	for i in {1..9}; do
		free_in_single_blocks
		((i % 3)) || {
			fresh
			! is_busy fs '.reused > 0' || break
		}
	done
	commit fs
	wait_until is_busy fs '.extents == 0 and .blocks == 0'
	fresh
	is_busy fs '.reused > 0' || fail "none was reused: the test is void: $(busy fs .)"
	expect "freed" "$(busy fs .freed_extents)" "$(traced xfs_extent_busy)"
	expect "ended" "$(busy fs '.lifetimes | add')" "$(traced xfs_extent_busy_clear)"
	expect "reused" "$(busy fs .reused)" "$(busy fs '.freed_extents - (.lifetimes | add)')"
	expect "lost" "$(busy fs '$lost')" 0
}
