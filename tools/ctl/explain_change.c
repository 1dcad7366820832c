// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/explain_change.h"

#include <stdio.h>

#include "base/fmt.h"

static void change_costly(const struct explain_facts *facts, char *text)
{
	const struct policy_settings *settings = facts->settings;
	double hours = settings->horizon_s / 3600;

	if (!(hours > 0) || !(settings->read_weight > 0))
		snprintf(text, EXPLAIN_CHANGE_LEN,
			 "a horizon and weights above 0");
	else
		snprintf(
			text, EXPLAIN_CHANGE_LEN,
			"%.2f random reads per hour of a range, or a lower move_cost or wear_cost",
			facts->cost / hours / settings->read_weight);
}

static void change_not_hotter(const struct explain_facts *facts, char *text)
{
	double other_gain = facts->figures->other_gain;

	snprintf(
		text, EXPLAIN_CHANGE_LEN,
		"a gain above %.1f, as the coldest fast range has %.1f; or a lower hysteresis",
		other_gain * (1 + facts->settings->hysteresis_pct / 100),
		other_gain);
}

static void change_chance(const struct explain_facts *facts, char *text)
{
	snprintf(
		text, EXPLAIN_CHANGE_LEN,
		"more I/O than now, as the coldest fast range has a gain of %.1f; or a lower certainty",
		facts->figures->other_gain);
}

static void change_budget(const struct explain_facts *facts, char *text)
{
	char bytes[FMT_LEN];

	fmt_bytes(bytes,
		  policy_amount_of(facts->settings->budget, facts->data_bytes),
		  false);
	snprintf(
		text, EXPLAIN_CHANGE_LEN,
		"a later hour, or a larger budget: others have used that of %s",
		bytes);
}

static void change_cooldown(const struct explain_facts *facts, char *text)
{
	snprintf(text, EXPLAIN_CHANGE_LEN,
		 "%.0f min of waiting, or a shorter cooldown",
		 facts->figures->wait_s / 60);
}

static void change_pin(const struct explain_facts *facts, char *text)
{
	if (facts->refusal != MOVE_ALLOWED)
		snprintf(text, EXPLAIN_CHANGE_LEN, "a change of the file: %s",
			 move_refusal_text(facts->refusal));
	else
		snprintf(text, EXPLAIN_CHANGE_LEN, "another pin");
}

static const struct {
	const char *text; /* NULL: .make writes it */
	void (*make)(const struct explain_facts *facts, char *text);
} changes[POLICY_NR_RULES] = {
	[POLICY_GAIN] = {.text = "less I/O, or the pin \"none\""},
	[POLICY_SWAP] = {.text = "less I/O, or the pin \"none\""},
	[POLICY_MAKE_ROOM] = {.text = "more I/O, or the pin \"fast\""},
	[POLICY_RESERVE] =
		{.text = "more I/O, a smaller reserve, or the pin \"fast\""},
	[POLICY_BY_PIN] = {.text = "another pin"},
	[POLICY_PINNED] = {.make = change_pin},
	[POLICY_EXCLUDED] = {.make = change_pin},
	[POLICY_COOLDOWN] = {.make = change_cooldown},
	[POLICY_COSTLY] = {.make = change_costly},
	[POLICY_NOT_HOTTER] = {.make = change_not_hotter},
	[POLICY_CHANCE] = {.make = change_chance},
	[POLICY_NO_ROOM] =
		{.text = "a range of the fast tier that may leave, and room for it in the slow one"},
	[POLICY_SLOW_FULL] = {.text = "room in the slow tier"},
	[POLICY_BUDGET] = {.make = change_budget},
	[POLICY_IN_PLACE] =
		{.text = "a hotter range that needs its place, or the pin \"slow\""},
};

void explain_change(enum policy_rule rule, const struct explain_facts *facts,
		    char text[EXPLAIN_CHANGE_LEN])
{
	if (changes[rule].make)
		changes[rule].make(facts, text);
	else
		snprintf(text, EXPLAIN_CHANGE_LEN, "%s", changes[rule].text);
}
