// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Of a recording, the policy sees each interval, as it will see them live. Of
 * now, only sums and temperatures are known. From these follows over which time
 * the I/O of a range came (heat/past.h); it is counted in slices that become
 * shorter towards now, so that the policy's own half-lives apply. Example: a
 * range had 100 reads since 8 min ago. The slice from 15 to 5 min ago gets 38
 * of them, that from 5 to 1 min ago 50, and the last minute 12.
 */
#include "ctl/plan_heat.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "ctl/tier_heat.h"
#include "heat/past.h"
#include "heat/rank.h"
#include "trace/read.h"

/* A range that saw I/O. */
struct seen {
	__u64 ino;
	__u32 generation, range;
	const struct hot_row *row; /* NULL: of a recording */
};

struct seen_list {
	struct seen *seen;
	size_t n, size;
};

static int compare_seen(const void *a, const void *b)
{
	const struct seen *left = a, *right = b;

	if (left->ino != right->ino)
		return left->ino < right->ino ? -1 : 1;
	if (left->generation != right->generation)
		return left->generation < right->generation ? -1 : 1;
	return (left->range > right->range) - (left->range < right->range);
}

/* Sorts, and leaves one of those that are equal. */
static void tidy(struct seen_list *list)
{
	size_t n = 0;

	if (list->n)
		qsort(list->seen, list->n, sizeof(*list->seen), compare_seen);
	for (size_t i = 0; i < list->n; i++)
		if (!n || compare_seen(&list->seen[i], &list->seen[n - 1]))
			list->seen[n++] = list->seen[i];
	list->n = n;
}

/* A recording has a range once per interval, so a full list is tidied first. */
static int add_seen(struct seen_list *list, const struct seen *seen)
{
	if (list->n == list->size)
		tidy(list);
	if (list->n >= list->size / 2) {
		size_t size = list->size ? 2 * list->size : 1024;
		struct seen *more =
			reallocarray(list->seen, size, sizeof(*more));

		if (!more)
			return -ENOMEM;
		list->seen = more;
		list->size = size;
	}
	list->seen[list->n++] = *seen;
	return 0;
}

static struct policy_io io_of_row(const struct hot_row *row)
{
	return (struct policy_io){
		.reads = row->reads < ~0U ? row->reads : ~0U,
		.writes = row->writes < ~0U ? row->writes : ~0U,
		.read_bytes = row->read_bytes,
		.write_bytes = row->write_bytes,
	};
}

static void add_range(struct plan_heat *heat, const struct seen *seen)
{
	struct plan_heat_file *file =
		heat->n_files ? &heat->files[heat->n_files - 1] : NULL;
	struct plan_heat_range *range = &heat->ranges[heat->n_ranges];
	const struct hot_row *row = seen->row;

	*range = (struct plan_heat_range){.range = seen->range,
					  .number = PLAN_NO_NUMBER};
	if (row) {
		range->io = io_of_row(row);
		range->age_s = heat_past_age(row->reads + row->writes,
					     row->read_bytes + row->write_bytes,
					     row->temperature,
					     HOT_TRACK_DEFAULT_HALF_LIFE_S);
	}
	if (!file || file->ino != seen->ino ||
	    file->generation != seen->generation) {
		file = &heat->files[heat->n_files++];
		*file = (struct plan_heat_file){seen->ino, seen->generation,
						heat->n_ranges, 0};
	} else if (row && range[-1].range + 1 == range->range &&
		   policy_io_is_pass(&range->io) &&
		   policy_io_is_pass(&range[-1].io)) {
		range[0].io.in_run = range[-1].io.in_run = true;
	}
	file->n++;
	heat->n_ranges++;
}

/* Makes the lists of files and ranges of what was seen. */
static int take_seen(struct plan_heat *heat, struct seen_list *list)
{
	tidy(list);
	heat->files = calloc(list->n + 1, sizeof(*heat->files));
	heat->ranges = calloc(list->n + 1, sizeof(*heat->ranges));
	if (!heat->files || !heat->ranges)
		return -ENOMEM;
	for (size_t i = 0; i < list->n; i++)
		add_range(heat, &list->seen[i]);
	return 0;
}

/* --- the heat of now ------------------------------------------------------ */

