/* Both paths of reading archives, compared.  The streaming path is used for a request
 * of C order. */
#ifndef NYZ_TESTS_READ_PATHS_H
#define NYZ_TESTS_READ_PATHS_H

#include "support/faults.h"

static inline int same_array(const nyz_array *a, const nyz_array *b)
{
    const int64_t bytes = nyz_size(a) * a->dtype.itemsize;
    return a->dtype.type == b->dtype.type && a->dtype.itemsize == b->dtype.itemsize &&
           a->dtype.byteorder == b->dtype.byteorder && a->ndim == b->ndim &&
           memcmp(a->shape, b->shape, sizeof a->shape) == 0 &&
           memcmp(a->strides, b->strides, sizeof a->strides) == 0 &&
           (bytes == 0 || memcmp(a->data, b->data, (size_t)bytes) == 0);
}

/* What load_all should do, by loads of single members on the streaming path. */
static inline nyz_status load_one_by_one(const nyz_npz *npz, nyz_array *out,
                                         nyz_error *err)
{
    for (int64_t i = 0; i < nyz_npz_count(npz); i++) {
        nyz_array header;
        nyz_options opt = {0};
        memset(&out[i], 0, sizeof out[i]);
        if (nyz_npz_peek(npz, i, NULL, &header, NULL) == NYZ_OK) {
            /* the file's own order, and yet not NYZ_KEEP_ORDER */
            opt.order =
                nyz_is_contiguous(&header, NYZ_C_ORDER) ? NYZ_C_ORDER : NYZ_F_ORDER;
            nyz_array_free(&header);
        }
        const nyz_status status = nyz_npz_load_at(npz, i, &opt, &out[i], err);
        if (status != NYZ_OK && status != NYZ_ERR_NOT_FOUND) {
            return status;
        }
        memset(err, 0, sizeof *err); /* a member that is no array is no failure */
    }
    return NYZ_OK;
}

static inline void compare_read_paths(const nyz_npz *npz, int threads)
{
    const int64_t count = nyz_npz_count(npz);
    nyz_array *const plain = calloc((size_t)count + 1, sizeof *plain);
    nyz_error plain_error = {NYZ_OK, 0, 0, ""};
    nyz_error all_error = {NYZ_OK, 0, 0, ""};
    nyz_arrays all;
    counting c;
    nyz_options opt = {0};
    assert_non_null(plain);
    counting_init(&c);
    opt.threads = threads;
    if (threads == 1) { /* it does not lock */
        opt.allocator = &c.allocator;
    }
    const nyz_status expected = load_one_by_one(npz, plain, &plain_error);
    const nyz_status status = nyz_npz_load_all(npz, &opt, &all, &all_error);
    assert_int_equal(status, expected);
    assert_string_equal(all_error.message, plain_error.message);
    assert_int_equal(all.count, status == NYZ_OK ? count : 0);
    for (int64_t i = 0; i < all.count; i++) {
        nyz_array one;
        nyz_options alone = {0};
        alone.threads = threads;
        assert_true(same_array(&all.items[i], &plain[i]));
        if (plain[i].dtype.type != NYZ_NONE) {
            assert_ok(nyz_npz_load_at(npz, i, &alone, &one, err));
            assert_true(same_array(&one, &plain[i]));
            assert_int_equal((uintptr_t)one.data % 64, 0);
            nyz_array_free(&one);
        }
    }
    nyz_arrays_free(&all);
    assert_int_equal(c.live, 0);
    for (int64_t i = 0; i < count; i++) {
        nyz_array_free(&plain[i]);
    }
    free(plain);
}

/* Of nyz_npz_load_all. */
static inline void fail_every_allocation(const nyz_buffer *file)
{
    nyz_npz *npz = NULL;
    nyz_status status = NYZ_ERR_MEMORY;
    assert_ok(nyz_npz_open_mem(file->data, file->size, NULL, &npz, err));
    for (long n = 1; status != NYZ_OK || n < 8; n++) {
        counting c;
        nyz_options opt = {0};
        nyz_arrays all;
        counting_init(&c);
        c.fail_at = n;
        c.for_good = 1;
        opt.allocator = &c.allocator;
        status = nyz_npz_load_all(npz, &opt, &all, NULL);
        assert_true(status == NYZ_OK || status == NYZ_ERR_MEMORY);
        nyz_arrays_free(&all);
        assert_int_equal(c.live, 0);
        assert_true(n < 1000);
    }
    nyz_npz_close(&npz);
}

#endif
