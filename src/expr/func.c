/*
 * The table of functions.  A partial is a formula in x and y, the arguments, and may call any row;
 * where the textbook writes a slope with the output, it calls the function itself: whoever has a
 * name for that output folds it in (σ'(α) = b·(1 − b)).
 */
#include "expr/func.h"

#include "expr/activation.h"
#include "expr/definition.h"
#include "expr/kernels.h"
#include "expr/node.h"
#include "expr/parse.h"

#include <math.h>
#include <string.h>

static const struct bs_parameter LEAK[] = {{"a", 0.1}, {NULL, 0}};
static const struct bs_parameter ALPHA[] = {{"alpha", 1}, {NULL, 0}};
static const struct bs_parameter BETA[] = {{"beta", 1}, {NULL, 0}};

#define UNARY(name, body)                                                     \
    static double name(const double *args, int count, int index, double kink) \
    {                                                                         \
        const double x = args[0];                                             \
        (void)count, (void)index, (void)kink;                                 \
        return body;                                                          \
    }

/* Of x and a parameter p. */
#define PARAMETRIC(name, parameter, body)                                       \
    static double name(const double *args, int count, int index, double kink)   \
    {                                                                           \
        const double x = args[0], p = count > 1 ? args[1] : (parameter)->usual; \
        (void)index, (void)kink;                                                \
        return body;                                                            \
    }

UNARY(value_identity, bs_value_of_identity(x, 0))
UNARY(value_sigmoid, bs_value_of_sigmoid(x, 0))
UNARY(value_tanh, bs_value_of_tanh(x, 0))
UNARY(value_relu, bs_value_of_relu(x, 0))
PARAMETRIC(value_leaky_relu, LEAK, bs_value_of_leaky_relu(x, p))
PARAMETRIC(value_elu, ALPHA, bs_value_of_elu(x, p))
UNARY(value_softplus, bs_value_of_softplus(x, 0))
PARAMETRIC(value_swish, BETA, bs_value_of_swish(x, p))
UNARY(value_gelu, bs_value_of_gelu(x, 0))
UNARY(value_step, bs_value_of_step(x, 0))
UNARY(value_cdf, bs_normal_cdf(x))
UNARY(value_pdf, bs_normal_pdf(x))
UNARY(value_exp, exp(x))
UNARY(value_log, log(x))
UNARY(value_sqrt, sqrt(x))
UNARY(value_abs, fabs(x))
UNARY(value_sign, isnan(x) ? x : (double)((x > 0) - (x < 0)))
UNARY(value_relu_slope, bs_slope_of_relu(x, 0, 0, kink))
PARAMETRIC(value_leaky_relu_slope, LEAK, bs_slope_of_leaky_relu(x, 0, p, kink))
PARAMETRIC(value_elu_slope, ALPHA, bs_slope_of_elu(x, 0, p, kink))

/* All units of a layer, with value or slope inlined into the loop. */
#define UNITS(name, value, slope)                                              \
    static void values_##name(const struct bs_units *units)                    \
    {                                                                          \
        const struct bs_units u = *units;                                      \
        const double p = bs_func_parameter(u.func, u.args + 1, u.count - 1);   \
        for (size_t i = 0; i < u.n; i++)                                       \
            u.y[i] = bs_value_of_##name(u.x[i], p);                            \
    }                                                                          \
    static void slopes_##name(const struct bs_units *units)                    \
    {                                                                          \
        const struct bs_units u = *units;                                      \
        const double p = bs_func_parameter(u.func, u.args + 1, u.count - 1);   \
        for (size_t i = 0; i < u.n; i++)                                       \
            u.dx[i] = u.dy[i] * bs_slope_of_##name(u.x[i], u.y[i], p, u.kink); \
    }

BS_ACTIVATIONS(UNITS)

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

static bs_expr expand_maxout(struct bs_pool *pool, bs_expr call)
{
    return bs_call(pool, bs_func_find("max"), 0, call->count, call->args);
}

