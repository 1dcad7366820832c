#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2030,SC2031,SC2154,SC2317 # each test is a subshell; lib.bash; called by names
# Tests of frspctl's jobs: the journal of what is moved, and the commands that watch, pause,
# resume, cancel and wait for a job.

load lib
load fragment

schema=$BATS_TEST_DIRNAME/../../docs/frspctl.schema.json

# make_files NAME...: files of 16 MiB in 64 extents each, on the filesystem "a"
make_files() {
	fs_make a ext4
	fragment 64 262144 "${@/#/$test_dir/a/}"
	sync -f "$test_dir/a"
	sha256sum "${@/#/$test_dir/a/}" >"$test_dir/sums"
}

whole() {
	sha256sum -c --quiet "$test_dir/sums"
}

# launch NAME [ARG...]: defragments the file slowly, in the background; sets mover to the process
# and waits until something is moved
launch() {
	"$frspctl" defrag --json --rate 2M "${@:2}" "$test_dir/a/$1" >"$test_dir/$1.out" 2>"$test_dir/$1.err" 3>&- &
	mover=$!
	defer end_process $mover
	wait_until has_moved $mover 2097152
}

end_process() {
	kill -KILL "$1" 2>/dev/null || :
	wait "$1" 2>/dev/null || :
}

has_moved() { # has_moved PID BYTES
	[[ $(sed -n 's/^write_bytes: //p' "/proc/$1/io") -ge $2 ]]
}

# Sets status to the exit status of the process mover.
end_of_mover() {
	status=0
	wait "$mover" || status=$?
}

places() { # places NAME: where the file is
	filefrag -v "$test_dir/a/$1"
}

job() { # job ID FILTER: of what frspctl jobs says of it, which must be valid
	"$frspctl" jobs --json "$1" >"$test_dir/job"
	"$native_dir/validate.py" "$schema" <"$test_dir/job" >"$test_dir/valid" || fail "$(cat "$test_dir/valid")"
	jq -r ".jobs[0]$2" "$test_dir/job"
}

sum() { # sum NAME FILTER: of the last object that the mover of the file printed
	jq -rs "last$2" "$test_dir/$1.out"
}

@test "a job has a number, and the journal what it moved, as FIEMAP has it" {
	make_files x y
	filefrag -v -b1 "$test_dir/a/x" | awk '/^ +[0-9]+:/ { gsub("[.:]", " "); print $2, $4 }' >"$test_dir/places"
	run_program frspctl defrag --rate 0 "$test_dir/a"
	expect "exit status" "$status" 0
	expect "first line" "$(head -n 1 "$test_dir/out")" "job 1"
	"$frspctl" jobs
	"$frspctl" jobs 1
	expect "state" "$(job 1 '| [.state, .exit_status, .pieces, .planned_bytes, .moved_bytes] | join(" ")')" "done 0 2 33554432 33554432"
	expect "time" "$(TZ=XYZ-5 "$frspctl" jobs | awk '$1 == 1 { print $5, $6 }')" "$(TZ=XYZ-5 date -d "$(job 1 .began)" '+%F %T')"
	expect "command" "$(job 1 .command)" "frspctl defrag --rate 0 $test_dir/a"
	# e2fsprogs' opinion of the places before, as far as extents are not merged
	job 1 '.moves[] | select(.path | endswith("/x")) | .before[] | "\(.offset) \(.place)"' >"$test_dir/before"
	expect "extents before" "$(wc -l <"$test_dir/before")" 64
	expect "not in filefrag's list" "$(grep -cvxFf "$test_dir/places" "$test_dir/before" || :)" 0
	expect "found" "$(job 1 '| [.moves[] | .recorded, .found] | unique | join(" ")')" "done moved"
	expect "inode" "$(job 1 '.moves[] | select(.path | endswith("/x")) | .inode')" "$(stat -c %i "$test_dir/a/x")"
	expect "UUID" "$(job 1 '.moves[0].uuid')" "$(blkid -p -s UUID -o value "${loop_of[a]}")"
	# another name does not matter, another content does
	mv "$test_dir/a/x" "$test_dir/a/z"
	rm "$test_dir/a/y"
	"$frspctl" jobs 1
	expect "found" "$(job 1 '| [.moves[] | .found] | sort | join(" ")')" "gone moved"
	cp "$test_dir/a/z" "$test_dir/a/y"
	expect "an inode that is used again" "$(job 1 '| [.moves[] | .found] | sort | join(" ")')" "gone moved"
}

