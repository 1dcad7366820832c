# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The library of the tests in this directory. It makes scratch filesystems on loop devices,
# runs a hotmon in the background, and compares hotmon's report with two independent
# records of the same I/O:
#
#   the list of requests (from fio's log, or written by the test), and
#   the kernel's trace of the bios (block_bio_queue in tracefs, in a trace instance with
#   its own ring buffer); FIEMAP maps their sectors to file offsets.
#
# A line of an I/O list is "read|write OFFSET LENGTH", in bytes: "write 1048576 8192" is one
# write of 8 KiB at the start of the second range of 1 MiB. teardown undoes all that a test
# made, in reverse order, whether the test passed or failed.
#
#   FRSP_SCRATCH  directory for images and reports (default: TMPDIR or /var/tmp)
#   HOTMON        the hotmon under test (default: the one in .output)
#   FRSPCTL, FRSP_TOP, FRSPD, FRSP_IMAGE   the same for the other programs

native_dir=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
hotmon=${HOTMON:-$native_dir/../../.output/hotmon}
# shellcheck disable=SC2034 # read by the tests
frspctl=${FRSPCTL:-$native_dir/../../.output/frspctl}
# shellcheck disable=SC2034 # read by the tests
frsp_top=${FRSP_TOP:-$native_dir/../../.output/frsp-top}
# shellcheck disable=SC2034 # read by the tests
frspd=${FRSPD:-$native_dir/../../.output/frspd}
# shellcheck disable=SC2034 # read by the tests
frsp_image=${FRSP_IMAGE:-$native_dir/../../.output/frsp-image}
# shellcheck disable=SC2034 # read by bats: it ends a test that hangs
BATS_TEST_TIMEOUT=${BATS_TEST_TIMEOUT:-180}

PATIENCE=${FRSP_PATIENCE:-30} # limit in seconds for each wait

# The locale of whoever runs the tests may not be installed, or may have other words. This
# one is on every Debian. A test of a locale sets its own.
export LC_ALL=C.UTF-8

setup() {
	set -u
	cleanups=()
	declare -gA loop_of=() frozen=() hotmon_pid=() hotmon_err=()
	[[ $EUID -eq 0 ]] || fail "needs root"
	[[ -x $hotmon ]] || fail "no $hotmon: run make first"
	test_dir=$(mktemp -d "${FRSP_SCRATCH:-${TMPDIR:-/var/tmp}}/frsp-native.XXXXXX")
	defer rm -rf --one-file-system "$test_dir"
	export FRSPCTL_JOURNAL=$test_dir/journal.db # not that of the machine
	export FRSPD_SOCKET=$test_dir/run/io.frsp.sock
}

