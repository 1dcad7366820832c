#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2016,SC2154 # jq programs; lib.bash sets the variables
# Tests that for a program as people run it, the first row of the view that one would choose
# names the right file or directory, and the right process: in a report, and on the first
# screen of 80x24, which also has the part of the file one key away.

load lib
load tui
load first_screen
load postgres

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
	hotmon_start fs --fs "$test_dir/fs" --group=path --no-metadata -s wbytes
	first_screen_open fs
	sqlite DELETE
	expect_first_file /app.db "$(who sqlite-app)"
	expect_first_range 0M /app.db "$(who sqlite-app)"
	hotmon_stop fs
	expect "the two paths" "$(report fs '.paths[:2] | map(.path) | sort | join(" ")')" \
		"$test_dir/fs/app.db $test_dir/fs/app.db-journal"
	((40 <= $(report fs '.paths[] | select(.path // "" | endswith("-journal")) | .files'))) ||
		fail "$(report fs '.paths')"
	expect "who" "$(report fs '[.paths[:2][].who[0].command] | unique | join(" ")')" sqlite-app
}

@test "SQLite with a write-ahead log: the log is first" {
	fs_make fs ext4
	hotmon_start fs --fs "$test_dir/fs" -s wbytes
	first_screen_open fs
	sqlite WAL
	expect_first_file '/app.db-wal( \(deleted\))?' "$(who sqlite-app)"
	expect_first_range 0M '/app.db-wal( \(deleted\))?' "$(who sqlite-app)"
	hotmon_stop fs
	expect "file and process" "$(first fs files '"\(.path) \(.who[0].command)"')" "$test_dir/fs/app.db-wal sqlite-app"
}

@test "a maildir: 100 mails are one directory, and who delivered them" {
	local n
	fs_make fs ext4
	mkdir -p "$test_dir/fs/Maildir"/{tmp,new,cur}
	cp "$(command -v dd)" "$test_dir/deliver"
	hotmon_start fs --fs "$test_dir/fs" --group=dir --no-metadata -s writes
	first_screen_open fs --group=dir
	for ((n = 0; n < 100; n++)); do
		"$test_dir/deliver" if=/dev/zero of="$test_dir/fs/Maildir/tmp/$n" bs=4k count=2 conv=fsync status=none
		mv "$test_dir/fs/Maildir/tmp/$n" "$test_dir/fs/Maildir/new/$n"
	done
	expect_first_file /Maildir/new "$(who deliver)"
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
	first_screen_open fs
	"${git[@]}" -c core.fsync=all gc -q
	sync -f "$test_dir/fs"
	expect_first_file 'pack-[0-9a-f]+[^ ]*' "$(who git)"
	hotmon_stop fs
	expect "process" "$(first fs processes .command)" git
	[[ $(first fs processes .top_file.path) == "$test_dir"/fs/repo/.git/objects/pack/*.pack ]] ||
		fail "$(first fs processes .)"
	[[ $(report fs '.files | max_by(.write_bytes) | .path') == *.pack ]] || fail "$(report fs .files)"
}

# --- PostgreSQL ------------------------------------------------------------------

# expect_postgres FILE PID [OFFSET]: the first row of the report, and that of the first screen,
# are of the file of the cluster and of its process; and of the range at OFFSET, in MiB.
expect_postgres() {
	expect_first_file "/${1##*/}" "postgres\\($2\\)"
	[[ ! ${3:-} ]] || expect_first_range "${3}M" "/${1##*/}" "postgres\\($2\\)"
	hotmon_stop fs
	first_screen_close
	expect "file and process" "$(first fs files '"\(.path) \(.who[0].command)(\(.who[0].pid))"')" \
		"$test_dir/fs/pg/$1 postgres($2)"
	[[ ! ${3:-} ]] || expect "range and its process" \
		"$(first fs ranges '"\(.path) \(.offset / 1048576) \(.who[0].pid)"')" "$test_dir/fs/pg/$1 $3 $2"
}

watch_postgres() {
	hotmon_start fs --fs "$test_dir/fs"
	first_screen_open fs
}

# make_orders FILL ROWS: a table of rows of 1000 bytes in blocks of 8 KiB, each of them filled
# to FILL percent; sets heap to its file.
make_orders() {
	sql "CREATE TABLE orders (x text) WITH (fillfactor=$1, autovacuum_enabled=off)"
	sql "ALTER TABLE orders ALTER x SET STORAGE PLAIN"
	sql "INSERT INTO orders SELECT repeat('x', 1000) FROM generate_series(1, $2)"
	sql "CHECKPOINT"
	sql "SELECT pg_relation_filepath('orders')"
	heap=$reply
}

@test "PostgreSQL, a cold scan of a part of a table: the backend, the table's file, the part" {
	local heap reader
	fs_make fs ext4
	pg_make
	make_orders 100 21000
	pg_stop
	fs_cool fs
	pg_start
	# reads what any query reads first: the catalogs, and the table's first block
	sql "SELECT count(*) FROM orders WHERE ctid < '(1,0)'"
	pg_process session
	reader=$reply
	watch_postgres
	sql "SELECT count(*) FROM orders WHERE ctid >= '(1280,0)' AND ctid < '(1408,0)'" # from 10 to 11 MiB
	expect_postgres "$heap" "$reader" 10
}

@test "PostgreSQL, commits: the log, and the backend; if it need not wait, the log writer" {
	local log session writer
	local many='DO $$ BEGIN FOR i IN 1..200 LOOP UPDATE stock SET n = n + 1; COMMIT; END LOOP; END $$'
	fs_make fs ext4
	pg_make
	sql "CREATE TABLE stock AS SELECT 1 AS n"
	sql "CHECKPOINT"
	pg_process session
	session=$reply
	pg_process walwriter
	writer=$reply
	watch_postgres
	sql "$many"
	sql "SELECT pg_walfile_name(pg_current_wal_lsn())"
	log=pg_wal/$reply
	expect_postgres "$log" "$session"

	sql "SET synchronous_commit=off"
	watch_postgres
	sql "$many"
	expect_postgres "$log" "$writer"
}

@test "PostgreSQL, a checkpoint: the checkpointer, the table's file, the part" {
	local heap writer
	fs_make fs ext4
	pg_make
	make_orders 40 3000
	# in place: there is room for another version of each row in its block
	sql "UPDATE orders SET x = repeat('y', 1000) WHERE ctid >= '(256,0)' AND ctid < '(384,0)'" # from 2 to 3 MiB
	pg_process checkpointer
	writer=$reply
	watch_postgres
	sql "CHECKPOINT"
	expect_postgres "$heap" "$writer" 2
}
