// SPDX-License-Identifier: GPL-2.0-or-later
#include "hotmon/advice.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "module/module.h"

static bool always(const struct hot_page *page)
{
	(void)page;
	return true;
}

/* The extents are counted, and are in several places of the disk. */
static bool has_pieces(const struct hot_page *page)
{
	return !page->extents_state &&
	       path_extents_count(page->extents)->n_pieces > 1;
}

static bool is_read(const struct hot_page *page)
{
	return page->heat.row.read_bytes;
}

static bool has_links(const struct hot_page *page)
{
	return !page->stat_err && page->st.st_nlink > 1;
}

static bool is_deleted_but_open(const struct hot_page *page)
{
	return !page->stat_err && !page->st.st_nlink;
}

/* What only frsp.ko knows. */
static bool has_module(const struct hot_page *page)
{
	(void)page;
	return frsp_module_is_loaded();
}

/* A row applies to a type of filesystem, NULL: all, if .applies says so. In the
 * command, %p is the path, %m the mount and %i the inode number. Without that
 * path or mount the row does not apply.
 */
static const struct {
	const char *fs_type;
	bool (*applies)(const struct hot_page *page);
	const char *command;
	const char *meaning;
} table[] = {
	{NULL, always, "filefrag -v %p", "lists its extents"},
	{"ext4", always, "e4defrag -c %p",
	 "says whether it is fragmented; changes nothing"},
	{"ext4", has_pieces, "frspctl defrag --dry-run %p",
	 "says whether it fits into fewer pieces; without --dry-run moves it"},
	{"xfs", has_pieces, "xfs_fsr -v %p", "copies it to fewer pieces"},
	{"btrfs", has_pieces, "btrfs filesystem defragment %p",
	 "writes it anew; what snapshots share is then stored twice"},
	{NULL, is_read, "fincore %p", "says how much of it is in memory"},
	{NULL, has_links, "find %m -xdev -inum %i", "finds all its names"},
	{NULL, is_deleted_but_open, "lsof +L1 %m",
	 "says who holds deleted files open"},
	{"ext4", has_module, "frspctl tree %m", "shows where space is free"},
};

char *advice_quote(const char *text)
{
	size_t len = strlen(text);
	char *escaped = malloc(4 * len + 1), *quoted = malloc(8 * len + 4);
	char *to = quoted;
	bool is_plain = len;

	for (const char *at = text; *at; at++)
		is_plain &= isascii((unsigned char)*at) &&
			    (isalnum((unsigned char)*at) ||
			     strchr("/._-+:@%,=", *at));
	if (!escaped || !quoted || is_plain) {
		free(quoted);
		free(escaped);
		return is_plain ? strdup(text) : NULL;
	}
	path_escape(text, escaped, 4 * len + 1);
	to = stpcpy(to, "$'");
	for (const char *at = escaped; *at; at++) {
		if (*at == '\'')
			*to++ = '\\';
		*to++ = *at;
	}
	strcpy(to, "'");
	free(escaped);
	return quoted;
}

/* Returns NULL if there is no path or mount that the command needs. */
static char *fill_in(const char *command, const char *path, const char *mount,
		     __u64 ino)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	bool is_whole = true;

	if (!out)
		return NULL;
	for (const char *at = command; *at; at++) {
		const char *word;

		if (*at != '%') {
			fputc(*at, out);
			continue;
		}
		if (*++at == 'i') {
			fprintf(out, "%llu", ino);
			continue;
		}
		word = *at == 'p' ? path : mount;
		is_whole &= word != NULL;
		fputs(word ?: "", out);
	}
	if (!fclose(out) && is_whole)
		return text;
	free(text);
	return NULL;
}

size_t advice_list(const struct hot_page *page, struct advice list[ADVICE_MAX])
{
	const struct path_result *file = page->heat.row.file;
	bool has_path = !page->stat_err && page->st.st_nlink &&
			hot_page_path(page) &&
			(!file || file->state != PATH_DELETED);
	char *path = has_path ? advice_quote(hot_page_path(page)) : NULL;
	char *mount = page->mount && !page->stat_err ? advice_quote(page->mount)
						     : NULL;
	size_t n = 0;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		char *command;

		if ((table[i].fs_type &&
		     strcmp(table[i].fs_type, page->fs.fs_type)) ||
		    !table[i].applies(page))
			continue;
		command = fill_in(table[i].command, path, mount,
				  page->heat.key.ino);
		if (command)
			list[n++] = (struct advice){command, table[i].meaning};
	}
	free(path);
	free(mount);
	return n;
}
