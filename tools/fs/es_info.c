// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The file looks like this in 6.1, 6.12 and 6.18
 * (ext4_seq_es_shrinker_info_show()):
 *
 *	stats:
 *	  74818 objects
 *	  74692 reclaimable objects
 *	  68243267/590766 cache hits/misses
 *	  70343 inodes on list
 *	average:
 *	...
 *
 * The line of the inodes is missing if there are none. The lines after it, and
 * unknown lines, are ignored.
 */
#include "fs/es_info.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A line has one number, or two with a slash between them, and then .text. */
struct field {
	const char *text;
	size_t first, second; /* offsets in struct es_info; second 0: none */
	bool needed;
};

#define AT(member) offsetof(struct es_info, member)

static const struct field fields[] = {
	{" objects", AT(entries), 0, true},
	{" reclaimable objects", AT(reclaimable), 0, true},
	{" cache hits/misses", AT(hits), AT(misses), true},
	{" inodes on list", AT(inodes), 0, false},
};

#define N_FIELDS (sizeof(fields) / sizeof(fields[0]))

static bool take_number(const char **text, __u64 *number)
{
	char *end;

	if (!isdigit(**text))
		return false;
	errno = 0;
	*number = strtoull(*text, &end, 10);
	*text = end;
	return !errno;
}

static void set(struct es_info *info, size_t at, __u64 number)
{
	memcpy((char *)info + at, &number, sizeof(number));
}

/* Stores the numbers of a line. Returns the index of its field; N_FIELDS: the
 * line is unknown.
 */
static size_t parse_line(const char *line, struct es_info *info)
{
	size_t len, i;
	__u64 first, second = 0;
	bool is_pair;

	line += strspn(line, " ");
	if (!take_number(&line, &first))
		return N_FIELDS;
	is_pair = *line == '/';
	if (is_pair && (line++, !take_number(&line, &second)))
		return N_FIELDS;
	len = strcspn(line, "\n");
	for (i = 0; i < N_FIELDS; i++)
		if (strlen(fields[i].text) == len &&
		    !strncmp(line, fields[i].text, len) &&
		    is_pair == !!fields[i].second)
			break;
	if (i == N_FIELDS)
		return i;
	set(info, fields[i].first, first);
	if (is_pair)
		set(info, fields[i].second, second);
	return i;
}

int es_info_parse(const char *text, struct es_info *info)
{
	bool seen[N_FIELDS + 1] = {0};

	*info = (struct es_info){0};
	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		seen[parse_line(line, info)] = true;
	}
	for (size_t i = 0; i < N_FIELDS; i++)
		if (fields[i].needed && !seen[i])
			return -EINVAL;
	return 0;
}

int es_info_read(const char *root, const char *name, struct es_info *info)
{
	char path[PATH_MAX], text[4096];
	size_t len;
	FILE *file;
	int err;

	if ((size_t)snprintf(path, sizeof(path), "%s/%s/es_shrinker_info", root,
			     name) >= sizeof(path))
		return -ENAMETOOLONG;
	file = fopen(path, "re");
	if (!file)
		return -errno;
	len = fread(text, 1, sizeof(text) - 1, file);
	err = ferror(file) ? -EIO : 0;
	fclose(file);
	text[len] = '\0';
	return err ? err : es_info_parse(text, info);
}

__u64 es_info_delayed(const struct es_info *info)
{
	return info->entries > info->reclaimable
		       ? info->entries - info->reclaimable
		       : 0;
}

#define SLAB_BYTES   4096
#define SLAB_ENTRIES 102

__u64 es_info_bytes(__u64 entries)
{
	return entries * SLAB_BYTES / SLAB_ENTRIES;
}

__u64 es_info_fitting(__u64 bytes)
{
	return (unsigned __int128)bytes * SLAB_ENTRIES / SLAB_BYTES;
}
