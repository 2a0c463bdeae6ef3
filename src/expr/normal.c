/*
 * Normal forms, from the leaves up.  Operations on quotients consume their operands.  What is not
 * understood is an atom; its own operands are brought to their normal form first, so that equal
 * values in there are equal nodes.
 */
#include "expr/normal.h"

#include "expr/calculus.h"
#include "expr/func.h"
#include "expr/index.h"
#include "expr/simplify.h"

#include <stdio.h>
#include <string.h>

/* A shared part is taken apart wherever it stands: an expression larger than this takes too long.
 */
enum { MOST_EXPONENT = 64, MOST_SIZE = 5000 };

/* ---- quotients ------------------------------------------------------------------------------- */

void bs_quotient_finish(struct bs_quotient *quotient)
{
    bs_polynomial_finish(&quotient->over);
    bs_polynomial_finish(&quotient->under);
}

bool bs_quotient_has_failed(const struct bs_quotient *quotient)
{
    return quotient->over.failed || quotient->under.failed;
}

static struct bs_quotient whole(struct bs_work *work, struct bs_polynomial over)
{
    return (struct bs_quotient){over, bs_polynomial_number(work, bs_integer(work->pool, 1))};
}

static struct bs_quotient number(struct bs_work *work, bs_expr value)
{
    return whole(work, bs_polynomial_number(work, value));
}

static struct bs_quotient atom(struct bs_work *work, bs_expr expr, int64_t exponent)
{
    return whole(work, bs_polynomial_atom(work, expr, exponent));
}

static struct bs_quotient failure(void)
{
    return (struct bs_quotient){{.failed = true}, {.failed = true}};
}

static bool is_one(const struct bs_polynomial *polynomial)
{
    return !polynomial->failed && polynomial->monomials.count == 1 &&
           bs_is_integer(polynomial->monomials.items[0], 1) &&
           bs_is_integer(polynomial->coefficients.items[0], 1);
}

static bool is_same(struct bs_work *work, const struct bs_polynomial *a,
                    const struct bs_polynomial *b)
{
    struct bs_polynomial minus = bs_polynomial_number(work, bs_integer(work->pool, -1));
    struct bs_polynomial negated = bs_polynomial_mul(work, b, &minus);
    struct bs_polynomial difference = bs_polynomial_add(work, a, &negated);
    bool is_zero = !difference.failed && difference.monomials.count == 0;
    bs_polynomial_finish(&minus);
    bs_polynomial_finish(&negated);
    bs_polynomial_finish(&difference);
    return is_zero;
}

static struct bs_quotient multiply(struct bs_work *work, struct bs_quotient a, struct bs_quotient b)
{
    struct bs_quotient out = {bs_polynomial_mul(work, &a.over, &b.over),
                              bs_polynomial_mul(work, &a.under, &b.under)};
    bs_quotient_finish(&a);
    bs_quotient_finish(&b);
    return out;
}

static struct bs_quotient copy(struct bs_work *work, const struct bs_quotient *a)
{
    const struct bs_polynomial none = {0};
    return (struct bs_quotient){bs_polynomial_add(work, &a->over, &none),
                                bs_polynomial_add(work, &a->under, &none)};
}

static struct bs_quotient negated(struct bs_work *work, struct bs_quotient a)
{
    return multiply(work, number(work, bs_integer(work->pool, -1)), a);
}

static struct bs_quotient invert(struct bs_quotient a)
{
    if (a.over.monomials.count == 0)
        a.over.failed = true; /* 1/0 */
    return (struct bs_quotient){a.under, a.over};
}

/* a/u + b/v is (a·v + b·u)/(u·v), and (a + b)/u where the two are over the same. */
static struct bs_quotient add(struct bs_work *work, struct bs_quotient a, struct bs_quotient b)
{
    struct bs_quotient out;
    if (is_same(work, &a.under, &b.under)) {
        out.over = bs_polynomial_add(work, &a.over, &b.over);
        out.under = a.under;
        a.under = (struct bs_polynomial){0};
    } else {
        struct bs_polynomial left = bs_polynomial_mul(work, &a.over, &b.under);
        struct bs_polynomial right = bs_polynomial_mul(work, &b.over, &a.under);
        out.over = bs_polynomial_add(work, &left, &right);
        out.under = bs_polynomial_mul(work, &a.under, &b.under);
        bs_polynomial_finish(&left);
        bs_polynomial_finish(&right);
    }
    bs_quotient_finish(&a);
    bs_quotient_finish(&b);
    return out;
}

