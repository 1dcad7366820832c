#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # jq's; each test is a subshell; program, for expect_error; lib.bash
# Tests of frspd's socket: its methods, who may call them, and who cannot disturb it; and of
# the programs that ask there: hotmon --from-daemon, frspctl daemon, frspctl status.

load lib
load pins
load tui
load frspd

docs=$BATS_TEST_DIRNAME/../../docs

# ask METHOD [PARAMETERS]: prints the reply
ask() {
	"$native_dir/varlink.py" "$FRSPD_SOCKET" call "$@"
}

is_error() { # is_error NAME REPLY
	[[ $(jq -r .error <<<"$2") == "$1" ]] || fail "no $1: $2"
}

write_data() { # write_data MIB
	dd if=/dev/zero of="$test_dir/fs/data" bs=1M count="$1" oflag=direct conv=notrunc status=none
}

@test "frspd says what it is, and gives the descriptions of its interfaces" {
	local name
	frspd_start
	expect interfaces "$(ask org.varlink.service.GetInfo | jq -r '.parameters.interfaces[]' | paste -sd' ')" \
		"org.varlink.service io.frsp"
	for name in org.varlink.service io.frsp; do
		ask org.varlink.service.GetInterfaceDescription "{\"interface\":\"$name\"}" |
			jq -j .parameters.description | diff -u "$docs/$name.varlink" -
	done
	is_error org.varlink.service.InterfaceNotFound "$(ask org.varlink.service.GetInterfaceDescription '{"interface":"io.other"}')"
	is_error org.varlink.service.InvalidParameter "$(ask org.varlink.service.GetInterfaceDescription '{}')"
	is_error org.varlink.service.InterfaceNotFound "$(ask io.other.Get)"
	is_error org.varlink.service.MethodNotFound "$(ask io.frsp.Get)"
	# the errors that programs know are those of the description
	sed -n 's/^error \([A-Za-z]*\).*/\1/p' "$docs/io.frsp.varlink" | sort >"$test_dir/described"
	sed -n 's/.*{"io\.frsp\.\([A-Za-z]*\)".*/\1/p' "$BATS_TEST_DIRNAME/../../tools/varlink/client.c" | sort >"$test_dir/known"
	(($(wc -l <"$test_dir/known") >= 5))
	diff -u "$test_dir/described" "$test_dir/known"
}

@test "the description is of all methods that there are" {
	sed -n 's/^method \([A-Za-z]*\)(.*/\1/p' "$docs/io.frsp.varlink" | sort >"$test_dir/described"
	sed -n 's/.*{INTERFACE "\.\([A-Za-z]*\)".*/\1/p' "$BATS_TEST_DIRNAME/../../tools/daemon/api.c" | sort >"$test_dir/there"
	(($(wc -l <"$test_dir/there") >= 4))
	diff -u "$test_dir/described" "$test_dir/there"
}

@test "frspctl daemon: the filesystems, their modes and tuners" {
	local fs
	fs_make fs ext4
	frspd_start
	run_program frspctl daemon
	expect "exit status" "$status" 0
	grep -qE '^frspd [^ ]+.*: observes [1-9]' "$test_dir/out" || fail "$(cat "$test_dir/out")"
	grep -qE "^${loop_of[fs]#/dev/} +observe( +observe){4} +[0-9.]+[KMG]? +64\.0M +$test_dir/fs\$" "$test_dir/out" || fail "$(cat "$test_dir/out")"
	run_program frspctl --json daemon
	"$native_dir/validate.py" "$docs/frspctl.schema.json" <"$test_dir/out"
	"$native_dir/validate.py" --mutants "$docs/frspctl.schema.json" <"$test_dir/out"
	fs=$(jq -c ".filesystems[] | select(.mount == \"$test_dir/fs\")" "$test_dir/out")
	expect "UUID" "$(jq -r .uuid <<<"$fs")" "$(blkid -p -o value -s UUID "${loop_of[fs]}")"
	expect "mode" "$(jq -c '[.mode, .by_hand, .escache.mode, .escache.by_hand, .escache.bound_bytes, .relocation, .summaries, .trees.mode, .trees.max_bytes]' <<<"$fs")" '["observe",false,"observe",false,67108864,"observe","observe","observe",268435456]'
}

