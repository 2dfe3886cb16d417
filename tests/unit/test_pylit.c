/* SPDX-License-Identifier: MIT */
/* Python literals: which forms are read, what they stand for, and repr.
 * docs/format.md 1.4. */

#include "base/alloc.h"
#include "base/arena.h"
#include "parse/pylit.h"
#include "support/faults.h"

static const nyz_pylit_rules utf8_rules = {.brackets = 64};
static const nyz_pylit_rules latin1_rules = {.long_suffix = 1,
                                             .latin1 = 1,
                                             .brackets = 64};
static const nyz_pylit_rules header_rules = {.brackets = 64,
                                             .numpy = 1,
                                             .pair_with_dict = "a dict beside"};

static nyz_arena arena;

static int set_up(void **state)
{
    (void)state;
    nyz_arena_init(&arena, &nyz_default_allocator);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    nyz_arena_free(&arena);
    return 0;
}

static const nyz_pylit *read_as(const char *text, size_t size,
                                const nyz_pylit_rules *rules)
{
    const nyz_pylit *lit = NULL;
    assert_ok(nyz_pylit_parse(text, size, rules, &arena, &lit, err));
    return lit;
}

static const nyz_pylit *read_text(const char *text)
{
    return read_as(text, strlen(text), &utf8_rules);
}

static void test_integers_as_python_spells_them(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t value;
    } cases[] = {
        {"0", 0},
        {"00", 0},
        {"0_0", 0},
        {"7", 7},
        {"+3", 3},
        {"-1", -1},
        {"- 1", -1},
        {"1_000", 1000},
        {"0x1F", 31},
        {"0X_1f", 31},
        {"0o17", 15},
        {"0b110", 6},
        {"(5)", 5},
        {"9223372036854775807", INT64_MAX},
        {"-9223372036854775807", -INT64_MAX},
        {"0x7fffffffffffffff", INT64_MAX},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const nyz_pylit *const lit = read_text(cases[i].text);
        assert_int_equal(lit->type, NYZ_PYLIT_INT);
        assert_int_equal(lit->count, cases[i].value);
    }
}

static void test_long_suffix_only_where_the_rules_allow_it(void **state)
{
    (void)state;
    const nyz_pylit *lit = NULL;
    assert_int_equal(read_as("2L", 2, &latin1_rules)->count, 2);
    assert_int_equal(read_as("2 L", 3, &latin1_rules)->count, 2);
    assert_int_equal(read_as("0x2L", 4, &latin1_rules)->count, 2);
    assert_fails(NYZ_ERR_CORRUPT, "L",
                 nyz_pylit_parse("2L", 2, &utf8_rules, &arena, &lit, err));
    assert_fails(NYZ_ERR_CORRUPT, "l",
                 nyz_pylit_parse("2l", 2, &latin1_rules, &arena, &lit, err));
    assert_fails(NYZ_ERR_CORRUPT, "LL",
                 nyz_pylit_parse("2LL", 3, &latin1_rules, &arena, &lit, err));
}

