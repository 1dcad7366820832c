# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Loaded by the alloc-* benchmarks. Such a script has two halves. On the host it builds the
# module and its helpers and boots guests; in each guest it runs as
# "COMMAND --guest ARG..." and measures.
#
# A configuration is stock, scan0 (stock with mb_optimize_scan=0) or frspN (the
# module at frsp_cache_aggression N).

root=$(dirname "$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")")
# shellcheck disable=SC2034 # for the scripts that load this
helpers=$root/.output/bench
kernel=6.12

die() { # cause hint
	echo "${0##*/}: $1; $2" >&2
	exit "${3:-1}"
}

# --- on the host ----------------------------------------------------------------

prepare() { # helper...
	local headers vmlinuz modules program
	for program in "$@"; do
		make -s -C "$root" ".output/bench/$program" >&2
	done
	eval "$("$root/tests/vm/fetch" "$kernel" --headers)"
	make -s -C "$root/kmod" KDIR="$headers" VMLINUZ="$vmlinuz" \
		MODULES_DIR="$modules" >&2
	echo "# $(git -C "$root" describe --always --dirty), Linux ${headers##*headers-}"
	echo "# $(nproc) x $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)"
	echo "# $(date -u +%FT%TZ), load before: $(cut -d' ' -f1-3 /proc/loadavg)"
}

# Functions for awk on a list of numbers that are separated by blanks: the least number, the
# median, and the median with the least and the greatest number.
# shellcheck disable=SC2034 # for the scripts that load this
statistics_awk='
	function sorted(list, values,    n, i, j, t) {
		n = split(list, values, " ")
		for (i = 2; i <= n; i++)
			for (j = i; j > 1 && values[j] + 0 < values[j - 1] + 0; j--) {
				t = values[j]; values[j] = values[j - 1]
				values[j - 1] = t
			}
		return n
	}
	function least(list,    values) {
		sorted(list, values)
		return values[1]
	}
	function median(list,    values, n) {
		n = sorted(list, values)
		return (values[int((n + 1) / 2)] + values[int(n / 2) + 1]) / 2
	}
	function spread(list, digits,    values, n) {
		n = sorted(list, values)
		return sprintf("%." digits "f (%." digits "f .. %." digits "f)",
			median(list), values[1], values[n])
	}'

# Runs the guest's half of the benchmark.
guest() { # [run-option...] -- argument...
	local options=()
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	"$root/tests/vm/run" "${options[@]}" "$kernel" \
		"$(readlink -f "$0")" --guest "$@"
}

# --- in the guest ---------------------------------------------------------------

# Runs "COMMAND stock ROUND" and "COMMAND frsp1 ROUND"; their order alternates.
in_turn() { # rounds command
	local i
	for ((i = 0; i < $1; i++)); do
		if ((i % 2)); then
			"$2" frsp1 "$i"
			"$2" stock "$i"
		else
			"$2" stock "$i"
			"$2" frsp1 "$i"
		fi
	done
}

load_module() { # configuration
	modprobe ext4
	case $1 in
	frsp*) insmod "$root/.output/kmod/$(uname -r)/frsp.ko" ;;
	esac
}

unload_module() { # configuration
	case $1 in
	frsp*) rmmod frsp ;;
	esac
}

# Mounts a disk at /mnt for the configuration; sets $sysfs.
mount_as() { # configuration device [mount-option]
	local with=noatime${3:+,$3}
	[ "$1" != scan0 ] || with+=,mb_optimize_scan=0
	mount -t ext4 -o "$with" "$2" /mnt
	sysfs=/sys/fs/ext4/${2##*/}
	case $1 in
	frsp*) echo "${1#frsp}" >"$sysfs/frsp_cache_aggression" ;;
	esac
}

# Makes a filesystem on zram, compressed memory; the written data are mostly zeros.
make_zram() { # size [mkfs-option...]
	modprobe zram
	[ ! -e /sys/block/zram0/disksize ] || echo 1 >/sys/block/zram0/reset
	echo "$1" >/sys/block/zram0/disksize
	mkfs.ext4 -q -F -E lazy_itable_init=0,lazy_journal_init=0,nodiscard \
		"${@:2}" /dev/zram0
}

seconds_since() { # EPOCHREALTIME of the start
	awk -v from="$1" -v to="$EPOCHREALTIME" 'BEGIN { printf "%.2f\n", to - from }'
}
