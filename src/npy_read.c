/* The one .npy reader: header, then data straight into its place.  See npy.h. */
#include "npy.h"

#include <string.h>

#include "bytes.h"

/* ----------------------------------------------------------------------------- header */

nyz_status nyz_npy_begin(nyz_source *source, nyz_npy_start *start, nyz_error *err)
{
    memset(start, 0, sizeof *start);
    start->base = source->offset;
    return nyz_source_read_some(source, start->bytes, sizeof start->bytes, &start->size,
                                err);
}

int nyz_npy_has_magic(const nyz_npy_start *start)
{
    return start->size >= NYZ_MAGIC_SIZE &&
           memcmp(start->bytes, NYZ_MAGIC, NYZ_MAGIC_SIZE) == 0;
}

/* Fewer bytes than every .npy file has.  What is no beginning of one is told by what it
 * is. */
static nyz_status refuse_short(const nyz_npy_start *start, nyz_error *err)
{
    int version = 0;
    int preamble = 0;
    if (start->size == 0) {
        return nyz_fail(err, NYZ_ERR_NOT_FOUND, start->base,
                        "no array: the end is reached");
    }
    if (memcmp(start->bytes, NYZ_MAGIC, (size_t)nyz_min(start->size, NYZ_MAGIC_SIZE)) !=
        0) {
        return nyz_header_version(start->bytes, start->size, &version, &preamble, err);
    }
    return nyz_fail(
        err, NYZ_ERR_CORRUPT, start->base + start->size,
        "preamble: expected magic, version and length, found the end after %d bytes",
        (int)start->size);
}

/* Where the length was read from is known: offsets in the text become those in the file.
 */
static nyz_status move_offset(nyz_status status, int64_t base, nyz_error *err)
{
    if (status != NYZ_OK && err != NULL && err->offset >= 0) {
        err->offset += base;
    }
    return status;
}

static nyz_status read_preamble(nyz_source *source, const nyz_npy_start *start,
                                const nyz_env *env, int *version, int64_t *length,
                                nyz_error *err)
{
    unsigned char preamble[NYZ_PREAMBLE_MAX] = {0};
    int size = 0;
    if (start->size < (int64_t)sizeof start->bytes) {
        return refuse_short(start, err);
    }
    NYZ_TRY(
        move_offset(nyz_header_version(start->bytes, start->size, version, &size, err),
                    start->base, err));
    memcpy(preamble, start->bytes, sizeof start->bytes);
    NYZ_TRY(nyz_source_read(source, preamble + sizeof start->bytes,
                            size - (int64_t)sizeof start->bytes, "preamble", err));
    return move_offset(nyz_header_length(preamble, *version, env, length, err),
                       start->base, err);
}

/* Reads the text into a buffer that grows only as bytes really come. */
static nyz_status read_text(nyz_source *source, int64_t length, nyz_buffer *text,
                            nyz_error *err)
{
    if (source->left >= 0 && length > source->left) {
        return nyz_fail(err, NYZ_ERR_CORRUPT, source->offset + source->left,
                        "header: expected %lld bytes, found %lld", (long long)length,
                        (long long)source->left);
    }
    while ((int64_t)text->size < length) {
        const int64_t have = (int64_t)text->size;
        const int64_t piece =
            source->left >= 0 ? length : nyz_min(length - have, (int64_t)NYZ_CHUNK / 4);
        NYZ_TRY(nyz_buffer_reserve(text, (size_t)(have + piece), err));
        NYZ_TRY(nyz_source_read(source, text->data + have, piece, "header", err));
        text->size += (size_t)piece;
    }
    return NYZ_OK;
}

static nyz_status parse_into(nyz_source *source, int64_t length, int version,
                             const nyz_env *env, nyz_owner *owner, nyz_array *out,
                             int *fortran, nyz_error *err)
{
    nyz_buffer text = {NULL, 0, 0, 0, &env->allocator};
    const int64_t base = source->offset;
    nyz_status status = read_text(source, length, &text, err);
    if (status == NYZ_OK) {
        status = move_offset(nyz_header_parse((const char *)text.data, text.size, version,
                                              env, &owner->arena, out, fortran, err),
                             base, err);
    }
    nyz_buffer_free(&text);
    return status;
}

nyz_status nyz_npy_read_header(nyz_source *source, const nyz_npy_start *start,
                               const nyz_env *env, nyz_array *out, int *fortran,
                               nyz_error *err)
{
    int version = 0;
    int64_t length = 0;
    nyz_owner *owner = NULL;
    memset(out, 0, sizeof *out);
    NYZ_TRY(read_preamble(source, start, env, &version, &length, err));
    NYZ_TRY(nyz_owner_new(&env->allocator, &owner, err));
    const nyz_status status =
        parse_into(source, length, version, env, owner, out, fortran, err);
    if (status != NYZ_OK) {
        nyz_owner_free(&owner);
        memset(out, 0, sizeof *out);
        return status;
    }
    out->owner = owner;
    return NYZ_OK;
}

