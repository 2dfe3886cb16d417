/* SPDX-License-Identifier: MIT */
/* A stream of the caller's that answers what it may not: whatever one of its functions
 * says, once, from there on or by chance, whatever is read or written ends with an error
 * or with the right result, holds no memory, and touches none that is not its own (the
 * sanitizers look). */

#include <errno.h>

#include "base/arithmetic.h"
#include "base/error.h"
#include "io/read_ahead.h"
#include "io/stream.h"
#include "support/faults.h"

enum { READ, WRITE, SEEK, READ_AT, CALLS };
enum { ITEMS = 3000, LARGE = 300000, TALL = 100, WIDE = 20000, MOST_MEMORY = 16 << 20 };

/* ------------------------------------------------------------------------ the answers */

/* Absolute, or relative to what was asked for. */
static const struct {
    int relative;
    int64_t value;
} answers[] = {
    {0, INT64_MIN},
    {0, INT64_MIN + 1},
    {0, -1},
    {0, -EIO},
    {0, -ENOMEM},
    {0, -(INT64_C(1) << 32)},
    {0, 0},
    {0, 1},
    {0, 1000},
    {1, -1},
    {1, 1},
    {0, INT64_C(1) << 40},
    {0, INT64_MAX},
    {0, INT64_MAX - 1},
    {0, INT64_MAX - 50},
    {0, INT64_MAX - 70000},
};
enum { ANSWERS = sizeof answers / sizeof answers[0] };

typedef struct hostile {
    nyz_buffer buffer;
    counting memory;
    nyz_allocator allocator;
    int function; /* that lies from its nth call on; CALLS: all do, by chance */
    long nth;
    int once;
    int answer;
    uint32_t chance; /* of the next lie */
    long calls[CALLS];
    int without;  /* READ_AT or SEEK: the stream has none; else it has all */
    int64_t base; /* the place of its first byte; NULs before it */
    int no_end;   /* it does not know its end */
} hostile;

static uint32_t next_chance(hostile *h)
{
    h->chance = h->chance * 1664525u + 1013904223u;
    return h->chance >> 16;
}

/* Whether this call lies; *answer is what it says then. */
static int lies(hostile *h, int function, int64_t asked, int64_t *answer)
{
    int row = h->answer;
    h->calls[function]++;
    if (h->function == CALLS) {
        if (next_chance(h) % 8 != 0) {
            return 0;
        }
        row = (int)(next_chance(h) % ANSWERS);
    } else if (h->function != function || h->calls[function] < h->nth ||
               (h->once && h->calls[function] > h->nth)) {
        return 0;
    }
    const int64_t value = answers[row].value;
    *answer = answers[row].relative ? asked + value : value;
    return 1;
}

/* How many bytes are really moved by a call that says `answer`. */
static size_t moved(int64_t answer, size_t asked)
{
    return answer < 0 ? 0 : (uint64_t)answer < asked ? (size_t)answer : asked;
}

/* ------------------------------------------------------------------------- the stream */

/* What it says that it has read, it has written; after the end, zeros. */
static int64_t hostile_read(void *ctx, void *bytes, size_t size)
{
    hostile *const h = ctx;
    const nyz_stream inner = nyz_stream_buffer(&h->buffer);
    int64_t answer;
    if (!lies(h, READ, (int64_t)size, &answer)) {
        return inner.read(inner.ctx, bytes, size);
    }
    memset(bytes, 0, moved(answer, size));
    (void)inner.read(inner.ctx, bytes, moved(answer, size));
    return answer;
}

static int64_t peek(hostile *h, int64_t offset, void *bytes, size_t size)
{
    const nyz_stream inner = nyz_stream_buffer(&h->buffer);
    if (offset < h->base) {
        const int64_t count = nyz_min(h->base - offset, (int64_t)size);
        memset(bytes, 0, (size_t)count);
        return count;
    }
    return inner.read_at(inner.ctx, offset - h->base, bytes, size);
}

