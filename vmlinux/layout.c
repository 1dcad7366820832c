// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * layout SPEC BASE SPLIT|-
 *
 * Prints a C header with the offsets of the struct members that SPEC names,
 * read from BTF. Checks their types, and the prototypes of the functions in
 * SPEC (see ext4.layout). BASE is the BTF of the kernel, SPLIT that of its
 * module: raw, or an ELF file with a .BTF section. "-": the module is built in.
 *
 *   #define FRSP_OFF_<struct>__<member>        bytes from the struct's start
 *   #define FRSP_LEN_<struct>__<member>        bytes
 *   #define FRSP_SIZE_<struct>                 bytes
 *   #define FRSP_HAS_<name>                    0 or 1, for a NAME?
 *   #define FRSP_BTF_{BASE,SPLIT}_{BYTES,CRC}  of the raw BTF; CRC as zlib's
 *                                              crc32()
 *
 * Example: for 6.18, the line "ext4_buddy.bd_sb struct super_block *" of SPEC
 * gives
 *
 *   #define FRSP_SIZE_ext4_buddy               56
 *   #define FRSP_OFF_ext4_buddy__bd_sb         40
 *   #define FRSP_LEN_ext4_buddy__bd_sb         8
 *
 * A wrong offset would corrupt filesystems. So each difference from SPEC is an
 * error: layout prints all of them, exits with status 1, and its output must
 * not be used.
 *
 * BTF may have several structs or functions of one name; they must be alike.
 * BTF's deduplication leaves two copies of a struct that differ only in what
 * they point to. Example: one file of ext4 only declares a struct of the kernel
 * that another file includes with its definition. Then the module's BTF has two
 * copies of an ext4 struct with a pointer to that struct.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

/* A line of SPEC. */
struct want {
	char *name; /* dotted, for a member */
	const char *type;
	bool optional;
};

static int n_errors;

#define fail(format, ...)                                                      \
	do {                                                                   \
		fprintf(stderr, "layout: " format "\n", ##__VA_ARGS__);        \
		n_errors++;                                                    \
	} while (0)

static const char *name_of(const struct btf *btf, const struct btf_type *type)
{
	return type->name_off ? btf__name_by_offset(btf, type->name_off)
			      : "(anonymous)";
}

/* The type without its qualifiers and typedefs. */
static const struct btf_type *real_type(const struct btf *btf, __u32 id)
{
	const struct btf_type *type = btf__type_by_id(btf, id);

	while (btf_is_mod(type) || btf_is_typedef(type))
		type = btf__type_by_id(btf, type->type);
	return type;
}

/* As real_type(), but for an anonymous type the typedef that names it. */
static const struct btf_type *plain_type(const struct btf *btf, __u32 id)
{
	const struct btf_type *type = btf__type_by_id(btf, id), *named = NULL;

	while (btf_is_mod(type) || btf_is_typedef(type)) {
		if (btf_is_typedef(type))
			named = type;
		type = btf__type_by_id(btf, type->type);
	}
	if (named && !type->name_off &&
	    (btf_is_composite(type) || btf_is_any_enum(type)))
		return named;
	return type;
}

/* Named by width and sign, because compilers differ in the names. */
static const char *int_name(const struct btf_type *type)
{
	bool is_signed = btf_int_encoding(type) & BTF_INT_SIGNED;

	if (btf_int_encoding(type) & BTF_INT_BOOL)
		return "bool";
	switch (type->size) {
	case 1:
		return is_signed ? "char" : "unsigned char";
	case 2:
		return is_signed ? "short" : "unsigned short";
	case 4:
		return is_signed ? "int" : "unsigned int";
	case 8:
		return is_signed ? "long" : "unsigned long";
	default:
		return "integer of odd width";
	}
}

static void print_type(FILE *out, const struct btf *btf, __u32 id);

static void print_prototype(FILE *out, const struct btf *btf,
			    const struct btf_type *prototype)
{
	const struct btf_param *params = btf_params(prototype);
	int i;

	print_type(out, btf, prototype->type);
	fputs(" (", out);
	for (i = 0; i < btf_vlen(prototype); i++) {
		fputs(i ? ", " : "", out);
		if (params[i].type)
			print_type(out, btf, params[i].type);
		else
			fputs("...", out);
	}
	fputs(i ? ")" : "void)", out);
}

static void print_type(FILE *out, const struct btf *btf, __u32 id)
{
	const struct btf_type *type = plain_type(btf, id);

	switch (btf_kind(type)) {
	case BTF_KIND_UNKN:
		fputs("void", out);
		break;
	case BTF_KIND_INT:
		fputs(int_name(type), out);
		break;
	case BTF_KIND_PTR:
		print_type(out, btf, type->type);
		fputs(btf_is_ptr(plain_type(btf, type->type)) ? "*" : " *",
		      out);
		break;
	case BTF_KIND_ARRAY:
		print_type(out, btf, btf_array(type)->type);
		fprintf(out, "[%u]", btf_array(type)->nelems);
		break;
	case BTF_KIND_FUNC_PROTO:
		print_prototype(out, btf, type);
		break;
	case BTF_KIND_STRUCT:
		fprintf(out, "struct %s", name_of(btf, type));
		break;
	case BTF_KIND_UNION:
		fprintf(out, "union %s", name_of(btf, type));
		break;
	case BTF_KIND_FWD:
		fprintf(out, "%s %s", btf_kflag(type) ? "union" : "struct",
			name_of(btf, type));
		break;
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		fprintf(out, "enum %s", name_of(btf, type));
		break;
	default:
		fputs(name_of(btf, type), out);
	}
}

/* The type as C text; the caller frees it. */
static char *spelled(const struct btf *btf, __u32 id)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	if (out)
		print_type(out, btf, id);
	if (!out || fclose(out)) {
		perror("layout");
		exit(1);
	}
	return text;
}

