// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/move_target.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ctl/fs_tiers.h"
#include "fs/tier_config.h"

/* Lists the tiers in a hint. */
static enum exit_code no_tier(const struct fs_tiers *found, const char *to)
{
	char hint[512] = "its tiers are";
	size_t len = strlen(hint);

	for (unsigned int i = 0; i < found->tiers.n && len < sizeof(hint); i++)
		len += snprintf(hint + len, sizeof(hint) - len,
				"%s %u (%s, %s)", i ? "," : "", i,
				tier_class_word(found->tiers.tiers[i].class),
				found->tiers.tiers[i].shown);
	return log_fail(
		EXIT_FAILED,
		found->tiers.n > 1
			? hint
			: "it has only one; name others in " TIER_CONFIG_FILE,
		"%s: no tier \"%s\"", found->shown, to);
}

enum exit_code move_target_area(const struct ctl *ctl, const char *to,
				__u32 dev, struct area *area)
{
	struct fs_tiers found;
	enum exit_code code = fs_tiers_find(dev, ctl->config, &found);
	__u64 in;

	if (code != EXIT_OK)
		return code;
	in = tiers_by_spec(&found.tiers, to);
	if (!in)
		code = no_tier(&found, to);
	else if (area_make(&found.tiers, in, found.super.block_bytes, area))
		code = log_fail(EXIT_FAILED, NULL, "%s", strerror(ENOMEM));
	tiers_free(&found.tiers);
	return code;
}

void move_target_close(struct move_target *target)
{
	if (!target->fs.dev)
		return;
	place_close(&target->place);
	area_free(&target->area);
	target->fs.dev = 0;
}

int move_target_open(struct move_target *target, const char *to,
		     const struct move_walk *walk, int dir, const char **failed)
{
	int err;

	if (target->fs.dev == walk->fs.dev)
		return 0;
	move_target_close(target);
	*failed = "cannot find its tier";
	/* move_target_area() says why */
	if (move_target_area(walk->ctl, to, kdev_from_user(walk->fs.dev),
			     &target->area) != EXIT_OK)
		return -ENODEV;
	target->fs = walk->fs;
	target->place = (struct place){
		.fs = &target->fs,
		.area = &target->area,
		.keep_free = walk->options.keep_free,
	};
	err = place_open(&target->place, dir, failed);
	if (err) {
		area_free(&target->area);
		target->fs.dev = 0;
	}
	return err;
}
