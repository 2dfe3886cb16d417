/* nyz unpack: each member of an archive to a file. */
#include "cmd/unpack.h"
#include "text/text.h"

#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------------------- where to */

/* The base name of `path` without ".npz", or NULL if there is none, or it is no name for
 * a folder.  The caller frees it. */
static char *name_folder(const char *path)
{
    const char *const base = nyz_base_name(path);
    const size_t size = nyz_ends_in(base, ".npz") ? strlen(base) - 4 : 0;
    if (nyz_unpack_refuses(base, size) != NULL) {
        return NULL;
    }
    char *const name = malloc(size + 1);
    if (name != NULL) {
        memcpy(name, base, size);
        name[size] = '\0';
    }
    return name;
}

/* ---------------------------------------------------------------------------- the members */

/* Sees that nothing is in the way of any member, before the first is written. */
static int look(const nyz_unpack_plan *plan, const nyz_folder *folder)
{
    int worst = NYZ_EXIT_FINE;
    for (int64_t i = 0; i < plan->count; i++) {
        nyz_unpack_item *const item = &plan->items[i];
        nyz_error err;
        if (nyz_unpack_is_folder(item)) {
            continue; /* making it looks, too */
        }
        if (nyz_folder_look(folder, item->name, &item->place, &err) != NYZ_OK) {
            worst = nyz_worse(worst,
                              nyz_complain_error(plan->input->label, item->name, &err));
        } else if (item->place.exists && !plan->args->force) {
            worst = nyz_worse(worst, nyz_unpack_refuse(plan, item,
                                                       "the file is there already; "
                                                       "--force replaces it"));
        }
    }
    return worst;
}

/* The CRC has been compared once nyz_npz_bytes has returned. */
static int write_member(const nyz_unpack_plan *plan, const nyz_folder *folder,
                        const nyz_unpack_item *item)
{
    nyz_error err;
    nyz_array bytes = {0};
    nyz_status status;
    if (nyz_unpack_is_folder(item)) {
        status = nyz_folder_add(folder, item->name, &err);
    } else {
        status = nyz_npz_bytes(plan->input->npz, item->index, NULL, &bytes, &err);
        if (status == NYZ_OK) {
            status = nyz_folder_write(folder, item->name, &item->place, bytes.data,
                                      (size_t)bytes.shape[0], &err);
            nyz_array_free(&bytes);
        }
    }
    return status == NYZ_OK ? NYZ_EXIT_FINE
                            : nyz_complain_error(plan->input->label, item->name, &err);
}

/* A bad member is left out; a machine that fails ends it all. */
static int write_members(const nyz_unpack_plan *plan, const nyz_folder *folder)
{
    int worst = NYZ_EXIT_FINE;
    for (int64_t i = 0; i < plan->count && worst != NYZ_EXIT_MACHINE; i++) {
        worst = nyz_worse(worst, write_member(plan, folder, &plan->items[i]));
    }
    return worst;
}

/* ------------------------------------------------------------------------------- the call */

static int write_below(const nyz_unpack_plan *plan, const char *path, int follow)
{
    nyz_error err;
    nyz_folder *folder;
    int made = 0;
    if (nyz_folder_open(path, follow, &folder, &made, &err) != NYZ_OK) {
        return nyz_complain_error(path, NULL, &err);
    }
    int status = look(plan, folder);
    if (status == NYZ_EXIT_FINE) {
        status = write_members(plan, folder);
    }
    nyz_folder_close(&folder);
    if (status != NYZ_EXIT_FINE && made) {
        nyz_folder_undo(path);
    }
    return status;
}

static int unpack(const nyz_args *args, const nyz_input *input)
{
    char *const named = args->folder == NULL ? name_folder(input->label) : NULL;
    const char *const path = args->folder != NULL ? args->folder : named;
    int status = NYZ_EXIT_USAGE;
    if (path == NULL || path[0] == '\0') {
        nyz_complain(input->label, NULL, "name the folder to unpack to: -d DIR");
    } else {
        nyz_unpack_plan plan;
        status = nyz_unpack_plan_make(&plan, args, input);
        if (status == NYZ_EXIT_FINE) {
            status = write_below(&plan, path, named == NULL);
        }
        nyz_unpack_plan_free(&plan);
    }
    free(named);
    return status;
}

int nyz_cmd_unpack(const nyz_args *args)
{
    nyz_input input;
    int status = nyz_input_open(&input, args->files[0], 0);
    if (status != NYZ_EXIT_FINE) {
        return status;
    }
    if (input.npz == NULL) {
        nyz_complain(input.label, NULL,
                     "unpack takes an archive, and this is a .npy file");
        status = NYZ_EXIT_DATA;
    } else if (input.member != NULL && args->count > 1) {
        nyz_complain(input.label, NULL, "FILE:MEMBER goes without further members");
        status = NYZ_EXIT_USAGE;
    } else {
        status = unpack(args, &input);
    }
    nyz_input_close(&input);
    return status;
}
