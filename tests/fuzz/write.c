/* SPDX-License-Identifier: MIT */
/* Fuzz target: what is written can be read.  The input is a small program: it says
 * options and a few arrays (dtype, shape, strides, name).  They are written one by one
 * and all at once, as files and as an archive; the reader, also with NYZ_UNTRUSTED, must
 * give them back. */
#include "fuzz.h"

enum { MOST = 3, MAX_BYTES = 1 << 14 };

/* One array: a view of memory that is not always all of it. */
typedef struct thing {
    nyz_dtype dtype;
    unsigned char *memory;
    nyz_array view;
    char name[16];
    int named;
} thing;

typedef struct program {
    nyz_options opt;
    int seekable;
    int together; /* nyz_npz_add_all as well */
    int64_t count;
    thing things[MOST];
    nyz_array arrays[MOST];
    const char *names[MOST];
} program;

static const nyz_options lenient = {.allocator = &fuzz_allocator};
static const nyz_options strict = {.allocator = &fuzz_allocator, .flags = NYZ_UNTRUSTED};

/* ------------------------------------------------------------------- reading a program */

static nyz_options read_options(fuzz_input *in)
{
    static const int levels[] = {0, 1, 6, 9, NYZ_LEVEL_FAST, 2, 4, 3};
    const unsigned how = fuzz_first(in);
    const unsigned look = fuzz_first(in);
    const unsigned rare = fuzz_first(in);
    nyz_options opt = {.allocator = &fuzz_allocator};
    opt.method = how & 1 ? NYZ_DEFLATED : NYZ_STORED;
    opt.level = levels[how >> 1 & 7];
    opt.flags = (how & 16 ? NYZ_EXACT_NAME : 0u) | (how & 32 ? NYZ_ANY_NAME : 0u) |
                ((rare & 0xe0) == 0x20 ? NYZ_BLOCKS : 0u);
    opt.order = (nyz_order)(look % 3);
    opt.byteorder = (nyz_byteorder)(look / 3 % 5);
    opt.npy_version = (int)(look / 15 % 4);
    opt.threads = (rare & 0xf) == 0xa ? 2 : 0;
    return opt;
}

/* A plain scalar, or a text that is in the input. */
static void read_dtype(fuzz_input *in, thing *t)
{
    static const nyz_limits limits = {.nesting = 6, .brackets = 12, .item_bytes = 256};
    const nyz_options opt = {.allocator = &fuzz_allocator, .limits = &limits};
    const unsigned kind = fuzz_first(in);
    if (kind < 0x80) {
        t->dtype = nyz_dtype_of((nyz_type)(kind % NYZ_STRUCT));
    } else {
        const size_t asked = kind & 0x7f;
        const size_t size = asked < in->size ? asked : in->size;
        if (nyz_dtype_parse((const char *)in->bytes, size, &opt, &t->dtype, NULL) !=
            NYZ_OK) {
            CHECK(t->dtype.type == NYZ_NONE);
        }
        in->bytes += size;
        in->size -= size;
    }
    if (t->dtype.type == NYZ_NONE || nyz_type_is_nameless(t->dtype.type)) {
        t->dtype = nyz_dtype_of(NYZ_FLOAT64);
    }
}

static int read_shape(fuzz_input *in, const thing *t, int64_t *shape)
{
    const int ndim = (int)(fuzz_first(in) % 5);
    int64_t bytes = t->dtype.itemsize > 0 ? t->dtype.itemsize : 1;
    for (int i = 0; i < ndim; i++) {
        const unsigned extent = fuzz_first(in);
        shape[i] = extent < 0xf0 ? extent % 8 : extent;
        if (shape[i] > 0 && bytes * shape[i] > MAX_BYTES) {
            shape[i] = 1;
        }
        bytes *= shape[i] > 0 ? shape[i] : 1;
    }
    return ndim;
}

/* What the fuzzer says, again and again, a little different each time. */
static void fill(fuzz_input *in, unsigned char *memory, size_t size)
{
    const unsigned first = fuzz_first(in);
    const unsigned step = fuzz_first(in);
    unsigned value = first;
    for (size_t i = 0; i < size; i++) {
        memory[i] = (unsigned char)(value >> 4 & 0xff);
        value = (value + (step & 0x80 ? value * 5 % 251 : step)) % 65536;
    }
}

