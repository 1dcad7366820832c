/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes numbers for people, and parses what people write. */
#ifndef FRSP_FMT_H
#define FRSP_FMT_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#define FMT_LEN 32

/* What makes a noun a plural: "" for 1, else "s". */
const char *fmt_plural(__u64 n);

/* "1.5M" (IEC, base 1024, one decimal; plain below 1024); exact: all digits. */
const char *fmt_bytes(char buf[FMT_LEN], __u64 bytes, bool exact);

/* A temperature: three digits, "0.50", "12.3", "456", "7.90M". */
const char *fmt_temperature(char buf[FMT_LEN], double temperature);

/* In local time, as of ls(1): "2026-11-30 17:35:12". wall_ns: since the epoch. */
const char *fmt_local_time(char buf[FMT_LEN], __u64 wall_ns);

/* RFC 3339, in UTC, with milliseconds. wall_ns: since the epoch. */
const char *fmt_rfc3339(char buf[FMT_LEN], __u64 wall_ns);

/* The functions below return 0, -EINVAL (not a number), or -ERANGE. */

/* "16M", "1.5GiB", "65536": bytes. */
int fmt_parse_bytes(const char *text, __u64 *bytes);
/* "300", "0.5", "90s", "5m", "2h", "1d": seconds. */
int fmt_parse_seconds(const char *text, double *seconds);
/* Digits only. */
int fmt_parse_u64(const char *text, __u64 max, __u64 *value);

#endif