/* exp(x_k)/(exp(x_1) + ... + exp(x_n)) */
static bs_expr expand_softmax(struct bs_pool *pool, bs_expr call)
{
    const struct bs_func *exponential = bs_func_find("exp");
    struct bs_list terms = {0};
    for (int i = 0; i < call->count; i++)
        bs_list_add(&terms, bs_call(pool, exponential, 0, 1, &call->args[i]));
    bs_expr share = bs_call(pool, exponential, 0, 1, &call->args[call->u.call.index - 1]);
    return bs_div(pool, share, bs_list_sum(pool, &terms));
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
     .complex_value = bs_complex_of_identity,
     .interval = bs_interval_of_identity,
     .exact = bs_exact_of_identity,
     .slope = bs_slope_of_identity,
     .values = values_identity,
     .slopes = slopes_identity,
     .partial = {"1"},
     .rule = "identity' = 1"},
    {.name = "sigmoid",
     .is_positive = true,
     .is_below_one = true,
     .unicode = "σ",
     .latex = "\\sigma",
     .arity = 1,
     .is_activation = true,
     .formula = "1/(1 + exp(-x))",
     .about = "the logistic function, from 0 to 1",
     .value = value_sigmoid,
     .complex_value = bs_complex_of_sigmoid,
     .interval = bs_interval_of_sigmoid,
     .exact = bs_exact_of_sigmoid,
     .slope = bs_slope_of_sigmoid,
     .values = values_sigmoid,
     .slopes = slopes_sigmoid,
     .partial = {"sigmoid(x)*(1 - sigmoid(x))"},
     .rule = "σ' = σ·(1 − σ)"},
    {.name = "tanh",
     .latex = "\\tanh",
     .arity = 1,
     .is_activation = true,
     .formula = "(exp(x) - exp(-x))/(exp(x) + exp(-x))",
     .about = "the hyperbolic tangent, from -1 to 1",
     .value = value_tanh,
     .complex_value = bs_complex_of_tanh,
     .interval = bs_interval_of_tanh,
     .exact = bs_exact_of_tanh,
     .slope = bs_slope_of_tanh,
     .values = values_tanh,
     .slopes = slopes_tanh,
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
     .complex_value = bs_complex_of_relu,
     .interval = bs_interval_of_relu,
     .exact = bs_exact_of_relu,
     .slope = bs_slope_of_relu,
     .values = values_relu,
     .slopes = slopes_relu,
     .partial = {"relu_slope(x)"},
     .rule = "ReLU' = 1 where x > 0, else 0"},
    {.name = "leaky_relu",
     .unicode = "LeakyReLU",
     .latex = "\\operatorname{LeakyReLU}",
     .arity = 1,
     .most = 2,
     .parameters = LEAK,
     .is_activation = true,
     .has_kink = true,
     .formula = "max(0.1*x, x)",
     .about = "the rectifier with a slope of a below 0",
     .value = value_leaky_relu,
     .complex_value = bs_complex_of_leaky_relu,
     .interval = bs_interval_of_leaky_relu,
     .exact = bs_exact_of_leaky_relu,
     .slope = bs_slope_of_leaky_relu,
     .values = values_leaky_relu,
     .slopes = slopes_leaky_relu,
     .partial = {"leaky_relu_slope(x)"},
     .rule = "LeakyReLU' = 1 where x > 0, else 0.1",
     .full = {.formula = "cases(x > 0, x, a*x)",
              .words = "x where x > 0, else a*x",
              .rules = {"∂LeakyReLU/∂x = 1 where x > 0, else a",
                        "∂LeakyReLU/∂a = 0 where x > 0, else x"},
              .partial = {"leaky_relu_slope(x, a)", "cases(x > 0, 0, x)"}}},
    {.name = "elu",
     .unicode = "ELU",
     .latex = "\\operatorname{ELU}",
     .arity = 1,
     .most = 2,
     .parameters = ALPHA,
     .bends_at_parameter = true,
     .is_activation = true,
     .formula = "cases(x > 0, x, exp(x) - 1)",
     .words = "x where x > 0, else exp(x) - 1",
     .about = "a rectifier that levels off smoothly at -alpha",
     .value = value_elu,
     .complex_value = bs_complex_of_elu,
     .interval = bs_interval_of_elu,
     .exact = bs_exact_of_elu,
     .slope = bs_slope_of_elu,
     .values = values_elu,
     .slopes = slopes_elu,
     .partial = {"elu_slope(x)"},
     .rule = "ELU' = 1 where x > 0, else e^x",
     .full = {.formula = "cases(x > 0, x, alpha*(exp(x) - 1))",
              .words = "x where x > 0, else alpha*(exp(x) - 1)",
              .rules = {"∂ELU/∂x = 1 where x > 0, else α·e^x",
                        "∂ELU/∂α = 0 where x > 0, else e^x − 1"},
              .partial = {"elu_slope(x, alpha)", "cases(x > 0, 0, exp(x) - 1)"}}},
    {.name = "softplus",
     .is_positive = true,
     .arity = 1,
     .is_activation = true,
     .formula = "log(1 + exp(x))",
     .about = "a smooth rectifier",
     .value = value_softplus,
     .complex_value = bs_complex_of_softplus,
     .interval = bs_interval_of_softplus,
     .exact = bs_exact_of_softplus,
     .slope = bs_slope_of_softplus,
     .values = values_softplus,
     .slopes = slopes_softplus,
     .partial = {"sigmoid(x)"},
     .rule = "softplus' = σ"},
    {.name = "swish",
     .arity = 1,
     .most = 2,
     .parameters = BETA,
     .is_activation = true,
     .formula = "x*sigmoid(x)",
     .about = "x times the sigmoid of beta*x",
     .value = value_swish,
     .complex_value = bs_complex_of_swish,
     .interval = bs_interval_of_swish,
     .exact = bs_exact_of_swish,
     .slope = bs_slope_of_swish,
     .values = values_swish,
     .slopes = slopes_swish,
     .partial = {"sigmoid(x) + swish(x)*(1 - sigmoid(x))"},
     .rule = "swish' = σ + swish·(1 − σ)",
     .full = {.formula = "x*sigmoid(beta*x)",
              .rules = {"∂swish/∂x = σ + β·swish·(1 − σ), σ of β·x",
                        "∂swish/∂β = x·swish·(1 − σ), σ of β·x"},
              .partial = {"sigmoid(beta*x) + beta*swish(x, beta)*(1 - sigmoid(beta*x))",
                          "x*swish(x, beta)*(1 - sigmoid(beta*x))"}}},
    {.name = "gelu",
     .unicode = "GELU",
     .latex = "\\operatorname{GELU}",
     .arity = 1,
     .is_activation = true,
     .formula = "x*Phi(x)",
     .about = "x times the normal distribution",
     .value = value_gelu,
     .complex_value = bs_complex_of_gelu,
     .interval = bs_interval_of_gelu,
     .exact = bs_exact_of_gelu,
     .slope = bs_slope_of_gelu,
     .values = values_gelu,
     .slopes = slopes_gelu,
     .partial = {"Phi(x) + x*phi(x)"},
     .rule = "GELU' = Φ + x·φ"},
    {.name = "step",
     .arity = 1,
     .is_activation = true,
     .has_kink = true,
     .formula = "cases(x >= 0, 1, 0)",
     .words = "1 where x >= 0, else 0",
     .about = "the threshold unit; its slope is 0",
     .value = value_step,
     .complex_value = bs_complex_of_step,
     .interval = bs_interval_of_step,
     .exact = bs_exact_of_step,
     .slope = bs_slope_of_step,
     .values = values_step,
     .slopes = slopes_step,
     .partial = {"0"},
     .rule = "step' = 0"},
    {.name = "softmax",
     .is_positive = true,
     .arity = BS_ANY_ARITY,
     .is_indexed = true,
     .is_activation = true,
     .words = "exp(x_k)/sum(j, 1, n, exp(x_j))",
     .about = "softmax_k(x_1, ..., x_n): the kth share of the exponentials",
     .value = value_softmax,
     .complex_value = bs_complex_of_softmax,
     .interval = bs_interval_of_softmax,
     .exact = bs_exact_of_softmax,
     .make_partial = partial_softmax,
     .make_expansion = expand_softmax,
     .rule = "∂softmax_i/∂x_k = softmax_i·(δ_ik − softmax_k)"},
    {.name = "Phi",
     .is_positive = true,
     .is_below_one = true,
     .unicode = "Φ",
     .latex = "\\Phi",
     .arity = 1,
     .words = "the normal distribution function",
     .about = "the share of a standard normal variable below x",
     .value = value_cdf,
     .complex_value = bs_complex_of_Phi,
     .interval = bs_interval_of_Phi,
     .exact = bs_exact_of_Phi,
     .partial = {"phi(x)"},
     .rule = "Φ' = φ"},
    {.name = "phi",
     .is_positive = true,
     .unicode = "φ",
     .latex = "\\varphi",
     .arity = 1,
     .words = "exp(-x^2/2)/sqrt(2*pi)",
     .about = "the density of a standard normal variable",
     .value = value_pdf,
     .complex_value = bs_complex_of_phi,
     .interval = bs_interval_of_phi,
     .exact = bs_exact_of_phi,
     .partial = {"-x*phi(x)"},
     .rule = "φ' = −x·φ"},
    {.name = "exp",
     .is_positive = true,
     .latex = "\\exp",
     .arity = 1,
     .words = "e^x",
     .about = "the exponential function",
     .value = value_exp,
     .complex_value = bs_complex_of_exp,
     .interval = bs_interval_of_exp,
     .exact = bs_exact_of_exp,
     .partial = {"exp(x)"},
     .rule = "exp' = exp"},
    {.name = "log",
     .latex = "\\log",
     .arity = 1,
     .words = "the y with exp(y) = x",
     .about = "the natural logarithm",
     .value = value_log,
     .complex_value = bs_complex_of_log,
     .interval = bs_interval_of_log,
     .exact = bs_exact_of_log,
     .partial = {"1/x"},
     .rule = "log' = 1/x"},
    {.name = "sqrt",
     .arity = 1,
     .formula = "x^(1/2)",
     .about = "the square root",
     .value = value_sqrt,
     .complex_value = bs_complex_of_sqrt,
     .interval = bs_interval_of_sqrt,
     .exact = bs_exact_of_sqrt,
     .partial = {"1/(2*sqrt(x))"},
     .rule = "sqrt' = 1/(2·sqrt)"},
    {.name = "abs",
     .arity = 1,
     .has_kink = true,
     .formula = "max(x, -x)",
     .about = "the absolute value; its slope at 0 is 0",
     .value = value_abs,
     .complex_value = bs_complex_of_abs,
     .interval = bs_interval_of_abs,
     .exact = bs_exact_of_abs,
     .partial = {"sign(x)"},
     .rule = "abs' = sign"},
    {.name = "sign",
     .arity = 1,
     .has_kink = true,
     .formula = "cases(x > 0, 1, cases(x >= 0, 0, -1))",
     .words = "-1, 0 or 1",
     .about = "-1 where x < 0, 1 where x > 0, 0 at 0",
     .value = value_sign,
     .complex_value = bs_complex_of_sign,
     .interval = bs_interval_of_sign,
     .exact = bs_exact_of_sign,
     .partial = {"0"},
     .rule = "sign' = 0"},
    {.name = "max",
     .latex = "\\max",
     .arity = BS_ANY_ARITY,
     .has_kink = true,
     .words = "the largest argument",
     .about = "the largest; at a tie the first argument has the slope",
     .value = value_max,
     .complex_value = bs_complex_of_max,
     .interval = bs_interval_of_max,
     .exact = bs_exact_of_max,
     .make_partial = partial_max,
     .rule = "∂max/∂x_k = 1 where x_k is the largest, else 0"},
    {.name = "maxout",
     .arity = BS_ANY_ARITY,
     .has_kink = true,
     .words = "the largest argument",
     .about = "the largest of several linear forms; at a tie the first has the slope",
     .value = value_max,
     .complex_value = bs_complex_of_max,
     .interval = bs_interval_of_max,
     .exact = bs_exact_of_max,
     .make_partial = partial_max,
     .make_expansion = expand_maxout,
     .rule = "∂maxout/∂x_k = 1 where x_k is the largest, else 0"},
    {.name = "xlog",
     .arity = 2,
     .formula = "x*log(y)",
     .about = "x times log y, and 0 when x is 0, as in cross-entropy",
     .value = value_xlog,
     .complex_value = bs_complex_of_xlog,
     .interval = bs_interval_of_xlog,
     .exact = bs_exact_of_xlog,
     .shown_factor = "log",
     .partial = {"log(y)", "x/y"},
     .rule = "(x·log y)' = x/y"},
    {.name = "relu_slope",
     .unicode = "ReLU'",
     .latex = "\\operatorname{ReLU}'",
     .arity = 1,
     .is_slope = true,
     .has_kink = true,
     .formula = "cases(x, 1, 0)",
     .words = "1 where x > 0, else 0",
     .about = "the slope of relu; at 0 it is the session's choice, 0 unless told",
     .value = value_relu_slope,
     .complex_value = bs_complex_of_relu_slope,
     .interval = bs_interval_of_relu_slope,
     .exact = bs_exact_of_relu_slope,
     .partial = {"0"},
     .rule = "ReLU'' = 0"},
    {.name = "leaky_relu_slope",
     .unicode = "LeakyReLU'",
     .latex = "\\operatorname{LeakyReLU}'",
     .arity = 1,
     .most = 2,
     .parameters = LEAK,
     .is_slope = true,
     .has_kink = true,
     .formula = "cases(x, 1, 0.1)",
     .words = "1 where x > 0, else 0.1",
     .about = "the slope of leaky_relu",
     .value = value_leaky_relu_slope,
     .complex_value = bs_complex_of_leaky_relu_slope,
     .interval = bs_interval_of_leaky_relu_slope,
     .exact = bs_exact_of_leaky_relu_slope,
     .partial = {"0"},
     .rule = "LeakyReLU'' = 0",
     .full = {.formula = "cases(x, 1, a)",
              .words = "1 where x > 0, else a",
              .rules = {"∂LeakyReLU'/∂x = 0", "∂LeakyReLU'/∂a = 0 where x > 0, else 1"},
              .partial = {"0", "cases(x, 0, 1)"}}},
    {.name = "elu_slope",
     .unicode = "ELU'",
     .latex = "\\operatorname{ELU}'",
     .arity = 1,
     .most = 2,
     .parameters = ALPHA,
     .bends_at_parameter = true,
     .is_slope = true,
     .formula = "cases(x > 0, 1, exp(x))",
     .words = "1 where x > 0, else exp(x)",
     .about = "the slope of elu",
     .value = value_elu_slope,
     .complex_value = bs_complex_of_elu_slope,
     .interval = bs_interval_of_elu_slope,
     .exact = bs_exact_of_elu_slope,
     .partial = {"elu_slope(x)*step(-x)"},
     .rule = "ELU'' = 0 where x > 0, else e^x",
     .full = {.formula = "cases(x, 1, alpha*exp(x))",
              .words = "1 where x > 0, else alpha*exp(x)",
              .rules = {"∂ELU'/∂x = 0 where x > 0, else α·e^x",
                        "∂ELU'/∂α = 0 where x > 0, else e^x"},
              .partial = {"cases(x > 0, 0, alpha*exp(x))", "cases(x, 0, exp(x))"}}},
    {.name = "max_slope",
     .unicode = "max'",
     .latex = "\\max'",
     .arity = BS_ANY_ARITY,
     .is_indexed = true,
     .is_slope = true,
     .has_kink = true,
     .words = "1 where argument k is the largest, else 0",
     .about = "max_slope_k(x_1, ..., x_n): the slope of max for its kth argument",
     .value = value_max_slope,
     .complex_value = bs_complex_of_max_slope,
     .interval = bs_interval_of_max_slope,
     .exact = bs_exact_of_max_slope,
     .make_partial = partial_zero,
     .rule = "max'' = 0"},
    {.name = NULL},
};

