#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2030,SC2031,SC2154 # each test is a subshell; lib.bash
# Tests of frspctl defrag: what it moves, what it leaves alone, and that no data are lost,
# not even those that were acknowledged just before a crash.

load lib
load fragment

# make_fragmented NAME...: files of 4 MiB in 32 extents each, on the filesystem "a"
make_fragmented() {
	fragment 32 131072 "${@/#/$test_dir/a/}"
	sync -f "$test_dir/a"
}

extents_of() { # extents_of FILE
	filefrag "$1" | sed -n 's/.*: \([0-9]*\) extents\? found/\1/p'
}

# without_place FILE...: content and metadata that a move must not change
without_place() {
	sha256sum "$@"
	stat -c '%n %a %u:%g %s %X %Y %Z %h %i' "$@"
	python3 -c 'import os, sys
for path in sys.argv[1:]:
	print([(name, os.getxattr(path, name)) for name in os.listxattr(path)])' "$@"
}

result_of() { # result_of NAME FIELD: from the JSON lines in $test_dir/out
	jq -r --arg path "$test_dir/a/$1" 'select(.path == $path) | .'"$2" "$test_dir/out"
}

schema=$BATS_TEST_DIRNAME/../../docs/frspctl.schema.json

defrag() { # defrag [ARG...]: with JSON, and as fast as it can
	run_program frspctl defrag --json --rate 0 "$@"
}

is_clean() { # is_clean NAME: unmounts and checks the filesystem
	fs_umount "$1"
	e2fsck -fn "${loop_of[$1]}" >"$test_dir/fsck" 2>&1 || fail "$(cat "$test_dir/fsck")"
}

@test "files in pieces become one extent, and nothing else changes" {
	fs_make a ext4
	make_fragmented x y
	mkdir "$test_dir/a/d"
	make_fragmented d/z
	python3 -c 'import os, sys; os.setxattr(sys.argv[1], "user.colour", b"blue")' "$test_dir/a/x"
	chmod 2711 "$test_dir/a/x"
	chown 7:9 "$test_dir/a/y"
	without_place "$test_dir"/a/{x,y,d/z} >"$test_dir/before"
	[[ $(extents_of "$test_dir/a/x") -gt 16 ]]
	defrag "$test_dir/a"
	cat "$test_dir/out"
	expect "exit status" "$status" 0
	expect "extents" "$(extents_of "$test_dir/a/x") $(extents_of "$test_dir/a/y")" "1 1"
	expect "moved" "$(result_of x moved_bytes)" $((4 << 20))
	expect "extents said" "$(result_of x extents_after)" 1
	without_place "$test_dir"/a/{x,y,d/z} | diff -u "$test_dir/before" -
	fs_cool a
	without_place "$test_dir"/a/{x,y,d/z} | diff -u "$test_dir/before" -
	is_clean a
}

@test "what would be done is what is done, and a second time finds nothing" {
	local line
	fs_make a ext4
	make_fragmented x y
	defrag --dry-run "$test_dir/a"
	while read -r line; do
		"$native_dir/validate.py" "$schema" <<<"$line"
		"$native_dir/validate.py" --mutants "$schema" <<<"$line"
	done <"$test_dir/out"
	expect "bytes planned" "$(result_of x planned_bytes)" $((4 << 20))
	expect "extents expected" "$(result_of x extents_after)" 1
	[[ $(extents_of "$test_dir/a/x") -gt 16 ]]
	defrag "$test_dir/a"
	expect "bytes moved" "$(jq -s 'last.moved_bytes' "$test_dir/out")" $((8 << 20))
	defrag "$test_dir/a"
	expect "files" "$(jq -c '[.files, .improved, .moved_bytes]' "$test_dir/out")" "[2,0,0]"
}

@test "holes stay holes, and what is preallocated stays so" {
	local at
	fs_make a ext4
	make_fragmented x y
	fallocate -p -o 1M -l 64K "$test_dir/a/x"
	fallocate -n -o 4M -l 1M "$test_dir/a/x"
	fallocate -o 5M -l 128K "$test_dir/a/y"
	for at in 5368 5632 5760; do
		fallocate -o ${at}K -l 64K "$test_dir/a/y"
		fallocate -l 64K "$test_dir/a/between$at"
	done
	without_place "$test_dir"/a/{x,y} >"$test_dir/before"
	filefrag -v "$test_dir/a/y" | grep -c unwritten
	defrag "$test_dir/a"
	cat "$test_dir/out"
	without_place "$test_dir"/a/{x,y} | diff -u "$test_dir/before" -
	expect "extents before, behind, and preallocated" "$(result_of x extents_after)" 3
	filefrag -v "$test_dir/a/y" | grep -q unwritten
	is_clean a
}

