# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash
# Disks for tests of times: one in memory, and one that is as slow as we tell it.

# memory_disk NAME [MEBIBYTES]: attaches a loop device whose image is in a tmpfs
memory_disk() {
	if ! mountpoint -q "$test_dir/memory"; then
		mkdir "$test_dir/memory"
		mount -t tmpfs -o size=400m tmpfs "$test_dir/memory"
		defer umount "$test_dir/memory"
	fi
	truncate -s "${2:-64}M" "$test_dir/memory/$1.img"
	loop_attach "$1" "$test_dir/memory/$1.img"
	is_quiet "$1" || wait_until is_quiet "$1"
}

# is_quiet NAME: nobody reads the device any more, as udev does when it is attached
is_quiet() {
	local before
	before=$(kernel "$1")
	sleep 0.3
	[[ $(kernel "$1") == "$before" ]]
}

# slow_disk NAME READ_MS WRITE_MS SLOW_MS: attaches a loop device that takes so long
slow_disk() {
	need_fs fuse
	mkdir "$test_dir/slow"
	python3 "$BATS_TEST_DIRNAME/slow_fuse.py" "$test_dir/slow" "${@:2}" 3>&- &
	defer wait $!
	defer umount "$test_dir/slow"
	wait_until mountpoint -q "$test_dir/slow"
	loop_attach "$1" "$test_dir/slow/disk"
	wait_until is_quiet "$1"
}

# kernel NAME: prints "READS READ_BYTES WRITES WRITE_BYTES" of the device, by the kernel
kernel() {
	# mawk prints numbers from 2^31 on with only six digits
	awk '{ printf "%.0f %.0f %.0f %.0f\n", $1, $3 * 512, $5, $7 * 512 }' "/sys/block/${loop_of[$1]#/dev/}/stat"
}

# within PERCENT WHAT ACTUAL WANTED
within() {
	awk -v p="$1" -v a="$3" -v w="$4" 'BEGIN { exit !(a + 0 == a && w > 0 && a >= w * (1 - p / 100) && a <= w * (1 + p / 100)) }' ||
		fail "$2: $3, expected $4 within $1 %"
}
