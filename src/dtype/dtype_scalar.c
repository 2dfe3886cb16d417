/* SPDX-License-Identifier: MIT */
/* Dtypes that are one string: "<f8", "|S5", "<M8[25us]", "float64".
 * docs/format.md 2.1-2.3. */
#include <string.h>

#include "base/arithmetic.h"
#include "base/config.h"
#include "base/endian.h"
#include "base/error.h"
#include "dtype/dtype_internal.h"

/* A string being read. */
typedef struct reader {
    const char *text;
    size_t size;
    size_t at;
    int64_t offset; /* of text[0], for errors */
    nyz_error *err;
} reader;

static int peek(const reader *r)
{
    return r->at < r->size ? (unsigned char)r->text[r->at] : -1;
}

static int is_digit(int byte)
{
    return byte >= '0' && byte <= '9';
}

static nyz_status refuse_as(const reader *r, nyz_status status, const char *why)
{
    char quoted[NYZ_QUOTE_SIZE];
    nyz_quote(quoted, r->text, r->size);
    return nyz_fail(r->err, status, r->offset, "dtype \"%s\": %s", quoted, why);
}

/* One or more digits.  Errors: CORRUPT (none, or more than INT64_MAX). */
static nyz_status read_number(reader *r, int64_t *out)
{
    *out = 0;
    if (!is_digit(peek(r))) {
        return refuse_as(r, NYZ_ERR_CORRUPT, "expected a number");
    }
    for (; is_digit(peek(r)); r->at++) {
        if (nyz_mul(*out, 10, out) || nyz_add(*out, peek(r) - '0', out)) {
            return refuse_as(r, NYZ_ERR_CORRUPT, "its number does not fit in 64 bits");
        }
    }
    return NYZ_OK;
}

nyz_status nyz_dtype_grow(int64_t *itemsize, int64_t bytes, const nyz_config *config,
                          int64_t offset, nyz_error *err)
{
    if (nyz_add(*itemsize, bytes, itemsize)) {
        return nyz_fail(err, NYZ_ERR_CORRUPT, offset,
                        "dtype: its size does not fit in 64 bits");
    }
    if (*itemsize > config->limits.item_bytes) {
        return nyz_fail(
            err, NYZ_ERR_LIMIT, offset,
            "dtype: an item of %lld bytes or more exceeds limits.item_bytes, %lld",
            (long long)*itemsize, (long long)config->limits.item_bytes);
    }
    return NYZ_OK;
}

/* ------------------------------------------------------------------ datetime metadata */

/* Unit names, finest last, and how many of the next three finer units one holds: what
 * NumPy uses to turn [D/2] into [12h]. */
static const struct {
    const char *name;
    nyz_unit unit;
    nyz_unit finer[3];
    int32_t holds[3];
} units[] = {
    {"generic", NYZ_GENERIC, {0}, {0}},
    {"Y", NYZ_YEAR, {NYZ_MONTH, NYZ_WEEK, NYZ_DAY}, {12, 52, 365}},
    {"M", NYZ_MONTH, {NYZ_WEEK, NYZ_DAY, NYZ_HOUR}, {4, 30, 720}},
    {"W", NYZ_WEEK, {NYZ_DAY, NYZ_HOUR, NYZ_MINUTE}, {7, 168, 10080}},
    {"D", NYZ_DAY, {NYZ_HOUR, NYZ_MINUTE, NYZ_SECOND}, {24, 1440, 86400}},
    {"h", NYZ_HOUR, {NYZ_MINUTE, NYZ_SECOND}, {60, 3600}},
    {"m", NYZ_MINUTE, {NYZ_SECOND, NYZ_MILLISECOND}, {60, 60000}},
    {"s", NYZ_SECOND, {NYZ_MILLISECOND, NYZ_MICROSECOND}, {1000, 1000000}},
    {"ms", NYZ_MILLISECOND, {NYZ_MICROSECOND, NYZ_NANOSECOND}, {1000, 1000000}},
    {"us", NYZ_MICROSECOND, {NYZ_NANOSECOND, NYZ_PICOSECOND}, {1000, 1000000}},
    {"\xce\xbcs", NYZ_MICROSECOND, {NYZ_NANOSECOND, NYZ_PICOSECOND}, {1000, 1000000}},
    {"ns", NYZ_NANOSECOND, {NYZ_PICOSECOND, NYZ_FEMTOSECOND}, {1000, 1000000}},
    {"ps", NYZ_PICOSECOND, {NYZ_FEMTOSECOND, NYZ_ATTOSECOND}, {1000, 1000000}},
    {"fs", NYZ_FEMTOSECOND, {NYZ_ATTOSECOND}, {1000}},
    {"as", NYZ_ATTOSECOND, {0}, {0}},
};

