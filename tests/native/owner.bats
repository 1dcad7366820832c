#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # jq programs; each test is a subshell; lib.bash
# Tests that hotmon counts I/O for the right file: cases that are special to one filesystem,
# one kind of device or one kind of process. exact.bats has the tests that are the same for
# all filesystems.

load lib

@test "ext4: an inode number used again is another file" {
	local old new n
	fs_make fs ext4
	file_make "$test_dir/fs/old" 2
	fs_cool fs
	old=$(file_id "$test_dir/fs/old")
	track fs
	xfs_io -rd -c 'pread -q -b 4k 0 40k' "$test_dir/fs/old"
	rm "$test_dir/fs/old"
	for ((n = 0; n < 1000; n++)); do
		: >"$test_dir/fs/new$n"
		[[ $(stat -c %i "$test_dir/fs/new$n") != "$(cut -d' ' -f2 <<<"$old")" ]] || break
	done
	((n < 1000)) || fail "the inode number does not come back"
	xfs_io -d -c 'pwrite -q -b 4k 1m 12k' "$test_dir/fs/new$n"
	new=$(file_id "$test_dir/fs/new$n")
	untrack fs
	expect "old file" "$(file_counts fs "$old")" "10 0 40960 0"
	expect "its ranges" "$(range_counts fs "$old")" "0 10 0 40960 0"
	expect "new file" "$(file_counts fs "$new")" "0 3 0 12288"
	expect "its ranges" "$(range_counts fs "$new")" "1048576 0 3 0 12288"
	expect "path of the new one" "$(report fs ".files[] | $(select_id "$new") | .path")" "$test_dir/fs/new$n"
	expect "path of the old one" \
		"$(report fs ".files[] | $(select_id "$old") | .path != \"$test_dir/fs/new$n\"")" true
}

@test "erofs: its files have their paths" {
	need_fs erofs
	mkdir "$test_dir/from" "$test_dir/fs"
	file_make "$test_dir/from/data" 3
	mkfs.erofs "$test_dir/fs.img" "$test_dir/from" >/dev/null
	loop_attach fs "$test_dir/fs.img"
	fs_mount fs "${loop_of[fs]}"
	hotmon_start fs --fs "$test_dir/fs"
	cat "$test_dir/fs/data" >/dev/null
	hotmon_stop fs
	expect "path and bytes" "$(report fs '.files[] | "\(.path) \(.read_bytes)"')" "$test_dir/fs/data 3145728"
}

@test "ext4, data=journal: the file's data once, the log's copy as metadata" {
	local file=$test_dir/fs/data id logged
	fs_make fs ext4 data=journal
	track fs
	xfs_io -f -c 'pwrite -q 0 2m' -c fsync "$file"
	id=$(file_id "$file")
	untrack fs # its freeze writes the blocks in the journal to their places
	io_list >"$test_dir/ios" write 0 $((2 << 20))
	expect_bytes fs "$id" "$test_dir/ios"
	expect_traced fs "$id" "$file"
	logged=$(class_counts fs metadata | cut -d' ' -f4)
	((logged >= 2 << 20)) || fail "only $logged bytes of metadata: where is the log?"
}

log_make() { # log_make TYPE: makes a device for a filesystem's journal, $log
	need_fs "$1"
	truncate -s 64M "$test_dir/log"
	loop_attach log "$test_dir/log"
	log=${loop_of[log]}
}

# use_log BYTES: the filesystem at $test_dir/fs writes BYTES or more to its journal device;
# these are metadata of this filesystem, and of no other.
use_log() {
	local name logged
	fs_make other ext4
	fs_freeze other
	fs_freeze fs
	hotmon_start all
	hotmon_start mount --fs "$test_dir/fs"
	hotmon_start device --fs "$log"
	hotmon_start other --fs "$test_dir/other"
	trace_start "$log"
	fs_thaw fs
	xfs_io -f -c 'pwrite -q 0 8m' -c fsync "$test_dir/fs/data"
	mkdir -p "$test_dir"/fs/{1..20}/{1..20}
	sync -f "$test_dir/fs"
	fs_freeze fs
	trace_stop
	fs_thaw fs
	logged=$(bio_counts <"$test_dir/bios" | cut -d' ' -f4)
	((logged >= $1)) || fail "only $logged bytes on the device of the log: the test is void"
	for name in all mount device other; do
		hotmon_stop $name
	done
	for name in all mount device; do
		(($(class_counts $name metadata | cut -d' ' -f4) >= logged)) ||
			fail "$name: of $logged bytes metadata has $(class_counts $name metadata)"
		expect "bytes of the file, by $name" \
			"$(file_counts $name "$(file_id "$test_dir/fs/data")" | cut -d' ' -f4)" $((8 << 20))
	done
	expect "metadata of another filesystem" "$(class_counts other metadata)" "0 0 0 0"
}

