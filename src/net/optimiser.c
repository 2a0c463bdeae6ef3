/*
 * The table of optimisers.  Each kernel is its formula, term by term in the order written, so that
 * a tape that evaluates the formula finds the same digits.
 */
#include "net/optimiser.h"

#include "expr/parse.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define EPS                            \
    {                                  \
        "eps", 1e-8, DBL_MIN, INFINITY \
    }

static void step_sgd(const struct bs_optimiser_step *step)
{
    for (size_t i = 0; i < step->count; i++)
        step->p[i] -= step->eta * step->g[i];
}

static void step_momentum(const struct bs_optimiser_step *step)
{
    const double momentum = step->options[0];
    for (size_t i = 0; i < step->count; i++) {
        step->m[i] = momentum * step->m[i] + step->g[i];
        step->p[i] -= step->eta * step->m[i];
    }
}

static void step_nesterov(const struct bs_optimiser_step *step)
{
    const double momentum = step->options[0];
    for (size_t i = 0; i < step->count; i++) {
        step->m[i] = momentum * step->m[i] + step->g[i];
        step->p[i] -= step->eta * (step->g[i] + momentum * step->m[i]);
    }
}

static void step_adagrad(const struct bs_optimiser_step *step)
{
    const double eps = step->options[0];
    for (size_t i = 0; i < step->count; i++) {
        step->s[i] = step->s[i] + step->g[i] * step->g[i];
        step->p[i] -= step->eta * step->g[i] / (sqrt(step->s[i]) + eps);
    }
}

static void step_rmsprop(const struct bs_optimiser_step *step)
{
    const double rho = step->options[0], eps = step->options[1];
    for (size_t i = 0; i < step->count; i++) {
        step->s[i] = rho * step->s[i] + (1 - rho) * (step->g[i] * step->g[i]);
        step->p[i] -= step->eta * step->g[i] / (sqrt(step->s[i]) + eps);
    }
}

static void adam_shares(double *m, double *s, const double *options, double t)
{
    *m = 1 - pow(options[0], t);
    *s = 1 - pow(options[1], t);
}

static void step_adam(const struct bs_optimiser_step *step)
{
    const double beta1 = step->options[0], beta2 = step->options[1], eps = step->options[2];
    double m_share, s_share;
    adam_shares(&m_share, &s_share, step->options, step->t);
    for (size_t i = 0; i < step->count; i++) {
        step->m[i] = beta1 * step->m[i] + (1 - beta1) * step->g[i];
        step->s[i] = beta2 * step->s[i] + (1 - beta2) * (step->g[i] * step->g[i]);
        step->p[i] -= step->eta * (step->m[i] / m_share) / (sqrt(step->s[i] / s_share) + eps);
    }
}

#define ADAM                                                                   \
    "m' = beta1·m + (1 − beta1)·g;  s' = beta2·s + (1 − beta2)·g²;  " \
    "mhat = m'/(1 − beta1^t);  shat = s'/(1 − beta2^t);  "