@test "frspctl daemon: a mode by hand holds until the configuration is read again" {
	fs_make fs ext4
	fs_make other ext4
	frspd_start
	run_program frspctl daemon mode "$test_dir/fs" off
	expect "exit status" "$status" 0
	said "${loop_of[fs]#/dev/}: mode off, which was observe"
	run_program frspctl daemon
	grep -qE "^${loop_of[fs]#/dev/} +off\* " "$test_dir/out" || fail "$(cat "$test_dir/out")"
	# another mount changes nothing of it
	fs_umount other
	wait_until said "${loop_of[other]#/dev/} is not mounted any more"
	"$frspctl" --json daemon | jq -e ".filesystems[] | select(.mount == \"$test_dir/fs\") | .mode == \"off\" and .by_hand"
	run_program frspctl daemon reload
	expect "exit status" "$status" 0
	said 'the configuration was read again'
	said "${loop_of[fs]#/dev/}: mode observe, which was off"
	"$frspctl" --json daemon | jq -e ".filesystems[] | select(.mount == \"$test_dir/fs\") | .mode == \"observe\" and (.by_hand | not)"
	# by its UUID and its device, too
	"$frspctl" daemon mode "$(blkid -p -o value -s UUID "${loop_of[fs]}")" off
	"$frspctl" daemon mode "${loop_of[fs]}" observe
	said "${loop_of[fs]#/dev/}: mode observe, which was off"
}

@test "frspctl daemon: what cannot be done is said" {
	fs_make fs ext4
	frspd_start
	program=frspctl
	run_program frspctl daemon mode /nowhere off
	expect "exit status" "$status" 1
	grep -q '^frspctl: frspd: /nowhere: no mounted ext4 filesystem$' "$test_dir/err"
	run_program frspctl daemon mode "$test_dir/fs" apply
	expect_error 2 '"apply" is not a value of mode'
	is_error org.varlink.service.InvalidParameter "$(ask io.frsp.SetMode '{"filesystem":"/","mode":"apply"}')"
	is_error org.varlink.service.InvalidParameter "$(ask io.frsp.SetMode '{"filesystem":"/"}')"
	is_error org.varlink.service.InvalidParameter "$(ask io.frsp.SetMode '{"mode":"off"}')"
	run_program frspctl daemon escache "$test_dir/fs" apply
	expect "exit status" "$status" 1
	grep -q 'restart frspd' "$test_dir/err" || fail "$(cat "$test_dir/err")"
	run_program frspctl daemon trees_max "$test_dir/fs" apply
	expect_error 2 'is nothing of these'
	is_error org.varlink.service.InvalidParameter "$(ask io.frsp.SetMode '{"filesystem":"/","trees":"off"}')"
	run_program frspctl daemon mode
	expect_error 2 'is nothing of these'
	configure etc/frsp/frspd.conf <<<'nonsense'
	run_program frspctl daemon reload
	expect "exit status" "$status" 1
	grep -q 'the configuration is wrong and stays as it was' "$test_dir/err" || fail "$(cat "$test_dir/err")"
}

@test "a tuner that has its rights can be changed by hand" {
	fs_make fs ext4
	configure etc/frsp/frspd.conf <<<"[/dev/nowhere]"$'\n'"escache = advise"
	frspd_start
	"$frspctl" daemon escache "$test_dir/fs" advise
	said "${loop_of[fs]#/dev/}: escache advise, which was observe"
	run_program frspctl daemon escache "$test_dir/fs" apply
	expect "exit status" "$status" 1
	# these need none; relocation and summaries = apply do
	"$frspctl" daemon trees "$test_dir/fs" apply
	said "${loop_of[fs]#/dev/}: trees apply, which was observe"
	"$frspctl" daemon summaries "$test_dir/fs" advise
	run_program frspctl daemon summaries "$test_dir/fs" apply
	expect "exit status" "$status" 1
	run_program frspctl daemon relocation "$test_dir/fs" apply
	expect "exit status" "$status" 1
	run_program frspctl daemon
	grep -qE "^${loop_of[fs]#/dev/} +observe +advise\* +apply\* +advise\* +observe " "$test_dir/out" || fail "$(cat "$test_dir/out")"
	"$frspctl" daemon reload
	run_program frspctl daemon
	grep -qE "^${loop_of[fs]#/dev/} +observe( +observe){4} " "$test_dir/out" || fail "$(cat "$test_dir/out")"
}

