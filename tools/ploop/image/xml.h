/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds elements and texts in an XML document of libxml2. */
#ifndef FRSP_PLOOP_XML_H
#define FRSP_PLOOP_XML_H

#include <stdbool.h>
#include <libxml/tree.h>

/* NULL is no element, and has no children. */
bool xml_is(const xmlNode *node, const char *name);

/* The first child element of this name; NULL: none. */
xmlNode *xml_child(const xmlNode *node, const char *name);

/* The next sibling of the same name; NULL: none. */
xmlNode *xml_next(const xmlNode *node);

/* The text in the element, without the white space around it; the caller frees
 * it. NULL: no element, or no memory.
 */
char *xml_text(const xmlNode *node);

#endif
