#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # jq programs; each test is a subshell; lib.bash
# Tests of frsp-image: images of QEMU and of ploop are read here, ours there, and damaged ones
# are found and mended.

load lib
load image

# --- what others make ------------------------------------------------------------

@test "images that QEMU makes, with clusters of any size" {
	local size said
	raw_make disk
	for size in 512 4k 32256 256k 1M 4M; do
		said=$(qemu-img convert -f raw -O parallels -o cluster_size=$size "$test_dir/disk" "$test_dir/$size.hds" 2>&1)
		# QEMU 10 takes 63 sectors for 64 when it looks where the data begins, and damages its image.
		[[ $size != 32256 || $said != *'Repairing data_off'* ]] || continue
		same_as_qemu "$size.hds"
		run_program frsp-image check "$test_dir/$size.hds"
		expect "exit status with $size" "$status" 0
		[[ $(cat "$test_dir/out") == *": 0 errors, 0 lost, "* ]] || fail "$(cat "$test_dir/out")"
	done
}

@test "old images: version 1, clusters of 63 sectors, and a table of any length in front of them" {
	image_write old.hds 1 63 0 300 3 0 1 2 0
	run_program frsp-image info --json "$test_dir/old.hds"
	expect "version, size and cluster" "$(jq -r '.images[0] | "\(.version) \(.cluster_bytes) \(.clusters)"' "$test_dir/out")" "1 32256 3"
	expect "disk" "$(jq .disk_bytes "$test_dir/out")" $((300 * 512))
	same_as_qemu old.hds
	run_program frsp-image check "$test_dir/old.hds"
	expect "exit status" "$status" 0
	image_write old2.hds 1 512 512 2048 2 1 0 3
	same_as_qemu old2.hds
	all_clean old2.hds
}

@test "an image in which QEMU was killed: it is read and checked as it is" {
	qemu-img create -q -f parallels "$test_dir/a.hds" 20M
	qemu-io -f parallels -c 'write -P 5 1M 3M' -c flush -c 'sigraise 9' "$test_dir/a.hds" >/dev/null 2>&1 || :
	run_program frsp-image check "$test_dir/a.hds"
	expect "exit status" "$status" 0
	grep -q 'was not closed' "$test_dir/out"
	same_as_qemu a.hds
	run_program frsp-image check --repair "$test_dir/a.hds"
	expect "exit status" "$status" 0
	all_clean a.hds
	our_raw a.hds after
	cmp "$test_dir/by-qemu" "$test_dir/after"
}

# --- what we make ----------------------------------------------------------------

@test "what create makes, QEMU and ploop find right, and QEMU writes" {
	local size
	for size in 32K 512K 1M 2M; do
		"$frsp_image" create --cluster-size=$size "$test_dir/$size.hds" 100M
		all_clean "$size.hds"
		expect "size by QEMU" "$(qemu-img info --output=json -f parallels "$test_dir/$size.hds" | jq '."virtual-size"')" $((100 << 20))
		qemu-io -f parallels -c 'write -P 7 33M 5k' "$test_dir/$size.hds" >/dev/null
		same_as_qemu "$size.hds"
	done
}

@test "what convert makes, QEMU and ploop find right and the same" {
	local size
	raw_make disk
	for size in 32K 512K 1M; do
		"$frsp_image" convert --from=raw --cluster-size="$size" "$test_dir/disk" "$test_dir/$size.hds"
		all_clean "$size.hds"
		qemu-img compare -q -f raw -F parallels "$test_dir/disk" "$test_dir/$size.hds"
		our_raw "$size.hds" back
		cmp "$test_dir/disk" "$test_dir/back"
		rm "$test_dir/back"
	done
}

@test "copies have holes where there are zeros" {
	truncate -s 1T "$test_dir/disk"
	printf x | dd of="$test_dir/disk" bs=1 seek=600G conv=notrunc status=none
	"$frsp_image" convert --from=raw "$test_dir/disk" "$test_dir/a.hds"
	(($(stat -c '%b * %B' "$test_dir/a.hds") < 100000)) || fail "$(stat "$test_dir/a.hds")"
	"$frsp_image" convert --to=raw "$test_dir/a.hds" "$test_dir/back"
	(($(stat -c '%b * %B' "$test_dir/back") < 100000)) || fail "$(stat "$test_dir/back")"
	expect "size" "$(stat -c %s "$test_dir/back")" $((1 << 40))
	expect "byte" "$(dd if="$test_dir/back" bs=1 skip=600G count=1 status=none)" x
}

