/* SPDX-License-Identifier: MIT */
/* Which of several formats (nyz_container.h) opens a file, and what they see of it. */
#include "support/faults.h"

#include "support/rows_format.h"

/* What probes have seen. */
static struct {
    int asked;
    size_t last_size;
    int answer;
} probing;

static int probe_and_remember(const nyz_sample *sample)
{
    probing.asked++;
    probing.last_size = sample->last_size;
    assert_memory_equal(sample->first, "PK", 2);
    return probing.answer;
}

static nyz_status refuse_open(const nyz_stream *stream, const nyz_sample *sample,
                              const nyz_options *opt, void **state, nyz_error *err)
{
    (void)stream;
    (void)sample;
    (void)state;
    assert_true(opt->allocator != NULL && opt->limits->members > 0);
    return rows_fail(err, NYZ_ERR_UNSUPPORTED, "mine, and refused");
}

static nyz_buffer make_archive(void)
{
    nyz_buffer out = {0};
    const nyz_stream to = nyz_stream_buffer(&out);
    nyz_npz_writer *writer = NULL;
    assert_ok(nyz_npz_create_stream(&to, NULL, &writer, err));
    assert_ok(nyz_npz_add_bytes(writer, "note", "text", 4, NULL, err));
    assert_ok(nyz_npz_finish(&writer, err));
    return out;
}

static void the_surest_format_opens_the_file(void **state)
{
    static const struct {
        int answer;
        int mine;
        int asked;
        int with_last;
    } cases[] = {{NYZ_PROBE_NO, 0, 2, 1},     {NYZ_PROBE_POSSIBLE, 0, 2, 1},
                 {NYZ_PROBE_FAMILY, 1, 2, 1}, {NYZ_PROBE_LIKELY, 1, 2, 1},
                 {NYZ_PROBE_SURE, 1, 1, 0},   {-1, 0, 2, 1},
                 {INT32_MAX, 1, 1, 0}};
    nyz_container mine = rows_format;
    const nyz_container *const formats[] = {&mine};
    nyz_buffer b = make_archive();
    (void)state;
    mine.probe = probe_and_remember;
    mine.open = refuse_open;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        nyz_file *file = NULL;
        nyz_error err;
        memset(&probing, 0, sizeof probing);
        probing.answer = cases[i].answer;
        const nyz_status status =
            nyz_file_open_mem_with(b.data, b.size, formats, 1, NULL, &file, &err);
        assert_int_equal(status, cases[i].mine ? NYZ_ERR_UNSUPPORTED : NYZ_OK);
        assert_int_equal(probing.asked, cases[i].asked);
        assert_int_equal(probing.last_size, cases[i].with_last ? b.size : 0);
        nyz_file_close(&file);
    }
    nyz_buffer_free(&b);
}

/* The last bytes are those of the file, however long it is. */
static size_t expected_size;
static int looks;

static int probe_ends(const nyz_sample *sample)
{
    const size_t first =
        expected_size < NYZ_SAMPLE_FIRST ? expected_size : NYZ_SAMPLE_FIRST;
    const size_t most =
        sample->last_size > NYZ_SAMPLE_LAST ? NYZ_SAMPLE_MORE : NYZ_SAMPLE_LAST;
    const size_t last = expected_size < most ? expected_size : most;
    looks++;
    assert_int_equal(sample->size, expected_size);
    assert_int_equal(sample->first_size, first);
    assert_null(sample->path);
    for (size_t i = 0; i < first; i++) {
        assert_int_equal(sample->first[i], (i * 7 % 251));
    }
    for (size_t i = 0; i < sample->last_size; i++) {
        assert_int_equal(sample->last_size, last);
        assert_int_equal(sample->last[i], ((expected_size - last + i) * 7 % 251));
    }
    return NYZ_PROBE_NO;
}

static void a_sample_has_the_first_and_the_last_bytes(void **state)
{
    static const size_t sizes[] = {1,     4095,  4096,  4097,  16383, 16384, 16385,
                                   20479, 20480, 20481, 65556, 65557, 65558, 100000};
    nyz_container mine = rows_format;
    const nyz_container *const formats[] = {&mine};
    unsigned char *const bytes = malloc(100000);
    nyz_file *file = NULL;
    (void)state;
    assert_non_null(bytes);
    for (size_t i = 0; i < 100000; i++) {
        bytes[i] = (unsigned char)(i * 7 % 251);
    }
    mine.probe = probe_ends;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        expected_size = sizes[i];
        looks = 0;
        assert_fails(
            NYZ_ERR_CORRUPT, "(rows, npy, npz)",
            nyz_file_open_mem_with(bytes, sizes[i], formats, 1, NULL, &file, err));
        assert_int_equal(looks, sizes[i] > NYZ_SAMPLE_LAST ? 3 : 2);
    }
    free(bytes);
}

/* An archive with bytes before it, and a comment after it. */
static nyz_buffer make_self_extracting(size_t before, size_t comment)
{
    nyz_buffer archive = make_archive();
    nyz_buffer out = {0};
    const nyz_stream to = nyz_stream_buffer(&out);
    char *const text = malloc(70000);
    assert_non_null(text);
    memset(text, '#', 70000);
    archive.data[archive.size - 2] = (unsigned char)(comment & 255);
    archive.data[archive.size - 1] = (unsigned char)(comment >> 8);
    if (before > 0) { /* a write of nothing is none */
        assert_int_equal(to.write(to.ctx, text, before), before);
    }
    assert_int_equal(to.write(to.ctx, archive.data, archive.size), archive.size);
    if (comment > 0) {
        assert_int_equal(to.write(to.ctx, text, comment), comment);
    }
    free(text);
    nyz_buffer_free(&archive);
    return out;
}

static void an_archive_is_found_after_other_bytes_and_before_any_comment(void **state)
{
    static const struct {
        size_t before, comment;
    } cases[] = {{10, 0},     {10, 100},     {10, 16362},  {10, 16363},
                 {10, 20000}, {5000, 20000}, {10, 65535},  {70000, 65535},
                 {0, 20000},  {0, 65535},    {5000, 16400}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        nyz_buffer b = make_self_extracting(cases[i].before, cases[i].comment);
        counting memory;
        nyz_options opt = {0};
        nyz_file *file = NULL;
        nyz_npz *npz = NULL;
        nyz_array got;
        counting_init(&memory);
        opt.allocator = &memory.allocator;
        assert_ok(nyz_npz_open_mem(b.data, b.size, &opt, &npz, err));
        nyz_npz_close(&npz);
        assert_ok(nyz_file_open_mem(b.data, b.size, &opt, &file, err));
        assert_string_equal(nyz_file_format(file), "npz");
        assert_ok(nyz_file_bytes(file, "note", NULL, &got, err));
        assert_memory_equal(got.data, "text", 4);
        nyz_array_free(&got);
        nyz_file_close(&file);
        assert_int_equal(memory.live, 0);
        nyz_buffer_free(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_surest_format_opens_the_file),
        cmocka_unit_test(a_sample_has_the_first_and_the_last_bytes),
        cmocka_unit_test(an_archive_is_found_after_other_bytes_and_before_any_comment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