static bs_expr quotient_expr(struct bs_pool *pool, const struct bs_quotient *quotient)
{
    bs_expr over = bs_polynomial_expr(pool, &quotient->over);
    bs_expr under = bs_polynomial_expr(pool, &quotient->under);
    if (over && under && bs_is_integer(under, 1))
        return over;
    return bs_tidy(pool, bs_div(pool, over, under));
}

/* The names of indices that nobody can type, as letters again. */
static bs_expr with_letters(struct bs_pool *pool, bs_expr expr)
{
    struct bs_list args = {0};
    if (!expr || expr->count == 0)
        return expr;
    for (int i = 0; i < expr->count; i++)
        bs_list_add(&args, with_letters(pool, expr->args[i]));
    bs_expr same = bs_list_with_args(pool, expr, &args);
    return same && bs_binds_index(same) ? bs_rename_index(pool, same, same) : same;
}

bs_expr bs_quotient_expr(struct bs_pool *pool, const struct bs_quotient *quotient)
{
    return with_letters(pool, quotient_expr(pool, quotient));
}

bool bs_is_same_quotient(struct bs_pool *pool, const struct bs_quotient *a,
                         const struct bs_quotient *b)
{
    struct bs_work work = bs_work_begin(pool);
    struct bs_polynomial left = bs_polynomial_mul(&work, &a->over, &b->under);
    struct bs_polynomial right = bs_polynomial_mul(&work, &b->over, &a->under);
    bool same = is_same(&work, &left, &right);
    bs_polynomial_finish(&left);
    bs_polynomial_finish(&right);
    return same;
}

/* ---- expressions ----------------------------------------------------------------------------- */

static struct bs_quotient normal(struct bs_work *work, bs_expr expr);

/* NULL when it has no normal form. */
static bs_expr canonical(struct bs_work *work, bs_expr expr)
{
    struct bs_quotient quotient = normal(work, expr);
    bs_expr result = quotient_expr(work->pool, &quotient);
    bs_quotient_finish(&quotient);
    return result;
}

/* The expression itself, its operands in their normal forms. */
static struct bs_quotient opaque(struct bs_work *work, bs_expr expr)
{
    struct bs_list args = {0};
    bs_expr arg = expr;
    for (int i = 0; i < expr->count && arg && !args.failed; i++) {
        arg = canonical(work, expr->args[i]);
        if (arg)
            bs_list_add(&args, arg);
    }
    bs_expr result = arg ? bs_list_with_args(work->pool, expr, &args) : NULL;
    bs_list_finish(&args);
    return result ? atom(work, result, 1) : failure();
}

/* The call with one operand, which is there in its normal form. */
static struct bs_quotient opaque_call(struct bs_work *work, bs_expr call, struct bs_quotient in)
{
    bs_expr arg = quotient_expr(work->pool, &in);
    bs_expr result = arg ? bs_with_args(work->pool, call, &arg) : NULL;
    bs_quotient_finish(&in);
    return result ? atom(work, result, 1) : failure();
}

static struct bs_quotient normal_sum(struct bs_work *work, bs_expr sum)
{
    struct bs_quotient out = number(work, bs_integer(work->pool, 0));
    for (int i = 0; i < sum->count && !bs_quotient_has_failed(&out); i++)
        out = add(work, out, normal(work, sum->args[i]));
    return out;
}

static struct bs_quotient normal_product(struct bs_work *work, bs_expr product)
{
    struct bs_quotient out = number(work, bs_integer(work->pool, 1));
    for (int i = 0; i < product->count && !bs_quotient_has_failed(&out); i++)
        out = multiply(work, out, normal(work, product->args[i]));
    return out;
}

/* ---- powers and exponentials ----------------------------------------------------------------- */

/* The expression that a term of an exponent is to: exp or a positive base. */
static bs_expr raised(struct bs_pool *pool, bs_expr base, bs_expr exponent)
{
    if (!exponent)
        return NULL;
    return base ? bs_power(pool, base, exponent)
                : bs_call(pool, bs_func_find("exp"), 0, 1, &exponent);
}

