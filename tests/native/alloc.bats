#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2030,SC2031,SC2154 # each test is a subshell; lib.bash
# Tests of frsp-top --json on ext4's block allocator. The report is compared with ext4's
# own mb_stats, with the kernel's trace of the same calls, and with what the test did.

load lib
load top

alloc() { # alloc FILTER: prints what FILTER selects for the filesystem at $test_dir/fs
	top fs ".alloc | $1"
}

alloc_is() { # alloc_is CONDITION
	expect "$1, of $(alloc tojson)" "$(alloc "$1")" true
}

# alloc_fs [OPTIONS [MKFS_OPTION...]]: makes a filesystem where only the test allocates
# blocks
alloc_fs() {
	fs_make fs ext4 "$@"
	sync -f "$test_dir/fs"
}

# fragment: fills the filesystem but for 48 free extents of 64 blocks, and a small rest
fragment() {
	echo 0 >"/sys/fs/ext4/${loop_of[fs]#/dev/}/reserved_clusters"
	fallocate -l $((($(stat -fc %a "$test_dir/fs") - 96 * 64 - 16) * 4096)) "$test_dir/fs/most"
	seq -f "$test_dir/fs/fill%.0f" 96 | xargs -n1 fallocate -l 256K
	seq -f "$test_dir/fs/fill%.0f" 1 2 96 | xargs rm
	sync -f "$test_dir/fs"
}

# --- the kernel's own numbers --------------------------------------------------

mb_stats_on() {
	echo 1 >"/sys/fs/ext4/${loop_of[fs]#/dev/}/mb_stats"
}

# Prints "REQUESTS SUCCESSES GROUPS EXTENTS GOALS HITS...", with the hits of each criterion
# but the first.
mb_stats() {
	awk '$1 ~ /^(reqs|success|groups_scanned|goal_hits):$/ { value[$1] = $2 }
		/^\textents_scanned:/ { value["extents"] = $2 }
		/^\t\thits:/ && n++ { hits = hits " " $2 }
		END { print value["reqs:"], value["success:"], value["groups_scanned:"], value["extents"],
			value["goal_hits:"] hits }' "/proc/fs/ext4/${loop_of[fs]#/dev/}/mb_stats"
}

stats_since() { # stats_since BEFORE: prints the increase of each number of mb_stats
	paste -d' ' <(tr ' ' '\n' <<<"$1") <(mb_stats | tr ' ' '\n') | awk '{ printf "%s%d", sep, $2 - $1; sep = " " }'
}

# alloc_stats CRITERIA: prints the report's numbers in the format of mb_stats, for
# filesystems where preallocation serves no call.
alloc_stats() {
	alloc "[.searches, .searches - .shorter, .groups_scanned, .extents_found, .goals_taken] +
		(.criteria + [0, 0, 0, 0, 0, 0, 0, 0])[1:$1] | join(\" \")"
}

# --- the kernel's trace --------------------------------------------------------

calls_start() { # calls_start NAME: starts a trace of its allocations
	events_start "$1" ext4_request_blocks ext4_allocate_blocks ext4_mballoc_alloc ext4_mballoc_prealloc
}

# Prints the numbers of alloc_numbers, but computed from the trace in $test_dir/events, and
# writes the seconds of each kind of calls to $test_dir/times. A call without an end has
# failed early. The length that a search obtained is the length that the call returned:
# ext4_mballoc_alloc also counts the blocks that are preallocated for later. Not for
# bigalloc.
traced_numbers() {
	awk -v times="$test_dir/times" -v per_group="$(dumpe2fs -h "${loop_of[fs]}" 2>/dev/null |
		sed -n 's/^Blocks per group: *//p')" '
		function log2(n,  bucket) {
			for (bucket = 0; n > 1; n = int(n / 2))
				bucket++
			return bucket
		}
		function histogram(name, buckets, max,  i, text) {
			while (max >= 0 && !buckets[max])
				max--
			for (i = 0; i <= max; i++)
				text = text " " buckets[i] + 0
			print name text
		}
		function fail(pid) {
			if (pid in kind)
				calls["failed"]++
			delete kind[pid]
		}
		function end_search(asked, got, at_goal) {
			obtained += got
			if (got)
				obtains[log2(got)]++
			shorter += got < asked
			taken += got && at_goal
		}
		BEGIN {
			n_names = split("CR_POWER2_ALIGNED CR_GOAL_LEN_FAST CR_BEST_AVAIL_LEN CR_GOAL_LEN_SLOW CR_ANY_FREE", names)
			for (i = 1; i <= n_names; i++)
				number[names[i]] = i - 1
			number["0x" n_names] = n_names # no criterion: the best extent found so far
		}
		$3 == "ext4_request_blocks:" {
			fail($1)
			kind[$1] = /HINT_DATA/ ? "data" : "metadata"
			began[$1] = $2
		}
		$3 == "ext4_mballoc_prealloc:" && $1 in kind { kind[$1] = "preallocated" }
		$3 == "ext4_allocate_blocks:" && $1 in kind {
			match($0, / len [0-9]* block [0-9]* /)
			split(substr($0, RSTART, RLENGTH), got, " ")
			if (!got[4])
				kind[$1] = "failed"
			if ($1 in asked)
				end_search(asked[$1], got[4] ? got[2] : 0, goal[$1] == got[4])
			delete asked[$1]
			calls[kind[$1]]++
			seconds[kind[$1]] += $2 - began[$1]
			delete kind[$1]
		}
		$3 == "ext4_mballoc_alloc:" {
			split($9, request, "[/@]")
			split($11, place, "[/@]")
			asked[$1] = request[3]
			goal[$1] = place[1] * per_group + place[2]
			searches++
			requested += request[3]
			requests[log2(request[3])]++
			extents += $15
			groups += $17
			scans[log2($17)]++
			criteria[$19 in number ? number[$19] : $19]++
		}
		END {
			for (pid in kind)
				fail(pid)
			split("data metadata preallocated failed", kinds)
			for (i = 1; i <= 4; i++) {
				print kinds[i], calls[kinds[i]] + 0
				print kinds[i], seconds[kinds[i]] + 0 >times
			}
			print "searches", searches + 0
			print "requested_clusters", requested + 0
			print "obtained_clusters", obtained + 0
			print "shorter", shorter + 0
			print "goals_taken", taken + 0
			print "goals_missed", searches - taken
			print "groups_scanned", groups + 0
			print "extents_found", extents + 0
			histogram("requested", requests, 40)
			histogram("obtained", obtains, 40)
			histogram("criteria", criteria, 40)
			histogram("scanned", scans, 40)
		}' "$test_dir/events"
}

