// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/pressure.h"

#include <stdio.h>

#include "base/sysfs.h"

bool pressure_parse(const char *text, __u64 *waited_us)
{
	return sscanf(text, "some avg10=%*f avg60=%*f avg300=%*f total=%llu",
		      waited_us) == 1;
}

bool pressure_read(const char *resource, __u64 *waited_us)
{
	char line[128];

	return !sysfs_read_line("/proc/pressure", resource, line,
				sizeof(line)) &&
	       pressure_parse(line, waited_us);
}