/* base^(p/q·m) as the p-th power of base^(m/q); of a number and a whole power, the number. */
static struct bs_quotient raised_term(struct bs_work *work, bs_expr base, bs_expr coefficient,
                                      bs_expr monomial)
{
    const int64_t p = coefficient->u.number.num, q = coefficient->u.number.den;
    bool is_number = base && bs_is_number(base) && bs_is_integer(monomial, 1) && q == 1;
    if (p > MOST_EXPONENT || p < -MOST_EXPONENT)
        return failure();
    if (is_number) {
        struct bs_quotient out = number(work, bs_integer(work->pool, 1));
        for (int64_t i = 0; i < (p < 0 ? -p : p); i++)
            out = multiply(work, out, number(work, base));
        return p < 0 ? invert(out) : out;
    }
    bs_expr unit = bs_tidy(work->pool, bs_mul(work->pool, bs_rational(work->pool, 1, q), monomial));
    return atom(work, raised(work->pool, base, unit), p);
}

/* base^(a + b) is base^a·base^b, for a base that is positive; NULL: e. */
static struct bs_quotient exponential(struct bs_work *work, bs_expr base, bs_expr exponent)
{
    struct bs_quotient in = normal(work, exponent), out = number(work, bs_integer(work->pool, 1));
    if (!is_one(&in.under)) {
        bs_quotient_finish(&out);
        bs_expr whole_exponent = quotient_expr(work->pool, &in);
        bs_quotient_finish(&in);
        return atom(work, raised(work->pool, base, whole_exponent), 1);
    }
    for (size_t i = 0; i < in.over.monomials.count && !bs_quotient_has_failed(&out); i++)
        out = multiply(
            work, out,
            raised_term(work, base, in.over.coefficients.items[i], in.over.monomials.items[i]));
    out.over.failed = out.over.failed || in.over.failed;
    bs_quotient_finish(&in);
    return out;
}

/* By squaring: x^13 is ((x²·x)²)²·x. */
static struct bs_quotient whole_power(struct bs_work *work, bs_expr base, int64_t exponent)
{
    const int64_t times = exponent < 0 ? -exponent : exponent;
    struct bs_quotient in = normal(work, base);
    struct bs_quotient out = number(work, bs_integer(work->pool, 1));
    for (int64_t bit = MOST_EXPONENT; bit > 0; bit /= 2) {
        out = multiply(work, out, copy(work, &out));
        if (times & bit)
            out = multiply(work, out, copy(work, &in));
    }
    bs_quotient_finish(&in);
    return exponent < 0 ? invert(out) : out;
}

static struct bs_quotient normal_power(struct bs_work *work, bs_expr power)
{
    bs_expr base = power->args[0], exponent = power->args[1];
    bool is_whole = bs_is_exact(exponent) && exponent->u.number.den == 1;
    if (is_whole && exponent->u.number.num <= MOST_EXPONENT &&
        exponent->u.number.num >= -MOST_EXPONENT)
        return whole_power(work, base, exponent->u.number.num);
    if (!bs_is_nonzero(base) || bs_is_number(exponent))
        return opaque(work, power);
    bs_expr positive = canonical(work, base);
    return positive ? exponential(work, positive, exponent) : failure();
}

/* ---- logarithms ------------------------------------------------------------------------------ */

/* The least power in which an atom that is never 0 stands in all terms. */
static int64_t least_exponent(const struct bs_polynomial *polynomial, bs_expr wanted)
{
    int64_t least = MOST_EXPONENT;
    for (size_t i = 0; i < polynomial->monomials.count; i++) {
        bs_expr monomial = polynomial->monomials.items[i];
        int64_t there = 0, exponent;
        for (int k = 0; k < bs_monomial_count(monomial); k++)
            if (bs_monomial_atom(monomial, k, &exponent) == wanted)
                there = exponent;
        least = there < least ? there : least;
    }
    return least;
}

static struct bs_quotient log_of(struct bs_work *work, bs_expr positive)
{
    const struct bs_func *exp = bs_func_find("exp");
    if (positive && positive->kind == BS_CALL && positive->u.call.func == exp)
        return normal(work, positive->args[0]);
    bs_expr log = positive ? bs_call(work->pool, bs_func_find("log"), 0, 1, &positive) : NULL;
    return log ? atom(work, log, 1) : failure();
}

