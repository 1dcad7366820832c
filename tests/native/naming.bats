#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # for eval; each test is a subshell; lib.bash
# Tests of hotmon with files that were opened without a look-up by name, as an NFS server
# does it: hotmon searches the filesystem for their names.

load lib

probe=${PATH_PROBE:-$native_dir/../../.output/native/path_probe}

# nameless_make TYPE: makes a filesystem at $test_dir/fs with $file, which is not cached,
# and sets id.
nameless_make() {
	fs_make fs "$1"
	mkdir -p "$test_dir/fs/a/b/c" "$test_dir/fs/z"
	file=$test_dir/fs/a/b/c/data
	file_make "$file" 1
	id=$(file_id "$file")
	fs_cool fs
}

# nameless_read [ID]: reads a file, by default $file, as an NFS server does it, without a
# look-up of its name
nameless_read() {
	local ino gen
	read -r _ ino gen <<<"${1:-$id}"
	"$probe" read "$test_dir/fs" "$ino" "$gen"
}

# Prints the paths that the reports so far had for $id, without repetitions.
paths() {
	jq -r ".files[] | $(select_id "$id") | .path" "$test_dir/fs.out" | uniq
}

last_path_is() {
	[[ $(paths | tail -n 1) == "$1" ]]
}

watch() { # watch [OPTION...]: starts a hotmon that reports each 0.2 s
	hotmon_launch fs --json --fs "$test_dir/fs" "$@" 0.2
}

searches() { # hotmon's search process is running
	pgrep -P "${hotmon_pid[fs]}" hotmon-names >/dev/null
}

# expect_named TYPE: reports first have no path for the file, and then its path
expect_named() {
	nameless_make "$1"
	watch
	nameless_read
	wait_until last_path_is "$file" || fail "$(paths)"
	expect "paths" "$(paths | paste -sd' ')" "null $file"
	hotmon_end fs INT
}

@test "ext4: a file that nothing names is searched for" {
	expect_named ext4
}

@test "XFS: a file that nothing names is searched for" {
	expect_named xfs
}

@test "-D shows such a file, too, as soon as it is named" {
	nameless_make ext4
	watch -D "$test_dir/fs/a"
	nameless_read
	wait_until last_path_is "$file"
	expect "paths" "$(paths)" "$file"
	hotmon_end fs INT
}

# reports_are NUMBER: there are as many reports, or more
reports_are() {
	(($(wc -l <"$test_dir/fs.out") >= $1))
}

# bats test_tags=slow
@test "--no-scan: its number, however long" {
	nameless_make ext4
	watch --no-scan
	nameless_read
	# three times as long as the tests above take
	wait_until reports_are 45
	expect "paths" "$(paths)" null
	hotmon_end fs INT
}

@test "what has a path is not searched for" {
	local n
	nameless_make ext4
	watch
	cat "$file" >/dev/null
	for ((n = 1; n < 30; n++)); do
		wait_until reports_are "$n"
		not searches || fail "it searches"
	done
	expect "paths" "$(paths)" "$file"
	hotmon_end fs INT
}

@test "the longest name is whole, also when the file is gone" {
	local file type
	for type in ext4 xfs; do
		fs_make "$type" "$type"
		file=$test_dir/$type/a$(printf 'д%.0s' {1..127})
		hotmon_start "$type" --fs "$test_dir/$type"
		dd if=/dev/zero of="$file" bs=64k count=1 oflag=direct status=none
		rm "$file"
		hotmon_stop "$type"
		expect "paths" "$(report "$type" '.files[] | select(.deleted and .write_bytes == 65536) | .path')" "$file"
	done
}

# bats test_tags=slow
@test "a path that is another file's now is no longer shown, and the new one is found" {
	local moved=$test_dir/fs/z/moved
	nameless_make ext4
	watch
	nameless_read
	wait_until last_path_is "$file"
	mv "$file" "$moved"
	file_make "$file" 1
	fs_cool fs # nothing is cached: only a search finds the new name
	nameless_read
	wait_until last_path_is "$moved"
	# The kernel may cache the old directory entry until the unmount, and hotmon shows a
	# path for a moment longer.
	not grep -qvxE "null|$file|$moved" <(paths) || fail "$(paths)"
	expect "the path at last" "$(paths | tail -n 1)" "$moved"
	hotmon_end fs INT
}

# bats test_tags=slow
@test "hidden below a mount: its number, and it is searched for once" {
	local n
	nameless_make ext4
	mkdir "$test_dir/fs/a/b/c/d"
	mount -t tmpfs none "$test_dir/fs/a/b"
	defer umount "$test_dir/fs/a/b"
	mkdir "$test_dir/fs/a/b/c"
	echo >"$file"
	watch
	nameless_read
	wait_until searches
	await_search not searches
	# hotmon would wait 5 seconds before another search
	for ((n = $(wc -l <"$test_dir/fs.out"); n < 60; n++)); do
		wait_until reports_are "$n"
		not searches || fail "it searches again"
	done
	expect "paths" "$(paths)" null
	hotmon_end fs INT
}

