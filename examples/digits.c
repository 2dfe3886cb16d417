/* SPDX-License-Identifier: MIT */
/* The story of saving and loading in deep learning, on real handwritten digits: tensors,
 * lists and dictionaries of them, and the parameters of a network that NumPy has trained.
 * Usage: digits FIXTURES OUT   (folders: the one with digits*.np?, and one to write to)
 * Each step prints a line; the first that goes wrong ends the program with status 1. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <nyz.h>

#include "network.h"

enum { DIGITS = 10, PARITIES = 2, PATH_SIZE = 1024 };

/* Everything that more than one step needs; freed at the end of main. */
struct story {
    const char *fixtures;
    const char *out;
    nyz_array train_images, train_labels, test_images, test_labels;
    struct network network, clone, parity;
    float *logits; /* of the test images */
    float *again;  /* the same from another network */
    float head[PARITIES * HIDDEN + PARITIES];
};

static nyz_status join(const char *folder, const char *name, char path[PATH_SIZE],
                       nyz_error *err)
{
    const int length = snprintf(path, PATH_SIZE, "%s/%s", folder, name);
    return length >= 0 && length < PATH_SIZE ? NYZ_OK
                                             : wrong(err, "the path is too long");
}

/* Same dtype, shape and elements; both lie in C order without gaps. */
static int equal(const nyz_array *a, const nyz_array *b)
{
    const size_t axes = (size_t)a->ndim * sizeof a->shape[0];
    const size_t bytes = (size_t)(nyz_array_count(a) * a->dtype.itemsize);
    return a->dtype.type == b->dtype.type && a->dtype.itemsize == b->dtype.itemsize &&
           a->ndim == b->ndim && memcmp(a->shape, b->shape, axes) == 0 &&
           memcmp(a->data, b->data, bytes) == 0;
}

/* Whether the archive holds exactly these arrays: under these names or, without, in
 * order. */
static nyz_status holds(const char *path, const char *const *names,
                        const nyz_array *arrays, int count, nyz_error *err)
{
    nyz_npz *npz;
    nyz_status status = nyz_npz_open(path, NULL, &npz, err);
    if (status == NYZ_OK && nyz_npz_count(npz) != count)
        status = wrong(err, "another number of arrays than was saved");
    for (int i = 0; i < count && status == NYZ_OK; i++) {
        nyz_array a;
        status = names != NULL ? nyz_npz_load(npz, names[i], NULL, &a, err)
                               : nyz_npz_load_at(npz, i, NULL, &a, err);
        if (status == NYZ_OK && !equal(&a, &arrays[i]))
            status = wrong(err, "array %d differs from what was saved", i);
        nyz_array_free(&a);
    }
    nyz_npz_close(&npz);
    return status;
}

/* Byte for byte; 0 also when one of them cannot be read. */
static int same_files(const char *a, const char *b)
{
    FILE *first = fopen(a, "rb");
    FILE *second = fopen(b, "rb");
    int same = first != NULL && second != NULL;
    int byte = 0;
    while (same && byte != EOF) {
        byte = getc(first);
        same = byte == getc(second);
    }
    same = same && !ferror(first) && !ferror(second);
    if (first != NULL)
        fclose(first);
    if (second != NULL)
        fclose(second);
    return same;
}

static nyz_status load_images(const nyz_npz *npz, const char *part, nyz_array *images,
                              nyz_array *labels, nyz_error *err)
{
    char name[32];
    snprintf(name, sizeof name, "%s_images", part);
    const nyz_status status = load_member(npz, name, NYZ_UINT8, -1, PIXELS, images, err);
    if (status != NYZ_OK)
        return status;
    snprintf(name, sizeof name, "%s_labels", part);
    return load_member(npz, name, NYZ_INT64, images->shape[0], 0, labels, err);
}

static nyz_status load_data(struct story *s, nyz_error *err)
{
    char path[PATH_SIZE];
    nyz_npz *npz = NULL;
    nyz_status status = join(s->fixtures, "digits.npz", path, err);
    if (status == NYZ_OK)
        status = nyz_npz_open(path, NULL, &npz, err);
    if (status == NYZ_OK)
        status = load_images(npz, "train", &s->train_images, &s->train_labels, err);
    if (status == NYZ_OK)
        status = load_images(npz, "test", &s->test_images, &s->test_labels, err);
    nyz_npz_close(&npz);
    if (status != NYZ_OK)
        return status;
    const size_t count = (size_t)s->test_images.shape[0] * DIGITS;
    s->logits = calloc(count, sizeof *s->logits);
    s->again = calloc(count, sizeof *s->again);
    return s->logits != NULL && s->again != NULL ? NYZ_OK : wrong(err, "no memory");
}