@test "ext4 with its log on another device: what is on that is its metadata" {
	log_make ext4
	fs_format "$log" ext4 -O journal_dev
	fs_make fs ext4 data=journal -J device="$log"
	use_log $((8 << 20))
}

@test "ext4 whose log has another device number than mkfs saw" {
	log_make ext4
	fs_format "$log" ext4 -O journal_dev
	fs_make fs ext4 '' -J device="$log"
	fs_umount fs
	loop_attach moved "$test_dir/log"
	loop_detach log
	log=${loop_of[moved]}
	fs_mount fs "${loop_of[fs]}" "journal_path=$log"
	use_log 65536
}

@test "XFS with its log on another device: what is on that is its metadata" {
	log_make xfs
	fs_make fs xfs "logdev=$log" -l "logdev=$log,size=64m"
	use_log 65536
}

@test "ext4, 1-KiB blocks: several blocks of a page" {
	local file=$test_dir/fs/data id
	fs_make fs ext4 '' -b 1024
	file_make "$file" 4
	fs_cool fs
	id=$(file_id "$file")
	track fs
	fio_run "$file" --direct=1 --rw=randrw --bs=1k --number_ios=500
	untrack fs
	expect_ios fs "$id" "$test_dir/ios"
	expect_traced fs "$id" "$file"
}

@test "ext4, encrypted: written from bounce pages, and yet the file's" {
	local file=$test_dir/fs/secret/data id
	secret_make
	track fs
	xfs_io -f -c 'pwrite -q 0 3m' -c fsync -c 'pwrite -q 1236k 40k' -c fsync -c 'fadvise -d 0 0' "$file"
	cat "$file" >/dev/null
	id=$(file_id "$file")
	untrack fs
	io_list >"$test_dir/ios" write 0 $((3 << 20)) write $((1236 << 10)) $((40 << 10)) read 0 $((3 << 20))
	expect_bytes fs "$id" "$test_dir/ios"
	expect_traced fs "$id" "$file"
}

# blk-crypto's fallback encrypts: it queues copies of each write, of at most 256 pages.
@test "ext4, encrypted by the block layer: big writes, direct I/O, and both sides of a hole" {
	local file=$test_dir/fs/secret/data id
	grep -qE ' (fscrypt_set_bio_crypt_ctx|blk_crypto_fallback_encrypt_endio)($|\s)' /proc/kallsyms ||
		skip "the kernel has no encryption in the block layer"
	secret_make inlinecrypt
	xfs_io -f -c 'falloc 0 8m' -c fsync "$file"
	fs_cool fs inlinecrypt
	head -c 64 /dev/zero | tr '\0' k | xfs_io -c add_enckey "$test_dir/fs"
	id=$(file_id "$file")
	track fs
	xfs_io -c 'pwrite -q -b 8m 0 8m' -c fsync "$file"
	xfs_io -d -c 'pwrite -q -b 3m 1m 3m' -c 'pread -q -b 2m 5m 2m' -c 'pread -q -b 4k 1020k 8k' "$file"
	xfs_io -c 'fpunch 2m 2m' -c 'pwrite -q 1980k 68k' -c 'pwrite -q 4m 68k' -c fsync "$file"
	untrack fs
	io_list >"$test_dir/ios" write 0 $((8 << 20)) write $((1 << 20)) $((3 << 20)) \
		read $((5 << 20)) $((2 << 20)) read $((1020 << 10)) 4096 read $((1024 << 10)) 4096 \
		write $((1980 << 10)) $((68 << 10)) write $((4 << 20)) $((68 << 10))
	expect_bytes fs "$id" "$test_dir/ios"
}

