/* SPDX-License-Identifier: MIT */
/* The progress callback: called by the caller's thread, often enough, and able to cancel every
 * call that moves data: src/base/progress.c, src/io/progress_stream.c. */
#include "support/support.h"

#include <unistd.h>

#include "support/faults.h"
#include "support/progress_watch.h"
#include "support/temp_directory.h"

enum { ROWS = 5, COLUMNS = 1 << 20, THREADS = 3 };
#define DATA_BYTES ((int64_t)ROWS * COLUMNS * 4)
typedef struct fixture {
    temp_directory *directory;
    char npy_path[8192];
    char npz_path[8192];
    char new_path[8192];
    float *numbers;
    float *memory;
    nyz_array array;
    nyz_array into;
    nyz_buffer file;
    nyz_npz *npz;
} fixture;

typedef nyz_status call(fixture *s, const nyz_options *opt, nyz_error *err);

static nyz_status finish(nyz_array *out, nyz_status status)
{
    if (status != NYZ_OK) {
        assert_null(out->data);
        assert_null(out->owner);
    }
    nyz_array_free(out);
    return status;
}

static nyz_status load(fixture *s, const nyz_options *opt, nyz_error *err)
{
    nyz_array out;
    return finish(&out, nyz_load(s->npy_path, opt, &out, err));
}

static nyz_status load_in_fortran_order(fixture *s, const nyz_options *opt,
                                        nyz_error *err)
{
    nyz_array out;
    nyz_options o = *opt;
    o.order = NYZ_F_ORDER;
    return finish(&out, nyz_load(s->npy_path, &o, &out, err));
}

static nyz_status load_mem(fixture *s, const nyz_options *opt, nyz_error *err)
{
    nyz_array out;
    return finish(&out, nyz_load_mem(s->file.data, s->file.size, opt, &out, err));
}

static nyz_status load_into(fixture *s, const nyz_options *opt, nyz_error *err)
{
    return nyz_load_into(s->npy_path, opt, &s->into, err);
}

static nyz_status read_buffer(fixture *s, const nyz_options *opt, nyz_error *err)
{
    nyz_array out;
    const nyz_stream stream = nyz_stream_buffer(&s->file);
    s->file.position = 0;
    return finish(&out, nyz_read(&stream, opt, &out, err));
}

static nyz_status read_unknown_size(fixture *s, const nyz_options *opt, nyz_error *err)
{
    nyz_array out;
    nyz_stream stream = nyz_stream_buffer(&s->file);
    stream.seek = NULL;
    stream.read_at = NULL;
    stream.size = NULL;
    s->file.position = 0;
    return finish(&out, nyz_read(&stream, opt, &out, err));
}

static nyz_status read_into(fixture *s, const nyz_options *opt, nyz_error *err)
{
    const nyz_stream stream = nyz_stream_buffer(&s->file);
    s->file.position = 0;
    return nyz_read_into(&stream, opt, &s->into, err);
}

static nyz_status npz_load_at(fixture *s, const nyz_options *opt, int64_t index,
                              nyz_error *err)
{
    nyz_array out;
    return finish(&out, nyz_npz_load_at(s->npz, index, opt, &out, err));
}

static nyz_status load_stored(fixture *s, const nyz_options *opt, nyz_error *err)
{
    return npz_load_at(s, opt, 0, err);
}

static nyz_status load_deflated(fixture *s, const nyz_options *opt, nyz_error *err)
{
    return npz_load_at(s, opt, 1, err);
}

static nyz_status npz_load_into(fixture *s, const nyz_options *opt, nyz_error *err)
{
    return nyz_npz_load_into(s->npz, "deflated", opt, &s->into, err);
}

static nyz_status npz_bytes(fixture *s, const nyz_options *opt, nyz_error *err)
{
    nyz_array out;
    return finish(&out, nyz_npz_bytes(s->npz, "deflated", opt, &out, err));
}

static nyz_status load_all(fixture *s, const nyz_options *opt, nyz_error *err)
{
    nyz_arrays *all = NULL;
    const nyz_status status = nyz_npz_load_all(s->npz, opt, &all, err);
    assert_true((all != NULL) == (status == NYZ_OK));
    nyz_arrays_free(&all);
    return status;
}

static nyz_status save(fixture *s, const nyz_options *opt, nyz_error *err)
{
    return nyz_save(&s->array, s->new_path, opt, err);
}

static nyz_status save_transposed(fixture *s, const nyz_options *opt, nyz_error *err)
{
    nyz_array turned;
    nyz_options o = *opt;
    o.order = NYZ_C_ORDER;
    assert_int_equal(nyz_array_transpose(&s->array, NULL, &turned, err), NYZ_OK);
    return nyz_save(&turned, s->new_path, &o, err);
}

