/* nyz cp from a .npy file, which may hold several arrays one after the other. */
#include "cp.h"

/* Reads the next array; *more tells whether another follows.  Exit status. */
static int read_array(const nyz_cp *cp, nyz_array *array, int *more)
{
    nyz_error err;
    *more = 0;
    if (nyz_read(&cp->input->stream, &nyz_cp_load, array, &err) != NYZ_OK) {
        return nyz_complain_error(cp->input->label, NULL, &err);
    }
    const nyz_next next = nyz_input_next(cp->input);
    *more = next == NYZ_NEXT_ARRAY;
    if (next == NYZ_NEXT_FAILED) {
        nyz_array_free(array);
        return NYZ_EXIT_MACHINE;
    }
    if (next == NYZ_NEXT_OTHER) {
        nyz_complain(cp->input->label, NULL,
                     "bytes behind the last array are not copied");
    }
    return NYZ_EXIT_FINE;
}

/* Writes `array` and all that follow, and frees it. */
static int write_arrays(const nyz_cp *cp, nyz_array *array, int more,
                        const nyz_stream *to)
{
    int status = NYZ_EXIT_FINE;
    for (;;) {
        nyz_error err;
        if (nyz_write(to, array, &nyz_cp_load, &err) != NYZ_OK) {
            status = nyz_complain_error(cp->out, NULL, &err);
        }
        nyz_array_free(array);
        if (status != NYZ_EXIT_FINE || !more) {
            return status;
        }
        status = read_array(cp, array, &more);
        if (status != NYZ_EXIT_FINE) {
            return status;
        }
    }
}

/* Several arrays to a path, whole or not at all. */
static int replace_file(const nyz_cp *cp, nyz_array *array)
{
    nyz_error err;
    nyz_output *output;
    nyz_stream stream;
    if (nyz_output_create(cp->out, NULL, &output, &stream, &err) != NYZ_OK) {
        nyz_array_free(array);
        return nyz_complain_error(cp->out, NULL, &err);
    }
    const int status = write_arrays(cp, array, 1, &stream);
    if (status != NYZ_EXIT_FINE) {
        nyz_output_discard(&output);
        return status;
    }
    nyz_input_close(cp->input);
    return nyz_output_finish(&output, &err) == NYZ_OK
               ? NYZ_EXIT_FINE
               : nyz_complain_error(cp->out, NULL, &err);
}

static int save_one(nyz_cp *cp, nyz_array *array)
{
    nyz_error err;
    nyz_input_close(cp->input);
    const nyz_status status = nyz_save(array, cp->out, &nyz_cp_load, &err);
    nyz_array_free(array);
    return status == NYZ_OK ? NYZ_EXIT_FINE : nyz_complain_error(cp->out, NULL, &err);
}

static int copy_to_npy(nyz_cp *cp)
{
    nyz_array array;
    int more;
    const int status = read_array(cp, &array, &more);
    if (status != NYZ_EXIT_FINE) {
        return status;
    }
    if (cp->to_stdout) {
        const nyz_stream stream = nyz_cp_stdout();
        return write_arrays(cp, &array, more, &stream);
    }
    return more ? replace_file(cp, &array) : save_one(cp, &array);
}

/* arr_0, arr_1, ... */
static int add_arrays(const nyz_cp *cp, nyz_npz_writer *writer)
{
    int more = 1;
    while (more) {
        nyz_error err;
        nyz_array array;
        const int status = read_array(cp, &array, &more);
        if (status != NYZ_EXIT_FINE) {
            return status;
        }
        const nyz_status added = nyz_npz_add(writer, NULL, &array, NULL, &err);
        nyz_array_free(&array);
        if (added != NYZ_OK) {
            return nyz_complain_error(cp->out, NULL, &err);
        }
    }
    return NYZ_EXIT_FINE;
}

static int copy_to_archive(nyz_cp *cp)
{
    nyz_error err;
    nyz_npz_writer *writer;
    if (nyz_cp_create(cp, &writer, &err) != NYZ_OK) {
        return nyz_complain_error(cp->out, NULL, &err);
    }
    const int status = add_arrays(cp, writer);
    if (status != NYZ_EXIT_FINE) {
        nyz_npz_discard(&writer);
        return status;
    }
    nyz_input_close(cp->input);
    return nyz_npz_finish(&writer, &err) == NYZ_OK
               ? NYZ_EXIT_FINE
               : nyz_complain_error(cp->out, NULL, &err);
}

int nyz_cp_npy(nyz_cp *cp)
{
    return cp->to_npz ? copy_to_archive(cp) : copy_to_npy(cp);
}
