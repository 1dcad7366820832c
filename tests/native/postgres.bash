# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash
# Loaded after lib: a PostgreSQL server whose cluster is in $test_dir/fs/pg, and one session
# with it. The server's own records say which of its processes is which, and in which file a
# table is; hotmon is compared with them.

# All the I/O of a test must be from what the test does. full_page_writes=off keeps the log
# small: less than its buffers, so that a backend need not write it before the commit.
pg_settings="listen_addresses='' autovacuum=off jit=off bgwriter_lru_maxpages=0
	max_parallel_workers_per_gather=0 shared_buffers=64MB wal_buffers=16MB
	full_page_writes=off checkpoint_timeout=1h fsync=on wal_sync_method=fdatasync"

as_postgres() {
	setpriv --reuid=postgres --regid=postgres --clear-groups "${@}"
}

# pg_make: makes the cluster, and starts its server.
pg_make() {
	pg_bin=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
	[[ -x $pg_bin/initdb ]] || fail "no PostgreSQL: run tests/deps install check"
	chmod 711 "$test_dir"
	mkdir "$test_dir/fs/pg"
	chown postgres "$test_dir/fs/pg"
	(cd / && as_postgres "$pg_bin/initdb" --no-sync --auth=trust -D "$test_dir/fs/pg") \
		>"$test_dir/initdb" 2>&1 || fail "$(cat "$test_dir/initdb")"
	tr -s ' \t' '\n' <<<"$pg_settings" >>"$test_dir/fs/pg/postgresql.conf"
	echo "unix_socket_directories='$test_dir/fs/pg'" >>"$test_dir/fs/pg/postgresql.conf"
	pg_start
}

pg_ctl() {
	(cd / && as_postgres "$pg_bin/pg_ctl" -s -w -t "$PATIENCE" -D "$test_dir/fs/pg" "$@" 3>&-)
}

pg_start() {
	defer pg_stop
	pg_ctl -l "$test_dir/fs/pg/messages" start || fail "$(cat "$test_dir/fs/pg/messages")"
	# shellcheck disable=SC2034 # bash sets the two for coproc
	coproc pg_session { exec "$pg_bin/psql" -XqAt -h "$test_dir/fs/pg" -U postgres postgres 2>&1; }
	pg_in=${pg_session[1]} pg_out=${pg_session[0]}
}

pg_stop() { # may be called if it does not run
	[[ -e $test_dir/fs/pg/postmaster.pid ]] || return 0
	exec {pg_in}>&- {pg_out}<&-
	pg_ctl -m fast stop
}

# sql STATEMENT: runs it in the session; sets reply to the first line of its result.
sql() {
	local line
	reply=''
	printf '%s\n;\\echo frsp-done\n' "$1" >&"$pg_in"
	while read -rt "$PATIENCE" -u "$pg_out" line; do
		[[ $line != frsp-done ]] || return 0
		[[ $line != ERROR:* ]] || fail "$1: $line"
		reply=${reply:-$line}
	done
	fail "no answer to: $1"
}

# pg_process TYPE: sets reply to the id of the server's process of this type, such as
# "checkpointer"; "session": the one that serves the session.
pg_process() {
	local whose="backend_type = '$1'"
	[[ $1 != session ]] || whose='pid = pg_backend_pid()'
	sql "SELECT pid FROM pg_stat_activity WHERE $whose"
	[[ $reply ]] || fail "the server has no process $1"
}
