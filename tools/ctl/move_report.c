// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/move_report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fmt.h"
#include "base/json_out.h"
#include "ctl/ctl.h"
#include "paths/path.h"
#include "ui/document.h"

#define PROGRESS_SCHEMA "frsp.progress/1"

/* What became of a file; word: for JSON. */
enum outcome { GOOD, IMPROVED, KEPT, LEFT_ALONE, STOPPED, FAILED };

static const char *const outcome_words[] = {
	[GOOD] = "good",
	[IMPROVED] = "improved",
	[KEPT] = "no_better_place",
	[LEFT_ALONE] = "left_alone",
	[STOPPED] = "stopped",
	[FAILED] = "failed",
};

/* Those that differ if the file was to move to a tier. */
static const char *const tier_outcome_words[] = {
	[GOOD] = "there",      [IMPROVED] = "moved",
	[KEPT] = "stays",      [LEFT_ALONE] = "left_alone",
	[STOPPED] = "stopped", [FAILED] = "failed",
};

void move_report_init(struct move_report *report,
		      const struct move_report_schemas *schemas,
		      const struct ctl *ctl)
{
	*report = (struct move_report){
		.schemas = schemas,
		.json = ctl->json,
		.dry_run = ctl->dry_run,
		.progress = progress_choose(ctl->progress, ctl->json),
		.began_s = clock_monotonic_s(),
	};
}

static const char *escaped(char buf[PATH_LABEL_LEN], const char *path)
{
	path_escape(path, buf, PATH_LABEL_LEN);
	return buf;
}

/* What is known of the present file. */
struct progress {
	enum job_state state;
	__u64 planned, done;
	double bytes_per_s;
};

static double seconds_left(const struct progress *progress)
{
	return (progress->planned - progress->done) / progress->bytes_per_s;
}

static void print_progress_object(const struct move_report *report,
				  const struct progress *progress)
{
	struct json_object *document = document_new(PROGRESS_SCHEMA);

	json_add_u64(document, "job", report->job);
	json_add_string(document, "state", job_state_word(progress->state));
	json_add_text(document, "path", report->path);
	json_add_u64(document, "planned_bytes", progress->planned);
	json_add_u64(document, "done_bytes", progress->done);
	json_add_u64(document, "left_bytes",
		     progress->planned - progress->done);
	json_add_number(document, "bytes_per_s", progress->bytes_per_s, 0);
	if (progress->bytes_per_s > 0)
		json_add_number(document, "left_s", seconds_left(progress), 1);
	else
		json_object_object_add(document, "left_s", NULL);
	document_print(document);
	fflush(stdout);
}

void move_report_job(struct move_report *report, __s64 job)
{
	const struct progress begin = {.state = JOB_RUNNING};

	report->job = job;
	if (report->progress == PROGRESS_JSON)
		print_progress_object(report, &begin);
	if (!report->json) {
		printf("job %lld\n", job);
		fflush(stdout);
	}
}

void move_report_state(struct move_report *report, enum job_state state)
{
	static const char *const texts[] = {
		[JOB_RUNNING] = "goes on",
		[JOB_PAUSED] = "is paused: \"frspctl resume\" lets it go on",
		[JOB_WAITING] = "waits until the disks are idle",
	};
	const struct progress progress = {.state = state};
	char text[80];

	report->file_began_s = clock_monotonic_s(); /* for the rate */
	if (report->progress == PROGRESS_JSON)
		print_progress_object(report, &progress);
	if (report->progress != PROGRESS_AUTO)
		return;
	snprintf(text, sizeof(text), "job %lld %s", report->job, texts[state]);
	progress_show(&report->line, NULL, text);
}

void move_report_begin(struct move_report *report, const char *path)
{
	report->path = path;
	report->file_began_s = clock_monotonic_s();
	report->shown_s = 0;
}

static void print_progress_line(struct move_report *report, __u64 planned,
				__u64 done, double took_s)
{
	char path[PATH_LABEL_LEN], text[PROGRESS_TEXT];

	progress_show(&report->line, escaped(path, report->path),
		      progress_text(text, planned, done, took_s));
}

