/* SPDX-License-Identifier: MIT */
/* datetime64 and timedelta64 as text. */
#include "print/print.h"

#include <inttypes.h>

/* Units of a fixed length: how many make a second, or how many seconds make one. */
static const struct {
    const char *plural;
    int64_t per_second; /* 0: not finer than a second */
    int64_t seconds;
    int digits; /* after the point */
} units[] = {
    [NYZ_GENERIC] = {"generic time units", 0, 0, 0},
    [NYZ_YEAR] = {"years", 0, 0, 0},
    [NYZ_MONTH] = {"months", 0, 0, 0},
    [NYZ_WEEK] = {"weeks", 0, 604800, 0},
    [NYZ_DAY] = {"days", 0, 86400, 0},
    [NYZ_HOUR] = {"hours", 0, 3600, 0},
    [NYZ_MINUTE] = {"minutes", 0, 60, 0},
    [NYZ_SECOND] = {"seconds", 0, 1, 0},
    [NYZ_MILLISECOND] = {"milliseconds", 1000, 0, 3},
    [NYZ_MICROSECOND] = {"microseconds", 1000000, 0, 6},
    [NYZ_NANOSECOND] = {"nanoseconds", 1000000000, 0, 9},
    [NYZ_PICOSECOND] = {"picoseconds", 1000000000000, 0, 12},
    [NYZ_FEMTOSECOND] = {"femtoseconds", 1000000000000000, 0, 15},
    [NYZ_ATTOSECOND] = {"attoseconds", 1000000000000000000, 0, 18},
};

/* a / b rounded down, b > 0. */
static int64_t baseline_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static int64_t baseline_mod(int64_t a, int64_t b)
{
    return a % b < 0 ? a % b + b : a % b;
}

/* NumPy counts in int64 and lets it wrap round. */
static int64_t wrapping_mul(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a * (uint64_t)b);
}

static int64_t wrapping_add(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a + (uint64_t)b);
}

static void put_date(cli_line *line, int64_t year, int month, int day)
{
    char text[64];
    int size = snprintf(text, sizeof text, "%04" PRId64, year);
    if (month > 0) {
        size += snprintf(text + size, sizeof text - (size_t)size, "-%02d", month);
    }
    if (day > 0) {
        snprintf(text + size, sizeof text - (size_t)size, "-%02d", day);
    }
    cli_line_puts(line, text);
}

/* Days since 1970 in the proleptic Gregorian calendar: 146,097 days make 400 years. Years
 * are counted from March, so that the leap day is the last of its year. */
static void put_days(cli_line *line, int64_t days)
{
    const int64_t since = baseline_mod(days, 146097) + 719468; /* from 0000-03-01 */
    const int64_t of_cycle = since % 146097;
    const int64_t years =
        (of_cycle - of_cycle / 1460 + of_cycle / 36524 - of_cycle / 146096) / 365;
    const int64_t of_year = of_cycle - (365 * years + years / 4 - years / 100);
    const int month = (int)((5 * of_year + 2) / 153); /* 0 is March */
    const int day = (int)(of_year - (153 * month + 2) / 5 + 1);
    const int64_t year =
        400 * (baseline_div(days, 146097) + since / 146097) + years + (month >= 10);
    put_date(line, year, month < 10 ? month + 3 : month - 9, day);
}

/* The time of day, from 0 to 86,399 seconds, down to the unit. */
static void put_time(cli_line *line, int seconds, nyz_unit unit)
{
    char text[32];
    snprintf(text, sizeof text, "T%02d:%02d:%02d", seconds / 3600, seconds / 60 % 60,
             seconds % 60);
    cli_line_put(line, text, unit == NYZ_HOUR ? 3 : unit == NYZ_MINUTE ? 6 : 9);
}

static void put_ticks(cli_line *line, int64_t ticks, nyz_unit unit)
{
    const int64_t fine = units[unit].per_second;
    const int64_t per_day = fine > 0 ? 0 : 86400 / units[unit].seconds;
    if (unit == NYZ_WEEK || unit == NYZ_DAY) {
        put_days(line, unit == NYZ_WEEK ? wrapping_mul(ticks, 7) : ticks);
    } else if (fine == 0) {
        put_days(line, baseline_div(ticks, per_day));
        put_time(line, (int)(baseline_mod(ticks, per_day) * units[unit].seconds), unit);
    } else {
        char text[32];
        const int64_t seconds = baseline_div(ticks, fine);
        put_days(line, baseline_div(seconds, 86400));
        put_time(line, (int)baseline_mod(seconds, 86400), unit);
        snprintf(text, sizeof text, ".%0*" PRId64, units[unit].digits,
                 baseline_mod(ticks, fine));
        cli_line_puts(line, text);
    }
}

void cli_date_put(cli_line *line, int64_t ticks, const nyz_dtype *dtype)
{
    const int64_t count = wrapping_mul(ticks, dtype->unit_count);
    if (ticks == CLI_NAT) {
        cli_line_puts(line, "NaT");
    } else if (dtype->unit == NYZ_GENERIC) {
        cli_line_int(line, ticks);
    } else if (dtype->unit == NYZ_YEAR) {
        put_date(line, wrapping_add(count, 1970), 0, 0);
    } else if (dtype->unit == NYZ_MONTH) {
        put_date(line, 1970 + baseline_div(count, 12), (int)baseline_mod(count, 12) + 1,
                 0);
    } else {
        put_ticks(line, count, dtype->unit);
    }
}

void cli_delta_scalar(cli_line *line, int64_t ticks, const nyz_dtype *dtype)
{
    if (ticks == CLI_NAT) {
        cli_line_puts(line, "NaT");
        return;
    }
    cli_line_int(line, wrapping_mul(ticks, dtype->unit_count));
    cli_line_puts(line, " ");
    cli_line_puts(line, units[dtype->unit].plural);
}
