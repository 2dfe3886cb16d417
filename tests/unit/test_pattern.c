/* SPDX-License-Identifier: MIT */
/* Patterns of names (nyz_model.h): src/base/pattern.c, pattern_match.c, rename.c.  That they mean what
 * Python's fnmatch and a shell's braces mean is compared in python_check/test_model.py. */
#include "nyz_model.h"
#include "support/support.h"

#include "base/alloc.h"
#include "base/arena.h"
#include "base/pattern.h"
#include "base/rename.h"

typedef struct example {
    const char *pattern;
    const char *name;
    int matches;
} example;

static void try_all(const example *examples, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const example *const e = &examples[i];
        if ((nyz_name_matches(e->pattern, e->name) != 0) != e->matches) {
            fail_msg("'%s' and '%s': expected %d", e->pattern, e->name, e->matches);
        }
    }
}

#define TRY_ALL(examples) try_all(examples, sizeof(examples) / sizeof(examples)[0])

static void a_star_is_any_run_and_a_question_mark_one_character(void **state)
{
    static const example examples[] = {
        {"w", "w", 1},
        {"w", "ww", 0},
        {"w", "", 0},
        {"", "", 1},
        {"", "w", 0},
        {"*", "", 1},
        {"*", "a/b.c", 1},
        {"encoder.*", "encoder.0/w", 1},
        {"encoder.*", "encoder", 0},
        {"encoder.*", "my.encoder.w", 0},
        {"*.weight", "fc1.weight", 1},
        {"*.weight", "fc1.weight2", 0},
        {"a*b*c", "abc", 1},
        {"a*b*c", "a-c-b-c", 1},
        {"a*b*c", "acb", 0},
        {"**", "x", 1},
        {"?", "x", 1},
        {"?", "", 0},
        {"?", "xy", 0},
        {"?", "\xc3\xa4", 1}, /* one character of two bytes */
        {"??", "\xc3\xa4", 0},
        {"?", "\xf0\x9f\x98\x80", 1}, /* and of four */
        {"??", "\xc3(", 1},           /* not UTF-8: bytes */
        {"W", "w", 0},
    };
    (void)state;
    TRY_ALL(examples);
}

static void brackets_are_one_character_of_a_set(void **state)
{
    static const example examples[] = {
        {"w[0-9]", "w7", 1},
        {"w[0-9]", "wa", 0},
        {"w[0-9]", "w", 0},
        {"w[!0-9]", "wa", 1},
        {"w[!0-9]", "w7", 0},
        {"w[!0-9]", "w", 0},
        {"[a-cx]", "x", 1},
        {"[a-cx]", "d", 0},
        {"[]]", "]", 1},
        {"[!]]", "]", 0},
        {"[!]]", "a", 1},
        {"[-a]", "-", 1},
        {"[a-]", "-", 1},
        {"[a-]", "b", 0},
        {"[c-a]", "b", 0},
        {"[!c-a]", "b", 1},
        {"[*]", "*", 1},
        {"[*]", "a", 0},
        {"[\xc3\xa0-\xc3\xa9]", "\xc3\xa4", 1},
        {"[\xc3\xa0-\xc3\xa9]", "\xc3\xbc", 0},
        {"a[b", "a[b", 1}, /* without an end */
        {"a[b*", "a[bc", 1},
        {"a[b*", "ab", 0},
        {"[]", "[]", 1},
        {"[!]", "[!]", 1},
        {"[^a]", "a", 1}, /* only '!' negates */
    };
    (void)state;
    TRY_ALL(examples);
}

static void braces_are_one_of_several_patterns(void **state)
{
    static const example examples[] = {
        {"{a,b}", "a", 1},
        {"{a,b}", "b", 1},
        {"{a,b}", "c", 0},
        {"{a,b}", "a,b", 0},
        {"fc{1,2}.{weight,bias}", "fc2.bias", 1},
        {"fc{1,2}.{weight,bias}", "fc3.bias", 0},
        {"{,a}b", "b", 1},
        {"{,a}b", "ab", 1},
        {"{a,}b", "b", 1},
        {"{a,}b", "aab", 0},
        {"{a,{b,c}d}e", "cde", 1},
        {"{a,{b,c}d}e", "ce", 0},
        {"{a*,?b}c", "axxc", 1},
        {"{a*,?b}c", "xbc", 1},
        {"{a*,?b}c", "xxc", 0},
        {"{[a,b],c}", ",", 1}, /* brackets come first */
        {"{a}", "{a}", 1},     /* no group */
        {"{a}", "a", 0},
        {"{}", "{}", 1},
        {"{x,{y}}", "{y}", 1},
        {"{a,b", "{a,b", 1}, /* without an end */
        {"{a,b{c,d}", "{a,bd", 1},
        {"{a,b{c,d}", "a", 0},
        {"a}b", "a}b", 1},
        {"a}*", "a}b", 1},
        {"a,*", "a,b", 1},
        {"{a..c}", "{a..c}", 1},
        {"{a..c}", "b", 0},
    };
    (void)state;
    TRY_ALL(examples);
}