/* Every other element, backwards, transposed, or one element everywhere. */
static void read_strides(fuzz_input *in, nyz_array *view)
{
    const unsigned what = fuzz_first(in);
    nyz_array before = *view;
    const int axis = view->ndim > 0 ? (int)(what >> 4) % view->ndim : 0;
    if (what & 1) {
        CHECK_OK(nyz_array_transpose(&before, NULL, view, err));
        before = *view;
    }
    if (what & 2 && view->ndim > 0) {
        const int64_t step = what & 4 ? -1 : 2;
        CHECK_OK(nyz_array_slice(&before, axis, step < 0 ? INT64_MAX : 0,
                                 step < 0 ? INT64_MIN : INT64_MAX, step, view, err));
    }
    if (what & 8 && view->ndim > 0) {
        view->strides[axis] = 0;
    }
}

static void read_name(fuzz_input *in, thing *t)
{
    size_t size = fuzz_first(in) % 16;
    t->named = size > 0;
    size = size > 0 ? size - 1 : 0;
    for (size_t i = 0; i < size; i++) {
        t->name[i] = (char)fuzz_first(in);
    }
}

static void read_thing(fuzz_input *in, thing *t)
{
    int64_t shape[8] = {0};
    read_dtype(in, t);
    const int ndim = read_shape(in, t, shape);
    int64_t bytes = t->dtype.itemsize;
    for (int i = 0; i < ndim; i++) {
        bytes *= shape[i];
    }
    t->memory = malloc((size_t)bytes + 1);
    CHECK(t->memory != NULL);
    CHECK_OK(nyz_array_wrap(t->memory, &t->dtype, ndim, shape, NULL, &t->view, err));
    read_strides(in, &t->view);
    read_name(in, t);
    fill(in, t->memory, (size_t)bytes);
}

static void read_program(fuzz_input *in, program *p)
{
    p->opt = read_options(in);
    const unsigned more = fuzz_first(in);
    p->seekable = more >> 2 & 1;
    p->together = more >> 3 & 1;
    p->count = more % (MOST + 1);
    for (int64_t i = 0; i < p->count; i++) {
        thing *const t = &p->things[i];
        read_thing(in, t);
        p->arrays[i] = t->view;
        p->names[i] = t->named ? t->name : NULL;
    }
}

static void free_program(program *p)
{
    for (int64_t i = 0; i < p->count; i++) {
        free(p->things[i].memory);
        nyz_dtype_free(&p->things[i].dtype);
    }
}

/* ------------------------------------------------------------------------------ writing */

/* Takes a few bytes at a time. */
typedef struct sink {
    nyz_buffer buffer;
    nyz_stream below;
} sink;

static int64_t sink_write(void *ctx, const void *bytes, size_t size)
{
    const sink *const s = ctx;
    return s->below.write(s->below.ctx, bytes, size < 999 ? size : 999);
}

static int64_t sink_seek(void *ctx, int64_t offset, int whence)
{
    const sink *const s = ctx;
    return s->below.seek(s->below.ctx, offset, whence);
}

static nyz_stream open_sink(sink *s, int seekable)
{
    memset(s, 0, sizeof *s);
    s->buffer.allocator = &fuzz_allocator;
    s->below = nyz_stream_buffer(&s->buffer);
    return (nyz_stream){
        .write = sink_write, .seek = seekable ? sink_seek : NULL, .ctx = s};
}

/* A call for one thing: a name that is no good, a version too low, objects. */
static int may_fail_with(nyz_status status)
{
    return status == NYZ_ERR_ARGUMENT || status == NYZ_ERR_UNSUPPORTED;
}

static nyz_status add_one_by_one(const program *p, nyz_npz_writer *writer)
{
    nyz_status status = NYZ_OK;
    for (int64_t i = 0; i < p->count && status == NYZ_OK; i++) {
        status = nyz_npz_add(writer, p->names[i], &p->arrays[i], &p->opt, NULL);
    }
    return status;
}

/* The first failure is kept, and finish returns it again. */
static nyz_status write_archive(const program *p, int together, sink *s)
{
    const nyz_stream stream = open_sink(s, p->seekable);
    nyz_npz_writer *writer;
    nyz_options one = p->opt;
    one.threads = together ? p->opt.threads : 0;
    CHECK_OK(nyz_npz_create_stream(&stream, &one, &writer, err));
    const nyz_status status =
        together ? nyz_npz_add_all(writer, p->names, p->arrays, p->count, &one, NULL)
                 : add_one_by_one(p, writer);
    CHECK(status == NYZ_OK || may_fail_with(status));
    CHECK(nyz_npz_finish(&writer, NULL) == status && writer == NULL);
    return status;
}

