/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shows or hides the messages of libbpf about BPF objects that do not load. */
#ifndef FRSP_LIBBPF_MESSAGES_H
#define FRSP_LIBBPF_MESSAGES_H

#include <stdbool.h>

/* Sends libbpf's warnings and information to stderr, or hides them. Before the
 * first call, libbpf prints its warnings.
 */
void libbpf_messages_show(bool show);

#endif