@test "blocks of 1 KiB, which begin in the middle of pages" {
	fs_make a ext4 '' -b 1024
	fragment 40 5120 "$test_dir"/a/{x,y}
	sync -f "$test_dir/a"
	without_place "$test_dir"/a/{x,y} >"$test_dir/before"
	defrag "$test_dir/a"
	cat "$test_dir/out"
	expect "extents" "$(extents_of "$test_dir/a/x")" 1
	fs_cool a
	without_place "$test_dir"/a/{x,y} | diff -u "$test_dir/before" -
	is_clean a
}

end_process() { # end_process PID
	kill "$1"
	wait "$1" || :
}

# has_moved PID BYTES: the mover has written that much. It does not open the file, which
# would make the mover give it up.
# shellcheck disable=SC2317 # called by wait_until
has_moved() {
	[[ $(sed -n 's/^write_bytes: //p' "/proc/$1/io") -ge $2 ]]
}

# refused NAME WORD: a file in pieces is left alone, for this reason
refused() {
	local before
	before=$(filefrag -v "$test_dir/a/$1")
	defrag "$test_dir/a/$1"
	cat "$test_dir/out"
	expect "reason" "$(result_of "$1" reason)" "$2"
	expect "exit status" "$status" 1
	expect "extents" "$(filefrag -v "$test_dir/a/$1")" "$before"
}

@test "files that must stay are left alone, with the reason" {
	fs_make a ext4
	make_fragmented immutable append open written executed swap
	chattr +i "$test_dir/a/immutable"
	refused immutable immutable
	chattr -i "$test_dir/a/immutable"
	chattr +a "$test_dir/a/append"
	refused append append_only
	chattr -a "$test_dir/a/append"
	mkdir "$test_dir/a/fixed"
	make_fragmented fixed/x fixed/y
	chattr +i "$test_dir/a/fixed"
	refused fixed/x immutable_dir
	chattr -i "$test_dir/a/fixed"
	sleep 3600 4<"$test_dir/a/open" 3>&- &
	defer end_process $!
	refused open in_use
	sleep 3600 4>>"$test_dir/a/written" 3>&- &
	defer end_process $!
	refused written in_use
	mkswap "$test_dir/a/swap" >/dev/null
	refused swap swap
	ln -s immutable "$test_dir/a/link"
	mkfifo "$test_dir/a/fifo"
	defrag "$test_dir/a/fifo"
	expect "reason" "$(result_of fifo reason)" not_regular
	# a link is followed where the user names it, and nowhere else
	defrag "$test_dir/a/link"
	expect "extents" "$(extents_of "$test_dir/a/immutable")" 1
}

@test "filesystems where an exchange is not safe are left alone" {
	local options
	for options in "no_journal||-O ^has_journal" "bigalloc||-O bigalloc" \
		"data_journal|data=journal|" "fast_commit||-O fast_commit"; do
		IFS='|' read -r reason mount mkfs <<<"$options"
		[[ $reason != fast_commit || $(uname -r) != [7-9].* ]] || continue
		# shellcheck disable=SC2086 # a list of words
		fs_make a ext4 "$mount" $mkfs
		fragment 8 131072 "$test_dir"/a/{x,y}
		refused x "$reason"
		defrag "$test_dir/a"
		expect "of the directory" "$(jq -rs 'map(.path, .reason, .files // empty) | join(" ")' "$test_dir/out")" "$test_dir/a $reason   1"
		expect "exit status" "$status" 1
		fs_umount a
		loop_detach a
	done
	defrag /proc/cpuinfo
	expect "reason" "$(jq -r 'select(.path) | .reason' "$test_dir/out")" not_ext4
}

@test "somebody who opens the file waits for no more than a step" {
	fs_make a ext4
	fragment 64 262144 "$test_dir"/a/{x,y}
	sha256sum "$test_dir/a/x" >"$test_dir/before"
	"$frspctl" defrag --json --rate 2M "$test_dir/a/x" >"$test_dir/out" 3>&- &
	wait_until has_moved $! $((2 << 20))
	sha256sum -c "$test_dir/before"
	wait $! || expect "exit status" $? 0
	cat "$test_dir/out"
	expect "reason" "$(result_of x reason)" wanted
	[[ $(result_of x moved_bytes) -gt 0 && $(result_of x moved_bytes) -lt $((16 << 20)) ]]
	[[ $(result_of x extents_after) -lt $(result_of x extents_before) ]]
}

