/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A unix socket for commands to the server: a client sends a line and gets one
 * back. Clients are served one after the other. */
#ifndef FRSP_PLOOP_NBD_CONTROL_H
#define FRSP_PLOOP_NBD_CONTROL_H

#include <stdio.h>

/* Makes the socket, which only its owner may use. 0 or -errno. */
int control_listen(const char *path);
/* Starts the thread that answers: answer() prints a line for each command. 0 or
 * -errno. */
int control_start(void (*answer)(const char *command, FILE *out));
/* Ends both, if there are any. */
void control_end(void);

#endif
