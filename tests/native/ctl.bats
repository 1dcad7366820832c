#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2030,SC2031,SC2154 # each test is a subshell; lib.bash
# Tests of frspctl's command line, and of its output without frsp.ko.
# tests/vm/frspctl.bats tests it with the module.

load lib

schema=$BATS_TEST_DIRNAME/../../docs/frspctl.schema.json

need_no_module() {
	[[ ! -e /sys/module/frsp ]] || fail "frsp.ko is loaded here: rmmod frsp"
}

# Prints the commands of --help as lines "NAME SYNOPSIS".
help_commands() {
	ARGP_HELP_FMT=rmargin=900,opt-doc-col=450,doc-opt-col=2 "$frspctl" --help |
		sed -n '/^ Commands:/,/^$/s/^  \([a-z].*[^ ]\)   *[A-Z].*/\1/p'
}

@test "--help and --version need neither privileges nor the module" {
	local option
	for option in --help --usage --version; do
		run_as_nobody frspctl $option
		expect "exit status" "$status" 0
		[[ -s $test_dir/out && ! -s $test_dir/err ]] || fail "$option: $(cat "$test_dir/err")"
	done
}

@test "--version is one line with its version and the module's" {
	need_no_module
	run_program frspctl --version
	expect "exit status" "$status" 0
	grep -qxE 'frspctl [0-9]+\.[0-9]+.*, frsp.ko not loaded' "$test_dir/out"
	expect "lines" "$(wc -l <"$test_dir/out")" 1
}

@test "--usage shows no command as an option" {
	run_program frspctl --usage
	grep -qF 'COMMAND [ARG...]' "$test_dir/out"
	not grep -qE -- '--(doctor|status|set|save|restore|tree)' "$test_dir/out"
}

@test "--help has the commands of the contract" {
	expect "commands" "$(help_commands | awk '{ print $1 }' | paste -sd' ')" "apply cancel config daemon defrag doctor escache explain jobs move pause plan report restore resume rollback save set simulate status tiers tree undo wait"
}

@test "wrong usage: exit status 2, and what is wrong" {
	local wrong pattern
	while IFS='|' read -r wrong pattern; do
		echo "frspctl $wrong"
		# shellcheck disable=SC2086 # a list of words
		run_program frspctl $wrong
		expect_error 2 "$pattern"
	done <<-'EOT'
		|no command
		nonsense|nonsense
		stat|stat
		--nonsense status|nonsense
		-Z status|Z
		apply|missing
		apply x y|too many
		cancel|missing
		cancel x|x
		defrag|missing
		defrag / --rate lots|lots
		defrag / --keep-free 1X|1X
		defrag / --progress=loud|loud
		defrag / --time-limit=soon|soon
		defrag / --time-limit=0|0
		doctor /|too many
		doctor --idle|--idle
		explain|missing
		explain 1 a 2 b|too many
		jobs 1 2|too many
		jobs 0|0
		jobs -- -1|-1
		pause|missing
		plan a b|too many
		plan / x|too many
		resume|missing
		save /|missing
		save / x y|too many
		restore|missing
		restore / x y|too many
		set /|missing
		set / level|missing
		set / level 1 1|too many
		set / nonsense 1|nonsense
		set / gave_up 1|gave_up
		set / level 4|4
		set / level -- -1|-1
		set / level 1.5|1.5
		set / frsp_cache_aggression x|x
		set / scan 1001|1001
		set / frsp_scan_rate on|on
		set / steer 2|2
		set / steer yes|yes
		set / freespace_tree onn|onn
		set / mb_frsp_max_mem lots|lots
		set / mb_frsp_max_mem 1X|1X
		set / mb_frsp_max_mem 1MM|1MM
		set / mb_frsp_max_mem 16E|16E
		simulate|missing
		simulate x y|too many
		simulate x --rate 1M|--rate
		status --policy x|--policy
		status -i x|--input
		tree|missing
		tree / 1 2|too many
		tree / x|x
		tree / -- -1|-1
		tree / 4294967295|4294967295
		undo|missing
		undo 1 2|too many
		wait x|x
	EOT
}

@test "an unknown command lists the commands, an unknown key the keys" {
	local word
	run_program frspctl nonsense
	for word in $(help_commands | awk '{ print $1 }'); do
		sed -n 2p "$test_dir/err" | grep -qw "$word" || fail "$word is not there"
	done
	run_program frspctl set / nonsense 1
	for word in steer freespace_tree mb_frsp_max_mem level frsp_cache_aggression scan frsp_scan_rate; do
		sed -n 2p "$test_dir/err" | grep -qw "$word" || fail "$word is not there"
	done
}

@test "a command takes the options of its synopsis, and refuses the others" {
	local line option args
	while read -r line; do
		# with all mandatory arguments
		args=$(sed -E 's/\[[^]]*\](\.\.\.)?//g; s/^[^ ]*//; s/KEY VALUE/level 1/; s/JOB/1/' <<<"$line")
		for option in --json --bytes --dry-run --in-use --rate=1M --keep-free=1G; do
			echo "frspctl $option ${line%% *} $args"
			# shellcheck disable=SC2086 # a list of words
			run_program frspctl $option ${line%% *} $args
			if [[ $line == *"[${option%=*}"[\ =\]]* ]]; then
				[[ $status != 2 ]] || fail "$(cat "$test_dir/err")"
			else
				expect_error 2 "does not take ${option%=*}"
			fi
		done
	done < <(help_commands)
}

