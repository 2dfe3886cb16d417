/* SPDX-License-Identifier: MIT */
/* nyz unpack: choosing the members and checking all of their names. */
#include "cmd/unpack.h"

#include "io/complain.h"
#include "text/fold.h"
#include "text/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define LIMIT_LEAST (INT64_C(4) << 30) /* bytes that any archive may unpack to */
#define LIMIT_TIMES 4                  /* and what it takes itself, so many times */

int cli_unpack_is_directory(const cli_unpack_item *item)
{
    return item->name_size > 0 && item->name[item->name_size - 1] == '/';
}

int cli_unpack_refuse(const cli_unpack_plan *plan, const cli_unpack_item *item,
                      const char *message)
{
    cli_complain(plan->input->label, item->name, message);
    return CLI_EXIT_DATA;
}

/* ----------------------------------------------------------------- which members */

/* Sets chosen[i] for each member i that is meant, once however often it is named. */
static int choose(const cli_unpack_plan *plan, unsigned char *chosen)
{
    int worst = CLI_EXIT_FINE;
    for (int64_t i = plan->input->first; i < plan->input->end; i++) {
        chosen[i] = plan->args->count == 1;
    }
    for (int i = 1; i < plan->args->count; i++) {
        const int64_t found = nyz_file_find(plan->input->handle, plan->args->files[i]);
        if (found >= 0) {
            chosen[found] = 1;
        } else {
            worst = cli_input_missing(plan->input, plan->args->files[i]);
        }
    }
    return worst;
}

/* Adds member `index`, with the key of its name. */
static int add_item(cli_unpack_plan *plan, int64_t index)
{
    const nyz_entry member = cli_input_member(plan->input, index);
    cli_unpack_item *const item = &plan->items[plan->count];
    *item = (cli_unpack_item){.index = index,
                              .name = member.name,
                              .name_size = member.name_size,
                              .size = member.size};
    plan->count++;
    const char *const refused = cli_unpack_refuses(item->name, item->name_size);
    if (refused != NULL) {
        return cli_unpack_refuse(plan, item, refused);
    }
    if (cli_unpack_is_directory(item) && item->size > 0) {
        return cli_unpack_refuse(
            plan, item, "the name is that of a directory, but the member has data");
    }
    cli_line key = {0};
    if (plan->args->case_sensitive) {
        cli_line_put(&key, item->name, item->name_size);
    } else {
        cli_line_fold(&key, item->name, item->name_size);
        cli_line_put(&key, "", 1); /* of a name that folds to nothing, too */
    }
    item->key = key.data;
    return key.failed ? cli_complain_memory(plan->input->label) : CLI_EXIT_FINE;
}

static int add_items(cli_unpack_plan *plan, const unsigned char *chosen, int64_t count)
{
    int worst = CLI_EXIT_FINE;
    for (int64_t i = 0; i < count && worst != CLI_EXIT_MACHINE; i++) {
        if (chosen[i]) {
            worst = cli_worse(worst, add_item(plan, i));
        }
    }
    return worst;
}

/* ------------------------------------------------------------------ no two for one file */

/* By key, with '/' before every other character: what is in a directory comes directly
 * after a file of the directory's name. */
static int compare(const void *a, const void *b)
{
    const unsigned char *x = (const unsigned char *)(*(cli_unpack_item *const *)a)->key;
    const unsigned char *y = (const unsigned char *)(*(cli_unpack_item *const *)b)->key;
    while (*x == *y && *x != '\0') {
        x++;
        y++;
    }
    const int left = *x == '/' ? 1 : *x == '\0' ? 0 : *x + 1;
    const int right = *y == '/' ? 1 : *y == '\0' ? 0 : *y + 1;
    return left - right;
}

/* What is wrong with two neighbours in this order, the second one: printf's format for
 * the first one's name; or NULL. */
