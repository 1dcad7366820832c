#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # jq programs; each test is a subshell; lib.bash
# The documents say what the programs do: options, keys, fields, files.

load lib

docs=$BATS_TEST_DIRNAME/../../docs
root=$BATS_TEST_DIRNAME/../..
manual=$docs/hotmon.8.scd
schema=$docs/hotmon.schema.json

# of PROGRAM: the manual and the schema are those of PROGRAM from here on.
of() {
	program=$1
	manual=$docs/$1.8.scd
	schema=$docs/$1.schema.json
}
program=hotmon

# section NAME [SUBSECTION]: of the manual, as scdoc's source
section() {
	sed -n "/^# $1\$/,/^# /{ /^# /d; p; }" "$manual" |
		if [[ $# == 2 ]]; then sed -n "/^## $2\$/,/^## /{ /^## /d; p; }"; else cat; fi
}

# plain: takes scdoc's marks from a line: *bold*, _underlined_, \escaped
plain() {
	sed 's/[*_]//g; s/\\//g'
}

# same WHAT1 FILE1 WHAT2 FILE2: both have the same lines, and at least five.
same() {
	(($(wc -l <"$2") >= 5)) || fail "few lines of $1: $(cat "$2")"
	diff -u --label "$1" --label "$3" "$2" "$4" >&2
}

# --- options -------------------------------------------------------------------

# Lines like "-c, --cgroup=CGROUP", in the order of --help.
help_options() {
	ARGP_HELP_FMT=rmargin=200,opt-doc-col=60,doc-opt-col=2 "$(path_of "$program")" --help |
		sed -nE 's/^ {1,6}(-[^ ]*,? ?-*[^ ]*|--[^ ]*)( .*)?$/\1/p' | sed 's/ *$//'
}

manual_options() {
	section OPTIONS | grep '^\*-' | plain
}

@test "the manuals have the options of --help, in the same order" {
	for program in $programs; do
		of "$program"
		help_options >"$test_dir/help"
		manual_options >"$test_dir/manual"
		same --help "$test_dir/help" OPTIONS "$test_dir/manual"
	done
}

@test "no option is missing in what the test above looks at" {
	for program in $programs; do
		# glibc's own list of what can be abbreviated
		"$(path_of "$program")" --usage | grep -oE '(^|\[)--[a-z-]+' | tr -d '[' | sort >"$test_dir/usage"
		help_options | grep -oE -- '--[a-z-]+' | sort >"$test_dir/help"
		same --usage "$test_dir/usage" --help "$test_dir/help"
	done
}

@test "the manual's options stand under the heads of --help" {
	"$hotmon" --help | sed -n 's/^ \([A-Z][a-z ]*\):$/\1/p' >"$test_dir/help"
	section OPTIONS | sed -n 's/^## //p' | grep -vx Help >"$test_dir/manual"
	[[ -s $test_dir/help ]]
	diff -u "$test_dir/help" "$test_dir/manual"
}

@test "the manual has the keys of -s help, in the same order" {
	"$hotmon" -s help | awk '{ print $1 }' >"$test_dir/help"
	section OPTIONS | sed -n '/^\*-s\*/,/^## /s/^\t\(\*[a-z*, ]*\*\)$/\1/p' |
		plain | tr -d ' ' | tr ',' '\n' >"$test_dir/manual"
	same "-s help" "$test_dir/help" OPTIONS "$test_dir/manual"
}

@test "the manual's defaults and limits are those of --help" {
	local option value
	while read -r option value; do
		ARGP_HELP_FMT=rmargin=200 "$hotmon" --help | grep -E -- "$option=" | grep -qF "$value" ||
			fail "--help does not say $value of $option"
		section OPTIONS | sed -n "/$option\*=/,/^\*-/p" | plain | grep -qF "$value" ||
			fail "the manual does not say $value of $option"
	done <<-'EOT'
		--rows 20
		--memory 1M to 64G
		--memory 16M
		--half-life 1s to 7d
		--half-life 5m
	EOT
}

@test "the manuals have the exit statuses of --help" {
	for program in $programs; do
		of "$program"
		"$(path_of "$program")" --help | tr '\n' ' ' | sed 's/.*Exit status: //' | grep -oE '[0-9]' >"$test_dir/help"
		section 'EXIT STATUS' | sed -n 's/^\*\([0-9]\)\*$/\1/p' >"$test_dir/manual"
		same --help "$test_dir/help" "EXIT STATUS" "$test_dir/manual"
	done
}

# --- commands ------------------------------------------------------------------

@test "frspctl's manual has the commands of --help, with their arguments, in the same order" {
	of frspctl
	ARGP_HELP_FMT=rmargin=200,opt-doc-col=60,doc-opt-col=2 "$frspctl" --help |
		sed -n '/^ Commands:/,/^$/s/^  \([a-z].*[^ ]\)   *[A-Z].*/\1/p' >"$test_dir/help"
	section COMMANDS | grep '^\*[a-z]' | plain >"$test_dir/manual"
	same --help "$test_dir/help" COMMANDS "$test_dir/manual"
}

@test "frspctl's manual has the keys of set" {
	of frspctl
	"$frspctl" set / nonsense 1 2>&1 | sed -n 's/.*the keys are //p' | sed 's/, /\n/g; s/ or /, /g' |
		awk '/,/ || $1' >"$test_dir/help"
	section COMMANDS | sed -n '/^\*set\*/,/^\*status\*/s/^\t\(\*[a-z]\)/\1/p' |
		sed 's/\*//g' >"$test_dir/manual"
	(($(wc -l <"$test_dir/help") == 4))
	diff -u "$test_dir/help" "$test_dir/manual"
}

# --- keys ------------------------------------------------------------------------

tui() {
	tmux -S "$test_dir/tmux" -f /dev/null "$@"
}

shows() { # shows REGEX: a line of the screen matches, and the screen is in $test_dir/screen
	tui capture-pane -p >"$test_dir/screen"
	grep -q "$1" "$test_dir/screen"
}

# Lines "KEY, KEY|MEANING" of a live view's help screen.
help_keys() { # help_keys PROGRAM
	tui new-session -d -x 120 -y 60 "$(path_of "$1")" 3>&-
	wait_until shows "^$1  "
	tui send-keys h
	wait_until shows '^  q '
	tui send-keys q
	wait_until not tui list-sessions >/dev/null 2>&1
	awk '/^  [^ ]/ {
		keys = substr($0, 3, 8); sub(/ +$/, "", keys); gsub(/ /, ", ", keys)
		print keys "|" substr($0, 12)
	}' "$test_dir/screen"
}

# The same of the manual, which may go on where the screen ends.
manual_keys() { # manual_keys HELP
	section KEYS | awk '/^\*/ { keys = $0; gsub(/\*/, "", keys) }
		/^\t/ && keys { print keys "|" substr($0, 2); keys = "" }' |
		awk 'NR == FNR { help[FNR] = $0; next }
			{ short = help[FNR]
			  goes_on = index($0, short) == 1 && substr($0, length(short) + 1) ~ /^[.:;]/
			  print goes_on ? short : $0 }' "$1" -
}

@test "the manuals have the keys of the help screens, with their meaning" {
	defer eval '! tui list-sessions >/dev/null 2>&1 || tui kill-server'
	for program in hotmon frsp-top; do
		of "$program"
		help_keys "$program" >"$test_dir/help"
		manual_keys "$test_dir/help" >"$test_dir/manual"
		same "help screen" "$test_dir/help" KEYS "$test_dir/manual"
	done
}

@test "frsp-top's manual has the screens that --screen takes, in the order of the keys" {
	local name
	of frsp-top
	section SCREENS | sed -n 's/^\*\([a-z]*\)\*$/\1/p' >"$test_dir/manual"
	ARGP_HELP_FMT=rmargin=400 "$frsp_top" --help | sed -n 's/^ *--screen=NAME.*report it: //p' |
		sed 's/ (default)//; s/, /\n/g' >"$test_dir/help"
	same --help "$test_dir/help" SCREENS "$test_dir/manual"
	# the whole table, and no alias
	sed -n 's/^\t\[TOP_[A-Z]*\] = {"\([a-z]*\)", .*/\1/p' "$root/tools/top/view.c" >"$test_dir/source"
	same source "$test_dir/source" SCREENS "$test_dir/manual"
	while read -r name; do
		run_program frsp-top --screen="$name" --once 0.05
		expect "exit status with --screen=$name" "$status" 0
	done <"$test_dir/manual"
}

# --- fields ----------------------------------------------------------------------

# The fields of the schema, in alphabetic order.
schema_fields() {
	jq -r '[.. | .properties? // empty | keys[]] | unique[]' "$schema"
}

@test "the manuals have the fields of the JSON schema, and no others" {
	for program in $programs; do
		of "$program"
		schema_fields >"$test_dir/schema"
		# in bold, and not a page such as stat(1), nor what frspctl is told to do
		section FIELDS | grep -oE '\*[a-z_]+\*([^(]|$)' | tr -cd 'a-z_\n' |
			grep -vxE 'frspctl|status|set|doctor' | LC_ALL=C sort -u >"$test_dir/manual"
		LC_ALL=C sort -o "$test_dir/schema" "$test_dir/schema"
		same schema "$test_dir/schema" FIELDS "$test_dir/manual"
	done
}

@test "each field of the schemas says what it is" {
	local without
	for program in $programs; do
		of "$program"
		without=$(jq -r '. as $top | [.. | .properties? // empty | to_entries[] | select(
			((.value["$ref"] // "" | sub("^#/\\$defs/"; "")) as $name | (.value.description // $top["$defs"][$name].description // "")) == "") |
			.key] | join(" ")' "$schema")
		expect "without a description in $program's" "$without" ""
	done
}

# The module's own description of its files is docs/sysfs.abi.
@test "the files of sysfs.abi are those that frspctl status has" {
	sed -nE 's|^What:\t\t/sys/fs/ext4/DEV/([a-z_]+)$|\1|p; s/^\t\t([a-z_]+)( \*)?\t+[a-z1].*/\1/p' "$docs/sysfs.abi" |
		LC_ALL=C sort >"$test_dir/abi"
	jq -r '."$defs".filesystem.properties | keys[]' "$docs/frspctl.schema.json" |
		grep -vxE 'device|dev|mount|steer|taken_pct' | LC_ALL=C sort >"$test_dir/schema"
	same sysfs.abi "$test_dir/abi" schema "$test_dir/schema"
}

@test "frspctl's manual has the columns of status" {
	of frspctl
	sed -n 's/^\t{"\([A-Z/%]*\)", .*/\1/p' "$root/tools/ctl/status_columns.c" >"$test_dir/source"
	section FIELDS | sed -n 's/^|  \(.*\)$/\1/p' >"$test_dir/manual"
	same source "$test_dir/source" FIELDS "$test_dir/manual"
}

@test "frsp-top's manual has the columns of -s help, in the same order" {
	of frsp-top
	"$frsp_top" -s help >"$test_dir/help"
	section FIELDS | sed -n 's/^|  \(.*\)$/\1/p' >"$test_dir/manual"
	same "-s help" "$test_dir/help" FIELDS "$test_dir/manual"
	"$frsp_top" --once 0.05 2>/dev/null | head -n 1 | tr -s ' ' '\n' >"$test_dir/report"
	same report "$test_dir/report" FIELDS "$test_dir/manual"
}

# definitions PROGRAM FILTER: what it leaves of the schema of PROGRAM
definitions() {
	jq -S "$2" "$docs/$1.schema.json"
}

@test "what frsp-top --json has from hotmon and frspctl, its schema has as theirs do" {
	local name n=0
	for name in $(definitions frsp-top '."$defs" | keys[]' | tr -d '"'); do
		[[ $(definitions hotmon ".\"\$defs\" | has(\"$name\")") == true ]] || continue
		diff -u <(definitions hotmon ".\"\$defs\".\"$name\"") <(definitions frsp-top ".\"\$defs\".\"$name\"") >&2 ||
			fail "$name is not the same"
		n=$((n + 1))
	done
	((n >= 10)) || fail "only $n in common"
	diff -u <(definitions hotmon '.properties | del(.schema, .host, .boot_id, .ts, .mono_ns, .untested_kernel, .cgroup_gone, .fs_gone, .ranges)') \
		<(definitions frsp-top '."$defs".heat.properties') >&2
	diff -u <(definitions frspctl '."$defs".filesystem.properties | del(.device, .dev, .mount, .taken_pct)') \
		<(definitions frsp-top '."$defs".frsp.properties') >&2
}

@test "the manual has the columns of a report" {
	fs_make fs ext4
	hotmon_launch files --batch 3600
	hotmon_launch ranges --batch --ranges 3600
	file_make "$test_dir/fs/data" 1
	hotmon_end files INT
	hotmon_end ranges INT
	grep -h '^ *TEMP ' "$test_dir/files.out" "$test_dir/ranges.out" | tr -s ' ' '\n' | sed '/^$/d' | sort -u >"$test_dir/report"
	section FIELDS | sed -n 's/^|  \([A-Z/s]*\)$/\1/p' | sort >"$test_dir/manual"
	same report "$test_dir/report" FIELDS "$test_dir/manual"
}

# --- the documents themselves ------------------------------------------------------

@test "mandoc finds no error in the manuals, and no warning but scdoc's own" {
	local found
	for program in $programs; do
		of "$program"
		scdoc <"$manual" >"$test_dir/$program.8"
		# scdoc has a paragraph macro before and after each block, needed or not.
		found=$(mandoc -T lint -W warning "$test_dir/$program.8" | grep -vE 'WARNING: skipping paragraph macro: PP (empty|after S[HS])$' || :)
		expect "mandoc" "$found" ""
	done
}

@test "mandoc does find errors, so the test above can fail" {
	printf '.TH x 8\n.SH NAME\nx\n.nonsense y\n.TS\n' >"$test_dir/bad.8"
	not mandoc -T lint -W warning "$test_dir/bad.8"
}

@test "the README's table of kernels is the one that the tests make" {
	"$root/tests/matrix" >"$test_dir/matrix"
	(($(wc -l <"$test_dir/matrix") >= 5))
	sed -n '/^## Tested on$/,/^## /{ /^|/p; }' "$root/README.md" | diff -u - "$test_dir/matrix"
}

@test "the README has at most 150 lines, design.md 120" {
	(($(wc -l <"$root/README.md") <= 150))
	(($(wc -l <"$docs/design.md") <= 120))
}

# links FILE: the relative links of a Markdown file, and the files that it names in
# `...` or begins an indented line with. NAME stands for any name.
links() {
	{
		grep -oE '\]\([^)#: ]+[)#]' "$1" | sed 's/^](//; s/[)#]$//'
		grep -oE '(`|^    (sudo )?)(bpf|docs|kmod|tests|tools|vmlinux)/[A-Za-z0-9_./-]*' "$1" |
			grep -v 'NAME\|\.ko$' | sed "s|.*[\` ]||; s|^|$root/|"
	} || :
}

@test "each file that a document links to or names is there" {
	local file link n=0
	for file in "$root/README.md" "$docs"/*.md; do
		for link in $(links "$file"); do
			[[ $link == /* ]] || link=$(dirname "$file")/$link
			[[ -e $link ]] || fail "${file#"$root"/}: no ${link#"$root"/}"
			n=$((n + 1))
		done
	done
	((n >= 10)) || fail "only $n links"
}

@test "each make target that a document names is there" {
	local target n=0
	while read -r target; do
		grep -qE "^\.PHONY:.* $target( |$)" "$root/Makefile" || fail "no target $target"
		n=$((n + 1))
	done < <(grep -hoE '(^    |`|sudo )make [a-z-]+' "$root/README.md" "$docs"/*.md | awk '{ print $NF }' | sort -u)
	((n >= 4)) || fail "only $n targets"
}