static bool is_in_table(const struct bs_func *row)
{
    return !row->definition;
}

const struct bs_func *bs_func_next(const struct bs_func *row)
{
    if (row && !is_in_table(row))
        return bs_definition_next(row->definition);
    const struct bs_func *next = row ? row + 1 : bs_funcs;
    return next->name ? next : bs_definition_next(NULL);
}

const struct bs_func *bs_func_find_n(const char *name, size_t length)
{
    for (const struct bs_func *row = bs_func_next(NULL); row; row = bs_func_next(row))
        if (strncmp(row->name, name, length) == 0 && row->name[length] == '\0')
            return row;
    return NULL;
}

const struct bs_func *bs_func_find(const char *name)
{
    return bs_func_find_n(name, strlen(name));
}

int bs_func_most(const struct bs_func *func)
{
    return func->most > 0 ? func->most : func->arity;
}

bool bs_func_takes(const struct bs_func *func, int count)
{
    return func->arity == BS_ANY_ARITY ? count >= 1
                                       : count >= func->arity && count <= bs_func_most(func);
}

const char *bs_func_argument(const struct bs_func *func, int k)
{
    if (k == 0)
        return "x";
    return func->parameters ? func->parameters[k - 1].name : "y";
}

/* Is a parameter given that the function of the table can do without? */
static bool is_full(const struct bs_func *func, int count)
{
    return is_in_table(func) && func->most > 0 && count > func->arity;
}