# A file is moved slowly; when its first bytes are moved, a writer opens it. So the mover
# gives it up at once, and the writer overwrites what was just moved.
@test "what was acknowledged is there after a crash, whatever the promise" {
	local sync
	# for tests/vm/splat-check, if this is a guest
	echo "frsp-test: expect Aborting journal on device loop[0-9]+-8" >/dev/kmsg || :
	fs_make a ext4 commit=300
	for sync in fdatasync O_DSYNC direct msync fsync; do
		fragment 64 262144 "$test_dir/a/$sync" "$test_dir/a/other"
		sync -f "$test_dir/a"
		"$frspctl" defrag --rate 2M "$test_dir/a/$sync" >"$test_dir/out" 3>&- &
		wait_until has_moved $! $((2 << 20))
		"$native_dir/acknowledged_write.py" "$test_dir/a/$sync" 4096 "W" $sync
		wait $! || :
		fs_cool a commit=300
		expect "bytes of the write with $sync" \
			"$(dd if="$test_dir/a/$sync" bs=4096 skip=1 count=1 status=none | tr -d W | wc -c)" 0
		grep -q 'another process wants it' "$test_dir/out"
		rm "$test_dir/a/$sync" "$test_dir/a/other"
	done
	is_clean a
}

need_module() {
	[[ -e /sys/module/frsp ]] || skip "the kernel has no frsp.ko"
}

@test "files that others write are moved, and keep what was acknowledged" {
	local writer mover
	need_module
	echo "frsp-test: expect Aborting journal on device loop[0-9]+-8" >/dev/kmsg
	fs_make a ext4 commit=300
	fragment 64 262144 "$test_dir"/a/{x,y}
	sync -f "$test_dir/a"
	refused x in_use 4<"$test_dir/a/x"
	# a crash while it is moved
	"$native_dir/acknowledged_writes.py" "$test_dir/a/x" "$test_dir/log" 3>&- &
	writer=$!
	"$frspctl" defrag --in-use --json --rate 4M "$test_dir/a/x" >"$test_dir/out" 3>&- &
	mover=$!
	wait_until has_moved $mover $((6 << 20))
	kill $writer
	wait $writer
	wait $mover || :
	cat "$test_dir/out"
	[[ $(result_of x moved_bytes) -gt 0 ]]
	fs_cool a commit=300
	"$native_dir/acknowledged_writes.py" --check "$test_dir/a/x" "$test_dir/log"
	# a crash after it
	"$native_dir/acknowledged_writes.py" "$test_dir/a/y" "$test_dir/log" 3>&- &
	writer=$!
	defrag --in-use "$test_dir/a/y"
	sleep 1
	kill $writer
	wait $writer
	cat "$test_dir/out"
	expect "outcome" "$(result_of y outcome)" improved
	fs_cool a
	"$native_dir/acknowledged_writes.py" --check "$test_dir/a/y" "$test_dir/log"
	is_clean a
}

@test "without frsp.ko, --in-use says what it needs" {
	[[ ! -e /sys/module/frsp ]] || return 0
	run_program frspctl defrag --in-use /
	expect_error 3 'frsp.ko is not loaded'
}

@test "killed at any time: each file is whole, and no space is lost" {
	local n free
	fs_make a ext4
	fragment 128 65536 "$test_dir"/a/{x,y,z}
	sha256sum "$test_dir"/a/{x,y,z} >"$test_dir/before"
	sync -f "$test_dir/a"
	free=$(stat -f -c %f "$test_dir/a")
	for n in 1 2 3 4 5 6 7 8; do
		timeout -s KILL "0.0$n" "$frspctl" defrag --rate 0 "$test_dir/a" >"$test_dir/out" || :
		sha256sum -c --quiet "$test_dir/before"
	done
	fs_cool a
	sha256sum -c --quiet "$test_dir/before"
	[[ $(stat -f -c %f "$test_dir/a") -ge $free ]] || fail "free blocks: $free before, $(stat -f -c %f "$test_dir/a") now"
	is_clean a
}

@test "told to end, it ends after a step and says so" {
	fs_make a ext4
	fragment 64 262144 "$test_dir"/a/{x,y}
	sha256sum "$test_dir"/a/{x,y} >"$test_dir/before"
	"$frspctl" defrag --rate 2M "$test_dir/a/x" >"$test_dir/out" 3>&- &
	wait_until has_moved $! $((2 << 20))
	kill -INT $!
	status=0
	wait $! || status=$?
	cat "$test_dir/out"
	expect "exit status" "$status" 1
	grep -q 'then stopped: interrupted$' "$test_dir/out"
	sha256sum -c --quiet "$test_dir/before"
}

