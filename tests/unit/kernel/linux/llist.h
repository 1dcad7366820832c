/* SPDX-License-Identifier: GPL-2.0-only */
/* Only the type, for struct frsp_extent. */
#ifndef FRSP_SHIM_LLIST_H
#define FRSP_SHIM_LLIST_H

struct llist_node {
	struct llist_node *next;
};

#endif
