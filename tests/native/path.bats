#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Tests of the look-up from an inode number to a path, and of --fs and -c, on real
# filesystems, by path_probe.c (PATH_PROBE: the built program). Needs root. It drops the
# dentry cache of the whole machine, so tests that rely on this cache must not run at the
# same time.
# Each @test is a subshell of its own:
# shellcheck disable=SC2030,SC2031

PROBE=${PATH_PROBE:-$BATS_TEST_DIRNAME/../../.output/native/path_probe}

# --- fixture ---------------------------------------------------------------

# It has two devices, and --fs must find it by each of them.
make_btrfs() {
	truncate -s 256M "$TOP/btrfs.img" "$TOP/btrfs2.img"
	losetup -f --show "$TOP/btrfs.img" > "$TOP/btrfs.loop"
	losetup -f --show "$TOP/btrfs2.img" > "$TOP/btrfs2.loop"
	mkfs.btrfs -q -d single -m single "$(loop_of btrfs)" "$(loop_of btrfs2)"
}

make_fs() {
	truncate -s 320M "$TOP/$1.img"
	"mkfs.$1" -q "$TOP/$1.img"
	losetup -f --show "$TOP/$1.img" > "$TOP/$1.loop"
}

loop_of() { cat "$TOP/$1.loop"; }

mount_fs() {
	mkdir -p "$TOP/$1"
	mountpoint -q "$TOP/$1" ||
		mount -t "$1" "$(loop_of "$1")" "$TOP/$1"
}

# watch_over PID: cleans up when bats has ended. bats runs no teardown when it is killed.
watch_over() {
	tail --pid="$1" -f /dev/null
	clean_up
}

setup_file() {
	[ "$(id -u)" = 0 ] || skip "needs root"
	export TOP=$BATS_FILE_TMPDIR/t
	mkdir "$TOP"
	export -f watch_over clean_up unmount_all
	setsid bash -c "watch_over $$" < /dev/null > /dev/null 2>&1 3>&- &
	make_fs ext4
	make_fs xfs
	make_btrfs
}

setup() {
	[ "$(id -u)" = 0 ] || skip "needs root"
	for FS in ext4 xfs btrfs; do mount_fs "$FS"; done
	HOLDER=
}

# Mounts may cover other mounts, so the deepest and last is unmounted first.
unmount_all() {
	local target

	findmnt -rno TARGET | grep "^$TOP/" | tac | while read -r target; do
		umount "$target" || umount -l "$target"
	done
}

teardown() {
	release
	for FS in ext4 xfs btrfs; do
		mountpoint -q "$TOP/$FS" && rm -rf "${TOP:?}/$FS/w" "$TOP/$FS/v"
	done
	unmount_all
	[ -z "${CGROUP:-}" ] ||
		rmdir "$CGROUP"/*/* "$CGROUP"/* "$CGROUP" 2>/dev/null || true
}

clean_up() {
	local loop

	unmount_all
	for loop in "$TOP"/*.loop; do
		[ ! -e "$loop" ] || losetup -d "$(cat "$loop")"
		rm -f "$loop"
	done
}

teardown_file() {
	[ -z "$TOP" ] || clean_up
}

# --- helpers ---------------------------------------------------------------

# each_fs FUNCTION: runs it for each filesystem. It is a plain call, because errexit would
# be off in "$1 || ...".
each_fs() {
	for FS in ext4 xfs btrfs; do
		M=$TOP/$FS
		rm -rf "$M/w"
		mkdir "$M/w"
		echo "on $FS"
		"$1"
	done
}

make_file() { mkdir -p "${1%/*}" && echo data > "$1"; }

# announce FILE: sets FACTS and NAME to what BPF would announce now.
announce() {
	read -r -a FACTS <<< "$("$PROBE" facts "$1")"
	[ "${#FACTS[@]}" = 8 ]
	NAME=${1##*/}
}

cold() {
	sync
	echo 2 > /proc/sys/vm/drop_caches
	echo 2 > /proc/sys/vm/drop_caches
}

expect() {
	local got

	got=$("$PROBE" get "${FACTS[@]}" "$NAME")
	[ "$got" = "$1" ] || { printf 'want %s\ngot  %s\n' "$1" "$got"; false; }
}

