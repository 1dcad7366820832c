// SPDX-License-Identifier: GPL-2.0-or-later
#include "ploop/image/guid.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

bool guid_is_valid(const char *text)
{
	static const char form[] = GUID_NONE;

	for (size_t i = 0; i < sizeof(form); i++)
		if (form[i] == '0' ? !isxdigit((unsigned char)text[i])
				   : text[i] != form[i])
			return false;
	return true;
}

bool guid_is_same(const char *a, const char *b)
{
	return !strcasecmp(a, b);
}

int guid_make(char guid[GUID_LEN])
{
	unsigned char bytes[16];
	char digits[33];

	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		return -EIO;
	bytes[6] = (bytes[6] & 0x0f) | 0x40; /* RFC 4122: random */
	bytes[8] = (bytes[8] & 0x3f) | 0x80;
	for (int i = 0; i < 16; i++)
		sprintf(digits + 2 * i, "%02x", bytes[i]);
	snprintf(guid, GUID_LEN, "{%.8s-%.4s-%.4s-%.4s-%.12s}", digits,
		 digits + 8, digits + 12, digits + 16, digits + 20);
	return 0;
}
