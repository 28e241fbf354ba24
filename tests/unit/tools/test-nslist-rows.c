// SPDX-License-Identifier: GPL-2.0-or-later
/* test-nslist-rows: fills, sorts and prints the rows of nslist from a table of namespaces that the
 * test makes, without a scan of /proc. */
#include "nslist/find.h"
#include "tool.h"

/* the fixed inode of the initial network namespace since Linux 6.18, and a dynamic inode */
#define NET   4026531833
#define OTHER 4294967290u

static struct opts opts;
static struct run run;

/* Makes the data of a scan with these processes; their namespaces are added by the test. */
static void begin(struct nsmember *members, size_t n)
{
	opts = (struct opts){ .types = NSTYPE_ALL_BITS, .headings = true };
	run = (struct run){ .o = &opts, .proc = -1 };
	run.c.members = members;
	run.c.n = n;
	run.c.sources = COLLECT_ALL;
}

static struct ns *add_ns(int type, uint32_t inode)
{
	struct ns *ns = nstab_get(&run.c.tab, &nstypes[type], inode);

	CHECK(ns != NULL);
	return ns;
}

static void end(void)
{
	nslist_free_rows(&run);
	nslist_users_free(&run);
	nstab_free(&run.c.tab);
}

/* Returns the value of a column as text, with blanks between the items of a list, or "unknown". */
static const char *value(const char *column, const struct row *r)
{
	static char text[512];
	const struct column *col = nslist_find_column(column, strlen(column));
	struct cell cell = { 0 };

	CHECK(col != NULL);
	nslist_fill(&run, r, col, &cell);
	if (cell.kind == CELL_NUM || cell.kind == CELL_BOOL) {
		snprintf(text, sizeof(text), "%llu", (unsigned long long)cell.num);
	} else if (cell.kind == CELL_NONE) {
		strcpy(text, "unknown");
	} else {
		for (size_t i = 0; i < cell.text.len; i++)
			text[i] = (char)(cell.text.s[i] ? cell.text.s[i] : ' ');
		text[cell.text.len] = '\0';
	}
	buf_free(&cell.text);
	return text;
}

/* ---- Sorting */

/* The values of a column, in the order in which nslist must sort them; equal values stay in order.
 */
static const struct value {
	enum cell_kind kind;
	int64_t num;
	const char *text;
	size_t len;
} values[] = {
	{ CELL_NONE, 7, "", 0 },     { CELL_NONE, 3, "", 0 },    { CELL_NUM, 2, "", 0 },
	{ CELL_NUM, 10, "", 0 },     { CELL_SIGNED, -5, "", 0 }, { CELL_SIGNED, -1, "", 0 },
	{ CELL_SIGNED, 1, "", 0 },   { CELL_BOOL, 0, "", 0 },    { CELL_BOOL, 1, "", 0 },
	{ CELL_TEXT, 0, "", 0 },     { CELL_TEXT, 0, "", 0 },    { CELL_TEXT, 0, "a", 1 },
	{ CELL_TEXT, 0, "ab", 2 },   { CELL_TEXT, 0, "b", 1 },   { CELL_LIST, 0, "", 0 },
	{ CELL_LIST, 0, "a\0b", 4 }, { CELL_LIST, 0, "b", 2 },
};

static void fill_value(struct run *r, const struct row *row, struct cell *out)
{
	const struct value *v = &values[row->pid];

	(void)r;
	out->kind = v->kind;
	out->num = (uint64_t)v->num;
	if (v->len > 0)
		buf_add(&out->text, v->text, v->len);
}

static const struct column value_column = { .name = "VALUE", .fill = fill_value };

