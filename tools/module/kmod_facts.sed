# SPDX-License-Identifier: GPL-2.0-or-later
# sed -nf kmod_facts.sed kmod/hook.c kmod/dkms.conf: what the tools must know of the
# module, as C macros: hook(FUNCTION, IS_REPLACED) for each function of ext4 that it
# needs, the kernels that it is tested on, as an expression and as a list, and the
# machines.
1i #define FRSP_HOOKS(hook) \\
s/^\t{ *\("[a-z0-9_]*"\), redirect, .*/\thook(\1, true) \\/p
s/^\t{ *\("[a-z0-9_]*"\), on_.*/\thook(\1, false) \\/p
s/.* = {\("[a-z0-9_]*"\), on_.*/\thook(\1, false) \\/p
s/.*= lookup(\("[a-z0-9_]*"\));/\thook(\1, false) \\/p
/^BUILD_EXCLUSIVE_KERNEL=/ {
	s/\\/\\\\/g
	s/.*=\(.*\)/\n#define FRSP_KERNELS \1/p
	s/.* FRSP_KERNELS "^(\(.*\)).*/#define FRSP_KERNEL_LIST "\1"/
	s/\\//g
	s/|/, /g
	p
}
s/^BUILD_EXCLUSIVE_ARCH=\(.*\)/#define FRSP_MACHINES \1/p
