#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # jq programs; each test is a subshell; lib.bash
# Tests of the plugin of nbdkit: real clients write and read images, and what they wrote is
# there afterwards, by other programs, also if the server was killed.

load lib
load image

plugin=$native_dir/../../.output/nbdkit-frsp-plugin.so

# serve NAME COMMAND [OPTION...]: runs COMMAND, for which $uri is $test_dir/NAME
serve() {
	timeout "$PATIENCE" nbdkit "${@:3}" -U - "$plugin" "$test_dir/$1" --run "$2"
}

# serve_on NAME [PARAMETER...]: serves $test_dir/NAME until kill_server; sets uri and server
serve_on() {
	rm -f "$test_dir/pid" "$test_dir/socket"
	nbdkit -f -U "$test_dir/socket" -P "$test_dir/pid" "$plugin" "$test_dir/$1" "${@:2}" >"$test_dir/nbdkit" 2>&1 3>&- &
	server=$!
	defer kill_server
	wait_until test -s "$test_dir/pid"
	uri="nbd+unix:///?socket=$test_dir/socket"
}

kill_server() { # may be called twice
	[[ ${server:-} ]] || return 0
	kill -KILL "$server"
	wait "$server" 2>/dev/null || :
	unset server
}

# clusters NAME: how many the image has
clusters() {
	"$frsp_image" info --json "$test_dir/$1" | jq '.images[0].clusters'
}

@test "what a client may use" {
	"$frsp_image" create "$test_dir/a.hds" 100M
	serve a.hds 'nbdinfo --json "$uri"' >"$test_dir/info"
	expect "abilities" "$(jq -c '.exports[0] | [."export-size", .can_flush, .can_fua, .can_multi_conn, .can_trim, .can_zero, .is_read_only, .block_size_minimum]' "$test_dir/info")" \
		"[104857600,true,true,true,true,true,false,512]"
	serve a.hds 'nbdinfo --json "$uri"' -r >"$test_dir/info"
	expect "read only" "$(jq '.exports[0].is_read_only' "$test_dir/info")" true
	all_clean a.hds
}

@test "a disk that is copied in and out, over several connections, is the same by QEMU and by ploop" {
	raw_make disk
	for size in 32K 1M; do
		"$frsp_image" create --cluster-size=$size "$test_dir/$size.hds" "$(stat -c %s "$test_dir/disk")"
		serve "$size.hds" "nbdcopy --connections=4 '$test_dir/disk' \"\$uri\" && qemu-img compare -q -f raw -F raw '$test_dir/disk' \"\$uri\""
		qemu-img compare -q -f raw -F parallels "$test_dir/disk" "$test_dir/$size.hds"
		all_clean "$size.hds"
		rm -f "$test_dir/back"
		serve "$size.hds" "nbdcopy --connections=4 \"\$uri\" '$test_dir/back'" -r
		cmp "$test_dir/disk" "$test_dir/back"
	done
}

@test "fio writes at random by four connections, and finds what it wrote" {
	"$frsp_image" create --cluster-size=64K "$test_dir/a.hds" 64M
	serve a.hds "fio --output='$test_dir/fio' --ioengine=nbd --uri=\"\$uri\" --rw=randwrite --bs=1536 \
		--iodepth=8 --numjobs=4 --size=15M --offset_increment=16M --io_size=5M --fsync=64 \
		--verify=crc32c --do_verify=1 --verify_fatal=1 --verify_state_save=0 --name=x"
	grep -q 'err= 0' "$test_dir/fio"
	all_clean a.hds
	same_as_qemu a.hds
}

@test "the map has the clusters that are written, and a discard gives them back" {
	"$frsp_image" create "$test_dir/a.hds" 20M
	serve a.hds 'qemu-io -f raw -c "write -P 5 2M 3M" -c "discard 3M 1M" -c flush -c "read -P 0 3M 1M" -c "read -P 5 2M 1M" "$uri" >&2 && nbdinfo --map --json "$uri"' >"$test_dir/map"
	expect "map" "$(jq -c '[.[] | [.offset, .length, .type]]' "$test_dir/map")" \
		"[[0,2097152,3],[2097152,1048576,0],[3145728,1048576,3],[4194304,1048576,0],[5242880,15728640,3]]"
	expect "clusters" "$(clusters a.hds)" 2
	run_program frsp-image check "$test_dir/a.hds"
	expect "exit status" "$status" 0
	same_as_qemu a.hds
}