alloc_numbers() {
	alloc 'to_entries[] | if .value | type == "array" then "\([.key] + .value | map(tostring) | join(" "))"
		elif .value | type == "object" then "\(.key) \(.value.calls)" else "\(.key) \(.value)" end'
}

expect_traced() { # the report has the same numbers as the trace
	diff -u --label trace --label frsp-top <(traced_numbers) <(alloc_numbers) >&2
}

# --- the tests -----------------------------------------------------------------

@test "searches are the kernel's own" {
	local before criteria
	alloc_fs '' -m 0 -N 4096 -g 2048 -G 1
	fragment
	mb_stats_on
	top_start "$test_dir/fs"
	before=$(mb_stats)
	seq -f "$test_dir/fs/new%.0f" 20 | xargs -n1 fallocate -l 512K
	top_sample
	criteria=$(($(wc -w <<<"$before") - 4))
	expect "mb_stats" "$(alloc_stats $criteria)" "$(stats_since "$before")"
	alloc_is '.preallocated.calls == 0 and .searches >= 20 and .groups_scanned > 0 and .extents_found > .searches
		and (.criteria | add) == .searches and (.criteria[1:] | add) > 0'
}

@test "goals that are taken are the kernel's own" {
	local before i
	alloc_fs
	mb_stats_on
	top_start "$test_dir/fs"
	before=$(mb_stats)
	for i in 1 2 3 4 5; do # closing the file discards its preallocation
		dd if=/dev/zero of="$test_dir/fs/alone" bs=1M count=1 oflag=append conv=notrunc,fsync status=none
	done
	for i in 0 1; do
		fallocate -o $((i * 1048576)) -l 1M "$test_dir/fs/a"
		fallocate -o $((i * 1048576)) -l 1M "$test_dir/fs/b"
	done
	top_sample
	expect "mb_stats" "$(alloc_stats 1)" "$(stats_since "$before" | cut -d' ' -f1-5)"
	alloc_is '.preallocated.calls == 0 and .goals_taken > 0 and .goals_missed > 0 and
		.goals_taken + .goals_missed == .searches'
}

@test "each number is that of the kernel's trace" {
	local i
	alloc_fs
	top_start "$test_dir/fs"
	calls_start fs
	for ((i = 0; i < 12; i++)); do
		fallocate -o $((i * 40960)) -l 20K "$test_dir/fs/holes"
		dd if=/dev/zero of="$test_dir/fs/appended" bs=3k count=1 conv=notrunc,fsync oflag=append status=none
		dd if=/dev/zero of="$test_dir/fs/buffered$i" bs=64k count=$((i + 1)) status=none
		mkdir "$test_dir/fs/dir$i"
	done
	sync -f "$test_dir/fs"
	fallocate -l 100M "$test_dir/fs/large"
	rm "$test_dir"/fs/buffered?
	sync -f "$test_dir/fs"
	fallocate -l 30M "$test_dir/fs/again"
	top_sample
	events_stop
	expect_traced
	alloc_is '[.data, .metadata, .preallocated | .calls > 0] | all'
}

