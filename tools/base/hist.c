// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/hist.h"

#include <string.h>

#include "base/fmt.h"

__u64 hist_total(const __u64 *buckets, size_t n)
{
	__u64 total = 0;

	for (size_t i = 0; i < n; i++)
		total += buckets[i];
	return total;
}

static double bucket_from(size_t i)
{
	return i ? (double)(1ULL << i) : 0;
}

double hist_percentile(const __u64 *buckets, size_t n, double percent)
{
	double rank = hist_total(buckets, n) * percent / 100, below = 0;

	if (rank <= 0)
		return 0;
	for (size_t i = 0; i < n; i++) {
		double from = bucket_from(i), to = (double)(2ULL << i);

		if (buckets[i] && below + buckets[i] >= rank)
			return from + (to - from) * (rank - below) / buckets[i];
		below += buckets[i];
	}
	return 0;
}

const char *hist_fmt_ns(char *buf, double ns)
{
	static const char *const units[] = {"ns", "us", "ms", "s"};
	size_t unit = 0;

	while (ns >= 1000 && unit < 3) {
		ns /= 1000;
		unit++;
	}
	snprintf(buf, FMT_LEN, ns < 10 && unit ? "%.1f%s" : "%.0f%s", ns,
		 units[unit]);
	return buf;
}

static const char *edge(char *buf, double value, enum hist_unit unit)
{
	if (unit == HIST_NS)
		return hist_fmt_ns(buf, value);
	snprintf(buf, FMT_LEN, "%.0f", value);
	return buf;
}

static void print_bucket(FILE *out, size_t i, __u64 count, __u64 most,
			 enum hist_unit unit, int width)
{
	int bar = (double)count * width / most + 0.5;
	char from[FMT_LEN], to[FMT_LEN];

	fprintf(out, "%8s .. %-8s : %10llu |", edge(from, bucket_from(i), unit),
		edge(to, (double)(2ULL << i), unit), count);
	for (int column = 0; column < width; column++)
		fputc(column < bar ? '*' : ' ', out);
	fputs("|\n", out);
}

void hist_print(FILE *out, const char *title, const __u64 *buckets, size_t n,
		enum hist_unit unit, int width)
{
	size_t first = 0, last = n;
	__u64 most = 0;

	while (last && !buckets[last - 1])
		last--;
	while (first < last && !buckets[first])
		first++;
	if (first == last)
		return;
	for (size_t i = first; i < last; i++)
		most = buckets[i] > most ? buckets[i] : most;
	fprintf(out, "%s\n", title);
	for (size_t i = first; i < last; i++)
		print_bucket(out, i, buckets[i], most, unit, width);
}
