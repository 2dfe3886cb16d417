/* A library to be loaded before all others (LD_PRELOAD), for tests/faults.sh: the n-th
 * call of malloc, calloc or realloc of a whole program fails.  NYZ_FAIL_AT=n, and with
 * NYZ_FAIL_ON all that follow fail too; NYZ_FAIL_REPORT names a file that is told how
 * many there were.
 *
 * What libcrypto takes itself does not count: libcrypto 3.0 crashes where one of its
 * first allocations fails; tests/faults.sh limits its address space.  For glibc. */
#define _GNU_SOURCE /* dl_iterate_phdr */
#include <errno.h>
#include <link.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);

static long fail_at;
static int for_good;
static int counting;
static long calls;

/* Where the code of those lies that do not count. */
static struct place {
    uintptr_t begin, end;
} others[16];
static int others_count;

static void begin(void) __attribute__((constructor));
static void end(void) __attribute__((destructor));

static int note_others(struct dl_phdr_info *library, size_t size, void *unused)
{
    (void)size;
    (void)unused;
    if (strstr(library->dlpi_name, "libcrypto") == NULL) {
        return 0;
    }
    for (int i = 0; i < library->dlpi_phnum && others_count < 16; i++) {
        const uintptr_t at = library->dlpi_addr + library->dlpi_phdr[i].p_vaddr;
        if (library->dlpi_phdr[i].p_type == PT_LOAD) {
            others[others_count].begin = at;
            others[others_count].end = at + library->dlpi_phdr[i].p_memsz;
            others_count++;
        }
    }
    return 0;
}

static void begin(void)
{
    (void)dl_iterate_phdr(note_others, NULL);
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

static int counts(void *place)
{
    for (int i = 0; i < others_count; i++) {
        if ((uintptr_t)place >= others[i].begin && (uintptr_t)place < others[i].end) {
            return 0;
        }
    }
    return counting;
}

/* Not 0 if the call from `place` is to fail.  Threads may both take the n-th: then two
 * fail. */
static int fails(void *place)
{
    if (!counts(place)) {
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
    return fails(__builtin_return_address(0)) ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_realloc(memory, size);
}