static int take_rows(struct plan_heat *heat, const struct hot_rows *rows,
		     __u32 dev)
{
	struct seen_list list = {0};
	int err = 0;

	for (__u32 i = 0; i < rows->n_rows && !err; i++) {
		const struct hot_row *row = &rows->rows[i];

		if (row->fs_dev == dev && !row->is_metadata && row->ino)
			err = add_seen(&list, &(struct seen){row->ino, row->gen,
							     row->range, row});
	}
	err = err ?: take_seen(heat, &list);
	free(list.seen);
	return err;
}

static enum exit_code open_now(struct plan_heat *heat,
			       const struct mount_entry *mount)
{
	struct tier_heat_source *source = tier_heat_open();
	const struct hot_rows *rows;
	const char *missing, *remedy;
	enum exit_code code = EXIT_OK;

	if (!source)
		return log_no_memory();
	rows = tier_heat_ranges(source, &missing, &remedy);
	if (!rows)
		code = log_fail(EXIT_FAILED, remedy,
				"the heat of now is not known: %s", missing);
	else if (take_rows(heat, rows, mount->dev))
		code = log_no_memory();
	tier_heat_close(source);
	return code;
}

static void feed_slice(struct plan_heat *heat, struct policy *policy,
		       const struct heat_past_slice *slice, __u64 now_ns)
{
	__u64 ns = now_ns - (__u64)(slice->to_s * NSEC_PER_SEC);

	for (size_t i = 0; i < heat->n_ranges; i++) {
		const struct plan_heat_range *range = &heat->ranges[i];
		const struct policy_io *all = &range->io;
		double age = range->age_s;
		const struct policy_io io = {
			.reads = heat_past_in(all->reads, age, slice),
			.writes = heat_past_in(all->writes, age, slice),
			.read_bytes = heat_past_in(all->read_bytes, age, slice),
			.write_bytes =
				heat_past_in(all->write_bytes, age, slice),
			.in_run = all->in_run,
		};

		if (range->number != PLAN_NO_NUMBER && (io.reads || io.writes))
			policy_count(policy, range->number, &io, ns);
	}
}

static void feed_now(struct plan_heat *heat, struct policy *policy,
		     __u64 now_ns)
{
	for (size_t i = 0; i < HEAT_PAST_SLICES; i++) {
		const struct heat_past_slice slice = heat_past_slice(i);

		feed_slice(heat, policy, &slice, now_ns);
	}
}

/* --- a recording ---------------------------------------------------------- */

static enum exit_code problem(const struct trace_error *error)
{
	return log_fail(EXIT_FAILED, error->hint ?: "record it again", "%s",
			error->cause);
}

/* The recording may be of another boot, when devices had other numbers. */
static bool is_of(const struct trace_fs *fs, const struct mount_entry *mount)
{
	if (strcmp(fs->type, mount->fs_type))
		return false;
	return *fs->mount ? !strcmp(fs->mount, mount->target)
			  : fs->dev == mount->dev;
}

static int see_frame(struct trace_reader *reader,
		     const struct mount_entry *mount,
		     const struct trace_frame *frame, struct seen_list *list)
{
	int err = 0;

	for (size_t i = 0; i < frame->n && !err; i++) {
		const struct trace_access *access = &frame->accesses[i];
		const struct trace_file *file =
			trace_file(reader, access->file);

		if ((access->reads || access->writes) && file->ino &&
		    is_of(trace_fs(reader, file->fs), mount))
			err = add_seen(list,
				       &(struct seen){file->ino, file->gen,
						      access->range, NULL});
	}
	return err;
}

static enum exit_code index_files(struct plan_heat *heat,
				  struct plan_heat_source *source,
				  const struct mount_entry *mount)
{
	__u32 n = trace_n_files(source->reader);

	source->files = calloc(n + 1UL, sizeof(*source->files));
	if (!source->files)
		return log_no_memory();
	for (__u32 i = 0; i < n; i++) {
		const struct trace_file *file = trace_file(source->reader, i);

		if (file->ino &&
		    is_of(trace_fs(source->reader, file->fs), mount))
			source->files[i] =
				plan_heat_of(heat, file->ino, file->gen);
	}
	return EXIT_OK;
}

static enum exit_code see_source(const struct plan_heat_source *source,
				 const struct mount_entry *mount,
				 struct seen_list *list)
{
	struct trace_frame frame;
	int got, err = 0;

