/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernels newer than any that hotmon and frsp-top are tested on. */
#ifndef FRSP_TESTED_H
#define FRSP_TESTED_H

#include <stdbool.h>

#define TESTED_LEN 16

/* The newest series that is tested, such as "7.3". */
extern const char tested_newest[];

/* Whether the kernel with this release (uname -r) is of a newer series, which
 * is then in series. A release that is not "MAJOR.MINOR..." counts as newer: it
 * is not known.
 */
bool tested_is_newer(const char *release, char series[TESTED_LEN]);

/* The series of the running kernel if it is newer, else NULL. */
const char *tested_untested(void);

#endif
