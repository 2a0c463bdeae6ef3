/*
 * Working out anew.  Invariant: between runs states are all untouched but from lowest to highest,
 * and so are values and boxes that of the base.
 */
#include "check/trial.h"

#include "base/mem.h"
#include "check/internal.h"

#include <math.h>
#include <string.h>

enum { UNTOUCHED, AFFECTED, BUSY, DONE };

bool bs_trial_init(struct bs_trial *trial, const struct bs_key *key)
{
    const size_t count = (size_t)bs_key_count(key) + 1;
    *trial = (struct bs_trial){.key = key, .highest = -1};
    trial->values = bs_alloc(count * sizeof *trial->values);
    trial->reached = bs_alloc(count * sizeof *trial->reached);
    trial->states = bs_calloc(count, sizeof *trial->states);
    if (trial->values && trial->reached && trial->states)
        return true;
    bs_trial_finish(trial);
    return false;
}

void bs_trial_finish(struct bs_trial *trial)
{
    bs_free(trial->values);
    bs_free(trial->reached);
    bs_free(trial->states);
    *trial = (struct bs_trial){0};
}

void bs_trial_begin(struct bs_trial *trial, const double *base, const struct bs_interval *boxes,
                    const bool *is_fixed, int target)
{
    const size_t count = (size_t)bs_key_count(trial->key);
    trial->base = base;
    trial->boxes = boxes;
    trial->is_fixed = is_fixed;
    trial->target = target;
    trial->more = 0;
    trial->highest = -1;
    memset(trial->states, UNTOUCHED, count);
    memcpy(trial->values, base, count * sizeof *base);
    if (boxes)
        memcpy(trial->reached, boxes, count * sizeof *boxes);
}

static void restore(struct bs_trial *trial)
{
    for (int i = trial->lowest; i <= trial->highest; i++) {
        if (trial->states[i] == UNTOUCHED)
            continue;
        trial->states[i] = UNTOUCHED;
        trial->values[i] = trial->base[i];
        if (trial->boxes)
            trial->reached[i] = trial->boxes[i];
    }
    trial->highest = -1;
}

static const struct bs_change *change_of(const struct bs_change *changes, int count, int item)
{
    for (int k = 0; k < count; k++)
        if (changes[k].item == item)
            return &changes[k];
    return NULL;
}

static int note_highest(void *context, bs_expr leaf)
{
    int *highest = context;
    if ((int)leaf->u.ref > *highest)
        *highest = (int)leaf->u.ref;
    return 0;
}

static bool is_affected(const struct bs_trial *trial, int i)
{
    const struct bs_item *item = bs_key_item(trial->key, i);
    if (i != trial->target && trial->is_fixed && trial->is_fixed[i])
        return false;
    for (int k = 0; k < item->operand_count; k++)
        if (trial->states[item->operands[k]] != UNTOUCHED)
            return true;
    return false;
}

/* Up to the target, or as far as a changed definition looks ahead. */
static void mark_affected(struct bs_trial *trial, const struct bs_change *changes, int count)
{
    trial->lowest = changes[0].item;
    trial->highest = trial->target;
    for (int k = 0; k < count; k++) {
        trial->lowest = changes[k].item < trial->lowest ? changes[k].item : trial->lowest;
        if (count > 1)
            bs_visit_leaves(changes[k].definition, note_highest, &trial->highest);
    }
    for (int i = trial->lowest; i <= trial->highest; i++)
        if (change_of(changes, count, i) || is_affected(trial, i))
            trial->states[i] = AFFECTED;
}

struct running {
    struct bs_trial *trial;
    const struct bs_change *changes;
    int count;
    struct bs_error *err;
};

static int work_out(struct running *running, int i);

static int work_out_leaf(void *context, bs_expr leaf)
{
    return work_out(context, (int)leaf->u.ref);
}

/* One change alone looks at nothing that depends on it: no mutant is circular. */
static int work_out_operands(struct running *running, int i, const struct bs_change *change)
{
    const struct bs_item *item = bs_key_item(running->trial->key, i);
    int status = BS_OK;
    if (change)
        return running->count > 1 ? bs_visit_leaves(change->definition, work_out_leaf, running)
                                  : BS_OK;
    for (int k = 0; k < item->operand_count && status == BS_OK; k++)
        status = work_out(running, item->operands[k]);
    return status;
}

