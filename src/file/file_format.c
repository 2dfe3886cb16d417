/* SPDX-License-Identifier: MIT */
/* Which format a file is of: the tables are checked, then asked. */
#include <stddef.h>
#include <stdio.h>
#include <stddef.h>
#include <string.h>

#include "base/alloc.h"
#include "base/arithmetic.h"
#include "base/error.h"
#include "base/file_kind.h"
#include "file/file_handle.h"
#include "io/stream.h"
#include "npy/npy_container.h"
#include "npz/npz_container.h"

static const nyz_container *const own_formats[] = {&nyz_npy_container,
                                                   &nyz_npz_container};
enum { OWN = sizeof own_formats / sizeof own_formats[0] };

static const nyz_container *format_at(const nyz_file_formats *formats, int64_t i)
{
    return i < formats->count ? formats->list[i] : own_formats[i - formats->count];
}

/* ---------------------------------------------------------------------------- the tables */

/* As messages and the command line show it. */
static int is_name(const char *name)
{
    const size_t size =
        name != NULL ? strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") : 0;
    return size > 0 && size < 32 && name[size] == '\0';
}

static nyz_status check_format(const nyz_container *f, int64_t i, nyz_error *err)
{
    const char *why = NULL;
    if (f == NULL) {
        why = "is NULL";
    } else if (f->version != NYZ_CONTAINER_VERSION) {
        why = "is of another version of nyz_container.h";
    } else if (f->struct_size < offsetof(nyz_container, verify)) {
        why = "has a struct_size that is too small";
    } else if (!is_name(f->name) || f->noun == NULL) {
        why = "has no name, or one that is not a-z, 0-9 and '-', or no noun";
    } else if (f->probe == NULL || f->open == NULL || f->close == NULL ||
               f->count == NULL || f->entry == NULL || f->info == NULL) {
        why = "lacks one of probe, open, close, count, entry, info";
    }
    return why == NULL
               ? NYZ_OK
               : nyz_fail(err, NYZ_ERR_ARGUMENT, -1, "format %lld %s", (long long)i, why);
}

static nyz_status check_formats(const nyz_file_formats *formats, nyz_error *err)
{
    if (formats->count < 0 || (formats->count > 0 && formats->list == NULL)) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1, "%lld formats, and no list of them",
                        (long long)formats->count);
    }
    for (int64_t i = 0; i < formats->count; i++) {
        NYZ_TRY(check_format(formats->list[i], i, err));
    }
    return NYZ_OK;
}

/* ---------------------------------------------------------------------------- the sample */

/* What has been read of the file. */
typedef struct seen {
    nyz_sample sample;
    void *more; /* NULL: the last bytes are among these */
    int64_t more_size;
    unsigned char bytes[NYZ_SAMPLE_FIRST + NYZ_SAMPLE_LAST]; /* the last: never cleared */
} seen;

static nyz_status read_first(const nyz_file *file, const char *path, seen *s,
                             nyz_error *err)
{
    const int64_t size = nyz_min(file->size, NYZ_SAMPLE_FIRST);
    memset(s, 0, offsetof(seen, bytes));
    if (size == 0) {
        return nyz_fail(err, NYZ_ERR_CORRUPT, 0, "the file is empty");
    }
    NYZ_TRY(nyz_stream_read_at(&file->stream, 0, s->bytes, size, "file", err));
    s->sample.first = s->bytes;
    s->sample.first_size = (size_t)size;
    s->sample.last = s->bytes;
    s->sample.size = file->size;
    s->sample.path = path;
    return NYZ_OK;
}

/* Those that are among the first ones are not read again. */
static nyz_status read_last(const nyz_file *file, seen *s, nyz_error *err)
{
    const int64_t first = (int64_t)s->sample.first_size;
    const int64_t size = nyz_min(file->size, NYZ_SAMPLE_LAST);
    const int64_t start = file->size - size > first ? file->size - size : first;
    const int64_t missing = file->size - start;
    NYZ_TRY(
        nyz_stream_read_at(&file->stream, start, s->bytes + first, missing, "file", err));
    s->sample.last = s->bytes + first + missing - size;
    s->sample.last_size = (size_t)size;
    return NYZ_OK;
}