static int64_t hostile_read_at(void *ctx, int64_t offset, void *bytes, size_t size)
{
    hostile *const h = ctx;
    int64_t answer;
    if (!lies(h, READ_AT, (int64_t)size, &answer)) {
        return peek(h, offset, bytes, size);
    }
    memset(bytes, 0, moved(answer, size));
    (void)peek(h, offset, bytes, moved(answer, size));
    return answer;
}

/* A buffer would fill a gap of terabytes with zeros. */
static int64_t hostile_write(void *ctx, const void *bytes, size_t size)
{
    hostile *const h = ctx;
    const nyz_stream inner = nyz_stream_buffer(&h->buffer);
    int64_t answer;
    if (h->buffer.position > MOST_MEMORY) {
        return -EFBIG;
    }
    if (!lies(h, WRITE, (int64_t)size, &answer)) {
        return inner.write(inner.ctx, bytes, size);
    }
    (void)inner.write(inner.ctx, bytes, moved(answer, size));
    return answer;
}

static int64_t move(hostile *h, int64_t offset, int whence)
{
    const nyz_stream inner = nyz_stream_buffer(&h->buffer);
    if (whence == SEEK_END && h->no_end) {
        return -ESPIPE;
    }
    const int64_t place =
        inner.seek(inner.ctx, whence == SEEK_SET ? offset - h->base : offset, whence);
    return place > INT64_MAX - h->base ? -EOVERFLOW : place < 0 ? place : place + h->base;
}

static int64_t hostile_seek(void *ctx, int64_t offset, int whence)
{
    hostile *const h = ctx;
    const int64_t place = move(h, offset, whence);
    int64_t answer;
    return lies(h, SEEK, place, &answer) ? answer : place;
}

static nyz_stream hostile_stream(hostile *h)
{
    const nyz_stream stream = {
        .read = hostile_read,
        .write = hostile_write,
        .seek = h->without == SEEK ? NULL : hostile_seek,
        .read_at = h->without == READ_AT ? NULL : hostile_read_at,
        .ctx = h,
    };
    return stream;
}

/* No size that a stream made up is really taken. */
static void *capped_alloc(void *ctx, size_t size, size_t align)
{
    return size > MOST_MEMORY ? NULL : counting_alloc(ctx, size, align);
}

/* -------------------------------------------------------------------- what is written */

static uint16_t numbers[ITEMS];
static unsigned char large[LARGE];

static nyz_array make_array(void)
{
    static const int64_t shape[] = {30, ITEMS / 30};
    const nyz_dtype dtype = nyz_dtype_of(NYZ_UINT16);
    nyz_array array;
    for (int i = 0; i < ITEMS; i++) {
        numbers[i] = (uint16_t)(i * 7);
    }
    assert_ok(nyz_array_wrap(numbers, &dtype, 2, shape, NULL, &array, err));
    return array;
}

static void assert_array(const nyz_array *array)
{
    assert_int_equal(array->ndim, 2);
    assert_int_equal(array->shape[0] * array->shape[1], ITEMS);
    for (int64_t i = 0; i < ITEMS; i++) {
        uint16_t item;
        const int64_t at = i / array->shape[1] * array->strides[0] +
                           i % array->shape[1] * array->strides[1];
        memcpy(&item, (const char *)array->data + at, sizeof item);
        assert_int_equal(item, numbers[i]);
    }
}

static nyz_status add_members(nyz_npz_writer **writer, nyz_options *opt, nyz_error *err)
{
    const nyz_array array = make_array();
    (void)nyz_npz_add(*writer, "stored", &array, opt, NULL);
    (void)nyz_npz_add_bytes(*writer, "large", large, sizeof large, opt, NULL);
    opt->method = NYZ_DEFLATED;
    (void)nyz_npz_add(*writer, "deflated", &array, opt, NULL);
    return nyz_npz_finish(writer, err);
}

/* Before the stream lies. */
static void make_npy(hostile *h)
{
    const nyz_array array = make_array();
    const nyz_stream stream = nyz_stream_buffer(&h->buffer);
    assert_ok(nyz_write(&stream, &array, NULL, err));
    h->buffer.position = 0;
}