/* ------------------------------------------------------------------------------- data */

/* Bytes from a source of unknown size, kept as they come in pieces that double: what is
 * allocated stays in proportion to what has been seen. */
#define MAX_PIECES 64

typedef struct pieces {
    const nyz_allocator *allocator;
    int count;
    void *data[MAX_PIECES];
    int64_t size[MAX_PIECES];
} pieces;

static void free_pieces(pieces *p)
{
    for (int i = 0; i < p->count; i++) {
        nyz_release(p->allocator, p->data[i], p->size[i]);
    }
    p->count = 0;
}

static nyz_status read_pieces(nyz_source *source, int64_t bytes, pieces *p,
                              nyz_error *err)
{
    int64_t size = (int64_t)NYZ_CHUNK;
    while (bytes > 0 && p->count < MAX_PIECES) {
        const int64_t piece = nyz_min(bytes, size);
        NYZ_TRY(nyz_alloc(p->allocator, piece, &p->data[p->count], err));
        p->size[p->count] = piece;
        p->count++;
        NYZ_TRY(nyz_source_read(source, p->data[p->count - 1], piece, "data", err));
        bytes -= piece;
        size = size <= INT64_MAX / 2 ? size * 2 : size;
    }
    return NYZ_OK;
}

/* Each piece is freed once it is copied. */
static void join_pieces(pieces *p, unsigned char *to)
{
    for (int i = 0; i < p->count; i++) {
        memcpy(to, p->data[i], (size_t)p->size[i]);
        to += p->size[i];
        nyz_release(p->allocator, p->data[i], p->size[i]);
        p->data[i] = NULL;
    }
    p->count = 0;
}

static nyz_status read_unknown(nyz_source *source, int64_t bytes, const nyz_env *env,
                               void **data, nyz_error *err)
{
    pieces p = {&env->allocator, 0, {NULL}, {0}};
    nyz_status status = read_pieces(source, bytes, &p, err);
    if (status == NYZ_OK) {
        status = nyz_alloc(&env->allocator, bytes, data, err);
    }
    if (status == NYZ_OK) {
        join_pieces(&p, *data);
    }
    free_pieces(&p);
    return status;
}

/* Reads items in the order of the file to where they stay, turning numbers round on the
 * way. */
static nyz_status read_in_order(nyz_source *source, const nyz_dtype *dtype,
                                nyz_byteorder byteorder, unsigned char *data,
                                int64_t count, nyz_error *err)
{
    const int64_t itemsize = dtype->itemsize;
    const int64_t piece =
        nyz_dtype_needs_swap(dtype, byteorder) ? nyz_items_per_chunk(itemsize) : count;
    while (count > 0 && itemsize > 0) {
        const int64_t n = nyz_min(count, piece);
        NYZ_TRY(nyz_source_read(source, data, n * itemsize, "data", err));
        nyz_dtype_swap(dtype, byteorder, data, n, itemsize);
        data += n * itemsize;
        count -= n;
    }
    return NYZ_OK;
}

/* Reads items in the order of the file to an array of the other order: through a buffer,
 * or item by item where one is too large for it. */
static nyz_status read_scattered(nyz_source *source, const nyz_array *in_file_order,
                                 const nyz_dtype *dtype, nyz_byteorder byteorder,
                                 int64_t count, const nyz_env *env, nyz_error *err)
{
    const int64_t itemsize = dtype->itemsize;
    const int64_t piece = nyz_min(nyz_items_per_chunk(itemsize), count);
    void *items = NULL;
    if (count == 0 || itemsize == 0) {
        return NYZ_OK;
    }
    NYZ_TRY(nyz_alloc(&env->allocator, piece * itemsize, &items, err));
    nyz_status status = NYZ_OK;
    for (int64_t first = 0; first < count && status == NYZ_OK; first += piece) {
        const int64_t n = nyz_min(piece, count - first);
        status = nyz_source_read(source, items, n * itemsize, "data", err);
        if (status == NYZ_OK) {
            nyz_dtype_swap(dtype, byteorder, items, n, itemsize);
            nyz_scatter(in_file_order, first, n, items);
        }
    }
    nyz_release(&env->allocator, items, piece * itemsize);
    return status;
}

/* What a load has decided before it reads the data. */
typedef struct load_plan {
    const nyz_env *env;
    nyz_byteorder byteorder; /* of the result */
    int fortran;             /* the file's order */
    int reorder;             /* the result's order is another */
    nyz_dtype file_dtype;
    int64_t count;
    int64_t bytes;
} load_plan;