static const struct {
    const char *text;
    nyz_status status;
    const char *words;
} refused[] = {
    {"", NYZ_ERR_CORRUPT, "the end of the text"},
    {" # nothing", NYZ_ERR_CORRUPT, "the end of the text"},
    {"06", NYZ_ERR_CORRUPT, "begins with 0"},
    {"0_6", NYZ_ERR_CORRUPT, "begins with 0"},
    {"1__0", NYZ_ERR_CORRUPT, "found"},
    {"1_", NYZ_ERR_CORRUPT, "found"},
    {"0x", NYZ_ERR_CORRUPT, "a digit"},
    {"0b2", NYZ_ERR_CORRUPT, "a digit"},
    {"0o8", NYZ_ERR_CORRUPT, "a digit"},
    {"-_1", NYZ_ERR_CORRUPT, "a digit"},
    {"1a", NYZ_ERR_CORRUPT, "the end of the integer"},
    {"3.0", NYZ_ERR_CORRUPT, "float"},
    {"1e5", NYZ_ERR_CORRUPT, "float"},
    {"1E5", NYZ_ERR_CORRUPT, "float"},
    {"2j", NYZ_ERR_CORRUPT, "complex"},
    {".5", NYZ_ERR_CORRUPT, "a digit"},
    {"of_more_than_24_characters", NYZ_ERR_CORRUPT, "found 'of_more_than_24_characte'"},
    {"--3", NYZ_ERR_CORRUPT, "a digit"},
    {"000000000000000000000", NYZ_ERR_CORRUPT, "20 digits"},
    {"99999999999999999999", NYZ_ERR_CORRUPT, "64 bits"},
    {"9223372036854775808", NYZ_ERR_CORRUPT, "64 bits"},
    {"18446744073709551617", NYZ_ERR_CORRUPT, "64 bits"},
    {"nan", NYZ_ERR_CORRUPT, "found 'nan'"},
    {"true", NYZ_ERR_CORRUPT, "found 'true'"},
    {"Truee", NYZ_ERR_CORRUPT, "found 'Truee'"},
    {"f'x'", NYZ_ERR_CORRUPT, "found 'f'"},
    {"ur'x'", NYZ_ERR_CORRUPT, "found 'ur'"},
    {"dict(a=1)", NYZ_ERR_CORRUPT, "found 'dict'"},
    {"1, 2", NYZ_ERR_CORRUPT, "the end of the text"},
    {"1 + 2", NYZ_ERR_CORRUPT, "the end of the text"},
    {"{} {}", NYZ_ERR_CORRUPT, "the end of the text"},
    {"{};", NYZ_ERR_CORRUPT, "found ';'"},
    {"(1, 2", NYZ_ERR_CORRUPT, "',' or ')'"},
    {"(1 2)", NYZ_ERR_CORRUPT, "found '2'"},
    {"(,)", NYZ_ERR_CORRUPT, "a value"},
    {"[1,,2]", NYZ_ERR_CORRUPT, "a value"},
    {"[1}", NYZ_ERR_CORRUPT, "',' or ']'"},
    {"{'a'}", NYZ_ERR_CORRUPT, "':'"},
    {"{'a': 1", NYZ_ERR_CORRUPT, "',' or '}'"},
    {"{'a': }", NYZ_ERR_CORRUPT, "a value"},
    {"\v1", NYZ_ERR_CORRUPT, "\\x0b"},
    {"1\\ 2", NYZ_ERR_CORRUPT, "the end of the text"},
    {"{}\\\n", NYZ_ERR_CORRUPT, "found '\\'"},
    {"{}\\\r\n", NYZ_ERR_CORRUPT, "found '\\'"},
    {"[] \\\n\\\r", NYZ_ERR_CORRUPT, "found '\\'"},
    {"\xc2\xa0"
     "1",
     NYZ_ERR_CORRUPT, "a value"},
    {"'\xff'", NYZ_ERR_CORRUPT, "UTF-8"},
    {"'abc", NYZ_ERR_CORRUPT, "closing quote"},
    {"'abc\\'", NYZ_ERR_CORRUPT, "closing quote"},
    {"'abc\\", NYZ_ERR_CORRUPT, "closing quote"},
    {"'a\nb'", NYZ_ERR_CORRUPT, "closing quote"},
    {"'a\rb'", NYZ_ERR_CORRUPT, "closing quote"},
    {"'''a''", NYZ_ERR_CORRUPT, "closing quote"},
    {"'\\x4'", NYZ_ERR_CORRUPT, "hexadecimal"},
    {"'\\u12'", NYZ_ERR_CORRUPT, "hexadecimal"},
    {"'\\U00110000'", NYZ_ERR_CORRUPT, "U+10FFFF"},
    {"'\\N{BULLET}'", NYZ_ERR_UNSUPPORTED, "\\N"},
    {"b'a' 'b'", NYZ_ERR_CORRUPT, "bytes and text"},
    {"'a' b'b'", NYZ_ERR_CORRUPT, "bytes and text"},
};

static void test_everything_else_is_refused_with_what_was_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        const nyz_pylit *lit = NULL;
        assert_fails(refused[i].status, refused[i].words,
                     nyz_pylit_parse(refused[i].text, strlen(refused[i].text),
                                     &utf8_rules, &arena, &lit, err));
        assert_null(lit);
    }
}

