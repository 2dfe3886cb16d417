/* SPDX-License-Identifier: MIT */
/* The header of a .npy file: preamble, text read, bytes written.  docs/format.md 1. */

#include "base/alloc.h"
#include "base/arena.h"
#include "base/config.h"
#include "npy/header.h"
#include "support/support.h"

static nyz_config config;
static nyz_arena arena;

static int set_up(void **state)
{
    (void)state;
    nyz_arena_init(&arena, &nyz_default_allocator);
    return (int)nyz_config_init(&config, NULL, NULL);
}

static int tear_down(void **state)
{
    (void)state;
    nyz_arena_free(&arena);
    return 0;
}

/* --------------------------------------------------------------------------- preamble */

static void test_the_three_versions_and_their_preambles(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        int version, preamble;
    } cases[] = {
        {"\x93NUMPY\1\0", 1, 10}, {"\x93NUMPY\2\0", 2, 12}, {"\x93NUMPY\3\0", 3, 12}};
    for (size_t i = 0; i < 3; i++) {
        int version = 0;
        int preamble = 0;
        assert_ok(nyz_header_version((const unsigned char *)cases[i].bytes, 8, &version,
                                     &preamble, err));
        assert_int_equal(version, cases[i].version);
        assert_int_equal(preamble, cases[i].preamble);
    }
}

static void test_other_magics_and_versions_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        nyz_status status;
        const char *words;
    } cases[] = {
        {"\x93NUMPY\0\0", NYZ_ERR_UNSUPPORTED, "version 0.0"},
        {"\x93NUMPY\0\1", NYZ_ERR_UNSUPPORTED, "version 0.1"},
        {"\x93NUMPY\1\1", NYZ_ERR_UNSUPPORTED, "version 1.1"},
        {"\x93NUMPY\2\2", NYZ_ERR_UNSUPPORTED, "version 2.2"},
        {"\x93NUMPY\4\0", NYZ_ERR_UNSUPPORTED, "version 4.0"},
        {"\x93NUMPY\xff\xff", NYZ_ERR_UNSUPPORTED, "version 255.255"},
        {"\x93NUMPX\1\0", NYZ_ERR_CORRUPT, "not a .npy file"},
        {"\x92NUMPY\1\0", NYZ_ERR_CORRUPT, "not a .npy file"},
        {"\xc2\x93NUMPY\1", NYZ_ERR_CORRUPT, "UTF-8"},
        {"PK\3\4\x14\0\0\0", NYZ_ERR_UNSUPPORTED, ".npz"},
        {"PK\5\6\0\0\0\0", NYZ_ERR_UNSUPPORTED, ".npz"},
        {"\x80\4\x95\0\0\0\0\0", NYZ_ERR_UNSUPPORTED, "pickle"},
        {"\x80\1\x95\0\0\0\0\0", NYZ_ERR_CORRUPT, "not a .npy file"},
        {"\x80\6\x95\0\0\0\0\0", NYZ_ERR_CORRUPT, "not a .npy file"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int version = 9;
        int preamble = 9;
        assert_fails(cases[i].status, cases[i].words,
                     nyz_header_version((const unsigned char *)cases[i].bytes, 8,
                                        &version, &preamble, err));
        assert_int_equal(version, 0);
        assert_int_equal(preamble, 0);
    }
}

static void test_header_length_is_little_endian_and_limited(void **state)
{
    (void)state;
    int64_t length = 0;
    const unsigned char *const v1 = (const unsigned char *)"\x93NUMPY\1\0\x76\x01";
    const unsigned char *const v2 = (const unsigned char *)"\x93NUMPY\2\0\x74\x01\x01\0";
    const unsigned char *const huge =
        (const unsigned char *)"\x93NUMPY\3\0\xff\xff\xff\xff";
    assert_ok(nyz_header_length(v1, 1, &config, &length, err));
    assert_int_equal(length, 0x176);
    assert_ok(nyz_header_length(v2, 2, &config, &length, err));
    assert_int_equal(length, 0x10174);
    assert_fails(NYZ_ERR_LIMIT, "limits.header_bytes",
                 nyz_header_length(huge, 3, &config, &length, err));
    config.limits.header_bytes = 0x175;
    assert_fails(NYZ_ERR_LIMIT, "374", nyz_header_length(v1, 1, &config, &length, err));
}

