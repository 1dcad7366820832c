// SPDX-License-Identifier: GPL-2.0-or-later
#include "move/tier_plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fs/tier_config.h"

/* Makes room for one more: the capacity is a power of 2. NULL: no memory. */
static void *grow(void *array, size_t n, size_t size)
{
	if (n & (n - 1))
		return array;
	return reallocarray(array, n ? 2 * n : 1, size);
}

int tier_plan_add_file(struct tier_plan *plan, __u64 ino, __u32 generation,
		       const char *path)
{
	struct tier_plan_file *files =
		grow(plan->files, plan->n, sizeof(*files));
	char *copy = strdup(path);

	if (files)
		plan->files = files;
	if (!files || !copy) {
		free(copy);
		return -ENOMEM;
	}
	files[plan->n++] = (struct tier_plan_file){
		.ino = ino, .generation = generation, .path = copy};
	return 0;
}

int tier_plan_add_move(struct tier_plan *plan,
		       const struct tier_plan_move *move)
{
	struct tier_plan_file *file = &plan->files[plan->n - 1];
	struct tier_plan_move *moves =
		grow(file->moves, file->n, sizeof(*moves));

	if (!moves) {
		free(move->extents.extents);
		free(move->other_path);
		return -ENOMEM;
	}
	file->moves = moves;
	moves[file->n++] = *move;
	plan->n_moves++;
	return 0;
}

int tier_plan_add_stays(struct tier_plan *plan,
			const struct tier_plan_stays *stays)
{
	struct tier_plan_stays *all =
		grow(plan->stays, plan->n_stays, sizeof(*all));

	if (!all)
		return -ENOMEM;
	plan->stays = all;
	all[plan->n_stays++] = *stays;
	return 0;
}

void tier_plan_free(struct tier_plan *plan)
{
	for (size_t i = 0; i < plan->n; i++) {
		struct tier_plan_file *file = &plan->files[i];

		for (size_t k = 0; k < file->n; k++) {
			free(file->moves[k].extents.extents);
			free(file->moves[k].other_path);
		}
		free(file->moves);
		free(file->path);
	}
	free(plan->files);
	free(plan->stays);
	*plan = (struct tier_plan){0};
}

static void write_path(FILE *out, const char *path)
{
	for (; *path; path++) {
		unsigned char c = *path;

		if (c < ' ' || c == '\\')
			fprintf(out, "\\%03o", c);
		else
			putc(c, out);
	}
}

/* Six digits, as the figures are estimates. */
static void write_figures(FILE *out, const struct policy_figures *figures)
{
	fprintf(out, "by %.6g %.6g %.6g %.6g %.6g %.6g\n",
		figures->reads_per_hour, figures->writes_per_hour,
		figures->gain, figures->cost, figures->other_gain,
		figures->wait_s);
}

static void write_move(FILE *out, const struct tier_plan_move *move)
{
	fprintf(out, "%s %s %llu %llu %s\n",
		tier_plan_moves(move) ? "move" : "stay",
		tier_class_word(move->to), move->start, move->bytes,
		policy_rule_word(move->rule));
	write_figures(out, &move->figures);
	if (move->other_path) {
		fprintf(out, "other %llu ", move->other_start);
		write_path(out, move->other_path);
		putc('\n', out);
	}
	for (size_t i = 0; i < move->extents.n; i++) {
		const struct file_extent *extent = &move->extents.extents[i];

		fprintf(out, "%s %llu %llu %llu\n",
			extent->unwritten ? "unwritten" : "at", extent->logical,
			extent->physical, extent->bytes);
	}
}

static void write_head(FILE *out, const struct tier_plan *plan)
{
	const struct policy_room *room = &plan->room;
	const struct policy_setting *setting;
	char text[POLICY_SETTING_LEN];

	fprintf(out, "frsp plan 2\nuuid %s\nmade %llu\n", plan->uuid,
		plan->made_s);
	fprintf(out, "room %llu %llu %llu %llu\nmoved %llu\n", room->fast_bytes,
		room->fast_free, room->slow_free, room->data_bytes,
		plan->moved_bytes);
	for (size_t i = 0; (setting = policy_setting(i)); i++)
		fprintf(out, "set %s %s\n", setting->name,
			policy_setting_get(setting, &plan->settings, text));
	for (size_t i = 0; i < plan->n_stays; i++) {
		const struct tier_plan_stays *stays = &plan->stays[i];

		fprintf(out, "stays %s %s %llu %llu\n",
			tier_class_word(stays->tier),
			policy_rule_word(stays->rule), stays->n, stays->bytes);
	}
}

void tier_plan_write(FILE *out, const struct tier_plan *plan)
{
	write_head(out, plan);
	for (size_t i = 0; i < plan->n; i++) {
		const struct tier_plan_file *file = &plan->files[i];

		fprintf(out, "file %llu %u ", file->ino, file->generation);
		write_path(out, file->path);
		putc('\n', out);
		for (size_t k = 0; k < file->n; k++)
			write_move(out, &file->moves[k]);
	}
	fprintf(out, "end %zu\n", plan->n_moves);
}
