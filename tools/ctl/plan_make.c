// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/plan_make.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "ctl/plan_past.h"
#include "ctl/policy_file.h"
#include "move/own_io.h"
#include "move/policy_judge.h"

#define MIB 1048576.0

/* The directory that spec is, or that the filesystem is mounted on. */
static enum exit_code find_directory(struct made_plan *plan, const char *spec)
{
	struct stat stat_;
	int err = mount_table_read(&plan->mounts);
	enum exit_code code;

	if (err)
		return log_fail(EXIT_FAILED, NULL,
				"cannot read the mount table: %s",
				strerror(-err));
	code = fs_tiers_mount(plan->mounts, spec, &plan->mount);
	if (code != EXIT_OK)
		return code;
	if (!stat(spec, &stat_) && S_ISDIR(stat_.st_mode))
		plan->directory = realpath(spec, NULL);
	else
		plan->mount = mount_table_by_dev(plan->mounts, plan->mount->dev)
				      ?: plan->mount;
	if (!plan->directory)
		plan->directory = strdup(plan->mount->target);
	return plan->directory
		       ? EXIT_OK
		       : log_fail(EXIT_FAILED, NULL, "%s", strerror(ENOMEM));
}

static enum exit_code read_room(struct made_plan *plan)
{
	const struct tiers *tiers = &plan->found.tiers;
	struct policy_room *room = &plan->room;
	__u64 free_bytes[TIER_MAX], slow_bytes = 0;
	enum exit_code code =
		fs_tiers_free(plan->mount, &plan->found, free_bytes);

	for (unsigned int i = 0; i < tiers->n && code == EXIT_OK; i++) {
		if (tiers->tiers[i].class == TIER_FAST) {
			room->fast_bytes += tiers->tiers[i].bytes;
			room->fast_free += free_bytes[i];
		} else if (tiers->tiers[i].class == TIER_SLOW) {
			slow_bytes += tiers->tiers[i].bytes;
			room->slow_free += free_bytes[i];
		}
	}
	if (code == EXIT_OK && (!room->fast_bytes || !slow_bytes))
		return log_fail(
			EXIT_FAILED,
			"\"frspctl tiers\" shows its tiers; /etc/frsp/tiers.conf can name others",
			"%s: it has no %s tier", plan->mount->target,
			room->fast_bytes ? "slow" : "fast");
	room->data_bytes = room->fast_bytes + slow_bytes - room->fast_free -
			   room->slow_free;
	return code;
}

static enum exit_code read_settings(const struct ctl *ctl,
				    struct made_plan *plan)
{
	struct policy_settings settings;
	enum exit_code code;

	if (ctl->n_policies > 1)
		return log_fail(EXIT_USAGE, "simulate compares several",
				"%s: one --policy only", ctl->command->name);
	code = policy_file_read(ctl->n_policies ? ctl->policies[0] : NULL,
				&plan->config);
	if (code != EXIT_OK)
		return code;
	settings = plan->config.settings;
	settings.rate = 0;
	plan->policy = policy_new(&settings);
	return plan->policy
		       ? EXIT_OK
		       : log_fail(EXIT_FAILED, NULL, "%s", strerror(ENOMEM));
}

static enum exit_code walk_files(struct made_plan *plan, __u64 whole_ino)
{
	const struct plan_files_source source = {
		.directory = plan->directory,
		.tiers = &plan->found.tiers,
		.pins = &plan->config.pins,
		.heat = &plan->heat,
		.policy = plan->policy,
		.whole_ino = whole_ino,
	};
	int err;

	/* Who looks whether a file is swap reads of it. That is no heat. */
	own_io_mark();
	err = plan_files_walk(&source, &plan->files);

	if (err)
		return log_fail(EXIT_FAILED, NULL, "%s: cannot walk it: %s",
				plan->directory, strerror(-err));
	if (plan->files.n_unread)
		log_warn("%u files or directories could not be read",
			 plan->files.n_unread);
	return EXIT_OK;
}

