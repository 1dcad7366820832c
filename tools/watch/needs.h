/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Judges whether a system has what hotmon and frsp-top need before they try
 * BPF. Pure: it takes facts and returns the first thing that is missing.
 */
#ifndef FRSP_NEEDS_H
#define FRSP_NEEDS_H

#include <stdbool.h>

#include "base/log.h"
#include "watch/lockdown.h"

struct needs_facts {
	bool has_proc, has_sys;	       /* /proc and /sys are mounted */
	char missing_capabilities[96]; /* "CAP_BPF, CAP_SYSLOG"; "": none */
	char lockdown[LOCKDOWN_MODE_LEN];
	bool has_symbols; /* /proc/kallsyms */
	bool has_sysctls; /* /proc/sys */
	int kptr_restrict;
	bool has_btf;
};

struct needs_lack {
	enum exit_code code; /* EXIT_OK: nothing is missing */
	char cause[160];
	const char *hint;
};

struct needs_lack needs_judge(const struct needs_facts *facts);

#endif
