/*
 * The table of functions.  A partial is a formula in x and y, the arguments, and may call any row;
 * where the textbook writes a slope with the output, it calls the function itself: whoever has a
 * name for that output folds it in (σ'(α) = b·(1 − b)).
 */
#include "expr/func.h"

#include "expr/parse.h"

#include <math.h>
#include <string.h>

static const double SQRT_HALF = 0.70710678118654752440;    /* 1/√2 */
static const double INV_SQRT_2PI = 0.39894228040143267794; /* 1/√(2π) */
static const double LEAK = 0.1;

#define UNARY(name, body)                                                     \
    static double name(const double *args, int count, int index, double kink) \
    {                                                                         \
        const double x = args[0];                                             \
        (void)count, (void)index, (void)kink;                                 \
        return body;                                                          \
    }

#define SLOPE(name, body)                               \
    static double name(double x, double y, double kink) \
    {                                                   \
        (void)x, (void)y, (void)kink;                   \
        return body;                                    \
    }

/* The slope at a kink lies between those on its left and right. */
static double at_kink(double x, double left, double right, double kink)
{
    if (isnan(x))
        return x;
    return x > 0 ? right : x < 0 ? left : left + kink * (right - left);
}

/* Without overflow on either side: e^x is only taken of x <= 0. */
static double sigmoid(double x)
{
    if (x >= 0)
        return 1 / (1 + exp(-x));
    double e = exp(x);
    return e / (1 + e);
}

static double softplus(double x)
{
    return x > 0 ? x + log1p(exp(-x)) : log1p(exp(x));
}

static double normal_cdf(double x)
{
    return 0.5 * erfc(-x * SQRT_HALF);
}

static double normal_pdf(double x)
{
    return INV_SQRT_2PI * exp(-0.5 * x * x);
}

UNARY(value_identity, x)
UNARY(value_sigmoid, sigmoid(x))
UNARY(value_tanh, tanh(x))
UNARY(value_relu, isnan(x) || x > 0 ? x : 0)
UNARY(value_leaky_relu, x > 0 ? x : LEAK * x)
UNARY(value_elu, x > 0 ? x : expm1(x))
UNARY(value_softplus, softplus(x))
UNARY(value_swish, x *sigmoid(x))
UNARY(value_gelu, x *normal_cdf(x))
UNARY(value_cdf, normal_cdf(x))
UNARY(value_pdf, normal_pdf(x))
UNARY(value_step, isnan(x) ? x : x >= 0 ? 1 : 0)
UNARY(value_exp, exp(x))
UNARY(value_log, log(x))
UNARY(value_sqrt, sqrt(x))
UNARY(value_abs, fabs(x))
UNARY(value_sign, isnan(x) ? x : (double)((x > 0) - (x < 0)))
UNARY(value_relu_slope, at_kink(x, 0, 1, kink))
UNARY(value_leaky_relu_slope, at_kink(x, LEAK, 1, kink))
UNARY(value_elu_slope, x > 0 ? 1 : exp(x))

SLOPE(slope_identity, 1)
SLOPE(slope_sigmoid, y *(1 - y))
SLOPE(slope_tanh, (1 + y) * (1 - y))
SLOPE(slope_relu, at_kink(x, 0, 1, kink))
SLOPE(slope_leaky_relu, at_kink(x, LEAK, 1, kink))
SLOPE(slope_elu, x > 0 ? 1 : exp(x)) /* y + 1 would lose the digits of a small slope */
SLOPE(slope_softplus, sigmoid(x))
SLOPE(slope_swish, sigmoid(x) + y * (1 - sigmoid(x))) /* y + σ·(1 − y) is 0 for large x */
SLOPE(slope_gelu, normal_cdf(x) + x * normal_pdf(x))
SLOPE(slope_step, 0)

/* d·log y with the convention 0·log 0 = 0 of cross-entropy. */
static double value_xlog(const double *args, int count, int index, double kink)
{
    (void)count, (void)index, (void)kink;
    return args[0] == 0 ? 0 : args[0] * log(args[1]);
}

