/* SPDX-License-Identifier: MIT */
/* Arrays that stay in their file: src/npy/npy_map.c, src/npz/npz_map.c, src/io/mapping.c. */
#include "nyz_map.h"

#include "base/alloc.h"
#include "dtype/dtype.h"
#include "io/mapping.h"
#include "support/entry_points.h"
#include "support/temp_directory.h"

#include <signal.h>
#include <sys/wait.h>

static const nyz_options as_stored = {.byteorder = NYZ_KEEP_BYTEORDER};

/* ------------------------------------------------------------------------------------ files */

/* `count` numbers 0, 1, ... of this type, in a new .npy file. */
static const char *numbers(temp_directory *directory, const char *name, int64_t count)
{
    const nyz_dtype dtype = nyz_dtype_of(NYZ_FLOAT32);
    nyz_array array;
    assert_ok(nyz_array_new(&dtype, 1, &count, NULL, &array, err));
    for (int64_t i = 0; i < count; i++) {
        ((float *)array.data)[i] = (float)i;
    }
    const char *const path = in_directory(directory, name);
    assert_ok(nyz_save(&array, path, NULL, err));
    nyz_array_free(&array);
    return path;
}

static float number_at(const nyz_array *array, int64_t i)
{
    return ((const float *)array->data)[i];
}

static float number_in_file(const char *path, int64_t i)
{
    nyz_array array;
    assert_ok(nyz_load(path, NULL, &array, err));
    const float value = number_at(&array, i);
    nyz_array_free(&array);
    return value;
}

static void a_map_is_read_only_and_says_so(void **state)
{
    nyz_array array;
    const char *const path = numbers(*state, "a.npy", 5000);
    const int before = count_descriptors();
    assert_ok(nyz_map(path, NYZ_MAP_READ, NULL, &array, err));
    assert_int_equal(array.flags, NYZ_MAPPED | NYZ_READONLY);
    assert_int_equal(count_descriptors(), before);
    assert_true(number_at(&array, 4999) == 4999);
    assert_fails(NYZ_ERR_ARGUMENT, "read-only", nyz_load_into(path, NULL, &array, err));
    assert_fails(NYZ_ERR_ARGUMENT, "not mapped to be written",
                 nyz_map_flush(&array, err));
    nyz_array_free(&array);
}

static void what_is_written_to_a_private_map_is_not_in_the_file(void **state)
{
    nyz_array array;
    const char *const path = numbers(*state, "a.npy", 5000);
    assert_ok(nyz_map(path, NYZ_MAP_PRIVATE, NULL, &array, err));
    assert_int_equal(array.flags, NYZ_MAPPED);
    ((float *)array.data)[3] = -1;
    assert_true(number_in_file(path, 3) == 3);
    assert_fails(NYZ_ERR_ARGUMENT, "not mapped to be written to the file",
                 nyz_map_flush(&array, err));
    nyz_array_free(&array);
    assert_true(number_in_file(path, 3) == 3);
}

/* The flag alone, which a caller may have set, is not the mapping. */
static void only_what_is_mapped_is_flushed(void **state)
{
    nyz_array array;
    nyz_array copy;
    const char *const path = numbers(*state, "a.npy", 5000);
    assert_ok(nyz_map(path, NYZ_MAP_SHARED, NULL, &array, err));
    assert_ok(nyz_array_copy(&array, NULL, &copy, err));
    copy.flags |= NYZ_MAPPED;
    assert_fails(NYZ_ERR_ARGUMENT, "not mapped to be written to the file",
                 nyz_map_flush(&copy, err));
    nyz_array_free(&copy);
    nyz_array_free(&array);
}

static void what_is_written_to_a_shared_map_is_in_the_file(void **state)
{
    nyz_array array;
    nyz_array view;
    const char *const path = numbers(*state, "a.npy", 5000);
    assert_ok(nyz_map(path, NYZ_MAP_SHARED, NULL, &array, err));
    ((float *)array.data)[3] = -1;
    assert_ok(nyz_map_flush(&array, err));
    assert_true(number_in_file(path, 3) == -1);
    assert_ok(nyz_array_slice(&array, 0, 100, 200, 1, &view, err));
    assert_ok(nyz_map_flush(&view, err));
    assert_ok(nyz_array_slice(&array, 0, 0, 200, 2, &view, err));
    assert_fails(NYZ_ERR_ARGUMENT, "not contiguous", nyz_map_flush(&view, err));
    nyz_array_free(&array);
}

static void a_file_that_may_not_be_written_to_is_not_mapped_shared(void **state)
{
    nyz_array array;
    const char *const path = numbers(*state, "a.npy", 10);
    assert_int_equal(chmod(path, 0400), 0);
    if (geteuid() != 0) {
        assert_fails(NYZ_ERR_IO, "permission denied",
                     nyz_map(path, NYZ_MAP_SHARED, NULL, &array, err));
    }
    assert_ok(nyz_map(path, NYZ_MAP_PRIVATE, NULL, &array, err));
    ((float *)array.data)[0] = 7;
    nyz_array_free(&array);
}

static void a_map_stays_when_its_file_is_replaced(void **state)
{
    nyz_array array;
    const char *const path = numbers(*state, "a.npy", 5000);
    assert_ok(nyz_map(path, NYZ_MAP_READ, NULL, &array, err));
    (void)numbers(*state, "a.npy", 3);
    assert_true(number_at(&array, 4999) == 4999);
    nyz_array_free(&array);
}

static void an_array_retained_keeps_the_mapping(void **state)
{
    nyz_array array;
    nyz_array other;
    const char *const path = numbers(*state, "a.npy", 5000);
    assert_ok(nyz_map(path, NYZ_MAP_READ, NULL, &array, err));
    assert_ok(nyz_array_retain(&array, &other, err));
    nyz_array_free(&array);
    assert_int_equal(other.flags, NYZ_MAPPED | NYZ_READONLY);
    assert_true(number_at(&other, 4999) == 4999);
    nyz_array_free(&other);
}

static void a_file_shorter_than_its_header_says_is_not_mapped(void **state)
{
    nyz_array array;
    const char *const path = numbers(*state, "a.npy", 5000);
    assert_int_equal(truncate(path, 10000), 0);
    assert_fails(NYZ_ERR_CORRUPT, "expected 20000 bytes",
                 nyz_map(path, NYZ_MAP_READ, NULL, &array, err));
    assert_int_equal(truncate(path, 0), 0);
    assert_fails(NYZ_ERR_CORRUPT, "it is empty",
                 nyz_map(path, NYZ_MAP_READ, NULL, &array, err));
}

