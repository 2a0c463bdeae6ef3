/* A step of an optimiser: all parameters at once for what comes next, or one for its entries. */
#include "net/stepper.h"

#include "base/mem.h"
#include "net/stack.h"

#include <math.h>
#include <string.h>

/* ---- making ---------------------------------------------------------------------------------- */

static int check_state(const char *name, const double *state, size_t count, double least,
                       struct bs_error *err)
{
    for (size_t i = 0; state && i < count; i++)
        if (!isfinite(state[i]) || state[i] < least)
            return bs_fail(err, BS_REFUSED,
                           "a number of the state %s is %g: a finite number%s is possible", name,
                           state[i], least == 0 ? ", 0 or more," : "");
    return BS_OK;
}

static int check(const struct bs_stepper *wanted, struct bs_error *err)
{
    if (!isfinite(wanted->eta))
        return bs_fail(err, BS_REFUSED, "eta must be a finite number, got %g", wanted->eta);
    if (!isfinite(wanted->decay) || wanted->decay < 0)
        return bs_fail(err, BS_REFUSED, "decay is %g: a finite number, 0 or more, is possible",
                       wanted->decay);
    if (!isfinite(wanted->t) || wanted->t < 1 || wanted->t != floor(wanted->t))
        return bs_fail(err, BS_REFUSED, "step is %g: a whole number from 1 is possible", wanted->t);
    int status = bs_recipe_check(&wanted->optimiser->recipe, wanted->options, err);
    if (status == BS_OK)
        status = check_state("m", wanted->m, wanted->count, -INFINITY, err);
    return status == BS_OK ? check_state("s", wanted->s, wanted->count, 0, err) : status;
}

/* Without numbers of their own they stay NULL.  False when out of memory. */
static bool copy_state(double **out, const double *state, size_t count, bool is_wanted)
{
    *out = NULL;
    if (!state || !is_wanted)
        return true;
    *out = bs_realloc_array(NULL, count, sizeof **out);
    if (*out)
        memcpy(*out, state, count * sizeof **out);
    return *out;
}

static int copy(struct bs_stepper **out, const struct bs_stepper *wanted, struct bs_error *err)
{
    const struct bs_optimiser *optimiser = wanted->optimiser;
    struct bs_stepper *made = bs_alloc(sizeof *made);
    if (!made)
        return bs_fail_memory(err);
    *made = *wanted;
    made->owners = 1;
    made->m = made->s = NULL;
    if (copy_state(&made->m, wanted->m, wanted->count, optimiser->has_m) &&
        copy_state(&made->s, wanted->s, wanted->count, optimiser->has_s)) {
        *out = made;
        return BS_OK;
    }
    bs_stepper_drop(made);
    return bs_fail_memory(err);
}

int bs_stepper_create(struct bs_stepper **out, const struct bs_stepper *wanted,
                      struct bs_error *err)
{
    int status = check(wanted, err);
    return status < 0 ? status : copy(out, wanted, err);
}

int bs_stepper_of_rate(struct bs_stepper **out, double eta, struct bs_error *err)
{
    const struct bs_stepper plain = {.optimiser = &bs_optimisers[0], .eta = eta, .t = 1};
    return bs_stepper_create(out, &plain, err);
}

struct bs_stepper *bs_stepper_share(struct bs_stepper *stepper)
{
    stepper->owners++;
    return stepper;
}

void bs_stepper_drop(struct bs_stepper *stepper)
{
    if (!stepper || --stepper->owners > 0)
        return;
    bs_free(stepper->m);
    bs_free(stepper->s);
    bs_free(stepper);
}

bool bs_stepper_is_plain(const struct bs_stepper *stepper)
{
    return stepper->optimiser->is_plain && stepper->decay == 0;
}

/* ---- one parameter --------------------------------------------------------------------------- */

