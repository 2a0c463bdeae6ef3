/*
 * What must be true of every expression, tried on many at random.  The environment may say how many
 * (BACKSTEP_RANDOM) and from which seed on (BACKSTEP_SEED; alone, that one only).  A case that
 * fails prints its seed.
 */
#include "random_expr.h"
#include "test_expr.h"

#include "expr/index.h"

#include <fenv.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* As many as an ordinary run has time for. */
enum { ORDINARY = 8000, DEEPEST = 8 };

/* Two results are held to be the same within this multiple of their size (see bs_eval). */
static const double TOLERANCE = 1e-12;

/* The tallest a difference quotient may be in doubt to say anything. */
static const double VAGUE = 1e-5;

/* An expression in a pool of its own, where it is evaluated, and by what it is differentiated. */
struct sample {
    uint64_t seed;
    bs_expr expr;
    bs_expr by;         /* a name in it, or a member of an array in it */
    struct point point; /* named after `by`: of x_k, after the x_1 to x_3 that it is there */
};

/* Compared: where there was something to compare. */
struct tally {
    long tried, compared;
};

static uint64_t number_in_environment(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    return text ? strtoull(text, NULL, 0) : otherwise;
}

/* Functions defined at run time are rows like the others. */
static void define_functions(void)
{
    static const struct {
        const char *name, *formula;
        struct bs_parameter usual[2];
    } rows[] = {
        {"mish", "x*tanh(softplus(x))", {{NULL, 0}, {NULL, 0}}},
        {"bent", "cases(x > 0, x, slope*tanh(x))", {{"slope", 0.5}, {NULL, 0}}},
        {"gated", "mish(x)*sigmoid(rate*x + shift)", {{NULL, 0}, {NULL, 0}}},
    };
    create_pool();
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct bs_func *func;
        struct bs_error err = {0};
        ck_assert_msg(bs_func_define(&func, rows[i].name, parsed(rows[i].formula), rows[i].usual,
                                     &err) == BS_OK,
                      "%s: %s", rows[i].name, err.text);
    }
    destroy_pool();
}

/* ---- samples --------------------------------------------------------------------------------- */

enum shape {
    TO_READ,     /* whatever the constructors make that can be typed */
    TO_SIMPLIFY, /* whatever they make */
    TO_EVALUATE,
};

static bool is_exponential(const struct bs_func *func)
{
    return func->is_positive && func->arity == 1;
}

/* Where ranges differ, a δ of two indices means nothing certain: see expr/index.h. */
static const struct bs_taste *taste_of(uint64_t seed, enum shape shape)
{
    static const struct bs_taste wild[] = {
        [TO_READ] = {.kinds = BS_EVERY_KIND},
        [TO_SIMPLIFY] = {.kinds = BS_EVERY_KIND, .has_refs = true},
    };
    static const struct bs_taste moderate[] = {
        {.kinds = BS_EVERY_KIND, .is_moderate = true, .has_one_range = true, .has_refs = true},
        {.kinds = BS_EVERY_KIND & ~(1U << BS_DELTA), .is_moderate = true, .has_refs = true},
        /* positive functions cancel */
        {.kinds = BS_EVERY_KIND & ~(1U << BS_CASES),
         .takes = is_exponential,
         .is_moderate = true,
         .has_one_range = true,
         .has_few_leaves = true},
    };
    return shape == TO_EVALUATE ? &moderate[seed % COUNT_OF(moderate)] : &wild[shape];
}

/* The ranges are to 3; k is one of their values. */
static double value_of(const struct point *point, const char *name)
{
    if (strcmp(name, "n") == 0)
        return 3;
    if (strcmp(name, "k") == 0)
        return 1 + (double)(point->seed / 2 % 3);
    return value_of_name(point, name);
}

static const char *name_of(bs_expr leaf)
{
    static const char *const refs[] = {"#0", "#1", "#2", "#3", "#4", "#5", "#6", "#7", "#8", "#9"};
    return leaf->kind == BS_REF ? refs[leaf->u.ref] : leaf->u.name;
}

struct choice {
    struct bs_rng *rng;
    bs_expr leaf;
    uint64_t seen;
};

/* Of the names seen so far each is chosen with the same probability; indices have no derivative. */
static int choose(void *context, bs_expr leaf)
{
    struct choice *choice = context;
    const bool is_index =
        leaf->kind == BS_SYMBOL && strlen(leaf->u.name) == 1 && strchr("hijkn", leaf->u.name[0]);
    if (!is_index && bs_rng_below(choice->rng, ++choice->seen) == 0)
        choice->leaf = leaf;
    return 0;
}

