/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The head of a recording (trace/format.h). */
#ifndef FRSP_TRACE_HEAD_H
#define FRSP_TRACE_HEAD_H

#include "trace/format.h"
#include "trace/trace.h"

void trace_head_put(const struct trace_info *info, __u8 head[TRACE_HEAD_BYTES]);

/* n: how many bytes the file has of it. Returns 0; -EINVAL: not a recording;
 * -EPROTONOSUPPORT: another version, *version; -EBADMSG: damaged, or cut off.
 */
int trace_head_get(const __u8 head[TRACE_HEAD_BYTES], size_t n,
		   struct trace_info *info, __u32 *version);

#endif