@test "an intent is on the disk before the exchange, what is done is written after it" {
	type -P strace >"$test_dir/log" || skip "needs strace"
	make_files x y
	strace -y -o "$test_dir/trace" -e trace=fdatasync,fsync,ioctl,pwrite64 "$frspctl" defrag --rate 0 "$test_dir/a/x" >"$test_dir/out"
	# per call: w: the journal is written, s: and synced; x: an exchange (EXT4_IOC_MOVE_EXT)
	sed -nE 's/^pwrite64\([0-9]+<[^>]*journal\.db-wal>.*/w/p; s/^f(data)?sync\([0-9]+<[^>]*journal\.db-wal>.*/s/p; s/^ioctl\(.*(0x660f|_IOC\(_IOC_READ\|_IOC_WRITE, 0x66, 0xf, |EXT4_IOC_MOVE_EXT).*/x/p' "$test_dir/trace" |
		tr -d '\n' | sed -E 's/(.)\1+/\1/g' >"$test_dir/order"
	cat "$test_dir/order"
	# begin of the job, intent, exchanges with what is planned in between, done and end
	grep -qE '^(ws?)*wsx(wx)*w' "$test_dir/order" || fail "$(cat "$test_dir/order")"
}

# bats test_tags=slow
@test "paused, a job moves nothing and has no file open; resumed, it goes on" {
	make_files x y
	launch x
	run_program frspctl pause 1
	expect "exit status" "$status" 0
	expect "said" "$(cat "$test_dir/out")" "job 1: paused"
	places x >"$test_dir/before"
	[[ $(grep -c : "$test_dir/before") -gt 20 ]] # it was not done before
	# the lease is not held: others can write
	exec 5<>"$test_dir/a/x"
	exec 5>&-
	expect "state" "$(job 1 .state)" paused
	expect "places while it runs" "$(job 1 '| [.moves[] | .found] | unique | join(" ")')" ""
	sleep 1
	places x | diff -u "$test_dir/before" -
	run_program frspctl pause 1
	expect "paused twice" "$(cat "$test_dir/out")" "job 1: paused"
	run_program frspctl resume 1
	expect "said" "$(cat "$test_dir/out")" "job 1: running"
	end_of_mover
	expect "exit status" "$status" 0
	expect "outcome" "$(sum x .outcome) $(job 1 .state)" "done done"
	expect "extents" "$(sum x '| [.extents_before, .extents_after] | join(" ")')" "64 1"
	whole
}

@test "cancelled, a job ends after its step, and its file is whole" {
	make_files x y
	launch x
	run_program frspctl cancel 1
	expect "exit status" "$status" 0
	expect "said" "$(cat "$test_dir/out")" "job 1: cancelled"
	end_of_mover
	expect "exit status of the job" "$status" 5
	cat "$test_dir/x.out"
	expect "outcome" "$(sum x .outcome)" cancelled
	expect "reason" "$(jq -rs '.[0].reason' "$test_dir/x.out")" cancelled
	[[ $(sum x .moved_bytes) -lt 16777216 ]]
	expect "state" "$(job 1 '| [.state, .exit_status] | join(" ")')" "cancelled 5"
	whole
	run_program frspctl wait 1
	expect "what wait says" "$status $(cat "$test_dir/out")" "5 job 1: cancelled"
	for command in pause resume cancel; do
		run_program frspctl $command 1
		expect_error 1 'job 1 has ended: cancelled'
	done
	# also while it is paused
	launch y
	run_program frspctl pause 2
	run_program frspctl cancel 2
	end_of_mover
	expect "exit status of the job" "$status" 5
	expect "reason" "$(jq -rs '.[0].reason' "$test_dir/y.out")" cancelled
	whole
	is_clean
}

