// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/api.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/json_in.h"
#include "base/json_out.h"
#include "base/version.h"
#include "daemon/heat_metrics.h"
#include "fs/es_info.h"
#include "interfaces.h"
#include "module/module.h"
#include "module/status_row.h"

#define INTERFACE "io.frsp"

/* A call, and all that answers it. */
struct request {
	struct api *api;
	const struct varlink_call *call;
	int fd;
	const struct varlink_input *rest;
	struct server_answer *answer;
};

static void wrong_parameter(struct server_answer *answer, const char *name)
{
	json_object_put(answer->parameters);
	answer->error = VARLINK_SERVICE ".InvalidParameter";
	answer->parameters = json_object_new_object();
	json_add_text(answer->parameters, "parameter", name);
}

/* --- org.varlink.service -------------------------------------------------- */

static void get_info(struct request *request)
{
	struct json_object *reply = json_object_new_object();
	struct json_object *interfaces = json_object_new_array();

	json_add_string(reply, "vendor", "frsp");
	json_add_string(reply, "product", "frspd");
	json_add_string(reply, "version", frsp_version);
	json_add_string(reply, "url", "https://varlink.org");
	json_object_array_add(interfaces,
			      json_object_new_string(VARLINK_SERVICE));
	json_object_array_add(interfaces, json_object_new_string(INTERFACE));
	json_object_object_add(reply, "interfaces", interfaces);
	request->answer->parameters = reply;
}

static void get_description(struct request *request)
{
	const char *name =
		json_get_text(request->call->parameters, "interface");
	const char *text = NULL;
	struct json_object *reply;

	if (!name) {
		wrong_parameter(request->answer, "interface");
		return;
	}
	if (!strcmp(name, INTERFACE))
		text = interface_frsp;
	else if (!strcmp(name, VARLINK_SERVICE))
		text = interface_service;
	reply = json_object_new_object();
	if (text) {
		json_add_string(reply, "description", text);
	} else {
		request->answer->error = VARLINK_SERVICE ".InterfaceNotFound";
		json_add_text(reply, "interface", name);
	}
	request->answer->parameters = reply;
}

/* --- GetStatus ------------------------------------------------------------ */

static struct json_object *trees_json(const struct filesystem *fs)
{
	struct json_object *object = json_object_new_object();
	const struct trees_of *trees = &fs->tree_memory;
	const struct trees_known *known = trees->memory.known;

	json_add_string(object, "mode", config_tuner_word(trees->tuner));
	json_add_bool(object, "by_hand", fs->tuner_by_hand[FS_TUNER_TREES]);
	json_add_u64(object, "min_bytes", trees->bounds.min_cap);
	json_add_u64(object, "max_bytes", trees->bounds.max_cap);
	json_add_u64(object, "raised", trees->n_raised);
	json_add_u64(object, "lowered", trees->n_lowered);
	json_add_bool(object, "cap_left_alone", known[TREES_CAP].by_hand);
	json_add_bool(object, "level_left_alone", known[TREES_LEVEL].by_hand);
	return object;
}

static struct json_object *tuner_json(const struct filesystem *fs,
				      const char *device)
{
	struct json_object *object = json_object_new_object();
	struct es_info info;

	json_add_string(object, "mode", config_tuner_word(fs->escache));
	json_add_bool(object, "by_hand", fs->tuner_by_hand[FS_TUNER_ESCACHE]);
	json_add_u64(object, "bound_bytes", fs->escache_bound);
	json_add_u64(object, "cooldown_ms", fs->escache_cooldown_s * 1000);
	if (es_info_read(ES_INFO_ROOT, device, &info))
		info.entries = 0;
	json_add_u64(object, "entries", info.entries);
	json_add_bool(object, "advised", fs->escache_advised);
	json_add_bool(object, "too_small", fs->escache_small_told);
	return object;
}

