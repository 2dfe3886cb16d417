/* SPDX-License-Identifier: MIT */
/* Every public function with its n-th system call failing, once and from there on: it
 * says IO and why (or does without), leaves no descriptor, no memory and no temporary
 * file, and the old file is whole.  What is interrupted or cut short is tried on.  The
 * functions: fault_table.h; the calls: fault_system.h. */
#define _GNU_SOURCE /* O_TMPFILE; NOLINT: the C library's own name */
#include "fault/fault_run.h"
#include "fault/fault_system.h"

#include <sys/xattr.h>

/* How files are saved. */
typedef enum variant {
    USUAL,
    NAMED,      /* the file system knows no files without a name */
    REMOTE,     /* nor is it known who sees its locks */
    ATTRIBUTES, /* the old file has some, and an access control list */
    IN_PLACE,   /* into the old file */
    VARIANTS
} variant;

static variant saving;

/* ---------------------------------------------------------------------------- checks */

/* What the system may interrupt at any time, and what comes in pieces, is no failure. */
static int must_succeed(const failing *f)
{
    static const uint64_t restarted = 1u << OPEN | 1u << OPENAT | 1u << READ |
                                      1u << PREAD | 1u << WRITE |
                                      (uint64_t)1 << FALLOCATE_ALL;
    return !f->failed || f->sys == SHORT_COUNT ||
           (f->sys == EINTR && (restarted >> f->first & 1) != 0);
}

/* A failure that is not the call's: of a close when nothing is kept.  A FILE of which the
 * system does not tell what it is counts as one that cannot seek, and so does an archive's file of
 * which it does not tell the place. */
static int is_passed_over(const run *r, const failing *f, nyz_status status)
{
    return status == NYZ_OK ? !f->serious || (f->first == CLOSE && r->row->result == OLD)
                            : status == NYZ_ERR_ARGUMENT &&
                                  ((r->row->operation == open_stream &&
                                    (f->first == FSTAT || f->first == FCNTL)) ||
                                   (r->row->operation == archive_of_pieces &&
                                    (f->first == LSEEK || f->for_good)));
}

static void check_status(const run *r, const failing *f, nyz_status status,
                         const nyz_error *err)
{
    if (must_succeed(f)) {
        if (status != NYZ_OK) {
            fail_msg("call %d, failure %d: %s", f->first, f->sys, err->message);
        }
        return;
    }
    if (!is_passed_over(r, f, status)) {
        assert_int_equal(status, NYZ_ERR_IO);
        assert_int_equal(err->status, NYZ_ERR_IO);
        assert_int_equal(err->sys, f->sys);
        assert_int_equal(f->renamed, strstr(err->message, "in its place") != NULL);
    }
}

/* Of a rename that went well the new file is there, even if the folder's sync then fails.
 * Only a removal that fails leaves a temporary file. */
static void check_files(run *r, const failing *f, nyz_status status)
{
    const result there = status == NYZ_OK || f->renamed ? r->row->result : OLD;
    if (saving == REMOTE && f->serious && f->first == CLOSE) {
        assert_int_equal(f->renamed, 0); /* closing may be what fails to write */
    }
    const int left = f->failed && f->first == UNLINKAT && f->sys != SHORT_COUNT;
    if (saving != IN_PLACE || status == NYZ_OK || !r->exists) {
        assert_target(&r->fixture, there, r->exists);
    } else if (f->first != FTRUNCATE && f->first != CLOSE && !f->for_good) {
        struct stat st;
        assert_int_equal(stat(r->fixture.target, &st), 0);
        assert_true(st.st_size == 0 || st.st_size == 3); /* emptied, or not begun */
    }
    assert_int_equal(count_names(r->fixture.folder.path),
                     names_expected(r, there) + left);
}

static void remove_temporary(const char *path, const char *name)
{
    if (strstr(name, ".nyz-") != NULL) {
        remove_flat(path, name);
    }
}

/* A user's attribute, and rights for user 1234; where there are none, there are none. */
static void give_attributes(const char *path)
{
    static const unsigned char acl[] = {
        2,  0, 0, 0,                          /* version 2 */
        1,  0, 6, 0, 0xff, 0xff, 0xff, 0xff,  /* user::rw- */
        2,  0, 6, 0, 0xd2, 0x04, 0x00, 0x00,  /* user:1234:rw- */
        4,  0, 0, 0, 0xff, 0xff, 0xff, 0xff,  /* group::--- */
        16, 0, 6, 0, 0xff, 0xff, 0xff, 0xff,  /* mask::rw- */
        32, 0, 0, 0, 0xff, 0xff, 0xff, 0xff}; /* other::--- */
    (void)setxattr(path, "user.unit", "metres", 6, 0);
    (void)setxattr(path, "system.posix_acl_access", acl, sizeof acl, 0);
}

/* What others than the owner and user 1234 may do with the file: nothing, for the list,
 * or as long as it has none. */
