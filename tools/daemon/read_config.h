/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the configuration, and says what is wrong with it. */
#ifndef FRSP_DAEMON_READ_CONFIG_H
#define FRSP_DAEMON_READ_CONFIG_H

#include <stdbool.h>

#include "base/log.h"
#include "config/config.h"

/* For --check-config and the start. n_warnings: how many lines were passed
 * over. root: as of config_read(). On success the caller calls config_free().
 */
enum exit_code read_config(const char *root, struct config **out,
			   size_t *n_warnings);

/* For a reload: false: it is wrong, and stays as it was. */
bool read_config_anew(const char *root, struct config **out);

#endif
