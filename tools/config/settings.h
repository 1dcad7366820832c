/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The settings of frspd: one table has them all, with name, values and default.
 * frspd.conf(5) explains them.
 */
#ifndef FRSP_CONFIG_SETTINGS_H
#define FRSP_CONFIG_SETTINGS_H

#include <stddef.h>

/* Which sections a setting may stand in. */
enum config_scope {
	CONFIG_DAEMON,	   /* [frspd] */
	CONFIG_FILESYSTEM, /* [filesystems], and the section of a filesystem */
};

/* What frspd does with a filesystem. */
enum config_mode {
	CONFIG_OFF,	/* nothing */
	CONFIG_OBSERVE, /* watches it, and changes nothing */
};

/* What a tuner does with a filesystem. */
enum config_tuner {
	CONFIG_TUNER_OBSERVE, /* nothing */
	CONFIG_TUNER_ADVISE,  /* says what it would do */
	CONFIG_TUNER_APPLY,   /* does it */
};

enum config_type {
	CONFIG_MODE,	/* off, observe */
	CONFIG_FILE,	/* an absolute path, or off */
	CONFIG_TIME,	/* "15s", from 1 s to 1 h */
	CONFIG_TUNER,	/* observe, advise, apply */
	CONFIG_BYTES,	/* "64M", from 64 KiB to 1 TiB */
	CONFIG_PERCENT, /* "20%", from 1% to 100% */
	CONFIG_LEVEL,	/* 0 to 3, as frsp_cache_aggression */
	CONFIG_WINDOW,	/* "01:00-05:00", or always: base/day_window.h */
};

/* A row of the table. */
struct config_setting {
	const char *name;
	enum config_scope scope;
	enum config_type type;
	const char *usual;  /* the default */
	const char *values; /* which there are, for people */
};

/* The row i; NULL: there are no more. */
const struct config_setting *config_setting(size_t i);

/* The setting of this name that may stand in such a section, or NULL. */
const struct config_setting *config_setting_find(enum config_scope scope,
						 const char *name);

/* Whether the text is a value of the setting: 0 or -EINVAL. */
int config_setting_check(const struct config_setting *setting,
			 const char *text);

/* "off" or "observe" */
const char *config_mode_word(enum config_mode mode);

/* "observe", "advise" or "apply" */
const char *config_tuner_word(enum config_tuner tuner);

/* Of a text that config_setting_check() takes. A share is from 0 to 1. */
double config_share_of(const char *text);
enum config_mode config_mode_of(const char *text);
enum config_tuner config_tuner_of(const char *text);

#endif
