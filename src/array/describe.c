/* SPDX-License-Identifier: MIT */
/* An array in a few words, for people. */
#include <string.h>

#include "array/array.h"
#include "base/error.h"

/* Text that is cut to its capacity, and its whole length counted. */
typedef struct words {
    char *text;
    size_t capacity;
    size_t length;
} words;

static void put(words *w, const char *text)
{
    for (; *text != '\0'; text++, w->length++) {
        if (w->length + 1 < w->capacity) {
            w->text[w->length] = *text;
            w->text[w->length + 1] = '\0';
        }
    }
}

/* NumPy's name of a plain type; NULL: it has none. */
static const char *name_of(nyz_type type)
{
    static const struct {
        nyz_type type;
        const char *name;
    } names[] = {
        {NYZ_BOOL, "bool"},
        {NYZ_INT8, "int8"},
        {NYZ_INT16, "int16"},
        {NYZ_INT32, "int32"},
        {NYZ_INT64, "int64"},
        {NYZ_UINT8, "uint8"},
        {NYZ_UINT16, "uint16"},
        {NYZ_UINT32, "uint32"},
        {NYZ_UINT64, "uint64"},
        {NYZ_FLOAT16, "float16"},
        {NYZ_FLOAT32, "float32"},
        {NYZ_FLOAT64, "float64"},
        {NYZ_COMPLEX64, "complex64"},
        {NYZ_COMPLEX128, "complex128"},
        {NYZ_OBJECT, "object"},
        {NYZ_BFLOAT16, "bfloat16"},
        {NYZ_FLOAT8_E3M4, "float8_e3m4"},
        {NYZ_FLOAT8_E4M3, "float8_e4m3"},
        {NYZ_FLOAT8_E4M3FN, "float8_e4m3fn"},
        {NYZ_FLOAT8_E4M3FNUZ, "float8_e4m3fnuz"},
        {NYZ_FLOAT8_E4M3B11FNUZ, "float8_e4m3b11fnuz"},
        {NYZ_FLOAT8_E5M2, "float8_e5m2"},
        {NYZ_FLOAT8_E5M2FNUZ, "float8_e5m2fnuz"},
        {NYZ_FLOAT8_E8M0FNU, "float8_e8m0fnu"},
        {NYZ_FLOAT6_E2M3FN, "float6_e2m3fn"},
        {NYZ_FLOAT6_E3M2FN, "float6_e3m2fn"},
        {NYZ_FLOAT4_E2M1FN, "float4_e2m1fn"},
        {NYZ_INT4, "int4"},
        {NYZ_INT2, "int2"},
        {NYZ_INT1, "int1"},
        {NYZ_UINT4, "uint4"},
        {NYZ_UINT2, "uint2"},
        {NYZ_UINT1, "uint1"},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (names[i].type == type) {
            return names[i].name;
        }
    }
    return NULL;
}

/* As Python writes a tuple: one dimension has a comma after it. */
static void put_shape(words *w, const nyz_array *array)
{
    char number[32];
    put(w, array->ndim < 0 ? " (...)" : " (");
    for (int i = 0; i < array->ndim; i++) {
        (void)snprintf(number, sizeof number, "%s%lld", i > 0 ? ", " : "",
                       (long long)array->shape[i]);
        put(w, number);
    }
    put(w, array->ndim < 0 ? "" : array->ndim == 1 ? ",)" : ")");
}

nyz_status nyz_array_put_description(const nyz_array *array, char *text, size_t capacity,
                                     size_t *length, nyz_error *err)
{
    words w = {text, capacity, 0};
    const char *const name = name_of(array->dtype.type);
    if (name != NULL) {
        put(&w, name);
    } else {
        NYZ_TRY(nyz_dtype_format(&array->dtype, text, capacity, &w.length, err));
    }
    put_shape(&w, array);
    *length = w.length;
    return NYZ_OK;
}

nyz_status nyz_array_describe(const nyz_array *array, char *text, size_t capacity,
                              size_t *length, nyz_error *err)
{
    int64_t count = 0;
    int64_t bytes = 0;
    *length = 0;
    if (capacity > 0) {
        text[0] = '\0';
    }
    NYZ_TRY(nyz_array_check(array, &count, &bytes, err));
    return nyz_array_put_description(array, text, capacity, length, err);
}