/* Sorts rows that are in another order before, and checks the order. */
static void check_order(bool down, size_t step)
{
	const size_t n = ARRAY_SIZE(values);
	struct ns *ns;

	begin(NULL, 0);
	ns = add_ns(NSTYPE_NET, 1);
	nstab_finish(&run.c.tab);
	opts.sort_col = &value_column;
	opts.sort_down = down;
	nslist_allocate_rows(&run, n);
	for (size_t i = 0; i < n; i++)
		run.rows[i] = (struct row){ .ns = ns, .pid = (pid_t)(i * step % n) };
	run.n_rows = n;
	nslist_sort(&run);
	for (size_t i = 0; i < n; i++) {
		const struct value *got = &values[run.rows[i].pid],
				   *want = &values[down ? n - 1 - i : i];

		CHECK_INT(got->kind, want->kind);
		CHECK(got->kind == CELL_NONE || got->num == want->num);
		CHECK_STR(got->text, want->text);
	}
	CHECK(run.row_of[ns->index] == &run.rows[n - 1]);
	end();
}

static void unknown_values_come_first_and_numbers_before_texts(void)
{
	/* each step is prime to the number of values, so it makes another order of all values */
	for (size_t step = 1; step < ARRAY_SIZE(values); step += 3) {
		check_order(false, step);
		check_order(true, step);
	}
}

/* The linker replaces qsort(3) by this function (option --wrap in tests/Makemodule.am). The C
 * library may keep the order of equal elements, and this function reverses it. */
void __wrap_qsort(void *base, size_t n, size_t size, int (*compare)(const void *, const void *));
void __wrap_qsort(void *base, size_t n, size_t size, int (*compare)(const void *, const void *))
{
	char *v = base, one[512];

	if (size > sizeof(one))
		abort();
	for (size_t i = 1; i < n; i++) {
		size_t to = i;

		while (to > 0 && compare(v + (to - 1) * size, v + i * size) >= 0)
			to--;
		memcpy(one, v + i * size, size);
		memmove(v + (to + 1) * size, v + to * size, (i - to) * size);
		memcpy(v + to * size, one, size);
	}
}

static void equal_values_keep_their_order(void)
{
	struct ns *ns;

	for (int down = 0; down < 2; down++) {
		begin(NULL, 0);
		ns = add_ns(NSTYPE_NET, 1);
		nstab_finish(&run.c.tab);
		opts.sort_col = &value_column;
		opts.sort_down = down;
		nslist_allocate_rows(&run, 3);
		for (size_t i = 0; i < 3; i++)
			run.rows[i] = (struct row){ .ns = ns, .pid = 2, .match = &"abc"[i] };
		run.n_rows = 3;
		nslist_sort(&run);
		for (size_t i = 0; i < 3; i++)
			CHECK_INT(*run.rows[i].match, "abc"[i]);
		end();
	}
}

/* ---- Printing */

static const char *json_of(struct cell cell)
{
	static struct buf b;
	const struct column col = { .name = "VALUE" };
	struct json j = JSON_INIT(&b, false);

	buf_reset(&b);
	nslist_json_cell(&j, &col, &cell);
	return b.s;
}

static struct cell text_cell(enum cell_kind kind, const char *s, size_t n)
{
	return (struct cell){ .kind = kind, .text = { .s = (char *)s, .len = n } };
}

static void json_has_the_type_of_each_value(void)
{
	CHECK(strstr(json_of((struct cell){ .kind = CELL_NONE }), "null"));
	CHECK(strstr(json_of((struct cell){ .kind = CELL_NUM, .num = UINT64_MAX }),
		     "18446744073709551615"));
	CHECK(strstr(json_of((struct cell){ .kind = CELL_SIGNED, .num = UINT64_MAX }), "-1"));
	CHECK(strstr(json_of((struct cell){ .kind = CELL_BOOL, .num = 1 }), "true"));
	CHECK(strstr(json_of((struct cell){ .kind = CELL_BOOL }), "false"));
	CHECK(strstr(json_of(text_cell(CELL_TEXT, "x\"", 2)), "\"x\\\"\""));
	CHECK(strstr(json_of((struct cell){ .kind = CELL_TEXT }), "\"\""));
	CHECK(strstr(json_of(text_cell(CELL_LIST, "a\0b", 4)), "[\"a\",\"b\"]"));
}

