#include "test_expr.h"

#include "expr/index.h"
#include "expr/prove.h"
#include "expr/system.h"

#include <complex.h>
#include <stdio.h>

enum { MOST = 8, SEEDS = 10 };

/* So small that its square is nothing beside 1: see bs_eval_slope. */
static const double STEP = 1e-100;

/* What a system is told, and a concrete size of it. */
struct model {
    struct {
        const char *name, *formula;
    } definitions[MOST];
    struct {
        const char *name;
        int sign;
        const char *q;
    } calls[MOST];
    struct {
        const char *index, *from, *to;
    } ranges[2];
    struct {
        const char *left, *right;
    } assumptions[2];
    struct {
        const char *name;
        int value;
    } sizes[MOST]; /* n = 3 */
    struct {
        const char *name;
        int last;
    } letters[MOST];    /* which a quantity may have: each counts from 1 to there */
    const char *shares; /* the array of which 1 to n are positive and sum to 1 */
};

static void build(struct bs_system *system, const struct model *model)
{
    struct bs_error err = {0};
    for (int i = 0; model->definitions[i].name; i++)
        ck_assert_msg(bs_system_define(system, parsed(model->definitions[i].name),
                                       parsed(model->definitions[i].formula), &err) == BS_OK,
                      "%s: %s", model->definitions[i].name, err.text);
    for (int i = 0; i < 2 && model->ranges[i].index; i++)
        ck_assert_int_eq(bs_system_range(system, parsed(model->ranges[i].index),
                                         parsed(model->ranges[i].from), parsed(model->ranges[i].to),
                                         &err),
                         BS_OK);
    for (int i = 0; model->calls[i].name; i++)
        ck_assert_msg(bs_system_call(system, parsed(model->calls[i].name), model->calls[i].sign,
                                     parsed(model->calls[i].q), &err) == BS_OK,
                      "%s: %s", model->calls[i].name, err.text);
    for (int i = 0; i < 2 && model->assumptions[i].left; i++)
        ck_assert_int_eq(bs_system_assume(system, parsed(model->assumptions[i].left),
                                          parsed(model->assumptions[i].right), &err),
                         BS_OK);
}

static struct bs_system *built(const struct model *model)
{
    struct bs_system *system = bs_system_create(pool);
    ck_assert_ptr_nonnull(system);
    build(system, model);
    return system;
}

static struct bs_general derived(struct bs_system *system, const char *by)
{
    struct bs_error err = {0};
    struct bs_general general;
    int status = bs_system_derive(&general, system, parsed(by), &err);
    ck_assert_msg(status == BS_OK, "%s: %s", by, err.text);
    return general;
}

/* ---- values ---------------------------------------------------------------------------------- */

/*
 * A second engine, which shares the formulas with the system and nothing else: a quantity is
 * evaluated by evaluating its definition at its subscripts, in complex numbers, down to the givens;
 * a derivative is a complex step of one of them.
 */
struct world {
    const struct model *model;
    const struct parts *parts;
    uint64_t seed;
    const char *by; /* the quantity that has the step; or NULL */
    bool is_local;  /* the step is seen by the formula itself, not through other definitions */
    struct {
        const char *name;
        int value;
    } letters[MOST];
};

/* The model's texts as expressions. */
struct parts {
    bs_expr names[MOST], formulas[MOST]; /* of the definitions, the loss last */
    bs_expr called[MOST], called_for[MOST];
    int count, calls;
};

static struct parts parts_of(const struct model *model)
{
    struct parts parts = {.count = 0};
    for (int i = 0; model->definitions[i].name; i++, parts.count++) {
        parts.formulas[i] = parsed(model->definitions[i].formula);
        parts.names[i] = bs_as_defined(pool, parsed(model->definitions[i].name), parts.formulas[i]);
    }
    for (int i = 0; model->calls[i].name; i++, parts.calls++) {
        parts.called_for[i] = parsed(model->calls[i].q);
        parts.called[i] = bs_as_defined(pool, parsed(model->calls[i].name), parts.called_for[i]);
    }
    return parts;
}

static bs_expr loss_of(const struct world *world)
{
    return world->parts->names[world->parts->count - 1];
}

static double _Complex value_in(const struct world *world, bs_expr expr);

/* beta_2 is β_j with j = 2: the letters of the general name get the digits of the concrete one. */
static bool bind_letters(struct world *world, const char *concrete, bs_expr general)
{
    const size_t stem = strlen(general->u.name);
    if (general->kind == BS_SYMBOL)
        return strcmp(concrete, general->u.name) == 0;
    if (strncmp(concrete, general->u.name, stem) != 0 || concrete[stem] != '_' ||
        strlen(concrete) != stem + 1 + (size_t)general->count)
        return false;
    for (int i = 0; i < general->count; i++) {
        const char digit = concrete[stem + 1 + (size_t)i];
        if (digit < '1' || digit > '9') /* the input a_0 of a chain is given */
            return false;
        world->letters[i].name = general->args[i]->u.name;
        world->letters[i].value = digit - '0';
    }
    return true;
}

static struct world without_letters(const struct world *world)
{
    return (struct world){.model = world->model,
                          .parts = world->parts,
                          .seed = world->seed,
                          .by = world->is_local ? NULL : world->by};
}

/* The formula of a definition, in the world of its letters; NULL when it is given. */
static bs_expr find_formula(struct world *inner, const struct world *world, const char *name)
{
    for (int i = 0; i < world->parts->count; i++) {
        *inner = without_letters(world);
        if (bind_letters(inner, name, world->parts->names[i]))
            return world->parts->formulas[i];
    }
    return NULL;
}

/* ∂of/∂by at a point; local: by the formula of `of` alone. */
static double slope_in(const struct world *world, const char *of, const char *by, bool is_local)
{
    struct world inner, outer = without_letters(world);
    bs_expr formula = find_formula(&inner, &outer, of);
    ck_assert_msg(formula, "%s is not defined", of);
    inner.by = by;
    inner.is_local = is_local;
    return cimag(value_in(&inner, formula)) / STEP;
}

/* b|alpha_12 stands for ∂b_1/∂α_2. */
static double partial_value(const struct world *world, const char *name)
{
    char of[64], by[64];
    const size_t stem = strcspn(name, "|");
    const char *digits = strrchr(name, '_'), *end = digits ? digits : name + strlen(name);
    snprintf(of, sizeof of, "%.*s", (int)stem, name);
    snprintf(by, sizeof by, "%.*s", (int)(end - name - (long)stem) - 1, name + stem + 1);
    const bool is_local = strcmp(of, loss_of(world)->u.name) != 0;
    for (int i = 0; digits && i < world->parts->count; i++) {
        bs_expr general = world->parts->names[i];
        if (general->count == 0 || strcmp(general->u.name, of) != 0)
            continue;
        snprintf(of + stem, sizeof of - stem, "_%.*s", general->count, digits + 1);
        digits += general->count;
    }
    if (digits && digits[1])
        snprintf(by + strlen(by), sizeof by - strlen(by), "_%s", digits + 1);
    return slope_in(world, of, by, is_local);
}