/* x_k or y_2k, by the free index; or x_3 or y_21. */
static bs_expr random_member(struct bs_rng *rng, bool has_free_index)
{
    bs_expr subscripts[2];
    const int count = 1 + (int)bs_rng_below(rng, 2);
    const char *array = count == 1 ? "x" : "y";
    for (int i = 0; i < count; i++)
        subscripts[i] = has_free_index && bs_rng_below(rng, 2)
                            ? bs_symbol(pool, "k")
                            : bs_integer(pool, 1 + (int64_t)bs_rng_below(rng, 3));
    return bs_member(pool, array, count, subscripts);
}

/* The symbol that a member is at the point. */
static const char *name_there(bs_expr by, const struct point *point)
{
    bs_expr subscripts[2];
    if (by->kind != BS_MEMBER)
        return name_of(by);
    for (int i = 0; i < by->count; i++)
        subscripts[i] = bs_is_number(by->args[i])
                            ? by->args[i]
                            : bs_integer(pool, (int64_t)value_of(point, by->args[i]->u.name));
    return bs_member(pool, by->u.name, by->count, subscripts)->u.name;
}

static struct sample draw(uint64_t seed, enum shape shape)
{
    struct bs_rng rng;
    struct sample sample = {.seed = seed, .point = {.seed = seed}};
    const struct bs_taste *taste = taste_of(seed, shape);
    bs_rng_seed(&rng, seed);
    create_pool();
    sample.expr = bs_random_expr(pool, &rng, DEEPEST - (int)bs_rng_below(&rng, 6), taste);
    struct choice choice = {.rng = &rng};
    bs_visit_leaves(sample.expr, choose, &choice);
    const bool by_name =
        choice.leaf && (!bs_has_kind(sample.expr, BS_MEMBER) || bs_rng_below(&rng, 3));
    sample.by = by_name ? choice.leaf : random_member(&rng, taste->has_one_range);
    sample.point.name = name_there(sample.by, &sample.point);
    sample.point.value = bs_rng_between(&rng, -2, 2);
    return sample;
}

/* For each seed in turn. */
static void for_each_sample(enum shape shape, bool check(const struct sample *sample), double least)
{
    const bool has_seed = getenv("BACKSTEP_SEED") != NULL;
    const uint64_t first = number_in_environment("BACKSTEP_SEED", 1);
    const uint64_t count = number_in_environment("BACKSTEP_RANDOM", has_seed ? 1 : ORDINARY);
    struct tally tally = {0, 0};
    define_functions();
    for (uint64_t seed = first; seed < first + count; seed++) {
        struct sample sample = draw(seed, shape);
        tally.tried++;
        tally.compared += check(&sample);
        destroy_pool();
    }
    printf("# compared %ld of %ld\n", tally.compared, tally.tried);
    fflush(stdout);
    if (tally.tried >= 1000)
        ck_assert_double_ge((double)tally.compared, least * (double)tally.tried);
}

/* ---- values ---------------------------------------------------------------------------------- */

static int leaf_of_sample(double *value, void *context, bs_expr leaf, struct bs_error *err)
{
    (void)err;
    *value = value_of(context, name_of(leaf));
    return BS_OK;
}

/*
 * Of size infinity where something on the way overflows, underflows or has no value, as the flags
 * of the processor tell, or where there is a kink.
 */
static struct bs_valued evaluate(const struct sample *sample, bs_expr expr)
{
    struct bs_valued valued;
    struct bs_error err = {0};
    struct point point = sample->point;
    struct bs_env env = {.leaf = leaf_of_sample, .context = &point};
    feclearexcept(FE_ALL_EXCEPT);
    ck_assert_msg(bs_eval(&valued, expr, &env, &err) == BS_OK, "BACKSTEP_SEED=%" PRIu64 ": %s: %s",
                  sample->seed, ascii(expr), err.text);
    if (fetestexcept(FE_ALL_EXCEPT & ~FE_INEXACT) || !isfinite(valued.value) || env.on_kink)
        valued.size = INFINITY;
    return valued;
}

static bool is_regular(struct bs_valued valued)
{
    return isfinite(valued.size);
}

/* NULL only where a number would be too large. */
static bs_expr simple_form(const struct sample *sample)
{
    struct bs_error err;
    bs_expr simple = bs_simplify(pool, sample->expr);
    ck_assert_msg(simple || bs_pool_error(pool, &err) == BS_REFUSED, "BACKSTEP_SEED=%" PRIu64,
                  sample->seed);
    return simple;
}

/* ---- the properties -------------------------------------------------------------------------- */

static bool check_ascii(const struct sample *sample)
{
    struct bs_buf buf = BS_BUF_INIT;
    struct bs_error err = {0};
    bs_expr back = NULL;
    bs_typeset(&buf, sample->expr, &(struct bs_style){.form = BS_ASCII});
    ck_assert_msg(bs_parse(&back, pool, bs_buf_text(&buf), buf.length, &err) == BS_OK,
                  "BACKSTEP_SEED=%" PRIu64 ": %s: column %d: %s", sample->seed, bs_buf_text(&buf),
                  err.column, err.text);
    ck_assert_msg(back == sample->expr, "BACKSTEP_SEED=%" PRIu64 ": %s reads back as %s",
                  sample->seed, bs_buf_text(&buf), ascii(back));
    bs_buf_finish(&buf);
    return true;
}