teardown() {
	local i failed=0
	for ((i = ${#cleanups[@]} - 1; i >= 0; i--)); do
		eval "${cleanups[i]}" || {
			echo "cleanup failed: ${cleanups[i]}"
			failed=1
		}
	done
	return $failed
}

# defer COMMAND [ARG...]: adds a command that teardown runs.
defer() {
	cleanups+=("$(printf '%q ' "$@")")
}

# keep_in_memory FILE: reads the file's pages into memory and locks them there until the
# test ends.
keep_in_memory() {
	rm -f "$test_dir/locked"
	"$native_dir/../keep_in_memory" "$1" >"$test_dir/locked" 3>&- &
	defer kill $!
	wait_until test -s "$test_dir/locked"
}

fail() {
	printf '%s\n' "$@" >&2
	return 1
}

# wait_until COMMAND [ARG...]: repeats the command until it succeeds; fails after PATIENCE
# seconds.
wait_until() {
	local deadline=$((SECONDS + PATIENCE))
	until "$@"; do
		((SECONDS < deadline)) || fail "waited $PATIENCE s in vain for: $*" || return
		sleep 0.05
	done
}

expect() { # expect WHAT ACTUAL WANTED
	[[ $2 == "$3" ]] || fail "$1: '$2', expected '$3'"
}

# questions PID: prints how many questions the process frsp-aside has had
questions() {
	awk '$1 == "voluntary_ctxt_switches:" { print $2 }' "/proc/$1/status"
}

# --- programs that end -------------------------------------------------------

# shellcheck disable=SC2034 # read by the tests
programs='hotmon frsp-top frspctl frspd frsp-image'

# path_of PROGRAM: prints the path of the program under test. The variable that holds the
# path has _ where the program's name has -.
path_of() {
	local variable=${1//-/_}
	echo "${!variable}"
}

# run_program PROGRAM [ARG...]: sets status; the output goes to $test_dir/out and
# $test_dir/err.
run_program() {
	program=$1
	status=0
	timeout "$PATIENCE" "$(path_of "$1")" "${@:2}" >"$test_dir/out" 2>"$test_dir/err" || status=$?
}

# expect_error STATUS PATTERN: the last program printed nothing to stdout and two lines to
# stderr: the cause, which matches PATTERN, and what the user can do.
expect_error() {
	expect "exit status" "$status" "$1"
	expect "lines on stdout" "$(wc -l <"$test_dir/out")" 0
	sed 's/^/# /' "$test_dir/err"
	expect "lines on stderr" "$(wc -l <"$test_dir/err")" 2
	[[ $(sed -n 1p "$test_dir/err") =~ ^${program:-hotmon}:\ .*$2 ]] || fail "no cause that names $2"
	# argp prints the second form
	[[ $(sed -n 2p "$test_dir/err") =~ ^(\ \ hint:\ .{5}|Try\ .${program:-hotmon}\ --help\') ]] || fail "no hint"
}

# run_as_nobody PROGRAM [ARG...]: like run_program, but without any privilege.
run_as_nobody() {
	local public
	public=$(mktemp -d /tmp/frsp-native.XXXXXX)
	defer rm -r "$public"
	chmod 755 "$public"
	install -m 755 "$(path_of "$1")" "$public/$1"
	program=$1
	status=0
	setpriv --reuid=65534 --clear-groups "$public/$1" "${@:2}" >"$test_dir/out" 2>"$test_dir/err" || status=$?
}

# --- filesystems -------------------------------------------------------------

has_fs() {
	modprobe -q "$1" 2>/dev/null || :
	grep -qw "$1" /proc/filesystems
}

need_fs() {
	has_fs "$1" || skip "the kernel has no $1"
}

# detach_loop DEVICE: returns when the kernel has released the device.
detach_loop() {
	losetup -d "$1"
	wait_until not losetup "$1" 2>/dev/null
}

not() {
	! "$@"
}

# loop_attach NAME IMAGE [LOSETUP_OPTION...]: attaches IMAGE to a loop device and sets
# loop_of[NAME] to the device.
loop_attach() {
	loop_of[$1]=$(losetup --find --show "${@:3}" "$2")
	defer loop_detach "$1"
}

loop_detach() { # loop_detach NAME; may be called twice
	[[ -n ${loop_of[$1]:-} ]] || return 0
	detach_loop "${loop_of[$1]}" || return
	unset "loop_of[$1]"
}

# With these options an idle filesystem does no I/O, and the bios of a test can be
# predicted: the kernel initialises no inode table or journal later, and btrfs keeps one
# copy of each block.
declare -gA mkfs_options=(
	[ext4]='-q -F -b 4096 -E lazy_itable_init=0,lazy_journal_init=0'
	[xfs]='-q -f'
	[btrfs]='-q -f -d single -m single'
)

# fs_format DEVICE TYPE [MKFS_OPTION...]: makes a filesystem with the options above
fs_format() {
	# shellcheck disable=SC2086 # a list of options
	"mkfs.$2" ${mkfs_options[$2]} "${@:3}" "$1" >"$test_dir/mkfs" 2>&1 || {
		cat "$test_dir/mkfs"
		return 1
	}
}

# fs_mount NAME DEVICE [OPTIONS]: mounts DEVICE at $test_dir/NAME.
fs_mount() {
	mkdir -p "$test_dir/$1"
	mount -o "noatime${3:+,$3}" "$2" "$test_dir/$1" && defer fs_umount "$1"
}

# Mounts a bpffs at /sys/fs/bpf if none is there, with the mode that systemd uses.
mount_bpffs() {
	mountpoint -q /sys/fs/bpf && return
	mount -t bpf -o mode=700 bpf /sys/fs/bpf && defer umount /sys/fs/bpf
}

fs_umount() { # fs_umount NAME; may be called twice
	! mountpoint -q "$test_dir/$1" || wait_until umount "$test_dir/$1"
}

# fs_make NAME TYPE [MOUNT_OPTIONS [MKFS_OPTION...]]: makes a filesystem of 512 MiB and
# mounts it at $test_dir/NAME.
fs_make() {
	need_fs "$2"
	truncate -s 512M "$test_dir/$1.img"
	loop_attach "$1" "$test_dir/$1.img"
	fs_format "${loop_of[$1]}" "$2" "${@:4}"
	fs_mount "$1" "${loop_of[$1]}" "${3:-}"
}

# fs_cool NAME [MOUNT_OPTIONS]: unmounts and mounts the filesystem, which empties its
# caches.
fs_cool() {
	fs_umount "$1"
	fs_mount "$1" "${loop_of[$1]}" "${2:-}"
}

# cached FILE: prints how many entries the file has in ext4's cache of extents
cached() {
	python3 - "$1" <<-'EOT'
		import fcntl, struct, sys
		EXT4_IOC_GET_ES_CACHE = 0xc020662a
		with open(sys.argv[1], "rb") as file:
		    head = bytearray(struct.pack("=QQLLLL", 0, 2**64 - 1, 0, 0, 0, 0))
		    fcntl.ioctl(file, EXT4_IOC_GET_ES_CACHE, head)
		    print(struct.unpack("=QQLLLL", head)[3])
	EOT
}

# secret_make [OPTIONS]: makes an ext4 with an encrypted directory, secret
secret_make() {
	local key
	need_fs ext4
	[[ -e /sys/fs/ext4/features/encryption ]] || skip "the kernel has no encryption in ext4"
	fs_make fs ext4 "${1:-}" -O encrypt
	mkdir "$test_dir/fs/secret"
	key=$(head -c 64 /dev/zero | tr '\0' k | xfs_io -c add_enckey "$test_dir/fs")
	xfs_io -c "set_encpolicy ${key##* }" "$test_dir/fs/secret"
}

# Starts a process in a new mount namespace, which is a copy of the current one; sets
# holder to its process id.
mount_ns_hold() {
	unshare --mount --propagation private sleep 3600 3>&- &
	holder=$!
	defer mount_ns_release
	wait_until grep -qx sleep "/proc/$holder/comm"
}

mount_ns_release() { # may be called twice
	[[ ${holder:-} ]] || return 0
	kill "$holder"
	wait "$holder" 2>/dev/null || :
	unset holder
}

# file_make PATH MEBIBYTES: makes a file of random data, which no filesystem can compress,
# and syncs it.
file_make() {
	dd if=/dev/urandom of="$1" bs=1M count="$2" conv=fsync status=none
}

# file_id PATH: prints "DEV INO GEN" as hotmon writes them.
file_id() {
	echo "$(stat -c '%Hd:%Ld %i' "$1") $(lsattr -dv "$1" | awk '{ print $1 }')"
}

# --- hotmon ------------------------------------------------------------------

# hotmon_launch NAME [ARG...]: starts hotmon in the background, with stdout in
# $test_dir/NAME.out; returns when hotmon has attached its programs.
hotmon_launch() {
	local name=$1 fifo=$test_dir/$1.err line fd
	mkfifo "$fifo"
	"$hotmon" "${@:2}" >"$test_dir/$name.out" 2>"$fifo" 3>&- &
	hotmon_pid[$name]=$!
	defer hotmon_kill "$name"
	exec {fd}<"$fifo"
	rm "$fifo"
	hotmon_err[$name]=$fd
	while read -rt "$PATIENCE" -u "$fd" line; do
		[[ $line != Tracing* ]] || return 0
		echo "$line"
	done
	fail "hotmon has not attached"
}

# hotmon_start NAME [OPTION...]: starts a hotmon that reports only at its end.
# hotmon_stop NAME ends it and puts the report into $test_dir/NAME.json.
hotmon_start() {
	hotmon_launch "$1" --json --ranges -r 0 "${@:2}" 3600
}

hotmon_kill() { # hotmon_kill NAME; may be called after hotmon's end
	[[ -n ${hotmon_pid[$1]:-} ]] || return 0
	kill -KILL "${hotmon_pid[$1]}" || :
	wait "${hotmon_pid[$1]}" 2>/dev/null || :
	unset "hotmon_pid[$1]"
}

# hotmon_end NAME SIGNAL: sends SIGNAL, waits for hotmon's end and sets hotmon_status.
# hotmon has ended when the pipe of its stderr has no writer.
hotmon_end() {
	local name=$1 line fd=${hotmon_err[$1]} status=0
	kill "-$2" "${hotmon_pid[$name]}"
	while read -rt "$PATIENCE" -u "$fd" line || status=$?; ((status == 0)); do
		echo "$line"
	done
	((status == 1)) || fail "hotmon does not end on SIG$2"
	exec {fd}<&-
	hotmon_status=0
	wait "${hotmon_pid[$name]}" || hotmon_status=$?
	unset "hotmon_pid[$name]"
}

hotmon_stop() {
	hotmon_end "$1" INT
	expect "exit status after SIGINT" "$hotmon_status" 0
	tail -n 1 "$test_dir/$1.out" >"$test_dir/$1.json"
	jq -e '.schema == "frsp.hotmon/1"' "$test_dir/$1.json" >/dev/null
}

# report NAME FILTER [JQ_OPTION...]: prints what jq's FILTER selects from NAME's report.
report() {
	jq -r "${@:3}" "$2" "$test_dir/$1.json"
}

# select_id ID: prints a jq filter that selects one file.
select_id() {
	local dev ino gen
	read -r dev ino gen <<<"$1"
	echo "select(.dev == \"$dev\" and .ino == $ino and .gen == $gen)"
}

counts='[.reads, .writes, .read_bytes, .write_bytes]'

# file_counts NAME ID: prints "READS WRITES READ_BYTES WRITE_BYTES", and two lines if the
# report wrongly has the file twice.
file_counts() {
	local got
	got=$(report "$1" ".files[] | $(select_id "$2") | $counts | join(\" \")")
	echo "${got:-0 0 0 0}"
}

# range_counts NAME ID: prints a line "OFFSET READS WRITES READ_BYTES WRITE_BYTES" for
# each range.
range_counts() {
	report "$1" ".ranges[] | $(select_id "$2") | [.offset] + $counts | join(\" \")" | sort -n
}

# class_counts NAME metadata|unattributed: prints its counts in the format of file_counts
class_counts() {
	report "$1" ".$2 | $counts | join(\" \")"
}

# all_counts NAME: prints the sum of files, metadata and unattributed I/O.
all_counts() {
	report "$1" "[.files[], .metadata, .unattributed | $counts] | transpose | map(add) | join(\" \")"
}

# --- I/O lists -----------------------------------------------------------------

# io_counts <LIST: prints the sums in the format of file_counts.
io_counts() {
	awk '{ n[$1]++; bytes[$1] += $3 }
	     END { printf "%d %d %d %d\n", n["read"], n["write"], bytes["read"], bytes["write"] }'
}

# io_ranges <LIST: prints the sums for each range of 1 MiB in the format of range_counts.
io_ranges() {
	awk -v size=$((1 << 20)) '{
		for (at = $2; at < $2 + $3; at = to) {
			range = int(at / size)
			to = (range + 1) * size
			if (to > $2 + $3)
				to = $2 + $3
			seen[range]; n[range, $1]++; bytes[range, $1] += to - at
		}
	} END {
		for (range in seen)
			printf "%d %d %d %d %d\n", range * size, n[range, "read"], n[range, "write"],
				bytes[range, "read"], bytes[range, "write"]
	}' | sort -n
}

# expect_ios NAME ID LIST: the report has the operations and bytes of LIST, for the file
# and for each range. Each line of LIST is one bio.
expect_ios() {
	expect "file $2" "$(file_counts "$1" "$2")" "$(io_counts <"$3")"
	diff -u --label expected --label hotmon <(io_ranges <"$3") <(range_counts "$1" "$2") >&2
}

only_bytes() {
	awk '{ print $1, $(NF - 1), $NF }'
}

# expect_bytes NAME ID LIST: like expect_ios, but compares only bytes, for I/O that the
# kernel splits into bios as it likes.
expect_bytes() {
	expect "bytes of file $2" "$(file_counts "$1" "$2" | cut -d' ' -f3-)" "$(io_counts <"$3" | cut -d' ' -f3-)"
	diff -u --label expected --label hotmon <(io_ranges <"$3" | only_bytes) \
		<(range_counts "$1" "$2" | only_bytes) >&2
}

# io_list [OP OFFSET LENGTH]...: prints an I/O list.
io_list() {
	printf '%s %s %s\n' "$@"
}

# fio_run FILE [FIO_OPTION...]: runs one fio job on FILE and puts its I/O list into
# $test_dir/ios.
fio_run() {
	rm -f "$test_dir/iolog"
	fio --name=job --filename="$1" --size="$(stat -c %s "$1")" --bs=4k --ioengine=psync \
		--overwrite=1 --write_iolog="$test_dir/iolog" --output-format=json \
		--output="$test_dir/fio.json" "${@:2}"
	awk '$(NF - 2) ~ /^(read|write)$/ { print $(NF - 2), $(NF - 1), $NF }' \
		"$test_dir/iolog" >"$test_dir/ios"
	expect "totals of fio's report, against its log" \
		"$(jq -r '.jobs[0] | [.read.total_ios, .write.total_ios, .read.io_bytes, .write.io_bytes] | join(" ")' \
			"$test_dir/fio.json")" "$(io_counts <"$test_dir/ios")"
}

# --- the kernel's trace --------------------------------------------------------

tracefs_find() {
	tracefs=/sys/kernel/tracing
	[[ ! -e $tracefs/events ]] || return 0
	tracefs=$test_dir/tracefs
	mkdir -p "$tracefs"
	! mountpoint -q "$tracefs" || return 0
	mount -t tracefs tracefs "$tracefs"
	defer wait_until umount "$tracefs"
}

# trace_start DEVICE: starts a trace of the bios that are sent to DEVICE.
trace_start() {
	local event
	tracefs_find
	trace=$tracefs/instances/frsp.$BASHPID.$BATS_TEST_NUMBER
	mkdir "$trace"
	defer trace_remove
	event=$trace/events/block/block_bio_queue
	echo 16384 >"$trace/buffer_size_kb"
	echo "dev == $(($(stat -c '(%Hr << 20) + %Lr' "$1")))" >"$event/filter"
	echo 1 >"$event/enable"
}

# Writes a mark into the trace: the first when hotmon counts, the second just before
# hotmon ends.
trace_mark() {
	echo frsp >"$trace/trace_marker"
}

# Ends the trace. Puts the bios between the marks (all bios if there are no marks) into
# $test_dir/bios as lines "read|write SECTOR SECTORS", and all bios into
# $test_dir/all_bios. $test_dir/flagged_bios has those of bios with the trace's letters for
# their flags behind them, such as AM: read ahead, metadata.
trace_stop() {
	echo 0 >"$trace/events/block/block_bio_queue/enable"
	awk '/entries-in-buffer/ { split($3, n, "/"); exit n[1] != n[2] }' "$trace/trace" ||
		fail "the trace lost events"
	sed -n 's/.* tracing_mark_write: frsp$/mark/p
		s/.* block_bio_queue: [0-9]*,[0-9]* F\?\([RW]\)\([^Z ]*\) \([0-9]*\) + \([1-9][0-9]*\) .*/\1 \3 \4 \2/p' \
		"$trace/trace" | sed 's/^R/read/; s/^W/write/' >"$test_dir/marked"
	trace_remove
	grep -v mark "$test_dir/marked" >"$test_dir/all_flagged" || :
	cp "$test_dir/all_flagged" "$test_dir/flagged_bios"
	! grep -q mark "$test_dir/marked" ||
		awk '/mark/ { inside = !inside; next } inside' "$test_dir/marked" >"$test_dir/flagged_bios"
	cut -d' ' -f1-3 "$test_dir/all_flagged" >"$test_dir/all_bios"
	cut -d' ' -f1-3 "$test_dir/flagged_bios" >"$test_dir/bios"
}

trace_remove() {
	[[ ! -d $trace ]] || rmdir "$trace"
}

# bio_counts <BIOS: prints the sums in the format of file_counts.
bio_counts() {
	awk '{ print $1, 0, $3 * 512 }' | io_counts
}

# file_extents NAME PATH: prints a line "FILE_OFFSET DEVICE_OFFSET LENGTH", in bytes, for
# each extent of the file PATH in the filesystem NAME.
file_extents() {
	local chunks=$test_dir/chunks
	echo "0 0 $((1 << 60))" >"$chunks"
	[[ $(stat -fc %T "$2") != btrfs ]] || btrfs_chunks "${loop_of[$1]}" >"$chunks"
	xfs_io -r -c 'fiemap -v' "$2" | sed -n \
		's/^ *[0-9]*: \[\([0-9]*\)\.\.[0-9]*\]: *\([0-9]*\)\.\.[0-9]* *\([0-9]*\) .*/\1 \2 \3/p' |
		awk 'NR == FNR { n++; logical[n] = $1; disk[n] = $2; len[n] = $3; next }
		     { at = $2 * 512
		       for (i = 1; i <= n; i++)
			       if (at >= logical[i] && at < logical[i] + len[i])
				       print $1 * 512, at - logical[i] + disk[i], $3 * 512 }' "$chunks" -
}

# btrfs_chunks DEVICE: prints a line "LOGICAL PHYSICAL LENGTH TYPE" for the first copy of
# each chunk.
btrfs_chunks() {
	blockdev --flushbufs "$1"
	btrfs inspect-internal dump-tree -t chunk "$1" | awk '
		/CHUNK_ITEM/ { sub(/\)/, "", $6); logical = $6 }
		$1 == "length" { length_ = $2; type = $NF }
		$1 == "stripe" && $2 == 0 { print logical, $6, length_, type }'
}

# bios_of EXTENTS <BIOS: prints the I/O list of the bios that start in EXTENTS, the output
# of file_extents.
bios_of() {
	awk 'NR == FNR { n++; file[n] = $1; disk[n] = $2; len[n] = $3; next }
	     { at = $2 * 512
	       for (i = 1; i <= n; i++)
		       if (at >= disk[i] && at < disk[i] + len[i])
			       print $1, file[i] + at - disk[i], $3 * 512 }' "$1" -
}

# --- all together ----------------------------------------------------------------

# fs_freeze NAME: all writeback is done when it returns, the journal's too, and nothing
# more is written until fs_thaw NAME. (sync leaves some writeback for later.)
fs_freeze() {
	fsfreeze -f "$test_dir/$1"
	frozen[$1]=yes
	defer fs_thaw "$1"
}

fs_thaw() { # fs_thaw NAME; may be called if it is not frozen
	[[ ${frozen[$1]:-} ]] || return 0
	fsfreeze -u "$test_dir/$1"
	unset "frozen[$1]"
}

# track NAME: starts a hotmon for this filesystem only, and a trace of its device.
track() {
	fs_freeze "$1"
	trace_start "${loop_of[$1]}"
	hotmon_start "$1" --fs "$test_dir/$1"
	trace_mark
	fs_thaw "$1"
}

# untrack NAME: ends both, and checks that the report has each bio of the device once.
untrack() {
	fs_freeze "$1"
	trace_mark
	hotmon_stop "$1"
	trace_stop
	fs_thaw "$1"
	expect_all "$1"
	expect "dropped" "$(report "$1" .dropped)" 0
}

# expect_all NAME: hotmon counted at least the bios between the marks, and at most all
# bios of the trace. (The two differ if another program reads the device at that moment.)
expect_all() {
	local -a got least most
	local i
	read -ra got <<<"$(all_counts "$1")"
	read -ra least <<<"$(bio_counts <"$test_dir/bios")"
	read -ra most <<<"$(bio_counts <"$test_dir/all_bios")"
	for i in 0 1 2 3; do
		((got[i] >= least[i] && got[i] <= most[i])) || fail "bios of the device:" \
			"hotmon saw   ${got[*]}" "the trace has ${least[*]}, with the edges ${most[*]}"
	done
}

# expect_traced NAME ID PATH: the report has the operations and bytes of the traced bios
# in the extents of PATH, for the file and for each range.
expect_traced() {
	file_extents "$1" "$3" >"$test_dir/extents"
	bios_of "$test_dir/extents" <"$test_dir/bios" >"$test_dir/traced"
	[[ -s $test_dir/traced ]] || fail "no bio lies in the file: the test is void"
	expect_ios "$1" "$2" "$test_dir/traced"
}
