// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads a plan, line after line. Each kind of line is a row of a table. What a
 * line may follow is checked by what is there already: a move needs a file, an
 * extent needs a move in which it fits. A move is checked for its figures and
 * extents when the next one comes, or the end.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmt.h"
#include "fs/tier_config.h"
#include "move/tier_plan.h"

#define MAX_WORDS   2
#define MAX_NUMBERS 4
#define MAX_FIGURES 6

static const char again[] = "make a new plan with \"frspctl plan -o FILE\"";

struct reading {
	struct tier_plan *plan;
	struct ini_error *error;
	bool has_uuid, has_made, has_room, has_moved, has_ended;
	bool has_figures; /* the last move */
};

/* A line that was taken apart. */
struct line {
	const char *words[MAX_WORDS];
	__u64 n[MAX_NUMBERS];
	double figures[MAX_FIGURES];
	char *rest; /* behind all that */
};

static int wrong(struct reading *reading, const char *what)
{
	return ini_wrong(reading->error, reading->error->line, again, "%s",
			 what);
}

/* Takes the next word off the text. "": there is none. */
static char *next_word(char **text)
{
	char *word = *text, *end = strchr(word, ' ');

	*text = end ? end + 1 : word + strlen(word);
	if (end)
		*end = '\0';
	return word;
}

static struct tier_plan_file *last_file(struct reading *reading)
{
	return reading->plan->n ? &reading->plan->files[reading->plan->n - 1]
				: NULL;
}

static struct tier_plan_move *last_move(struct reading *reading)
{
	struct tier_plan_file *file = last_file(reading);

	return file && file->n ? &file->moves[file->n - 1] : NULL;
}

/* Whether the last move has all that it needs. */
static bool is_move_whole(struct reading *reading)
{
	const struct tier_plan_move *move = last_move(reading);

	return reading->has_figures &&
	       (move->extents.n || !tier_plan_moves(move));
}

static bool is_whole(struct reading *reading)
{
	const struct tier_plan_file *file = last_file(reading);

	return !file || (file->n && is_move_whole(reading));
}

static bool has_head(const struct reading *reading)
{
	return reading->has_uuid && reading->has_made && reading->has_room &&
	       reading->has_moved;
}

static int take_uuid(struct reading *reading, struct line *line)
{
	if (reading->has_uuid || strlen(line->rest) != EXT4_UUID_TEXT_LEN - 1)
		return wrong(reading, "a second UUID, or none");
	strcpy(reading->plan->uuid, line->rest);
	reading->has_uuid = true;
	return 0;
}

static int take_made(struct reading *reading, struct line *line)
{
	if (reading->has_made)
		return wrong(reading, "a second time");
	reading->plan->made_s = line->n[0];
	reading->has_made = true;
	return 0;
}

static int take_room(struct reading *reading, struct line *line)
{
	if (reading->has_room)
		return wrong(reading, "a second time");
	reading->plan->room = (struct policy_room){
		.fast_bytes = line->n[0],
		.fast_free = line->n[1],
		.slow_free = line->n[2],
		.data_bytes = line->n[3],
	};
	reading->has_room = true;
	return 0;
}

static int take_moved(struct reading *reading, struct line *line)
{
	if (reading->has_moved)
		return wrong(reading, "a second time");
	reading->plan->moved_bytes = line->n[0];
	reading->has_moved = true;
	return 0;
}

/* A setting that this program does not know, or that is not named, has no place
 * in an explanation; so neither is an error.
 */
static int take_setting(struct reading *reading, struct line *line)
{
	const struct policy_setting *setting =
		policy_setting_find(line->words[0]);

	if (setting &&
	    policy_setting_set(setting, line->rest, &reading->plan->settings))
		return wrong(reading, "not a value of this setting");
	return 0;
}

static bool parse_tier(const char *word, enum tier_class *tier)
{
	for (*tier = 0; *tier < TIER_UNKNOWN; ++*tier)
		if (!strcmp(word, tier_class_word(*tier)))
			return true;
	return false;
}

static bool parse_rule(const char *word, enum policy_rule *rule)
{
	for (*rule = 0; *rule < POLICY_NR_RULES; ++*rule)
		if (!strcmp(policy_rule_word(*rule), word))
			return true;
	return false;
}

