#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2016,SC2154 # jq programs; lib.bash sets the variables
# Tests that for a program as people run it, the first row of the view that one would choose
# names the right file or directory, and the right process.

load lib

first() { # first NAME VIEW FILTER: what FILTER selects from the first row of a view
	report "$1" ".$2[0] | $3"
}

# sqlite MODE: 40 transactions on a database in a journal mode, by a process named sqlite-app.
sqlite() {
	cp "$(readlink -f /usr/bin/python3)" "$test_dir/sqlite-app"
	PYTHONHOME=/usr "$test_dir/sqlite-app" - "$test_dir/fs/app.db" "$1" <<'EOF_SQLITE'
import sqlite3, sys
database = sqlite3.connect(sys.argv[1])
database.execute("PRAGMA journal_mode=" + sys.argv[2])
database.execute("PRAGMA synchronous=FULL")
database.execute("CREATE TABLE t (x)")
for i in range(40):
    database.execute("INSERT INTO t VALUES (?)", ("x" * 20000,))
    database.commit()
EOF_SQLITE
}

@test "SQLite with a rollback journal: 40 journals are one path, and whose they are" {
	fs_make fs ext4
	hotmon_start fs --fs "$test_dir/fs" --group=path -s wbytes
	sqlite DELETE
	hotmon_stop fs
	expect "the two paths" "$(report fs '.paths[:2] | map(.path) | sort | join(" ")')" \
		"$test_dir/fs/app.db $test_dir/fs/app.db-journal"
	((40 <= $(report fs '.paths[] | select(.path | endswith("-journal")) | .files'))) ||
		fail "$(report fs '.paths')"
	expect "who" "$(report fs '[.paths[:2][].who[0].command] | unique | join(" ")')" sqlite-app
}

@test "SQLite with a write-ahead log: the log is first" {
	fs_make fs ext4
	hotmon_start fs --fs "$test_dir/fs" -s wbytes
	sqlite WAL
	hotmon_stop fs
	expect "file and process" "$(first fs files '"\(.path) \(.who[0].command)"')" "$test_dir/fs/app.db-wal sqlite-app"
}

@test "a maildir: 100 mails are one directory, and who delivered them" {
	local n
	fs_make fs ext4
	mkdir -p "$test_dir/fs/Maildir"/{tmp,new,cur}
	cp "$(command -v dd)" "$test_dir/deliver"
	hotmon_start fs --fs "$test_dir/fs" --group=dir -s writes
	for ((n = 0; n < 100; n++)); do
		"$test_dir/deliver" if=/dev/zero of="$test_dir/fs/Maildir/tmp/$n" bs=4k count=2 conv=fsync status=none
		mv "$test_dir/fs/Maildir/tmp/$n" "$test_dir/fs/Maildir/new/$n"
	done
	hotmon_stop fs
	expect "directory, files, process" "$(first fs directories '"\(.path) \(.files) \(.who[0].command)"')" \
		"$test_dir/fs/Maildir/new 100 deliver"
}

@test "git gc: the pack, and that git wrote it" {
	local git=(git -C "$test_dir/fs/repo" -c user.name=x -c user.email=x@example.org -c gc.auto=0)
	fs_make fs ext4
	git init -q "$test_dir/fs/repo"
	head -c 8M /dev/urandom | split -b 256k - "$test_dir/fs/repo/part"
	"${git[@]}" add .
	"${git[@]}" commit -qm x
	sync -f "$test_dir/fs"
	hotmon_start fs --fs "$test_dir/fs" --group=process -s wbytes
	"${git[@]}" -c core.fsync=all gc -q
	sync -f "$test_dir/fs"
	hotmon_stop fs
	expect "process" "$(first fs processes .command)" git
	[[ $(first fs processes .top_file.path) == "$test_dir"/fs/repo/.git/objects/pack/*.pack ]] ||
		fail "$(first fs processes .)"
	[[ $(report fs '.files | max_by(.write_bytes) | .path') == *.pack ]] || fail "$(report fs .files)"
}