/* ------------------------------------------------------------------------------- read */

static nyz_status parse_sized(const char *text, size_t size, int version, nyz_array *out,
                              int *fortran, nyz_error *err)
{
    return nyz_header_parse(text, size, version, &config, &arena, out, fortran, err);
}

static nyz_status parse(const char *text, int version, nyz_array *out, nyz_error *err)
{
    int fortran = 0;
    return parse_sized(text, strlen(text), version, out, &fortran, err);
}

static void test_a_plain_header_gives_dtype_shape_and_strides(void **state)
{
    (void)state;
    nyz_array a;
    int fortran = 9;
    static const char c[] =
        "{'descr': '>f8', 'fortran_order': False, 'shape': (2, 3, 4), }  \n";
    assert_ok(parse_sized(c, sizeof c - 1, 1, &a, &fortran, err));
    assert_int_equal(fortran, 0);
    assert_int_equal(a.dtype.type, NYZ_FLOAT64);
    assert_int_equal(a.dtype.byteorder, '>');
    assert_int_equal(a.ndim, 3);
    assert_int_equal(a.shape[2], 4);
    assert_int_equal(a.strides[0], 96);
    assert_int_equal(a.strides[2], 8);
    assert_null(a.data);
    assert_null(a.owner);
    static const char f[] =
        "{'descr': '<i2', 'fortran_order': True, 'shape': (2, 3), }\n";
    assert_ok(parse_sized(f, sizeof f - 1, 2, &a, &fortran, err));
    assert_int_equal(fortran, 1);
    assert_int_equal(a.strides[0], 2);
    assert_int_equal(a.strides[1], 4);
    static const char vector[] =
        "{'descr': '<i2', 'fortran_order': True, 'shape': (3,), }\n";
    assert_ok(parse_sized(vector, sizeof vector - 1, 1, &a, &fortran, err));
    assert_int_equal(fortran, 1);
    assert_int_equal(a.strides[0], 2);
}

static const char *const accepted[] = {
    "{'shape': (3,), 'fortran_order': False, 'descr': '<f8'}\n",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (3,)}",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }   ",
    "{\"descr\": \"<f8\", \"fortran_order\": False, \"shape\": (3,), }\n",
    "{u'descr': u'<f8', r'fortran_order': False, '''shape''': (3,), }\n",
    "({'descr':'<f8','fortran_order':False,'shape':(3,)})\n",
    "\t{ 'descr' :\r\n'<f8' ,\f'fortran_order':False,# why\n 'sh' 'ape': (3,\\\n)}\n\n",
    "{'descr': ('<f8'), 'fortran_order': (False), 'shape': ((3),), }\n",
    "{'d\\x65scr': '<f8', 'fortran_order': False, 'shape': (+3,), }\n",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (0x3,), }\n",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (np.int64(3),), }\n",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (array(3),), }\n",
    "{'descr': ('<f8', (3,)), 'fortran_order': False, 'shape': (), }\n",
};

static void test_all_spellings_of_one_header_give_the_same(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof accepted / sizeof accepted[0]; i++) {
        for (int version = 1; version <= 3; version++) {
            nyz_array a;
            assert_ok(parse(accepted[i], version, &a, err));
            assert_int_equal(a.dtype.type, NYZ_FLOAT64);
            assert_int_equal(a.ndim, 1);
            assert_int_equal(a.shape[0], 3);
            assert_int_equal(a.strides[0], 8);
        }
    }
}

#define DICT(descr, fortran, shape)                                                      \
    "{'descr': " descr ", 'fortran_order': " fortran ", 'shape': " shape ", }\n"
#define SHAPE(shape) DICT("'<f8'", "False", shape)

