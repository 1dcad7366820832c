// SPDX-License-Identifier: GPL-2.0-or-later
/* Alone in its file, so that a commit builds no other anew. */
#include "base/version.h"

#include "built_version.h"

const char frsp_version[] = FRSP_VERSION;
