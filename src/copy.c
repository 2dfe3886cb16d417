/* Copying elements between an array of any strides and contiguous items, and nyz_copy. */
#include "array.h"

#include <string.h>

/* A walk through an array in C order.  Axes that lie behind each other in memory are
 * joined, so that the innermost run is as long as it can be. */
typedef struct walk {
    unsigned char *place; /* of the current element */
    int64_t itemsize;
    int ndim;
    int64_t shape[NYZ_MAX_DIMS];
    int64_t strides[NYZ_MAX_DIMS];
    int64_t index[NYZ_MAX_DIMS];
} walk;

static void walk_add_axis(walk *w, int64_t extent, int64_t stride)
{
    if (extent == 1) {
        return;
    }
    if (w->ndim > 0 && w->strides[w->ndim - 1] == extent * stride) {
        w->shape[w->ndim - 1] *= extent;
        w->strides[w->ndim - 1] = stride;
        return;
    }
    w->shape[w->ndim] = extent;
    w->strides[w->ndim] = stride;
    w->ndim++;
}

static void walk_begin(walk *w, const nyz_array *array, int64_t first)
{
    w->place = array->data;
    w->itemsize = array->dtype.itemsize;
    w->ndim = 0;
    for (int i = 0; i < array->ndim; i++) {
        walk_add_axis(w, array->shape[i], array->strides[i]);
    }
    if (w->ndim == 0) {
        w->shape[0] = 1;
        w->strides[0] = w->itemsize;
        w->ndim = 1;
    }
    for (int i = w->ndim - 1; i >= 0; i--) {
        w->index[i] = first % w->shape[i];
        w->place += w->index[i] * w->strides[i];
        first /= w->shape[i];
    }
}

/* Goes `run` elements on; they do not lead past the end of the innermost axis. */
static void walk_on(walk *w, int64_t run)
{
    int axis = w->ndim - 1;
    w->index[axis] += run;
    w->place += run * w->strides[axis];
    while (axis > 0 && w->index[axis] == w->shape[axis]) {
        w->place -= w->shape[axis] * w->strides[axis];
        w->index[axis] = 0;
        axis--;
        w->index[axis]++;
        w->place += w->strides[axis];
    }
}

/* One run of items from one stride to another.  The fixed sizes let the compiler turn
 * memcpy into a load and a store. */
static void copy_run(unsigned char *to, int64_t to_stride, const unsigned char *from,
                     int64_t from_stride, int64_t itemsize, int64_t count)
{
#define COPY_ITEMS(size)                                                                 \
    for (int64_t i = 0; i < count; i++) {                                                \
        memcpy(to + i * to_stride, from + i * from_stride, (size));                      \
    }
    if (to_stride == itemsize && from_stride == itemsize) {
        memcpy(to, from, (size_t)(itemsize * count));
        return;
    }
    switch (itemsize) {
    case 1:
        COPY_ITEMS(1)
        return;
    case 2:
        COPY_ITEMS(2)
        return;
    case 4:
        COPY_ITEMS(4)
        return;
    case 8:
        COPY_ITEMS(8)
        return;
    case 16:
        COPY_ITEMS(16)
        return;
    default:
        COPY_ITEMS((size_t)itemsize)
        return;
    }
#undef COPY_ITEMS
}

void nyz_gather(const nyz_array *array, int64_t first, int64_t count, void *items)
{
    walk w;
    unsigned char *to = items;
    if (count == 0 || array->dtype.itemsize == 0) {
        return;
    }
    walk_begin(&w, array, first);
    while (count > 0) {
        const int inner = w.ndim - 1;
        const int64_t run = nyz_min(count, w.shape[inner] - w.index[inner]);
        copy_run(to, w.itemsize, w.place, w.strides[inner], w.itemsize, run);
        to += run * w.itemsize;
        count -= run;
        walk_on(&w, run);
    }
}

void nyz_scatter(const nyz_array *array, int64_t first, int64_t count, const void *items)
{
    walk w;
    const unsigned char *from = items;
    if (count == 0 || array->dtype.itemsize == 0) {
        return;
    }
    walk_begin(&w, array, first);
    while (count > 0) {
        const int inner = w.ndim - 1;
        const int64_t run = nyz_min(count, w.shape[inner] - w.index[inner]);
        copy_run(w.place, w.strides[inner], from, w.itemsize, w.itemsize, run);
        from += run * w.itemsize;
        count -= run;
        walk_on(&w, run);
    }
}

/* Piece by piece, so that numbers are turned round while they are in the cache. */
static void copy_elements(const nyz_array *from, const nyz_array *to,
                          nyz_byteorder byteorder, int64_t count)
{
    const int64_t itemsize = from->dtype.itemsize;
    const int64_t piece = nyz_items_per_chunk(itemsize);
    unsigned char *items = to->data;
    for (int64_t first = 0; first < count && itemsize > 0; first += piece) {
        const int64_t n = nyz_min(piece, count - first);
        nyz_gather(from, first, n, items);
        nyz_dtype_swap(&from->dtype, byteorder, items, n, itemsize);
        items += n * itemsize;
    }
}

nyz_status nyz_copy(const nyz_array *array, const nyz_options *opt, nyz_array *out,
                    nyz_error *err)
{
    nyz_env env;
    int64_t count = 0;
    int64_t bytes = 0;
    memset(out, 0, sizeof *out);
    NYZ_TRY(nyz_env_init(&env, opt, err));
    NYZ_TRY(nyz_array_check_data(array, &count, &bytes, err));
    const nyz_byteorder byteorder = nyz_byteorder_or(env.byteorder, NYZ_NATIVE);
    NYZ_TRY(nyz_array_new(&env.allocator, array, env.order, byteorder, out, err));
    nyz_array from = *array;
    if (env.order == NYZ_F_ORDER ||
        (env.order == NYZ_KEEP_ORDER && nyz_is_fortran(array))) {
        nyz_reverse_axes(&from);
    }
    copy_elements(&from, out, byteorder, count);
    return NYZ_OK;
}