/* That is what nyz_map.h warns of. */
static void touching_what_was_cut_off_ends_the_program(void **state)
{
    nyz_array array;
    const char *const path = numbers(*state, "a.npy", 50000);
    assert_ok(nyz_map(path, NYZ_MAP_READ, NULL, &array, err));
    assert_int_equal(truncate(path, 4096), 0);
    const pid_t child = fork();
    if (child == 0) {
        (void)signal(SIGBUS, SIG_DFL); /* cmocka's would go on with the next test */
        volatile float value = number_at(&array, 49999);
        (void)value;
        _exit(0);
    }
    int how = 0;
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_false(WIFEXITED(how) && WEXITSTATUS(how) == 0);
    nyz_array_free(&array);
}

static void an_array_without_elements_maps(void **state)
{
    nyz_array array;
    const char *const path = numbers(*state, "a.npy", 0);
    for (int mode = NYZ_MAP_READ; mode <= NYZ_MAP_SHARED; mode++) {
        assert_ok(nyz_map(path, mode, NULL, &array, err));
        assert_null(array.data);
        assert_true((array.flags & NYZ_MAPPED) != 0);
        nyz_array_free(&array);
    }
}

static void only_the_three_modes_are_modes(void **state)
{
    nyz_array array;
    const char *const path = numbers(*state, "a.npy", 5);
    assert_fails(NYZ_ERR_ARGUMENT, "mode 3", nyz_map(path, 3, NULL, &array, err));
    assert_fails(NYZ_ERR_ARGUMENT, "mode -1", nyz_map(path, -1, NULL, &array, err));
}

static void advice_changes_nothing_but_the_speed(void **state)
{
    const nyz_options opt = {.flags = NYZ_MAP_WILLNEED | NYZ_MAP_RANDOM};
    nyz_array array;
    assert_ok(nyz_map(numbers(*state, "a.npy", 5000), NYZ_MAP_READ, &opt, &array, err));
    assert_true(number_at(&array, 4999) == 4999);
    nyz_array_free(&array);
}

/* --------------------------------------------------------------------------- new files */

/* A map of this dtype and order, filled in with bytes 1, 2, ..., is what nyz_save writes. */
static void creates_as_saves(temp_directory *directory, const char *text, nyz_order order,
                             int ndim, nyz_byteorder byteorder)
{
    static const int64_t shape[3] = {7, 30, 41};
    const nyz_options opt = {.order = order, .byteorder = byteorder};
    nyz_dtype dtype;
    nyz_array like;
    nyz_array array;
    nyz_output *output;
    nyz_buffer saved;
    nyz_buffer file = {0};
    char path[8192];
    (void)snprintf(path, sizeof path, "%s", in_directory(directory, "new.npy"));
    assert_ok(nyz_dtype_parse(text, strlen(text), NULL, &dtype, err));
    assert_ok(nyz_array_wrap(NULL, &dtype, ndim, shape, NULL, &like, err));
    assert_ok(nyz_create_map(path, &like, &opt, &output, &array, err));
    assert_int_equal(array.flags, NYZ_MAPPED);
    const size_t size = (size_t)(nyz_array_count(&array) * array.dtype.itemsize);
    for (size_t i = 0; i < size; i++) {
        assert_int_equal(((unsigned char *)array.data)[i], 0);
        ((unsigned char *)array.data)[i] = (unsigned char)(i + 1);
    }
    const nyz_options keep = {.byteorder = NYZ_KEEP_BYTEORDER};
    assert_ok(nyz_save_mem(&array, &keep, &saved, err));
    assert_int_not_equal(access(path, F_OK), 0);
    nyz_array_free(&array);
    assert_ok(nyz_output_finish(&output, err));
    FILE *const written = fopen(path, "rb");
    file.data = malloc(saved.size + 1);
    file.size = fread(file.data, 1, saved.size + 1, written);
    assert_int_equal(fclose(written), 0);
    assert_int_equal(file.size, saved.size);
    assert_memory_equal(file.data, saved.data, saved.size);
    free(file.data);
    nyz_buffer_free(&saved);
    nyz_dtype_free(&dtype);
    assert_int_equal(unlink(path), 0);
}

static void a_created_map_becomes_what_saving_writes(void **state)
{
    static const char *const dtypes[] = {"<f8", ">i2", "|S3",
                                         "[('x', '<f4'), ('y', '|u1')]"};
    for (size_t i = 0; i < 4; i++) {
        for (int ndim = 0; ndim <= 3; ndim++) {
            for (nyz_order order = NYZ_KEEP_ORDER; order <= NYZ_F_ORDER; order++) {
                creates_as_saves(*state, dtypes[i], order, ndim, NYZ_DEFAULT_BYTEORDER);
                creates_as_saves(*state, dtypes[i], order, ndim, NYZ_BIG_ENDIAN);
            }
        }
    }
}

static void begin_map(const char *path, int64_t count, const nyz_options *opt,
                      nyz_output **output, nyz_array *array)
{
    const nyz_dtype dtype = nyz_dtype_of(NYZ_FLOAT32);
    nyz_array like;
    assert_ok(nyz_array_wrap(NULL, &dtype, 1, &count, NULL, &like, err));
    assert_ok(nyz_create_map(path, &like, opt, output, array, err));
}

static void a_created_map_replaces_the_file_only_when_it_is_finished(void **state)
{
    char path[8192];
    nyz_output *output;
    nyz_array array;
    (void)snprintf(path, sizeof path, "%s", numbers(*state, "a.npy", 5000));
    begin_map(path, 100000, NULL, &output, &array);
    ((float *)array.data)[99999] = 5;
    assert_true(number_in_file(path, 4999) == 4999);
    nyz_array_free(&array);
    assert_ok(nyz_output_finish(&output, err));
    assert_true(number_in_file(path, 99999) == 5);
    begin_map(path, 1, NULL, &output, &array);
    nyz_array_free(&array);
    nyz_output_discard(&output);
    assert_true(number_in_file(path, 99999) == 5);
    assert_int_equal(count_names(((temp_directory *)*state)->path), 1);
}

static void a_map_is_created_in_place_on_request(void **state)
{
    const nyz_options in_place = {.flags = NYZ_IN_PLACE};
    char path[8192];
    nyz_output *output;
    nyz_array array;
    struct stat before;
    struct stat after;
    (void)snprintf(path, sizeof path, "%s", numbers(*state, "a.npy", 5000));
    assert_int_equal(stat(path, &before), 0);
    begin_map(path, 20, &in_place, &output, &array);
    ((float *)array.data)[19] = 5;
    nyz_array_free(&array);
    assert_ok(nyz_output_finish(&output, err));
    assert_int_equal(stat(path, &after), 0);
    assert_int_equal(before.st_ino, after.st_ino);
    assert_true(number_in_file(path, 19) == 5);
}

