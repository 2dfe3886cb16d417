/* SPDX-License-Identifier: MIT */
/* Parts of files as memory: see mapping.h.  The system's part: mapping_pages.h. */
#include "io/mapping.h"

#include <errno.h>

#include "base/alloc.h"
#include "base/counter.h"
#include "base/error.h"
#include "io/mapping_pages.h"

struct nyz_mapping {
    nyz_counter references;
    nyz_allocator allocator;
    nyz_map_mode mode;
    int64_t start; /* in the file, of the pages */
    size_t size;
    unsigned char *pages;
};

static nyz_status fail_large(int64_t size, nyz_error *err)
{
    return nyz_fail(err, NYZ_ERR_MEMORY, -1,
                    "cannot map %lld bytes: they exceed the address space",
                    (long long)size);
}

/* File and place are fine: what is invalid is the size. */
static nyz_status fail(int sys, int64_t size, nyz_error *err)
{
    if (sys == EINVAL || sys == EOVERFLOW) {
        return fail_large(size, err);
    }
    if (sys == ENODEV || sys == ENOSYS) {
        return nyz_fail(err, NYZ_ERR_UNSUPPORTED, -1,
                        "cannot be mapped: its file system does not map files; load it, "
                        "or save to it");
    }
    return nyz_fail_sys(err, sys, -1, "cannot map %lld bytes", (long long)size);
}

static nyz_status map(nyz_mapping *mapping, nyz_mapping_file file, nyz_map_mode mode,
                      int64_t size, nyz_error *err)
{
    void *pages = NULL;
    if ((uint64_t)size > PTRDIFF_MAX) {
        return fail_large(size, err);
    }
    const int sys = nyz_mapping_map(file, mode, mapping->start, (size_t)size, &pages);
    if (sys != 0) {
        return fail(sys, size, err);
    }
    mapping->size = (size_t)size;
    mapping->pages = pages;
    return NYZ_OK;
}

nyz_status nyz_mapping_new(nyz_mapping_file file, nyz_map_mode mode, int64_t start,
                           int64_t size, const nyz_allocator *allocator,
                           nyz_mapping **out, nyz_error *err)
{
    const int64_t before = start % nyz_mapping_unit();
    void *memory = NULL;
    *out = NULL;
    NYZ_TRY(nyz_alloc_zero(allocator, (int64_t)sizeof **out, &memory, err));
    nyz_mapping *mapping = memory;
    nyz_counter_init(&mapping->references, 1);
    mapping->allocator = *allocator;
    mapping->mode = mode;
    mapping->start = start - before;
    const nyz_status status = map(mapping, file, mode, before + size, err);
    if (status != NYZ_OK) {
        nyz_mapping_free(&mapping);
    }
    *out = mapping;
    return status;
}

/* The mapping of all of a file, made by whichever thread is first. */
static nyz_status share(nyz_shared_pointer *shared, nyz_mapping_file file, int64_t whole,
                        const nyz_allocator *allocator, nyz_mapping **out, nyz_error *err)
{
    nyz_mapping *held = nyz_shared_pointer_get(shared);
    if (held == NULL) {
        nyz_mapping *mine = NULL;
        NYZ_TRY(nyz_mapping_new(file, NYZ_MAP_READ, 0, whole, allocator, &mine, err));
        held = nyz_shared_pointer_set(shared, mine);
        if (held != mine) {
            nyz_mapping_free(&mine);
        }
    }
    nyz_counter_up(&held->references);
    *out = held;
    return NYZ_OK;
}

nyz_status nyz_mapping_shared(nyz_shared_pointer *shared, nyz_mapping_file file,
                              int64_t whole, nyz_map_mode mode, int64_t start,
                              int64_t size, const nyz_allocator *allocator,
                              nyz_mapping **out, nyz_error *err)
{
    if (mode == NYZ_MAP_READ) {
        const nyz_status status = share(shared, file, whole, allocator, out, err);
        if (status != NYZ_ERR_MEMORY) {
            return status;
        }
    }
    return nyz_mapping_new(file, mode, start, size, allocator, out, err);
}

void nyz_mapping_release(nyz_shared_pointer *shared)
{
    nyz_mapping *held = nyz_shared_pointer_get(shared);
    nyz_mapping_free(&held);
}

unsigned char *nyz_mapping_at(const nyz_mapping *mapping, int64_t offset)
{
    return mapping->pages + (offset - mapping->start);
}

int nyz_mapping_is_shared(const nyz_mapping *mapping)
{
    return mapping->mode == NYZ_MAP_SHARED;
}

void nyz_mapping_free(nyz_mapping **mapping)
{
    nyz_mapping *const m = *mapping;
    *mapping = NULL;
    if (m == NULL || !nyz_counter_down(&m->references)) {
        return;
    }
    const nyz_allocator allocator = m->allocator;
    if (m->pages != NULL) {
        nyz_mapping_unmap(m->pages, m->size);
    }
    nyz_release(&allocator, m, (int64_t)sizeof *m);
}

/* The whole pages around `size` bytes at *memory; returns their size. */
static size_t whole_pages(void **memory, int64_t size)
{
    const uintptr_t before = (uintptr_t)*memory % (uintptr_t)nyz_mapping_unit();
    *memory = (unsigned char *)*memory - before;
    return before + (size_t)size;
}

void nyz_mapping_advise(void *memory, int64_t size, uint32_t flags)
{
    if (size > 0 && (flags & (NYZ_MAP_WILLNEED | NYZ_MAP_RANDOM)) != 0) {
        const size_t whole = whole_pages(&memory, size);
        nyz_mapping_hint(memory, whole, flags);
    }
}

nyz_status nyz_mapping_flush(void *memory, int64_t size, nyz_error *err)
{
    if (size == 0) {
        return NYZ_OK;
    }
    const size_t whole = whole_pages(&memory, size);
    const int sys = nyz_mapping_sync(memory, whole);
    return sys == 0 ? NYZ_OK : nyz_fail_sys(err, sys, -1, "cannot write a mapped file");
}
