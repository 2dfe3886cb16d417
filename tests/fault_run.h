/* What the tests of the table share, whatever it is that fails: a function's run in a
 * folder of its own, with memory that is counted; and which ways it takes. */
#ifndef NYZ_TESTS_FAULT_RUN_H
#define NYZ_TESTS_FAULT_RUN_H

#include "faults.h"

#include "fault_table.h"

#include <pthread.h>

typedef struct run {
    const row *row;
    scene scene;
    counting memory; /* one thread at a time calls it */
    nyz_allocator allocator;
    int exists;   /* there is an old file at the target */
    int for_good; /* all that follows the n-th fails, too */
} run;

/* ----------------------------------------------------------------------------- memory */

static pthread_mutex_t memory_mutex = PTHREAD_MUTEX_INITIALIZER;

static void *locked_alloc(void *ctx, size_t size, size_t align)
{
    (void)pthread_mutex_lock(&memory_mutex);
    void *const memory = counting_alloc(ctx, size, align);
    (void)pthread_mutex_unlock(&memory_mutex);
    return memory;
}

static void locked_free(void *ctx, void *memory, size_t size)
{
    (void)pthread_mutex_lock(&memory_mutex);
    counting_free(ctx, memory, size);
    (void)pthread_mutex_unlock(&memory_mutex);
}

/* ------------------------------------------------------------------------------ a run */

/* For cmocka; the state is the row, then the run. */
static int begin(void **state)
{
    run *const r = calloc(1, sizeof *r);
    void *folder = NULL;
    if (r == NULL || make_folder(&folder) != 0) {
        free(r);
        return -1;
    }
    r->row = *state;
    r->allocator = (nyz_allocator){locked_alloc, locked_free, &r->memory};
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

/* Puts the old file there, or none, and nothing has been counted. */
static void begin_act(run *r)
{
    (void)remove(r->scene.target);
    if (r->exists) {
        put_file(r->scene.target, "old");
    }
    counting_init(&r->memory);
    r->scene.opt.allocator = &r->allocator;
}

/* How many names are in the folder: the two files of the scene, and the target. */
static int names_expected(const run *r, result there)
{
    return 2 + (r->exists || there == NPY || there == NPZ);
}

#endif