static void an_array_without_elements_is_created(void **state)
{
    const char *const path = in_directory(*state, "a.npy");
    nyz_output *output;
    nyz_array array;
    begin_map(path, 0, NULL, &output, &array);
    assert_null(array.data);
    nyz_array_free(&array);
    assert_ok(nyz_output_finish(&output, err));
    assert_ok(nyz_load(path, NULL, &array, err));
    assert_int_equal(array.shape[0], 0);
    nyz_array_free(&array);
}

static void what_no_map_can_be_created_of_leaves_nothing(void **state)
{
    static const int64_t huge = INT64_MAX / 8;
    static const int64_t one = 1;
    const nyz_dtype dtype = nyz_dtype_of(NYZ_FLOAT32);
    nyz_dtype objects;
    nyz_array like;
    nyz_array array;
    nyz_output *output;
    const char *const path = in_directory(*state, "a.npy");
    assert_ok(nyz_array_wrap(NULL, &dtype, 1, &one, NULL, &like, err));
    assert_fails(NYZ_ERR_UNSUPPORTED, "not a regular file",
                 nyz_create_map("/dev/null", &like, NULL, &output, &array, err));
    assert_null(output);
    assert_ok(nyz_dtype_parse("|O", 2, NULL, &objects, err));
    assert_ok(nyz_array_wrap(NULL, &objects, 1, &one, NULL, &like, err));
    assert_fails(NYZ_ERR_UNSUPPORTED, "Python objects",
                 nyz_create_map(path, &like, NULL, &output, &array, err));
    if (nyz_array_wrap(NULL, &dtype, 1, &huge, NULL, &like, NULL) == NYZ_OK) {
        nyz_error why;
        assert_int_not_equal(nyz_create_map(path, &like, NULL, &output, &array, &why),
                             NYZ_OK);
        assert_null(output);
        assert_null(array.data);
    }
    assert_int_equal(count_names(((temp_directory *)*state)->path), 0);
}

/* ------------------------------------------------------------------- what cannot be mapped */

/* The reason, and that it is loaded on request, but never to be written to. */
static void refuses(const char *path, const nyz_options *opt, const char *reason)
{
    nyz_array array;
    nyz_array loaded;
    nyz_options or_load = *opt;
    or_load.flags |= NYZ_MAP_OR_LOAD;
    assert_fails(NYZ_ERR_UNSUPPORTED, reason,
                 nyz_map(path, NYZ_MAP_READ, opt, &array, err));
    assert_fails(NYZ_ERR_UNSUPPORTED, reason,
                 nyz_map(path, NYZ_MAP_SHARED, &or_load, &array, err));
    assert_ok(nyz_map(path, NYZ_MAP_READ, &or_load, &array, err));
    assert_int_equal(array.flags, 0);
    assert_ok(nyz_load(path, opt, &loaded, err));
    const size_t size = (size_t)(nyz_array_count(&loaded) * loaded.dtype.itemsize);
    assert_int_equal(array.strides[0], loaded.strides[0]);
    assert_memory_equal(array.data, loaded.data, size);
    nyz_array_free(&array);
    nyz_array_free(&loaded);
}

static void save_as(const char *path, nyz_byteorder byteorder, nyz_order order)
{
    static double values[6] = {1, 2, 3, 4, 5, 6};
    static const int64_t shape[2] = {2, 3};
    const nyz_dtype dtype = nyz_dtype_of(NYZ_FLOAT64);
    const nyz_options opt = {.byteorder = byteorder, .order = order};
    nyz_array array;
    assert_ok(nyz_array_wrap(values, &dtype, 2, shape, NULL, &array, err));
    assert_ok(nyz_save(&array, path, &opt, err));
}

static void another_byte_order_is_not_mapped(void **state)
{
    const char *const path = in_directory(*state, "a.npy");
    const int is_little = nyz_native_byteorder() == '<';
    save_as(path, is_little ? NYZ_BIG_ENDIAN : NYZ_LITTLE_ENDIAN, NYZ_C_ORDER);
    nyz_array array;
    const nyz_options defaults = {0};
    refuses(path, &defaults, "NYZ_KEEP_BYTEORDER");
    assert_ok(nyz_map(path, NYZ_MAP_READ, &as_stored, &array, err));
    assert_int_equal(array.dtype.byteorder, is_little ? '>' : '<');
    nyz_array_free(&array);
}

static void another_memory_order_is_not_mapped(void **state)
{
    const char *const path = in_directory(*state, "a.npy");
    const nyz_options c_order = {.order = NYZ_C_ORDER};
    nyz_array array;
    save_as(path, NYZ_NATIVE, NYZ_F_ORDER);
    refuses(path, &c_order, "it is in Fortran order");
    assert_ok(nyz_map(path, NYZ_MAP_READ, NULL, &array, err));
    assert_int_equal(array.strides[0], 8);
    assert_int_equal(array.strides[1], 16);
    assert_true(((const double *)array.data)[1] == 4);
    nyz_array_free(&array);
}

/* A file of four bytes after a header of 81, which NumPy does not write. */
static const char *unaligned(temp_directory *directory, const char *descr, int count)
{
    char text[128];
    const char *const path = in_directory(directory, "a.npy");
    FILE *const file = fopen(path, "wb");
    (void)snprintf(text, sizeof text,
                   "{'descr': '%s', 'fortran_order': False, 'shape': (%d,), }", descr,
                   count);
    (void)fprintf(file, "\x93NUMPY%c%c%c%c%-70s\n\1\2\3\4", 1, 0, 71, 0, text);
    assert_int_equal(fclose(file), 0);
    return path;
}

static void unaligned_data_is_not_mapped(void **state)
{
    const nyz_options defaults = {0};
    nyz_array array;
    assert_ok(nyz_map(unaligned(*state, "|u1", 4), NYZ_MAP_READ, NULL, &array, err));
    assert_int_equal(((const char *)array.data)[3], 4); /* bytes may be anywhere */
    nyz_array_free(&array);
    refuses(unaligned(*state, "=u4", 1), &defaults, "at 81, which is no multiple of 4");
    assert_ok(nyz_map(unaligned(*state, "=u4", 0), NYZ_MAP_READ, NULL, &array, err));
    nyz_array_free(&array);
}

