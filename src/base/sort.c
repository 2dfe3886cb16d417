/* SPDX-License-Identifier: MIT */
/* Heapsort, with the larger child sought to the bottom first, which takes half of the
 * comparisons: see sort.h. */
#include "base/sort.h"

typedef struct heap {
    int64_t *items;
    int64_t count;
    nyz_compare *compare;
    const void *ctx;
} heap;

/* The leaf that one comes to by the larger child of each node below `root`. */
static int64_t find_leaf(const heap *h, int64_t root)
{
    int64_t child;
    while ((child = 2 * root + 2) < h->count) {
        root = h->compare(h->ctx, h->items[child - 1], h->items[child]) > 0 ? child - 1
                                                                            : child;
    }
    return child == h->count ? child - 1 : root;
}

/* Puts `item` into the heap below `root`, whose own item has been taken. */
static void sift(const heap *h, int64_t root, int64_t item)
{
    int64_t at = find_leaf(h, root);
    while (at > root && h->compare(h->ctx, h->items[at], item) < 0) {
        at = (at - 1) / 2;
    }
    for (int64_t carried = item;; at = (at - 1) / 2) {
        const int64_t replaced = h->items[at];
        h->items[at] = carried;
        carried = replaced;
        if (at <= root) {
            return;
        }
    }
}

void nyz_sort(int64_t *items, int64_t count, nyz_compare *compare, const void *ctx)
{
    heap h = {items, count, compare, ctx};
    for (int64_t root = count / 2; root > 0; root--) {
        sift(&h, root - 1, items[root - 1]);
    }
    while (h.count > 1) {
        const int64_t item = items[--h.count];
        const int64_t largest = items[0];
        sift(&h, 0, item);
        items[h.count] = largest;
    }
}
