/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ways to run hotmon, and which options each of them takes. */
#ifndef FRSP_HOTMON_MODE_H
#define FRSP_HOTMON_MODE_H

#include <argp.h>

enum hotmon_mode {
	HOTMON_SHOW,
	HOTMON_SELF_TEST, /* --self-test */
	HOTMON_PLAY,	  /* -i */
	HOTMON_REMOTE,	  /* --from-daemon */
	HOTMON_RECORD,	  /* hotmon record */
	HOTMON_IMPORT,	  /* hotmon import */
	HOTMON_HEATMAP,	  /* hotmon heatmap */
	HOTMON_MAP_PLAY,  /* hotmon heatmap -i */
	HOTMON_NR_MODES,
};

/* The options on the command line, by the key of argp. */
struct hotmon_given {
	int keys[64];
	int n;
};
void hotmon_given_note(struct hotmon_given *given, int key);

/* Ends the program (exit code 2) if one of them is not for this mode. options:
 * the table of all, for the option's name.
 */
void hotmon_mode_check(enum hotmon_mode mode, const struct hotmon_given *given,
		       const struct argp_option *options);

#endif
