/* SPDX-License-Identifier: MIT */
/* The shortest decimals that read back as the same binary float.  These files use nothing
 * else of the tool. */
#ifndef NYZ_CLI_PRINT_DECIMAL_H
#define NYZ_CLI_PRINT_DECIMAL_H

#include <stdint.h>

/* d.ddd x 10^exponent; zero is one digit 0. */
typedef struct cli_decimal {
    int count; /* of digits, without trailing zeros; at least 1 */
    int exponent;
    char digits[56];
} cli_decimal;

/* ---- decimal_shortest.c */

/* The fewest digits that read back, rounding to even, as `value` in the IEEE format of
 * `size` bytes: 2, 4 or 8; of these the nearest.  `value` is a number of that format,
 * finite and not negative. */
void cli_decimal_shortest(double value, int size, cli_decimal *out);

/* ---- decimal_table.c */

#define CLI_POWER_LEAST (-292)
#define CLI_POWER_MOST 324

typedef struct cli_power {
    uint64_t high, low;
} cli_power;

/* 10^(CLI_POWER_LEAST + i), times the power of two for which it has 128 bits, rounded up.
 */
extern const cli_power cli_powers[CLI_POWER_MOST - CLI_POWER_LEAST + 1];

#endif
