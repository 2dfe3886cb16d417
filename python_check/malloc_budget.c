/* An archive is written with less and less memory: this malloc gives no more than a
 * budget. minizip takes its memory from here too, and does not look at what it got.
 * Whatever the budget, the library answers OK or MEMORY, and has then freed everything.
 * Prints how many budgets were too small.  For glibc. */
#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <nyz.h>

void *__libc_malloc(size_t size);
void __libc_free(void *memory);

static size_t budget = SIZE_MAX;
static size_t live;

void *malloc(size_t size)
{
    if (live > budget || size > budget - live) {
        errno = ENOMEM;
        return NULL;
    }
    void *const memory = __libc_malloc(size);
    live += memory != NULL ? malloc_usable_size(memory) : 0;
    return memory;
}

void free(void *memory)
{
    live -= memory != NULL ? malloc_usable_size(memory) : 0;
    __libc_free(memory);
}

static int64_t count_only(void *ctx, const void *bytes, size_t size)
{
    (void)ctx;
    (void)bytes;
    return (int64_t)size;
}

static nyz_status write_archive(nyz_error *err)
{
    static char name[2000];
    const nyz_stream stream = {.write = count_only};
    nyz_npz_writer *writer = NULL;
    const nyz_status status = nyz_npz_create_stream(&stream, NULL, &writer, err);
    if (status != NYZ_OK) {
        return status;
    }
    for (size_t i = 0; i < 8; i++) {
        memset(name, 'a' + (int)i,
               i * 280 + 1); /* minizip's piece is small, and larger */
        name[i * 280 + 1] = '\0';
        (void)nyz_npz_add_bytes(writer, name, "x", 1, NULL, NULL);
    }
    return nyz_npz_finish(&writer, err);
}

int main(void)
{
    int too_small = 0;
    nyz_status status = NYZ_ERR_MEMORY;
    for (size_t room = 0; status != NYZ_OK; room += 16) {
        nyz_error err;
        const size_t before = live;
        budget = live + room;
        status = write_archive(&err);
        budget = SIZE_MAX;
        if ((status != NYZ_OK && status != NYZ_ERR_MEMORY) || live != before) {
            (void)printf("%zu bytes: %s, %zu bytes leaked\n", room,
                         nyz_status_text(status), live - before);
            return 1;
        }
        too_small += status != NYZ_OK;
    }
    (void)printf("%d\n", too_small);
    return 0;
}
