#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # jq's; program, for expect_error; each test is a subshell; lib.bash
# Tests of frspd, the daemon: its start and end, its pinned programs, filesystems that come
# and go, its configuration.

load lib
load pins
load mute
load frspd

docs=$BATS_TEST_DIRNAME/../../docs
daemon=$BATS_TEST_DIRNAME/../../tools/daemon

# --- start and end -------------------------------------------------------------------------

@test "it gets ready, says what it sees, and leaves nothing behind" {
	local signal id
	fs_make fs ext4
	for signal in TERM INT; do
		frspd_start
		told 'STATUS=observes [1-9][0-9]* filesystems* of [1-9][0-9]*'
		said "${loop_of[fs]#/dev/} is mounted at $test_dir/fs: mode observe\$"
		expect "a line of ready" "$(grep -c '^frspd: ready: observes ' "$test_dir/frspd.err")" 1
		id=$(pinned_id)
		bpftool prog show id "$id"
		frspd_end $signal
		expect "exit status" "$status" 0
		((milliseconds < 1500)) || fail "it took $milliseconds ms"
		told STOPPING=1
		expect "pins" "$(find "$pins" 2>/dev/null)" ""
		wait_until not bpftool prog show id "$id" >/dev/null 2>&1
	done
	expect "on stdout" "$(cat "$test_dir/frspd.out")" ""
}

@test "it tells systemd's watchdog that it runs" {
	frspd_start WATCHDOG_USEC=500000
	wait_until told WATCHDOG=1
	: >"$test_dir/notified"
	wait_until told WATCHDOG=1
	# a loop that does not run tells nothing
	kill -STOP "$frspd_pid"
	: >"$test_dir/notified"
	sleep 1
	not told WATCHDOG=1
	kill -CONT "$frspd_pid"
	wait_until told WATCHDOG=1
}

@test "a second frspd is refused, and disturbs nobody" {
	frspd_start
	status=0
	RUNTIME_DIRECTORY=$test_dir/run "$frspd" >"$test_dir/out" 2>"$test_dir/err" || status=$?
	program=frspd
	expect_error 1 'run/lock: another frspd is running'
	told READY=1
	[[ -d $pins ]] || fail "it has unpinned the programs of the first"
}

@test "without privileges: exit status 4, and what is missing" {
	local public
	public=$(mktemp -d /tmp/frsp-native.XXXXXX)
	defer rm -r "$public"
	chmod 777 "$public"
	install -m 755 "$frspd" "$public/frspd"
	status=0 program=frspd
	RUNTIME_DIRECTORY=$public setpriv --reuid=65534 --clear-groups "$public/frspd" \
		>"$test_dir/out" 2>"$test_dir/err" || status=$?
	expect_error 4 CAP_BPF
}

@test "without a bpffs it says how to mount one" {
	mkdir "$test_dir/run"
	status=0 program=frspd
	RUNTIME_DIRECTORY=$test_dir/run unshare -m sh -c 'while umount -l /sys/fs/bpf; do :; done 2>/dev/null; exec "$1" --root="$2"' - \
		"$frspd" "$test_dir/root" >"$test_dir/out" 2>"$test_dir/frspd.err" || status=$?
	# it has read the configuration, and seen nothing yet
	mv "$test_dir/frspd.err" "$test_dir/err"
	expect_error 3 'no BPF filesystem is mounted'
}

rights_of() { # rights_of PID: prints its effective and permitted capabilities
	sed -n 's/^Cap\(Eff\|Prm\):\t//p' "/proc/$1/status" | sort -u
}

@test "when its programs are loaded, it keeps two capabilities" {
	local wanted aside
	fs_make fs ext4
	frspd_start
	wanted=$(printf %016x $((1 << 39 | 1 << 2))) # CAP_BPF, CAP_DAC_READ_SEARCH
	expect "capabilities" "$(rights_of "$frspd_pid")" "$wanted"
	aside=$(pgrep -P "$frspd_pid" -x frsp-aside)
	expect "of the process aside" "$(rights_of "$aside")" "$wanted"
	# it still reads the programs' table, and new superblocks
	fs_umount fs
	wait_until said "${loop_of[fs]#/dev/} is not mounted any more"
	fs_mount fs "${loop_of[fs]}"
	wait_until eval '(($(grep -c "is mounted at $test_dir/fs" "$test_dir/frspd.err") == 2))'
	frspd_end
	expect "exit status" "$status" 0
}