/* 1 + exp(−x) is exp(−x)·(exp(x) + 1): the sum of the logarithms of the two. */
static struct bs_quotient log_polynomial(struct bs_work *work, const struct bs_polynomial *in)
{
    struct bs_quotient out = number(work, bs_integer(work->pool, 0));
    const struct bs_polynomial none = {0};
    struct bs_polynomial rest = bs_polynomial_add(work, in, &none);
    for (size_t i = 0; i < in->monomials.count; i++)
        for (int k = 0; k < bs_monomial_count(in->monomials.items[i]); k++) {
            int64_t exponent;
            bs_expr factor = bs_monomial_atom(in->monomials.items[i], k, &exponent);
            int64_t least = bs_is_nonzero(factor) ? least_exponent(&rest, factor) : 0;
            if (least == 0 || least == MOST_EXPONENT || bs_quotient_has_failed(&out))
                continue;
            struct bs_polynomial inverse = bs_polynomial_atom(work, factor, -least);
            struct bs_polynomial less = bs_polynomial_mul(work, &rest, &inverse);
            bs_polynomial_finish(&inverse);
            bs_polynomial_finish(&rest);
            rest = less;
            struct bs_quotient times = number(work, bs_integer(work->pool, least));
            out = add(work, out, multiply(work, times, log_of(work, factor)));
        }
    bs_expr left = bs_polynomial_expr(work->pool, &rest);
    bs_polynomial_finish(&rest);
    if (left && bs_is_integer(left, 1))
        return out;
    return add(work, out, left ? log_of(work, left) : failure());
}

/* Is every term positive? */
static bool is_positive(const struct bs_polynomial *polynomial)
{
    for (size_t i = 0; i < polynomial->monomials.count; i++) {
        bs_expr coefficient = polynomial->coefficients.items[i];
        if (bs_number_value(coefficient) <= 0 || !bs_is_nonzero(polynomial->monomials.items[i]))
            return false;
    }
    return !polynomial->failed && polynomial->monomials.count > 0;
}

static struct bs_quotient logarithm(struct bs_work *work, bs_expr call)
{
    struct bs_quotient in = normal(work, call->args[0]);
    if (!is_positive(&in.over) || !is_positive(&in.under))
        return opaque_call(work, call, in);
    struct bs_quotient over = log_polynomial(work, &in.over);
    struct bs_quotient under = log_polynomial(work, &in.under);
    bs_quotient_finish(&in);
    return add(work, over, negated(work, under));
}

/* Φ(−x) is 1 − Φ(x), so that of the two only one is an atom. */
static struct bs_quotient normal_cdf(struct bs_work *work, bs_expr call)
{
    struct bs_quotient in = normal(work, call->args[0]);
    bs_expr x = quotient_expr(work->pool, &in);
    bs_expr first = x && x->kind == BS_SUM ? x->args[0] : x;
    if (!first || !bs_is_negative_term(first))
        return opaque_call(work, call, in);
    struct bs_quotient mirrored = opaque_call(work, call, negated(work, in));
    return add(work, number(work, bs_integer(work->pool, 1)), negated(work, mirrored));
}

static struct bs_quotient normal_call(struct bs_work *work, bs_expr call)
{
    const char *name = call->u.call.func->name;
    if (strcmp(name, "Phi") == 0)
        return normal_cdf(work, call);
    if (strcmp(name, "exp") == 0)
        return exponential(work, NULL, call->args[0]);
    if (strcmp(name, "log") == 0)
        return logarithm(work, call);
    bs_expr formula = bs_func_expand(work->pool, call);
    if (!formula)
        return failure();
    return formula == call ? opaque(work, call) : normal(work, formula);
}

/* ---- sums and products over an index --------------------------------------------------------- */

/* How many sums and products over an index stand one in the other. */
static int nesting(bs_expr expr)
{
    int deepest = 0;
    for (int i = 0; i < expr->count; i++) {
        int inner = nesting(expr->args[i]);
        deepest = inner > deepest ? inner : deepest;
    }
    return deepest + bs_binds_index(expr);
}