# neighbours TYPE: makes $file, which is not cached. It has a hole of 2 MiB between two
# blocks of 64 KiB, which are neighbours on the disk.
neighbours() {
	fs_make fs "$1"
	file=$test_dir/fs/data
	xfs_io -f -c 'pwrite -q 0 128k' -c fsync -c 'finsert 64k 2m' -c fsync "$file"
	blockdev --setra 16384 "${loop_of[fs]}"
	fs_cool fs
	id=$(file_id "$file")
}

# use_neighbours: one bio can hold both blocks; each counts at its own offset.
use_neighbours() {
	track fs
	xfs_io -c 'fadvise -s' -c 'pread -q -b 4m 0 4m' -c 'pwrite -q 0 64k' -c 'pwrite -q 2112k 64k' -c fsync "$file"
	untrack fs
	io_list >"$test_dir/ios" read 0 65536 read $((2112 << 10)) 65536 write 0 65536 write $((2112 << 10)) 65536
	expect_bytes fs "$id" "$test_dir/ios"
}

@test "ext4: one bio with both sides of a hole" {
	neighbours ext4
	use_neighbours
}

@test "XFS: one bio with both sides of a hole" {
	neighbours xfs
	use_neighbours
}

@test "XFS: a copy that shares its blocks is a file of its own" {
	local one=$test_dir/fs/one two=$test_dir/fs/two
	fs_make fs xfs
	file_make "$one" 4
	cp --reflink=always "$one" "$two"
	fs_cool fs
	track fs
	xfs_io -rd -c 'pread -q -b 4k 0 40k' "$one"
	xfs_io -rd -c 'pread -q -b 4k 0 12k' "$two"
	xfs_io -d -c 'pwrite -q -b 64k 1m 640k' "$two"
	xfs_io -c 'pwrite -q 3m 256k' -c fsync "$two"
	untrack fs
	expect "the first" "$(file_counts fs "$(file_id "$one")")" "10 0 40960 0"
	io_list >"$test_dir/ios" read 0 12288 write $((1 << 20)) $((640 << 10)) write $((3 << 20)) $((256 << 10))
	expect_bytes fs "$(file_id "$two")" "$test_dir/ios"
}

@test "XFS: I/O beyond what a range can be numbered for is unattributed" {
	fs_make fs xfs
	track fs
	xfs_io -fd -c 'pwrite -q -b 64k 4p 64k' -c 'pwrite -q -b 64k 512t 64k' "$test_dir/fs/data"
	untrack fs
	expect file "$(file_counts fs "$(file_id "$test_dir/fs/data")")" "0 1 0 65536"
	expect range "$(range_counts fs "$(file_id "$test_dir/fs/data")")" "$((512 << 40)) 0 1 0 65536"
	expect unattributed "$(class_counts fs unattributed)" "0 1 0 65536"
}

@test "XFS with a realtime device: what is on it does not get lost" {
	local file=$test_dir/fs/data
	need_fs xfs
	truncate -s 512M "$test_dir/image0" "$test_dir/image1"
	loop_attach one "$test_dir/image0"
	loop_attach two "$test_dir/image1"
	fs_format "${loop_of[one]}" xfs -r rtdev="${loop_of[two]}"
	fs_mount fs "${loop_of[one]}" "rtdev=${loop_of[two]}" || skip "the kernel has no realtime devices in XFS"
	xfs_io -f -c 'chattr +r' -c 'pwrite -q 0 4m' -c fsync "$file"
	trace_start "${loop_of[two]}"
	hotmon_start fs --fs "$test_dir/fs"
	xfs_io -rd -c 'pread -q -b 4k 2m 40k' "$file"
	hotmon_stop fs
	trace_stop
	expect "bios of the realtime device" "$(bio_counts <"$test_dir/bios")" "10 0 40960 0"
	expect unattributed "$(class_counts fs unattributed)" "10 0 40960 0"
}