/* ------------------------------------------------------------------------------ reading */

static int has_name(const program *p, int64_t i, const nyz_member *member)
{
    char text[32];
    const int exact = p->names[i] != NULL && (p->opt.flags & NYZ_EXACT_NAME) != 0;
    if (p->names[i] == NULL) {
        return strncmp(member->name, "arr_", 4) == 0;
    }
    (void)snprintf(text, sizeof text, "%s%s", p->names[i], exact ? "" : ".npy");
    return strcmp(member->name, text) == 0;
}

/* A level means deflate. */
static nyz_method method_of(const nyz_options *opt)
{
    return opt->level != 0 ? NYZ_DEFLATED : opt->method;
}

static void check_member(const program *p, const nyz_npz *npz, int64_t i)
{
    nyz_member member;
    nyz_array array;
    CHECK_OK(nyz_npz_member_at(npz, i, &member, err));
    CHECK(member.method == method_of(&p->opt) && has_name(p, i, &member));
    CHECK_OK(nyz_npz_load_at(npz, i, NULL, &array, err));
    fuzz_check_same(&p->arrays[i], &array);
    nyz_array_free(&array);
}

static void check_archive(const program *p, const nyz_buffer *buffer)
{
    nyz_npz *npz;
    nyz_arrays *all = NULL;
    int twice = 0;
    int directory = 0; /* a member is named as one, which is refused in untrusted files */
    CHECK_OK(nyz_npz_open_mem(buffer->data, buffer->size, &lenient, &npz, err));
    CHECK(nyz_npz_count(npz) == p->count);
    for (int64_t i = 0; i < p->count; i++) {
        nyz_member member;
        check_member(p, npz, i);
        CHECK_OK(nyz_npz_member_at(npz, i, &member, err));
        twice |= nyz_npz_find(npz, member.name) != i;
        directory |= member.name_size > 0 && member.name[member.name_size - 1] == '/';
    }
    nyz_npz_close(&npz);
    CHECK(!twice || (p->opt.flags & NYZ_ANY_NAME) != 0);
    const nyz_status status =
        nyz_npz_open_mem(buffer->data, buffer->size, &strict, &npz, NULL);
    CHECK(status == (twice || directory ? NYZ_ERR_CORRUPT : NYZ_OK));
    if (status == NYZ_OK) {
        CHECK_OK(nyz_npz_load_all(npz, &strict, &all, err));
        nyz_arrays_free(&all);
    }
    nyz_npz_close(&npz);
}

static void check_together(const program *p, nyz_status status, const nyz_buffer *alone)
{
    sink s;
    CHECK(write_archive(p, 1, &s) == status);
    if (status == NYZ_OK) {
        CHECK(s.buffer.size == alone->size);
        CHECK(memcmp(s.buffer.data, alone->data, alone->size) == 0);
    }
    nyz_buffer_free(&s.buffer);
}

static void check_file(const program *p, int64_t i)
{
    sink s;
    nyz_buffer whole;
    nyz_array array;
    const nyz_stream stream = open_sink(&s, p->seekable);
    const nyz_status status = nyz_save_mem(&p->arrays[i], &p->opt, &whole, NULL);
    CHECK_ZERO_UNLESS_OK(status, whole);
    CHECK(nyz_write(&stream, &p->arrays[i], &p->opt, NULL) == status);
    CHECK(status == NYZ_OK || may_fail_with(status));
    if (status == NYZ_OK) {
        CHECK(whole.size == s.buffer.size);
        CHECK(memcmp(whole.data, s.buffer.data, whole.size) == 0);
        CHECK_OK(nyz_load_mem(whole.data, whole.size, &strict, &array, err));
        fuzz_check_same(&p->arrays[i], &array);
        nyz_array_free(&array);
    }
    nyz_buffer_free(&s.buffer);
    nyz_buffer_free(&whole);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_input in = {data, size};
    program p = {.count = 0};
    sink s;
    read_program(&in, &p);
    for (int64_t i = 0; i < p.count; i++) {
        check_file(&p, i);
    }
    const nyz_status status = write_archive(&p, 0, &s);
    if (status == NYZ_OK) {
        check_archive(&p, &s.buffer);
    }
    if (p.together) {
        check_together(&p, status, &s.buffer);
    }
    nyz_buffer_free(&s.buffer);
    free_program(&p);
    CHECK(fuzz_live == 0);
    return 0;
}