static const struct {
    const char *text;
    nyz_status status;
    const char *words;
} refused[] = {
    {"", NYZ_ERR_CORRUPT, "empty"},
    {"\n", NYZ_ERR_CORRUPT, "the end of the text"},
    {"{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }\r", NYZ_ERR_CORRUPT,
     "text-mode transfer"},
    {"{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }x", NYZ_ERR_CORRUPT,
     "0x78"},
    {"{'descr': '<f8', 'fortran_order': False, 'shape': (3,), \n", NYZ_ERR_CORRUPT,
     "a value"},
    {"{'descr': '<f8', 'fortran_order': False, 'shape': (3,), } {}\n", NYZ_ERR_CORRUPT,
     "end"},
    {"{'descr': '<f8', 'fortran_order': False, 'shape': (3,), };\n", NYZ_ERR_CORRUPT,
     "';'"},
    {"{}\n", NYZ_ERR_CORRUPT, "'descr' is missing"},
    {"{'descr': '<f8', 'shape': (3,), }\n", NYZ_ERR_CORRUPT,
     "'fortran_order' is missing"},
    {"{'descr': '<f8', 'fortran_order': False}\n", NYZ_ERR_CORRUPT, "'shape' is missing"},
    {"{'descr': '<f8', 'fortran_order': False, 'shape': (3,), 'x': 1}\n", NYZ_ERR_CORRUPT,
     "found \"x\""},
    {"{'descr': '<f8', 'fortran_order': False, 'shape': (3,), 'shape': (3,)}\n",
     NYZ_ERR_CORRUPT, "'shape' occurs twice"},
    {"{b'descr': '<f8', 'fortran_order': False, 'shape': (3,)}\n", NYZ_ERR_CORRUPT,
     "as key"},
    {"{1: 2}\n", NYZ_ERR_CORRUPT, "as key, found an integer"},
    {"[]\n", NYZ_ERR_CORRUPT, "expected a dict, found a list"},
    {"None\n", NYZ_ERR_CORRUPT, "expected a dict, found None"},
    {DICT("b'<f8'", "False", "(3,)"), NYZ_ERR_CORRUPT, "bytes literal"},
    {DICT("None", "False", "(3,)"), NYZ_ERR_CORRUPT, "None"},
    {DICT("{}", "False", "(3,)"), NYZ_ERR_CORRUPT, "a dict"},
    {DICT("'<f3'", "False", "(3,)"), NYZ_ERR_CORRUPT, "<f3"},
    {DICT("('<f8', (2,))", "True", "(3, 4)"), NYZ_ERR_UNSUPPORTED, "Fortran"},
    {DICT("('<f8', (2,))", "True", "(3,)"), NYZ_ERR_UNSUPPORTED, "Fortran"},
    {DICT("('<f8', (2, 2))", "True", "()"), NYZ_ERR_UNSUPPORTED, "Fortran"},
    {DICT("'<f8'", "0", "(3,)"), NYZ_ERR_CORRUPT, "True or False"},
    {DICT("'<f8'", "1", "(3,)"), NYZ_ERR_CORRUPT, "True or False"},
    {DICT("'<f8'", "None", "(3,)"), NYZ_ERR_CORRUPT, "True or False"},
    {DICT("'<f8'", "'False'", "(3,)"), NYZ_ERR_CORRUPT, "True or False"},
    {DICT("'<f8'", "false", "(3,)"), NYZ_ERR_CORRUPT, "false"},
    {SHAPE("[3]"), NYZ_ERR_CORRUPT, "found a list"},
    {SHAPE("np.int64(3)"), NYZ_ERR_CORRUPT, "found an integer of NumPy's"},
    {SHAPE("array([2, 3])"), NYZ_ERR_CORRUPT, "a decimal integer"},
    {SHAPE("(np.int64(-3),)"), NYZ_ERR_CORRUPT, "a negative extent, -3"},
    {SHAPE("(np.float64(3.0),)"), NYZ_ERR_CORRUPT, "NumPy's integers"},
    {DICT("[('a', '<f8', np.int64(3))]", "False", "()"), NYZ_ERR_CORRUPT,
     "found an integer of NumPy's"},
    {DICT("[('a', '<f8', (np.int64(3),))]", "False", "()"), NYZ_ERR_CORRUPT,
     "found an integer of NumPy's"},
    {DICT("'<f8'", "np.int64(1)", "(3,)"), NYZ_ERR_CORRUPT, "True or False"},
    {DICT("[('t', ('|O', {'vlen': dtype('float64')}))]", "False", "(3,)"),
     NYZ_ERR_UNSUPPORTED, "header: dtype metadata"},
    {DICT("('<i4', {'enum': {'RED': 0}})", "False", "(3,)"), NYZ_ERR_UNSUPPORTED,
     "dtype metadata"},
    {"{'descr': '<i2', 'fortran_order': False, 'shape': (1234567890      \n",
     NYZ_ERR_CORRUPT, "run over the bracket and the brace"},
    {"{'descr': '<i2', 'fortran_order': False, 'shape': (12, 34567  \n", NYZ_ERR_CORRUPT,
     "run over the bracket and the brace"},
    {"{'descr': '<i2', 'fortran_order': False, 'shape': (1234 }     \n", NYZ_ERR_CORRUPT,
     "run over the bracket and the brace"},
    {"{'descr': '<i2', 'fortran_order': False, 'shape': ( \n", NYZ_ERR_CORRUPT,
     "a value"},
    {"{'descr': '<i2', 'fortran_order': False, 'shape': (12, x \n", NYZ_ERR_CORRUPT,
     "a value"},
    {SHAPE("3"), NYZ_ERR_CORRUPT, "found an integer"},
    {SHAPE("(3)"), NYZ_ERR_CORRUPT, "found an integer"},
    {SHAPE("None"), NYZ_ERR_CORRUPT, "found None"},
    {SHAPE("'3'"), NYZ_ERR_CORRUPT, "found a string"},
    {SHAPE("(3.0,)"), NYZ_ERR_CORRUPT, "float"},
    {SHAPE("(True,)"), NYZ_ERR_CORRUPT, "found True"},
    {SHAPE("((3,),)"), NYZ_ERR_CORRUPT, "found a tuple"},
    {SHAPE("(06,)"), NYZ_ERR_CORRUPT, "begins with 0"},
    {SHAPE("(3l,)"), NYZ_ERR_CORRUPT, "found 'l'"},
    {SHAPE("(-1,)"), NYZ_ERR_CORRUPT, "a negative extent, -1"},
    {SHAPE("(0, -1)"), NYZ_ERR_CORRUPT, "negative"},
    {SHAPE("(9223372036854775808,)"), NYZ_ERR_CORRUPT, "64 bits"},
    {SHAPE("(0, 99999999999999999999)"), NYZ_ERR_CORRUPT, "64 bits"},
    {SHAPE("(4294967296, 4294967296)"), NYZ_ERR_CORRUPT, "64 bits"},
    {SHAPE("(0, 4611686018427387904, 4611686018427387904)"), NYZ_ERR_CORRUPT, "64 bits"},
    {SHAPE("(1152921504606846976,)"), NYZ_ERR_CORRUPT, "64 bits"},
    {DICT("'|S0'", "False", "(4294967296, 4294967296)"), NYZ_ERR_CORRUPT, "64 bits"},
};