@test "N files of one size are N calls, each for that size" {
	local n=20
	alloc_fs
	top_start "$test_dir/fs"
	seq -f "$test_dir/fs/%.0f" $n | xargs -n1 fallocate -l 1M
	top_sample
	expect "calls, searches" "$(alloc '"\(.data.calls) \(.searches)"')" "$n $n"
	expect "requested, obtained, shorter" \
		"$(alloc '"\(.requested_clusters) \(.obtained_clusters) \(.shorter)"')" "$((n * 256)) $((n * 256)) 0"
	expect "by length" "$(alloc '[.requested, .obtained | map(tostring) | join(" ")] | join(", ")')" \
		"0 0 0 0 0 0 0 0 $n, 0 0 0 0 0 0 0 0 $n"
	expect "other calls" "$(alloc '"\(.metadata.calls) \(.preallocated.calls) \(.failed.calls)"')" "0 0 0"
}

@test "a directory is metadata" {
	local n=15
	alloc_fs
	top_start "$test_dir/fs"
	calls_start fs
	seq -f "$test_dir/fs/%.0f" $n | xargs mkdir
	top_sample
	events_stop
	expect_traced
	expect "metadata, data" "$(alloc '"\(.metadata.calls) \(.data.calls)"')" "$n 0"
	expect "requested" "$(alloc .requested_clusters)" "$n"
}

@test "small appends are served by what was set aside" {
	local i n=20
	alloc_fs
	top_start "$test_dir/fs"
	calls_start fs
	for ((i = 0; i < n; i++)); do
		dd if=/dev/zero of="$test_dir/fs/log" bs=4k count=1 seek="$i" conv=notrunc,fsync status=none
	done
	top_sample
	events_stop
	expect_traced
	expect "all calls" "$(alloc '.data.calls + .preallocated.calls')" $n
	(($(alloc .preallocated.calls) > n / 2)) || fail "preallocated: $(alloc .preallocated.calls)"
	expect "searches for data" "$(alloc .searches)" "$(alloc '.data.calls + .metadata.calls')"
}

# On a full filesystem ext4 does not search, and it has no tracepoint for this failure.
@test "calls that fail as the filesystem is full" {
	local i n=7 before
	alloc_fs '' -m 0
	fallocate -l 2G "$test_dir/fs/all" 2>/dev/null && fail "it is not full"
	expect "free blocks" "$(stat -fc %a "$test_dir/fs")" 0
	top_start "$test_dir/fs"
	calls_start fs
	for ((i = 0; i < n; i++)); do
		! fallocate -l 64K "$test_dir/fs/more" 2>/dev/null || fail "it is not full"
	done
	top_sample
	events_stop
	expect_traced
	(($(alloc .failed.calls) >= n)) || fail "failed: $(alloc .failed.calls)"
	expect "data, searches" "$(alloc '"\(.data.calls) \(.searches)"')" "0 0"
	before=$(alloc .failed.calls)
	rm "$test_dir/fs/all"
	sync -f "$test_dir/fs"
	fallocate -l 64K "$test_dir/fs/more"
	top_sample
	expect "failed, data" "$(alloc '"\(.failed.calls) \(.data.calls)"')" "$before 1"
}

