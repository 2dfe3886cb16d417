/* SPDX-License-Identifier: MIT */
/* A simulation that does not know how many frames it will write: each one is appended to a .npy file,
 * which gets its shape at the end.
 * Usage: write_pieces FRAMES.npy [HEAT]
 * Build: cc write_pieces.c $(pkg-config --cflags --libs nyz) */
#include <stdio.h>
#include <stdlib.h>

#include <nyz.h>

enum { WIDTH = 64 };

/* Heat flows along a rod, whose ends are cold. */
static float step(float rod[WIDTH])
{
    float left = 0, hottest = 0;
    for (int i = 0; i < WIDTH; i++) {
        const float here = rod[i];
        const float right = i + 1 < WIDTH ? rod[i + 1] : 0;
        rod[i] = here + 0.25f * (left - 2 * here + right);
        left = here;
        if (rod[i] > hottest)
            hottest = rod[i];
    }
    return hottest;
}

/* A frame for every 10 steps, until the rod has cooled down. */
static nyz_status simulate(nyz_output *frames, float heat, nyz_error *err)
{
    float rod[WIDTH] = {0};
    rod[WIDTH / 2] = heat;
    do {
        nyz_status status = nyz_output_write(frames, rod, sizeof rod, err);
        if (status != NYZ_OK)
            return status;
        for (int i = 0; i < 9; i++)
            (void)step(rod);
    } while (step(rod) > 1);
    return NYZ_OK;
}

static nyz_status write_frames(const char *path, float heat, nyz_error *err)
{
    nyz_output *output;
    nyz_array like = {.dtype = nyz_dtype_of(NYZ_FLOAT32), .ndim = 2, .shape = {-1, WIDTH}};
    nyz_status status = nyz_output_create_npy(path, &like, NULL, &output, err);
    if (status != NYZ_OK)
        return status;
    status = simulate(output, heat, err);
    if (status == NYZ_OK)
        return nyz_output_finish(&output, err); /* the file appears, whole */
    nyz_output_discard(&output);
    return status;
}

int main(int argc, char **argv)
{
    nyz_error err;
    if (argc < 2) {
        fprintf(stderr, "usage: write_pieces FRAMES.npy [HEAT]\n");
        return 2;
    }
    const nyz_status status =
        write_frames(argv[1], argc > 2 ? (float)atof(argv[2]) : 100, &err);
    if (status != NYZ_OK)
        fprintf(stderr, "%s: %s\n", argv[1], err.message);
    return status != NYZ_OK;
}