static void test_everything_else_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        nyz_array a;
        const nyz_array empty = {0};
        memset(&a, 0xff, sizeof a);
        assert_fails(refused[i].status, refused[i].words,
                     parse(refused[i].text, 3, &a, err));
        assert_memory_equal(&a, &empty, sizeof a);
    }
}

static void test_python2_longs_in_versions_1_and_2_only(void **state)
{
    (void)state;
    nyz_array a;
    assert_ok(parse(SHAPE("(3L, 4 L)"), 1, &a, err));
    assert_int_equal(a.shape[1], 4);
    assert_ok(parse(SHAPE("(3L,)"), 2, &a, err));
    assert_fails(NYZ_ERR_CORRUPT, "found 'L'", parse(SHAPE("(3L,)"), 3, &a, err));
}

static void test_names_are_latin1_in_version_1_and_utf8_in_version_3(void **state)
{
    (void)state;
    nyz_array a;
    assert_ok(parse(DICT("[('\xe9', '<f8')]", "False", "()"), 1, &a, err));
    assert_string_equal(a.dtype.fields[0].name, "\xc3\xa9");
    assert_ok(parse(DICT("[('\xc3\xa9', '<f8')]", "False", "()"), 3, &a, err));
    assert_string_equal(a.dtype.fields[0].name, "\xc3\xa9");
    assert_fails(NYZ_ERR_CORRUPT, "UTF-8",
                 parse(DICT("[('\xe9', '<f8')]", "False", "()"), 3, &a, err));
}