static void test_numpys_integers_by_their_repr_and_no_other_call(void **state)
{
    (void)state;
    static const char *const two[] = {"np.int8(2)",
                                      "np.uint8(2)",
                                      "np.int16(2)",
                                      "np.uint16(2)",
                                      "np.int32(2)",
                                      "np.uint32(2)",
                                      "np.int64(2)",
                                      "np.uint64(2)",
                                      "np.intp(2)",
                                      "np.uintp(2)",
                                      "np.intc(2)",
                                      "np.uintc(2)",
                                      "np.long(2)",
                                      "np.ulong(2)",
                                      "np.longlong(2)",
                                      "np.ulonglong(2)",
                                      "array(2)",
                                      "(np.int64(2))",
                                      "np.int64(2) #",
                                      "array(2, dtype=int32)",
                                      "array(2, dtype=uint64)"};
    for (size_t i = 0; i < sizeof two / sizeof two[0]; i++) {
        const nyz_pylit *lit = read_as(two[i], strlen(two[i]), &header_rules);
        assert_int_equal(lit->type, NYZ_PYLIT_NUMPY);
        assert_int_equal(lit->count, 2);
        assert_fails(
            NYZ_ERR_CORRUPT, "a value",
            nyz_pylit_parse(two[i], strlen(two[i]), &utf8_rules, &arena, &lit, err));
    }
    assert_int_equal(read_as("np.int64(-1)", 12, &header_rules)->count, -1);
    static const char *const others[][2] = {
        {"np.int64 (2)", "NumPy's integers"},
        {"np.int64", "NumPy's integers"},
        {"np. int64(2)", "NumPy's integers"},
        {"np.int65(2)", "NumPy's integers"},
        {"np.int640(2)", "NumPy's integers"},
        {"np.float64(2.0)", "NumPy's integers"},
        {"np.bool(1)", "NumPy's integers"},
        {"np.", "NumPy's integers"},
        {"numpy.int64(2)", "a value"},
        {"int64(2)", "a value"},
        {"int(2)", "a value"},
        {"array", "a value"},
        {"array ()", "a value"},
        {"asarray(2)", "a value"},
        {"np.int64()", "decimal"},
        {"np.int64(-)", "decimal"},
        {"np.int64( 2)", "decimal"},
        {"np.int64(2 )", "decimal"},
        {"np.int64(+2)", "decimal"},
        {"np.int64(0x2)", "decimal"},
        {"np.int64(1_0)", "decimal"},
        {"np.int64(2L)", "decimal"},
        {"np.int64(2.0)", "decimal"},
        {"np.int64(2", "decimal"},
        {"np.int64('2')", "decimal"},
        {"np.int64(array(2))", "decimal"},
        {"np.int64(2, 3)", "')'"},
        {"np.int64(2, dtype=int32)", "')'"},
        {"array([2])", "decimal"},
        {"array(2, 3)", "')'"},
        {"array(2,)", "')'"},
        {"array(2, dtype=float64)", "integer type"},
        {"array(2, dtype='>i8')", "integer type"},
        {"array(2, dtype=int32", "')'"},
        {"array(2, dtype=int32x)", "integer type"},
        {"np.int64(02)", "begins with 0"},
        {"np.int64(9223372036854775808)", "64 bits"},
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        const nyz_pylit *lit = NULL;
        assert_fails(NYZ_ERR_CORRUPT, others[i][1],
                     nyz_pylit_parse(others[i][0], strlen(others[i][0]), &header_rules,
                                     &arena, &lit, err));
    }
}

/* Where it is no literal, too. */
static void test_a_pair_with_a_dict_is_refused_for_the_reason_given(void **state)
{
    (void)state;
    static const char *const texts[] = {"('a', {})", "[('x', ('a',{'b': dtype('f8')}))]"};
    for (size_t i = 0; i < 2; i++) {
        const nyz_pylit *lit = NULL;
        assert_fails(NYZ_ERR_UNSUPPORTED, "a dict beside",
                     nyz_pylit_parse(texts[i], strlen(texts[i]), &header_rules, &arena,
                                     &lit, err));
    }
    assert_int_equal(read_text("('a', {})")->count, 2);
    static const char *const others[] = {"({}, 'a')", "({})", "['a', {}]", "{'a': {}}",
                                         "[('a', {})]"};
    for (size_t i = 0; i < 5; i++) {
        read_as(others[i], strlen(others[i]), &header_rules);
    }
}

static void test_texts_have_places_of_31_bits(void **state)
{
    (void)state;
    const nyz_pylit *lit = NULL;
    assert_fails(
        NYZ_ERR_LIMIT, "too long",
        nyz_pylit_parse("1", (size_t)INT32_MAX + 1, &utf8_rules, &arena, &lit, err));
}

static void test_nul_bytes_are_refused(void **state)
{
    (void)state;
    const nyz_pylit *lit = NULL;
    assert_fails(NYZ_ERR_CORRUPT, "NUL",
                 nyz_pylit_parse("1\0", 2, &utf8_rules, &arena, &lit, err));
    assert_fails(NYZ_ERR_CORRUPT, "NUL",
                 nyz_pylit_parse("\0", 1, &utf8_rules, &arena, &lit, err));
    assert_fails(NYZ_ERR_CORRUPT, "NUL",
                 nyz_pylit_parse("'\0'", 3, &latin1_rules, &arena, &lit, err));
}