/* The place in the error is one in the file, not an address. */
static void data_that_is_not_aligned_in_memory_is_not_mapped(void **state)
{
    static const int64_t count = 4;
    const nyz_dtype dtype = nyz_dtype_of(NYZ_FLOAT64);
    nyz_array array;
    nyz_buffer file;
    nyz_error why;
    (void)state;
    assert_ok(nyz_array_new(&dtype, 1, &count, NULL, &array, err));
    assert_ok(nyz_save_mem(&array, NULL, &file, err));
    nyz_array_free(&array);
    unsigned char *const moved = malloc(file.size + 1);
    memcpy(moved + 1, file.data, file.size);
    assert_int_equal(nyz_map_mem(moved + 1, file.size, NULL, &array, &why),
                     NYZ_ERR_UNSUPPORTED);
    assert_non_null(
        strstr(why.message, "at 128, which in this memory is no multiple of 8"));
    assert_int_equal(why.offset, 128);
    free(moved);
    nyz_buffer_free(&file);
}

static void a_fifo_is_not_mapped_but_loaded_on_request(void **state)
{
    const char *const from = numbers(*state, "a.npy", 50);
    char path[8192];
    (void)snprintf(path, sizeof path, "%s", from);
    const nyz_options or_load = {.flags = NYZ_MAP_OR_LOAD};
    const char *const fifo = in_directory(*state, "fifo");
    assert_int_equal(mkfifo(fifo, 0600), 0);
    for (int load = 0; load < 2; load++) {
        nyz_array array;
        const pid_t child = fork();
        if (child == 0) {
            nyz_array whole;
            const int fine = nyz_load(path, NULL, &whole, NULL) == NYZ_OK &&
                             nyz_save(&whole, fifo, NULL, NULL) == NYZ_OK;
            nyz_array_free(&whole);
            _exit(!fine);
        }
        if (load) {
            assert_ok(nyz_map(fifo, NYZ_MAP_READ, &or_load, &array, err));
            assert_true(number_at(&array, 49) == 49);
            nyz_array_free(&array);
        } else {
            assert_fails(NYZ_ERR_UNSUPPORTED, "not a regular file",
                         nyz_map(fifo, NYZ_MAP_READ, NULL, &array, err));
        }
        int how = 0;
        assert_int_equal(waitpid(child, &how, 0), child);
    }
}

/* ---------------------------------------------------------------------------------- members */

/* An archive of members "a" and "b", of 1000 and 10 numbers. */
static const char *archive(temp_directory *directory, nyz_method method)
{
    const char *const names[] = {"a", "b"};
    const nyz_dtype dtype = nyz_dtype_of(NYZ_FLOAT32);
    const nyz_options opt = {.method = method};
    const int64_t counts[2] = {1000, 10};
    nyz_array arrays[2];
    for (int i = 0; i < 2; i++) {
        assert_ok(nyz_array_new(&dtype, 1, &counts[i], NULL, &arrays[i], err));
        for (int64_t k = 0; k < counts[i]; k++) {
            ((float *)arrays[i].data)[k] = (float)k;
        }
    }
    const char *const path = in_directory(directory, "a.npz");
    assert_ok(nyz_npz_save(path, names, arrays, 2, &opt, err));
    nyz_array_free(&arrays[0]);
    nyz_array_free(&arrays[1]);
    return path;
}

/* An archive of the member "w", of 1000 float32, whose data is at a multiple of 4. */
static content aligned_archive(void)
{
    static const int64_t count = 1000;
    const nyz_dtype dtype = nyz_dtype_of(NYZ_FLOAT32);
    nyz_array array;
    nyz_member member = {0};
    char name[8] = "w";
    content whole = {NULL, 0};
    assert_ok(nyz_array_new(&dtype, 1, &count, NULL, &array, err));
    for (int64_t k = 0; k < count; k++) {
        ((float *)array.data)[k] = (float)k;
    }
    do { /* a longer name moves the data */
        nyz_npz_writer *writer;
        nyz_npz *npz;
        nyz_buffer buffer = {0};
        const nyz_stream stream = nyz_stream_buffer(&buffer);
        free(whole.bytes);
        assert_ok(nyz_npz_create_stream(&stream, NULL, &writer, err));
        assert_ok(nyz_npz_add(writer, name, &array, NULL, err));
        assert_ok(nyz_npz_finish(&writer, err));
        assert_ok(nyz_npz_open_mem(buffer.data, buffer.size, NULL, &npz, err));
        assert_ok(nyz_npz_locate_at(npz, 0, &member, err));
        whole.bytes = malloc(buffer.size);
        whole.size = buffer.size;
        memcpy(whole.bytes, buffer.data, buffer.size);
        nyz_npz_close(&npz);
        nyz_buffer_free(&buffer);
        strcat(name, "w");
    } while (member.data_offset % 4 != 0);
    nyz_array_free(&array);
    return whole;
}

static const char *put_archive(temp_directory *directory, const content *whole)
{
    const char *const path = in_directory(directory, "w.npz");
    FILE *const file = fopen(path, "wb");
    assert_int_equal(fwrite(whole->bytes, 1, whole->size, file), whole->size);
    assert_int_equal(fclose(file), 0);
    return path;
}

static void a_member_maps_and_outlives_its_archive(void **state)
{
    content whole = aligned_archive();
    const char *const path = put_archive(*state, &whole);
    nyz_npz *npz;
    nyz_array first;
    nyz_array second;
    nyz_array mine;
    assert_ok(nyz_npz_open(path, NULL, &npz, err));
    assert_ok(nyz_npz_map_at(npz, 0, NYZ_MAP_READ, NULL, &first, err));
    assert_ok(nyz_npz_map_at(npz, 0, NYZ_MAP_READ, NULL, &second, err));
    assert_ok(nyz_npz_map_at(npz, 0, NYZ_MAP_PRIVATE, NULL, &mine, err));
    nyz_npz_close(&npz);
    assert_int_equal(first.flags, NYZ_MAPPED | NYZ_READONLY);
    assert_ptr_equal(first.data, second.data); /* one mapping of the file */
    assert_ptr_not_equal(first.data, mine.data);
    ((float *)mine.data)[999] = 0;
    nyz_array_free(&second);
    assert_true(number_at(&first, 999) == 999);
    nyz_array_free(&first);
    nyz_array_free(&mine);
    free(whole.bytes);
}

/* Members that begin at each place modulo 8. */
static void a_member_without_elements_maps_wherever_it_is(void **state)
{
    static const int64_t none = 0;
    const char *const path = in_directory(*state, "none.npz");
    const nyz_dtype dtype = nyz_dtype_of(NYZ_FLOAT64);
    char name[] = "aaaaaaaaa";
    nyz_npz_writer *writer;
    nyz_npz *npz;
    nyz_array array;
    assert_ok(nyz_array_wrap(NULL, &dtype, 1, &none, NULL, &array, err));
    assert_ok(nyz_npz_create(path, NULL, &writer, err));
    for (int i = 1; i <= 8; i++) {
        assert_ok(nyz_npz_add(writer, name + i, &array, NULL, err));
    }
    assert_ok(nyz_npz_finish(&writer, err));
    assert_ok(nyz_npz_open(path, NULL, &npz, err));
    for (int i = 0; i < 8; i++) {
        assert_ok(nyz_npz_map_at(npz, i, NYZ_MAP_READ, NULL, &array, err));
        assert_null(array.data);
        nyz_array_free(&array);
    }
    nyz_npz_close(&npz);
}

