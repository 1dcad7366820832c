// SPDX-License-Identifier: GPL-2.0-or-later
/* frspctl config show: frspd's configuration, with the origin of each value. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/json_out.h"
#include "base/table.h"
#include "config/config.h"
#include "ctl/ctl.h"
#include "ui/document.h"

#define CONFIG_SCHEMA "frsp.config/1"

static const struct table_column columns[] = {
	{.title = "SECTION", .is_text = true},
	{.title = "SETTING", .is_text = true},
	{.title = "VALUE", .is_text = true},
	{.title = "FROM", .is_text = true},
};

#define N_COLUMNS (sizeof(columns) / sizeof(columns[0]))

static int add_row(struct table *table, const struct config_value *value)
{
	char from[PATH_MAX + 16] = "default";
	const char *cells[N_COLUMNS] = {value->section, value->setting->name,
					value->text, from};

	if (value->path)
		snprintf(from, sizeof(from), "%s:%u", value->path, value->line);
	return table_add(table, cells);
}

static enum exit_code print_text(const struct config *config)
{
	struct table *table = table_new(columns, N_COLUMNS);
	const struct config_value *value;
	int err = table ? 0 : -ENOMEM;

	for (size_t i = 0; !err && (value = config_value(config, i)); i++)
		err = add_row(table, value);
	if (!err)
		err = table_lay_out(table);
	if (!err)
		table_print(stdout, table);
	table_free(table);
	return err ? log_no_memory() : EXIT_OK;
}

static struct json_object *json_of(const struct config_value *value)
{
	struct json_object *object = json_object_new_object();

	json_add_text(object, "section", value->section);
	json_add_string(object, "setting", value->setting->name);
	json_add_text(object, "value", value->text);
	json_add_text(object, "file", value->path);
	if (value->path)
		json_add_u64(object, "line", value->line);
	else
		json_object_object_add(object, "line", NULL);
	return object;
}

static enum exit_code print_json(const struct config *config)
{
	struct json_object *document = document_new(CONFIG_SCHEMA);
	struct json_object *sources = json_object_new_array();
	struct json_object *settings = json_object_new_array();
	struct json_object *passed_over = json_object_new_array();
	const struct config_value *value;
	const char *text;

	for (size_t i = 0; (text = config_source(config, i)); i++)
		json_object_array_add(sources, json_text(text));
	for (size_t i = 0; (value = config_value(config, i)); i++)
		json_object_array_add(settings, json_of(value));
	for (size_t i = 0; (text = config_warning(config, i)); i++)
		json_object_array_add(passed_over, json_text(text));
	json_object_object_add(document, "sources", sources);
	json_object_object_add(document, "settings", settings);
	json_object_object_add(document, "passed_over", passed_over);
	return document_print(document);
}

static enum exit_code show(const struct ctl *ctl)
{
	const char *warning, *remedy;
	char text[CONFIG_ERROR_LEN];
	struct config_error error;
	struct config *config;
	enum exit_code code;
	int err = config_read(ctl->root ?: "", &config, &error);

	if (err) {
		remedy = config_error_text(&error, err, text);
		return log_fail(err == -EACCES ? EXIT_PERMISSION : EXIT_FAILED,
				remedy, "%s", text);
	}
	for (size_t i = 0; (warning = config_warning(config, i)); i++)
		log_warn("%s", warning);
	code = ctl->json ? print_json(config) : print_text(config);
	config_free(config);
	return code;
}

enum exit_code ctl_config(const struct ctl *ctl)
{
	if (strcmp(ctl->args[0], "show"))
		return log_fail(EXIT_USAGE, "frspctl config show",
				"config: \"%s\" is not \"show\"", ctl->args[0]);
	return show(ctl);
}
