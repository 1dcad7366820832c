# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by fetch, after archive.sh. Makes a kernel's headers usable on a machine with
# another Debian release. The headers name the compiler that built the kernel, and their
# programs may need the C library of their own suite. If the machine lacks the compiler or
# the libraries, they are unpacked into the cache with their dependencies. Scripts start
# the programs with the right loader and libraries, so neither root nor a chroot is needed.
# shellcheck disable=SC2154 # shared with fetch

# fit_headers DIR RELEASE: makes the headers in DIR usable; headers of another architecture
# stay as they are. It may open another suite of the archive.
fit_headers() {
	local kbuild variables compiler programs program libraries tools
	[[ $kernel_arch == "$(dpkg --print-architecture)" ]] || return 0
	variables=$1/usr/src/linux-headers-$2/.kernelvariables
	compiler=$(sed -n 's/^override CROSS_COMPILE = \([a-z].*\)/\1/p' "$variables")
	compiler+=$(sed -n 's/^CC = .*(CROSS_COMPILE)\(gcc-[0-9]*\)$/\1/p' "$variables")
	mapfile -t programs < <(foreign_programs "$1")
	if [[ ! ${programs[*]} ]] && command -v "$compiler" >/dev/null; then
		return
	fi
	kbuild=$(archive_depends "linux-headers-$2" 'linux-kbuild-.*')
	mapfile -t libraries < <(archive_depends "$kbuild" 'lib.*|zlib1g')
	tools=$cache_dir/tools-${kernel_suite%%-*}-${compiler##*-linux-gnu-}
	archive_open "${kernel_suite%%-*}" "$(dpkg --print-architecture)"
	[[ -d $tools ]] || fetch_tools "$tools" "${compiler##*-linux-gnu-}" "${libraries[@]}"
	for program in "${programs[@]}"; do
		mv "$program" "$program.elf"
		# shellcheck disable=SC2016 # for the script
		write_script "$program" "$tools/run" '"$0.elf"'
	done
	command -v "$compiler" >/dev/null ||
		sed -i "s|^CC = .*|CC = $tools/${compiler##*-linux-gnu-}|" "$variables"
}

# foreign_programs DIR: prints the programs in DIR that cannot run with this machine's
# libraries.
foreign_programs() {
	local program
	find "$1" -path '*/linux-kbuild-*' -type f -perm -100 | while read -r program; do
		[[ $(ldd "$program" 2>&1) != *'not found'* ]] || echo "$program"
	done
}

fetch_tools() { # fetch_tools DIR COMPILER LIBRARY-PACKAGE...
	local dir=$1 compiler=$2 loader triplet
	shift
	rm -rf "$dir.new"
	mkdir "$dir.new"
	archive_install "$dir.new" "$@"
	loader=$(cd "$dir.new" && find . -type f -name 'ld-linux-*.so.*' -print -quit)
	triplet=$(basename "$(dirname "$loader")")
	# shellcheck disable=SC2016 # for the script
	write_script "$dir.new/run" "$dir/$loader" \
		"--library-path $dir/lib/$triplet:$dir/usr/lib/$triplet --argv0" '"$1"'
	# The compiler starts other programs, which need the loader, too.
	write_script "$dir.new/$compiler" "$dir/run" "$dir/usr/bin/$compiler" \
		"-wrapper $dir/run -B$dir/usr/bin/"
	mv -T "$dir.new" "$dir"
}

write_script() { # write_script FILE WORD...: makes FILE run the words and its arguments
	printf '#!/bin/sh\nexec %s "$@"\n' "${*:2}" >"$1"
	chmod 755 "$1"
}