/* g_1 by what it is called for. */
static bool find_called(double *value, const struct world *world, const char *name)
{
    for (int i = 0; i < world->parts->calls; i++) {
        char q[64];
        struct world inner = without_letters(world);
        bs_expr by = world->parts->called_for[i];
        if (!bind_letters(&inner, name, world->parts->called[i]))
            continue;
        snprintf(q, sizeof q, "%s%s", by->u.name, by->count > 0 ? strrchr(name, '_') : "");
        *value = world->model->calls[i].sign * slope_in(&inner, loss_of(world)->u.name, q, false);
        return true;
    }
    return false;
}

static double given_value(const struct world *world, const char *name)
{
    const char *shares = world->model->shares;
    const struct point point = {.seed = world->seed};
    double sum = 0;
    if (!shares || strncmp(name, shares, strlen(shares)) != 0 || name[strlen(shares)] != '_')
        return value_of_name(&point, name);
    for (int k = 1; k <= 3; k++) {
        char other[16];
        snprintf(other, sizeof other, "%s_%d", shares, k);
        sum += 3 + value_of_name(&point, other);
    }
    return (3 + value_of_name(&point, name)) / sum;
}

static int leaf_in_world(double _Complex *value, void *context, bs_expr leaf, struct bs_error *err)
{
    const struct world *world = context;
    const char *name = leaf->u.name;
    struct world inner;
    double real;
    (void)err;
    for (int i = 0; i < MOST && world->letters[i].name; i++)
        if (strcmp(world->letters[i].name, name) == 0)
            return *value = world->letters[i].value, BS_OK;
    for (int i = 0; world->model->sizes[i].name; i++)
        if (strcmp(world->model->sizes[i].name, name) == 0)
            return *value = world->model->sizes[i].value, BS_OK;
    bs_expr formula = find_formula(&inner, world, name);
    if (strchr(name, '|'))
        *value = partial_value(world, name);
    else if (find_called(&real, world, name))
        *value = real;
    else
        *value = formula ? value_in(&inner, formula) : given_value(world, name);
    if (world->by && strcmp(world->by, name) == 0)
        *value += I * STEP;
    return BS_OK;
}

static double _Complex value_in(const struct world *world, bs_expr expr)
{
    struct world copy = *world;
    struct bs_complex_env env = {.leaf = leaf_in_world, .context = &copy};
    struct bs_error err = {0};
    double _Complex value = NAN;
    int status = bs_eval_complex(&value, expr, &env, &err);
    ck_assert_msg(status == BS_OK, "%s: %s", ascii(expr), err.text);
    return value;
}

/* ∂b_h/∂α_h as the member [h,h] of an array that partial_value knows. */
static bs_expr with_partials_named(bs_expr expr)
{
    bs_expr args[64];
    char name[64];
    int count = 0;
    ck_assert_int_le(expr->count, 64);
    if (expr->kind != BS_PARTIAL) {
        for (int i = 0; i < expr->count; i++)
            args[i] = with_partials_named(expr->args[i]);
        return expr->count == 0 ? expr : bs_with_args(pool, expr, args);
    }
    snprintf(name, sizeof name, "%s|%s", expr->args[0]->u.name, expr->args[1]->u.name);
    for (int side = 0; side < 2; side++)
        for (int i = 0; i < expr->args[side]->count; i++)
            args[count++] = expr->args[side]->args[i];
    return count == 0 ? bs_symbol(pool, name) : bs_member(pool, name, count, args);
}

/* ---- derivations ----------------------------------------------------------------------------- */

/* The quantity at the letters of the world: beta_2. */
static void put_concrete(struct bs_buf *buf, const struct world *world, bs_expr general)
{
    bs_buf_put(buf, general->u.name);
    for (int i = 0; i < general->count; i++)
        for (int k = 0; k < MOST && world->letters[k].name; k++)
            if (strcmp(world->letters[k].name, general->args[i]->u.name) == 0)
                bs_buf_printf(buf, "%s%d", i == 0 ? "_" : "", world->letters[k].value);
}

/* Every line of the derivation is ±∂(loss)/∂q, the loss written out in the givens. */
static void check_lines(const struct world *world, bs_expr q, int sign,
                        const struct bs_general *general)
{
    struct bs_buf of = BS_BUF_INIT, by = BS_BUF_INIT;
    put_concrete(&of, world, loss_of(world));
    put_concrete(&by, world, q);
    const double slope = sign * slope_in(world, bs_buf_text(&of), bs_buf_text(&by), false);
    for (int i = 0; i < general->count; i++) {
        const double value = creal(value_in(world, with_partials_named(general->lines[i].expr)));
        ck_assert_msg(fabs(value - slope) <= 1e-12 * (1 + fabs(slope)), "∂%s/∂%s: %s is %g, not %g",
                      of.text, by.text, unicode(general->lines[i].expr), value, slope);
    }
    bs_buf_finish(&of);
    bs_buf_finish(&by);
}

/* For all values of the letters from that one on which q or the loss has. */
static void check_members(struct world *world, bs_expr q, int sign,
                          const struct bs_general *general, int from, int bound)
{
    const struct model *model = world->model;
    int i = from;
    while (model->letters[i].name && !bs_has_free(q, parsed(model->letters[i].name)) &&
           !bs_has_free(loss_of(world), parsed(model->letters[i].name)))
        i++;
    if (!model->letters[i].name) {
        check_lines(world, q, sign, general);
        return;
    }
    world->letters[bound].name = model->letters[i].name;
    for (int value = 1; value <= model->letters[i].last; value++) {
        world->letters[bound].value = value;
        check_members(world, q, sign, general, i + 1, bound + 1);
    }
    world->letters[bound].name = NULL;
}

static int sign_of(const struct model *model, bs_expr q)
{
    for (int i = 0; model->calls[i].name; i++)
        if (strcmp(parsed(model->calls[i].q)->u.name, q->u.name) == 0)
            return model->calls[i].sign;
    return 1;
}

static void check_values(const struct model *model, bs_expr q, const struct bs_general *general)
{
    const struct parts parts = parts_of(model);
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct world world = {.model = model, .parts = &parts, .seed = seed};
        check_members(&world, q, sign_of(model, q), general, 0, 0);
    }
}

static void check_page(const struct bs_general *general, const char *page)
{
    struct bs_buf buf = BS_BUF_INIT;
    bs_buf_put(&buf, unicode(general->name));
    for (int i = 0; i < general->count; i++) {
        bs_buf_printf(&buf, "\n = %s", unicode(general->lines[i].expr));
        if (general->lines[i].rule[0])
            bs_buf_printf(&buf, " [%s]", general->lines[i].rule);
    }
    ck_assert_str_eq(bs_buf_text(&buf), page);
    bs_buf_finish(&buf);
}

struct derivation {
    const char *by, *page;
};

static void check(const struct model *model, size_t count, const struct derivation *derivations)
{
    struct bs_system *system = built(model);
    for (size_t i = 0; i < count; i++) {
        const struct bs_general general = derived(system, derivations[i].by);
        check_page(&general, derivations[i].page);
        check_values(model, bs_system_quantity(system, parsed(derivations[i].by)), &general);
    }
    bs_system_destroy(system);
}

/* ---- the forms ------------------------------------------------------------------------------- */

