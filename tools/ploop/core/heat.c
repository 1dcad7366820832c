// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>

#include "ploop/core/image.h"

int heat_init(struct ploop_image *image)
{
	__u32 n = image_top(image)->header.n_entries;

	for (unsigned int i = 0; i < image->n_runners; i++) {
		image->runners[i].heat = image_allocate(
			image, n * sizeof(*image->runners[i].heat));
		if (!image->runners[i].heat)
			return -ENOMEM;
	}
	image->n_heat = n;
	return 0;
}

bool ploop_heat_read(struct ploop_image *image, __u32 cluster,
		     struct ploop_heat *sum)
{
	*sum = (struct ploop_heat){0};
	if (cluster >= image->n_heat)
		return false;
	for (unsigned int i = 0; i < image->n_runners; i++) {
		const struct ploop_heat *one = &image->runners[i].heat[cluster];

		sum->reads += once_read(one->reads);
		sum->writes += once_read(one->writes);
		sum->read_sectors += once_read(one->read_sectors);
		sum->write_sectors += once_read(one->write_sectors);
	}
	return true;
}
