/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the file of settings of the policy. */
#ifndef FRSP_CTL_POLICY_FILE_H
#define FRSP_CTL_POLICY_FILE_H

#include "base/log.h"
#include "move/policy_config.h"

#define POLICY_CONFIG_FILE "/etc/frsp/policy.conf"

/* path: the file, which must exist; NULL: POLICY_CONFIG_FILE, else the default
 * settings. If it fails, it has printed why. The caller calls
 * policy_pins_free() in any case; config must be zero.
 */
enum exit_code policy_file_read(const char *path, struct policy_config *config);

#endif
