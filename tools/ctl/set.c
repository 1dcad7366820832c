// SPDX-License-Identifier: GPL-2.0-or-later
/* frspctl set: changes one setting of a filesystem. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/fmt.h"
#include "base/sysfs.h"
#include "ctl/ctl.h"
#include "ctl/target.h"
#include "module/fs_status.h"

#define MAX_LEVEL     3
#define MAX_SCAN_RATE 1000

/* The parsers return 0 or an error of base/fmt.h. */
static int parse_switch(const char *text, __u64 *value)
{
	*value = !strcmp(text, "on");
	return *value || !strcmp(text, "off") ? 0
					      : fmt_parse_u64(text, 1, value);
}

static int parse_level(const char *text, __u64 *value)
{
	return fmt_parse_u64(text, MAX_LEVEL, value);
}

static int parse_scan_rate(const char *text, __u64 *value)
{
	*value = 0;
	return strcmp(text, "off") ? fmt_parse_u64(text, MAX_SCAN_RATE, value)
				   : 0;
}

struct key {
	const char *name, *file;
	int (*parse)(const char *text, __u64 *value);
	const char *valid;
};

/* The user may give .name or .file, which is the name of the file in sysfs. */
static const struct key keys[] = {
	{"steer", "freespace_tree", parse_switch, "on, off, 1 or 0"},
	{"mb_frsp_max_mem", "mb_frsp_max_mem", fmt_parse_bytes,
	 "bytes, or a number with K, M, G or T; 0: unlimited"},
	{"level", "frsp_cache_aggression", parse_level,
	 "0 to 3: how hard frsp.ko tries to know free space"},
	{"scan", "frsp_scan_rate", parse_scan_rate,
	 "off, or 0 to 1000 bitmaps per second"},
};

#define N_KEYS (sizeof(keys) / sizeof(keys[0]))

static const struct key *find_key(const char *name)
{
	for (const struct key *key = keys; key < keys + N_KEYS; key++)
		if (!strcmp(key->name, name) || !strcmp(key->file, name))
			return key;
	return NULL;
}

static enum exit_code no_such_key(const char *name)
{
	char list[256] = "the keys are";

	for (const struct key *key = keys; key < keys + N_KEYS; key++) {
		strcat(list, key == keys ? " " : ", ");
		strcat(list, key->name);
		if (strcmp(key->name, key->file) != 0) {
			strcat(list, " or ");
			strcat(list, key->file);
		}
	}
	return log_fail(EXIT_USAGE, list, "set: no key \"%s\"", name);
}

static enum exit_code set(const char *name, const struct key *key, __u64 value)
{
	char dir[PATH_MAX];
	__u64 before, after;
	int err;

	snprintf(dir, sizeof(dir), "%s/%s", FS_STATUS_ROOT, name);
	err = sysfs_read_u64(dir, key->file, &before);
	if (!err)
		err = sysfs_write_u64(dir, key->file, value);
	if (!err)
		err = sysfs_read_u64(dir, key->file, &after);
	if (err == -EACCES || err == -EPERM)
		return log_fail(EXIT_PERMISSION, "run it as root, with sudo",
				"%s: cannot set %s: %s", name, key->file,
				strerror(-err));
	if (err)
		return log_fail(EXIT_FAILED, key->valid,
				"%s: cannot set %s to %llu: %s", name,
				key->file, value, strerror(-err));
	if (after != value)
		return log_fail(EXIT_FAILED,
				"find out who else sets it, and retry",
				"%s: %s is %llu after it was set to %llu", name,
				key->file, after, value);
	printf("%s: %s is %llu, was %llu\n", name, key->file, after, before);
	return EXIT_OK;
}

enum exit_code ctl_set(const struct ctl *ctl)
{
	const struct key *key = find_key(ctl->args[1]);
	struct ctl_target target;
	enum exit_code code;
	__u64 value;

	if (!key)
		return no_such_key(ctl->args[1]);
	if (key->parse(ctl->args[2], &value))
		return log_fail(EXIT_USAGE, key->valid,
				"set: %s: \"%s\" is not valid", key->name,
				ctl->args[2]);
	code = ctl_target_find(ctl->args[0], &target);
	if (code != EXIT_OK)
		return code;
	code = set(target.name, key, value);
	ctl_target_release(&target);
	return code;
}
