// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the mover's journal: what is written is read, by programs at the
 * same time, too; and what is no journal of ours stays as it is.
 */
#include "move/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/wait.h>

#include "scratch.h"

static struct file_extent old_places[] = {
	{.logical = 8192, .physical = 1 << 20, .bytes = 4096},
	{.logical = 12288, .physical = 3 << 20, .bytes = 8192},
};
static struct file_extent new_place[] = {
	{.logical = 8192, .physical = 1ULL << 40, .bytes = 12288},
};
static struct file_extent unwritten[] = {
	{.logical = 8192, .physical = 5 << 20, .bytes = 12288, .unwritten = 1},
};

static struct journal_piece sample(void)
{
	return (struct journal_piece){
		.file = {.uuid = "01234567-89ab-cdef-0123-456789abcdef",
			 .device = "vg-root",
			 .path = "/srv/a b\n\xff'c",
			 .ino = 1ULL << 33,
			 .generation = 0xfedcba98},
		.start = 8192,
		.bytes = 12288,
		.before = {old_places, 2},
		.goal = {new_place, 1},
	};
}

static struct journal *open_new(void)
{
	struct journal *journal;

	assert_int_equal(
		journal_open(scratch_path("journal.db"), true, &journal), 0);
	return journal;
}

/* What the file says through a connection of its own; "": no row */
static const char *query(const char *sql)
{
	static char answer[256];
	sqlite3_stmt *row;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(scratch_path("journal.db"), &db), 0);
	sqlite3_busy_timeout(db, 5000);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &row, NULL), 0);
	answer[0] = '\0';
	if (sqlite3_step(row) == SQLITE_ROW && sqlite3_column_text(row, 0))
		strncpy(answer, (const char *)sqlite3_column_text(row, 0),
			sizeof(answer) - 1);
	sqlite3_finalize(row);
	sqlite3_close(db);
	return answer;
}

static void assert_extents(const struct file_extents *got,
			   const struct file_extent *want, size_t n)
{
	assert_int_equal(got->n, n);
	for (size_t i = 0; i < n; i++) {
		assert_true(got->extents[i].logical == want[i].logical);
		assert_true(got->extents[i].physical == want[i].physical);
		assert_true(got->extents[i].bytes == want[i].bytes);
		assert_int_equal(got->extents[i].unwritten, want[i].unwritten);
	}
}

static void test_missing(void **state)
{
	struct journal *journal;
	struct stat file;

	(void)state;
	assert_int_equal(journal_open(scratch_path("journal.db"), false,
				      &journal),
			 -ENOENT);
	journal = open_new();
	assert_int_equal(stat(scratch_path("journal.db"), &file), 0);
	assert_int_equal(file.st_mode & 07777, 0600);
	assert_int_equal(stat(scratch_path("journal.db-wal"), &file), 0);
	assert_int_equal(file.st_mode & 07777, 0600);
	journal_close(journal);
	assert_int_equal(journal_open(scratch_path("no/such.db"), true,
				      &journal),
			 -ENOENT);
	assert_string_equal(query("PRAGMA user_version"), "3");
	assert_string_equal(query("PRAGMA journal_mode"), "wal");
}

static void test_job(void **state)
{
	struct journal *journal = open_new();
	struct journal_jobs jobs;
	__s64 first, second;

	(void)state;
	assert_int_equal(journal_begin(journal, "frspctl defrag /a", &first),
			 0);
	assert_int_equal(journal_begin(journal, "frspctl defrag /b", &second),
			 0);
	assert_int_equal(first, 1);
	assert_int_equal(second, 2);
	assert_int_equal(journal_plan(journal, second, 1000), 0);
	assert_int_equal(journal_plan(journal, second, 234), 0);
	assert_int_equal(journal_set_state(journal, first, JOB_PAUSED), 0);
	assert_int_equal(journal_end(journal, second, JOB_CANCELLED, 5), 0);
	assert_int_equal(journal_read_jobs(journal, JOURNAL_ALL_JOBS, &jobs),
			 0);
	assert_int_equal(jobs.n, 2);
	assert_string_equal(jobs.jobs[0].command, "frspctl defrag /a");
	assert_int_equal(jobs.jobs[0].state, JOB_PAUSED);
	assert_int_equal(jobs.jobs[0].process.pid, getpid());
	assert_true(jobs.jobs[0].began_ns && !jobs.jobs[0].ended_ns);
	assert_int_equal(jobs.jobs[1].state, JOB_CANCELLED);
	assert_int_equal(jobs.jobs[1].exit_status, 5);
	assert_int_equal(jobs.jobs[1].planned_bytes, 1234);
	assert_true(jobs.jobs[1].ended_ns >= jobs.jobs[1].began_ns);
	journal_free_jobs(&jobs);
	assert_int_equal(journal_read_jobs(journal, 3, &jobs), -ENOENT);
	journal_close(journal);
}