@test "no better place in the free space: the file stays where it is" {
	local at
	fs_make a ext4 '' -m 0
	fragment 32 65536 "$test_dir"/a/{x,y}
	echo 0 >"/sys/fs/ext4/${loop_of[a]#/dev/}/reserved_clusters"
	fallocate -l 16M "$test_dir/a/pieces"
	dd if=/dev/zero of="$test_dir/a/full" bs=1M 2>/dev/null || :
	sync -f "$test_dir/a"
	dd if=/dev/zero of="$test_dir/a/rest" bs=4k oflag=direct 2>/dev/null || :
	# 2.5 MiB of holes, each too small for two of the file's extents of 64 KiB
	for ((at = 0; at < 160; at += 2)); do
		fallocate -p -o $((at * 32768)) -l 32768 "$test_dir/a/pieces"
	done
	sync -f "$test_dir/a"
	filefrag -v "$test_dir/a/x" >"$test_dir/before"
	defrag --keep-free 0 "$test_dir/a/x"
	cat "$test_dir/out"
	expect "outcome" "$(result_of x outcome)" no_better_place
	expect "moved" "$(result_of x moved_bytes)" 0
	filefrag -v "$test_dir/a/x" | diff -u "$test_dir/before" -
}

@test "no room for a donor: the file stays as it is, and the error says what is needed" {
	fs_make a ext4
	make_fragmented x y
	filefrag -v "$test_dir/a/x" >"$test_dir/before"
	run_program frspctl defrag --keep-free 1G "$test_dir/a/x"
	expect "exit status" "$status" 1
	grep -q "^frspctl: $test_dir/a/x: .*No space left" "$test_dir/err"
	grep -q 'hint: .*--keep-free' "$test_dir/err"
	run_program frspctl defrag --keep-free 17592186044415M "$test_dir/a/x" # nearly 2^64
	expect "exit status" "$status" 1
	filefrag -v "$test_dir/a/x" | diff -u "$test_dir/before" -
}

# thin_out NAME: from now on, the image of the filesystem "a", $test_dir/thin/a.img, which is
# on a full tmpfs, has room only for the blocks that are in use: a thin pool that is full
thin_out() {
	local first last
	fs_umount a
	fallocate -l "$(stat -c %s "$test_dir/thin/a.img")" "$test_dir/thin/a.img"
	dumpe2fs "${loop_of[a]}" 2>"$test_dir/log" |
		sed -n 's/^  Free blocks: //p' | tr -d ' ' | tr , '\n' >"$test_dir/free"
	while IFS=- read -r first last; do
		fallocate -p -o $((first * 4096)) -l $(((${last:-first} - first + 1) * 4096)) "$test_dir/thin/a.img"
	done <"$test_dir/free"
	dd if=/dev/zero of="$test_dir/thin/full" bs=1M 2>"$test_dir/log" || :
	fs_mount a "${loop_of[a]}"
}

@test "the disk refuses the new blocks: the file has its data, at its old place" {
	mkdir "$test_dir/thin"
	mount -t tmpfs -o size=100M frsp-thin "$test_dir/thin"
	defer umount "$test_dir/thin"
	truncate -s 64M "$test_dir/thin/a.img"
	loop_attach a "$test_dir/thin/a.img"
	fs_format "${loop_of[a]}" ext4 -b 4096
	fs_mount a "${loop_of[a]}"
	make_fragmented x y
	thin_out
	sha256sum "$test_dir/a/x" >"$test_dir/sum"
	filefrag -v "$test_dir/a/x" >"$test_dir/before"
	fs_cool a
	run_program frspctl defrag --rate 0 "$test_dir/a/x"
	cat "$test_dir/out" "$test_dir/err"
	sha256sum -c "$test_dir/sum"
	expect "exit status" "$status" 1
	grep -q "^frspctl: $test_dir/a/x: .*; it was moved back: " "$test_dir/err"
	filefrag -v "$test_dir/a/x" | diff -u "$test_dir/before" -
	fs_cool a
	sha256sum -c "$test_dir/sum"
	is_clean a
}

