/* SPDX-License-Identifier: MIT */
/* The library's one sort: src/base/sort.c. */
#include "support/support.h"

#include "base/sort.h"

typedef struct keys {
    const int64_t *key;
    int64_t compared;
} keys;

static int compare_keys(const void *ctx, int64_t a, int64_t b)
{
    keys *const k = *(keys *const *)ctx;
    k->compared++;
    return (k->key[a] > k->key[b]) - (k->key[a] < k->key[b]);
}

/* Sorts the indices of `key`, checks the result, and returns how many comparisons it took. */
static int64_t sort_indices(const int64_t *key, int64_t count)
{
    keys k = {key, 0};
    keys *const ctx = &k;
    int64_t *const items = malloc((size_t)(count + 1) * sizeof *items);
    unsigned char *const seen = calloc(1, (size_t)count + 1);
    assert_non_null(items);
    assert_non_null(seen);
    for (int64_t i = 0; i < count; i++) {
        items[i] = i;
    }
    items[count] = -7;
    nyz_sort(items, count, compare_keys, &ctx);
    const int64_t compared = k.compared;
    for (int64_t i = 0; i < count; i++) {
        assert_in_range(items[i], 0, count - 1);
        assert_int_equal(seen[items[i]]++, 0);
        assert_true(i == 0 || key[items[i - 1]] <= key[items[i]]);
    }
    assert_int_equal(items[count], -7);
    free(seen);
    free(items);
    return compared;
}

static void every_order_of_up_to_7_keys_is_sorted(void **state)
{
    (void)state;
    for (int64_t count = 0; count <= 7; count++) {
        int64_t ways = 1;
        for (int64_t i = 0; i < count; i++) {
            ways *= count;
        }
        for (int64_t way = 0; way < ways; way++) { /* with equal keys, too */
            int64_t key[7];
            int64_t rest = way;
            for (int64_t i = 0; i < count; i++, rest /= count) {
                key[i] = rest % count;
            }
            (void)sort_indices(key, count);
        }
    }
}

static void no_order_takes_more_than_n_log_n_comparisons(void **state)
{
    enum { COUNT = 1 << 16, LOG = 16 };
    int64_t *const key = malloc(COUNT * sizeof *key);
    uint64_t random = 1;
    (void)state;
    assert_non_null(key);
    for (int kind = 0; kind < 6; kind++) {
        for (int64_t i = 0; i < COUNT; i++) {
            random = random * 6364136223846793005U + 1442695040888963407U;
            const int64_t kinds[6] = {
                i, -i, 0, i < COUNT / 2 ? i : COUNT - i, i % 7, (int64_t)(random >> 33)};
            key[i] = kinds[kind];
        }
        assert_in_range(sort_indices(key, COUNT), COUNT, 2 * COUNT * LOG);
    }
    free(key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_order_of_up_to_7_keys_is_sorted),
        cmocka_unit_test(no_order_takes_more_than_n_log_n_comparisons),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
