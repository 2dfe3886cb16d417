/* SPDX-License-Identifier: MIT */
/* The network of digits.c: loading and saving its parameters, and computing with them. */
#include "network.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *const network_names[PARAMETERS] = {"layer1.weight", "layer1.bias",
                                               "layer2.weight", "layer2.bias"};

nyz_status wrong(nyz_error *err, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    err->status = NYZ_ERR_CORRUPT;
    vsnprintf(err->message, sizeof err->message, format, arguments);
    va_end(arguments);
    return err->status;
}

nyz_status load_member(const nyz_npz *npz, const char *name, nyz_type type, int64_t rows,
                       int64_t columns, nyz_array *out, nyz_error *err)
{
    const nyz_options c_order = {.order = NYZ_C_ORDER};
    const nyz_status status = nyz_npz_load(npz, name, &c_order, out, err);
    if (status != NYZ_OK)
        return status;
    if (out->dtype.type == type && out->ndim == (columns != 0 ? 2 : 1) &&
        (rows < 0 || out->shape[0] == rows) && (columns == 0 || out->shape[1] == columns))
        return NYZ_OK;
    nyz_array_free(out);
    return wrong(err, "%s has another dtype or shape than expected", name);
}

nyz_status save_members(const char *path, const char *const *names,
                        const nyz_array *arrays, int count, nyz_error *err)
{
    nyz_npz_writer *npz;
    const nyz_status status = nyz_npz_create(path, NULL, &npz, err);
    if (status != NYZ_OK)
        return status;
    for (int i = 0; i < count; i++) /* finish reports the first failure of an add, too */
        nyz_npz_add(npz, names != NULL ? names[i] : NULL, &arrays[i], NULL, NULL);
    return nyz_npz_finish(&npz, err);
}

nyz_status network_load(struct network *net, const char *path, const char *prefix,
                        nyz_error *err)
{
    const int64_t shapes[PARAMETERS][2] = {
        {HIDDEN, PIXELS}, {HIDDEN, 0}, {net->outputs, HIDDEN}, {net->outputs, 0}};
    nyz_npz *npz;
    nyz_status status = nyz_npz_open(path, NULL, &npz, err);
    for (int i = 0; i < PARAMETERS && status == NYZ_OK; i++)
        if (strncmp(network_names[i], prefix, strlen(prefix)) == 0)
            status = load_member(npz, network_names[i], NYZ_FLOAT32, shapes[i][0],
                                 shapes[i][1], &net->parameters[i], err);
    nyz_npz_close(&npz);
    return status;
}

nyz_status network_save(const struct network *net, const char *path, nyz_error *err)
{
    return save_members(path, network_names, net->parameters, PARAMETERS, err);
}

void network_free(struct network *net)
{
    for (int i = 0; i < PARAMETERS; i++)
        nyz_array_free(&net->parameters[i]);
}

/* out = weight x + bias; `weight` has a row for each output. */
static void affine(const nyz_array *weight, const nyz_array *bias, const float *x,
                   float *out)
{
    const float *w = weight->data;
    const float *b = bias->data;
    for (int64_t i = 0; i < weight->shape[0]; i++, w += weight->shape[1]) {
        float sum = 0;
        for (int64_t j = 0; j < weight->shape[1]; j++)
            sum += w[j] * x[j];
        out[i] = sum + b[i];
    }
}

/* Brightness 0 ... 16 becomes 0 ... 1, as it was when NumPy trained the network. */
static void hidden_layer(const struct network *net, const unsigned char *image,
                         float hidden[HIDDEN])
{
    float x[PIXELS];
    for (int i = 0; i < PIXELS; i++)
        x[i] = (float)image[i] / 16;
    affine(&net->parameters[0], &net->parameters[1], x, hidden);
    for (int i = 0; i < HIDDEN; i++)
        hidden[i] = hidden[i] > 0 ? hidden[i] : 0;
}

static void output_layer(const struct network *net, const float *hidden, float *logits)
{
    affine(&net->parameters[2], &net->parameters[3], hidden, logits);
}

void network_forward(const struct network *net, const nyz_array *images, float *logits)
{
    float hidden[HIDDEN];
    const unsigned char *image = images->data;
    for (int64_t i = 0; i < images->shape[0];
         i++, image += PIXELS, logits += net->outputs) {
        hidden_layer(net, image, hidden);
        output_layer(net, hidden, logits);
    }
}

static int64_t largest_at(const float *values, int64_t count)
{
    int64_t best = 0;
    for (int64_t i = 1; i < count; i++)
        if (values[i] > values[best])
            best = i;
    return best;
}

double network_accuracy(const struct network *net, const float *logits,
                        const nyz_array *labels)
{
    const int64_t *label = labels->data;
    int64_t right = 0;
    for (int64_t i = 0; i < labels->shape[0]; i++)
        right += largest_at(logits + i * net->outputs, net->outputs) ==
                 label[i] % net->outputs;
    return 100.0 * (double)right / (double)labels->shape[0];
}

/* Moves one row of the second layer by `step` times the hidden layer. */
static void move_row(struct network *net, int64_t row, const float *hidden, float step)
{
    float *weight = (float *)net->parameters[2].data + row * HIDDEN;
    float *bias = net->parameters[3].data;
    for (int i = 0; i < HIDDEN; i++)
        weight[i] += step * hidden[i];
    bias[row] += step;
}

/* The perceptron's rule: where the answer is wrong, the two rows concerned are moved. */
void network_train_head(struct network *net, const nyz_array *images,
                        const nyz_array *labels)
{
    enum { EPOCHS = 10, MAX_OUTPUTS = 16 };
    const int64_t *label = labels->data;
    float hidden[HIDDEN];
    float logits[MAX_OUTPUTS];
    if (net->outputs > MAX_OUTPUTS)
        return;
    for (int64_t n = 0; n < EPOCHS * images->shape[0]; n++) {
        const int64_t i = n % images->shape[0];
        hidden_layer(net, (const unsigned char *)images->data + i * PIXELS, hidden);
        output_layer(net, hidden, logits);
        const int64_t answer = largest_at(logits, net->outputs);
        const int64_t expected = label[i] % net->outputs;
        if (answer == expected)
            continue;
        move_row(net, expected, hidden, 0.01F);
        move_row(net, answer, hidden, -0.01F);
    }
}