/* A process that ended without a word. */
static void test_interrupted(void **state)
{
	struct journal *journal;
	struct journal_jobs jobs;
	pid_t child = fork();
	__s64 id;

	(void)state;
	if (!child) {
		journal = open_new();
		_exit(journal_begin(journal, "frspctl defrag /a", &id));
	}
	assert_int_equal(waitpid(child, NULL, 0), child);
	journal = open_new();
	assert_int_equal(journal_read_jobs(journal, 1, &jobs), 0);
	assert_int_equal(jobs.jobs[0].state, JOB_INTERRUPTED);
	journal_free_jobs(&jobs);
	journal_close(journal);
}

static void test_piece(void **state)
{
	struct journal *journal = open_new();
	struct journal_piece piece = sample(), got;
	struct journal_jobs jobs;
	__s64 job, *ids;
	size_t n;

	(void)state;
	assert_int_equal(journal_begin(journal, "x", &job), 0);
	assert_int_equal(journal_intent(journal, job, &piece), 0);
	assert_int_equal(journal_read_piece(journal, piece.id, &got), 0);
	assert_false(got.is_done);
	assert_string_equal(got.file.uuid, piece.file.uuid);
	assert_string_equal(got.file.device, "vg-root");
	assert_string_equal(got.file.path, piece.file.path);
	assert_true(got.file.ino == piece.file.ino);
	assert_int_equal(got.file.generation, piece.file.generation);
	assert_int_equal(got.start, 8192);
	assert_int_equal(got.bytes, 12288);
	assert_extents(&got.before, old_places, 2);
	assert_extents(&got.goal, new_place, 1);
	assert_extents(&got.after, NULL, 0);
	journal_free_piece(&got);

	piece.after = (struct file_extents){unwritten, 1};
	assert_int_equal(journal_done(journal, job, &piece, 12288), 0);
	assert_int_equal(journal_read_piece(journal, piece.id, &got), 0);
	assert_true(got.is_done);
	assert_extents(&got.after, unwritten, 1);
	assert_extents(&got.before, old_places, 2);
	journal_free_piece(&got);

	/* another piece of the same file */
	piece.start += 1 << 20;
	assert_int_equal(journal_intent(journal, job, &piece), 0);
	assert_string_equal(query("SELECT count(*) FROM files"), "1");
	assert_int_equal(journal_piece_ids(journal, job, &ids, &n), 0);
	assert_int_equal(n, 2);
	assert_true(ids[0] < ids[1]);
	free(ids);
	assert_int_equal(journal_read_jobs(journal, job, &jobs), 0);
	assert_int_equal(jobs.jobs[0].n_pieces, 2);
	assert_int_equal(jobs.jobs[0].moved_bytes, 12288);
	journal_free_jobs(&jobs);
	assert_int_equal(journal_read_piece(journal, 99, &got), -ENOENT);
	journal_close(journal);
}

/* An intent is there for others when the function returns, and nothing of it is
 * if it fails.
 */
static void test_intent(void **state)
{
	struct journal *journal = open_new();
	struct journal_piece piece = sample();
	struct file_extent twice[] = {new_place[0], new_place[0]};
	__s64 job;

	(void)state;
	assert_int_equal(journal_begin(journal, "x", &job), 0);
	assert_int_equal(journal_intent(journal, job, &piece), 0);
	assert_string_equal(query("SELECT state FROM pieces"), "intent");
	piece = sample();
	piece.goal = (struct file_extents){twice, 2};
	assert_int_equal(journal_intent(journal, job, &piece), -EBADMSG);
	assert_int_equal(piece.file.id, 0);
	assert_string_equal(query("SELECT count(*) FROM files"), "1");
	assert_string_equal(query("SELECT count(*) FROM pieces"), "1");
	assert_string_equal(query("SELECT count(*) FROM extents"), "3");
	journal_close(journal);
}

