/* SPDX-License-Identifier: MIT */
/* name_table.c: a table of names, its hash and its key. */

#include "base/name_table.h"
#include "support/support.h"

enum { SLOTS = 1 << 20, NAME_SIZE = 16 };

/* The names of a test, one after the other. */
typedef struct name_list {
    char (*names)[NAME_SIZE];
    uint32_t *slots;
    nyz_name_table table;
} name_list;

static const char *name_of(const void *owner, uint32_t number, size_t *size)
{
    const char *const name = ((const char(*)[NAME_SIZE])owner)[number];
    *size = strlen(name);
    return name;
}

static name_list new_list(int64_t count, int64_t slot_count)
{
    name_list list = {calloc((size_t)count, NAME_SIZE),
                      malloc((size_t)slot_count * sizeof(uint32_t)),
                      {0}};
    assert_true(list.names != NULL && list.slots != NULL);
    nyz_name_table_init(&list.table, list.slots, slot_count, name_of, list.names);
    return list;
}

static void free_list(name_list *list)
{
    free(list->names);
    free(list->slots);
}

static uint32_t *slot_of(const nyz_name_table *table, const char *text, size_t size,
                         const char *suffix)
{
    const nyz_name name = {text, size, suffix, strlen(suffix)};
    return nyz_name_table_slot(table, &name);
}

static void add(name_list *list, uint32_t number)
{
    const char *const name = list->names[number];
    *slot_of(&list->table, name, strlen(name), "") = number + 1;
}

/* Python's hash() of these bytes with PYTHONHASHSEED=0 is this hash under a key of 0. */
static void the_hash_is_siphash_1_3(void **state)
{
    static char many[256];
    static const struct {
        const char *text;
        size_t size;
        uint64_t hash;
    } cases[] = {
        {"a", 1, UINT64_C(0x407448d2b89b1813)},
        {"abcdefg", 7, UINT64_C(0x6db12aae9070f506)},
        {"abcdefgh", 8, UINT64_C(0x3f7b849c0b8e35ea)},
        {"abcdefghi", 9, UINT64_C(0xf89b34a3d11eb6e5)},
        {"layer.9999.weight.npy", 21, UINT64_C(0x77c827e3c19a6e28)},
        {many, 64, UINT64_C(0x4befba7c9610aea3)},
        {many, 255, UINT64_C(0x4bd34c40ef7d284b)},
        {many, 256, UINT64_C(0x4160fa066cfd2ffd)},
    };
    name_list list = new_list(1, SLOTS);
    (void)state;
    memset(many, 'x', sizeof many);
    nyz_name_table_set_key(&list.table, 0, 0);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const uint32_t *const slot =
            slot_of(&list.table, cases[i].text, cases[i].size, "");
        assert_int_equal(slot - list.slots, cases[i].hash & (SLOTS - 1));
    }
    free_list(&list);
}

static void a_name_in_two_parts_is_the_same_name(void **state)
{
    static const char whole[] = "layer.9999.weight.npy";
    name_list list = new_list(1, SLOTS);
    (void)state;
    const uint32_t *const slot = slot_of(&list.table, whole, sizeof whole - 1, "");
    for (size_t i = 0; i < sizeof whole; i++) {
        assert_ptr_equal(slot_of(&list.table, whole, i, whole + i), slot);
    }
    free_list(&list);
}

static void names_are_found_by_number(void **state)
{
    static const int64_t counts[] = {1, 2, 3, 64, 65, 1000};
    (void)state;
    for (size_t k = 0; k < sizeof counts / sizeof counts[0]; k++) {
        name_list list = new_list(counts[k] + 1, nyz_name_table_size(counts[k]));
        for (uint32_t i = 0; i <= counts[k]; i++) {
            (void)snprintf(list.names[i], NAME_SIZE, "%u", (unsigned)i);
        }
        for (uint32_t i = 0; i < counts[k]; i++) {
            add(&list, i);
        }
        for (uint32_t i = 0; i <= counts[k]; i++) {
            const nyz_name name = {list.names[i], strlen(list.names[i]), "", 0};
            assert_int_equal(nyz_name_table_find(&list.table, &name),
                             i < counts[k] ? (int64_t)i : -1);
        }
        free_list(&list);
    }
}