@test "options may stand anywhere, and be cut" {
	local args
	for args in "--json doctor" "doctor --json" "doctor -j" "doctor --js"; do
		# shellcheck disable=SC2086 # a list of words
		run_program frspctl $args
		jq -e '.schema == "frsp.doctor/1"' "$test_dir/out" >/dev/null || fail "$args"
	done
}

@test "without the module: exit status 3, and how to get it" {
	local args
	need_no_module
	printf 'FRSPSUM\0\1\0\0\0\1\0\0\0%16s\0\200\0\0\0\0\0\0' '' >"$test_dir/empty"
	python3 -c 'import sys, zlib; d = sys.stdin.buffer.read(); sys.stdout.buffer.write(d + zlib.crc32(d).to_bytes(4, "little"))' \
		<"$test_dir/empty" >"$test_dir/summary"
	while read -r args; do
		echo "frspctl $args"
		# shellcheck disable=SC2086 # a list of words
		run_program frspctl $args
		expect_error 3 'frsp.ko is not loaded'
		if grep -q 'there is none for this kernel' "$test_dir/err"; then
			not grep -qE 'modprobe|dkms' "$test_dir/err"
		else
			grep -q 'modprobe frsp.*dkms-install' "$test_dir/err"
		fi
	done <<-EOT
		status
		status --json
		status /
		status /nonsense
		set / level 1
		save / $test_dir/new
		restore / $test_dir/summary
		tree /
	EOT
	[[ ! -e $test_dir/new ]]
}

@test "what is no summary is refused, whether the module is there or not" {
	local what file
	mkfifo "$test_dir/fifo"
	: >"$test_dir/empty"
	printf 'FRSPSUM\0' >"$test_dir/short"
	printf 'FRSPSUM\0\2\0\0\0%40s' '' >"$test_dir/later"
	while IFS='|' read -r file what; do
		run_program frspctl restore / "$file"
		expect_error 1 "$file.*$what"
	done <<-EOT
		/nonsense|No such file
		$test_dir|not a regular file
		$test_dir/fifo|not a regular file
		/dev/zero|not a regular file
		/etc/passwd|not a file of
		$test_dir/empty|not a file of
		$test_dir/short|damaged
		$test_dir/later|another version
	EOT
}

@test "the doctor's lines have a verdict and a check, and a hint where it is not OK" {
	need_no_module
	run_program frspctl doctor
	cat "$test_dir/out"
	expect "exit status" "$status" 1
	[[ ! -s $test_dir/err ]]
	awk '
		/^(OK|WARN|FAIL) +[a-z0-9-]+: ./ { n++; if (hint) exit 1; hint = !/^OK/; next }
		/^        hint: ./ { if (!hint) exit 1; hint = 0; next }
		/^[0-9]+ ok, [0-9]+ warnings, [0-9]+ failures$/ { if ($1 + $3 + $5 != n) exit 1; sum++; next }
		{ exit 1 }
		END { if (hint || sum != 1 || n < 8) exit 1 }' "$test_dir/out"
	grep -qxE 'FAIL  (module: frsp.ko is not loaded|kernel: there is no frsp.ko for ).*' "$test_dir/out"
	# where there is none, nothing proposes to load or build it
	! grep -q '^FAIL  kernel' "$test_dir/out" || not grep -qE 'modprobe frsp|make kmod|module-file' "$test_dir/out"
}

@test "the doctor knows this kernel" {
	run_program frspctl doctor
	grep -qE "^(OK|WARN|FAIL) +kernel: (there is no frsp.ko for )?$(uname -r | sed 's/[.+]/\\&/g')[ ,]" "$test_dir/out"
	[[ ! -e /sys/kernel/btf/vmlinux ]] || grep -q '^OK    btf' "$test_dir/out"
	grep -qE '^OK    functions: all [0-9]+ are there' "$test_dir/out"
}

@test "the doctor's JSON is valid, and says the same as its text" {
	run_program frspctl doctor --json
	cp "$test_dir/out" "$test_dir/json"
	"$native_dir/validate.py" "$schema" <"$test_dir/json"
	"$native_dir/validate.py" --mutants "$schema" <"$test_dir/json"
	run_program frspctl doctor
	jq -r '(.findings[] | "\(.verdict) \(.check): \(.text)", (.remedy // empty | "hint: \(.)")),
		"\(.ok) ok, \(.warnings) warnings, \(.failures) failures"' "$test_dir/json" >"$test_dir/from_json"
	diff -u "$test_dir/from_json" <(sed -E 's/ +/ /; s/^ //' "$test_dir/out")
}

@test "a full disk is an error" {
	local args
	for args in doctor "doctor --json"; do
		status=0
		# shellcheck disable=SC2086 # a list of words
		"$frspctl" $args >/dev/full 2>"$test_dir/err" || status=$?
		expect "exit status" "$status" 1
		expect "lines on stderr" "$(wc -l <"$test_dir/err")" 2
		grep -q '^frspctl: .*No space left' "$test_dir/err"
	done
}

@test "without privileges the doctor sees less, and says so" {
	run_as_nobody frspctl doctor
	expect "exit status" "$status" 1
	grep -qE '^OK    functions: all' "$test_dir/out"
}
