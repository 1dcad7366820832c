// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/config.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/fmt.h"
#include "config/sources.h"

const char *config_error_text(const struct config_error *error, int err,
			      char text[CONFIG_ERROR_LEN])
{
	if (error->ini.line) {
		snprintf(text, CONFIG_ERROR_LEN, "%s:%u: %s", error->path,
			 error->ini.line, error->ini.what);
		return error->ini.remedy;
	}
	snprintf(text, CONFIG_ERROR_LEN, "%s%s%s", error->path,
		 *error->path ? ": " : "", strerror(-err));
	return "frspd.conf(5) says which files are read";
}

struct config {
	struct config_sources sources;
	struct config_value *values;
	size_t n;
	char **warnings;
	size_t n_warnings;
};

/* A file that is read. */
struct reading {
	struct config *config;
	const char *path;
	char *section;	  /* NULL: none yet, or one that does not count */
	bool was_section; /* there was one */
};

static int warn(struct reading *reading, unsigned int line, const char *format,
		...) __attribute__((format(printf, 3, 4)));

static int warn(struct reading *reading, unsigned int line, const char *format,
		...)
{
	struct config *config = reading->config;
	char **more = reallocarray(config->warnings, config->n_warnings + 1,
				   sizeof(*more));
	char what[160], *text;
	va_list args;

	if (!more)
		return -ENOMEM;
	config->warnings = more;
	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	if (asprintf(&text, "%s:%u: %s", reading->path, line, what) < 0)
		return -ENOMEM;
	more[config->n_warnings++] = text;
	return 0;
}

/* "1f3c6a0e-54a8-4a4e-9a0c-0c7e6a1f2b3d" */
static bool is_uuid(const char *text)
{
	static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

	for (size_t i = 0; i < sizeof(form); i++)
		if (form[i] == 'x' ? !isxdigit((unsigned char)text[i])
				   : text[i] != form[i])
			return false;
	return true;
}

static bool is_of_filesystem(const char *section)
{
	return !strncmp(section, "UUID=", 5) || !strncmp(section, "/dev/", 5);
}

static enum config_scope scope_of(const char *section)
{
	return strcmp(section, CONFIG_SECTION_DAEMON) ? CONFIG_FILESYSTEM
						      : CONFIG_DAEMON;
}

static int begin_section(void *context, char *name, struct ini_error *error)
{
	struct reading *reading = context;

	free(reading->section);
	reading->section = NULL;
	reading->was_section = true;
	if (!strncmp(name, "UUID=", 5) && !is_uuid(name + 5))
		return ini_wrong(error, error->line,
				 "\"lsblk -o name,uuid\" shows the UUIDs",
				 "\"%.60s\" is not a UUID", name + 5);
	if (strcmp(name, CONFIG_SECTION_DAEMON) &&
	    strcmp(name, CONFIG_SECTION_FILESYSTEMS) && !is_of_filesystem(name))
		return warn(reading, error->line,
			    "unknown section [%.60s]: it is passed over", name);
	reading->section = strdup(name);
	return reading->section ? 0 : -ENOMEM;
}

static void free_value(struct config_value *value)
{
	free(value->section);
	free(value->text);
}

/* The digits of a UUID may be large or small letters. */
static bool is_same_section(const char *one, const char *other)
{
	return strncmp(one, "UUID=", 5) ? !strcmp(one, other)
					: !strcasecmp(one, other);
}

/* Forgets the value that the setting has in the section, if it has one. */
static void take_back(struct config *config, const char *section,
		      const struct config_setting *setting)
{
	for (size_t i = 0; i < config->n; i++) {
		struct config_value *value = &config->values[i];

		if (value->setting != setting ||
		    !is_same_section(value->section, section))
			continue;
		free_value(value);
		memmove(value, value + 1, (--config->n - i) * sizeof(*value));
		return;
	}
}

static int add_value(struct config *config, const struct config_value *wanted)
{
	struct config_value *more =
		reallocarray(config->values, config->n + 1, sizeof(*more));
	struct config_value *value;

	if (!more)
		return -ENOMEM;
	config->values = more;
	value = &more[config->n++];
	*value = *wanted;
	value->section = strdup(wanted->section);
	value->text = strdup(wanted->text);
	return value->section && value->text ? 0 : -ENOMEM;
}

static int take_value(void *context, char *key, char *text,
		      struct ini_error *error)
{
	struct reading *reading = context;
	struct config_value value = {
		.section = reading->section,
		.text = text,
		.path = reading->path,
		.line = error->line,
	};

	if (!reading->section)
		return reading->was_section
			       ? 0
			       : warn(reading, error->line,
				      "\"%.60s\" is in no section: it is passed over",
				      key);
	value.setting = config_setting_find(scope_of(reading->section), key);
	if (!value.setting)
		return warn(
			reading, error->line,
			"unknown setting \"%.60s\" in [%.60s]: it is passed over",
			key, reading->section);
	if (*text && config_setting_check(value.setting, text))
		return ini_wrong(error, error->line, value.setting->values,
				 "\"%.60s\" is not a value of %s", text,
				 value.setting->name);
	take_back(reading->config, reading->section, value.setting);
	return *text ? add_value(reading->config, &value) : 0;
}