bool bs_func_has_kink(const struct bs_func *func, int count)
{
    return func->has_kink || (func->bends_at_parameter && is_full(func, count));
}

const char *bs_func_words(const struct bs_func *func, int count)
{
    if (is_full(func, count))
        return func->full.words ? func->full.words : func->full.formula;
    return func->words ? func->words : func->formula;
}

const char *bs_func_rule(const struct bs_func *func, int count, int k)
{
    if (func->definition)
        return bs_definition_rule(func->definition, k);
    return is_full(func, count) ? func->full.rules[k] : func->rule;
}

/* ---- values and slopes ----------------------------------------------------------------------- */

/* Of a function defined at run time. */
typedef void run_definition(double *out, size_t n, const struct bs_definition *definition,
                            const struct bs_strided *args, int count, double kink);

static double run_once(run_definition *run, const struct bs_func *func, const double *args,
                       int count, double kink)
{
    struct bs_strided all[1 + BS_MOST_PARAMETERS];
    double out;
    for (int k = 0; k < count; k++)
        all[k] = (struct bs_strided){&args[k], 0};
    run(&out, 1, func->definition, all, count, kink);
    return out;
}

/* x of the units from `begin` on, and their parameters. */
static void take_args(struct bs_strided args[1 + BS_MOST_PARAMETERS], const struct bs_units *units,
                      size_t begin)
{
    args[0] = (struct bs_strided){units->x + begin, 1};
    for (int k = 1; k < units->count; k++)
        args[k] = (struct bs_strided){&units->args[k], 0};
}