static void make_npz(hostile *h)
{
    const nyz_stream stream = nyz_stream_buffer(&h->buffer);
    nyz_npz_writer *writer = NULL;
    nyz_options opt = {0};
    assert_ok(nyz_npz_create_stream(&stream, NULL, &writer, err));
    assert_ok(add_members(&writer, &opt, err));
    h->buffer.position = 0;
}

static void make_nothing(hostile *h)
{
    (void)h;
}

/* --------------------------------------------------------------------------- the acts */

static nyz_status read_order(const nyz_stream *stream, nyz_options *opt, nyz_error *err)
{
    nyz_array array;
    NYZ_TRY(nyz_read(stream, opt, &array, err));
    assert_array(&array);
    nyz_array_free(&array);
    return NYZ_OK;
}

static nyz_status act_read(const nyz_stream *stream, nyz_options *opt, nyz_error *err)
{
    return read_order(stream, opt, err);
}

static nyz_status act_read_transposed(const nyz_stream *stream, nyz_options *opt,
                                      nyz_error *err)
{
    opt->order = NYZ_F_ORDER;
    return read_order(stream, opt, err);
}

static nyz_status act_read_into(const nyz_stream *stream, nyz_options *opt,
                                nyz_error *err)
{
    static uint16_t memory[ITEMS];
    nyz_array into = make_array();
    into.data = memory;
    memset(memory, 0, sizeof memory);
    NYZ_TRY(nyz_read_into(stream, opt, &into, err));
    assert_array(&into);
    return NYZ_OK;
}

static nyz_status act_read_header(const nyz_stream *stream, nyz_options *opt,
                                  nyz_error *err)
{
    nyz_array array;
    NYZ_TRY(nyz_read_header(stream, opt, &array, err));
    assert_int_equal(array.shape[0], 30);
    nyz_array_free(&array);
    return NYZ_OK;
}

static nyz_status load_each(const nyz_npz *npz, nyz_options *opt, nyz_error *err)
{
    static uint16_t memory[ITEMS];
    nyz_array array;
    nyz_array into = make_array();
    NYZ_TRY(nyz_npz_load(npz, "stored", opt, &array, err));
    assert_array(&array);
    nyz_array_free(&array);
    NYZ_TRY(nyz_npz_load(npz, "deflated", opt, &array, err));
    assert_array(&array);
    nyz_array_free(&array);
    into.data = memory;
    NYZ_TRY(nyz_npz_load_into_at(npz, 0, opt, &into, err));
    assert_array(&into);
    NYZ_TRY(nyz_npz_load_header_at(npz, 2, opt, &array, err));
    nyz_array_free(&array);
    NYZ_TRY(nyz_npz_bytes_at(npz, 1, opt, &array, err));
    assert_int_equal(array.shape[0], LARGE);
    assert_memory_equal(array.data, large, LARGE);
    nyz_array_free(&array);
    return NYZ_OK;
}

static nyz_status act_npz_load(const nyz_stream *stream, nyz_options *opt, nyz_error *err)
{
    nyz_npz *npz = NULL;
    NYZ_TRY(nyz_npz_open_stream(stream, opt, &npz, err));
    const nyz_status status = load_each(npz, opt, err);
    nyz_npz_close(&npz);
    return status;
}

static nyz_status act_npz_load_all(const nyz_stream *stream, nyz_options *opt,
                                   nyz_error *err)
{
    nyz_npz *npz = NULL;
    nyz_arrays *all = NULL;
    NYZ_TRY(nyz_npz_open_stream(stream, opt, &npz, err));
    const nyz_status status = nyz_npz_load_all(npz, opt, &all, err);
    if (status == NYZ_OK) {
        assert_int_equal(nyz_arrays_count(all), 3);
        const nyz_array first = item_of(all, 0);
        const nyz_array last = item_of(all, 2);
        assert_array(&first);
        assert_array(&last);
        nyz_arrays_free(&all);
    }
    nyz_npz_close(&npz);
    return status;
}