# The tolerances: a histogram gives a time to within a factor of two, the trace gives
# microseconds, and the two measure at slightly different points in the code.
@test "latencies are those of the trace, and less than the whole took" {
	local kind seconds began took_ns
	alloc_fs '' -m 0 -N 4096 -g 2048 -G 1
	fragment
	top_start "$test_dir/fs"
	calls_start fs
	began=$EPOCHREALTIME
	seq -f "$test_dir/fs/new%.0f" 20 | xargs -n1 fallocate -l 512K
	for kind in 1 2 3 4 5 6; do
		dd if=/dev/zero of="$test_dir/fs/log" bs=4k count=1 seek="$kind" conv=notrunc,fsync status=none
	done
	took_ns=$(((${EPOCHREALTIME/[.,]/} - ${began/[.,]/}) * 1000))
	top_sample
	events_stop
	expect_traced
	while read -r kind seconds; do
		alloc_is ".$kind | .calls == (.latency | add // 0) and .latency_ns <= $took_ns and
			([.latency | to_entries[] | .value * pow(2; .key)] | add // 0) as \$least |
			\$least <= .latency_ns and (.latency_ns < 2 * \$least or .calls == 0) and
			.latency_ns >= ($seconds * 1e9 - .calls * 1000) / 2 and
			.latency_ns / 2 <= $seconds * 1e9 + .calls * 20000"
	done <"$test_dir/times"
	(($(alloc '.data.latency_ns') > 0)) || fail "no time"
}

@test "bigalloc: clusters, not blocks" {
	local n=6
	alloc_fs '' -O bigalloc -C 65536
	top_start "$test_dir/fs"
	seq -f "$test_dir/fs/%.0f" $n | xargs -n1 fallocate -l 2M
	top_sample
	expect "calls, requested, obtained" \
		"$(alloc '"\(.data.calls) \(.requested_clusters) \(.obtained_clusters)"')" "$n $((n * 32)) $((n * 32))"
	expect "by length" "$(alloc '.obtained | join(" ")')" "0 0 0 0 0 $n"
}

@test "two filesystems stay apart" {
	alloc_fs
	fs_make other ext4
	top_start
	seq -f "$test_dir/fs/%.0f" 5 | xargs -n1 fallocate -l 1M
	seq -f "$test_dir/other/%.0f" 3 | xargs -n1 fallocate -l 2M
	top_sample
	expect "one" "$(top fs '.alloc | "\(.data.calls) \(.searches) \(.obtained_clusters)"')" "5 5 1280"
	expect "the other" "$(top other '.alloc | "\(.data.calls) \(.searches) \(.obtained_clusters)"')" "3 3 1536"
}

@test "a filesystem that goes is forgotten" {
	alloc_fs
	top_start
	fallocate -l 1M "$test_dir/fs/a"
	top_sample
	expect "calls" "$(alloc .data.calls)" 1
	fs_umount fs
	wait_until top_lacks fs
	fs_mount fs "${loop_of[fs]}"
	fallocate -l 1M "$test_dir/fs/b"
	fallocate -l 1M "$test_dir/fs/c"
	top_sample
	expect "calls, mounted again" "$(alloc '"\(.data.calls) \(.searches)"')" "2 2"
}

# A search that is under way when frsp-top attaches may be counted at its end. The start of
# its call is not known, so it has no latency.
@test "begun while files are allocated, it counts whole calls" {
	local loop_pid i began
	alloc_fs '' -N 100000
	began=$EPOCHREALTIME
	while :; do
		fallocate -l 64K "$test_dir/fs/a"
		rm "$test_dir/fs/a"
	done 3>&- &
	loop_pid=$!
	defer wait_until not kill -0 "$loop_pid"
	defer kill "$loop_pid"
	for i in 1 2 3; do
		top_start "$test_dir/fs"
		top_sample
		top_stop
		alloc_is ".data.calls > 0 and (.searches - .data.calls | . >= -1 and . <= 1) and
			.data.latency_ns < $(((${EPOCHREALTIME/[.,]/} - ${began/[.,]/}) * 1000))"
	done
}

# The call waits for a bitmap from a suspended device while frsp-top attaches.
@test "a call that has begun before is not counted" {
	local name=frsp$$ pid before
	modprobe -q dm_mod 2>/dev/null || :
	[[ -e /sys/class/misc/device-mapper ]] || skip "the kernel has no device-mapper"
	need_fs ext4
	truncate -s 512M "$test_dir/fs.img"
	loop_attach fs "$test_dir/fs.img"
	dmsetup create --noudevsync "$name" --table "0 1048576 linear ${loop_of[fs]} 0"
	defer dmsetup remove --noudevsync --retry "$name"
	dmsetup mknodes "$name"
	fs_format "/dev/mapper/$name" ext4 -O ^uninit_bg,^metadata_csum,^flex_bg
	fs_mount fs "/dev/mapper/$name" no_prefetch_block_bitmaps
	: >"$test_dir/fs/a"
	sync -f "$test_dir/fs"
	exec 9<>"$test_dir/fs/a"
	dmsetup suspend --nolockfs --noflush --noudevsync "$name"
	defer dmsetup resume --noudevsync "$name"
	fallocate -l 256K /dev/fd/9 9>&9 3>&- &
	pid=$!
	wait_until grep -q ext4_mb_ "/proc/$pid/stack"
	top_start
	dmsetup resume --noudevsync "$name"
	wait "$pid"
	exec 9>&-
	top_sample
	before=$(alloc '"\(.searches) \(.data.calls) \(.data.latency_ns)"')
	expect "searches, calls, ns" "$before" "1 0 0"
	fallocate -l 1M "$test_dir/fs/b"
	top_sample
	expect "the next" "$(alloc '"\(.searches) \(.data.calls) \(.failed.calls)"')" "2 1 0"
}
