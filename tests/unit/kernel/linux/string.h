/* SPDX-License-Identifier: GPL-2.0-only */
/* The C library has the same string functions. */
#include <string.h>
