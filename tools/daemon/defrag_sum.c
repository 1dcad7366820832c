// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/defrag_sum.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static int add_line(const char *line, struct defrag_sum *sum)
{
	unsigned long long extents;
	double saved, cost;

	if (sscanf(line, "%llu %lf %lf /", &extents, &saved, &cost) != 3)
		return -EINVAL;
	sum->n++;
	sum->extents += extents;
	sum->saved += saved;
	sum->cost += cost;
	return 0;
}

int defrag_sum_read(const char *path, struct defrag_sum *sum)
{
	FILE *in = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;
	int err = 0;

	*sum = (struct defrag_sum){0};
	if (!in)
		return -errno;
	while (!err && getline(&line, &size, in) >= 0)
		err = add_line(line, sum);
	if (ferror(in))
		err = -EIO;
	free(line);
	fclose(in);
	return err;
}
