#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2016,SC2034,SC2154 # scripts for another shell; lib.bash
# Tests on systems that lack something: the messages, the exit status, and what still works.

load lib

# inside SETUP PROGRAM [ARG...]: like run_program, but in a new mount namespace and a new
# PID namespace, and after the shell commands SETUP.
inside() {
	program=$2 status=0
	unshare -mpf --mount-proc sh -ec 'eval "$1" && shift && exec "$@"' - "$1" \
		timeout "$PATIENCE" "$(path_of "$2")" "${@:3}" >"$test_dir/out" 2>"$test_dir/err" || status=$?
}

processes_only='mount -t proc -o subset=pid proc /proc'

# doctor_outside: puts the doctor's lines "VERDICT CHECK: TEXT", where nothing is hidden,
# into $test_dir/outside.
doctor_outside() {
	run_program frspctl doctor
	grep -v ' hint:' "$test_dir/out" >"$test_dir/outside"
}

@test "/proc with processes only: it is named, and the remedy helps" {
	local command
	for command in "hotmon --once 0.1" "hotmon --self-test" "frsp-top --once 0.1"; do
		# shellcheck disable=SC2086 # a list of words
		inside "$processes_only" $command
		expect_error 3 'subset=pid'
	done
	inside "$processes_only; $(sed -n 's/^  hint: "\(mount [^"]*\)".*/\1/p' "$test_dir/err")" hotmon --once 0.1
	expect "exit status after the remedy" "$status" 0
}

@test "/proc with processes only: the doctor says what it cannot see, and the rest as ever" {
	local check
	doctor_outside
	inside "$processes_only" frspctl doctor
	for check in ftrace functions; do
		grep -q "^WARN  $check: cannot see" "$test_dir/out" || fail "$check: $(grep " $check:" "$test_dir/out")"
	done
	grep -q '^WARN  self-test: hotmon cannot count here: .*subset=pid' "$test_dir/out"
	for check in kernel ext4 btf livepatch tools; do
		expect "$check" "$(grep " $check:" "$test_dir/out")" "$(grep " $check:" "$test_dir/outside")"
	done
}

@test "/proc that hides processes of others takes nothing away" {
	local hides
	for hides in hidepid=2 hidepid=ptraceable; do
		inside "mount -t proc -o $hides proc /proc" hotmon --once 0.1
		expect "exit status with $hides" "$status" 0
	done
}

@test "no tracefs and no debugfs: all works, and the doctor says what it cannot see" {
	local command none='umount -q -a -t tracefs,debugfs || :; ! mount | grep -E "type (tracefs|debugfs)" >&2'
	for command in "hotmon --once 0.1" "frsp-top --once 0.1"; do
		# shellcheck disable=SC2086 # a list of words
		inside "$none" $command
		expect "$command: exit status" "$status" 0
	done
	inside "$none" frspctl doctor
	grep -q '^OK    functions: .* cannot be seen' "$test_dir/out"
}

# lock_down MODES: sets locked, a SETUP that replaces the file lockdown. A real lockdown
# could not be undone.
lock_down() {
	[[ -d /sys/kernel/security ]] || skip "the kernel has no securityfs"
	mkdir -p "$test_dir/security"
	echo "$1" >"$test_dir/security/lockdown"
	locked="mount --bind '$test_dir/security' /sys/kernel/security"
}

@test "a kernel that is locked down for confidentiality" {
	local command
	lock_down 'none integrity [confidentiality]'
	for command in "hotmon --once 0.1" "hotmon --self-test" "frsp-top --once 0.1"; do
		# shellcheck disable=SC2086 # a list of words
		inside "$locked" $command
		expect_error 3 '/sys/kernel/security/lockdown is .confidentiality'
	done
	inside "$locked" frspctl doctor
	grep -q '^WARN  self-test: hotmon cannot count here: .*confidentiality' "$test_dir/out"
}

@test "a kernel that is locked down for integrity" {
	lock_down 'none [integrity] confidentiality'
	inside "$locked" hotmon --once 0.1
	expect "exit status" "$status" 0
}

# kernel_without WORD...: sets lacking, a SETUP after which no name of a type or symbol of
# the kernel contains a WORD, as if a module were not loaded.
kernel_without() {
	local word
	cp -r /sys/kernel/btf "$test_dir/btf"
	for word; do rm -f "$test_dir/btf/$word"; done
	python3 - /sys/kernel/btf/vmlinux "$test_dir/btf/vmlinux" "$@" <<-'EOT'
		import struct, sys
		btf = bytearray(open(sys.argv[1], "rb").read())
		header_len, _, _, at, size = struct.unpack_from("<4xIIIII", btf)
		names = bytes(btf[header_len + at:header_len + at + size])
		for word in sys.argv[3:]:
		    names = names.replace(word.encode(), b"_" * len(word))
		btf[header_len + at:header_len + at + size] = names
		open(sys.argv[2], "wb").write(btf)
	EOT
	grep -vE "$(IFS='|' && echo "$*")" /proc/kallsyms >"$test_dir/kallsyms"
	lacking="mount --bind '$test_dir/btf' /sys/kernel/btf; mount --bind '$test_dir/kallsyms' /proc/kallsyms"
}

@test "a kernel with neither ext4 nor XFS" {
	kernel_without ext4 jbd2 xfs
	inside "$lacking" frsp-top --once 0.1
	expect_error 3 'neither ext4 nor XFS'
	inside "$lacking" hotmon --once 0.1
	expect "hotmon: exit status" "$status" 0
}

@test "a kernel with XFS and without ext4" {
	fs_make fs xfs
	kernel_without ext4 jbd2
	inside "$lacking" frsp-top --json --once "$test_dir/fs" 0.1
	expect "exit status" "$status" 0
	jq -e '.filesystems[0] | .fs_type == "xfs" and .busy != null' "$test_dir/out"
}

@test "a kernel with ext4 and without XFS" {
	fs_make fs ext4
	kernel_without xfs
	inside "$lacking" frsp-top --json --once "$test_dir/fs" 0.1
	expect "exit status" "$status" 0
	jq -e '.filesystems[0] | .fs_type == "ext4" and .busy != null and .escache != null' "$test_dir/out"
}