static void numbers_are_those_of_a_range(void **state)
{
    static const example examples[] = {
        {"h{0..11}.w", "h0.w", 1},
        {"h{0..11}.w", "h11.w", 1},
        {"h{0..11}.w", "h12.w", 0},
        {"h{0..11}.w", "h01.w", 0},
        {"h{0..11}.w", "h.w", 0},
        {"h{0..11}.w", "h-1.w", 0},
        {"{1..99}", "1a", 0},
        {"h{3..11}", "h1", 0},
        {"h{11..3}", "h5", 1},
        {"h{11..3}", "h2", 0},
        {"{5..5}", "5", 1},
        {"h{00..11}", "h05", 1},
        {"h{00..11}", "h5", 0},
        {"h{0..011}", "h005", 1},
        {"h{0..011}", "h11", 0},
        {"{0..9}{0..9}", "42", 1},
        {"{0..99}{0..99}", "1234", 1},
        {"{0..99}{0..99}", "12345", 0},
        {"{1..1}{10..10}1", "1101", 1}, /* two ways to begin */
        {"{1,1{0..1}}{1..20}x", "1115x", 1},
        {"h{0..3}*", "h12", 1},
        {"{a,{8..10}}", "9", 1},
        {"{999999999999999998..999999999999999999}", "999999999999999999", 1},
        {"{999999999999999998..999999999999999999}", "999999999999999997", 0},
        {"{0..999999999999999999}", "1000000000000000000", 0},
        {"{0..1000000000000000000}", "5", 0}, /* too many digits for a number */
        {"{0..1000000000000000000}", "{0..1000000000000000000}", 1},
        {"{0...3}", "1", 0},
        {"{..3}", "1", 0},
        {"{0..}", "0", 0},
        {"{0.3}", "0", 0},
    };
    (void)state;
    TRY_ALL(examples);
}

static void a_name_is_a_pattern_of_itself(void **state)
{
    static const char *const names[] = {"w[0]", "a*",     "{a,b}", "?",
                                        "[",    "{0..3}", "[!a]"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_true(nyz_name_matches(names[i], names[i]));
    }
}

static char *repeat(const char *text, size_t times, const char *end)
{
    const size_t size = strlen(text);
    char *const out = malloc(size * times + strlen(end) + 1);
    assert_non_null(out);
    for (size_t i = 0; i < times; i++) {
        memcpy(out + i * size, text, size);
    }
    memcpy(out + size * times, end, strlen(end) + 1);
    return out;
}

static void a_longer_pattern_is_a_name_alone(void **state)
{
    char *const most = repeat("*", NYZ_PATTERN_BYTES, "");
    char *const more = repeat("*", NYZ_PATTERN_BYTES + 1, "");
    (void)state;
    assert_true(nyz_name_matches(most, "w"));
    assert_false(nyz_name_matches(more, "w"));
    assert_true(nyz_name_matches(more, more));
    free(most);
    free(more);
}

/* Each would take longer than the test may where one way is tried after the other. */
static void the_time_grows_with_the_product_of_the_lengths(void **state)
{
    static const struct {
        const char *piece;
        size_t times;
        const char *end;
    } hostile[] = {{"*a", 511, "b"},         {"{a,*}", 204, "b"}, {"{*,*a,a*}", 113, "b"},
                   {"{{{", 341, ""},         {"{a,", 340, "b"},   {"{0..9}", 170, "b"},
                   {"{0..99999}", 102, "b"}, {"[!b]*", 204, "b"}, {"?*", 511, "b"}};
    char *const letters = repeat("a", 4096, "");
    char *const digits = repeat("1", 4096, "");
    (void)state;
    for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++) {
        char *const pattern = repeat(hostile[i].piece, hostile[i].times, hostile[i].end);
        assert_true(strlen(pattern) <= NYZ_PATTERN_BYTES);
        assert_false(nyz_name_matches(pattern, letters));
        assert_false(nyz_name_matches(pattern, digits));
        free(pattern);
    }
    free(letters);
    free(digits);
}