@test "frspctl status --from-daemon: what frsp.ko does, or that it is not loaded" {
	[[ ! -d /sys/module/frsp ]] || skip "frsp.ko is loaded here; tests/vm/frspctl.bats tests this"
	frspd_start
	program=frspctl
	run_program frspctl status --from-daemon
	expect_error 3 'frsp.ko is not loaded'
	run_program frspctl status --from-daemon /
	expect_error 2 'all filesystems, not one'
}

@test "without frspd: what to do" {
	program=frspctl
	run_program frspctl daemon
	expect_error 1 'frspd does not run'
	program=hotmon
	run_program hotmon --from-daemon --once 0.1
	expect_error 1 'frspd does not run'
	mkdir "$test_dir/run"
	: >"$FRSPD_SOCKET"
	run_program hotmon --from-daemon --once 0.1
	expect_error 1 'frspd does not run'
}

# --- hotmon --from-daemon ------------------------------------------------------------------

# hotmon_asks OPTION...: runs hotmon --from-daemon
hotmon_asks() {
	run_program hotmon --from-daemon "$@"
	expect "exit status" "$status" 0
}

# of_data FILE: prints what the document has of $test_dir/fs/data
of_data() {
	jq -cS "[.files[], (.ranges // [])[]] | map($(select_id "$(file_id "$test_dir/fs/data")")) |
		map(del(.temperature, .reads_per_s, .writes_per_s, .read_bytes_per_s, .write_bytes_per_s))" "$1"
}

@test "hotmon --from-daemon: the same document as hotmon's own" {
	fs_make fs ext4
	frspd_start
	write_data 3
	"$hotmon" --json --no-scan -r 0 --ranges --once 0.1 >"$test_dir/own" 2>/dev/null
	hotmon_asks --json -r 0 --ranges --once 0.1
	"$native_dir/validate.py" "$docs/hotmon.schema.json" <"$test_dir/out"
	diff -u <(of_data "$test_dir/own") <(of_data "$test_dir/out")
	expect "rows of the file" "$(of_data "$test_dir/out" | jq length)" 4
	diff -u <(jq -S 'keys' "$test_dir/own") <(jq -S 'keys' "$test_dir/out")
	expect "pinned" "$(jq .tracked.pinned "$test_dir/out")" true
	for group in path dir process cgroup; do
		hotmon_asks --json --group=$group --once 0.1
		"$native_dir/validate.py" "$docs/hotmon.schema.json" <"$test_dir/out"
	done
}

# columns FILE...: prints the titles of the reports
columns() {
	sed 's/  */ /g; s/^ //' "$1" | grep -m1 -E '^(TEMP|READ/s) '
}

# bats test_tags=slow
@test "hotmon --from-daemon: the same reports as hotmon's own" {
	local options
	fs_make fs ext4
	frspd_start
	write_data 3
	for options in "" --ranges --group=path --group=dir --group=process --group=cgroup; do
		# shellcheck disable=SC2086 # none or one
		"$hotmon" -b --bytes --no-scan -r 0 $options --once 0.1 >"$test_dir/own" 2>/dev/null
		# shellcheck disable=SC2086
		hotmon_asks -b --bytes -r 0 --fs "$test_dir/fs" $options --once 0.1
		expect "titles with \"$options\"" "$(columns "$test_dir/out")" "$(columns "$test_dir/own")"
	done
	hotmon_asks -b --bytes --no-metadata --fs "$test_dir/fs" --once 0.1
	grep -qE " 3 +0 +3145728 +3 .*dd\(?.* $test_dir/fs/data\$" "$test_dir/out" || fail "$(cat "$test_dir/out")"
	expect "lines of files" "$(grep -c " $test_dir/" "$test_dir/out")" 1
	grep -q '^own cost .* pinned' "$test_dir/out" || fail "$(cat "$test_dir/out")"
}

