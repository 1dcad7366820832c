# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash
# Loaded after lib: filesystems that do not answer.

end_server() { # end_server PID; usually the server has ended at the unmount
	kill "$1" 2>/dev/null || :
}

# fuse_make NAME: mounts a FUSE at $test_dir/NAME; its server is silent as long as the file
# $test_dir/mute exists.
fuse_make() {
	need_fs fuse
	mkdir -p "$test_dir/$1"
	python3 "$native_dir/mute_fuse.py" "$test_dir/$1" "$test_dir/mute" 3>&- &
	defer end_server $!
	defer umount -l "$test_dir/$1"
	defer rm -f "$test_dir/mute"
	wait_until mountpoint -q "$test_dir/$1"
}

# mute_make: makes two ext4 filesystems, "other" and "below", and silences the FUSE.
# "below" is mounted at $test_dir/fuse/below, which cannot be reached any more; its file log
# is open as fd 7.
mute_make() {
	fs_make other ext4
	truncate -s 64M "$test_dir/below.img"
	loop_attach below "$test_dir/below.img"
	fs_format "${loop_of[below]}" ext4
	fuse_make fuse
	defer umount -l "$test_dir/fuse/below"
	defer rm -f "$test_dir/mute"
	mount -o noatime "${loop_of[below]}" "$test_dir/fuse/below"
	open_log "$test_dir/fuse/below/log"
	touch "$test_dir/mute"
}

open_log() { # open_log FILE: opens it as fd 7
	exec 7<>"$1"
	defer close_log
}

close_log() {
	exec 7>&-
}