static void test_64_dimensions_and_no_more(void **state)
{
    (void)state;
    char text[600];
    for (int ndim = 64; ndim <= 65; ndim++) {
        strcpy(text, "{'descr': '<f8', 'fortran_order': False, 'shape': (");
        for (int i = 0; i < ndim; i++) {
            strcat(text, "1, ");
        }
        strcat(text, ")}\n");
        nyz_array a;
        if (ndim == 64) {
            assert_ok(parse(text, 1, &a, err));
            assert_int_equal(a.ndim, 64);
        } else {
            assert_fails(NYZ_ERR_LIMIT, "limits.dims", parse(text, 1, &a, err));
        }
    }
    assert_fails(
        NYZ_ERR_LIMIT, "limits.dims",
        parse(DICT("('<f8', (1, 1, 1, 1))", "False",
                   "(1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,"
                   "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1)"),
              1, &(nyz_array){0}, err));
}

static void test_array_bytes_limit_counts_elements_without_bytes_too(void **state)
{
    (void)state;
    nyz_array a;
    config.limits.array_bytes = 80;
    assert_ok(parse(SHAPE("(10,)"), 1, &a, err));
    assert_fails(NYZ_ERR_LIMIT, "limits.array_bytes, 80",
                 parse(SHAPE("(11,)"), 1, &a, err));
    assert_ok(parse(SHAPE("(0, 11)"), 1, &a, err));
    assert_fails(NYZ_ERR_LIMIT, "81 items of no bytes exceed limits.array_bytes, 80",
                 parse(DICT("'|S0'", "False", "(81,)"), 1, &a, err));
    assert_fails(
        NYZ_ERR_CORRUPT, "64 bits",
        parse(DICT("'|S0'", "False", "(0, 9223372036854775807, 2)"), 1, &a, err));
}

/* As on a machine of 32 bits, whose memory holds no such number of elements. */
static void test_an_array_without_elements_is_read_whatever_its_extents(void **state)
{
    (void)state;
    static const char *const texts[] = {SHAPE("(1099511627776, 0)"),
                                        SHAPE("(0, 1099511627776)"),
                                        DICT("'<f8'", "True", "(1099511627776, 0, 2)"),
                                        DICT("'|S0'", "False", "(1099511627776, 0)")};
    config.limits.array_bytes = INT32_MAX;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        nyz_array a;
        assert_ok(parse(texts[i], 1, &a, err));
        assert_int_equal(nyz_array_count(&a), 0);
    }
    nyz_array a;
    assert_fails(NYZ_ERR_LIMIT, "limits.array_bytes",
                 parse(SHAPE("(1099511627776, 1)"), 1, &a, err));
}

static void test_objects_and_nested_subarrays_are_shown(void **state)
{
    (void)state;
    nyz_array a;
    assert_ok(parse(DICT("'|O'", "False", "(2,)"), 1, &a, err));
    assert_int_equal(a.dtype.type, NYZ_OBJECT);
    assert_ok(parse(DICT("(('<f4', (5,)), (2,))", "False", "(3,)"), 1, &a, err));
    assert_int_equal(a.ndim, 3);
    assert_int_equal(a.shape[1], 2);
    assert_int_equal(a.shape[2], 5);
    assert_int_equal(a.strides[0], 40);
    assert_int_equal(a.dtype.type, NYZ_FLOAT32);
}

