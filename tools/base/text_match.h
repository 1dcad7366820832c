/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Regular expressions. */
#ifndef FRSP_TEXT_MATCH_H
#define FRSP_TEXT_MATCH_H

#include <stdbool.h>

/* Whether the extended regular expression matches a part of the text. False
 * also if it is not valid.
 */
bool text_matches(const char *text, const char *pattern);

#endif