/* The row of the unit at the reader's place, up to ']' or '/'. */
static nyz_status read_unit(reader *r, size_t *row)
{
    size_t size = 0;
    while (r->at + size < r->size && r->text[r->at + size] != ']' &&
           r->text[r->at + size] != '/') {
        size++;
    }
    for (*row = 0; *row < sizeof units / sizeof units[0]; ++*row) {
        if (strlen(units[*row].name) == size &&
            memcmp(units[*row].name, r->text + r->at, size) == 0) {
            r->at += size;
            return NYZ_OK;
        }
    }
    return refuse_as(r, NYZ_ERR_CORRUPT, "not a unit of datetime64");
}

/* [n unit / divisor]: turned into a finer unit that divides evenly. */
static nyz_status divide_unit(reader *r, size_t row, int64_t divisor, int64_t count,
                              nyz_dtype *out)
{
    if (units[row].unit == NYZ_GENERIC || divisor <= 0) {
        return refuse_as(r, NYZ_ERR_CORRUPT, "its unit cannot be divided by that");
    }
    for (int i = -1; i < 3; i++) {
        const int32_t holds = i < 0 ? 1 : units[row].holds[i];
        if (holds > 0 && holds % divisor == 0) {
            const int64_t result = count * (holds / divisor); /* both below 2^31 */
            if (result > INT32_MAX) {
                return refuse_as(r, NYZ_ERR_CORRUPT, "its unit's number is too large");
            }
            out->unit = i < 0 ? units[row].unit : units[row].finer[i];
            out->unit_count = (int32_t)result;
            return NYZ_OK;
        }
    }
    return refuse_as(r, NYZ_ERR_CORRUPT, "its divisor does not give a finer unit");
}

/* "[" [number] unit ["/" number] "]", or nothing. */
static nyz_status read_metadata(reader *r, nyz_dtype *out)
{
    size_t row = 0;
    int64_t count = 1;
    int64_t divisor = 1;
    out->unit_count = 1;
    if (peek(r) != '[') {
        return NYZ_OK;
    }
    r->at++;
    if (is_digit(peek(r))) {
        NYZ_TRY(read_number(r, &count));
    }
    NYZ_TRY(read_unit(r, &row));
    const int divided = peek(r) == '/';
    if (divided) {
        r->at++;
        NYZ_TRY(read_number(r, &divisor));
    }
    if (peek(r) != ']' || count > INT32_MAX || divisor > INT32_MAX) {
        return refuse_as(r, NYZ_ERR_CORRUPT,
                         "expected a unit as in [ns], [25us] or [D/2]");
    }
    r->at++;
    out->unit = units[row].unit;
    out->unit_count = units[row].unit == NYZ_GENERIC ? 1 : (int32_t)count;
    return divided ? divide_unit(r, row, divisor, count, out) : NYZ_OK;
}

/* ------------------------------------------------------------------ letters and names */

typedef struct spelling {
    const char *text;
    nyz_type type;
    unsigned char itemsize; /* 0: none yet; a number follows, or metadata */
} spelling;

/* Kind and size, as NumPy writes them.  The size of a long double is the writing
 * machine's: its bytes are opaque, so both are read everywhere. */