static const char *raw_of(struct cell cell)
{
	static struct buf b;

	buf_reset(&b);
	buf_adds(&b, "");
	nslist_add_raw(&b, &cell);
	return b.s;
}

static void raw_cells_escape_blanks_and_join_lists(void)
{
	CHECK_STR(raw_of((struct cell){ .kind = CELL_NUM, .num = 7 }), "7");
	CHECK_STR(raw_of((struct cell){ .kind = CELL_SIGNED, .num = UINT64_MAX }), "-1");
	CHECK_STR(raw_of((struct cell){ .kind = CELL_BOOL, .num = 1 }), "yes");
	CHECK_STR(raw_of((struct cell){ .kind = CELL_BOOL }), "no");
	CHECK_STR(raw_of(text_cell(CELL_TEXT, "a b\\\x7f\t~!", 8)), "a\\x20b\\x5c\\x7f\\x09~!");
	CHECK_STR(raw_of(text_cell(CELL_TEXT, "a\0b", 3)), "a\\x00b");
	CHECK_STR(raw_of(text_cell(CELL_LIST, "a\0b c", 6)), "a,b\\x20c");
}

static struct cell printed_cell;

static void fill_printed(struct run *r, const struct row *row, struct cell *out)
{
	(void)r;
	(void)row;
	out->kind = printed_cell.kind;
	out->num = printed_cell.num;
	if (printed_cell.text.len > 0)
		buf_add(&out->text, printed_cell.text.s, printed_cell.text.len);
}

static void print_rows(void)
{
	nslist_print(&run);
}

/* Prints a table of one row, without headings, whose only column has these flags. */
static const char *table_of(enum nslist_format format, unsigned flags, struct cell cell)
{
	const struct column col = { .name = "V", .flags = flags, .fill = fill_printed };
	const char *text;
	struct ns *ns;

	begin(NULL, 0);
	ns = add_ns(NSTYPE_NET, 1);
	nstab_finish(&run.c.tab);
	opts.format = format;
	opts.headings = false;
	opts.color = COLOR_NEVER;
	opts.cols[0] = &col;
	opts.n_cols = 1;
	printed_cell = cell;
	nslist_allocate_rows(&run, 1);
	run.rows[0] = (struct row){ .ns = ns };
	run.n_rows = 1;
	run.roots = &run.rows[0];
	text = tool_output(print_rows);
	CHECK_INT(tool_status, 0);
	end();
	return text;
}

static void only_a_table_shows_units(void)
{
	const struct cell n = { .kind = CELL_NUM, .num = 7200 };

	CHECK_STR(table_of(NSLIST_TABLE, 0, n), "7200\n");
	CHECK_STR(table_of(NSLIST_TABLE, COL_DURATION, n), "2h\n");
	CHECK_STR(table_of(NSLIST_TABLE, COL_SIZE, (struct cell){ CELL_NUM, 12 << 20, BUF_INIT }),
		  "12M\n");
	CHECK_STR(table_of(NSLIST_RAW, COL_DURATION, n), "7200\n");
	CHECK_STR(table_of(NSLIST_RAW, COL_SIZE, n), "7200\n");
	CHECK_STR(table_of(NSLIST_TABLE, COL_RIGHT,
			   (struct cell){ CELL_SIGNED, UINT64_MAX, BUF_INIT }),
		  "-1\n");
	CHECK_STR(table_of(NSLIST_TABLE, 0, (struct cell){ CELL_BOOL, 1, BUF_INIT }), "yes\n");
	CHECK_STR(table_of(NSLIST_TABLE, 0, (struct cell){ CELL_BOOL, 0, BUF_INIT }), "no\n");
}

