#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The README's two commands, as they stand there, on machines that have nothing but bash
# and apt: roots of minbase, on the running kernel. The whole check is in this, but for
# the guests of the suites vm and build, which are the same wherever they start.

bats_require_minimum_version 1.5.0

# in_readme N: the Nth line of code below "Two commands", without what it does
in_readme() {
	sed -n '/^## Two commands/,/^## Build/s/^    \([^ ].*[^ ]\)   .*/\1/p' \
		"$BATS_TEST_DIRNAME/../../README.md" | sed -n "$1p"
}

# A user's locale, which is not there, and the PATH that su leaves.
bare() { # bare SUITE COMMAND
	local environment='export LANG=de_DE.UTF-8 PATH=/usr/local/bin:/usr/bin:/bin'
	run --separate-stderr "$BATS_TEST_DIRNAME/../debian" --bare "$1" bash -c "$environment; $2"
	echo "$output" | grep -v '^ok '
	# shellcheck disable=SC2154 # run sets it
	echo "stderr: $stderr"
	[[ $status == 0 ]]
}

demo() { # demo SUITE
	[[ $(in_readme 1) == *demo* ]]
	bare "$1" "$(in_readme 1)"
	[[ $output == *'==> all agree'* ]]
}

check() { # check SUITE
	[[ $(in_readme 2) == *'make check' ]]
	bare "$1" "export SUITES='lint unit sanitize native'; $(in_readme 2)"
	[[ $output =~ $'\n'[0-9]+' passed, 0 failed, '[0-9]+' skipped'$ ]]
}

@test "bare Debian 12: the README's first command" {
	demo bookworm
}

@test "bare Debian 13: the README's first command" {
	demo trixie
}

@test "bare Debian 12: the README's second command" {
	check bookworm
}

@test "bare Debian 13: the README's second command" {
	check trixie
}
