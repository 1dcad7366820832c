/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SIGINT and SIGTERM as a wish to end, which is seen only while waiting. */
#ifndef FRSP_INTERRUPT_H
#define FRSP_INTERRUPT_H

#include <signal.h>

extern volatile sig_atomic_t interrupted;

/* Blocks both; they arrive inside of a ppoll() with the mask *unblocked. Again
 * after ncurses has started, as that has handlers of its own.
 */
void interrupt_catch(sigset_t *unblocked);

#endif
