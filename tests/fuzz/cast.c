/* SPDX-License-Identifier: MIT */
/* Fuzz target: casts.  The last bytes choose both types, the casting and where the items are; the
 * rest are the items.  All at once, which vectors do, must be what one by one gives, which they do
 * not, from any strides and byte order, and into memory of any. */
#include "fuzz.h"
#include "nyz_cast.h"

static const nyz_type types[] = {
    NYZ_BOOL,
    NYZ_INT8,
    NYZ_INT16,
    NYZ_INT32,
    NYZ_INT64,
    NYZ_UINT8,
    NYZ_UINT16,
    NYZ_UINT32,
    NYZ_UINT64,
    NYZ_FLOAT16,
    NYZ_FLOAT32,
    NYZ_FLOAT64,
    NYZ_COMPLEX64,
    NYZ_COMPLEX128,
    NYZ_BFLOAT16,
    NYZ_FLOAT8_E3M4,
    NYZ_FLOAT8_E4M3,
    NYZ_FLOAT8_E4M3FN,
    NYZ_FLOAT8_E4M3FNUZ,
    NYZ_FLOAT8_E4M3B11FNUZ,
    NYZ_FLOAT8_E5M2,
    NYZ_FLOAT8_E5M2FNUZ,
    NYZ_FLOAT8_E8M0FNU,
    NYZ_LONGDOUBLE,
    NYZ_CLONGDOUBLE,
    NYZ_FLOAT6_E2M3FN,
    NYZ_FLOAT6_E3M2FN,
    NYZ_FLOAT4_E2M1FN,
    NYZ_INT4,
    NYZ_INT2,
    NYZ_INT1,
    NYZ_UINT4,
    NYZ_UINT2,
    NYZ_UINT1,
};
enum { TYPES = sizeof types / sizeof types[0] };

typedef struct casting_case {
    fuzz_input in;
    unsigned char *items;
    nyz_dtype from;
    nyz_dtype to;
    nyz_options opt;
    nyz_array array;
} casting_case;

/* Their padding is of no meaning. */
static int is_long(const nyz_dtype *dtype)
{
    return dtype->type == NYZ_LONGDOUBLE || dtype->type == NYZ_CLONGDOUBLE;
}

static void choose(casting_case *c)
{
    const unsigned which = fuzz_last(&c->in);
    c->from = nyz_dtype_of(types[fuzz_last(&c->in) % TYPES]);
    c->to = nyz_dtype_of(types[fuzz_last(&c->in) % TYPES]);
    c->opt = (nyz_options){.allocator = &fuzz_allocator,
                           .casting = (nyz_casting)(which % (NYZ_CAST_UNSAFE + 1)),
                           .byteorder = NYZ_KEEP_BYTEORDER};
}

/* The items, from `skipped` bytes on: not aligned. */
static void wrap(casting_case *c, unsigned skipped)
{
    const size_t size = c->in.size > skipped ? c->in.size - skipped : 0;
    const int64_t count = (int64_t)size / c->from.itemsize;
    CHECK_OK(nyz_array_wrap(c->items + (c->in.size > skipped ? skipped : 0), &c->from, 1,
                            &count, NULL, &c->array, err));
}

static nyz_status cast(const casting_case *c, const nyz_array *from, nyz_array *out)
{
    nyz_error err;
    const nyz_status status = nyz_array_cast(from, &c->to, &c->opt, out, &err);
    CHECK(status == NYZ_OK || status == NYZ_ERR_ARGUMENT);
    CHECK_ZERO_UNLESS_OK(status, *out);
    return status;
}

static const char *item_of(const nyz_array *array, int64_t i)
{
    return (const char *)array->data + i * array->strides[0];
}

/* One by one, and every other one. */
static void check_items(const casting_case *c, const nyz_array *all)
{
    const size_t size = (size_t)c->to.itemsize;
    for (int64_t i = 0; i < all->shape[0]; i++) {
        nyz_array part;
        nyz_array one;
        CHECK_OK(nyz_array_slice(&c->array, 0, i, i + 1, 1, &part, err));
        CHECK(cast(c, &part, &one) == NYZ_OK);
        CHECK(is_long(&c->to) || memcmp(one.data, item_of(all, i), size) == 0);
        nyz_array_free(&one);
    }
}

static void check_backwards(const casting_case *c, const nyz_array *all)
{
    const size_t size = (size_t)c->to.itemsize;
    nyz_array part;
    nyz_array out;
    CHECK_OK(nyz_array_slice(&c->array, 0, INT64_MAX, INT64_MIN, -1, &part, err));
    CHECK(cast(c, &part, &out) == NYZ_OK);
    for (int64_t i = 0; i < all->shape[0]; i++) {
        CHECK(is_long(&c->to) ||
              memcmp(item_of(&out, i), item_of(all, all->shape[0] - 1 - i), size) == 0);
    }
    nyz_array_free(&out);
}

/* From the other byte order to the other. */
static void check_swapped(const casting_case *c, const nyz_array *all)
{
    casting_case other = *c;
    nyz_options opt = c->opt;
    nyz_array from;
    nyz_array out;
    const char mark = nyz_dtype_of(NYZ_INT32).byteorder == '<' ? '>' : '<';
    if (c->to.byteorder == '|' || c->from.byteorder == '|' || is_long(&c->to) ||
        is_long(&c->from)) {
        return;
    }
    opt.byteorder = mark == '>' ? NYZ_BIG_ENDIAN : NYZ_LITTLE_ENDIAN;
    CHECK_OK(nyz_array_copy(&c->array, &opt, &from, err));
    other.to.byteorder = mark;
    CHECK(cast(&other, &from, &out) == NYZ_OK);
    fuzz_check_same(all, &out);
    nyz_array_free(&from);
    nyz_array_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    casting_case c = {.in = {data, size}};
    nyz_array all;
    const unsigned skipped = fuzz_last(&c.in) % 9;
    choose(&c);
    c.items = fuzz_copy(&c.in);
    wrap(&c, skipped);
    const nyz_status status = cast(&c, &c.array, &all);
    CHECK((status == NYZ_OK) == (nyz_can_cast(&c.from, &c.to, c.opt.casting) != 0));
    if (status == NYZ_OK) {
        check_items(&c, &all);
        check_backwards(&c, &all);
        check_swapped(&c, &all);
        nyz_array_free(&all);
    }
    free(c.items);
    CHECK(fuzz_live == 0);
    return 0;
}
