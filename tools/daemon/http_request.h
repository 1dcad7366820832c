/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What somebody wants by HTTP/1.1, from the first line of a request. Pure. */
#ifndef FRSP_DAEMON_HTTP_REQUEST_H
#define FRSP_DAEMON_HTTP_REQUEST_H

#include <stddef.h>

enum http_wish {
	HTTP_NOT_WHOLE, /* more of it must arrive */
	HTTP_BAD,	/* that is no request */
	HTTP_PAGE,	/* GET /metrics */
	HTTP_HEAD,	/* HEAD /metrics */
	HTTP_OTHER_PAGE,
	HTTP_OTHER_METHOD,
};

/* Reads len bytes, which need not end with a NUL. */
enum http_wish http_request_read(const char *bytes, size_t len);

#endif
