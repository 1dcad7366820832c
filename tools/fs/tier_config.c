// SPDX-License-Identifier: GPL-2.0-or-later
#include "fs/tier_config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmt.h"

/* A range of a section, and where it is from. */
struct range {
	__u64 start, end; /* end ~0: up to the end */
	enum tier_class class;
	unsigned int line;
};

struct parsing {
	const struct tier_config_fs *fs;
	unsigned int section_line; /* of the present section; 0: none yet */
	char **sections;	   /* the names of all */
	size_t n_sections;
	bool is_meant; /* the present section is for the filesystem */
	unsigned int meant_line;
	struct range *ranges; /* of the present section */
	size_t n;
	struct range *found; /* those of the filesystem */
	size_t n_found;
};

static const char section_remedy[] =
	"a section is [UUID=...] or [/dev/NAME]: \"lsblk -o name,uuid\" shows both";

static const char *const class_words[] = {
	[TIER_FAST] = "fast",
	[TIER_SLOW] = "slow",
	[TIER_UNKNOWN] = "unknown",
};

const char *tier_class_word(enum tier_class class)
{
	return class_words[class];
}

static int compare(const void *a, const void *b)
{
	const struct range *one = a, *other = b;

	return (one->start > other->start) - (one->start < other->start);
}

/* Checks the section that ends, and keeps it if it is for the filesystem. */
static int end_section(struct parsing *parsing, struct ini_error *error)
{
	__u64 most = parsing->is_meant ? parsing->fs->bytes : ~0ULL;

	if (!parsing->section_line)
		return 0;
	if (!parsing->n)
		return ini_wrong(
			error, parsing->section_line,
			"add a line such as \"fast = 0-10G\", or remove the section",
			"the section has no ranges");
	qsort(parsing->ranges, parsing->n, sizeof(*parsing->ranges), compare);
	for (size_t i = 0; i < parsing->n; i++) {
		const struct range *range = &parsing->ranges[i];
		const struct range *last = i ? range - 1 : NULL;

		if (last && last->end > range->start)
			return ini_wrong(
				error,
				range->line > last->line ? range->line
							 : last->line,
				"give each byte to one tier: the first byte after a range may begin the next",
				"a range overlaps one of line %u",
				range->line > last->line ? last->line
							 : range->line);
		if (range->start >= most ||
		    (range->end != ~0ULL && range->end > most))
			return ini_wrong(
				error, range->line,
				"leave the end out, as in \"10G-\", for all up to the end",
				"the range goes beyond the filesystem's end, %llu bytes",
				most);
	}
	if (parsing->is_meant) {
		parsing->found = parsing->ranges;
		parsing->n_found = parsing->n;
		parsing->ranges = NULL;
	}
	parsing->n = 0;
	return 0;
}

static int begin_section(void *context, char *text, struct ini_error *error)
{
	struct parsing *parsing = context;
	unsigned int line = error->line;
	char **more;
	int err = end_section(parsing, error);

	if (err)
		return err;
	if (strncmp(text, "UUID=", 5) && strncmp(text, "/dev/", 5))
		return ini_wrong(error, line, section_remedy,
				 "\"%.60s\" is neither a UUID nor a device",
				 text);
	for (size_t i = 0; i < parsing->n_sections; i++)
		if (!strcasecmp(parsing->sections[i], text))
			return ini_wrong(error, line,
					 "put all ranges into one section",
					 "there is a section \"%.60s\" before",
					 text);
	more = reallocarray(parsing->sections, parsing->n_sections + 1,
			    sizeof(*more));
	if (!more)
		return -ENOMEM;
	parsing->sections = more;
	more[parsing->n_sections] = strdup(text);
	if (!more[parsing->n_sections++])
		return -ENOMEM;
	parsing->section_line = line;
	parsing->is_meant = parsing->fs->is_meant(parsing->fs->context, text);
	if (!parsing->is_meant)
		return 0;
	if (parsing->meant_line)
		return ini_wrong(
			error, line,
			"put all ranges of a filesystem into one section",
			"the section of line %u is for the same filesystem",
			parsing->meant_line);
	parsing->meant_line = line;
	return 0;
}

/* Parses "0-10G", or "10G-". */
static int add_range(struct parsing *parsing, enum tier_class class, char *text,
		     struct ini_error *error)
{
	struct range range = {
		.class = class, .line = error->line, .end = ~0ULL};
	char *dash = strchr(text, '-'), *end;
	struct range *more;
	int err = dash ? 0 : -EINVAL;

