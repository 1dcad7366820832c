// SPDX-License-Identifier: GPL-2.0-or-later
#include "hotmon/actor_text.h"

#include <errno.h>

#include "base/fmt.h"
#include "base/table.h"
#include "heat/actors.h"

static void print_who(FILE *out, const struct hot_actor_page *page)
{
	static char cgroup[PATH_LABEL_LEN]; /* too long for the stack */
	const struct hot_row *row = &page->row;
	char name[HOT_ACTOR_NAME_LEN];
	const struct hot_actor *actor;

	if (!row->n_who) {
		fputs("hotmon has forgotten it, as it had no I/O for long\n",
		      out);
		return;
	}
	actor = row->who[0].actor;
	hot_actor_name(actor, name);
	if (actor->cgroup)
		path_escape(actor->cgroup, cgroup, sizeof(cgroup));
	else
		snprintf(cgroup, sizeof(cgroup), "%s",
			 page->key.cgroup ? "(removed)" : "(kernel)");
	if (page->view == HOT_VIEW_PROCESSES)
		fprintf(out, "process  %s\n", name);
	else
		fprintf(out, "procs    %u that had I/O\n", row->n_processes);
	fprintf(out, "cgroup   %s\n", cgroup);
}

static void print_counts(FILE *out, const struct hot_row *row, bool exact)
{
	char a[FMT_LEN], b[FMT_LEN];

	fprintf(out, "read     %s in %llu read%s, now %s/s\n",
		fmt_bytes(a, row->read_bytes, exact), row->reads,
		fmt_plural(row->reads),
		fmt_bytes(b, row->read_bytes_per_s + 0.5, exact));
	fprintf(out, "written  %s in %llu write%s, now %s/s\n",
		fmt_bytes(a, row->write_bytes, exact), row->writes,
		fmt_plural(row->writes),
		fmt_bytes(b, row->write_bytes_per_s + 0.5, exact));
}

/* A file names three processes, so it may not name this one. */
static void print_known(FILE *out, const struct hot_actor_page *page, __u64 all,
			bool exact)
{
	char other[FMT_LEN];

	fprintf(out, "files    %u known, most bytes of it first\n",
		page->n_all_files);
	if (all > page->known_bytes)
		fprintf(out, "other    %s of metadata, or of files not known\n",
			fmt_bytes(other, all - page->known_bytes, exact));
}

static int add_file(struct table *table, const struct hot_row *row, __u64 all,
		    bool exact)
{
	static char label[PATH_LABEL_LEN]; /* too long for the stack */
	char bytes[FMT_LEN], share[FMT_LEN] = "-", heat[FMT_LEN];
	const char *cells[] = {bytes, share, heat, label};

	fmt_bytes(bytes, row->file_bytes, exact);
	fmt_temperature(heat, row->temperature);
	if (all)
		snprintf(share, sizeof(share), "%.0f %%",
			 100.0 * row->file_bytes / all);
	path_label(row->file, row->ino, row->dev, row->gen, label,
		   sizeof(label));
	return table_add(table, cells);
}

int actor_text_print(FILE *out, const struct hot_actor_page *page, bool exact,
		     int n_columns)
{
	static const struct table_column columns[] = {
		{.title = "BYTES", .min_width = 8},
		{.title = "SHARE", .min_width = 6},
		{.title = "TEMP", .min_width = 5},
		{.title = "FILE", .is_text = true, .is_path = true},
	};
	struct table *table =
		table_new(columns, sizeof(columns) / sizeof(columns[0]));
	const struct hot_row *row = &page->row;
	__u64 all = row->n_who ? row->read_bytes + row->write_bytes : 0;
	int err = table ? 0 : -ENOMEM, shift = 0;

	print_who(out, page);
	if (row->n_who)
		print_counts(out, row, exact);
	print_known(out, page, all, exact);
	for (__u32 i = 0; i < page->n_files && !err; i++)
		err = add_file(table, &page->files[i], all, exact);
	if (!err)
		err = table_fit(table, n_columns, &shift);
	if (!err)
		err = table_lay_out(table);
	if (!err) {
		fprintf(out, "%s\n", table_titles(table));
		for (size_t i = 0; i < table_n_rows(table); i++)
			fprintf(out, "%s\n", table_line(table, i));
	}
	table_free(table);
	return err;
}