static void test_errors_point_into_the_text(void **state)
{
    (void)state;
    nyz_error error = {0};
    nyz_array a;
    assert_int_equal(parse(DICT("'<f3'", "False", "(3,)"), 1, &a, &error),
                     NYZ_ERR_CORRUPT);
    assert_int_equal(error.offset, 10);
    assert_int_equal(strncmp(error.message, "header: ", 8), 0);
    assert_int_equal(parse(SHAPE("(3, -4)"), 1, &a, &error), NYZ_ERR_CORRUPT);
    assert_int_equal(error.offset, 54);
}

/* ---------------------------------------------------------------------------- written */

static nyz_status format(const char *descr, int ndim, const int64_t *shape, int fortran,
                         int version, nyz_buffer *out, nyz_error *err)
{
    nyz_dtype dtype;
    nyz_status status = nyz_dtype_parse(descr, strlen(descr), NULL, &dtype, err);
    if (status == NYZ_OK) {
        memset(out, 0, sizeof *out);
        status = nyz_header_format(&dtype, ndim, shape, fortran, version, out, err);
    }
    nyz_dtype_free(&dtype);
    return status;
}

/* The header is `preamble`, `text`, spaces, a newline; `size` bytes in all. */
static void check_format(const char *descr, int ndim, const int64_t *shape, int fortran,
                         const char *text, size_t size)
{
    nyz_buffer b;
    assert_ok(format(descr, ndim, shape, fortran, 0, &b, err));
    assert_int_equal(b.size, size);
    const size_t preamble = b.data[6] == 1 ? 10 : 12;
    assert_memory_equal(b.data, NYZ_MAGIC, NYZ_MAGIC_SIZE);
    assert_int_equal(b.data[7], 0);
    assert_int_equal(b.data[8] | b.data[9] << 8, size - preamble);
    assert_memory_equal(b.data + preamble, text, strlen(text));
    for (size_t i = preamble + strlen(text); i < size - 1; i++) {
        assert_int_equal(b.data[i], ' ');
    }
    assert_int_equal(b.data[size - 1], '\n');
    nyz_buffer_free(&b);
}

static void test_headers_are_numpys_bytes(void **state)
{
    (void)state;
    const int64_t shape[] = {3, 4, 5};
    check_format("<f8", 0, NULL, 0,
                 "{'descr': '<f8', 'fortran_order': False, 'shape': (), }", 128);
    check_format("<f8", 1, shape, 0,
                 "{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }", 128);
    check_format(">U2", 3, shape, 1,
                 "{'descr': '>U2', 'fortran_order': True, 'shape': (3, 4, 5), }", 128);
    check_format("[(\"it's\", '|u1'), ('', '|V3'), ('b', '<i4')]", 1, shape, 0,
                 "{'descr': [(\"it's\", '|u1'), ('', '|V3'), ('b', '<i4')], "
                 "'fortran_order': False, 'shape': (3,), }",
                 128);
    check_format("[('\xc3\xa9', '<f8')]", 0, NULL, 0,
                 "{'descr': [('\xe9', '<f8')], 'fortran_order': False, 'shape': (), }",
                 128);
    check_format(
        "[('\xe6\x97\xa5', '<f8')]", 0, NULL, 0,
        "{'descr': [('\xe6\x97\xa5', '<f8')], 'fortran_order': False, 'shape': (), }",
        128);
}

/* A name of n letters: the text is 70 + n bytes long for shape (), with preamble and
 * newline 81 + n. */
static nyz_status format_long(size_t letters, int version, nyz_buffer *out,
                              nyz_error *err)
{
    char *const descr = malloc(letters + 20);
    assert_non_null(descr);
    strcpy(descr, "[('");
    memset(descr + 3, 'a', letters);
    strcpy(descr + 3 + letters, "', '|b1')]");
    const nyz_status status = format(descr, 0, NULL, 0, version, out, err);
    free(descr);
    return status;
}

static void check_long(size_t letters, int version, size_t size)
{
    nyz_buffer b;
    assert_ok(format_long(letters, 0, &b, err));
    assert_int_equal(b.size, size);
    assert_int_equal(b.data[6], version);
    nyz_buffer_free(&b);
}

