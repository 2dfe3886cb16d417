/* SPDX-License-Identifier: MIT */
/* Dtypes: read, written, checked, copied, byte-swapped.  docs/format.md 2. */
#include "support/faults.h"

#include "base/alloc.h"
#include "base/arena.h"
#include "base/config.h"
#include "base/endian.h"
#include "dtype/dtype.h"
#include "parse/pylit.h"
#include "support/faults.h"

static nyz_status parse(const char *text, const nyz_options *opt, nyz_dtype *out,
                        nyz_error *err)
{
    return nyz_dtype_parse(text, strlen(text), opt, out, err);
}

/* The canonical text of a dtype, in a buffer of its own. */
static const char *canonical(const nyz_dtype *dtype)
{
    static char text[1024];
    size_t length = 0;
    assert_ok(nyz_dtype_format(dtype, text, sizeof text, &length, err));
    assert_int_equal(length, strlen(text));
    return text;
}

static void assert_canonical(const char *text, const char *expected, int64_t itemsize)
{
    nyz_dtype dtype;
    assert_ok(parse(text, NULL, &dtype, err));
    char native[64];
    if (expected[0] == '=') { /* this machine's byte order */
        (void)snprintf(native, sizeof native, "%c%s", nyz_native_byteorder(),
                       expected + 1);
        expected = native;
    }
    assert_string_equal(canonical(&dtype), expected);
    assert_int_equal(dtype.itemsize, itemsize);
    nyz_dtype_free(&dtype);
    assert_null(dtype.owner);
}

static const struct {
    const char *text;
    const char *canonical;
    int64_t itemsize;
} read_and_written[] = {
    /* as NumPy writes them */
    {"|b1", "|b1", 1},
    {"|i1", "|i1", 1},
    {"|u1", "|u1", 1},
    {"<i2", "<i2", 2},
    {">i2", ">i2", 2},
    {"<i4", "<i4", 4},
    {">i8", ">i8", 8},
    {"<u2", "<u2", 2},
    {">u4", ">u4", 4},
    {"<u8", "<u8", 8},
    {"<f2", "<f2", 2},
    {">f4", ">f4", 4},
    {"<f8", "<f8", 8},
    {"<f12", "<f12", 12},
    {">f16", ">f16", 16},
    {"<c8", "<c8", 8},
    {">c16", ">c16", 16},
    {"<c24", "<c24", 24},
    {"<c32", "<c32", 32},
    {"|S5", "|S5", 5},
    {"|S0", "|S0", 0},
    {"<U3", "<U3", 12},
    {">U0", ">U0", 0},
    {"|V2", "|V2", 2},
    {"<V2", "<V2", 2},
    {">V1", ">V1", 1},
    {"<f1", "<f1", 1},
    {">f1", ">f1", 1},
    {"<W4", "<W4", 4},
    {">W4", ">W4", 4},
    {"|V0", "|V0", 0},
    {"|O", "|O", 8},
    {"<M8", "<M8", 8},
    {">m8[ns]", ">m8[ns]", 8},
    {"<M8[25us]", "<M8[25us]", 8},
    {"<M8[0s]", "<M8[0s]", 8},
    /* other spellings: marks left out or without meaning */
    {"f8", "=f8", 8},
    {"=f8", "=f8", 8},
    {"|f8", "=f8", 8},
    {"<S8", "|S8", 8},
    {">b1", "|b1", 1},
    {"V8", "|V8", 8},
    {"=V8", "|V8", 8},
    {"|U2", "=U2", 8},
    {"=M8[s]", "=M8[s]", 8},
    {"S", "|S0", 0},
    {">U", ">U0", 0},
    {"S010", "|S10", 10},
    {"O8", "|O", 8},
    {"O4", "|O", 8},
    {">O", "|O", 8},
    {"M", "=M8", 8},
    /* one letter */
    {"?", "|b1", 1},
    {">?", "|b1", 1},
    {"b", "|i1", 1},
    {"B", "|u1", 1},
    {"<h", "<i2", 2},
    {"H", "=u2", 2},
    {"i", "=i4", 4},
    {"I", "=u4", 4},
    {">l", ">i8", 8},
    {"L", "=u8", 8},
    {"q", "=i8", 8},
    {"Q", "=u8", 8},
    {"e", "=f2", 2},
    {"f", "=f4", 4},
    {"<d", "<f8", 8},
    {"g", "=f16", 16},
    {"F", "=c8", 8},
    {"D", "=c16", 16},
    {"G", "=c32", 32},
    /* names */
    {"bool", "|b1", 1},
    {"int8", "|i1", 1},
    {"uint64", "=u8", 8},
    {"float16", "=f2", 2},
    {"complex128", "=c16", 16},
    /* dates */
    {"<M8[generic]", "<M8", 8},
    {"<M8[2generic]", "<M8", 8},
    {"<M8[1D]", "<M8[D]", 8},
    {"<M8[\xce\xbcs]", "<M8[us]", 8},
    {"<M8[D/2]", "<M8[12h]", 8},
    {"<M8[3D/2]", "<M8[36h]", 8},
    {"<m8[us/1000]", "<m8[ns]", 8},
    {"<M8[Y/13]", "<M8[4W]", 8},
    {"<M8[W/5]", "<M8[2016m]", 8},
    {"<M8[fs/8]", "<M8[125as]", 8},
    {"<M8[s/1]", "<M8[s]", 8},
    {"<M8[2147483647as]", "<M8[2147483647as]", 8},
    /* quoted, as in a header */
    {"'<f8'", "<f8", 8},
    {"\"|S3\"", "|S3", 3},
    /* structs */
    {"[]", "[]", 0},
    {"[('', '|V8')]", "[('', '|V8')]", 8},
    {"[('', '|V3'), ('', '<V5')]", "[('', '|V8')]", 8},
    {"[('x', '<f4'), ('y', '>i2')]", "[('x', '<f4'), ('y', '>i2')]", 6},
    {"[['x', '<f4']]", "[('x', '<f4')]", 4},
    {"[('abcdefghi', '|i1'), ('abcdefgh', '|i1')]",
     "[('abcdefghi', '|i1'), ('abcdefgh', '|i1')]", 2},
    {"[('abcdefghj', '|i1'), ('abcdefghi', '|i1')]",
     "[('abcdefghj', '|i1'), ('abcdefghi', '|i1')]", 2},
    {"[('x', [], 5)]", "[('x', [], (5,))]", 0},
    {"[('a', '|i1'), ('a\\x00', '|i1')]", "[('a', '|i1'), ('a\\x00', '|i1')]", 2},
    {"[('a', '|i1'), ('', '|V3'), ('b', '<i4'), ('c', '|i1'), ('', '|V3')]",
     "[('a', '|i1'), ('', '|V3'), ('b', '<i4'), ('c', '|i1'), ('', '|V3')]", 12},
    {"[('w', '<V2'), ('', '|V2'), ('s', '>f1', (2,)), ('z', '<W4')]",
     "[('w', '<V2'), ('', '|V2'), ('s', '>f1', (2,)), ('z', '<W4')]", 10},
    {"[('', '<f1'), ('', '<V2')]", "[('', '<f1'), ('', '|V2')]", 3},
    {"[('', 'V3', (2,)), ('a', '<i2')]", "[('', '|V6'), ('a', '<i2')]", 8},
    {"[('', '<i4')]", "[('', '<i4')]", 4},
    {"[('', [('a', '<i4')])]", "[('', [('a', '<i4')])]", 4},
    {"[(('t', 'a'), '<f8')]", "[(('t', 'a'), '<f8')]", 8},
    {"[((None, 'a'), '<f8')]", "[('a', '<f8')]", 8},
    {"[(('', 'a'), '<f8')]", "[(('', 'a'), '<f8')]", 8},
    {"[(('t', ''), '|V4')]", "[(('t', ''), '|V4')]", 4},
    {"[('a', '<f8', (2, 3))]", "[('a', '<f8', (2, 3))]", 48},
    {"[('a', '<f8', [2])]", "[('a', '<f8', (2,))]", 16},
    {"[('a', '<f8', 1)]", "[('a', '<f8', (1,))]", 8},
    {"[('a', '<f8', ())]", "[('a', '<f8')]", 8},
    {"[('a', '<f8', (0,))]", "[('a', '<f8', (0,))]", 0},
    {"[('a', '|S0', (2,))]", "[('a', '|S0', (2,))]", 0},
    {"[((None, ''), '|V4')]", "[('', '|V4')]", 4},
    {"S08", "|S8", 8},
    {"[('c', ('<f8', (5,)), (2,))]", "[('c', ('<f8', (5,)), (2,))]", 80},
    {"[('c', ('<f8', (5,)))]", "[('c', '<f8', (5,))]", 40},
    {"('<f8', (2,))", "('<f8', (2,))", 16},
    {"('<f8', ())", "<f8", 8},
    {"[('o', [('p', [('q', '|u1')]), ('', '|V1')], (2,))]",
     "[('o', [('p', [('q', '|u1')]), ('', '|V1')], (2,))]", 4},
    {"[(\"it's\", '<f4'), ('\\x00\\u65e5', '<f4')]",
     "[(\"it's\", '<f4'), ('\\x00\xe6\x97\xa5', '<f4')]", 8},
};

