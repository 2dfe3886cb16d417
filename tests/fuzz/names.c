/* SPDX-License-Identifier: MIT */
/* Fuzz target: patterns, renames and the choice of names.  The lines are a pattern to include, one to
 * exclude, a rename's two sides, and then names.  Matching agrees with itself, what is chosen is what
 * matches, and its new names are no two alike and are found. */
#include "fuzz.h"
#include "nyz_model.h"

#include "base/error.h"
#include "base/select.h"

enum { MOST_NAMES = 32, LINES = 4 + MOST_NAMES };

typedef struct file {
    const char *lines[LINES];
    int count;
} file;

static void split(file *f, char *text, size_t size)
{
    const char *const end = text + size;
    f->count = 0;
    while (text < end && f->count < LINES) {
        char *const stop = memchr(text, '\n', (size_t)(end - text));
        f->lines[f->count++] = text;
        if (stop == NULL) {
            break;
        }
        *stop = '\0';
        text = stop + 1;
    }
    while (f->count < 4) {
        f->lines[f->count++] = "";
    }
}

/* ------------------------------------------------------------------------------- matching */

/* What matches still does with any run before or after it. */
static void check_pattern(const char *pattern, const char *name)
{
    char longer[NYZ_PATTERN_BYTES + 1];
    const size_t size = strlen(pattern);
    const int matches = nyz_name_matches(pattern, name);
    CHECK(nyz_name_matches(pattern, pattern) && nyz_name_matches("*", name));
    CHECK(strcmp(pattern, name) != 0 || matches);
    if (size > 0 && size < NYZ_PATTERN_BYTES - 1 && matches) {
        (void)snprintf(longer, sizeof longer, "*%s", pattern);
        CHECK(nyz_name_matches(longer, name) || strcmp(pattern, name) == 0);
        (void)snprintf(longer, sizeof longer, "%s*", pattern);
        CHECK(nyz_name_matches(longer, name) || strcmp(pattern, name) == 0);
    }
}

/* ------------------------------------------------------------------------------- choosing */

static nyz_status entry(const void *ctx, int64_t index, nyz_entry *out, nyz_error *err)
{
    const file *const f = ctx;
    (void)err;
    memset(out, 0, sizeof *out);
    out->name = f->lines[4 + index];
    out->name_size = out->key_size = strlen(out->name);
    if (out->name_size >= 4 && strcmp(out->name + out->name_size - 4, ".npy") == 0) {
        out->key_size -= 4;
    }
    return NYZ_OK;
}

static int64_t find(const void *ctx, const char *name)
{
    const file *const f = ctx;
    for (int64_t i = f->count - 4; i > 0; i--) {
        if (strcmp(f->lines[3 + i], name) == 0) {
            return i - 1;
        }
    }
    return -1;
}

static nyz_status missing(const void *ctx, const char *name, nyz_error *err)
{
    (void)ctx;
    (void)name;
    return nyz_fail(err, NYZ_ERR_NOT_FOUND, -1, "missing");
}

/* Not 0 if a pattern means the item. */
static int is_meant(const file *f, const char *pattern, int64_t index)
{
    nyz_entry e;
    char key[1024];
    const int64_t exact = find(f, pattern);
    (void)entry(f, index, &e, NULL);
    if (exact >= 0) {
        return exact == index;
    }
    if (e.key_size >= sizeof key) {
        return -1;
    }
    memcpy(key, e.name, e.key_size);
    key[e.key_size] = '\0';
    return strpbrk(pattern, "*?[{") != NULL && strlen(pattern) <= NYZ_PATTERN_BYTES &&
           (nyz_name_matches(pattern, key) || nyz_name_matches(pattern, e.name));
}

static void check_chosen(const file *f, const nyz_selection *chosen)
{
    int is_chosen[MOST_NAMES] = {0};
    for (int64_t i = 0; i < chosen->count; i++) {
        const nyz_select_item *const item = &chosen->items[i];
        CHECK(item->index >= 0 && item->index < f->count - 4);
        CHECK(strlen(item->name) == item->size);
        CHECK(nyz_select_find(chosen, item->name) == item);
        is_chosen[item->index]++;
    }
    for (int64_t i = 0; i < f->count - 4; i++) {
        const int meant = is_meant(f, f->lines[0], i) && !is_meant(f, f->lines[1], i);
        CHECK(is_chosen[i] <= 1);
        CHECK(!is_chosen[i] || meant);
        CHECK(is_chosen[i] || !meant || find(f, f->lines[4 + i]) != i);
    }
}

static void check_select(const file *f)
{
    const nyz_select_source source = {f, f->count - 4, "list", entry, find, missing};
    const nyz_rename rename = {f->lines[2], f->lines[3]};
    const nyz_select select = {.include = &f->lines[0],
                               .include_count = 1,
                               .exclude = &f->lines[1],
                               .exclude_count = 1,
                               .renames = &rename,
                               .rename_count = 1};
    nyz_selection chosen;
    nyz_error error;
    fuzz_error_begin(&error);
    const nyz_status status =
        nyz_select_items(&source, &select, &fuzz_allocator, &chosen, &error);
    CHECK(status == error.status);
    if (status == NYZ_OK) {
        check_chosen(f, &chosen);
    } else {
        CHECK(status == NYZ_ERR_NOT_FOUND || status == NYZ_ERR_ARGUMENT);
        CHECK(chosen.count == 0 && error.message[0] != '\0');
    }
    nyz_select_free(&chosen);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    file f;
    char *const text = malloc(size + 1);
    CHECK(text != NULL);
    if (size > 0) {
        memcpy(text, data, size);
    }
    text[size] = '\0';
    for (size_t i = 0; i < size; i++) {
        text[i] = text[i] == '\0' ? '\n' : text[i];
    }
    split(&f, text, size);
    for (int i = 4; i < f.count; i++) {
        check_pattern(f.lines[0], f.lines[i]);
    }
    check_select(&f);
    free(text);
    CHECK(fuzz_live == 0);
    return 0;
}