/* Some of them have the hash's low bit in common with it, and so the slot. */
static void the_beginning_of_a_name_is_another_name(void **state)
{
    name_list list = new_list(1, 2);
    (void)state;
    memcpy(list.names[0], "abcdefghijklmno", NAME_SIZE);
    add(&list, 0);
    for (size_t size = 0; size < NAME_SIZE; size++) {
        const nyz_name name = {list.names[0], size, "", 0};
        const nyz_name parts = {list.names[0], size / 2, list.names[0] + size / 2,
                                size - size / 2};
        const int64_t expected = size == NAME_SIZE - 1 ? 0 : -1;
        assert_int_equal(nyz_name_table_find(&list.table, &name), expected);
        assert_int_equal(nyz_name_table_find(&list.table, &parts), expected);
    }
    free_list(&list);
}

static void a_table_without_slots_has_no_names(void **state)
{
    nyz_name_table table;
    const nyz_name name = {"a", 1, "", 0};
    (void)state;
    assert_int_equal(nyz_name_table_size(0), 0);
    nyz_name_table_init(&table, NULL, 0, name_of, NULL);
    assert_int_equal(nyz_name_table_find(&table, &name), -1);
}

static void a_table_is_at_most_half_full(void **state)
{
    (void)state;
    assert_int_equal(nyz_name_table_size(1), 2);
    assert_int_equal(nyz_name_table_size(2), 4);
    assert_int_equal(nyz_name_table_size(3), 8);
    assert_int_equal(nyz_name_table_size((int64_t)1 << 27), (int64_t)1 << 28);
}

static void only_a_table_of_many_names_has_a_random_key(void **state)
{
    name_list few[2] = {new_list(1, 128), new_list(1, 128)};
    name_list many[2] = {new_list(1, 256), new_list(1, 256)};
    (void)state;
    assert_memory_equal(few[0].table.start, few[1].table.start,
                        sizeof few[0].table.start);
    assert_memory_not_equal(many[0].table.start, many[1].table.start,
                            sizeof many[0].table.start);
    for (int i = 0; i < 2; i++) {
        free_list(&few[i]);
        free_list(&many[i]);
    }
}

static int64_t longest_run(const nyz_name_table *table)
{
    int64_t longest = 0;
    int64_t run = 0;
    for (int64_t i = 0; i < table->slot_count; i++) {
        run = table->slots[i] != 0 ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    return longest;
}

/* Names that meet at the beginning of a table of this size, under a key that is known. */
static void names_made_to_collide_need_the_key(void **state)
{
    enum { COUNT = 512, TABLE = 1024 };
    name_list list = new_list(COUNT, TABLE);
    unsigned serial = 0;
    (void)state;
    nyz_name_table_set_key(&list.table, 1, 2);
    for (uint32_t i = 0; i < COUNT; i++) {
        const uint32_t *slot;
        do { /* the table is empty: the slot is the hash */
            (void)snprintf(list.names[i], NAME_SIZE, "%u", serial++);
            slot = slot_of(&list.table, list.names[i], strlen(list.names[i]), "");
        } while (slot - list.slots >= 4);
    }
    for (int with_the_key = 1; with_the_key >= 0; with_the_key--) {
        for (uint32_t i = 0; i < COUNT; i++) {
            add(&list, i);
        }
        assert_true(with_the_key == (longest_run(&list.table) > COUNT / 2));
        nyz_name_table_init(&list.table, list.slots, TABLE, name_of, list.names);
    }
    free_list(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_hash_is_siphash_1_3),
        cmocka_unit_test(a_name_in_two_parts_is_the_same_name),
        cmocka_unit_test(names_are_found_by_number),
        cmocka_unit_test(the_beginning_of_a_name_is_another_name),
        cmocka_unit_test(a_table_without_slots_has_no_names),
        cmocka_unit_test(a_table_is_at_most_half_full),
        cmocka_unit_test(only_a_table_of_many_names_has_a_random_key),
        cmocka_unit_test(names_made_to_collide_need_the_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
