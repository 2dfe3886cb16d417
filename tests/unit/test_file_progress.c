/* SPDX-License-Identifier: MIT */
/* The progress callback in the calls on a handle (nyz_file.h): .npy, .npz, and formats of other
 * libraries, by each way in which these are loaded. */
#include "support/faults.h"
#include "support/progress_watch.h"

#include "nyz_container.h"

enum { ROWS = 5, COLUMNS = 1 << 20, THREADS = 3, START = 64 };
#define DATA_BYTES ((int64_t)ROWS * COLUMNS * 4)

/* ------------------------------------------------------------- a format of another library */

/* The magic "FILL", and at 64 one array. */
static nyz_stream fill_stream;

static int fill_probe(const nyz_sample *sample)
{
    return memcmp(sample->first, "FILL", 4) == 0 ? NYZ_PROBE_SURE : NYZ_PROBE_NO;
}

static nyz_status fill_open(const nyz_stream *stream, const nyz_sample *sample,
                            const nyz_options *opt, void **state, nyz_error *err)
{
    (void)sample;
    (void)opt;
    (void)state;
    (void)err;
    fill_stream = *stream;
    return NYZ_OK;
}

static void fill_close(void *state)
{
    (void)state;
}

static int64_t fill_count(const void *state)
{
    (void)state;
    return 1;
}

static void fill_entry(const void *state, int64_t index, nyz_entry *out)
{
    (void)state;
    (void)index;
    out->name = "a";
    out->name_size = 1;
}

static nyz_status fill_info(const void *state, int64_t index, nyz_item *out,
                            nyz_error *err)
{
    (void)state;
    (void)index;
    (void)err;
    out->kind = NYZ_ITEM_ARRAY;
    out->data_offset = START;
    out->header.dtype = nyz_dtype_of(NYZ_FLOAT32);
    out->header.ndim = 2;
    out->header.shape[0] = ROWS;
    out->header.shape[1] = COLUMNS;
    out->header.strides[0] = COLUMNS * 4;
    out->header.strides[1] = 4;
    return NYZ_OK;
}

static nyz_status bytes_info(const void *state, int64_t index, nyz_item *out,
                             nyz_error *err)
{
    (void)state;
    (void)index;
    (void)err;
    out->kind = NYZ_ITEM_BYTES;
    out->data_size = DATA_BYTES;
    out->data_offset = START;
    return NYZ_OK;
}

static nyz_status fill_read(const void *state, int64_t index, void *to, size_t size,
                            nyz_error *err)
{
    (void)state;
    (void)index;
    (void)err;
    assert_int_equal(fill_stream.read_at(fill_stream.ctx, START, to, size), size);
    return NYZ_OK;
}

/* It goes on however often it is cancelled, and then fails of something else. */
static nyz_status fill_load(const void *state, int64_t index, const nyz_options *opt,
                            nyz_array *out, nyz_error *err)
{
    const nyz_dtype f4 = nyz_dtype_of(NYZ_FLOAT32);
    const int64_t shape[] = {ROWS, COLUMNS};
    int cancelled = 0;
    (void)state;
    (void)index;
    for (int64_t row = 1; opt->progress != NULL && row <= ROWS; row++) {
        cancelled |= opt->progress(opt->progress_ctx, row * COLUMNS * 4, -1);
    }
    return cancelled ? NYZ_ERR_IO : nyz_array_new(&f4, 2, shape, opt, out, err);
}

/* ---------------------------------------------------------------------------- the files */

typedef struct fixture {
    float *numbers;
    float *memory;
    nyz_array into;
    nyz_buffer npy, npz, fill;
} fixture;

static void fill(fixture *s)
{
    static const char magic[START] = "FILL";
    const nyz_dtype dtype = nyz_dtype_of(NYZ_FLOAT32);
    const int64_t shape[] = {ROWS, COLUMNS};
    const nyz_options fast = {.level = NYZ_LEVEL_FAST};
    const nyz_stream npy = nyz_stream_buffer(&s->npy);
    const nyz_stream npz = nyz_stream_buffer(&s->npz);
    const nyz_stream other = nyz_stream_buffer(&s->fill);
    nyz_npz_writer *writer = NULL;
    nyz_array array;
    for (int64_t i = 0; i < DATA_BYTES / 4; i++) {
        s->numbers[i] = (float)(i % 1000);
    }
    assert_ok(nyz_array_wrap(s->numbers, &dtype, 2, shape, NULL, &array, err));
    assert_ok(nyz_array_wrap(s->memory, &dtype, 2, shape, NULL, &s->into, err));
    assert_ok(nyz_write(&npy, &array, NULL, err));
    assert_ok(nyz_write(&npy, &array, NULL, err)); /* two arrays */
    assert_ok(nyz_npz_create_stream(&npz, NULL, &writer, err));
    assert_ok(nyz_npz_add(writer, "stored", &array, NULL, err));
    assert_ok(nyz_npz_add(writer, "deflated", &array, &fast, err));
    assert_ok(nyz_npz_finish(&writer, err));
    assert_int_equal(other.write(other.ctx, magic, START), START);
    assert_int_equal(other.write(other.ctx, s->numbers, (size_t)DATA_BYTES), DATA_BYTES);
}

