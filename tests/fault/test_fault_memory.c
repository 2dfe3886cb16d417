/* SPDX-License-Identifier: MIT */
/* Every public function with its n-th allocation failing, once and from there on, until
 * it has no n-th: it says MEMORY (or does without), leaves its outputs zeroed, holds no
 * memory and no file, and the old file is whole.  The functions: fault_table.h. */
#include "fault/fault_run.h"

/* ------------------------------------------------------------------------------ a run */

/* The error is written on failure only, and all of it. */
static void check_error(const run *r, nyz_status status, const nyz_error *err)
{
    nyz_error untouched;
    POISON(&untouched);
    if (status == NYZ_OK) {
        assert_memory_equal(err, &untouched, sizeof untouched);
        return;
    }
    assert_int_equal(status, NYZ_ERR_MEMORY);
    assert_int_equal(err->status, NYZ_ERR_MEMORY);
    assert_true(err->sys == 0 || err->sys == ENOMEM); /* the latter of a stream */
    assert_non_null(strstr(err->message, "memory"));
    assert_true(r->memory.calls >= r->memory.fail_at);
}

static void check(run *r, nyz_status status, const nyz_error *err)
{
    const result expected = status == NYZ_OK ? r->row->result : OLD;
    check_error(r, status, err);
    check_leaks(r);
    assert_target(&r->fixture, expected, r->exists);
    assert_int_equal(count_names(r->fixture.folder.path), names_expected(r, expected));
}

/* Not 0 if there was an n-th allocation, which has failed then. */
static int fail_the_nth(run *r, long n)
{
    fixture *const s = &r->fixture;
    nyz_error err;
    POISON(&err);
    begin_act(r);
    r->memory.fail_at = n;
    r->memory.for_good = r->for_good;
    s->opt.flags |= NYZ_NO_SYNC;
    const nyz_status status = r->row->operation(s, &err);
    s->opt.allocator = NULL;
    check(r, status, &err);
    return r->memory.calls >= n;
}

static void fail_each(run *r)
{
    long n = 1;
    while (fail_the_nth(r, n)) {
        n++;
        assert_true(n < 10000);
    }
    assert_true(r->row->quiet ? n == 1 : n > 1);
}

static void run_way(run *r, int first)
{
    for (r->exists = exists_first(r, first); r->exists <= exists_last(r); r->exists++) {
        for (r->for_good = 0; r->for_good < 2; r->for_good++) {
            fail_each(r);
        }
    }
}

static void no_allocation_that_fails_does_harm(void **state)
{
    each_way(*state, run_way);
}

int main(void)
{
    struct CMUnitTest tests[FUNCTIONS] = {{0}};
    make_tests(tests, no_allocation_that_fails_does_harm);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
