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
        {NYZ_BOOL, "bool"},           {NYZ_INT8, "int8"},
        {NYZ_INT16, "int16"},         {NYZ_INT32, "int32"},
        {NYZ_INT64, "int64"},         {NYZ_UINT8, "uint8"},
        {NYZ_UINT16, "uint16"},       {NYZ_UINT32, "uint32"},
        {NYZ_UINT64, "uint64"},       {NYZ_FLOAT16, "float16"},
        {NYZ_FLOAT32, "float32"},     {NYZ_FLOAT64, "float64"},
        {NYZ_COMPLEX64, "complex64"}, {NYZ_COMPLEX128, "complex128"},
        {NYZ_OBJECT, "object"},
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
    put(w, " (");
    for (int i = 0; i < array->ndim; i++) {
        (void)snprintf(number, sizeof number, "%s%lld", i > 0 ? ", " : "",
                       (long long)array->shape[i]);
        put(w, number);
    }
    put(w, array->ndim == 1 ? ",)" : ")");
}

nyz_status nyz_array_describe(const nyz_array *array, char *text, size_t capacity,
                              size_t *length, nyz_error *err)
{
    words w = {text, capacity, 0};
    int64_t count = 0;
    int64_t bytes = 0;
    *length = 0;
    if (capacity > 0) {
        text[0] = '\0';
    }
    NYZ_TRY(nyz_array_check(array, &count, &bytes, err));
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
