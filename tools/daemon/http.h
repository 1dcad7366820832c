/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Gives the metrics by HTTP, at sockets that systemd listens on
 * (frspd-metrics.socket). It knows one page, /metrics, and no header: that is
 * less than a library would bring, with TLS and threads, into a daemon with
 * rights. One request per connection, in 5 s, of at most 4 KiB; 8 connections.
 */
#ifndef FRSP_DAEMON_HTTP_H
#define FRSP_DAEMON_HTTP_H

#include <stddef.h>
#include <systemd/sd-event.h>

/* Makes the text of the page, which is then freed. Returns 0 or -errno. */
typedef int (*http_fn)(void *context, char **text, size_t *len);

struct http;

/* Takes the sockets from systemd; without any *out is NULL. Returns 0 or
 * -errno.
 */
int http_open(sd_event *event, http_fn page, void *context, struct http **out);
void http_close(struct http *http); /* NULL: does nothing */

#endif
