/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs statements of SQL. Errors of SQLite become -errno:
 *
 *   -EBADMSG  the file is damaged, or no database
 *   -EBUSY    another program has locked it for longer than we wait
 *   -ENOSPC   no room for it
 *   -EROFS    it cannot be written
 */
#ifndef FRSP_MOVE_SQL_H
#define FRSP_MOVE_SQL_H

#include <sqlite3.h>
#include <linux/types.h>

/* How long a statement waits for another program's lock. */
#define SQL_PATIENCE_MS 5000

/* Opens a file that exists. 0 or -errno. */
int sql_open(const char *path, sqlite3 **db);

/*
 * Prepares a statement. types has a letter for each "?" in it, and the
 * arguments are their values: i: __s64 or __u64, t: const char *, which must
 * live as long as the statement. NULL: another argument has failed, or there is
 * no memory; sql_next() returns the error then.
 */
sqlite3_stmt *sql_prepare(sqlite3 *db, const char *sql, const char *types, ...);

/* 1: there is a row; 0: there are no more; or -errno. */
int sql_next(sqlite3 *db, sqlite3_stmt *statement);

/* Prepares a statement without result and runs it. 0 or -errno. */
int sql_run(sqlite3 *db, const char *sql, const char *types, ...);

/* Runs a query for one number. 0, -ENOENT: there is no row; or another -errno. */
int sql_number(sqlite3 *db, __s64 *number, const char *sql, const char *types,
	       ...);

/* A transaction that may write. sql_end() commits it if err is 0, and else
 * takes it back. Returns err, or that of the commit.
 */
int sql_begin(sqlite3 *db);
int sql_end(sqlite3 *db, int err);

#endif
