// SPDX-License-Identifier: GPL-2.0-or-later
/* The version has its own file, so that a commit rebuilds only this one. */
#include "base/version.h"

#include "built_version.h"

const char frsp_version[] = FRSP_VERSION;
