/* The derivative, rule by rule.  Each shared node is differentiated once a pass. */
#include "expr/calculus.h"

#include "expr/func.h"
#include "expr/index.h"
#include "expr/simplify.h"

#include "base/mem.h"

/* The indices bound around what is differentiated. */
struct scope {
    bs_expr index;
    const struct scope *outer;
};

struct pass {
    struct bs_pool *pool;
    bs_expr x, zero;
    uint64_t leaf; /* the bit of x among an expression's leaves */
    struct bs_steps *steps;
    const struct scope *scope; /* of the innermost sum around, or NULL */
    bool has_ranges; /* x is of an array that is counted over several: no δ collapses by itself */
    uint64_t stamp;
    uint64_t with, without; /* seen, and found to depend on x or not */
};

void bs_steps_finish(struct bs_steps *steps)
{
    bs_free(steps->items);
    *steps = (struct bs_steps){0};
}

static bool is_bound_in(bs_expr expr, bs_expr x)
{
    return bs_binds_index(expr) && expr->args[0] == x;
}

/* Does it contain x, or a member that may be x?  Each shared node is asked once. */
static bool depends(const struct pass *pass, bs_expr expr)
{
    if (expr == pass->x || bs_may_be(pass->pool, NULL, expr, pass->x))
        return true;
    if (expr->count == 0 || !(pass->leaf & expr->leaves))
        return false;
    if (expr->memo->seen == pass->with || expr->memo->seen == pass->without)
        return expr->memo->seen == pass->with;
    bool found = false;
    const int last = expr->count - is_bound_in(expr, pass->x);
    for (int i = bs_binds_index(expr); i < last && !found; i++)
        found = depends(pass, expr->args[i]);
    expr->memo->seen = found ? pass->with : pass->without;
    return found;
}

/* Reserve the line of a rule, so that an outer rule stands before the inner ones. */
static size_t begin_step(struct pass *pass, const char *rule, bs_expr before)
{
    struct bs_steps *steps = pass->steps;
    if (!steps)
        return 0;
    if (!bs_grow(&steps->items, &steps->capacity, steps->count + 1, sizeof *steps->items)) {
        steps->failed = true;
        return 0;
    }
    steps->items[steps->count] = (struct bs_step){rule, before, NULL, false};
    return steps->count++;
}

/* Gives `after`, or NULL when its simple form cannot be made. */
static bs_expr end_step(struct pass *pass, size_t step, bs_expr after)
{
    if (!pass->steps || pass->steps->failed)
        return after;
    bs_expr tidy = bs_tidy(pass->pool, after);
    pass->steps->items[step].after = tidy;
    return tidy ? after : NULL;
}

/* The line of a rule that is none of differentiation: before = after.  Gives `after`. */
static bs_expr add_rewrite(struct pass *pass, const char *rule, bs_expr before, bs_expr after)
{
    size_t step = begin_step(pass, rule, before);
    if (!pass->steps || pass->steps->failed || !after)
        return after;
    pass->steps->items[step].after = after;
    pass->steps->items[step].is_rewrite = true;
    return after;
}

static bs_expr diff(struct pass *pass, bs_expr expr);

static bool is_zero(bs_expr expr)
{
    return expr && bs_is_integer(expr, 0);
}

static bs_expr diff_sum(struct pass *pass, bs_expr sum)
{
    struct bs_list terms = {0};
    for (int i = 0; i < sum->count; i++) {
        bs_expr term = diff(pass, sum->args[i]);
        if (!is_zero(term))
            bs_list_add(&terms, term);
    }
    return bs_list_sum(pass->pool, &terms);
}

static int count_among(int count, const bs_expr *factors, bs_expr factor)
{
    int found = 0;
    for (int i = 0; i < count; i++)
        found += factors[i] == factor;
    return found;
}

/* (f·g·h)' = f'·g·h + f·g'·h + f·g·h', and equal terms are one: (f·f)' = 2·f·f'. */
static bs_expr diff_product(struct pass *pass, bs_expr product)
{
    struct bs_list terms = {0};
    for (int i = 0; i < product->count; i++) {
        bs_expr factor = product->args[i], slope = diff(pass, factor);
        const bs_expr *after = product->args + i + 1;
        const int count_after = product->count - i - 1;
        if (is_zero(slope) || count_among(count_after, after, factor) > 0)
            continue;
        struct bs_list factors = {0};
        const int equal = 1 + count_among(i, product->args, factor);
        if (equal > 1)
            bs_list_add(&factors, bs_integer(pass->pool, equal));
        bs_list_add_all(&factors, i, product->args);
        bs_list_add(&factors, slope);
        bs_list_add_all(&factors, count_after, after);
        bs_list_add(&terms, bs_list_product(pass->pool, &factors));
    }
    return bs_list_sum(pass->pool, &terms);
}

