// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Opens and makes the file of the journal.
 *
 * It is in WAL mode: readers wait for nobody, and an intent costs one fsync().
 * For that SQLite has two files beside it, -wal and -shm. The journal may be on
 * the filesystem that is moved: the mover holds no lock of the filesystem while
 * the journal is written, and the journal's own files are not moved, as they
 * are in use.
 *
 * PRAGMA user_version is the version of the tables. A program that finds an
 * older one brings it up to date; one that finds a newer one leaves it alone. So
 * new tables are made as those of version 1, and then brought up to date, too.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "move/journal_db.h"

#define APPLICATION_ID 0x66727370 /* "frsp" */
#define VERSION	       3
#define AS_TEXT(x)     AS_TEXT_(x)
#define AS_TEXT_(x)    #x

/* Waiting for the switch to WAL mode: SQLite does not do it by itself. */
#define SWITCH_PAUSE_MS 20

static const char *const version_1[] = {
	"CREATE TABLE jobs ("
	" id INTEGER PRIMARY KEY AUTOINCREMENT,"
	" command TEXT NOT NULL,"
	" state TEXT NOT NULL,"
	" boot_id TEXT NOT NULL,"
	" pid INTEGER NOT NULL,"
	" start_ticks INTEGER NOT NULL,"
	" began_ns INTEGER NOT NULL,"
	" ended_ns INTEGER NOT NULL DEFAULT 0,"
	" exit_status INTEGER NOT NULL DEFAULT 0,"
	" planned_bytes INTEGER NOT NULL DEFAULT 0,"
	" moved_bytes INTEGER NOT NULL DEFAULT 0,"
	" pieces INTEGER NOT NULL DEFAULT 0) STRICT",
	"CREATE TABLE files ("
	" id INTEGER PRIMARY KEY,"
	" job INTEGER NOT NULL REFERENCES jobs ON DELETE CASCADE,"
	" uuid TEXT NOT NULL,"
	" device TEXT NOT NULL,"
	" path TEXT NOT NULL,"
	" inode INTEGER NOT NULL,"
	" generation INTEGER NOT NULL) STRICT",
	"CREATE INDEX files_of_job ON files (job)",
	"CREATE TABLE pieces ("
	" id INTEGER PRIMARY KEY,"
	" file INTEGER NOT NULL REFERENCES files ON DELETE CASCADE,"
	" start INTEGER NOT NULL,"
	" bytes INTEGER NOT NULL,"
	" state TEXT NOT NULL CHECK (state IN ('intent', 'done'))) STRICT",
	"CREATE INDEX pieces_of_file ON pieces (file)",
	"CREATE TABLE extents ("
	" piece INTEGER NOT NULL REFERENCES pieces ON DELETE CASCADE,"
	" which TEXT NOT NULL CHECK (which IN ('before', 'goal', 'after')),"
	" logical INTEGER NOT NULL,"
	" physical INTEGER NOT NULL,"
	" bytes INTEGER NOT NULL,"
	" unwritten INTEGER NOT NULL,"
	" PRIMARY KEY (piece, which, logical)) WITHOUT ROWID, STRICT",
	"PRAGMA application_id = " AS_TEXT(APPLICATION_ID),
	NULL,
};

static const char *const version_2[] = {
	"ALTER TABLE pieces ADD COLUMN done_ns INTEGER NOT NULL DEFAULT 0",
	"UPDATE pieces SET done_ns = (SELECT max(began_ns, ended_ns)"
	" FROM jobs JOIN files ON job = jobs.id WHERE files.id = file)"
	" WHERE state = 'done'",
	"CREATE INDEX pieces_by_time ON pieces (done_ns)",
	"CREATE TABLE plans ("
	" job INTEGER PRIMARY KEY REFERENCES jobs ON DELETE CASCADE,"
	" decisions INTEGER NOT NULL,"
	" text TEXT NOT NULL) STRICT",
	NULL,
};

static const char *const version_3[] = {
	"CREATE TABLE decisions ("
	" id INTEGER PRIMARY KEY AUTOINCREMENT,"
	" made_ns INTEGER NOT NULL,"
	" boot_id TEXT NOT NULL,"
	" tuner TEXT NOT NULL,"
	" uuid TEXT NOT NULL,"
	" device TEXT NOT NULL,"
	" tunable TEXT NOT NULL,"
	" before TEXT NOT NULL,"
	" after TEXT NOT NULL,"
	" scenario TEXT NOT NULL,"
	" figures TEXT NOT NULL,"
	" job INTEGER NOT NULL DEFAULT 0,"
	" state TEXT NOT NULL) STRICT",
	"CREATE INDEX decisions_by_tunable ON decisions (uuid, tunable)",
	NULL,
};