@test "hotmon --from-daemon: rates are those of its own interval" {
	fs_make fs ext4
	frspd_start
	write_data 3
	"$hotmon" --from-daemon --json -r 0 1 2 >"$test_dir/out" 2>"$test_dir/err" 3>&- &
	wait_until test -s "$test_dir/out"
	wait $!
	expect "rates" "$(jq -c ".files[] | $(select_id "$(file_id "$test_dir/fs/data")") | .write_bytes_per_s" "$test_dir/out" | paste -sd' ')" "0 0"
	jq -e '.interval_ms >= 900' "$test_dir/out" >/dev/null
}

@test "hotmon --from-daemon: no programs, no maps, no rights" {
	local reader
	frspd_start
	"$hotmon" --from-daemon -b 60 >"$test_dir/out" 2>"$test_dir/err" 3>&- &
	reader=$!
	defer kill "$reader"
	wait_until grep -q '^Asking frspd' "$test_dir/err"
	expect "of BPF" "$(find "/proc/$reader/fd" -lname '*bpf*' | wc -l)" 0
	not grep -q bpf-map "/proc/$reader/maps"
	is_locked || fail "frspd does not make room in the table any more"
}

@test "hotmon --from-daemon, live: views, sorting, a menu of filesystems, no page" {
	fs_make fs ext4
	frspd_start
	write_data 3
	tui_open 120 30 <<-EOT
		FRSPD_SOCKET='$FRSPD_SOCKET' '$hotmon' --from-daemon --no-metadata --fs '$test_dir/fs' -d 0.3 2>'$test_dir/err'
		echo \$? >'$test_dir/status'
	EOT
	wait_until shows " $test_dir/fs/data\$" || fail "$(screen)"
	press Tab '  3 ranges by temp'
	press BTab '  1 file by temp'
	press BTab ' cgroups'
	press Tab '  1 file by temp'
	press Enter '  1 file by temp' # it has no pages
	tui send-keys '<'
	wait_until shows 'by writes' || fail "$(screen)"
	tui send-keys f
	wait_until shows "^.*$test_dir/fs *" || fail "$(screen)"
	tui send-keys q q
	wait_until test -s "$test_dir/status"
	expect "exit status" "$(cat "$test_dir/status")" 0
}

@test "hotmon --from-daemon: frspd ends, and it says so" {
	frspd_start
	"$hotmon" --from-daemon -b 0.2 >"$test_dir/out" 2>"$test_dir/err" 3>&- &
	wait_until test -s "$test_dir/out"
	frspd_end
	status=0
	wait $! || status=$?
	expect "exit status" "$status" 1
	grep -q 'frspd has ended the connection' "$test_dir/err" || fail "$(cat "$test_dir/err")"
	wait_until not pgrep -x frspd-hot -P "$frspd_pid"
}

@test "hotmon --from-daemon: what frspd does not have is refused" {
	program=hotmon
	run_program hotmon --from-daemon --latency --once 1
	expect_error 2 'does not take "latency"'
	run_program hotmon --from-daemon -D /tmp --once 1
	expect_error 2 'does not take "directory"'
	run_program hotmon --from-daemon -s rp99 --once 1
	expect_error 2 'cannot sort by'
}

# --- frsp-top --from-daemon ----------------------------------------------------------------

top_asks() { # top_asks OPTION...: runs frsp-top --from-daemon
	run_program frsp-top --from-daemon "$@"
	expect "exit status: $(cat "$test_dir/err")" "$status" 0
}

heat_of_data() { # heat_of_data FILE: what the heat of the document has of $test_dir/fs/data
	jq -c .heat "$1" >"$1.heat"
	of_data "$1.heat"
}

@test "frsp-top --from-daemon: the same heat as its own, and null for what frspd does not count" {
	fs_make fs ext4
	frspd_start
	write_data 3
	"$frsp_top" --json --screen heat --once 0.1 >"$test_dir/own" 2>/dev/null
	top_asks --json --screen heat --once 0.1
	"$native_dir/validate.py" "$docs/frsp-top.schema.json" <"$test_dir/out"
	diff -u <(heat_of_data "$test_dir/own") <(heat_of_data "$test_dir/out")
	expect "rows of the file" "$(heat_of_data "$test_dir/out" | jq length)" 1
	diff -u <(jq -S '.heat | keys' "$test_dir/own") <(jq -S '.heat | keys' "$test_dir/out")
	diff -u <(jq -S '[.filesystems[] | [.device, .mount, .bytes]]' "$test_dir/own") \
		<(jq -S '[.filesystems[] | [.device, .mount, .bytes]]' "$test_dir/out")
	expect "what is not there" "$(jq -c '[.filesystems[] | .alloc, .escache, .busy] | unique' "$test_dir/out")" '[null]'
	expect "overhead" "$(jq -c .overhead "$test_dir/out")" '{"programs":[],"map_bytes":0}'
	top_asks --json --screen map --once 0.1
	"$native_dir/validate.py" "$docs/frsp-top.schema.json" <"$test_dir/out"
	expect "maps" "$(jq -c '[.filesystems[].map] | unique' "$test_dir/out")" '[null]'
}

