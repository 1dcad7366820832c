/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds the files of frspd's configuration, in systemd's order. DIR is one of
 * /etc, /run, /usr/local/lib and /usr/lib:
 *
 *   DIR/frsp/frspd.conf           the first that exists, and no other
 *   DIR/frsp/frspd.conf.d/NAME.conf  of all of them, by name; of those with the
 *                                 same name only that of the first DIR
 *
 * What is read later counts. A link to /dev/null takes the place of the files
 * of its name, and is not read.
 */
#ifndef FRSP_CONFIG_SOURCES_H
#define FRSP_CONFIG_SOURCES_H

#include <stddef.h>

struct config_sources {
	char **paths; /* in the order of reading */
	size_t n;
};

/* root: "" for the files of this system, else a directory that stands for "/".
 * Returns 0, or -errno and in failed, of PATH_MAX bytes, the directory that
 * cannot be read. In any case the caller calls config_sources_free().
 */
int config_sources_find(const char *root, struct config_sources *sources,
			char *failed);
void config_sources_free(struct config_sources *sources);

#endif
