/* SPDX-License-Identifier: MIT */
/* Python literals: integers, and those of NumPy.  docs/format.md 1.4. */
#include <string.h>

#include "base/error.h"
#include "parse/pylit.h"
#include "parse/pylit_internal.h"

/* As many as UINT64_MAX has; so that no number can be long work. */
#define DIGITS_MAX 20

typedef struct digits {
    unsigned base;
    int count; /* digits read */
    int zeros; /* how many of them are leading zeros */
    uint64_t value;
    int overflow;
} digits;

static nyz_status bad_number(const nyz_pylit_scanner *scan, const nyz_pylit *lit,
                             const char *why)
{
    return nyz_fail(scan->err, NYZ_ERR_CORRUPT, lit->offset, "%s", why);
}

static void add_digit(digits *d, unsigned digit)
{
    d->zeros += digit == 0 && d->zeros == d->count;
    d->count += d->count <= DIGITS_MAX;
    if (d->value > (UINT64_MAX - digit) / d->base) {
        d->overflow = 1;
    } else {
        d->value = d->value * d->base + digit;
    }
}

/* digit {["_"] digit}: an underscore is between two digits, or after 0x. */
static void scan_digits(nyz_pylit_scanner *scan, digits *d, int prefixed)
{
    for (;;) {
        const int underscore =
            nyz_pylit_scan_peek(scan, 0) == '_' && (prefixed || d->count > 0);
        const unsigned digit = nyz_digit(nyz_pylit_scan_peek(scan, (size_t)underscore));
        if (digit >= d->base) {
            return;
        }
        add_digit(d, digit);
        scan->position += 1 + (size_t)underscore;
    }
}

/* Goes over 0x, 0o or 0b and returns the base; 10 without any. */
static unsigned scan_base(nyz_pylit_scanner *scan)
{
    unsigned base = 10;
    if (nyz_pylit_scan_peek(scan, 0) == '0') {
        const int letter = nyz_pylit_scan_peek(scan, 1) | 0x20;
        base = letter == 'x' ? 16 : letter == 'o' ? 8 : letter == 'b' ? 2 : 10;
    }
    if (base != 10) {
        scan->position += 2;
    }
    return base;
}

/* 2L, 2 L: Python 2's long. */
static void scan_suffix(nyz_pylit_scanner *scan)
{
    size_t ahead = 0;
    while (nyz_pylit_scan_peek(scan, ahead) == ' ' ||
           nyz_pylit_scan_peek(scan, ahead) == '\t') {
        ahead++;
    }
    if (scan->rules->long_suffix && nyz_pylit_scan_peek(scan, ahead) == 'L' &&
        !nyz_is_word(nyz_pylit_scan_peek(scan, ahead + 1))) {
        scan->position += ahead + 1;
    }
}

static nyz_status check_digits(const nyz_pylit_scanner *scan, const nyz_pylit *lit,
                               const digits *d)
{
    if (d->count == 0) {
        return nyz_pylit_scan_unexpected(scan, "a digit");
    }
    if (d->count > DIGITS_MAX) {
        return bad_number(scan, lit, "an integer of more than 20 digits");
    }
    if (d->base == 10 && d->zeros > 0 && d->zeros < d->count) {
        return bad_number(scan, lit, "a decimal integer begins with 0");
    }
    return NYZ_OK;
}

static nyz_status check_end(const nyz_pylit_scanner *scan, const nyz_pylit *lit)
{
    const int byte = nyz_pylit_scan_peek(scan, 0);
    if (byte == '.' || byte == 'e' || byte == 'E' || byte == 'j') {
        return bad_number(scan, lit,
                          "expected an integer, found a float or complex number");
    }
    if (nyz_is_word(byte)) {
        return nyz_pylit_scan_unexpected(scan, "the end of the integer");
    }
    return NYZ_OK;
}

static nyz_status set_value(const nyz_pylit_scanner *scan, nyz_pylit *lit,
                            const digits *d, int negative)
{
    if (d->overflow || d->value > INT64_MAX) {
        return bad_number(scan, lit, "an integer that does not fit in 64 bits");
    }
    lit->type = NYZ_PYLIT_INT;
    lit->count = negative ? -(int64_t)d->value : (int64_t)d->value;
    return NYZ_OK;
}

nyz_status nyz_pylit_scan_number(nyz_pylit_scanner *scan, nyz_pylit *lit)
{
    const int sign = nyz_pylit_scan_peek(scan, 0);
    if (sign == '-' || sign == '+') {
        scan->position++;
        nyz_pylit_scan_space(scan);
    }
    digits d = {0};
    d.base = scan_base(scan);
    scan_digits(scan, &d, d.base != 10);
    NYZ_TRY(check_digits(scan, lit, &d));
    scan_suffix(scan);
    NYZ_TRY(check_end(scan, lit));
    return set_value(scan, lit, &d, sign == '-');
}

/* ------------------------------------------------------------------ NumPy's, by their repr */

static int is_next(const nyz_pylit_scanner *scan, const char *word)
{
    const size_t size = strlen(word);
    return scan->size - scan->position >= size &&
           memcmp(scan->text + scan->position, word, size) == 0;
}

static int take(nyz_pylit_scanner *scan, const char *word)
{
    const int found = is_next(scan, word);
    scan->position += found ? strlen(word) : 0;
    return found;
}

static int take_type(nyz_pylit_scanner *scan)
{
    static const char *const types[] = {
        "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32",   "uint64",
        "intp", "uintp", "intc",  "uintc", "long",  "ulong",  "longlong", "ulonglong",
    };
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (is_next(scan, types[i]) &&
            !nyz_is_word(nyz_pylit_scan_peek(scan, strlen(types[i])))) {
            return take(scan, types[i]);
        }
    }
    return 0;
}

/* Decimal and without blanks, as repr writes it. */
static nyz_status scan_decimal(nyz_pylit_scanner *scan, nyz_pylit *lit)
{
    const size_t first = nyz_pylit_scan_peek(scan, 0) == '-';
    size_t size = first;
    while (nyz_digit(nyz_pylit_scan_peek(scan, size)) < 10) {
        size++;
    }
    const int end = nyz_pylit_scan_peek(scan, size);
    if (size == first || (end != ')' && end != ',')) {
        return nyz_pylit_scan_unexpected(scan, "a decimal integer");
    }
    return nyz_pylit_scan_number(scan, lit);
}

int nyz_pylit_scan_is_numpy(const nyz_pylit_scanner *scan)
{
    return scan->rules->numpy && (is_next(scan, "np.") || is_next(scan, "array("));
}

/* np.int64(2), array(2), array(2, dtype=int32), and no other call. */
nyz_status nyz_pylit_scan_numpy(nyz_pylit_scanner *scan, nyz_pylit *lit)
{
    const int is_array = take(scan, "array(");
    if (!is_array && (!take(scan, "np.") || !take_type(scan) || !take(scan, "("))) {
        return nyz_pylit_scan_unexpected(scan, "one of NumPy's integers, as np.int64(2)");
    }
    NYZ_TRY(scan_decimal(scan, lit));
    if (is_array && take(scan, ", dtype=") && !take_type(scan)) {
        return nyz_pylit_scan_unexpected(scan, "an integer type, as int32");
    }
    if (!take(scan, ")")) {
        return nyz_pylit_scan_unexpected(scan, "')'");
    }
    lit->type = NYZ_PYLIT_NUMPY;
    return NYZ_OK;
}