static void a_table_escapes_unsafe_characters(void)
{
	const char *text;

	CHECK_STR(table_of(NSLIST_TABLE, 0, text_cell(CELL_TEXT, "a\0b", 3)), "a b\n");
	CHECK_STR(table_of(NSLIST_TABLE, 0, text_cell(CELL_LIST, "a\0b", 4)), "a,b\n");
	/* U+202E changes the direction of the text that follows */
	text = table_of(NSLIST_TABLE, 0,
			text_cell(CELL_TEXT,
				  "\xe2\x80\xae"
				  "x\xff\xc3\xa9",
				  7));
	CHECK(strstr(text, "xe2") && !strstr(text, "\xe2\x80\xae"));
}

/* ---- Columns */

static void the_initial_namespaces_are_known_by_their_inodes(void)
{
	struct nsmember kthreadd[] = { { .pid = 2, .inode = { [NSTYPE_NET] = OTHER } } };
	struct row net = { .pid = 0 }, uts = { .pid = 0 };

	begin(kthreadd, 1);
	net.ns = add_ns(NSTYPE_NET, NET);
	uts.ns = add_ns(NSTYPE_UTS, OTHER);
	CHECK_STR(value("INIT", &net), "1");
	CHECK_STR(value("INIT", &uts), "0");
	/* the stat file of process 2 is missing */
	net.ns = add_ns(NSTYPE_NET, OTHER);
	CHECK_STR(value("INIT", &net), "unknown");
	net.ns = add_ns(NSTYPE_NET, OTHER - 1);
	CHECK_STR(value("INIT", &net), "0");
	net.ns = add_ns(NSTYPE_MNT, OTHER);
	CHECK_STR(value("INIT", &net), "0");
	run.c.n = 0;
	CHECK_STR(value("INIT", &net), "0");
	end();
}

/* Process 2 is kthreadd on the host, and an ordinary process in a pid namespace. */
static void the_namespaces_of_kthreadd_are_initial(void)
{
	static const struct {
		int type;
		uint32_t inode;
		const char *flags, *want;
	} rows[] = {
		{ NSTYPE_NET, OTHER, "2129984", "1" },
		{ NSTYPE_MNT, OTHER, "2129984", "1" },
		{ NSTYPE_UTS, OTHER, "2129984", "0" },
		{ NSTYPE_NET, OTHER - 1, "2129984", "0" },
		{ NSTYPE_MNT, OTHER - 1, "2129984", "0" },
		{ NSTYPE_NET, OTHER, "4194304", "0" },
	};
	struct nsmember two[] = {
		{ .pid = 2,
		  .inode = { [NSTYPE_NET] = OTHER, [NSTYPE_MNT] = OTHER, [NSTYPE_UTS] = OTHER } }
	};
	char path[UNIT_DIR_SIZE], text[128];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct row r = { .pid = 0 };

		begin(two, 1);
		run.proc = unit_directory(path);
		CHECK_INT(mkdirat(run.proc, "2", 0755), 0);
		snprintf(text, sizeof(text),
			 "2 (kthreadd) S 0 0 0 0 -1 %s 0 0 0 0 0 0 0 0 20 0 1 0 5 0 0\n",
			 rows[i].flags);
		unit_file(run.proc, "2/stat", text);
		r.ns = add_ns(rows[i].type, rows[i].inode);
		CHECK_STR(value("INIT", &r), rows[i].want);
		close(run.proc);
		unit_remove(path);
		end();
	}
}

static void self_is_unknown_without_the_process_of_nslist(void)
{
	struct nsmember me[] = { { .pid = 9, .inode = { [NSTYPE_NET] = NET } } };
	struct row net = { .pid = 0 }, uts = { .pid = 0 };

	begin(me, 1);
	run.c.q.self = 9;
	net.ns = add_ns(NSTYPE_NET, NET);
	uts.ns = add_ns(NSTYPE_UTS, NET);
	CHECK_STR(value("SELF", &net), "1");
	CHECK_STR(value("SELF", &uts), "unknown");
	net.ns = add_ns(NSTYPE_NET, OTHER);
	CHECK_STR(value("SELF", &net), "0");
	run.c.q.self = 10;
	CHECK_STR(value("SELF", &net), "unknown");
	end();
}