static const spelling codes[] = {
    {"b1", NYZ_BOOL, 1},          {"i1", NYZ_INT8, 1},
    {"i2", NYZ_INT16, 2},         {"i4", NYZ_INT32, 4},
    {"i8", NYZ_INT64, 8},         {"u1", NYZ_UINT8, 1},
    {"u2", NYZ_UINT16, 2},        {"u4", NYZ_UINT32, 4},
    {"u8", NYZ_UINT64, 8},        {"f2", NYZ_FLOAT16, 2},
    {"f4", NYZ_FLOAT32, 4},       {"f8", NYZ_FLOAT64, 8},
    {"f12", NYZ_LONGDOUBLE, 12},  {"f16", NYZ_LONGDOUBLE, 16},
    {"c8", NYZ_COMPLEX64, 8},     {"c16", NYZ_COMPLEX128, 16},
    {"c24", NYZ_CLONGDOUBLE, 24}, {"c32", NYZ_CLONGDOUBLE, 32},
    {"O", NYZ_OBJECT, 8},         {"O4", NYZ_OBJECT, 8},
    {"O8", NYZ_OBJECT, 8},        {"M8", NYZ_DATETIME64, 8},
    {"m8", NYZ_TIMEDELTA64, 8},   {"M", NYZ_DATETIME64, 8},
    {"m", NYZ_TIMEDELTA64, 8},    {"?", NYZ_BOOL, 1},
    {"b", NYZ_INT8, 1},           {"B", NYZ_UINT8, 1},
    {"h", NYZ_INT16, 2},          {"H", NYZ_UINT16, 2},
    {"i", NYZ_INT32, 4},          {"I", NYZ_UINT32, 4},
    {"l", NYZ_INT64, 8},          {"L", NYZ_UINT64, 8},
    {"q", NYZ_INT64, 8},          {"Q", NYZ_UINT64, 8},
    {"e", NYZ_FLOAT16, 2},        {"f", NYZ_FLOAT32, 4},
    {"d", NYZ_FLOAT64, 8},        {"g", NYZ_LONGDOUBLE, 16},
    {"F", NYZ_COMPLEX64, 8},      {"D", NYZ_COMPLEX128, 16},
    {"G", NYZ_CLONGDOUBLE, 32},
};

/* Python's names for them; without a byte order in front. */
static const spelling names[] = {
    {"bool", NYZ_BOOL, 1},           {"int8", NYZ_INT8, 1},
    {"int16", NYZ_INT16, 2},         {"int32", NYZ_INT32, 4},
    {"int64", NYZ_INT64, 8},         {"uint8", NYZ_UINT8, 1},
    {"uint16", NYZ_UINT16, 2},       {"uint32", NYZ_UINT32, 4},
    {"uint64", NYZ_UINT64, 8},       {"float16", NYZ_FLOAT16, 2},
    {"float32", NYZ_FLOAT32, 4},     {"float64", NYZ_FLOAT64, 8},
    {"complex64", NYZ_COMPLEX64, 8}, {"complex128", NYZ_COMPLEX128, 16},
};

/* How ml_dtypes' types are written that are neither of NumPy's kinds nor 'V'; with '<' or
 * '>' in front. */
static const spelling opaque[] = {
    {"f1", NYZ_VOID, 1}, /* float8_e5m2 */
    {"W4", NYZ_VOID, 4}, /* complex32, bcomplex32 */
};

static const spelling *find(const spelling *table, size_t count, const char *text,
                            size_t size)
{
    for (size_t i = 0; size > 0 && i < count; i++) {
        if (table[i].text[0] == text[0] && strlen(table[i].text) == size &&
            memcmp(table[i].text, text, size) == 0) {
            return &table[i];
        }
    }
    return NULL;
}

/* S5, U5, V5; S alone is S0. */
static nyz_status read_flexible(reader *r, const nyz_config *config, nyz_dtype *out)
{
    const char letter = r->text[r->at++];
    int64_t count = 0;
    out->type = letter == 'S' ? NYZ_BYTES : letter == 'U' ? NYZ_STR : NYZ_VOID;
    if (r->at < r->size) {
        NYZ_TRY(read_number(r, &count));
    }
    if (nyz_mul(count, letter == 'U' ? 4 : 1, &count)) {
        return refuse_as(r, NYZ_ERR_CORRUPT, "its number does not fit in 64 bits");
    }
    return nyz_dtype_grow(&out->itemsize, count, config, r->offset, r->err);
}