/* Is the type spelled as wanted? If not, reports its spelling. */
static bool is_type(const struct btf *btf, __u32 id, const struct want *want)
{
	char *found = spelled(btf, id);
	bool same = !strcmp(found, want->type);

	if (!same)
		fail("%s is '%s' in this kernel, frsp knows '%s'", want->name,
		     found, want->type);
	free(found);
	return same;
}

/* The start of a #define; dots in the name become "__". */
static void print_macro(const char *prefix, const char *name)
{
	printf("#define FRSP_%s_", prefix);
	for (; *name; name++) {
		if (*name == '.')
			fputs("__", stdout);
		else
			putchar(*name);
	}
	putchar(' ');
}

static void print_number(const char *prefix, const char *name, long number)
{
	print_macro(prefix, name);
	printf("%ld\n", number);
}

/*
 * Returns the type of the member of that name, 0 if there is none. Adds the
 * member's offset to *bits. Looks inside anonymous members, too.
 */
static __u32 find_member(const struct btf *btf, const struct btf_type *type,
			 const char *name, __u32 *bits, bool *bit_field)
{
	const struct btf_member *member = btf_members(type);
	const struct btf_type *inner;
	__u32 id, inner_bits;
	int i;

	for (i = 0; i < btf_vlen(type); i++, member++) {
		inner_bits = *bits + btf_member_bit_offset(type, i);
		if (!strcmp(btf__name_by_offset(btf, member->name_off), name)) {
			*bits = inner_bits;
			*bit_field = btf_member_bitfield_size(type, i) ||
				     inner_bits % 8;
			return member->type;
		}
		inner = plain_type(btf, member->type);
		if (member->name_off || !btf_is_composite(inner))
			continue;
		id = find_member(btf, inner, name, &inner_bits, bit_field);
		if (id) {
			*bits = inner_bits;
			return id;
		}
	}
	return 0;
}

static bool is_same_struct(const struct btf *btf, const struct btf_type *a,
			   const struct btf_type *b);

/*
 * Do both types have the same layout? Compares what they contain. Of what they
 * point to only the name must be equal, as that has a layout of its own.
 */
static bool is_same_type(const struct btf *btf, __u32 a_id, __u32 b_id)
{
	const struct btf_type *a = real_type(btf, a_id);
	const struct btf_type *b = real_type(btf, b_id);
	char *a_text, *b_text;
	bool same;

	if (a == b)
		return true;
	if (btf_kind(a) != btf_kind(b))
		return false;
	if (btf_is_composite(a))
		return is_same_struct(btf, a, b);
	if (btf_is_array(a))
		return btf_array(a)->nelems == btf_array(b)->nelems &&
		       is_same_type(btf, btf_array(a)->type,
				    btf_array(b)->type);
	if (btf__resolve_size(btf, a_id) != btf__resolve_size(btf, b_id))
		return false;
	a_text = spelled(btf, a_id);
	b_text = spelled(btf, b_id);
	same = !strcmp(a_text, b_text);
	free(a_text);
	free(b_text);
	return same;
}

/* For unions, too. */
static bool is_same_struct(const struct btf *btf, const struct btf_type *a,
			   const struct btf_type *b)
{
	const struct btf_member *in_a = btf_members(a), *in_b = btf_members(b);
	int i;

	if (strcmp(name_of(btf, a), name_of(btf, b)) || a->size != b->size ||
	    btf_vlen(a) != btf_vlen(b))
		return false;
	for (i = 0; i < btf_vlen(a); i++, in_a++, in_b++) {
		if (strcmp(btf__name_by_offset(btf, in_a->name_off),
			   btf__name_by_offset(btf, in_b->name_off)) ||
		    btf_member_bit_offset(a, i) !=
			    btf_member_bit_offset(b, i) ||
		    btf_member_bitfield_size(a, i) !=
			    btf_member_bitfield_size(b, i) ||
		    !is_same_type(btf, in_a->type, in_b->type))
			return false;
	}
	return true;
}