void move_report_progress(struct move_report *report, __u64 planned, __u64 done)
{
	double now_s = clock_monotonic_s();
	double took_s = now_s - report->file_began_s;
	const struct progress progress = {
		.state = JOB_RUNNING,
		.planned = planned,
		.done = done,
		.bytes_per_s = done / took_s,
	};

	if (!progress_is_due(report->progress, now_s - report->shown_s, took_s))
		return;
	report->shown_s = now_s;
	if (report->progress == PROGRESS_JSON)
		print_progress_object(report, &progress);
	else
		print_progress_line(report, planned, done, took_s);
}

/* Told to end by a hook, which says nothing of what failed, or by a signal. */
static bool was_stopped(const struct move_result *result)
{
	if (result->err == -EAGAIN || result->err == -EINTR)
		return true;
	return !result->failed &&
	       (result->err == -ECANCELED || result->err == -ETIME);
}

static enum outcome outcome_of(const struct move_report *report,
			       const struct move_result *result)
{
	if (was_stopped(result))
		return STOPPED;
	if (result->err)
		return FAILED;
	if (result->refusal != MOVE_ALLOWED)
		return LEFT_ALONE;
	if (!result->pieces)
		return GOOD;
	if (report->schemas->is_to_tier)
		return result->kept_bytes ? KEPT : IMPROVED;
	return result->extents_after < result->extents_before ? IMPROVED : KEPT;
}

struct stop {
	int err;
	const char *word, *text;
};

/* Why a file was stopped. */
static const struct stop *stop_of(const struct move_result *result)
{
	static const struct stop stops[] = {
		{-EAGAIN, "wanted", "another process wants it"},
		{-ECANCELED, "cancelled", "the job was cancelled"},
		{-ETIME, "time_up", "the time is up"},
		{-EINTR, "interrupted", "interrupted"},
	};
	const struct stop *stop = stops;

	while (stop->err != -EINTR && stop->err != result->err)
		stop++;
	return stop;
}

/* Why a file was not, or not wholly, moved; for JSON, too. NULL: it was. */
static const char *reason_of(enum outcome outcome,
			     const struct move_result *result)
{
	if (outcome == LEFT_ALONE)
		return move_refusal_word(result->refusal);
	if (outcome == STOPPED)
		return stop_of(result)->word;
	if (outcome == KEPT && result->miss != PLACE_OK)
		return place_miss_word(result->miss);
	return outcome == FAILED ? strerrorname_np(-result->err) : NULL;
}

#define WHOLE "the file is whole; what was moved before stays moved"

/* The disk has a part of the file only in its old blocks. */
static void print_torn(const char *path, const struct move_result *result)
{
	char hint[256] =
		"copy the file to another disk now, while its content is in memory";

	if (result->kept[0])
		snprintf(
			hint, sizeof(hint),
			"copy the file to another disk now, while its content is in memory; %s beside it keeps its old blocks: see DISKS THAT FAIL in frspctl(8)",
			result->kept);
	log_fail(EXIT_FAILED, hint, "%s: %s: %s", path, result->failed,
		 strerror(-result->err));
}

static void print_failure(const char *path, const struct move_result *result)
{
	const char *hint =
		!result->failed ? WHOLE
		: result->err == -ENOSPC
			? "a file needs up to 128M of free space beside it; --keep-free says how much stays free"
		: result->err == -EACCES || result->err == -EPERM
			? "root lacks a capability: run it outside of the container"
		: result->err == -EUCLEAN
			? "compare it with a copy, and see what the kernel's log says"
		: result->err == -EXDEV
			? "name the file in the filesystem that it is on"
			: WHOLE;

	/* What a hook could not do is the job's record. */
	log_fail(EXIT_FAILED, hint, "%s: %s: %s", path,
		 result->failed ?: "cannot write the journal of the job",
		 strerror(-result->err));
}