@test "frsp-top --from-daemon: the overview leaves columns out, and says so once; screens say what they lack" {
	local screen
	fs_make fs ext4
	frspd_start
	write_data 3
	top_asks -b --once 0.1
	expect "titles" "$(head -n 1 "$test_dir/out" | xargs)" "FS SIZE FREE READ/s WRITE/s UTIL MOUNT HOTTEST"
	grep -q "$test_dir/fs *$test_dir/fs/data\$" "$test_dir/out" || fail "$(cat "$test_dir/out")"
	expect "lines that say so" "$(grep -c 'frspd does not count allocations' "$test_dir/out")" 1
	grep -q '^asks frspd, and costs nothing in the kernel$' "$test_dir/out"
	not grep -q idle "$test_dir/out"
	for screen in allocator map busy escache; do
		top_asks -b --screen $screen --once "$test_dir/fs" 0.1
		expect "lines of $screen" "$(grep -c 'frspd does not give this screen; "sudo frsp-top" has it' "$test_dir/out")" 1
	done
	grep -q '^Entries now [0-9]*, reclaimable' "$test_dir/out" || fail "$(cat "$test_dir/out")"
	top_asks -b --screen heat --once "$test_dir/fs" 0.1
	grep -q " $test_dir/fs/data\$" "$test_dir/out" || fail "$(cat "$test_dir/out")"
	expect "other filesystems" "$(jq -s length < <("$frsp_top" --from-daemon --json --screen heat --once "$test_dir/fs" 0.1 2>/dev/null | jq '.heat.files[] | select(.dev != "'"$(fs_dev_of fs)"'")'))" 0
}

fs_dev_of() { # fs_dev_of NAME: "MAJOR:MINOR"
	mountpoint -d "$test_dir/$1"
}

@test "frsp-top --from-daemon: no programs, no maps, and no root" {
	local reader
	fs_make fs ext4
	frspd_with_group
	install -m 755 "$frsp_top" "$public"
	write_data 3
	as 54321 "$public/frsp-top" --from-daemon -b --once 0.1 >"$test_dir/out"
	grep -q "$test_dir/fs/data\$" "$test_dir/out" || fail "$(cat "$test_dir/out")"
	"$frsp_top" --from-daemon -b 60 >"$test_dir/out" 2>"$test_dir/err" 3>&- &
	reader=$!
	defer kill "$reader"
	wait_until grep -q '^Asking frspd' "$test_dir/err"
	expect "of BPF" "$(find "/proc/$reader/fd" -lname '*bpf*' | wc -l)" 0
	not grep -q bpf-map "/proc/$reader/maps"
}

@test "frsp-top --from-daemon, live: screens, sorting by columns that are there, ranges" {
	fs_make fs ext4
	frspd_start
	write_data 3
	tui_open 140 30 <<-EOT
		FRSPD_SOCKET='$FRSPD_SOCKET' '$frsp_top' --from-daemon -d 0.3 '$test_dir/fs' 2>'$test_dir/err'
		echo \$? >'$test_dir/status'
	EOT
	wait_until shows " $test_dir/fs/data *\$" || fail "$(screen)"
	for _ in {1..12}; do tui send-keys s; done # past the last column
	press 2 'frspd does not give this screen'
	press 6 " $test_dir/fs/data *\$"
	press v "1M.* $test_dir/fs/data *\$"
	press 0 " $test_dir/fs/data *\$"
	press 1 'frspd does not count allocations'
	tui send-keys q
	wait_until test -s "$test_dir/status"
	expect "exit status" "$(cat "$test_dir/status")" 0
}