static void test_texts_are_read_and_written_as_numpy_does(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof read_and_written / sizeof read_and_written[0]; i++) {
        assert_canonical(read_and_written[i].text, read_and_written[i].canonical,
                         read_and_written[i].itemsize);
    }
}

static const struct {
    const char *text;
    nyz_status status;
    const char *words;
} refused[] = {
    {"", NYZ_ERR_CORRUPT, "expected"},
    {"<", NYZ_ERR_CORRUPT, "expected"},
    {"8", NYZ_ERR_CORRUPT, "expected"},
    {"f1", NYZ_ERR_CORRUPT, "f1"},
    {"=f1", NYZ_ERR_CORRUPT, "f1"},
    {"|f1", NYZ_ERR_CORRUPT, "f1"},
    {"<f1[s]", NYZ_ERR_CORRUPT, "f1"},
    {"W4", NYZ_ERR_CORRUPT, "W4"},
    {"<W2", NYZ_ERR_CORRUPT, "W2"},
    {"<W8", NYZ_ERR_CORRUPT, "W8"},
    {"f3", NYZ_ERR_CORRUPT, "f3"},
    {"f10", NYZ_ERR_CORRUPT, "f10"},
    {"i16", NYZ_ERR_CORRUPT, "i16"},
    {"i12", NYZ_ERR_CORRUPT, "i12"},
    {"c20", NYZ_ERR_CORRUPT, "c20"},
    {"c4", NYZ_ERR_CORRUPT, "c4"},
    {"b2", NYZ_ERR_CORRUPT, "b2"},
    {"u", NYZ_ERR_CORRUPT, "u"},
    {"F8", NYZ_ERR_CORRUPT, "F8"},
    {"T", NYZ_ERR_CORRUPT, "T"},
    {"<T16", NYZ_ERR_CORRUPT, "T16"},
    {"f8 ", NYZ_ERR_CORRUPT, "f8"},
    {" f8", NYZ_ERR_CORRUPT, "f8"},
    {"<<f8", NYZ_ERR_CORRUPT, "<<f8"},
    {"d8", NYZ_ERR_CORRUPT, "d8"},
    {"?1", NYZ_ERR_CORRUPT, "?1"},
    {"O16", NYZ_ERR_CORRUPT, "O16"},
    {"M4", NYZ_ERR_CORRUPT, "M4"},
    {"M16", NYZ_ERR_CORRUPT, "M16"},
    {"f8[s]", NYZ_ERR_CORRUPT, "f8[s]"},
    {"M[s]", NYZ_ERR_CORRUPT, "M[s]"},
    {"S5x", NYZ_ERR_CORRUPT, "S5x"},
    {"S-5", NYZ_ERR_CORRUPT, "S-5"},
    {"S99999999999999999999", NYZ_ERR_CORRUPT, "64 bits"},
    {"S9223372036854775808", NYZ_ERR_CORRUPT, "64 bits"},
    {"U4611686018427387904", NYZ_ERR_CORRUPT, "64 bits"},
    {"V2147483648", NYZ_ERR_LIMIT, "limits.item_bytes"},
    {"U536870912", NYZ_ERR_LIMIT, "limits.item_bytes"},
    {"M8[]", NYZ_ERR_CORRUPT, "unit"},
    {"M8[B]", NYZ_ERR_CORRUPT, "unit"},
    {"M8[s", NYZ_ERR_CORRUPT, "unit"},
    {"M8[5]", NYZ_ERR_CORRUPT, "unit"},
    {"M8[5 s]", NYZ_ERR_CORRUPT, "unit"},
    {"M8[-5s]", NYZ_ERR_CORRUPT, "unit"},
    {"M8[s]x", NYZ_ERR_CORRUPT, "follows"},
    {"M8[s][s]", NYZ_ERR_CORRUPT, "follows"},
    {"M8[2147483648s]", NYZ_ERR_CORRUPT, "unit"},
    {"M8[9223372036854775808s]", NYZ_ERR_CORRUPT, "64 bits"},
    {"M8[s/2147483648]", NYZ_ERR_CORRUPT, "unit"},
    {"M8[s/0]", NYZ_ERR_CORRUPT, "divided"},
    {"M8[s/]", NYZ_ERR_CORRUPT, "number"},
    {"M8[fs/7]", NYZ_ERR_CORRUPT, "finer"},
    {"M8[generic/2]", NYZ_ERR_CORRUPT, "divided"},
    {"M8[2147483647D/2]", NYZ_ERR_CORRUPT, "too large"},
    {"float128", NYZ_ERR_UNSUPPORTED, "this name is not supported; expected a code"},
    {"str", NYZ_ERR_UNSUPPORTED, "this name is not supported; expected a code"},
    {"datetime64[ns]", NYZ_ERR_UNSUPPORTED,
     "this name is not supported; expected a code"},
    {"bfloat16", NYZ_ERR_UNSUPPORTED, "this name is not supported; expected a code"},
    {"<i4,<f4", NYZ_ERR_UNSUPPORTED, "lists"},
    {"'(2)f4'", NYZ_ERR_UNSUPPORTED, "lists"},
    {"c", NYZ_ERR_UNSUPPORTED, "this name is not supported; expected a code"},
    {"[('x', '<f4')", NYZ_ERR_CORRUPT, "',' or ']'"},
    {"[('x',)]", NYZ_ERR_CORRUPT, "found 1 items"},
    {"[('x', '<f4', (2,), 1)]", NYZ_ERR_CORRUPT, "found 4 items"},
    {"['x']", NYZ_ERR_CORRUPT, "found a string"},
    {"[(1, '<f4')]", NYZ_ERR_CORRUPT, "a field's name, found an integer"},
    {"[(b'x', '<f4')]", NYZ_ERR_CORRUPT, "found a bytes literal"},
    {"[(['t', 'x'], '<f4')]", NYZ_ERR_CORRUPT, "found a list"},
    {"[(('t', 'x', 'y'), '<f4')]", NYZ_ERR_CORRUPT, "(title, name)"},
    {"[('x', None)]", NYZ_ERR_CORRUPT, "found None"},
    {"[('x', False)]", NYZ_ERR_CORRUPT, "found False"},
    {"[('x', {})]", NYZ_ERR_CORRUPT, "found a dict"},
    {"[('x', '<f4', -1)]", NYZ_ERR_CORRUPT, "negative"},
    {"[('x', '<f4', (2, -1))]", NYZ_ERR_CORRUPT, "negative"},
    {"[('x', '<f4', True)]", NYZ_ERR_CORRUPT, "found True"},
    {"[('x', '<f4', (True,))]", NYZ_ERR_CORRUPT, "found True"},
    {"[('x', 'S', 5)]", NYZ_ERR_UNSUPPORTED, "'S5'"},
    {"[('x', 'U', 5)]", NYZ_ERR_UNSUPPORTED, "'S5'"},
    {"[('x', 'V', 5)]", NYZ_ERR_UNSUPPORTED, "'S5'"},
    {"[((0, 'a'), '<f4')]", NYZ_ERR_CORRUPT, "a field's name"},
    {"('<f4',)", NYZ_ERR_CORRUPT, "(dtype, shape)"},
    {"()", NYZ_ERR_CORRUPT, "(dtype, shape)"},
    {"('<f4', (2,), 3)", NYZ_ERR_CORRUPT, "(dtype, shape)"},
    {"[('x', '<f4'), ('x', '<f4')]", NYZ_ERR_CORRUPT, "\"x\""},
    {"[('', '<f4'), ('', '<f4')]", NYZ_ERR_CORRUPT, "two fields"},
    {"[('abcdefghi', '<f4'), ('abcdefghi', '<f4')]", NYZ_ERR_CORRUPT, "\"abcdefghi\""},
    {"[(('x', 'x'), '<f4')]", NYZ_ERR_CORRUPT, "\"x\""},
    {"[(('t', 'x'), '<f4'), ('t', '<f4')]", NYZ_ERR_CORRUPT, "\"t\""},
    {"[('x', 'V2147483647'), ('y', '|u1')]", NYZ_ERR_LIMIT, "limits.item_bytes"},
    {"[('x', '<f8', (4294967296, 4294967296))]", NYZ_ERR_LIMIT, "limits.item_bytes"},
    {"[('x', '<f8', (4611686018427387904,))]", NYZ_ERR_LIMIT, "limits.item_bytes"},
    {"[('x', '<f8', (0, 4294967296))]", NYZ_ERR_LIMIT, "limits.item_bytes"},
    {"[('x', [], (9223372036854775807,))]", NYZ_ERR_LIMIT, "limits.item_bytes"},
};

