// SPDX-License-Identifier: GPL-2.0-or-later
#include "hotmon/page_lines.h"

#include <stdarg.h>
#include <string.h>

#include "base/fmt.h"
#include "base/sgr.h"
#include "base/text_width.h"
#include "heat/actors.h"

#define LINE_LEN 1024

/* How many bytes of a text go into a line of n_columns: up to behind a blank,
 * if there is one.
 */
static size_t line_bytes(const char *text, int n_columns)
{
	size_t n = text_fitting_bytes(text, n_columns);
	const char *blank = text[n] ? memrchr(text, ' ', n) : NULL;

	return blank ? (size_t)(blank - text) + 1 : n;
}

void page_put(FILE *out, const struct page_text_style *style, const char *label,
	      const char *text)
{
	int room = style->n_columns ? style->n_columns - PAGE_LABEL_COLUMNS : 0;
	size_t len = strlen(text);

	do {
		size_t n = room > 0 ? line_bytes(text, room) : len;

		fprintf(out, "%-*s%.*s\n", PAGE_LABEL_COLUMNS, label, (int)n,
			text);
		if (!n)
			return;
		label = "";
		text += n;
		len -= n;
	} while (len);
}

void page_putf(FILE *out, const struct page_text_style *style,
	       const char *label, const char *format, ...)
{
	char text[LINE_LEN];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	page_put(out, style, label, text);
}

void page_put_head(FILE *out, const struct page_text_style *style,
		   const char *text)
{
	fprintf(out, "\n%s%s%s\n", style->color ? SGR_BOLD : "", text,
		style->color ? SGR_RESET : "");
}

void page_put_who(FILE *out, const struct page_text_style *style,
		  const struct hot_row *row, const struct hot_row_who *who,
		  __u32 n)
{
	__u64 all = row->read_bytes + row->write_bytes, named = 0;
	char name[HOT_ACTOR_NAME_LEN], moved[FMT_LEN];

	page_put_head(out, style, "who caused it");
	for (__u32 i = 0; i < n; i++) {
		static char cgroup[PATH_LABEL_LEN];

		cgroup[0] = '\0';
		if (who[i].actor->cgroup)
			path_escape(who[i].actor->cgroup, cgroup,
				    sizeof(cgroup));
		hot_actor_name(who[i].actor, name);
		named += who[i].bytes;
		fprintf(out, "%8s %3.0f %%  %-24s %s\n",
			fmt_bytes(moved, who[i].bytes, style->exact),
			all ? 100.0 * who[i].bytes / all : 0, name,
			cgroup[0]			  ? cgroup
			: who[i].actor->counts.key.cgroup ? "(cgroup removed)"
							  : "(kernel)");
	}
	if (all > named)
		fprintf(out, "%8s %3.0f %%  others, or not known\n",
			fmt_bytes(moved, all - named, style->exact),
			100.0 * (all - named) / all);
	else if (!n)
		fputs("nobody\n", out);
}
