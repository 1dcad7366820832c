/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The file of settings of the policy. Example:
 *
 *   [policy]
 *   budget = 20G
 *   half_life = 2h
 *
 *   [pins]
 *   fast = /srv/db
 *   none = *.iso
 *
 * What it does not name has its default. docs/policy.conf has all.
 */
#ifndef FRSP_MOVE_POLICY_CONFIG_H
#define FRSP_MOVE_POLICY_CONFIG_H

#include "base/ini.h"
#include "move/policy_pin.h"
#include "move/policy_settings.h"

struct policy_config {
	struct policy_settings settings;
	struct policy_pins pins;
};

/* 0; -EINVAL: error says what is wrong; -EIO or -ENOMEM. The caller calls
 * policy_pins_free() in any case.
 */
int policy_config_read(FILE *in, struct policy_config *config,
		       struct ini_error *error);

#endif