# expect_bare WANTED: like expect, but without the announcement, by the dentry cache alone.
expect_bare() {
	local got

	got=$("$PROBE" get "${FACTS[@]:0:3}")
	[ "$got" = "$1" ] || { printf 'want %s\ngot  %s\n' "$1" "$got"; false; }
}

number() { echo "<ino ${FACTS[0]} gen ${FACTS[1]} dev ${FACTS[2]}>"; }
covered() { echo "covered|$(number) (covered by another mount)"; }
outside() { echo "outside|$(number) (outside of what is mounted here)"; }

# keep_warm FILE keeps the file open, and so its dentry in the cache, until let_go.
keep_warm() { exec {WARM}< "$1"; }
let_go() { exec {WARM}<&-; }

# hold FILE: unlinks the file and keeps it open until release.
hold() {
	coproc HOLD { exec "$PROBE" hold "$1"; }
	HOLDER=${HOLD[1]}
	read -r -u "${HOLD[0]}" line
	[ "$line" = held ]
}

release() {
	[ -z "$HOLDER" ] || eval "exec $HOLDER>&-"
	HOLDER=
	wait
}

# --- paths -----------------------------------------------------------------

warm() {
	make_file "$M/w/a/f"
	announce "$M/w/a/f"
	keep_warm "$M/w/a/f"
	expect "known|$M/w/a/f"
	if [ "$FS" = btrfs ]; then
		expect_bare "unknown|$(number)"
	else
		expect_bare "known|$M/w/a/f"
	fi
	let_go
}
@test "warm path" { each_fs warm; }

cold_announced() {
	make_file "$M/w/a/f"
	make_file "$M/g"
	announce "$M/w/a/f"
	cold
	expect_bare "unknown|$(number)"
	expect "known|$M/w/a/f"
	announce "$M/g"
	cold
	expect "known|$M/g"
}
@test "cold path with an announced parent" { each_fs cold_announced; }

renamed() {
	make_file "$M/w/a/f"
	announce "$M/w/a/f"
	mv "$M/w/a/f" "$M/w/a/new"
	make_file "$M/w/a/f"
	expect "known|$M/w/a/new"
	cold
	expect "known|$M/w/a/new"
}
@test "renamed file, and another has its name now" { each_fs renamed; }

moved() {
	make_file "$M/w/a/f"
	mkdir "$M/w/b"
	announce "$M/w/a/f"
	keep_warm "$M/w/a/f"
	mv "$M/w/a/f" "$M/w/b/"
	expect "known|$M/w/b/f"
	let_go
	cold
	if [ "$FS" = btrfs ]; then
		expect "known|$M/w/b/f"
	else
		expect "unknown|$(number)"
	fi
}
@test "file moved to another directory" { each_fs moved; }

renamed_parent() {
	make_file "$M/w/a/b/f"
	announce "$M/w/a/b/f"
	mv "$M/w/a" "$M/w/new"
	expect "known|$M/w/new/b/f"
	cold
	expect "known|$M/w/new/b/f"
}
@test "renamed parent" { each_fs renamed_parent; }

unlinked() {
	make_file "$M/w/a/f"
	announce "$M/w/a/f"
	rm "$M/w/a/f"
	expect "deleted|$M/w/a/f (deleted)"
	rm -r "$M/w/a"
	sync
	expect "deleted|$(number) (deleted)"
}
@test "unlinked" { each_fs unlinked; }

unlinked_open() {
	make_file "$M/w/a/f"
	announce "$M/w/a/f"
	hold "$M/w/a/f"
	expect "deleted|$M/w/a/f (deleted)"
	[ "$FS" = btrfs ] || expect_bare "deleted|$M/w/a/f (deleted)"
	make_file "$M/w/a/f"
	expect "deleted|$M/w/a/f (deleted)"
	cold
	expect "deleted|$M/w/a/f (deleted)"
	release
	announce "$M/w/a/f"
	expect "known|$M/w/a/f"
}
@test "unlinked but open, and another has its name now" {
	each_fs unlinked_open
}