/* Whatever it is: each item, and the first one that is an array. */
static nyz_status act_file(const nyz_stream *stream, nyz_options *opt, nyz_error *err)
{
    nyz_file *file = NULL;
    nyz_array array;
    NYZ_TRY(nyz_file_open_stream(stream, opt, &file, err));
    nyz_status status = NYZ_OK;
    for (int64_t i = 0; i < nyz_file_count(file) && status == NYZ_OK; i++) {
        nyz_item item;
        status = nyz_file_info_at(file, i, &item, err);
        nyz_item_free(&item);
    }
    if (status == NYZ_OK) {
        status = nyz_file_load_at(file, 0, opt, &array, err);
    }
    if (status == NYZ_OK) {
        assert_array(&array);
        nyz_array_free(&array);
        status = nyz_file_bytes_at(file, 0, opt, &array, err);
        nyz_array_free(&array);
    }
    nyz_file_close(&file);
    return status;
}

static nyz_status act_write(const nyz_stream *stream, nyz_options *opt, nyz_error *err)
{
    const nyz_array array = make_array();
    return nyz_write(stream, &array, opt, err);
}

static nyz_status act_write_header(const nyz_stream *stream, nyz_options *opt,
                                   nyz_error *err)
{
    const nyz_array array = make_array();
    return nyz_write_header(stream, &array, opt, err);
}

static nyz_status act_npz_write(const nyz_stream *stream, nyz_options *opt,
                                nyz_error *err)
{
    nyz_npz_writer *writer = NULL;
    NYZ_TRY(nyz_npz_create_stream(stream, opt, &writer, err));
    return add_members(&writer, opt, err);
}

/* ------------------------------------------------------------------------- the checks */

static void check_npy(const nyz_stream *written)
{
    nyz_options opt = {0};
    assert_ok(act_read(written, &opt, err));
}

static void check_header(const nyz_stream *written)
{
    nyz_options opt = {0};
    assert_ok(act_read_header(written, &opt, err));
}

static void check_npz(const nyz_stream *written)
{
    nyz_options opt = {0};
    assert_ok(act_npz_load(written, &opt, err));
}

static const struct operation {
    void (*make)(hostile *h);
    nyz_status (*operation)(const nyz_stream *stream, nyz_options *opt, nyz_error *err);
    void (*check)(const nyz_stream *written); /* NULL: it reads, and checks itself */
} operations[] = {
    {make_npy, act_read, NULL},
    {make_npy, act_read_transposed, NULL},
    {make_npy, act_read_into, NULL},
    {make_npy, act_read_header, NULL},
    {make_npz, act_npz_load, NULL},
    {make_npz, act_npz_load_all, NULL},
    {make_npy, act_file, NULL},
    {make_npz, act_file, NULL},
    {make_nothing, act_write, check_npy},
    {make_nothing, act_write_header, check_header},
    {make_nothing, act_npz_write, check_npz},
};
enum { ACTS = sizeof operations / sizeof operations[0] };

/* --------------------------------------------------------------------------- the runs */

/* What is written where a stream says that it is, is right only if it is there. */
static void check_result(hostile *h, const struct operation *operation)
{
    if (operation->check != NULL && h->base == 0 && h->function <= WRITE) {
        const nyz_stream written = nyz_stream_buffer(&h->buffer);
        h->buffer.position = 0;
        operation->check(&written);
    }
}

static nyz_status run(hostile *h, const struct operation *operation)
{
    const nyz_stream stream = hostile_stream(h);
    nyz_error err = {.status = NYZ_OK};
    memset(h->calls, 0, sizeof h->calls);
    counting_init(&h->memory);
    h->allocator = h->memory.allocator;
    h->allocator.alloc = capped_alloc;
    nyz_options opt = {.allocator = &h->allocator};
    const nyz_status status = operation->operation(&stream, &opt, &err);
    assert_int_equal(err.status, status);
    assert_int_equal(h->memory.live, 0);
    return status;
}