static int take_stays(struct reading *reading, struct line *line)
{
	struct tier_plan_stays stays = {.n = line->n[0], .bytes = line->n[1]};

	if (!parse_tier(line->words[0], &stays.tier) ||
	    !parse_rule(line->words[1], &stays.rule))
		return wrong(reading, "no tier or rule has this name");
	return tier_plan_add_stays(reading->plan, &stays);
}

/* Replaces \ooo by the byte. False: it is no path that was written so. */
static bool unescape(char *path)
{
	char *to = path;

	if (*path != '/')
		return false;
	for (; *path; path++, to++) {
		*to = *path;
		if (*path != '\\')
			continue;
		for (int i = 1; i <= 3; i++)
			if (path[i] < '0' || path[i] > (i == 1 ? '1' : '7'))
				return false;
		*to = (path[1] - '0') << 6 | (path[2] - '0') << 3 |
		      (path[3] - '0');
		if (!*to)
			return false;
		path += 3;
	}
	*to = '\0';
	return true;
}

static int take_file(struct reading *reading, struct line *line)
{
	if (!has_head(reading) || !is_whole(reading))
		return wrong(reading, "something is missing before this file");
	if (line->n[1] > ~0U || !unescape(line->rest))
		return wrong(reading, "a file is INODE GENERATION /PATH");
	return tier_plan_add_file(reading->plan, line->n[0], line->n[1],
				  line->rest);
}

/* A move or a stay. */
static int take_decision(struct reading *reading, struct line *line, bool moves)
{
	struct tier_plan_move move = {.start = line->n[0], .bytes = line->n[1]};
	const struct tier_plan_move *last = last_move(reading);

	if (!parse_tier(line->words[0], &move.to))
		return wrong(reading, "a tier is fast or slow");
	if (!last_file(reading) || (last && !is_move_whole(reading)))
		return wrong(reading, "something is missing before this line");
	if (!move.bytes || move.bytes > ~0ULL - move.start ||
	    (last && move.start < last->start + last->bytes))
		return wrong(reading, "ranges of a file must rise");
	if (!parse_rule(line->rest, &move.rule) ||
	    (moves && move.rule > POLICY_BY_PIN))
		return wrong(reading, "no rule has this name");
	move.from = move.to;
	if (moves)
		move.from = move.to == TIER_FAST ? TIER_SLOW : TIER_FAST;
	reading->has_figures = false;
	return tier_plan_add_move(reading->plan, &move);
}

static int take_move(struct reading *reading, struct line *line)
{
	return take_decision(reading, line, true);
}

static int take_stay(struct reading *reading, struct line *line)
{
	return take_decision(reading, line, false);
}

static int take_figures(struct reading *reading, struct line *line)
{
	struct tier_plan_move *move = last_move(reading);

	if (!move || reading->has_figures)
		return wrong(reading, "figures of no move");
	move->figures = (struct policy_figures){
		.reads_per_hour = line->figures[0],
		.writes_per_hour = line->figures[1],
		.gain = line->figures[2],
		.cost = line->figures[3],
		.other_gain = line->figures[4],
		.wait_s = line->figures[5],
	};
	reading->has_figures = true;
	return 0;
}

static int take_other(struct reading *reading, struct line *line)
{
	struct tier_plan_move *move = last_move(reading);

	if (!move || move->other_path)
		return wrong(reading, "another range of no move");
	if (!unescape(line->rest))
		return wrong(reading, "another range is OFFSET /PATH");
	move->other_path = strdup(line->rest);
	move->other_start = line->n[0];
	return move->other_path ? 0 : -ENOMEM;
}

static int add_extent(struct reading *reading, struct line *line,
		      bool unwritten)
{
	struct tier_plan_move *move = last_move(reading);
	const struct file_extent *last;
	const struct file_extent extent = {
		.logical = line->n[0],
		.physical = line->n[1],
		.bytes = line->n[2],
		.unwritten = unwritten,
	};
	__u64 from;

	if (!move || !tier_plan_moves(move))
		return wrong(reading, "an extent of no move");
	last = move->extents.n ? &move->extents.extents[move->extents.n - 1]
			       : NULL;
	from = last ? last->logical + last->bytes : move->start;
	if (!extent.bytes || extent.logical < from ||
	    extent.logical > move->start + move->bytes ||
	    extent.bytes > move->start + move->bytes - extent.logical ||
	    extent.bytes > ~0ULL - extent.physical)
		return wrong(reading, "the extent is not in its move");
	return file_extents_add(&move->extents, &extent);
}