hard_links() {
	make_file "$M/w/a/f"
	ln "$M/w/a/f" "$M/w/a/g"
	mkdir "$M/w/b"
	ln "$M/w/a/f" "$M/w/b/h"
	announce "$M/w/a/f"
	# While the names are cached, the kernel may choose any of them.
	[[ "$("$PROBE" get "${FACTS[@]}" f)" = "known|$M/w/"*" (+2 links)" ]]
	cold
	expect "known|$M/w/a/f (+2 links)"
	hold "$M/w/a/f" # the dentry of the unlinked name stays
	expect "known|$M/w/a/g (+1 link)"
	cold
	expect "known|$M/w/a/g (+1 link)"
	rm "$M/w/a/g"
	cold
	if [ "$FS" = btrfs ]; then
		expect "known|$M/w/b/h"
	else
		expect "unknown|$(number)"
	fi
	release
}
@test "hard links" { each_fs hard_links; }

# Makes files until the filesystem uses the inode number again; btrfs never does.
reused() {
	local i

	[ "$FS" != btrfs ] || return 0
	make_file "$M/w/old"
	announce "$M/w/old"
	rm "$M/w/old"
	for i in {1..500}; do
		sync -f "$M" # XFS frees inodes in the background
		echo "$i" > "$M/w/new$i"
		[ "$(stat -c %i "$M/w/new$i")" != "${FACTS[0]}" ] || break
	done
	[ "$(stat -c %i "$M/w/new$i")" = "${FACTS[0]}" ]
	expect "deleted|$M/w/old (deleted)"
	expect_bare "deleted|$(number) (deleted)"
	FACTS[1]=0 # ext4 takes generation 0 in a handle for any generation
	expect_bare "deleted|$(number) (deleted)"
	announce "$M/w/new$i"
	expect "known|$M/w/new$i"
}
@test "reused inode number" { each_fs reused; }

@test "generation 0 that is real" {
	mkdir -p "$TOP/tree/a" "$TOP/zero"
	echo data > "$TOP/tree/a/f"
	truncate -s 16M "$TOP/zero.img"
	mkfs.ext4 -q -F -d "$TOP/tree" "$TOP/zero.img"
	mount -o loop "$TOP/zero.img" "$TOP/zero"
	announce "$TOP/zero/a/f"
	[ "${FACTS[1]}" = 0 ]
	expect "known|$TOP/zero/a/f"
	cold
	expect "known|$TOP/zero/a/f"
	FACTS[1]=1
	expect_bare "deleted|$(number) (deleted)"
}

hidden() {
	make_file "$M/w/h/f"
	announce "$M/w/h/f"
	mount -t tmpfs none "$M/w/h"
	make_file "$M/w/h/f"
	expect "$(covered)"
	cold
	expect "$(covered)"
	umount "$M/w/h"
	expect "known|$M/w/h/f"
}
@test "file hidden below a mount point" { each_fs hidden; }

@test "file hidden by its own copy" {
	mkdir -p "$TOP/tree/h" "$TOP/one" "$TOP/copy"
	echo data > "$TOP/tree/h/f"
	truncate -s 16M "$TOP/one.img"
	mkfs.ext4 -q -F -d "$TOP/tree" "$TOP/one.img"
	cp "$TOP/one.img" "$TOP/copy.img"
	mount -o loop "$TOP/one.img" "$TOP/one"
	mount -o loop "$TOP/copy.img" "$TOP/copy"
	announce "$TOP/one/h/f"
	mount --bind "$TOP/copy/h" "$TOP/one/h"
	[ "$(stat -c %i "$TOP/one/h/f")" = "${FACTS[0]}" ]
	expect "$(covered)"
	announce "$TOP/copy/h/f"
	expect "known|$TOP/copy/h/f"
}

hidden_here() {
	make_file "$M/w/h/f"
	announce "$M/w/h/f"
	mkdir -p "$TOP/bind"
	mount --bind "$M" "$TOP/bind"
	mount -t tmpfs none "$M/w/h"
	expect "known|$TOP/bind/w/h/f"
	umount "$M/w/h"
	mount -t tmpfs none "$M" # the whole mount is hidden
	expect "known|$TOP/bind/w/h/f"
	cold
	expect "known|$TOP/bind/w/h/f"
	umount "$M" "$TOP/bind"
}
@test "file hidden on one mount, not on another" { each_fs hidden_here; }

