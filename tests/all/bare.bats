#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The README's two commands, copied from there, on Debian systems with little more than
# bash and apt: minbase roots on the running kernel (tests/debian --bare). The check lacks
# the suites vm and build, whose guests are the same on every machine.

bats_require_minimum_version 1.5.0

# in_readme N: prints the Nth command below "Two commands", without its description
in_readme() {
	sed -n '/^## Two commands/,/^## Build/s/^    \([^ ].*[^ ]\)   .*/\1/p' \
		"$BATS_TEST_DIRNAME/../../README.md" | sed -n "$1p"
}

# bare SUITE COMMAND: runs COMMAND with a user's locale, which is not installed there, and
# with the PATH that su leaves.
bare() {
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