@test "raw device: through the page cache as metadata, direct as unattributed" {
	fs_make fs ext4
	track fs
	dd if="${loop_of[fs]}" of=/dev/null bs=64k skip=3000 count=10 status=none iflag=direct
	dd if="${loop_of[fs]}" of=/dev/null bs=64k skip=4000 count=20 status=none
	untrack fs
	expect unattributed "$(class_counts fs unattributed)" "10 0 655360 0"
	(($(class_counts fs metadata | cut -d' ' -f3) >= 20 << 16)) || fail "metadata: $(class_counts fs metadata)"
	expect files "$(report fs .files -c)" "[]"
}

@test "btrfs: direct writes without copy on write" {
	local file=$test_dir/fs/data id
	fs_make fs btrfs nodatacow
	file_make "$file" 32
	fs_cool fs nodatacow
	id=$(file_id "$file")
	track fs
	fio_run "$file" --direct=1 --rw=randwrite --ioengine=libaio --iodepth=16 --number_ios=1000
	untrack fs
	expect_ios fs "$id" "$test_dir/ios"
	expect_traced fs "$id" "$file"
}

@test "btrfs: a file, its snapshot and its namesake in another subvolume stay apart" {
	local name id
	fs_make fs btrfs
	for name in one two; do
		btrfs -q subvolume create "$test_dir/fs/$name"
		file_make "$test_dir/fs/$name/data" 2
	done
	btrfs -q subvolume snapshot "$test_dir/fs/one" "$test_dir/fs/snapshot"
	fs_cool fs
	expect "inode numbers" "$(stat -c %i "$test_dir"/fs/*/data | sort -u | wc -l)" 1
	track fs
	xfs_io -rd -c 'pread -q -b 4k 0 40k' "$test_dir/fs/one/data"
	xfs_io -rd -c 'pread -q -b 4k 1m 12k' "$test_dir/fs/two/data"
	xfs_io -r -c 'fadvise -r' -c 'pread -q -b 4k 0 20k' "$test_dir/fs/snapshot/data"
	untrack fs
	for name in one:"10 0 40960 0" two:"3 0 12288 0" snapshot:"5 0 20480 0"; do
		id=$(file_id "$test_dir/fs/${name%:*}/data")
		expect "${name%:*}" "$(file_counts fs "$id")" "${name#*:}"
		expect "its path" "$(report fs ".files[] | $(select_id "$id") | .path")" "$test_dir/fs/${name%:*}/data"
	done
}

@test "btrfs: its trees are no file, even where the kernel keeps their inode in a file's place" {
	fs_make other btrfs
	fs_make fs btrfs
	fs_umount fs
	# btrfs gets the memory of a freed inode for the inode of its trees, which keeps the
	# mode that it finds there.
	touch "$test_dir"/other/file{1..500}
	rm "$test_dir"/other/file*
	sync -f "$test_dir/other"
	fs_umount other
	fs_mount fs "${loop_of[fs]}"
	track fs
	mkdir -p "$test_dir"/fs/{1..20}/{1..20}
	untrack fs
	expect files "$(report fs .files -c)" "[]"
	expect unattributed "$(class_counts fs unattributed)" "0 0 0 0"
}

@test "btrfs: of two copies of the data (DUP) one counts" {
	local file=$test_dir/fs/data
	fs_make fs btrfs '' -d dup -m dup
	hotmon_start fs --fs "$test_dir/fs"
	xfs_io -f -c 'pwrite -q 0 3m' -c fsync "$file"
	hotmon_stop fs
	io_list >"$test_dir/ios" write 0 $((3 << 20))
	expect_bytes fs "$(file_id "$file")" "$test_dir/ios"
}

# two_devices PROFILE: makes a btrfs on two devices at $test_dir/fs
two_devices() {
	need_fs btrfs
	truncate -s 512M "$test_dir/image0" "$test_dir/image1"
	loop_attach one "$test_dir/image0"
	loop_attach two "$test_dir/image1"
	fs_format "${loop_of[one]}" btrfs -d "$1" -m raid1 "${loop_of[two]}"
	fs_mount fs "${loop_of[one]}" "device=${loop_of[two]}"
}