@test "zeros that are written are zeros, in parts of clusters, too" {
	"$frsp_image" create "$test_dir/a.hds" 20M
	serve a.hds 'qemu-io -f raw -c "write -P 5 0 4M" -c "write -z 512 3M" -c "read -P 5 0 512" -c "read -P 0 512 3M" -c "read -P 5 3146240 1k" "$uri"' >"$test_dir/out"
	not grep -qi 'verification failed' "$test_dir/out"
	same_as_qemu a.hds
}

# killed_after COMMAND: writes 1M of the letter 7 to 5M, does COMMAND of qemu-io, kills the
# server, and looks whether that is there.
killed_after() {
	"$frsp_image" create "$test_dir/a.hds" 20M
	serve_on a.hds
	qemu-io -f raw -c "$1" ${2:+-c "$2"} "$uri" >"$test_dir/out"
	kill_server
	run_program frsp-image check "$test_dir/a.hds"
	expect "exit status" "$status" 0
	grep -q 'was not closed' "$test_dir/out"
	qemu-io -r -f parallels -c 'read -P 7 5M 1M' "$test_dir/a.hds" >"$test_dir/out"
	not grep -qi 'verification failed' "$test_dir/out"
	# it opens without a repair, and is closed
	serve a.hds 'qemu-io -f raw -c "read -P 7 5M 1M" -c "write -P 8 7M 64k" "$uri"' >"$test_dir/out"
	not grep -qi 'verification failed' "$test_dir/out"
	all_clean a.hds
}

@test "kill -9 behind a flush: what was flushed is there, and the image opens again by itself" {
	killed_after 'write -P 7 5M 1M' flush
}

@test "kill -9 behind a write with FUA: it is there" {
	killed_after 'write -f -P 7 5M 1M'
}

@test "a disk with snapshots: only its top is written" {
	mkdir "$test_dir/disk"
	disk=$test_dir/disk/DiskDescriptor.xml
	"$frsp_image" create "$disk" 20M
	serve disk/DiskDescriptor.xml 'qemu-io -f raw -c "write -P 1 0 4M" "$uri"'
	"$frsp_image" snapshot "$disk"
	sha256sum "$test_dir/disk/root.hds" >"$test_dir/sum"
	serve disk/DiskDescriptor.xml 'qemu-io -f raw -c "write -P 2 1000k 100k" -c "write -z 2M 1M" "$uri"'
	sha256sum -c "$test_dir/sum"
	truncate -s 20M "$test_dir/wanted"
	qemu-io -f raw -c 'write -P 1 0 4M' -c 'write -P 2 1000k 100k' -c 'write -z 2M 1M' "$test_dir/wanted"
	"$frsp_image" convert --to=raw "$disk" "$test_dir/got"
	cmp "$test_dir/wanted" "$test_dir/got"
	run_program frsp-image check "$disk"
	expect "exit status" "$status" 0
}

# served_disk: serves a new disk, with the control socket $test_dir/control
served_disk() {
	mkdir "$test_dir/disk"
	disk=$test_dir/disk/DiskDescriptor.xml
	"$frsp_image" create --cluster-size=64K "$disk" 64M
	serve_on disk/DiskDescriptor.xml control="$test_dir/control"
}

@test "a snapshot while the disk is served: what is frozen has all from before, and never changes" {
	local before
	served_disk
	qemu-io -f raw -c 'write -P 1 0 4M' "$uri"
	"$frsp_image" snapshot --control="$test_dir/control" "$disk"
	sha256sum "$test_dir/disk/root.hds" >"$test_dir/sum"
	# closed, and for everybody to read
	all_clean disk/root.hds
	our_raw disk/root.hds before
	qemu-io -f raw -c 'write -P 2 1M 4M' -c 'read -P 1 0 1M' -c flush "$uri" >"$test_dir/out"
	not grep -qi 'verification failed' "$test_dir/out"
	# killed: the chain is the new one
	kill_server
	sha256sum -c "$test_dir/sum"
	truncate -s 64M "$test_dir/wanted"
	qemu-io -f raw -c 'write -P 1 0 4M' "$test_dir/wanted"
	cmp "$test_dir/wanted" "$test_dir/before"
	qemu-io -f raw -c 'write -P 2 1M 4M' "$test_dir/wanted"
	our_raw disk/DiskDescriptor.xml got
	cmp "$test_dir/wanted" "$test_dir/got"
}

