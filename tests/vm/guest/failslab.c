// SPDX-License-Identifier: GPL-2.0-or-later
/* Makes a part of the allocations of frsp.ko's extents fail, with the kernel's
 * failslab (Documentation/fault-injection). */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "storm.h"

#define FAILSLAB "/sys/kernel/debug/failslab/"

static void put(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, value, strlen(value)) < 0)
		fail("%s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
}

void failslab_mark(void)
{
	if (fail_pct)
		put("/sys/kernel/slab/frsp_extent/failslab", "1");
}

void failslab_switch(bool on)
{
	char text[16];

	if (!fail_pct)
		return;
	if (access(FAILSLAB, F_OK))
		mount("debugfs", "/sys/kernel/debug", "debugfs", 0, NULL);
	put(FAILSLAB "cache-filter", "Y");
	put(FAILSLAB "ignore-gfp-wait", "N");
	put(FAILSLAB "verbose", "0");
	put(FAILSLAB "times", "-1");
	snprintf(text, sizeof(text), "%u", on ? fail_pct : 0);
	put(FAILSLAB "probability", text);
}
