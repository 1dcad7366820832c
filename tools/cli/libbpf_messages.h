/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What libbpf says about a BPF object that does not load. */
#ifndef FRSP_LIBBPF_MESSAGES_H
#define FRSP_LIBBPF_MESSAGES_H

#include <stdbool.h>

/* From now on libbpf's warnings and information go to stderr, or nowhere. Until
 * this is called, libbpf prints its warnings.
 */
void libbpf_messages_show(bool show);

#endif