# use_two_devices: each byte of a file counts once, at its offset.
use_two_devices() {
	local file=$test_dir/fs/data
	hotmon_start fs --fs "$test_dir/fs"
	xfs_io -f -c 'pwrite -q 0 5m' -c fsync "$file"
	xfs_io -rd -c 'pread -q -b 200k 20k 3800k' "$file"
	hotmon_stop fs
	io_list >"$test_dir/ios" write 0 $((5 << 20)) read 20480 $((3800 << 10))
	expect_bytes fs "$(file_id "$file")" "$test_dir/ios"
}

@test "btrfs, RAID1: of two copies one counts" {
	two_devices raid1
	use_two_devices
}

@test "btrfs, RAID0: each part of a striped bio counts at its place" {
	two_devices raid0
	use_two_devices
}

# data_bios NAME TYPE <BIOS: prints the bios in btrfs' chunks of this type
data_bios() {
	btrfs_chunks "${loop_of[$1]}" >"$test_dir/chunks"
	awk -v type="^$2" 'NR == FNR { if ($4 ~ type) { n++; disk[n] = $2; len[n] = $3 }; next }
		{ at = $2 * 512
		  for (i = 1; i <= n; i++)
			  if (at >= disk[i] && at < disk[i] + len[i])
				  print }' "$test_dir/chunks" -
}

# btrfs_extents NAME: prints the bytes of all files' extents on the disk
btrfs_extents() {
	blockdev --flushbufs "${loop_of[$1]}"
	btrfs inspect-internal dump-tree -t extent "${loop_of[$1]}" | awk '
		/EXTENT_ITEM/ { sub(/\)/, "", $6); bytes = $6 }
		/refs .* flags DATA/ { sum += bytes }
		END { print sum + 0 }'
}

@test "btrfs, compressed: what the disk did, not what the program wrote" {
	local file=$test_dir/fs/data id on_disk
	fs_make fs btrfs compress-force=zstd
	# two thirds of the data compress well
	for ((n = 0; n < 24; n++)); do
		head -c 100000 /dev/urandom
		head -c 200000 /dev/zero
	done >"$test_dir/content"
	track fs
	# In large pieces: a page that was written back when it was half full would be written
	# twice, and read once.
	dd if="$test_dir/content" of="$file" bs=8M status=none
	sync "$file"
	untrack fs
	id=$(file_id "$file")
	on_disk=$(btrfs_extents fs)
	((on_disk > 2400000 && on_disk < 3600000)) || fail "$on_disk bytes on disk: it did not compress"
	expect "bytes written" "$(file_counts fs "$id" | cut -d' ' -f3-)" "0 $on_disk"
	expect "bios of data" "$(file_counts fs "$id")" \
		"$(data_bios fs DATA <"$test_dir/bios" | bio_counts)"
	expect "unattributed" "$(class_counts fs unattributed)" "0 0 0 0"

	fs_cool fs compress-force=zstd
	id=$(file_id "$file")
	hotmon_start read --fs "$test_dir/fs"
	cat "$file" >/dev/null
	hotmon_stop read
	expect "bytes read" "$(file_counts read "$id" | cut -d' ' -f3-)" "$on_disk 0"
}

# stack LOWER_TYPE [LOSETUP_OPTION...]: makes an ext4 at $test_dir/upper on a loop device,
# whose image is $image, a file on another filesystem at $test_dir/lower.
stack() {
	fs_make lower "$1"
	image=$test_dir/lower/image
	truncate -s 128M "$image"
	loop_attach upper "$image" "${@:2}"
	fs_format "${loop_of[upper]}" ext4
	fs_mount upper "${loop_of[upper]}"
	file_make "$test_dir/upper/data" 16
	fs_cool upper
	sync -f "$test_dir/lower"
}

# use_stack: reads and writes the upper file, and checks the reports for both filesystems.
use_stack() {
	local id file=$test_dir/upper/data
	id=$(file_id "$file")
	fs_freeze upper
	fs_freeze lower
	hotmon_start all
	hotmon_start lower --fs "$test_dir/lower"
	trace_start "${loop_of[upper]}"
	fs_thaw lower
	fs_thaw upper
	fio_run "$file" --direct=1 --rw=randread --number_ios=500
	xfs_io -d -c 'pwrite -q -b 4k 3m 40k' "$file"
	xfs_io -c 'pwrite -q 5m 2m' -c fsync "$file"
	fs_freeze upper
	fs_freeze lower
	trace_stop
	hotmon_stop lower
	hotmon_stop all
	fs_thaw lower
	fs_thaw upper
	expect_traced all "$id" "$file"
	expect "all of the lower files" "$(report lower '[.files[].path] | join(" ")')" "$image"
}