static void print_numbers(const struct move_report *report,
			  const struct move_result *result)
{
	char bytes[FMT_LEN];

	printf("%zu -> %zu extent%s, %s %s", result->extents_before,
	       result->extents_after, fmt_plural(result->extents_after),
	       fmt_bytes(bytes,
			 report->dry_run ? result->planned_bytes
					 : result->moved_bytes,
			 false),
	       report->dry_run ? "to move" : "moved");
}

static void print_kept(const struct move_report *report,
		       const struct move_result *result)
{
	char bytes[FMT_LEN];

	print_numbers(report, result);
	printf(", %s stays: %s", fmt_bytes(bytes, result->kept_bytes, false),
	       place_miss_text(result->miss));
}

static void print_line(const struct move_report *report, const char *path,
		       enum outcome outcome, const struct move_result *result)
{
	if (outcome == FAILED) {
		if (!result->is_torn) /* else it is said already */
			print_failure(path, result);
		return;
	}
	printf("%s: ", path);
	switch (outcome) {
	case LEFT_ALONE:
		printf("left alone: %s", move_refusal_text(result->refusal));
		break;
	case STOPPED:
		print_numbers(report, result);
		printf(", then stopped: %s", stop_of(result)->text);
		break;
	case IMPROVED:
		print_numbers(report, result);
		break;
	case KEPT:
		if (report->schemas->is_to_tier) {
			print_kept(report, result);
			break;
		}
		printf("%zu extents: the free space has no better place",
		       result->extents_before);
		break;
	default:
		printf("%zu extent%s, %s", result->extents_before,
		       fmt_plural(result->extents_before),
		       report->schemas->is_to_tier ? "already there"
						   : "nothing to gain");
	}
	putchar('\n');
	fflush(stdout);
}

static void print_object(const struct move_report *report, const char *path,
			 enum outcome outcome, const struct move_result *result)
{
	struct json_object *document = document_new(report->schemas->file);
	const char *reason = reason_of(outcome, result);

	json_add_u64(document, "job", report->job);
	json_add_text(document, "path", path);
	json_add_string(document, "outcome",
			report->schemas->is_to_tier
				? tier_outcome_words[outcome]
				: outcome_words[outcome]);
	json_add_string(document, "reason", reason);
	json_add_u64(document, "extents_before", result->extents_before);
	json_add_u64(document, "extents_after", result->extents_after);
	json_add_u64(document, "planned_bytes", result->planned_bytes);
	json_add_u64(document, "moved_bytes", result->moved_bytes);
	if (report->schemas->is_to_tier)
		json_add_u64(document, "kept_bytes", result->kept_bytes);
	json_add_number(document, "longest_s", result->longest_s, 6);
	document_print(document);
	fflush(stdout);
}

static bool is_improved(const struct move_report *report, enum outcome outcome,
			const struct move_result *result)
{
	if (report->schemas->is_to_tier)
		return result->moved_bytes ||
		       (report->dry_run && outcome == IMPROVED);
	return result->extents_after < result->extents_before;
}

/* A file in a directory may be deleted, or become another one, before its turn
 * comes. As for find(1), that is no failure.
 */
static bool has_vanished(const struct move_result *result)
{
	return result->failed && !result->moved_bytes &&
	       (result->err == -ENOENT || result->err == -ENOTDIR ||
		result->err == -ESTALE);
}

static void add(struct move_report *report, enum outcome outcome,
		bool was_named, const struct move_result *result)
{
	report->files++;
	report->errors += outcome == FAILED;
	report->failed += outcome == FAILED ||
			  (outcome == LEFT_ALONE && was_named) ||
			  (outcome == KEPT && report->schemas->is_to_tier);
	report->left_alone += outcome == LEFT_ALONE;
	report->kept_bytes += result->kept_bytes;
	if (is_improved(report, outcome, result)) {
		report->improved++;
		report->extents_before += result->extents_before;
		report->extents_after += result->extents_after;
		report->planned_bytes += result->planned_bytes;
	}
	report->moved_bytes += result->moved_bytes;
	if (result->longest_s > report->longest_s)
		report->longest_s = result->longest_s;
}

