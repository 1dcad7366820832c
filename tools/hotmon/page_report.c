// SPDX-License-Identifier: GPL-2.0-or-later
#include "hotmon/page_report.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/output.h"
#include "fs/mount.h"
#include "heat/summary.h"
#include "hotmon/page_text.h"
#include "ui/screen.h"

#define POLL_S	       0.05
#define PATIENCE_END_S 0.5

enum exit_code page_report_fail(const char *path, int err)
{
	switch (err) {
	case -ENOMEM:
		return log_fail(EXIT_FAILED, NULL, "%s", strerror(ENOMEM));
	case -EISDIR:
		return log_fail(
			EXIT_FAILED,
			"name a file; \"hotmon -D DIR\" shows the files of a directory",
			"%s: not a regular file", path);
	case -EOPNOTSUPP:
		return log_fail(
			EXIT_FAILED,
			"\"hotmon -D DIR\" shows the files of a directory",
			"%s: its filesystem has no file handles that hotmon knows",
			path);
	default:
		return log_fail(
			EXIT_FAILED,
			"name an existing file on a disk; \"hotmon --once --group=path 10\" lists the paths that have I/O",
			"%s: %s", path, mount_spec_error(err));
	}
}

enum exit_code page_report_open(struct hot_monitor *monitor, const char *path,
				struct hot_pages *pages)
{
	struct hot_page *page;
	int err = hot_page_of_path(monitor, path, &page);

	if (!err) {
		hot_pages_open_file(pages, page);
		pages->history = hot_history_new();
		err = hot_pages_read(pages, monitor, NULL);
	}
	return err ? page_report_fail(path, err) : EXIT_OK;
}

/* After the wish to end, only a short count is waited for. */
static void wait_for_count(struct hot_page *page)
{
	double waited_at_end_s = 0;

	while (hot_page_is_counting(page) && waited_at_end_s < PATIENCE_END_S) {
		interrupt_poll(NULL, 0, POLL_S);
		if (interrupted)
			waited_at_end_s += POLL_S;
	}
}

int page_report_read(struct hot_monitor *monitor, struct hot_pages *pages,
		     const struct hotmon_opts *opts,
		     const struct hot_frame *frame)
{
	int err;

	hot_pages_note(pages, frame);
	err = hot_pages_read(pages, monitor, frame);
	if (err || !opts->extents)
		return err;
	hot_page_count_extents(pages->file);
	wait_for_count(pages->file);
	return 0;
}

int page_report_print(const struct hot_pages *pages,
		      const struct hotmon_opts *opts,
		      const struct hot_frame *frame)
{
	const struct page_text_style style = {
		.n_columns = screen_stdout_columns(),
		.exact = opts->report.exact,
		.color = opts->report.color,
		.marked = FRSP_HOT_RANGE_FILE,
		.max_rows = opts->request.max_rows,
		.sort = opts->request.sort,
		.wall_ns = frame->wall_ns,
		.mono_ns = frame->mono_ns,
	};
	char lines[HOT_SUMMARY_LINES][HOT_SUMMARY_LEN], ts[FMT_LEN];
	int err;

	if (opts->report.timestamp)
		puts(fmt_rfc3339(ts, frame->wall_ns));
	err = page_text_print(stdout, pages->file, pages->history, &style);
	hot_summary(lines, frame, style.exact);
	putchar('\n');
	for (int i = 0; i < HOT_SUMMARY_LINES; i++)
		puts(lines[i]);
	putchar('\n');
	return err ?: output_flush(stdout);
}
