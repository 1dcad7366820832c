#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # for jq; each test is a subshell; lib.bash
# Tests of paths and mount points with unusual mounts: many mounts of a filesystem, mounts
# of a part of it, no mount, and mounts that come and go.

load lib

probe=${PATH_PROBE:-$native_dir/../../.output/native/path_probe}

bind() { # bind FROM TO: mounts the directory or file FROM at TO; both are below $test_dir
	[[ -e $test_dir/$2 ]] || if [[ -d $test_dir/$1 ]]; then mkdir -p "$test_dir/$2"; else : >"$test_dir/$2"; fi
	mount --bind "$test_dir/$1" "$test_dir/$2" && defer unmount "$2"
}

unmount() { # unmount NAME; may be called twice
	! mountpoint -q "$test_dir/$1" || wait_until umount "$test_dir/$1"
}

write_file() { # write_file PATH [MEBIBYTES]: writes without the page cache
	dd if=/dev/zero of="$1" bs=64k count=$((16 * ${2:-1})) oflag=direct conv=notrunc status=none
}

watch() { # watch [OPTION...]: starts a hotmon that reports each 0.2 s
	hotmon_launch hot --json -r 0 "$@" 0.2
}

# last_row FIELD...: prints the fields of the file $id in the last report
last_row() {
	tail -n 1 "$test_dir/hot.out" | jq -r ".files[] | $(select_id "$id") |
		[$(printf '.%s,' "$@" | sed 's/,$//')] | map(. // \"-\" | tostring) | join(\" \")"
}

row_is() { # row_is VALUES FIELD...
	[[ $(last_row "${@:2}") == "$1" ]]
}

expect_row() { # expect_row VALUES FIELD...: a report soon has these values
	wait_until row_is "$@" || fail "$(last_row "${@:2}")"
}

# --- one file, many mounts -------------------------------------------------------

# shown_below DIRECTORY: hotmon -D DIRECTORY shows a file that is written there by this path
shown_below() {
	hotmon_start d -D "$1"
	write_file "$1/f"
	hotmon_stop d
	expect "paths of -D $1" "$(report d '.files[] | select(.write_bytes >= 1048576) | .path')" "$1/f"
}

@test "-D: the directory through any of the mounts, and its name for it" {
	fs_make a ext4
	mkdir "$test_dir/a/sub"
	shown_below "$test_dir/a/sub"
	bind a b
	shown_below "$test_dir/b/sub"
	fs_mount c "${loop_of[a]}"
	shown_below "$test_dir/c/sub"
	bind a/sub s
	shown_below "$test_dir/s"
	shown_below "$test_dir/a/sub"
}

@test "-D: a subvolume of btrfs that is mounted beside the top level" {
	fs_make a btrfs
	btrfs -q subvolume create "$test_dir/a/@home"
	fs_mount home "${loop_of[a]}" subvol=@home
	mkdir "$test_dir/home/user"
	shown_below "$test_dir/home/user"
}

@test "-D: files of mounts inside of the directory belong to it" {
	local id
	fs_make a ext4
	mkdir -p "$test_dir/a/data" "$test_dir/a/out/x"
	bind a/out/x a/data/x
	watch -D "$test_dir/a/data"
	write_file "$test_dir/a/data/x/f"
	id=$(file_id "$test_dir/a/out/x/f")
	expect_row "$test_dir/a/data/x/f" path
	hotmon_end hot INT
}

@test "--fs: names are those of the mount that it was given" {
	local id
	fs_make a ext4
	bind a b
	watch --fs "$test_dir/b"
	write_file "$test_dir/a/f"
	id=$(file_id "$test_dir/a/f")
	expect_row "$test_dir/b/f" path
	hotmon_end hot INT
}

@test "frsp-top: a filesystem is shown by the mount that it was given" {
	fs_make a ext4
	bind a b
	run_program frsp-top --json --once "$test_dir/b" 0.3
	expect "status: $(cat "$test_dir/err")" "$status" 0
	expect "mount" "$(jq -r '.filesystems[].mount' "$test_dir/out")" "$test_dir/b"
}

@test "twenty mounts of other directories: the path is found, and in few questions" {
	local i id
	fs_make a ext4
	for i in {1..20}; do
		mkdir "$test_dir/a/$i"
		bind "a/$i" "m$i"
	done
	id=$(write_file "$test_dir/a/20/f" && file_id "$test_dir/a/20/f")
	fs_umount a
	watch --fs "${loop_of[a]}"
	write_file "$test_dir/m20/f"
	expect_row "$test_dir/m20/f" path
	mkdir "$test_dir/m19/new" # a new directory, and one more mount of it
	bind m19/new m21
	write_file "$test_dir/m21/g"
	id=$(file_id "$test_dir/m21/g")
	expect_row "$test_dir/m19/new/g" path
	hotmon_end hot INT
}

@test "the search looks through all mounts that show different directories" {
	local i id ino gen
	fs_make a ext4
	for i in {1..12}; do
		mkdir -p "$test_dir/a/$i/deep"
		file_make "$test_dir/a/$i/deep/f" 1
	done
	id=$(file_id "$test_dir/a/12/deep/f")
	fs_cool a
	: >"$test_dir/a/hosts"
	bind a/hosts hosts # this mount shows no directory: the search cannot use it
	for i in {1..12}; do
		bind "a/$i" "m$i"
	done
	fs_umount a
	watch --fs "$test_dir/m1"
	read -r _ ino gen <<<"$id"
	"$probe" read "$test_dir/m3" "$ino" "$gen"
	expect_row "$test_dir/m12/deep/f" path
	hotmon_end hot INT
}

# --- what is not to be seen ------------------------------------------------------

where='path deleted other_mount_ns no_path'

# where_is PATH NO_PATH: a report soon has PATH and NO_PATH for a file that is neither
# deleted nor in another mount namespace.
# shellcheck disable=SC2086 # a list
where_is() {
	expect_row "$1 - - $2" $where
}

@test "one file of the filesystem is mounted, as in a container: its name and the space" {
	local id
	fs_make a ext4
	: >"$test_dir/a/hosts"
	: >"$test_dir/a/other"
	bind a/hosts hosts
	id=$(file_id "$test_dir/hosts")
	umount "$test_dir/a"
	run_program frsp-top --json --once "$test_dir/hosts" 0.3
	expect "status: $(cat "$test_dir/err")" "$status" 0
	expect "bytes" "$(jq '.filesystems[0].bytes' "$test_dir/out")" \
		"$(($(stat -f -c '%b * %S' "$test_dir/hosts")))"
	watch --fs "$test_dir/hosts"
	write_file "$test_dir/hosts"
	where_is "$test_dir/hosts" -
	hotmon_end hot INT
}

@test "outside of what is mounted: it says so, and is not deleted" {
	local id
	fs_make a ext4
	mkdir "$test_dir/a/in" "$test_dir/a/out"
	bind a/in in
	exec 7<>"$test_dir/a/out/f"
	defer close_7
	id=$(file_id "$test_dir/a/out/f")
	umount -l "$test_dir/a"
	watch --fs "$test_dir/in"
	write_file /proc/self/fd/7
	where_is - outside
	hotmon_end hot INT
}

close_7() {
	exec 7>&-
}

@test "covered by another mount: it says so, and not that it is elsewhere" {
	local id
	fs_make a ext4
	watch
	write_file "$test_dir/a/f"
	id=$(file_id "$test_dir/a/f")
	where_is "$test_dir/a/f" -
	mount -t tmpfs none "$test_dir/a"
	defer unmount a
	where_is - covered
	umount "$test_dir/a"
	where_is "$test_dir/a/f" -
	hotmon_end hot INT
}

@test "lazily unmounted, unmounted, mounted again: it is what it is" {
	local id
	fs_make a ext4
	watch
	exec 7<>"$test_dir/a/f"
	defer close_7
	write_file "$test_dir/a/f"
	id=$(file_id "$test_dir/a/f")
	where_is "$test_dir/a/f" -
	umount -l "$test_dir/a"
	where_is "$test_dir/a/f" detached
	exec 7>&-
	expect_row "$test_dir/a/f - true not_mounted" path deleted not_mounted no_path
	fs_mount a "${loop_of[a]}"
	where_is "$test_dir/a/f" -
	rm "$test_dir/a/f"
	expect_row "$test_dir/a/f true deleted" path deleted no_path
	hotmon_end hot INT
}

@test "in another mount namespace, and nowhere when that ends" {
	local id pid
	fs_make a ext4
	write_file "$test_dir/a/f"
	id=$(file_id "$test_dir/a/f")
	unshare -m --propagation private sleep 3600 3>&- &
	pid=$!
	defer end_process "$pid"
	wait_until in_other_namespace "$pid"
	watch
	write_file "$test_dir/a/f"
	where_is "$test_dir/a/f" -
	unmount a
	expect_row "- - true other_mount_ns" path deleted other_mount_ns no_path
	end_process "$pid"
	expect_row "- - not_mounted" deleted other_mount_ns no_path
	hotmon_end hot INT
}

in_other_namespace() {
	[[ $(readlink "/proc/$1/ns/mnt") != "$(readlink /proc/self/ns/mnt)" ]] &&
		grep -q " $test_dir/a " "/proc/$1/mountinfo"
}

# The root directory is not a mount point, so mountinfo does not list its mount.
@test "chroot: what is below the root has its path there, and what is not is outside" {
	local id
	fs_make a ext4
	mkdir -p "$test_dir/a/jail/"{proc,sys,dev,tmp} "$test_dir/a/jail/all" "$test_dir/a/out"
	for dir in proc sys dev; do
		mount --rbind "/$dir" "$test_dir/a/jail/$dir"
		mount --make-rprivate "$test_dir/a/jail/$dir"
		defer umount -l "$test_dir/a/jail/$dir"
	done
	for dir in bin etc lib lib64 usr "${hotmon%/*}"; do
		mkdir -p "$test_dir/a/jail/$dir"
		bind_abs "/$dir" "$test_dir/a/jail/$dir"
	done
	chroot "$test_dir/a/jail" "$hotmon" --json -r 0 0.2 >"$test_dir/hot.out" 2>"$test_dir/err" 3>&- &
	defer end_process $!
	wait_until grep -q Tracing "$test_dir/err" || fail "$(cat "$test_dir/err")"
	write_file "$test_dir/a/jail/tmp/f"
	id=$(file_id "$test_dir/a/jail/tmp/f")
	where_is /tmp/f -
	write_file "$test_dir/a/out/f"
	id=$(file_id "$test_dir/a/out/f")
	where_is - outside
}

bind_abs() {
	mount --bind "$1" "$2" && defer wait_until umount "$2"
}

end_process() { # end_process PID; may be called twice
	kill -KILL "$1" 2>/dev/null || :
	wait "$1" || :
}

# --- in the way ------------------------------------------------------------------

make_files() { # make_files N
	local i
	mkdir "$test_dir/a/d"
	for ((i = 0; i < $1; i++)); do
		head -c 4096 /dev/zero >"$test_dir/a/d/f$i"
	done
	sync -f "$test_dir/a/d"
}

@test "paths that are known are asked about once a second, however often they are shown" {
	local pid reports n start
	fs_make a ext4
	watch_often
	make_files 300
	wait_until shows_paths 300
	pid=$(pgrep -P "${hotmon_pid[hot]}" frsp-aside)
	reports=$(wc -l <"$test_dir/hot.out")
	start=$(date +%s%N)
	n=$(questions "$pid")
	wait_until has_reports $((reports + 40))
	n=$(($(questions "$pid") - n))
	# 40 reports with 300 files each would be 12000 questions; allowed are 300 a second
	((n <= 300 * (($(date +%s%N) - start) / 900000000 + 2))) || fail "$n questions"
	mv "$test_dir/a/d/f7" "$test_dir/a/d/new"
	wait_until has_path "$test_dir/a/d/new"
	hotmon_end hot INT
}

has_path() {
	tail -n 1 "$test_dir/hot.out" | jq -e --arg path "$1" 'any(.files[]; .path == $path)' >/dev/null
}

# A hotmon that looks at each path for each report makes 13 of 100 unmounts busy.
# bats test_tags=slow
@test "unmounts while many files are shown often: none is busy" {
	local i busy=0
	fs_make a ext4
	watch_often
	make_files 400
	wait_until shows_paths 400
	for i in {1..40}; do
		umount "$test_dir/a" 2>/dev/null || {
			: $((busy++))
			wait_until umount "$test_dir/a"
		}
		mount -o noatime "${loop_of[a]}" "$test_dir/a"
		sleep "0.$((i % 3))$((i % 10))"
	done
	wait_until shows_paths 400
	# one is allowed: on a busy machine a look of microseconds can be interrupted
	((busy <= 1)) || fail "$busy of 40 were busy"
	hotmon_end hot INT
}

watch_often() {
	hotmon_launch hot --json -r 0 --fs "$test_dir/a" 0.05
}

has_reports() {
	(($(wc -l <"$test_dir/hot.out") >= $1))
}

shows_paths() { # shows_paths N
	(($(tail -n 1 "$test_dir/hot.out" | jq '[.files[] | select(.path)] | length') >= $1))
}

# --- names that change -----------------------------------------------------------

@test "an interval longer than the time for look-ups: the next report has the new name" {
	fs_make a ext4
	write_file "$test_dir/a/old"
	id=$(file_id "$test_dir/a/old")
	hotmon_launch hot --json -r 0 2.5
	# through its descriptor, whatever its name is
	(
		exec 9<>"$test_dir/a/old"
		while [[ ! -e $test_dir/stop ]]; do
			write_file /dev/fd/9
			sleep 0.5
		done
	) &
	defer touch "$test_dir/stop"
	expect_row "$test_dir/a/old" path
	mv "$test_dir/a/old" "$test_dir/a/new"
	expect_row "$test_dir/a/new" path
}