static nyz_status read_known(nyz_source *source, const load_plan *plan, nyz_array *array,
                             nyz_error *err)
{
    NYZ_TRY(nyz_alloc(&plan->env->allocator, plan->bytes, &array->owner->data, err));
    array->owner->data_size = plan->bytes;
    array->data = array->owner->data;
    if (!plan->reorder) {
        return read_in_order(source, &plan->file_dtype, plan->byteorder, array->data,
                             plan->count, err);
    }
    nyz_array view = *array;
    if (plan->fortran) {
        nyz_reverse_axes(&view); /* its C order is the file's order */
    }
    return read_scattered(source, &view, &plan->file_dtype, plan->byteorder, plan->count,
                          plan->env, err);
}

/* Puts the items of a whole array into the other memory order. */
static nyz_status reorder_loaded(const load_plan *plan, nyz_array *array, nyz_error *err)
{
    nyz_array in_file_order = *array;
    nyz_array wanted = *array;
    void *data = NULL;
    nyz_strides(&in_file_order, plan->fortran ? NYZ_F_ORDER : NYZ_C_ORDER);
    NYZ_TRY(nyz_alloc(&plan->env->allocator, plan->bytes, &data, err));
    if (!plan->fortran) {
        nyz_reverse_axes(&in_file_order);
    }
    nyz_gather(&in_file_order, 0, plan->count, data);
    nyz_release(&plan->env->allocator, array->owner->data, plan->bytes);
    array->owner->data = data;
    wanted.data = data;
    *array = wanted;
    return NYZ_OK;
}

static nyz_status read_stream(nyz_source *source, const load_plan *plan, nyz_array *array,
                              nyz_error *err)
{
    NYZ_TRY(read_unknown(source, plan->bytes, plan->env, &array->owner->data, err));
    array->owner->data_size = plan->bytes;
    array->data = array->owner->data;
    nyz_dtype_swap(&plan->file_dtype, plan->byteorder, array->data, plan->count,
                   plan->file_dtype.itemsize);
    return plan->reorder ? reorder_loaded(plan, array, err) : NYZ_OK;
}

static nyz_status check_presence(const nyz_source *source, const load_plan *plan,
                                 nyz_error *err)
{
    if (source->left >= 0 && plan->bytes > source->left) {
        return nyz_fail(err, NYZ_ERR_CORRUPT, source->offset + source->left,
                        "data: expected %lld bytes (%lld items of %lld), found %lld",
                        (long long)plan->bytes, (long long)plan->count,
                        (long long)plan->file_dtype.itemsize, (long long)source->left);
    }
    return NYZ_OK;
}

/* The order of the result, where the file's is not kept, shows in its strides. */
static void decide_order(load_plan *plan, nyz_array *array)
{
    const nyz_order file_order = plan->fortran ? NYZ_F_ORDER : NYZ_C_ORDER;
    const nyz_order order = plan->env->order;
    nyz_strides(array, file_order);
    if (order != NYZ_KEEP_ORDER && order != file_order) {
        plan->reorder = !nyz_is_contiguous(array, order);
        nyz_strides(array, order);
    }
}

static nyz_status read_data(nyz_source *source, const nyz_env *env, int fortran,
                            nyz_array *array, nyz_error *err)
{
    load_plan plan = {.env = env, .fortran = fortran, .file_dtype = array->dtype};
    if (nyz_dtype_has_object(&array->dtype)) {
        return nyz_fail(
            err, NYZ_ERR_UNSUPPORTED, source->offset,
            "an array of Python objects is a pickle, which is never run here; in "
            "Python, convert it to a plain dtype (astype) and save it again");
    }
    NYZ_TRY(nyz_array_check(array, &plan.count, &plan.bytes, err));
    NYZ_TRY(check_presence(source, &plan, err));
    plan.byteorder = nyz_byteorder_or(env->byteorder, NYZ_NATIVE);
    decide_order(&plan, array);
    NYZ_TRY(nyz_dtype_clone(&plan.file_dtype, plan.byteorder, &array->owner->arena,
                            &array->dtype, err));
    return source->left >= 0 ? read_known(source, &plan, array, err)
                             : read_stream(source, &plan, array, err);
}

nyz_status nyz_npy_read(nyz_source *source, const nyz_npy_start *start,
                        const nyz_env *env, nyz_array *out, nyz_error *err)
{
    int fortran = 0;
    NYZ_TRY(nyz_npy_read_header(source, start, env, out, &fortran, err));
    const nyz_status status = read_data(source, env, fortran, out, err);
    if (status != NYZ_OK) {
        nyz_array_free(out);
    }
    return status;
}