static nyz_status one_tensor(struct story *s, nyz_error *err)
{
    char path[PATH_SIZE];
    nyz_array x = {0};
    nyz_status status = join(s->out, "x.npy", path, err);
    if (status == NYZ_OK)
        status = nyz_save(&s->test_images, path, NULL, err);
    if (status == NYZ_OK)
        status = nyz_load(path, NULL, &x, err);
    if (status == NYZ_OK && !equal(&x, &s->test_images))
        status = wrong(err, "what was loaded differs from what was saved");
    if (status == NYZ_OK)
        printf("1  one tensor: %d x %d pixels saved to x.npy and loaded: equal\n",
               (int)x.shape[0], (int)x.shape[1]);
    nyz_array_free(&x);
    return status;
}

static nyz_status list_of_tensors(struct story *s, nyz_error *err)
{
    char path[PATH_SIZE];
    const nyz_array list[2] = {s->test_images, s->test_labels}; /* copies that borrow */
    nyz_status status = join(s->out, "list.npz", path, err);
    if (status == NYZ_OK)
        status = save_members(path, NULL, list, 2, err);
    if (status == NYZ_OK)
        status = holds(path, NULL, list, 2, err);
    if (status == NYZ_OK)
        printf("2  list of tensors: images and labels saved to list.npz and loaded in "
               "their order: equal\n");
    return status;
}

static nyz_status dictionary_of_tensors(struct story *s, nyz_error *err)
{
    char path[PATH_SIZE];
    const char *const names[2] = {"x", "y"};
    const nyz_array values[2] = {s->test_images, s->test_labels};
    nyz_status status = join(s->out, "dict.npz", path, err);
    if (status == NYZ_OK)
        status = save_members(path, names, values, 2, err);
    if (status == NYZ_OK)
        status = holds(path, names, values, 2, err);
    if (status == NYZ_OK)
        printf("3  dictionary of tensors: x and y saved to dict.npz and loaded by "
               "name: equal\n");
    return status;
}

static nyz_status parameters_by_name(struct story *s, nyz_error *err)
{
    char path[PATH_SIZE];
    int64_t count = 0;
    nyz_status status = join(s->fixtures, "digits_mlp.npz", path, err);
    s->network.outputs = DIGITS;
    if (status == NYZ_OK)
        status = network_load(&s->network, path, "", err);
    if (status != NYZ_OK)
        return status;
    for (int i = 0; i < PARAMETERS; i++)
        count += nyz_array_count(&s->network.parameters[i]);
    printf("4  parameters: %d arrays, %d numbers in all, loaded by name from NumPy's "
           "archive\n",
           PARAMETERS, (int)count);
    return NYZ_OK;
}

/* The largest logit of NumPy's, and the largest difference between them and ours. */
static nyz_status compare_logits(struct story *s, float *largest, float *difference,
                                 nyz_error *err)
{
    char path[PATH_SIZE];
    nyz_array numpy;
    nyz_status status = join(s->fixtures, "digits_logits.npy", path, err);
    if (status == NYZ_OK)
        status = nyz_load(path, NULL, &numpy, err);
    if (status != NYZ_OK)
        return status;
    const int64_t count = s->test_images.shape[0] * DIGITS;
    if (numpy.dtype.type != NYZ_FLOAT32 || nyz_array_count(&numpy) != count ||
        !nyz_array_is_contiguous(&numpy, NYZ_C_ORDER)) {
        nyz_array_free(&numpy);
        return wrong(err, "%s has another dtype or shape than expected", path);
    }
    const float *theirs = numpy.data;
    *largest = *difference = 0;
    for (int64_t i = 0; i < count && !isnan(*difference); i++) {
        const float size = theirs[i] < 0 ? -theirs[i] : theirs[i];
        const float gap = s->logits[i] < theirs[i] ? theirs[i] - s->logits[i]
                                                   : s->logits[i] - theirs[i];
        *largest = size > *largest ? size : *largest;
        if (!(gap <= *difference)) /* also a NaN, which must not get lost */
            *difference = gap;
    }
    nyz_array_free(&numpy);
    return NYZ_OK;
}

/* NumPy adds in another order, so that the last bits of float32 differ; no more may. */
static nyz_status forward_pass(struct story *s, nyz_error *err)
{
    float largest;
    float difference;
    network_forward(&s->network, &s->test_images, s->logits);
    const nyz_status status = compare_logits(s, &largest, &difference, err);
    if (status != NYZ_OK)
        return status;
    const double right = network_accuracy(&s->network, s->logits, &s->test_labels);
    printf("5  forward pass: %.1f %% of %d test images right; largest difference "
           "from NumPy's logits %.1e (largest logit %.1f)\n",
           right, (int)s->test_images.shape[0], (double)difference, (double)largest);
    if (!(difference <= 1e-5F * largest))
        return wrong(err, "the logits differ too much from NumPy's");
    return right >= 97 ? NYZ_OK : wrong(err, "the accuracy is below 97 %%");
}