static const char *clash(const cli_unpack_item *first, const cli_unpack_item *second)
{
    const size_t size = strlen(first->key);
    if (cli_unpack_is_directory(first) || strncmp(first->key, second->key, size) != 0) {
        return NULL;
    }
    if (second->key[size] == '/') {
        return "is in a directory, or is one, where '%s' is a file";
    }
    if (second->key[size] != '\0') {
        return NULL;
    }
    return strcmp(first->name, second->name) == 0
               ? "the archive has '%s' twice"
               : "is the same file as '%s' where case or the form of Unicode does not "
                 "count; where it does, use --case-sensitive";
}

static int find_clashes(const cli_unpack_plan *plan, const cli_unpack_item **sorted)
{
    int worst = CLI_EXIT_FINE;
    qsort(sorted, (size_t)plan->count, sizeof(const cli_unpack_item *), compare);
    for (int64_t i = 1; i < plan->count; i++) {
        const char *const what = clash(sorted[i - 1], sorted[i]);
        if (what != NULL) {
            char text[CLI_FOLD_MAX + 200];
            snprintf(text, sizeof text, what, sorted[i - 1]->name);
            worst = cli_unpack_refuse(plan, sorted[i], text);
        }
    }
    return worst;
}

static int check_clashes(const cli_unpack_plan *plan)
{
    const cli_unpack_item **const sorted =
        calloc((size_t)plan->count + 1, sizeof(const cli_unpack_item *));
    if (sorted == NULL) {
        return cli_complain_memory(plan->input->label);
    }
    for (int64_t i = 0; i < plan->count; i++) {
        sorted[i] = &plan->items[i];
    }
    const int status = find_clashes(plan, sorted);
    free(sorted);
    return status;
}

/* ----------------------------------------------------------------------------- the limit */

/* The members lie side by side in the archive, so that what they take there cannot
 * overflow; what they inflate to might. */
static int check_limit(const cli_unpack_plan *plan)
{
    int64_t total = 0;
    int64_t stored = 0;
    for (int64_t i = 0; i < plan->count; i++) {
        total = plan->items[i].size > INT64_MAX - total ? INT64_MAX
                                                        : total + plan->items[i].size;
        stored += cli_input_member(plan->input, plan->items[i].index).compressed_size;
    }
    const int given = plan->args->max_bytes != 0;
    const int64_t limit = given ? plan->args->max_bytes : LIMIT_LEAST;
    if (total <= limit || (!given && total / LIMIT_TIMES <= stored)) {
        return CLI_EXIT_FINE;
    }
    char text[200];
    snprintf(text, sizeof text,
             "the members would take %" PRId64 " bytes, over the limit of %" PRId64
             "; --max-bytes sets another",
             total, limit);
    cli_complain(plan->input->label, NULL, text);
    return CLI_EXIT_DATA;
}

/* ------------------------------------------------------------------------------ the calls */

int cli_unpack_plan_make(cli_unpack_plan *plan, const cli_args *args, cli_input *input)
{
    *plan = (cli_unpack_plan){.args = args, .input = input};
    const int64_t count = nyz_file_count(input->handle);
    unsigned char *const chosen = calloc((size_t)count + 1, 1);
    plan->items = calloc((size_t)count + 1, sizeof *plan->items);
    if (chosen == NULL || plan->items == NULL) {
        free(chosen);
        return cli_complain_memory(input->label);
    }
    int status = choose(plan, chosen);
    if (status == CLI_EXIT_FINE) {
        status = add_items(plan, chosen, count);
    }
    free(chosen);
    if (status == CLI_EXIT_FINE) {
        status = check_clashes(plan);
    }
    return status == CLI_EXIT_FINE ? check_limit(plan) : status;
}

void cli_unpack_plan_free(cli_unpack_plan *plan)
{
    for (int64_t i = 0; plan->items != NULL && i < plan->count; i++) {
        free(plan->items[i].key);
    }
    free(plan->items);
    *plan = (cli_unpack_plan){0};
}