static void test_bounded(void **state)
{
	struct journal *journal = open_new();
	struct journal_piece piece;
	__s64 job, running;

	(void)state;
	assert_int_equal(journal_begin(journal, "running", &running), 0);
	for (int i = 0; i < JOURNAL_MAX_JOBS + 20; i++) {
		assert_int_equal(journal_begin(journal, "x", &job), 0);
		piece = sample();
		assert_int_equal(journal_intent(journal, job, &piece), 0);
		assert_int_equal(journal_end(journal, job, JOB_DONE, 0), 0);
	}
	assert_string_equal(query("SELECT count(*) FROM jobs"), "100");
	assert_string_equal(query("SELECT min(id) FROM jobs"), "1");
	assert_string_equal(query("SELECT max(id) FROM jobs"), "121");
	/* those that were dropped left nothing */
	assert_string_equal(query("SELECT count(*) FROM pieces"), "99");
	assert_string_equal(query("SELECT count(*) FROM extents"), "297");
	query("UPDATE jobs SET pieces = 400000 WHERE id IN (118, 119, 121)");
	assert_int_equal(journal_begin(journal, "x", &job), 0);
	assert_string_equal(query("SELECT group_concat(id) FROM jobs"),
			    "1,119,120,121,122");
	/* so do decisions of plans, which go with their job */
	query("INSERT INTO plans SELECT id, 150000, '' FROM jobs WHERE id = 119");
	assert_int_equal(journal_begin(journal, "x", &job), 0);
	query("UPDATE jobs SET pieces = 50000 WHERE id = 120");
	query("UPDATE jobs SET state = 'done'");
	assert_int_equal(journal_begin(journal, "x", &job), 0);
	assert_string_equal(query("SELECT group_concat(id) FROM jobs"),
			    "1,119,120,121,122,123,124");
	query("UPDATE plans SET decisions = 150001");
	query("UPDATE jobs SET pieces = 1 WHERE id = 1");
	assert_int_equal(journal_begin(journal, "x", &job), 0);
	assert_string_equal(query("SELECT group_concat(id) FROM jobs"),
			    "120,121,122,123,124,125");
	assert_string_equal(query("SELECT count(*) FROM plans"), "0");
	journal_close(journal);
}

static void test_versions(void **state)
{
	struct journal *journal = open_new();

	(void)state;
	journal_close(journal);
	query("PRAGMA user_version = 4");
	assert_int_equal(journal_open(scratch_path("journal.db"), true,
				      &journal),
			 -EPROTONOSUPPORT);
	assert_string_equal(query("PRAGMA user_version"), "4");
}

/* A journal of version 1, as an older program left it: what is in it stays, and
 * its pieces were done when their job ended.
 */