static int set_up(void **state)
{
    fixture *const s = calloc(1, sizeof *s);
    assert_non_null(s);
    s->numbers = malloc((size_t)DATA_BYTES);
    s->memory = malloc((size_t)DATA_BYTES);
    assert_true(s->numbers != NULL && s->memory != NULL);
    fill(s);
    *state = s;
    return 0;
}

static int tear_down(void **state)
{
    fixture *const s = *state;
    nyz_buffer_free(&s->npy);
    nyz_buffer_free(&s->npz);
    nyz_buffer_free(&s->fill);
    free(s->numbers);
    free(s->memory);
    free(s);
    return 0;
}

/* ---------------------------------------------------------------------------- the calls */

typedef enum format { NPY, NPZ, FILL, FILL_READ, FILL_LOAD, FILL_BYTES } format;
typedef enum what { LOAD, F_ORDER, INTO, BYTES, OPEN } what;

static const struct {
    const char *name;
    format format;
    what what;
    int64_t index;
    int64_t least;
    int in_steps; /* of at most MAX_STEP */
} calls[] = {
    {"npy, load", NPY, LOAD, 0, DATA_BYTES, 1},
    {"npy, load the last", NPY, LOAD, 1, DATA_BYTES, 1},
    {"npy, load in Fortran order", NPY, F_ORDER, 0, DATA_BYTES, 1},
    {"npy, load_into", NPY, INTO, 0, DATA_BYTES, 1},
    {"npy, bytes", NPY, BYTES, 0, DATA_BYTES, 1},
    {"npz, load stored", NPZ, LOAD, 0, DATA_BYTES, 1},
    {"npz, load deflated", NPZ, LOAD, 1, DATA_BYTES, 1},
    {"npz, load_into", NPZ, INTO, 1, DATA_BYTES, 1},
    {"npz, bytes", NPZ, BYTES, 1, DATA_BYTES, 1},
    {"from its place, load", FILL, LOAD, 0, DATA_BYTES, 1},
    {"from its place, load in Fortran order", FILL, F_ORDER, 0, DATA_BYTES, 1},
    {"from its place, load_into", FILL, INTO, 0, DATA_BYTES, 1},
    {"from its place, bytes", FILL_BYTES, BYTES, 0, DATA_BYTES, 1},
    {"by read, load", FILL_READ, LOAD, 0, DATA_BYTES, 0},
    {"by read, load_into", FILL_READ, INTO, 0, DATA_BYTES, 0},
    {"by load", FILL_LOAD, LOAD, 0, DATA_BYTES, 1},
    {"open a stream that cannot seek", NPZ, OPEN, 0, DATA_BYTES, 1},
};
enum { CALLS = sizeof calls / sizeof calls[0] };

static nyz_status open_format(fixture *s, format how, const nyz_options *opt,
                              int by_stream, nyz_file **file, nyz_error *err)
{
    static nyz_container table;
    static const nyz_container *const formats[] = {&table};
    nyz_buffer *const b = how == NPY ? &s->npy : how == NPZ ? &s->npz : &s->fill;
    const nyz_container fill_table = {.version = NYZ_CONTAINER_VERSION,
                                      .struct_size = sizeof(nyz_container),
                                      .name = "fill",
                                      .noun = "file",
                                      .probe = fill_probe,
                                      .open = fill_open,
                                      .close = fill_close,
                                      .count = fill_count,
                                      .entry = fill_entry,
                                      .info = fill_info};
    table = fill_table;
    table.read = how == FILL_READ ? fill_read : NULL;
    table.load = how == FILL_LOAD ? fill_load : NULL;
    table.info = how == FILL_BYTES ? bytes_info : fill_info;
    if (by_stream) {
        nyz_stream stream = nyz_stream_buffer(b);
        stream.seek = NULL;
        stream.read_at = NULL;
        stream.size = NULL;
        b->position = 0;
        return nyz_file_open_stream_with(&stream, formats, 1, opt, file, err);
    }
    return nyz_file_open_mem_with(b->data, b->size, formats, 1, opt, file, err);
}

