# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Loaded by the tests in this directory. Scratch filesystems on loop devices, a
# hotmon in the background, and two independent accounts of the same I/O to hold
# against its report:
#
#   the list of what was asked for (from fio's log, or the test's own), and
#   the kernel's own trace of the same bios (block_bio_queue in tracefs, with a
#   ring buffer of its own), led back to file offsets by FIEMAP.
#
# I/O lists have lines "read|write OFFSET LENGTH". Everything that a test makes is
# undone by teardown, in reverse order, whatever happened.
#
#   FRSP_SCRATCH  directory for images and reports (default: TMPDIR or /var/tmp)
#   HOTMON        the program under test (default: what make built)
#   FRSPCTL, FRSP_TOP   the same for tests of frspctl, of frsp-top

native_dir=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
hotmon=${HOTMON:-$native_dir/../../.output/hotmon}
# shellcheck disable=SC2034 # read by the tests
frspctl=${FRSPCTL:-$native_dir/../../.output/frspctl}
# shellcheck disable=SC2034 # read by the tests
frsp_top=${FRSP_TOP:-$native_dir/../../.output/frsp-top}
# shellcheck disable=SC2034 # read by bats: no test may hang
BATS_TEST_TIMEOUT=${BATS_TEST_TIMEOUT:-180}

PATIENCE=${FRSP_PATIENCE:-30} # seconds that anything may take to start or to end