static void test_update(void **state)
{
	struct journal *journal = open_new();
	struct journal_piece piece = sample(), got;
	__s64 job, *ids;
	size_t n;

	(void)state;
	assert_int_equal(journal_begin(journal, "x", &job), 0);
	assert_int_equal(journal_intent(journal, job, &piece), 0);
	piece.after = (struct file_extents){new_place, 1};
	assert_int_equal(journal_done(journal, job, &piece, 12288), 0);
	assert_int_equal(journal_intent(journal, job, &piece), 0);
	assert_int_equal(journal_end(journal, job, JOB_DONE, 0), 0);
	journal_close(journal);
	query("DROP TABLE decisions");
	query("DROP TABLE plans");
	query("DROP INDEX pieces_by_time");
	query("ALTER TABLE pieces DROP COLUMN done_ns");
	query("UPDATE jobs SET ended_ns = began_ns + 1000");
	query("PRAGMA user_version = 1");
	assert_int_equal(
		journal_open(scratch_path("journal.db"), false, &journal), 0);
	assert_string_equal(query("PRAGMA user_version"), "3");
	assert_string_equal(query("SELECT count(*) FROM jobs, pieces ON"
				  " done_ns = ended_ns AND done_ns > 0"),
			    "1");
	assert_string_equal(query("SELECT count(*) FROM extents"), "7");
	assert_int_equal(
		journal_moved_since(journal, piece.file.uuid, 1, &ids, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(journal_read_piece(journal, ids[0], &got), 0);
	assert_true(got.is_done && got.done_ns);
	journal_free_piece(&got);
	free(ids);
	journal_close(journal);
}

/* What moved counts for plans, however many jobs there were since. */
static void test_recent(void **state)
{
	struct journal *journal = open_new();
	__s64 job;

	(void)state;
	assert_int_equal(journal_begin(journal, "x", &job), 0);
	query("WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n LIMIT 300)"
	      " INSERT INTO jobs (command, state, boot_id, pid, start_ticks, began_ns, ended_ns,"
	      " moved_bytes, pieces) SELECT 'x', 'done', '', 0, 0,"
	      " (unixepoch() - 40 * 86400) * 1000000000,"
	      " (unixepoch() - CASE WHEN i < 50 THEN 31 ELSE 29 END * 86400) * 1000000000,"
	      " i % 2, 1 FROM n");
	assert_string_equal(query("SELECT count(*) FROM jobs"), "301");
	assert_int_equal(journal_begin(journal, "x", &job), 0);
	/* 2 to 49 are too old; of the others every second one has moved */
	assert_string_equal(
		query("SELECT count(*), min(id) FROM jobs WHERE moved_bytes"),
		"126");
	assert_string_equal(query("SELECT min(id) FROM jobs WHERE id > 1"),
			    "51");
	assert_string_equal(query("SELECT count(*) FROM jobs"), "128");
	/* the bound holds for them, too */
	query("UPDATE jobs SET pieces = 9000 WHERE moved_bytes");
	assert_int_equal(journal_begin(journal, "x", &job), 0);
	assert_string_equal(query("SELECT sum(pieces) <= 1000000 FROM jobs"),
			    "1");
	journal_close(journal);
}

static void test_moved_since(void **state)
{
	struct journal *journal = open_new();
	struct journal_piece piece = sample(), other = sample();
	__s64 job, *ids, first;
	size_t n;

	(void)state;
	assert_int_equal(journal_begin(journal, "x", &job), 0);
	assert_int_equal(journal_intent(journal, job, &piece), 0);
	first = piece.id;
	piece.after = (struct file_extents){new_place, 1};
	assert_int_equal(journal_done(journal, job, &piece, 12288), 0);
	assert_int_equal(journal_intent(journal, job, &piece), 0);
	assert_int_equal(journal_done(journal, job, &piece, 12288), 0);
	assert_int_equal(journal_intent(journal, job, &piece), 0);
	other.file.uuid = "11234567-89ab-cdef-0123-456789abcdef";
	assert_int_equal(journal_intent(journal, job, &other), 0);
	assert_int_equal(journal_done(journal, job, &other, 12288), 0);
	query("UPDATE pieces SET done_ns = 1000 WHERE id = 1");
	assert_int_equal(journal_moved_since(journal, piece.file.uuid, 1000,
					     &ids, &n),
			 0);
	assert_int_equal(n, 2);
	assert_true(ids[0] == first && ids[1] == first + 1);
	free(ids);
	assert_int_equal(journal_moved_since(journal, piece.file.uuid, 1001,
					     &ids, &n),
			 0);
	assert_int_equal(n, 1);
	free(ids);
	journal_close(journal);
}

static void test_plan(void **state)
{
	struct journal *journal = open_new();
	struct journal_jobs jobs;
	char *text;
	__s64 job;

	(void)state;
	assert_int_equal(journal_begin(journal, "x", &job), 0);
	assert_int_equal(journal_read_plan(journal, job, &text), -ENOENT);
	assert_int_equal(journal_keep_plan(journal, job, "a\n\xff'", 7), 0);
	assert_int_equal(journal_read_plan(journal, job, &text), 0);
	assert_string_equal(text, "a\n\xff'");
	free(text);
	assert_int_equal(journal_read_jobs(journal, job, &jobs), 0);
	assert_int_equal(jobs.jobs[0].n_decisions, 7);
	journal_free_jobs(&jobs);
	journal_close(journal);
}

static void test_other_files(void **state)
{
	struct journal *journal;

	(void)state;
	query("CREATE TABLE accounts (name)");
	assert_int_equal(journal_open(scratch_path("journal.db"), true,
				      &journal),
			 -EINVAL);
	assert_string_equal(query("SELECT count(*) FROM sqlite_master"), "1");
	scratch_write("text",
		      "This is not a database, but a text, and a long "
		      "one: longer than the header of a database.\n"
		      "The header has a hundred bytes, so this will do.");
	chmod(scratch_path("text"), 0600);
	assert_int_equal(journal_open(scratch_path("text"), true, &journal),
			 -EBADMSG);
	assert_int_equal(journal_open(scratch, true, &journal), -EINVAL);
	scratch_write("open", "");
	chmod(scratch_path("open"), 0620);
	assert_int_equal(journal_open(scratch_path("open"), true, &journal),
			 -EPERM);
	scratch_write("empty", "");
	chmod(scratch_path("empty"), 0600);
	assert_int_equal(journal_open(scratch_path("empty"), false, &journal),
			 -ENOENT);
}

/* Damage in the middle: found before an intent is taken for written. */
static void test_damaged(void **state)
{
	struct journal *journal = open_new();
	struct journal_piece piece = sample();
	char noise[4096];
	__s64 job;
	int fd, err;

	(void)state;
	assert_int_equal(journal_begin(journal, "x", &job), 0);
	journal_close(journal);
	memset(noise, 0x5a, sizeof(noise));
	fd = open(scratch_path("journal.db"), O_WRONLY);
	for (int page = 1; page < 9; page++)
		assert_int_equal(pwrite(fd, noise, sizeof(noise), page * 4096),
				 4096);
	close(fd);
	err = journal_open(scratch_path("journal.db"), true, &journal);
	if (!err) {
		err = journal_begin(journal, "y", &job);
		assert_int_equal(err, -EBADMSG);
		assert_int_equal(journal_intent(journal, 1, &piece), -EBADMSG);
		journal_close(journal);
	}
	assert_int_equal(err, -EBADMSG);
}

static void test_locked(void **state)
{
	struct journal *journal = open_new();
	struct journal_piece piece = sample();
	sqlite3 *db;
	__s64 job;

	(void)state;
	assert_int_equal(journal_begin(journal, "x", &job), 0);
	assert_int_equal(sqlite3_open(scratch_path("journal.db"), &db), 0);
	assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL),
			 0);
	assert_int_equal(journal_intent(journal, job, &piece), -EBUSY);
	sqlite3_close(db);
	assert_int_equal(journal_intent(journal, job, &piece), 0);
	journal_close(journal);
}