# --- the pinned programs -------------------------------------------------------------------

write_data() { # write_data MIB
	dd if=/dev/zero of="$test_dir/fs/data" bs=1M count="$1" oflag=direct conv=notrunc status=none
}

writes() { # prints the number of writes that hotmon shows of $test_dir/fs/data
	"$hotmon" --json --no-scan -r 0 --once 0.1 >"$test_dir/out" 2>"$test_dir/err" || fail "$(cat "$test_dir/err")"
	jq ".files[] | $(select_id "$(file_id "$test_dir/fs/data")") | .writes" "$test_dir/out"
}

@test "hotmon shows what was hot since frspd began, and attaches nothing" {
	local reader
	fs_make fs ext4
	frspd_start
	write_data 5
	"$hotmon" -b 60 >/dev/null 2>"$test_dir/err" 3>&- &
	reader=$!
	defer kill "$reader"
	wait_until grep -q ^Tracing "$test_dir/err"
	expect "attached by hotmon" "$(attached_by "$reader")" 0
	expect "attached by frspd" "$(attached_by "$frspd_pid")" 0
	expect "writes" "$(writes)" 5
	is_locked || fail "nobody makes room in the table"
}

@test "a hotmon of its own is seen to attach its programs, so the test above can fail" {
	"$hotmon" -b 60 >/dev/null 2>"$test_dir/err" 3>&- &
	defer kill $!
	wait_until grep -q ^Tracing "$test_dir/err"
	(($(attached_by $!) > 0)) || fail "not seen"
}

@test "frspctl tiers has the heat that frspd keeps" {
	fs_make fs ext4
	frspd_start
	write_data 5
	"$frspctl" tiers --json "$test_dir/fs" >"$test_dir/out"
	jq -e '.heat.temperature > 0' "$test_dir/out" || fail "$(cat "$test_dir/out")"
}

unpin() { # also if nothing is pinned
	[[ ! -d $pins ]] || "$frsp_top" --unpin
}

@test "programs that a person has pinned are taken, and stay" {
	local id
	fs_make fs ext4
	defer unpin
	"$frsp_top" --pin
	id=$(pinned_id)
	write_data 3
	frspd_start
	expect "attached by frspd" "$(attached_by "$frspd_pid")" 0
	is_locked || fail "nobody makes room in the table"
	frspd_end
	expect "exit status" "$status" 0
	expect "the program afterwards" "$(pinned_id)" "$id"
	expect "writes" "$(writes)" 3
}

@test "killed: the programs go on, and the next frspd takes them and ends them" {
	local id
	fs_make fs ext4
	frspd_start
	id=$(pinned_id)
	write_data 2
	kill -KILL "$frspd_pid"
	wait "$frspd_pid" || :
	write_data 3
	frspd_start
	expect "the program" "$(pinned_id)" "$id"
	expect "attached by frspd" "$(attached_by "$frspd_pid")" 0
	expect "writes" "$(writes)" 5
	frspd_end
	expect "pins" "$(find "$pins" 2>/dev/null)" ""
}

@test "unpinned by somebody: it ends, says so, and the next one begins anew" {
	fs_make fs ext4
	frspd_start
	"$frsp_top" --unpin
	status=0
	wait "$frspd_pid" || status=$?
	expect "exit status" "$status" 1
	said "$pins: the programs were unpinned"
	frspd_start
	write_data 1
	expect "writes" "$(writes)" 1
}

@test "pins of another version are told apart" {
	defer find "$pins" -depth -type d -delete
	mkdir -p "$pins/v999" "$test_dir/run"
	status=0 program=frspd
	RUNTIME_DIRECTORY=$test_dir/run "$frspd" --root="$test_dir" >"$test_dir/out" 2>"$test_dir/err" || status=$?
	expect_error 1 "$pins/v999: .*another version"
}

# --- filesystems come and go ---------------------------------------------------------------

@test "a filesystem can be unmounted at once, and comes again" {
	fs_make fs ext4
	frspd_start
	for _ in 1 2 3; do
		sleep 0.3
		umount "$test_dir/fs"
		mount "${loop_of[fs]}" "$test_dir/fs"
	done
	umount "$test_dir/fs"
	wait_until said "${loop_of[fs]#/dev/} is not mounted any more"
	detach_loop "${loop_of[fs]}"
	unset "loop_of[fs]"
}