START_TEST(the_ascii_form_reads_back_as_the_expression)
{
    for_each_sample(TO_READ, check_ascii, 1);
}
END_TEST

static bool check_simple_value(const struct sample *sample)
{
    bs_expr simple = simple_form(sample);
    if (!simple)
        return false;
    const struct bs_valued before = evaluate(sample, sample->expr);
    const struct bs_valued after = evaluate(sample, simple);
    if (!is_regular(before) || !is_regular(after))
        return false;
    ck_assert_msg(fabs(before.value - after.value) <= TOLERANCE * (before.size + after.size),
                  "BACKSTEP_SEED=%" PRIu64 ": %s is %.17g, but %s is %.17g", sample->seed,
                  ascii(sample->expr), before.value, ascii(simple), after.value);
    return true;
}

START_TEST(the_simple_form_has_the_same_value)
{
    for_each_sample(TO_EVALUATE, check_simple_value, 0.5);
}
END_TEST

/* A copy elsewhere has no memory of having been simplified. */
static bool check_idempotent(const struct sample *sample)
{
    bs_expr simple = simple_form(sample);
    if (!simple)
        return false;
    struct bs_pool *elsewhere = bs_pool_create();
    bs_expr copy = bs_import(elsewhere, simple), again = bs_simplify(elsewhere, copy);
    ck_assert_msg(again == copy, "BACKSTEP_SEED=%" PRIu64 ": %s becomes %s, but that %s",
                  sample->seed, ascii(sample->expr), ascii(simple), ascii(again));
    bs_pool_destroy(elsewhere);
    return true;
}

START_TEST(the_simple_form_is_simple)
{
    for_each_sample(TO_EVALUATE, check_idempotent, 0.99);
}
END_TEST

START_TEST(the_simple_form_of_anything_is_simple)
{
    for_each_sample(TO_SIMPLIFY, check_idempotent, 0.5);
}
END_TEST

/* Every other time about the point; indices stay what they are. */
static int leaf_of_boxes(struct bs_interval *value, void *context, bs_expr leaf,
                         struct bs_error *err)
{
    const struct point *point = context;
    const char *name = name_of(leaf);
    const bool is_index = strcmp(name, "n") == 0 || strcmp(name, "k") == 0;
    const double width = is_index || point->seed / 2 % 2 ? 0 : 0.01;
    const double middle = value_of(point, name);
    (void)err;
    *value = (struct bs_interval){middle - width, middle + width};
    return BS_OK;
}

static bool check_interval(const struct sample *sample)
{
    struct point point = sample->point;
    struct bs_interval_env env = {.leaf = leaf_of_boxes, .context = &point};
    struct bs_interval bounds = {NAN, NAN};
    struct bs_error err = {0};
    ck_assert_msg(bs_eval_interval(&bounds, sample->expr, &env, &err) == BS_OK,
                  "BACKSTEP_SEED=%" PRIu64 ": %s: %s", sample->seed, ascii(sample->expr), err.text);
    const double value = evaluate(sample, sample->expr).value;
    if (isnan(value))
        return false;
    ck_assert_msg(bounds.lo <= value && value <= bounds.hi,
                  "BACKSTEP_SEED=%" PRIu64 ": %s is %.17g, not in [%.17g, %.17g]", sample->seed,
                  ascii(sample->expr), value, bounds.lo, bounds.hi);
    return isfinite(bounds.lo) && isfinite(bounds.hi);
}

START_TEST(the_interval_contains_the_value)
{
    for_each_sample(TO_EVALUATE, check_interval, 0.5);
}
END_TEST

/* i·j in the place of a name: the sums in it have i and j for their own indices, too. */
static bool check_put(const struct sample *sample)
{
    const bool is_name = sample->by->kind == BS_SYMBOL && strlen(sample->by->u.name) == 1;
    if (!is_name)
        return false;
    struct sample named = *sample;
    bs_expr value = bs_mul(pool, bs_symbol(pool, "i"), bs_symbol(pool, "j"));
    named.point.value = evaluate(sample, value).value;
    bs_expr other = bs_put(pool, sample->expr, sample->by, value);
    ck_assert_msg(other != NULL, "BACKSTEP_SEED=%" PRIu64, sample->seed);
    const struct bs_valued before = evaluate(&named, sample->expr), after = evaluate(sample, other);
    if (!is_regular(before) || !is_regular(after))
        return false;
    ck_assert_msg(fabs(before.value - after.value) <= TOLERANCE * (before.size + after.size),
                  "BACKSTEP_SEED=%" PRIu64 ": %s with i*j for %s, %s, is %.17g and not %.17g",
                  sample->seed, ascii(sample->expr), sample->by->u.name, ascii(other), after.value,
                  before.value);
    return other != sample->expr;
}