/* Homework D: a d-q-l network of sigmoid units with thresholds. */
static const struct model NETWORK = {
    .definitions = {{"alpha_h", "sum(i, 1, d, v_ih*x_i)"},
                    {"b_h", "sigmoid(alpha_h - gamma_h)"},
                    {"beta_j", "sum(h, 1, q, w_hj*b_h)"},
                    {"yhat_j", "sigmoid(beta_j - theta_j)"},
                    {"E", "1/2*sum(j, 1, l, (yhat_j - y_j)^2)"}},
    .calls = {{"g_j", -1, "beta_j"}, {"e_h", -1, "alpha_h"}},
    .sizes = {{"d", 3}, {"q", 2}, {"l", 2}},
    .letters = {{"i", 3}, {"h", 2}, {"j", 2}, {"k", 2}, {"m", 2}},
};

/* One unit a layer: a_k of a_(k−1), and the loss of the last. */
static const struct model CHAIN = {
    .definitions = {{"a_k", "sigmoid(w_k*a[k-1] + b_k)"}, {"L", "1/2*(a[D] - y)^2"}},
    .ranges = {{"k", "1", "D"}},
    .sizes = {{"D", 4}},
    .letters = {{"i", 4}, {"k", 4}, {"p", 4}},
};

static const struct model SPLIT_CHAIN = {
    .definitions = {{"z_k", "w_k*a[k-1] + b_k"},
                    {"a_k", "sigmoid(z_k)"},
                    {"L", "1/2*(a[D] - y)^2"}},
    .ranges = {{"k", "1", "D"}},
    .sizes = {{"D", 4}},
    .letters = {{"i", 4}, {"k", 4}, {"p", 4}},
};

#define SOFTMAX_OF_X "f_i", "exp(x_i)/sum(j, 1, n, exp(x_j))"

static const struct model SOFTMAX = {
    .definitions = {{SOFTMAX_OF_X}},
    .sizes = {{"n", 3}},
    .letters = {{"i", 3}, {"k", 3}},
};

static const struct model LOG_SOFTMAX = {
    .definitions = {{SOFTMAX_OF_X}, {"F_i", "log(f_i)"}},
    .ranges = {{"i", "1", "n"}},
    .sizes = {{"n", 3}},
    .letters = {{"i", 3}, {"k", 3}},
};

/* f only names what comes out. */
static const struct model LOG_SUM_EXP = {
    .definitions = {{SOFTMAX_OF_X}, {"s", "log(sum(j, 1, n, exp(x_j)))"}},
    .sizes = {{"n", 3}},
    .letters = {{"k", 3}},
};

#define CROSS_ENTROPY_OF_F "L", "-sum(i, 1, n, d_i*log(f_i))"

static const struct model CROSS_ENTROPY = {
    .definitions = {{SOFTMAX_OF_X}, {CROSS_ENTROPY_OF_F}},
    .sizes = {{"n", 3}},
    .letters = {{"i", 3}, {"k", 3}},
};

static const struct model SHARES = {
    .definitions = {{SOFTMAX_OF_X}, {CROSS_ENTROPY_OF_F}},
    .assumptions = {{"sum(i, 1, n, d_i)", "1"}},
    .sizes = {{"n", 3}},
    .letters = {{"k", 3}},
    .shares = "d",
};

static const struct model BINARY = {
    .definitions = {{"y", "sigmoid(z)"}, {"L", "-d*log(y) - (1 - d)*log(1 - y)"}},
};

static const struct model SQUARED = {
    .definitions = {{"E", "1/2*sum(j, 1, l, (y_j - d_j)^2)"}},
    .sizes = {{"l", 3}},
    .letters = {{"j", 3}, {"k", 3}},
};

/* Homework E: Z1 = x·W1 + b1, A1 = σ(Z1), Z2 = A1·W2 + b2, A2 = σ(Z2), binary cross-entropy. */
static const struct model MATRICES = {
    .definitions = {{"Z1_j", "sum(i, 1, d, x_i*W1_ij) + b1_j"},
                    {"A1_j", "sigmoid(Z1_j)"},
                    {"Z2", "sum(j, 1, q, A1_j*W2_j) + b2"},
                    {"A2", "sigmoid(Z2)"},
                    {"L", "-y*log(A2) - (1 - y)*log(1 - A2)"}},
    .calls = {{"dZ2", 1, "Z2"}, {"dA1_j", 1, "A1_j"}, {"dZ1_j", 1, "Z1_j"}},
    .sizes = {{"d", 2}, {"q", 3}},
    .letters = {{"i", 2}, {"j", 3}},
};

/* The same for m samples s, whose loss is the mean. */
static const struct model BATCH = {
    .definitions = {{"Z1_s_j", "sum(i, 1, d, x_s_i*W1_ij) + b1_j"},
                    {"A1_s_j", "sigmoid(Z1_s_j)"},
                    {"Z2_s", "sum(j, 1, q, A1_s_j*W2_j) + b2"},
                    {"A2_s", "sigmoid(Z2_s)"},
                    {"L", "sum(s, 1, m, -y_s*log(A2_s) - (1 - y_s)*log(1 - A2_s))/m"}},
    .calls = {{"dZ2_s", 1, "Z2_s"}, {"dA1_s_j", 1, "A1_s_j"}, {"dZ1_s_j", 1, "Z1_s_j"}},
    .sizes = {{"d", 2}, {"q", 3}, {"m", 2}},
    .letters = {{"s", 2}, {"i", 2}, {"j", 3}},
};

START_TEST(the_rule_of_a_layered_network)
{
    static const struct derivation derivations[] = {
        {"beta_j", "g_j\n"
                   " = −∂E/∂β_j\n"
                   " = −∂E/∂ŷ_j·∂ŷ_j/∂β_j [chain rule]\n"
                   " = −∂E/∂ŷ_j·ŷ_j·(1 − ŷ_j) [slopes worked out]\n"
                   " = (y_j − ŷ_j)·ŷ_j·(1 − ŷ_j) [derivatives put in]"},
        {"w_hj", "∂E/∂w_hj\n"
                 " = ∂E/∂β_j·∂β_j/∂w_hj [chain rule]\n"
                 " = ∂E/∂β_j·b_h [slopes worked out]\n"
                 " = −g_j·b_h [derivatives put in]"},
        {"theta_j", "∂E/∂θ_j\n"
                    " = ∂E/∂ŷ_j·∂ŷ_j/∂θ_j [chain rule]\n"
                    " = −∂E/∂ŷ_j·ŷ_j·(1 − ŷ_j) [slopes worked out]\n"
                    " = (y_j − ŷ_j)·ŷ_j·(1 − ŷ_j) [derivatives put in]\n"
                    " = g_j [closed form]"},
        {"alpha_h", "e_h\n"
                    " = −∂E/∂α_h\n"
                    " = −∂E/∂b_h·∂b_h/∂α_h [chain rule]\n"
                    " = −∂E/∂b_h·b_h·(1 − b_h) [slopes worked out]\n"
                    " = b_h·(1 − b_h)·Σ_j=1..l g_j·w_hj [derivatives put in]"},
        {"v_ih", "∂E/∂v_ih\n"
                 " = ∂E/∂α_h·∂α_h/∂v_ih [chain rule]\n"
                 " = ∂E/∂α_h·x_i [slopes worked out]\n"
                 " = −e_h·x_i [derivatives put in]"},
        {"gamma_h", "∂E/∂γ_h\n"
                    " = ∂E/∂b_h·∂b_h/∂γ_h [chain rule]\n"
                    " = −∂E/∂b_h·b_h·(1 − b_h) [slopes worked out]\n"
                    " = b_h·(1 − b_h)·Σ_j=1..l g_j·w_hj [derivatives put in]\n"
                    " = e_h [closed form]"},
        {"w_mk", "∂E/∂w_mk\n"
                 " = ∂E/∂β_k·∂β_k/∂w_mk [chain rule]\n"
                 " = ∂E/∂β_k·b_m [slopes worked out]\n"
                 " = −g_k·b_m [derivatives put in]"},
    };
    check(&NETWORK, COUNT_OF(derivations), derivations);
}
END_TEST