static void a_member_in_memory_is_a_part_of_it(void **state)
{
    (void)state;
    content whole = aligned_archive();
    const nyz_options verify = {.flags = NYZ_VERIFY};
    nyz_npz *npz;
    nyz_array array;
    nyz_array other;
    assert_ok(nyz_npz_open_mem(whole.bytes, whole.size, NULL, &npz, err));
    assert_ok(nyz_npz_map_at(npz, 0, NYZ_MAP_READ, &verify, &array, err));
    assert_true((unsigned char *)array.data > whole.bytes);
    assert_true((unsigned char *)array.data + 4000 < whole.bytes + whole.size);
    assert_int_equal(array.flags, NYZ_MAPPED | NYZ_READONLY);
    assert_fails(NYZ_ERR_ARGUMENT, "", nyz_array_retain(&array, &other, err));
    assert_fails(NYZ_ERR_UNSUPPORTED, "copy on write",
                 nyz_npz_map_at(npz, 0, NYZ_MAP_PRIVATE, NULL, &other, err));
    nyz_npz_close(&npz);
    assert_true(number_at(&array, 999) == 999);
    nyz_array_free(&array);
    free(whole.bytes);
}

static void a_damaged_member_maps_unless_it_is_verified(void **state)
{
    content whole = aligned_archive();
    const nyz_options verify = {.flags = NYZ_VERIFY | NYZ_MAP_OR_LOAD};
    nyz_npz *npz;
    nyz_array array;
    whole.bytes[whole.size / 2] ^= 1;
    const char *const path = put_archive(*state, &whole);
    for (int memory = 0; memory < 2; memory++) {
        assert_ok(memory ? nyz_npz_open_mem(whole.bytes, whole.size, NULL, &npz, err)
                         : nyz_npz_open(path, NULL, &npz, err));
        assert_fails(NYZ_ERR_CORRUPT, "CRC",
                     nyz_npz_map_at(npz, 0, NYZ_MAP_READ, &verify, &array, err));
        assert_ok(nyz_npz_map_at(npz, 0, NYZ_MAP_READ, NULL, &array, err));
        nyz_array_free(&array);
        nyz_npz_close(&npz);
    }
    free(whole.bytes);
}

/* The bytes of a member that seems to hold no array are damage if their CRC is another. */
static void a_member_of_a_damaged_magic_is_verified_too(void **state)
{
    (void)state;
    content whole = aligned_archive();
    const nyz_options verify = {.flags = NYZ_VERIFY};
    nyz_npz *npz;
    nyz_array array;
    nyz_member member;
    assert_ok(nyz_npz_open_mem(whole.bytes, whole.size, NULL, &npz, err));
    assert_ok(nyz_npz_locate_at(npz, 0, &member, err));
    whole.bytes[member.data_offset + 2] = '?';
    assert_fails(NYZ_ERR_CORRUPT, "CRC",
                 nyz_npz_map_at(npz, 0, NYZ_MAP_READ, &verify, &array, err));
    assert_fails(NYZ_ERR_NOT_FOUND, "holds no array",
                 nyz_npz_map_at(npz, 0, NYZ_MAP_READ, NULL, &array, err));
    nyz_npz_close(&npz);
    free(whole.bytes);
}

static void a_deflated_member_is_not_mapped_but_loaded_on_request(void **state)
{
    const nyz_options or_load = {.flags = NYZ_MAP_OR_LOAD};
    nyz_npz *npz;
    nyz_array array;
    assert_ok(nyz_npz_open(archive(*state, NYZ_DEFLATED), NULL, &npz, err));
    assert_fails(NYZ_ERR_UNSUPPORTED, "member 'a.npy': cannot be mapped: it is deflated",
                 nyz_npz_map(npz, "a", NYZ_MAP_READ, NULL, &array, err));
    assert_fails(NYZ_ERR_ARGUMENT, "holds the CRC",
                 nyz_npz_map(npz, "a", NYZ_MAP_SHARED, &or_load, &array, err));
    assert_fails(NYZ_ERR_NOT_FOUND, "did you mean",
                 nyz_npz_map(npz, "aa", NYZ_MAP_READ, &or_load, &array, err));
    assert_ok(nyz_npz_map(npz, "a", NYZ_MAP_PRIVATE, &or_load, &array, err));
    assert_int_equal(array.flags, 0);
    assert_true(number_at(&array, 999) == 999);
    nyz_array_free(&array);
    nyz_npz_close(&npz);
}

static void an_archive_in_a_stream_is_not_mapped(void **state)
{
    nyz_npz *npz;
    nyz_array array;
    const int fd = open(archive(*state, NYZ_STORED), O_RDONLY);
    const nyz_stream stream = nyz_stream_fd(fd);
    assert_ok(nyz_npz_open_stream(&stream, NULL, &npz, err));
    assert_fails(NYZ_ERR_UNSUPPORTED, "the archive is a stream",
                 nyz_npz_map(npz, "a", NYZ_MAP_READ, NULL, &array, err));
    nyz_npz_close(&npz);
    (void)close(fd);
}

static void bytes_after_the_array_of_a_member_are_damage(void **state)
{
    (void)state;
    nyz_npz_writer *writer;
    nyz_npz *npz;
    nyz_array array;
    nyz_buffer file;
    nyz_buffer buffer = {0};
    const nyz_stream stream = nyz_stream_buffer(&buffer);
    static uint8_t value[4] = {1, 2, 3, 4};
    static const int64_t four = 4;
    const nyz_dtype dtype = nyz_dtype_of(NYZ_UINT8);
    assert_ok(nyz_array_wrap(value, &dtype, 1, &four, NULL, &array, err));
    assert_ok(nyz_save_mem(&array, NULL, &file, err));
    assert_ok(nyz_npz_create_stream(&stream, NULL, &writer, err));
    unsigned char *const longer = calloc(1, file.size + 3);
    memcpy(longer, file.data, file.size);
    assert_ok(nyz_npz_add_bytes(writer, "a.npy", longer, file.size + 3, NULL, err));
    assert_ok(nyz_npz_add_bytes(writer, "b.npy", longer, file.size - 1, NULL, err));
    assert_ok(nyz_npz_finish(&writer, err));
    assert_ok(nyz_npz_open_mem(buffer.data, buffer.size, NULL, &npz, err));
    assert_fails(NYZ_ERR_CORRUPT, "3 bytes after the array",
                 nyz_npz_map(npz, "a", NYZ_MAP_READ, NULL, &array, err));
    assert_fails(NYZ_ERR_CORRUPT, "expected 4 bytes",
                 nyz_npz_map(npz, "b", NYZ_MAP_READ, NULL, &array, err));
    nyz_npz_close(&npz);
    nyz_buffer_free(&buffer);
    nyz_buffer_free(&file);
    free(longer);
}