static void test_parentheses_make_a_tuple_only_with_a_comma(void **state)
{
    (void)state;
    assert_int_equal(read_text("()")->type, NYZ_PYLIT_TUPLE);
    assert_int_equal(read_text("()")->count, 0);
    assert_int_equal(read_text("(3)")->type, NYZ_PYLIT_INT);
    assert_int_equal(read_text("(3,)")->type, NYZ_PYLIT_TUPLE);
    assert_int_equal(read_text("(3,)")->count, 1);
    assert_int_equal(read_text("((3,))")->count, 1);
    assert_int_equal(read_text("([])")->type, NYZ_PYLIT_LIST);
    assert_int_equal(read_text("[3]")->type, NYZ_PYLIT_LIST);
    assert_int_equal(read_text("b'x'")->type, NYZ_PYLIT_BYTES);
    assert_int_equal(read_text("None")->type, NYZ_PYLIT_NONE);
    assert_int_equal(read_text("True")->type, NYZ_PYLIT_TRUE);
    assert_int_equal(read_text("False")->type, NYZ_PYLIT_FALSE);
}

static void test_parenthesised_values_keep_their_place_among_others(void **state)
{
    (void)state;
    const nyz_pylit *const list = read_text("[(1), (2), ((3))]");
    assert_int_equal(list->count, 3);
    assert_int_equal(list->first->count, 1);
    assert_int_equal(list->first->next->count, 2);
    assert_int_equal(list->first->next->next->count, 3);
    assert_null(list->first->next->next->next);
}

static void test_white_space_comments_and_continued_lines(void **state)
{
    (void)state;
    const nyz_pylit *const dict = read_text(
        " \t\n{ # one\r\n'a'\f:\r1 \\\n, \\\r\n'b': (2, # two\n 3)\n,}\r\n# end");
    assert_int_equal(dict->type, NYZ_PYLIT_DICT);
    assert_int_equal(dict->count, 4);
    assert_int_equal(dict->first->next->next->next->count, 2);
    assert_int_equal(dict->offset, 3);
    assert_int_equal(read_text("()\\\n ")->type, NYZ_PYLIT_TUPLE);
    assert_int_equal(read_text("()\\\n\\\r\n#")->type, NYZ_PYLIT_TUPLE);
}

/* They are gone over eight at a time; a sanitizer sees what is read after the text. */
static void test_spaces_of_any_number(void **state)
{
    (void)state;
    for (size_t spaces = 0; spaces < 40; spaces++) {
        const size_t size = spaces + 3;
        char *const text = malloc(size);
        assert_non_null(text);
        memset(text, ' ', size);
        text[0] = '[';
        text[size - 2] = '7';
        text[size - 1] = ']';
        assert_int_equal(read_as(text, size, &utf8_rules)->first->count, 7);
        text[size - 2] = text[size - 1] = ' ';
        text[1] = ']';
        assert_int_equal(read_as(text, size, &utf8_rules)->count, 0);
        free(text);
    }
}

static const struct {
    const char *text;
    const char *value;
    size_t size;
} strings[] = {
    {"''", "", 0},
    {"'abc'", "abc", 3},
    {"\"it's\"", "it's", 4},
    {"'''a'b''\n'''", "a'b''\n", 6},
    {"\"\"\"a\r\nb\rc\"\"\"", "a\nb\nc", 5},
    {"u'x' U\"y\"", "xy", 2},
    {"('a' # one\n 'b'\n\"c\")", "abc", 3},
    {"r'\\n\\''", "\\n\\'", 4},
    {"'\\\\ \\' \\\" \\a\\b\\f\\n\\r\\t\\v'", "\\ ' \" \a\b\f\n\r\t\v", 13},
    {"'a\\\nb\\\r\nc'", "abc", 3},
    {"'\\0\\12\\1234\\377'", "\0\nS4\xc3\xbf", 6},
    {"'\\x41\\u00e9\\U0001F600'", "A\xc3\xa9\xf0\x9f\x98\x80", 7},
    {"'\\q\\8'", "\\q\\8", 4},
    {"'' 'x'", "x", 1},
    {"\"\"\"a\r\"\"\"", "a\n", 2},
    {"\"\"\"a\\\r\"\"\"", "a", 1},
    {"'a\\\rb'", "ab", 2},
    {"'\\\xc3\xa9'", "\\\xc3\xa9", 3},
    {"'\\ud83d\\ude00'", "\xed\xa0\xbd\xed\xb8\x80", 6}, /* two surrogates stay two */
    {"'\xe6\x97\xa5'", "\xe6\x97\xa5", 3},
};

