// SPDX-License-Identifier: GPL-2.0-or-later
#include "trace/gather.h"

#include <errno.h>
#include <stdlib.h>

static int add(struct trace_accesses *accesses,
	       const struct trace_access *access)
{
	size_t size = accesses->size ? accesses->size * 2 : 4096;
	struct trace_access *grown;

	if (accesses->n == accesses->size) {
		grown = realloc(accesses->all, size * sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		accesses->all = grown;
		accesses->size = size;
	}
	accesses->all[accesses->n++] = *access;
	return 0;
}

int trace_gather_add(struct trace_gather *gather,
		     const struct trace_access *access)
{
	return add(access->range == TRACE_RANGE_FILE ? &gather->totals
						     : &gather->ranges,
		   access);
}

static int compare(const void *left, const void *right)
{
	const struct trace_access *a = left, *b = right;

	if (a->file != b->file)
		return a->file < b->file ? -1 : 1;
	return (a->range > b->range) - (a->range < b->range);
}

static void add_up(struct trace_access *sum, const struct trace_access *access)
{
	sum->reads += access->reads;
	sum->writes += access->writes;
	sum->read_bytes += access->read_bytes;
	sum->write_bytes += access->write_bytes;
	sum->temperature += access->temperature;
}

static void sort(struct trace_accesses *accesses)
{
	struct trace_access *all = accesses->all;
	size_t n = 0;

	if (accesses->n)
		qsort(all, accesses->n, sizeof(*all), compare);
	for (size_t i = 0; i < accesses->n; i++) {
		if (n && !compare(&all[n - 1], &all[i]))
			add_up(&all[n - 1], &all[i]);
		else
			all[n++] = all[i];
	}
	accesses->n = n;
}

void trace_gather_sort(struct trace_gather *gather)
{
	sort(&gather->ranges);
	sort(&gather->totals);
}

static int complete_totals(struct trace_gather *gather)
{
	const struct trace_accesses *ranges = &gather->ranges;
	struct trace_accesses *totals = &gather->totals;
	size_t n_before = totals->n, at = 0;
	int err = 0;

	for (size_t i = 0; i < ranges->n && !err;) {
		const struct trace_access none = {.file = ranges->all[i].file,
						  .range = TRACE_RANGE_FILE};

		while (i < ranges->n && ranges->all[i].file == none.file)
			i++;
		while (at < n_before && totals->all[at].file < none.file)
			at++;
		if (at == n_before || totals->all[at].file != none.file)
			err = add(totals, &none);
	}
	if (totals->n > n_before)
		sort(totals);
	return err;
}

int trace_gather_end(struct trace_gather *gather, struct trace_frame *frame)
{
	int err;

	trace_gather_sort(gather);
	err = complete_totals(gather);
	frame->accesses = gather->ranges.all;
	frame->n = gather->ranges.n;
	frame->totals = gather->totals.all;
	frame->n_totals = gather->totals.n;
	return err;
}

void trace_gather_clear(struct trace_gather *gather)
{
	gather->ranges.n = 0;
	gather->totals.n = 0;
}

void trace_gather_free(struct trace_gather *gather)
{
	free(gather->ranges.all);
	free(gather->totals.all);
	*gather = (struct trace_gather){0};
}
