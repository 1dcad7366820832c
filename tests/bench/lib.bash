# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Loaded by the benchmarks of hotmon and frsp-top: makes a loop device over a tmpfs, runs
# tracing programs in the background, and computes medians. It removes everything at exit.
#
#   HOTMON   the program to measure (default: the one in .output)

root=$(dirname "$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")")
hotmon=${HOTMON:-$root/.output/hotmon}
patience_s=30

dir='' loop='' bpf_stats=''
declare -A tracer=() messages=()

die() { # cause hint
	echo "${0##*/}: $1; $2" >&2
	exit "${3:-1}"
}

clean_up() { # goes on if a step fails
	set +e
	trap "" INT TERM HUP
	local name
	for name in "${!tracer[@]}"; do
		tracer_stop "$name"
	done
	[ -z "$bpf_stats" ] || stats_restore
	[ -n "$dir" ] || return 0
	! mountpoint -q "$dir/mnt" || umount "$dir/mnt" || umount -l "$dir/mnt"
	[ -z "$loop" ] || detach_loop
	! mountpoint -q "$dir" || umount "$dir"
	rmdir "$dir"
}

detach_loop() { # waits, because the kernel may detach it later
	local deadline=$((SECONDS + patience_s))
	losetup -d "$loop"
	while [ -n "$(losetup -j "$dir/image")" ] && [ "$SECONDS" -lt "$deadline" ]; do
		sleep 0.05
	done
}

check_machine() { # helper...
	local program
	[ "$(id -u)" = 0 ] || die "not root" "run it with sudo" 4
	for program in fio jq mkfs.ext4 losetup; do
		command -v "$program" >/dev/null ||
			die "no $program" "run: sudo tests/deps install demo"
	done
	for program in "$hotmon" "${@/#/$root/.output/bench/}"; do
		[ -x "$program" ] || make -s -C "$root" "${program#"$root/"}" >&2
	done
	trap clean_up EXIT
	trap 'exit 130' INT TERM HUP
}

print_machine() {
	echo "# $(uname -r), $(nproc) x $(sed -n \
		's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)"
	echo "# $(date -u +%FT%TZ), load before: $(cut -d' ' -f1-3 /proc/loadavg)"
	echo "# $("$hotmon" --version)"
}

make_scratch() { # size of the tmpfs at $dir
	dir=$(mktemp -d "${TMPDIR:-/tmp}/frsp-bench.XXXXXX")
	mount -t tmpfs -o "size=$1" frsp-bench "$dir"
	mkdir "$dir/mnt"
}

attach_image() { # mount-options
	loop=$(losetup --find --show "$dir/image")
	mount -o "$1" "$loop" "$dir/mnt"
}

# Starts a program that writes "Tracing" to stderr when it has attached, and waits for that.
# The program's stdout goes to $dir/NAME.out.
tracer_start() { # name program [argument...]
	local line fd fifo=$dir/$1.messages
	mkfifo "$fifo"
	exec {fd}<>"$fifo"
	messages[$1]=$fd
	rm "$fifo"
	"${@:2}" >"$dir/$1.out" 2>&"$fd" {fd}>&- &
	tracer[$1]=$!
	while read -rt "$patience_s" line <&"$fd"; do
		[[ $line != Tracing* ]] || return 0
		echo "$line" >&2
	done
	die "$1 does not attach" "try it alone: ${*:2}"
}

tracer_stop() { # name; the program may be stopped by SIGSTOP
	local fd=${messages[$1]}
	kill -TERM "${tracer[$1]}" 2>/dev/null || :
	kill -CONT "${tracer[$1]}" 2>/dev/null || :
	wait "${tracer[$1]}" 2>/dev/null || :
	exec {fd}>&-
	unset "tracer[$1]" "messages[$1]"
}

stats_enable() {
	bpf_stats=$(</proc/sys/kernel/bpf_stats_enabled)
	echo 1 >/proc/sys/kernel/bpf_stats_enabled
}

stats_restore() {
	echo "$bpf_stats" >/proc/sys/kernel/bpf_stats_enabled
	bpf_stats=''
}

# Prints "NANOSECONDS RUNS" of the process's BPF program of type tracing.
prog_stats() { # name
	awk -v raw_tracepoint=17 -v tracing=26 'FNR == 1 { type = 0 }
		$1 == "prog_type:" { type = $2 == tracing || $2 == raw_tracepoint }
		type && $1 == "run_time_ns:" { ns = $2 }
		type && $1 == "run_cnt:" { runs = $2 }
		END { print ns + 0, runs + 0 }' /proc/"${tracer[$1]}"/fdinfo/*
}

# Reads a column of numbers and prints "MEDIAN MIN MAX".
median() {
	sort -g | awk '{ x[NR] = $1 }
		END { print (x[int((NR + 1) / 2)] + x[int(NR / 2) + 1]) / 2, x[1], x[NR] }'
}