START_TEST(the_slopes_of_softmax)
{
    static const struct derivation derivations[] = {
        {"x_k", "∂f_i/∂x_k\n"
                " = f_i·(δ_ik − f_k) [differentiated]"},
    };
    check(&SOFTMAX, COUNT_OF(derivations), derivations);
}
END_TEST

START_TEST(the_slopes_of_the_logarithm_of_softmax)
{
    static const struct derivation derivations[] = {
        {"x_k", "∂F_i/∂x_k\n"
                " = Σ_h=1..n ∂F_i/∂f_h·∂f_h/∂x_k [chain rule]\n"
                " = Σ_h=1..n ∂F_i/∂f_h·f_h·(δ_hk − f_k) [slopes worked out]\n"
                " = Σ_h=1..n δ_hi/f_i·f_h·(δ_hk − f_k) [derivatives put in]\n"
                " = δ_ik − f_k [closed form]"},
    };
    check(&LOG_SOFTMAX, COUNT_OF(derivations), derivations);
}
END_TEST

START_TEST(the_slopes_of_the_logarithm_of_a_sum_of_exponentials)
{
    static const struct derivation derivations[] = {
        {"x_k", "∂s/∂x_k\n"
                " = f_k [differentiated]"},
    };
    check(&LOG_SUM_EXP, COUNT_OF(derivations), derivations);
}
END_TEST

START_TEST(the_slopes_of_cross_entropy_after_softmax)
{
    static const struct derivation derivations[] = {
        {"f_i", "∂L/∂f_i\n"
                " = −d_i/f_i [differentiated]"},
        {"x_k", "∂L/∂x_k\n"
                " = Σ_i=1..n ∂L/∂f_i·∂f_i/∂x_k [chain rule]\n"
                " = Σ_i=1..n ∂L/∂f_i·f_i·(δ_ik − f_k) [slopes worked out]\n"
                " = Σ_i=1..n d_i/f_i·f_i·(f_k − δ_ik) [derivatives put in]\n"
                " = f_k·Σ_i=1..n d_i − d_k [closed form]"},
    };
    check(&CROSS_ENTROPY, COUNT_OF(derivations), derivations);
}
END_TEST

START_TEST(the_targets_of_cross_entropy_may_be_assumed_to_sum_to_1)
{
    static const struct derivation derivations[] = {
        {"x_k", "∂L/∂x_k\n"
                " = Σ_i=1..n ∂L/∂f_i·∂f_i/∂x_k [chain rule]\n"
                " = Σ_i=1..n ∂L/∂f_i·f_i·(δ_ik − f_k) [slopes worked out]\n"
                " = Σ_i=1..n d_i/f_i·f_i·(f_k − δ_ik) [derivatives put in]\n"
                " = f_k·Σ_i=1..n d_i − d_k [simplification]\n"
                " = f_k − d_k [as assumed]"},
    };
    check(&SHARES, COUNT_OF(derivations), derivations);
}
END_TEST

START_TEST(the_slope_of_binary_cross_entropy_after_a_sigmoid)
{
    static const struct derivation derivations[] = {
        {"y", "∂L/∂y\n"
              " = (1 − d)/(1 − y) − d/y [differentiated]"},
        {"z", "∂L/∂z\n"
              " = ∂L/∂y·∂y/∂z [chain rule]\n"
              " = ∂L/∂y·y·(1 − y) [slopes worked out]\n"
              " = ((1 − d)/(1 − y) − d/y)·y·(1 − y) [derivatives put in]\n"
              " = y − d [closed form]"},
    };
    check(&BINARY, COUNT_OF(derivations), derivations);
}
END_TEST

START_TEST(the_slopes_of_the_squared_error)
{
    static const struct derivation derivations[] = {
        {"y_j", "∂E/∂y_j\n"
                " = y_j − d_j [differentiated]"},
        {"d_k", "∂E/∂d_k\n"
                " = d_k − y_k [differentiated]"},
    };
    check(&SQUARED, COUNT_OF(derivations), derivations);
}
END_TEST

START_TEST(the_slopes_of_a_chain_are_products)
{
    static const struct derivation derivations[] = {
        {"a_k",
         "∂L/∂a_k\n"
         " = ∂L/∂a_(k+1)·∂a_(k+1)/∂a_k + (a_D − y)·δ_Dk [chain rule]\n"
         " = ∂L/∂a_(k+1)·a_(k+1)·(1 − a_(k+1))·w_(k+1) + (a_D − y)·δ_Dk [slopes worked out]\n"
         " = (a_D − y)·Π_j=k+1..D a_j·(1 − a_j)·w_j [the chain unrolled]"},
        {"w_i",
         "∂L/∂w_i\n"
         " = ∂L/∂a_i·∂a_i/∂w_i [chain rule]\n"
         " = ∂L/∂a_i·a_i·(1 − a_i)·a_(i−1) [slopes worked out]\n"
         " = (a_D − y)·a_(i−1)·(Π_j=i+1..D w_j)·Π_j=i..D a_j·(1 − a_j) [derivatives put in]"},
    };
    check(&CHAIN, COUNT_OF(derivations), derivations);
}
END_TEST

START_TEST(a_chain_of_two_definitions_is_unrolled_as_well)
{
    static const struct derivation derivations[] = {
        {"w_i",
         "∂L/∂w_i\n"
         " = ∂L/∂z_i·∂z_i/∂w_i [chain rule]\n"
         " = ∂L/∂z_i·a_(i−1) [slopes worked out]\n"
         " = (a_D − y)·a_(i−1)·(Π_j=i+1..D w_j)·Π_j=i..D a_j·(1 − a_j) [derivatives put in]"},
        {"z_k", "∂L/∂z_k\n"
                " = ∂L/∂a_k·∂a_k/∂z_k [chain rule]\n"
                " = ∂L/∂a_k·a_k·(1 − a_k) [slopes worked out]\n"
                " = (a_D − y)·(Π_j=k+1..D w_j)·Π_j=k..D a_j·(1 − a_j) [derivatives put in]"},
        {"a_k", "∂L/∂a_k\n"
                " = ∂L/∂z_(k+1)·∂z_(k+1)/∂a_k + (a_D − y)·δ_Dk [chain rule]\n"
                " = ∂L/∂z_(k+1)·w_(k+1) + (a_D − y)·δ_Dk [slopes worked out]\n"
                " = (a_D − y)·Π_j=k+1..D a_j·(1 − a_j)·w_j [the chain unrolled]"},
        {"b_p", "∂L/∂b_p\n"
                " = ∂L/∂z_p·∂z_p/∂b_p [chain rule]\n"
                " = ∂L/∂z_p [slopes worked out]\n"
                " = (a_D − y)·(Π_j=p+1..D w_j)·Π_j=p..D a_j·(1 − a_j) [derivatives put in]"},
    };
    check(&SPLIT_CHAIN, COUNT_OF(derivations), derivations);
}
END_TEST