static const struct btf_type *find_struct(const struct btf *btf,
					  const char *name)
{
	const struct btf_type *type, *found = NULL;
	__u32 id;

	for (id = 1; id < btf__type_cnt(btf); id++) {
		type = btf__type_by_id(btf, id);
		if (!btf_is_struct(type) || strcmp(name_of(btf, type), name))
			continue;
		if (!found)
			found = type;
		else if (!is_same_struct(btf, found, type)) {
			fail("struct %s has two layouts in this kernel", name);
			return NULL;
		}
	}
	if (!found)
		fail("struct %s is not in this kernel's BTF", name);
	return found;
}

static void check_member(const struct btf *btf, const struct btf_type *parent,
			 const struct want *want)
{
	char *path = strdupa(strchr(want->name, '.') + 1), *step, *rest;
	bool bit_field = false;
	__u32 id = 0, bits = 0;

	for (step = strtok_r(path, ".", &rest); step;
	     step = strtok_r(NULL, ".", &rest)) {
		id = btf_is_composite(parent)
			     ? find_member(btf, parent, step, &bits, &bit_field)
			     : 0;
		if (!id)
			break;
		parent = plain_type(btf, id);
	}
	if (want->optional)
		print_number("HAS", want->name, id != 0);
	if (!id) {
		if (!want->optional)
			fail("%s is not in this kernel", want->name);
		return;
	}
	if (bit_field)
		fail("%s is a bit field in this kernel", want->name);
	else if (is_type(btf, id, want)) {
		print_number("OFF", want->name, bits / 8);
		print_number("LEN", want->name, btf__resolve_size(btf, id));
	}
}

/* Takes a typedef for a function, too: a tracepoint's prototype is one. */
static void check_function(const struct btf *btf, const struct want *want)
{
	const struct btf_type *type;
	bool found = false;
	__u32 id;

	for (id = 1; id < btf__type_cnt(btf); id++) {
		type = btf__type_by_id(btf, id);
		if ((!btf_is_func(type) && !btf_is_typedef(type)) ||
		    strcmp(name_of(btf, type), want->name))
			continue;
		found = true;
		is_type(btf, type->type, want);
	}
	if (want->optional)
		print_number("HAS", want->name, found);
	else if (!found)
		fail("the function %s is not in this kernel's BTF", want->name);
}

/* Splits a line into want. False: the line is empty or a comment. */
static bool parse_line(char *line, struct want *want)
{
	char *end, *mark;

	end = line + strcspn(line, "#\n");
	while (end > line && strchr("\t ", end[-1]))
		end--;
	*end = 0;
	want->name = strtok(line, "\t ");
	if (!want->name)
		return false;
	want->type = strtok(NULL, "");
	want->type = want->type ? want->type + strspn(want->type, "\t ") : "";
	mark = strchr(want->name, '?');
	want->optional = mark;
	if (mark)
		*mark = 0;
	return true;
}

static void check_spec(const struct btf *btf, FILE *spec)
{
	const struct btf_type *parent = NULL;
	char *line = NULL, *dot, parent_name[128] = "";
	struct want want;
	size_t size = 0;

	while (getline(&line, &size, spec) > 0) {
		if (!parse_line(line, &want))
			continue;
		dot = strchr(want.name, '.');
		if (!dot) {
			check_function(btf, &want);
			continue;
		}
		*dot = 0;
		if (strcmp(want.name, parent_name)) {
			snprintf(parent_name, sizeof(parent_name), "%s",
				 want.name);
			parent = find_struct(btf, parent_name);
			if (parent)
				print_number("SIZE", parent_name, parent->size);
		}
		*dot = '.';
		if (parent)
			check_member(btf, parent, &want);
	}
	free(line);
}

static void print_identity(const char *name, const struct btf *btf)
{
	const void *raw = NULL;
	__u32 bytes = 0;

	if (btf)
		raw = btf__raw_data(btf, &bytes);
	printf("#define FRSP_BTF_%s_BYTES %u\n", name, bytes);
	printf("#define FRSP_BTF_%s_CRC 0x%08lxU\n", name,
	       crc32(0, raw, bytes));
}

static struct btf *open_btf(const char *path, struct btf *base)
{
	struct btf *btf = btf__parse_split(path, base);

	if (btf)
		return btf;
	fprintf(stderr, "layout: %s: cannot read BTF: %s\n", path,
		errno == ENOENT ? "no such file, or none in it"
				: strerror(errno));
	exit(1);
}

int main(int argc, char **argv)
{
	struct btf *base, *split = NULL;
	FILE *spec;

	if (argc != 4) {
		fputs("usage: layout SPEC BASE SPLIT|-\n", stderr);
		return 2;
	}
	spec = fopen(argv[1], "r");
	if (!spec) {
		fprintf(stderr, "layout: %s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	libbpf_set_print(NULL);
	base = open_btf(argv[2], NULL);
	if (strcmp(argv[3], "-"))
		split = open_btf(argv[3], base);

	puts("/* Made by vmlinux/layout.c for one kernel. */");
	print_identity("BASE", base);
	print_identity("SPLIT", split);
	check_spec(split ? split : base, spec);

	fclose(spec);
	btf__free(split);
	btf__free(base);
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "layout: cannot write the header\n");
		return 1;
	}
	return n_errors ? 1 : 0;
}