@test "snapshots while fio writes: it finds what it wrote, and no frozen image changes" {
	local i top next fio
	served_disk
	fio --output="$test_dir/fio" --ioengine=nbd --uri="$uri" --rw=randwrite --bs=1536 --iodepth=8 --numjobs=4 --size=15M \
		--offset_increment=16M --io_size=5M --fsync=64 --verify=crc32c --do_verify=1 --verify_fatal=1 \
		--verify_state_save=0 --name=x 3>&- &
	fio=$!
	top=$test_dir/disk/root.hds
	for i in 1 2 3; do
		next=$("$frsp_image" snapshot --json --control="$test_dir/control" "$disk" | jq -r .file)
		sha256sum "$top" >>"$test_dir/sums"
		top=$next
	done
	wait "$fio"
	grep -q 'err= 0' "$test_dir/fio"
	kill_server
	sha256sum -c "$test_dir/sums"
	expect "images" "$("$frsp_image" info --json "$disk" | jq '.images | length')" 4
	"$frsp_image" check "$disk"
}

@test "a snapshot that a server cannot take is refused, and clients go on" {
	served_disk
	"$frsp_image" create "$test_dir/other.hds" 1M
	run_program frsp-image snapshot --control="$test_dir/none" "$disk"
	expect_error 1 'none: No such file'
	cp -r "$test_dir/disk" "$test_dir/copy"
	run_program frsp-image snapshot --control="$test_dir/control" "$test_dir/copy/DiskDescriptor.xml"
	expect_error 1 'the server has'
	# the first client opens the disk
	qemu-io -f raw -c 'write -P 3 0 1M' "$uri"
	run_program frsp-image snapshot "$disk"
	expect_error 1 'another process has it open'
	kill_server
	serve_on other.hds control="$test_dir/control2"
	expect "mode" "$(stat -c %a "$test_dir/control2")" 600
	run_program frsp-image snapshot --control="$test_dir/control2" "$disk"
	expect_error 1 'the server has'
}

# --- tier pairs ----------------------------------------------------------------------

# pair_make: fast.hds and slow.hds, of 64 MiB in clusters of 64 KiB, and a policy that decides
# at once
pair_make() {
	"$frsp_image" create --cluster-size=64K "$test_dir/fast.hds" 64M
	"$frsp_image" create --cluster-size=64K "$test_dir/slow.hds" 64M
	printf '%s\n' '[policy]' 'cooldown = 0' 'half_life = 60' 'move_cost = 1' 'wear_cost = 0' 'certainty = 0' \
		'budget = 100%' 'hold_back = 0%' 'rate = 0' 'reserve = 0' >"$test_dir/policy"
}

# pair_by_qemu RAW: what QEMU reads from the pair
pair_by_qemu() {
	qemu-img convert -O raw "json:$(jq -nc --arg fast "$test_dir/fast.hds" --arg slow "$test_dir/slow.hds" \
		'{driver: "parallels", file: {driver: "file", filename: $fast},
		  backing: {driver: "parallels", file: {driver: "file", filename: $slow}}}')" "$1"
}

@test "a tier pair: more than the fast image may have is no error, and QEMU reads both as a chain" {
	pair_make
	truncate -s 64M "$test_dir/disk"
	dd if=/dev/urandom of="$test_dir/disk" bs=1M count=24 seek=8 conv=notrunc status=none
	timeout "$PATIENCE" nbdkit -U - "$plugin" "$test_dir/fast.hds" slow="$test_dir/slow.hds" fast-size=4M \
		tier-interval=0.05 tier-policy="$test_dir/policy" \
		--run "nbdcopy --connections=4 '$test_dir/disk' \"\$uri\" && qemu-img compare -q -f raw -F raw '$test_dir/disk' \"\$uri\""
	pair_by_qemu "$test_dir/got"
	cmp "$test_dir/disk" "$test_dir/got"
	all_clean fast.hds
	all_clean slow.hds
	(($(stat -c %s "$test_dir/fast.hds") <= (4 << 20) + (64 << 10))) || fail "$(ls -l "$test_dir")"
	(($(clusters slow.hds) > 100)) || fail "$(clusters slow.hds) clusters in the slow image"
}

