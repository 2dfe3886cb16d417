/* SPDX-License-Identifier: MIT */
/* Loading a model: what is found out of each parameter (file_model.c), the report of what does not
 * fit (file_report.c), and loading what does (file_model_load.c). */
#ifndef NYZ_FILE_MODEL_H
#define NYZ_FILE_MODEL_H

#include "nyz_model.h"

#include "base/config.h"
#include "base/owner.h"
#include "base/select.h"

typedef enum nyz_file_fit {
    NYZ_FILE_ABSENT = 0, /* it need not be there */
    NYZ_FILE_MISSING,
    NYZ_FILE_MISMATCHED,
    NYZ_FILE_FITS
} nyz_file_fit;

/* One parameter. */
typedef struct nyz_file_parameter {
    const nyz_select_item *item; /* NULL: there is none */
    nyz_file_fit fit;
    const char *found; /* as in nyz_finding, of the report's arena */
    const char *wanted;
    const char *why;
    int64_t size;      /* of the item's elements */
    nyz_status status; /* of loading it */
    nyz_error *error;  /* NULL: there was no memory for it */
} nyz_file_parameter;

typedef struct nyz_file_model {
    const nyz_file *file;
    nyz_config config;
    const nyz_parameter *parameters;
    int64_t count;
    nyz_load_mode mode;
    nyz_selection chosen;
    nyz_file_parameter *states; /* `count` */
    unsigned char *used;        /* chosen.count: it is a parameter's, or no array */
    nyz_owner *owner;           /* of the report's text */
} nyz_file_model;

/* A text in the arena of the report. */
nyz_status nyz_file_report_keep(const nyz_file_model *model, const char *text,
                                size_t size, const char **out, nyz_error *err);

/* Makes the report of a model whose parameters have been compared; it has the owner then. */
nyz_status nyz_file_report_make(nyz_file_model *model, nyz_report *report,
                                nyz_error *err);

/* Fails if there is something in the report that the mode does not allow. */
nyz_status nyz_file_report_check(const nyz_file_model *model, const nyz_report *report,
                                 nyz_error *err);

/* Loads the parameters that fit; all or none.  *loaded: how many. */
nyz_status nyz_file_model_load(nyz_file_model *model, int64_t *loaded, nyz_error *err);

#endif
