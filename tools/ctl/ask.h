/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks frspd, and says why if it gives no answer. */
#ifndef FRSP_CTL_ASK_H
#define FRSP_CTL_ASK_H

#include "base/log.h"
#include "varlink/message.h"

/* Calls a method on a connection of its own. Frees parameters, which may be
 * NULL. On success the caller calls varlink_reply_free().
 */
enum exit_code ctl_ask(const char *method, struct json_object *parameters,
		       struct varlink_reply *reply);

#endif