@test "frsp-top --from-daemon: what cannot be is refused; frspd ends, and it says so" {
	program=frsp-top
	run_program frsp-top --from-daemon --once 0.1
	expect_error 1 'frspd does not run'
	run_program frsp-top --from-daemon --pin
	expect_error 2 'pins nothing'
	run_program frsp-top --from-daemon -s P50 --once 0.1
	expect_error 2 'cannot sort by P50'
	frspd_start
	"$frsp_top" --from-daemon -b 0.2 >"$test_dir/out" 2>"$test_dir/err" 3>&- &
	wait_until test -s "$test_dir/out"
	frspd_end
	status=0
	wait $! || status=$?
	expect "exit status" "$status" 1
	grep -q 'frspd has ended the connection' "$test_dir/err" || fail "$(cat "$test_dir/err")"
}

# --- who may, and how many -----------------------------------------------------------------

# frspd_with_group: starts frspd where the group frsp has the number 54321. Sets public, a
# directory that all can enter; the socket is there.
frspd_with_group() {
	public=$(mktemp -d /tmp/frsp-native.XXXXXX)
	defer rm -r "$public"
	chmod 755 "$public"
	{
		grep -v ^frsp: /etc/group
		echo frsp:x:54321:
	} >"$test_dir/group"
	cat >"$test_dir/frspd" <<-EOT
		#!/bin/sh
		exec unshare -m --propagation slave sh -c 'mount --bind "$test_dir/group" /etc/group; exec "\$@"' - '$frspd' "\$@"
	EOT
	chmod 755 "$test_dir/frspd"
	frspd=$test_dir/frspd
	export FRSPD_SOCKET=$public/io.frsp.sock
	frspd_start RUNTIME_DIRECTORY="$public"
	install -m 755 "$hotmon" "$frspctl" "$native_dir/varlink.py" "$public"
}

# as GROUPS COMMAND...: runs it as nobody, with these groups
as() {
	setpriv --reuid=65534 --regid=65534 --groups="$1" "${@:2}"
}

@test "members of the group frsp may ask, and change nothing" {
	fs_make fs ext4
	frspd_with_group
	write_data 3
	as 54321 "$public/hotmon" --from-daemon --json --once 0.1 >"$test_dir/out"
	expect "writes" "$(jq ".files[] | $(select_id "$(file_id "$test_dir/fs/data")") | .writes" "$test_dir/out")" 3
	expect "path" "$(jq -r ".files[] | $(select_id "$(file_id "$test_dir/fs/data")") | .path" "$test_dir/out")" "$test_dir/fs/data"
	as 10,54321,7 "$public/frspctl" daemon | grep -q "$test_dir/fs\$"
	setpriv --reuid=65534 --regid=54321 --clear-groups "$public/frspctl" daemon >"$test_dir/out"
	for change in reload "mode $test_dir/fs off"; do
		status=0
		# shellcheck disable=SC2086 # words
		as 54321 "$public/frspctl" daemon $change >"$test_dir/out" 2>"$test_dir/err" || status=$?
		program=frspctl
		expect_error 4 'only root may call io.frsp'
	done
	not said 'the configuration was read again'
	not said '.*: mode off'
}

@test "others may not ask, and are told so" {
	frspd_with_group
	status=0 program=hotmon
	as 10,7 "$public/hotmon" --from-daemon --once 0.1 >"$test_dir/out" 2>"$test_dir/err" || status=$?
	expect_error 4 'only root and members of the group frsp'
	is_error io.frsp.NotPermitted "$(as 7 "$public/varlink.py" "$FRSPD_SOCKET" call io.frsp.GetStatus)"
	# they take nobody's place
	as 7 "$public/varlink.py" "$FRSPD_SOCKET" crowd 200 >"$test_dir/seen"
	expect "replies" "$(wc -l <"$test_dir/seen")" 1
	grep -q '^200 {"error":"io.frsp.NotPermitted"' "$test_dir/seen" || fail "$(cat "$test_dir/seen")"
	ask io.frsp.GetStatus | jq -e '.parameters.clients == 1'
}

