// SPDX-License-Identifier: GPL-2.0-or-later
#include "ploop/image/xml.h"

#include <string.h>

bool xml_is(const xmlNode *node, const char *name)
{
	return node && node->type == XML_ELEMENT_NODE &&
	       !strcmp((const char *)node->name, name);
}

static xmlNode *first_of(xmlNode *node, const char *name)
{
	while (node && !xml_is(node, name))
		node = node->next;
	return node;
}

xmlNode *xml_child(const xmlNode *node, const char *name)
{
	return node ? first_of(node->children, name) : NULL;
}

xmlNode *xml_next(const xmlNode *node)
{
	return first_of(node->next, (const char *)node->name);
}

char *xml_text(const xmlNode *node)
{
	static const char white[] = " \t\r\n";
	xmlChar *content = node ? xmlNodeGetContent(node) : NULL;
	const char *text = (const char *)content;
	char *copy = NULL;
	size_t n;

	if (content) {
		text += strspn(text, white);
		n = strlen(text);
		while (n && strchr(white, text[n - 1]))
			n--;
		copy = strndup(text, n);
		xmlFree(content);
	}
	return copy;
}