/* The sum or product with an index of a name that nobody can type, the same at each height. */
static bs_expr with_own_index(struct bs_work *work, bs_expr bound)
{
    char name[32];
    if (!bs_work_spend(work, bound->size))
        return NULL;
    snprintf(name, sizeof name, "index %d", nesting(bound));
    bs_expr index = bs_symbol(work->pool, name);
    bs_expr args[] = {index, canonical(work, bound->args[1]), canonical(work, bound->args[2]),
                      bs_put(work->pool, bound->args[3], bound->args[0], index)};
    return bs_with_args(work->pool, bound, args);
}

static bs_expr over_index(struct bs_pool *pool, bs_expr bound, bs_expr body)
{
    bs_expr args[] = {bound->args[0], bound->args[1], bound->args[2], body};
    return body ? bs_with_args(pool, bound, args) : NULL;
}

/* How many terms: to − from + 1. */
static bs_expr length_of(struct bs_pool *pool, bs_expr bound)
{
    bs_expr difference = bs_sub(pool, bound->args[2], bound->args[1]);
    return bs_add(pool, difference, bs_integer(pool, 1));
}

/* The factors of a monomial with the index, or those without. */
static bs_expr part_with(struct bs_pool *pool, bs_expr monomial, bs_expr index, bool with)
{
    struct bs_list factors = {0};
    const bs_expr *items = monomial->kind == BS_PRODUCT ? monomial->args : &monomial;
    for (int i = 0; i < bs_monomial_count(monomial); i++)
        if (bs_has_free(items[i], index) == with)
            bs_list_add(&factors, items[i]);
    return bs_list_product(pool, &factors);
}

static struct bs_quotient monomial_quotient(struct bs_work *work, bs_expr monomial)
{
    struct bs_quotient out = number(work, bs_integer(work->pool, 1));
    for (int i = 0; monomial && i < bs_monomial_count(monomial); i++) {
        int64_t exponent;
        bs_expr factor = bs_monomial_atom(monomial, i, &exponent);
        out = multiply(work, out, atom(work, factor, exponent));
    }
    out.over.failed = out.over.failed || !monomial;
    return out;
}

/* Σ_j c·a·b_j is c·a·Σ_j b_j; of a constant, as often as there are terms. */
static struct bs_quotient sum_of_term(struct bs_work *work, bs_expr bound, bs_expr coefficient,
                                      bs_expr monomial)
{
    bs_expr varying = part_with(work->pool, monomial, bound->args[0], true);
    struct bs_quotient out = number(work, coefficient);
    out = multiply(work, out,
                   monomial_quotient(work, part_with(work->pool, monomial, bound->args[0], false)));
    if (varying && bs_is_integer(varying, 1))
        return multiply(work, out, normal(work, length_of(work->pool, bound)));
    return multiply(work, out, atom(work, over_index(work->pool, bound, varying), 1));
}

static struct bs_quotient normal_indexed_sum(struct bs_work *work, bs_expr bound,
                                             const struct bs_quotient *body)
{
    struct bs_quotient out = number(work, bs_integer(work->pool, 0));
    bs_expr under = bs_polynomial_expr(work->pool, &body->under);
    if (!under || bs_has_free(under, bound->args[0])) {
        bs_quotient_finish(&out);
        bs_expr whole_sum = over_index(work->pool, bound, quotient_expr(work->pool, body));
        return whole_sum ? atom(work, whole_sum, 1) : failure();
    }
    for (size_t i = 0; i < body->over.monomials.count && !bs_quotient_has_failed(&out); i++)
        out = add(work, out,
                  sum_of_term(work, bound, body->over.coefficients.items[i],
                              body->over.monomials.items[i]));
    return multiply(work, out, invert(normal(work, under)));
}

/* Π_k f_k^n is (Π_k f_k)^n; of a constant, its power to as many as there are factors. */
static struct bs_quotient product_of_monomial(struct bs_work *work, bs_expr bound,
                                              const struct bs_polynomial *in)
{
    bs_expr monomial = in->monomials.items[0];
    bs_expr constant = part_with(work->pool, monomial, bound->args[0], false);
    constant = constant ? bs_mul(work->pool, in->coefficients.items[0], constant) : NULL;
    bs_expr power =
        bs_power(work->pool, bs_tidy(work->pool, constant), length_of(work->pool, bound));
    struct bs_quotient out = power && !bs_is_integer(power->args[0], 1)
                                 ? normal(work, power)
                                 : number(work, bs_integer(work->pool, 1));
    for (int i = 0; i < bs_monomial_count(monomial); i++) {
        int64_t exponent;
        bs_expr factor = bs_monomial_atom(monomial, i, &exponent);
        if (bs_has_free(factor, bound->args[0]))
            out = multiply(work, out, atom(work, over_index(work->pool, bound, factor), exponent));
    }
    out.over.failed = out.over.failed || !power;
    return out;
}

