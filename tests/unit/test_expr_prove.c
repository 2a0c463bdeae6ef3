#include "test_expr.h"

#include "expr/index.h"
#include "expr/prove.h"
#include "random_expr.h"

#include "base/interrupt.h"

/* ---- values, by the test itself -------------------------------------------------------------- */

/* Any name has a value in [-2, 2) except the letters of indices, 1 to 3, and what they count to, 3.
 */
static int leaf_with_indices(double *value, void *context, bs_expr leaf, struct bs_error *err)
{
    const struct point *point = context;
    const char *name = leaf->u.name;
    if (strchr("nDL", name[0]) && !name[1])
        return *value = 3, BS_OK;
    if (strchr("ikp", name[0]) && !name[1])
        return *value = 1 + (double)((point->seed + (uint64_t)name[0]) % 3), BS_OK;
    return leaf_at_point(value, context, leaf, err);
}

static bool evaluate(struct bs_valued *valued, bs_expr expr, uint64_t seed)
{
    struct point point = {.seed = seed};
    struct bs_env env = {.leaf = leaf_with_indices, .context = &point};
    return bs_eval(valued, expr, &env, NULL) == BS_OK && isfinite(valued->value) &&
           isfinite(valued->size) && !env.on_kink;
}

/* At that many points both have a value, and it is the same. */
static int agreements(bs_expr left, bs_expr right)
{
    enum { POINTS = 50 };
    int count = 0;
    for (uint64_t seed = 1; seed <= POINTS; seed++) {
        struct bs_valued a, b;
        if (!evaluate(&a, left, seed) || !evaluate(&b, right, seed))
            continue;
        ck_assert_msg(fabs(a.value - b.value) <= 1e-12 * (1 + a.size + b.size),
                      "%s is %g, %s is %g", ascii(left), a.value, ascii(right), b.value);
        count++;
    }
    return count;
}

static struct bs_proof proof_of(bs_expr left, bs_expr right)
{
    struct bs_error err = {0};
    struct bs_proof proof;
    int status = bs_prove(&proof, pool, left, right, &err);
    ck_assert_msg(status == BS_OK, "%s = %s: %s", ascii(left), ascii(right), err.text);
    return proof;
}

/* ---- identities ------------------------------------------------------------------------------ */

#define SOFTMAX(i) "exp(x_" i ")/sum(j, 1, n, exp(x_j))"