START_TEST(the_gradients_of_matrices_entry_by_entry)
{
    static const struct derivation derivations[] = {
        {"A2", "∂L/∂A2\n"
               " = (1 − y)/(1 − A2) − y/A2 [differentiated]"},
        {"Z2", "dZ2\n"
               " = ∂L/∂Z2\n"
               " = ∂L/∂A2·∂A2/∂Z2 [chain rule]\n"
               " = ∂L/∂A2·A2·(1 − A2) [slopes worked out]\n"
               " = ((1 − y)/(1 − A2) − y/A2)·A2·(1 − A2) [derivatives put in]\n"
               " = A2 − y [closed form]"},
        {"W2_j", "∂L/∂W2_j\n"
                 " = ∂L/∂Z2·∂Z2/∂W2_j [chain rule]\n"
                 " = ∂L/∂Z2·A1_j [slopes worked out]\n"
                 " = dZ2·A1_j [derivatives put in]"},
        {"b2", "∂L/∂b2\n"
               " = ∂L/∂Z2·∂Z2/∂b2 [chain rule]\n"
               " = ∂L/∂Z2 [slopes worked out]\n"
               " = dZ2 [derivatives put in]"},
        {"A1_j", "dA1_j\n"
                 " = ∂L/∂A1_j\n"
                 " = ∂L/∂Z2·∂Z2/∂A1_j [chain rule]\n"
                 " = ∂L/∂Z2·W2_j [slopes worked out]\n"
                 " = dZ2·W2_j [derivatives put in]"},
        {"Z1_j", "dZ1_j\n"
                 " = ∂L/∂Z1_j\n"
                 " = ∂L/∂A1_j·∂A1_j/∂Z1_j [chain rule]\n"
                 " = ∂L/∂A1_j·A1_j·(1 − A1_j) [slopes worked out]\n"
                 " = dA1_j·A1_j·(1 − A1_j) [derivatives put in]"},
        {"W1_ij", "∂L/∂W1_ij\n"
                  " = ∂L/∂Z1_j·∂Z1_j/∂W1_ij [chain rule]\n"
                  " = ∂L/∂Z1_j·x_i [slopes worked out]\n"
                  " = dZ1_j·x_i [derivatives put in]"},
        {"b1_j", "∂L/∂b1_j\n"
                 " = ∂L/∂Z1_j·∂Z1_j/∂b1_j [chain rule]\n"
                 " = ∂L/∂Z1_j [slopes worked out]\n"
                 " = dZ1_j [derivatives put in]"},
    };
    check(&MATRICES, COUNT_OF(derivations), derivations);
}
END_TEST

START_TEST(a_parameter_that_all_samples_share_sums_over_them)
{
    static const struct derivation derivations[] = {
        {"Z2_s", "dZ2_s\n"
                 " = ∂L/∂Z2_s\n"
                 " = ∂L/∂A2_s·∂A2_s/∂Z2_s [chain rule]\n"
                 " = ∂L/∂A2_s·A2_s·(1 − A2_s) [slopes worked out]\n"
                 " = ((1 − y_s)/(1 − A2_s) − y_s/A2_s)/m·A2_s·(1 − A2_s) [derivatives put in]\n"
                 " = (A2_s − y_s)/m [closed form]"},
        {"W2_j", "∂L/∂W2_j\n"
                 " = Σ_s=1..m ∂L/∂Z2_s·∂Z2_s/∂W2_j [chain rule]\n"
                 " = Σ_s=1..m ∂L/∂Z2_s·A1_sj [slopes worked out]\n"
                 " = Σ_s=1..m dZ2_s·A1_sj [derivatives put in]"},
        {"b2", "∂L/∂b2\n"
               " = Σ_s=1..m ∂L/∂Z2_s·∂Z2_s/∂b2 [chain rule]\n"
               " = Σ_s=1..m ∂L/∂Z2_s [slopes worked out]\n"
               " = Σ_s=1..m dZ2_s [derivatives put in]"},
        {"W1_ij", "∂L/∂W1_ij\n"
                  " = Σ_s=1..m ∂L/∂Z1_sj·∂Z1_sj/∂W1_ij [chain rule]\n"
                  " = Σ_s=1..m ∂L/∂Z1_sj·x_si [slopes worked out]\n"
                  " = Σ_s=1..m dZ1_sj·x_si [derivatives put in]"},
        {"b1_j", "∂L/∂b1_j\n"
                 " = Σ_s=1..m ∂L/∂Z1_sj·∂Z1_sj/∂b1_j [chain rule]\n"
                 " = Σ_s=1..m ∂L/∂Z1_sj [slopes worked out]\n"
                 " = Σ_s=1..m dZ1_sj [derivatives put in]"},
    };
    check(&BATCH, COUNT_OF(derivations), derivations);
}
END_TEST

/* ---- what follows from them ------------------------------------------------------------------ */

static bs_expr closed_form(struct bs_system *system, const char *by)
{
    const struct bs_general general = derived(system, by);
    return general.lines[general.count - 1].expr;
}

/* Homework D: Δw_hj = η·g_j·b_h, Δθ_j = −η·g_j, Δv_ih = η·e_h·x_i, Δγ_h = −η·e_h. */
START_TEST(a_step_down_the_slope_is_the_update_rule)
{
    static const struct {
        const char *by, *update;
    } cases[] = {{"w_hj", "eta*g_j*b_h"},
                 {"theta_j", "-eta*g_j"},
                 {"v_ih", "eta*e_h*x_i"},
                 {"gamma_h", "-eta*e_h"}};
    struct bs_system *system = built(&NETWORK);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        bs_expr slope = closed_form(system, cases[i].by);
        bs_expr update = bs_mul(pool, parsed("-eta"), slope);
        ck_assert_str_eq(ascii(bs_system_fold(system, update)), ascii(parsed(cases[i].update)));
    }
    bs_system_destroy(system);
}
END_TEST

START_TEST(a_network_has_as_many_parameters_as_their_letters_count)
{
    static const char *const parameters[] = {"v_ih", "gamma_h", "w_hj", "theta_j"};
    struct bs_system *system = built(&NETWORK);
    bs_expr count = bs_integer(pool, 0);
    for (size_t i = 0; i < COUNT_OF(parameters); i++) {
        bs_expr parameter = bs_system_quantity(system, parsed(parameters[i]));
        count = bs_add(pool, count, bs_system_count(system, parameter));
    }
    ck_assert_str_eq(unicode(bs_collect(pool, count, bs_symbol(pool, "q"))), "(d + l + 1)·q + l");
    bs_system_destroy(system);
}
END_TEST

/* Homework D: each slope is at most ¼, and there are D − i + 1. */
START_TEST(the_slopes_of_a_chain_are_at_most_a_quarter_each)
{
    const struct parts parts = parts_of(&CHAIN);
    struct bs_system *system = built(&CHAIN);
    bs_expr slopes = parsed("product(j, i, D, a_j*(1 - a_j))"), bound = parsed("(1/4)^(D - i + 1)");
    ck_assert(bs_contains(closed_form(system, "w_i"), slopes));
    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        for (int i = 1; i <= 4; i++) {
            struct world world = {
                .model = &CHAIN, .parts = &parts, .seed = seed, .letters = {{"i", i}}};
            const double product = creal(value_in(&world, slopes));
            ck_assert(product > 0 && product <= creal(value_in(&world, bound)));
        }
    bs_system_destroy(system);
}
END_TEST