static void holders_are_references_where_possible(void)
{
	struct nsmember members[] = { { .pid = 9 } };
	struct row r = { .pid = 0 };
	struct ns *mine, *theirs;

	begin(members, 1);
	mine = add_ns(NSTYPE_MNT, 100);
	theirs = add_ns(NSTYPE_MNT, 200);
	run.c.own_mnt = 100;
	r.ns = add_ns(NSTYPE_NET, NET);
	CHECK_INT(nstab_hold(r.ns, NSHOLD_TASK, 9, 10, NULL), 0);
	CHECK_INT(nstab_hold(r.ns, NSHOLD_CHILDREN, 9, 11, NULL), 0);
	CHECK_INT(nstab_hold(r.ns, NSHOLD_FD, 9, 3, NULL), 0);
	/* process 12 is not in the table, so the descriptor belongs to a thread */
	CHECK_INT(nstab_hold(r.ns, NSHOLD_FD, 12, 4, NULL), 0);
	CHECK_INT(nstab_hold(r.ns, NSHOLD_SOCK, 9, 5, NULL), 0);
	CHECK_INT(nstab_hold(r.ns, NSHOLD_MNT, 0, 0, "/run/netns/a"), 0);
	nstab_last_holder(r.ns)->where = mine;
	CHECK_INT(nstab_hold(r.ns, NSHOLD_MNT, 0, 0, "/b"), 0);
	nstab_last_holder(r.ns)->where = theirs;
	CHECK_INT(nstab_hold(r.ns, NSHOLD_MNT, 0, 0, "/c"), 0);
	/* these are counted, but they are not holders that can be removed */
	CHECK_INT(nstab_hold(r.ns, NSHOLD_PARENT, 0, 0, NULL), 0);
	CHECK_INT(nstab_hold(r.ns, NSHOLD_KERNEL, 0, 0, NULL), 0);
	CHECK_STR(value("HOLDERS", &r),
		  "tid:10 children:11 9/fd/3 /proc/12/fd/4 socket:9/5 /run/netns/a mnt:200:/b /c ");
	CHECK_STR(value("COMMAND", &r), "(task tid:10)");
	/* lsns(8) prints no holder in raw output */
	opts.format = NSLIST_RAW;
	CHECK_STR(value("COMMAND", &r), "unknown");
	opts.format = NSLIST_TABLE;
	r.ns = add_ns(NSTYPE_USER, 5);
	CHECK_INT(nstab_hold(r.ns, NSHOLD_OWNER, 0, 0, NULL), 0);
	CHECK_STR(value("COMMAND", &r), "unknown");
	end();
}

static void nsfs_has_each_mount_point_of_the_caller_once(void)
{
	struct row r = { .pid = 0 };
	struct ns *mine, *theirs;

	begin(NULL, 0);
	mine = add_ns(NSTYPE_MNT, 100);
	theirs = add_ns(NSTYPE_MNT, 200);
	run.c.own_mnt = 100;
	r.ns = add_ns(NSTYPE_NET, NET);
	for (const char *const *s = (const char *const[]){ "/a", "/b", "/a", "/theirs", NULL }; *s;
	     s++) {
		CHECK_INT(nstab_hold(r.ns, NSHOLD_MNT, 0, 0, *s), 0);
		nstab_last_holder(r.ns)->where = streq(*s, "/theirs") ? theirs : mine;
	}
	/* the same path in another mount namespace is another mount point */
	CHECK_INT(nstab_hold(r.ns, NSHOLD_MNT, 0, 0, "/c"), 0);
	nstab_last_holder(r.ns)->where = theirs;
	CHECK_INT(nstab_hold(r.ns, NSHOLD_MNT, 0, 0, "/c"), 0);
	nstab_last_holder(r.ns)->where = mine;
	CHECK_INT(nstab_hold(r.ns, NSHOLD_MNT, 0, 0, "/unknown"), 0);
	CHECK_STR(value("NSFS", &r), "/a /b /c ");
	opts.format = NSLIST_JSON;
	CHECK_STR(value("NSFS", &r), "/a,/b,/c");
	opts.wrap = true;
	CHECK_STR(value("NSFS", &r), "/a\n/b\n/c");
	end();
}

