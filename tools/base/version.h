/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FRSP_VERSION_H
#define FRSP_VERSION_H

/* "0.1.0", and behind it " (COMMIT)" if that is known. */
extern const char frsp_version[];

#endif