/* f_k·Σ_i d_i − d_k, from all of the Jacobian, is f_k − d_k where Σ_i d_i is 1. */
START_TEST(the_assumption_only_puts_one_for_the_sum)
{
    struct bs_system *with = built(&SHARES), *without = built(&CROSS_ENTROPY);
    bs_expr sum = parsed("sum(i, 1, n, d_i)"), one = bs_integer(pool, 1);
    bs_expr replaced = bs_replace(pool, closed_form(without, "x_k"), sum, one);
    ck_assert_ptr_eq(bs_simplify(pool, replaced), closed_form(with, "x_k"));
    bs_system_destroy(with);
    bs_system_destroy(without);
}
END_TEST

START_TEST(the_rules_behind_each_local_slope_are_told)
{
    struct bs_error err = {0};
    struct bs_naming user;
    struct bs_steps steps = {0};
    struct bs_system *system = built(&NETWORK);
    bs_expr b = bs_system_quantity(system, parsed("b_h"));
    ck_assert_int_eq(bs_system_local(&user, &steps, system, b, 0, &err), BS_OK);
    ck_assert_str_eq(unicode(user.name), "β_j");
    ck_assert_str_eq(steps.items[0].rule, "sum rule");
    ck_assert_str_eq(unicode(steps.items[steps.count - 1].after), "w_hj");
    ck_assert_int_eq(bs_system_local(&user, NULL, system, b, 1, &err), BS_REFUSED);
    ck_assert_str_eq(err.text, "no more definitions mention it");
    bs_steps_finish(&steps);
    bs_system_destroy(system);
}
END_TEST

START_TEST(what_is_derived_holds_for_all_that_was_said)
{
    struct bs_error err = {0};
    struct bs_system *system = bs_system_create(pool);
    ck_assert_int_eq(bs_system_define(system, parsed("u"), parsed("w^2"), &err), BS_OK);
    ck_assert_int_eq(bs_system_define(system, parsed("E"), parsed("3*u"), &err), BS_OK);
    ck_assert_str_eq(unicode(closed_form(system, "w")), "6·w");
    ck_assert_int_eq(bs_system_call(system, parsed("g"), -1, parsed("u"), &err), BS_OK);
    ck_assert_str_eq(unicode(closed_form(system, "w")), "−2·g·w");
    ck_assert_int_eq(bs_system_define(system, parsed("F"), parsed("E^2"), &err), BS_OK);
    ck_assert_str_eq(unicode(closed_form(system, "u")), "−6·E");
    bs_system_destroy(system);
}
END_TEST

START_TEST(a_definition_that_the_loss_does_not_use_only_names_a_formula)
{
    struct bs_error err = {0};
    struct bs_system *system = bs_system_create(pool);
    ck_assert_int_eq(bs_system_define(system, parsed("p_i"), parsed("x_i^2"), &err), BS_OK);
    ck_assert_int_eq(bs_system_define(system, parsed("E"), parsed("sum(j, 1, n, x_j^3)"), &err),
                     BS_OK);
    ck_assert_str_eq(unicode(closed_form(system, "x_k")), "3·p_k");
    bs_system_destroy(system);
}
END_TEST

/* ---- steps down the slope -------------------------------------------------------------------- */

/* f(x − η∇f) for the letters of f, which counts with i. */
static bs_expr after_step(bs_expr f, const char *slope)
{
    bs_expr step = bs_mul(pool, parsed("-eta"), parsed(slope));
    return bs_replace(pool, f, parsed("x_i"), bs_add(pool, parsed("x_i"), step));
}

START_TEST(the_first_order_change_along_the_slope_is_never_positive)
{
    bs_expr change = parsed("sum(i, 1, n, partial(f, x_i)*(-eta*partial(f, x_i)))");
    ck_assert_str_eq(unicode(bs_simplify(pool, change)), "−η·Σ_i=1..n (∂f/∂x_i)²");
}
END_TEST

/*
 * Of f = ½·Σ a_i·x_i² the change is −η·Σ(a_i·x_i)² + ½·η²·Σ a_i³·x_i², the second term that of the
 * curvature: up where η > 2/a_i for all i, down where η < 2/a_i.
 */
START_TEST(a_step_too_large_goes_up_a_quadratic)
{
    struct bs_error err = {0};
    struct bs_proof proof;
    bs_expr f = parsed("1/2*sum(i, 1, n, a_i*x_i^2)");
    ck_assert_str_eq(unicode(bs_diff(pool, f, parsed("x_k"), NULL)), "a_k·x_k");
    bs_expr change = bs_sub(pool, after_step(f, "a_i*x_i"), f);
    static const char *const forms[] = {
        "-eta*sum(i, 1, n, (a_i*x_i)^2) + 1/2*eta^2*sum(i, 1, n, a_i^3*x_i^2)",
        "eta/2*sum(i, 1, n, (a_i*x_i)^2*(eta*a_i - 2))",
    };
    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        ck_assert_int_eq(bs_prove(&proof, pool, change, parsed(forms[i]), &err), BS_OK);
        ck_assert_int_eq(proof.verdict, BS_PROVED);
        bs_proof_finish(&proof);
    }
    bs_expr only = bs_replace(pool, bs_replace(pool, change, parsed("n"), parsed("1")),
                              parsed("a_i"), parsed("4"));
    for (double eta = 0.1; eta < 1; eta += 0.25) {
        const double up = value_at(only, (struct point){.seed = 1, .name = "eta", .value = eta});
        ck_assert_msg((up > 0) == (eta > 0.5), "at %g it is %g", eta, up);
    }
}
END_TEST

/* d/dη f(x − η∇f) at 0 is −Σ(∂f/∂x_i)², for a function that is no quadratic. */
START_TEST(the_first_order_change_is_the_slope_of_the_step)
{
    bs_expr f = parsed("sum(i, 1, 3, tanh(a_i*x_i) + x_i^4)");
    bs_expr slope = bs_diff(pool, parsed("tanh(a_i*x_i) + x_i^4"), parsed("x_i"), NULL);
    bs_expr along = after_step(f, ascii(slope));
    bs_expr change = parsed("-sum(i, 1, 3, (a_i*(1 - tanh(a_i*x_i)^2) + 4*x_i^3)^2)");
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct point point = {.seed = seed, .name = "eta", .value = 0};
        struct bs_env env = {.leaf = leaf_at_point, .context = &point};
        struct bs_error err = {0};
        double measured;
        ck_assert_int_eq(bs_eval_slope(&measured, along, bs_symbol(pool, "eta"), &env, &err),
                         BS_OK);
        const double expected = value_at(change, point);
        ck_assert_double_eq_tol(measured, expected, 1e-12 * fabs(expected));
    }
}
END_TEST

/* ---- refusals -------------------------------------------------------------------------------- */

static void check_refused(int status, const struct bs_error *err, const char *message)
{
    ck_assert_int_eq(status, BS_REFUSED);
    ck_assert_str_eq(err->text, message);
}