/* (u^n)' = n·u^(n−1)·u' for an n without x, and for n = −1: −u'/u². */
static bs_expr diff_power(struct pass *pass, bs_expr power)
{
    struct bs_pool *pool = pass->pool;
    bs_expr u = power->args[0], n = power->args[1], minus_one = bs_integer(pool, -1);
    bs_expr slope = diff(pass, u);
    if (bs_is_inverse(power))
        return bs_neg(pool, bs_div(pool, slope, bs_power(pool, u, bs_integer(pool, 2))));
    if (!minus_one)
        return NULL;
    bs_expr less = bs_is_number(n) ? bs_number_add(pool, n, minus_one) : bs_add(pool, n, minus_one);
    return bs_mul(pool, bs_mul(pool, n, bs_power(pool, u, less)), slope);
}

/* (u^v)' = u^v·(v'·log u + v·u'/u) */
static bs_expr diff_general_power(struct pass *pass, bs_expr power)
{
    struct bs_pool *pool = pass->pool;
    bs_expr u = power->args[0], v = power->args[1];
    bs_expr log_u = bs_call(pool, bs_func_find("log"), 0, 1, &u);
    bs_expr slope = bs_mul(pool, diff(pass, v), log_u);
    if (depends(pass, u))
        slope = bs_add(pool, slope, bs_mul(pool, v, bs_div(pool, diff(pass, u), u)));
    return bs_mul(pool, power, slope);
}

/* The chain rule: the sum over the arguments of partial times slope. */
static bs_expr diff_call(struct pass *pass, bs_expr call)
{
    struct bs_list terms = {0};
    for (int k = 0; k < call->count; k++) {
        bs_expr slope = diff(pass, call->args[k]);
        if (is_zero(slope))
            continue;
        bs_list_add(&terms, bs_mul(pass->pool, bs_func_partial(pass->pool, call, k), slope));
    }
    return bs_list_sum(pass->pool, &terms);
}

/* An index of x that the sum counts with, too, gets another letter there. */
static bs_expr renamed(struct pass *pass, bs_expr bound)
{
    if (!bs_has_free(pass->x, bound->args[0]))
        return bound;
    bs_expr result = bs_rename_index(pass->pool, bound, pass->x);
    return add_rewrite(pass, "index renamed", bound, result);
}

/* Whatever Σ_j f(j)·δ_jk is: the line of the δ stands after those that made it. */
static bs_expr collapsed(struct pass *pass, bs_expr sum)
{
    if (pass->has_ranges || !sum || !bs_binds_index(sum))
        return sum;
    for (const struct scope *scope = pass->scope; scope; scope = scope->outer)
        if (bs_has_delta_of(sum, scope->index) || bs_bounds_have(sum, scope->index))
            return sum; /* whether it does is seen from out there */
    bs_expr tidy = bs_tidy(pass->pool, sum), simple = bs_simplify(pass->pool, sum);
    if (!tidy || !simple || tidy == simple || !bs_has_kind(tidy, BS_DELTA))
        return simple ? sum : NULL;
    return add_rewrite(pass, "δ collapsed", tidy, simple);
}

static bs_expr over(struct pass *pass, bs_expr bound, bs_expr body)
{
    bs_expr args[] = {bound->args[0], bound->args[1], bound->args[2], body};
    return body ? bs_with_args(pass->pool, bound, args) : NULL;
}

/* Π_k f_k from a to b has the slope Σ_m (Π_k<m f_k)·f_m'·(Π_k>m f_k). */
static bs_expr diff_indexed_product(struct pass *pass, bs_expr product)
{
    struct bs_pool *pool = pass->pool;
    bs_expr slope = diff(pass, product->args[3]), index = product->args[0];
    if (is_zero(slope))
        return slope;
    bs_expr other = bs_rename_index(pool, product, pass->x), one = bs_integer(pool, 1);
    if (!other || !one)
        return NULL;
    bs_expr k = other->args[0], body = other->args[3];
    bs_expr before = bs_indexed_product(pool, k, product->args[1], bs_sub(pool, index, one), body);
    bs_expr after = bs_indexed_product(pool, k, bs_add(pool, index, one), product->args[2], body);
    bs_expr term = bs_mul(pool, bs_mul(pool, before, slope), after);
    return bs_indexed_sum(pool, index, product->args[1], product->args[2], term);
}

static bs_expr diff_indexed(struct pass *pass, bs_expr bound)
{
    if (depends(pass, bound->args[1]) || depends(pass, bound->args[2]))
        return bs_pool_refuse(pass->pool, BS_REFUSED,
                              "a sum has no derivative by one of its bounds");
    bs_expr same = renamed(pass, bound);
    if (!same)
        return NULL;
    const struct scope scope = {same->args[0], pass->scope};
    const bool is_product = same->kind == BS_INDEXED_PRODUCT;
    pass->scope = &scope;
    bs_expr slope = is_product ? diff_indexed_product(pass, same) : diff(pass, same->args[3]);
    pass->scope = scope.outer;
    if (is_product)
        return collapsed(pass, slope);
    return is_zero(slope) ? slope : over(pass, same, slope);
}