static void test_what_is_no_dtype_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        nyz_dtype dtype;
        memset(&dtype, 0xff, sizeof dtype);
        assert_fails(refused[i].status, refused[i].words,
                     parse(refused[i].text, NULL, &dtype, err));
        const nyz_dtype empty = {0};
        assert_memory_equal(&dtype, &empty, sizeof dtype);
    }
}

static void test_a_nul_is_no_letter(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t size;
    } cases[] = {{"\0", 1}, {"\0f8", 3}, {"<\0", 2}, {"f8\0", 3}, {"<f\0", 3}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        nyz_dtype d;
        assert_fails(NYZ_ERR_CORRUPT, "\\x00",
                     nyz_dtype_parse(cases[i].text, cases[i].size, NULL, &d, err));
    }
}

static void test_fields_have_offsets_names_and_titles(void **state)
{
    (void)state;
    nyz_dtype d;
    assert_ok(parse("[('', '|V4'), (('T', 'a'), '>U2'), ('', '|V1'), ('b', '<i2', (3,))]",
                    NULL, &d, err));
    assert_int_equal(d.type, NYZ_STRUCT);
    assert_int_equal(d.byteorder, '|');
    assert_int_equal(d.nfields, 2);
    assert_string_equal(d.fields[0].name, "a");
    assert_string_equal(d.fields[0].title, "T");
    assert_int_equal(d.fields[0].offset, 4);
    assert_int_equal(d.fields[0].dtype.type, NYZ_STR);
    assert_int_equal(d.fields[0].dtype.byteorder, '>');
    assert_string_equal(d.fields[1].name, "b");
    assert_null(d.fields[1].title);
    assert_int_equal(d.fields[1].offset, 13);
    assert_int_equal(d.fields[1].dtype.type, NYZ_SUBARRAY);
    assert_int_equal(d.fields[1].dtype.ndim, 1);
    assert_int_equal(d.fields[1].dtype.shape[0], 3);
    assert_int_equal(d.fields[1].dtype.base->type, NYZ_INT16);
    assert_int_equal(d.itemsize, 19);
    nyz_dtype_free(&d);
}

