/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FRSP_VERSION_H
#define FRSP_VERSION_H

/* "0.1.0", followed by " (COMMIT)" if the commit is known. */
extern const char frsp_version[];

#endif