static double value_max(const double *args, int count, int index, double kink)
{
    (void)index, (void)kink;
    double largest = args[0];
    for (int i = 1; i < count; i++)
        if (args[i] > largest || isnan(args[i]))
            largest = args[i];
    return largest;
}

/* Of tied arguments the first has the slope when kink is 0, the last when 1, else all share it. */
static double value_max_slope(const double *args, int count, int index, double kink)
{
    double largest = value_max(args, count, 0, 0), self = args[index - 1];
    int before = 0, after = 0;
    if (isnan(largest))
        return largest;
    if (self < largest)
        return 0;
    for (int i = 0; i < count; i++) {
        before += i < index - 1 && args[i] == largest;
        after += i > index - 1 && args[i] == largest;
    }
    if (kink == 0)
        return before == 0;
    if (kink == 1)
        return after == 0;
    return 1.0 / (before + 1 + after);
}

/* Shifted by the largest argument, so that no exponential overflows. */
static double value_softmax(const double *args, int count, int index, double kink)
{
    double largest = value_max(args, count, 0, kink), sum = 0;
    for (int i = 0; i < count; i++)
        sum += exp(args[i] - largest);
    return exp(args[index - 1] - largest) / sum;
}

static bs_expr partial_max(struct bs_pool *pool, bs_expr call, int k)
{
    return bs_call(pool, bs_func_find("max_slope"), k + 1, call->count, call->args);
}

static bs_expr partial_zero(struct bs_pool *pool, bs_expr call, int k)
{
    (void)call, (void)k;
    return bs_integer(pool, 0);
}

/* ∂f_i/∂x_k = f_i·(δ_ik − f_k) */
static bs_expr partial_softmax(struct bs_pool *pool, bs_expr call, int k)
{
    const struct bs_func *softmax = call->u.call.func;
    bs_expr f_k = bs_call(pool, softmax, k + 1, call->count, call->args);
    if (k + 1 == call->u.call.index)
        return bs_mul(pool, call, bs_sub(pool, bs_integer(pool, 1), f_k));
    return bs_neg(pool, bs_mul(pool, call, f_k));
}

