# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by run: collects QEMU's arguments in the array qemu_args. Reads $run_dir, the
# run's temporary directory; $kernel_arch; $tcg_threads, which is single or multi; and
# $icount, which is not empty if the guest's clock counts instructions.
# shellcheck disable=SC2154 # run and kernel_select set these variables

qemu_args=()

# Prints Debian's name of this machine's architecture.
host_arch() {
	case $(uname -m) in
	x86_64) echo amd64 ;;
	aarch64) echo arm64 ;;
	*) uname -m ;;
	esac
}

# Sets qemu, the program, and qemu_console, the name of the serial line in the guest.
# shellcheck disable=SC2034 # for run
select_qemu() {
	case $kernel_arch in
	amd64) qemu=qemu-system-x86_64 qemu_console=ttyS0 && need "$qemu" qemu-system-x86 ;;
	arm64) qemu=qemu-system-aarch64 qemu_console=ttyAMA0 && need "$qemu" qemu-system-arm ;;
	esac
}

bad_disk() {
	die 2 "bad disk '$1': $2" "see --disk in tests/vm/run --help"
}

# disk_option SPEC KEY[=VALUE]: sets one of the caller's disk_* variables.
disk_option() {
	local value=${2#*=}
	case $2 in
	file=?*) disk_file=$value ;;
	nbd=?*) disk_nbd=$value ;;
	format=raw | format=qcow2) disk_format=$value ;;
	snapshot) disk_flags+=,snapshot=on ;;
	ro) disk_flags+=,readonly=on ;;
	iops=[1-9]* | bps=[1-9]*)
		[[ $value =~ ^[0-9]+$ ]] || bad_disk "$1" "'$2' is not a number"
		disk_flags+=,throttling.${2%%=*}-total=$value
		;;
	serial=?*)
		[[ $value =~ ^[A-Za-z0-9._-]{1,20}$ ]] ||
			bad_disk "$1" "a serial has 1 to 20 letters, digits, dots, dashes or underscores"
		disk_serial=,serial=$value
		;;
	*) bad_disk "$1" "do not know '$2'" ;;
	esac
}

# add_disk NUMBER SPEC: the guest names the disks vda, vdb, ... in the order of the calls.
add_disk() {
	local number=$1 spec=$2 size='' option options
	local disk_file='' disk_nbd='' disk_format=raw disk_flags='' disk_serial='' source
	IFS=, read -r -d '' -a options < <(printf '%s\0' "$spec")
	if [[ ${options[0]:-} =~ ^[1-9][0-9]*[kMGT]?$ ]]; then
		size=${options[0]}
		options=("${options[@]:1}")
		[[ $spec != *file=* && $spec != *nbd=* ]] || bad_disk "$spec" "it has both a size and a file"
	fi
	for option in "${options[@]}"; do
		disk_option "$spec" "$option"
	done
	if [[ -n $size ]]; then
		disk_file=$run_dir/disk$number
		truncate -s "${size/k/K}" "$disk_file" || bad_disk "$spec" "cannot make $disk_file"
		# The run's end removes the file, so the host need not sync it.
		disk_flags+=,cache=unsafe
	fi
	# QEMU takes ",," in a path for a comma, and "," for the end of the option.
	if [[ $disk_nbd ]]; then
		[[ -S $disk_nbd ]] || bad_disk "$spec" "$disk_nbd is no socket"
		disk_nbd=$(realpath "$disk_nbd")
		source="file.driver=nbd,file.server.type=unix,file.server.path=${disk_nbd//,/,,}"
	else
		[[ -n $disk_file ]] || bad_disk "$spec" "neither file=PATH nor nbd=SOCKET nor a size"
		[[ -r $disk_file ]] || bad_disk "$spec" "cannot read $disk_file"
		disk_file=$(realpath "$disk_file")
		source="file.driver=file,file.filename=${disk_file//,/,,}"
	fi
	qemu_args+=(
		-drive "if=none,id=disk$number,discard=unmap,format=$disk_format$disk_flags,$source"
		-device "virtio-blk-pci,drive=disk$number$disk_serial"
	)
}

# The C version and the Rust version of virtiofsd understand the same -o options.
find_virtiofsd() {
	local path
	for path in /usr/libexec/virtiofsd /usr/lib/qemu/virtiofsd; do
		if [[ -x $path ]]; then
			echo "$path"
			return
		fi
	done
	die 125 "cannot find virtiofsd, which $kernel_name needs as it has no 9p" \
		"install it: apt-get install qemu-system-common (Debian 12) or virtiofsd"
}

# virtiofsd cannot export a directory read-only, and it leaves a lock file in
# /run/virtiofsd. So it runs in its own mount namespace. There our directory ($2) covers
# /run/virtiofsd, and if $1 is ro, all other mounts are read-only. FUSE mounts stay as they
# are: a remount would hang if the FUSE server does not answer.
# shellcheck disable=SC2016 # expanded by the inner shell
virtiofsd_namespace='
set -eu
mkdir -p /run/virtiofsd
mount --bind "$2" /run/virtiofsd
mount --bind "$2" "$2"
[ "$1" = rw ] || findmnt -rno FSTYPE,TARGET | while read -r type target; do
	case $type in fuse*) continue ;; esac
	target=$(printf "%b" "$target")
	[ "$target" = "$2" ] || [ "$target" = /run/virtiofsd ] ||
		mount -o remount,bind,ro "$target" 2>/dev/null || :
done
shift 2
exec "$@"'

