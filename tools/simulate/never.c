// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "simulate/player.h"

static void *begin(const struct sim_world *world,
		   const struct policy_settings *settings)
{
	(void)world;
	(void)settings;
	return malloc(1);
}

static int play(struct sim_player *player, const struct sim_interval *interval,
		__u8 *is_fast)
{
	(void)player;
	memset(is_fast, 0, interval->n);
	return 0;
}

const struct sim_player_kind sim_never = {"never", begin, play, free};