const struct bs_func bs_funcs[] = {
    {.name = "identity",
     .arity = 1,
     .is_activation = true,
     .formula = "x",
     .about = "the linear activation: gives its argument",
     .value = value_identity,
     .slope = slope_identity,
     .partial = {"1"},
     .rule = "identity' = 1"},
    {.name = "sigmoid",
     .unicode = "σ",
     .latex = "\\sigma",
     .arity = 1,
     .is_activation = true,
     .formula = "1/(1 + exp(-x))",
     .about = "the logistic function, from 0 to 1",
     .value = value_sigmoid,
     .slope = slope_sigmoid,
     .partial = {"sigmoid(x)*(1 - sigmoid(x))"},
     .rule = "σ' = σ·(1 − σ)"},
    {.name = "tanh",
     .latex = "\\tanh",
     .arity = 1,
     .is_activation = true,
     .formula = "(exp(x) - exp(-x))/(exp(x) + exp(-x))",
     .about = "the hyperbolic tangent, from -1 to 1",
     .value = value_tanh,
     .slope = slope_tanh,
     .partial = {"(1 + tanh(x))*(1 - tanh(x))"},
     .rule = "tanh' = (1 + tanh)·(1 − tanh)"},
    {.name = "relu",
     .unicode = "ReLU",
     .latex = "\\operatorname{ReLU}",
     .arity = 1,
     .is_activation = true,
     .has_kink = true,
     .formula = "max(0, x)",
     .about = "the rectifier: x where x > 0, else 0",
     .value = value_relu,
     .slope = slope_relu,
     .partial = {"relu_slope(x)"},
     .rule = "ReLU' = 1 where x > 0, else 0"},
    {.name = "leaky_relu",
     .unicode = "LeakyReLU",
     .latex = "\\operatorname{LeakyReLU}",
     .arity = 1,
     .is_activation = true,
     .has_kink = true,
     .formula = "max(0.1*x, x)",
     .about = "the rectifier with a tenth of the slope below 0",
     .value = value_leaky_relu,
     .slope = slope_leaky_relu,
     .partial = {"leaky_relu_slope(x)"},
     .rule = "LeakyReLU' = 1 where x > 0, else 0.1"},
    {.name = "elu",
     .unicode = "ELU",
     .latex = "\\operatorname{ELU}",
     .arity = 1,
     .is_activation = true,
     .formula = "x where x > 0, else exp(x) - 1",
     .about = "a rectifier that levels off smoothly at -1",
     .value = value_elu,
     .slope = slope_elu,
     .partial = {"elu_slope(x)"},
     .rule = "ELU' = 1 where x > 0, else e^x"},
    {.name = "softplus",
     .arity = 1,
     .is_activation = true,
     .formula = "log(1 + exp(x))",
     .about = "a smooth rectifier",
     .value = value_softplus,
     .slope = slope_softplus,
     .partial = {"sigmoid(x)"},
     .rule = "softplus' = σ"},
    {.name = "swish",
     .arity = 1,
     .is_activation = true,
     .formula = "x*sigmoid(x)",
     .about = "x times its sigmoid",
     .value = value_swish,
     .slope = slope_swish,
     .partial = {"sigmoid(x) + swish(x)*(1 - sigmoid(x))"},
     .rule = "swish' = σ + swish·(1 − σ)"},
    {.name = "gelu",
     .unicode = "GELU",
     .latex = "\\operatorname{GELU}",
     .arity = 1,
     .is_activation = true,
     .formula = "x*Phi(x)",
     .about = "x times the normal distribution",
     .value = value_gelu,
     .slope = slope_gelu,
     .partial = {"Phi(x) + x*phi(x)"},
     .rule = "GELU' = Φ + x·φ"},
    {.name = "step",
     .arity = 1,
     .is_activation = true,
     .has_kink = true,
     .formula = "1 where x >= 0, else 0",
     .about = "the threshold unit; its slope is 0",
     .value = value_step,
     .slope = slope_step,
     .partial = {"0"},
     .rule = "step' = 0"},
    {.name = "softmax",
     .arity = BS_ANY_ARITY,
     .is_indexed = true,
     .is_activation = true,
     .formula = "exp(x_k)/sum(j, 1, n, exp(x_j))",
     .about = "softmax_k(x_1, ..., x_n): the kth share of the exponentials",
     .value = value_softmax,
     .make_partial = partial_softmax,
     .rule = "∂softmax_i/∂x_k = softmax_i·(δ_ik − softmax_k)"},
    {.name = "Phi",
     .unicode = "Φ",
     .latex = "\\Phi",
     .arity = 1,
     .formula = "the normal distribution function",
     .about = "the share of a standard normal variable below x",
     .value = value_cdf,
     .partial = {"phi(x)"},
     .rule = "Φ' = φ"},
    {.name = "phi",
     .unicode = "φ",
     .latex = "\\varphi",
     .arity = 1,
     .formula = "exp(-x^2/2)/sqrt(2*pi)",
     .about = "the density of a standard normal variable",
     .value = value_pdf,
     .partial = {"-x*phi(x)"},
     .rule = "φ' = −x·φ"},
    {.name = "exp",
     .latex = "\\exp",
     .arity = 1,
     .formula = "e^x",
     .about = "the exponential function",
     .value = value_exp,
     .partial = {"exp(x)"},
     .rule = "exp' = exp"},
    {.name = "log",
     .latex = "\\log",
     .arity = 1,
     .formula = "the y with exp(y) = x",
     .about = "the natural logarithm",
     .value = value_log,
     .partial = {"1/x"},
     .rule = "log' = 1/x"},
    {.name = "sqrt",
     .arity = 1,
     .formula = "x^(1/2)",
     .about = "the square root",
     .value = value_sqrt,
     .partial = {"1/(2*sqrt(x))"},
     .rule = "sqrt' = 1/(2·sqrt)"},
    {.name = "abs",
     .arity = 1,
     .has_kink = true,
     .formula = "max(x, -x)",
     .about = "the absolute value; its slope at 0 is 0",
     .value = value_abs,
     .partial = {"sign(x)"},
     .rule = "abs' = sign"},
    {.name = "sign",
     .arity = 1,
     .has_kink = true,
     .formula = "-1, 0 or 1",
     .about = "-1 where x < 0, 1 where x > 0, 0 at 0",
     .value = value_sign,
     .partial = {"0"},
     .rule = "sign' = 0"},
    {.name = "max",
     .latex = "\\max",
     .arity = BS_ANY_ARITY,
     .has_kink = true,
     .formula = "the largest argument",
     .about = "the largest; at a tie the first argument has the slope",
     .value = value_max,
     .make_partial = partial_max,
     .rule = "∂max/∂x_k = 1 where x_k is the largest, else 0"},
    {.name = "xlog",
     .arity = 2,
     .formula = "x*log(y)",
     .about = "x times log y, and 0 when x is 0, as in cross-entropy",
     .value = value_xlog,
     .shown_factor = "log",
     .partial = {"log(y)", "x/y"},
     .rule = "(x·log y)' = x/y"},
    {.name = "relu_slope",
     .unicode = "ReLU'",
     .latex = "\\operatorname{ReLU}'",
     .arity = 1,
     .is_slope = true,
     .has_kink = true,
     .formula = "1 where x > 0, else 0",
     .about = "the slope of relu; at 0 it is the session's choice, 0 unless told",
     .value = value_relu_slope,
     .partial = {"0"},
     .rule = "ReLU'' = 0"},
    {.name = "leaky_relu_slope",
     .unicode = "LeakyReLU'",
     .latex = "\\operatorname{LeakyReLU}'",
     .arity = 1,
     .is_slope = true,
     .has_kink = true,
     .formula = "1 where x > 0, else 0.1",
     .about = "the slope of leaky_relu",
     .value = value_leaky_relu_slope,
     .partial = {"0"},
     .rule = "LeakyReLU'' = 0"},
    {.name = "elu_slope",
     .unicode = "ELU'",
     .latex = "\\operatorname{ELU}'",
     .arity = 1,
     .is_slope = true,
     .formula = "1 where x > 0, else exp(x)",
     .about = "the slope of elu",
     .value = value_elu_slope,
     .partial = {"elu_slope(x)*step(-x)"},
     .rule = "ELU'' = 0 where x > 0, else e^x"},
    {.name = "max_slope",
     .unicode = "max'",
     .latex = "\\max'",
     .arity = BS_ANY_ARITY,
     .is_indexed = true,
     .is_slope = true,
     .has_kink = true,
     .formula = "1 where argument k is the largest, else 0",
     .about = "max_slope_k(x_1, ..., x_n): the slope of max for its kth argument",
     .value = value_max_slope,
     .make_partial = partial_zero,
     .rule = "max'' = 0"},
    {.name = NULL},
};

const struct bs_func *bs_func_find_n(const char *name, size_t length)
{
    for (const struct bs_func *func = bs_funcs; func->name; func++)
        if (strncmp(func->name, name, length) == 0 && func->name[length] == '\0')
            return func;
    return NULL;
}

const struct bs_func *bs_func_find(const char *name)
{
    return bs_func_find_n(name, strlen(name));
}

static bs_expr put_argument(void *context, struct bs_pool *pool, bs_expr leaf)
{
    const bs_expr *args = context;
    (void)pool;
    return strcmp(leaf->u.name, "y") == 0 ? args[1] : args[0];
}

bs_expr bs_func_partial(struct bs_pool *pool, bs_expr call, int k)
{
    const struct bs_func *func = call->u.call.func;
    bs_expr formula, args[2] = {call->args[0], call->args[call->count > 1]};
    if (func->make_partial)
        return func->make_partial(pool, call, k);
    if (bs_parse(&formula, pool, func->partial[k], strlen(func->partial[k]), NULL) < 0)
        return NULL;
    return bs_map_leaves(pool, formula, put_argument, args);
}