/* The change is what the kernel makes of 0, and the shrinking, which it leaves to its caller. */
void bs_stepper_one(struct bs_one_stepped *out, const struct bs_stepper *stepper,
                    const struct bs_one_step *one)
{
    const struct bs_optimiser *optimiser = stepper->optimiser;
    const double decay = one->decays ? stepper->decay : 0;
    const double g = optimiser->decouples_decay ? one->g : one->g + decay * one->p;
    double p = 0, m = one->m, s = one->s, m_share = 1, s_share = 1;
    optimiser->step(&(struct bs_optimiser_step){.count = 1,
                                                .p = &p,
                                                .g = &g,
                                                .m = &m,
                                                .s = &s,
                                                .eta = stepper->eta,
                                                .t = stepper->t,
                                                .options = stepper->options});
    if (optimiser->decouples_decay)
        p -= stepper->eta * decay * one->p;
    if (optimiser->shares)
        optimiser->shares(&m_share, &s_share, stepper->options, stepper->t);
    *out = (struct bs_one_stepped){{[BS_NEW_M] = m,
                                    [BS_NEW_S] = s,
                                    [BS_M_HAT] = m / m_share,
                                    [BS_S_HAT] = s / s_share,
                                    [BS_CHANGE] = p}};
}

/* ---- all of them ----------------------------------------------------------------------------- */

/* The weights of each layer, not its biases: to += factor·params; the two may be the same. */
static void add_weights(double *to, const struct bs_arch *arch, const double *params, double factor)
{
    const struct bs_stack *stack = arch->stack;
    for (int s = 0; s < stack->count; s++)
        for (int a = 0; a < stack->stages[s].array_count; a++) {
            const struct bs_array *array = &stack->stages[s].arrays[a];
            if (array->role != BS_ARRAY_WEIGHT)
                continue;
            for (size_t i = array->first; i < array->first + array->count; i++)
                to[i] += factor * params[i];
        }
}

void bs_step_with_decay(const struct bs_optimiser *optimiser, const struct bs_optimiser_step *step,
                        double *g, double decay, const struct bs_arch *arch)
{
    if (decay > 0 && optimiser->decouples_decay)
        add_weights(step->p, arch, step->p, -(step->eta * decay));
    else if (decay > 0)
        add_weights(g, arch, step->p, decay);
    optimiser->step(step);
}

/* A state of its own, all 0 where the one before has none. */
static int give_state(double **state, bool is_wanted, size_t count, struct bs_error *err)
{
    if (is_wanted && !*state)
        *state = bs_calloc(count, sizeof **state);
    return is_wanted && !*state ? bs_fail_memory(err) : BS_OK;
}

static int follow(struct bs_stepper **out, const struct bs_stepper *stepper, size_t count,
                  struct bs_error *err)
{
    struct bs_stepper *next;
    struct bs_stepper wanted = *stepper;
    wanted.t++;
    wanted.count = count;
    int status = copy(&next, &wanted, err);
    if (status < 0)
        return status;
    status = give_state(&next->m, next->optimiser->has_m, count, err);
    if (status == BS_OK)
        status = give_state(&next->s, next->optimiser->has_s, count, err);
    if (status < 0)
        bs_stepper_drop(next);
    else
        *out = next;
    return status;
}

int bs_stepper_take(struct bs_params **out, struct bs_stepper **next,
                    const struct bs_stepper *stepper, const struct bs_net *net, double *gradients,
                    struct bs_error *err)
{
    const struct bs_params *params = net->params;
    struct bs_stepper *after = NULL;
    struct bs_params *made = bs_params_create(params->count);
    int status = made ? follow(&after, stepper, params->count, err) : bs_fail_memory(err);
    if (status < 0) {
        bs_params_drop(made);
        return status;
    }
    memcpy(made->values, params->values, params->count * sizeof *made->values);
    const struct bs_optimiser_step step = {.count = params->count,
                                           .p = made->values,
                                           .g = gradients,
                                           .m = after->m,
                                           .s = after->s,
                                           .eta = stepper->eta,
                                           .t = stepper->t,
                                           .options = stepper->options};
    bs_step_with_decay(stepper->optimiser, &step, gradients, stepper->decay, net->arch);
    *out = made;
    *next = after;
    return BS_OK;
}