setup() {
	set -u
	cleanups=()
	declare -gA loop_of=() frozen=() hotmon_pid=() hotmon_err=()
	[[ $EUID -eq 0 ]] || fail "needs root"
	[[ -x $hotmon ]] || fail "no $hotmon: run make first"
	test_dir=$(mktemp -d "${FRSP_SCRATCH:-${TMPDIR:-/var/tmp}}/frsp-native.XXXXXX")
	defer rm -rf --one-file-system "$test_dir"
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

# defer COMMAND [ARG...]: teardown runs it.
defer() {
	cleanups+=("$(printf '%q ' "$@")")
}

# The file's pages are in memory, and stay there until the test ends.
keep_in_memory() { # keep_in_memory FILE
	rm -f "$test_dir/locked"
	"$native_dir/../keep_in_memory" "$1" >"$test_dir/locked" 3>&- &
	defer kill $!
	wait_until test -s "$test_dir/locked"
}

fail() {
	printf '%s\n' "$@" >&2
	return 1
}

# wait_until COMMAND [ARG...]: until it succeeds; fails after PATIENCE seconds.
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

# --- programs that end -------------------------------------------------------

# shellcheck disable=SC2034 # read by the tests
programs='hotmon frsp-top frspctl'

# path_of PROGRAM: of the one under test; its variable has _ for -
path_of() {
	local variable=${1//-/_}
	echo "${!variable}"
}

# run_program PROGRAM [ARG...]: sets status, and leaves $test_dir/out and $test_dir/err.
run_program() {
	program=$1
	status=0
	timeout "$PATIENCE" "$(path_of "$1")" "${@:2}" >"$test_dir/out" 2>"$test_dir/err" || status=$?
}

# expect_error STATUS PATTERN: what the program left is one line of cause, which
# contains PATTERN, and one of what to do.
expect_error() {
	expect "exit status" "$status" "$1"
	expect "lines on stdout" "$(wc -l <"$test_dir/out")" 0
	sed 's/^/# /' "$test_dir/err"
	expect "lines on stderr" "$(wc -l <"$test_dir/err")" 2
	[[ $(sed -n 1p "$test_dir/err") =~ ^${program:-hotmon}:\ .*$2 ]] || fail "no cause that names $2"
	# the second form is argp's own
	[[ $(sed -n 2p "$test_dir/err") =~ ^(\ \ hint:\ .{5}|Try\ .${program:-hotmon}\ --help\') ]] || fail "no hint"
}

# run_as_nobody PROGRAM [ARG...]: as run_program, without any privilege.
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

detach_loop() { # detach_loop DEVICE, gone from the kernel when it returns
	losetup -d "$1"
	wait_until not losetup "$1" 2>/dev/null
}

not() {
	! "$@"
}

# loop_attach NAME IMAGE [LOSETUP_OPTION...]: sets loop_of[NAME].
loop_attach() {
	loop_of[$1]=$(losetup --find --show "${@:3}" "$2")
	defer loop_detach "$1"
}

loop_detach() { # loop_detach NAME; no harm if done before
	[[ -n ${loop_of[$1]:-} ]] || return 0
	detach_loop "${loop_of[$1]}" || return
	unset "loop_of[$1]"
}

# The options give a filesystem that is quiet when nobody uses it and whose bios
# are countable: nothing is initialised later, nothing is written twice.
declare -gA mkfs_options=(
	[ext4]='-q -F -b 4096 -E lazy_itable_init=0,lazy_journal_init=0'
	[xfs]='-q -f'
	[btrfs]='-q -f -d single -m single'
)

# fs_format DEVICE TYPE [MKFS_OPTION...]
fs_format() {
	# shellcheck disable=SC2086 # a list of options
	"mkfs.$2" ${mkfs_options[$2]} "${@:3}" "$1" >"$test_dir/mkfs" 2>&1 || {
		cat "$test_dir/mkfs"
		return 1
	}
}

# fs_mount NAME DEVICE [OPTIONS]: mounts it at $test_dir/NAME.
fs_mount() {
	mkdir -p "$test_dir/$1"
	mount -o "noatime${3:+,$3}" "$2" "$test_dir/$1" && defer fs_umount "$1"
}

mount_bpffs() { # at /sys/fs/bpf, if there is none; as systemd does
	mountpoint -q /sys/fs/bpf && return
	mount -t bpf -o mode=700 bpf /sys/fs/bpf && defer umount /sys/fs/bpf
}

fs_umount() { # fs_umount NAME; no harm if done before
	! mountpoint -q "$test_dir/$1" || wait_until umount "$test_dir/$1"
}

# fs_make NAME TYPE [OPTIONS [MKFS_OPTION...]]: a new filesystem at $test_dir/NAME.
fs_make() {
	need_fs "$2"
	truncate -s 512M "$test_dir/$1.img"
	loop_attach "$1" "$test_dir/$1.img"
	fs_format "${loop_of[$1]}" "$2" "${@:4}"
	fs_mount "$1" "${loop_of[$1]}" "${3:-}"
}

# fs_cool NAME [OPTIONS]: mounts it anew, so that none of it is cached.
fs_cool() {
	fs_umount "$1"
	fs_mount "$1" "${loop_of[$1]}" "${2:-}"
}

# A process in a mount namespace of its own, with all that is mounted now: sets holder.
mount_ns_hold() {
	unshare --mount --propagation private sleep 3600 3>&- &
	holder=$!
	defer mount_ns_release
	wait_until grep -qx sleep "/proc/$holder/comm"
}

mount_ns_release() { # no harm if done before
	[[ ${holder:-} ]] || return 0
	kill "$holder"
	wait "$holder" 2>/dev/null || :
	unset holder
}

# file_make PATH MEBIBYTES: a file of data that is on disk and cannot shrink.
file_make() {
	dd if=/dev/urandom of="$1" bs=1M count="$2" conv=fsync status=none
}

# file_id PATH: "DEV INO GEN" as hotmon writes them.
file_id() {
	echo "$(stat -c '%Hd:%Ld %i' "$1") $(lsattr -dv "$1" | awk '{ print $1 }')"
}

# --- hotmon ------------------------------------------------------------------

# hotmon_launch NAME [ARG...]: in the background, with stdout in $test_dir/NAME.out;
# returns when it is attached.
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

# hotmon_start NAME [OPTION...]: reports once, when hotmon_stop NAME ends it, to
# $test_dir/NAME.json.
hotmon_start() {
	hotmon_launch "$1" --json --ranges -r 0 "${@:2}" 3600
}

hotmon_kill() { # hotmon_kill NAME; no harm if it has ended
	[[ -n ${hotmon_pid[$1]:-} ]] || return 0
	kill -KILL "${hotmon_pid[$1]}" || :
	wait "${hotmon_pid[$1]}" 2>/dev/null || :
	unset "hotmon_pid[$1]"
}

# hotmon_end NAME SIGNAL: sets hotmon_status. Its end of the pipe closes with it.
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

# report NAME FILTER [JQ_OPTION...]
report() {
	jq -r "${@:3}" "$2" "$test_dir/$1.json"
}

# select_id ID: a filter for one file.
select_id() {
	local dev ino gen
	read -r dev ino gen <<<"$1"
	echo "select(.dev == \"$dev\" and .ino == $ino and .gen == $gen)"
}

counts='[.reads, .writes, .read_bytes, .write_bytes]'

# file_counts NAME ID: "READS WRITES READ_BYTES WRITE_BYTES". A file that is there
# twice has two lines.
file_counts() {
	local got
	got=$(report "$1" ".files[] | $(select_id "$2") | $counts | join(\" \")")
	echo "${got:-0 0 0 0}"
}

# range_counts NAME ID: lines of "OFFSET READS WRITES READ_BYTES WRITE_BYTES"
range_counts() {
	report "$1" ".ranges[] | $(select_id "$2") | [.offset] + $counts | join(\" \")" | sort -n
}

# class_counts NAME metadata|unattributed
class_counts() {
	report "$1" ".$2 | $counts | join(\" \")"
}

# all_counts NAME: what it saw, wherever it put it.
all_counts() {
	report "$1" "[.files[], .metadata, .unattributed | $counts] | transpose | map(add) | join(\" \")"
}

# --- I/O lists -----------------------------------------------------------------

# io_counts <LIST: in the form of file_counts
io_counts() {
	awk '{ n[$1]++; bytes[$1] += $3 }
	     END { printf "%d %d %d %d\n", n["read"], n["write"], bytes["read"], bytes["write"] }'
}

# io_ranges <LIST: in the form of range_counts
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

# expect_ios NAME ID LIST: the file's and its ranges' operations and bytes are
# those of LIST, where each line is one bio.
expect_ios() {
	expect "file $2" "$(file_counts "$1" "$2")" "$(io_counts <"$3")"
	diff -u --label expected --label hotmon <(io_ranges <"$3") <(range_counts "$1" "$2") >&2
}

only_bytes() {
	awk '{ print $1, $(NF - 1), $NF }'
}

# expect_bytes NAME ID LIST: the bytes only, where the kernel chooses the bios.
expect_bytes() {
	expect "bytes of file $2" "$(file_counts "$1" "$2" | cut -d' ' -f3-)" "$(io_counts <"$3" | cut -d' ' -f3-)"
	diff -u --label expected --label hotmon <(io_ranges <"$3" | only_bytes) \
		<(range_counts "$1" "$2" | only_bytes) >&2
}

# io_list [OP OFFSET LENGTH]...
io_list() {
	printf '%s %s %s\n' "$@"
}

# fio_run FILE [FIO_OPTION...]: one job on FILE; its log becomes $test_dir/ios.
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

# trace_start DEVICE: of the bios that are sent to it.
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

# Says when a hotmon has begun to count, and then when it is about to end.
trace_mark() {
	echo frsp >"$trace/trace_marker"
}

# Leaves the bios, lines of "read|write SECTOR SECTORS", in $test_dir/bios: those
# between the marks, or all if there are none. All are in $test_dir/all_bios.
trace_stop() {
	echo 0 >"$trace/events/block/block_bio_queue/enable"
	awk '/entries-in-buffer/ { split($3, n, "/"); exit n[1] != n[2] }' "$trace/trace" ||
		fail "the trace lost events"
	sed -n 's/.* tracing_mark_write: frsp$/mark/p
		s/.* block_bio_queue: [0-9]*,[0-9]* F\?\([RW]\)[^Z ]* \([0-9]*\) + \([1-9][0-9]*\) .*/\1 \2 \3/p' \
		"$trace/trace" | sed 's/^R/read/; s/^W/write/' >"$test_dir/marked"
	trace_remove
	grep -v mark "$test_dir/marked" >"$test_dir/all_bios" || :
	cp "$test_dir/all_bios" "$test_dir/bios"
	! grep -q mark "$test_dir/marked" ||
		awk '/mark/ { inside = !inside; next } inside' "$test_dir/marked" >"$test_dir/bios"
}

trace_remove() {
	[[ ! -d $trace ]] || rmdir "$trace"
}

# bio_counts <BIOS: in the form of file_counts
bio_counts() {
	awk '{ print $1, 0, $3 * 512 }' | io_counts
}

# file_extents NAME PATH: lines of "FILE_OFFSET DEVICE_OFFSET LENGTH" in bytes
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

# btrfs_chunks DEVICE: lines of "LOGICAL PHYSICAL LENGTH TYPE"; the first copy
btrfs_chunks() {
	blockdev --flushbufs "$1"
	btrfs inspect-internal dump-tree -t chunk "$1" | awk '
		/CHUNK_ITEM/ { sub(/\)/, "", $6); logical = $6 }
		$1 == "length" { length_ = $2; type = $NF }
		$1 == "stripe" && $2 == 0 { print logical, $6, length_, type }'
}

# bios_of EXTENTS <BIOS: the list of those bios that lie in a file's extents
bios_of() {
	awk 'NR == FNR { n++; file[n] = $1; disk[n] = $2; len[n] = $3; next }
	     { at = $2 * 512
	       for (i = 1; i <= n; i++)
		       if (at >= disk[i] && at < disk[i] + len[i])
			       print $1, file[i] + at - disk[i], $3 * 512 }' "$1" -
}

# --- all together ----------------------------------------------------------------

# fs_freeze NAME: all that was written is on its device, in its place, and no more
# is until fs_thaw NAME. (sync leaves some to be done later.)
fs_freeze() {
	fsfreeze -f "$test_dir/$1"
	frozen[$1]=yes
	defer fs_thaw "$1"
}

fs_thaw() { # fs_thaw NAME; no harm if it is not frozen
	[[ ${frozen[$1]:-} ]] || return 0
	fsfreeze -u "$test_dir/$1"
	unset "frozen[$1]"
}

# track NAME: watches only that filesystem, and traces its device.
track() {
	fs_freeze "$1"
	trace_start "${loop_of[$1]}"
	hotmon_start "$1" --fs "$test_dir/$1"
	trace_mark
	fs_thaw "$1"
}

# untrack NAME: and makes sure that each bio of the device is in the report once.
untrack() {
	fs_freeze "$1"
	trace_mark
	hotmon_stop "$1"
	trace_stop
	fs_thaw "$1"
	expect_all "$1"
	expect "dropped" "$(report "$1" .dropped)" 0
}

# expect_all NAME: no less than was traced while it counted, and no more than was
# traced at all. (The two differ when somebody reads the device at that moment.)
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

# expect_traced NAME ID PATH: operations and bytes, of the file and its ranges, are
# those of the traced bios that lie in the extents of PATH.
expect_traced() {
	file_extents "$1" "$3" >"$test_dir/extents"
	bios_of "$test_dir/extents" <"$test_dir/bios" >"$test_dir/traced"
	[[ -s $test_dir/traced ]] || fail "no bio lies in the file: the test is void"
	expect_ios "$1" "$2" "$test_dir/traced"
}
