#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # for other shells; each test is a subshell; bats; lib.bash
# Each step of frspctl defrag and move is interrupted: by SIGKILL, by a crash, by a full filesystem, by
# somebody who writes the file. at_call.c stops frspctl in front of the Nth system call; a round
# of a test has its own copy of one filesystem, and N grows until frspctl makes no more calls.
#
#   FRSP_STRIDE  of the steps of move, only each FRSP_STRIDEth is interrupted (default 4), as most are
#                those of defrag, too

load lib

BATS_TEST_TIMEOUT=${FRSP_STEPS_TIMEOUT:-600}
mover=(defrag) stride=1
steps=fallocate,fcntl,fadvise,fsync,ftruncate,ioctl,sync_file_range
crash='python3 -c "import fcntl, os
fcntl.ioctl(os.open(\"$MNT\", os.O_RDONLY), 0x8004587D, b\"\\x02\\0\\0\\0\")"' # without the journal

# The filesystem of all rounds: x has a hole, and a piece of 1.4 MiB in front of it and behind.
setup_file() {
	local dir=$BATS_FILE_TMPDIR
	truncate -s 96M "$dir/base"
	mkfs.ext4 -q -F -b 4096 -g 8192 -E lazy_itable_init=0,lazy_journal_init=0 "$dir/base"
	mkdir "$dir/mnt"
	mount -o loop,noatime "$dir/base" "$dir/mnt"
	[[ ! -e /sys/module/frsp ]] || echo 0 >"/sys/fs/ext4/$(lsblk -no KNAME "$(findmnt -no SOURCE "$dir/mnt")")/freespace_tree"
	"$BATS_TEST_DIRNAME/fragment.py" 46 65536 "$dir/mnt/x" "$dir/mnt/y"
	fallocate -p -o 1408K -l 64K "$dir/mnt/x"
	(cd "$dir/mnt" && sha256sum x y) >"$dir/sums"
	umount "$dir/mnt"
	printf '%s\n' "[UUID=$(blkid -p -s UUID -o value "$dir/base")]" "fast = 0-32M" "slow = 32M-" >"$dir/conf"
	mount -o loop,noatime "$dir/base" "$dir/mnt"
	stat -f -c '%f %d' "$dir/mnt" >"$dir/free"
	umount "$dir/mnt"
	echo "frsp-test: expect Aborting journal on device loop[0-9]+-8" >/dev/kmsg || : # tests/vm/splat-check
}

begin_round() { # begin_round [MOUNT_OPTIONS]
	cp --sparse=always "$BATS_FILE_TMPDIR/base" "$test_dir/img"
	mount_image "$@"
}

mount_image() { # mount_image [MOUNT_OPTIONS]
	export MNT=$test_dir/mnt
	mkdir -p "$MNT"
	mount -o "loop,noatime${1:+,$1}" "$test_dir/img" "$MNT"
	echo 0 >"/sys/fs/ext4/$(lsblk -no KNAME "$(findmnt -no SOURCE "$MNT")")/reserved_clusters"
}

# recover: mounts a copy of the filesystem that crashed. Another process may have a copy of our mount
# in a mount namespace of its own; then the filesystem is still there, and would be found again.
recover() {
	umount "$MNT"
	cp --sparse=always "$test_dir/img" "$test_dir/crashed"
	mv "$test_dir/crashed" "$test_dir/img"
	mount_image
}

unmount() {
	! mountpoint -q "$test_dir/mnt" || umount "$test_dir/mnt"
}

has_content() {
	(cd "$MNT" && sha256sum --quiet -c "$BATS_FILE_TMPDIR/sums") || fail "$1: content"
	[[ $(ls -A "$MNT") == $'lost+found\nx\ny' ]] || fail "$1: $(ls -A "$MNT")"
}

# end_round WHAT: the files have their content, in the page cache and on the disk, and nothing
# is lost or left. A file in fewer extents may need a block less for its tree.
end_round() {
	local blocks inodes base_blocks base_inodes
	has_content "$1, before the umount"
	umount "$MNT"
	mount_image
	has_content "$1, afterwards"
	read -r blocks inodes < <(stat -f -c '%f %d' "$MNT")
	umount "$MNT"
	e2fsck -fn "$test_dir/img" >"$test_dir/fsck" 2>&1 || fail "$1: $(cat "$test_dir/fsck")"
	read -r base_blocks base_inodes <"$BATS_FILE_TMPDIR/free"
	expect "$1: free inodes" "$inodes" "$base_inodes"
	((blocks == base_blocks || blocks == base_blocks + 1)) || fail "$1: free blocks: $base_blocks before, $blocks now"
}

# step N COMMAND: runs frspctl, with COMMAND before its Nth step. Sets status; fails if at_call
# did. Those of the journal, which is on another filesystem, do not count. The output is in
# $test_dir/out and err.
step() {
	status=0
	AT_CALL_IGNORE=$FRSPCTL_JOURNAL "$native_dir/../../.output/native/at_call" "$steps" "$1" "$2" \
		"$frspctl" "${mover[@]}" --rate 0 --keep-free 0 "$MNT/x" >"$test_dir/out" 2>"$test_dir/err" || status=$?
	[[ $status != 98 ]] || fail "step $1: $(cat "$test_dir/err")"
}

# Notes how far frspctl came, for came_through_the_middle.
note_extents() {
	filefrag "$MNT/x" | sed -n 's/.*: \([0-9]*\) extents\? found/\1/p' >>"$test_dir/extents"
}

# came_through_the_middle N: there were so many steps, and the file was partly moved in some
came_through_the_middle() {
	echo "# $1 steps; extents of the file after them: $(sort -n "$test_dir/extents" | uniq -c | awk '{ printf "%s%d (%d times)", sep, $2, $1; sep = ", " }')" >&3
	(($1 >= 30)) || fail "only $1 steps"
	(($(sort -u "$test_dir/extents" | wc -l) >= 3)) || fail "the file was never partly moved"
}

killed_at_each_step() {
	local n
	defer unmount
	for ((n = 1 + RANDOM % stride; ; n += stride)); do
		begin_round
		step $n 'kill -KILL $PID'
		[[ $status != 99 ]] || break
		expect "step $n: exit status" "$status" 137
		note_extents
		end_round "killed at step $n"
	done
	came_through_the_middle $((n - 1))
	umount "$MNT"
}

# bats test_tags=slow
@test "killed at each step: the file is whole, no space is lost, and nothing is left" {
	killed_at_each_step
}

# use_move: frspctl moves x to the other end of the disk
use_move() {
	mover=(move --to fast --config "$BATS_FILE_TMPDIR/conf")
	steps=$steps,write stride=${FRSP_STRIDE:-4}
}

# bats test_tags=slow
@test "move, killed at each step: the file is whole, no space is lost, and nothing is left" {
	use_move
	killed_at_each_step
}

# bats test_tags=slow
@test "killed at random moments, also within calls: the file is whole, and no space is lost" {
	local n killed=0
	defer unmount
	for n in {1..30}; do
		begin_round
		status=0
		timeout -s KILL "0.00$((RANDOM % 9))$((RANDOM % 10))" "$frspctl" defrag --rate 0 "$MNT/x" >"$test_dir/out" || status=$?
		killed=$((killed + (status == 137)))
		end_round "killed, round $n"
	done
	echo "# killed in $killed of $n rounds" >&3
	((killed > 0))
}

crashed_at_each_step() {
	local n
	defer unmount
	for ((n = 1 + RANDOM % stride; ; n += stride)); do
		begin_round commit=300
		step $n "$crash; kill -KILL \$PID"
		[[ $status != 99 ]] || break
		expect "step $n: exit status" "$status" 137
		recover
		note_extents
		end_round "crashed at step $n"
	done
	came_through_the_middle $((n - 1))
	umount "$MNT"
}

# bats test_tags=slow
@test "a crash at each step: the file is whole, no space is lost, and nothing is left" {
	crashed_at_each_step
}

# bats test_tags=slow
@test "move, a crash at each step: the file is whole, no space is lost, and nothing is left" {
	use_move
	crashed_at_each_step
}

# bats test_tags=slow
@test "the filesystem is full from any step on: the file is whole, and the error says so" {
	local n failed=0
	defer unmount
	for ((n = 1; ; n++)); do
		begin_round
		step $n 'fallocate -l 96M "$MNT/fill" 2>/dev/null || :'
		[[ $status != 99 ]] || break
		rm "$MNT/fill"
		note_extents
		if [[ $status != 0 ]]; then
			failed=$((failed + 1))
			expect "step $n: exit status" "$status" 1
			grep "^frspctl: $MNT/x: .*: No space left on device$" "$test_dir/err" >/dev/null ||
				fail "step $n: $(cat "$test_dir/err")"
		fi
		end_round "full at step $n"
	done
	came_through_the_middle $((n - 1))
	echo "# it failed for want of space in $failed rounds" >&3
	((failed > 0))
	umount "$MNT"
}

# write_and_crash SYNC: overwrites a block of x, which is promised, and crashes; or gives up if it
# has to wait for frspctl's lease. Says in $test_dir/promised whether there was a promise.
write_and_crash() {
	local writer inode
	inode=$(stat -c %i "$MNT/x")
	"$native_dir/acknowledged_write.py" "$MNT/x" 4096 W "$1" 3>&- &
	writer=$!
	until ! kill -0 $writer 2>/dev/null || grep " BREAKING .*:$inode 0 EOF" /proc/locks >/dev/null; do
		sleep 0.01
	done
	kill $writer 2>/dev/null || :
	if wait $writer; then echo yes; else echo no; fi >"$test_dir/promised"
	kill -KILL "$PID"
}

# bats test_tags=slow
@test "a write at each step: what was promised is there after a crash" {
	local n kinds=(fdatasync O_DSYNC direct msync fsync) steps=fsync,ioctl,sync_file_range written=0 waited=0
	defer unmount
	export test_dir native_dir
	{ declare -f write_and_crash && echo 'write_and_crash "$1"'; } >"$test_dir/writer"
	begin_round
	printf 'W%.0s' {1..4096} | dd of="$MNT/x" bs=4096 seek=1 conv=notrunc status=none
	(cd "$MNT" && sha256sum x y) >"$test_dir/written"
	umount "$MNT"
	for ((n = 1; ; n++)); do
		begin_round commit=300
		step $n "bash '$test_dir/writer' ${kinds[n % 5]}"
		[[ $status != 99 ]] || break
		recover
		if [[ $(<"$test_dir/promised") == yes ]]; then
			written=$((written + 1))
			(cd "$MNT" && sha256sum --quiet -c "$test_dir/written") || fail "step $n: lost: ${kinds[n % 5]}"
		else
			waited=$((waited + 1))
			has_content "step $n"
		fi
		umount "$MNT"
	done
	echo "# at $waited steps the writer had to wait, at $written not" >&3
	((waited > 10 && written > 0))
	umount "$MNT"
}