static void a_missing_number_of_mounts_is_unknown(void)
{
	struct row mnt = { .pid = 0 }, net = { .pid = 0 };

	begin(NULL, 0);
	mnt.ns = add_ns(NSTYPE_MNT, 100);
	net.ns = add_ns(NSTYPE_NET, 200);
	net.ns->mounts = 3;
	CHECK_STR(value("NMOUNTS", &mnt), "unknown");
	mnt.ns->mounts = 3;
	CHECK_STR(value("NMOUNTS", &mnt), "3");
	CHECK_STR(value("NMOUNTS", &net), "unknown");
	run.c.sources = NSTYPE_BIT(COLLECT_PROC);
	CHECK_STR(value("NMOUNTS", &mnt), "unknown");
	end();
}

/* A number is unknown if its source was not searched, or if it belongs to another type. */
static void a_number_of_another_source_or_type_is_unknown(void)
{
	static const struct {
		const char *column;
		int type, source; /* the column is unknown for another type; -1: for no type */
	} columns[] = {
		{ "NTHREADS", -1, COLLECT_TASK },
		{ "NFDS", -1, COLLECT_FD },
		{ "NSOCKS", NSTYPE_NET, COLLECT_SOCK },
		{ "NMOUNTS", NSTYPE_MNT, COLLECT_MNT },
		{ "NOWNED", NSTYPE_USER, -1 },
		{ "NCHILD", NSTYPE_USER, -1 },
		{ "NPROCS", -1, -1 },
	};

	begin(NULL, 0);
	for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
		int type = columns[i].type < 0 ? NSTYPE_UTS : columns[i].type;
		struct row r = { .ns = add_ns(type, 100) },
			   other = { .ns = add_ns(NSTYPE_IPC, 101) };

		r.ns->nthreads = r.ns->nfds = r.ns->nsocks = r.ns->mounts = 7;
		r.ns->nowned = r.ns->nchild = r.ns->nprocs = 7;
		run.c.sources = COLLECT_ALL;
		CHECK_STR(value(columns[i].column, &r), "7");
		CHECK_STR(value(columns[i].column, &other), columns[i].type < 0 ? "0" : "unknown");
		if (columns[i].source < 0)
			continue;
		run.c.sources = COLLECT_ALL & ~NSTYPE_BIT(columns[i].source);
		CHECK_STR(value(columns[i].column, &r), "unknown");
		run.c.sources = NSTYPE_BIT(columns[i].source);
		CHECK_STR(value(columns[i].column, &r), "7");
	}
	end();
}

static void a_namespace_without_process_has_the_user_of_its_creator(void)
{
	struct row r = { .pid = 0 };

	begin(NULL, 0);
	r.ns = add_ns(NSTYPE_NET, 200);
	r.ns->creator = NSTAB_NO_UID;
	CHECK_STR(value("UID", &r), "unknown");
	r.ns->owner = add_ns(NSTYPE_USER, 100);
	r.ns->owner->creator = NSTAB_NO_UID;
	CHECK_STR(value("UID", &r), "unknown");
	CHECK_STR(value("USER", &r), "unknown");
	r.ns->owner->creator = 123456;
	CHECK_STR(value("UID", &r), "123456");
	r.ns->creator = 123457;
	CHECK_STR(value("UID", &r), "123457");
	end();
}

