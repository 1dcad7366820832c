// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/move_report.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fmt.h"
#include "base/interrupt.h"
#include "base/json_out.h"
#include "ctl/ctl.h"
#include "paths/path.h"

#define PROGRESS_GAP_S 0.2
#define CLEAR_LINE     "\r\033[K"

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
		      const struct move_report_schemas *schemas, bool json,
		      bool dry_run)
{
	*report = (struct move_report){
		.schemas = schemas,
		.json = json,
		.dry_run = dry_run,
		.shows_progress = !json && isatty(STDERR_FILENO),
		.began_s = clock_monotonic_s(),
	};
}

void move_report_begin(struct move_report *report, const char *path)
{
	report->path = path;
	report->file_began_s = report->shown_s = clock_monotonic_s();
}

static const char *escaped(char buf[PATH_LABEL_LEN], const char *path)
{
	path_escape(path, buf, PATH_LABEL_LEN);
	return buf;
}

void move_report_progress(void *context, __u64 planned, __u64 done)
{
	struct move_report *report = context;
	double now_s = clock_monotonic_s(), rate;
	char path[PATH_LABEL_LEN], speed[FMT_LEN], left[FMT_LEN];

	if (!report->shows_progress || now_s - report->shown_s < PROGRESS_GAP_S)
		return;
	report->shown_s = now_s;
	rate = done / (now_s - report->file_began_s);
	fprintf(stderr, CLEAR_LINE "%.40s: %.0f%%, %s left, %s/s, %.0f s to go",
		escaped(path, report->path),
		planned ? 100.0 * done / planned : 0,
		fmt_bytes(left, planned - done, false),
		fmt_bytes(speed, rate, false),
		rate ? (planned - done) / rate : 0);
	fflush(stderr);
}

static void clear_progress(const struct move_report *report)
{
	if (report->shows_progress && report->shown_s > report->file_began_s)
		fputs(CLEAR_LINE, stderr);
}

static enum outcome outcome_of(const struct move_report *report,
			       const struct move_result *result)
{
	if (result->err == -EAGAIN || result->err == -EINTR)
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

/* Why a file was not, or not wholly, moved; for JSON, too. NULL: it was. */
static const char *reason_of(enum outcome outcome,
			     const struct move_result *result)
{
	if (outcome == LEFT_ALONE)
		return move_refusal_word(result->refusal);
	if (outcome == STOPPED)
		return result->err == -EAGAIN ? "wanted" : "interrupted";
	if (outcome == KEPT && result->miss != PLACE_OK)
		return place_miss_word(result->miss);
	return outcome == FAILED ? strerrorname_np(-result->err) : NULL;
}

static void print_failure(const char *path, const struct move_result *result)
{
	const char *hint =
		result->err == -ENOSPC
			? "a file needs up to 128M of free space beside it; --keep-free says how much stays free"
		: result->err == -EACCES || result->err == -EPERM
			? "run it as root, with sudo"
		: result->err == -EUCLEAN
			? "compare it with a copy, and see what the kernel's log says"
		: result->err == -EXDEV
			? "name the file in the filesystem that it is on"
			: "the file is whole; what was moved before stays moved";

	log_fail(EXIT_FAILED, hint, "%s: %s: %s", path, result->failed,
		 strerror(-result->err));
}

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

static void print_numbers(const struct move_report *report,
			  const struct move_result *result)
{
	char bytes[FMT_LEN];

	printf("%zu -> %zu extent%s, %s %s", result->extents_before,
	       result->extents_after, plural(result->extents_after),
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
		printf(", then stopped: %s",
		       result->err == -EAGAIN ? "another process wants it"
					      : "interrupted");
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
		       plural(result->extents_before),
		       report->schemas->is_to_tier ? "already there"
						   : "nothing to gain");
	}
	putchar('\n');
	fflush(stdout);
}

static void print_object(const struct move_report *report, const char *path,
			 enum outcome outcome, const struct move_result *result)
{
	struct json_object *document = ctl_document(report->schemas->file);
	const char *reason = reason_of(outcome, result);

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
	ctl_print_json(document);
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

static void add(struct move_report *report, enum outcome outcome,
		bool was_named, const struct move_result *result)
{
	report->files++;
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

	clear_progress(report);
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

static void print_sum(const struct move_report *report)
{
	char bytes[FMT_LEN];

	printf("%llu file%s, %llu %s", report->files, plural(report->files),
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
	printf(" (%.1f s)\n", clock_monotonic_s() - report->began_s);
}

static enum exit_code print_sum_object(const struct move_report *report)
{
	struct json_object *document = ctl_document(report->schemas->sum);

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
	return ctl_print_json(document);
}

enum exit_code move_report_finish(struct move_report *report)
{
	enum exit_code code = EXIT_OK;

	if (report->json)
		code = print_sum_object(report);
	else
		print_sum(report);
	if (interrupted || report->failed)
		return EXIT_FAILED;
	return code;
}