@test "a loop device on ext4, through the page cache: each layer counts its own" {
	stack ext4
	use_stack
}

@test "a loop device on ext4, with direct I/O: the pages of the upper file stay the upper file's" {
	stack ext4 --direct-io=on
	use_stack
	expect "bytes of the image, against those of the upper device" \
		"$(file_counts lower "$(file_id "$image")" | cut -d' ' -f3-)" \
		"$(bio_counts <"$test_dir/bios" | cut -d' ' -f3-)"
}

@test "a loop device on XFS, with direct I/O" {
	stack xfs --direct-io=on
	use_stack
	expect "bytes of the image, against those of the upper device" \
		"$(file_counts lower "$(file_id "$image")" | cut -d' ' -f3-)" \
		"$(bio_counts <"$test_dir/bios" | cut -d' ' -f3-)"
}

@test "a loop device on btrfs" {
	stack btrfs
	use_stack
}

# use_mapped DEVICE LOWER...: makes and uses an ext4 on a stacked device. No file may be
# reported for the devices below.
use_mapped() {
	local id device=$1 lower file=$test_dir/fs/data
	loop_of[fs]=$device
	fs_format "$device" ext4
	fs_mount fs "$device"
	file_make "$file" 16
	fs_umount fs
	fs_mount fs "$device"
	id=$(file_id "$file")
	hotmon_start all
	track fs
	fio_run "$file" --direct=1 --rw=randread --number_ios=500
	xfs_io -d -c 'pwrite -q -b 4k 3m 40k' "$file"
	xfs_io -c 'pwrite -q 5m 2m' -c fsync "$file"
	untrack fs
	hotmon_stop all
	expect_traced fs "$id" "$file"
	expect_traced all "$id" "$file"
	for lower in "${@:2}"; do
		expect "files on $lower" "$(report all '[.files[] | select(.dev == $dev)] | length' \
			--arg dev "$(stat -c '%Hr:%Lr' "$lower")")" 0
	done
	unset 'loop_of[fs]'
}

@test "dm-linear: the file once, the clones below never" {
	modprobe -q dm_mod 2>/dev/null || :
	grep -q device-mapper /proc/devices || skip "the kernel has no device-mapper"
	truncate -s 256M "$test_dir/image"
	loop_attach below "$test_dir/image"
	dmsetup create --noudevsync "frsp$$" --table "0 524288 linear ${loop_of[below]} 0"
	defer dmsetup remove --noudevsync --retry "frsp$$"
	dmsetup mknodes "frsp$$"
	use_mapped "$(readlink -f "/dev/mapper/frsp$$")" "${loop_of[below]}"
}

@test "md, RAID1: the file once, the copies below never" {
	modprobe -q raid1 2>/dev/null || :
	grep -q raid1 /proc/mdstat 2>/dev/null || skip "the kernel has no md RAID1"
	truncate -s 256M "$test_dir/image0" "$test_dir/image1"
	loop_attach below0 "$test_dir/image0"
	loop_attach below1 "$test_dir/image1"
	mdadm --quiet --create --run --assume-clean --level=1 --raid-devices=2 --metadata=1.2 \
		/dev/md/frsp$$ "${loop_of[below0]}" "${loop_of[below1]}"
	defer mdadm --quiet --stop "/dev/md/frsp$$"
	use_mapped "$(readlink -f "/dev/md/frsp$$")" "${loop_of[below0]}" "${loop_of[below1]}"
}

