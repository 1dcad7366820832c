// SPDX-License-Identifier: GPL-2.0-or-later
#include "move/sql.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>

static int error_of(sqlite3 *db, int code)
{
	int system_errno = sqlite3_system_errno(db);

	switch (code & 0xff) { /* the rest says more than is needed */
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return 0;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -EBUSY;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
	case SQLITE_CONSTRAINT:
	case SQLITE_MISMATCH:
	case SQLITE_ERROR: /* such as a table that is missing */
		return -EBADMSG;
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_READONLY:
		return -EROFS;
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_CANTOPEN:
		return system_errno ? -system_errno : -ENOENT;
	default:
		return system_errno ? -system_errno : -EIO;
	}
}

int sql_open(const char *path, sqlite3 **db)
{
	int code = sqlite3_open_v2(path, db, SQLITE_OPEN_READWRITE, NULL), err;

	if (code == SQLITE_OK) {
		sqlite3_busy_timeout(*db, SQL_PATIENCE_MS);
		return 0;
	}
	err = *db ? error_of(*db, code) : -ENOMEM;
	sqlite3_close(*db);
	return err;
}

static int bind(sqlite3_stmt *statement, const char *types, va_list values)
{
	int code = SQLITE_OK;

	for (int i = 0; types[i] && code == SQLITE_OK; i++) {
		if (types[i] == 'i')
			code = sqlite3_bind_int64(statement, i + 1,
						  va_arg(values, __s64));
		else
			code = sqlite3_bind_text(statement, i + 1,
						 va_arg(values, const char *),
						 -1, SQLITE_STATIC);
	}
	return code;
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql, const char *types,
			     va_list values)
{
	sqlite3_stmt *statement;

	if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
		return NULL;
	if (bind(statement, types, values) == SQLITE_OK)
		return statement;
	sqlite3_finalize(statement);
	return NULL;
}

sqlite3_stmt *sql_prepare(sqlite3 *db, const char *sql, const char *types, ...)
{
	sqlite3_stmt *statement;
	va_list values;

	va_start(values, types);
	statement = prepare(db, sql, types, values);
	va_end(values);
	return statement;
}

int sql_next(sqlite3 *db, sqlite3_stmt *statement)
{
	int code;

	if (!statement)
		return error_of(db, sqlite3_errcode(db)) ?: -EIO;
	code = sqlite3_step(statement);
	return code == SQLITE_ROW ? 1 : error_of(db, code);
}

int sql_run(sqlite3 *db, const char *sql, const char *types, ...)
{
	sqlite3_stmt *statement;
	va_list values;
	int err;

	va_start(values, types);
	statement = prepare(db, sql, types, values);
	va_end(values);
	do
		err = sql_next(db, statement);
	while (err == 1); /* some pragmas have a row */
	sqlite3_finalize(statement);
	return err;
}

int sql_number(sqlite3 *db, __s64 *number, const char *sql, const char *types,
	       ...)
{
	sqlite3_stmt *statement;
	va_list values;
	int found;

	va_start(values, types);
	statement = prepare(db, sql, types, values);
	va_end(values);
	found = sql_next(db, statement);
	if (found == 1)
		*number = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	if (found < 0)
		return found;
	return found ? 0 : -ENOENT;
}

int sql_begin(sqlite3 *db)
{
	return sql_run(db, "BEGIN IMMEDIATE", "");
}

int sql_end(sqlite3 *db, int err)
{
	if (!err)
		err = sql_run(db, "COMMIT", "");
	/* Some errors have ended the transaction already. */
	if (err && !sqlite3_get_autocommit(db))
		sql_run(db, "ROLLBACK", "");
	return err;
}