/* ---------------------------------------------------------------------------------- renames */

static void try_rename(const char *from, const char *to, const char *name,
                       const char *expected)
{
    const nyz_rename rename = {from, to};
    const char *out = "not set";
    nyz_arena arena;
    nyz_arena_init(&arena, &nyz_default_allocator);
    assert_ok(nyz_rename_check(&rename, 1, err));
    assert_ok(nyz_rename_apply(&rename, 1, name, strlen(name), &arena, &out, err));
    if (expected == NULL) {
        assert_null(out);
    } else {
        assert_non_null(out);
        assert_string_equal(out, expected);
    }
    nyz_arena_free(&arena);
}

static void each_star_of_a_new_name_is_the_run_of_the_old_one(void **state)
{
    (void)state;
    try_rename("fc1.weight", "w1", "fc1.weight", "w1");
    try_rename("fc1.weight", "w1", "fc1.weights", NULL);
    try_rename("fc1.weight", "w1", "fc1", NULL);
    try_rename("module.*", "*", "module.fc1", "fc1");
    try_rename("module.*", "*", "module.", "");
    try_rename("module.*", "*", "module", NULL);
    try_rename("*", "model.*", "fc1", "model.fc1");
    try_rename("*.gamma", "*.weight", "bn.gamma", "bn.weight");
    try_rename("*.gamma", "*.weight", "bn.gamma.x", NULL);
    try_rename("h.*.attn.*", "layer.*.attention.*", "h.3.attn.q.w",
               "layer.3.attention.q.w");
    try_rename("a*b*c", "(*)(*)", "a1b2b3c", "(1)(2b3)");
    try_rename("a*bb", "x*", "abbb", "xb");
    try_rename("a*ba", "x*", "aba", "x");
    try_rename("a*aa", "x*", "aa", NULL); /* no byte is both */
    try_rename("**", "<*><*>", "ab", "<><ab>");
    try_rename("[a]?{b}", "x", "a?b", NULL); /* nothing else is special */
    try_rename("[a]?{b}", "x", "[a]?{b}", "x");
}

static void the_first_rename_that_fits_counts(void **state)
{
    static const nyz_rename renames[] = {{"b", "x"}, {"a*", "1*"}, {"ab", "y"}};
    const char *out = NULL;
    nyz_arena arena;
    (void)state;
    nyz_arena_init(&arena, &nyz_default_allocator);
    assert_ok(nyz_rename_apply(renames, 3, "ab", 2, &arena, &out, err));
    assert_string_equal(out, "1b");
    assert_ok(nyz_rename_apply(renames, 3, "c", 1, &arena, &out, err));
    assert_null(out);
    nyz_arena_free(&arena);
}

static void a_rename_that_cannot_be_is_refused(void **state)
{
    static const struct {
        nyz_rename rename;
        const char *words;
    } cases[] = {{{"a*", "b"}, "rename 'a*' to 'b': expected as many '*' in both"},
                 {{"a", "*"}, "rename 'a' to '*'"},
                 {{"*********", "*********"}, "8 at most"},
                 {{NULL, "b"}, "NULL"},
                 {{"a", NULL}, "NULL"},
                 {{"a", "\xff"}, "not UTF-8"}};
    const nyz_rename most = {"********", "********"};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_fails(NYZ_ERR_ARGUMENT, cases[i].words,
                     nyz_rename_check(&cases[i].rename, 1, err));
    }
    assert_fails(NYZ_ERR_ARGUMENT, "no list of 1", nyz_rename_check(NULL, 1, err));
    assert_fails(NYZ_ERR_ARGUMENT, "no list of -1", nyz_rename_check(&most, -1, err));
    assert_ok(nyz_rename_check(&most, 1, err));
    assert_ok(nyz_rename_check(NULL, 0, err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_star_is_any_run_and_a_question_mark_one_character),
        cmocka_unit_test(brackets_are_one_character_of_a_set),
        cmocka_unit_test(braces_are_one_of_several_patterns),
        cmocka_unit_test(numbers_are_those_of_a_range),
        cmocka_unit_test(a_name_is_a_pattern_of_itself),
        cmocka_unit_test(a_longer_pattern_is_a_name_alone),
        cmocka_unit_test(the_time_grows_with_the_product_of_the_lengths),
        cmocka_unit_test(each_star_of_a_new_name_is_the_run_of_the_old_one),
        cmocka_unit_test(the_first_rename_that_fits_counts),
        cmocka_unit_test(a_rename_that_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