static void test_limits_are_kept(void **state)
{
    (void)state;
    nyz_limits limits = {
        .nesting = 2, .fields = 3, .item_bytes = 100, .dims = 2, .header_bytes = 200};
    const nyz_options opt = {.limits = &limits};
    nyz_dtype d;
    assert_ok(parse("[('a', [('b', '|u1')])]", &opt, &d, err));
    nyz_dtype_free(&d);
    assert_fails(NYZ_ERR_LIMIT, "limits.nesting",
                 parse("[('a', [('b', [('c', '|u1')])])]", &opt, &d, err));
    assert_fails(NYZ_ERR_LIMIT, "limits.nesting",
                 parse("[('a', [('b', '|u1', (2,))])]", &opt, &d, err));
    assert_fails(
        NYZ_ERR_LIMIT, "limits.fields",
        parse("[('a', [('b', '|u1'), ('', '|V1')]), ('c', '|u1')]", &opt, &d, err));
    assert_fails(NYZ_ERR_LIMIT, "limits.item_bytes", parse("|S101", &opt, &d, err));
    assert_fails(NYZ_ERR_LIMIT, "limits.dims",
                 parse("[('a', '|u1', (1, 1, 1))]", &opt, &d, err));
    limits.header_bytes = 3;
    assert_fails(NYZ_ERR_LIMIT, "limits.header_bytes", parse("|S10", &opt, &d, err));
}

/* Names as one may choose them against a quadratic search: all alike but for the end. */
static void test_65536_fields_are_quick_and_a_repeated_name_is_found(void **state)
{
    (void)state;
    enum { FIELDS = 65536, ENTRY = 19 };
    const size_t size = (size_t)FIELDS * ENTRY + 2;
    const nyz_limits limits = {.header_bytes = (int64_t)size};
    const nyz_options opt = {.limits = &limits};
    char *const text = malloc(size + 1);
    assert_non_null(text);
    text[0] = '[';
    for (size_t i = 0; i < FIELDS; i++) {
        (void)snprintf(text + 1 + i * ENTRY, ENTRY + 1, "('%06zu','|u1'),  ", i);
    }
    text[size - 1] = ']';
    nyz_dtype d;
    assert_ok(nyz_dtype_parse(text, size, &opt, &d, err));
    assert_int_equal(d.nfields, FIELDS);
    nyz_dtype_free(&d);
    memcpy(text + 1 + (size_t)(FIELDS - 1) * ENTRY + 2, "012345", 6);
    assert_fails(NYZ_ERR_CORRUPT, "\"012345\"",
                 nyz_dtype_parse(text, size, &opt, &d, err));
    free(text);
}

static void test_format_cuts_and_returns_the_whole_length(void **state)
{
    (void)state;
    const nyz_dtype d = nyz_dtype_of(NYZ_UINT8);
    char text[3] = "zz";
    size_t length = 99;
    assert_ok(nyz_dtype_format(&d, NULL, 0, &length, err));
    assert_int_equal(length, 3);
    assert_ok(nyz_dtype_format(&d, text, sizeof text, &length, err));
    assert_int_equal(length, 3);
    assert_string_equal(text, "|u");
}

static void test_dtype_of_gives_every_plain_scalar(void **state)
{
    (void)state;
    for (int type = NYZ_NONE - 1; type <= NYZ_OBJECT + 1; type++) {
        const nyz_dtype d = nyz_dtype_of(type);
        const int plain = type == NYZ_BOOL || (type >= NYZ_INT8 && type <= NYZ_INT64) ||
                          (type >= NYZ_UINT8 && type <= NYZ_UINT64) ||
                          (type >= NYZ_FLOAT16 && type <= NYZ_LONGDOUBLE) ||
                          (type >= NYZ_COMPLEX64 && type <= NYZ_CLONGDOUBLE) ||
                          type == NYZ_DATETIME64 || type == NYZ_TIMEDELTA64 ||
                          nyz_type_is_nameless(type);
        assert_int_equal(d.type, plain ? type : NYZ_NONE);
        if (plain) {
            assert_ok(nyz_dtype_check(&d, err));
        }
    }
    assert_int_equal(nyz_dtype_of(NYZ_COMPLEX64).itemsize, 8);
    assert_int_equal(nyz_dtype_of(NYZ_DATETIME64).unit_count, 1);
}

