// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/fmt.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

const char *fmt_plural(__u64 n)
{
	return n == 1 ? "" : "s";
}

const char *fmt_bytes(char buf[FMT_LEN], __u64 bytes, bool exact)
{
	static const char units[] = "KMGTPE";
	double value = bytes;
	int unit = -1;

	if (exact || bytes < 1024) {
		snprintf(buf, FMT_LEN, "%llu", bytes);
		return buf;
	}
	/* 1023.95 would print as 1024.0 */
	while (value >= 1023.95 && unit < 5) {
		value /= 1024;
		unit++;
	}
	snprintf(buf, FMT_LEN, "%.1f%c", value, units[unit]);
	return buf;
}

const char *fmt_temperature(char buf[FMT_LEN], double temperature)
{
	static const char units[] = " kMGT";
	int unit = 0;

	while (temperature >= 999.5 && unit < 4) {
		temperature /= 1000;
		unit++;
	}
	snprintf(buf, FMT_LEN, "%.*f%.*s",
		 temperature < 9.995   ? 2
		 : temperature < 99.95 ? 1
				       : 0,
		 temperature, unit ? 1 : 0, &units[unit]);
	return buf;
}

const char *fmt_local_time(char buf[FMT_LEN], __u64 wall_ns)
{
	time_t seconds = wall_ns / NSEC_PER_SEC;
	struct tm tm;

	localtime_r(&seconds, &tm);
	strftime(buf, FMT_LEN, "%Y-%m-%d %H:%M:%S", &tm);
	return buf;
}

const char *fmt_rfc3339(char buf[FMT_LEN], __u64 wall_ns)
{
	time_t seconds = wall_ns / NSEC_PER_SEC;
	struct tm tm;
	size_t len;

	gmtime_r(&seconds, &tm);
	len = strftime(buf, FMT_LEN, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(buf + len, FMT_LEN - len, ".%03uZ",
		 (unsigned int)(wall_ns % NSEC_PER_SEC / 1000000));
	return buf;
}

/* Parses a finite number >= 0 without a sign. *rest: the text after it. */
static int parse_decimal(const char *text, double *value, const char **rest)
{
	char *end;

	if (!isdigit((unsigned char)*text) && *text != '.')
		return -EINVAL;
	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
		return -EINVAL;
	errno = 0;
	*value = strtod(text, &end);
	if (end == text)
		return -EINVAL;
	if (errno == ERANGE || !isfinite(*value))
		return -ERANGE;
	*rest = end;
	return 0;
}

int fmt_parse_bytes(const char *text, __u64 *bytes)
{
	static const char units[] = "KMGTPE";
	const char *rest, *unit;
	double value;
	int err;

	err = parse_decimal(text, &value, &rest);
	if (err)
		return err;
	if (*rest) {
		unit = strchr(units, toupper((unsigned char)*rest));
		if (!unit)
			return -EINVAL;
		value = ldexp(value, 10 * (int)(unit - units + 1));
		rest++;
		if (strcmp(rest, "") && strcasecmp(rest, "B") &&
		    strcasecmp(rest, "iB"))
			return -EINVAL;
	}
	if (value >= 18446744073709551616.0)
		return -ERANGE;
	*bytes = value;
	return 0;
}

int fmt_parse_seconds(const char *text, double *seconds)
{
	static const struct {
		const char *suffix;
		double seconds;
	} units[] = {
		{"", 1}, {"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400},
	};
	const char *rest;
	int err;

	err = parse_decimal(text, seconds, &rest);
	if (err)
		return err;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(rest, units[i].suffix))
			continue;
		*seconds *= units[i].seconds;
		return 0;
	}
	return -EINVAL;
}

int fmt_parse_u64(const char *text, __u64 max, __u64 *value)
{
	char *end;

	if (!isdigit((unsigned char)*text))
		return -EINVAL;
	errno = 0;
	*value = strtoull(text, &end, 10);
	if (*end)
		return -EINVAL;
	if (errno == ERANGE || *value > max)
		return -ERANGE;
	return 0;
}