	if (dash) {
		*dash = '\0';
		end = ini_strip(dash + 1);
		err = fmt_parse_bytes(ini_strip(text), &range.start);
		if (!err && *end)
			err = fmt_parse_bytes(end, &range.end);
		*dash = '-';
	}
	if (err)
		return ini_wrong(
			error, error->line,
			"write it as 0-10G, with numbers of bytes, or K, M, G or T; 10G- is all from 10G on",
			"\"%.60s\" is not a range", text);
	if (range.start >= range.end)
		return ini_wrong(
			error, error->line,
			"the second number must be larger than the first",
			"the range \"%.60s\" is empty", text);
	more = reallocarray(parsing->ranges, parsing->n + 1, sizeof(*more));
	if (!more)
		return -ENOMEM;
	parsing->ranges = more;
	more[parsing->n++] = range;
	return 0;
}

static int take_ranges(void *context, char *key, char *value,
		       struct ini_error *error)
{
	struct parsing *parsing = context;
	enum tier_class class;
	char *next;
	int err = 0;

	if (!strcmp(key, class_words[TIER_FAST]))
		class = TIER_FAST;
	else if (!strcmp(key, class_words[TIER_SLOW]))
		class = TIER_SLOW;
	else
		return ini_wrong(error, error->line,
				 "the classes are fast and slow",
				 "no class \"%.60s\"", key);
	if (!parsing->section_line)
		return ini_wrong(error, error->line,
				 "write [UUID=...] or [/dev/NAME] before it",
				 "the range is in no section");
	for (; !err && value; value = next) {
		next = strchr(value, ',');
		if (next)
			*next++ = '\0';
		err = add_range(parsing, class, ini_strip(value), error);
	}
	return err;
}

/* Makes a tier of each class. */
static int make_tiers(const struct parsing *parsing, struct tiers *tiers)
{
	const struct tier_config_fs *fs = parsing->fs;
	int index[] = {[TIER_FAST] = -1, [TIER_SLOW] = -1};

	tiers->extents = calloc(parsing->n_found + 1, sizeof(*tiers->extents));
	if (!tiers->extents)
		return -ENOMEM;
	for (enum tier_class class = TIER_FAST; class <= TIER_SLOW; class ++) {
		struct tier *tier = &tiers->tiers[tiers->n];
		bool is_there = false;

		for (size_t i = 0; i < parsing->n_found; i++)
			is_there |= parsing->found[i].class == class;
		if (!is_there)
			continue;
		*tier = (struct tier){.dev = fs->dev, .class = class};
		snprintf(tier->name, sizeof(tier->name), "%s", fs->name);
		snprintf(tier->shown, sizeof(tier->shown), "%s", fs->shown);
		index[class] = tiers->n++;
	}
	for (size_t i = 0; i < parsing->n_found; i++) {
		const struct range *range = &parsing->found[i];
		__u64 end = range->end < fs->bytes ? range->end : fs->bytes;
		struct tier_extent *extent = &tiers->extents[i];

		*extent = (struct tier_extent){range->start, end - range->start,
					       index[range->class]};
		tiers->tiers[extent->tier].bytes += extent->bytes;
	}
	tiers->n_extents = parsing->n_found;
	return 0;
}

int tier_config_read(FILE *in, const struct tier_config_fs *fs,
		     struct tiers *tiers, struct ini_error *error)
{
	struct parsing parsing = {.fs = fs};
	const struct ini_reader reader = {
		.begin_section = begin_section,
		.take_value = take_ranges,
		.context = &parsing,
		.section_remedy = section_remedy,
		.line_remedy =
			"a line is a [SECTION], CLASS = RANGE[, RANGE...], empty, or a comment that begins with #",
	};
	int err;

	*tiers = (struct tiers){0};
	err = ini_read(in, &reader, error);
	if (!err)
		err = end_section(&parsing, error);
	if (!err)
		err = make_tiers(&parsing, tiers);
	for (size_t i = 0; i < parsing.n_sections; i++)
		free(parsing.sections[i]);
	free(parsing.sections);
	free(parsing.ranges);
	free(parsing.found);
	return err;
}

__u64 tiers_by_spec(const struct tiers *tiers, const char *spec)
{
	const char *name = strncmp(spec, "/dev/", 5) ? spec : spec + 5;
	__u64 in = 0, number;

	if (!fmt_parse_u64(spec, TIER_MAX, &number))
		return number < tiers->n ? 1ULL << number : 0;
	for (unsigned int i = 0; i < tiers->n; i++) {
		const struct tier *tier = &tiers->tiers[i];

		if (!strcmp(spec, class_words[tier->class]) ||
		    !strcmp(name, tier->name) || !strcmp(name, tier->shown))
			in |= 1ULL << i;
	}
	return in;
}
