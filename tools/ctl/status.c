// SPDX-License-Identifier: GPL-2.0-or-later
/* frspctl status: shows what frsp.ko does, a line per filesystem. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_in.h"
#include "base/json_out.h"
#include "base/table.h"
#include "ctl/ask.h"
#include "ctl/ctl.h"
#include "ctl/status_columns.h"
#include "ctl/target.h"
#include "module/fs_status.h"
#include "module/module.h"
#include "ui/document.h"

#define STATUS_SCHEMA "frsp.status/1"

struct rows {
	struct status_row *rows;
	size_t n;
};

/* Adds a filesystem, unless it was detached meanwhile. */
static enum exit_code
add_row(struct rows *rows, const struct mount_table *mounts, const char *name)
{
	struct status_row *row = &rows->rows[rows->n];
	const char *file;
	int err = status_row_read(row, mounts, name, &file);

	if (err == -ENODEV)
		return EXIT_OK;
	if (err)
		return log_fail(EXIT_FAILED,
				"install frspctl and frsp.ko of one version",
				"%s/%s/%s: %s", FS_STATUS_ROOT, name, file,
				strerror(-err));
	rows->n++;
	return EXIT_OK;
}

static enum exit_code take_all(struct rows *rows,
			       const struct mount_table *mounts)
{
	enum exit_code code = EXIT_OK;
	char **names;
	size_t n;
	int err = fs_status_names(FS_STATUS_ROOT, true, &names, &n);

	if (err)
		return log_fail(EXIT_FAILED, NULL, "%s: %s", FS_STATUS_ROOT,
				strerror(-err));
	rows->rows = calloc(n + 1, sizeof(*rows->rows));
	if (!rows->rows)
		code = log_fail(EXIT_FAILED, NULL, "%s", strerror(ENOMEM));
	for (size_t i = 0; i < n && code == EXIT_OK; i++)
		code = add_row(rows, mounts, names[i]);
	fs_status_free_names(names, n);
	return code;
}

static enum exit_code take_named(struct rows *rows,
				 const struct mount_table *mounts,
				 const struct ctl *ctl)
{
	enum exit_code code = EXIT_OK;

	rows->rows = calloc(ctl->n_args, sizeof(*rows->rows));
	if (!rows->rows)
		return log_fail(EXIT_FAILED, NULL, "%s", strerror(ENOMEM));
	for (int i = 0; i < ctl->n_args && code == EXIT_OK; i++) {
		struct ctl_target target;

		code = ctl_target_find(ctl->args[i], &target);
		if (code != EXIT_OK)
			break;
		code = add_row(rows, mounts, target.name);
		ctl_target_release(&target);
	}
	return code;
}

static enum exit_code print_json(const struct rows *rows)
{
	struct json_object *document = document_new(STATUS_SCHEMA);
	struct json_object *array = json_object_new_array_ext(rows->n);
	char version[64];

	json_add_string(
		document, "module",
		frsp_module_version(version, sizeof(version)) ? NULL : version);
	for (size_t i = 0; i < rows->n; i++)
		json_object_array_add(array, status_row_json(&rows->rows[i]));
	json_object_object_add(document, "filesystems", array);
	return document_print(document);
}

static int add_line(struct table *table, const struct status_row *row,
		    bool exact)
{
	char text[STATUS_N_COLUMNS][STATUS_CELL_LEN];
	const char *cells[STATUS_N_COLUMNS];

	for (size_t i = 0; i < STATUS_N_COLUMNS; i++)
		cells[i] = status_cell(text[i], &status_columns[i], row, exact);
	return table_add(table, cells);
}

static struct table *new_table(void)
{
	struct table_column columns[STATUS_N_COLUMNS];

	for (size_t i = 0; i < STATUS_N_COLUMNS; i++)
		columns[i] = (struct table_column){
			.title = status_columns[i].title,
			.is_text = status_columns[i].is_text,
		};
	return table_new(columns, STATUS_N_COLUMNS);
}

static enum exit_code print_table(const struct rows *rows, bool exact)
{
	struct table *table = new_table();
	int err = table ? 0 : -ENOMEM;

	for (size_t i = 0; i < rows->n && !err; i++)
		err = add_line(table, &rows->rows[i], exact);
	if (!err)
		err = table_lay_out(table);
	if (err) {
		table_free(table);
		return log_fail(EXIT_FAILED, NULL, "%s", strerror(-err));
	}
	puts(rows->n ? table_titles(table)
		     : "frsp.ko has attached no filesystem");
	for (size_t i = 0; i < rows->n; i++)
		puts(table_line(table, i));
	table_free(table);
	return EXIT_OK;
}

static enum exit_code show(const struct ctl *ctl, const struct rows *rows)
{
	return ctl->json ? print_json(rows) : print_table(rows, ctl->exact);
}

/* The same from frspd. */
static enum exit_code take_told(struct rows *rows, struct json_object *list)
{
	struct json_object *status;

	rows->rows = calloc(json_count(list) + 1, sizeof(*rows->rows));
	if (!rows->rows)
		return log_fail(EXIT_FAILED, NULL, "%s", strerror(ENOMEM));
	for (size_t i = 0; i < json_count(list); i++) {
		status = json_get_object(json_object_array_get_idx(list, i),
					 "frsp");
		if (status)
			status_row_of_json(status, &rows->rows[rows->n++]);
	}
	return EXIT_OK;
}

static enum exit_code ask(const struct ctl *ctl)
{
	struct rows rows = {0};
	struct varlink_reply reply;
	enum exit_code code;

	if (ctl->n_args)
		return log_fail(EXIT_USAGE, "frspctl status --from-daemon",
				"frspd gives all filesystems, not one");
	code = ctl_ask("io.frsp.GetStatus", NULL, &reply);
	if (code != EXIT_OK)
		return code;
	if (json_get_text(reply.parameters, "module"))
		code = take_told(&rows, json_get_array(reply.parameters,
						       "filesystems"));
	else
		code = ctl_not_loaded();
	if (code == EXIT_OK)
		code = show(ctl, &rows);
	free(rows.rows);
	varlink_reply_free(&reply);
	return code;
}

enum exit_code ctl_status(const struct ctl *ctl)
{
	struct mount_table *mounts;
	struct rows rows = {0};
	enum exit_code code;
	int err;

	if (ctl->from_daemon)
		return ask(ctl);
	if (!frsp_module_is_loaded())
		return ctl_not_loaded();
	err = mount_table_read(&mounts);
	if (err)
		return log_fail(EXIT_FAILED, NULL,
				"cannot read the mount table: %s",
				strerror(-err));
	code = ctl->n_args ? take_named(&rows, mounts, ctl)
			   : take_all(&rows, mounts);
	if (code == EXIT_OK)
		code = show(ctl, &rows);
	free(rows.rows);
	mount_table_free(mounts);
	return code;
}