/* ---------------------------------------------------------------------- aligned archives */

/* An archive of 40 small arrays with names of all lengths, at a place in a stream. */
static void write_aligned(nyz_buffer *buffer, int align, int seeks, int large_header)
{
    static double values[3] = {1, 2, 3};
    static const int64_t three = 3;
    char text[1200] = "[('";
    nyz_dtype dtype = nyz_dtype_of(NYZ_FLOAT64);
    const nyz_options opt = {.align = align};
    nyz_npz_writer *writer;
    nyz_array array;
    nyz_stream stream = nyz_stream_buffer(buffer);
    if (!seeks) {
        stream.seek = NULL;
    }
    if (large_header) {
        memset(text + 3, 'x', 1000);
        strcpy(text + 1003, "', '=f8')]"); /* native */
        assert_ok(nyz_dtype_parse(text, strlen(text), NULL, &dtype, err));
    }
    assert_ok(nyz_array_wrap(values, &dtype, 1, &three, NULL, &array, err));
    assert_ok(nyz_npz_create_stream(&stream, &opt, &writer, err));
    for (int i = 0; i < 40; i++) {
        char name[64] = {0};
        memset(name, 'a' + i % 26, (size_t)i + 1);
        assert_ok(nyz_npz_add(writer, name, &array, NULL, err));
    }
    assert_ok(nyz_npz_add_bytes(writer, "bytes", "abc", 3, NULL, err));
    assert_ok(nyz_npz_finish(&writer, err));
    nyz_dtype_free(&dtype);
}

static void every_stored_array_of_an_aligned_archive_is_aligned(void **state)
{
    (void)state;
    for (int align = 8; align <= 32768; align *= 2) {
        for (int kind = 0; kind < 4; kind++) {
            const nyz_options untrusted = {.flags = NYZ_UNTRUSTED | NYZ_VERIFY};
            nyz_buffer buffer = {0};
            nyz_npz *npz;
            nyz_array array;
            nyz_member member;
            write_aligned(&buffer, align, kind & 1, kind & 2);
            assert_ok(nyz_npz_open_mem(buffer.data, buffer.size, &untrusted, &npz, err));
            for (int64_t i = 0; i < 40; i++) {
                assert_ok(nyz_npz_map_at(npz, i, NYZ_MAP_READ, &untrusted, &array, err));
                const int64_t place = (unsigned char *)array.data - buffer.data;
                assert_int_equal(place % align, 0);
                assert_memory_equal(&((double *)array.data)[2], &(double){3}, 8);
                nyz_array_free(&array);
            }
            assert_ok(nyz_npz_locate(npz, "bytes", &member, err));
            assert_int_equal(member.data_offset % align, 0);
            nyz_npz_close(&npz);
            nyz_buffer_free(&buffer);
        }
    }
}

/* docs/format.md 5.6.  The 16th bit of the number is a flag, so that 32,768 is written as 16,384. */
static void the_field_that_aligns_is_that_of_other_libraries(void **state)
{
    (void)state;
    for (int align = 8; align <= 32768; align *= 2) {
        const int said = align <= 16384 ? align : 16384;
        nyz_buffer buffer = {0};
        write_aligned(&buffer, align, 1, 0);
        const unsigned char *const field = buffer.data + 30 + strlen("a.npy");
        const int size = field[2] | field[3] << 8;
        assert_int_equal(field[0] | field[1] << 8, 0xa11e);
        assert_int_equal(field[4] | field[5] << 8, said);
        assert_int_equal((30 + 5 + 4 + size + 20 + 128) % align, 0);
        for (int i = 2; i < size; i++) {
            assert_int_equal(field[4 + i], 0);
        }
        nyz_buffer_free(&buffer);
    }
}

/* A deflated member cannot be mapped, and stays byte for byte NumPy's. */
static void alignment_leaves_deflated_members_as_they_are(void **state)
{
    (void)state;
    static double values[3] = {1, 2, 3};
    static const int64_t three = 3;
    const nyz_dtype dtype = nyz_dtype_of(NYZ_FLOAT64);
    nyz_buffer made[2] = {{0}, {0}};
    nyz_array array;
    assert_ok(nyz_array_wrap(values, &dtype, 1, &three, NULL, &array, err));
    for (int i = 0; i < 2; i++) {
        const nyz_options opt = {.method = NYZ_DEFLATED, .align = i == 0 ? 0 : 4096};
        const nyz_stream stream = nyz_stream_buffer(&made[i]);
        nyz_npz_writer *writer;
        assert_ok(nyz_npz_create_stream(&stream, &opt, &writer, err));
        assert_ok(nyz_npz_add(writer, "a", &array, NULL, err));
        assert_ok(nyz_npz_finish(&writer, err));
    }
    assert_int_equal(made[0].size, made[1].size);
    assert_memory_equal(made[0].data, made[1].data, made[0].size);
    nyz_buffer_free(&made[0]);
    nyz_buffer_free(&made[1]);
}

/* The extra field of the first local header: that of zip64, and what aligns. */
static int64_t extra_bytes(const nyz_buffer *archive)
{
    return archive->data[28] + 256 * archive->data[29];
}

/* A name longer by one moves the data by one: it is aligned already for every eighth. */
static void alignment_costs_no_byte_where_the_data_is_aligned(void **state)
{
    (void)state;
    char name[17] = {0};
    int unmoved = 0;
    for (int length = 1; length <= 16; length++) {
        const nyz_options opt = {.align = 8};
        nyz_buffer archive = {0};
        const nyz_stream stream = nyz_stream_buffer(&archive);
        nyz_npz_writer *writer;
        name[length - 1] = 'x';
        assert_ok(nyz_npz_create_stream(&stream, &opt, &writer, err));
        assert_ok(nyz_npz_add_bytes(writer, name, "abc", 3, NULL, err));
        assert_ok(nyz_npz_finish(&writer, err));
        assert_in_range(extra_bytes(&archive), 20, 20 + 8 + 5);
        unmoved += extra_bytes(&archive) == 20;
        nyz_buffer_free(&archive);
    }
    assert_int_equal(unmoved, 2);
}