/* x_j by x_k is δ_jk. */
static bs_expr diff_member(struct pass *pass, bs_expr member)
{
    bs_expr delta = NULL;
    if (bs_may_be(pass->pool, &delta, member, pass->x))
        return bs_tidy(pass->pool, delta);
    return bs_pool_refuse(pass->pool, BS_REFUSED, "there is no derivative by an index");
}

/* Branch by branch; where x moves the test, the policy takes one of their slopes, or between. */
static bs_expr diff_cases(struct pass *pass, bs_expr cases)
{
    bool is_kink = depends(pass, cases->args[0]);
    return bs_cases(pass->pool, is_kink ? BS_ZERO_IS_KINK : cases->u.at_zero, cases->args[0],
                    diff(pass, cases->args[1]), diff(pass, cases->args[2]));
}

/* The rule of the partial for the first argument that x is in. */
static const char *rule_of_call(struct pass *pass, bs_expr call)
{
    int k = 0;
    while (k < call->count - 1 && !depends(pass, call->args[k]))
        k++;
    return bs_func_rule(call->u.call.func, call->count, k);
}

static const char *rule_of(struct pass *pass, bs_expr expr)
{
    switch (expr->kind) {
    case BS_SUM:
        return "sum rule";
    case BS_PRODUCT:
        return "product rule";
    case BS_POWER:
        return bs_is_inverse(expr) ? "quotient rule" : "power rule";
    case BS_CALL:
        return rule_of_call(pass, expr);
    case BS_SYMBOL:
    case BS_MEMBER:
        return "1 where the indices agree";
    case BS_INDEXED_PRODUCT:
        return "product rule";
    case BS_CASES:
        return "case by case";
    default:
        return "sum rule";
    }
}

static bs_expr diff_inner(struct pass *pass, bs_expr expr)
{
    switch (expr->kind) {
    case BS_SUM:
        return diff_sum(pass, expr);
    case BS_PRODUCT:
        return diff_product(pass, expr);
    case BS_POWER:
        return depends(pass, expr->args[1]) ? diff_general_power(pass, expr)
                                            : diff_power(pass, expr);
    case BS_CALL:
        return diff_call(pass, expr);
    case BS_INDEXED_SUM:
    case BS_INDEXED_PRODUCT:
        return diff_indexed(pass, expr);
    case BS_CASES:
        return diff_cases(pass, expr);
    default: /* a member, a symbol that is one; in a δ there are only indices */
        return diff_member(pass, expr);
    }
}

static bs_expr diff(struct pass *pass, bs_expr expr)
{
    if (expr == pass->x)
        return bs_integer(pass->pool, 1);
    if (!depends(pass, expr))
        return pass->zero;
    if (expr->memo->stamp == pass->stamp)
        return expr->memo->result;
    size_t step = begin_step(pass, rule_of(pass, expr), expr);
    bs_expr result = end_step(pass, step, diff_inner(pass, expr));
    if (expr->kind == BS_INDEXED_SUM && result)
        result = collapsed(pass, result);
    expr->memo->stamp = pass->stamp;
    expr->memo->result = result;
    return result;
}

/* The last line: what the rules gave, in another shape. */
static bs_expr finish(struct pass *pass, bs_expr raw)
{
    if (pass->has_ranges)
        return bs_tidy(pass->pool, raw);
    bs_expr simple = bs_simplify(pass->pool, raw);
    bs_expr tidy = pass->steps && simple ? bs_tidy(pass->pool, raw) : simple;
    return tidy == simple ? simple : add_rewrite(pass, "simplification", tidy, simple);
}

bs_expr bs_diff(struct bs_pool *pool, bs_expr expr, bs_expr x, struct bs_steps *steps)
{
    if (!expr || !x)
        return NULL;
    x = bs_as_member(pool, x, expr);
    bs_expr zero = bs_integer(pool, 0);
    bs_expr name = x && x->kind == BS_MEMBER ? bs_symbol(pool, x->u.name) : x;
    if (!zero || !name)
        return NULL;
    struct pass pass = {.pool = pool,
                        .x = x,
                        .zero = zero,
                        .leaf = name->leaves,
                        .has_ranges = bs_has_ranges(expr, x),
                        .steps = steps,
                        .stamp = bs_next_stamp(),
                        .with = bs_next_stamp(),
                        .without = bs_next_stamp()};
    return finish(&pass, diff(&pass, expr));
}