/* Nor have dtypes that contain such ones. */
static void check_inner_overlap(const nyz_dtype *d)
{
    const int64_t shape[1] = {1};
    const nyz_dtype sub = {.type = NYZ_SUBARRAY,
                           .byteorder = '|',
                           .itemsize = d->itemsize,
                           .ndim = 1,
                           .shape = shape,
                           .base = d};
    const nyz_field inner[] = {{.name = "s", .name_size = 1, .dtype = *d},
                               {.name = "s", .name_size = 1, .dtype = sub}};
    const nyz_dtype outer = {.type = NYZ_STRUCT,
                             .byteorder = '|',
                             .itemsize = d->itemsize,
                             .nfields = 1,
                             .fields = &inner[0]};
    nyz_dtype outer_of_sub = outer;
    outer_of_sub.fields = &inner[1];
    const nyz_dtype *const all[] = {&sub, &outer, &outer_of_sub};
    for (size_t i = 0; i < 3; i++) {
        char text[8] = "before";
        size_t length = 99;
        assert_ok(nyz_dtype_check(all[i], err));
        assert_fails(NYZ_ERR_UNSUPPORTED, "overlap",
                     nyz_dtype_format(all[i], text, sizeof text, &length, err));
        assert_string_equal(text, "");
        assert_int_equal(length, 0);
    }
}

static void test_overlapping_fields_have_no_text(void **state)
{
    (void)state;
    const char wanted = nyz_native_byteorder() == '<' ? '>' : '<';
    nyz_field fields[2] = {
        {.name = "a", .name_size = 1, .dtype = nyz_dtype_of(NYZ_INT32)},
        {.name = "b", .name_size = 1, .offset = 2, .dtype = nyz_dtype_of(NYZ_INT32)},
    };
    const nyz_dtype d = {.type = NYZ_STRUCT,
                         .byteorder = '|',
                         .itemsize = 8,
                         .nfields = 2,
                         .fields = fields};
    size_t length = 0;
    assert_ok(nyz_dtype_check(&d, err));
    assert_fails(NYZ_ERR_UNSUPPORTED, "overlap",
                 nyz_dtype_format(&d, NULL, 0, &length, err));
    fields[1].offset = 3;
    assert_fails(NYZ_ERR_UNSUPPORTED, "overlap",
                 nyz_dtype_format(&d, NULL, 0, &length, err));
    fields[1].offset = 4;
    assert_ok(nyz_dtype_format(&d, NULL, 0, &length, err));
    fields[0].offset = 4;
    fields[1].offset = 0;
    assert_fails(NYZ_ERR_UNSUPPORTED, "order",
                 nyz_dtype_format(&d, NULL, 0, &length, err));
    check_inner_overlap(&d);
    fields[0].dtype.byteorder = wanted;
    nyz_arena arena;
    nyz_dtype copy;
    nyz_arena_init(&arena, &nyz_default_allocator);
    assert_ok(nyz_dtype_clone(&d, NYZ_KEEP_BYTEORDER, &arena, &copy, err));
    assert_fails(NYZ_ERR_UNSUPPORTED, "overlap",
                 nyz_dtype_clone(&d, NYZ_NATIVE, &arena, &copy, err));
    nyz_arena_free(&arena);
}

