/* SPDX-License-Identifier: MIT */
/* Python literals: values, brackets, names.  Numbers are in pylit_number.c,
 * strings in pylit_string.c.  docs/format.md 1.4. */
#include "parse/pylit.h"

#include <string.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/utf8.h"
#include "parse/pylit_internal.h"

static nyz_status parse_value(nyz_pylit_scanner *scan, nyz_pylit *lit);

const char *nyz_pylit_name(nyz_pylit_type type)
{
    switch (type) {
    case NYZ_PYLIT_NONE:
        return "None";
    case NYZ_PYLIT_FALSE:
        return "False";
    case NYZ_PYLIT_TRUE:
        return "True";
    case NYZ_PYLIT_INT:
        return "an integer";
    case NYZ_PYLIT_NUMPY:
        return "an integer of NumPy's";
    case NYZ_PYLIT_STR:
        return "a string";
    case NYZ_PYLIT_BYTES:
        return "a bytes literal";
    case NYZ_PYLIT_TUPLE:
        return "a tuple";
    case NYZ_PYLIT_LIST:
        return "a list";
    case NYZ_PYLIT_DICT:
        return "a dict";
    }
    return "nothing";
}

/* --------------------------------------------------------------------------- brackets */

static nyz_status new_child(nyz_pylit_scanner *scan, nyz_pylit *parent, nyz_pylit **last,
                            nyz_pylit **out)
{
    void *memory = NULL;
    NYZ_TRY(nyz_arena_alloc(scan->arena, 1, sizeof **out, &memory, scan->err));
    *out = memory;
    if (*last == NULL) {
        parent->first = *out;
    } else {
        (*last)->next = *out;
    }
    *last = *out;
    parent->count++;
    return NYZ_OK;
}

/* *outer gets what closes the bracket around it, for close_bracket. */
static nyz_status open_bracket(nyz_pylit_scanner *scan, char close, char *outer)
{
    *outer = scan->close;
    if (scan->depth >= scan->rules->brackets) {
        return nyz_fail(scan->err, NYZ_ERR_LIMIT, (int64_t)scan->position,
                        "brackets are nested deeper than limits.brackets, %lld",
                        (long long)scan->rules->brackets);
    }
    scan->depth++;
    scan->close = close;
    scan->position++;
    nyz_pylit_scan_space(scan);
    return NYZ_OK;
}

static void close_bracket(nyz_pylit_scanner *scan, char outer)
{
    scan->depth--;
    scan->close = outer;
    scan->position++;
}

/* ["," ...]: goes over a comma, *comma: whether there was one; else `close` must
 * follow. */
static nyz_status parse_comma(nyz_pylit_scanner *scan, char close, int *comma)
{
    nyz_pylit_scan_space(scan);
    *comma = nyz_pylit_scan_peek(scan, 0) == ',';
    if (*comma) {
        scan->position++;
        nyz_pylit_scan_space(scan);
        return NYZ_OK;
    }
    if (nyz_pylit_scan_peek(scan, 0) == close) {
        return NYZ_OK;
    }
    return nyz_pylit_scan_unexpected(scan, close == ')'   ? "',' or ')'"
                                           : close == ']' ? "',' or ']'"
                                                          : "',' or '}'");
}

/* What a writer puts into such a dict need not even be a literal.  In a list, a pair is a
 * field and its dtype. */
static nyz_status check_pair(const nyz_pylit_scanner *scan, char outer,
                             const nyz_pylit *lit)
{
    if (scan->rules->pair_with_dict != NULL && scan->close == ')' && outer != ']' &&
        lit->count == 1 && nyz_pylit_scan_peek(scan, 0) == '{') {
        return nyz_fail(scan->err, NYZ_ERR_UNSUPPORTED, (int64_t)scan->position, "%s",
                        scan->rules->pair_with_dict);
    }
    return NYZ_OK;
}

/* The inside of (...) and [...]: values with commas between.  *commas counts them. */
static nyz_status parse_items(nyz_pylit_scanner *scan, char close, nyz_pylit *lit,
                              int64_t *commas)
{
    nyz_pylit *last = NULL;
    char outer = 0;
    *commas = 0;
    NYZ_TRY(open_bracket(scan, close, &outer));
    while (nyz_pylit_scan_peek(scan, 0) != close) {
        nyz_pylit *child = NULL;
        int comma = 0;
        NYZ_TRY(check_pair(scan, outer, lit));
        NYZ_TRY(new_child(scan, lit, &last, &child));
        NYZ_TRY(parse_value(scan, child));
        NYZ_TRY(parse_comma(scan, close, &comma));
        *commas += comma;
    }
    close_bracket(scan, outer);
    return NYZ_OK;
}

/* (x) is x itself; (), (x,) and (x, y) are tuples. */
static nyz_status parse_parentheses(nyz_pylit_scanner *scan, nyz_pylit *lit)
{
    int64_t commas = 0;
    lit->type = NYZ_PYLIT_TUPLE;
    NYZ_TRY(parse_items(scan, ')', lit, &commas));
    if (lit->count == 1 && commas == 0) {
        *lit = *lit->first;
    }
    return NYZ_OK;
}

