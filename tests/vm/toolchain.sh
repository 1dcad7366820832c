# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by fetch, after archive.sh: makes a kernel's headers usable on a machine that
# runs another Debian. They name the compiler that built the kernel, and the programs in
# them may want their own suite's C library. What the machine lacks goes into the cache
# with all that it needs, and is called by scripts that name the loader and the libraries:
# neither root nor a chroot is needed.
# shellcheck disable=SC2154 # shared with fetch

# fit_headers DIR RELEASE: the headers in DIR; those of another architecture stay as
# they are. The archive that is open is not the kernel's own suite any more, after that.
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

# Programs in DIR that the machine's libraries do not do for.
foreign_programs() { # foreign_programs DIR
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
	# It starts other programs, each of which needs the loader, too.
	write_script "$dir.new/$compiler" "$dir/run" "$dir/usr/bin/$compiler" \
		"-wrapper $dir/run -B$dir/usr/bin/"
	mv -T "$dir.new" "$dir"
}

write_script() { # write_script FILE WORD...: FILE runs the words with its arguments
	printf '#!/bin/sh\nexec %s "$@"\n' "${*:2}" >"$1"
	chmod 755 "$1"
}