@test "other filesystems below are not searched: their inodes have the same numbers" {
	local n
	nameless_make ext4
	mkdir "$test_dir"/fs/m{1..15}
	fs_umount fs
	cp --sparse=always "$test_dir/fs.img" "$test_dir/copy.img"
	loop_attach copy "$test_dir/copy.img"
	fs_mount copy "${loop_of[copy]}"
	fs_mount fs "${loop_of[fs]}"
	for n in {1..15}; do # the search meets one of them before the file
		fs_mount "fs/m$n" "${loop_of[copy]}"
	done
	watch
	nameless_read
	wait_until last_path_is "$file" || fail "$(paths)"
	hotmon_end fs INT
}

# await_search COMMAND [ARG...]: like wait_until, but longer, because the search is nice and
# gets only the CPU time that others leave.
await_search() {
	PATIENCE=150 wait_until "$@"
}

# Makes a tree whose search takes a while. The search goes through all of it, because it
# cannot find the file $hidden_id, which is below a mount.
big_tree() {
	nameless_make ext4
	mkdir "$test_dir/fs/covered"
	file_make "$test_dir/fs/covered/hidden" 1
	hidden_id=$(file_id "$test_dir/fs/covered/hidden")
	(cd "$test_dir/fs/z" && seq 25000 | xargs mkdir)
	big_tree_cool
}

big_tree_cool() {
	big_tree_uncover
	fs_cool fs
	mount -t tmpfs none "$test_dir/fs/covered"
	defer big_tree_uncover
}

big_tree_uncover() { # may be called twice
	! mountpoint -q "$test_dir/fs/covered" || umount "$test_dir/fs/covered"
}

big_tree_read() {
	nameless_read "$hidden_id"
	nameless_read
}

# stop_search: stops the search process, so that the test can look at it, and sets pid. The
# search is short, so until then this runs no program, only the shell.
stop_search() {
	local name='' children parent=${hotmon_pid[fs]} deadline=$((SECONDS + PATIENCE))
	until [[ $name == hotmon-names ]]; do
		((SECONDS < deadline)) || fail "it does not search" || return
		read -r -a children <"/proc/$parent/task/$parent/children" || : # no newline
		for pid in ${children[@]+"${children[@]}"}; do
			{ read -r name <"/proc/$pid/comm"; } 2>/dev/null || name=
			[[ $name == hotmon-names ]] && break
		done
	done
	kill -STOP "$pid"
	wait_until grep -q '^State:.*T' "/proc/$pid/status" 2>/dev/null
}

# Continues the search at normal priority: on a busy machine it would else take minutes.
let_search_go() {
	renice -n 0 -p "$pid" >/dev/null
	kill -CONT "$pid"
}

# bats test_tags=slow
@test "the search gives way: nice 19, idle I/O, no BPF, no file of its parent's" {
	local pid links
	big_tree
	watch
	big_tree_read
	stop_search
	expect "nice" "$(ps -o ni= -p "$pid" | tr -d ' ')" 19
	expect "I/O class" "$(ionice -p "$pid")" idle
	links=$(find "/proc/$pid/fd" -type l -printf '%l\n')
	not grep -v "^$test_dir/fs" <<<"$links" || fail "$links"
	let_search_go
	await_search last_path_is "$file"
	await_search not searches
	hotmon_end fs INT
}

# bats test_tags=slow
@test "the search ends with hotmon, also if that is killed" {
	local signal pid
	big_tree
	for signal in INT KILL; do
		big_tree_cool
		watch
		big_tree_read
		stop_search
		hotmon_end fs $signal
		wait_until not kill -0 "$pid" 2>/dev/null
	done
}

@test "a filesystem that is searched can be unmounted" {
	big_tree
	watch
	big_tree_read
	wait_until searches
	umount "$test_dir/fs/covered"
	wait_until umount "$test_dir/fs" 2>/dev/null
	await_search not searches
	hotmon_end fs INT
}

# --- the live view ---------------------------------------------------------------

tui() {
	tmux -S "$test_dir/tmux" -f /dev/null "$@"
}

shows() { # shows REGEX: a line of the screen matches
	tui capture-pane -p | grep -Eq -- "$1"
}

@test "the live view says how far the search is, and then no more" {
	local pid
	big_tree
	tui new-session -d -x 150 -y 20 "$hotmon" --fs "$test_dir/fs" -d 0.2 3>&-
	defer tui kill-server
	wait_until shows '^hotmon  '
	hotmon_pid[fs]=$(pgrep -P "$(tui display-message -p '#{pid}')" hotmon)
	big_tree_read
	stop_search
	wait_until shows '^own cost .*  naming files: [0-9]{1,2} %$' || fail "$(tui capture-pane -p)"
	tui resize-window -x 60 -y 15
	wait_until shows '^own cost .{,40}  naming files: [0-9]{1,2} %$' || fail "$(tui capture-pane -p)"
	tui resize-window -x 150 -y 20
	let_search_go
	await_search shows " $file\$" || fail "$(tui capture-pane -p)"
	await_search not shows 'naming files'
}