/* A well-formed NumPy dtype that this library has no type for, or no dtype at all. */
static nyz_status refuse(const reader *r)
{
    const int first = peek(r);
    if (memchr(r->text, ',', r->size) != NULL || first == '(') {
        return refuse_as(r, NYZ_ERR_UNSUPPORTED,
                         "structs are read as lists, [('f0', '<i4')]");
    }
    size_t letters = 0;
    while (r->at + letters < r->size && ((r->text[r->at + letters] | 0x20) >= 'a') &&
           ((r->text[r->at + letters] | 0x20) <= 'z')) {
        letters++;
    }
    if (letters >= 3 || (r->size == r->at + 1 && first > 0 && strchr("acnNpP", first))) {
        return refuse_as(
            r, NYZ_ERR_UNSUPPORTED,
            "this name is not supported; expected a code, as <f8, or bool, int8 to "
            "int64, uint8 to uint64, float16 to float64, complex64, complex128");
    }
    return refuse_as(r, NYZ_ERR_CORRUPT, "expected e.g. <f8, |S5 or <M8[ns]");
}

static int has_mark(const reader *r)
{
    return r->text[0] == '<' || r->text[0] == '>';
}

static const spelling *find_opaque(const reader *r, const char *text, size_t size)
{
    return has_mark(r) ? find(opaque, sizeof opaque / sizeof opaque[0], text, size)
                       : NULL;
}

/* The part up to '[' that a code can have; fills in type and itemsize. */
static nyz_status read_code(reader *r, const nyz_config *config, nyz_dtype *out)
{
    const char *const text = r->text + r->at;
    const size_t left = r->size - r->at;
    const char *const bracket = left > 0 ? memchr(text, '[', left) : NULL;
    const size_t size = bracket != NULL ? (size_t)(bracket - text) : left;
    const spelling *found = find(codes, sizeof codes / sizeof codes[0], text, size);
    if (found == NULL && r->at == 0) {
        found = find(names, sizeof names / sizeof names[0], text, size);
    }
    const int dated = size == 2 && (text[0] == 'M' || text[0] == 'm');
    if (found != NULL && (bracket == NULL || dated)) {
        r->at += size;
        out->type = found->type;
        out->itemsize = found->itemsize;
        return NYZ_OK;
    }
    if (left > 0 && (left == 1 || is_digit((unsigned char)text[1])) &&
        (text[0] == 'S' || text[0] == 'U' || text[0] == 'V')) {
        return read_flexible(r, config, out);
    }
    found = find_opaque(r, text, left);
    if (found != NULL) {
        r->at += left;
        out->type = found->type;
        out->itemsize = found->itemsize;
        out->letter = found->text[0];
        return NYZ_OK;
    }
    return refuse(r);
}

nyz_status nyz_dtype_scalar(const char *text, size_t size, int64_t offset,
                            const nyz_config *config, nyz_dtype *out, nyz_error *err)
{
    reader r = {text, size, 0, offset, err};
    char mark = nyz_native_byteorder();
    memset(out, 0, sizeof *out);
    if (size == 0) {
        return refuse_as(&r, NYZ_ERR_CORRUPT, "expected e.g. <f8");
    }
    if (strchr("<>=|", text[0]) != NULL && text[0] != '\0') {
        mark = text[0] == '<' || text[0] == '>' ? text[0] : mark;
        r.at = 1;
    }
    NYZ_TRY(read_code(&r, config, out));
    if (out->type == NYZ_DATETIME64 || out->type == NYZ_TIMEDELTA64) {
        NYZ_TRY(read_metadata(&r, out));
    }
    if (r.at != size) {
        return refuse_as(&r, NYZ_ERR_CORRUPT, "something follows it");
    }
    const int marked = out->type == NYZ_VOID && has_mark(&r);
    out->byteorder = marked || nyz_dtype_info(out->type)->ordered ? mark : '|';
    return NYZ_OK;
}