double bs_func_value(const struct bs_func *func, const double *args, int count, int index,
                     double kink)
{
    if (func->value)
        return func->value(args, count, index, kink);
    return run_once(bs_definition_values, func, args, count, kink);
}

double bs_func_parameter(const struct bs_func *func, const double *given, int count)
{
    return count > 0 ? given[0] : func->parameters ? func->parameters[0].usual : 0;
}

double bs_func_slope(const struct bs_func *func, const double *args, int count, double y,
                     double kink)
{
    if (func->slope)
        return func->slope(args[0], y, bs_func_parameter(func, args + 1, count - 1), kink);
    return run_once(bs_definition_slopes, func, args, count, kink);
}

static void values_defined(const struct bs_units *units)
{
    struct bs_strided args[1 + BS_MOST_PARAMETERS];
    take_args(args, units, 0);
    bs_definition_values(units->y, units->n, units->func->definition, args, units->count,
                         units->kink);
}

/* Slopes stand aside until they meet dy, in whose place dx may be. */
static void slopes_defined(const struct bs_units *units)
{
    enum { MANY = 64 };
    double slopes[MANY];
    struct bs_strided args[1 + BS_MOST_PARAMETERS];
    for (size_t begin = 0, n; begin < units->n; begin += n) {
        n = units->n - begin < MANY ? units->n - begin : MANY;
        take_args(args, units, begin);
        bs_definition_slopes(slopes, n, units->func->definition, args, units->count, units->kink);
        for (size_t i = 0; i < n; i++)
            units->dx[begin + i] = units->dy[begin + i] * slopes[i];
    }
}

