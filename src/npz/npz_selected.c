/* SPDX-License-Identifier: MIT */
/* All members of an archive, or those that are selected. */
#include "nyz_model.h"

#include "base/config.h"
#include "base/error.h"
#include "base/select.h"
#include "npz/npz.h"

nyz_status nyz_npz_load_all(const nyz_npz *npz, const nyz_options *opt, nyz_arrays **out,
                            nyz_error *err)
{
    return nyz_npz_load_chosen(npz, NULL, opt, out, err);
}

static nyz_status entry(const void *ctx, int64_t index, nyz_entry *out, nyz_error *err)
{
    nyz_member member;
    NYZ_TRY(nyz_npz_member_at(ctx, index, &member, err));
    out->name = member.name;
    out->name_size = member.name_size;
    out->key_size = member.key_size;
    return NYZ_OK;
}

static int64_t find(const void *ctx, const char *name)
{
    return nyz_npz_find(ctx, name);
}

static nyz_status missing(const void *ctx, const char *name, nyz_error *err)
{
    const nyz_npz *const npz = ctx;
    return nyz_npz_missing(&npz->dir.index, npz->dir.count, "archive", name, err);
}

nyz_status nyz_npz_load_selected(const nyz_npz *npz, const nyz_select *select,
                                 const nyz_options *opt, nyz_arrays **out, nyz_error *err)
{
    const nyz_select_source source = {npz,   npz->dir.count, "archive",
                                      entry, find,           missing};
    nyz_config config;
    nyz_selection chosen;
    *out = NULL;
    NYZ_TRY(nyz_npz_config(npz, opt, &config, err));
    NYZ_TRY(nyz_select_items(&source, select, &config.allocator, &chosen, err));
    const nyz_status status = nyz_npz_load_chosen(npz, &chosen, opt, out, err);
    nyz_select_free(&chosen);
    return status;
}
