/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The limit of files that a process may have open (ulimit -n). BPF maps and
 * programs are such files, and libbpf calls their lack "Invalid argument".
 */
#ifndef FRSP_OPEN_FILES_H
#define FRSP_OPEN_FILES_H

#include "base/log.h"

/* Raises the limit as far as it goes. If that is less than n, prints so, and
 * what to do. Returns EXIT_OK or EXIT_FAILED.
 */
enum exit_code open_files_raise(unsigned int n);

#endif
