/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The names of images in a disk descriptor, as text:
 * "{5fbaabe3-6958-40ff-92a7-860e329aab41}".
 */
#ifndef FRSP_PLOOP_GUID_H
#define FRSP_PLOOP_GUID_H

#include <stdbool.h>

#define GUID_LEN 39 /* with the final NUL */

/* The name of the newest image, which is written; and of no image. */
#define GUID_TOP  "{5fbaabe3-6958-40ff-92a7-860e329aab41}"
#define GUID_NONE "{00000000-0000-0000-0000-000000000000}"

bool guid_is_valid(const char *text);

/* Upper and lower case are the same. */
bool guid_is_same(const char *a, const char *b);

/* A new one, at random. 0 or -errno. */
int guid_make(char guid[GUID_LEN]);

#endif