void move_report_end(struct move_report *report, const char *path,
		     bool was_named, const struct move_result *result)
{
	enum outcome outcome = outcome_of(report, result);
	char text[PATH_LABEL_LEN];

	progress_clear(&report->line);
	report->path = NULL; /* the caller may free it */
	if (!was_named && has_vanished(result))
		return;
	if (result->is_torn) /* for people, also beside JSON */
		print_torn(escaped(text, path), result);
	/* A file in a directory that would be left alone has nothing to gain:
	 * not worth a line.
	 */
	if (was_named || outcome == FAILED || outcome == STOPPED ||
	    result->pieces) {
		if (report->json)
			print_object(report, path, outcome, result);
		else
			print_line(report, escaped(text, path), outcome,
				   result);
	}
	add(report, outcome, was_named, result);
}

/* What became of the files that are counted in .improved. */
static const char *improved_word(const struct move_report *report)
{
	if (report->schemas->is_to_tier)
		return report->dry_run ? "to move" : "moved";
	return report->dry_run ? "can be improved" : "improved";
}

static void print_sum(const struct move_report *report, enum job_state outcome)
{
	static const char *const ends[JOB_N_STATES] = {
		[JOB_STOPPED] = "; interrupted",
		[JOB_CANCELLED] = "; cancelled",
		[JOB_TIME_UP] =
			"; the time is up: run it again to go on from here",
	};
	char bytes[FMT_LEN];

	printf("%llu file%s, %llu %s", report->files, fmt_plural(report->files),
	       report->improved, improved_word(report));
	if (report->improved)
		printf(": %llu -> %llu extents, %s %s", report->extents_before,
		       report->extents_after,
		       fmt_bytes(bytes,
				 report->dry_run ? report->planned_bytes
						 : report->moved_bytes,
				 false),
		       report->dry_run ? "to move" : "moved");
	if (report->schemas->is_to_tier && report->kept_bytes)
		printf(", %s stays",
		       fmt_bytes(bytes, report->kept_bytes, false));
	if (report->left_alone)
		printf("; %llu left alone", report->left_alone);
	if (report->errors)
		printf("; %llu failed", report->errors);
	printf("%s (%.1f s)\n", ends[outcome] ?: "",
	       clock_monotonic_s() - report->began_s);
}

static enum exit_code print_sum_object(const struct move_report *report,
				       enum job_state outcome)
{
	struct json_object *document = document_new(report->schemas->sum);

	json_add_u64(document, "job", report->job);
	json_add_string(document, "outcome", job_state_word(outcome));
	json_add_bool(document, "dry_run", report->dry_run);
	json_add_u64(document, "files", report->files);
	json_add_u64(document,
		     report->schemas->is_to_tier ? "moved" : "improved",
		     report->improved);
	json_add_u64(document, "left_alone", report->left_alone);
	json_add_u64(document, "failed", report->failed);
	json_add_u64(document, "extents_before", report->extents_before);
	json_add_u64(document, "extents_after", report->extents_after);
	json_add_u64(document, "planned_bytes", report->planned_bytes);
	json_add_u64(document, "moved_bytes", report->moved_bytes);
	if (report->schemas->is_to_tier)
		json_add_u64(document, "kept_bytes", report->kept_bytes);
	json_add_number(document, "longest_s", report->longest_s, 6);
	json_add_number(document, "seconds",
			clock_monotonic_s() - report->began_s, 3);
	return document_print(document);
}

enum exit_code move_report_finish(struct move_report *report,
				  enum job_state outcome)
{
	enum exit_code code = EXIT_OK;

	progress_clear(&report->line);
	if (report->json)
		code = print_sum_object(report, outcome);
	else
		print_sum(report, outcome);
	if (outcome == JOB_CANCELLED)
		return EXIT_CANCELLED;
	if (outcome == JOB_STOPPED || report->failed)
		return EXIT_FAILED;
	return code;
}
