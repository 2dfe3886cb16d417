/* SPDX-License-Identifier: MIT */
/* The fast deflater: from block to block.  See fast_deflate.h. */
#include "codec/fast_deflate.h"

#include "base/alloc.h"
#include "base/error.h"
#include "codec/fast_internal.h"

nyz_status nyz_fast_new(const nyz_allocator *allocator, nyz_fast **out, nyz_error *err)
{
    void *memory;
    *out = NULL;
    NYZ_TRY(nyz_alloc_zero(allocator, (int64_t)sizeof(nyz_fast), &memory, err));
    nyz_fast *const fast = memory;
    fast->allocator = *allocator;
    nyz_fast_block_tables(fast);
    *out = fast;
    return NYZ_OK;
}

void nyz_fast_free(nyz_fast **fast)
{
    if (*fast != NULL) {
        const nyz_allocator allocator = (*fast)->allocator;
        nyz_release(&allocator, *fast, (int64_t)sizeof **fast);
        *fast = NULL;
    }
}

/* Blocks are of NYZ_STORED_MAX bytes and more, except the last.  If all are stored, each
 * has five bytes for each NYZ_STORED_MAX of its bytes or fewer, and up to one to reach a
 * whole byte.  Then their end, and what a flush writes too much. */
size_t nyz_fast_bound(size_t size)
{
    const size_t blocks = size / NYZ_STORED_MAX + 1;
    return size + 2 * 6 * blocks + 6 + sizeof(uint64_t);
}

size_t nyz_fast_deflate(nyz_fast *fast, const unsigned char *in, size_t size, int last,
                        unsigned char *out)
{
    nyz_bits bits = {0, 0, out};
    const nyz_plan plan = nyz_fast_sample(fast, in, size);
    nyz_fast_match_start(fast, &plan);
    for (size_t from = 0, end; from < size; from = end) {
        end = nyz_fast_match(fast, &plan, in, from, size);
        nyz_fast_block_write(fast, in + from, end - from, last && end == size, &bits);
    }
    if (!last) {
        nyz_fast_block_sync(&bits);
    } else if (size == 0) {
        nyz_fast_block_end(&bits);
    }
    return (size_t)(bits.next - out) + (bits.count > 0);
}
