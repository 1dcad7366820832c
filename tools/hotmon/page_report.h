/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hotmon --file: the page of one file in reports, and at the start. */
#ifndef FRSP_HOTMON_PAGE_REPORT_H
#define FRSP_HOTMON_PAGE_REPORT_H

#include "hotmon/opts.h"
#include "hotmon/pages.h"

/* Opens the page of the file and reads it once, so that rates begin now. Says
 * what is wrong if there is no such file.
 */
enum exit_code page_report_open(struct hot_monitor *monitor, const char *path,
				struct hot_pages *pages);

/* Says why hot_page_of_path() returned the error. */
enum exit_code page_report_fail(const char *path, int err);

/* Reads the page, and counts the extents if the options say so. 0 or -errno. */
int page_report_read(struct hot_monitor *monitor, struct hot_pages *pages,
		     const struct hotmon_opts *opts,
		     const struct hot_frame *frame);

/* Prints it as text and flushes. Returns 0 or -errno. */
int page_report_print(const struct hot_pages *pages,
		      const struct hotmon_opts *opts,
		      const struct hot_frame *frame);

#endif
