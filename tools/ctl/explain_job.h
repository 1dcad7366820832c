/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FRSP_CTL_EXPLAIN_JOB_H
#define FRSP_CTL_EXPLAIN_JOB_H

#include "ctl/ctl.h"

/* Explains the decisions of the plan that a job has carried out: all of them,
 * or those of a file, or of the range at an offset in it. The arguments are JOB
 * [PATH [OFFSET]].
 */
enum exit_code explain_job(const struct ctl *ctl);

#endif