# A read takes 3 s, but who opens the file is let in after 1 s.
@test "a lease that the kernel took away: nothing is exchanged any more" {
	local seconds
	type -P strace >"$test_dir/log" || skip "needs strace"
	seconds=$(cat /proc/sys/fs/lease-break-time)
	echo 1 >/proc/sys/fs/lease-break-time
	defer eval "echo $seconds >/proc/sys/fs/lease-break-time"
	fs_make a ext4
	make_fragmented x y
	# the first five look for the signature of a swap file
	strace -o "$test_dir/trace" -P "$test_dir/a/x" -e trace=pread64 -e inject=pread64:delay_exit=3000000:when=6 \
		"$frspctl" defrag --json --rate 0 "$test_dir/a/x" >"$test_dir/out" 3>&- &
	sleep 1
	exec 5<>"$test_dir/a/x"
	wait $! || expect "exit status" $? 0
	exec 5>&-
	cat "$test_dir/out"
	expect "moved" "$(result_of x 'moved_bytes, .reason' | paste -sd ' ')" "0 wanted"
}

# bats test_tags=slow
@test "a program that is started while its file is moved waits, and starts" {
	local n
	fs_make a ext4
	for n in {1..40}; do
		fragment 16 131072 "$test_dir"/a/{x,y}
		dd if="$(type -P true)" of="$test_dir/a/x" conv=notrunc,fsync status=none
		chmod +x "$test_dir/a/x"
		"$frspctl" defrag --rate 20M "$test_dir/a/x" >"$test_dir/out" 3>&- &
		sleep "0.0$((n % 8 + 2))"
		"$test_dir/a/x"
		wait $! || :
		rm "$test_dir"/a/{x,y}
	done
}

# The signal is there before the program begins.
@test "told to end where there is nothing to move, it ends, too" {
	fs_make a ext4
	touch "$test_dir"/a/{x,y}
	status=0
	python3 -c 'import os, signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
os.kill(os.getpid(), signal.SIGINT)
os.execv(sys.argv[1], sys.argv[1:])' "$frspctl" defrag --json "$test_dir/a" >"$test_dir/out" || status=$?
	cat "$test_dir/out"
	expect "exit status" "$status" 1
	expect "files" "$(jq -s 'last.files' "$test_dir/out")" 0
}

@test "a file that is mounted onto one of another filesystem is refused" {
	fs_make a ext4
	fs_make b ext4
	fragment 8 131072 "$test_dir"/b/{x,y}
	touch "$test_dir/a/x"
	mount --bind "$test_dir/b/x" "$test_dir/a/x"
	defer umount "$test_dir/a/x"
	run_program frspctl defrag "$test_dir/a/x"
	expect "exit status" "$status" 1
	grep -q 'another filesystem: ' "$test_dir/err"
	grep -q '^1 file, 0 improved; 1 failed (' "$test_dir/out"
	# the next file is judged as if it were the first
	fragment 8 131072 "$test_dir"/a/{y,z}
	defrag --keep-free 1T "$test_dir"/a/{x,y}
	cat "$test_dir/out"
	expect "moved, and why not" "$(result_of y 'moved_bytes, .reason' | paste -sd ' ')" "0 ENOSPC"
}

# has_begun: the mover has told of a file
has_begun() {
	first=$(jq -r 'select(.schema == "frsp.progress/1") | .path // empty' "$test_dir/out" | head -n 1)
	[[ $first ]]
}

# bats test_tags=slow
@test "files that vanish from a directory before their turn are passed over" {
	local mover first others
	fs_make a ext4
	make_fragmented x y z
	"$frspctl" defrag --json --progress=json --rate 1M "$test_dir/a" >"$test_dir/out" 2>"$test_dir/err" 3>&- &
	mover=$!
	defer end_process $mover
	wait_until has_begun
	"$frspctl" pause 1
	mapfile -t others < <(printf "%s\n" "$test_dir"/a/[xyz] | grep -vxF "$first")
	rm "${others[0]}"
	ln -sf nowhere "${others[1]}"
	"$frspctl" resume 1
	status=0
	wait $mover || status=$?
	expect "on stderr" "$(cat "$test_dir/err")" ""
	expect "files" "$(jq -cs 'last | [.files, .failed, .improved]' "$test_dir/out")" "[1,0,1]"
	expect "exit status" "$status" 0
}

@test "needs root, and names that exist" {
	run_as_nobody frspctl defrag /
	expect_error 4 root
	run_program frspctl defrag "$test_dir/nonsense"
	expect "exit status" "$status" 1
	grep -q "^frspctl: $test_dir/nonsense: No such file" "$test_dir/err"
	run_program frspctl defrag --rate much /
	expect_error 2 much
}