static nyz_status save_mem(fixture *s, const nyz_options *opt, nyz_error *err)
{
    nyz_buffer out;
    const nyz_status status = nyz_save_mem(&s->array, opt, &out, err);
    assert_true((out.data != NULL) == (status == NYZ_OK));
    nyz_buffer_free(&out);
    return status;
}

static nyz_status write_buffer(fixture *s, const nyz_options *opt, nyz_error *err)
{
    nyz_buffer out = {.allocator = opt->allocator};
    const nyz_stream stream = nyz_stream_buffer(&out);
    const nyz_status status = nyz_write(&stream, &s->array, opt, err);
    nyz_buffer_free(&out);
    return status;
}

static nyz_status save_npz(fixture *s, const nyz_options *opt, nyz_method method,
                           nyz_error *err)
{
    const nyz_array arrays[] = {s->array, s->array};
    nyz_options o = *opt;
    o.method = method;
    o.level = method == NYZ_DEFLATED ? NYZ_LEVEL_FAST : NYZ_LEVEL_DEFAULT;
    return nyz_npz_save(s->new_path, NULL, arrays, 2, &o, err);
}

static nyz_status save_npz_stored(fixture *s, const nyz_options *opt, nyz_error *err)
{
    return save_npz(s, opt, NYZ_STORED, err);
}

static nyz_status save_npz_deflated(fixture *s, const nyz_options *opt, nyz_error *err)
{
    return save_npz(s, opt, NYZ_DEFLATED, err);
}

/* Members that threads deflate side by side. */
static nyz_status save_rows(fixture *s, const nyz_options *opt, nyz_error *err)
{
    nyz_array rows[ROWS];
    nyz_options o = *opt;
    o.level = 1;
    for (int i = 0; i < ROWS; i++) {
        assert_int_equal(nyz_array_index(&s->array, 0, i, &rows[i], err), NYZ_OK);
    }
    return nyz_npz_save(s->new_path, NULL, rows, ROWS, &o, err);
}

static nyz_status add_and_finish(fixture *s, const nyz_options *opt, int as_bytes,
                                 nyz_error *err)
{
    nyz_npz_writer *writer = NULL;
    nyz_options quiet = *opt;
    quiet.progress = NULL;
    assert_int_equal(nyz_npz_create(s->new_path, &quiet, &writer, err), NYZ_OK);
    (void)(as_bytes ? nyz_npz_add_bytes(writer, "a", s->numbers, DATA_BYTES, opt, NULL)
                    : nyz_npz_add(writer, "a", &s->array, opt, NULL));
    return nyz_npz_finish(&writer, err);
}

static nyz_status add(fixture *s, const nyz_options *opt, nyz_error *err)
{
    return add_and_finish(s, opt, 0, err);
}

static nyz_status add_bytes(fixture *s, const nyz_options *opt, nyz_error *err)
{
    return add_and_finish(s, opt, 1, err);
}

static const struct {
    const char *name;
    call *call;
    int64_t least; /* data bytes that are reported at least */
} calls[] = {
    {"load", load, DATA_BYTES},
    {"load in Fortran order", load_in_fortran_order, DATA_BYTES},
    {"load_mem", load_mem, DATA_BYTES},
    {"load_into", load_into, DATA_BYTES},
    {"read", read_buffer, DATA_BYTES},
    {"read, size not known", read_unknown_size, DATA_BYTES},
    {"read_into", read_into, DATA_BYTES},
    {"npz_load, stored", load_stored, DATA_BYTES},
    {"npz_load, deflated", load_deflated, DATA_BYTES},
    {"npz_load_into", npz_load_into, DATA_BYTES},
    {"npz_bytes", npz_bytes, DATA_BYTES},
    {"npz_load_all", load_all, 2 * DATA_BYTES},
    {"save", save, DATA_BYTES},
    {"save, transposed", save_transposed, DATA_BYTES},
    {"save_mem", save_mem, DATA_BYTES},
    {"write", write_buffer, DATA_BYTES},
    {"npz_save, stored", save_npz_stored, 2 * DATA_BYTES},
    {"npz_save, deflated", save_npz_deflated, 2 * DATA_BYTES},
    {"npz_save, many", save_rows, DATA_BYTES},
    {"npz_add", add, DATA_BYTES},
    {"npz_add_bytes", add_bytes, DATA_BYTES},
};
enum { CALLS = sizeof calls / sizeof calls[0] };

