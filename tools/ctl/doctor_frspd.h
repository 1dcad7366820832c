/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Collects the facts for doctor.h that are about frspd. */
#ifndef FRSP_DOCTOR_FRSPD_H
#define FRSP_DOCTOR_FRSPD_H

#include "ctl/doctor.h"

void doctor_probe_frspd(struct doctor_frspd *frspd);

#endif