START_TEST(what_is_put_in_is_not_captured)
{
    for_each_sample(TO_EVALUATE, check_put, 0.1);
}
END_TEST

/*
 * Its derivative at the point.  The size is that of the expression, too: what cancels in it, as in
 * 1 + x − 1, is rounded in every derivative but the symbolic one.  Not regular where either is not.
 */
static struct bs_valued slope_of(const struct sample *sample, bs_expr *slope)
{
    struct bs_error err = {0};
    *slope = bs_diff(pool, sample->expr, sample->by, NULL);
    if (!*slope) {
        ck_assert_msg(bs_pool_error(pool, &err) == BS_REFUSED, "BACKSTEP_SEED=%" PRIu64,
                      sample->seed);
        return (struct bs_valued){NAN, INFINITY};
    }
    struct bs_valued valued = evaluate(sample, *slope);
    valued.size += evaluate(sample, sample->expr).size;
    return valued;
}

static void fail_slope(const struct sample *sample, bs_expr slope, double value, double other)
{
    ck_abort_msg("BACKSTEP_SEED=%" PRIu64 ": ∂(%s)/∂%s, %s, is %.17g and not %.17g at %s = %.17g",
                 sample->seed, ascii(sample->expr), ascii(sample->by), ascii(slope), value, other,
                 sample->point.name, sample->point.value);
}

static bool check_complex_step(const struct sample *sample)
{
    bs_expr slope;
    struct point point = sample->point;
    struct bs_env env = {.leaf = leaf_of_sample, .context = &point};
    const struct bs_valued symbolic = slope_of(sample, &slope);
    double stepped;
    if (!is_regular(symbolic))
        return false;
    const bool is_ref = sample->by->kind == BS_REF;
    bs_expr x = is_ref ? sample->by : bs_symbol(pool, sample->point.name);
    feclearexcept(FE_UNDERFLOW);
    ck_assert_int_eq(bs_eval_slope(&stepped, sample->expr, x, &env, NULL), BS_OK);
    if (fetestexcept(FE_UNDERFLOW))
        return false;
    if (!(fabs(symbolic.value - stepped) <= TOLERANCE * symbolic.size))
        fail_slope(sample, slope, symbolic.value, stepped);
    return !bs_is_number(slope);
}

START_TEST(the_derivative_is_that_of_the_complex_step)
{
    for_each_sample(TO_EVALUATE, check_complex_step, 0.2);
}
END_TEST

static double value_at_x(void *context, double x)
{
    struct sample sample = *(const struct sample *)context;
    sample.point.value = x;
    const struct bs_valued valued = evaluate(&sample, sample.expr);
    return is_regular(valued) ? valued.value : NAN;
}

/*
 * Of rounding, a quotient of differences has the part 2^-53·size/h with the last h; the estimate
 * knows how far it is from what it tends to.
 */
static bool check_differences(const struct sample *sample)
{
    bs_expr slope;
    struct sample moving = *sample;
    const double size = evaluate(sample, sample->expr).size, h = 1.0 / 64;
    const struct bs_valued symbolic = slope_of(sample, &slope);
    if (!is_regular(symbolic))
        return false;
    const struct estimate numeric = richardson(value_at_x, &moving, sample->point.value, h);
    const double doubt = 10 * numeric.error + TOLERANCE * (symbolic.size + size / h);
    if (!(doubt <= VAGUE * fmax(1, fabs(numeric.value))))
        return false;
    if (!(fabs(symbolic.value - numeric.value) <= doubt))
        fail_slope(sample, slope, symbolic.value, numeric.value);
    return !bs_is_number(slope);
}

START_TEST(the_derivative_is_the_limit_of_differences)
{
    for_each_sample(TO_EVALUATE, check_differences, 0.2);
}
END_TEST

Suite *bs_suite(void)
{
    const TTest *const tests[] = {
        the_ascii_form_reads_back_as_the_expression,
        the_simple_form_has_the_same_value,
        the_simple_form_is_simple,
        the_simple_form_of_anything_is_simple,
        the_interval_contains_the_value,
        what_is_put_in_is_not_captured,
        the_derivative_is_that_of_the_complex_step,
        the_derivative_is_the_limit_of_differences,
        NULL,
    };
    Suite *suite = suite_create("random");
    TCase *tcase = tcase_create("random");
    tcase_set_timeout(tcase, 0);
    suite_add_tcase(suite, tcase);
    for (const TTest *const *test = tests; *test; test++)
        tcase_add_test(tcase, *test);
    return suite;
}
