// SPDX-License-Identifier: GPL-2.0-or-later
/* frspctl daemon: shows what frspd does, and changes it until it reads its
 * configuration again.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/fmt.h"
#include "base/json_in.h"
#include "base/json_out.h"
#include "base/table.h"
#include "config/settings.h"
#include "ctl/ask.h"
#include "ctl/ctl.h"
#include "ui/document.h"

#define DAEMON_SCHEMA "frsp.daemon/1"
#define ENTRY_BYTES   40 /* of ext4's cache of extents */

static const struct table_column columns[] = {
	{.title = "FILESYSTEM", .is_text = true},
	{.title = "MODE", .is_text = true},
	{.title = "ESCACHE", .is_text = true},
	{.title = "TREES", .is_text = true},
	{.title = "SUMMARIES", .is_text = true},
	{.title = "RELOCATION", .is_text = true},
	{.title = "CACHE"},
	{.title = "BOUND"},
	{.title = "MOUNT", .is_text = true, .is_path = true},
};

#define N_COLUMNS (sizeof(columns) / sizeof(columns[0]))

/* "apply", or "apply*" if somebody has set it by hand. mode, by_hand: names of
 * the object's members.
 */
static const char *mode_of(char buf[FMT_LEN], struct json_object *object,
			   const char *mode, const char *by_hand)
{
	snprintf(buf, FMT_LEN, "%s%s", json_get_text(object, mode) ?: "?",
		 json_get_bool(object, by_hand) ? "*" : "");
	return buf;
}

static const char *mode_text(char buf[FMT_LEN], struct json_object *object)
{
	return mode_of(buf, object, "mode", "by_hand");
}

static int add_row(struct table *table, struct json_object *fs, bool exact)
{
	struct json_object *escache = json_get_object(fs, "escache");
	char mode[FMT_LEN], tuner[FMT_LEN], trees[FMT_LEN];
	char summaries[FMT_LEN], relocation[FMT_LEN];
	char cache[FMT_LEN], bound[FMT_LEN];
	const char *cells[N_COLUMNS] = {
		json_get_text(fs, "device_name") ?: "?",
		mode_text(mode, fs),
		mode_text(tuner, escache),
		mode_text(trees, json_get_object(fs, "trees")),
		mode_of(summaries, fs, "summaries", "summaries_by_hand"),
		mode_of(relocation, fs, "relocation", "relocation_by_hand"),
		fmt_bytes(cache, json_get_u64(escache, "entries") * ENTRY_BYTES,
			  exact),
		fmt_bytes(bound, json_get_u64(escache, "bound_bytes"), exact),
		json_get_text(fs, "mount") ?: "?",
	};

	return table_add(table, cells);
}

static void print_head(struct json_object *reply)
{
	struct json_object *heat = json_get_object(reply, "heat");
	__u64 clients = json_get_u64(reply, "clients");

	printf("frspd %s: %s\n", json_get_text(reply, "version") ?: "?",
	       json_get_text(reply, "text") ?: "?");
	printf("heat: %llu I/Os, %llu of %llu files and ranges in the table\n",
	       json_get_u64(heat, "ios"), json_get_u64(heat, "slots_used"),
	       json_get_u64(heat, "slots"));
	printf("clients: %llu, and %llu of hot lists\n\n", clients,
	       json_get_u64(reply, "hot_clients"));
}

static enum exit_code print_text(struct json_object *reply, bool exact)
{
	struct json_object *list = json_get_array(reply, "filesystems");
	struct table *table = table_new(columns, N_COLUMNS);
	int err = table ? 0 : -ENOMEM;

	for (size_t i = 0; !err && i < json_count(list); i++)
		err = add_row(table, json_object_array_get_idx(list, i), exact);
	if (!err)
		err = table_lay_out(table);
	if (!err) {
		print_head(reply);
		table_print(stdout, table);
	}
	table_free(table);
	return err ? log_fail(EXIT_FAILED, NULL, "%s", strerror(-err))
		   : EXIT_OK;
}

static enum exit_code print_json(struct json_object *reply)
{
	struct json_object *document = document_new(DAEMON_SCHEMA);

	json_object_object_foreach(reply, key, value)
	{
		struct json_object *shared = json_object_get(value);

		json_object_object_add(document, key, shared);
	}
	return document_print(document);
}

static enum exit_code show(const struct ctl *ctl)
{
	struct varlink_reply reply;
	enum exit_code code = ctl_ask("io.frsp.GetStatus", NULL, &reply);

	if (code != EXIT_OK)
		return code;
	code = ctl->json ? print_json(reply.parameters)
			 : print_text(reply.parameters, ctl->exact);
	varlink_reply_free(&reply);
	return code;
}

static enum exit_code change(const char *method, struct json_object *parameters)
{
	struct varlink_reply reply;
	enum exit_code code = ctl_ask(method, parameters, &reply);

	if (code == EXIT_OK)
		varlink_reply_free(&reply);
	return code;
}

/* key: the setting: mode or a tuner */
static enum exit_code set(const char *fs, const char *key, const char *value)
{
	const struct config_setting *setting =
		config_setting_find(CONFIG_FILESYSTEM, key);
	struct json_object *parameters;

	if (config_setting_check(setting, value))
		return log_fail(EXIT_USAGE, setting->values,
				"daemon: \"%s\" is not a value of %s", value,
				key);
	parameters = json_object_new_object();
	json_add_text(parameters, "filesystem", fs);
	json_add_text(parameters, key, value);
	return change("io.frsp.SetMode", parameters);
}

/* Whether frspd can set it while it runs: the mode, or a tuner. */
static bool is_set(const char *key)
{
	const struct config_setting *setting =
		config_setting_find(CONFIG_FILESYSTEM, key);

	return setting &&
	       (setting->type == CONFIG_MODE || setting->type == CONFIG_TUNER);
}

enum exit_code ctl_daemon(const struct ctl *ctl)
{
	const char *what = ctl->n_args ? ctl->args[0] : "status";

	if (!strcmp(what, "status") && ctl->n_args <= 1)
		return show(ctl);
	if (!strcmp(what, "reload") && ctl->n_args == 1)
		return change("io.frsp.Reload", NULL);
	if (is_set(what) && ctl->n_args == 3)
		return set(ctl->args[1], what, ctl->args[2]);
	return log_fail(
		EXIT_USAGE,
		"frspctl daemon [status|reload|mode FS MODE|TUNER FS MODE]; a TUNER is escache, trees, summaries or relocation",
		"daemon: \"%s\" is nothing of these, or has other arguments",
		what);
}