static void test_check_refuses_what_was_built_wrongly(void **state)
{
    (void)state;
    const nyz_dtype base = nyz_dtype_of(NYZ_INT32);
    const int64_t shape[1] = {3};
    const int64_t negative[1] = {-3};
    const int64_t huge_beside_zero[3] = {0, INT32_MAX, INT32_MAX};
    const int64_t huge[2] = {INT32_MAX, 2};
    const nyz_dtype empty = {.type = NYZ_VOID, .byteorder = '|'};
    const nyz_field outside = {.name = "a", .name_size = 1, .offset = 1, .dtype = base};
    const nyz_field no_text = {.name = "\xff", .name_size = 1, .dtype = base};
    const nyz_field nameless = {.dtype = base};
    const nyz_field no_title = {
        .name = "a", .name_size = 1, .title = "\xff", .title_size = 1, .dtype = base};
    const nyz_field before = {.name = "a", .name_size = 1, .offset = -1, .dtype = base};
    const nyz_field large = {
        .name = "a", .name_size = 1, .dtype = nyz_dtype_of(NYZ_INT64)};
    const nyz_field wrong = {.name = "a", .name_size = 1, .dtype = {0}};
    const int64_t extents[NYZ_MAX_DIMS + 1] = {0};
    const int64_t most[1] = {INT64_MAX};
    const struct {
        nyz_dtype dtype;
        const char *words;
    } cases[] = {
        {{0}, "no such type"},
        {{.type = (nyz_type)99}, "no such type"},
        {{.type = NYZ_INT32, .itemsize = 4, .byteorder = '='}, "byte order"},
        {{.type = NYZ_INT8, .itemsize = 1, .byteorder = '<'}, "byte order"},
        {{.type = NYZ_VOID, .itemsize = 2, .byteorder = '='}, "byte order"},
        {{.type = NYZ_VOID, .itemsize = 2}, "byte order"},
        {{.type = NYZ_VOID, .itemsize = 2, .byteorder = '<', .letter = 'f'}, "letter"},
        {{.type = NYZ_VOID, .itemsize = 1, .byteorder = '|', .letter = 'f'}, "letter"},
        {{.type = NYZ_VOID, .itemsize = 1, .byteorder = '<', .letter = 'W'}, "letter"},
        {{.type = NYZ_VOID, .itemsize = 1, .byteorder = '<', .letter = '\''}, "letter"},
        {{.type = NYZ_INT8, .itemsize = 1, .byteorder = '|', .letter = 'f'}, "letter"},
        {{.type = NYZ_INT32, .itemsize = 8, .byteorder = '<'}, "itemsize"},
        {{.type = NYZ_LONGDOUBLE, .itemsize = 10, .byteorder = '<'}, "itemsize"},
        {{.type = NYZ_STR, .itemsize = 6, .byteorder = '<'}, "itemsize"},
        {{.type = NYZ_BYTES, .itemsize = -1, .byteorder = '|'}, "itemsize"},
        {{.type = NYZ_BYTES, .itemsize = (int64_t)1 << 31, .byteorder = '|'}, "itemsize"},
        {{.type = NYZ_DATETIME64, .itemsize = 8, .byteorder = '<', .unit = (nyz_unit)14},
         "unit"},
        {{.type = NYZ_DATETIME64, .itemsize = 8, .byteorder = '<', .unit_count = 2},
         "unit"},
        {{.type = NYZ_DATETIME64,
          .itemsize = 8,
          .byteorder = '<',
          .unit = NYZ_DAY,
          .unit_count = -1},
         "unit"},
        {{.type = NYZ_STRUCT, .byteorder = '|', .nfields = 1}, "fields"},
        {{.type = NYZ_STRUCT, .byteorder = '|', .nfields = -1}, "fields"},
        {{.type = NYZ_STRUCT, .itemsize = 4, .nfields = 1, .fields = &outside},
         "outside"},
        {{.type = NYZ_STRUCT, .itemsize = 4, .nfields = 1, .fields = &no_text}, "UTF-8"},
        {{.type = NYZ_STRUCT, .itemsize = 4, .nfields = 1, .fields = &nameless},
         "missing"},
        {{.type = NYZ_STRUCT, .itemsize = 4, .nfields = 1, .fields = &no_title}, "UTF-8"},
        {{.type = NYZ_STRUCT, .itemsize = 4, .nfields = 1, .fields = &before}, "outside"},
        {{.type = NYZ_STRUCT, .itemsize = 4, .nfields = 1, .fields = &large}, "outside"},
        {{.type = NYZ_STRUCT, .itemsize = 4, .nfields = 1, .fields = &wrong},
         "no such type: 0"},
        {{.type = NYZ_SUBARRAY, .itemsize = 12, .ndim = 1, .shape = shape}, "base"},
        {{.type = NYZ_SUBARRAY, .itemsize = 12, .ndim = 1, .base = &base}, "shape"},
        {{.type = NYZ_SUBARRAY, .itemsize = 12, .base = &base, .shape = shape},
         "dimensions"},
        {{.type = NYZ_SUBARRAY,
          .ndim = NYZ_MAX_DIMS + 1,
          .base = &base,
          .shape = extents},
         "dimensions"},
        {{.type = NYZ_SUBARRAY, .ndim = 1, .base = &base, .shape = most}, "too large"},
        {{.type = NYZ_SUBARRAY, .itemsize = 8, .ndim = 1, .base = &base, .shape = shape},
         "elements together"},
        {{.type = NYZ_SUBARRAY, .ndim = 1, .base = &base, .shape = negative}, "negative"},
        {{.type = NYZ_SUBARRAY, .ndim = 3, .base = &base, .shape = huge_beside_zero},
         "too large"},
        {{.type = NYZ_SUBARRAY, .ndim = 2, .base = &empty, .shape = huge}, "too large"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_fails(NYZ_ERR_ARGUMENT, cases[i].words,
                     nyz_dtype_check(&cases[i].dtype, err));
        char text[8] = "before";
        size_t length = 99;
        assert_fails(NYZ_ERR_ARGUMENT, cases[i].words,
                     nyz_dtype_format(&cases[i].dtype, text, sizeof text, &length, err));
        assert_string_equal(text, "");
        assert_int_equal(length, 0);
    }
}

static void test_check_ends_where_a_dtype_contains_itself(void **state)
{
    (void)state;
    const int64_t shape[1] = {1};
    nyz_dtype d = {.type = NYZ_SUBARRAY, .itemsize = 4, .ndim = 1, .shape = shape};
    d.base = &d;
    assert_fails(NYZ_ERR_ARGUMENT, "nested", nyz_dtype_check(&d, err));
    nyz_dtype levels[66] = {nyz_dtype_of(NYZ_INT32)};
    for (int i = 1; i < 66; i++) {
        levels[i] = d;
        levels[i].base = &levels[i - 1];
    }
    assert_ok(nyz_dtype_check(&levels[64], err));
    assert_fails(NYZ_ERR_ARGUMENT, "nested", nyz_dtype_check(&levels[65], err));
}

static void test_objects_are_found_wherever_they_are(void **state)
{
    (void)state;
    static const char *const with[] = {"|O", "[('a', '|u1'), ('b', 'O')]",
                                       "[('a', [('b', ('O', (2,)), (1,))])]"};
    for (size_t i = 0; i < sizeof with / sizeof with[0]; i++) {
        nyz_dtype d;
        assert_ok(parse(with[i], NULL, &d, err));
        assert_true(nyz_dtype_has_objects(&d));
        nyz_dtype_free(&d);
    }
    nyz_dtype d;
    assert_ok(parse("[('a', '|u1'), ('b', '<f4', (2,))]", NULL, &d, err));
    assert_false(nyz_dtype_has_objects(&d));
    nyz_dtype_free(&d);
}

static void test_clones_are_deep_and_change_the_byte_order(void **state)
{
    (void)state;
    nyz_dtype d;
    nyz_dtype copy;
    nyz_arena arena;
    nyz_arena_init(&arena, &nyz_default_allocator);
    assert_ok(
        parse("[(('t', 'a'), '<f4', (2,)), ('b', '>U2'), ('', '|V1'), ('c', '|S1')]",
              NULL, &d, err));
    assert_true(nyz_dtype_needs_byteswap(&d, NYZ_LITTLE_ENDIAN));
    assert_true(nyz_dtype_needs_byteswap(&d, NYZ_BIG_ENDIAN));
    assert_true(nyz_dtype_needs_byteswap(&d, NYZ_NATIVE));
    assert_false(nyz_dtype_needs_byteswap(&d, NYZ_KEEP_BYTEORDER));
    assert_ok(nyz_dtype_clone(&d, NYZ_BIG_ENDIAN, &arena, &copy, err));
    nyz_dtype_free(&d);
    assert_null(copy.owner);
    assert_false(nyz_dtype_needs_byteswap(&copy, NYZ_BIG_ENDIAN));
    assert_string_equal(canonical(&copy), "[(('t', 'a'), '>f4', (2,)), ('b', '>U2'), "
                                          "('', '|V1'), ('c', '|S1')]");
    nyz_arena_free(&arena);
}

/* Has no blocks for arenas, only for what is smaller. */
static void *alloc_small(void *ctx, size_t size, size_t align)
{
    return size < 4096 ? counting_alloc(ctx, size, align) : NULL;
}

/* Every place where memory is taken, to read a dtype and to copy it: no room for one
 * thing more each time. */
static void test_without_memory_there_is_no_dtype_and_no_copy(void **state)
{
    (void)state;
    static const char text[] =
        "[(('title', 'a'), '<f4', (2, 3)), ('b', [('c', '<i2')], (2,))]";
    const nyz_pylit_rules rules = {.brackets = 64};
    const nyz_pylit *lit = NULL;
    nyz_config config;
    nyz_arena literals;
    nyz_arena_init(&literals, &nyz_default_allocator);
    assert_ok(nyz_config_init(&config, NULL, err));
    assert_ok(nyz_pylit_parse(text, sizeof text - 1, &rules, &literals, &lit, err));
    int copied = 0;
    for (int64_t size = 0; !copied; size += 16) {
        _Alignas(16) unsigned char room[4096];
        counting memory;
        nyz_arena arena;
        nyz_dtype d;
        nyz_dtype copy;
        nyz_error error = {0};
        counting_init(&memory);
        memory.allocator.alloc = alloc_small;
        nyz_arena_init_in(&arena, &memory.allocator, room, size);
        nyz_status status = nyz_dtype_from_pylit(lit, &config, &arena, &d, &error);
        if (status == NYZ_OK) {
            status = nyz_dtype_clone(&d, NYZ_BIG_ENDIAN, &arena, &copy, &error);
            copied = status == NYZ_OK;
        } else {
            assert_int_equal(d.type, NYZ_NONE);
        }
        assert_int_equal(status, copied ? NYZ_OK : NYZ_ERR_MEMORY);
        assert_int_equal(error.status, status);
        if (copied) {
            assert_string_equal(canonical(&copy), "[(('title', 'a'), '>f4', (2, 3)), "
                                                  "('b', [('c', '>i2')], (2,))]");
        }
        nyz_arena_free(&arena);
        assert_int_equal(memory.live, 0);
        assert_true(size < (int64_t)sizeof room);
    }
    nyz_arena_free(&literals);
}

static const struct {
    const char *from;
    const char *to;
    nyz_byteorder byteorder;
    int same;
} pairs[] = {
    {"<f4", "<f4", NYZ_KEEP_BYTEORDER, 1},
    {"<f4", ">f4", NYZ_KEEP_BYTEORDER, 0},
    {"<f4", ">f4", NYZ_BIG_ENDIAN, 1},
    {"<f4", "<f4", NYZ_BIG_ENDIAN, 0},
    {"|i1", "|i1", NYZ_BIG_ENDIAN, 1},
    {"<f4", "<i4", NYZ_KEEP_BYTEORDER, 0},
    {"|S3", "|S4", NYZ_KEEP_BYTEORDER, 0},
    {"<M8[s]", "<M8[s]", NYZ_KEEP_BYTEORDER, 1},
    {"<M8[s]", "<M8[ms]", NYZ_KEEP_BYTEORDER, 0},
    {"<M8[s]", "<M8[2s]", NYZ_KEEP_BYTEORDER, 0},
    {"[('a', '<f4'), ('b', '|u1')]", "[('a', '>f4'), ('b', '|u1')]", NYZ_BIG_ENDIAN, 1},
    {"[('a', '|u1')]", "[('b', '|u1')]", NYZ_KEEP_BYTEORDER, 0},
    {"[('a', '|u1')]", "[('ab', '|u1')]", NYZ_KEEP_BYTEORDER, 0},
    {"[('', '|u1')]", "[('', '|u1')]", NYZ_KEEP_BYTEORDER, 1},
    {"[('a', '|u1')]", "[(('title', 'a'), '|u1')]", NYZ_KEEP_BYTEORDER, 1},
    {"[('a', '|u1'), ('b', '|u1')]", "[('a', '|u2')]", NYZ_KEEP_BYTEORDER, 0},
    {"[('a', '|u1'), ('b', '|u1')]", "[('a', '|u1'), ('', '|V1')]", NYZ_KEEP_BYTEORDER,
     0},
    {"[('a', '|u1'), ('', '|V1')]", "[('', '|V1'), ('a', '|u1')]", NYZ_KEEP_BYTEORDER, 0},
    {"('|u1', (2, 3))", "('|u1', (2, 3))", NYZ_KEEP_BYTEORDER, 1},
    {"<V2", "|V2", NYZ_BIG_ENDIAN, 1},
    {"<V2", ">V2", NYZ_LITTLE_ENDIAN, 1},
    {"<f1", "|V1", NYZ_KEEP_BYTEORDER, 1},
    {"<V2", "<V4", NYZ_KEEP_BYTEORDER, 0},
    {"('|u1', (2, 3))", "('|u1', (3, 2))", NYZ_KEEP_BYTEORDER, 0},
    {"('|u1', (2, 3))", "('|u1', (6,))", NYZ_KEEP_BYTEORDER, 0},
    {"('|u1', (2, 3))", "('|i1', (2, 3))", NYZ_KEEP_BYTEORDER, 0},
};

/* Titles are not looked at. */
static void test_no_byte_order_is_given_to_void(void **state)
{
    (void)state;
    static const nyz_byteorder orders[] = {NYZ_NATIVE, NYZ_KEEP_BYTEORDER,
                                           NYZ_LITTLE_ENDIAN, NYZ_BIG_ENDIAN};
    static const char *const texts[] = {"<V2", ">V2", "<f1", ">W4", "('<V2', (2,))"};
    for (size_t i = 0; i < 4 * (sizeof texts / sizeof texts[0]); i++) {
        unsigned char bytes[] = {1, 2, 3, 4};
        nyz_arena arena;
        nyz_dtype d;
        nyz_dtype copy;
        nyz_arena_init(&arena, &nyz_default_allocator);
        assert_ok(parse(texts[i / 4], NULL, &d, err));
        assert_false(nyz_dtype_needs_byteswap(&d, orders[i % 4]));
        assert_ok(nyz_dtype_clone(&d, orders[i % 4], &arena, &copy, err));
        assert_string_equal(canonical(&copy), texts[i / 4]);
        nyz_dtype_byteswap(&d, orders[i % 4], bytes, 4 / d.itemsize, d.itemsize);
        assert_memory_equal(bytes, "\1\2\3\4", 4);
        nyz_dtype_free(&d);
        nyz_arena_free(&arena);
    }
}

static void test_same_is_type_layout_names_and_the_byte_order_asked_for(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        nyz_dtype from;
        nyz_dtype to;
        assert_ok(parse(pairs[i].from, NULL, &from, err));
        assert_ok(parse(pairs[i].to, NULL, &to, err));
        assert_int_equal(nyz_dtype_same(&from, &to, pairs[i].byteorder), pairs[i].same);
        nyz_dtype_free(&from);
        nyz_dtype_free(&to);
    }
}