bind_only() {
	local inside outside

	make_file "$M/w/sub/f"
	make_file "$M/w/etc/g"
	mkdir -p "$TOP/bind"
	announce "$M/w/sub/f"
	inside=("${FACTS[@]}")
	announce "$M/w/etc/g"
	outside=("${FACTS[@]}")
	mount --bind "$M/w/sub" "$TOP/bind"
	umount "$M"
	expect "$(outside)"
	cold
	expect "$(outside)"
	expect_bare "unknown|$(number)"
	FACTS=("${inside[@]}") NAME=f
	expect "known|$TOP/bind/f"
	cold
	expect "known|$TOP/bind/f"
	rm "$TOP/bind/f"
	expect "deleted|$TOP/bind/f (deleted)"
	FACTS=("${outside[@]}") NAME=g
	mount_fs "$FS"
	expect "known|$M/w/etc/g"
	hold "$M/w/etc/g"
	umount -l "$M"
	expect "deleted|$(number) (deleted)"
	release
	umount "$TOP/bind"
}
@test "bind mount of a subdirectory, and nothing else" { each_fs bind_only; }

odd_names() {
	local i names labels

	names=($'new\nline' "quo'te\"" $'latin\344' 'f (deleted)' 'a b' 'b\s' \
	       $'\303\244' "$(printf 'n%.0s' {1..200})")
	labels=('new\012line' "quo'te\"" 'latin\344' 'f (deleted)' 'a b' \
		'b\134s' $'\303\244' "${names[7]}")
	for i in "${!names[@]}"; do
		make_file "$M/w/${names[i]}"
		announce "$M/w/${names[i]}"
		expect "known|$M/w/${labels[i]}"
		cold
		expect "known|$M/w/${labels[i]}"
	done
	announce "$M/w/f (deleted)"
	hold "$M/w/f (deleted)"
	expect "deleted|$M/w/f (deleted) (deleted)"
	release
}
@test "odd file names" { each_fs odd_names; }

@test "btrfs: the same inode in subvolume and snapshot" {
	M=$TOP/btrfs
	rm -rf "$M/w"
	mkdir "$M/w"
	btrfs -q subvolume create "$M/w/sub"
	make_file "$M/w/sub/a/f"
	btrfs -q subvolume snapshot "$M/w/sub" "$M/w/snap"
	announce "$M/w/sub/a/f"
	sub=("${FACTS[@]}")
	announce "$M/w/snap/a/f"
	[ "${FACTS[*]:0:2}" = "${sub[*]:0:2}" ]
	[ "${FACTS[2]}" != "${sub[2]}" ]
	for _ in warm cold; do
		FACTS=("${sub[@]}")
		expect "known|$M/w/sub/a/f"
		announce "$M/w/snap/a/f"
		expect "known|$M/w/snap/a/f"
		cold
	done
	rm "$M/w/sub/a/f"
	expect "known|$M/w/snap/a/f"
	FACTS=("${sub[@]}")
	expect "deleted|$M/w/sub/a/f (deleted)"
	announce "$M/w/snap/a/f"
	mkdir "$M/w/only"
	mount -o subvol=w/snap "$(loop_of btrfs)" "$TOP/btrfs/w/only"
	umount "$TOP/btrfs/w/only"
	mv "$M/w/snap/a/f" "$M/w/snap/moved"
	cold
	expect "known|$M/w/snap/moved"
}

@test "btrfs: only a subvolume is mounted" {
	M=$TOP/btrfs
	rm -rf "$M/w"
	mkdir "$M/w"
	btrfs -q subvolume create "$M/w/sub"
	make_file "$M/w/sub/a/f"
	make_file "$M/w/out"
	announce "$M/w/sub/a/f"
	inside=("${FACTS[@]}")
	announce "$M/w/out"
	umount "$M"
	mount -o subvol=w/sub "$(loop_of btrfs)" "$M"
	# The mount has a new s_dev, which the announcement has to have.
	announce_out=("${FACTS[@]}")
	announce "$M/a/f"
	inside[3]=${FACTS[3]} announce_out[3]=${FACTS[3]}
	expect "known|$M/a/f"
	cold
	expect "known|$M/a/f"
	FACTS=("${inside[@]}") NAME=f
	expect "known|$M/a/f"
	FACTS=("${announce_out[@]}") NAME=out
	expect "$(outside)"
	umount "$M"
}

@test "other mount namespace" {
	make_file "$TOP/ext4/w/f"
	announce "$TOP/ext4/w/f"
	run unshare -m --propagation private sh -c \
		"umount '$TOP/ext4' && exec \"\$@\"" sh "$PROBE" get "${FACTS[@]}" f
	[ "$output" = "other_mount_ns|$(number) (other mount namespace)" ]
}

