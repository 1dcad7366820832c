// SPDX-License-Identifier: GPL-2.0-or-later
#include "move/policy_settings.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmt.h"

#define ROW(name, unit, least, most, usual, zero, text, member)                \
	{name,	unit, least, most,                                             \
	 usual, zero, text,  offsetof(struct policy_settings, member)}

static const struct policy_setting table[] = {
	ROW("half_life", POLICY_TIME, "1m", "30d", "6h", "not allowed",
	    "after so long without I/O, past I/O counts half", half_life_s),
	ROW("horizon", POLICY_TIME, "0", "30d", "1d",
	    "nothing is moved, except by pins and for the reserve",
	    "for so long the I/O is expected to go on as it is", horizon_s),
	ROW("cooldown", POLICY_TIME, "0", "30d", "4h",
	    "what was moved may move again at once",
	    "what was moved stays for so long", cooldown_s),
	ROW("read_weight", POLICY_NUMBER, "0", "1000", "1",
	    "reads do not count", "what one read of the slow tier is worth",
	    read_weight),
	ROW("write_weight", POLICY_NUMBER, "0", "1000", "1",
	    "writes do not count", "what one write of the slow tier is worth",
	    write_weight),
	ROW("sequential_bytes", POLICY_BYTES, "0", "1G", "64K",
	    "no I/O counts as sequential",
	    "I/Os that are so long on average are sequential",
	    sequential_bytes),
	ROW("sequential_weight", POLICY_NUMBER, "0", "1", "0.05",
	    "sequential I/O does not count",
	    "what a sequential I/O is worth, of a random one",
	    sequential_weight),
	ROW("move_cost", POLICY_NUMBER, "0", "100000", "4",
	    "moving disturbs nobody",
	    "how many I/Os of others the move of a range takes the place of",
	    move_cost),
	ROW("wear_cost", POLICY_NUMBER, "0", "100000", "1",
	    "the fast tier does not wear",
	    "how many I/Os must be saved for a MiB that is written to the fast tier",
	    wear_cost),
	ROW("hysteresis", POLICY_PERCENT, "0%", "10000%", "25%",
	    "any difference is enough",
	    "how much hotter a range must be than the one whose place it takes",
	    hysteresis_pct),
	ROW("certainty", POLICY_NUMBER, "0", "10", "5", "chance is ignored",
	    "how many standard deviations the two must differ by", certainty),
	ROW("budget", POLICY_AMOUNT, "0", "1000T", "2%", "nothing is moved",
	    "the most that moves in any hour; percent: of the data", budget),
	ROW("hold_back", POLICY_PERCENT, "0%", "100%", "50%",
	    "all moves share the budget",
	    "of the budget, for ranges whose I/O of the last minutes is worth the move",
	    hold_back_pct),
	ROW("reserve", POLICY_AMOUNT, "0", "1000T", "2%",
	    "the fast tier may become full",
	    "what stays free in the fast tier; percent: of its size", reserve),
	ROW("rate", POLICY_BYTES, "0", "1T", "64M", "no limit",
	    "the most bytes per second that a move reads and writes", rate),
	ROW("defrag_extents", POLICY_NUMBER, "0", "1000000", "8",
	    "two extents are enough",
	    "files with fewer extents are not defragmented", defrag_extents),
	ROW("fast_size", POLICY_AMOUNT, "0", "1000T", "20%",
	    "there is no fast tier",
	    "simulate: the size of the fast tier; percent: of the data",
	    fast_size),
	ROW("fast_latency", POLICY_TIME, "0", "1m", "0.0001",
	    "it answers at once", "simulate: an I/O of the fast tier",
	    fast_latency_s),
	ROW("slow_latency", POLICY_TIME, "0", "1m", "0.008",
	    "it answers at once", "simulate: an I/O of the slow tier",
	    slow_latency_s),
};

#define N_SETTINGS (sizeof(table) / sizeof(table[0]))

const struct policy_setting *policy_setting(size_t i)
{
	return i < N_SETTINGS ? &table[i] : NULL;
}