static void test_strings_and_their_escapes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof strings / sizeof strings[0]; i++) {
        const nyz_pylit *const lit = read_text(strings[i].text);
        assert_int_equal(lit->type, NYZ_PYLIT_STR);
        assert_int_equal(lit->count, strings[i].size);
        assert_memory_equal(lit->text, strings[i].value, strings[i].size);
    }
}

static void test_latin1_text_becomes_utf8(void **state)
{
    (void)state;
    const nyz_pylit *const lit = read_as("'\xe9\\\xff'", 5, &latin1_rules);
    assert_int_equal(lit->count, 5);
    assert_memory_equal(lit->text, "\xc3\xa9\\\xc3\xbf", 5);
}

/* In UTF-8 it takes twice the room, and must not reach into what is parsed after it. */
static void test_long_latin1_text_has_room(void **state)
{
    (void)state;
    char text[1 + 1 + 1000 + sizeof "', 'x', 7]"] = "['";
    memset(text + 2, 0xe9, 1000);
    memcpy(text + 2 + 1000, "', 'x', 7]", 10);
    const nyz_pylit *const lit = read_as(text, 2 + 1000 + 10, &latin1_rules);
    assert_int_equal(lit->count, 3);
    assert_int_equal(lit->first->count, 2000);
    for (int i = 0; i < 2000; i += 2) {
        assert_memory_equal(lit->first->text + i, "\xc3\xa9", 2);
    }
    assert_int_equal(lit->first->next->next->count, 7);
}

static void test_brackets_are_read_to_the_limit_and_no_deeper(void **state)
{
    (void)state;
    const nyz_pylit_rules rules = {.brackets = 3};
    const nyz_pylit *lit = NULL;
    assert_ok(nyz_pylit_parse("[({},)]", 7, &rules, &arena, &lit, err));
    assert_fails(NYZ_ERR_LIMIT, "limits.brackets",
                 nyz_pylit_parse("[({1: []},)]", 12, &rules, &arena, &lit, err));
    assert_fails(NYZ_ERR_LIMIT, "limits.brackets",
                 nyz_pylit_parse("[({1: {}},)]", 12, &rules, &arena, &lit, err));
    assert_ok(nyz_pylit_parse("[[], [], [], []]", 16, &rules, &arena, &lit, err));
}

/* Whatever the memory ends at: no room for one thing more each time. */
static void test_without_memory_nothing_is_read(void **state)
{
    (void)state;
    static const char text[] = "{'key': [1, (2, 'b\\x65'), {3: '\\x66'}], '\\x67': 'h'}";
    _Alignas(16) unsigned char room[2048];
    int64_t size = 0;
    for (nyz_status status = NYZ_ERR_MEMORY; status != NYZ_OK; size += 16) {
        counting memory;
        nyz_arena small;
        nyz_error error = {0};
        const nyz_pylit *lit = &(nyz_pylit){0};
        counting_init(&memory);
        memory.fail_at = 1;
        nyz_arena_init_in(&small, &memory.allocator, room, size);
        status =
            nyz_pylit_parse(text, sizeof text - 1, &utf8_rules, &small, &lit, &error);
        assert_int_equal(status, memory.calls > 0 ? NYZ_ERR_MEMORY : NYZ_OK);
        assert_int_equal(error.status, status);
        assert_int_equal(lit != NULL, status == NYZ_OK);
        nyz_arena_free(&small);
        assert_true(size < (int64_t)sizeof room);
    }
    assert_true(size > 16 * 10);
}

static void test_each_type_has_a_name(void **state)
{
    (void)state;
    for (int type = NYZ_PYLIT_NONE; type <= NYZ_PYLIT_DICT; type++) {
        for (int other = NYZ_PYLIT_NONE; other < type; other++) {
            assert_string_not_equal(nyz_pylit_name((nyz_pylit_type)type),
                                    nyz_pylit_name((nyz_pylit_type)other));
        }
    }
    assert_string_equal(nyz_pylit_name((nyz_pylit_type)(NYZ_PYLIT_DICT + 1)), "nothing");
}