static void test_an_exact_fit_still_gets_64_spaces(void **state)
{
    (void)state;
    size_t exact = 0;
    for (size_t letters = 1; letters < 200; letters++) {
        nyz_buffer b;
        assert_ok(format_long(letters, 0, &b, err));
        size_t spaces = 0;
        while (b.data[b.size - 2 - spaces] == ' ') {
            spaces++;
        }
        assert_in_range(spaces, 1, 64);
        assert_int_equal(b.size % 64, 0);
        exact += spaces == 64;
        nyz_buffer_free(&b);
    }
    assert_int_equal(exact, 3);
}

/* 65,536 bytes in all are still version 1; the next header is version 2
 * (docs/format.md 1.2). */
static void test_version_2_begins_where_version_1_ends(void **state)
{
    (void)state;
    nyz_buffer b;
    size_t last = 65300;
    for (;; last++) {
        assert_ok(format_long(last + 1, 0, &b, err));
        const int version = b.data[6];
        nyz_buffer_free(&b);
        if (version == 2) {
            break;
        }
    }
    check_long(last, 1, 65536);
    check_long(last + 1, 2, 65600);
    assert_fails(NYZ_ERR_ARGUMENT, "too long, expected 2",
                 format_long(last + 1, 1, &b, err));
    nyz_buffer_free(&b);
}

static void test_an_explicit_version_is_used_or_refused(void **state)
{
    (void)state;
    nyz_buffer b;
    for (int version = 1; version <= 3; version++) {
        assert_ok(format("<f8", 0, NULL, 0, version, &b, err));
        assert_int_equal(b.data[6], version);
        nyz_buffer_free(&b);
    }
    for (int version = 1; version <= 2; version++) {
        assert_fails(NYZ_ERR_ARGUMENT, "Latin-1",
                     format("[('\xe6\x97\xa5', '<f8')]", 0, NULL, 0, version, &b, err));
        nyz_buffer_free(&b);
    }
    assert_fails(NYZ_ERR_ARGUMENT, "npy_version 4",
                 format("<f8", 0, NULL, 0, 4, &b, err));
    assert_fails(NYZ_ERR_ARGUMENT, "npy_version -1",
                 format("<f8", 0, NULL, 0, -1, &b, err));
}

/* With a name of 20 letters the text and 2 spaces fit in 128 bytes, and with 20 spaces
 * not. */
static void test_growth_room_follows_the_axis_that_grows(void **state)
{
    (void)state;
    static const int64_t shapes[2][2] = {{1, INT64_MAX}, {INT64_MAX, 1}};
    for (int i = 0; i < 2; i++) {
        for (int fortran = 0; fortran < 2; fortran++) {
            nyz_buffer b;
            assert_ok(format("[('aaaaaaaaaaaaaaaaaaaa', '<f8')]", 2, shapes[i], fortran,
                             0, &b, err));
            const int64_t grows = shapes[i][fortran ? 1 : 0];
            assert_int_equal(b.size, grows == 1 ? 192 : 128);
            nyz_buffer_free(&b);
        }
    }
}