const struct policy_setting *policy_setting_find(const char *name)
{
	for (size_t i = 0; i < N_SETTINGS; i++)
		if (!strcmp(table[i].name, name))
			return &table[i];
	return NULL;
}

const char *policy_unit_text(enum policy_unit unit)
{
	static const char *const texts[] = {
		[POLICY_NUMBER] = "number",
		[POLICY_PERCENT] = "percent",
		[POLICY_TIME] = "seconds, or with m, h or d",
		[POLICY_BYTES] = "bytes, or with K, M, G or T",
		[POLICY_AMOUNT] = "bytes, or percent",
	};

	return texts[unit];
}

/* "2.5", and "%" behind it if is_percent. */
static int parse_number(const char *text, bool is_percent, double *value)
{
	size_t len = strspn(text, "0123456789.");
	char *end;

	*value = strtod(text, &end);
	if (!len || end != text + len)
		return -EINVAL;
	return strcmp(end, is_percent ? "%" : "") ? -EINVAL : 0;
}

static int parse_bytes(const char *text, double *value)
{
	__u64 bytes;
	int err = fmt_parse_bytes(text, &bytes);

	*value = err ? 0 : bytes;
	return err;
}

static int parse(enum policy_unit unit, const char *text,
		 struct policy_amount *amount)
{
	*amount = (struct policy_amount){0};
	switch (unit) {
	case POLICY_NUMBER:
		return parse_number(text, false, &amount->value);
	case POLICY_PERCENT:
		return parse_number(text, true, &amount->value);
	case POLICY_TIME:
		return fmt_parse_seconds(text, &amount->value);
	case POLICY_BYTES:
		return parse_bytes(text, &amount->value);
	case POLICY_AMOUNT:
		amount->is_percent = strchr(text, '%');
		return amount->is_percent
			       ? parse_number(text, true, &amount->value)
			       : parse_bytes(text, &amount->value);
	}
	return -EINVAL;
}

static double limit(const struct policy_setting *setting, const char *text)
{
	struct policy_amount amount;

	parse(setting->unit, text, &amount);
	return amount.value;
}

static void store(const struct policy_setting *setting,
		  const struct policy_amount *amount,
		  struct policy_settings *settings)
{
	void *to = (char *)settings + setting->offset;

	if (setting->unit == POLICY_AMOUNT)
		*(struct policy_amount *)to = *amount;
	else
		*(double *)to = amount->value;
}

struct policy_settings policy_settings_default(void)
{
	struct policy_settings settings = {0};
	struct policy_amount amount;

	for (size_t i = 0; i < N_SETTINGS; i++) {
		parse(table[i].unit, table[i].usual, &amount);
		store(&table[i], &amount, &settings);
	}
	return settings;
}

int policy_setting_set(const struct policy_setting *setting, const char *text,
		       struct policy_settings *settings)
{
	struct policy_amount amount;
	double most = limit(setting, setting->most);
	int err = parse(setting->unit, text, &amount);

	if (err)
		return err;
	if (amount.is_percent)
		most = 100;
	if (amount.value < limit(setting, setting->least) ||
	    amount.value > most)
		return -ERANGE;
	store(setting, &amount, settings);
	return 0;
}

const char *policy_setting_get(const struct policy_setting *setting,
			       const struct policy_settings *settings,
			       char text[POLICY_SETTING_LEN])
{
	const void *from = (const char *)settings + setting->offset;
	struct policy_amount amount = {.is_percent =
					       setting->unit == POLICY_PERCENT};
	size_t len;

	if (setting->unit == POLICY_AMOUNT)
		amount = *(const struct policy_amount *)from;
	else
		amount.value = *(const double *)from;
	len = snprintf(text, POLICY_SETTING_LEN, "%.6f", amount.value);
	while (text[len - 1] == '0')
		len--;
	len -= text[len - 1] == '.';
	strcpy(text + len, amount.is_percent ? "%" : "");
	return text;
}

__u64 policy_amount_of(struct policy_amount amount, __u64 all)
{
	return amount.is_percent ? all * (amount.value / 100) : amount.value;
}