static nyz_status run(fixture *s, int which, int threads, watch *w, nyz_error *err)
{
    nyz_options opt = {
        .flags = NYZ_NO_SYNC, .threads = threads, .progress = watch_progress};
    opt.progress_ctx = w;
    w->thread = &this_thread;
    return calls[which].call(s, &opt, err);
}

static void every_call_reports_all_that_it_moves_in_small_steps(void **state)
{
    fixture *const s = *state;
    for (int i = 0; i < CALLS; i++) {
        for (int threads = 1; threads <= THREADS; threads += THREADS - 1) {
            watch w = {0};
            nyz_error err = {0};
            if (run(s, i, threads, &w, &err) != NYZ_OK) {
                fail_msg("%s: %s", calls[i].name, err.message);
            }
            if (w.on_other_thread || w.calls < (threads == 1 ? 2 : 1) ||
                w.done < calls[i].least || (threads == 1 && w.largest_step > MAX_STEP) ||
                (w.total >= 0 && w.done > w.total)) {
                fail_msg("%s, %d threads: %d calls, done %lld of %lld, a step of %lld",
                         calls[i].name, threads, (int)w.calls, (long long)w.done,
                         (long long)w.total, (long long)w.largest_step);
            }
            (void)unlink(s->new_path);
        }
    }
}

static void every_call_can_be_cancelled_and_leaves_nothing(void **state)
{
    fixture *const s = *state;
    for (int i = 0; i < CALLS; i++) {
        for (int threads = 1; threads <= THREADS; threads += THREADS - 1) {
            watch all = {0};
            (void)run(s, i, threads, &all, NULL);
            (void)unlink(s->new_path);
            for (int64_t at = 1; at <= 2; at++) {
                watch w = {.cancel_at = at};
                nyz_error err = {0};
                const nyz_status status = run(s, i, threads, &w, &err);
                if (threads > 1 && status == NYZ_OK && w.calls <= at) {
                    (void)unlink(s->new_path); /* the other threads did nearly all */
                    continue;
                }
                if (status != NYZ_ERR_CANCELLED || err.status != NYZ_ERR_CANCELLED ||
                    strcmp(err.message, "cancelled") != 0 || w.calls != at) {
                    fail_msg("%s, %d threads: status %s, %s, %d calls", calls[i].name,
                             threads, nyz_status_text(status), err.message, (int)w.calls);
                }
                assert_int_equal(count_names(s->directory->path), 2);
            }
        }
    }
}

static void fill(fixture *s)
{
    const nyz_dtype dtype = nyz_dtype_of(NYZ_FLOAT32);
    const int64_t shape[] = {ROWS, COLUMNS};
    const nyz_stream stream = nyz_stream_buffer(&s->file);
    nyz_npz_writer *writer = NULL;
    nyz_options fast = {.level = NYZ_LEVEL_FAST};
    for (int64_t i = 0; i < DATA_BYTES / 4; i++) {
        s->numbers[i] = (float)(i % 1000);
    }
    assert_ok(nyz_array_wrap(s->numbers, &dtype, 2, shape, NULL, &s->array, err));
    assert_ok(nyz_array_wrap(s->memory, &dtype, 2, shape, NULL, &s->into, err));
    assert_ok(nyz_save(&s->array, s->npy_path, NULL, err));
    assert_ok(nyz_write(&stream, &s->array, NULL, err));
    assert_ok(nyz_npz_create(s->npz_path, NULL, &writer, err));
    assert_ok(nyz_npz_add(writer, "stored", &s->array, NULL, err));
    assert_ok(nyz_npz_add(writer, "deflated", &s->array, &fast, err));
    assert_ok(nyz_npz_finish(&writer, err));
    assert_ok(nyz_npz_open(s->npz_path, NULL, &s->npz, err));
}

static int set_up(void **state)
{
    fixture *const s = calloc(1, sizeof *s);
    assert_non_null(s);
    void *directory = NULL;
    assert_int_equal(make_directory(&directory), 0);
    s->directory = directory;
    strcpy(s->npy_path, in_directory(directory, "a.npy"));
    strcpy(s->npz_path, in_directory(directory, "a.npz"));
    strcpy(s->new_path, in_directory(directory, "new"));
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
    nyz_npz_close(&s->npz);
    nyz_buffer_free(&s->file);
    void *directory = s->directory;
    (void)remove_directory(&directory);
    free(s->numbers);
    free(s->memory);
    free(s);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_call_reports_all_that_it_moves_in_small_steps),
        cmocka_unit_test(every_call_can_be_cancelled_and_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