static int take_at(struct reading *reading, struct line *line)
{
	return add_extent(reading, line, false);
}

static int take_unwritten(struct reading *reading, struct line *line)
{
	return add_extent(reading, line, true);
}

static int take_end(struct reading *reading, struct line *line)
{
	if (!has_head(reading) || !is_whole(reading) ||
	    line->n[0] != reading->plan->n_moves)
		return wrong(reading, "some of the plan is missing");
	reading->has_ended = true;
	return 0;
}

/* The kinds of lines: words, numbers, figures, and the rest. */
static const struct kind {
	const char *name;
	int n_words, n_numbers, n_figures;
	bool has_rest;
	int (*take)(struct reading *reading, struct line *line);
} kinds[] = {
	{"uuid", 0, 0, 0, true, take_uuid},
	{"made", 0, 1, 0, false, take_made},
	{"room", 0, 4, 0, false, take_room},
	{"moved", 0, 1, 0, false, take_moved},
	{"set", 1, 0, 0, true, take_setting},
	{"stays", 2, 2, 0, false, take_stays},
	{"file", 0, 2, 0, true, take_file},
	{"move", 1, 2, 0, true, take_move},
	{"stay", 1, 2, 0, true, take_stay},
	{"by", 0, 0, 6, false, take_figures},
	{"other", 0, 1, 0, true, take_other},
	{"at", 0, 3, 0, false, take_at},
	{"unwritten", 0, 3, 0, false, take_unwritten},
	{"end", 0, 1, 0, false, take_end},
};

static bool parse_figure(const char *word, double *figure)
{
	char *end;

	*figure = strtod(word, &end);
	return *word && !*end && isfinite(*figure) && !signbit(*figure);
}

static int take_kind(struct reading *reading, const struct kind *kind,
		     char *text)
{
	struct line line = {0};

	for (int i = 0; i < kind->n_words; i++)
		line.words[i] = next_word(&text);
	for (int i = 0; i < kind->n_numbers; i++)
		if (fmt_parse_u64(next_word(&text), ~0ULL, &line.n[i]))
			return wrong(reading, "a number is missing");
	for (int i = 0; i < kind->n_figures; i++)
		if (!parse_figure(next_word(&text), &line.figures[i]))
			return wrong(reading, "a figure is missing");
	line.rest = text;
	if (!*text != !kind->has_rest)
		return wrong(reading, "the line is too short or too long");
	return kind->take(reading, &line);
}

static int take_line(struct reading *reading, char *text)
{
	const char *name;

	if (reading->has_ended)
		return wrong(reading, "something follows the end");
	name = next_word(&text);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(kinds[i].name, name))
			return take_kind(reading, &kinds[i], text);
	return wrong(reading, "no such line");
}

static int take_first(struct reading *reading, const char *text)
{
	static const char head[] = "frsp plan ";
	__u64 version;

	if (strncmp(text, head, strlen(head)) ||
	    fmt_parse_u64(text + strlen(head), ~0U, &version))
		return ini_wrong(reading->error, 1,
				 "name what \"frspctl plan -o FILE\" wrote",
				 "not a plan");
	if (version != 2)
		return ini_wrong(
			reading->error, 1, again,
			"a plan of version %llu; this program reads version 2",
			version);
	return 0;
}

int tier_plan_read(FILE *in, struct tier_plan *plan, struct ini_error *error)
{
	struct reading reading = {.plan = plan, .error = error};
	char *text = NULL;
	size_t size = 0;
	ssize_t len;
	int err = 0;

	*plan = (struct tier_plan){.settings = policy_settings_default()};
	*error = (struct ini_error){0};
	while (!err && (len = getline(&text, &size, in)) >= 0) {
		error->line++;
		if (len && text[len - 1] == '\n')
			text[--len] = '\0';
		if (error->line == 1)
			err = take_first(&reading, text);
		else if (strlen(text) != (size_t)len)
			err = wrong(&reading, "it has a NUL");
		else
			err = take_line(&reading, text);
	}
	free(text);
	if (!err && ferror(in))
		return -EIO;
	if (!err && !error->line)
		err = take_first(&reading, "");
	if (!err && !reading.has_ended)
		err = wrong(&reading, "the end is missing: it was cut off");
	return err;
}
