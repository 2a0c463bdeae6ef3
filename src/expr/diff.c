/* The derivative, rule by rule.  Each shared node is differentiated once a pass. */
#include "expr/calculus.h"

#include "expr/func.h"
#include "expr/node.h"

#include "base/mem.h"

#include <ctype.h>
#include <string.h>

struct pass {
    struct bs_pool *pool;
    bs_expr x, zero;
    struct bs_steps *steps;
    uint64_t stamp;
    uint64_t with, without; /* seen, and found to depend on x or not */
};

void bs_steps_finish(struct bs_steps *steps)
{
    bs_free(steps->items);
    *steps = (struct bs_steps){0};
}

/*
 * May the name be x, for some value of the sum's index among its subscripts?  Subscripts that are
 * numbers on both sides must agree; others may be the index of another sum.
 */
static bool may_become(const char *name, const char *x, const char *index)
{
    bool has_index = false;
    for (bool is_stem = true;; is_stem = false) {
        size_t length = strcspn(name, "_"), x_length = strcspn(x, "_");
        bool is_same = length == x_length && strncmp(name, x, length) == 0;
        bool is_fixed = is_stem || (isdigit((unsigned char)*name) && isdigit((unsigned char)*x));
        if (is_fixed && !is_same)
            return false;
        if (!is_stem && length == strlen(index) && strncmp(name, index, length) == 0)
            has_index = true;
        name += length;
        x += x_length;
        if (*name == '\0' || *x == '\0')
            return has_index && *name == *x;
        name++;
        x++;
    }
}

struct under_index {
    const char *x, *index;
};

static int find_under_index(void *context, bs_expr leaf)
{
    const struct under_index *look = context;
    return leaf->kind == BS_SYMBOL && may_become(leaf->u.name, look->x, look->index);
}

static bool has_under_index(bs_expr sum, bs_expr x)
{
    if (x->kind != BS_SYMBOL)
        return false;
    struct under_index look = {x->u.name, sum->args[0]->u.name};
    return bs_visit_leaves(sum->args[3], find_under_index, &look);
}

/* Does it contain x, or a sum in which x may be a term?  Each shared node is asked once. */
static bool depends(const struct pass *pass, bs_expr expr)
{
    if (expr == pass->x)
        return true;
    if (expr->count == 0 || (pass->x->leaves & ~expr->leaves))
        return false;
    if (expr->memo->seen == pass->with || expr->memo->seen == pass->without)
        return expr->memo->seen == pass->with;
    bool found = expr->kind == BS_INDEXED_SUM && has_under_index(expr, pass->x);
    for (int i = 0; i < expr->count && !found; i++)
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
    steps->items[steps->count] = (struct bs_step){rule, before, NULL};
    return steps->count++;
}

/* Gives `after`, or NULL when its simple form cannot be made. */
static bs_expr end_step(struct pass *pass, size_t step, bs_expr after)
{
    if (!pass->steps || pass->steps->failed)
        return after;
    bs_expr simple = bs_simplify(pass->pool, after);
    pass->steps->items[step].after = simple;
    return simple ? after : NULL;
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

/* (f·g·h)' = f'·g·h + f·g'·h + f·g·h' */
static bs_expr diff_product(struct pass *pass, bs_expr product)
{
    struct bs_list terms = {0};
    for (int i = 0; i < product->count; i++) {
        bs_expr slope = diff(pass, product->args[i]);
        if (is_zero(slope))
            continue;
        struct bs_list factors = {0};
        bs_list_add_all(&factors, i, product->args);
        bs_list_add(&factors, slope);
        bs_list_add_all(&factors, product->count - i - 1, product->args + i + 1);
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

static bs_expr diff_indexed_sum(struct pass *pass, bs_expr sum)
{
    if (has_under_index(sum, pass->x))
        return bs_pool_refuse(pass->pool, BS_REFUSED,
                              "the derivative of a sum by a symbol that stands under its "
                              "index is not known yet; write the terms out");
    if (depends(pass, sum->args[1]) || depends(pass, sum->args[2]))
        return bs_pool_refuse(pass->pool, BS_REFUSED,
                              "a sum has no derivative by one of its bounds");
    if (pass->x == sum->args[0]) /* inside, the name is another's */
        return pass->zero;
    bs_expr body = diff(pass, sum->args[3]);
    if (is_zero(body))
        return body;
    return bs_indexed_sum(pass->pool, sum->args[0], sum->args[1], sum->args[2], body);
}

static const char *rule_of(bs_expr expr)
{
    switch (expr->kind) {
    case BS_SUM:
        return "sum rule";
    case BS_PRODUCT:
        return "product rule";
    case BS_POWER:
        return bs_is_inverse(expr) ? "quotient rule" : "power rule";
    case BS_CALL:
        return expr->u.call.func->rule;
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
        return diff_indexed_sum(pass, expr);
    default:
        return pass->zero;
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
    size_t step = begin_step(pass, rule_of(expr), expr);
    bs_expr result = end_step(pass, step, diff_inner(pass, expr));
    expr->memo->stamp = pass->stamp;
    expr->memo->result = result;
    return result;
}

bs_expr bs_diff(struct bs_pool *pool, bs_expr expr, bs_expr x, struct bs_steps *steps)
{
    if (!expr || !x)
        return NULL;
    bs_expr zero = bs_integer(pool, 0);
    struct pass pass = {pool, x, zero, steps, bs_next_stamp(), bs_next_stamp(), bs_next_stamp()};
    return zero ? bs_simplify(pool, diff(&pass, expr)) : NULL;
}
