/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Recognises kernels newer than those hotmon and frsp-top were tested on. */
#ifndef FRSP_TESTED_H
#define FRSP_TESTED_H

#include <stdbool.h>

#define TESTED_LEN 16

/* The newest series that was tested, such as "7.3". */
extern const char tested_newest[];

/* Whether the kernel with this release (uname -r) is of a newer series. Sets
 * series to the release's series. A release that is not "MAJOR.MINOR..." counts
 * as newer, with the series "unknown".
 */
bool tested_is_newer(const char *release, char series[TESTED_LEN]);

/* The series of the running kernel if it is newer, else NULL. */
const char *tested_untested(void);

#endif
