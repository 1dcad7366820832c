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

# values_of PROGRAM OPTION: prints the fixed values of the option, sorted, by other means:
# by "-s help", by the hint of an error or by --help
values_of() {
	case $1$2 in
	*--sort | *-s) "$(path_of "$1")" -s help | cut -d' ' -f1 ;;
	frsp-top--screen | frsp-top--metric)
		ARGP_HELP_FMT=rmargin=400 "$frsp_top" --help | sed -nE "s/^ *$2=NAME .*: ([a-z, ()]*)\$/\1/p" |
			sed 's/ (default)//; s/, /\n/g'
		;;
	frspctl--to) ARGP_HELP_FMT=rmargin=400 "$frspctl" --help | sed -nE "s/^ *--to=TIER .*: ([a-z]+), ([a-z]+), a tier's .*/\1\n\2/p" ;;
	*)
		run_program "$1" "$2=nonsense"
		expect "exit status" "$status" 2
		sed -nE 's/^ *hint: //p' "$test_dir/err" | sed -E 's/, | or /\n/g'
		;;
	esac | sort
}

# The options that take one of a few values.
fixed='hotmon --group
hotmon --sort
hotmon -s
hotmon --score
hotmon --color
frsp-top --screen
frsp-top --metric
frsp-top --sort
frsp-top -s
frsp-top --color
frspctl --progress
frspctl --to
frsp-image --from
frsp-image --to
frsp-image --progress'

@test "bash: options with fixed values are completed to them" {
	local option first
	while read -r program option; do
		script "$program" bash
		values_of "$program" "$option" >"$test_dir/values"
		(($(wc -l <"$test_dir/values") >= 2)) || fail "few values of $option: $(cat "$test_dir/values")"
		diff -u "$test_dir/values" <(complete_words "$program" "$option" '' | sort) >&2
		# as bash splits --sort=temp
		diff -u "$test_dir/values" <(complete_words "$program" "$option" = '' | sort) >&2
		first=$(head -n 1 "$test_dir/values")
		grep -qxF -- "$first" <(complete_words "$program" "$option" "${first:0:1}")
		expect "of nonsense" "$(complete_words "$program" "$option" nonsense)" ""
	done <<<"$fixed"
	script hotmon bash
	expect "+" "$(complete_words hotmon -s + | sort)" "$(values_of hotmon -s | sed 's/^/+/')"
	expect "+" "$(complete_words hotmon --sort = +te)" +temp
	script frsp-top bash
	expect "+" "$(complete_words frsp-top -s +MI)" +MISS/s
}

# mount_make: mounts a filesystem at a path with a space; sets mount
mount_make() {
	mount="$test_dir/a mount"
	fs_make fs ext4
	mkdir "$mount"
	mount --bind "$test_dir/fs" "$mount"
	defer umount "$mount"
	mount -t tmpfs none "$test_dir/fs/lost+found"
	defer umount "$test_dir/fs/lost+found"
}

@test "bash: mount points and directories" {
	mount_make
	script hotmon bash
	expect "mount points" "$(complete_words hotmon --fs "$test_dir/" | sort)" "$mount"$'\n'"$test_dir/fs"
	expect "mount points" "$(complete_words hotmon --fs = "$test_dir/a")" "$mount"
	expect "others are left to file names" "$(complete_words hotmon --fs "$test_dir/out")" ""
	expect "directories" "$(complete_words hotmon -D "$test_dir/" | sort)" "$mount"$'\n'"$test_dir/fs"
	expect "directories" "$(complete_words hotmon --directory = "$test_dir/a")" "$mount"
	script frsp-top bash
	expect "of frsp-top" "$(complete_words frsp-top --once "$test_dir/a")" "$mount"
	script frspctl bash
	expect "of frspctl" "$(complete_words frspctl save "$test_dir/a")" "$mount"
	expect "of frspctl's next word" "$(complete_words frspctl save / "$test_dir/a")" ""
}

@test "bash: frspctl's first word is completed to its commands, and no other" {
	script frspctl bash
	ARGP_HELP_FMT=rmargin=900,opt-doc-col=450 "$frspctl" --help | sed -n '/^ Commands:/,/^$/s/^  \([a-z][a-z]*\) .*/\1/p' |
		sort >"$test_dir/help"
	(($(wc -l <"$test_dir/help") == 24)) || fail "the commands: $(cat "$test_dir/help")"
	diff -u "$test_dir/help" <(complete_words frspctl '' | sort) >&2
	expect "of sta" "$(complete_words frspctl sta)" status
	expect "of a second word" "$(complete_words frspctl status sta)" ""
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

@test "zsh: options with fixed values are completed to them" {
	local option
	zsh_scripts
	while read -r program option; do
		values_of "$program" "$option" >"$test_dir/values"
		[[ $option == -? ]] && option+=' ' || option+='='
		diff -u "$test_dir/values" <(zsh_complete "$program $option" | sort) >&2
	done <<<"$fixed"
	expect "+" "$(zsh_complete 'hotmon -s +te')" temp
}

@test "zsh: mount points and directories" {
	mount_make
	zsh_scripts
	expect "mount points" "$(zsh_complete "hotmon --fs=$test_dir/")" "$mount"$'\n'"$test_dir/fs"
	expect "a file" "$(zsh_complete "hotmon --fs=$test_dir/scr")" ""
	touch "$test_dir/data"
	expect "a file" "$(zsh_complete "hotmon --fs=$test_dir/da")" data
	expect "of frsp-top" "$(zsh_complete "frsp-top --once $test_dir/a")" "$mount"
	expect "of frspctl" "$(zsh_complete "frspctl save $test_dir/a")" "$mount"
	expect "of frspctl's next word" "$(zsh_complete "frspctl save / $test_dir/da")" data
}

@test "frsp-image's first word is completed to its commands" {
	zsh_scripts
	expect "by zsh" "$(zsh_complete "frsp-image " | xargs)" "check compact convert create info map merge resize serve snapshot"
	script frsp-image bash
	expect "by bash" "$(complete_words frsp-image s | xargs)" "serve snapshot"
}

@test "zsh: frspctl's first word is completed to its commands, and no other" {
	zsh_scripts
	expect "commands" "$(zsh_complete "frspctl " | xargs)" "apply cancel config daemon defrag doctor escache explain jobs move pause plan report restore resume rollback save set simulate status tiers tree undo wait"
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
