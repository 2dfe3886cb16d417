/* What threads share whatever the system: see parallel.h. */
#include "parallel.h"

/* Shell's sort: mostly the work is in order already, or of one size. */
void nyz_longest_first(int64_t *order, int64_t count,
                       int64_t (*work)(const void *ctx, int64_t piece), const void *ctx)
{
    int64_t gap = 1;
    while (gap < count / 3) {
        gap = 3 * gap + 1;
    }
    for (; gap > 0; gap /= 3) {
        for (int64_t i = gap; i < count; i++) {
            const int64_t piece = order[i];
            const int64_t long_as = work(ctx, piece);
            int64_t at = i;
            for (; at >= gap && work(ctx, order[at - gap]) < long_as; at -= gap) {
                order[at] = order[at - gap];
            }
            order[at] = piece;
        }
    }
}
