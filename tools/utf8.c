// SPDX-License-Identifier: GPL-2.0-or-later
#include "utf8.h"

#include <stdlib.h>
#include <string.h>

static const char replacement[] = "\xef\xbf\xbd"; /* U+FFFD */

size_t utf8_sequence(const char *text)
{
	const unsigned char *byte = (const unsigned char *)text;
	unsigned char low = 0x80, high = 0xbf;
	size_t len;

	if (byte[0] < 0x80)
		return 1;
	if (byte[0] >= 0xc2 && byte[0] <= 0xdf)
		len = 2;
	else if (byte[0] >= 0xe0 && byte[0] <= 0xef)
		len = 3;
	else if (byte[0] >= 0xf0 && byte[0] <= 0xf4)
		len = 4;
	else
		return 0;
	/* no overlong forms, no surrogates, nothing above U+10FFFF */
	if (byte[0] == 0xe0)
		low = 0xa0;
	else if (byte[0] == 0xed)
		high = 0x9f;
	else if (byte[0] == 0xf0)
		low = 0x90;
	else if (byte[0] == 0xf4)
		high = 0x8f;
	for (size_t i = 1; i < len; i++) {
		if (byte[i] < low || byte[i] > high)
			return 0;
		low = 0x80;
		high = 0xbf;
	}
	return len;
}

char *utf8_repaired(const char *text)
{
	char *copy = malloc(strlen(text) * (sizeof(replacement) - 1) + 1);
	char *out = copy;
	size_t len;

	if (!copy)
		return NULL;
	while (*text) {
		len = utf8_sequence(text);
		if (len) {
			memcpy(out, text, len);
			out += len;
			text += len;
		} else {
			memcpy(out, replacement, sizeof(replacement) - 1);
			out += sizeof(replacement) - 1;
			text++;
		}
	}
	*out = 0;
	return copy;
}
