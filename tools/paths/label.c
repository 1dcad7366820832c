// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writes paths as text. A file name may have any bytes. Some of them control
 * the terminal, fake another line or reverse the reading order. A byte is
 * written as
 * \ooo unless it is part of a harmless character of valid UTF-8 that has a
 * width in this locale. printf %b turns the text back into the name.
 */
#include "paths/path.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "base/text_width.h"
#include "base/utf8.h"

struct label {
	char *buf;
	size_t size;
	size_t len;    /* of the whole text */
	size_t n_kept; /* bytes of the text in buf */
};

/* Adds a piece to buf, either all of it or nothing. */
static void add(struct label *label, const char *piece, size_t piece_len)
{
	/* After a piece that does not fit, no other fits: len grows anyway. */
	if (label->len + piece_len < label->size) {
		memcpy(label->buf + label->len, piece, piece_len);
		label->n_kept += piece_len;
	}
	label->len += piece_len;
}

__attribute__((format(printf, 2, 3))) static void
add_format(struct label *label, const char *format, ...)
{
	char text[96];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	add(label, text, strlen(text));
}

static bool is_harmful(__u32 code)
{
	static const struct {
		__u32 first, last;
	} ranges[] = {
		{0x00, 0x1f},	  {'\\', '\\'},
		{0x7f, 0x9f},	  {0x061c, 0x061c}, /* Arabic letter mark */
		{0x200e, 0x200f},		    /* direction marks */
		{0x2028, 0x202e}, /* line separators, directions */
		{0x2066, 0x2069}, /* isolated directions */
	};
	size_t i;

	for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		if (code >= ranges[i].first && code <= ranges[i].last)
			return true;
	return false;
}

/* In a charset other than UTF-8, only ASCII has the same codes. */
static bool is_of_locale(__u32 code)
{
	if (code < 0x80)
		return true;
	return text_is_utf8() && wcwidth(code) >= 0;
}

static void add_path(struct label *label, const char *path)
{
	while (*path) {
		__u32 code = 0;
		size_t len = utf8_decode(path, &code);

		if (len && !is_harmful(code) && is_of_locale(code)) {
			add(label, path, len);
			path += len;
			continue;
		}
		if (!len)
			len = 1;
		for (; len; len--)
			add_format(label, "\\%03o", (unsigned char)*path++);
	}
}

size_t path_escape(const char *path, char *buf, size_t len)
{
	struct label label = {.buf = buf, .size = len};

	add_path(&label, path);
	if (len)
		buf[label.n_kept] = 0;
	return label.len;
}

static const struct {
	const char *missing; /* for programs */
	const char *remark;  /* for people */
} words[] = {
	[PATH_KNOWN] = {NULL, ""},
	[PATH_UNKNOWN] = {"not_found", ""},
	[PATH_DELETED] = {"deleted", " (deleted)"},
	[PATH_OTHER_MOUNT_NS] = {"other_mount_ns", " (other mount namespace)"},
	[PATH_OUTSIDE] = {"outside", " (outside of what is mounted here)"},
	[PATH_COVERED] = {"covered", " (covered by another mount)"},
	[PATH_NO_ANSWER] = {"no_answer", " (its filesystem does not answer)"},
	[PATH_INTERNAL] = {"internal", ""},
	[PATH_DETACHED] = {"detached", " (detached)"},
	[PATH_NOT_MOUNTED] = {"not_mounted", " (not mounted)"},
};

const char *path_missing(const struct path_result *result)
{
	return words[result->state].missing;
}

enum path_state path_state_of(const char *missing)
{
	if (!missing)
		return PATH_KNOWN;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (words[i].missing && !strcmp(words[i].missing, missing))
			return i;
	return PATH_UNKNOWN;
}

/* The reserved inodes of ext4; 2 is the root directory. */
static void add_internal(struct label *label, __u64 ino, __u32 dev)
{
	static const char *const names[] = {
		[1] = "list of bad blocks",  [3] = "quota of users",
		[4] = "quota of groups",     [5] = "boot loader",
		[7] = "reserve for growing", [8] = "journal",
	};
	const char *name =
		ino < sizeof(names) / sizeof(*names) ? names[ino] : NULL;

	if (name)
		add_format(label, "<ext4 %s, dev %u:%u>", name, kdev_major(dev),
			   kdev_minor(dev));
	else
		add_format(label, "<ext4 ino %llu, dev %u:%u>",
			   (unsigned long long)ino, kdev_major(dev),
			   kdev_minor(dev));
}

size_t path_label(const struct path_result *result, __u64 ino, __u32 dev,
		  __u32 gen, char *buf, size_t len)
{
	struct label label = {.buf = buf, .size = len};

	if (result->path)
		add_path(&label, result->path);
	else if (result->state == PATH_INTERNAL)
		add_internal(&label, ino, dev);
	else
		add_format(&label, "<ino %llu gen %u dev %u:%u>",
			   (unsigned long long)ino, gen, kdev_major(dev),
			   kdev_minor(dev));
	if (result->n_links > 1)
		add_format(&label, " (+%u link%s)", result->n_links - 1,
			   result->n_links > 2 ? "s" : "");
	add_format(&label, "%s", words[result->state].remark);
	if (len)
		buf[label.n_kept] = 0;
	return label.len;
}