/* Notes a decision of the step. */
static bool note(void *context, const struct policy_decision *decision)
{
	struct made_plan *plan = context;
	__u32 n = plan->n_decisions;

	if (!(n & (n - 1))) {
		void *more = reallocarray(plan->decisions, n ? 2UL * n : 1,
					  sizeof(*plan->decisions));

		if (!more) {
			plan->has_failed = true;
			return false;
		}
		plan->decisions = more;
	}
	plan->decisions[plan->n_decisions++] = *decision;
	return true;
}

/* Files and their ranges have rising numbers. */
static int compare_decisions(const void *a, const void *b)
{
	const struct policy_decision *one = a, *other = b;

	return one->range < other->range ? -1 : one->range > other->range;
}

/* What is free after the step. */
static void take_step(struct made_plan *plan)
{
	struct policy_room *room = &plan->room_after;

	*room = plan->room;
	for (__u32 i = 0; i < plan->n_decisions; i++) {
		const struct policy_decision *decision = &plan->decisions[i];
		__u64 bytes = made_plan_range(plan, decision)->bytes;

		if (decision->to == TIER_FAST) {
			room->fast_free -= bytes;
			room->slow_free += bytes;
		} else {
			room->fast_free += bytes;
			room->slow_free -= bytes;
		}
	}
}

static enum exit_code decide(const struct ctl *ctl, struct made_plan *plan)
{
	enum exit_code code;

	plan_heat_feed(&plan->heat, plan->policy, &plan->now_ns);
	code = plan_past_note(ctl, plan);
	if (code != EXIT_OK)
		return code;
	policy_step(plan->policy, plan->now_ns, &plan->room, note, plan);
	if (plan->has_failed)
		return log_fail(EXIT_FAILED, NULL, "%s", strerror(ENOMEM));
	if (plan->n_decisions)
		qsort(plan->decisions, plan->n_decisions,
		      sizeof(*plan->decisions), compare_decisions);
	take_step(plan);
	return EXIT_OK;
}

enum exit_code plan_make(const struct ctl *ctl, const char *spec,
			 __u64 whole_ino, struct made_plan *plan)
{
	enum exit_code code = find_directory(plan, spec);

	if (code == EXIT_OK)
		code = read_settings(ctl, plan);
	if (code == EXIT_OK)
		code = fs_tiers_find(plan->mount->dev, ctl->config,
				     &plan->found);
	if (code == EXIT_OK)
		code = read_room(plan);
	if (code == EXIT_OK)
		code = plan_heat_open(&plan->heat, plan->mount, ctl->inputs,
				      ctl->n_inputs);
	if (code == EXIT_OK)
		code = walk_files(plan, whole_ino);
	if (code == EXIT_OK)
		code = decide(ctl, plan);
	return code;
}

void made_plan_free(struct made_plan *plan)
{
	free(plan->decisions);
	plan_files_free(&plan->files);
	plan_heat_close(&plan->heat);
	policy_free(plan->policy);
	tiers_free(&plan->found.tiers);
	policy_pins_free(&plan->config.pins);
	free(plan->directory);
	mount_table_free(plan->mounts);
}

const struct policy_decision *made_plan_find(const struct made_plan *plan,
					     __u32 range)
{
	const struct policy_decision wanted = {.range = range};

	if (!plan->n_decisions)
		return NULL;
	return bsearch(&wanted, plan->decisions, plan->n_decisions,
		       sizeof(wanted), compare_decisions);
}

struct policy_decision made_plan_decision(struct made_plan *plan, __u32 range)
{
	const struct policy_decision *decision = made_plan_find(plan, range);

	return decision ? *decision
			: policy_explain(plan->policy, range, plan->now_ns,
					 &plan->room_after);
}

double made_plan_cost(const struct made_plan *plan,
		      const struct policy_decision *decision)
{
	return policy_cost(&plan->config.settings,
			   made_plan_range(plan, decision)->bytes / MIB,
			   decision->to);
}