@test "without the capability: unknown, and it says why" {
	make_file "$TOP/ext4/w/f"
	announce "$TOP/ext4/w/f"
	run setpriv --bounding-set -dac_read_search --inh-caps -dac_read_search \
		"$PROBE" get "${FACTS[@]}" f
	[ "$output" = "EPERM: unknown|$(number)" ]
}

start_watch() {
	coproc WATCH { exec "$PROBE" watch; }
	HOLDER=${WATCH[1]}
}

ask() { # ask LINE ANSWER: the cache of start_watch gives this answer
	echo "$1" >&"${WATCH[1]}"
	read -r -t 10 -u "${WATCH[0]}" got
	[ "$got" = "$2" ] || { echo "want $2, got $got"; false; }
}

# A long-lived cache must notice changes, and must not keep a filesystem mounted.
@test "unmount, mount and unlink while a cache lives" {
	mkdir -p "$TOP/ext4/w/b"
	make_file "$TOP/ext4/w/a/f"
	announce "$TOP/ext4/w/a/f"
	start_watch
	ask "${FACTS[*]} f" "known|$TOP/ext4/w/a/f"
	umount "$TOP/ext4"
	ask "${FACTS[*]:0:3}" \
		"other_mount_ns|$(number) (other mount namespace)"
	mount_fs ext4
	ask "${FACTS[*]:0:3}" "known|$TOP/ext4/w/a/f"
	keep_warm "$TOP/ext4/w/a/f"
	mv "$TOP/ext4/w/a/f" "$TOP/ext4/w/b/"
	ask "${FACTS[*]:0:3}" "known|$TOP/ext4/w/b/f"
	let_go
	cold # the file is no longer in the announced directory: its last path helps
	ask "${FACTS[*]:0:3}" "known|$TOP/ext4/w/b/f"
	rm "$TOP/ext4/w/b/f"
	ask "${FACTS[*]:0:3}" "deleted|$TOP/ext4/w/b/f (deleted)"
}

@test "in one frame a file keeps the path that was found first" {
	mkdir -p "$TOP/ext4/w/b"
	make_file "$TOP/ext4/w/a/f"
	announce "$TOP/ext4/w/a/f"
	start_watch
	echo frame >&"${WATCH[1]}"
	ask "${FACTS[*]} f" "known|$TOP/ext4/w/a/f"
	mv "$TOP/ext4/w/a/f" "$TOP/ext4/w/b/"
	ask "${FACTS[*]:0:3}" "known|$TOP/ext4/w/a/f"
	sleep 1 # a path is valid for a second in the next frames
	ask "${FACTS[*]:0:3}" "known|$TOP/ext4/w/a/f"
	echo frame >&"${WATCH[1]}"
	ask "${FACTS[*]:0:3}" "known|$TOP/ext4/w/b/f"
	rm "$TOP/ext4/w/b/f"
	sleep 1
	ask "${FACTS[*]:0:3}" "known|$TOP/ext4/w/b/f"
	echo frame >&"${WATCH[1]}"
	ask "${FACTS[*]:0:3}" "deleted|$TOP/ext4/w/b/f (deleted)"
}

@test "a second announcement replaces the first" {
	make_file "$TOP/ext4/w/a/f"
	make_file "$TOP/ext4/w/b/g"
	announce "$TOP/ext4/w/b/g"
	parent_b="${FACTS[*]:6:2}"
	announce "$TOP/ext4/w/a/f"
	wrong="${FACTS[*]:0:6} $parent_b f"
	right="${FACTS[*]} f"
	cold
	run "$PROBE" watch <<< "$wrong"$'\n'"$right"
	[ "${lines[0]}" = "unknown|$(number)" ]
	[ "${lines[1]}" = "known|$TOP/ext4/w/a/f" ]
}

# --- --fs ------------------------------------------------------------------