# cgroup_make NAME: makes a cgroup in a hierarchy that bios belong to, and sets cgroup to
# its path.
cgroup_make() {
	local root
	root=$(findmnt -rnt cgroup -O blkio -o TARGET | head -n 1)
	cgroup_version=1
	if [[ -z $root ]]; then
		root=$(findmnt -rnt cgroup2 -o TARGET | head -n 1)
		cgroup_version=2
		grep -qsw io "$root/cgroup.controllers" || skip "the kernel has no cgroup controller io or blkio mounted"
		cgroup_enable "$root" io
	fi
	cgroup=$root/frsp-native.$$.$1
	mkdir "$cgroup"
	defer wait_until rmdir "$cgroup"
}

cgroup_enable() { # cgroup_enable DIRECTORY CONTROLLER: for the cgroups below DIRECTORY
	! grep -qw "$2" "$1/cgroup.subtree_control" || return 0
	echo "+$2" >"$1/cgroup.subtree_control"
	defer cgroup_disable "$@"
}

cgroup_disable() {
	echo "-$2" >"$1/cgroup.subtree_control"
}

in_cgroup() { # in_cgroup DIRECTORY COMMAND [ARG...]
	# shellcheck disable=SC2016 # for the inner shell
	bash -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$@"
}

@test "-c counts its cgroup and those below it, no others" {
	local file=$test_dir/fs/data other below parent
	fs_make fs ext4
	file_make "$file" 4
	cgroup_make other
	other=$cgroup
	cgroup_make parent
	parent=$cgroup
	[[ $cgroup_version == 1 ]] || cgroup_enable "$parent" io
	below=$parent/below
	mkdir "$below"
	defer wait_until rmdir "$below"
	hotmon_start parent --fs "$test_dir/fs" -c "$parent"
	hotmon_start below --fs "$test_dir/fs" -c "$below"
	in_cgroup "$below" xfs_io -rd -c 'pread -q -b 4k 0 40k' "$file"
	[[ $cgroup_version == 2 ]] || in_cgroup "$parent" xfs_io -rd -c 'pread -q -b 4k 1m 12k' "$file"
	in_cgroup "$other" xfs_io -rd -c 'pread -q -b 4k 0 64k' "$file"
	xfs_io -rd -c 'pread -q -b 4k 0 64k' "$file"
	hotmon_stop parent
	hotmon_stop below
	expect below "$(file_counts below "$(file_id "$file")")" "10 0 40960 0"
	# in cgroup2, a cgroup with cgroups below it can have no processes
	if [[ $cgroup_version == 1 ]]; then
		expect parent "$(file_counts parent "$(file_id "$file")")" "13 0 53248 0"
	else
		expect parent "$(file_counts parent "$(file_id "$file")")" "10 0 40960 0"
	fi
	expect "files" "$(report parent '.files | length')" 1
}

# cgroup_renew: removes the cgroup and makes a new one of the same name.
cgroup_renew() {
	wait_until rmdir "$cgroup"
	mkdir "$cgroup"
}

@test "-c says why it does not take a cgroup" {
	local name=frsp-same.$$ dir
	for dir in a b; do
		cgroup_make "$dir"
		mkdir "$cgroup/$name"
		defer wait_until rmdir "$cgroup/$name"
	done
	run_program hotmon -c "$name" --once 0.1
	expect_error 1 "cgroup $name: several have this name"
	dir=$(findmnt -rnt cgroup,cgroup2 -o TARGET | grep -vxF "${cgroup%/*}" | head -n 1)
	[[ $dir ]] || skip "there is one hierarchy of cgroups"
	run_program hotmon -c "$dir" --once 0.1
	expect_error 1 "cgroup $dir: the kernel charges I/O to another hierarchy"
}

