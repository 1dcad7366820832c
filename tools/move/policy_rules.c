// SPDX-License-Identifier: GPL-2.0-or-later
/* The words of the rules (move/policy.h), for people and for JSON. */
#include "move/policy.h"

static const struct {
	const char *word, *text;
} rules[] = {
	[POLICY_GAIN] =
		{"gain",
		 "it saves more I/Os than the move costs, and there is room"},
	[POLICY_SWAP] = {"swap",
			 "it is hotter than the one whose place it takes"},
	[POLICY_MAKE_ROOM] = {"make_room", "a hotter one takes its place"},
	[POLICY_RESERVE] = {"reserve",
			    "less than the reserve is free in the fast tier"},
	[POLICY_BY_PIN] = {"by_pin", "it is pinned to the other tier"},
	[POLICY_PINNED] = {"pinned", "it is where it is pinned"},
	[POLICY_EXCLUDED] = {"excluded", "it is pinned to none: never move"},
	[POLICY_COOLDOWN] = {"cooldown", "it moved less than the cooldown ago"},
	[POLICY_COSTLY] = {"costly", "the move costs more I/Os than it saves"},
	[POLICY_NOT_HOTTER] =
		{"not_hotter",
		 "it is not so much hotter than the coldest fast one as the hysteresis wants"},
	[POLICY_CHANCE] =
		{"chance",
		 "that it is hotter than the coldest fast one may be chance"},
	[POLICY_NO_ROOM] = {"no_room", "no fast one may leave for it"},
	[POLICY_SLOW_FULL] = {"slow_full", "the slow tier has no room for it"},
	[POLICY_BUDGET] = {"budget", "it waits for the budget or the rate"},
	[POLICY_IN_PLACE] = {"in_place", "nothing hotter needs its place"},
};

const char *policy_rule_word(enum policy_rule rule)
{
	return rules[rule].word;
}

const char *policy_rule_text(enum policy_rule rule)
{
	return rules[rule].text;
}