@test "a raw disk that is taken for an image, or would become one by its name: how to say it" {
	raw_make disk
	run_program frsp-image convert "$test_dir/disk" "$test_dir/new"
	expect_error 1 'not a ploop image'
	grep -q 'hint: a raw disk needs --from=raw' "$test_dir/err"
	run_program frsp-image convert --from=raw "$test_dir/disk" "$test_dir/new.raw"
	expect_error 2 'NEW is called .raw: say --to=raw, or --to=image'
	[[ ! -e $test_dir/new && ! -e $test_dir/new.raw ]]
	run_program frsp-image convert --from=raw --to=image "$test_dir/disk" "$test_dir/new.raw"
	expect "exit status" "$status" 0
	run_program frsp-image info "$test_dir/new.raw"
	expect "exit status" "$status" 0
}

@test "map says where each part is" {
	image_write a.hds 2 8 8 41 3 0 1 2 0 0
	run_program frsp-image map --json "$test_dir/a.hds"
	expect "exit status" "$status" 0
	expect "runs" "$(jq -c '[.runs[] | [.start, .length, .level, .byte]]' "$test_dir/out")" \
		"[[0,4096,0,12288],[4096,4096,null,null],[8192,8192,0,4096],[16384,4608,null,null]]"
	run_program frsp-image map --bytes "$test_dir/a.hds"
	expect "lines" "$(awk '{ print $1, $2, $3 }' "$test_dir/out" | paste -sd, )" \
		"START LENGTH OFFSET,0 4096 12288,4096 4096 -,8192 8192 4096,16384 4608 -"
}

# --- damage ----------------------------------------------------------------------

# The disk of the damaged image, in letters: entries 0 and 3 share a cluster, entry 1 is
# beyond the end.
damaged_make() {
	image_write "$1" 2 64 64 320 1 2 3 1 0
	poke "$1" $((64 + 4)) I 99
}

damaged_content() {
	tr '\0' . <"$1" | fold -w 32768 | cut -c1 | paste -sd ''
}

@test "entries that are used twice, and beyond the end: found, and mended without a loss" {
	damaged_make a.hds
	cp "$test_dir/a.hds" "$test_dir/old"
	! has_ploop || not ploop_check a.hds
	run_program frsp-image check "$test_dir/a.hds"
	expect "exit status" "$status" 1
	grep -q 'entry 3 points to the cluster at byte 32768' "$test_dir/out"
	grep -q 'entry 1 points beyond the end of the file' "$test_dir/out"
	cmp "$test_dir/a.hds" "$test_dir/old"
	run_program frsp-image check --repair "$test_dir/a.hds"
	expect "exit status" "$status" 0
	all_clean a.hds
	our_raw a.hds after
	expect "content" "$(damaged_content "$test_dir/after")" A.CA.
	same_as_qemu a.hds
}

@test "the command that a repair prints undoes it" {
	local undo
	damaged_make a.hds
	dd if=/dev/urandom of="$test_dir/a.hds" bs=32768 count=3 seek=4 conv=notrunc status=none
	cp "$test_dir/a.hds" "$test_dir/old"
	run_program frsp-image check --repair "$test_dir/a.hds"
	expect "exit status" "$status" 0
	not cmp -s "$test_dir/a.hds" "$test_dir/old"
	undo=$(sed -n 's/.* to undo it: //p' "$test_dir/out")
	[[ $undo == dd\ if=* ]] || fail "no command: $(cat "$test_dir/out")"
	eval "$undo" 2>/dev/null
	cmp "$test_dir/a.hds" "$test_dir/old"
}

