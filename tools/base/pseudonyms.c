// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/pseudonyms.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define UUID_LEN 36
#define DIGITS	 8

struct name {
	struct name *next;
	bool is_known; /* by pseudonyms_add(): it is one wherever it stands */
	char digits[DIGITS + 1];
	size_t len;
	char text[];
};

struct pseudonyms {
	struct name *list; /* the longest first */
};

/* Where a text is made. */
struct copy {
	struct pseudonyms *names;
	FILE *out;
	bool failed;
};

struct pseudonyms *pseudonyms_new(void)
{
	return calloc(1, sizeof(struct pseudonyms));
}

void pseudonyms_free(struct pseudonyms *names)
{
	struct name *name;

	if (!names)
		return;
	while ((name = names->list)) {
		names->list = name->next;
		free(name);
	}
	free(names);
}

/* The entry of the text, which is made if there is none. NULL: no memory. */
static struct name *find(struct pseudonyms *names, const char *text, size_t len)
{
	struct name **at = &names->list, *name;
	unsigned int number;

	for (name = names->list; name; name = name->next)
		if (name->len == len && !memcmp(name->text, text, len))
			return name;
	name = calloc(1, sizeof(*name) + len + 1);
	if (!name)
		return NULL;
	if (getrandom(&number, sizeof(number), 0) != sizeof(number)) {
		free(name);
		return NULL;
	}
	snprintf(name->digits, sizeof(name->digits), "%08x", number);
	memcpy(name->text, text, len);
	name->len = len;
	while (*at && (*at)->len > len)
		at = &(*at)->next;
	name->next = *at;
	*at = name;
	return name;
}

int pseudonyms_add(struct pseudonyms *names, const char *text)
{
	struct name *name;

	if (!*text || !strcmp(text, "/"))
		return 0;
	name = find(names, text, strlen(text));
	if (!name)
		return -ENOMEM;
	name->is_known = true;
	return 0;
}

/* --- a copy --------------------------------------------------------------- */

static void put_name(struct copy *copy, const char *text, size_t len)
{
	const struct name *name = find(copy->names, text, len);

	if (name)
		fprintf(copy->out, "<%s>", name->digits);
	else
		copy->failed = true;
}

/* Paths whose names say nothing about who has them. */
static bool is_public(const char *path, size_t len)
{
	static const char *const all_below[] = {
		"/boot/",
		"/etc/frsp/",
		"/lib/",
		"/proc/",
		"/run/frsp/",
		"/run/frspd/",
		"/sys/",
		"/usr/",
		"/var/lib/dkms/",
		"/var/lib/frsp/",
		"/var/lib/prometheus/",
	};
	static const char *const itself[] = {
		"/",	    "/boot",	 "/dev",      "/etc",	   "/home",
		"/lib",	    "/proc",	 "/run",      "/srv",	   "/sys",
		"/tmp",	    "/usr",	 "/var",      "/opt",	   "/mnt",
		"/var/tmp", "/dev/frsp", "/dev/kmsg", "/dev/null", "/var/log",
		"/root",    "/etc/frsp",
	};

	for (size_t i = 0; i < sizeof(all_below) / sizeof(all_below[0]); i++) {
		size_t n = strlen(all_below[i]);

		if (len >= n && !memcmp(path, all_below[i], n))
			return true;
	}
	for (size_t i = 0; i < sizeof(itself) / sizeof(itself[0]); i++)
		if (len == strlen(itself[i]) && !memcmp(path, itself[i], len))
			return true;
	return false;
}

/* Names of devices that the kernel has made, such as sda1 and dm-0. */
static bool is_of_kernel(const char *text, size_t len)
{
	static const char *const begins[] = {"sd",     "vd",   "xvd", "nvme",
					     "dm-",    "loop", "md",  "mmcblk",
					     "mapper", "disk"};

	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++) {
		size_t n = strlen(begins[i]);

		if (len >= n && !memcmp(text, begins[i], n))
			return true;
	}
	return false;
}

static void put_path(struct copy *copy, const char *path, size_t len)
{
	const char *end = path + len, *part = path;
	bool in_dev = len > 5 && !memcmp(path, "/dev/", 5);

	if (is_public(path, len)) {
		fwrite(path, 1, len, copy->out);
		return;
	}
	while (part < end) {
		const char *next;

		if (*part == '/') {
			fputc(*part++, copy->out);
			continue;
		}
		next = memchr(part, '/', end - part) ?: end;
		if (in_dev &&
		    (part == path + 1 || is_of_kernel(part, next - part)))
			fwrite(part, 1, next - part, copy->out);
		else
			put_name(copy, part, next - part);
		part = next;
	}
}

static bool is_uuid(const char *text)
{
	for (int i = 0; i < UUID_LEN; i++) {
		bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (is_dash ? text[i] != '-'
			    : !isxdigit((unsigned char)text[i]))
			return false;
	}
	return true;
}

static bool is_of_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-';
}

/* A path in a text ends where a sentence or a list goes on. */
static size_t path_len(const char *text)
{
	size_t len = strcspn(text, " \t\n\r\"'`,;<>()[]{}|");

	while (len > 1 && strchr(".:", text[len - 1]))
		len--;
	return len;
}

/* The known name that the text begins with, as a whole word, or NULL. */
static const struct name *known_at(const struct pseudonyms *names,
				   const char *text)
{
	for (const struct name *name = names->list; name; name = name->next)
		if (name->is_known && !strncmp(text, name->text, name->len) &&
		    !is_of_word(text[name->len]))
			return name;
	return NULL;
}

/* Copies what begins at text, and returns how much that was. */
static size_t put_next(struct copy *copy, const char *text, bool in_word)
{
	const struct name *known = in_word ? NULL : known_at(copy->names, text);
	size_t len;

	if (known && *known->text == '/') {
		len = known->len;
		if (text[len] == '/')
			len += path_len(text + len);
		put_path(copy, text, len);
		return len;
	}
	if (known) {
		put_name(copy, text, known->len);
		return known->len;
	}
	if (!in_word && is_uuid(text)) {
		put_name(copy, text, UUID_LEN);
		return UUID_LEN;
	}
	if (!in_word && *text == '/') {
		len = path_len(text);
		put_path(copy, text, len);
		return len;
	}
	fputc(*text, copy->out);
	return 1;
}

char *pseudonyms_apply(struct pseudonyms *names, const char *text)
{
	struct copy copy = {.names = names};
	bool in_word = false;
	char *made = NULL;
	size_t len;

	copy.out = open_memstream(&made, &len);
	if (!copy.out)
		return NULL;
	while (*text) {
		text += put_next(&copy, text, in_word);
		in_word = is_of_word(text[-1]) || text[-1] == '/';
	}
	if (fclose(copy.out) || copy.failed) {
		free(made);
		return NULL;
	}
	return made;
}