static void the_array_of_a_file_added_as_bytes_is_aligned(void **state)
{
    (void)state;
    const nyz_options opt = {.align = 4096};
    static double values[3] = {1, 2, 3};
    static const int64_t three = 3;
    const nyz_dtype dtype = nyz_dtype_of(NYZ_FLOAT64);
    nyz_buffer archive = {0};
    const nyz_stream stream = nyz_stream_buffer(&archive);
    nyz_npz_writer *writer;
    nyz_npz *npz;
    nyz_array array;
    nyz_buffer file;
    assert_ok(nyz_array_wrap(values, &dtype, 1, &three, NULL, &array, err));
    assert_ok(nyz_save_mem(&array, NULL, &file, err));
    assert_ok(nyz_npz_create_stream(&stream, &opt, &writer, err));
    assert_ok(nyz_npz_add_bytes(writer, "a.npy", file.data, file.size, NULL, err));
    assert_ok(nyz_npz_finish(&writer, err));
    assert_ok(nyz_npz_open_mem(archive.data, archive.size, NULL, &npz, err));
    assert_ok(nyz_npz_map(npz, "a", NYZ_MAP_READ, NULL, &array, err));
    assert_int_equal(((unsigned char *)array.data - archive.data) % 4096, 0);
    nyz_array_free(&array);
    nyz_npz_close(&npz);
    nyz_buffer_free(&file);
    nyz_buffer_free(&archive);
}

/* ------------------------------------------------------------------ files of any format */

static void an_item_maps_and_outlives_its_file(void **state)
{
    content whole = aligned_archive();
    const char *const path = put_archive(*state, &whole);
    nyz_file *file;
    nyz_array array;
    assert_ok(nyz_file_open(path, NULL, &file, err));
    assert_fails(NYZ_ERR_ARGUMENT, "nyz_map maps .npy files",
                 nyz_file_map_at(file, 0, NYZ_MAP_SHARED, NULL, &array, err));
    assert_ok(nyz_file_map_at(file, 0, NYZ_MAP_READ, NULL, &array, err));
    nyz_file_close(&file);
    assert_int_equal(array.flags, NYZ_MAPPED | NYZ_READONLY);
    assert_true(number_at(&array, 999) == 999);
    nyz_array_free(&array);
    free(whole.bytes);
}

/* What was cut off would end the program as soon as it is touched, and NYZ_VERIFY touches it. */
static void what_was_cut_short_since_it_was_opened_is_not_mapped(void **state)
{
    const nyz_options verify = {.flags = NYZ_VERIFY};
    content whole = aligned_archive();
    for (int i = 0; i < 4; i++) {
        const nyz_options *const opt = i & 1 ? &verify : NULL;
        const char *const path = put_archive(*state, &whole);
        nyz_npz *npz;
        nyz_file *file;
        nyz_array array;
        assert_ok(nyz_npz_open(path, NULL, &npz, err));
        assert_ok(nyz_file_open(path, NULL, &file, err));
        assert_int_equal(truncate(path, 1000), 0);
        assert_fails(NYZ_ERR_CORRUPT, "member 'w",
                     i & 2 ? nyz_file_map_at(file, 0, NYZ_MAP_READ, opt, &array, err)
                           : nyz_npz_map_at(npz, 0, NYZ_MAP_READ, opt, &array, err));
        assert_null(array.data);
        nyz_file_close(&file);
        nyz_npz_close(&npz);
    }
    free(whole.bytes);
}

/* The directory is that of another archive then. */
static void what_was_written_to_since_it_was_opened_is_not_mapped(void **state)
{
    content whole = aligned_archive();
    const char *const path = put_archive(*state, &whole);
    const struct timespec then[2] = {{1000000000, 0}, {1000000000, 0}};
    nyz_npz *npz;
    nyz_file *file;
    nyz_array array;
    assert_ok(nyz_npz_open(path, NULL, &npz, err));
    assert_ok(nyz_file_open(path, NULL, &file, err));
    assert_int_equal(utimensat(AT_FDCWD, path, then, 0), 0);
    assert_fails(NYZ_ERR_CORRUPT, "member 'w",
                 nyz_npz_map_at(npz, 0, NYZ_MAP_PRIVATE, NULL, &array, err));
    assert_fails(NYZ_ERR_CORRUPT, "member 'w",
                 nyz_file_map_at(file, 0, NYZ_MAP_PRIVATE, NULL, &array, err));
    nyz_file_close(&file);
    nyz_npz_close(&npz);
    free(whole.bytes);
}

static void a_damaged_item_maps_unless_it_is_verified(void **state)
{
    (void)state;
    content whole = aligned_archive();
    const nyz_options verify = {.flags = NYZ_VERIFY | NYZ_MAP_OR_LOAD};
    nyz_file *file;
    nyz_array array;
    whole.bytes[whole.size / 2] ^= 1;
    assert_ok(nyz_file_open_mem(whole.bytes, whole.size, NULL, &file, err));
    assert_fails(NYZ_ERR_CORRUPT, "CRC",
                 nyz_file_map_at(file, 0, NYZ_MAP_READ, &verify, &array, err));
    assert_fails(NYZ_ERR_UNSUPPORTED, "copy on write",
                 nyz_file_map_at(file, 0, NYZ_MAP_PRIVATE, NULL, &array, err));
    assert_ok(nyz_file_map_at(file, 0, NYZ_MAP_READ, NULL, &array, err));
    nyz_array_free(&array);
    nyz_file_close(&file);
    free(whole.bytes);
}

static void what_a_file_has_not_as_it_is_does_not_map(void **state)
{
    nyz_file *file;
    nyz_array array;
    const nyz_options or_load = {.flags = NYZ_MAP_OR_LOAD};
    const char *const path = archive(*state, NYZ_DEFLATED);
    assert_ok(nyz_file_open(path, NULL, &file, err));
    assert_fails(NYZ_ERR_UNSUPPORTED, "member 'a.npy': cannot be mapped",
                 nyz_file_map(file, "a", NYZ_MAP_READ, NULL, &array, err));
    assert_fails(NYZ_ERR_NOT_FOUND, "did you mean",
                 nyz_file_map(file, "aa", NYZ_MAP_READ, NULL, &array, err));
    assert_ok(nyz_file_map(file, "a", NYZ_MAP_READ, &or_load, &array, err));
    assert_int_equal(array.flags, 0);
    assert_true(number_at(&array, 999) == 999);
    nyz_array_free(&array);
    nyz_file_close(&file);
    for (int seeks = 0; seeks < 2; seeks++) { /* one that does not is read to memory */
        const int fd = open(archive(*state, NYZ_STORED), O_RDONLY);
        nyz_stream stream = nyz_stream_fd(fd);
        if (!seeks) {
            stream.seek = NULL;
            stream.read_at = NULL;
        }
        assert_ok(nyz_file_open_stream(&stream, NULL, &file, err));
        assert_fails(NYZ_ERR_UNSUPPORTED, "the archive is a stream",
                     nyz_file_map(file, "a", NYZ_MAP_READ, NULL, &array, err));
        nyz_file_close(&file);
        (void)close(fd);
    }
}