START_TEST(a_definition_that_cannot_be_is_refused_and_changes_nothing)
{
    static const struct {
        const char *name, *formula, *message;
    } cases[] = {
        {"beta_j", "x_j", "beta is defined twice"},
        {"beta_k", "x_k", "beta is defined twice"},
        {"g_j", "x_j", "g is defined twice"},
        {"beta_1", "x", "beta_1 is defined twice"},
        {"u", "w*x + u", "u is defined by itself"},
        {"u_k", "u_k + x_k", "u is defined by itself"},
        {"gamma_h", "x_h", "definition 2 uses gamma, which is defined below it: put that first"},
        {"u_t", "sum(s, 1, t, w_s*x_s)", "the bounds of a sum cannot count with t"},
        {"b_h + 1", "x_h", "a definition names a symbol or a member with letters, as in b_h = ..."},
        {"u[h, h]", "x_h", "a definition names a symbol or a member with letters, as in b_h = ..."},
        {"u[h + 1]", "x_h",
         "a definition names a symbol or a member with letters, as in b_h = ..."},
        {"u", "sum(h, 1, n, x_h)", "h counts over two ranges: give one of them another letter"},
        {"u", "sum(m, 1, n, x_m)*sum(m, 0, n, x_m)",
         "m counts over two ranges: give one of them another letter"},
    };
    struct bs_system *system = built(&NETWORK);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_error err = {0};
        check_refused(
            bs_system_define(system, parsed(cases[i].name), parsed(cases[i].formula), &err), &err,
            cases[i].message);
    }
    ck_assert_str_eq(unicode(closed_form(system, "w_hj")), "−g_j·b_h");
    struct bs_error err = {0};
    ck_assert_int_eq(bs_system_define(system, parsed("u"), parsed("sum(m, 1, n, x_m)"), &err),
                     BS_OK);
    bs_system_destroy(system);
}
END_TEST

START_TEST(a_name_or_range_that_cannot_be_is_refused)
{
    struct bs_error err = {0};
    struct bs_system *system = built(&NETWORK);
    check_refused(bs_system_call(system, parsed("f_j"), 1, parsed("u_j"), &err), &err,
                  "there is no definition of u to derive by");
    check_refused(bs_system_call(system, parsed("f_j"), 1, parsed("beta_j + 1"), &err), &err,
                  "there is no definition of that to derive by");
    check_refused(bs_system_call(system, parsed("b_j"), 1, parsed("beta_j"), &err), &err,
                  "b is defined twice");
    check_refused(bs_system_call(system, parsed("e_j"), 1, parsed("beta_j"), &err), &err,
                  "e is defined twice");
    check_refused(bs_system_call(system, parsed("y_j"), 1, parsed("b_j"), &err), &err,
                  "y is used in a definition already");
    check_refused(bs_system_range(system, parsed("h"), parsed("0"), parsed("q"), &err), &err,
                  "h counts over two ranges: give one of them another letter");
    ck_assert_int_eq(bs_system_range(system, parsed("h"), parsed("1"), parsed("q"), &err), BS_OK);
    bs_system_destroy(system);
}
END_TEST

START_TEST(a_derivative_that_cannot_be_is_refused)
{
    struct bs_error err = {0};
    struct bs_general general;
    struct bs_system *system = bs_system_create(pool);
    check_refused(bs_system_derive(&general, system, parsed("x"), &err), &err,
                  "there is no definition to derive");
    ck_assert_int_eq(bs_system_define(system, parsed("a_k"), parsed("w_k*a[k-1]"), &err), BS_OK);
    ck_assert_int_eq(bs_system_define(system, parsed("L_k"), parsed("a_k^2"), &err), BS_OK);
    check_refused(bs_system_derive(&general, system, parsed("2*x"), &err), &err,
                  "derive by a symbol or a member of an array, as w_hj");
    check_refused(bs_system_derive(&general, system, parsed("w_k"), &err), &err,
                  "k is an index of what is derived, L: derive by another one");
    check_refused(bs_system_derive(&general, system, parsed("w_i"), &err), &err,
                  "no sum says how far an index of a definition counts: give its range");
    ck_assert_int_eq(bs_system_range(system, parsed("k"), parsed("1"), parsed("D"), &err), BS_OK);
    ck_assert_int_eq(bs_system_derive(&general, system, parsed("w_i"), &err), BS_OK);
    bs_system_destroy(system);
    bs_system_destroy(NULL);
}
END_TEST

/* What the letters of c_hj bind is read with them: ∂E/∂b_h has both terms. */
START_TEST(names_beside_a_definition_are_members_by_its_letters)
{
    struct bs_error err = {0};
    struct bs_system *system = bs_system_create(pool);
    ck_assert_int_eq(bs_system_define(system, parsed("c_hj"), parsed("b_h*w_hj"), &err), BS_OK);
    ck_assert_int_eq(
        bs_system_define(system, parsed("E"),
                         parsed("sum(h, 1, q, sum(j, 1, l, c_hj)) + sum(h, 1, q, b_h)"), &err),
        BS_OK);
    ck_assert_str_eq(unicode(closed_form(system, "b_h")), "Σ_j=1..l w_hj + 1");
    bs_system_destroy(system);
    system = bs_system_create(pool);
    ck_assert_int_eq(bs_system_define(system, parsed("y_out"), parsed("w_out*x"), &err), BS_OK);
    ck_assert_str_eq(unicode(closed_form(system, "w_out")), "x");
    bs_system_destroy(system);
}
END_TEST

START_TEST(one_name_is_not_a_quantity_and_a_member)
{
    static const char message[] = "c_hj is defined as one quantity and used as a member of c: "
                                  "write its subscripts apart, as in w_h_j";
    struct bs_error err = {0};
    bs_expr sum = parsed("sum(h, 1, q, sum(j, 1, l, c_hj))");
    struct bs_system *system = bs_system_create(pool);
    ck_assert_int_eq(bs_system_define(system, parsed("c_hj"), parsed("x^2"), &err), BS_OK);
    check_refused(bs_system_define(system, parsed("E"), sum, &err), &err, message);
    bs_system_destroy(system);
    system = bs_system_create(pool);
    ck_assert_int_eq(bs_system_define(system, parsed("E"), sum, &err), BS_OK);
    check_refused(bs_system_define(system, parsed("c_hj"), parsed("x^2"), &err), &err, message);
    bs_system_destroy(system);
}
END_TEST

