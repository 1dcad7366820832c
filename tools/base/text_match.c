// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/text_match.h"

#include <regex.h>
#include <stddef.h>

bool text_matches(const char *text, const char *pattern)
{
	regex_t regex;
	bool found;

	if (regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB))
		return false;
	found = !regexec(&regex, text, 0, NULL, 0);
	regfree(&regex);
	return found;
}