static void test_errors_point_at_the_place(void **state)
{
    (void)state;
    nyz_error error = {0};
    const nyz_pylit *lit = NULL;
    assert_int_equal(nyz_pylit_parse("{'a': 1; }", 10, &utf8_rules, &arena, &lit, &error),
                     NYZ_ERR_CORRUPT);
    assert_int_equal(error.offset, 7);
    assert_string_equal(error.message, "expected ',' or '}', found ';'");
}

static void check_repr(const char *string, size_t size, const char *expected)
{
    char out[256];
    nyz_text text = {out, sizeof out, 0};
    nyz_text_repr(&text, string, size);
    assert_int_equal(text.length, strlen(expected));
    assert_memory_equal(out, expected, text.length);
}

static void test_repr_is_pythons(void **state)
{
    (void)state;
    check_repr("", 0, "''");
    check_repr("abc", 3, "'abc'");
    check_repr("it's", 4, "\"it's\"");
    check_repr("say \"x\"", 7, "'say \"x\"'");
    check_repr("'\"", 2, "'\\'\"'");
    check_repr("\xed\xa0", 2, "'\\xed\\xa0'"); /* less than a surrogate */
    check_repr("\xed\xa0z", 3, "'\\xed\\xa0z'");
    check_repr("\xed\xc0\x80", 3, "'\\xed\\xc0\\x80'");
    check_repr("\xee\xa0z", 3, "'\\xee\\xa0z'");
    check_repr("\\\n\r\t", 4, "'\\\\\\n\\r\\t'");
    check_repr("\0\x1b\x7f", 3, "'\\x00\\x1b\\x7f'");
    check_repr("\xc3\xa9\xc3\xbf", 4, "'\xc3\xa9\xc3\xbf'");
    check_repr("\xc2\x80\xc2\xa0\xc2\xad\xc2\xa1", 8, "'\\x80\\xa0\\xad\xc2\xa1'");
    check_repr("\xe2\x80\x8b\xe2\x80\xa8\xe3\x80\x80", 9, "'\\u200b\\u2028\\u3000'");
    check_repr("\xee\x80\x80\xef\xbb\xbf\xef\xbf\xbf", 9, "'\\ue000\\ufeff\\uffff'");
    check_repr("\xe6\x97\xa5\xf0\x9f\x98\x80", 7, "'\xe6\x97\xa5\xf0\x9f\x98\x80'");
    check_repr("\xf4\x8f\xbf\xbf", 4, "'\\U0010ffff'");
    check_repr("\xed\xa0\x80", 3, "'\\ud800'");
    check_repr("a\xff", 2, "'a\\xff'");
    check_repr("\xcd\xb8", 2, "'\xcd\xb8'"); /* not assigned: Python would escape it */
}

static void test_text_counts_on_when_it_is_full(void **state)
{
    (void)state;
    char out[4] = "....";
    nyz_text text = {out, 3, 0};
    nyz_text_int(&text, INT64_MIN);
    nyz_text_puts(&text, "xyz");
    assert_int_equal(text.length, 23);
    assert_memory_equal(out, "-92.", 4);
    text = (nyz_text){NULL, 0, 0};
    nyz_text_repr(&text, "a'b", 3);
    assert_int_equal(text.length, 5);
}

int main(void)
{
#define arena_test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        arena_test(test_integers_as_python_spells_them),
        arena_test(test_long_suffix_only_where_the_rules_allow_it),
        arena_test(test_numpys_integers_by_their_repr_and_no_other_call),
        arena_test(test_a_pair_with_a_dict_is_refused_for_the_reason_given),
        arena_test(test_everything_else_is_refused_with_what_was_found),
        arena_test(test_texts_have_places_of_31_bits),
        arena_test(test_nul_bytes_are_refused),
        arena_test(test_parentheses_make_a_tuple_only_with_a_comma),
        arena_test(test_parenthesised_values_keep_their_place_among_others),
        arena_test(test_white_space_comments_and_continued_lines),
        arena_test(test_spaces_of_any_number),
        arena_test(test_strings_and_their_escapes),
        arena_test(test_latin1_text_becomes_utf8),
        arena_test(test_long_latin1_text_has_room),
        arena_test(test_brackets_are_read_to_the_limit_and_no_deeper),
        arena_test(test_without_memory_nothing_is_read),
        arena_test(test_each_type_has_a_name),
        arena_test(test_errors_point_at_the_place),
        cmocka_unit_test(test_repr_is_pythons),
        cmocka_unit_test(test_text_counts_on_when_it_is_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