# bats test_tags=slow
@test "a repair that is killed at any step leaves the image as good, and the next goes on" {
	local n status
	for ((n = 1; ; n++)); do
		rm -f "$test_dir"/a.hds* "$test_dir/after"
		damaged_make a.hds
		status=0
		"$native_dir/../../.output/native/at_call" pwrite,fdatasync,fsync,ftruncate,fallocate "$n" 'kill -KILL $PID' \
			"$frsp_image" check --repair "$test_dir/a.hds" >/dev/null || status=$?
		((status != 99)) || break
		expect "status at step $n" "$status" 137
		run_program frsp-image check --repair "$test_dir/a.hds"
		expect "exit status after step $n" "$status" 0
		all_clean a.hds
		our_raw a.hds after
		expect "content after step $n" "$(damaged_content "$test_dir/after")" A.CA.
	done
	((n > 10)) || fail "only $n steps"
}

@test "an image that another program has open is not repaired" {
	damaged_make a.hds
	qemu-io -r -f parallels -c 'sleep 60000' "$test_dir/a.hds" >/dev/null 2>&1 3>&- &
	defer kill $!
	repair_is_refused() {
		run_program frsp-image check --repair "$test_dir/a.hds"
		((status == 1))
	}
	wait_until repair_is_refused
	expect_error 1 'another process has it open'
	[[ ! -e $test_dir/a.hds.repair-1 ]] || fail "it was repaired"
	run_program frsp-image check "$test_dir/a.hds"
	expect "exit status of a check" "$status" 1
}