/* ------------------------------------------------------------------------- parts of files */

/* The address space never has room for so much. */
static void a_file_too_large_to_be_mapped_whole_is_mapped_in_parts(void **state)
{
    static const int64_t much = SIZE_MAX > UINT32_MAX ? INT64_MAX / 2 : (int64_t)3 << 30;
    nyz_shared_pointer shared = NULL;
    nyz_mapping *mapping = NULL;
    const int fd = open(numbers(*state, "a.npy", 50000), O_RDONLY);
    assert_fails(NYZ_ERR_MEMORY, "cannot map",
                 nyz_mapping_new(fd, NYZ_MAP_READ, 0, much, &nyz_default_allocator,
                                 &mapping, err));
    assert_null(mapping);
    assert_ok(nyz_mapping_shared(&shared, fd, much, NYZ_MAP_READ, 100128, 4,
                                 &nyz_default_allocator, &mapping, err));
    float value;
    memcpy(&value, nyz_mapping_at(mapping, 100128), sizeof value);
    assert_true(value == 25000);
    nyz_mapping_free(&mapping);
    nyz_mapping_release(&shared);
    (void)close(fd);
}

/* As a directory, and files of some network and FUSE file systems: NYZ_MAP_OR_LOAD loads those. */
static void what_the_file_system_does_not_map_is_unsupported(void **state)
{
    const temp_directory *const directory = *state;
    nyz_mapping *mapping = NULL;
    const int fd = open(directory->path, O_RDONLY);
    assert_true(fd >= 0);
    assert_fails(
        NYZ_ERR_UNSUPPORTED, "its file system does not map files",
        nyz_mapping_new(fd, NYZ_MAP_READ, 0, 4, &nyz_default_allocator, &mapping, err));
    assert_null(mapping);
    (void)close(fd);
}

static int64_t alignment_of(const char *text)
{
    nyz_dtype dtype;
    assert_ok(nyz_dtype_parse(text, strlen(text), NULL, &dtype, err));
    const int64_t alignment = nyz_dtype_alignment(&dtype);
    nyz_dtype_free(&dtype);
    return alignment;
}

static void a_dtype_is_aligned_as_its_numbers_are(void **state)
{
    (void)state;
    assert_int_equal(alignment_of("<f2"), 2);
    assert_int_equal(alignment_of("<c16"), 8);
    assert_int_equal(alignment_of("<f16"), 16);
    assert_int_equal(alignment_of("<f12"), 4);
    assert_int_equal(alignment_of("<c24"), 4);
    assert_int_equal(alignment_of("|S7"), 1);
    assert_int_equal(alignment_of("<U7"), 4);
    assert_int_equal(alignment_of("|V6"), 1);
    assert_int_equal(alignment_of("<M8[s]"), 8);
    assert_int_equal(alignment_of("[('a', '<i4'), ('b', '<i2'), ('c', '<i2', (3,))]"), 4);
    assert_int_equal(alignment_of("[('a', '|u1'), ('b', '<i4')]"), 1);
    assert_int_equal(alignment_of("[('a', '<i4'), ('b', '|u1')]"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        directory_test(a_map_is_read_only_and_says_so),
        directory_test(what_is_written_to_a_private_map_is_not_in_the_file),
        directory_test(what_is_written_to_a_shared_map_is_in_the_file),
        directory_test(only_what_is_mapped_is_flushed),
        directory_test(a_file_that_may_not_be_written_to_is_not_mapped_shared),
        directory_test(a_map_stays_when_its_file_is_replaced),
        directory_test(an_array_retained_keeps_the_mapping),
        directory_test(a_file_shorter_than_its_header_says_is_not_mapped),
        directory_test(touching_what_was_cut_off_ends_the_program),
        directory_test(an_array_without_elements_maps),
        directory_test(only_the_three_modes_are_modes),
        directory_test(advice_changes_nothing_but_the_speed),
        directory_test(a_created_map_becomes_what_saving_writes),
        directory_test(a_created_map_replaces_the_file_only_when_it_is_finished),
        directory_test(a_map_is_created_in_place_on_request),
        directory_test(an_array_without_elements_is_created),
        directory_test(what_no_map_can_be_created_of_leaves_nothing),
        directory_test(another_byte_order_is_not_mapped),
        directory_test(another_memory_order_is_not_mapped),
        directory_test(unaligned_data_is_not_mapped),
        cmocka_unit_test(data_that_is_not_aligned_in_memory_is_not_mapped),
        directory_test(a_member_without_elements_maps_wherever_it_is),
        directory_test(a_fifo_is_not_mapped_but_loaded_on_request),
        directory_test(a_member_maps_and_outlives_its_archive),
        cmocka_unit_test(a_member_in_memory_is_a_part_of_it),
        directory_test(a_damaged_member_maps_unless_it_is_verified),
        cmocka_unit_test(a_member_of_a_damaged_magic_is_verified_too),
        directory_test(a_deflated_member_is_not_mapped_but_loaded_on_request),
        directory_test(an_archive_in_a_stream_is_not_mapped),
        cmocka_unit_test(bytes_after_the_array_of_a_member_are_damage),
        cmocka_unit_test(every_stored_array_of_an_aligned_archive_is_aligned),
        cmocka_unit_test(the_field_that_aligns_is_that_of_other_libraries),
        cmocka_unit_test(alignment_leaves_deflated_members_as_they_are),
        cmocka_unit_test(alignment_costs_no_byte_where_the_data_is_aligned),
        cmocka_unit_test(the_array_of_a_file_added_as_bytes_is_aligned),
        directory_test(an_item_maps_and_outlives_its_file),
        directory_test(what_was_cut_short_since_it_was_opened_is_not_mapped),
        directory_test(what_was_written_to_since_it_was_opened_is_not_mapped),
        cmocka_unit_test(a_damaged_item_maps_unless_it_is_verified),
        directory_test(what_a_file_has_not_as_it_is_does_not_map),
        directory_test(a_file_too_large_to_be_mapped_whole_is_mapped_in_parts),
        directory_test(what_the_file_system_does_not_map_is_unsupported),
        cmocka_unit_test(a_dtype_is_aligned_as_its_numbers_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