/* left = right, or ∂left/∂by = right. */
static const struct identity {
    const char *left, *by, *right;
} identities[] = {
    {"1 - sigmoid(x)", NULL, "sigmoid(-x)"},
    {"sigmoid(x)", "x", "sigmoid(x)*(1 - sigmoid(x))"},
    {"1/(1 + exp(-x))", "x", "sigmoid(x)*(1 - sigmoid(x))"},
    {"sigmoid(x)", "x", "exp(-x)/(1 + exp(-x))^2"},
    {"1/4 - b*(1 - b)", NULL, "(b - 1/2)^2"},
    {"tanh(x)", NULL, "2*sigmoid(2*x) - 1"},
    {"tanh(x)", "x", "1 - tanh(x)^2"},
    {"(exp(x) - exp(-x))/(exp(x) + exp(-x))", NULL, "tanh(x)"},
    {"softplus(x)", NULL, "-log(sigmoid(-x))"},
    {"softplus(x) - softplus(-x)", NULL, "x"},
    {"log(1 + exp(x))", "x", "sigmoid(x)"},
    {"x*sigmoid(b*x)", "x", "sigmoid(b*x) + b*x*sigmoid(b*x)*(1 - sigmoid(b*x))"},
    {"swish(x, b)", "x", "sigmoid(b*x) + b*swish(x, b)*(1 - sigmoid(b*x))"},
    {"swish(x, b)", "b", "x^2*sigmoid(b*x)*(1 - sigmoid(b*x))"},
    {"gelu(x)", "x", "Phi(x) + x*phi(x)"},
    {"x*Phi(x)", "x", "Phi(x) + x*phi(x)"},
    {"gelu(x) + gelu(-x)", NULL, "x*(2*Phi(x) - 1)"},
    {"Phi(-x)", NULL, "1 - Phi(x)"},
    {"softmax_1(x, y)", NULL, "sigmoid(x - y)"},
    {"exp(x_i - c)/sum(j, 1, n, exp(x_j - c))", NULL, SOFTMAX("i")},
    {"exp(x_i + 3*a - b)/sum(j, 1, n, exp(x_j + 3*a - b))", NULL, SOFTMAX("i")},
    {"log(" SOFTMAX("i") ")", NULL, "x_i - log(sum(j, 1, n, exp(x_j)))"},
    {"c + log(sum(j, 1, n, exp(x_j - c)))", NULL, "log(sum(j, 1, n, exp(x_j)))"},
    {SOFTMAX("i"), "x_k", SOFTMAX("i") "*(delta(i, k) - " SOFTMAX("k") ")"},
    {"log(" SOFTMAX("i") ")", "x_k", "delta(i, k) - " SOFTMAX("k")},
    {"log(sum(j, 1, n, exp(x_j)))", "x_k", SOFTMAX("k")},
    {"-sum(i, 1, n, d_i*log(" SOFTMAX("i") "))", "x_k", SOFTMAX("k") "*sum(i, 1, n, d_i) - d_k"},
    {"-d*log(sigmoid(z)) - (1 - d)*log(1 - sigmoid(z))", "z", "sigmoid(z) - d"},
    {"product(k, p, D, 1/4)", NULL, "(1/4)^(D - p + 1)"},
    {"sum(j, 1, n, (a_j + b_j)^2)", NULL,
     "sum(k, 1, n, a_k^2) + 2*sum(i, 1, n, a_i*b_i) + sum(j, 1, n, b_j^2)"},
    {"5*5*1*6 + 6", NULL, "156"},
};

static bs_expr left_of(const struct identity *identity)
{
    bs_expr left = parsed(identity->left);
    return identity->by ? bs_diff(pool, left, parsed(identity->by), NULL) : left;
}

/* At i = D = 2 the range runs from 4 to 2. */
START_TEST(a_range_that_runs_backwards_refutes_nothing)
{
    struct bs_proof proof;
    ck_assert_int_eq(bs_prove(&proof, pool, parsed("product(k, i + 2, D, 1/4)"),
                              parsed("(1/4)^(D - i - 1)"), NULL),
                     BS_OK);
    ck_assert_int_eq(proof.verdict, BS_PROVED);
    bs_proof_finish(&proof);
}
END_TEST

START_TEST(the_identities_of_the_course_are_proved)
{
    for (size_t i = 0; i < COUNT_OF(identities); i++) {
        bs_expr left = left_of(&identities[i]), right = parsed(identities[i].right);
        struct bs_proof proof = proof_of(left, right);
        ck_assert_msg(proof.verdict == BS_PROVED, "%s = %s", ascii(left), identities[i].right);
        ck_assert_int_ge(agreements(left, right), 20);
        bs_proof_finish(&proof);
    }
}
END_TEST

START_TEST(every_step_of_a_proof_is_true)
{
    for (size_t i = 0; i < COUNT_OF(identities); i++) {
        struct bs_proof proof = proof_of(left_of(&identities[i]), parsed(identities[i].right));
        for (size_t k = 0; k < proof.steps.count; k++) {
            ck_assert(proof.steps.items[k].is_rewrite);
            ck_assert_ptr_ne(proof.steps.items[k].before, proof.steps.items[k].after);
            ck_assert_int_ge(agreements(proof.steps.items[k].before, proof.steps.items[k].after),
                             20);
        }
        bs_proof_finish(&proof);
    }
}
END_TEST

/* ---- slips ----------------------------------------------------------------------------------- */

