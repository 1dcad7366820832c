/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The facts for doctor.h, as far as they stand in files. */
#ifndef FRSP_DOCTOR_PROBE_H
#define FRSP_DOCTOR_PROBE_H

#include "ctl/doctor.h"

/*
 * root: where /sys, /proc, /dev and /lib are, "" or the root of a tree made for
 * a test. What cannot be read counts as not there. Leaves alone: device_err,
 * what has to do with counting, and has_extents of each filesystem. facts->fs
 * is to be freed. 0 or -errno.
 */
int doctor_probe(const char *root, struct doctor_facts *facts);

#endif