static struct bs_quotient normal_indexed_product(struct bs_work *work, bs_expr bound,
                                                 const struct bs_quotient *body)
{
    if (body->over.monomials.count == 1 && body->under.monomials.count == 1 &&
        !bs_quotient_has_failed(body))
        return multiply(work, product_of_monomial(work, bound, &body->over),
                        invert(product_of_monomial(work, bound, &body->under)));
    bs_expr whole_product = over_index(work->pool, bound, quotient_expr(work->pool, body));
    return whole_product ? atom(work, whole_product, 1) : failure();
}

static struct bs_quotient normal_indexed(struct bs_work *work, bs_expr expr)
{
    bs_expr bound = with_own_index(work, expr);
    if (!bound)
        return failure();
    struct bs_quotient body = normal(work, bound->args[3]);
    struct bs_quotient out = bound->kind == BS_INDEXED_SUM
                                 ? normal_indexed_sum(work, bound, &body)
                                 : normal_indexed_product(work, bound, &body);
    bs_quotient_finish(&body);
    return out;
}

static struct bs_quotient normal(struct bs_work *work, bs_expr expr)
{
    if (!bs_work_spend(work, 1))
        return failure();
    switch (expr ? expr->kind : BS_PARTIAL) {
    case BS_NUMBER:
        return number(work, expr);
    case BS_SUM:
        return normal_sum(work, expr);
    case BS_PRODUCT:
        return normal_product(work, expr);
    case BS_POWER:
        return normal_power(work, expr);
    case BS_CALL:
        return normal_call(work, expr);
    case BS_INDEXED_SUM:
    case BS_INDEXED_PRODUCT:
        return normal_indexed(work, expr);
    case BS_CASES:
        return opaque(work, expr);
    default:
        return expr ? atom(work, expr, 1) : failure();
    }
}

/* The least power of an atom in both polynomials taken out of both: 1/e/(1/e + 1) is 1/(1 + e). */
static struct bs_quotient reduce(struct bs_work *work, struct bs_quotient in, bs_expr factor)
{
    int64_t over = least_exponent(&in.over, factor), under = least_exponent(&in.under, factor);
    int64_t least = over < under ? over : under;
    if (least == 0 || least == MOST_EXPONENT || !bs_is_nonzero(factor))
        return in;
    struct bs_polynomial inverse = bs_polynomial_atom(work, factor, -least);
    struct bs_quotient out = {bs_polynomial_mul(work, &in.over, &inverse),
                              bs_polynomial_mul(work, &in.under, &inverse)};
    bs_polynomial_finish(&inverse);
    bs_quotient_finish(&in);
    return out;
}

static struct bs_quotient reduce_all(struct bs_work *work, struct bs_quotient in)
{
    struct bs_list atoms = {0};
    for (int side = 0; side < 2; side++) {
        const struct bs_list *monomials = side == 0 ? &in.over.monomials : &in.under.monomials;
        for (size_t i = 0; i < monomials->count; i++)
            for (int k = 0; k < bs_monomial_count(monomials->items[i]); k++) {
                int64_t exponent;
                bs_list_add(&atoms, bs_monomial_atom(monomials->items[i], k, &exponent));
            }
    }
    for (size_t i = 0; i < atoms.count && !bs_quotient_has_failed(&in); i++)
        in = reduce(work, in, atoms.items[i]);
    if (atoms.failed)
        bs_pool_refuse(work->pool, BS_NO_MEMORY, "not enough memory");
    in.over.failed = in.over.failed || atoms.failed;
    bs_list_finish(&atoms);
    return in;
}

struct bs_quotient bs_normal(struct bs_pool *pool, bs_expr expr)
{
    struct bs_work work = bs_work_begin(pool);
    bs_expr simple = bs_simplify(pool, expr);
    return simple && simple->size <= MOST_SIZE ? reduce_all(&work, normal(&work, simple))
                                               : failure();
}
