// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/open_files.h"

#include <sys/resource.h>

enum exit_code open_files_raise(unsigned int n)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return EXIT_OK;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	if (limit.rlim_max >= n)
		return EXIT_OK;
	return log_fail(
		EXIT_FAILED,
		"raise the limit, with \"ulimit -n 1024\" in root's shell or LimitNOFILE= of the unit",
		"only %llu files may be open at once, but it needs up to %u",
		(unsigned long long)limit.rlim_max, n);
}
