#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Tests of how the module's build gets the layout of a kernel's structs: layout on BTF that
# is compiled here, extract.sh on kernels that are made here, and kernel-layout.sh's choice
# of files.

bats_require_minimum_version 1.8.0

setup_file() {
	export ROOT=$BATS_TEST_DIRNAME/../..
	export LAYOUT=$BATS_FILE_TMPDIR/layout
	gcc -std=gnu11 -D_GNU_SOURCE -fsanitize=address,undefined \
		"$ROOT/vmlinux/layout.c" -o "$LAYOUT" -lbpf -lelf -lz
	export RAW_BTF=$BATS_FILE_TMPDIR/raw.btf
	echo 'struct a { int b; } a; int f(void) { return a.b; }' | btf "$RAW_BTF.o"
	llvm-objcopy --dump-section .BTF="$RAW_BTF" "$RAW_BTF.o"
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
}

refused() { # refused TEXT COMMAND...: the command fails, and prints TEXT
	local text=$1
	shift
	run "$@"
	echo "$output"
	[[ $status == 1 && $output == *"$text"* ]]
}

# --- layout

# btf FILE: compiles C from stdin to an object with BTF
btf() {
	clang -g -O2 -target bpf -c -x c - -o "$1"
}

# A kernel, and below it a spec that it matches; each test changes one of them.
small_kernel() {
	cat <<-'EOT'
	typedef int grpblk_t;
	typedef struct { int counter; } atomic_t;
	struct ex { unsigned int logical; grpblk_t start; const volatile unsigned short len; };
	struct ac {
		struct ex *const list[2];
		struct { long before; union { char tag; struct ex o_ex; }; };
		unsigned int flags;
		_Bool done;
		unsigned int low : 4, high : 8;
		union { unsigned long whole; struct { unsigned int half[2]; }; } word;
		typeof(struct { int counter; }) *anon;
		const atomic_t refs;
	};
	__attribute__((noinline)) int take(struct ac *ac, const struct ex *ex) { return ac->flags + ex->start; }
	void give(void **to, grpblk_t (*how)(struct ac *, ...)) { *to = how; }
	unsigned long long none(void) { return 0; }
	typedef void (*probe)(void *data, grpblk_t at);
	probe probes[2];
	EOT
}

small_spec() {
	cat <<-'EOT'
	# a comment
	ex.logical	unsigned int
	ex.len		unsigned short	# of the extent
	ac.list		struct ex *[2]
	ac.o_ex		struct ex
	ac.flags	unsigned int
	ac.done		bool
	ac.word.half	unsigned int[2]
	ac.o_ex.start	int
	ac.flags?	unsigned int
	ac.refs		atomic_t
	ac.lost?	long
	take	int (struct ac *, struct ex *)
	give?	void (void **, int (struct ac *, ...) *)
	none	unsigned long (void)
	probe	void (void *, int) *
	lost?	void (void)
	EOT
}

# with_spec SED, with_kernel SED: runs layout on the two after sed has edited one of them
with_spec() {
	small_kernel | btf kernel.o
	small_spec | sed "$1" >spec
	"$LAYOUT" spec kernel.o -
}

with_kernel() {
	small_kernel | sed "$1" | btf kernel.o
	small_spec >spec
	"$LAYOUT" spec kernel.o -
}

