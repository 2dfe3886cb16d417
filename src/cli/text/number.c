/* SPDX-License-Identifier: MIT */
/* Numbers of the command line: see number.h. */
#include "text/number.h"

#include <string.h>

/* Multiplies *value by `factor` and adds `more`; -1 if that is over INT64_MAX. */
static int scale(int64_t *value, int factor, int more)
{
    if (*value > (INT64_MAX - more) / factor) {
        return -1;
    }
    *value = *value * factor + more;
    return 1;
}

int cli_number_parse(const char *text, int64_t *out)
{
    static const char units[] = "KMGT";
    const char *c = text;
    int result = 1;
    *out = 0;
    for (; *c >= '0' && *c <= '9'; c++) {
        result = result > 0 ? scale(out, 10, *c - '0') : result;
    }
    const char *const unit = *c != '\0' ? strchr(units, *c) : NULL;
    if (c == text || c[unit != NULL] != '\0') {
        return 0;
    }
    for (const char *u = units; unit != NULL && u <= unit; u++) {
        result = result > 0 ? scale(out, 1024, 0) : result;
    }
    return result;
}