	while (!err && (got = trace_next(source->reader, &frame)) > 0)
		err = see_frame(source->reader, mount, &frame, list);
	if (err)
		return log_no_memory();
	if (got < 0 && trace_problem(source->reader))
		return problem(trace_problem(source->reader));
	if (got < 0)
		return log_fail(EXIT_FAILED, NULL, "%s: %s", source->path,
				strerror(-got));
	if (trace_problem(source->reader))
		log_warn("%s", trace_problem(source->reader)->cause);
	return EXIT_OK;
}

static enum exit_code see_all(struct plan_heat *heat,
			      const struct mount_entry *mount)
{
	struct seen_list list = {0};
	enum exit_code code = EXIT_OK;

	for (size_t i = 0; i < heat->n_sources && code == EXIT_OK; i++)
		code = see_source(&heat->sources[i], mount, &list);
	if (code == EXIT_OK && take_seen(heat, &list))
		code = log_no_memory();
	free(list.seen);
	if (code == EXIT_OK && !heat->n_ranges)
		code = log_fail(EXIT_FAILED,
				"\"hotmon -i\" shows what was recorded",
				"%s: it has no I/O of files of %s",
				heat->sources[heat->n_sources - 1].path,
				mount->target);
	for (size_t i = 0; i < heat->n_sources && code == EXIT_OK; i++)
		code = index_files(heat, &heat->sources[i], mount);
	return code;
}

static enum exit_code open_source(struct plan_heat_source *source,
				  const char *path)
{
	struct trace_error error;

	source->path = path;
	if (trace_open(path, &source->reader, &error))
		return problem(&error);
	trace_want_temperatures(source->reader, false);
	if (trace_info(source->reader)->kind != TRACE_OF_FILES)
		return log_fail(
			EXIT_FAILED,
			"\"hotmon record\" writes one of files; simulate plays both",
			"%s: a recording of disks, not of files", path);
	return EXIT_OK;
}

static enum exit_code open_recordings(struct plan_heat *heat,
				      const struct mount_entry *mount,
				      const char *const *paths, size_t n)
{
	enum exit_code code = EXIT_OK;

	heat->sources = calloc(n, sizeof(*heat->sources));
	if (!heat->sources)
		return log_no_memory();
	while (heat->n_sources < n && code == EXIT_OK) {
		code = open_source(&heat->sources[heat->n_sources],
				   paths[heat->n_sources]);
		heat->n_sources++;
	}
	return code == EXIT_OK ? see_all(heat, mount) : code;
}

static int compare_range(const void *range, const void *of)
{
	__u32 wanted = *(const __u32 *)range;
	__u32 other = ((const struct plan_heat_range *)of)->range;

	return wanted < other ? -1 : wanted > other;
}

static const struct plan_heat_range *
range_of(const struct plan_heat *heat, const struct plan_heat_source *source,
	 const struct trace_access *access)
{
	const struct plan_heat_file *file = source->files[access->file];

	if (!file || (!access->reads && !access->writes))
		return NULL;
	return bsearch(&access->range, &heat->ranges[file->first], file->n,
		       sizeof(*heat->ranges), compare_range);
}

static struct policy_io io_of_access(const struct trace_access *access)
{
	return (struct policy_io){access->reads, access->writes,
				  access->read_bytes, access->write_bytes,
				  false};
}

/* Whether the accesses, which follow each other, are parts of one pass. */
static bool are_run(const struct trace_access *a, const struct trace_access *b)
{
	const struct policy_io one = io_of_access(a), other = io_of_access(b);

	return a->file == b->file && a->range + 1 == b->range &&
	       policy_io_is_pass(&one) && policy_io_is_pass(&other);
}

static void feed_frame(const struct plan_heat *heat,
		       const struct plan_heat_source *source,
		       struct policy *policy, const struct trace_frame *frame)
{
	for (size_t i = 0; i < frame->n; i++) {
		const struct trace_access *access = &frame->accesses[i];
		const struct plan_heat_range *range =
			range_of(heat, source, access);
		struct policy_io io = io_of_access(access);

		if (!range || range->number == PLAN_NO_NUMBER)
			continue;
		io.in_run = (i && are_run(access - 1, access)) ||
			    (i + 1 < frame->n && are_run(access, access + 1));
		policy_count(policy, range->number, &io, frame->end_ns);
	}
}

