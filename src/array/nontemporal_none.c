/* Lines written as any bytes: see lines.h. */
#include "array/nontemporal.h"

#include <string.h>

void nyz_write_lines(unsigned char *to, int64_t apart, const unsigned char *lines,
                     int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        memcpy(to + i * apart, lines + i * NYZ_LINE, NYZ_LINE);
    }
}

void nyz_end_lines(void)
{
}
