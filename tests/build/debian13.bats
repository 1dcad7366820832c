#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The build and the unit tests with the compilers and libraries of Debian 13, in a root of
# tests/debian; and tests of that script.

bats_require_minimum_version 1.5.0

debian=$BATS_TEST_DIRNAME/../debian
cache=$(realpath -m "${FRSP_CACHE:-/var/cache/frsp}")

# The copy in the root has no git repository, so the version has no commit.
@test "Debian 13: all builds without a warning, BPF with both clangs; the unit tests pass" {
	run "$debian" trixie sh -euc 'make -j WERROR=1 tests
		.output/hotmon --version
		tests/run unit
		make -j WERROR=1 bpf CLANG=clang-22'
	echo "$output"
	[[ $status == 0 && $output =~ $'\n''hotmon '[0-9.]+', libbpf v1.5'$'\n' ]]
}

@test "a bare root has none of what we need, and the command's status is passed on" {
	run --separate-stderr "$debian" --bare trixie sh -c 'command -v make git sudo python3; exit 42'
	echo "$output"
	[[ $status == 42 && $output == '' ]]
}

# Prints what a run of the tests below has left behind.
left_over() {
	pgrep -fax 'sleep 98765'
	grep -F "$cache" /proc/mounts
	grep -F image-98765 /sys/block/loop*/loop/backing_file
	compgen -G "$cache/.run-*/upper/var/tmp/mark-$BATS_TEST_NUMBER"
}

nothing_is_left() {
	local try left
	for try in {1..100}; do
		left=$(left_over 2>/dev/null) || :
		[[ $left ]] || return 0
		sleep 0.1
	done
	echo "left after $try tries: $left"
	return 1
}

@test "what the command leaves goes with its root: processes, mounts, loop devices" {
	"$debian" --bare trixie bash -euxc 'cd /var/tmp; touch mark-'"$BATS_TEST_NUMBER"'
		setsid sleep 98765 >/dev/null 2>&1 &
		mount -t tmpfs tmpfs /mnt
		truncate -s 4M image-98765
		losetup -f image-98765' 3>&-
	nothing_is_left
}

@test "so it does when tests/debian is ended, or killed" {
	local signal pid
	for signal in TERM KILL; do
		"$debian" --bare trixie sh -c "cd /var/tmp; touch mark-$BATS_TEST_NUMBER; exec sleep 98765" 3>&- &
		pid=$!
		until pgrep -fx 'sleep 98765' >/dev/null; do sleep 0.1; done
		[[ $(left_over) ]]
		kill "-$signal" "$pid"
		wait "$pid" || :
		# after SIGKILL, the next run removes the files from the cache
		[[ $signal != KILL ]] || "$debian" --bare trixie true
		nothing_is_left
	done
}

@test "what is wrong is said in two lines, the cause and what to do" {
	run "$debian" no-such-suite
	[[ $status == 2 && ${#lines[@]} == 2 ]]
	run "$debian" nosuchsuite true
	echo "$output"
	[[ $status == 125 && $output == *"debian: cannot make a root of nosuchsuite"* ]]
	run setpriv --reuid=65534 --clear-groups "$debian" trixie true
	[[ $status == 125 && $output == "debian: not root"$'\n'* ]]
}