/* A fresh copy of what the act reads, each time. */
static nyz_status run_on_copy(hostile *h, const struct operation *operation,
                              const nyz_buffer *made)
{
    const nyz_stream copy = nyz_stream_buffer(&h->buffer);
    h->buffer.size = 0;
    h->buffer.position = 0;
    if (made->size > 0) {
        assert_ok(nyz_stream_write(&copy, made->data, (int64_t)made->size, err));
    }
    h->buffer.position = 0;
    const nyz_status status = run(h, operation);
    if (status == NYZ_OK) {
        check_result(h, operation);
    }
    return status;
}

/* Every call of one function, until there is no n-th. */
static void lie_at_each(hostile *h, const struct operation *operation,
                        const nyz_buffer *made)
{
    h->nth = 1;
    do {
        (void)run_on_copy(h, operation, made);
        h->nth++;
    } while (h->calls[h->function] >= h->nth - 1 && h->nth < 64);
}

static void lie_each_way(hostile *h, const struct operation *operation,
                         const nyz_buffer *made)
{
    for (h->function = 0; h->function < CALLS; h->function++) {
        for (h->answer = 0; h->answer < ANSWERS; h->answer++) {
            for (h->once = 0; h->once < 2; h->once++) {
                lie_at_each(h, operation, made);
            }
        }
    }
}

static void each_act(void (*each)(hostile *, const struct operation *,
                                  const nyz_buffer *))
{
    static const int without[] = {CALLS, READ_AT, SEEK};
    for (size_t i = 0; i < ACTS; i++) {
        hostile made = {.function = -1};
        operations[i].make(&made);
        for (size_t w = 0; w < 3; w++) {
            hostile h = {.without = without[w]};
            each(&h, &operations[i], &made.buffer);
            nyz_buffer_free(&h.buffer);
        }
        nyz_buffer_free(&made.buffer);
    }
}

static void no_answer_of_a_callback_does_harm(void **state)
{
    (void)state;
    each_act(lie_each_way);
}

static void lie_by_chance(hostile *h, const struct operation *operation,
                          const nyz_buffer *made)
{
    h->function = CALLS;
    for (uint32_t seed = 0; seed < 400; seed++) {
        h->chance = seed;
        (void)run_on_copy(h, operation, made);
    }
}

static void no_answers_together_do_harm(void **state)
{
    (void)state;
    each_act(lie_by_chance);
}

/* Places up to the last that can be counted, from a stream that knows its end or not. */
static void stand_near_the_end(hostile *h, const struct operation *operation,
                               const nyz_buffer *made)
{
    static const int64_t room[] = {0, 1, 50, 1000, 5000, 100000, 1 << 20};
    h->function = READ;
    h->nth = 1 << 20;
    for (size_t i = 0; i < sizeof room / sizeof room[0]; i++) {
        h->base = INT64_MAX - room[i];
        for (h->no_end = 0; h->no_end < 2; h->no_end++) {
            const nyz_status status = run_on_copy(h, operation, made);
            const int begins_there = /* the format is known by the first bytes */
                operation->operation != act_file || operation->make == make_npz;
            if (h->without == CALLS && !h->no_end && room[i] == 1 << 20 && begins_there) {
                assert_int_equal(status, NYZ_OK);
            }
            if (operation->check == check_npz && h->without != SEEK && room[i] < LARGE) {
                assert_int_equal(status, NYZ_ERR_IO);
            }
        }
    }
}

static void places_near_the_last_are_counted_right(void **state)
{
    (void)state;
    each_act(stand_near_the_end);
}

/* So wide that a transposed one is read by places, and a name for it. */
static nyz_array make_large_array(char *name, size_t size)
{
    static const int64_t shape[] = {TALL, WIDE};
    static unsigned char bytes[WIDE * TALL];
    const nyz_dtype dtype = nyz_dtype_of(NYZ_UINT8);
    nyz_array array;
    memset(name, 'n', size - 1);
    name[size - 1] = '\0';
    assert_ok(nyz_array_wrap(bytes, &dtype, 2, shape, NULL, &array, err));
    return array;
}