static void check_rights(const char *path)
{
    struct stat st;
    if (stat(path, &st) == 0 && getxattr(path, "system.posix_acl_access", NULL, 0) < 0) {
        assert_int_equal(st.st_mode & 0077, 0);
    }
}

/* Not 0 if there was an n-th call, which has failed then. */
static int fail_the_nth(run *r, const failing *plan)
{
    fixture *const s = &r->fixture;
    nyz_error err;
    POISON(&err);
    begin_act(r);
    if (saving == ATTRIBUTES && r->exists) {
        give_attributes(s->target);
    }
    s->opt.flags = s->way->flags | (saving == IN_PLACE ? NYZ_IN_PLACE : 0u);
    faults = *plan;
    faults.on = 1;
    const nyz_status status = r->row->operation(s, &err);
    faults.on = 0;
    s->opt.allocator = NULL;
    const failing f = faults;
    check_status(r, &f, status, &err);
    assert_int_equal(f.resynced, 0);
    check_leaks(r);
    check_files(r, &f, status);
    if (saving == ATTRIBUTES && r->exists) {
        check_rights(s->target);
    }
    (void)each_name(s->folder.path, remove_temporary);
    return f.failed;
}

/* -------------------------------------------------------------------------- the loops */

#define MAX_CALLS 10000

/* The calls of an act, in their order, as the first failure has shown them. */
typedef struct calls {
    long count;
    call of[MAX_CALLS];
} calls;

/* Not 0 if the n-th call has no short form, so that nothing would fail.  Where threads
 * share the work it may be another one next time. */
static int is_in_vain(const run *r, const calls *seen, int sys, long n)
{
    static const uint64_t transfers = 1u << READ | 1u << PREAD | 1u << WRITE;
    return sys == SHORT_COUNT && r->fixture.way->threads == 1 && n < seen->count &&
           (transfers >> seen->of[n] & 1) == 0;
}

static void fail_each(run *r, int sys, calls *seen)
{
    failing plan = {.sys = sys,
                    .for_good = r->for_good,
                    .no_unnamed = saving == NAMED,
                    .remote = saving == REMOTE};
    int failed;
    do {
        plan.fail_at++;
        assert_true(plan.fail_at < MAX_CALLS);
        if (is_in_vain(r, seen, sys, plan.fail_at)) {
            failed = 1;
            continue;
        }
        failed = fail_the_nth(r, &plan);
        if (failed && seen->count <= plan.fail_at) {
            seen->of[plan.fail_at] = faults.first;
            seen->count = plan.fail_at + 1;
        }
    } while (failed);
    assert_true(!r->row->quiet || plan.fail_at == 1);
}

/* Which errno it is matters little: all of them are tried with the first way. */
static void run_variant(run *r, int first)
{
    static const int failures[] = {EIO, SHORT_COUNT, EINTR, ENOSPC, EDQUOT};
    calls seen;
    for (r->exists = exists_first(r, first); r->exists <= exists_last(r); r->exists++) {
        seen.count = 0;
        for (int i = 0; i < (first ? 5 : 2); i++) {
            for (r->for_good = 0; r->for_good < 2; r->for_good++) {
                fail_each(r, failures[i], &seen);
            }
        }
    }
}

static void run_way(run *r, int first)
{
    const int saves = r->row->result != NOTHING;
    for (saving = USUAL; saving < (first && saves ? VARIANTS : NAMED); saving++) {
        if (saving != IN_PLACE || r->row->result != OLD) {
            run_variant(r, first);
        }
    }
    saving = USUAL;
}

static void no_call_that_fails_does_harm(void **state)
{
    each_way(*state, run_way);
}

/* ------------------------------------------------------------------------------ order */

/* The data is on the disk before the name leads to it, and the name before success. */
static void writes_then_syncs_then_renames_then_syncs_the_folder(void **state)
{
    run *const r = *state;
    make_fixture(&r->fixture, &ways[0]);
    for (int i = 0; i < FUNCTIONS * 2; i++) {
        const row *const w = &rows[i / 2];
        r->fixture.opt.flags = i % 2 == 0 ? 0 : NYZ_NO_SYNC;
        if (w->result == NPY || w->result == NPZ) {
            nyz_error err;
            faults = (failing){.on = 1};
            assert_int_equal(w->operation(&r->fixture, &err), NYZ_OK);
            faults.on = 0;
            /* what has no name when it is synced is synced with it, too */
            assert_string_equal(faults.order, i % 2 != 0      ? "wr"
                                              : faults.linked ? "wsrss"
                                                              : "wsrs");
        }
    }
    drop_fixture(&r->fixture);
}

int main(void)
{
    struct CMUnitTest tests[FUNCTIONS + 1] = {{0}};
    make_tests(tests, no_call_that_fails_does_harm);
    tests[FUNCTIONS] = (struct CMUnitTest)cmocka_unit_test_prestate_setup_teardown(
        writes_then_syncs_then_renames_then_syncs_the_folder, begin, end,
        (void *)&rows[0]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
