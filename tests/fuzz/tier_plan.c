// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Takes libFuzzer's bytes as a plan. What is wrong must be said with its line;
 * what is taken must be whole, and the same when it is written and read again.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "move/tier_plan.h"

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size);

static char *write_text(const struct tier_plan *plan)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		abort();
	tier_plan_write(out, plan);
	fclose(out);
	return text;
}

static void check(const struct tier_plan *plan)
{
	char *text = write_text(plan), *again;
	FILE *in = fmemopen(text, strlen(text), "r");
	struct ini_error error;
	struct tier_plan other;

	if (!in || tier_plan_read(in, &other, &error) ||
	    other.n_moves != plan->n_moves)
		abort();
	fclose(in);
	again = write_text(&other);
	if (strcmp(text, again))
		abort();
	free(text);
	free(again);
	tier_plan_free(&other);
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
	FILE *in = size ? fmemopen((void *)bytes, size, "r") : NULL;
	struct ini_error error;
	struct tier_plan plan;
	int err;

	if (!in)
		return 0;
	err = tier_plan_read(in, &plan, &error);
	fclose(in);
	if (err &&
	    (err != -EINVAL || !error.line || !error.what[0] || !error.remedy))
		abort();
	if (!err)
		check(&plan);
	tier_plan_free(&plan);
	return 0;
}
