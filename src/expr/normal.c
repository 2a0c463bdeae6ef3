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

static struct bs_quotient whole(struct bs_pool *pool, struct bs_polynomial over)
{
    return (struct bs_quotient){over, bs_polynomial_number(pool, bs_integer(pool, 1))};
}

static struct bs_quotient number(struct bs_pool *pool, bs_expr value)
{
    return whole(pool, bs_polynomial_number(pool, value));
}

static struct bs_quotient atom(struct bs_pool *pool, bs_expr expr, int64_t exponent)
{
    return whole(pool, bs_polynomial_atom(pool, expr, exponent));
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

static bool is_same(struct bs_pool *pool, const struct bs_polynomial *a,
                    const struct bs_polynomial *b)
{
    struct bs_polynomial minus = bs_polynomial_number(pool, bs_integer(pool, -1));
    struct bs_polynomial negated = bs_polynomial_mul(pool, b, &minus);
    struct bs_polynomial difference = bs_polynomial_add(pool, a, &negated);
    bool is_zero = !difference.failed && difference.monomials.count == 0;
    bs_polynomial_finish(&minus);
    bs_polynomial_finish(&negated);
    bs_polynomial_finish(&difference);
    return is_zero;
}

static struct bs_quotient multiply(struct bs_pool *pool, struct bs_quotient a, struct bs_quotient b)
{
    struct bs_quotient out = {bs_polynomial_mul(pool, &a.over, &b.over),
                              bs_polynomial_mul(pool, &a.under, &b.under)};
    bs_quotient_finish(&a);
    bs_quotient_finish(&b);
    return out;
}

static struct bs_quotient invert(struct bs_quotient a)
{
    if (a.over.monomials.count == 0)
        a.over.failed = true; /* 1/0 */
    return (struct bs_quotient){a.under, a.over};
}

/* a/u + b/v is (a·v + b·u)/(u·v), and (a + b)/u where the two are over the same. */
static struct bs_quotient add(struct bs_pool *pool, struct bs_quotient a, struct bs_quotient b)
{
    struct bs_quotient out;
    if (is_same(pool, &a.under, &b.under)) {
        out.over = bs_polynomial_add(pool, &a.over, &b.over);
        out.under = a.under;
        a.under = (struct bs_polynomial){0};
    } else {
        struct bs_polynomial left = bs_polynomial_mul(pool, &a.over, &b.under);
        struct bs_polynomial right = bs_polynomial_mul(pool, &b.over, &a.under);
        out.over = bs_polynomial_add(pool, &left, &right);
        out.under = bs_polynomial_mul(pool, &a.under, &b.under);
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
    struct bs_polynomial left = bs_polynomial_mul(pool, &a->over, &b->under);
    struct bs_polynomial right = bs_polynomial_mul(pool, &b->over, &a->under);
    bool same = is_same(pool, &left, &right);
    bs_polynomial_finish(&left);
    bs_polynomial_finish(&right);
    return same;
}

/* ---- expressions ----------------------------------------------------------------------------- */

static struct bs_quotient normal(struct bs_pool *pool, bs_expr expr);

/* NULL when it has no normal form. */
static bs_expr canonical(struct bs_pool *pool, bs_expr expr)
{
    struct bs_quotient quotient = normal(pool, expr);
    bs_expr result = quotient_expr(pool, &quotient);
    bs_quotient_finish(&quotient);
    return result;
}

/* The expression itself, its operands in their normal forms. */
static struct bs_quotient opaque(struct bs_pool *pool, bs_expr expr)
{
    struct bs_list args = {0};
    bs_expr arg = expr;
    for (int i = 0; i < expr->count && arg && !args.failed; i++) {
        arg = canonical(pool, expr->args[i]);
        if (arg)
            bs_list_add(&args, arg);
    }
    bs_expr result = arg ? bs_list_with_args(pool, expr, &args) : NULL;
    bs_list_finish(&args);
    return result ? atom(pool, result, 1) : failure();
}

static struct bs_quotient normal_sum(struct bs_pool *pool, bs_expr sum)
{
    struct bs_quotient out = number(pool, bs_integer(pool, 0));
    for (int i = 0; i < sum->count && !bs_quotient_has_failed(&out); i++)
        out = add(pool, out, normal(pool, sum->args[i]));
    return out;
}

static struct bs_quotient normal_product(struct bs_pool *pool, bs_expr product)
{
    struct bs_quotient out = number(pool, bs_integer(pool, 1));
    for (int i = 0; i < product->count && !bs_quotient_has_failed(&out); i++)
        out = multiply(pool, out, normal(pool, product->args[i]));
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
static struct bs_quotient raised_term(struct bs_pool *pool, bs_expr base, bs_expr coefficient,
                                      bs_expr monomial)
{
    const int64_t p = coefficient->u.number.num, q = coefficient->u.number.den;
    bool is_number = base && bs_is_number(base) && bs_is_integer(monomial, 1) && q == 1;
    if (p > MOST_EXPONENT || p < -MOST_EXPONENT)
        return failure();
    if (is_number) {
        struct bs_quotient out = number(pool, bs_integer(pool, 1));
        for (int64_t i = 0; i < (p < 0 ? -p : p); i++)
            out = multiply(pool, out, number(pool, base));
        return p < 0 ? invert(out) : out;
    }
    bs_expr unit = bs_tidy(pool, bs_mul(pool, bs_rational(pool, 1, q), monomial));
    return atom(pool, raised(pool, base, unit), p);
}

/* base^(a + b) is base^a·base^b, for a base that is positive; NULL: e. */
static struct bs_quotient exponential(struct bs_pool *pool, bs_expr base, bs_expr exponent)
{
    struct bs_quotient in = normal(pool, exponent), out = number(pool, bs_integer(pool, 1));
    if (!is_one(&in.under)) {
        bs_quotient_finish(&out);
        bs_expr whole_exponent = quotient_expr(pool, &in);
        bs_quotient_finish(&in);
        return atom(pool, raised(pool, base, whole_exponent), 1);
    }
    for (size_t i = 0; i < in.over.monomials.count && !bs_quotient_has_failed(&out); i++)
        out = multiply(
            pool, out,
            raised_term(pool, base, in.over.coefficients.items[i], in.over.monomials.items[i]));
    out.over.failed = out.over.failed || in.over.failed;
    bs_quotient_finish(&in);
    return out;
}

static struct bs_quotient whole_power(struct bs_pool *pool, bs_expr base, int64_t exponent)
{
    struct bs_quotient out = number(pool, bs_integer(pool, 1));
    for (int64_t i = 0; i < (exponent < 0 ? -exponent : exponent); i++)
        out = multiply(pool, out, normal(pool, base));
    return exponent < 0 ? invert(out) : out;
}

static struct bs_quotient normal_power(struct bs_pool *pool, bs_expr power)
{
    bs_expr base = power->args[0], exponent = power->args[1];
    bool is_whole = bs_is_exact(exponent) && exponent->u.number.den == 1;
    if (is_whole && exponent->u.number.num <= MOST_EXPONENT &&
        exponent->u.number.num >= -MOST_EXPONENT)
        return whole_power(pool, base, exponent->u.number.num);
    if (!bs_is_nonzero(base) || bs_is_number(exponent))
        return opaque(pool, power);
    bs_expr positive = canonical(pool, base);
    return positive ? exponential(pool, positive, exponent) : failure();
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

static struct bs_quotient log_of(struct bs_pool *pool, bs_expr positive)
{
    const struct bs_func *exp = bs_func_find("exp");
    if (positive && positive->kind == BS_CALL && positive->u.call.func == exp)
        return normal(pool, positive->args[0]);
    bs_expr log = positive ? bs_call(pool, bs_func_find("log"), 0, 1, &positive) : NULL;
    return log ? atom(pool, log, 1) : failure();
}

/* 1 + exp(−x) is exp(−x)·(exp(x) + 1): the sum of the logarithms of the two. */
static struct bs_quotient log_polynomial(struct bs_pool *pool, const struct bs_polynomial *in)
{
    struct bs_quotient out = number(pool, bs_integer(pool, 0));
    const struct bs_polynomial none = {0};
    struct bs_polynomial rest = bs_polynomial_add(pool, in, &none);
    for (size_t i = 0; i < in->monomials.count; i++)
        for (int k = 0; k < bs_monomial_count(in->monomials.items[i]); k++) {
            int64_t exponent;
            bs_expr factor = bs_monomial_atom(in->monomials.items[i], k, &exponent);
            int64_t least = bs_is_nonzero(factor) ? least_exponent(&rest, factor) : 0;
            if (least == 0 || least == MOST_EXPONENT || bs_quotient_has_failed(&out))
                continue;
            struct bs_polynomial inverse = bs_polynomial_atom(pool, factor, -least);
            struct bs_polynomial less = bs_polynomial_mul(pool, &rest, &inverse);
            bs_polynomial_finish(&inverse);
            bs_polynomial_finish(&rest);
            rest = less;
            struct bs_quotient times = number(pool, bs_integer(pool, least));
            out = add(pool, out, multiply(pool, times, log_of(pool, factor)));
        }
    bs_expr left = bs_polynomial_expr(pool, &rest);
    bs_polynomial_finish(&rest);
    if (left && bs_is_integer(left, 1))
        return out;
    return add(pool, out, left ? log_of(pool, left) : failure());
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

static struct bs_quotient logarithm(struct bs_pool *pool, bs_expr call)
{
    struct bs_quotient in = normal(pool, call->args[0]);
    if (!is_positive(&in.over) || !is_positive(&in.under)) {
        bs_quotient_finish(&in);
        return opaque(pool, call);
    }
    struct bs_quotient over = log_polynomial(pool, &in.over);
    struct bs_quotient under = log_polynomial(pool, &in.under);
    bs_quotient_finish(&in);
    return add(pool, over, multiply(pool, number(pool, bs_integer(pool, -1)), under));
}

/* Φ(−x) is 1 − Φ(x), so that of the two only one is an atom. */
static struct bs_quotient normal_cdf(struct bs_pool *pool, bs_expr call)
{
    bs_expr x = canonical(pool, call->args[0]);
    bs_expr first = x && x->kind == BS_SUM ? x->args[0] : x;
    if (!first || !bs_is_negative_term(first))
        return opaque(pool, call);
    bs_expr negated = bs_tidy(pool, bs_neg(pool, x));
    bs_expr mirrored = negated ? bs_with_args(pool, call, &negated) : NULL;
    struct bs_quotient minus = multiply(pool, number(pool, bs_integer(pool, -1)),
                                        mirrored ? opaque(pool, mirrored) : failure());
    return add(pool, number(pool, bs_integer(pool, 1)), minus);
}

static struct bs_quotient normal_call(struct bs_pool *pool, bs_expr call)
{
    const char *name = call->u.call.func->name;
    if (strcmp(name, "Phi") == 0)
        return normal_cdf(pool, call);
    if (strcmp(name, "exp") == 0)
        return exponential(pool, NULL, call->args[0]);
    if (strcmp(name, "log") == 0)
        return logarithm(pool, call);
    bs_expr formula = bs_func_expand(pool, call);
    if (!formula)
        return failure();
    return formula == call ? opaque(pool, call) : normal(pool, formula);
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
static bs_expr with_own_index(struct bs_pool *pool, bs_expr bound)
{
    char name[32];
    snprintf(name, sizeof name, "index %d", nesting(bound));
    bs_expr index = bs_symbol(pool, name);
    bs_expr args[] = {index, canonical(pool, bound->args[1]), canonical(pool, bound->args[2]),
                      bs_put(pool, bound->args[3], bound->args[0], index)};
    return bs_with_args(pool, bound, args);
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

static struct bs_quotient monomial_quotient(struct bs_pool *pool, bs_expr monomial)
{
    struct bs_quotient out = number(pool, bs_integer(pool, 1));
    for (int i = 0; monomial && i < bs_monomial_count(monomial); i++) {
        int64_t exponent;
        bs_expr factor = bs_monomial_atom(monomial, i, &exponent);
        out = multiply(pool, out, atom(pool, factor, exponent));
    }
    out.over.failed = out.over.failed || !monomial;
    return out;
}

/* Σ_j c·a·b_j is c·a·Σ_j b_j; of a constant, as often as there are terms. */
static struct bs_quotient sum_of_term(struct bs_pool *pool, bs_expr bound, bs_expr coefficient,
                                      bs_expr monomial)
{
    bs_expr varying = part_with(pool, monomial, bound->args[0], true);
    struct bs_quotient out = number(pool, coefficient);
    out = multiply(pool, out,
                   monomial_quotient(pool, part_with(pool, monomial, bound->args[0], false)));
    if (varying && bs_is_integer(varying, 1))
        return multiply(pool, out, normal(pool, length_of(pool, bound)));
    return multiply(pool, out, atom(pool, over_index(pool, bound, varying), 1));
}

static struct bs_quotient normal_indexed_sum(struct bs_pool *pool, bs_expr bound,
                                             const struct bs_quotient *body)
{
    struct bs_quotient out = number(pool, bs_integer(pool, 0));
    bs_expr under = bs_polynomial_expr(pool, &body->under);
    if (!under || bs_has_free(under, bound->args[0])) {
        bs_quotient_finish(&out);
        bs_expr whole_sum = over_index(pool, bound, quotient_expr(pool, body));
        return whole_sum ? atom(pool, whole_sum, 1) : failure();
    }
    for (size_t i = 0; i < body->over.monomials.count && !bs_quotient_has_failed(&out); i++)
        out = add(pool, out,
                  sum_of_term(pool, bound, body->over.coefficients.items[i],
                              body->over.monomials.items[i]));
    return multiply(pool, out, invert(normal(pool, under)));
}

/* Π_k f_k^n is (Π_k f_k)^n; of a constant, its power to as many as there are factors. */
static struct bs_quotient product_of_monomial(struct bs_pool *pool, bs_expr bound,
                                              const struct bs_polynomial *in)
{
    bs_expr monomial = in->monomials.items[0];
    bs_expr constant = part_with(pool, monomial, bound->args[0], false);
    constant = constant ? bs_mul(pool, in->coefficients.items[0], constant) : NULL;
    bs_expr power = bs_power(pool, bs_tidy(pool, constant), length_of(pool, bound));
    struct bs_quotient out = power && !bs_is_integer(power->args[0], 1)
                                 ? normal(pool, power)
                                 : number(pool, bs_integer(pool, 1));
    for (int i = 0; i < bs_monomial_count(monomial); i++) {
        int64_t exponent;
        bs_expr factor = bs_monomial_atom(monomial, i, &exponent);
        if (bs_has_free(factor, bound->args[0]))
            out = multiply(pool, out, atom(pool, over_index(pool, bound, factor), exponent));
    }
    out.over.failed = out.over.failed || !power;
    return out;
}

static struct bs_quotient normal_indexed_product(struct bs_pool *pool, bs_expr bound,
                                                 const struct bs_quotient *body)
{
    if (body->over.monomials.count == 1 && body->under.monomials.count == 1 &&
        !bs_quotient_has_failed(body))
        return multiply(pool, product_of_monomial(pool, bound, &body->over),
                        invert(product_of_monomial(pool, bound, &body->under)));
    bs_expr whole_product = over_index(pool, bound, quotient_expr(pool, body));
    return whole_product ? atom(pool, whole_product, 1) : failure();
}

static struct bs_quotient normal_indexed(struct bs_pool *pool, bs_expr expr)
{
    bs_expr bound = with_own_index(pool, expr);
    if (!bound)
        return failure();
    struct bs_quotient body = normal(pool, bound->args[3]);
    struct bs_quotient out = bound->kind == BS_INDEXED_SUM
                                 ? normal_indexed_sum(pool, bound, &body)
                                 : normal_indexed_product(pool, bound, &body);
    bs_quotient_finish(&body);
    return out;
}

static struct bs_quotient normal(struct bs_pool *pool, bs_expr expr)
{
    switch (expr ? expr->kind : BS_PARTIAL) {
    case BS_NUMBER:
        return number(pool, expr);
    case BS_SUM:
        return normal_sum(pool, expr);
    case BS_PRODUCT:
        return normal_product(pool, expr);
    case BS_POWER:
        return normal_power(pool, expr);
    case BS_CALL:
        return normal_call(pool, expr);
    case BS_INDEXED_SUM:
    case BS_INDEXED_PRODUCT:
        return normal_indexed(pool, expr);
    case BS_CASES:
        return opaque(pool, expr);
    default:
        return expr ? atom(pool, expr, 1) : failure();
    }
}

/* The least power of an atom in both polynomials taken out of both: 1/e/(1/e + 1) is 1/(1 + e). */
static struct bs_quotient reduce(struct bs_pool *pool, struct bs_quotient in, bs_expr factor)
{
    int64_t over = least_exponent(&in.over, factor), under = least_exponent(&in.under, factor);
    int64_t least = over < under ? over : under;
    if (least == 0 || least == MOST_EXPONENT || !bs_is_nonzero(factor))
        return in;
    struct bs_polynomial inverse = bs_polynomial_atom(pool, factor, -least);
    struct bs_quotient out = {bs_polynomial_mul(pool, &in.over, &inverse),
                              bs_polynomial_mul(pool, &in.under, &inverse)};
    bs_polynomial_finish(&inverse);
    bs_quotient_finish(&in);
    return out;
}

static struct bs_quotient reduce_all(struct bs_pool *pool, struct bs_quotient in)
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
        in = reduce(pool, in, atoms.items[i]);
    if (atoms.failed)
        bs_pool_refuse(pool, BS_NO_MEMORY, "not enough memory");
    in.over.failed = in.over.failed || atoms.failed;
    bs_list_finish(&atoms);
    return in;
}

struct bs_quotient bs_normal(struct bs_pool *pool, bs_expr expr)
{
    bs_expr simple = bs_simplify(pool, expr);
    return simple && simple->size <= MOST_SIZE ? reduce_all(pool, normal(pool, simple)) : failure();
}
