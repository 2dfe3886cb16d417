/* SPDX-License-Identifier: MIT */
/* Copying boxes: the axes are put in order, joined and walked through; see strided_copy.h.  The
 * innermost one or two are transpose.c's. */
#include "array/strided_copy.h"

#include <string.h>

#include "array/nontemporal.h"
#include "array/transpose.h"

typedef struct axis {
    int64_t extent;
    int64_t to;
    int64_t from;
} axis;

/* A box made simple.  Its axes stand in the order of the destination's strides. */
typedef struct walk {
    unsigned char *to;
    const unsigned char *from;
    int64_t itemsize;
    int past_cache;
    int naxes;
    axis axes[NYZ_MAX_DIMS];
} walk;

/* Puts an axis in its place.  The destination is written upwards. */
static void add_axis(walk *w, axis a)
{
    int i = w->naxes;
    if (a.to < 0) {
        w->to += (a.extent - 1) * a.to;
        w->from += (a.extent - 1) * a.from;
        a.to = -a.to;
        a.from = -a.from;
    }
    for (; i > 0 && w->axes[i - 1].to < a.to; i--) {
        w->axes[i] = w->axes[i - 1];
    }
    w->axes[i] = a;
    w->naxes++;
}

/* Axes that are contiguous in both places become one; such items become one item. */
static void join_axes(walk *w)
{
    int n = 0;
    for (int i = 0; i < w->naxes; i++) {
        const axis a = w->axes[i];
        axis *const outer = n > 0 ? &w->axes[n - 1] : NULL;
        if (outer != NULL && outer->to == a.extent * a.to &&
            outer->from == a.extent * a.from) {
            *outer = (axis){outer->extent * a.extent, a.to, a.from};
        } else {
            w->axes[n++] = a;
        }
    }
    if (n > 0 && w->axes[n - 1].to == w->itemsize && w->axes[n - 1].from == w->itemsize) {
        n--;
        w->itemsize *= w->axes[n].extent;
    }
    w->naxes = n;
}

static int64_t distance(int64_t stride)
{
    return stride < 0 ? -stride : stride;
}

/* Moves the source's fastest axis to the place before the destination's, unless they are
 * one.  Returns how many axes transpose.c takes at once: 2, 1 or 0. */
static int choose_inner(walk *w)
{
    const int last = w->naxes - 1;
    int fastest = last;
    for (int i = last - 1; i >= 0; i--) {
        if (distance(w->axes[i].from) < distance(w->axes[fastest].from)) {
            fastest = i;
        }
    }
    if (fastest == last) {
        return last >= 0;
    }
    const axis a = w->axes[fastest];
    memmove(&w->axes[fastest], &w->axes[fastest + 1],
            (size_t)(last - 1 - fastest) * sizeof a);
    w->axes[last - 1] = a;
    return 2;
}

static void copy_inner(const walk *w, int inner, unsigned char *to,
                       const unsigned char *from)
{
    const axis *const a = &w->axes[w->naxes - inner];
    if (inner == 0) {
        memcpy(to, from, (size_t)w->itemsize);
    } else if (inner == 1) {
        nyz_transpose_copy_row(to, a->to, from, a->from, w->itemsize, a->extent);
    } else {
        const nyz_transpose_job plane = {w->itemsize, a[0].extent,  a[1].extent,
                                         a[0].to,     a[1].to,      a[0].from,
                                         a[1].from,   w->past_cache};
        nyz_transpose_copy(&plane, to, from);
    }
}

static void walk_through(const walk *w, int inner)
{
    int64_t index[NYZ_MAX_DIMS] = {0};
    unsigned char *to = w->to;
    const unsigned char *from = w->from;
    int i = 0;
    while (i >= 0) {
        copy_inner(w, inner, to, from);
        i = w->naxes - inner - 1;
        for (; i >= 0 && index[i] == w->axes[i].extent - 1; i--) {
            to -= index[i] * w->axes[i].to;
            from -= index[i] * w->axes[i].from;
            index[i] = 0;
        }
        if (i >= 0) {
            index[i]++;
            to += w->axes[i].to;
            from += w->axes[i].from;
        }
    }
}

void nyz_strided_copy(const nyz_strided_copy_job *box, unsigned char *to,
                      const unsigned char *from)
{
    walk w;
    w.to = to;
    w.from = from;
    w.itemsize = box->itemsize;
    w.past_cache = box->past_cache;
    w.naxes = 0;
    for (int i = 0; i < box->ndim; i++) {
        if (box->shape[i] == 0) {
            return;
        }
        if (box->shape[i] > 1) {
            add_axis(&w, (axis){box->shape[i], box->to_strides[i], box->from_strides[i]});
        }
    }
    if (w.itemsize > 0) {
        join_axes(&w);
        walk_through(&w, choose_inner(&w));
        if (w.past_cache) {
            nyz_nontemporal_fence();
        }
    }
}