bs_over_units *bs_func_values(const struct bs_func *func)
{
    return func->definition ? values_defined : func->values;
}

bs_over_units *bs_func_slopes(const struct bs_func *func)
{
    return func->definition ? slopes_defined : func->slopes;
}

bs_expr bs_func_body(const struct bs_func *func)
{
    return func->definition ? bs_definition_body(func->definition) : NULL;
}

/* ---- formulas -------------------------------------------------------------------------------- */

enum formula {
    FORMULA_VALUE,
    FORMULA_PARTIAL,                      /* for argument 0, then 1 */
    FORMULAS = 2 * (FORMULA_PARTIAL + 2), /* of the plain call, then of the full one */
};

static const char *formula_text(const struct bs_func *func, bool with_parameter, int which)
{
    if (which == FORMULA_VALUE)
        return with_parameter ? func->full.formula : func->formula;
    return (with_parameter ? func->full.partial : func->partial)[which - FORMULA_PARTIAL];
}

/* A formula of the table, read when it is first asked for and kept as long as the program. */
static bs_expr read_formula(const struct bs_func *func, bool with_parameter, int which)
{
    static struct bs_pool *formulas;
    static bs_expr known[sizeof bs_funcs / sizeof *bs_funcs][FORMULAS];
    bs_expr *place = &known[func - bs_funcs][with_parameter * FORMULAS / 2 + which];
    const char *text = formula_text(func, with_parameter, which);
    if (!formulas)
        formulas = bs_pool_create();
    if (!*place && formulas && bs_parse(place, formulas, text, strlen(text), NULL) < 0)
        *place = NULL;
    return *place;
}