static nyz_status read_more(const nyz_file *file, seen *s, nyz_error *err)
{
    const int64_t size = nyz_min(file->size, NYZ_SAMPLE_MORE);
    NYZ_TRY(nyz_alloc(&file->config.allocator, size, &s->more, err));
    s->more_size = size;
    NYZ_TRY(
        nyz_stream_read_at(&file->stream, file->size - size, s->more, size, "file", err));
    s->sample.last = s->more;
    s->sample.last_size = (size_t)size;
    return NYZ_OK;
}

/* --------------------------------------------------------------------------- choosing */

/* The format that is surest, and how sure it is. */
static int ask(const nyz_file_formats *formats, const nyz_sample *sample,
               const nyz_container **best)
{
    int most = NYZ_PROBE_NO;
    for (int64_t i = 0; i < formats->count + OWN && most < NYZ_PROBE_SURE; i++) {
        const nyz_container *const f = format_at(formats, i);
        const int sure = f->probe(sample);
        if (sure > most) {
            most = sure;
            *best = f;
        }
    }
    return most;
}

/* "mine, npy, npz", cut where it is long. */
static void list_names(const nyz_file_formats *formats, char out[160])
{
    size_t used = 0;
    for (int64_t i = 0; i < formats->count + OWN && used + 36 < 160; i++) {
        used += (size_t)snprintf(out + used, 160 - used, "%s%s", i > 0 ? ", " : "",
                                 format_at(formats, i)->name);
    }
}

static nyz_status refuse(const nyz_file_formats *formats, const nyz_sample *sample,
                         nyz_error *err)
{
    char names[160] = "";
    char text[NYZ_KIND_SIZE];
    char quoted[NYZ_QUOTE_SIZE];
    const int64_t size = nyz_min((int64_t)sample->first_size, NYZ_KIND_BYTES);
    const char *const kind = nyz_file_kind(text, sample->first, size);
    list_names(formats, names);
    if (kind != NULL) {
        return nyz_fail(err, NYZ_ERR_CORRUPT, 0, "not a file of a known format (%s): %s",
                        names, kind);
    }
    nyz_quote(quoted, (const char *)sample->first, (size_t)nyz_min(size, 8));
    return nyz_fail(err, NYZ_ERR_CORRUPT, 0,
                    "not a file of a known format (%s): it begins with '%s'", names,
                    quoted);
}

static nyz_status open_state(nyz_file *file, const nyz_sample *sample, nyz_error *err)
{
    nyz_error failure;
    void *state = NULL;
    nyz_file_begin(&failure);
    const nyz_status status =
        file->format->open(&file->stream, sample, &file->options, &state, &failure);
    NYZ_TRY(nyz_file_answer(file->format, "open", status, &failure, err));
    file->state = state;
    return NYZ_OK;
}

/* Up to three looks at the file, as nyz_container.h says. */
static nyz_status look(const nyz_file *file, const nyz_file_formats *formats, seen *s,
                       const nyz_container **best, nyz_error *err)
{
    if (ask(formats, &s->sample, best) >= NYZ_PROBE_SURE) {
        return NYZ_OK;
    }
    *best = NULL;
    NYZ_TRY(read_last(file, s, err));
    if (ask(formats, &s->sample, best) == NYZ_PROBE_NO && file->size > NYZ_SAMPLE_LAST) {
        NYZ_TRY(read_more(file, s, err));
        (void)ask(formats, &s->sample, best);
    }
    return *best != NULL ? NYZ_OK : refuse(formats, &s->sample, err);
}

static nyz_status choose(nyz_file *file, const nyz_file_formats *formats, seen *s,
                         nyz_error *err)
{
    const nyz_container *best = NULL;
    NYZ_TRY(look(file, formats, s, &best, err));
    file->format = best;
    file->own = best == &nyz_npy_container || best == &nyz_npz_container;
    const nyz_status status = open_state(file, &s->sample, err);
    if (status != NYZ_OK) {
        file->format = NULL; /* there is no state to close */
    }
    return status;
}

nyz_status nyz_file_choose(nyz_file *file, const nyz_file_formats *formats,
                           const char *path, nyz_error *err)
{
    seen s;
    NYZ_TRY(check_formats(formats, err));
    NYZ_TRY(read_first(file, path, &s, err));
    const nyz_status status = choose(file, formats, &s, err);
    nyz_release(&file->config.allocator, s.more, s.more_size);
    return status;
}
