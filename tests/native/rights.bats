#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2016,SC2034,SC2154 # for eval; lib.bash
# Tests that the capabilities in hotmon's manual are enough for a user who is not root, and
# that each of them is needed.

load lib

probe=${PATH_PROBE:-$native_dir/../../.output/native/path_probe}

# Prints the capabilities under REQUIREMENTS, in lower case and without "CAP_".
capabilities() {
	sed -n '/^# REQUIREMENTS/,/as root has them/p' "$native_dir/../../docs/hotmon.8.scd" |
		grep -o 'CAP_[A-Z_]*' | sed 's/^CAP_//' | tr '[:upper:]' '[:lower:]' | sort -u
}

# become_user [CAPABILITY...]: sets user, a command prefix that runs a command as the user
# nobody with these capabilities. Copies the programs under test to a directory that this
# user can read.
become_user() {
	local name only public
	only=-all$(printf ',+%s' "$@")
	user=(setpriv --reuid=65534 --regid=65534 --clear-groups "--inh-caps=$only" "--ambient-caps=$only" "--bounding-set=$only")
	public=$(mktemp -d /tmp/frsp-native.XXXXXX)
	defer rm -r "$public"
	chmod 755 "$public"
	for name in $programs; do
		install -m 755 "$(path_of "$name")" "$public/$name"
	done
	hotmon=$public/hotmon frsp_top=$public/frsp-top frspctl=$public/frspctl frspd=$public/frspd
}

# run_as_user PROGRAM [ARG...]: like run_program, but with the prefix in user
run_as_user() {
	program=$1 status=0
	"${user[@]}" timeout "$PATIENCE" "$(path_of "$1")" "${@:2}" >"$test_dir/out" 2>"$test_dir/err" || status=$?
}

# all_rights: become_user with the manual's capabilities
all_rights() {
	local -a named
	mapfile -t named < <(capabilities)
	((${#named[@]} >= 3)) || fail "the manual names ${named[*]:-none}"
	become_user "${named[@]}"
}

# nameless_make TYPE: makes a filesystem at $test_dir/fs with $file, which is not cached,
# below directories that only root can read; sets id.
nameless_make() {
	fs_make fs "$1"
	mkdir -p "$test_dir/fs/a/b"
	file=$test_dir/fs/a/b/data
	file_make "$file" 1
	chmod -R go= "$test_dir/fs/a"
	id=$(file_id "$file")
	fs_cool fs
}

last_path_is() {
	[[ $(tail -n 1 "$test_dir/fs.out" | jq -r ".files[] | $(select_id "$id") | .path") == "$1" ]]
}

# expect_named TYPE READ...: the command READ reads the file, and hotmon shows its path.
expect_named() {
	all_rights
	nameless_make "$1"
	"${user[@]}" "$hotmon" --json --fs "$test_dir/fs" 0.2 >"$test_dir/fs.out" 2>"$test_dir/fs.err" 3>&- &
	defer kill $!
	wait_until grep -q Tracing "$test_dir/fs.err"
	"${@:2}"
	wait_until last_path_is "$file" || fail "$(cat "$test_dir/fs.err")"
}

# reads the file as an NFS server does it, without a look-up of its name
read_nameless() {
	local ino gen
	read -r _ ino gen <<<"$id"
	"$probe" read "$test_dir/fs" "$ino" "$gen"
}

read_cold() {
	cat "$file" >/dev/null
}

@test "ext4: a file that nothing names is searched for" {
	expect_named ext4 read_nameless
}

@test "XFS: a file that nothing names is searched for" {
	expect_named xfs read_nameless
}

@test "btrfs: a file has its path by its handle" {
	expect_named btrfs read_cold
}

@test "a file whose name nothing caches any more has a path by the directory it was in" {
	all_rights
	nameless_make ext4
	"${user[@]}" "$hotmon" --json --no-scan --fs "$test_dir/fs" 0.2 >"$test_dir/fs.out" 2>"$test_dir/fs.err" 3>&- &
	defer kill $!
	wait_until grep -q Tracing "$test_dir/fs.err"
	cat "$file" >/dev/null
	wait_until last_path_is "$file"
	kill -STOP $! # so that hotmon does not see the new name while it is cached
	mv "$file" "$file.moved"
	fs_cool fs
	kill -CONT $!
	read_nameless
	wait_until last_path_is "$file.moved"
}

@test "reports, the self-test and the doctor" {
	local command
	all_rights
	fs_make fs ext4
	chown 65534:65534 "$test_dir/fs"
	for command in "hotmon --once 0.1" "hotmon --self-test -D $test_dir/fs" "frsp-top --once 0.1" \
		"frsp-top --screen map --once $test_dir/fs 0.1" "frsp-top --screen escache --once $test_dir/fs 0.1"; do
		# shellcheck disable=SC2086 # a list of words
		run_as_user $command
		expect "$command: exit status" "$status" 0
	done
	run_as_user frspctl doctor
	grep '^[A-Z]* *self-test: ' "$test_dir/out" | not grep -E 'not done, as|cannot count' || fail "$(cat "$test_dir/out")"
}

@test "each capability is needed, and is named if it is not there" {
	local missing
	local -a others
	while read -r missing; do
		mapfile -t others < <(capabilities | grep -vx "$missing")
		become_user "${others[@]}"
		run_as_user hotmon --once 0.1
		expect_error 4 "missing CAP_${missing^^}\$"
	done < <(capabilities)
}

@test "--pin and --unpin are for root, as is the BPF filesystem; a report needs no root" {
	local command
	all_rights
	[[ ! -e /sys/fs/bpf/frsp ]] || fail "something is pinned here: frsp-top --unpin"
	mount_bpffs
	run_as_user frsp-top --pin
	expect_error 4 /sys/fs/bpf/frsp
	"$frsp_top" --pin
	defer "$frsp_top" --unpin
	run_as_user frsp-top --unpin
	expect_error 4 /sys/fs/bpf/frsp
	for command in "frsp-top --once 0.1" "hotmon --once 0.1"; do
		# shellcheck disable=SC2086 # a list of words
		run_as_user $command
		expect "$command: exit status" "$status" 0
	done
}
