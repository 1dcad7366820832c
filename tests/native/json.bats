#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2030,SC2031,SC2154 # each test is a subshell; lib.bash
# Tests that the output of hotmon --json is valid by docs/hotmon.schema.json.

load lib

schema=$BATS_TEST_DIRNAME/../../docs/hotmon.schema.json

# validate FILE NUMBER: the file has NUMBER lines, and each is valid.
validate() {
	local out status=0
	out=$("$native_dir/validate.py" "$schema" <"$1") || status=$?
	((status == 0)) || fail "$(head -n 20 <<<"$out")"
	expect "documents" "$out" "$2"
}

# json_start NAME [OPTION...]: starts a hotmon that reports once, when json_stop NAME ends
# it.
json_start() {
	hotmon_launch "$1" --json -r 0 "${@:2}" 3600
}

json_stop() { # json_stop NAME
	hotmon_stop "$1"
	validate "$test_dir/$1.out" 1
}

# report_fs [OPTION...]: makes a filesystem and does some I/O there while hotmon runs with
# these options; sets file to the file that was read.
report_fs() {
	file=$test_dir/fs/data
	fs_make fs ext4
	file_make "$file" 3
	fs_cool fs
	json_start fs --fs "$test_dir/fs" "$@"
	cat "$file" >/dev/null
	file_make "$test_dir/fs/new" 1
	json_stop fs
	expect "bytes read of $file" "$(report fs ".files[] | select(.path == \"$file\").read_bytes")" $((3 << 20))
}

@test "a report on files is valid, and has no ranges" {
	report_fs
	expect "ranges" "$(report fs 'has("ranges")')" false
}

