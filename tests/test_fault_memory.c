/* Every public function with its n-th allocation failing, once and from there on, until
 * it has no n-th: it says MEMORY (or does without), leaves its outputs zeroed, holds no
 * memory and no file, and the old file is whole.  The functions: fault_acts.h. */
#include "faults.h"

#include "fault_acts.h"

#include <pthread.h>

/* The counting allocator, for one thread at a time. */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void *locked_alloc(void *ctx, size_t size, size_t align)
{
    (void)pthread_mutex_lock(&mutex);
    void *const memory = counting_alloc(ctx, size, align);
    (void)pthread_mutex_unlock(&mutex);
    return memory;
}

static void locked_free(void *ctx, void *memory, size_t size)
{
    (void)pthread_mutex_lock(&mutex);
    counting_free(ctx, memory, size);
    (void)pthread_mutex_unlock(&mutex);
}

/* ------------------------------------------------------------------------------ a run */

typedef struct run {
    const row *row;
    scene scene;
    counting memory;
    nyz_allocator allocator;
    int exists;   /* there is an old file at the target */
    int for_good; /* all allocations after the n-th fail too */
} run;

/* The error is written on failure only, and all of it. */
static void judge_error(const run *r, nyz_status status, const nyz_error *err)
{
    nyz_error untouched;
    SOIL(&untouched);
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

static void judge(const run *r, nyz_status status, const nyz_error *err, int descriptors)
{
    const result expected = status == NYZ_OK ? r->row->result : OLD;
    judge_error(r, status, err);
    assert_int_equal(r->memory.live, 0);
    assert_int_equal(count_descriptors(), descriptors);
    assert_target(&r->scene, expected, r->exists);
    assert_int_equal(count_names(r->scene.folder.path),
                     2 + (r->exists || expected == NPY || expected == NPZ));
}

/* Not 0 if there was an n-th allocation, which has failed then. */
static int fail_the_nth(run *r, long n)
{
    scene *const s = &r->scene;
    nyz_error err;
    SOIL(&err);
    (void)remove(s->target);
    if (r->exists) {
        put_file(s->target, "old");
    }
    const int descriptors = count_descriptors();
    counting_init(&r->memory);
    r->memory.fail_at = n;
    r->memory.for_good = r->for_good;
    s->opt.allocator = &r->allocator;
    s->opt.flags |= NYZ_NO_SYNC;
    const nyz_status status = r->row->act(s, &err);
    s->opt.allocator = NULL;
    judge(r, status, &err, descriptors);
    return r->memory.calls >= n;
}

static void run_way(run *r, const way *w)
{
    make_scene(&r->scene, w);
    r->allocator = (nyz_allocator){locked_alloc, locked_free, &r->memory};
    for (int how = 0; how < (r->row->result == NOTHING ? 2 : 4); how++) {
        r->for_good = how & 1;
        r->exists = how >> 1;
        long n = 1;
        while (fail_the_nth(r, n)) {
            n++;
            assert_true(n < 10000);
        }
        assert_true(r->row->quiet ? n == 1 : n > 1);
    }
    drop_scene(&r->scene);
}

/* ---------------------------------------------------------------------- the functions */

static int begin(void **state)
{
    run *const r = calloc(1, sizeof *r);
    void *folder = NULL;
    if (r == NULL || make_folder(&folder) != 0) {
        free(r);
        return -1;
    }
    r->row = *state;
    r->scene.folder = *(temp_folder *)folder;
    free(folder);
    *state = r;
    return 0;
}

static int end(void **state)
{
    run *const r = *state;
    (void)each_name(r->scene.folder.path, remove_flat);
    const int failed = rmdir(r->scene.folder.path);
    free(r);
    return failed;
}

static void no_allocation_that_fails_does_harm(void **state)
{
    run *const r = *state;
    for (int i = 0; i < WAYS; i++) {
        if ((r->row->ways >> i & 1) != 0) {
            run_way(r, &ways[i]);
        }
    }
}

int main(void)
{
    struct CMUnitTest tests[FUNCTIONS];
    for (int i = 0; i < FUNCTIONS; i++) {
        tests[i] =
            (struct CMUnitTest){rows[i].function, no_allocation_that_fails_does_harm,
                                begin, end, (void *)&rows[i]};
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