@test "another filesystem on the same device is another one" {
	fs_make fs ext4
	frspd_start
	umount "$test_dir/fs"
	fs_format "${loop_of[fs]}" ext4
	mount "${loop_of[fs]}" "$test_dir/fs"
	wait_until said "${loop_of[fs]#/dev/} is not mounted any more"
	wait_until eval '(($(grep -c "is mounted at $test_dir/fs" "$test_dir/frspd.err") == 2))'
}

@test "a second mount is not a second filesystem" {
	fs_make fs ext4
	frspd_start
	mkdir "$test_dir/again" "$test_dir/fs/sub"
	mount --bind "$test_dir/fs/sub" "$test_dir/again"
	defer umount "$test_dir/again"
	sleep 2.2 # two looks
	expect "filesystems" "$(grep -c " ${loop_of[fs]#/dev/} is mounted" "$test_dir/frspd.err")" 1
	not said "${loop_of[fs]#/dev/} is not mounted"
}

@test "a mount that does not answer delays nothing, also one with the metrics" {
	mute_make
	frspd_start
	said "${loop_of[other]#/dev/} is mounted at $test_dir/other: mode observe\$"
	said "${loop_of[below]#/dev/} is mounted at "
	wait_until test -s "$test_dir/frsp.prom"
	configure etc/frsp/frspd.conf.d/metrics.conf <<<"[frspd]"$'\n'"metrics = $test_dir/fuse/frsp.prom"
	kill -HUP "$frspd_pid"
	wait_until said "$test_dir/fuse/frsp.prom: the metrics cannot be written: Connection timed out"
	fs_umount other
	wait_until said "${loop_of[other]#/dev/} is not mounted any more"
	frspd_end
	expect "exit status" "$status" 0
	((milliseconds < 5000)) || fail "it took $milliseconds ms"
	told STOPPING=1
}

# --- the configuration ---------------------------------------------------------------------

uuid_of() { # uuid_of NAME
	blkid -p -o value -s UUID "${loop_of[$1]}"
}

@test "modes: by default, by UUID and by device" {
	fs_make one ext4
	fs_make two ext4
	fs_make three ext4
	configure etc/frsp/frspd.conf <<-EOT
		[filesystems]
		mode = off
		[UUID=$(uuid_of one | tr a-f A-F)]
		mode = observe
		[${loop_of[two]}]
		mode = observe
	EOT
	frspd_start
	said "${loop_of[one]#/dev/} is mounted at $test_dir/one: mode observe\$"
	said "${loop_of[two]#/dev/} is mounted at $test_dir/two: mode observe\$"
	said "${loop_of[three]#/dev/} is mounted at $test_dir/three: mode off\$"
	told "STATUS=observes 2 filesystems of [0-9]*"
}

@test "SIGHUP: the new configuration, all of it" {
	fs_make fs ext4
	frspd_start
	configure run/frsp/frspd.conf.d/off.conf <<<$'[filesystems]\nmode = off'
	kill -HUP "$frspd_pid"
	wait_until said 'the configuration was read again'
	said "${loop_of[fs]#/dev/}: mode off, which was observe"
	wait_until eval '(($(grep -cE "^(RELOADING|READY)=1" "$test_dir/notified") == 3))'
	grep -qE '^MONOTONIC_USEC=[0-9]+$' "$test_dir/notified"
	wait_until told "STATUS=observes 0 filesystems of [0-9]*"
	rm "$test_dir/root/run/frsp/frspd.conf.d/off.conf"
	kill -HUP "$frspd_pid"
	wait_until said "${loop_of[fs]#/dev/}: mode observe, which was off"
}

@test "SIGHUP: a wrong configuration changes nothing" {
	fs_make fs ext4
	frspd_start
	configure etc/frsp/frspd.conf <<<$'[filesystems]\nmode = off'
	configure etc/frsp/frspd.conf.d/wrong.conf <<<$'[filesystems]\nmode = apply'
	kill -HUP "$frspd_pid"
	wait_until said "the configuration stays as it was: $test_dir/root/etc/frsp/frspd.conf.d/wrong.conf:2: \"apply\" is not a value of mode; off or observe"
	not said ".*: mode off"
	wait_until eval '(($(grep -c "^READY=1" "$test_dir/notified") == 2))'
	frspd_end
	expect "exit status" "$status" 0
}

@test "a wrong configuration is refused at the start" {
	configure etc/frsp/frspd.conf <<<$'[filesystems]\nmode = apply'
	mkdir "$test_dir/run"
	status=0 program=frspd
	RUNTIME_DIRECTORY=$test_dir/run "$frspd" --root="$test_dir/root" >"$test_dir/out" 2>"$test_dir/err" || status=$?
	expect_error 1 "frspd.conf:2: \"apply\" is not a value of mode"
	expect "pins" "$(find "$pins" 2>/dev/null)" ""
}

@test "--check-config: right, wrong, and what is passed over" {
	run_as_nobody frspd --check-config --root=/nowhere
	expect "exit status" "$status" 0
	expect "output" "$(cat "$test_dir/out")" "the configuration can be used: 0 files, 0 warnings"
	configure etc/frsp/frspd.conf <<<$'[filesystems]\nmood = off\n[elsewhere]\nmode = off'
	run_program frspd --check-config --root="$test_dir/root"
	expect "exit status" "$status" 0
	expect "output" "$(cat "$test_dir/out")" "the configuration can be used: 1 file, 2 warnings"
	diff -u - "$test_dir/err" <<-EOT
		frspd: $test_dir/root/etc/frsp/frspd.conf:2: unknown setting "mood" in [filesystems]: it is passed over
		frspd: $test_dir/root/etc/frsp/frspd.conf:3: unknown section [elsewhere]: it is passed over
	EOT
	configure etc/frsp/frspd.conf <<<$'[filesystems]\nmode off'
	run_program frspd --check-config --root="$test_dir/root"
	expect_error 1 'frspd.conf:2: "mode off" is nothing of these'
}

@test "a file of the configuration that is no file, or never ends" {
	mkdir -p "$test_dir/root/etc/frsp/frspd.conf.d/directory.conf"
	mkfifo "$test_dir/root/etc/frsp/frspd.conf.d/fifo.conf" "$test_dir/root/etc/frsp/frspd.conf"
	ln -s nowhere "$test_dir/root/etc/frsp/frspd.conf.d/dangling.conf"
	run_program frspd --check-config --root="$test_dir/root"
	expect "exit status" "$status" 0
	ln -s /dev/zero "$test_dir/root/etc/frsp/frspd.conf.d/endless.conf"
	head -c 100000 /dev/urandom | configure etc/frsp/frspd.conf.d/garbage.conf
	run_program frspd --check-config --root="$test_dir/root"
	expect_error 1 'garbage.conf:[0-9]+: '
}

@test "frspctl config show: each value, and where it is from" {
	configure etc/frsp/frspd.conf <<<$'# of the house\n[/dev/sdz]\nmode = off'
	configure usr/lib/frsp/frspd.conf.d/vendor.conf <<<$'[filesystems]\nmode = observe\n[nonsense]'
	run_as_nobody frspctl config show --root="$test_dir/root"
	expect "exit status of nobody" "$status" 4
	run_program frspctl config show --root="$test_dir/root"
	expect "exit status" "$status" 0
	diff -u - "$test_dir/out" <<-EOT
		SECTION     SETTING             VALUE                                       FROM
		frspd       metrics             /var/lib/prometheus/node-exporter/frsp.prom default
		frspd       metrics_interval    15s                                         default
		frspd       state_interval      10m                                         default
		filesystems escache             observe                                     default
		filesystems escache_bound       64M                                         default
		filesystems escache_cooldown    60s                                         default
		filesystems summaries           observe                                     default
		filesystems trees               observe                                     default
		filesystems trees_min           1M                                          default
		filesystems trees_max           256M                                        default
		filesystems trees_level         2                                           default
		filesystems trees_pressure      10%                                         default
		filesystems trees_quiet         10m                                         default
		filesystems relocation          observe                                     default
		filesystems relocation_interval 5m                                          default
		filesystems relocation_run      20s                                         default
		filesystems relocation_rate     32M                                         default
		filesystems relocation_pressure 20%                                         default
		filesystems relocation_window   always                                      default
		/dev/sdz    mode                off                                         $test_dir/root/etc/frsp/frspd.conf:3
		filesystems mode                observe                                     $test_dir/root/usr/lib/frsp/frspd.conf.d/vendor.conf:2
	EOT
	diff -u - "$test_dir/err" <<-EOT
		frspctl: $test_dir/root/usr/lib/frsp/frspd.conf.d/vendor.conf:3: unknown section [nonsense]: it is passed over
	EOT
	run_program frspctl --json config show --root="$test_dir/root"
	"$native_dir/validate.py" "$docs/frspctl.schema.json" <"$test_dir/out"
	"$native_dir/validate.py" --mutants "$docs/frspctl.schema.json" <"$test_dir/out"
	expect "values" "$(jq -r '.settings[] | "\(.section) \(.value) \(.line)"' "$test_dir/out" | tail -n 2)" $'/dev/sdz off 3\nfilesystems observe 2'
	expect "passed over" "$(jq -r '.passed_over | length' "$test_dir/out")" 1
	expect "sources" "$(jq -r '.sources | length' "$test_dir/out")" 2
	run_program frspctl config show --root="$test_dir/none"
	expect "the default" "$(grep ' mode ' "$test_dir/out" | tr -s ' ')" "filesystems mode observe default"
	run_program frspctl config hide
	expect_error 2 'is not "show"'
}

# --- the metrics ---------------------------------------------------------------------------

metric() { # metric NAME LABELS: prints its value
	sed -n "s|^$1$2 ||p" "$test_dir/frsp.prom"
}

is_metric() { # is_metric NAME LABELS VALUE
	[[ -e $test_dir/frsp.prom && $(metric "$1" "$2") == "$3" ]]
}

# The format: HELP, TYPE, and then all samples of a metric; no sample twice.
well_formed() {
	python3 - "$1" <<-'EOT'
		import re, sys
		seen, now, kind = set(), None, None
		for line in open(sys.argv[1]):
		    if m := re.fullmatch(r'# HELP ([a-z_]+) \S.*\.\n', line):
		        now, kind = m[1], None
		        assert now not in seen, line
		        seen.add(now)
		    elif m := re.fullmatch(r'# TYPE ([a-z_]+) (counter|gauge)\n', line):
		        assert m[1] == now and not kind, line
		        kind = m[2]
		        assert (kind == "counter") == now.endswith("_total"), line
		    else:
		        m = re.fullmatch(r'([a-z_]+)(\{(?:[a-z]+="(?:[^"\\\n]|\\.)*",?)+\})? [0-9.e+-]+\n', line)
		        assert m and m[1] == now and kind, line
		        assert (m[1], m[2]) not in seen, line
		        seen.add((m[1], m[2]))
		assert len(seen) > 10
	EOT
}

@test "the metrics: of the machine and of each filesystem that is watched" {
	local name info
	fs_make fs ext4
	fs_make other ext4
	configure etc/frsp/frspd.conf <<<"[UUID=$(uuid_of other)]"$'\nmode = off'
	frspd_start
	name=${loop_of[fs]#/dev/}
	wait_until is_metric frspd_filesystem_info "{fs=\"$name\",uuid=\"$(uuid_of fs)\",mode=\"observe\"}" 1
	well_formed "$test_dir/frsp.prom" || fail "$(cat "$test_dir/frsp.prom")"
	expect "mode" "$(stat -c %a "$test_dir/frsp.prom")" 644
	not grep -F "\"${loop_of[other]#/dev/}\"" "$test_dir/frsp.prom"
	(($(metric frspd_heat_slots '') > 100000))
	expect "version" "$(sed -n 's/^frsp_build_info{version="\(.*\)"} 1/\1/p' "$test_dir/frsp.prom")" \
		"$("$frspd" --version | sed 's/^frspd \(.*\), libbpf.*/\1/')"
	# a file in pieces has entries
	"$native_dir/fragment.py" 200 4096 "$test_dir/fs/a" "$test_dir/fs/b"
	info=/proc/fs/ext4/$name/es_shrinker_info
	wait_until eval 'is_metric frsp_escache_entries "{fs=\"'"$name"'\"}" "$(awk "NR == 2 { print \$1 }" '"$info"')"' || fail "$(cat "$info")"
	(($(metric frsp_escache_entries "{fs=\"$name\"}") >= 200))
	fs_umount fs
	wait_until not grep -qF "\"$name\"" "$test_dir/frsp.prom"
	frspd_end
	not test -e "$test_dir/frsp.prom"
	expect "leftovers" "$(find "$test_dir" -name 'frsp.prom*')" ""
}

@test "the metrics of hot files are counts that hotmon has, too" {
	fs_make fs ext4
	frspd_start
	write_data 5
	"$hotmon" --json --no-scan --once 0.1 >"$test_dir/out" 2>"$test_dir/err"
	wait_until eval '(($(metric frspd_heat_ios_total "") >= 5))'
	expect "slots" "$(metric frspd_heat_slots '')" "$(jq .tracked.slots "$test_dir/out")"
	expect "memory" "$(metric frspd_heat_map_bytes '')" "$(jq .overhead.map_bytes "$test_dir/out")"
}

@test "metrics elsewhere, off, and in a directory that is not there" {
	frspd_start
	wait_until test -s "$test_dir/frsp.prom"
	configure etc/frsp/frspd.conf.d/metrics.conf <<<"[frspd]"$'\n'"metrics = $test_dir/none/frsp.prom"
	kill -HUP "$frspd_pid"
	wait_until not test -e "$test_dir/frsp.prom"
	sleep 2.2
	not said ".*metrics"
	mkdir "$test_dir/none"
	wait_until test -s "$test_dir/none/frsp.prom"
	configure etc/frsp/frspd.conf.d/metrics.conf <<<$'[frspd]\nmetrics = off'
	kill -HUP "$frspd_pid"
	wait_until not test -e "$test_dir/none/frsp.prom"
}

@test "metrics that cannot be written: it says so once" {
	mkdir "$test_dir/none"
	mkdir "$test_dir/none/frsp.prom" # a directory
	configure etc/frsp/frspd.conf.d/metrics.conf <<<"[frspd]"$'\n'"metrics = $test_dir/none/frsp.prom"
	frspd_start
	wait_until said "$test_dir/none/frsp.prom: the metrics cannot be written: Is a directory"
	sleep 3
	expect "times" "$(grep -c 'cannot be written' "$test_dir/frspd.err")" 1
	frspd_end
	expect "exit status" "$status" 0
}

@test "the manual has all metrics" {
	local name
	grep -ohE '"(# HELP )?frspd?_[a-z_]+[a-z]"?' "$daemon/metrics.c" | grep -oE 'frspd?_[a-z_]*[a-z]' | grep -vxE 'frsp_escache|frspd_trees' | sort -u >"$test_dir/names"
	grep -oE '(ESCACHE|FRSP|TREES)\("[a-z_]+"' "$daemon/metrics.c" |
		sed 's/^ESCACHE("/frsp_escache_/; s/^FRSP("/frsp_/; s/^TREES("/frspd_trees_/; s/"$//' >>"$test_dir/names"
	(($(wc -l <"$test_dir/names") >= 20)) || fail "$(cat "$test_dir/names")"
	while read -r name; do
		grep -qF "*$name*" "$docs/frspd.8.scd" || fail "no $name"
	done <"$test_dir/names"
}

# --- the journal ---------------------------------------------------------------------------

@test "under systemd: messages go to the journal, with their fields" {
	fs_make fs ext4
	listen
	mkdir "$test_dir/run"
	frspd_configure
	: >"$test_dir/frspd.err"
	journal=$(stat -c %d:%i "$test_dir/frspd.err")
	# /run is an empty one, where the test takes the messages
	NOTIFY_SOCKET=$test_dir/notify RUNTIME_DIRECTORY=$test_dir/run STATE_DIRECTORY=$test_dir/state \
		JOURNAL_STREAM=$journal unshare -m --propagation private sh -c '
		mount -t tmpfs tmpfs /run
		mkdir -p /run/systemd/journal
		python3 "$1/datagrams.py" /run/systemd/journal/socket "$2/journal" &
		listener=$!
		while ! [ -S /run/systemd/journal/socket ]; do sleep 0.05; done
		"$3" --root="$2/root" & echo $! >"$2/pid"
		wait $!
		kill $listener' - "$native_dir" "$test_dir" "$frspd" >"$test_dir/frspd.out" 2>>"$test_dir/frspd.err" 3>&- &
	wait_until told READY=1
	kill "$(cat "$test_dir/pid")"
	wait $!
	expect "on stderr" "$(cat "$test_dir/frspd.err")" ""
	awk -v RS= -v fs="${loop_of[fs]#/dev/}" '$0 ~ "FRSP_FS=" fs "\n"' "$test_dir/journal" | grep -v '^SYSLOG_IDENTIFIER=frspd$' >"$test_dir/seen"
	diff -u - "$test_dir/seen" <<-EOT
		MESSAGE=${loop_of[fs]#/dev/} is mounted at $test_dir/fs: mode observe
		MESSAGE_ID=$(sed -n 's/.*say_seen = {"\([0-9a-f]*\)".*/\1/p' "$daemon/say.c")
		PRIORITY=6
		FRSP_ACTION=see
		FRSP_FS=${loop_of[fs]#/dev/}
		FRSP_UUID=$(uuid_of fs)
		FRSP_AFTER=observe
	EOT
	grep -qx FRSP_ACTION=ready "$test_dir/journal"
	grep -qx FRSP_ACTION=stop "$test_dir/journal"
}

@test "the catalog explains each kind of message, and the manual names it" {
	grep -oE '[0-9a-f]{32}' "$daemon/say.c" | sort >"$test_dir/source"
	sed -n 's/^-- //p' "$daemon/frspd.catalog" | sort >"$test_dir/catalog"
	(($(wc -l <"$test_dir/source") >= 5))
	diff -u "$test_dir/source" "$test_dir/catalog"
	expect "twice" "$(uniq -d "$test_dir/source")" ""
	sed -n '/^\*FRSP_ACTION\*/,/^\*FRSP_FS/p' "$docs/frspd.8.scd" | grep -oE '_[a-z-]+_' | tr -d _ | sort >"$test_dir/manual"
	tr '\n' ' ' <"$daemon/say.c" | grep -oE 'say_[a-z_]+ = \{"[0-9a-f]+",\s*"[a-z-]+"' | sed 's/.*"\([a-z-]*\)"$/\1/' | sort >"$test_dir/actions"
	diff -u "$test_dir/actions" "$test_dir/manual"
}

# --- the documents and the unit ------------------------------------------------------------

@test "each setting is in frspd.conf(5) and in the example, with its default" {
	local setting value
	"$frspctl" config show --json --root="$test_dir/none" | jq -r '.settings[] | "\(.setting) \(.value)"' >"$test_dir/settings"
	[[ -s $test_dir/settings ]]
	while read -r setting value; do
		grep -qx "\*$setting\*" "$docs/frspd.conf.5.scd" || fail "the manual has no $setting"
		grep -qF "_${value}_ (default)" "$docs/frspd.conf.5.scd" || fail "the manual has another default of $setting"
		grep -qx "#$setting = $value" "$docs/frspd.conf" || fail "the example has no \"$setting = $value\""
	done <"$test_dir/settings"
	expect "settings of the manual" "$(grep -cE '^\*[a-z_]+\*$' "$docs/frspd.conf.5.scd")" "$(wc -l <"$test_dir/settings")"
	# the example is a configuration, also with all settings
	sed 's/^#\([a-z[]\)/\1/' "$docs/frspd.conf" | configure etc/frsp/frspd.conf
	run_program frspd --check-config --root="$test_dir/root"
	expect "what it says" "$(cat "$test_dir/out" "$test_dir/err")" "the configuration can be used: 1 file, 0 warnings"
}

unit_make() { # makes the unit as make install does
	mkdir "$test_dir/unit"
	sed "s|@sbindir@|$(dirname "$frspd")|" "$daemon/frspd.service.in" >"$test_dir/unit/frspd.service"
}

@test "systemd finds no fault in the unit" {
	unit_make
	expect "faults" "$(systemd-analyze verify "$test_dir/unit/frspd.service" 2>&1 | grep frspd | grep -v "Command 'man ")" ""
}

@test "systemd's score of the unit's hardening is at most that of the manual" {
	local score
	unit_make
	score=$(sed -n 's/.*systemd-analyze security. rates its exposure \([0-9.]*\) of .*/\1/p' "$docs/frspd.8.scd")
	[[ $score ]] || fail "the manual has no score"
	# --threshold is in tenths
	systemd-analyze security --no-pager --offline=true --threshold="${score/./}" "$test_dir/unit/frspd.service" >"$test_dir/out" ||
		fail "$(tail -n 1 "$test_dir/out")"
	not systemd-analyze security --no-pager --offline=true --threshold=1 "$test_dir/unit/frspd.service" >/dev/null
}
