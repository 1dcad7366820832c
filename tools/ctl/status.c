// SPDX-License-Identifier: GPL-2.0-or-later
/* frspctl status: shows what frsp.ko does, a line per filesystem. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmt.h"
#include "base/json_out.h"
#include "base/sysfs.h"
#include "base/table.h"
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

/* The mount point of the filesystem, or NULL. Sets *dev if sysfs has it. */
static const char *find_mount(const struct mount_table *mounts,
			      const char *name, __u32 *dev)
{
	const struct mount_entry *mount;
	char dir[128], text[32];

	snprintf(dir, sizeof(dir), "/sys/class/block/%s", name);
	if (sysfs_read_line(dir, "dev", text, sizeof(text)) ||
	    !mount_parse_dev(text, dev))
		return NULL;
	mount = mount_table_by_dev(mounts, *dev);
	return mount ? mount->target : NULL;
}

/* Adds a filesystem, unless it was detached meanwhile. */
static enum exit_code
add_row(struct rows *rows, const struct mount_table *mounts, const char *name)
{
	struct status_row *row = &rows->rows[rows->n];
	const char *file;
	int err = fs_status_read(FS_STATUS_ROOT, name, &row->status, &file);

	if (err && !fs_status_is_attached(FS_STATUS_ROOT, name))
		return EXIT_OK;
	if (err)
		return log_fail(EXIT_FAILED,
				"install frspctl and frsp.ko of one version",
				"%s/%s/%s: %s", FS_STATUS_ROOT, name, file,
				strerror(-err));
	snprintf(row->name, sizeof(row->name), "%s", name);
	mount_name_for_people(name, row->shown);
	row->mount = find_mount(mounts, name, &row->dev);
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

static struct json_object *row_object(const struct status_row *row)
{
	struct json_object *object = json_object_new_object();
	double taken_pct = fs_status_taken_pct(&row->status);
	char dev[FMT_LEN];

	snprintf(dev, sizeof(dev), "%u:%u", kdev_major(row->dev),
		 kdev_minor(row->dev));
	json_add_string(object, "device", row->name);
	json_add_text(object, "device_name", row->shown);
	json_add_string(object, "dev", dev);
	json_add_text(object, "mount", row->mount);
	json_add_string(object, "steer", fs_status_steering(&row->status));
	if (taken_pct < 0)
		json_object_object_add(object, "taken_pct", NULL);
	else
		json_add_number(object, "taken_pct", taken_pct, 1);
	for (size_t i = 0; i < FS_STATUS_N; i++)
		json_add_u64(object, fs_status_numbers[i].name,
			     fs_status_number(&row->status, i));
	return object;
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
		json_object_array_add(array, row_object(&rows->rows[i]));
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

enum exit_code ctl_status(const struct ctl *ctl)
{
	struct mount_table *mounts;
	struct rows rows = {0};
	enum exit_code code;
	int err;

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
		code = ctl->json ? print_json(&rows)
				 : print_table(&rows, ctl->exact);
	free(rows.rows);
	mount_table_free(mounts);
	return code;
}
