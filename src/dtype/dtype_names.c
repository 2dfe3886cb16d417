/* Names and titles of a struct's fields: whether one occurs twice.  By sorting, so that
 * 65,536 names, however chosen, are no long work; a heap sort needs no memory but the
 * list. */
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "dtype/dtype.h"

typedef struct name {
    const char *text;
    size_t size;
    uint64_t start; /* its first 8 bytes as a number: most comparisons end here */
} name;

static name make_name(const char *text, size_t size)
{
    name out = {text, size, 0};
    for (size_t i = 0; i < 8; i++) {
        out.start = out.start << 8 | (i < size ? (unsigned char)text[i] : 0);
    }
    return out;
}

static int compare(const name *a, const name *b)
{
    if (a->start != b->start) {
        return a->start < b->start ? -1 : 1;
    }
    const size_t common = a->size < b->size ? a->size : b->size;
    const int order = common > 0 ? memcmp(a->text, b->text, common) : 0;
    return order != 0 ? order : (a->size > b->size) - (a->size < b->size);
}

static void swap_names(name *a, name *b)
{
    const name kept = *a;
    *a = *b;
    *b = kept;
}

/* Moves list[root] down until no child is larger. */
static void sift(name *list, size_t root, size_t count)
{
    for (;;) {
        size_t child = 2 * root + 1;
        if (child >= count) {
            return;
        }
        if (child + 1 < count && compare(&list[child], &list[child + 1]) < 0) {
            child++;
        }
        if (compare(&list[root], &list[child]) >= 0) {
            return;
        }
        swap_names(&list[root], &list[child]);
        root = child;
    }
}

static void sort(name *list, size_t count)
{
    for (size_t i = count / 2; i > 0; i--) {
        sift(list, i - 1, count);
    }
    for (size_t left = count; left > 1; left--) {
        swap_names(&list[0], &list[left - 1]);
        sift(list, 0, left - 1);
    }
}

static size_t collect(const nyz_dtype *dtype, name *list)
{
    size_t count = 0;
    for (int64_t i = 0; i < dtype->nfields; i++) {
        const nyz_field *const field = &dtype->fields[i];
        list[count++] = make_name(field->name, field->name_size);
        if (field->title != NULL) {
            list[count++] = make_name(field->title, field->title_size);
        }
    }
    return count;
}

nyz_status nyz_dtype_repeated_name(const nyz_dtype *dtype, const nyz_allocator *allocator,
                                   const char **text, size_t *size, nyz_error *err)
{
    void *memory = NULL;
    *text = NULL;
    *size = 0;
    NYZ_TRY(nyz_alloc_array(allocator, dtype->nfields, 2 * sizeof(name), &memory, err));
    name *const list = memory;
    const size_t count = collect(dtype, list);
    sort(list, count);
    for (size_t i = 1; i < count; i++) {
        if (compare(&list[i - 1], &list[i]) == 0) {
            *text = list[i].text;
            *size = list[i].size;
            break;
        }
    }
    nyz_release(allocator, memory, dtype->nfields * (int64_t)(2 * sizeof(name)));
    return NYZ_OK;
}
