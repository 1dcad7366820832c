#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Tests of run itself: first its options, then its guests. FRSP_KERNEL chooses the kernel
# of the guests.

# shellcheck disable=SC2016 # what is in single quotes is for the guest

setup() {
	vm=$BATS_TEST_DIRNAME
	kernel=${FRSP_KERNEL:-6.12}
	cd "$BATS_TEST_TMPDIR" || return
	export TMPDIR=$BATS_TEST_TMPDIR/tmp
	mkdir "$TMPDIR"
}

# A run leaves no temporary file, and no QEMU or virtiofsd that uses one.
teardown() {
	local left
	left=$(ls -A "$TMPDIR")
	[[ -z $left ]] || { echo "left behind: $left"; return 1; }
	! grep -lzF "$TMPDIR/" /proc/[0-9]*/cmdline 2>/dev/null
}

guest() {
	run timeout 300 "$vm/run" "$@"
}

# refused CAUSE ARG...: run exits with 2 and prints two lines: the cause, which contains
# CAUSE, and the remedy.
refused() {
	local cause=$1
	shift
	# The cache cannot be made: if run does not stop at the options, it fails with 125.
	FRSP_CACHE=/dev/null/x run "$vm/run" "$@"
	echo "$output"
	[[ $status -eq 2 && ${#lines[@]} -eq 2 && ${lines[0]} == vm:*"$cause"* && ${lines[1]} == vm:* ]]
}

@test "bad usage is refused with a cause and a remedy" {
	refused 'no kernel name'
	refused "unknown kernel '5.10'" 5.10 true
	refused 'no command' 6.1
	refused "unknown option '--frob'" --frob 6.1 true
	refused 'no value for --disk' --disk
	refused '--icount does not go with --parallel' --icount --parallel 6.1 true
	refused '--systemd does not go with 6.12-arm64' --systemd 6.12-arm64 true
	refused '--root-disk needs a --disk' --root-disk 6.1 true
	refused "bad --memory '2G'" --memory 2G 6.1 true
	refused "bad --cpus '0'" --cpus 0 6.1 true
	refused "bad --timeout ''" --timeout '' 6.1 true
	refused "no directory '/none'" --share /none 6.1 true
	refused "cannot write '/none/x'" --console /none/x 6.1 true
}

@test "bad disks are refused before anything boots" {
	refused "do not know 'frob'" --disk 1G,frob 6.1 true
	refused 'neither file=PATH nor nbd=SOCKET nor a size' --disk serial=a 6.1 true
	refused 'neither file=PATH nor nbd=SOCKET nor a size' --disk '' 6.1 true
	refused 'cannot read /none' --disk file=/none 6.1 true
	refused "do not know 'format=vhd'" --disk 1G,format=vhd 6.1 true
	refused "'iops=1k' is not a number" --disk 1G,iops=1k 6.1 true
	refused 'a serial has' --disk 1G,serial=a/b 6.1 true
	refused 'both a size and a file' --disk 1G,file=/none 6.1 true
	refused '/none is no socket' --disk nbd=/none 6.1 true
}

@test "--help and --list" {
	run "$vm/run" --help
	[[ $status -eq 0 && ${lines[0]} == Usage:* ]]
	for option in memory cpus timeout disk root-disk share append console systemd list; do
		[[ $output == *"--$option "* ]]
	done
	FRSP_CACHE=$BATS_TEST_TMPDIR/cache
	mkdir -p "$FRSP_CACHE/6.1"
	echo 6.1.0-99-amd64 >"$FRSP_CACHE/6.1/release"
	FRSP_CACHE=$FRSP_CACHE run "$vm/run" --list
	[[ $status -eq 0 && ${#lines[@]} -eq $(($(grep -cvE "^#" "$vm/kernels") + 1)) ]]
	grep -xE '6.1 .* 6.1.0-99-amd64' <<<"$output"
	[[ $(grep -c ' no$' <<<"$output") == $((${#lines[@]} - 2)) && ${lines[-1]} == debug\ * ]]
}

@test "arguments, directory, output streams and exit status pass through" {
	local dir="$BATS_TEST_TMPDIR/a dir" args=('' ' a  b ' \' \" '$HOME `x` \n' $'new\nline\n' '*' $'\377' -- --help)
	mkdir "$dir"
	cd "$dir"
	"$vm/run" "$kernel" bash -c 'pwd; printf "%s\0" "$@"; echo "err $FRSP_VM $(id -u)" >&2
		! read -r; echo late >/dev/stderr; sleep 1000 & exit 7' bash "${args[@]}" >out 2>err && status=0 || status=$?
	cat err
	[[ $status -eq 7 ]]
	{ echo "$dir" && printf '%s\0' "${args[@]}"; } | cmp - out
	[[ $(<err) == "err $kernel 0"$'\nlate' ]]
}

# bats test_tags=slow
@test "exit status 0, not found, killed; megabytes arrive whole" {
	guest "$kernel" head -c 3000000 /dev/zero
	[[ $status -eq 0 ]]
	"$vm/run" "$kernel" bash -c 'seq 300000; kill -9 $$' >out && status=0 || status=$?
	[[ $status -eq 137 ]]
	seq 300000 | cmp - out
	"$vm/run" "$kernel" /none && status=0 || status=$?
	[[ $status -eq 127 ]]
}

# 6.12-cloud has no 9p; 7.3 comes in two packages. tests/all/boot.bats boots all kernels.
@test "the oldest kernel, one for clouds and the newest boot, have a writable root and load modules" {
	local name
	for name in 6.1 6.12-cloud 7.3; do
		guest "$name" bash -ec 'modprobe ext4; modprobe xfs; echo x >/etc/frsp-test; touch here
			for fs in debugfs tracefs bpf cgroup2 overlay; do grep -q " $fs " /proc/mounts; done
			[[ $(cat /sys/class/net/lo/operstate) != down ]]; ls -d /dev/loop-control; uname -r'
		echo "$name: $output"
		[[ $status -eq 0 && ${lines[0]} == /dev/loop-control && ${lines[1]} == "${name%-*}".* ]]
		[[ ! -e /etc/frsp-test && ! -e here ]]
	done
}

@test "disks: size, serial, file, snapshot, read-only, qcow2" {
	printf 'old' >raw
	truncate -s 1M raw
	cp raw raw2
	qemu-img create -q -f qcow2 image 8M
	# QEMU locks its images, so it refuses the same file twice.
	guest --disk file=raw --disk file=raw "$kernel" true
	echo "$output"
	[[ $status -eq 125 && $output == *' lock'*'vm: QEMU failed'* ]]
	guest --disk 64M,serial=one --disk file=raw --disk file=raw2,snapshot \
		--disk file=image,format=qcow2,ro "$kernel" bash -ec '
			blockdev --getsize64 /dev/disk/by-id/virtio-one /dev/vdd
			printf new | tee /dev/vdb | dd of=/dev/vdc conv=notrunc status=none
			head -c 3 /dev/vdc; echo; blockdev --getro /dev/vdb /dev/vdd'
	echo "$output"
	[[ $status -eq 0 && ${lines[*]} == '67108864 8388608 new 0 1' ]]
	[[ $(head -c 3 raw) == new && $(head -c 3 raw2) == old ]]
}

@test "a throttled disk is slower than one that is not, by about its limit" {
	guest --disk 64M --disk 64M,bps=4194304 "$kernel" bash -ec '
		for disk in vda vdb; do
			start=${EPOCHREALTIME/./}
			dd if=/dev/zero of=/dev/$disk bs=1M count=24 oflag=direct status=none
			echo $((${EPOCHREALTIME/./} - start))
		done'
	echo "$output"
	# 24 MiB at 4 MiB/s take 5 to 6 s; QEMU allows a burst of 0.1 s.
	[[ $status -eq 0 && ${lines[1]} -gt 4500000 && ${lines[1]} -gt $((3 * lines[0])) ]]
}

@test "a root by virtiofs cannot be written, not even by a guest that tries" {
	guest 6.12-cloud bash -c 'mount -t virtiofs root /mnt && mount -o remount,rw /mnt && touch "$1"' \
		bash "/mnt$BATS_TEST_TMPDIR/written"
	echo "$output"
	[[ $status -ne 0 && $output == *'Read-only file system'* && ! -e written ]]
}

@test "--share lets the guest write to a directory of the host" {
	local name
	mkdir 'a share'
	for name in "$kernel" 6.12-cloud; do
		guest --share 'a share' "$name" bash -c 'echo from guest >"a share/file"; echo no >beside'
		[[ $status -eq 0 && $(<'a share/file') == 'from guest' && ! -e beside ]]
		rm 'a share/file'
	done
}

@test "--append adds to the kernel's command line, and may be repeated" {
	guest --append 'one=1 two' --append three "$kernel" cat /proc/cmdline
	[[ $status -eq 0 && " $output " == *' panic=-1 '*' one=1 two three '* ]]
}

# bats test_tags=slow
@test "a splat fails the run, an announced one does not, --console keeps it" {
	guest --console console "$kernel" bash -c 'echo "WARNING: CPU: 0 PID: 1 at frsp" >/dev/kmsg'
	echo "$output"
	[[ $status -eq 120 && $output == *'WARNING: CPU: 0 PID: 1 at frsp'* && $output == *'vm: the kernel logged'* ]]
	grep -q 'Linux version' console
	guest "$kernel" bash -c 'echo "frsp-test: expect at frsp" >/dev/kmsg
		echo "WARNING: CPU: 0 PID: 1 at frsp" >/dev/kmsg; exit 3'
	[[ $status -eq 3 && -z $output ]]
}

@test "a panic, and an end without a status, are reported as such" {
	guest "$kernel" bash -c 'echo before; sleep 2; echo c >/proc/sysrq-trigger'
	echo "$output"
	[[ $status -eq 121 && ${lines[0]} == before && $output == *'vm: the kernel panicked'* ]]
	guest "$kernel" bash -c 'echo b >/proc/sysrq-trigger'
	echo "$output"
	[[ $status -eq 123 && $output == *'vm: the guest ended before the command'* ]]
}

@test "a timeout ends the guest and what belongs to it" {
	guest --timeout 12 6.12-cloud sleep 1000
	echo "$output"
	[[ $status -eq 124 && $output == *'vm: no end after 12 seconds'* ]]
}

@test "a signal ends the guest and what belongs to it" {
	local pid
	"$vm/run" "$kernel" sleep 1000 3>&- &
	pid=$!
	sleep 4
	kill "$pid"
	wait "$pid" && status=0 || status=$?
	[[ $status -eq 143 ]]
}