@test "a report on ranges is valid" {
	report_fs --ranges
	expect "ranges of the file" "$(report fs "[.ranges[] | select(.path == \"$file\").offset] | sort | join(\" \")")" \
		"0 1048576 2097152"
}

@test "a report by the compat score is valid, with temperatures up to 255" {
	report_fs --ranges --score compat
	report fs '[.files[], .ranges[] | .temperature] | length > 0 and all(. == floor and . > 0 and . < 256)' | grep -qx true
}

@test "a report on nothing is valid" {
	fs_make fs ext4
	sync -f "$test_dir/fs"
	json_start fs --ranges --fs "$test_dir/fs" -D "$test_dir/fs/lost+found"
	json_stop fs
	expect "files and ranges" "$(report fs '[.files, .ranges | length] | join(" ")')" "0 0"
}

@test "each line is a document of its own" {
	"$hotmon" --json --ranges -r 3 0.1 5 >"$test_dir/out" 2>"$test_dir/err"
	validate "$test_dir/out" 5
}

@test "a filesystem of another mount namespace: path is null" {
	local id dir=$test_dir/other
	truncate -s 64M "$test_dir/other.img"
	loop_attach other "$test_dir/other.img"
	fs_format "${loop_of[other]}" ext4
	mkdir "$dir"
	json_start fs --ranges
	mount_ns_hold
	id=$(nsenter -m -r -t "$holder" bash -ec "
		mount '${loop_of[other]}' '$dir'
		dd if=/dev/zero of='$dir/data' bs=64k count=2 conv=fsync status=none
		stat -c '.dev == \"%Hd:%Ld\" and .ino == %i' '$dir/data'")
	json_stop fs
	expect "path" "$(report fs ".files[] | select($id).path")" null
	expect "path of the range" "$(report fs ".ranges[] | select($id).path")" null
	expect "links and state" "$(report fs ".files[] | select($id) | \"\(.links) \(.other_mount_ns) \(.deleted)\"")" \
		"null true false"
}

# Each file name as a format of printf, and as its JSON.
names='
new\nline            new\nline
quote"s              quote\"s
back\\slash          back\\slash
tab\tand\033[31m     tab\tand\u001b[31m
del\177              del\u007f
\303\244\342\202\254 \u00e4\u20ac
\360\237\230\200     \ud83d\ude00
bad\377byte          bad\ufffdbyte
cut\342\202          cut\ufffd\ufffd
\355\240\200         \ufffd\ufffd\ufffd
long\300\257         long\ufffd\ufffd
'

@test "any file name is valid, and the same again where it is UTF-8" {
	local format name json n=0
	fs_make fs ext4
	while read -r format json; do
		[[ -n $format ]] || continue
		# shellcheck disable=SC2059 # it is a format
		printf -v name "$format"
		file_make "$test_dir/fs/$name" 1
	done <<<"$names"
	fs_cool fs
	json_start fs --fs "$test_dir/fs"
	find "$test_dir/fs" -name lost+found -prune -o -type f -exec cat {} + >/dev/null
	json_stop fs
	while read -r _ json; do
		[[ -n $json ]] || continue
		n=$((n + 1))
		json=\"$test_dir/fs/$json\"
		expect "files called $json" "$(report fs "[.files[] | select(.path == $json)] | length")" 1
	done <<<"$names"
	expect "files" "$(report fs '.files | length')" "$n"
}

@test "a deleted file is valid, with its last path" {
	local id file=$test_dir/fs/data
	fs_make fs ext4
	file_make "$file" 1
	fs_cool fs
	id=$(file_id "$file")
	json_start fs --fs "$test_dir/fs"
	cat "$file" >/dev/null
	rm "$file"
	json_stop fs
	expect "path and state" "$(report fs ".files[] | $(select_id "$id") | \"\(.path) \(.deleted) \(.links)\"")" \
		"$file true 0"
}

@test "links are the names that a file has" {
	local id file=$test_dir/fs/data
	fs_make fs ext4
	file_make "$file" 1
	ln "$file" "$test_dir/fs/data2"
	ln "$file" "$test_dir/fs/data3"
	file_make "$test_dir/fs/single" 1
	fs_cool fs
	id=$(file_id "$file")
	json_start fs --ranges --fs "$test_dir/fs"
	cat "$file" "$test_dir/fs/single" >/dev/null
	json_stop fs
	expect "of three names" "$(report fs ".files[], .ranges[] | $(select_id "$id") | .links" | paste -sd' ')" "3 3"
	expect "of one" "$(report fs ".files[] | select(.path == \"$test_dir/fs/single\") | \"\(.links) \(.other_mount_ns)\"")" \
		"1 false"
}

monotonic_ns() {
	python3 -c 'import time; print(time.monotonic_ns())'
}

@test "a report says of which machine, of which boot and of when it is" {
	local before after
	before=$(monotonic_ns)
	"$hotmon" --json 0.1 2 >"$test_dir/out" 2>"$test_dir/err"
	after=$(monotonic_ns)
	validate "$test_dir/out" 2
	expect "host and boot" "$(jq -r '"\(.host) \(.boot_id)"' "$test_dir/out" | uniq)" \
		"$(uname -n) $(cat /proc/sys/kernel/random/boot_id)"
	{
		echo "$before"
		jq .mono_ns "$test_dir/out"
		echo "$after"
	} >"$test_dir/times"
	sort -nC "$test_dir/times" || fail "not in order: $(cat "$test_dir/times")"
	# ts and mono_ns are taken at the same time
	expect "interval in ms by mono_ns, less that by ts, within 20" "$(jq -s '
		def ms: (.ts[0:19] + "Z" | fromdate) * 1000 + (.ts[20:23] | tonumber);
		(.[1].mono_ns - .[0].mono_ns) / 1000000 - (.[1] | ms) + (.[0] | ms) | fabs < 20' "$test_dir/out")" true
}

@test "a locale with a decimal comma changes nothing" {
	mkdir "$test_dir/locale"
	export LANG=C # LANG must be a locale that exists, or the one below is not found
	printf '%s\n' 'LC_NUMERIC' 'decimal_point ","' 'thousands_sep "."' 'grouping 3;3' 'END LC_NUMERIC' \
		>"$test_dir/comma"
	# localedef warns about missing categories
	localedef -c -i "$test_dir/comma" -f ANSI_X3.4-1968 "$test_dir/locale/comma" >"$test_dir/localedef" 2>&1 || :
	unset LC_ALL
	export LOCPATH=$test_dir/locale LC_NUMERIC=comma
	expect "this locale, as bash sees it" "$(bash -c 'printf %.1f 0')" 0,0
	report_fs --ranges
	timeout "$PATIENCE" "$hotmon" --json --once 0.1 >"$test_dir/out"
	validate "$test_dir/out" 1
}

# bats test_tags=slow
@test "a document with a field less, a field more or a wrong value is not valid" {
	local out status=0
	report_fs --ranges
	# documents with files, ranges and null values
	report fs -c '.files |= .[:2] | .ranges |= .[:2] | ., (.files[0].path = null | .files[0].fs_type = null)' \
		>"$test_dir/documents"
	validate "$test_dir/documents" 2
	out=$("$native_dir/validate.py" --mutants "$schema" <"$test_dir/documents") || status=$?
	((status == 0)) || fail "$out"
	((out > 500)) || fail "only $out mutants"
}

@test "text that is not JSON is not valid, so the tests above can fail" {
	local text
	report_fs
	for text in '' '{' '[]' '{"a":NaN}' '{} {}' "$(sed 's/"ts":/"ts":1,"ts":/' "$test_dir/fs.json")" \
		"$(sed 's/"temperature":\([0-9]*\)\./"temperature":\1,/' "$test_dir/fs.json")" \
		"$(sed 's/"ino":\([0-9]*\)/"ino":\1.0/' "$test_dir/fs.json")" \
		"$(sed "s/data/\xff/" "$test_dir/fs.json")"; do
		! "$native_dir/validate.py" "$schema" <<<"$text" || fail "it takes ${text:0:200}"
	done
	! "$native_dir/validate.py" "$schema" </dev/null || fail "it takes nothing at all"
}
