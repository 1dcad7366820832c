#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2030,SC2031,SC2154 # each test is a subshell; lib.bash
# Tests of the completion scripts that PROGRAM --completion=SHELL prints, in their shells.

load lib

long_options() { # long_options PROGRAM: prints the long options of --help, sorted
	"$(path_of "$1")" --help | grep -oE -- '^ *(-.,)? *--[a-z-]+' | grep -oE -- '--[a-z-]+' | sort
}

# script PROGRAM SHELL: puts the completion script into $test_dir/script
script() {
	run_program "$1" --completion="$2"
	expect "exit status" "$status" 0
	expect "on stderr" "$(cat "$test_dir/err")" ""
	mv "$test_dir/out" "$test_dir/script"
}

# complete_words PROGRAM WORD...: prints the completions of the last word, by a bash that
# has sourced the script. It calls the function that "complete" has set for the program,
# with the arguments that bash passes: the program, the word, and the word before it.
complete_words() {
	# shellcheck disable=SC2016 # expanded by that bash
	bash --norc -uc '
		. "$1"; shift
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
		read -ra how <<<"$(complete -p "$1")"
		for ((i = 0; i < ${#how[@]}; i++)); do
			[[ ${how[i]} != -F ]] || function=${how[i + 1]}
		done
		"$function" "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
		((${#COMPREPLY[@]} == 0)) || printf "%s\n" "${COMPREPLY[@]}"
	' bash "$test_dir/script" "$@"
}

@test "bash: the scripts are valid, and load without a word" {
	for program in $programs; do
		script "$program" bash
		bash -n "$test_dir/script"
		expect "of $program" "$(bash --norc -uc '. "$1"' bash "$test_dir/script" 2>&1)" ""
	done
}

@test "bash: an option is completed to those of --help" {
	for program in $programs; do
		script "$program" bash
		long_options "$program" >"$test_dir/help"
		(($(wc -l <"$test_dir/help") >= 5)) || fail "few options: $(cat "$test_dir/help")"
		diff -u "$test_dir/help" <(complete_words "$program" -- | sort) >&2
		expect "of --ver" "$(complete_words "$program" --vers)" --version
		expect "of --usa behind another word" "$(complete_words "$program" / --usa)" --usage
		expect "of --nonsense" "$(complete_words "$program" --nonsense)" ""
	done
}

@test "bash: short options are those of --help" {
	for program in $programs; do
		script "$program" bash
		"$(path_of "$program")" --help | sed -nE 's/^ *(-[a-zA-Z]),? .*/\1/p' | sort >"$test_dir/help"
		diff -u "$test_dir/help" <(complete_words "$program" - | grep -v -- -- | sort) >&2
	done
}

@test "bash: an option's value, and what is no option, is left to file names" {
	local program option
	for program in hotmon frsp-top; do
		script "$program" bash
		for option in $("$(path_of "$program")" --help | grep -oE -- '^ *(-.,)? *--[a-z-]+=' | grep -oE -- '--[a-z-]+') -d; do
			expect "behind $option" "$(complete_words "$program" "$option" -)" ""
		done
		expect "behind --once" "$(complete_words "$program" --once --usa)" --usage
		expect "a word" "$(complete_words "$program" a)" ""
		grep -qE "^complete -o default -F [a-z_]+ $program\$" "$test_dir/script"
	done
}

@test "bash: frspctl's first word is completed to its commands, and no other" {
	script frspctl bash
	ARGP_HELP_FMT=rmargin=200 "$frspctl" --help | sed -n '/^ Commands:/,/^$/s/^  \([a-z][a-z]*\) .*/\1/p' |
		sort >"$test_dir/help"
	(($(wc -l <"$test_dir/help") == 6)) || fail "the commands: $(cat "$test_dir/help")"
	diff -u "$test_dir/help" <(complete_words frspctl '' | sort) >&2
	expect "of sta" "$(complete_words frspctl sta)" status
	expect "of a second word" "$(complete_words frspctl status '')" ""
}

# zsh_complete LINE: prints the completions of LINE by a zsh with all scripts.
zsh_complete() {
	"$native_dir/zsh_matches" "$test_dir/zsh" "$1" | sort -u
}

zsh_scripts() {
	mkdir "$test_dir/zsh"
	for program in $programs; do
		script "$program" zsh
		mv "$test_dir/script" "$test_dir/zsh/_$program"
	done
}

@test "zsh: an option is completed to those of --help" {
	zsh_scripts
	for program in $programs; do
		diff -u <(long_options "$program") <(zsh_complete "$program --") >&2
		expect "of --ver" "$(zsh_complete "$program --vers")" --version
		expect "of --nonsense" "$(zsh_complete "$program --nonsense")" ""
	done
}

@test "zsh: an option's value, and what is no option, are left to file names" {
	zsh_scripts
	mkdir "$test_dir/directory"
	touch "$test_dir/file"
	expect "a directory" "$(zsh_complete "hotmon -D $test_dir/")" $'directory\nzsh'
	grep -qx file <(zsh_complete "frsp-top $test_dir/f")
	expect "behind --rows" "$(zsh_complete "hotmon --rows=-")" ""
}

@test "zsh: frspctl's first word is completed to its commands, and no other" {
	zsh_scripts
	expect "commands" "$(zsh_complete "frspctl " | xargs)" "doctor restore save set status tree"
	expect "of a second word" "$(zsh_complete "frspctl status sta")" ""
}

@test "another shell is refused" {
	for program in $programs; do
		run_program "$program" --completion=fish
		expect_error 2 fish
		run_program "$program" --completion=
		expect_error 2 'no such shell'
	done
}

@test "neither privileges nor a kernel with BTF are needed" {
	for program in $programs; do
		run_as_nobody "$program" --completion=bash
		expect "exit status" "$status" 0
		[[ -s $test_dir/out ]] || fail "nothing is printed"
	done
}