/* Byte-swapped by hand, from the dtype's text: sizes of runs of bytes that are one
 * number. */
static void reverse(unsigned char *bytes, size_t size)
{
    for (size_t i = 0; i < size / 2; i++) {
        const unsigned char kept = bytes[i];
        bytes[i] = bytes[size - 1 - i];
        bytes[size - 1 - i] = kept;
    }
}

static const struct {
    const char *text;
    unsigned char numbers[24]; /* sizes, one after the other; 1: left alone; 0: the end */
} swaps[] = {
    {"<i2", {2}},
    {"<f4", {4}},
    {"<f8", {8}},
    {"<f12", {12}},
    {"<f16", {16}},
    {"<c8", {4, 4}},
    {"<c16", {8, 8}},
    {"<c24", {12, 12}},
    {"<c32", {16, 16}},
    {"<M8[s]", {8}},
    {"<U3", {4, 4, 4}},
    {"|S3", {1, 1, 1}},
    {"|b1", {1}},
    {"[('a', '<i2'), ('b', '>i2'), ('', '|V1'), ('c', '<f4')]", {2, 1, 1, 1, 4}},
    {"[('a', '|u1'), ('b', '<i2', (2, 2))]", {1, 2, 2, 2, 2}},
    {"[('a', [('x', '|u1'), ('y', '<u4')], (2,)), ('z', '|u1')]", {1, 4, 1, 4, 1}},
    {"[('a', [('b', [('x', '|u1'), ('y', '<i2', (2,))], (2,)), ('c', '<f4')], (2,)), "
     "('d', '|u1')]",
     {1, 2, 2, 1, 2, 2, 4, 1, 2, 2, 1, 2, 2, 4, 1}},
    {"[('a', ('<c8', (2,)), (2,))]", {4, 4, 4, 4, 4, 4, 4, 4}},
    {"[('a', '<U0'), ('b', '<i2', (0,)), ('c', [], (5,)), ('d', '<i2')]", {2}},
};

