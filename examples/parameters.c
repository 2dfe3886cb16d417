/* SPDX-License-Identifier: MIT */
/* The parameters of a model, loaded by name and by prefix.
 * Usage: parameters MODEL.npz [PREFIX]
 * In Python: np.savez("model.npz", **{"layer1.weight": w, "layer1.bias": b, ...})
 * Build: cc parameters.c $(pkg-config --cflags --libs nyz) */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <nyz.h>

/* What one layer has to be; `weight` is outputs x inputs, as PyTorch has it. */
struct layer {
    const char *name;
    int64_t outputs;
    int64_t inputs;
    nyz_array weight;
    nyz_array bias;
};

/* One parameter by its name: float32, of exactly this shape, in C order. */
static nyz_status load_parameter(const nyz_npz *npz, const struct layer *layer,
                                 const char *what, int ndim, nyz_array *out,
                                 nyz_error *err)
{
    const nyz_options c_order = {.order = NYZ_C_ORDER};
    char name[64];
    snprintf(name, sizeof name, "%s.%s", layer->name, what);
    const nyz_status status = nyz_npz_load(npz, name, &c_order, out, err);
    if (status != NYZ_OK)
        return status;
    if (out->dtype.type == NYZ_FLOAT32 && out->ndim == ndim &&
        out->shape[0] == layer->outputs && (ndim < 2 || out->shape[1] == layer->inputs))
        return NYZ_OK;
    nyz_array_free(out);
    err->status = NYZ_ERR_CORRUPT;
    snprintf(err->message, sizeof err->message, "%s has another dtype or shape", name);
    return NYZ_ERR_CORRUPT;
}

static nyz_status load_layer(const nyz_npz *npz, struct layer *layer, nyz_error *err)
{
    const nyz_status status =
        load_parameter(npz, layer, "weight", 2, &layer->weight, err);
    return status != NYZ_OK ? status
                            : load_parameter(npz, layer, "bias", 1, &layer->bias, err);
}

static void free_layer(struct layer *layer)
{
    nyz_array_free(&layer->weight);
    nyz_array_free(&layer->bias);
}

/* All parameters whose name begins with `prefix`, whatever they are called after it. */
static nyz_status list_prefix(const nyz_npz *npz, const char *prefix, nyz_error *err)
{
    for (int64_t i = 0; i < nyz_npz_count(npz); i++) {
        nyz_member member;
        nyz_array header; /* without data: nothing but its header is read */
        nyz_status status = nyz_npz_member_at(npz, i, &member, err);
        if (status != NYZ_OK)
            return status;
        if (strncmp(member.name, prefix, strlen(prefix)) != 0)
            continue;
        status = nyz_npz_load_header_at(npz, i, NULL, &header, err);
        if (status != NYZ_OK)
            return status;
        printf("%.*s: %lld elements\n", (int)member.key_size, member.name,
               (long long)nyz_array_count(&header));
        nyz_array_free(&header);
    }
    return NYZ_OK;
}

int main(int argc, char **argv)
{
    struct layer layers[2] = {{.name = "layer1", .outputs = 256, .inputs = 64},
                              {.name = "layer2", .outputs = 10, .inputs = 256}};
    nyz_npz *npz = NULL;
    nyz_error err;
    if (argc < 2) {
        fprintf(stderr, "usage: parameters MODEL.npz [PREFIX]\n");
        return 2;
    }
    nyz_status status = nyz_npz_open(argv[1], NULL, &npz, &err);
    for (int i = 0; i < 2 && status == NYZ_OK; i++)
        status = load_layer(npz, &layers[i], &err);
    if (status == NYZ_OK)
        status = list_prefix(npz, argc > 2 ? argv[2] : "", &err);
    if (status != NYZ_OK)
        fprintf(stderr, "%s: %s\n", argv[1], err.message);
    for (int i = 0; i < 2; i++)
        free_layer(&layers[i]);
    nyz_npz_close(&npz);
    return status == NYZ_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