fs_specs() {
	local loop dev want

	loop=$(loop_of "$FS")
	dev=$(mountpoint -d "$M")
	[ "$FS" != btrfs ] || dev=$(findmnt -no MAJ:MIN "$M" | tr -d ' ')
	want="$M|$FS|$dev"
	make_file "$M/w/a/f"
	ln -sf "$loop" "$TOP/link"
	for spec in "$M" "$M/w/a/f" "$loop" "$TOP/link" "$dev" \
		    "$(lsblk -dno MAJ:MIN "$loop" | tr -d ' ')"; do
		run "$PROBE" fs "$spec"
		[ "$output" = "$want" ] || { echo "$spec: $output"; false; }
	done
	run "$PROBE" backing "$(lsblk -dno MAJ:MIN "$loop" | tr -d ' ')"
	[ "$output" = yes ]
	# A tmpfs covers the filesystem: the path now leads to the tmpfs, the device does not.
	mount -t tmpfs none "$M"
	run "$PROBE" fs "$M"
	[ "$output" = ENODEV ]
	run "$PROBE" fs "$loop"
	# The devices of a btrfs can only be asked for through a mount.
	[ "$FS" = btrfs ] || [ "$output" = "$want" ]
	umount "$M"
	# A mount that is not covered is preferred.
	mkdir -p "$TOP/bind"
	mount --bind "$M/w" "$TOP/bind"
	run "$PROBE" fs "$loop"
	[ "$output" = "$want" ]
	mount -t tmpfs none "$M"
	run "$PROBE" fs "$loop"
	[ "$output" = "$TOP/bind|$FS|$dev" ]
	umount "$M" "$TOP/bind" && umount "$M"
	run "$PROBE" fs "$loop"
	[ "$output" = ENODEV ]
	run "$PROBE" backing "$(lsblk -dno MAJ:MIN "$loop" | tr -d ' ')"
	[ "$output" = no ]
}
@test "--fs: mount point, device, symlink, number, file" { each_fs fs_specs; }

@test "--fs: the second device of a btrfs" {
	loop=$(loop_of btrfs2)
	run "$PROBE" fs "$loop"
	want="$TOP/btrfs|btrfs|$(findmnt -no MAJ:MIN "$TOP/btrfs" | tr -d ' ')"
	[ "$output" = "$want" ] || { echo "want $want, got $output"; false; }
	run "$PROBE" backing "$(lsblk -dno MAJ:MIN "$loop" | tr -d ' ')"
	[ "$output" = yes ]
}

# --- -c --------------------------------------------------------------------

cgroup_expect() {
	run "$PROBE" cgroup "$1"
	[ "$output" = "$2" ] || { echo "$1: want $2, got $output"; false; }
}

@test "-c: paths, units, and what is not there" {
	top=$(findmnt -rno TARGET -t cgroup -O blkio | head -n 1)
	[ -n "$top" ] || top=$(findmnt -rno TARGET -t cgroup2 | head -n 1)
	CGROUP=$top/frsp$$
	mkdir "$CGROUP" || skip "no cgroup can be made"
	mkdir "$CGROUP/a" "$CGROUP/b" "$CGROUP/a/frsp-one.service" \
		"$CGROUP/a/frsp-two.service" "$CGROUP/b/frsp-two.service"
	one=$CGROUP/a/frsp-one.service
	wanted="$one 3 $(stat -c %i "$CGROUP/a")"
	cgroup_expect "$one" "$wanted"
	cgroup_expect "$one/" "$wanted"
	cgroup_expect "frsp$$/a/frsp-one.service" "$wanted"
	cgroup_expect "/frsp$$/a/frsp-one.service" "$wanted"
	cgroup_expect "frsp$$/b/../a/frsp-one.service" "$wanted"
	cgroup_expect frsp-one.service "$wanted"
	cgroup_expect "frsp$$" "$CGROUP 1 $(stat -c %i "$top")"
	cgroup_expect / "$top 0 0"
	cgroup_expect frsp-two.service ENOTUNIQ
	cgroup_expect frsp-none.service ENOENT
	cgroup_expect "frsp$$/none" ENOENT
	cgroup_expect "$CGROUP/tasks/x" ENOENT
	cgroup_expect /etc EXDEV
	cgroup_expect ../../../../../etc EXDEV
}

@test "-c: version 1's blkio goes before version 2, whatever the order" {
	top=$(findmnt -rno TARGET -t cgroup -O blkio | head -n 1)
	findmnt -rno TARGET -t cgroup2 > /dev/null && [ -n "$top" ] ||
		skip "not a hybrid system"
	run unshare -m --propagation private sh -c \
		"umount '$top' && mount -t cgroup -o blkio none '$top' &&
		 '$PROBE' cgroup '$top'"
	[ "$output" = "$top 0 0" ]
}