/* What stands in a call for a symbol of a formula: the argument, or what it is when left out. */
static bs_expr put_argument(void *context, struct bs_pool *pool, bs_expr leaf)
{
    bs_expr call = context;
    const struct bs_func *func = call->u.call.func;
    int k = 0;
    while (k < bs_func_most(func) - 1 && strcmp(bs_func_argument(func, k), leaf->u.name) != 0)
        k++;
    return k < call->count ? call->args[k] : bs_real(pool, func->parameters[k - 1].usual);
}

static bs_expr put_arguments(struct bs_pool *pool, bs_expr formula, bs_expr call)
{
    if (!formula)
        return bs_pool_refuse(pool, BS_NO_MEMORY, "not enough memory");
    return bs_map_leaves(pool, formula, put_argument, (void *)call);
}

bs_expr bs_func_partial(struct bs_pool *pool, bs_expr call, int k)
{
    const struct bs_func *func = call->u.call.func;
    if (func->make_partial)
        return func->make_partial(pool, call, k);
    if (func->definition)
        return put_arguments(pool, bs_definition_partial(func->definition, k), call);
    bool with_parameter = is_full(func, call->count);
    return put_arguments(pool, read_formula(func, with_parameter, FORMULA_PARTIAL + k), call);
}

bs_expr bs_func_expand(struct bs_pool *pool, bs_expr call)
{
    const struct bs_func *func = call->u.call.func;
    if (func->make_expansion)
        return func->make_expansion(pool, call);
    if (func->definition)
        return put_arguments(pool, bs_definition_body(func->definition), call);
    bool with_parameter = is_full(func, call->count);
    if (!formula_text(func, with_parameter, FORMULA_VALUE))
        return call;
    return put_arguments(pool, read_formula(func, with_parameter, FORMULA_VALUE), call);
}