is_clean() {
	fs_umount a
	e2fsck -fn "${loop_of[a]}" >"$test_dir/fsck" 2>&1 || fail "$(cat "$test_dir/fsck")"
}

@test "killed: the job is interrupted, and the filesystem says what became of its intent" {
	make_files x y
	launch x
	kill -KILL $mover
	end_of_mover
	"$frspctl" jobs
	expect "state" "$(job 1 '| [.state, .ended, .exit_status] | join(" ")')" "interrupted  "
	expect "recorded" "$(job 1 '.moves[0] | [.recorded, .found] | join(" ")')" "intent partly"
	run_program frspctl wait 1
	expect "what wait says" "$status $(cat "$test_dir/out")" "1 job 1: interrupted"
	run_program frspctl pause 1
	expect_error 1 'job 1 has ended: interrupted'
	whole
	# the next one goes on, and the intent comes true
	run_program frspctl defrag --rate 0 "$test_dir/a/x"
	expect "state" "$(job 2 .state)" "done"
	whole
	is_clean
}

# The pid of a job that is gone may be that of anybody now.
@test "another process with the number of a job gets no signal" {
	make_files x y
	run_program frspctl defrag --rate 0 "$test_dir/a/x"
	sleep 3600 3>&- &
	defer end_process $!
	python3 -c 'import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("UPDATE jobs SET pid = ?, state = ?, ended_ns = 0", (sys.argv[2], "running"))
db.commit()' "$FRSPCTL_JOURNAL" $!
	for command in pause resume cancel; do
		run_program frspctl $command 1
		expect_error 1 'job 1 has ended: interrupted'
	done
	kill -0 $!
}

