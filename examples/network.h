/* SPDX-License-Identifier: MIT */
/* A small network for digits.c: 64 pixels - 256 - some outputs, its parameters kept in
 * nyz_arrays and named as the archive names them. */
#ifndef NETWORK_H
#define NETWORK_H

#include <nyz.h>

enum { PIXELS = 64, HIDDEN = 256, PARAMETERS = 4 };

/* layer1.weight, layer1.bias, layer2.weight, layer2.bias */
extern const char *const network_names[PARAMETERS];

/* {.outputs = n} is a network without parameters. */
struct network {
    int64_t outputs;
    nyz_array parameters[PARAMETERS]; /* in the order of network_names */
};

/* Fills in *err as the library does, for what only this program knows to be wrong. */
nyz_status wrong(nyz_error *err, const char *format, ...);

/* Loads member `name` in C order and insists on its dtype and shape: `rows` -1 stands for
 * any number of them, `columns` 0 for a vector. */
nyz_status load_member(const nyz_npz *npz, const char *name, nyz_type type, int64_t rows,
                       int64_t columns, nyz_array *out, nyz_error *err);

/* Saves arrays under these names; names NULL: as a list. */
nyz_status save_members(const char *path, const char *const *names,
                        const nyz_array *arrays, int count, nyz_error *err);

/* Loads the parameters whose name begins with `prefix`, "" all; each has to have the
 * shape that the network gives it. */
nyz_status network_load(struct network *net, const char *path, const char *prefix,
                        nyz_error *err);
nyz_status network_save(const struct network *net, const char *path, nyz_error *err);
void network_free(struct network *net);

/* The logits, a row of net->outputs for each row of `images` (uint8, PIXELS columns). */
void network_forward(const struct network *net, const nyz_array *images, float *logits);

/* Per cent of the images whose largest logit is at label % outputs. */
double network_accuracy(const struct network *net, const float *logits,
                        const nyz_array *labels);

/* Teaches the second layer alone, which must be writable, to find label % outputs. */
void network_train_head(struct network *net, const nyz_array *images,
                        const nyz_array *labels);

#endif