/* Where the header says how much follows, and the stream does not. */
static void a_large_array_near_the_last_place_is_read_or_refused(void **state)
{
    static unsigned char memory[WIDE * TALL];
    static const int64_t strides[] = {1, TALL};
    char name[2];
    const nyz_array array = make_large_array(name, sizeof name);
    nyz_array transposed;
    (void)state;
    assert_ok(
        nyz_array_wrap(memory, &array.dtype, 2, array.shape, strides, &transposed, err));
    for (int64_t room = 0; room <= 1 << 24; room = room * 4 + 64) {
        hostile h = {.function = -1, .without = CALLS, .no_end = 1};
        const nyz_stream stream = hostile_stream(&h);
        assert_ok(nyz_write(&stream, &array, NULL, err));
        h.buffer.position = 0;
        h.base = INT64_MAX - room;
        if (nyz_read_into(&stream, NULL, &transposed, NULL) == NYZ_OK) {
            assert_memory_equal(transposed.data, array.data, TALL);
        }
        nyz_buffer_free(&h.buffer);
    }
}

/* What is read of a file first is kept; this is what is read after it. */
static void a_window_takes_no_answer_for_its_place(void **state)
{
    static nyz_read_ahead window;
    char bytes[100];
    (void)state;
    for (int answer = 0; answer < ANSWERS; answer++) {
        hostile h = {.function = READ_AT, .nth = 1, .answer = answer};
        const nyz_stream below = hostile_stream(&h);
        const nyz_stream stream = nyz_read_ahead_open(&window, &below, 0, 0);
        for (int i = 0; i < 3; i++) {
            (void)stream.read(stream.ctx, bytes, sizeof bytes);
        }
        assert_in_range(window.position, 0, 3 * sizeof bytes);
    }
}

/* Each answer to each read of a member whose name is longer than what is read at first.
 */
static void a_member_of_a_long_name_is_read_or_refused(void **state)
{
    static char name[6000];
    const nyz_array array = make_large_array(name, sizeof name);
    (void)state;
    for (int answer = 0; answer < ANSWERS; answer++) {
        for (long nth = 1; nth < 12; nth++) {
            hostile h = {.function = -1, .without = CALLS, .answer = answer, .nth = nth};
            const nyz_stream stream = hostile_stream(&h);
            nyz_npz_writer *writer = NULL;
            nyz_npz *npz = NULL;
            nyz_array out;
            assert_ok(nyz_npz_create_stream(&stream, NULL, &writer, err));
            assert_ok(nyz_npz_add(writer, name, &array, NULL, err));
            assert_ok(nyz_npz_finish(&writer, err));
            assert_ok(nyz_npz_open_stream(&stream, NULL, &npz, err));
            h.calls[READ_AT] = 0;
            h.function = READ_AT;
            if (nyz_npz_load_header_at(npz, 0, NULL, &out, NULL) == NYZ_OK) {
                assert_int_equal(out.shape[0], TALL);
                nyz_array_free(&out);
            }
            nyz_npz_close(&npz);
            nyz_buffer_free(&h.buffer);
        }
    }
}

/* Nothing lies: the table tests what works. */
static void expect_ok(hostile *h, const struct operation *operation,
                      const nyz_buffer *made)
{
    h->function = READ;
    h->nth = 1 << 20;
    assert_int_equal(run_on_copy(h, operation, made), NYZ_OK);
}

static void an_honest_stream_works(void **state)
{
    (void)state;
    each_act(expect_ok);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_honest_stream_works),
        cmocka_unit_test(no_answer_of_a_callback_does_harm),
        cmocka_unit_test(no_answers_together_do_harm),
        cmocka_unit_test(places_near_the_last_are_counted_right),
        cmocka_unit_test(a_large_array_near_the_last_place_is_read_or_refused),
        cmocka_unit_test(a_window_takes_no_answer_for_its_place),
        cmocka_unit_test(a_member_of_a_long_name_is_read_or_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
