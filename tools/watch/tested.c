// SPDX-License-Identifier: GPL-2.0-or-later
#include "watch/tested.h"

#include <stdio.h>
#include <sys/utsname.h>

#include "tested_newest.h"

const char tested_newest[] = FRSP_TESTED_NEWEST;

bool tested_is_newer(const char *release, char series[TESTED_LEN])
{
	unsigned int major, minor, newest_major, newest_minor;

	sscanf(tested_newest, "%u.%u", &newest_major, &newest_minor);
	if (sscanf(release, "%u.%u", &major, &minor) != 2) {
		snprintf(series, TESTED_LEN, "unknown");
		return true;
	}
	snprintf(series, TESTED_LEN, "%u.%u", major, minor);
	return major > newest_major ||
	       (major == newest_major && minor > newest_minor);
}

const char *tested_untested(void)
{
	static char series[TESTED_LEN];
	static bool known, newer;
	struct utsname system;

	if (!known) {
		uname(&system);
		newer = tested_is_newer(system.release, series);
		known = true;
	}
	return newer ? series : NULL;
}
