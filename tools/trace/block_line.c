// SPDX-License-Identifier: GPL-2.0-or-later
#include "trace/block_line.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* 1601 to 1970, in ticks of 100 ns: 369 years, 89 of them leap years. */
#define TICKS_TO_1970 ((369ULL * 365 + 89) * 86400 * 10000000)
#define SECTOR_SHIFT  9
#define MAX_SECTORS   (1ULL << 50)
#define MAX_SECONDS   (1ULL << 32)

/* Takes digits and what must follow them. */
static bool take_number(const char **at, char after, __u64 max, __u64 *value)
{
	const char *digits = *at;

	*value = 0;
	for (; **at >= '0' && **at <= '9'; ++*at) {
		unsigned int digit = **at - '0';

		if (*value > (max - digit) / 10)
			return false;
		*value = *value * 10 + digit;
	}
	if (*at == digits || **at != after)
		return false;
	*at += after != 0;
	return true;
}

static bool is_possible(const struct block_io *io)
{
	return io->bytes <= BLOCK_MAX_IO;
}

enum block_line block_line_msr(const char *line, struct block_io *io)
{
	const char *at = line, *machine;
	__u64 ticks, disk;
	size_t len;

	if (!strncasecmp(line, "timestamp,", 10))
		return BLOCK_OTHER;
	if (!take_number(&at, ',', ~0ULL, &ticks) || ticks < TICKS_TO_1970 ||
	    ticks - TICKS_TO_1970 >= MAX_SECONDS * 10000000)
		return BLOCK_BAD;
	io->ns = (ticks - TICKS_TO_1970) * 100;
	machine = at;
	len = strcspn(at, ",");
	at += len;
	if (!len || len > BLOCK_DISK_LEN - 12 || *at++ != ',' ||
	    !take_number(&at, ',', 99999999, &disk))
		return BLOCK_BAD;
	snprintf(io->disk, sizeof(io->disk), "%.*s_%llu", (int)len, machine,
		 disk);
	if (!strncasecmp(at, "read,", 5))
		io->is_write = false;
	else if (!strncasecmp(at, "write,", 6))
		io->is_write = true;
	else
		return BLOCK_BAD;
	at += io->is_write ? 6 : 5;
	if (!take_number(&at, ',', MAX_SECTORS << SECTOR_SHIFT, &io->offset) ||
	    !take_number(&at, ',', ~0ULL, &io->bytes) || !is_possible(io))
		return BLOCK_BAD;
	return io->bytes ? BLOCK_IO : BLOCK_OTHER;
}

static void skip_blanks(const char **at)
{
	*at += strspn(*at, " \t");
}

/* Skips a word, and the blanks behind it. */
static void skip_word(const char **at)
{
	*at += strcspn(*at, " \t\r\n");
	skip_blanks(at);
}

/* Takes "12.000000345". */
static bool take_time(const char **at, __u64 *ns)
{
	__u64 seconds, fraction;
	const char *point;

	if (!take_number(at, '.', MAX_SECONDS, &seconds))
		return false;
	point = *at;
	if (!take_number(at, ' ', 999999999, &fraction) || *at - point != 10)
		return false;
	*ns = seconds * 1000000000 + fraction;
	return true;
}

enum block_line block_line_blkparse(const char *line, struct block_io *io)
{
	__u64 dev_major, dev_minor, sector, n_sectors;
	const char *at = line, *kind;
	size_t len;

	skip_blanks(&at);
	/* the summary and messages begin otherwise */
	if (!take_number(&at, ',', (1U << 12) - 1, &dev_major) ||
	    !take_number(&at, ' ', (1U << 20) - 1, &dev_minor))
		return BLOCK_OTHER;
	skip_blanks(&at);
	skip_word(&at); /* CPU */
	skip_word(&at); /* number */
	if (!take_time(&at, &io->ns))
		return BLOCK_BAD;
	skip_blanks(&at);
	skip_word(&at); /* process */
	if (strncmp(at, "Q ", 2) != 0)
		return BLOCK_OTHER;
	skip_word(&at);
	kind = at;
	len = strcspn(at, " \t\r\n");
	skip_word(&at);
	/* such as "R", "WS", "FWS"; "D" is a discard, "N" a message */
	if (!memchr(kind, 'R', len) && !memchr(kind, 'W', len))
		return BLOCK_OTHER;
	io->is_write = memchr(kind, 'W', len);
	if (!take_number(&at, ' ', MAX_SECTORS, &sector))
		return BLOCK_BAD;
	if (strncmp(at, "+ ", 2) != 0)
		return BLOCK_OTHER; /* a flush has no sectors */
	at += 2;
	if (!take_number(&at, ' ', MAX_SECTORS, &n_sectors))
		return BLOCK_BAD;
	snprintf(io->disk, sizeof(io->disk), "%llu:%llu", dev_major, dev_minor);
	io->offset = sector << SECTOR_SHIFT;
	io->bytes = n_sectors << SECTOR_SHIFT;
	if (!is_possible(io))
		return BLOCK_BAD;
	return io->bytes ? BLOCK_IO : BLOCK_OTHER;
}
