/* SPDX-License-Identifier: MIT */
/* Python literals: { } ( ) [ ] , : 'text' 12 True None.  Of NumPy it knows
 * only how its integers are written; takes text and length.  docs/format.md 1.4 says
 * which of Python's forms are read. */
#ifndef NYZ_PYLIT_H
#define NYZ_PYLIT_H

#include "base/arena.h"

typedef enum nyz_pylit_type {
    NYZ_PYLIT_NONE = 0,
    NYZ_PYLIT_FALSE,
    NYZ_PYLIT_TRUE,
    NYZ_PYLIT_INT,
    NYZ_PYLIT_NUMPY, /* np.int64(2), array(2): as INT, where the rules say so */
    NYZ_PYLIT_STR,
    NYZ_PYLIT_BYTES, /* b'...': only so that it can be refused by name */
    NYZ_PYLIT_TUPLE,
    NYZ_PYLIT_LIST,
    NYZ_PYLIT_DICT /* children: key, value, key, value, ... */
} nyz_pylit_type;

typedef struct nyz_pylit nyz_pylit;
struct nyz_pylit {
    nyz_pylit_type type;
    int32_t offset;   /* bytes from the start of the text: where errors point */
    int64_t count;    /* INT, NUMPY: the value; STR: bytes; TUPLE, LIST, DICT: children */
    const char *text; /* STR: UTF-8, escapes resolved (a lone surrogate in three bytes);
                       * no NUL after it */
    const nyz_pylit *first; /* TUPLE, LIST, DICT: the first child */
    const nyz_pylit *next;  /* the next child of the same parent */
};

typedef struct nyz_pylit_rules {
    int long_suffix;  /* 2L is 2: Python 2 wrote it (header versions 1 and 2) */
    int latin1;       /* the text is Latin-1, not UTF-8 (header versions 1 and 2) */
    int64_t brackets; /* the deepest nesting that is read */
    int numpy;        /* NumPy's integers are read by their repr */
    const char *pair_with_dict; /* why (x, {...}), but in a list, is refused
                                 * [UNSUPPORTED]; NULL: it is read */
} nyz_pylit_rules;

/* Parses one literal, which must be all of the text but for white space and comments.
 * The tree lives in `arena`, and borrows the text.  One pass, O(size).  `err->offset`
 * counts from the text's start. Errors: CORRUPT, LIMIT (brackets), UNSUPPORTED. */
nyz_status nyz_pylit_parse(const char *text, size_t size, const nyz_pylit_rules *rules,
                           nyz_arena *arena, const nyz_pylit **out, nyz_error *err);

/* "tuple", "int", ...: for messages. */
const char *nyz_pylit_name(nyz_pylit_type type);

/* Text being built: counts on when `capacity` is used up, so that the length is always
 * known. */
typedef struct nyz_text {
    char *data; /* may be NULL when capacity is 0 */
    size_t capacity;
    size_t length;
} nyz_text;
void nyz_text_put(nyz_text *text, const char *bytes, size_t size);
void nyz_text_puts(nyz_text *text, const char *string);
void nyz_text_int(nyz_text *text, int64_t value);
/* The code point at text[0 ... size), size > 0, as literals give it: UTF-8, or a lone
 * surrogate in three bytes.  Returns its length in bytes, 0 if it is neither. */
int nyz_text_decode(const char *text, size_t size, uint32_t *point);
/* As Python's repr of a str (docs/format.md 1.3). */
void nyz_text_repr(nyz_text *text, const char *string, size_t size);

#endif
