// SPDX-License-Identifier: GPL-2.0-or-later
#include "heat/sort.h"

#include <errno.h>
#include <string.h>

#include "heat/rank.h"

const char *const hot_sort_names[HOT_NR_SORT_KEYS][2] = {
	[HOT_BY_TEMPERATURE] = {"temp", "temperature"},
	[HOT_BY_RATE] = {"rate", "bytes per second in the last interval"},
	[HOT_BY_READ_RATE] = {"rrate", "bytes read per second"},
	[HOT_BY_WRITE_RATE] = {"wrate", "bytes written per second"},
	[HOT_BY_OP_RATE] = {"iops", "operations per second"},
	[HOT_BY_READ_OP_RATE] = {"riops", "read operations per second"},
	[HOT_BY_WRITE_OP_RATE] = {"wiops", "write operations per second"},
	[HOT_BY_BYTES] = {"bytes", "bytes since tracking began"},
	[HOT_BY_READ_BYTES] = {"rbytes", "bytes read"},
	[HOT_BY_WRITE_BYTES] = {"wbytes", "bytes written"},
	[HOT_BY_OPS] = {"ops", "operations"},
	[HOT_BY_READS] = {"reads", "read operations"},
	[HOT_BY_WRITES] = {"writes", "write operations"},
	[HOT_BY_READ_P99] = {"rp99", "99th percentile of the time of reads"},
	[HOT_BY_WRITE_P99] = {"wp99", "the same of writes"},
};

int hot_sort_parse(const char *text, struct hot_sort *sort)
{
	sort->ascending = *text == '+';
	if (*text == '+' || *text == '-')
		text++;
	for (int key = 0; key < HOT_NR_SORT_KEYS; key++) {
		if (strcmp(text, hot_sort_names[key][0]))
			continue;
		sort->key = key;
		return 0;
	}
	return -EINVAL;
}

bool hot_sort_needs_latency(enum hot_sort_key key)
{
	return key == HOT_BY_READ_P99 || key == HOT_BY_WRITE_P99;
}

double hot_row_value(const struct hot_row *row, enum hot_sort_key key)
{
	switch (key) {
	case HOT_BY_RATE:
		return row->read_bytes_per_s + row->write_bytes_per_s;
	case HOT_BY_READ_RATE:
		return row->read_bytes_per_s;
	case HOT_BY_WRITE_RATE:
		return row->write_bytes_per_s;
	case HOT_BY_OP_RATE:
		return row->reads_per_s + row->writes_per_s;
	case HOT_BY_READ_OP_RATE:
		return row->reads_per_s;
	case HOT_BY_WRITE_OP_RATE:
		return row->writes_per_s;
	case HOT_BY_BYTES:
		return row->read_bytes + row->write_bytes;
	case HOT_BY_READ_BYTES:
		return row->read_bytes;
	case HOT_BY_WRITE_BYTES:
		return row->write_bytes;
	case HOT_BY_OPS:
		return row->reads + row->writes;
	case HOT_BY_READS:
		return row->reads;
	case HOT_BY_WRITES:
		return row->writes;
	case HOT_BY_READ_P99:
		return row->times[FRSP_LATENCY_READ].p99_ns;
	case HOT_BY_WRITE_P99:
		return row->times[FRSP_LATENCY_WRITE].p99_ns;
	default:
		return row->temperature;
	}
}

int hot_row_order(const struct hot_row *x, const struct hot_row *y,
		  struct hot_sort sort)
{
	double p = hot_row_value(x, sort.key), q = hot_row_value(y, sort.key);

	return sort.ascending ? (p > q) - (p < q) : (p < q) - (p > q);
}