static int leaf_at_proof(double *value, void *context, bs_expr leaf, struct bs_error *err)
{
    if (bs_point_find(value, context, leaf))
        return BS_OK;
    return bs_fail(err, BS_REFUSED, "%s is not in the point", leaf->u.name);
}

static double value_at_proof(bs_expr expr, struct bs_proof *proof)
{
    struct bs_env env = {.leaf = leaf_at_proof, .context = &proof->point};
    struct bs_valued valued = {NAN, NAN};
    struct bs_error err = {0};
    ck_assert_msg(bs_eval(&valued, expr, &env, &err) == BS_OK, "%s: %s", ascii(expr), err.text);
    return valued.value;
}

START_TEST(the_slips_of_hand_solutions_are_refuted)
{
    static const struct {
        const char *left, *right;
    } slips[] = {
        {"5*5*(6*1 + 1)", "156"},
        {"-sum(i, 1, n, d_i*log(y_i))", "sum(i, 1, n, d_i*log(y_i))"},
        {"sum(m, 1, 3, sum(n, 1, 3, I[i + m, j + n]*K[m, n]))",
         "sum(m, 1, 3, sum(n, 1, 3, I[m, n]*K[m, n]))"},
        {SOFTMAX("i") "*(delta(i, k) - " SOFTMAX("k") ")",
         SOFTMAX("k") "*(delta(i, k) - " SOFTMAX("k") ")"},
        {"product(k, i, D, 1/4)", "(1/4)^(L - i + 1)"},
        {"1 - sigmoid(x)", "sigmoid(x)"},
        {"tanh(x)", "2*sigmoid(x) - 1"},
        {"sigmoid(x)*(1 - sigmoid(x))", "sigmoid(x)*(1 + sigmoid(x))"},
        {"log(x + y)", "log(x) + log(y)"},
        {"sum(j, 1, n, x_j)^2", "sum(j, 1, n, x_j^2)"},
        {"x", "x + 0.000001"},
    };
    for (size_t i = 0; i < COUNT_OF(slips); i++) {
        bs_expr left = parsed(slips[i].left), right = parsed(slips[i].right);
        struct bs_proof proof = proof_of(left, right);
        ck_assert_msg(proof.verdict == BS_REFUTED, "%s = %s", slips[i].left, slips[i].right);
        ck_assert(proof.left == value_at_proof(left, &proof));
        ck_assert(proof.right == value_at_proof(right, &proof));
        ck_assert(proof.left != proof.right);
        ck_assert_uint_eq(proof.steps.count, 0);
        bs_proof_finish(&proof);
    }
}
END_TEST

START_TEST(a_slip_in_a_count_is_told_by_its_numbers)
{
    struct bs_proof proof = proof_of(parsed("5*5*(6*1 + 1)"), parsed("5*5*1*6 + 6"));
    ck_assert_int_eq(proof.verdict, BS_REFUTED);
    ck_assert(proof.left == 175 && proof.right == 156);
    ck_assert_uint_eq(proof.point.count, 0);
    bs_proof_finish(&proof);
}
END_TEST

/* ---- what is not decided --------------------------------------------------------------------- */

