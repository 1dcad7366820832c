// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>

#include "ploop/tool/tool.h"

static const char *hint_for(int err)
{
	switch (err) {
	case -EACCES:
	case -EPERM:
		return "run it as the owner of the file, or as root";
	case -ENOENT:
		return "look at the path: frsp-image makes no directories";
	case -EEXIST:
		return "remove it first, or name another file";
	case -ENOSPC:
	case -EDQUOT:
		return "free some space, or name a file on another filesystem";
	case -EAGAIN:
		return "end that process first; \"fuser FILE\" names it";
	case -EINTR:
		return "nothing is left of the new file";
	default:
		return "name an image of ploop, or a DiskDescriptor.xml; \"frsp-image check\" says more about an image";
	}
}

enum exit_code image_failed(const struct image_problem *problem, int err)
{
	return log_fail(err == -EACCES || err == -EPERM ? EXIT_PERMISSION
							: EXIT_FAILED,
			hint_for(err), "%s: %s", problem->path, problem->text);
}