START_TEST(an_array_that_counts_over_two_ranges_is_refused)
{
    static const struct {
        const char *loss, *message;
    } cases[] = {
        {"sum(i, 1, 2, z_i) + z_3", "z counts over 1..2 and 3..3: sums over it need one range"},
        {"sum(i, 1, n, z[i] - z[i-1])",
         "z counts over 1..n and 0..n − 1: sums over it need one range"},
        {"sum(i, 0, n, z_i) + sum(k, 1, m, z_k)",
         "z counts over 0..n and 1..m: sums over it need one range"},
        {"sum(j, 1, n, sum(i, 1, j, z_i))", "the bounds of a sum cannot count with j"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_error err = {0};
        struct bs_general general;
        struct bs_system *system = bs_system_create(pool);
        ck_assert_int_eq(bs_system_define(system, parsed("z_i"), parsed("y_i*x"), &err), BS_OK);
        ck_assert_int_eq(bs_system_define(system, parsed("E"), parsed(cases[i].loss), &err), BS_OK);
        check_refused(bs_system_derive(&general, system, parsed("x"), &err), &err,
                      cases[i].message);
        bs_system_destroy(system);
    }
}
END_TEST

START_TEST(assumptions_that_go_in_a_circle_are_refused)
{
    struct bs_error err = {0};
    struct bs_general general;
    struct bs_system *system = bs_system_create(pool);
    check_refused(bs_system_assume(system, parsed("w*x"), parsed("w*x + 1"), &err), &err,
                  "the right side of an assumption cannot contain its left side");
    ck_assert_int_eq(bs_system_define(system, parsed("E"), parsed("a*b*x"), &err), BS_OK);
    ck_assert_int_eq(bs_system_assume(system, parsed("a*b"), parsed("c*d"), &err), BS_OK);
    ck_assert_int_eq(bs_system_assume(system, parsed("c*d"), parsed("a*b"), &err), BS_OK);
    check_refused(bs_system_derive(&general, system, parsed("x"), &err), &err,
                  "the assumptions go in a circle");
    bs_system_destroy(system);
}
END_TEST

/* ---- memory ---------------------------------------------------------------------------------- */

static bool is_ok(int status, const struct bs_error *err)
{
    ck_assert_msg(status == BS_OK || status == BS_NO_MEMORY, "status %d: %s", status, err->text);
    return status == BS_OK;
}

/* NULL when out of memory. */
static bs_expr read_in(struct bs_pool *other, const char *text)
{
    bs_expr expr = NULL;
    struct bs_error err = {0};
    return is_ok(bs_parse(&expr, other, text, strlen(text), &err), &err) ? expr : NULL;
}

static bool tell(struct bs_system *system, struct bs_pool *other, const struct model *model)
{
    struct bs_error err = {0};
    bool is_told = true;
    for (int i = 0; is_told && model->definitions[i].name; i++) {
        bs_expr name = read_in(other, model->definitions[i].name);
        bs_expr formula = name ? read_in(other, model->definitions[i].formula) : NULL;
        is_told = formula && is_ok(bs_system_define(system, name, formula, &err), &err);
    }
    for (int i = 0; is_told && model->calls[i].name; i++) {
        bs_expr name = read_in(other, model->calls[i].name);
        bs_expr q = name ? read_in(other, model->calls[i].q) : NULL;
        is_told = q && is_ok(bs_system_call(system, name, model->calls[i].sign, q, &err), &err);
    }
    for (int i = 0; is_told && i < 2 && model->ranges[i].index; i++) {
        bs_expr index = read_in(other, model->ranges[i].index);
        bs_expr from = index ? read_in(other, model->ranges[i].from) : NULL;
        bs_expr to = from ? read_in(other, model->ranges[i].to) : NULL;
        is_told = to && is_ok(bs_system_range(system, index, from, to, &err), &err);
    }
    for (int i = 0; is_told && i < 2 && model->assumptions[i].left; i++) {
        bs_expr left = read_in(other, model->assumptions[i].left);
        bs_expr right = left ? read_in(other, model->assumptions[i].right) : NULL;
        is_told = right && is_ok(bs_system_assume(system, left, right, &err), &err);
    }
    return is_told;
}

/* Everything that is said of a model and derived from it, once, in a pool of its own. */
struct attempt {
    const struct model *model;
    const char *by;
};

static bool derive_all(struct bs_system *system, bs_expr by)
{
    struct bs_general general;
    struct bs_naming user;
    struct bs_steps steps = {0};
    struct bs_error err = {0};
    bool succeeded = is_ok(bs_system_derive(&general, system, by, &err), &err) &&
                     is_ok(bs_system_local(&user, &steps, system, by, 0, &err), &err) &&
                     bs_system_fold(system, user.formula) && bs_system_quantity(system, by);
    bs_steps_finish(&steps);
    return succeeded;
}

static bool derive_once(void *context)
{
    const struct attempt *attempt = context;
    struct bs_pool *other = bs_pool_create();
    struct bs_system *system = other ? bs_system_create(other) : NULL;
    bool succeeded = system && tell(system, other, attempt->model);
    bs_expr by = succeeded ? read_in(other, attempt->by) : NULL;
    succeeded = by && derive_all(system, by);
    bs_system_destroy(system);
    bs_pool_destroy(other);
    return succeeded;
}

START_TEST(each_allocation_may_fail)
{
    static struct attempt attempts[] = {
        {&NETWORK, "v_ih"}, {&SHARES, "x_k"}, {&LOG_SOFTMAX, "x_k"}, {&SPLIT_CHAIN, "w_i"}};
    for (size_t i = 0; i < COUNT_OF(attempts); i++)
        bs_refuse_each_allocation(derive_once, &attempts[i]);
}
END_TEST

/* L = ½(a_D − y)² with a_D as it is written on paper. */
START_TEST(a_capital_letter_is_the_last_member_of_a_chain)
{
    struct bs_general general;
    struct bs_system *chain = bs_system_create(pool);
    ck_assert_int_eq(bs_system_define(chain, parsed("a_k"), parsed("sigmoid(w_k*a[k-1])"), NULL),
                     BS_OK);
    ck_assert_int_eq(bs_system_range(chain, parsed("k"), parsed("1"), parsed("D"), NULL), BS_OK);
    ck_assert_int_eq(bs_system_define(chain, parsed("L"), parsed("(a_D - y)^2/2"), NULL), BS_OK);
    ck_assert_int_eq(bs_system_derive(&general, chain, parsed("w_i"), NULL), BS_OK);
    ck_assert_str_eq(unicode(general.lines[general.count - 1].expr),
                     "(a_D − y)·a_(i−1)·(Π_j=i+1..D w_j)·Π_j=i..D a_j·(1 − a_j)");
    bs_system_destroy(chain);
}
END_TEST

Suite *bs_suite(void)
{
    const TTest *const tests[] = {
        a_capital_letter_is_the_last_member_of_a_chain,
        the_rule_of_a_layered_network,
        the_slopes_of_softmax,
        the_slopes_of_the_logarithm_of_softmax,
        the_slopes_of_the_logarithm_of_a_sum_of_exponentials,
        the_slopes_of_cross_entropy_after_softmax,
        the_targets_of_cross_entropy_may_be_assumed_to_sum_to_1,
        the_slope_of_binary_cross_entropy_after_a_sigmoid,
        the_slopes_of_the_squared_error,
        the_slopes_of_a_chain_are_products,
        a_chain_of_two_definitions_is_unrolled_as_well,
        the_gradients_of_matrices_entry_by_entry,
        a_parameter_that_all_samples_share_sums_over_them,
        a_step_down_the_slope_is_the_update_rule,
        a_network_has_as_many_parameters_as_their_letters_count,
        the_slopes_of_a_chain_are_at_most_a_quarter_each,
        the_assumption_only_puts_one_for_the_sum,
        the_rules_behind_each_local_slope_are_told,
        what_is_derived_holds_for_all_that_was_said,
        a_definition_that_the_loss_does_not_use_only_names_a_formula,
        the_first_order_change_along_the_slope_is_never_positive,
        a_step_too_large_goes_up_a_quadratic,
        the_first_order_change_is_the_slope_of_the_step,
        a_definition_that_cannot_be_is_refused_and_changes_nothing,
        a_name_or_range_that_cannot_be_is_refused,
        a_derivative_that_cannot_be_is_refused,
        an_array_that_counts_over_two_ranges_is_refused,
        assumptions_that_go_in_a_circle_are_refused,
        names_beside_a_definition_are_members_by_its_letters,
        one_name_is_not_a_quantity_and_a_member,
        each_allocation_may_fail,
        NULL,
    };
    return suite_with_pool("system", tests);
}
