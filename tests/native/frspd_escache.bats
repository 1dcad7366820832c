#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # each test is a subshell; program, for expect_error; lib.bash
# Tests of frspd's tuner of ext4's cache of extents: it bounds the cache, clears only what is
# cold, and only where it may.

load lib
load pins
load frspd
load fragment

# files_make N PIECES: makes N files that lie in so many pieces, and the file "hot"; nothing
# of them is in a cache
files_make() {
	local i
	fs_make a ext4
	files=()
	for ((i = 0; i < $1; i++)); do files+=("$test_dir/a/cold.$i"); done
	fragment "$2" 4096 "${files[@]}" "$test_dir/a/hot"
	fs_cool a
	blockdev --flushbufs "${loop_of[a]}"
}

# tuner SETTING...: configures the tuner, with 1632 entries as its bound
tuner() {
	{
		echo "[filesystems]"
		printf '%s\n' "escache_bound = 64K" "escache_cooldown = 5" "$@"
	} | configure etc/frsp/frspd.conf
}

read_all() { # looks up each extent of the cold files
	local file
	for file in "${files[@]}"; do
		dd if="$file" of=/dev/null bs=4M iflag=direct status=none
	done
}

# keep_hot: reads "hot" again and again, each time from the disk, until end_hot
keep_hot() {
	until [[ -e $test_dir/end_hot ]]; do
		dd if="$test_dir/a/hot" of=/dev/null bs=4k iflag=direct status=none || exit 0
		sleep 0.5
	done 3>&- &
	defer end_hot $!
}

# end_hot PID: no dd is left, which would keep the filesystem busy
end_hot() {
	touch "$test_dir/end_hot"
	wait "$1" 2>/dev/null || :
}

entries() { # prints the number of all entries in the cache
	awk 'NR == 2 { print $1 }' "/proc/fs/ext4/${loop_of[a]#/dev/}/es_shrinker_info"
}

entries_are() { # entries_are TEST NUMBER, as of test(1)
	test "$(entries)" "$@"
}

# bats test_tags=slow
@test "apply: the bound is held, what is hot stays, and the filesystem can go" {
	local name
	files_make 20 150
	tuner "escache = apply"
	frspd_start
	name=${loop_of[a]#/dev/}
	[[ -d $(echo "$pins"/v*/escache) ]] || fail "the programs are not pinned"
	keep_hot
	read_all
	entries_are -ge 3000 || fail "only $(entries) entries"
	wait_until said "$name: its cache of extents has [0-9]* entries, the bound is 1632: cleared [0-9]* entries of [0-9]* cold files" ||
		fail "$(entries); $(cat "$test_dir/frspd.err")"
	# the bound less a fifth, and one file at most
	entries_are -le 1632 || fail "$(entries) entries are left"
	entries_are -ge 1150 || fail "only $(entries) entries are left"
	(($(cached "$test_dir/a/hot") >= 150)) || fail "what is hot was cleared"
	# again, when the bound is exceeded again
	read_all
	wait_until eval '(($(grep -c "cold files" "$test_dir/frspd.err") == 2))'
	end_hot $!
	umount "$test_dir/a"
	wait_until said "$name is not mounted any more"
	frspd_end
	expect "exit status" "$status" 0
	expect "pins" "$(find "$pins" 2>/dev/null)" ""
}

# bats test_tags=slow
@test "advise: it says once what it would clear, and clears nothing" {
	local before
	files_make 20 150
	tuner "escache = advise"
	frspd_start
	read_all
	before=$(entries)
	wait_until said "${loop_of[a]#/dev/}: its cache of extents has $before entries, the bound is 1632: \"escache = apply\" would clear [0-9]* entries of [0-9]* cold files" ||
		fail "$(cat "$test_dir/frspd.err")"
	# what is mounted elsewhere is no reason to say it again
	mkdir "$test_dir/b"
	mount -t tmpfs none "$test_dir/b"
	defer umount "$test_dir/b"
	sleep 11 # another round
	expect "times" "$(grep -c 'would clear' "$test_dir/frspd.err")" 1
	expect "entries" "$(entries)" "$before"
	frspd_end
	expect "exit status" "$status" 0
}

# bats test_tags=slow
@test "observe, which is the default: neither, and nothing of it is loaded" {
	local before
	files_make 20 150
	tuner
	frspd_start
	[[ ! -d $(echo "$pins"/v*/escache) ]] || fail "the programs are pinned"
	read_all
	before=$(entries)
	sleep 16
	expect "entries" "$(entries)" "$before"
	not said ".*cache of extents"
}

# bats test_tags=slow
@test "one filesystem by its section, and no other" {
	local name file
	fs_make other ext4
	"$native_dir/fragment.py" 1000 4096 "$test_dir/other/x" "$test_dir/other/y"
	fs_cool other
	files_make 12 200
	configure etc/frsp/frspd.conf <<-EOT
		[filesystems]
		escache_bound = 64K
		escache_cooldown = 5
		[${loop_of[a]}]
		escache = apply
	EOT
	frspd_start
	name=${loop_of[a]#/dev/}
	for file in x y; do
		dd if="$test_dir/other/$file" of=/dev/null bs=8M iflag=direct status=none
	done
	read_all
	wait_until said "$name: .* cleared "
	expect "others" "$(grep 'cache of extents' "$test_dir/frspd.err" | grep -vc "^frspd: $name:" || :)" 0
	(($(cached "$test_dir/other/x") >= 900)) || fail "those of another filesystem were cleared"
}

# bats test_tags=slow
@test "a bound below twice what is hot cannot be kept: it says so, once, and keeps what is hot" {
	files_make 3 1000
	tuner "escache = apply" "escache_cooldown = 1"
	frspd_start
	keep_hot
	read_all
	wait_until said "${loop_of[a]#/dev/}: a bound of 1632 entries cannot be kept: [0-9]* are in use"
	sleep 11
	expect "times" "$(grep -c 'cannot be kept' "$test_dir/frspd.err")" 1
	(($(cached "$test_dir/a/hot") >= 1000)) || fail "what is hot was cleared"
}

@test "rights: apply keeps two more; a reload that needs more says so" {
	local wanted
	files_make 1 10
	tuner "escache = apply"
	frspd_start
	# CAP_BPF, CAP_DAC_READ_SEARCH, CAP_FOWNER, CAP_LEASE
	wanted=$(printf %016x $((1 << 39 | 1 << 2 | 1 << 3 | 1 << 28)))
	expect "capabilities" "$(sed -n 's/^CapEff:\t//p' "/proc/$frspd_pid/status")" "$wanted"
	frspd_end
	tuner "escache = advise"
	frspd_start
	tuner "escache = apply"
	kill -HUP "$frspd_pid"
	wait_until said '"escache = apply" needs a restart of frspd'
	tuner "escache = observe"
	kill -HUP "$frspd_pid"
	wait_until eval '(($(grep -c "was read again" "$test_dir/frspd.err") == 2))'
	expect "times" "$(grep -c 'needs a restart' "$test_dir/frspd.err")" 1
}