static void test_what_cannot_be_written_is_refused(void **state)
{
    (void)state;
    nyz_buffer b;
    const int64_t negative[1] = {-1};
    const int64_t shape[65] = {0};
    assert_fails(NYZ_ERR_UNSUPPORTED, "pickle", format("|O", 0, NULL, 0, 0, &b, err));
    assert_fails(NYZ_ERR_UNSUPPORTED, "pickle",
                 format("[('a', '|O')]", 0, NULL, 0, 0, &b, err));
    assert_fails(NYZ_ERR_ARGUMENT, "sub-array",
                 format("('<f8', (2,))", 0, NULL, 0, 0, &b, err));
    assert_fails(NYZ_ERR_ARGUMENT, "negative", format("<f8", 1, negative, 0, 0, &b, err));
    assert_fails(NYZ_ERR_ARGUMENT, "65 dimensions",
                 format("<f8", 65, shape, 0, 0, &b, err));
    assert_fails(NYZ_ERR_ARGUMENT, "-1 dimensions",
                 format("<f8", -1, shape, 0, 0, &b, err));
    const nyz_field fields[2] = {
        {.name = "a", .name_size = 1, .dtype = nyz_dtype_of(NYZ_INT8)},
        {.name = "a", .name_size = 1, .offset = 1, .dtype = nyz_dtype_of(NYZ_INT8)},
    };
    const nyz_dtype twice = {.type = NYZ_STRUCT,
                             .byteorder = '|',
                             .itemsize = 2,
                             .nfields = 2,
                             .fields = fields};
    const int64_t one[1] = {1};
    const nyz_dtype twice_in_sub = {.type = NYZ_SUBARRAY,
                                    .byteorder = '|',
                                    .itemsize = 2,
                                    .ndim = 1,
                                    .shape = one,
                                    .base = &twice};
    const nyz_field outer = {.name = "b", .name_size = 1, .dtype = twice_in_sub};
    const nyz_dtype twice_within = {.type = NYZ_STRUCT,
                                    .byteorder = '|',
                                    .itemsize = 2,
                                    .nfields = 1,
                                    .fields = &outer};
    const nyz_field overlapping[2] = {
        fields[0], {.name = "b", .name_size = 1, .dtype = fields[1].dtype}};
    nyz_dtype overlap = twice;
    overlap.fields = overlapping;
    const nyz_dtype none = {0};
    nyz_buffer out = {0};
    assert_fails(NYZ_ERR_ARGUMENT, "\"a\"",
                 nyz_header_format(&twice, 0, NULL, 0, 0, &out, err));
    assert_fails(NYZ_ERR_ARGUMENT, "\"a\"",
                 nyz_header_format(&twice_within, 0, NULL, 0, 0, &out, err));
    assert_fails(NYZ_ERR_UNSUPPORTED, "overlap",
                 nyz_header_format(&overlap, 0, NULL, 0, 0, &out, err));
    assert_fails(NYZ_ERR_ARGUMENT, "no such type",
                 nyz_header_format(&none, 0, NULL, 0, 0, &out, err));
    nyz_buffer_free(&out);
}

static void test_what_is_written_is_read_back(void **state)
{
    (void)state;
    static const char descr[] =
        "[(('T\xe6\x97\xa5', 'a\\n'), ('<f8', (5,)), (2,)), ('', '|V3')]";
    const int64_t shape[2] = {7, 0};
    nyz_buffer b;
    nyz_array a;
    int fortran = 0;
    assert_ok(format(descr, 2, shape, 1, 0, &b, err));
    assert_int_equal(b.data[6], 3);
    assert_ok(parse_sized((char *)b.data + 12, b.size - 12, 3, &a, &fortran, err));
    nyz_buffer_free(&b);
    assert_int_equal(fortran, 1);
    assert_int_equal(a.ndim, 2);
    assert_int_equal(a.shape[0], 7);
    char text[128];
    size_t length = 0;
    assert_ok(nyz_dtype_format(&a.dtype, text, sizeof text, &length, err));
    assert_string_equal(text, descr);
}

int main(void)
{
#define env_test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        env_test(test_the_three_versions_and_their_preambles),
        env_test(test_other_magics_and_versions_are_refused),
        env_test(test_header_length_is_little_endian_and_limited),
        env_test(test_a_plain_header_gives_dtype_shape_and_strides),
        env_test(test_all_spellings_of_one_header_give_the_same),
        env_test(test_everything_else_is_refused),
        env_test(test_python2_longs_in_versions_1_and_2_only),
        env_test(test_names_are_latin1_in_version_1_and_utf8_in_version_3),
        env_test(test_64_dimensions_and_no_more),
        env_test(test_array_bytes_limit_counts_elements_without_bytes_too),
        env_test(test_an_array_without_elements_is_read_whatever_its_extents),
        env_test(test_objects_and_nested_subarrays_are_shown),
        env_test(test_errors_point_into_the_text),
        env_test(test_headers_are_numpys_bytes),
        env_test(test_an_exact_fit_still_gets_64_spaces),
        env_test(test_version_2_begins_where_version_1_ends),
        env_test(test_an_explicit_version_is_used_or_refused),
        env_test(test_growth_room_follows_the_axis_that_grows),
        env_test(test_what_cannot_be_written_is_refused),
        env_test(test_what_is_written_is_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