has_pidfd() { # has_pidfd PID
	readlink "/proc/$1/fd"/* | grep -q pidfd
}

@test "wait ends when the job does; without a number, when all have" {
	local waiter
	make_files x y
	launch x
	launch y
	"$frspctl" wait >"$test_dir/wait.out" 3>&- &
	waiter=$!
	defer end_process $waiter
	"$frspctl" wait 1 >"$test_dir/wait1.out" 3>&- &
	wait_until has_pidfd $waiter
	wait_until has_pidfd $!
	run_program frspctl cancel 1
	status=0
	wait $! || status=$?
	expect "wait 1" "$status $(cat "$test_dir/wait1.out")" "5 job 1: cancelled"
	kill -0 $waiter
	run_program frspctl cancel 2
	status=0
	wait $waiter || status=$?
	expect "wait" "$status $(paste -sd' ' "$test_dir/wait.out")" "5 job 1: cancelled job 2: cancelled"
	run_program frspctl wait
	expect "nothing runs" "$status $(cat "$test_dir/out")" "0 "
}

@test "a job of 50000 pieces is shown in little memory" {
	make_files x y
	"$frspctl" defrag --rate 0 "$test_dir/a/x"
	python3 - "$FRSPCTL_JOURNAL" <<-'END'
		import sqlite3, sys
		db = sqlite3.connect(sys.argv[1])
		db.executemany("INSERT INTO pieces (file, start, bytes, state) VALUES (1, ?, 4096, 'done')", ((4096 * i,) for i in range(50000)))
		db.execute("""INSERT INTO extents SELECT id, which, start, start + 1048576, 4096, 0 FROM pieces
			JOIN (SELECT 'before' AS which UNION SELECT 'goal' UNION SELECT 'after') WHERE id > 1""")
		db.commit()
	END
	prlimit --data=$((16 << 20)) "$frspctl" jobs --json 1 >"$test_dir/job"
	expect "moves" "$(jq -c '[(.jobs[0].moves | length), .jobs[0].moves[-1].offset]' "$test_dir/job")" "[50001,204795904]"
	prlimit --data=$((16 << 20)) "$frspctl" jobs --bytes 1 >"$test_dir/out"
	expect "titles" "$(grep -c ^RECORDED "$test_dir/out")" 1
	expect "rows" "$(grep -c "^done .* $test_dir/a/x\$" "$test_dir/out")" 50001
	expect "columns in which paths begin" "$(grep -m 2000 ^done "$test_dir/out" | awk '{ print index($0, "/") }' | sort -u | wc -l)" 1
}

@test "two jobs at a time move two files, and both are in the journal" {
	make_files x y
	"$frspctl" defrag --json --rate 16M "$test_dir/a/x" >"$test_dir/x.out" 3>&- &
	mover=$!
	run_program frspctl defrag --json --rate 16M "$test_dir/a/y"
	expect "exit status" "$status" 0
	end_of_mover
	expect "exit status" "$status" 0
	"$frspctl" jobs
	expect "jobs" "$("$frspctl" jobs --json | jq -r '[.jobs[] | .state, .moved_bytes] | join(" ")')" "done 16777216 done 16777216"
	whole
	is_clean
}

@test "the time is up: it stops and says so; run again, it goes on" {
	make_files x y
	run_program frspctl defrag --rate 2M --time-limit 1.5 "$test_dir/a/x"
	cat "$test_dir/out"
	expect "exit status" "$status" 0
	grep -q 'then stopped: the time is up$' "$test_dir/out"
	grep -q '; the time is up: run it again to go on' "$test_dir/out"
	expect "state" "$(job 1 .state)" time_up
	whole
	run_program frspctl defrag --json --rate 0 --time-limit 1h "$test_dir/a"
	expect "outcome" "$(jq -rs 'last.outcome' "$test_dir/out")" "done"
	[[ $(jq -rs 'map(select(.path | endswith("/x")?))[0].extents_before' "$test_dir/out") -lt 64 ]]
	expect "extents" "$(jq -rs 'map(select(.path) | .extents_after) | join(" ")' "$test_dir/out")" "1 1"
	run_program frspctl defrag --json --rate 0 "$test_dir/a"
	expect "left" "$(jq -rs 'last.moved_bytes' "$test_dir/out")" 0
	whole
}

# bats test_tags=slow
@test "progress as JSON: what is planned, done and left; when it pauses and goes on" {
	local line
	make_files x y
	launch x --progress=json
	run_program frspctl pause 1
	run_program frspctl resume 1
	end_of_mover
	expect "exit status" "$status" 0
	while read -r line; do
		"$native_dir/validate.py" "$schema" <<<"$line" >"$test_dir/valid" || fail "$(cat "$test_dir/valid")"
	done <"$test_dir/x.out"
	jq -c 'select(.schema == "frsp.progress/1") | [.job, .state, .path, .planned_bytes, .done_bytes, .left_bytes]' "$test_dir/x.out"
	expect "states" "$(jq -r 'select(.schema == "frsp.progress/1") | .state' "$test_dir/x.out" | uniq | paste -sd' ')" "running paused running"
	expect "sums" "$(jq -s 'map(select(.left_bytes and .planned_bytes != .done_bytes + .left_bytes)) | length' "$test_dir/x.out")" 0
	[[ $(jq -s 'map(select(.done_bytes > 0 and .bytes_per_s > 0 and .left_s > 0)) | length' "$test_dir/x.out") -gt 0 ]]
	run_program frspctl defrag --json --progress=off "$test_dir/a/x"
	expect "objects without it" "$(jq -s length "$test_dir/out")" 2
	run_program frspctl defrag --progress=json "$test_dir/a/x"
	expect_error 2 'JSON only'
}

@test "progress on a terminal: rate, what is left, and that it is paused" {
	make_files x y
	script -qec "'$frspctl' defrag --rate 2M '$test_dir/a/x'" /dev/null >"$test_dir/tty" 3>&- &
	mover=$!
	wait_until grep -qE '/x: [0-9]+%, [0-9.]+M left, [0-9.]+[KM]/s, [0-9]+ s to go' "$test_dir/tty"
	run_program frspctl pause 1
	wait_until grep -q 'job 1 is paused: "frspctl resume" lets it go on' "$test_dir/tty"
	run_program frspctl cancel 1
	end_of_mover
	expect "exit status" "$status" 5
}

@test "progress fits into the terminal, whatever the name" {
	local name
	name=$(printf 'é%.0s' {1..70})
	make_files x "$name"
	script -qec "stty cols 60; '$frspctl' defrag --rate 2M '$test_dir/a/$name'" /dev/null >"$test_dir/tty" 3>&- &
	mover=$!
	wait_until grep -q 's to go' "$test_dir/tty"
	run_program frspctl cancel 1
	end_of_mover
	python3 -c 'import sys
lines = [line for line in open(sys.argv[1], encoding="utf-8", newline="").read().split("\r\x1b[K") if line.endswith(" s to go")]
print(lines)
sys.exit(not lines or any(len(line) > 59 or "é: " not in line and "…: " not in line for line in lines))' "$test_dir/tty"
}

# --- the file of the journal -----------------------------------------------------------

# refused PATTERN: nothing is moved, and the error says why
refused() {
	places x >"$test_dir/before"
	run_program frspctl defrag --rate 0 "$test_dir/a/x"
	cat "$test_dir/err"
	expect_error 1 "journal $FRSPCTL_JOURNAL: $1"
	places x | diff -u "$test_dir/before" -
}

sql() { # sql STATEMENT: prints the first column of what it returns
	python3 -c 'import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
for row in db.execute(sys.argv[2]):
    print(row[0])' "$FRSPCTL_JOURNAL" "$1"
}

# bats test_tags=slow
@test "a journal that cannot be written: nothing is moved, and the error says what to do" {
	local version
	make_files x y
	printf 'no database, but a text that is long enough %.0s' {1..20} >"$FRSPCTL_JOURNAL"
	chmod 600 "$FRSPCTL_JOURNAL"
	refused 'it is damaged'
	run_program frspctl jobs
	expect_error 1 'it is damaged'
	rm "$FRSPCTL_JOURNAL"
	sql 'CREATE TABLE accounts (name)'
	refused 'it is a file of another kind'
	rm "$FRSPCTL_JOURNAL"
	"$frspctl" defrag "$test_dir/a/y" >"$test_dir/out"
	version=$(sql 'PRAGMA user_version')
	sql 'PRAGMA user_version = 1000'
	refused 'a newer frspctl'
	sql "PRAGMA user_version = $version"
	chmod 666 "$FRSPCTL_JOURNAL"
	refused 'others than root'
	chmod 600 "$FRSPCTL_JOURNAL"
	python3 -c 'import sqlite3, sys, time
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("BEGIN IMMEDIATE")
open(sys.argv[2], "w")
time.sleep(3600)' "$FRSPCTL_JOURNAL" "$test_dir/locked" 3>&- &
	defer end_process $!
	wait_until test -e "$test_dir/locked"
	refused 'another program has locked it'
	# who only reads waits for nobody
	run_program frspctl jobs
	expect "exit status" "$status" 0
	export FRSPCTL_JOURNAL=$test_dir/none/journal.db
	refused 'No such file'
}

@test "the journal's filesystem is full: a piece without an intent is not moved" {
	make_files x y
	mkdir "$test_dir/small"
	mount -t tmpfs -o size=256K frsp-small "$test_dir/small"
	defer umount "$test_dir/small"
	export FRSPCTL_JOURNAL=$test_dir/small/journal.db
	run_program frspctl defrag --rate 0 "$test_dir/a/y"
	expect "exit status" "$status" 0
	dd if=/dev/zero of="$test_dir/small/full" bs=4k 2>"$test_dir/log" || :
	places x >"$test_dir/before"
	run_program frspctl defrag --rate 0 "$test_dir/a/x"
	cat "$test_dir/out" "$test_dir/err"
	expect "exit status" "$status" 1
	grep -q "^frspctl: journal $FRSPCTL_JOURNAL: No space left on device" "$test_dir/err"
	places x | diff -u "$test_dir/before" -
}

# bats test_tags=slow
@test "the journal's filesystem becomes full while files move: it ends, and knows all that was moved" {
	make_files x y
	mkdir "$test_dir/small"
	mount -t tmpfs -o size=256K frsp-small "$test_dir/small"
	defer umount "$test_dir/small"
	export FRSPCTL_JOURNAL=$test_dir/small/journal.db
	launch x
	dd if=/dev/zero of="$test_dir/small/full" bs=4k 2>"$test_dir/log" || :
	end_of_mover
	cat "$test_dir"/x.{out,err}
	expect "exit status" "$status" 1
	grep -q "^frspctl: journal $FRSPCTL_JOURNAL: No space left on device" "$test_dir/x.err"
	rm "$test_dir/small/full"
	expect "bytes that were moved, as far as the journal knows" \
		"$("$frspctl" jobs --json 1 | jq '[.jobs[0].moves[].bytes] | add')" "$(jq -s '.[0].moved_bytes' "$test_dir/x.out")"
}

@test "a journal on the filesystem that is moved is written, and stays where it is" {
	make_files x y
	export FRSPCTL_JOURNAL=$test_dir/a/journal.db
	run_program frspctl defrag --json --rate 0 "$test_dir/a"
	cat "$test_dir/out" "$test_dir/err"
	expect "exit status" "$status" 0
	expect "moved" "$(job 1 .moved_bytes)" 33554432
	run_program frspctl defrag --json "$test_dir/a/journal.db"
	expect "reason" "$(jq -rs '.[0].reason' "$test_dir/out")" in_use
	expect "jobs" "$("$frspctl" jobs --json | jq '.jobs | length')" 2
	whole
	is_clean
}

@test "the default journal is root's alone, and made when it is missing" {
	make_files x y
	unset FRSPCTL_JOURNAL
	mkdir "$test_dir/var"
	# a /var/lib of our own, in a mount namespace of our own
	# shellcheck disable=SC2016 # for that shell
	unshare -m bash -euc '
		mount --bind "$1/var" /var/lib
		"$2" jobs
		[[ ! -e /var/lib/frsp ]]
		"$2" defrag --rate 0 "$1/a/x"
		stat -c "%a %U" /var/lib/frsp /var/lib/frsp/journal.db
		"$2" jobs --json' bash "$test_dir" "$frspctl" >"$test_dir/out"
	cat "$test_dir/out"
	grep -qx '700 root' "$test_dir/out"
	grep -qx '600 root' "$test_dir/out"
	tail -n 1 "$test_dir/out" | jq -e '.jobs | length == 1'
	run_as_nobody frspctl jobs
	expect_error 4 root
}

# --- --idle ----------------------------------------------------------------------------

# launch_idle: starts a job with --idle in a mount namespace where the test says what the disks
# do: $test_dir/pressure and $test_dir/disks
launch_idle() {
	# shellcheck disable=SC2016 # for that shell
	unshare -m bash -euc '
		[[ ! -e /proc/pressure/io ]] || mount --bind "$1/pressure" /proc/pressure/io
		mount --bind "$1/disks" /proc/diskstats
		exec "$2" defrag --json --progress=json --idle --rate 8M "$1/a/x"' \
		bash "$test_dir" "$frspctl" >"$test_dir/x.out" 2>"$test_dir/x.err" 3>&- &
	mover=$!
	defer end_process $mover
}

# set_disks N: N requests are in flight. The same file, as it is bound.
set_disks() {
	printf '   8       0 sda 100 0 800 10 100 0 800 10 %d 10 20\n' "$1" >"$test_dir/disks.new"
	cat "$test_dir/disks.new" >"$test_dir/disks"
}

is_in_state() { # is_in_state STATE
	[[ $(jq -r 'select(.schema == "frsp.progress/1") | .state' "$test_dir/x.out" | tail -n 1) == "$1" ]]
}

# bats test_tags=slow
@test "--idle moves while the disks are idle, and waits while they are not" {
	make_files x y
	echo 'some avg10=0.00 avg60=0.00 avg300=0.00 total=1000' >"$test_dir/pressure"
	set_disks 3
	launch_idle
	wait_until is_in_state waiting
	places x >"$test_dir/before"
	sleep 4
	is_in_state waiting
	expect "state" "$(job 1 .state)" waiting
	places x | diff -u "$test_dir/before" -
	set_disks 0
	wait_until is_in_state running
	wait_until has_moved $mover 2097152
	set_disks 3
	wait_until is_in_state waiting
	places x >"$test_dir/before"
	sleep 1
	places x | diff -u "$test_dir/before" -
	set_disks 0
	end_of_mover
	cat "$test_dir/x.err"
	expect "exit status" "$status" 0
	expect "extents" "$(sum x .extents_after)" 1
	whole
}