@test "1000 clients: 64 are served, the others are told why not, and then it goes on" {
	frspd_start
	"$native_dir/varlink.py" "$FRSPD_SOCKET" crowd 1000 >"$test_dir/seen"
	diff -u - "$test_dir/seen" <<-'EOT'
		936 {"error":"io.frsp.Busy","parameters":{"reason":"64 clients are connected, and that is the most"}}
		64 answered
	EOT
	wait_until eval 'ask io.frsp.GetStatus | jq -e ".parameters.clients == 1"'
	told "STATUS=observes .*"
}

memory_kb() {
	awk '/^VmRSS/ { print $2 }' "/proc/$frspd_pid/status"
}

@test "garbage harms nobody" {
	local seed=${FRSP_SEED:-$RANDOM} before files
	echo "# FRSP_SEED=$seed"
	fs_make fs ext4
	frspd_start
	"$native_dir/varlink.py" "$FRSPD_SOCKET" garbage 50 "$seed"
	before=$(memory_kb)
	files=$(find "/proc/$frspd_pid/fd" | wc -l)
	"$native_dir/varlink.py" "$FRSPD_SOCKET" garbage 1000 "$seed"
	wait_until eval 'ask io.frsp.GetStatus | jq -e ".parameters.clients == 1 and .parameters.hot_clients == 0"'
	(($(memory_kb) < before + 2000)) || fail "from $before kB to $(memory_kb)"
	wait_until eval '(($(find "/proc/$frspd_pid/fd" | wc -l) == '"$files"'))'
	not said '.*: mode off'
	frspd_end
	expect "exit status" "$status" 0
}

@test "a client that reads no replies delays nobody, and is bounded" {
	local before
	frspd_start
	before=$(memory_kb)
	mkfifo "$test_dir/hold"
	"$native_dir/varlink.py" "$FRSPD_SOCKET" slow <"$test_dir/hold" >"$test_dir/slow" 3>&- &
	exec 4>"$test_dir/hold"
	wait_until grep -q stuck "$test_dir/slow"
	(($(memory_kb) < before + 2000)) || fail "from $before kB to $(memory_kb)"
	run_program frspctl daemon # which waits 15 s for an answer
	expect "exit status" "$status" 0
	exec 4>&-
	wait $!
	frspd_end
	expect "exit status" "$status" 0
}

@test "four clients take hot lists, the fifth is told so, and the next one may again" {
	frspd_start
	"$native_dir/varlink.py" "$FRSPD_SOCKET" hot 6 >"$test_dir/seen"
	diff -u - "$test_dir/seen" <<-'EOT'
		4 answered
		2 {"error":"io.frsp.Busy","parameters":{"reason":"4 clients take hot lists, and that is the most"}}
	EOT
	wait_until eval 'ask io.frsp.GetStatus | jq -e ".parameters.hot_clients == 0"'
	ask io.frsp.GetHot | jq -e '.parameters.frame.schema == "frsp.hotmon/1"'
	is_error org.varlink.service.InvalidParameter "$(ask io.frsp.GetHot '{"rows":"x"}')"
	is_error org.varlink.service.InvalidParameter "$(ask io.frsp.GetHot '{"nonsense":1}')"
	is_error org.varlink.service.InvalidParameter "$(ask io.frsp.GetHot '{"sort":"rp99"}')"
	is_error org.varlink.service.InvalidParameter "$(ask io.frsp.GetHot '{"view":"moon"}')"
	is_error org.varlink.service.InvalidParameter "$(ask io.frsp.GetHot '{"dev":"x"}')"
}

@test "a hot list's process dies: its client is told, and frspd goes on" {
	frspd_start
	"$hotmon" --from-daemon -b 0.2 >"$test_dir/out" 2>"$test_dir/err" 3>&- &
	wait_until test -s "$test_dir/out"
	kill -KILL "$(pgrep -x frspd-hot -P "$frspd_pid")"
	status=0
	wait $! || status=$?
	expect "exit status" "$status" 1
	wait_until eval 'ask io.frsp.GetStatus | jq -e ".parameters.hot_clients == 0"'
}

@test "the socket goes with frspd, and one that is left behind is replaced" {
	frspd_start
	frspd_end
	not test -e "$FRSPD_SOCKET"
	frspd_start
	kill -KILL "$frspd_pid"
	wait "$frspd_pid" || :
	test -S "$FRSPD_SOCKET"
	frspd_start
	ask io.frsp.GetStatus | jq -e .parameters.version
}