static void ids_of_vanished_namespaces_are_counted(void)
{
	static const char *const columns[] = { "ID",  "PARENTID", "OWNERID", "PNS",
					       "ONS", "LEVEL",    "CREATOR", NULL };
	struct row r = { .pid = 0 };

	begin(NULL, 0);
	r.ns = add_ns(NSTYPE_USER, 100);
	CHECK_STR(value("ID", &r), "unknown");
	CHECK_INT(run.c.missed.n[NSMISSED_WAIT][NSMISSED_DETAIL], 0);
	r.ns->closed = -EAGAIN;
	CHECK_STR(value("ID", &r), "unknown");
	CHECK_INT(run.c.missed.n[NSMISSED_WAIT][NSMISSED_DETAIL], 1);
	r.ns->closed = -EACCES;
	r.ns->creator = NSTAB_NO_UID;
	for (const char *const *col = columns; *col; col++) {
		run.c.missed = (struct nsmissed){ 0 };
		(void)value(*col, &r);
		CHECK_INT(run.c.missed.n[NSMISSED_DENIED][NSMISSED_DETAIL], 1);
	}
	CHECK_STR(value("PNS", &r), "0");
	CHECK_STR(value("ONS", &r), "0");
	CHECK_STR(value("LEVEL", &r), "0");
	/* the values of the owner and the parent */
	r.ns->closed = 0;
	r.ns->parent = add_ns(NSTYPE_USER, 101);
	r.ns->parent->id = 11;
	r.ns->owner = add_ns(NSTYPE_USER, 102);
	r.ns->owner->id = 12;
	CHECK_STR(value("PARENTID", &r), "11");
	CHECK_STR(value("OWNERID", &r), "12");
	CHECK_STR(value("PNS", &r), "101");
	CHECK_STR(value("ONS", &r), "102");
	CHECK_STR(value("LEVEL", &r), "1");
	end();
}

/* The reference of a namespace: its id, or its inode if the kernel reports no id. */
static void a_reference_is_the_id_if_there_is_one(void)
{
	struct row r = { .pid = 0 };

	begin(NULL, 0);
	r.ns = add_ns(NSTYPE_NET, NET);
	r.ns->held = NSHOLD_BIT(NSHOLD_FD);
	CHECK_STR(value("REF", &r), "net:4026531833");
	r.ns->id = 77;
	CHECK_STR(value("REF", &r), "id:77");
	r.ns = add_ns(NSTYPE_MNT, 100);
	run.c.all_mnt = true;
	CHECK_STR(value("REF", &r), "mnt:100");
	run.c.all_mnt = false;
	CHECK_STR(value("REF", &r), "unknown");
	/* a pid that no process can have */
	r = (struct row){ .ns = r.ns, .pid = 4194304, .is_member = true };
	CHECK_STR(value("REF", &r), "unknown");
	end();
}

UNIT_MAIN(CASE(unknown_values_come_first_and_numbers_before_texts),
	  CASE(equal_values_keep_their_order), CASE(json_has_the_type_of_each_value),
	  CASE(raw_cells_escape_blanks_and_join_lists), CASE(only_a_table_shows_units),
	  CASE(a_table_escapes_unsafe_characters),
	  CASE(the_initial_namespaces_are_known_by_their_inodes),
	  CASE(the_namespaces_of_kthreadd_are_initial),
	  CASE(self_is_unknown_without_the_process_of_nslist),
	  CASE(holders_are_references_where_possible),
	  CASE(nsfs_has_each_mount_point_of_the_caller_once),
	  CASE(a_missing_number_of_mounts_is_unknown),
	  CASE(a_number_of_another_source_or_type_is_unknown),
	  CASE(a_namespace_without_process_has_the_user_of_its_creator),
	  CASE(ids_of_vanished_namespaces_are_counted), CASE(a_reference_is_the_id_if_there_is_one))