static nyz_status parameters_saved(struct story *s, nyz_error *err)
{
    char ours[PATH_SIZE];
    char theirs[PATH_SIZE];
    nyz_status status = join(s->out, "mlp.npz", ours, err);
    if (status == NYZ_OK)
        status = join(s->fixtures, "digits_mlp.npz", theirs, err);
    if (status == NYZ_OK)
        status = network_save(&s->network, ours, err);
    if (status == NYZ_OK && !same_files(ours, theirs))
        status = wrong(err, "mlp.npz differs from NumPy's file");
    if (status == NYZ_OK)
        printf("6  parameters saved again: mlp.npz is byte for byte NumPy's file\n");
    return status;
}

static nyz_status clone(struct story *s, nyz_error *err)
{
    char path[PATH_SIZE];
    nyz_status status = join(s->out, "mlp.npz", path, err);
    s->clone.outputs = DIGITS;
    if (status == NYZ_OK)
        status = network_load(&s->clone, path, "", err);
    if (status != NYZ_OK)
        return status;
    network_forward(&s->clone, &s->test_images, s->again);
    const size_t count = (size_t)s->test_images.shape[0] * DIGITS;
    if (memcmp(s->again, s->logits, count * sizeof *s->logits) != 0)
        return wrong(err, "the clone's logits differ");
    printf("7  clone: loaded from mlp.npz; Y_clone == Y in all %d logits\n", (int)count);
    return NYZ_OK;
}

/* Another network, 64 - 256 - 2, is built around the first layer of the old one; its
 * second layer is in existing memory. */
static nyz_status load_first_layer(struct story *s, nyz_error *err)
{
    char path[PATH_SIZE];
    const nyz_dtype f4 = nyz_dtype_of(NYZ_FLOAT32);
    const int64_t shape[2] = {PARITIES, HIDDEN};
    nyz_array *parameters = s->parity.parameters;
    nyz_status status = join(s->out, "mlp.npz", path, err);
    s->parity.outputs = PARITIES;
    if (status == NYZ_OK)
        status = network_load(&s->parity, path, "layer1.", err);
    if (status == NYZ_OK)
        status = nyz_array_wrap(s->head, &f4, 2, shape, NULL, &parameters[2], err);
    if (status == NYZ_OK)
        status = nyz_array_wrap(s->head + PARITIES * HIDDEN, &f4, 1, shape, NULL,
                                &parameters[3], err);
    return status;
}

static nyz_status first_layer_only(struct story *s, nyz_error *err)
{
    char path[PATH_SIZE];
    const nyz_status status = load_first_layer(s, err);
    if (status != NYZ_OK)
        return status;
    network_train_head(&s->parity, &s->train_images, &s->train_labels);
    network_forward(&s->parity, &s->test_images, s->again);
    const double right = network_accuracy(&s->parity, s->again, &s->test_labels);
    printf("8  first layer only: layer1.* loaded by prefix into a 64-256-2 network; "
           "with a new head it separates odd from even, %.1f %% right\n",
           right);
    if (right < 95)
        return wrong(err, "the accuracy is below 95 %%");
    const nyz_status joined = join(s->out, "parity.npz", path, err);
    return joined != NYZ_OK ? joined : network_save(&s->parity, path, err);
}

static void free_story(struct story *s)
{
    nyz_array_free(&s->train_images);
    nyz_array_free(&s->train_labels);
    nyz_array_free(&s->test_images);
    nyz_array_free(&s->test_labels);
    network_free(&s->network);
    network_free(&s->clone);
    network_free(&s->parity);
    free(s->logits);
    free(s->again);
}

int main(int argc, char **argv)
{
    nyz_status (*const steps[])(struct story *, nyz_error *) = {
        load_data,          one_tensor,   list_of_tensors,  dictionary_of_tensors,
        parameters_by_name, forward_pass, parameters_saved, clone,
        first_layer_only};
    struct story s = {0}; /* empty arrays may be freed */
    nyz_error err;
    nyz_status status = NYZ_OK;
    if (argc != 3) {
        fprintf(stderr, "usage: digits FIXTURES OUT\n");
        return 2;
    }
    s.fixtures = argv[1];
    s.out = argv[2];
    for (size_t i = 0; i < sizeof steps / sizeof *steps && status == NYZ_OK; i++)
        status = steps[i](&s, &err);
    if (status != NYZ_OK)
        fprintf(stderr, "digits: %s: %s\n", nyz_status_text(status), err.message);
    free_story(&s);
    return status != NYZ_OK;
}