# hot_is_up: reads of the pair's byte 40 MiB go to the fast image, by its table on the disk
hot_is_up() {
	local n reads=()
	for n in {1..9}; do
		reads+=(-c 'read -P 9 40M 4k')
	done
	qemu-io -r -f raw "${reads[@]}" "$uri" >"$test_dir/reads"
	"$frsp_image" map --json "$test_dir/fast.hds" |
		jq -e '.runs[] | select(.level == 0 and .start <= 41943040 and .start + .length > 41943040)' >"$test_dir/runs"
}

@test "a tier pair: what is read much goes to the fast image while the disk is used" {
	pair_make
	qemu-io -f parallels -c 'write -P 9 40M 1M' "$test_dir/slow.hds" >/dev/null
	serve_on fast.hds slow="$test_dir/slow.hds" tier-interval=0.1 tier-policy="$test_dir/policy"
	wait_until hot_is_up
	not grep -qi 'verification failed' "$test_dir/reads"
}

@test "a tier pair whose server was killed opens again by itself" {
	local n
	pair_make
	for n in 1 2 3; do
		serve_on fast.hds slow="$test_dir/slow.hds" fast-size=1M tier-interval=0.01 tier-policy="$test_dir/policy"
		qemu-io -f raw -c "write -P $n ${n}M 8M" -c flush "$uri" >"$test_dir/out"
		kill_server
		pair_by_qemu "$test_dir/got"
		qemu-io -r -f raw -c "read -P $n ${n}M 8M" "$test_dir/got" >"$test_dir/out"
		not grep -qi 'verification failed' "$test_dir/out"
		((n == 1)) || qemu-io -r -f raw -c 'read -P 1 1M 1M' "$test_dir/got" >"$test_dir/out"
		not grep -qi 'verification failed' "$test_dir/out"
		rm "$test_dir/got"
	done
}

@test "a tier pair: parameters that are wrong, or miss the slow image" {
	pair_make
	run timeout "$PATIENCE" nbdkit -U - "$plugin" "$test_dir/fast.hds" fast-size=1M --run true
	((status != 0))
	[[ $output == *'slow=FILE'* ]]
	run timeout "$PATIENCE" nbdkit -U - "$plugin" "$test_dir/fast.hds" slow="$test_dir/slow.hds" fast-size=x --run true
	((status != 0))
	[[ $output == *'"x" is not bytes'* ]]
	"$frsp_image" create "$test_dir/other.hds" 64M
	run timeout "$PATIENCE" nbdkit -U - "$plugin" "$test_dir/fast.hds" slow="$test_dir/other.hds" --run 'nbdinfo "$uri"'
	((status != 0))
	[[ $output == *'another size'* ]]
}

# refused PATTERN NAME: nbdkit does not start, and says why in one line
refused() {
	local status=0
	serve "$2" true >"$test_dir/out" 2>&1 || status=$?
	((status != 0)) || fail "it started"
	expect "lines" "$(wc -l <"$test_dir/out")" 1
	grep -q "$1" "$test_dir/out" || fail "$(cat "$test_dir/out")"
}

@test "what is no image is refused before the server starts" {
	refused 'none: .*No such file' none
	echo x >"$test_dir/text"
	refused 'text: not a ploop image' text
	image_write a.hds 2 8 8 40 1 2 3 0 0
	poke a.hds 28 I 0
	refused 'a.hds: the clusters have no size' a.hds
	run timeout "$PATIENCE" nbdkit -U - "$plugin" --run true
	((status != 0))
	[[ $output == *'nbdkit frsp FILE'* ]]
}

@test "an image is served to writers once" {
	"$frsp_image" create "$test_dir/a.hds" 20M
	serve_on a.hds
	nbdinfo "$uri" >/dev/null
	not serve a.hds 'nbdinfo "$uri"' >"$test_dir/out" 2>&1
	grep -q 'another process has it open' "$test_dir/out"
	run_program frsp-image check --repair "$test_dir/a.hds"
	expect_error 1 'another process has it open'
}
