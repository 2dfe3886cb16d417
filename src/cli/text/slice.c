/* SPDX-License-Identifier: MIT */
/* Parsing slices: see slice.h.  Positions in messages count characters from 1. */
#include "text/slice.h"

#include <stdio.h>
#include <string.h>

/* What is parsed, and where. */
typedef struct parser {
    const char *text;
    size_t size, at;
    const char *expected; /* NULL: nothing is wrong */
} parser;

static int peek(const parser *p)
{
    return p->at < p->size ? (unsigned char)p->text[p->at] : -1;
}

static void skip_spaces(parser *p)
{
    while (peek(p) == ' ') {
        p->at++;
    }
}

static int accept(parser *p, const char *word)
{
    const size_t size = strlen(word);
    skip_spaces(p);
    if (p->size - p->at < size || memcmp(p->text + p->at, word, size) != 0) {
        return 0;
    }
    p->at += size;
    skip_spaces(p);
    return 1;
}

static int fail(parser *p, const char *expected)
{
    if (p->expected == NULL) {
        p->expected = expected;
    }
    return 0;
}

/* A number beyond 64 bits is as far as that goes: it is clipped, or out of range, anyway. */
static int parse_number(parser *p, int64_t *out)
{
    const int negative = accept(p, "-");
    int64_t value = 0;
    const size_t start = p->at;
    for (; peek(p) >= '0' && peek(p) <= '9'; p->at++) {
        const int digit = peek(p) - '0';
        value = value > (INT64_MAX - digit) / 10 ? INT64_MAX : value * 10 + digit;
    }
    *out = negative ? -value : value;
    return p->at > start || fail(p, "a number");
}

/* Not 0 if a number is next: START, STOP and STEP may be left out. */
static int is_number_next(parser *p)
{
    skip_spaces(p);
    return peek(p) == '-' || (peek(p) >= '0' && peek(p) <= '9');
}

/* ":STEP" or nothing. */
static int parse_step(parser *p, int64_t *step)
{
    *step = 1;
    if (!accept(p, ":") || !is_number_next(p)) {
        return 1;
    }
    const size_t start = p->at;
    if (!parse_number(p, step)) {
        return 0;
    }
    if (*step == 0) {
        p->at = start;
        return fail(p, "a step other than 0");
    }
    return 1;
}

/* INDEX, or START:STOP:STEP with each part optional. */
static int parse_range(parser *p, cli_slice_entry *out)
{
    int64_t start = 0;
    int64_t stop = 0;
    int64_t step = 1;
    const int has_start = is_number_next(p);
    if (has_start && !parse_number(p, &start)) {
        return 0;
    }
    if (!accept(p, ":")) {
        out->kind = CLI_SLICE_INDEX;
        out->range = (nyz_range){start, start, 1};
        return has_start || fail(p, "a number, ':' or '...'");
    }
    const int has_stop = is_number_next(p);
    if ((has_stop && !parse_number(p, &stop)) || !parse_step(p, &step)) {
        return 0;
    }
    out->kind = CLI_SLICE_RANGE;
    out->range.start = has_start ? start : step > 0 ? INT64_MIN : INT64_MAX;
    out->range.stop = has_stop ? stop : step > 0 ? INT64_MAX : INT64_MIN;
    out->range.step = step;
    return 1;
}

static int parse_entry(parser *p, cli_slice *out, int *ellipses)
{
    const size_t start = p->at;
    if (out->count == NYZ_MAX_DIMS + 1) {
        return fail(p, "at most 64 axes");
    }
    cli_slice_entry *const entry = &out->entries[out->count];
    out->count++;
    if (!accept(p, "...")) {
        return parse_range(p, entry);
    }
    entry->kind = CLI_SLICE_ELLIPSIS;
    *ellipses += 1;
    if (*ellipses > 1) {
        p->at = start;
        return fail(p, "only one '...'");
    }
    return 1;
}

/* ENTRY, ENTRY ...; a comma may be the last. */
static int parse_entries(parser *p, cli_slice *out)
{
    int ellipses = 0;
    int more = 1;
    skip_spaces(p);
    while (more) {
        if (!parse_entry(p, out, &ellipses)) {
            return 0;
        }
        skip_spaces(p);
        if (p->at < p->size && peek(p) != ',') {
            return fail(p, out->entries[out->count - 1].kind == CLI_SLICE_INDEX
                               ? "':' or ','"
                               : "','");
        }
        more = accept(p, ",") && p->at < p->size;
    }
    return 1;
}

/* Text that is not ASCII is found by its character, not by its byte. */
static int character_at(const parser *p)
{
    int count = 1;
    for (size_t i = 0; i < p->at; i++) {
        count += (p->text[i] & 0xC0) != 0x80;
    }
    return count;
}

static void describe(const parser *p, char *message, size_t capacity)
{
    const int shown = (int)(p->size < 60 ? p->size : 60);
    char found[16] = "its end";
    if (p->at < p->size) {
        size_t end = p->at + 1;
        while (end < p->size && end < p->at + 4 && (p->text[end] & 0xC0) == 0x80) {
            end++;
        }
        snprintf(found, sizeof found, "'%.*s'", (int)(end - p->at), p->text + p->at);
    }
    snprintf(
        message, capacity,
        "'%.*s' is not a slice: character %d is %s, expected %s; write as [10:20, ::2]",
        shown, p->text, character_at(p), found, p->expected);
}

int cli_slice_parse(const char *text, size_t size, cli_slice *out, char *message,
                    size_t capacity)
{
    parser p = {.text = text, .size = size};
    out->text = text;
    out->size = size;
    out->count = 0;
    if (parse_entries(&p, out)) {
        return 1;
    }
    describe(&p, message, capacity);
    out->text = NULL;
    return 0;
}

const char *cli_slice_find(const char *text)
{
    const size_t size = strlen(text);
    return size > 0 && text[size - 1] == ']' ? strrchr(text, '[') : NULL;
}