# hostile NAME FORMAT...: a right image with BYTE FORMAT VALUE poked into it is refused in one
# line with a hint.
hostile() {
	image_write a.hds 2 8 8 40 1 2 3 0 0
	while (($# > 1)); do
		poke a.hds "$1" "$2" "$3"
		shift 3
	done
	run_program frsp-image info "$test_dir/a.hds"
	expect_error 1 "$1"
	run_program frsp-image check --repair "$test_dir/a.hds"
	expect_error 1 "$1"
	run_program frsp-image convert --to=raw "$test_dir/a.hds" "$test_dir/new"
	expect_error 1 "$1"
	[[ ! -e $test_dir/new ]] || fail "convert made a file"
}

@test "headers that cannot be are refused in one line" {
	hostile 0 B 0 'not a ploop image'
	hostile 16 I 3 'version'
	hostile 28 I 0 'clusters'
	hostile 28 I 0xffffffff 'clusters'
	hostile 32 I 0 'table'
	hostile 32 I 0xffffffff 'table'
	hostile 32 I 0x10000000 48 I 0x00400000 'table'
	hostile 36 Q 0xffffffffffffffff 'table'
	hostile 48 I 0 'data'
	hostile 48 I 9 'data'
	hostile 52 I 2 'conversion'
	: >"$test_dir/empty"
	run_program frsp-image info "$test_dir/empty"
	expect_error 1 'not a ploop image'
}

@test "a table as long as can be, and a file of 8 TiB: bounded time and memory" {
	# 2^28 entries for clusters of 32 KiB, and of these three in the middle
	python3 - "$test_dir/a.hds" <<-'EOT'
		import struct, sys
		n, cluster = 1 << 28, 64
		off = (64 + 4 * n + 32767) // 32768 * cluster
		with open(sys.argv[1], "wb") as file:
		    file.write(struct.pack("<16s5IQ3IQ", b"WithouFreSpacExt", 2, 16, 1, cluster, n, n * cluster, 0, off, 0, 0))
		    file.seek(64 + 4 * (n // 2))
		    file.write(struct.pack("<3I", off // cluster, off // cluster + 200000000, 0xffffffff))
		    file.truncate(8 << 40)
	EOT
	status=0
	(ulimit -v 700000 && timeout "$PATIENCE" "$frsp_image" check --json "$test_dir/a.hds") >"$test_dir/out" || status=$?
	expect "exit status" "$status" 1
	expect "entries" "$(jq -r '[.findings[] | select(.kind == "entry").entry] | join(" ")' "$test_dir/out")" $(((1 << 27) + 2))
	expect "clusters" "$(jq .clusters "$test_dir/out")" 3
	run_program frsp-image map --json "$test_dir/a.hds"
	# it has printed what is in front of that
	expect "exit status" "$status" 1
	grep -q '^frsp-image: .*beyond the end' "$test_dir/err"
}

# --- disks with snapshots ----------------------------------------------------------

# disk_make: makes a disk of 20 MiB in $test_dir/disk, with two snapshots, and 1 MiB of
# another letter in each image.
disk_make() {
	local i
	mkdir "$test_dir/disk"
	disk=$test_dir/disk/DiskDescriptor.xml
	"$frsp_image" create "$disk" 20M
	for i in 1 2 3; do
		qemu-io -f parallels -c "write -P $i ${i}M $((4 - i))M" "$(top_of)" >/dev/null
		((i == 3)) || "$frsp_image" snapshot "$disk"
	done
}

top_of() {
	"$frsp_image" info --json "$disk" | jq -r '.images[0].file'
}

# by_qemu RAW: what QEMU reads from the chain, which it is told at run time
by_qemu() {
	local file spec=null
	for file in $("$frsp_image" info --json "$disk" | jq -r '.images | reverse | .[].file'); do
		spec=$(jq -nc --arg file "$file" --argjson backing "$spec" \
			'{driver: "parallels", file: {driver: "file", filename: $file}} + if $backing then {backing: $backing} else {} end')
	done
	qemu-img convert -O raw "json:$spec" "$1"
}

@test "snapshots: each image has what was written in its time, and QEMU reads the same" {
	disk_make
	expect "images" "$("$frsp_image" info --json "$disk" | jq -c '[.images[].clusters]')" "[1,2,3]"
	expect "levels" "$("$frsp_image" map --json "$disk" | jq -c '[.runs[].level]')" "[null,2,1,0,null]"
	by_qemu "$test_dir/by-qemu"
	"$frsp_image" convert --to=raw "$disk" "$test_dir/by-us"
	cmp "$test_dir/by-qemu" "$test_dir/by-us"
	"$frsp_image" convert "$disk" "$test_dir/flat.hds"
	all_clean flat.hds
	qemu-img compare -q -f raw -F parallels "$test_dir/by-qemu" "$test_dir/flat.hds"
	run_program frsp-image check "$disk"
	expect "exit status" "$status" 0
	expect "images without errors" "$(grep -c ': 0 errors, 0 lost' "$test_dir/out")" 3
}

@test "a snapshot that is killed at any step: the disk is the old or the new one" {
	local n status images n_new=0
	disk_make
	"$frsp_image" convert --to=raw "$disk" "$test_dir/old"
	cp -a "$test_dir/disk" "$test_dir/before"
	for ((n = 1; ; n++)); do
		rm -rf "$test_dir/disk"
		cp -a "$test_dir/before" "$test_dir/disk"
		status=0
		"$native_dir/../../.output/native/at_call" pwrite,write,ftruncate,fsync,rename "$n" 'kill -KILL $PID' \
			"$frsp_image" snapshot "$disk" >/dev/null || status=$?
		((status != 99)) || break
		expect "status at step $n" "$status" 137
		images=$("$frsp_image" info --json "$disk" | jq '.images | length')
		((images == 3 || images == 4)) || fail "$images images after step $n"
		n_new=$((n_new + (images == 4)))
		"$frsp_image" check "$disk" >/dev/null
		"$frsp_image" convert --to=raw "$disk" "$test_dir/new" >/dev/null
		cmp "$test_dir/old" "$test_dir/new"
		rm "$test_dir/new"
	done
	((n > 8 && n_new > 0)) || fail "$n steps, $n_new behind the change"
}

@test "merge: the parent has what the newest image had, and QEMU reads the same" {
	local newest
	disk_make
	newest=$(top_of)
	by_qemu "$test_dir/before"
	run_program frsp-image merge --json "$disk"
	expect "exit status" "$status" 0
	expect "removed" "$(jq -r .removed_file "$test_dir/out")" "$newest"
	expect "moved" "$(jq .moved_bytes "$test_dir/out")" 1048576
	expect "the new top" "$(top_of)" "$(jq -r .file "$test_dir/out")"
	[[ ! -e $newest ]] || fail "$newest is still there"
	expect "images" "$("$frsp_image" info --json "$disk" | jq -c '[.images[].closed]')" "[true,true]"
	by_qemu "$test_dir/after"
	cmp "$test_dir/before" "$test_dir/after"
	"$frsp_image" merge "$disk"
	all_clean disk/root.hds
	by_qemu "$test_dir/after"
	cmp "$test_dir/before" "$test_dir/after"
	run_program frsp-image merge "$disk"
	expect_error 1 'no snapshot that could be merged'
}

# merged_after SIZE: the disk gets that size, both snapshots are merged, and all is as it was
merged_after() {
	disk_make
	"$frsp_image" resize --shrink "$disk" "$1"
	qemu-io -f parallels -c "write -P 9 1M 512k" "$(top_of)" >/dev/null
	by_qemu "$test_dir/before"
	"$frsp_image" merge "$disk"
	"$frsp_image" merge "$disk"
	all_clean disk/root.hds
	by_qemu "$test_dir/after"
	cmp "$test_dir/before" "$test_dir/after"
	expect "bytes" "$("$frsp_image" info --json "$disk" | jq .disk_bytes)" "$(stat -c %s "$test_dir/before")"
}

@test "merge of a disk that has grown since its snapshot" {
	merged_after 30M
}

@test "merge of a disk that got shorter since its snapshot" {
	merged_after $((2 * 1048576 + 4096))
}

@test "a merge that is killed at any step: the disk is the same, and the next one goes on" {
	local n status images n_new=0
	disk_make
	"$frsp_image" convert --to=raw "$disk" "$test_dir/old"
	cp -a "$test_dir/disk" "$test_dir/before"
	for ((n = 1; ; n++)); do
		rm -rf "$test_dir/disk"
		cp -a "$test_dir/before" "$test_dir/disk"
		status=0
		"$native_dir/../../.output/native/at_call" pwrite,write,fallocate,ftruncate,fdatasync,fsync,rename,unlink "$n" \
			'kill -KILL $PID' "$frsp_image" merge "$disk" >/dev/null || status=$?
		((status != 99)) || break
		expect "status at step $n" "$status" 137
		images=$("$frsp_image" info --json "$disk" | jq '.images | length')
		((images == 3 || images == 2)) || fail "$images images after step $n"
		n_new=$((n_new + (images == 2)))
		"$frsp_image" convert --to=raw "$disk" "$test_dir/new" >/dev/null
		cmp "$test_dir/old" "$test_dir/new"
		"$frsp_image" merge "$disk" >/dev/null
		rm "$test_dir/new"
		"$frsp_image" convert --to=raw "$disk" "$test_dir/new" >/dev/null
		cmp "$test_dir/old" "$test_dir/new"
		rm "$test_dir/new"
	done
	((n > 15 && n_new > 0)) || fail "$n steps, $n_new behind the change"
}

@test "merge: refused while the disk is used, and if another image has the same parent" {
	local other='{11111111-1111-1111-1111-111111111111}' parent
	disk_make
	exec 8<"$(top_of)"
	flock -s 8
	run_program frsp-image merge "$disk"
	expect_error 1 'has it open'
	exec 8<&-
	parent=$("$frsp_image" info --json "$disk" | jq -r '.images[1].file')
	exec 8<"$parent"
	flock -s 8
	run_program frsp-image merge "$disk"
	expect_error 1 'has it open'
	exec 8<&-
	parent=$(top_of)
	parent=${parent##*hds.} # a snapshot names the new file as the image that it froze
	cp "$test_dir/disk/root.hds" "$test_dir/disk/other.hds"
	sed -i "s|</Storage>|<Image><GUID>$other</GUID><Type>Compressed</Type><File>other.hds</File></Image></Storage>|
		s|</Snapshots>|<Shot><GUID>$other</GUID><ParentGUID>$parent</ParentGUID></Shot></Snapshots>|" "$disk"
	cp -a "$test_dir/disk" "$test_dir/before"
	run_program frsp-image merge "$disk"
	expect_error 1 'other.hds is based on'
	diff -r "$test_dir/before" "$test_dir/disk"
	run_program frsp-image merge "$test_dir/disk/root.hds"
	expect_error 2 'nothing to merge with'
}

@test "a disk of more images than are written is read, and refused to writers" {
	mkdir "$test_dir/disk"
	disk=$test_dir/disk/DiskDescriptor.xml
	"$frsp_image" create --cluster-size=32K "$disk" 1M
	for ((n = 1; n < 65; n++)); do
		"$frsp_image" snapshot "$disk" >/dev/null
	done
	expect "images" "$("$frsp_image" info --json "$disk" | jq '.images | length')" 65
	run_program frsp-image resize "$disk" 2M
	expect_error 1 'it has 65 images, and a disk of more than 64 is not written'
	run_program frsp-image compact "$disk"
	expect_error 1 'it has 65 images'
}

@test "the descriptor keeps its owner and mode" {
	mkdir "$test_dir/disk"
	disk=$test_dir/disk/DiskDescriptor.xml
	"$frsp_image" create "$disk" 20M
	chown 65534:65534 "$disk"
	chmod 640 "$disk"
	"$frsp_image" snapshot "$disk"
	expect "owner and mode" "$(stat -c '%u %g %a' "$disk")" "65534 65534 640"
}

# edited SED PATTERN: the descriptor, edited, is refused with a text that matches PATTERN.
edited() {
	cp "$test_dir/right" "$disk"
	sed -i "$1" "$disk"
	not cmp -s "$test_dir/right" "$disk"
	run_program frsp-image info "$disk"
	expect_error 1 "$2"
	run_program frsp-image snapshot "$disk"
	expect_error 1 "$2"
}

@test "descriptors that cannot be are refused in one line" {
	local top='{5fbaabe3-6958-40ff-92a7-860e329aab41}'
	disk_make
	cp "$disk" "$test_dir/right"
	edited "s/<ParentGUID>{0.*}/<ParentGUID>$top/" 'is its own ancestor'
	edited "s/<ParentGUID>{0/<ParentGUID>{1/" 'there is no image .*, the parent of'
	edited 's/root.hds</none.hds</' 'none.hds: No such file'
	edited 's/root.hds</DiskDescriptor.xml</' 'not a ploop image'
	edited 's/<Blocksize>.*/<Blocksize>-1<\/Blocksize>/' 'Blocksize'
	edited '1s/$/<!DOCTYPE a [<!ENTITY x SYSTEM "file:\/\/\/etc\/passwd">]>/' 'document type'
	edited '$d' 'not well-formed'
	cp "$test_dir/right" "$disk"
	mv "$test_dir/disk/root.hds" "$test_dir/aside"
	"$frsp_image" create --cluster-size=64K "$test_dir/disk/root.hds" 20M
	run_program frsp-image info "$disk"
	expect_error 1 'another size'
}

# --- by the engine -----------------------------------------------------------------

@test "resize: the disk is larger, with zeros, and the rest is as it was" {
	local size more
	raw_make disk
	# so much that the longer table is where data was
	for more in 32K=4G 1M=300G; do
		size=${more%=*}
		"$frsp_image" convert --from=raw --cluster-size="$size" "$test_dir/disk" "$test_dir/$size.hds"
		"$frsp_image" resize "$test_dir/$size.hds" "${more#*=}"
		expect "size" "$("$frsp_image" info --json "$test_dir/$size.hds" | jq .disk_bytes)" "$(numfmt --from=iec "${more#*=}")"
		all_clean "$size.hds"
		cmp -n "$(stat -c %s "$test_dir/disk")" "$test_dir/disk" <("$frsp_image" convert --to=raw "$test_dir/$size.hds" "$test_dir/raw" >/dev/null && head -c 20M "$test_dir/raw")
		qemu-img compare -q -f raw -F parallels "$test_dir/raw" "$test_dir/$size.hds"
		rm "$test_dir/raw"
	done
	run_program frsp-image resize "$test_dir/1M.hds" 2G
	expect_error 1 'would be lost'
	expect "size" "$("$frsp_image" info --json "$test_dir/1M.hds" | jq .disk_bytes)" $((300 << 30))
	run_program frsp-image resize "$test_dir/32K.hds" 100T
	expect_error 1 'too small'
}

@test "resize of a disk with snapshots: its descriptor says so, too" {
	disk_make
	"$frsp_image" resize "$disk" 40M
	expect "size" "$("$frsp_image" info --json "$disk" | jq .disk_bytes)" $((40 << 20))
	grep -q '<Disk_size>81920</Disk_size>' "$disk"
	"$frsp_image" check "$disk"
	"$frsp_image" snapshot "$disk"
	expect "size" "$("$frsp_image" info --json "$disk" | jq .disk_bytes)" $((40 << 20))
}

@test "resize --shrink: the disk is smaller, and what it gets back later is zero" {
	local size end=$((5 * 1048576 + 7 * 512))
	raw_make disk
	for size in 32K 1M; do
		"$frsp_image" convert --from=raw --cluster-size="$size" "$test_dir/disk" "$test_dir/$size.hds"
		"$frsp_image" resize "$test_dir/$size.hds" 4G
		"$frsp_image" resize --shrink "$test_dir/$size.hds" "$end"
		expect "size" "$("$frsp_image" info --json "$test_dir/$size.hds" | jq .disk_bytes)" "$end"
		all_clean "$size.hds"
		rm -f "$test_dir/by-qemu" "$test_dir/wanted"
		qemu_raw "$size.hds" by-qemu
		head -c "$end" "$test_dir/disk" >"$test_dir/wanted"
		cmp "$test_dir/wanted" "$test_dir/by-qemu"
		"$frsp_image" resize "$test_dir/$size.hds" 20M
		truncate -s 20M "$test_dir/wanted"
		qemu_raw "$size.hds" by-qemu
		cmp "$test_dir/wanted" "$test_dir/by-qemu"
		all_clean "$size.hds"
	done
}

@test "resize --shrink of a disk with snapshots: nothing of the parent comes back" {
	local before
	disk_make
	before=$("$frsp_image" info --json "$disk" | jq .disk_bytes)
	"$frsp_image" convert --to=raw "$disk" "$test_dir/wanted"
	sha256sum "$test_dir/disk/root.hds" >"$test_dir/sum"
	"$frsp_image" resize --shrink "$disk" 2097664
	grep -q '<Disk_size>4097</Disk_size>' "$disk"
	"$frsp_image" check "$disk"
	"$frsp_image" resize "$disk" "$before"
	truncate -s 2097664 "$test_dir/wanted"
	truncate -s "$before" "$test_dir/wanted"
	"$frsp_image" convert --to=raw "$disk" "$test_dir/got"
	cmp "$test_dir/wanted" "$test_dir/got"
	"$frsp_image" check "$disk"
	sha256sum -c "$test_dir/sum"
}

@test "compact: the file gets shorter, and the disk is the same" {
	image_write a.hds 2 64 64 1280 9 0 0 8 0 5 0 0 0 0 0 0 20 0 0 0 0 0 0 0
	our_raw a.hds before
	"$frsp_image" compact "$test_dir/a.hds"
	all_clean a.hds
	expect "length" "$(stat -c %s "$test_dir/a.hds")" $((5 * 32768))
	our_raw a.hds after
	cmp "$test_dir/before" "$test_dir/after"
	same_as_qemu a.hds
}

# --- the command line --------------------------------------------------------------

@test "wrong usage: exit status 2, and nothing is made" {
	local wrong
	cd "$test_dir"
	while read -ra wrong; do
		echo "frsp-image ${wrong[*]}"
		run_program frsp-image "${wrong[@]}"
		expect_error 2 .
	done <<-'EOT'
		nonsense
		create
		create a
		create a 0
		create a x
		create a -- -1
		create a 1M x
		create --repair a 1M
		create --cluster-size=0 a 1M
		create --cluster-size=513 a 1M
		create --cluster-size=128M a 1M
		create --cluster-size=512 a 1000G
		info
		info --repair a
		map --from=raw a
		convert a
		convert --from=raw --to=raw a b
		convert --to=raw --cluster-size=1M a b
		convert --progress=json a b
		snapshot a.hds
		resize a 0
		resize a 1000
		compact --shrink a
		compact
	EOT
	expect "files" "$(find . -type f | grep -vxE './(out|err)' || :)" ""
}

@test "files that are there stay, and files that are not are named" {
	echo old >"$test_dir/a"
	run_program frsp-image create "$test_dir/a" 1M
	expect_error 1 'File exists'
	image_write b.hds 2 8 8 40 1 2 3 0 0
	run_program frsp-image convert --to=raw "$test_dir/b.hds" "$test_dir/a"
	expect_error 1 'File exists'
	expect "content" "$(cat "$test_dir/a")" old
	run_program frsp-image create "$test_dir/none/a" 1M
	expect_error 1 'none/a: No such file'
	run_program frsp-image check "$test_dir/none"
	expect_error 1 'none: No such file'
	run_program frsp-image info "$test_dir"
	expect_error 1 'not a regular file'
	run_program frsp-image info /dev/null
	expect_error 1 'not a regular file'
}

@test "without the rights: exit status 4, and the file" {
	image_write b.hds 2 8 8 40 1 2 3 0 0
	chmod 600 "$test_dir/b.hds"
	chmod 755 "$test_dir"
	run_as_nobody frsp-image info "$test_dir/b.hds"
	expect_error 4 'b.hds: Permission denied'
	run_as_nobody frsp-image create "$test_dir/c.hds" 1M
	expect_error 4 'c.hds: Permission denied'
}

@test "an interrupt of convert leaves no file, and its status is 1" {
	local status=0
	raw_make disk
	"$native_dir/../../.output/native/at_call" pwrite 3 'kill -INT $PID' \
		"$frsp_image" convert --from=raw "$test_dir/disk" "$test_dir/a.hds" >"$test_dir/out" 2>"$test_dir/err" || status=$?
	program=frsp-image
	expect_error 1 interrupted
	[[ ! -e $test_dir/a.hds ]] || fail "it is still there"
}

@test "a full filesystem: convert says so, and leaves no file" {
	raw_make disk
	mkdir "$test_dir/small"
	mount -t tmpfs -o size=1M tmpfs "$test_dir/small"
	defer umount "$test_dir/small"
	run_program frsp-image convert --from=raw "$test_dir/disk" "$test_dir/small/a.hds"
	expect_error 1 'No space left'
	[[ ! -e $test_dir/small/a.hds ]] || fail "it is still there"
	image_write small/b.hds 2 512 512 2560 1 1 1 1 0
	cp "$test_dir/small/b.hds" "$test_dir/old"
	run_program frsp-image check --repair "$test_dir/small/b.hds"
	expect "exit status" "$status" 1
	grep -q '^frsp-image: .*No space left' "$test_dir/err"
	our_raw small/b.hds after
	our_raw old before
	cmp "$test_dir/before" "$test_dir/after"
}

@test "what --json prints is valid by the schema, and each mutant of it is not" {
	local schema=$BATS_TEST_DIRNAME/../../docs/frsp-image.schema.json n out
	damaged_make a.hds
	{
		"$frsp_image" create --json "$test_dir/b.hds" 20M
		"$frsp_image" convert --json --progress=json --to=raw "$test_dir/b.hds" "$test_dir/b.raw"
		raw_make disk
		"$frsp_image" convert --json --progress=json --from=raw "$test_dir/disk" "$test_dir/c.hds"
		"$frsp_image" info --json "$test_dir/a.hds"
		"$frsp_image" map --json "$test_dir/c.hds"
		"$frsp_image" check --json "$test_dir/a.hds" || :
		"$frsp_image" check --json --repair "$test_dir/a.hds"
		mkdir "$test_dir/disk2"
		"$frsp_image" create --json "$test_dir/disk2/DiskDescriptor.xml" 20M
		"$frsp_image" snapshot --json "$test_dir/disk2/DiskDescriptor.xml"
		"$frsp_image" info --json "$test_dir/disk2/DiskDescriptor.xml"
		"$frsp_image" resize --json "$test_dir/b.hds" 30M
		"$frsp_image" resize --shrink --json "$test_dir/b.hds" 20M
		"$frsp_image" compact --json "$test_dir/b.hds"
	} >"$test_dir/documents"
	n=$(wc -l <"$test_dir/documents")
	((n >= 11)) || fail "only $n documents"
	out=$("$native_dir/validate.py" "$schema" <"$test_dir/documents") || fail "$(head -n 20 <<<"$out")"
	expect "documents" "$out" "$n"
	out=$("$native_dir/validate.py" --mutants "$schema" <"$test_dir/documents") || fail "$(head -n 20 <<<"$out")"
	((out > 500)) || fail "only $out mutants"
}

@test "it links neither libbpf nor ncurses" {
	readelf -d "$frsp_image" >"$test_dir/linked"
	grep -q NEEDED "$test_dir/linked"
	not grep -E 'NEEDED.*lib(bpf|ncurses|tinfo|elf)' "$test_dir/linked"
	expect "--version" "$("$frsp_image" --version | grep -cE '^frsp-image [0-9.]+[^,]*$')" 1
}
