/* SPDX-License-Identifier: MIT */
/* A library to be loaded before all others (LD_PRELOAD), for tests/faults.sh: the n-th
 * call of malloc, calloc or realloc of a whole program fails, whichever library makes it.
 * NYZ_FAIL_AT=n, and with NYZ_FAIL_ON all that follow fail too; NYZ_FAIL_REPORT names a
 * file that is told how many there were.  For glibc. */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);

static long fail_at;
static int for_good;
static int counting;
static long calls;

static void begin(void) __attribute__((constructor));
static void end(void) __attribute__((destructor));

static void begin(void)
{
    const char *const at = getenv("NYZ_FAIL_AT");
    fail_at = at != NULL ? strtol(at, NULL, 10) : 0;
    for_good = getenv("NYZ_FAIL_ON") != NULL;
    counting = 1;
}

static void end(void)
{
    const char *const path = getenv("NYZ_FAIL_REPORT");
    counting = 0;
    FILE *const file = path != NULL ? fopen(path, "w") : NULL;
    if (file != NULL) {
        (void)fprintf(file, "%ld\n", calls);
        (void)fclose(file);
    }
}

/* Not 0 if the call is to fail.  Threads may both take the n-th: then two fail. */
static int fails(void)
{
    if (!counting) {
        return 0;
    }
    calls++;
    if (calls == fail_at || (for_good && fail_at > 0 && calls > fail_at)) {
        errno = ENOMEM;
        return 1;
    }
    return 0;
}

void *malloc(size_t size)
{
    return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size)
{
    return fails() ? NULL : __libc_realloc(memory, size);
}