/* Eight programs open it, make its tables, and write at the same time. */
static void test_together(void **state)
{
	pid_t children[8];
	int status;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(children); i++) {
		children[i] = fork();
		if (!children[i]) {
			struct journal *journal = open_new();
			struct journal_piece piece = sample();
			int err;
			__s64 job;

			err = journal_begin(journal, "x", &job);
			for (int j = 0; j < 20 && !err; j++) {
				piece.start = j << 20;
				err = journal_intent(journal, job, &piece);
				if (!err)
					err = journal_done(journal, job, &piece,
							   1);
			}
			_exit(err ? 1 : 0);
		}
	}
	for (size_t i = 0; i < ARRAY_SIZE(children); i++) {
		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_int_equal(status, 0);
	}
	assert_string_equal(
		query("SELECT count(*) || ' ' || sum(moved_bytes) FROM jobs"),
		"8 160");
	assert_string_equal(
		query("SELECT count(*) FROM pieces WHERE state = 'done'"),
		"160");
}

static void test_own_files(void **state)
{
	static const char *const own[] = {"journal.db", "journal.db-wal",
					  "journal.db-shm"};
	struct journal *journal = open_new();
	struct stat file;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(own); i++) {
		assert_int_equal(stat(scratch_path(own[i]), &file), 0);
		assert_true(journal_is(journal, &file));
	}
	scratch_write("other", "");
	assert_int_equal(stat(scratch_path("other"), &file), 0);
	assert_false(journal_is(journal, &file));
	journal_close(journal);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(test_missing),	scratch_test(test_job),
		scratch_test(test_interrupted), scratch_test(test_piece),
		scratch_test(test_intent),	scratch_test(test_bounded),
		scratch_test(test_versions),	scratch_test(test_other_files),
		scratch_test(test_damaged),	scratch_test(test_locked),
		scratch_test(test_together),	scratch_test(test_own_files),
		scratch_test(test_update),	scratch_test(test_moved_since),
		scratch_test(test_recent),	scratch_test(test_plan),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
