/* SPDX-License-Identifier: MIT */
/* What all C tests share: cmocka in the order it wants, and assertions on nyz_status that
 * print the library's message. */
#ifndef NYZ_TESTS_SUPPORT_H
#define NYZ_TESTS_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "nyz.h"
#include "nyz_file.h"

#ifdef _WIN32
#include "support/on_windows.h"
#endif

/* The folder of fixtures: set by the build, or by hand. */
static inline const char *fixtures_dir(void)
{
    const char *dir = getenv("NYZ_FIXTURES");
    return dir != NULL ? dir : "fixtures";
}

#define assert_ok(call)                                                                  \
    do {                                                                                 \
        nyz_error support_error;                                                         \
        nyz_error *const err = &support_error;                                           \
        memset(err, 0, sizeof *err);                                                     \
        const nyz_status support_status = (call);                                        \
        if (support_status != NYZ_OK) {                                                  \
            fail_msg("%s: %s: %s", #call, nyz_status_text(support_status),               \
                     support_error.message);                                             \
        }                                                                                \
    } while (0)

/* `call` (which passes `err`) fails with this status; the message contains `words`. */
#define assert_fails(status_, words, call)                                               \
    do {                                                                                 \
        nyz_error support_error;                                                         \
        nyz_error *const err = &support_error;                                           \
        memset(err, 0, sizeof *err);                                                     \
        const nyz_status support_status = (call);                                        \
        if (support_status != (status_) || support_error.status != (status_) ||          \
            strstr(support_error.message, (words)) == NULL) {                            \
            fail_msg("%s: expected %s with \"%s\", got %s: %s", #call,                   \
                     nyz_status_text(status_), (words), nyz_status_text(support_status), \
                     support_error.message);                                             \
        }                                                                                \
    } while (0)

/* Element `index` of a list, which it borrows from. */
static inline nyz_array item_of(const nyz_arrays *all, int64_t index)
{
    nyz_array out;
    assert_ok(nyz_arrays_get_at(all, index, &out, err));
    return out;
}

#endif
