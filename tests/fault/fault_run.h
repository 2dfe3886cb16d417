/* SPDX-License-Identifier: MIT */
/* What the tests of the table share, whatever it is that fails: a function's run in a
 * folder of its own, with memory that is counted; and which ways it takes. */
#ifndef NYZ_TESTS_FAULT_RUN_H
#define NYZ_TESTS_FAULT_RUN_H

#include "support/faults_locked.h"

#include "fault/fault_table.h"

typedef struct run {
    const row *row;
    fixture fixture;
    counting memory; /* one thread at a time calls it */
    nyz_allocator allocator;
    int descriptors; /* open before the act */
    int exists;      /* there is an old file at the target */
    int for_good;    /* all that follows the n-th fails, too */
} run;

/* ------------------------------------------------------------------------------ a run */

/* For cmocka; the state is the row, then the run.  Without a disk it is faster. */
static int begin(void **state)
{
    run *const r = calloc(1, sizeof *r);
    void *folder = NULL;
    if (access("/dev/shm", W_OK) == 0) {
        (void)setenv("TMPDIR", "/dev/shm", 0);
    }
    if (r == NULL || make_directory(&folder) != 0) {
        free(r);
        return -1;
    }
    r->row = *state;
    r->allocator =
        (nyz_allocator){.alloc = locked_alloc, .free = locked_free, .ctx = &r->memory};
    r->fixture.folder = *(temp_directory *)folder;
    free(folder);
    *state = r;
    return 0;
}

static int end(void **state)
{
    run *const r = *state;
    (void)each_name(r->fixture.folder.path, remove_flat);
    const int failed = rmdir(r->fixture.folder.path);
    free(r);
    return failed;
}

/* Puts the old file there, or none, and nothing has been counted. */
static void begin_act(run *r)
{
    (void)remove(r->fixture.target);
    if (r->exists) {
        put_file(r->fixture.target, "old");
    }
    counting_init(&r->memory);
    r->fixture.opt.allocator = &r->allocator;
}

/* What is as it was. */
static void check_leaks(const run *r)
{
    assert_int_equal(r->memory.live, 0);
    assert_int_equal(count_descriptors(), r->descriptors);
}

/* How many names are in the directory: the two files of the scene, and the target. */
static int names_expected(const run *r, result there)
{
    return 2 + (r->exists || there == NPY || there == NPZ);
}

/* ------------------------------------------------------------------------------- ways */

/* The ways of a row; an act that several functions share runs each way once, for the
 * first of them. */
static unsigned ways_of(const row *w)
{
    unsigned found = w->ways;
    for (const row *before = rows; before < w; before++) {
        found &= before->operation == w->operation ? ~before->ways : ~0u;
    }
    return found;
}

/* Calls run_way for each way, with its scene; first: for the first one. */
static void each_way(run *r, void (*run_way)(run *r, int first))
{
    int first = 1;
    for (int i = 0; i < WAYS; i++) {
        if ((ways_of(r->row) >> i & 1) != 0) {
            make_fixture(&r->fixture, &ways[i]);
            r->descriptors = count_descriptors();
            run_way(r, first);
            drop_fixture(&r->fixture);
            first = 0;
        }
    }
}

/* Whether there may be an old file: from exists_first to exists_last.  What becomes of it
 * is the same whatever is written, so that with all ways but the first one there is. */
static int exists_first(const run *r, int first)
{
    return r->row->result != NOTHING && !first;
}

static int exists_last(const run *r)
{
    return r->row->result != NOTHING;
}

/* A test for each row with ways; cmocka passes over what is zero. */
static void make_tests(struct CMUnitTest *tests, CMUnitTestFunction test)
{
    for (int i = 0; i < FUNCTIONS; i++) {
        if (ways_of(&rows[i]) != 0) {
            tests[i] =
                (struct CMUnitTest){rows[i].function, test, begin, end, (void *)&rows[i]};
        }
    }
}

#endif
