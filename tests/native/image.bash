# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: GPL-2.0-or-later
# What the tests of frsp-image share: images, right and wrong ones, and the programs of
# others that read them.

# raw_make NAME: makes $test_dir/NAME, a disk of 10 MiB and some sectors: data, holes, and
# data that crosses clusters.
raw_make() {
	truncate -s $((10 * 1048576 + 3 * 512)) "$test_dir/$1"
	dd if=/dev/urandom of="$test_dir/$1" bs=64k count=40 conv=notrunc status=none
	dd if=/dev/urandom of="$test_dir/$1" bs=1 seek=7000001 count=5 conv=notrunc status=none
	dd if=/dev/urandom of="$test_dir/$1" bs=512 seek=20480 count=3 conv=notrunc status=none
}

# image_write NAME VERSION CLUSTER_SECTORS DATA_OFF DISK_SECTORS [ENTRY...]: makes the image
# $test_dir/NAME from numbers; an entry is a slot from 1 on, and 0 is nowhere. The file has the
# slots up to the highest, each full of its number as a letter.
image_write() {
	python3 - "$test_dir/$1" "${@:2}" <<-'EOT'
		import struct, sys
		path, (version, cluster, off, sectors, *slots) = sys.argv[1], map(int, sys.argv[2:])
		first = off or (64 + 4 * len(slots) + 511) // 512
		entry = {1: lambda slot: first + (slot - 1) * cluster,
		         2: lambda slot: first // cluster + slot - 1}[version]
		magic = {1: b"WithoutFreeSpace", 2: b"WithouFreSpacExt"}[version]
		head = struct.pack("<16s5IQ3IQ", magic, 2, 16, 1, cluster, len(slots), sectors, 0, off, 0, 0)
		table = struct.pack("<%dI" % len(slots), *(slot and entry(slot) for slot in slots))
		with open(path, "wb") as file:
		    file.write((head + table).ljust(first * 512, b"\0"))
		    for slot in range(1, max(slots) + 1):
		        file.write(bytes([64 + slot]) * cluster * 512)
	EOT
}

# poke NAME BYTE FORMAT VALUE: writes a number into the file, by struct's FORMAT.
poke() {
	python3 - "$test_dir/$1" "${@:2}" <<-'EOT'
		import struct, sys
		with open(sys.argv[1], "r+b") as file:
		    file.seek(int(sys.argv[2], 0))
		    file.write(struct.pack("<" + sys.argv[3], int(sys.argv[4], 0)))
	EOT
}

# qemu_raw NAME RAW: what QEMU reads from the image
qemu_raw() {
	qemu-img convert -f parallels -O raw "$test_dir/$1" "$test_dir/$2"
}

# our_raw NAME RAW: what we read from it
our_raw() {
	"$frsp_image" convert --to=raw "$test_dir/$1" "$test_dir/$2" >/dev/null
}

# same_as_qemu NAME: QEMU and we read the same from the image.
same_as_qemu() {
	rm -f "$test_dir/by-qemu" "$test_dir/by-us"
	qemu_raw "$1" by-qemu
	our_raw "$1" by-us
	cmp "$test_dir/by-qemu" "$test_dir/by-us"
}

# has_ploop: only Debian 12 has the package; elsewhere it is used if it is there.
has_ploop() {
	(. /etc/os-release && [[ $VERSION_ID == 12 ]]) || command -v ploop >/dev/null
}

# ploop_check NAME: Debian's ploop finds nothing wrong with a copy of it without holes, which
# it does not take. Its status is read directly: a pipe would hide it.
ploop_check() {
	local status=0
	cp --sparse=never "$test_dir/$1" "$test_dir/dense"
	ploop check -f "$test_dir/dense" >"$test_dir/ploop.out" 2>&1 || status=$?
	cat "$test_dir/ploop.out"
	return "$status"
}

# all_clean NAME: QEMU, ploop and we find nothing wrong with the image.
all_clean() {
	qemu-img check -q -f parallels "$test_dir/$1"
	! has_ploop || ploop_check "$1"
	run_program frsp-image check "$test_dir/$1"
	expect "exit status" "$status" 0
	[[ $(cat "$test_dir/out") == *": 0 errors, 0 lost, "* ]] || fail "$(cat "$test_dir/out")"
}