/* Of recordings that overlap, the policy must not see its time go back. */
static void feed_recordings(struct plan_heat *heat, struct policy *policy,
			    __u64 *now_ns)
{
	struct trace_frame frame;

	*now_ns = 0;
	for (size_t i = 0; i < heat->n_sources; i++) {
		const struct plan_heat_source *source = &heat->sources[i];

		trace_rewind(source->reader);
		while (trace_next(source->reader, &frame) > 0) {
			if (frame.end_ns < *now_ns)
				frame.end_ns = *now_ns;
			feed_frame(heat, source, policy, &frame);
			*now_ns = frame.end_ns;
		}
	}
}

/* --- both ----------------------------------------------------------------- */

enum exit_code plan_heat_open(struct plan_heat *heat,
			      const struct mount_entry *mount,
			      const char *const *recordings, size_t n)
{
	return n ? open_recordings(heat, mount, recordings, n)
		 : open_now(heat, mount);
}

void plan_heat_close(struct plan_heat *heat)
{
	for (size_t i = 0; i < heat->n_sources; i++) {
		if (heat->sources[i].reader)
			trace_close(heat->sources[i].reader);
		free(heat->sources[i].files);
	}
	free(heat->sources);
	free(heat->files);
	free(heat->ranges);
}

struct plan_heat_file *plan_heat_of(const struct plan_heat *heat, __u64 ino,
				    __u32 generation)
{
	size_t low = 0, high = heat->n_files;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		struct plan_heat_file *file = &heat->files[middle];

		if (file->ino == ino && file->generation == generation)
			return file;
		if (file->ino < ino ||
		    (file->ino == ino && file->generation < generation))
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

void plan_heat_feed(struct plan_heat *heat, struct policy *policy,
		    __u64 *now_ns)
{
	*now_ns = clock_ns(CLOCK_REALTIME);
	if (heat->n_sources)
		feed_recordings(heat, policy, now_ns);
	else
		feed_now(heat, policy, *now_ns);
}

/* --- bytes of files ------------------------------------------------------- */

static void weigh_now(const struct plan_heat *heat,
		      const struct plan_heat_file *file, double half_life_s,
		      double *bytes)
{
	for (size_t i = 0; i < HEAT_PAST_SLICES; i++) {
		const struct heat_past_slice slice = heat_past_slice(i);
		double left = exp2(-slice.to_s / half_life_s);

		for (size_t j = file->first; j < file->first + file->n; j++) {
			const struct plan_heat_range *range = &heat->ranges[j];

			*bytes += left *
				  heat_past_in(range->io.read_bytes +
						       range->io.write_bytes,
					       range->age_s, &slice);
		}
	}
}

static void weigh_frame(const struct plan_heat *heat,
			const struct plan_heat_source *source,
			const struct trace_frame *frame, double weight,
			double *bytes)
{
	for (size_t i = 0; i < frame->n; i++) {
		const struct trace_access *access = &frame->accesses[i];
		const struct plan_heat_file *file = source->files[access->file];

		if (file)
			bytes[file - heat->files] +=
				weight *
				(access->read_bytes + access->write_bytes);
	}
}

/* Weights grow from the first frame on, and are brought to that of now in the
 * end.
 */
static void weigh_recordings(struct plan_heat *heat, double half_life_s,
			     double *bytes)
{
	__u64 first_ns = 0, last_ns = 0;
	struct trace_frame frame;

	for (size_t i = 0; i < heat->n_sources; i++) {
		const struct plan_heat_source *source = &heat->sources[i];

		trace_rewind(source->reader);
		while (trace_next(source->reader, &frame) > 0) {
			if (!first_ns)
				first_ns = frame.end_ns;
			if (frame.end_ns > last_ns)
				last_ns = frame.end_ns;
			weigh_frame(heat, source, &frame,
				    exp2(((double)frame.end_ns - first_ns) /
					 NSEC_PER_SEC / half_life_s),
				    bytes);
		}
	}
	for (size_t i = 0; i < heat->n_files; i++)
		bytes[i] *= exp2(((double)first_ns - last_ns) / NSEC_PER_SEC /
				 half_life_s);
}

int plan_heat_bytes(struct plan_heat *heat, double half_life_s, double **bytes)
{
	*bytes = calloc(heat->n_files + 1, sizeof(**bytes));
	if (!*bytes)
		return -ENOMEM;
	if (heat->n_sources)
		weigh_recordings(heat, half_life_s, *bytes);
	for (size_t i = 0; !heat->n_sources && i < heat->n_files; i++)
		weigh_now(heat, &heat->files[i], half_life_s, &(*bytes)[i]);
	return 0;
}