share_by_virtiofs() { # share_by_virtiofs TAG DIR ro|rw
	local sockets=$run_dir/sockets socket=$run_dir/sockets/$1 log=$run_dir/$1.log cache=auto try
	[[ $EUID -eq 0 ]] || die 125 "$kernel_name has no 9p, and virtiofsd needs root" \
		"run as root, or use another kernel"
	[[ $3 == rw ]] || cache=always
	mkdir -p "$sockets"
	setpriv --pdeathsig KILL unshare --mount --propagation private \
		sh -c "$virtiofsd_namespace" - "$3" "$sockets" \
		"$(find_virtiofsd)" -f --socket-path="$socket" -o "source=$2" -o "cache=$cache" \
		-o sandbox=chroot </dev/null >"$log" 2>&1 &
	helper_pids+=($!)
	# Wait for up to 30 s: remounting all of the host's mounts is slow on a busy machine.
	for try in {1..600}; do
		if [[ -S $socket ]] || ! kill -0 $! 2>/dev/null; then
			break
		fi
		sleep 0.05
	done
	[[ -S $socket ]] || die 125 "virtiofsd did not start (try $try): $(tail -n1 "$log")" \
		"mend that, or use another kernel"
	qemu_args+=(
		-chardev "socket,id=$1,path=$socket"
		-device "vhost-user-fs-pci,chardev=$1,tag=$1"
	)
}

share() { # share TAG DIR ro|rw
	local readonly=''
	if [[ $root_type == virtiofs ]]; then
		share_by_virtiofs "$@"
		return
	fi
	[[ $3 == rw ]] || readonly=,readonly=on
	qemu_args+=(
		-fsdev "local,id=$1,path=${2//,/,,},security_model=none,multidevs=remap$readonly"
		-device "virtio-9p-pci,fsdev=$1,mount_tag=$1"
	)
}

# Adds three virtio-serial ports, which write to files: QEMU never waits for a file, so the
# guest's last output is not lost. With ioeventfd=off, QEMU writes the data before the
# guest continues.
add_ports() {
	local port
	qemu_args+=(-device 'virtio-serial-pci,ioeventfd=off')
	for port in out err status; do
		: >"$run_dir/$port"
		qemu_args+=(
			-chardev "file,id=$port,path=$run_dir/$port"
			-device "virtserialport,chardev=$port,name=frsp.$port"
		)
	done
}

# KVM may fail to run a kernel although /dev/kvm can be opened. So this boots the kernel,
# without a root, up to the message that there is no root filesystem.
kvm_works() {
	[[ -w /dev/kvm ]] || return 1
	# QEMU aborts if KVM is broken: prevent a core file and bash's message about the abort.
	(
		ulimit -c 0
		timeout -k 1 10 qemu-system-x86_64 -accel kvm -cpu max -M q35 -m 512 -nodefaults \
			-display none -no-reboot -serial "file:$run_dir/kvm" -kernel "$kernel_dir/vmlinux" \
			-append 'console=ttyS0 panic=-1' || exit 1
	) </dev/null >/dev/null 2>&1 || return 1
	grep -qF 'VFS: Unable to mount root fs' "$run_dir/kvm"
}

add_machine() { # add_machine MEMORY CPUS
	if [[ $kernel_arch == arm64 ]]; then
		# Emulated pointer authentication makes a guest several times slower.
		qemu_args+=(-accel "tcg,thread=$tcg_threads" -cpu 'max,pauth=off' -M virt)
		append=" norandmaps init_on_alloc=0$append"
	elif [[ -z $icount ]] && kvm_works; then
		qemu_args+=(-accel kvm -cpu max -M q35)
	else
		# -cx16: QEMU 7.2 emulates CMPXCHG16B wrongly. With it, 6.12-cloud crashed in 10
		# of 48 boots, with garbage in the flags register and on any -cpu; without it, in
		# 0 of 36. Delete this when a newer QEMU boots 50 times with cx16.
		# thread=single (the default): with a thread per CPU, QEMU 7.2 runs stale int3
		# instructions while one CPU patches code that another CPU runs. Switching
		# tracepoints crashed 6.1, 6.12 and 6.12-cloud within seconds; with one thread for
		# all CPUs it crashed none.
		qemu_args+=(-accel "tcg,thread=$tcg_threads" -cpu 'max,-cx16' -M q35)
		# Programs start about three times faster without address randomisation, with
		# page tables of four levels, and without filling pages at their allocation.
		# no_timer_check: on a busy host the emulated timer is late, and the kernel's
		# check of the timer would panic.
		append=" norandmaps no5lvl init_on_alloc=0 no_timer_check$append"
		[[ -z $icount ]] || qemu_args+=(-icount shift=1)
		# Since 7.0, BPF allocates task storage with kmalloc_nolock(), which without
		# cx16 works only on caches with SLUB debugging (mm/slub.c,
		# __kmalloc_nolock_noprof). The storage is charged to a cgroup, so it comes from
		# the kmalloc-cg caches: turn debugging on for these.
		[[ $kernel_name != [7-9].* ]] || append=" slub_debug=Z,kmalloc-cg-*$append"
	fi
	qemu_args+=(-m "$1" -smp "$2" -nodefaults -display none -no-reboot)
	# virtiofsd maps the guest's memory, so it must be shared.
	[[ $root_type == 9p ]] || qemu_args+=(
		-object "memory-backend-memfd,id=memory,size=$1M,share=on"
		-machine memory-backend=memory
	)
}