/* A circle of two changes is met where an item is wanted for itself. */
static int work_out(struct running *running, int i)
{
    struct bs_trial *trial = running->trial;
    if (trial->states[i] == UNTOUCHED || trial->states[i] == DONE)
        return BS_OK;
    if (trial->states[i] == BUSY)
        return BS_REFUSED;
    trial->states[i] = BUSY;
    const struct bs_change *change = change_of(running->changes, running->count, i);
    int status = work_out_operands(running, i, change);
    if (status == BS_OK)
        status = bs_key_eval(&trial->values[i], trial->key,
                             change ? change->definition : bs_key_item(trial->key, i)->definition,
                             trial->values, running->err);
    trial->states[i] = DONE;
    return status;
}

int bs_trial_run(double *out, struct bs_trial *trial, const struct bs_change *changes, int count,
                 struct bs_error *err)
{
    struct running running = {trial, changes, count, err};
    restore(trial);
    mark_affected(trial, changes, count);
    const int status = work_out(&running, trial->target);
    *out = status == BS_OK ? trial->values[trial->target] : NAN;
    return status == BS_REFUSED ? BS_OK : status;
}

/* ---- as people work ----------------------------------------------------------------------------
 */

static struct bs_rounding rounding_of(const struct bs_trial *trial, int i)
{
    struct bs_rounding rounding = bs_key_rounding(trial->key, i);
    rounding.decimals += rounding.decimals < 0 ? 0 : trial->more;
    rounding.figures += rounding.figures > 0 ? trial->more : 0;
    return rounding;
}

static int practise_item(struct bs_trial *trial, int i, bs_expr definition,
                         enum bs_practice practice, struct bs_error *err)
{
    const struct bs_key *key = trial->key;
    const struct bs_rounding rounding = rounding_of(trial, i);
    const bool cuts = bs_practice_cuts(practice);
    double *value = &trial->values[i];
    int status = BS_OK;
    if (bs_practice_is_in_steps(practice))
        *value = bs_practise(definition, trial->values, &rounding, cuts, bs_key_kink(key));
    else
        status = bs_key_eval(value, key, definition, trial->values, err);
    if (status == BS_OK && bs_practice_writes_values(practice) && i != trial->target)
        *value = bs_write_down(*value, bs_rounding_unit(&rounding, *value), cuts);
    return status;
}

int bs_trial_practise(double *out, struct bs_trial *trial, const struct bs_change *change,
                      enum bs_practice practice, struct bs_error *err)
{
    restore(trial);
    mark_affected(trial, change, 1);
    int status = practise_item(trial, change->item, change->definition, practice, err);
    for (int i = change->item + 1; i <= trial->target && status == BS_OK; i++)
        if (trial->states[i] == AFFECTED)
            status = practise_item(trial, i, bs_key_item(trial->key, i)->definition, practice, err);
    *out = status == BS_OK ? trial->values[trial->target] : NAN;
    return status == BS_REFUSED ? BS_OK : status;
}

/* ---- boxes ------------------------------------------------------------------------------------
 */

static int reach_item(struct bs_trial *trial, int i, bs_expr definition, struct bs_error *err)
{
    return bs_key_bounds(&trial->reached[i], trial->key, i, definition, trial->reached, err);
}

int bs_trial_reach(struct bs_interval *out, struct bs_trial *trial, const struct bs_change *change,
                   struct bs_error *err)
{
    restore(trial);
    mark_affected(trial, change, 1);
    int status = reach_item(trial, change->item, change->definition, err);
    for (int i = change->item + 1; i <= trial->target && status == BS_OK; i++)
        if (trial->states[i] == AFFECTED)
            status = reach_item(trial, i, bs_key_item(trial->key, i)->definition, err);
    *out = trial->reached[trial->target];
    return status == BS_REFUSED ? BS_OK : status;
}