/* Few items and many, dense and with gaps: the loops choose between two ways. */
static void check_swap(const nyz_dtype *d, const unsigned char *numbers, int64_t count,
                       int64_t stride)
{
    const size_t size = (size_t)(count * stride);
    unsigned char *const bytes = malloc(size);
    unsigned char *const expected = malloc(size);
    assert_true(bytes != NULL && expected != NULL);
    for (size_t i = 0; i < size; i++) {
        bytes[i] = expected[i] = (unsigned char)(i * 7 + i / 251);
    }
    for (int64_t item = 0; item < count; item++) {
        unsigned char *p = expected + item * stride;
        for (size_t k = 0; numbers[k] != 0; k++) {
            reverse(p, numbers[k]);
            p += numbers[k];
        }
    }
    nyz_dtype_byteswap(d, NYZ_KEEP_BYTEORDER, bytes, count, stride);
    nyz_dtype_byteswap(d, NYZ_BIG_ENDIAN, bytes, count, stride);
    assert_memory_equal(bytes, expected, size);
    free(bytes);
    free(expected);
}

static void test_byteswap_swaps_every_number_and_nothing_else(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof swaps / sizeof swaps[0]; i++) {
        nyz_dtype d;
        assert_ok(parse(swaps[i].text, NULL, &d, err));
        static const int64_t counts[] = {1, 2, 3, 1000, 20011};
        for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
            check_swap(&d, swaps[i].numbers, counts[c], d.itemsize);
            check_swap(&d, swaps[i].numbers, counts[c], d.itemsize + 5);
        }
        nyz_dtype_free(&d);
    }
}

static void test_swap_of_empty_items_ends_at_once(void **state)
{
    (void)state;
    static const char *const empty[] = {"<U0", "[]", "[('a', '<U0', (1000000000,))]",
                                        "[('a', '<i4', (0,))]"};
    for (size_t i = 0; i < sizeof empty / sizeof empty[0]; i++) {
        nyz_dtype d;
        assert_ok(parse(empty[i], NULL, &d, err));
        assert_int_equal(d.itemsize, 0);
        nyz_dtype_byteswap(&d, NYZ_BIG_ENDIAN, &d, INT64_MAX, 0);
        nyz_dtype_free(&d);
    }
    const nyz_dtype d = nyz_dtype_of(NYZ_INT32);
    nyz_dtype_byteswap(&d, NYZ_BIG_ENDIAN, NULL, 0, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts_are_read_and_written_as_numpy_does),
        cmocka_unit_test(test_what_is_no_dtype_is_refused),
        cmocka_unit_test(test_a_nul_is_no_letter),
        cmocka_unit_test(test_fields_have_offsets_names_and_titles),
        cmocka_unit_test(test_limits_are_kept),
        cmocka_unit_test(test_65536_fields_are_quick_and_a_repeated_name_is_found),
        cmocka_unit_test(test_format_cuts_and_returns_the_whole_length),
        cmocka_unit_test(test_dtype_of_gives_every_plain_scalar),
        cmocka_unit_test(test_overlapping_fields_have_no_text),
        cmocka_unit_test(test_check_refuses_what_was_built_wrongly),
        cmocka_unit_test(test_check_ends_where_a_dtype_contains_itself),
        cmocka_unit_test(test_objects_are_found_wherever_they_are),
        cmocka_unit_test(test_clones_are_deep_and_change_the_byte_order),
        cmocka_unit_test(test_without_memory_there_is_no_dtype_and_no_copy),
        cmocka_unit_test(test_no_byte_order_is_given_to_void),
        cmocka_unit_test(test_same_is_type_layout_names_and_the_byte_order_asked_for),
        cmocka_unit_test(test_byteswap_swaps_every_number_and_nothing_else),
        cmocka_unit_test(test_swap_of_empty_items_ends_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