static struct json_object *filesystem_json(const struct api *api,
					   const struct filesystem *fs)
{
	struct json_object *object = json_object_new_object();
	char device[MOUNT_NAME_LEN], dev[32];
	struct status_row row;
	const char *file;

	mount_name_or_number(fs->dev, device);
	snprintf(dev, sizeof(dev), "%u:%u", kdev_major(fs->dev),
		 kdev_minor(fs->dev));
	json_add_text(object, "device", device);
	json_add_text(object, "device_name", fs->name);
	json_add_string(object, "dev", dev);
	json_add_text(object, "mount", fs->target);
	json_add_string(object, "uuid", *fs->uuid ? fs->uuid : NULL);
	json_add_string(object, "mode", config_mode_word(fs->mode));
	json_add_bool(object, "by_hand", fs->mode_by_hand);
	json_object_object_add(object, "escache", tuner_json(fs, device));
	json_add_string(object, "relocation",
			config_tuner_word(fs->relocation.tuner));
	json_add_bool(object, "relocation_by_hand",
		      fs->tuner_by_hand[FS_TUNER_RELOCATION]);
	json_add_string(object, "summaries", config_tuner_word(fs->summaries));
	json_add_bool(object, "summaries_by_hand",
		      fs->tuner_by_hand[FS_TUNER_SUMMARIES]);
	json_object_object_add(object, "trees", trees_json(fs));
	json_object_object_add(object, "frsp",
			       status_row_read(&row, api->mounts, device, &file)
				       ? NULL
				       : status_row_json(&row));
	return object;
}

static struct json_object *heat_json(const struct api *api)
{
	struct json_object *object = json_object_new_object();
	struct metrics heat = {0};

	heat_metrics_read(api->monitor, &heat);
	json_add_u64(object, "ios", heat.ios);
	json_add_u64(object, "dropped", heat.dropped);
	json_add_u64(object, "missed", heat.missed);
	json_add_u64(object, "evicted", heat.evicted);
	json_add_u64(object, "slots", heat.slots);
	json_add_u64(object, "slots_used", heat.slots_used);
	json_add_u64(object, "map_bytes", heat.map_bytes);
	return object;
}

static void get_status(struct request *request)
{
	struct api *api = request->api;
	struct json_object *reply = json_object_new_object();
	struct json_object *list = json_object_new_array();
	char version[64];

	json_add_string(reply, "version", frsp_version);
	json_add_text(reply, "text", api->text);
	json_add_string(
		reply, "module",
		frsp_module_version(version, sizeof(version)) ? NULL : version);
	json_object_object_add(reply, "heat", heat_json(api));
	json_add_u64(reply, "clients", server_n_clients(api->server));
	json_add_u64(reply, "hot_clients", hot_clients_count(&api->hot));
	for (size_t i = 0; i < api->filesystems->n; i++)
		json_object_array_add(
			list, filesystem_json(api, &api->filesystems->list[i]));
	json_object_object_add(reply, "filesystems", list);
	request->answer->parameters = reply;
}

/* --- changes -------------------------------------------------------------- */

static void reload(struct request *request)
{
	if (!request->api->reload(request->api->context))
		server_refuse(
			request->answer, INTERFACE ".Failed",
			"the configuration is wrong and stays as it was; the journal of frspd says why");
}

/* True if text names the filesystem. A path is not opened: it may hang. */
static bool is_meant(const struct filesystem *fs, const char *text)
{
	char device[MOUNT_NAME_LEN];

	mount_name_or_number(fs->dev, device);
	if (!strncmp(text, "UUID=", 5))
		text += 5;
	else if (!strncmp(text, "/dev/mapper/", 12))
		text += 12;
	else if (!strncmp(text, "/dev/", 5))
		text += 5;
	return !strcmp(text, fs->target) || !strcmp(text, fs->name) ||
	       !strcmp(text, device) ||
	       (*fs->uuid && !strcasecmp(text, fs->uuid));
}

static struct filesystem *find(const struct api *api, const char *text)
{
	for (size_t i = 0; i < api->filesystems->n; i++)
		if (is_meant(&api->filesystems->list[i], text))
			return &api->filesystems->list[i];
	return NULL;
}

/* Whether it is a value of the setting. NULL is none, and right. */
static bool is_value(const char *setting, const char *text)
{
	return !text ||
	       !config_setting_check(
		       config_setting_find(CONFIG_FILESYSTEM, setting), text);
}

static bool can_tune(const struct api *api, enum filesystem_tuner which,
		     const char *text)
{
	return config_tuner_of(text) <= api->most[which];
}