static nyz_status parse_list(nyz_pylit_scanner *scan, nyz_pylit *lit)
{
    int64_t commas = 0;
    lit->type = NYZ_PYLIT_LIST;
    return parse_items(scan, ']', lit, &commas);
}

static nyz_status parse_colon(nyz_pylit_scanner *scan)
{
    nyz_pylit_scan_space(scan);
    if (nyz_pylit_scan_peek(scan, 0) != ':') {
        return nyz_pylit_scan_unexpected(scan, "':'");
    }
    scan->position++;
    nyz_pylit_scan_space(scan);
    return NYZ_OK;
}

static nyz_status parse_dict(nyz_pylit_scanner *scan, nyz_pylit *lit)
{
    nyz_pylit *last = NULL;
    char outer = 0;
    lit->type = NYZ_PYLIT_DICT;
    NYZ_TRY(open_bracket(scan, '}', &outer));
    while (nyz_pylit_scan_peek(scan, 0) != '}') {
        nyz_pylit *child = NULL;
        int comma = 0;
        NYZ_TRY(new_child(scan, lit, &last, &child));
        NYZ_TRY(parse_value(scan, child));
        NYZ_TRY(parse_colon(scan));
        NYZ_TRY(new_child(scan, lit, &last, &child));
        NYZ_TRY(parse_value(scan, child));
        NYZ_TRY(parse_comma(scan, '}', &comma));
    }
    close_bracket(scan, outer);
    return NYZ_OK;
}

/* ----------------------------------------------------------------------------- values */

static nyz_status parse_name(nyz_pylit_scanner *scan, nyz_pylit *lit)
{
    static const struct {
        const char *name;
        nyz_pylit_type type;
    } names[] = {
        {"None", NYZ_PYLIT_NONE}, {"False", NYZ_PYLIT_FALSE}, {"True", NYZ_PYLIT_TRUE}};
    size_t size = 0;
    while (nyz_is_word(nyz_pylit_scan_peek(scan, size))) {
        size++;
    }
    for (size_t i = 0; size > 0 && i < sizeof names / sizeof names[0]; i++) {
        if (strlen(names[i].name) == size &&
            memcmp(names[i].name, scan->text + scan->position, size) == 0) {
            scan->position += size;
            lit->type = names[i].type;
            return NYZ_OK;
        }
    }
    return nyz_pylit_scan_unexpected(scan, "a value");
}

static nyz_status parse_value(nyz_pylit_scanner *scan, nyz_pylit *lit)
{
    const int byte = nyz_pylit_scan_peek(scan, 0);
    lit->offset = (int32_t)scan->position;
    switch (byte) {
    case '(':
        return parse_parentheses(scan, lit);
    case '[':
        return parse_list(scan, lit);
    case '{':
        return parse_dict(scan, lit);
    default:
        if (nyz_pylit_scan_is_string(scan) > 0) {
            return nyz_pylit_scan_string(scan, lit);
        }
        if (nyz_digit(byte) < 10 || byte == '-' || byte == '+' || byte == '.') {
            return nyz_pylit_scan_number(scan, lit);
        }
        if (nyz_pylit_scan_is_numpy(scan)) {
            return nyz_pylit_scan_numpy(scan, lit);
        }
        return parse_name(scan, lit);
    }
}

static nyz_status check_text(const char *text, size_t size, const nyz_pylit_rules *rules,
                             nyz_error *err)
{
    if (size > INT32_MAX) {
        return nyz_fail(err, NYZ_ERR_LIMIT, -1, "a text of %zu bytes is too long", size);
    }
    const char *const nul = size > 0 ? memchr(text, '\0', size) : NULL;
    if (nul != NULL) { /* not even in strings, where Python refuses it, too */
        return nyz_fail(err, NYZ_ERR_CORRUPT, nul - text, "a NUL byte in the text");
    }
    for (size_t i = 0; !rules->latin1 && i < size;) {
        uint32_t point = 0;
        const int length = nyz_utf8_decode(text + i, size - i, &point);
        if (length == 0) {
            return nyz_fail(err, NYZ_ERR_CORRUPT, (int64_t)i,
                            "the text is not UTF-8: byte 0x%02x", (unsigned char)text[i]);
        }
        i += (size_t)length;
    }
    return NYZ_OK;
}

nyz_status nyz_pylit_parse(const char *text, size_t size, const nyz_pylit_rules *rules,
                           nyz_arena *arena, const nyz_pylit **out, nyz_error *err)
{
    nyz_pylit_scanner scan = {text, size, 0, rules, arena, 0, 0, err};
    void *memory = NULL;
    *out = NULL;
    NYZ_TRY(check_text(text, size, rules, err));
    NYZ_TRY(nyz_arena_alloc(arena, 1, sizeof **out, &memory, err));
    nyz_pylit_scan_space(&scan);
    NYZ_TRY(parse_value(&scan, memory));
    nyz_pylit_scan_space(&scan);
    if (scan.position != size) {
        return nyz_pylit_scan_unexpected(&scan, "the end of the text");
    }
    *out = memory;
    return NYZ_OK;
}
