// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/rights.h"

#include <errno.h>
#include <cap-ng.h>

int rights_drop(void)
{
	capng_clear(CAPNG_SELECT_CAPS);
	if (capng_updatev(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, CAP_BPF,
			  CAP_DAC_READ_SEARCH, -1) ||
	    capng_apply(CAPNG_SELECT_CAPS))
		return -EPERM;
	return 0;
}
