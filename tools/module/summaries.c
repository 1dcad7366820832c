// SPDX-License-Identifier: GPL-2.0-or-later
#include "module/summaries.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include "module/module.h"

#define CHUNK_GROUPS 65536 /* 1 MiB for each ioctl */

int summaries_export(int device, int fs, struct summary *summary)
{
	struct frsp_ioc_summary call = {0};
	int err;

	summary->n = 0;
	summary->groups = NULL;
	do {
		struct frsp_group_summary *more =
			reallocarray(summary->groups,
				     (size_t)summary->n + CHUNK_GROUPS,
				     sizeof(*more));

		if (!more)
			return -ENOMEM;
		summary->groups = more;
		call.first_group = call.next_group;
		call.groups = (uintptr_t)(more + summary->n);
		call.n = CHUNK_GROUPS;
		err = frsp_module_export(device, fs, &call);
		if (err)
			return err;
		summary->n += call.n;
		/* leaves out groups that an online resize adds meanwhile */
	} while (call.n && call.next_group < summary->n_groups);
	return 0;
}

long summaries_import(int device, int fs, const struct summary *summary)
{
	struct frsp_ioc_summary call = {0};
	__u32 done, n;
	long taken = 0;
	int err;

	for (done = 0; done < summary->n; done += n) {
		n = summary->n - done;
		if (n > CHUNK_GROUPS)
			n = CHUNK_GROUPS;
		call.groups = (uintptr_t)(summary->groups + done);
		call.n = n;
		err = frsp_module_import(device, fs, &call);
		if (err)
			return err;
		taken += call.n;
	}
	return taken;
}
