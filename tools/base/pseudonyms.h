/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes names out of texts that others will read. Each name becomes eight random
 * digits, the same ones each time, so what belongs together can still be seen.
 * Nobody can compute the name from them: they are no function of it. Example:
 *
 *   vg-mail on /srv/mail/anna is 95 % full
 *   <a41c09d2> on /<07be5512>/<d3f0a9c4>/<5b7710ee> is 95 % full
 */
#ifndef FRSP_PSEUDONYMS_H
#define FRSP_PSEUDONYMS_H

#include <stddef.h>

struct pseudonyms;

struct pseudonyms *pseudonyms_new(void); /* NULL: no memory */
void pseudonyms_free(struct pseudonyms *names);

/* From now on, this text is a name, wherever it stands as a word. A text that
 * begins with "/" is a path: each part of it is a name. Returns 0 or -ENOMEM.
 */
int pseudonyms_add(struct pseudonyms *names, const char *text);

/* Makes a copy without the names, without UUIDs, and without paths, but for
 * those that are the same everywhere, such as /proc/mounts. NULL: no memory.
 */
char *pseudonyms_apply(struct pseudonyms *names, const char *text);

#endif
