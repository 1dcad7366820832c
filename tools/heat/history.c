// SPDX-License-Identifier: GPL-2.0-or-later
#include "heat/history.h"

#include <stdlib.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

/* One second. covered: the part of it that samples tell about. */
struct second {
	__u32 number; /* whole seconds of the clock; else the place is old */
	float covered;
	float amount[HOT_HISTORY_NR];
};

struct known {
	struct path_key key;
	__u64 counts[HOT_HISTORY_NR];
	double first_s, last_s;
	struct second seconds[HOT_HISTORY_S];
	UT_hash_handle hh;
};

struct hot_history {
	struct known *files; /* the one that was noted last is the last */
};

struct hot_history *hot_history_new(void)
{
	return calloc(1, sizeof(struct hot_history));
}

static void forget(struct hot_history *history, struct known *file)
{
	HASH_DEL(history->files, file);
	free(file);
}

void hot_history_free(struct hot_history *history)
{
	if (!history)
		return;
	while (history->files)
		forget(history, history->files);
	free(history);
}

static struct known *find(const struct hot_history *history,
			  const struct path_key *key)
{
	struct known *file;

	HASH_FIND(hh, history->files, key, sizeof(*key), file);
	return file;
}

/* Adds at the end; with no memory the file is not added and is freed. */
static struct known *append(struct hot_history *history, struct known *file)
{
	HASH_ADD(hh, history->files, key, sizeof(file->key), file);
	if (!file->hh.tbl) {
		free(file);
		return NULL;
	}
	if (HASH_COUNT(history->files) > HOT_HISTORY_FILES)
		forget(history, history->files);
	return file;
}

static void read_counts(const struct hot_row *row, __u64 counts[HOT_HISTORY_NR])
{
	counts[HOT_HISTORY_READ_BYTES] = row->read_bytes;
	counts[HOT_HISTORY_WRITE_BYTES] = row->write_bytes;
	counts[HOT_HISTORY_READS] = row->reads;
	counts[HOT_HISTORY_WRITES] = row->writes;
}

/* True if the file had no I/O before the row's interval. */
static bool is_new(const struct hot_row *row, double interval_s)
{
	double bytes =
		(row->read_bytes_per_s + row->write_bytes_per_s) * interval_s;

	return interval_s > 0 &&
	       bytes + 1 > (double)(row->read_bytes + row->write_bytes);
}

static struct known *begin(struct hot_history *history,
			   const struct path_key *key,
			   const struct hot_row *row, double interval_s,
			   double now_s)
{
	struct known *file = calloc(1, sizeof(*file));

	if (!file)
		return NULL;
	file->key = *key;
	if (is_new(row, interval_s)) {
		file->first_s = now_s - interval_s;
	} else {
		read_counts(row, file->counts);
		file->first_s = now_s;
	}
	file->last_s = file->first_s;
	return append(history, file);
}

static void add_to_second(struct known *file, __u32 number, double covered,
			  const double *amount, double share)
{
	struct second *second = &file->seconds[number % HOT_HISTORY_S];

	if (second->number != number)
		*second = (struct second){.number = number};
	second->covered += (float)covered;
	for (int i = 0; i < HOT_HISTORY_NR; i++)
		second->amount[i] += (float)(amount[i] * share);
}

static double earlier(double a_s, double b_s)
{
	return a_s < b_s ? a_s : b_s;
}

static double later(double a_s, double b_s)
{
	return a_s > b_s ? a_s : b_s;
}

static void spread(struct known *file, const double *amount, double now_s)
{
	double from_s = file->last_s, all_s = now_s - from_s;

	if (from_s < now_s - HOT_HISTORY_S)
		from_s = now_s - HOT_HISTORY_S;
	while (from_s < now_s) {
		double to_s = earlier((__u32)from_s + 1.0, now_s);

		add_to_second(file, (__u32)from_s, to_s - from_s, amount,
			      (to_s - from_s) / all_s);
		from_s = to_s;
	}
}

void hot_history_note(struct hot_history *history, const struct hot_row *row,
		      double interval_s, double now_s)
{
	const struct path_key key = {row->ino, row->fs, row->gen};
	__u64 counts[HOT_HISTORY_NR];
	double amount[HOT_HISTORY_NR];
	struct known *file = find(history, &key);

	if (file) {
		HASH_DEL(history->files, file);
		file = append(history, file);
	} else {
		file = begin(history, &key, row, interval_s, now_s);
	}
	if (!file || now_s <= file->last_s)
		return;
	read_counts(row, counts);
	for (int i = 0; i < HOT_HISTORY_NR; i++) {
		/* less than before: the table forgot the file meanwhile */
		__u64 before =
			counts[i] < file->counts[i] ? 0 : file->counts[i];

		amount[i] = (double)(counts[i] - before);
		file->counts[i] = counts[i];
	}
	spread(file, amount, now_s);
	file->last_s = now_s;
}

/* The rate in the seconds from begin to end. */
static double cell_rate(const struct known *file, enum hot_history_what what,
			__u32 begin, __u32 end)
{
	double covered = 0, amount = 0;

	for (__u32 number = begin; number < end; number++) {
		const struct second *second =
			&file->seconds[number % HOT_HISTORY_S];

		if (second->number != number)
			continue;
		covered += second->covered;
		amount += second->amount[what];
	}
	return covered > 0 ? amount / covered : -1;
}

double hot_history_cells(const struct hot_history *history,
			 const struct path_key *key, enum hot_history_what what,
			 double now_s, __u32 n, double *cells)
{
	const struct known *file = find(history, key);
	__u32 end = (__u32)now_s + 1;
	__u32 begin = end > HOT_HISTORY_S ? end - HOT_HISTORY_S : 0;
	double first_s = -1;

	for (__u32 i = 0; i < n; i++) {
		__u32 from = begin + i * HOT_HISTORY_S / n;
		__u32 to = begin + (i + 1) * HOT_HISTORY_S / n;

		cells[i] = file ? cell_rate(file, what, from, to) : -1;
		if (cells[i] >= 0 && first_s < 0)
			first_s = later(from, file->first_s);
	}
	return first_s;
}
