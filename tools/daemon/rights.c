// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/rights.h"

#include <errno.h>
#include <cap-ng.h>

#define SETS (CAPNG_EFFECTIVE | CAPNG_PERMITTED)

int rights_drop(const struct rights *rights)
{
	bool clears = rights->clears || rights->moves;
	bool asks_module = rights->asks_module || rights->moves;

	capng_clear(CAPNG_SELECT_CAPS);
	if (capng_updatev(CAPNG_ADD, SETS, CAP_BPF, CAP_DAC_READ_SEARCH, -1) ||
	    (clears &&
	     capng_updatev(CAPNG_ADD, SETS, CAP_FOWNER, CAP_LEASE, -1)) ||
	    (asks_module && capng_update(CAPNG_ADD, SETS, CAP_SYS_ADMIN)) ||
	    (rights->plans && !asks_module &&
	     capng_update(CAPNG_ADD, SETS, CAP_PERFMON)) ||
	    (rights->moves &&
	     capng_update(CAPNG_ADD, SETS, CAP_DAC_OVERRIDE)) ||
	    capng_apply(CAPNG_SELECT_CAPS))
		return -EPERM;
	return 0;
}