static int read_file(struct config *config, const char *path,
		     struct config_error *error)
{
	struct reading reading = {.config = config, .path = path};
	const struct ini_reader reader = {
		.begin_section = begin_section,
		.take_value = take_value,
		.context = &reading,
		.section_remedy =
			"a section is [frspd], [filesystems], [UUID=...] or [/dev/NAME]",
		.line_remedy =
			"a line is a [SECTION], SETTING = VALUE, empty, or a comment that begins with #",
	};
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	FILE *in = fd < 0 ? NULL : fdopen(fd, "r");
	int err = in ? 0 : -errno;

	snprintf(error->path, sizeof(error->path), "%s", path);
	error->ini = (struct ini_error){0};
	if (in)
		err = ini_read(in, &reader, &error->ini);
	if (err && err != -EINVAL)
		error->ini.line = 0;
	free(reading.section);
	if (in)
		fclose(in);
	else if (fd >= 0)
		close(fd);
	return err;
}

static bool is_general(const struct config_value *value)
{
	return !is_of_filesystem(value->section);
}

static const struct config_value *
find_general(const struct config *config, const struct config_setting *setting)
{
	for (size_t i = 0; i < config->n; i++)
		if (config->values[i].setting == setting &&
		    is_general(&config->values[i]))
			return &config->values[i];
	return NULL;
}

/* Puts in front what nobody has set. */
static int add_defaults(struct config *config)
{
	const struct config_setting *setting;
	size_t n = 0;
	int err = 0;

	for (size_t i = 0; !err && (setting = config_setting(i)); i++) {
		const char *section = setting->scope == CONFIG_DAEMON
					      ? CONFIG_SECTION_DAEMON
					      : CONFIG_SECTION_FILESYSTEMS;
		const struct config_value usual = {
			.setting = setting,
			.section = (char *)section,
			.text = (char *)setting->usual,
		};
		struct config_value last;

		if (find_general(config, setting))
			continue;
		err = add_value(config, &usual);
		if (err)
			break;
		last = config->values[config->n - 1];
		memmove(&config->values[n + 1], &config->values[n],
			(config->n - 1 - n) * sizeof(last));
		config->values[n++] = last;
	}
	return err;
}

int config_read(const char *root, struct config **out,
		struct config_error *error)
{
	struct config *config = calloc(1, sizeof(*config));
	int err;

	*error = (struct config_error){0};
	if (!config)
		return -ENOMEM;
	err = config_sources_find(root, &config->sources, error->path);
	for (size_t i = 0; i < config->sources.n && !err; i++)
		err = read_file(config, config->sources.paths[i], error);
	err = err ?: add_defaults(config);
	if (err == -ENOMEM)
		*error = (struct config_error){0};
	if (err)
		config_free(config);
	else
		*out = config;
	return err;
}

void config_free(struct config *config)
{
	if (!config)
		return;
	for (size_t i = 0; i < config->n; i++)
		free_value(&config->values[i]);
	for (size_t i = 0; i < config->n_warnings; i++)
		free(config->warnings[i]);
	config_sources_free(&config->sources);
	free(config->values);
	free(config->warnings);
	free(config);
}

const char *config_source(const struct config *config, size_t i)
{
	return i < config->sources.n ? config->sources.paths[i] : NULL;
}

const char *config_warning(const struct config *config, size_t i)
{
	return i < config->n_warnings ? config->warnings[i] : NULL;
}

const struct config_value *config_value(const struct config *config, size_t i)
{
	return i < config->n ? &config->values[i] : NULL;
}

const char *config_text(const struct config *config, const char *name)
{
	return find_general(config, config_setting_find(CONFIG_DAEMON, name))
		->text;
}

double config_seconds(const struct config *config, const char *name)
{
	double seconds = 0;

	fmt_parse_seconds(config_text(config, name), &seconds);
	return seconds;
}

const char *config_text_of(const struct config *config, const char *name,
			   config_is_meant is_meant, void *context)
{
	const struct config_setting *setting =
		config_setting_find(CONFIG_FILESYSTEM, name);

	for (size_t i = config->n; i--;) {
		const struct config_value *value = &config->values[i];

		if (value->setting == setting && !is_general(value) &&
		    is_meant(context, value->section))
			return value->text;
	}
	return find_general(config, setting)->text;
}

enum config_mode config_mode(const struct config *config,
			     config_is_meant is_meant, void *context)
{
	return config_mode_of(
		config_text_of(config, "mode", is_meant, context));
}

enum config_tuner config_tuner_most(const struct config *config,
				    const char *tuner)
{
	const struct config_setting *setting =
		config_setting_find(CONFIG_FILESYSTEM, tuner);
	enum config_tuner most = CONFIG_TUNER_OBSERVE;

	for (size_t i = 0; i < config->n; i++) {
		const struct config_value *value = &config->values[i];

		if (value->setting == setting &&
		    config_tuner_of(value->text) > most)
			most = config_tuner_of(value->text);
	}
	return most;
}