@test "layout: offsets, lengths and sizes are those of the compiler" {
	with_spec '' >layout.h
	cat layout.h
	small_kernel >check.c
	cat >>check.c <<-'EOT'
	#include "layout.h"
	#include <stddef.h>
	#define SAME(s, path, name) \
		_Static_assert(FRSP_OFF_##s##__##name == offsetof(struct s, path)); \
		_Static_assert(FRSP_LEN_##s##__##name == sizeof(((struct s *)0)->path))
	SAME(ex, logical, logical);
	SAME(ex, len, len);
	SAME(ac, list, list);
	SAME(ac, o_ex, o_ex);
	SAME(ac, flags, flags);
	SAME(ac, done, done);
	SAME(ac, word.half, word__half);
	SAME(ac, o_ex.start, o_ex__start);
	_Static_assert(FRSP_SIZE_ex == sizeof(struct ex) && FRSP_SIZE_ac == sizeof(struct ac));
	_Static_assert(FRSP_HAS_ac__flags == 1 && FRSP_HAS_ac__lost == 0);
	_Static_assert(FRSP_HAS_give == 1 && FRSP_HAS_lost == 0);
	EOT
	gcc -std=gnu2x -c check.c
	run ! grep OFF_ac__lost layout.h
}

@test "layout: length and CRC are those of the raw BTF" {
	small_kernel | btf kernel.o
	small_spec >spec
	llvm-objcopy --dump-section .BTF=raw kernel.o
	"$LAYOUT" spec kernel.o - >elf.h
	"$LAYOUT" spec raw - >raw.h
	cmp elf.h raw.h
	python3 - raw >expected <<-'EOT'
	import sys, zlib
	raw = open(sys.argv[1], 'rb').read()
	print(f'#define FRSP_BTF_BASE_BYTES {len(raw)}\n#define FRSP_BTF_BASE_CRC {zlib.crc32(raw):#010x}U')
	EOT
	diff expected <(grep BASE elf.h)
	grep -x '#define FRSP_BTF_SPLIT_BYTES 0' elf.h
}

@test "layout: a member that is missing or of another type is refused" {
	refused 'ac.flags is not in this kernel' with_kernel 's/flags/flags2/g'
	refused "ac.flags is 'unsigned long' in this kernel, frsp knows 'unsigned int'" \
		with_kernel 's/unsigned int flags;/unsigned long flags;/'
	refused "ac.flags is 'int' in" with_kernel 's/unsigned int flags;/int flags;/'
	refused "ac.done is 'unsigned char' in" with_kernel 's/_Bool/unsigned char/'
	refused "ac.list is 'struct ex *[3]' in" with_kernel 's/list.2/list[3/'
	refused "ac.list is 'struct ex **[2]' in" with_kernel 's/struct ex .const/struct ex **/'
	refused "ac.anon is 'struct (anonymous) *' in" with_spec '3i ac.anon atomic_t *'
	refused 'ac.low is a bit field' with_spec '5i ac.low unsigned int'
	refused 'ac.high is a bit field' with_spec '5i ac.high unsigned int'
	refused 'ac.flags.deep is not in' with_spec '5i ac.flags.deep int'
}

@test "layout: what may be missing must be right when it is there" {
	refused "ac.flags is 'unsigned int' in" with_spec '/ac.flags?/s/unsigned //'
	refused "give is 'void (void **," with_spec '/^give?/s/void \*\*/void */'
}

@test "layout: a struct that is missing or there twice is refused" {
	refused 'struct gone is not in' with_spec '5i gone.member int'
	small_kernel | btf a.o
	echo 'struct ac { int other; } x; int f(void) { return x.other; }' | btf b.o
	bpftool gen object both.o a.o b.o
	small_spec >spec
	"$LAYOUT" spec a.o -
	refused 'struct ac has two layouts' "$LAYOUT" spec both.o -
}

# twice SED: runs layout on BTF with two structs dup, after sed has edited the second one.
# The linker cannot merge the two, even if they are alike, because they point to different
# structs of the same name (far).
twice() {
	local struct='typedef int small; struct part { small a : 3, b : 5; unsigned char c[2]; };
		union both { struct part part; _Bool on; };
		enum kind { ONE };
		struct dup {
			struct far *far;
			int (*call)(struct far *, long);
			enum kind kind;
			union both both[3];
			struct { unsigned short x; const struct far *y; };
			int n;
		};
		struct dup'
	echo "struct far { int a; } far_a; $struct one; void *f(void) { return &one; }" | btf a.o
	echo "struct far { long b; } far_b; $(sed "$1" <<<"$struct") two; void *g(void) { return &two; }" |
		btf b.o
	bpftool gen object both.o a.o b.o
	[[ $(bpftool btf dump file both.o | grep -c "STRUCT 'dup'") == 2 ]]
	echo 'dup.n int' >spec
	"$LAYOUT" spec both.o -
}

@test "layout: a struct may be there twice if both are alike" {
	local edit
	run twice ''
	echo "$output"
	[[ $status == 0 && $output == *'OFF_dup__n 48'* ]]
	# edits that do not change the layout
	twice 's/int n/volatile int n/; s/const struct/struct/; s/small a/int a/'
	for edit in 's/int n/int m/' 's/int n/unsigned int n/' 's/int n/long n/' \
		's/int n;/int n; char more;/' 's/struct far \*far;//' 's/struct far \*far/void *far/' \
		's/a : 3/a : 2/' 's/b : 5/b : 4/' 's/c.2/c[1/' 's/both.3/both[2/' 's/_Bool/char/' \
		's/unsigned short x/short x/' 's/enum kind kind/unsigned int kind/' 's/, long/, int/' \
		's/struct part part/struct part other/' 's/ONE/ONE = 1ull << 40/' \
		's/enum kind {/enum __attribute__((packed)) kind {/' 's/int n;/int : 32; int n;/' \
		's/struct dup {/struct __attribute__((aligned(32))) dup {/' \
		's/struct part/struct piece/g' 's/union both both/struct { union both u; } both/'; do
		echo "$edit"
		refused 'struct dup has two layouts' twice "$edit"
	done
}

@test "layout: a function that is missing or of another prototype is refused" {
	refused "the function take is not in" with_kernel 's/int take/int took/'
	refused "take is 'void (struct ac *, struct ex *)' in this kernel, frsp knows 'int (struct" \
		with_kernel '/int take/{s/int take/void take/;s/return//}'
	refused "take is 'int (struct ac *)' in" with_kernel 's/, const struct ex .ex) { return ac->flags.*/) { return 0; }/'
	refused "none is 'unsigned long (int)' in" with_kernel 's/none(void)/none(int a)/'
	refused "probe is 'void (void *, unsigned int) *' in" with_kernel 's/typedef int/typedef unsigned int/'
	refused "none is 'long (void)' in" with_kernel 's/unsigned long long none/long long none/'
}

@test "layout: two functions of one name must both have the prototype" {
	local same='__attribute__((noinline)) static int twice(int a) { return a * 3; }'
	echo "$same int f1(int a) { return twice(a); }" | btf a.o
	echo "$same int f2(int a) { return twice(a); }" | btf b.o
	echo "${same/int a)/long a)} int f3(int a) { return twice(a); }" | btf c.o
	echo 'twice int (int)' >spec
	bpftool gen object same.o a.o b.o
	bpftool gen object other.o a.o c.o
	"$LAYOUT" spec same.o -
	refused "twice is 'int (long)' in" "$LAYOUT" spec other.o -
}

@test "layout: all that is wrong is told in one run" {
	run with_kernel 's/flags/flags2/g;s/int take/int took/'
	[[ $status == 1 && $output == *'ac.flags is not'* && $output == *'function take is not'* ]]
}

@test "layout: a file that is not there or has no BTF is refused" {
	small_spec >spec
	small_kernel | btf kernel.o
	echo 'int x;' | gcc -c -x c - -o plain.o
	refused '/none/spec' "$LAYOUT" /none/spec kernel.o -
	refused '/none/btf: cannot read BTF' "$LAYOUT" spec /none/btf -
	refused 'plain.o: cannot read BTF' "$LAYOUT" spec plain.o -
	refused 'plain.o: cannot read BTF' "$LAYOUT" spec kernel.o plain.o
	run "$LAYOUT" spec kernel.o
	[[ $status == 2 && $output == usage:* ]]
}

# --- extract.sh

# make_kernel [BTF_FILE]: makes the file "kernel", which contains BTF, and before and after
# it data that only looks like BTF: the magic number in code, lengths beyond the end,
# strings that do not begin or end with 0, unknown flags, and a header at the very end.
make_kernel() {
	python3 - "$(command -v bash)" "${1:-$RAW_BTF}" <<-'EOT'
	import struct, sys
	code, btf = [open(name, 'rb').read()[:300000] for name in sys.argv[1:]]
	def header(*words):
	    return b'\x9f\xeb\x01\0' + struct.pack(f'<{len(words)}I', *words)
	like = [b'\x9f\xeb\x01' + b'code', header(24, 0, 1 << 30, 8, 4) + bytes(64), header(24, 0, 900, 900, 0),
	        header(24, 0, 90, 900, 100) + b'x' * 1100, header(16, 0, 900) + bytes(1100),
	        b'\x9f\xeb\x01\x01' + header(24, 0, 900, 900, 100)[4:] + bytes(1100), header(24, 0)]
	open('kernel', 'wb').write(code + b''.join(like[:-1]) + btf + b'x' * 1001 + like[-1])
	EOT
}

# pack_kernel COMMAND...: compresses kernel to packed with COMMAND
pack_kernel() {
	"$@" <kernel >packed
	# the kernel's build appends the uncompressed size, except with gzip
	[[ $1 == gzip ]] || printf '\xe0\x93\x04\x00' >>packed
}

# bzimage COMMAND...: makes vmlinuz, a kernel for x86 that COMMAND has compressed
bzimage() {
	[[ -e kernel ]] || make_kernel
	pack_kernel "$@"
	python3 - <<-'EOT'
	import struct
	packed = open('packed', 'rb').read()
	setup_sects, gap = 3, 68
	image = bytearray(512 * (setup_sects + 1) + gap)
	image[0x1f1] = setup_sects
	image[0x202:0x206] = b'HdrS'
	struct.pack_into('<II', image, 0x248, gap, len(packed))
	open('vmlinuz', 'wb').write(image + packed + b'what follows the payload')
	EOT
}

# Makes kernel an Image for arm64.
arm64_kernel() {
	make_kernel
	printf 'MZ@\xfa' | dd of=kernel bs=1 conv=notrunc status=none
	printf 'ARM\x64' | dd of=kernel bs=1 seek=$((0x38)) conv=notrunc status=none
}

# zboot COMMAND...: makes vmlinuz, an image that decompresses itself under EFI
zboot() {
	pack_kernel "$@"
	python3 - "$1" <<-'EOT'
	import struct, sys
	packed = open('packed', 'rb').read()
	image = bytearray(4096)
	image[0:8] = b'MZ\0\0zimg'
	struct.pack_into('<II', image, 8, len(image), len(packed) - (0 if sys.argv[1] == 'gzip' else 4))
	image[0x18:0x18 + len(sys.argv[1])] = sys.argv[1].encode()
	open('vmlinuz', 'wb').write(image + packed + b'what follows the payload')
	EOT
}

extract_to() { # extract_to FILE VMLINUZ [OPTION]
	"$ROOT/vmlinux/extract.sh" ${3:+"$3"} "$2" >"$1"
}

# extract.sh gets the kernel and its BTF from vmlinuz.
extracts() {
	extract_to out vmlinuz
	cmp out kernel
	extract_to out vmlinuz --btf
	cmp out "$RAW_BTF"
}

@test "extract.sh: xz, zstd, lz4 and gzip" {
	local packer
	for packer in 'xz --check=crc32' 'zstd -q' 'lz4 -l' 'gzip -n'; do
		# shellcheck disable=SC2086 # a command
		bzimage $packer
		extracts
	done
}

@test "extract.sh: for arm64 an Image, an Image.gz and what unpacks itself under EFI" {
	local packer
	make_kernel
	cp kernel vmlinuz # an uncompressed kernel may be for any machine
	extracts
	arm64_kernel
	cp kernel vmlinuz
	extracts
	gzip -n <kernel >vmlinuz
	extracts
	for packer in 'xz --check=crc32' 'zstd -q' 'lz4 -l' 'gzip -n'; do
		# shellcheck disable=SC2086 # a command
		zboot $packer
		extracts
	done
	bpftool btf dump file out | grep -q "STRUCT 'a'"
}

@test "extract.sh --btf: a header may have grown; without BTF the kernel is refused" {
	python3 - "$RAW_BTF" <<-'EOT'
	import struct, sys
	btf = open(sys.argv[1], 'rb').read()
	body = len(btf) - 24
	open('later', 'wb').write(btf[:4] + struct.pack('<I', 32) + btf[8:24] +
	                          struct.pack('<II', body, 8) + btf[24:] + b'12345678')
	EOT
	make_kernel later
	bzimage xz
	extract_to out vmlinuz --btf
	cmp out later
	make_kernel /dev/null
	bzimage xz
	refused 'vmlinuz has no BTF' extract_to out vmlinuz --btf
	[[ $output == *'hint: give a kernel that was built with CONFIG_DEBUG_INFO_BTF'* ]]
}

@test "extract.sh: another format, a broken file and a missing program are refused" {
	bzimage cat
	refused 'format unknown here (it begins with 7f 45 4c 46)' "$ROOT/vmlinux/extract.sh" vmlinuz
	head -c 5000 /dev/zero >zeroes
	refused 'zeroes is no image of Linux for x86 or arm64' "$ROOT/vmlinux/extract.sh" zeroes
	refused 'none: cannot be read' "$ROOT/vmlinux/extract.sh" none
	bzimage xz
	head -c 5000 vmlinuz >short
	refused 'short: xz cannot unpack it' extract_to /dev/null short
	mkdir bin
	for program in bash od head tail; do
		ln -s "$(command -v "$program")" bin
	done
	PATH=$PWD/bin refused 'apt-get install xz-utils' "$ROOT/vmlinux/extract.sh" vmlinuz
}

# --- kernel-layout.sh

# headers RELEASE [CONFIG...]: makes kdir, the headers directory of a kernel
headers() {
	local option
	mkdir -p kdir/include/generated kdir/include/config
	echo "#define UTS_RELEASE \"$1\"" >kdir/include/generated/utsrelease.h
	shift
	for option in DYNAMIC_FTRACE_WITH_REGS=y "$@"; do
		echo "CONFIG_$option"
	done >kdir/include/config/auto.conf
}

# chosen VARIABLE=VALUE...: runs kernel-layout.sh with a stub for layout; the output is the
# files that layout gets, without the scratch directory
chosen() {
	# shellcheck disable=SC2016 # for the stub
	printf '#!/bin/bash\nshift\necho "${1##/tmp/*/} ${2##/tmp/*/}"\n' >stub
	chmod +x stub
	run env "$@" LAYOUT=./stub "$ROOT/vmlinux/kernel-layout.sh" kdir
	echo "$output"
	[[ $status == 0 ]]
}

@test "kernel-layout.sh: BTF of another kernel is in its files" {
	headers 9.9-frsp DEBUG_INFO_BTF=y DEBUG_INFO_BTF_MODULES=y EXT4_FS=m
	bzimage xz
	mkdir -p modules/kernel/fs/ext4
	xz <kernel >modules/kernel/fs/ext4/ext4.ko.xz
	chosen VMLINUZ=vmlinuz MODULES_DIR=modules
	[[ $output == 'vmlinux ext4.ko' ]]
	touch kdir/vmlinux
	chosen VMLINUZ=vmlinuz MODULES_DIR=modules
	[[ $output == 'vmlinux ext4.ko' ]]
	chosen MODULES_DIR=modules
	[[ $output == 'kdir/vmlinux ext4.ko' ]]
	mv vmlinuz modules/
	chosen MODULES_DIR=modules
	[[ $output == 'vmlinux ext4.ko' ]]
	rm modules/vmlinuz
	touch plain.ko
	chosen EXT4_KO=plain.ko
	[[ $output == 'kdir/vmlinux plain.ko' ]]
	headers 9.9-frsp DEBUG_INFO_BTF=y EXT4_FS=y
	chosen A=
	[[ $output == 'kdir/vmlinux -' ]]
}

@test "kernel-layout.sh: BTF of the running kernel is in /sys, unless a file is named" {
	headers "$(uname -r)" DEBUG_INFO_BTF=y DEBUG_INFO_BTF_MODULES=y EXT4_FS=y
	bzimage xz
	chosen A=
	[[ $output == '/sys/kernel/btf/vmlinux -' ]]
	chosen VMLINUZ=vmlinuz
	[[ $output == 'vmlinux -' ]]
}

@test "kernel-layout.sh: a kernel without what is needed is refused with a remedy" {
	local script=$ROOT/vmlinux/kernel-layout.sh
	refused 'no headers of a kernel' "$script" /none
	[[ $output == *'hint: name the headers of a kernel'* ]]
	headers 9.9-frsp EXT4_FS=m
	refused 'built without BTF (CONFIG_DEBUG_INFO_BTF)' "$script" kdir
	headers 9.9-frsp DEBUG_INFO_BTF=y EXT4_FS=m
	# the kernels of arm64 have this option instead
	sed -i 's/FTRACE_WITH_REGS/FTRACE_WITH_ARGS/' kdir/include/config/auto.conf
	refused 'the kernel 9.9-frsp has no ftrace that gives the registers' "$script" kdir
	[[ $output == *'hint: arm64 has none: use frsp.ko on x86;'* ]]
	headers 9.9-frsp DEBUG_INFO_BTF=y EXT4_FS=m
	refused 'no BTF of 9.9-frsp: neither /boot/vmlinuz-9.9-frsp nor kdir/vmlinux' "$script" kdir
	[[ $output == *'hint: apt-get install linux-image-9.9-frsp'* ]]
	touch kdir/vmlinux
	refused 'no BTF for modules (CONFIG_DEBUG_INFO_BTF_MODULES)' "$script" kdir
	headers 9.9-frsp DEBUG_INFO_BTF=y DEBUG_INFO_BTF_MODULES=y EXT4_FS=m
	refused 'there is no ext4.ko in /lib/modules/9.9-frsp' "$script" kdir
	[[ $output == *'hint: apt-get install linux-image-9.9-frsp'* ]]
	EXT4_KO=none.ko refused 'there is no none.ko' "$script" kdir
	headers 9.9-frsp DEBUG_INFO_BTF=y
	refused 'the kernel 9.9-frsp has no ext4' "$script" kdir
	headers 9.9-frsp DEBUG_INFO_BTF=y EXT4_FS=y
	small_kernel | btf kdir/vmlinux
	refused 'function mb_mark_used is not in' "$script" kdir
	[[ $output == *'ext4 of 9.9-frsp is not as frsp.ko knows it (BTF: kdir/vmlinux, -)'*'hint: '* ]]
}