static void set_all(struct filesystem *fs, const char *mode,
		    const char *const tuners[FS_N_TUNERS])
{
	if (mode)
		filesystem_set_mode(fs, mode);
	for (int i = 0; i < FS_N_TUNERS; i++)
		if (tuners[i])
			filesystem_set_tuner(fs, i, tuners[i]);
}

/* Reads the parameters, and refuses those that are wrong. False: it did. */
static bool take_tuners(struct request *request,
			const char *tuners[FS_N_TUNERS], int *n)
{
	*n = 0;
	for (int i = 0; i < FS_N_TUNERS; i++) {
		const char *name = filesystem_tuner_name(i);

		tuners[i] = json_get_text(request->call->parameters, name);
		*n += tuners[i] != NULL;
		if (!is_value(name, tuners[i])) {
			wrong_parameter(request->answer, name);
			return false;
		}
	}
	return true;
}

/* Refuses what needs a restart. False: it did. */
static bool may_tune(struct request *request,
		     const char *const tuners[FS_N_TUNERS])
{
	for (int i = 0; i < FS_N_TUNERS; i++) {
		if (!tuners[i] || can_tune(request->api, i, tuners[i]))
			continue;
		server_refuse(
			request->answer, INTERFACE ".Refused",
			"\"%s = %s\" needs more programs or rights: set it in the configuration of a filesystem, and restart frspd",
			filesystem_tuner_name(i), tuners[i]);
		return false;
	}
	return true;
}

static void set_mode(struct request *request)
{
	struct json_object *parameters = request->call->parameters;
	const char *name = json_get_text(parameters, "filesystem");
	const char *mode = json_get_text(parameters, "mode");
	const char *tuners[FS_N_TUNERS];
	struct filesystem *fs;
	int n_tuners;

	if (!name)
		wrong_parameter(request->answer, "filesystem");
	else if (!take_tuners(request, tuners, &n_tuners))
		return;
	else if (!is_value("mode", mode) || (!mode && !n_tuners))
		wrong_parameter(request->answer, "mode");
	else if (!(fs = find(request->api, name)))
		server_refuse(request->answer, INTERFACE ".NoFilesystem",
			      "%s: no mounted ext4 filesystem", name);
	else if (may_tune(request, tuners))
		set_all(fs, mode, tuners);
}

static void get_hot(struct request *request)
{
	hot_client_begin(&request->api->hot, request->call, request->fd,
			 request->rest, request->answer);
}

/* --- all ------------------------------------------------------------------ */

static const struct {
	const char *name;
	enum peer_rights needs;
	void (*run)(struct request *request);
} methods[] = {
	{VARLINK_SERVICE ".GetInfo", PEER_READS, get_info},
	{VARLINK_SERVICE ".GetInterfaceDescription", PEER_READS,
	 get_description},
	{INTERFACE ".GetStatus", PEER_READS, get_status},
	{INTERFACE ".GetHot", PEER_READS, get_hot},
	{INTERFACE ".Reload", PEER_CHANGES, reload},
	{INTERFACE ".SetMode", PEER_CHANGES, set_mode},
};

#define N_METHODS (sizeof(methods) / sizeof(methods[0]))

/* Of a method that is not there: whether the interface is. */
static void not_found(const char *method, struct server_answer *answer)
{
	size_t len = strrchr(method, '.') ? strrchr(method, '.') - method : 0;
	bool known = len && (!strncmp(method, INTERFACE ".", len + 1) ||
			     !strncmp(method, VARLINK_SERVICE ".", len + 1));

	answer->error = known ? VARLINK_SERVICE ".MethodNotFound"
			      : VARLINK_SERVICE ".InterfaceNotFound";
	answer->parameters = json_object_new_object();
	json_add_text(answer->parameters, known ? "method" : "interface",
		      method);
}

void api_answer(void *context, const struct varlink_call *call,
		enum peer_rights rights, int fd,
		const struct varlink_input *rest, struct server_answer *answer)
{
	struct request request = {.api = context,
				  .call = call,
				  .fd = fd,
				  .rest = rest,
				  .answer = answer};
	size_t i = 0;

	while (i < N_METHODS && strcmp(methods[i].name, call->method) != 0)
		i++;
	if (i == N_METHODS)
		not_found(call->method, answer);
	else if (rights < methods[i].needs)
		server_refuse(answer, INTERFACE ".NotPermitted",
			      "only root may call %s", call->method);
	else
		methods[i].run(&request);
}