@test "-c follows a cgroup that is made anew, from its first bio on" {
	local file=$test_dir/fs/data slice other
	fs_make fs ext4
	file_make "$file" 4
	cgroup_make other
	other=$cgroup
	cgroup_make slice
	slice=$cgroup cgroup=$slice/service
	[[ $cgroup_version == 1 ]] || { cgroup_enable "$other" io && cgroup_enable "$slice" io; }
	mkdir "$cgroup"
	hotmon_start service --fs "$test_dir/fs" -c "$cgroup"
	in_cgroup "$cgroup" xfs_io -rd -c 'pread -q -b 4k 0 40k' "$file"
	cgroup_renew
	in_cgroup "$cgroup" xfs_io -rd -c 'pread -q -b 4k 1m 12k' "$file"
	cgroup_renew
	defer wait_until rmdir "$cgroup"
	[[ $cgroup_version == 1 ]] || cgroup_enable "$cgroup" io
	mkdir "$cgroup/below"
	defer wait_until rmdir "$cgroup/below"
	in_cgroup "$cgroup/below" xfs_io -rd -c 'pread -q -b 4k 2m 8k' "$file"
	# a cgroup of the same name elsewhere, and one with a longer name
	mkdir "$other/service" "$cgroup-2"
	defer wait_until rmdir "$other/service"
	defer wait_until rmdir "$cgroup-2"
	in_cgroup "$other/service" xfs_io -rd -c 'pread -q -b 4k 0 64k' "$file"
	in_cgroup "$cgroup-2" xfs_io -rd -c 'pread -q -b 4k 0 64k' "$file"
	hotmon_stop service
	expect bios "$(file_counts service "$(file_id "$file")")" "15 0 61440 0"
	expect "gone" "$(report service .cgroup_gone)" false
}

@test "-c finds a cgroup again when the one above it was made anew, too" {
	local file=$test_dir/fs/data below
	fs_make fs ext4
	file_make "$file" 4
	cgroup_make slice
	below=$cgroup/service
	make_service() {
		[[ $cgroup_version == 1 ]] || grep -qw io "$cgroup/cgroup.subtree_control" || echo +io >"$cgroup/cgroup.subtree_control"
		mkdir "$below"
	}
	make_service
	hotmon_launch service --json -r 0 --fs "$test_dir/fs" -c "$below" 0.2
	wait_until rmdir "$below"
	cgroup_renew
	make_service
	defer wait_until rmdir "$below"
	is_counted() {
		in_cgroup "$below" xfs_io -rd -c 'pread -q -b 4k 0 4k' "$file"
		tail -n 1 "$test_dir/service.out" | jq -se --arg path "$file" 'any(.[].files[]; .path == $path and .reads > 0)'
	}
	wait_until is_counted
	hotmon_end service INT
	expect "exit status" "$hotmon_status" 0
}

@test "-c says when the cgroup ends, and when it is there again" {
	fs_make fs ext4
	cgroup_make service
	"$hotmon" --json --fs "$test_dir/fs" -c "$cgroup" 0.1 >"$test_dir/out" 2>"$test_dir/err" 3>&- &
	defer kill $!
	"$hotmon" -b --fs "$test_dir/fs" -c "$cgroup" 0.1 >"$test_dir/text" 2>/dev/null 3>&- &
	defer kill $!
	says() { tail -n 1 "$test_dir/out" | jq -se ".[0].cgroup_gone == $1" && tail -n 3 "$test_dir/text" | grep -c GONE | grep -qx "$2"; }
	wait_until says false 0
	rmdir "$cgroup"
	wait_until says true 1
	expect "told" "$(grep -c "^hotmon: cgroup $cgroup: has ended" "$test_dir/err")" 1
	mkdir "$cgroup"
	wait_until says false 0
	expect "told" "$(grep -c "^hotmon: cgroup $cgroup: is there again" "$test_dir/err")" 1
}

@test "-c counts writeback for the cgroup that made the pages dirty" {
	local file=$test_dir/fs/data
	fs_make fs ext4
	cgroup_make writer
	[[ $cgroup_version == 2 ]] || skip "the kernel has no cgroup2 with the controller io mounted"
	grep -qw memory "$cgroup/../cgroup.controllers" || skip "the kernel has no cgroup2 with the controller memory mounted"
	cgroup_enable "$cgroup/.." memory
	hotmon_start writer --fs "$test_dir/fs" -c "$cgroup"
	in_cgroup "$cgroup" xfs_io -f -c 'pwrite -q 0 2m' "$file"
	xfs_io -f -c 'pwrite -q 0 1m' "$test_dir/fs/other"
	sync -f "$test_dir/fs"
	hotmon_stop writer
	expect bytes "$(file_counts writer "$(file_id "$file")" | cut -d' ' -f3-)" "0 $((2 << 20))"
	expect files "$(report writer '.files | length')" 1
}
