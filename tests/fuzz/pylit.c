/* SPDX-License-Identifier: MIT */
/* Fuzz target: the parser of Python literals.  The last byte chooses the rules, the rest
 * is the text.  A tree that was read is written as Python would write it, and read again:
 * it must be the same tree. */
#include "base/arena.h"
#include "fuzz.h"
#include "parse/pylit.h"

static nyz_status parse(const char *text, size_t size, const nyz_pylit_rules *rules,
                        nyz_arena *arena, const nyz_pylit **out)
{
    nyz_status status;
    nyz_arena_init(arena, &fuzz_allocator);
    FUZZ_TRIED(status, nyz_pylit_parse(text, size, rules, arena, out, err));
    CHECK((status == NYZ_OK) == (*out != NULL));
    return status;
}

static void put(nyz_text *text, const nyz_pylit *lit);

static void put_children(nyz_text *text, const nyz_pylit *lit, const char *open,
                         const char *close)
{
    int64_t count = 0;
    nyz_text_puts(text, open);
    for (const nyz_pylit *child = lit->first; child != NULL; child = child->next) {
        put(text, child);
        count++;
        nyz_text_puts(text, lit->type == NYZ_PYLIT_DICT && count % 2 == 1 ? ": " : ", ");
    }
    CHECK(count == lit->count);
    CHECK(lit->type != NYZ_PYLIT_DICT || count % 2 == 0);
    nyz_text_puts(text, close);
}

static void check_string(const nyz_pylit *lit)
{
    for (int64_t i = 0; i < lit->count;) {
        uint32_t point;
        const int length =
            nyz_text_decode(lit->text + i, (size_t)(lit->count - i), &point);
        CHECK(length > 0);
        i += length;
    }
}

static void put(nyz_text *text, const nyz_pylit *lit)
{
    CHECK(nyz_pylit_name(lit->type)[0] != '\0');
    switch (lit->type) {
    case NYZ_PYLIT_NONE:
        nyz_text_puts(text, "None");
        break;
    case NYZ_PYLIT_FALSE:
        nyz_text_puts(text, "False");
        break;
    case NYZ_PYLIT_TRUE:
        nyz_text_puts(text, "True");
        break;
    case NYZ_PYLIT_INT:
        nyz_text_int(text, lit->count);
        break;
    case NYZ_PYLIT_NUMPY:
        nyz_text_puts(text, "np.int64(");
        nyz_text_int(text, lit->count);
        nyz_text_puts(text, ")");
        break;
    case NYZ_PYLIT_STR:
        check_string(lit);
        nyz_text_repr(text, lit->text, (size_t)lit->count);
        break;
    case NYZ_PYLIT_BYTES: /* only its kind is kept */
        nyz_text_puts(text, "b''");
        break;
    case NYZ_PYLIT_TUPLE:
        put_children(text, lit, "(", ")");
        break;
    case NYZ_PYLIT_LIST:
        put_children(text, lit, "[", "]");
        break;
    case NYZ_PYLIT_DICT:
        put_children(text, lit, "{", "}");
        break;
    }
}

static void check_same(const nyz_pylit *a, const nyz_pylit *b)
{
    CHECK(a->type == b->type);
    CHECK(a->type == NYZ_PYLIT_BYTES || a->count == b->count);
    CHECK(a->type != NYZ_PYLIT_STR || a->count == 0 ||
          memcmp(a->text, b->text, (size_t)a->count) == 0);
    const nyz_pylit *right = b->first;
    for (const nyz_pylit *left = a->first; left != NULL; left = left->next) {
        CHECK(right != NULL);
        check_same(left, right);
        right = right->next;
    }
    CHECK(right == NULL);
}

static void check_again(const nyz_pylit *lit, int64_t brackets)
{
    const nyz_pylit_rules rules = {.brackets = brackets, .numpy = 1};
    const nyz_pylit *again = NULL;
    nyz_arena arena;
    nyz_text text = {NULL, 0, 0};
    put(&text, lit);
    nyz_text whole = {malloc(text.length + 1), text.length, 0};
    CHECK(whole.data != NULL);
    put(&whole, lit);
    CHECK(whole.length == text.length);
    CHECK(parse(whole.data, whole.length, &rules, &arena, &again) == NYZ_OK);
    check_same(lit, again);
    nyz_arena_free(&arena);
    free(whole.data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_input in = {data, size};
    const unsigned choice = fuzz_last(&in);
    const nyz_pylit_rules rules = {.long_suffix = (int)(choice & 1),
                                   .latin1 = (int)(choice >> 1 & 1),
                                   .brackets = choice & 4 ? 3 : 64,
                                   .numpy = (int)(choice >> 3 & 1),
                                   .pair_with_dict = choice & 16 ? "a dict" : NULL};
    const nyz_pylit *lit = NULL;
    nyz_arena arena;
    unsigned char *const text = fuzz_copy(&in);
    if (parse((const char *)text, in.size, &rules, &arena, &lit) == NYZ_OK) {
        check_again(lit, rules.brackets);
    }
    nyz_arena_free(&arena);
    CHECK(fuzz_live == 0);
    free(text);
    return 0;
}
