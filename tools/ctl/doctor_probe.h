/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Collects the facts for doctor.h that can be read from files. */
#ifndef FRSP_DOCTOR_PROBE_H
#define FRSP_DOCTOR_PROBE_H

#include "ctl/doctor.h"

/*
 * root: the directory that has /sys, /proc, /dev and /lib: "", or a tree made
 * for a test. A file that cannot be read counts as missing. Does not fill in
 * .device_err, the members .counting... and .has_extents of each filesystem.
 * The caller frees facts->fs. Returns 0 or -errno.
 */
int doctor_probe(const char *root, struct doctor_facts *facts);

#endif
