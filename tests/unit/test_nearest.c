/* SPDX-License-Identifier: MIT */
/* "did you mean": which name is near to another. */
#include "support/support.h"

#include "base/nearest.h"

/* The nearest of the candidates, separated by spaces; "" if there is none. */
static const char *nearest_of(const char *name, const char *candidates)
{
    static char found[200];
    nyz_nearest nearest;
    nyz_nearest_begin(&nearest, name, strlen(name));
    while (*candidates != '\0') {
        const size_t size = strcspn(candidates, " ");
        nyz_nearest_offer(&nearest, candidates, size);
        candidates += size + (candidates[size] == ' ');
    }
    snprintf(found, sizeof found, "%.*s", (int)nearest.found_size,
             nearest.found != NULL ? nearest.found : "");
    return found;
}

static const struct {
    const char *name, *candidates, *found;
} rows[] = {
    {"fc1.wieght", "fc1.bias fc1.weight fc2.weight", "fc1.weight"}, /* swapped */
    {"fc1.weigt", "fc1.weight", "fc1.weight"},                      /* missing */
    {"fc1.weighht", "fc1.weight", "fc1.weight"},                    /* one too many */
    {"fc1_weight", "fc1.weight", "fc1.weight"},                     /* another */
    {"FC1.WEIGHT", "fc1.bias fc1.weight", "fc1.weight"},            /* case */
    {"FC1.WEIGTH", "fc1.weight", "fc1.weight"}, /* case and one more */
    {"weightss", "weight weights", "weights"},  /* the nearest */
    {"weights", "weight weighta", "weight"},    /* the first of two */
    {"xxight", "weight", "weight"},             /* two at the start */
    {"weigxx", "weight", "weight"},
    {"wght", "weight", "weight"},
    {"weight", "wght", "wght"},
    {"xxxght", "weight", ""}, /* three */
    {"wgt", "weight", ""},
    {"weight", "wgt", ""},
    {"ewigth", "weight", "weight"}, /* swapped twice */
    {"abc", "acb", "acb"},          /* short names: one */
    {"abc", "cba", ""},
    {"ab", "abcd", ""},
    {"a", "b", ""}, /* shorter ones: case */
    {"a", "ab", ""},
    {"a", "b A", "A"},
    {"", "a", ""},
    {"w", "", ""},
};

static void the_nearest_name_is_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_string_equal(nearest_of(rows[i].name, rows[i].candidates), rows[i].found);
    }
}

/* Without a band or bounds: for random names of three letters. */
static int full_distance(const char *a, size_t n, const char *b, size_t m)
{
    int d[12][12];
    for (size_t i = 0; i <= n; i++) {
        for (size_t j = 0; j <= m; j++) {
            if (i == 0 || j == 0) {
                d[i][j] = (int)(i + j);
                continue;
            }
            int best = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            best = d[i - 1][j] + 1 < best ? d[i - 1][j] + 1 : best;
            best = d[i][j - 1] + 1 < best ? d[i][j - 1] + 1 : best;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                d[i - 2][j - 2] + 1 < best) {
                best = d[i - 2][j - 2] + 1;
            }
            d[i][j] = best;
        }
    }
    return d[n][m];
}

static void the_bounded_distance_is_the_full_one(void **state)
{
    uint32_t seed = 1;
    int near = 0;
    (void)state;
    for (int i = 0; i < 200000; i++) {
        char a[10] = "";
        char b[10] = "";
        size_t size[2];
        for (int side = 0; side < 2; side++) {
            seed = seed * 1664525u + 1013904223u;
            size[side] = 4 + (seed >> 16) % 6;
            for (size_t k = 0; k < size[side]; k++) {
                seed = seed * 1664525u + 1013904223u;
                (side == 0 ? a : b)[k] = (char)('a' + (seed >> 16) % 3);
            }
        }
        nyz_nearest nearest;
        nyz_nearest_begin(&nearest, a, size[0]);
        nyz_nearest_offer(&nearest, b, size[1]);
        const int full = full_distance(a, size[0], b, size[1]);
        assert_int_equal(nearest.found != NULL, full <= 2);
        if (nearest.found != NULL) {
            assert_int_equal(nearest.most, full - 1);
            near++;
        }
    }
    assert_in_range(near, 10000, 190000);
}

static void work_is_bounded(void **state)
{
    char name[NYZ_NEAREST_NAME + 8];
    nyz_nearest nearest;
    (void)state;
    memset(name, 'n', sizeof name);
    nyz_nearest_begin(&nearest, name, NYZ_NEAREST_NAME);
    nyz_nearest_offer(&nearest, name, NYZ_NEAREST_NAME + 3);
    assert_null(nearest.found);
    nyz_nearest_offer(&nearest, name, NYZ_NEAREST_NAME + 2);
    assert_int_equal(nearest.found_size, NYZ_NEAREST_NAME + 2);
    nyz_nearest_begin(&nearest, name, NYZ_NEAREST_NAME + 1); /* too long */
    nyz_nearest_offer(&nearest, name, NYZ_NEAREST_NAME);
    assert_null(nearest.found);
    nyz_nearest_begin(&nearest, "weight", 6);
    for (int i = 0; i < NYZ_NEAREST_CANDIDATES; i++) {
        nyz_nearest_offer(&nearest, "else", 4);
    }
    nyz_nearest_offer(&nearest, "weigth", 6); /* too late */
    assert_null(nearest.found);
}

static void a_missing_member_is_named_and_the_nearest_suggested(void **state)
{
    static const struct {
        const char *name, *words;
    } asked[] = {
        {"fc1.wieght", "no member 'fc1.wieght'; did you mean 'fc1.weight'?"},
        {"FC1.weight.npy", "no member 'FC1.weight.npy'; did you mean 'fc1.weight'?"},
        {"note.text", "no member 'note.text'; did you mean 'note.txt'?"},
        {"embedding", "no member 'embedding' (the archive has 2 members)"},
        {"", "no member '' (the archive has 2 members)"},
    };
    const int32_t numbers[2] = {1, 2};
    const int64_t shape[1] = {2};
    const nyz_dtype dtype = nyz_dtype_of(NYZ_INT32);
    nyz_buffer file = {0};
    const nyz_stream stream = nyz_stream_buffer(&file);
    nyz_npz_writer *writer = NULL;
    nyz_npz *npz = NULL;
    nyz_array array;
    (void)state;
    assert_ok(nyz_array_wrap_const(numbers, &dtype, 1, shape, NULL, &array, err));
    assert_ok(nyz_npz_create_stream(&stream, NULL, &writer, err));
    assert_ok(nyz_npz_add(writer, "fc1.weight", &array, NULL, err));
    assert_ok(nyz_npz_add_bytes(writer, "note.txt", "hello", 5, NULL, err));
    assert_ok(nyz_npz_finish(&writer, err));
    assert_ok(nyz_npz_open_mem(file.data, file.size, NULL, &npz, err));
    for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++) {
        assert_fails(NYZ_ERR_NOT_FOUND, asked[i].words,
                     nyz_npz_load(npz, asked[i].name, NULL, &array, err));
        assert_int_equal(array.dtype.type, NYZ_NONE);
    }
    nyz_npz_close(&npz);
    nyz_buffer_free(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_nearest_name_is_found),
        cmocka_unit_test(the_bounded_distance_is_the_full_one),
        cmocka_unit_test(work_is_bounded),
        cmocka_unit_test(a_missing_member_is_named_and_the_nearest_suggested),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