START_TEST(what_no_normal_form_knows_is_not_decided)
{
    static const struct {
        const char *left, *right;
    } cases[] = {
        {"relu(x) - relu(-x)", "x"},
        {"sqrt(x^2)", "abs(x)"},
        {"max(x, y)", "max(y, x)"},
        {"log(x*y)", "log(x) + log(y)"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_proof proof = proof_of(parsed(cases[i].left), parsed(cases[i].right));
        ck_assert_msg(proof.verdict == BS_UNDECIDED, "%s = %s", cases[i].left, cases[i].right);
        ck_assert_int_ge(proof.tried, 100);
        ck_assert_uint_eq(proof.steps.count, 0);
        ck_assert_uint_eq(proof.point.count, 0);
        bs_proof_finish(&proof);
    }
}
END_TEST

START_TEST(sides_without_a_value_are_refused)
{
    static const struct {
        const char *left, *right, *message;
    } cases[] = {
        {"log(-1 - x^2)", "x",
         "the two sides have no value away from kinks at any of 400 points tried"},
        {"1/(x - x)", "1",
         "the two sides have no value away from kinks at any of 400 points tried"},
        {"sum(j, 1, 1/2, x_j)", "0",
         "a bound of sum must be a whole number below a million, got 0.5"},
        {"x_k", "x[k - 9]", "a subscript of x must be a whole number from 0, got -7"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_proof proof;
        struct bs_error err = {0};
        ck_assert_int_eq(
            bs_prove(&proof, pool, parsed(cases[i].left), parsed(cases[i].right), &err),
            BS_REFUSED);
        ck_assert_str_eq(err.text, cases[i].message);
    }
    struct bs_proof proof;
    struct bs_error err = {0};
    ck_assert_int_eq(bs_prove(&proof, pool, bs_ref(pool, 1), parsed("x"), &err), BS_REFUSED);
    ck_assert_str_eq(err.text, "an entry of a tape has no value here");
}
END_TEST

/* ---- at random ------------------------------------------------------------------------------- */

static bs_expr random_smooth(struct bs_rng *rng, int depth)
{
    const struct bs_taste taste = {
        .kinds = BS_EVERY_KIND & ~(1U << BS_PARTIAL), .is_moderate = true, .has_one_range = true};
    bs_expr expr = bs_random_expr(pool, rng, depth, &taste);
    ck_assert_ptr_nonnull(expr);
    return expr;
}

static bs_expr rewritten(struct bs_rng *rng, bs_expr expr);

/* The operands in another order. */
static bs_expr commuted(bs_expr expr, const bs_expr *args)
{
    bs_expr turned[32];
    if (expr->count > 32)
        return bs_with_args(pool, expr, args);
    for (int i = 0; i < expr->count; i++)
        turned[i] = args[expr->count - 1 - i];
    return expr->kind == BS_SUM ? bs_sum(pool, expr->count, turned)
                                : bs_product(pool, expr->count, turned);
}

/* (a + b + ...)·c is a·c + b·c + ... */
static bs_expr multiplied_out(bs_expr expr, const bs_expr *args)
{
    bs_expr rest = bs_product(pool, expr->count - 1, args + 1), sum = bs_integer(pool, 0);
    for (int i = 0; i < args[0]->count; i++)
        sum = bs_add(pool, sum, bs_mul(pool, args[0]->args[i], rest));
    return sum;
}

/* The same value, by one of the rules that everybody knows. */
static bs_expr reworded(struct bs_rng *rng, bs_expr expr, const bs_expr *args)
{
    bs_expr same = bs_with_args(pool, expr, args), shift = parsed("3/2*a");
    const uint64_t rule = bs_rng_below(rng, 4);
    if (expr->kind == BS_PRODUCT && args[0]->kind == BS_SUM && rule < 2)
        return multiplied_out(expr, args);
    if ((expr->kind == BS_SUM || expr->kind == BS_PRODUCT) && rule < 3)
        return commuted(expr, args);
    if (bs_binds_index(expr) && rule < 3)
        return bs_rename_index(pool, same, same);
    if (expr->kind == BS_POWER && bs_is_integer(args[1], 2) && rule < 3)
        return bs_mul(pool, args[0], args[0]);
    return rule == 3 ? bs_sub(pool, bs_add(pool, shift, same), shift) : same;
}

static bs_expr rewritten(struct bs_rng *rng, bs_expr expr)
{
    bs_expr args[32];
    if (expr->count == 0 || expr->count > 32 || expr->kind == BS_MEMBER || expr->kind == BS_DELTA)
        return expr;
    for (int i = 0; i < expr->count; i++)
        args[i] = bs_binds_index(expr) && i < 3 ? expr->args[i] : rewritten(rng, expr->args[i]);
    if (expr->kind == BS_POWER)
        args[1] = expr->args[1];
    return reworded(rng, expr, args);
}

/* BS_UNDECIDED where it was refused: mostly no value at any point. */
static enum bs_proof_verdict verdict_on(bs_expr left, bs_expr right)
{
    struct bs_proof proof;
    struct bs_error err;
    if (bs_prove(&proof, pool, left, right, &err) < 0)
        return BS_UNDECIDED;
    const enum bs_proof_verdict verdict = proof.verdict;
    bs_proof_finish(&proof);
    return verdict;
}

START_TEST(an_expression_in_other_words_is_never_refuted)
{
    enum { PAIRS = 300 };
    struct bs_rng rng;
    int proved = 0;
    bs_rng_seed(&rng, 5);
    for (int i = 0; i < PAIRS; i++) {
        bs_expr left = random_smooth(&rng, 4), right = rewritten(&rng, left);
        const enum bs_proof_verdict verdict = verdict_on(left, right);
        ck_assert_msg(verdict != BS_REFUTED, "%d: %s = %s", i, ascii(left), ascii(right));
        proved += verdict == BS_PROVED;
    }
    ck_assert_msg(proved > PAIRS / 2, "only %d are proved", proved);
}
END_TEST

START_TEST(an_expression_with_a_small_change_is_never_proved)
{
    enum { PAIRS = 300 };
    struct bs_rng rng;
    int refuted = 0;
    bs_rng_seed(&rng, 6);
    for (int i = 0; i < PAIRS; i++) {
        bs_expr left = random_smooth(&rng, 4);
        bs_expr right = bs_add(pool, rewritten(&rng, left), bs_rational(pool, 1, 1000));
        const enum bs_proof_verdict verdict = verdict_on(left, right);
        ck_assert_msg(verdict != BS_PROVED, "%d: %s = %s", i, ascii(left), ascii(right));
        refuted += verdict == BS_REFUTED;
    }
    ck_assert_msg(refuted > PAIRS / 2, "only %d are refuted", refuted);
}
END_TEST

START_TEST(nothing_false_is_proved)
{
    enum { PAIRS = 1000 };
    struct bs_rng rng;
    int count = 0;
    bs_rng_seed(&rng, 7);
    for (int i = 0; i < PAIRS; i++) {
        bs_expr left = random_smooth(&rng, 3), right = random_smooth(&rng, 3);
        struct bs_valued a, b;
        if (!evaluate(&a, left, 3) || !evaluate(&b, right, 3) ||
            fabs(a.value - b.value) <= 1e-6 * (a.size + b.size))
            continue;
        ck_assert_msg(verdict_on(left, right) != BS_PROVED, "%d: %s = %s", i, ascii(left),
                      ascii(right));
        count++;
    }
    ck_assert_int_gt(count, PAIRS / 2);
}
END_TEST

/* ---- work ------------------------------------------------------------------------------------ */

/* The verdict on f(f(...x)) against 1 times it, of so many levels. */
static enum bs_proof_verdict verdict_on_nested(const char *open, const char *close, int levels)
{
    struct bs_buf text = BS_BUF_INIT;
    bs_buf_repeat(&text, open, levels);
    bs_buf_put(&text, "x");
    bs_buf_repeat(&text, close, levels);
    bs_expr nested = parsed(bs_buf_text(&text)), same = bs_mul(pool, parsed("1"), nested);
    bs_buf_finish(&text);
    return verdict_on(nested, same);
}

/* If the work doubled with each level, that of 30 would take hours. */
START_TEST(nesting_does_not_double_the_work)
{
    ck_assert_int_eq(verdict_on_nested("log(2 + ", ")", 30), BS_PROVED);
    ck_assert_int_eq(verdict_on_nested("gelu(", ")", 12), BS_PROVED);
    ck_assert_int_eq(verdict_on_nested("(", ")^60", 2), BS_PROVED);
}
END_TEST

START_TEST(too_much_work_is_not_decided)
{
    ck_assert_int_eq(verdict_on_nested("(", ")^60", 4), BS_UNDECIDED);
    ck_assert_int_eq(verdict_on_nested("gelu(", ")", 40), BS_UNDECIDED);
    bs_expr high = parsed("((x^60)^60)^60");
    ck_assert_ptr_eq(bs_collect(pool, high, parsed("x")), high);
}
END_TEST

START_TEST(an_interrupted_normal_form_is_not_made)
{
    bs_expr square = parsed("(q + a)^2");
    bs_interrupt_raise();
    bs_expr collected = bs_collect(pool, square, parsed("q"));
    bs_interrupt_clear();
    ck_assert_ptr_eq(collected, square);
}
END_TEST

/* ---- collecting ------------------------------------------------------------------------------ */

START_TEST(terms_are_collected_by_powers)
{
    static const struct {
        const char *text, *collected;
    } cases[] = {
        {"d*q + q + q*l + l", "(d + l + 1)·q + l"},
        {"(q + a)^2", "q² + 2·a·q + a²"},
        {"a + b", "a + b"},
        {"x*q^2 - q*(y - 1) + q^2*3", "(x + 3)·q² + (1 − y)·q"},
        {"a/q", "a/q"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        bs_expr expr = parsed(cases[i].text), collected = bs_collect(pool, expr, parsed("q"));
        ck_assert_str_eq(unicode(collected), cases[i].collected);
        ck_assert_int_ge(agreements(expr, collected), 20);
    }
}
END_TEST

/* ---- memory ---------------------------------------------------------------------------------- */

struct attempt {
    const char *left, *right;
};

static bool prove_once(void *context)
{
    const struct attempt *attempt = context;
    struct bs_pool *other = bs_pool_create();
    struct bs_error err = {0};
    struct bs_proof proof;
    bs_expr left = NULL, right = NULL;
    bool succeeded =
        other && bs_parse(&left, other, attempt->left, strlen(attempt->left), &err) == BS_OK &&
        bs_parse(&right, other, attempt->right, strlen(attempt->right), &err) == BS_OK &&
        bs_prove(&proof, other, left, right, &err) == BS_OK;
    if (succeeded)
        bs_proof_finish(&proof);
    ck_assert_msg(succeeded || !other || err.status == BS_NO_MEMORY, "%s", err.text);
    bs_pool_destroy(other);
    return succeeded;
}

START_TEST(each_allocation_may_fail)
{
    static struct attempt attempts[] = {
        {"1 - sigmoid(x)", "sigmoid(-x)"},
        {"exp(x_i - c)/sum(j, 1, n, exp(x_j - c))", SOFTMAX("i")},
        {"softplus(x) - softplus(-x)", "x"},
        {"gelu(x) + gelu(-x)", "x*(2*Phi(x) - 1)"},
        {"product(k, p, D, 1/4)", "(1/4)^(D - p)"},
    };
    for (size_t i = 0; i < COUNT_OF(attempts); i++)
        bs_refuse_each_allocation(prove_once, &attempts[i]);
}
END_TEST

Suite *bs_suite(void)
{
    const TTest *const tests[] = {
        a_range_that_runs_backwards_refutes_nothing,
        the_identities_of_the_course_are_proved,
        every_step_of_a_proof_is_true,
        the_slips_of_hand_solutions_are_refuted,
        a_slip_in_a_count_is_told_by_its_numbers,
        what_no_normal_form_knows_is_not_decided,
        sides_without_a_value_are_refused,
        an_expression_in_other_words_is_never_refuted,
        an_expression_with_a_small_change_is_never_proved,
        nothing_false_is_proved,
        nesting_does_not_double_the_work,
        too_much_work_is_not_decided,
        an_interrupted_normal_form_is_not_made,
        terms_are_collected_by_powers,
        each_allocation_may_fail,
        NULL,
    };
    return suite_with_pool("prove", tests);
}
