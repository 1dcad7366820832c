# SPDX-License-Identifier: GPL-2.0-or-later
# sed -nf kmod_facts.sed kmod/dkms.conf: the kernels that the module is tested on, as an
# expression and as a list, and the machines, as C macros.
/^BUILD_EXCLUSIVE_KERNEL=/ {
	s/\\/\\\\/g
	s/.*=\(.*\)/#define FRSP_KERNELS \1/p
	s/.* FRSP_KERNELS "^(\(.*\)).*/#define FRSP_KERNEL_LIST "\1"/
	s/\\//g
	s/|/, /g
	p
}
s/^BUILD_EXCLUSIVE_ARCH=\(.*\)/#define FRSP_MACHINES \1/p