const struct bs_optimiser bs_optimisers[] = {
    {.recipe = {.name = "sgd",
                .formula = "Δp = −η·g",
                .source = "Robbins and Monro, Annals of Mathematical Statistics 22, 1951",
                .about = "plain gradient descent: against the gradient, by the rate"},
     .usual_eta = 0.1,
     .is_plain = true,
     .step = step_sgd},
    {.recipe = {.name = "momentum",
                .formula = "m' = momentum·m + g;  Δp = −η·m'",
                .source = "Polyak, USSR Computational Mathematics 4, 1964",
                .about = "steps add up like those of a heavy ball, so zigzags cancel",
                .options = {{"momentum", 0.9, 0, 1}}},
     .usual_eta = 0.01,
     .has_m = true,
     .step = step_momentum},
    {.recipe = {.name = "nesterov",
                .formula = "m' = momentum·m + g;  Δp = −η·(g + momentum·m')",
                .source =
                    "Nesterov, Soviet Mathematics Doklady 27, 1983, with the gradient where p "
                    "is, as in Sutskever et al., ICML 2013",
                .about = "momentum that looks one step ahead",
                .options = {{"momentum", 0.9, 0, 1}}},
     .usual_eta = 0.01,
     .has_m = true,
     .step = step_nesterov},
    {.recipe = {.name = "adagrad",
                .formula = "s' = s + g²;  Δp = −η·g/(sqrt(s') + eps)",
                .source = "Duchi, Hazan and Singer, JMLR 12, 2011",
                .about = "each parameter's rate shrinks with all the gradients that it has had",
                .options = {EPS}},
     .usual_eta = 0.01,
     .has_s = true,
     .step = step_adagrad},
    {.recipe = {.name = "rmsprop",
                .formula = "s' = rho·s + (1 − rho)·g²;  Δp = −η·g/(sqrt(s') + eps)",
                .source = "Tieleman and Hinton, Coursera lecture 6.5, 2012",
                .about = "each parameter's rate follows the size of its late gradients",
                .options = {{"rho", 0.9, 0, 1}, EPS}},
     .usual_eta = 0.001,
     .has_s = true,
     .step = step_rmsprop},
    {.recipe = {.name = "adam",
                .formula = ADAM "Δp = −η·mhat/(sqrt(shat) + eps)",
                .source = "Kingma and Ba, ICLR 2015, algorithm 1",
                .about = "momentum over rmsprop, both freed of their start at 0",
                .options = {{"beta1", 0.9, 0, 1}, {"beta2", 0.999, 0, 1}, EPS}},
     .usual_eta = 0.001,
     .has_m = true,
     .has_s = true,
     .step = step_adam,
     .shares = adam_shares},
    {.recipe = {.name = "adamw",
                .formula = ADAM "Δp = −η·mhat/(sqrt(shat) + eps);  "
                                "Δw = −η·decay·p − η·mhat/(sqrt(shat) + eps)",
                .source = "Loshchilov and Hutter, ICLR 2019, algorithm 2",
                .about = "adam, with weights that shrink apart from their gradients",
                .options = {{"beta1", 0.9, 0, 1}, {"beta2", 0.999, 0, 1}, EPS}},
     .usual_eta = 0.001,
     .usual_decay = 0.01,
     .decouples_decay = true,
     .has_m = true,
     .has_s = true,
     .step = step_adam,
     .shares = adam_shares},
    {.recipe = {.name = NULL}},
};

const struct bs_optimiser *bs_optimiser_find(const char *name)
{
    for (const struct bs_optimiser *row = bs_optimisers; row->recipe.name; row++)
        if (strcmp(row->recipe.name, name) == 0)
            return row;
    return NULL;
}

/* ---- in symbols ------------------------------------------------------------------------------ */

/* What follows "NAME = " in the formula, up to the next part or the end; NULL: it has no such part.
 */
static const char *find_part(const char *formula, const char *name, size_t *length)
{
    const size_t named = strlen(name);
    while (formula) {
        formula += strspn(formula, " ;");
        if (strncmp(formula, name, named) == 0 && strncmp(formula + named, " = ", 3) == 0) {
            *length = strcspn(formula + named + 3, ";");
            return formula + named + 3;
        }
        formula = strchr(formula, ';');
    }
    return NULL;
}

static const char *part_of(const struct bs_optimiser *optimiser, enum bs_recurrence which,
                           size_t *length)
{
    static const char *const names[BS_RECURRENCES] = {[BS_NEW_M] = "m'",
                                                      [BS_NEW_S] = "s'",
                                                      [BS_M_HAT] = "mhat",
                                                      [BS_S_HAT] = "shat",
                                                      [BS_CHANGE] = "Δp"};
    return find_part(optimiser->recipe.formula, names[which], length);
}

bool bs_optimiser_has(const struct bs_optimiser *optimiser, enum bs_recurrence which)
{
    size_t length;
    return part_of(optimiser, which, &length);
}

bs_expr bs_optimiser_define(struct bs_pool *pool, const struct bs_optimiser *optimiser,
                            enum bs_recurrence which, bool decays, bs_leaf_map *map, void *context)
{
    size_t length = 0;
    bs_expr formula;
    const char *part = decays && which == BS_CHANGE && optimiser->decouples_decay
                           ? find_part(optimiser->recipe.formula, "Δw", &length)
                           : part_of(optimiser, which, &length);
    if (!part || bs_parse_whole(&formula, pool, part, length, NULL) < 0)
        return NULL;
    return bs_map_leaves(pool, formula, map, context);
}
