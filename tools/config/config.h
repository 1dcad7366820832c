/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads frspd's configuration: all files (config/sources.h) become one list of
 * values, and each value knows its file and line. Example:
 *
 *   [filesystems]
 *   mode = observe
 *   [UUID=1f3c6a0e-54a8-4a4e-9a0c-0c7e6a1f2b3d]
 *   mode = off
 *
 * The section of a filesystem is its UUID or its device. "mode =" without a
 * value takes back what was read before in that section.
 */
#ifndef FRSP_CONFIG_H
#define FRSP_CONFIG_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/ini.h"
#include "config/settings.h"

#define CONFIG_SECTION_DAEMON	   "frspd"
#define CONFIG_SECTION_FILESYSTEMS "filesystems"

struct config_value {
	const struct config_setting *setting;
	char *section;
	char *text;
	const char *path; /* NULL: it is the default */
	unsigned int line;
};

/* Why the configuration is not taken. */
struct config_error {
	char path[PATH_MAX];  /* of a file or directory; "": none */
	struct ini_error ini; /* .line 0: the file cannot be read */
};

#define CONFIG_ERROR_LEN (PATH_MAX + 256)

struct config;

/* Says in a line why config_read() returned err. Returns the remedy, or NULL. */
const char *config_error_text(const struct config_error *error, int err,
			      char text[CONFIG_ERROR_LEN]);

/* Reads all files below root, see config_sources_find(). Returns 0; or -EINVAL,
 * -ENOMEM or another -errno, and error says what is wrong.
 */
int config_read(const char *root, struct config **out,
		struct config_error *error);
void config_free(struct config *config);

/* The files that were read, in that order. NULL: there are no more. */
const char *config_source(const struct config *config, size_t i);

/* What was passed over, as "FILE:LINE: text". NULL: there is no more. */
const char *config_warning(const struct config *config, size_t i);

/* The values, in the order of reading; in front of them, the default of each
 * setting that has no value in its general section. NULL: there are no more.
 */
const struct config_value *config_value(const struct config *config, size_t i);

/* The value of a setting in [frspd]. seconds: of one that is a time. */
const char *config_text(const struct config *config, const char *name);
double config_seconds(const struct config *config, const char *name);

/* Whether a section such as "UUID=..." or "/dev/sda1" is for a filesystem. */
typedef bool (*config_is_meant)(void *context, const char *section);

/* The value of a setting of a filesystem. Of several sections for it, the value
 * that was read last counts.
 */
const char *config_text_of(const struct config *config, const char *name,
			   config_is_meant is_meant, void *context);

/* The same of the setting mode. */
enum config_mode config_mode(const struct config *config,
			     config_is_meant is_meant, void *context);

/* The most that a tuner, such as "escache", has in any section. */
enum config_tuner config_tuner_most(const struct config *config,
				    const char *tuner);

#endif