/* What brings the tables to version 1, to version 2, ... */
static const char *const *const versions[VERSION] = {version_1, version_2,
						     version_3};

/* An empty file is an empty database. SQLite gives its own files the same mode.
 */
static int make_file(const char *path)
{
	char copy[PATH_MAX];
	int fd;

	strcpy(copy, path);
	if (!strcmp(path, JOURNAL_PATH) && mkdir(dirname(copy), 0700) &&
	    errno != EEXIST)
		return -errno;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return errno == EEXIST ? 0 : -errno;
	close(fd);
	return file_sync_directory_of(path);
}

static int check_file(const char *path, bool create)
{
	struct stat file;
	int err;

	if (create && access(path, F_OK)) {
		err = make_file(path);
		if (err)
			return err;
	}
	if (stat(path, &file))
		return -errno;
	if (!S_ISREG(file.st_mode))
		return -EINVAL;
	if ((file.st_uid && file.st_uid != geteuid()) ||
	    file.st_mode & (S_IWGRP | S_IWOTH))
		return -EPERM;
	return 0;
}

/* Brings the tables up to date. version: what they are; 0: there are none. */
static int update_tables(sqlite3 *db, int version)
{
	int err = 0;

	for (; version < VERSION && !err; version++)
		for (size_t i = 0; versions[version][i] && !err; i++)
			err = sql_run(db, versions[version][i], "");
	return err
		       ?: sql_run(db, "PRAGMA user_version = " AS_TEXT(VERSION),
				  "");
}

/* The version of the tables; 0: the database is empty; or -errno. Another
 * program may make the tables, in one transaction, between two of these
 * questions. So whose it is comes last: then what was not empty before has its
 * application_id.
 */
static int check_version(sqlite3 *db)
{
	__s64 application, version, n_tables;
	int err = sql_number(db, &n_tables,
			     "SELECT count(*) FROM sqlite_master", "");

	if (!err)
		err = sql_number(db, &version, "PRAGMA user_version", "");
	if (!err)
		err = sql_number(db, &application, "PRAGMA application_id", "");
	if (err)
		return err;
	if (!application && !version && !n_tables)
		return 0;
	if (application != APPLICATION_ID || version < 1)
		return -EINVAL;
	return version > VERSION ? -EPROTONOSUPPORT : version;
}

/* Another program may make or update the tables at the same time. */
static int update_once(sqlite3 *db)
{
	int err = sql_begin(db), version;

	if (err)
		return err;
	version = check_version(db);
	err = version < 0 ? version : update_tables(db, version);
	return sql_end(db, err);
}

static int switch_to_wal(sqlite3 *db)
{
	double deadline_s = clock_monotonic_s() + SQL_PATIENCE_MS / 1e3;
	int err;

	while ((err = sql_run(db, "PRAGMA journal_mode = WAL", "")) == -EBUSY &&
	       clock_monotonic_s() < deadline_s)
		sqlite3_sleep(SWITCH_PAUSE_MS);
	return err;
}

/* The first look makes the files beside it. */
static int look(sqlite3 *db)
{
	__s64 n;

	return sql_number(db, &n, "SELECT count(*) FROM jobs", "");
}

static int prepare(sqlite3 *db, bool create)
{
	int version = check_version(db), err = version < 0 ? version : 0;

	if (!version)
		err = create ? 0 : -ENOENT;
	if (!err && version < VERSION)
		err = update_once(db);
	if (!err)
		err = switch_to_wal(db);
	if (!err)
		err = sql_run(db, "PRAGMA foreign_keys = ON", "");
	return err ?: look(db);
}

int journal_open(const char *path, bool create, struct journal **out)
{
	struct journal *journal;
	int err;

	if (strlen(path) >= PATH_MAX)
		return -ENAMETOOLONG;
	err = check_file(path, create);
	if (err)
		return err;
	journal = calloc(1, sizeof(*journal));
	if (!journal)
		return -ENOMEM;
	strcpy(journal->path, path);
	err = sql_open(path, &journal->db);
	if (err) {
		free(journal);
		return err;
	}
	err = prepare(journal->db, create);
	if (err)
		journal_close(journal);
	else
		*out = journal;
	return err;
}

void journal_close(struct journal *journal)
{
	if (!journal)
		return;
	sqlite3_close(journal->db);
	free(journal);
}

bool journal_is(const struct journal *journal, const struct stat *file)
{
	static const char *const endings[] = {"", "-wal", "-shm"};
	char path[PATH_MAX + 8];
	struct stat own;

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		strcpy(path, journal->path);
		strcat(path, endings[i]);
		if (!stat(path, &own) && own.st_dev == file->st_dev &&
		    own.st_ino == file->st_ino)
			return true;
	}
	return false;
}