static nyz_status use(fixture *s, int which, const nyz_file *file, nyz_options *opt,
                      nyz_error *err)
{
    nyz_array out = {0};
    nyz_status status;
    const int64_t index = calls[which].index;
    opt->order = calls[which].what == F_ORDER ? NYZ_F_ORDER : NYZ_KEEP_ORDER;
    status = calls[which].what == INTO
                 ? nyz_file_load_into_at(file, index, opt, &s->into, err)
             : calls[which].what == BYTES ? nyz_file_bytes_at(file, index, opt, &out, err)
                                          : nyz_file_load_at(file, index, opt, &out, err);
    assert_true(status == NYZ_OK || (out.data == NULL && out.owner == NULL));
    nyz_array_free(&out);
    return status;
}

/* as_opened: the callback is one of the options with which the file is opened. */
static nyz_status run(fixture *s, int which, int threads, int as_opened, watch *w,
                      nyz_error *err)
{
    counting memory;
    nyz_options opt = {.threads = threads, .progress = watch_progress, .progress_ctx = w};
    nyz_options quiet = {.threads = threads};
    nyz_file *file = NULL;
    const int opening = calls[which].what == OPEN;
    counting_init(&memory);
    opt.allocator = quiet.allocator = threads == 1 ? &memory.allocator : NULL;
    w->thread = &this_thread;
    nyz_status status =
        open_format(s, calls[which].format, opening || as_opened ? &opt : &quiet, opening,
                    &file, err);
    assert_true((file != NULL) == (status == NYZ_OK));
    if (status == NYZ_OK && !opening) {
        assert_int_equal(w->calls, 0);
        nyz_array out = {0};
        status = as_opened ? nyz_file_load_at(file, calls[which].index, NULL, &out, err)
                           : use(s, which, file, &opt, err);
        nyz_array_free(&out);
    }
    nyz_file_close(&file);
    assert_int_equal(memory.live, 0);
    return status;
}

static void check(int which, int threads, const watch *w)
{
    const int small = threads == 1 && calls[which].in_steps;
    if (w->on_other_thread || w->calls < 1 || (small && w->calls < 2) ||
        w->done < calls[which].least || (small && w->largest_step > MAX_STEP) ||
        (w->total >= 0 && w->done > w->total)) {
        fail_msg("%s, %d threads: %d calls, done %lld of %lld, a step of %lld",
                 calls[which].name, threads, (int)w->calls, (long long)w->done,
                 (long long)w->total, (long long)w->largest_step);
    }
}

static void every_call_on_a_handle_reports_all_that_it_moves(void **state)
{
    for (int i = 0; i < CALLS; i++) {
        for (int threads = 1; threads <= THREADS; threads += THREADS - 1) {
            watch w = {0};
            nyz_error err = {0};
            if (run(*state, i, threads, 0, &w, &err) != NYZ_OK) {
                fail_msg("%s: %s", calls[i].name, err.message);
            }
            check(i, threads, &w);
        }
    }
}

static void a_callback_of_opening_holds_for_calls_without_options(void **state)
{
    for (int i = 0; i < CALLS; i++) {
        watch w = {0};
        nyz_error err = {0};
        if (calls[i].what != LOAD) {
            continue;
        }
        if (run(*state, i, 1, 1, &w, &err) != NYZ_OK) {
            fail_msg("%s: %s", calls[i].name, err.message);
        }
        check(i, 1, &w);
    }
}

static void every_call_on_a_handle_can_be_cancelled(void **state)
{
    for (int i = 0; i < CALLS; i++) {
        for (int threads = 1; threads <= THREADS; threads += THREADS - 1) {
            for (int64_t at = 1; at <= 1 + calls[i].in_steps; at++) {
                watch w = {.cancel_at = at};
                nyz_error err = {0};
                const nyz_status status = run(*state, i, threads, 0, &w, &err);
                if (threads > 1 && status == NYZ_OK && w.calls <= at) {
                    continue; /* the other threads did nearly all */
                }
                if (status != NYZ_ERR_CANCELLED || err.status != NYZ_ERR_CANCELLED ||
                    strcmp(err.message, "cancelled") != 0 || w.calls != at) {
                    fail_msg("%s, %d threads: status %s, %s, %d calls", calls[i].name,
                             threads, nyz_status_text(status), err.message, (int)w.calls);
                }
                if (calls[i].what != OPEN) {
                    assert_int_equal(err.member_index, calls[i].index);
                }
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_call_on_a_handle_reports_all_that_it_moves),
        cmocka_unit_test(a_callback_of_opening_holds_for_calls_without_options),
        cmocka_unit_test(every_call_on_a_handle_can_be_cancelled),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
