/* SPDX-License-Identifier: MIT */
/* For tests/tools.sh alone: informs static analysers, which look at one file at a time,
 * what they cannot see in error.c: a failure is one, nyz_fail returns the status that it
 * is given, and nyz_fail_sys never NYZ_OK. */
#ifndef NYZ_TESTS_ANALYZER_H
#define NYZ_TESTS_ANALYZER_H

#include "base/error.h"

#define nyz_fail(err, status, ...) ((void)nyz_fail(err, status, __VA_ARGS__), status)
#define nyz_fail_sys(err, ...) ((void)nyz_fail_sys(err, __VA_ARGS__), NYZ_ERR_IO)

#endif
