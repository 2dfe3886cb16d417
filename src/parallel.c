/* What threads share whatever the system: see parallel.h. */
#include "parallel.h"

/* Shell's sort: mostly the work is in order already, or of one size. */
void nyz_longest_first(const int64_t *work, int64_t count, int64_t *order)
{
    int64_t gap = 1;
    for (int64_t i = 0; i < count; i++) {
        order[i] = i;
    }
    while (gap < count / 3) {
        gap = 3 * gap + 1;
    }
    for (; gap > 0; gap /= 3) {
        for (int64_t i = gap; i < count; i++) {
            const int64_t index = order[i];
            int64_t at = i;
            for (; at >= gap && work[order[at - gap]] < work[index]; at -= gap) {
                order[at] = order[at - gap];
            }
            order[at] = index;
        }
    }
}
