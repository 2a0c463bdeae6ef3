/*
 * Any text at all, through everything that the expr room does with a formula.  The test suite runs
 * it on the texts of corpus/parse and on random ones (main.c); for hours of it:
 *
 *     CC=clang meson setup build-fuzz -Dfuzz=true -Db_sanitize=address,undefined -Db_lundef=false \
 *         -Dc_args=-fsanitize=fuzzer-no-link
 *     ninja -C build-fuzz tests/fuzz/libfuzzer_parse
 *     BACKSTEP_MOST_MS=500 build-fuzz/tests/fuzz/libfuzzer_parse -dict=tests/fuzz/formula.dict \
 *         -max_len=4096 -timeout=60 /tmp/found tests/fuzz/corpus/parse
 *
 * To parse and typeset a text of 4 KB takes at most 50 ms of the processor's time (some ten times
 * that under sanitizers, with all forms written).  The slowest text is told at the end; one that
 * takes more than BACKSTEP_MOST_MS is a failure.
 */
#include "seeds.h"

#include "base/mem.h"
#include "expr/calculus.h"
#include "expr/eval.h"
#include "expr/parse.h"
#include "expr/typeset.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

const char *const bs_fuzz_texts[] = {
    "sigmoid(w*x + b)*(1 - sigmoid(w*x + b))*x",
    "½·((y_1 − d_1)² + (y_2 − d_2)²)",
    "-(d*log(y) + (1 - d)*log(1 - y))",
    "exp(x_i)/sum(j, 1, C, exp(x_j))",
    "sum(i, 1, 2, sum(j, 1, 3, w_i_j*x_j))^2",
    "max(0, x) + relu(x) - leaky_relu(-x)/elu(x)",
    "softmax_2(a, b + 1, c)*max_slope_1(a, b)",
    "(-a - b)*(y - d)*-1 + 2*(y - d) - x/x/x",
    "x^2*x^-3 + 2^x + x^n - x^x^x + (x^2)^-1",
    "0.35 + 1e-3 + .5 + 7. + 1/3 + 123456789012345678 + 0.1234567890123456789",
    "ReLU'(α_1 − θ_1)·σ(β_h)·(1 − ŷ_1')",
    "ｘ１．ｉｎ＋（ａ×ｂ÷ｃ）－gelu（x）",
    "xlog(t, y) + swish(phi(x))*Phi(softplus(abs(sqrt(x))))",
    "tanh(tanh(tanh(tanh(tanh(tanh(tanh(tanh(x*x*x*x))))))))",
    "1e308*1e308*x + 5e-324*x/1e300",
    "b_h*(1 - b_h)*sum(j, 1, l, w_hj*g_j) - w_h_j_new*a[k-1, j]",
    "product(k, i + 1, D, sigmoid(z_k)*(1 - sigmoid(z_k))*W[k][i, j])",
    "cases(x - y >= 1/2, x, alpha*(exp(x) - 1)) + cases(x, 1, cases(y < 0, 2, 3))",
    "f_i*(delta(i, k) - f_k) + δ(1, 2)*x⁻¹⁰ + a_(k − 1, w'_hj)",
    NULL,
};

const char *const bs_fuzz_pieces[] = {
    "+",
    "-",
    "*",
    "/",
    "^",
    "(",
    ")",
    ",",
    ".",
    "'",
    "_",
    "²",
    "½",
    "−",
    "…",
    "Σ",
    " ",
    "0",
    "1",
    "-1",
    "x",
    "e",
    "1e9",
    "0.5",
    "sum(j, 1, 3, ",
    "x_j",
    "max(",
    "softmax_1(",
    "log(",
    "σ",
    "[",
    "]",
    "_j",
    "w_hj",
    "_new",
    ">",
    "<=",
    "⁻¹",
    "δ(",
    "product(j, 0, k, ",
    "cases(x, ",
    "cases(x > 0, ",
    "x[k][j-1]",
    "\xff",
    "\xce",
    NULL,
};

struct attempt {
    const char *text;
    size_t length;
    struct bs_pool *pool;
    bs_expr expr, x; /* x: the first leaf of it, or NULL */
    int leaves_read;
};

static void require(bool is_so, const struct attempt *attempt, const char *what)
{
    if (is_so)
        return;
    fprintf(stderr, "%s: \"", what);
    for (size_t i = 0; i < attempt->length; i++) {
        unsigned char c = (unsigned char)attempt->text[i];
        fprintf(stderr, c >= ' ' && c < 0x7F && c != '"' && c != '\\' ? "%c" : "\\%03o", c);
    }
    fputs("\"\n", stderr);
    abort();
}

static void check_refusal(const struct attempt *attempt, int status, const struct bs_error *err)
{
    require(status == BS_REFUSED && err->status == status, attempt, "no refusal");
    require(err->text[0] != '\0', attempt, "no message");
    require(err->column >= 0 && (size_t)err->column <= attempt->length + 1, attempt, "column");
}

/* NULL is allowed for a reason that is not memory. */
static bool is_made(const struct attempt *attempt, bs_expr expr)
{
    struct bs_error err = {0};
    if (!expr)
        require(bs_pool_error(attempt->pool, &err) == BS_REFUSED, attempt, "no reason");
    return expr;
}

static void check_ascii(const struct attempt *attempt, bs_expr expr)
{
    struct bs_buf buf = BS_BUF_INIT;
    struct bs_error err = {0};
    bs_expr back = NULL;
    bs_typeset(&buf, expr, &(struct bs_style){.form = BS_ASCII});
    int status = bs_parse(&back, attempt->pool, bs_buf_text(&buf), buf.length, &err);
    if (strstr(bs_buf_text(&buf), "..."))
        require(status == BS_REFUSED, attempt, "a text that was cut parses");
    else if (status < 0) /* a product may be longer than one that is typed */
        require(strstr(err.text, "factors in one product"), attempt, err.text);
    else
        require(back == expr, attempt, "the text reads as something else");
    bs_buf_finish(&buf);
}

static void check_text(const struct attempt *attempt, bs_expr expr)
{
    struct bs_buf buf = BS_BUF_INIT;
    for (enum bs_form form = BS_UNICODE; form <= BS_MATHML; form++) {
        bs_typeset(&buf, expr, &(struct bs_style){.form = form, .most_terms = 6});
        bs_typeset(&buf, expr, &(struct bs_style){.form = form});
        require(!buf.failed && buf.length < 3 * BS_MOST_TEXT, attempt, "too long a text");
        bs_buf_finish(&buf);
    }
    for (enum bs_form form = BS_UNICODE; form <= BS_ASCII; form++)
        bs_typeset_stacked(&buf, expr, &(struct bs_style){.form = form}, 100);
    require(!buf.failed && !strpbrk(bs_buf_text(&buf), "\1\2\3"), attempt, "a mark is left");
    bs_buf_finish(&buf);
    check_ascii(attempt, expr);
}

static int leaf_value(double *value, void *context, bs_expr leaf, struct bs_error *err)
{
    struct attempt *attempt = context;
    if (++attempt->leaves_read > 10000)
        return bs_fail(err, BS_REFUSED, "enough");
    *value = leaf->u.name[0] % 7 - 3 + 0.125 * (leaf->u.name[1] % 5);
    return BS_OK;
}

static void check_value(struct attempt *attempt, bs_expr expr)
{
    struct bs_env env = {.leaf = leaf_value, .context = attempt, .kink = 0.5};
    struct bs_valued valued;
    struct bs_error err = {0};
    attempt->leaves_read = 0;
    int status = bs_eval(&valued, expr, &env, &err);
    require(status == BS_OK || err.status == BS_REFUSED, attempt, "no value");
    require(status != BS_OK || valued.size >= 0, attempt, "no size");
}

static int take_first(void *context, bs_expr leaf)
{
    struct attempt *attempt = context;
    attempt->x = leaf;
    return 1;
}

static void check_slope(struct attempt *attempt)
{
    struct bs_steps steps = {0};
    bs_visit_leaves(attempt->expr, take_first, attempt);
    if (!attempt->x)
        return;
    bs_expr slope = bs_diff(attempt->pool, attempt->expr, attempt->x, &steps);
    if (is_made(attempt, slope)) {
        check_text(attempt, slope);
        check_value(attempt, slope);
    }
    bs_steps_finish(&steps);
}

static void check_simple_form(struct attempt *attempt)
{
    bs_expr simple = bs_simplify(attempt->pool, attempt->expr);
    if (!is_made(attempt, simple))
        return;
    struct bs_pool *other = bs_pool_create();
    bs_expr copy = bs_import(other, simple);
    require(bs_simplify(other, copy) == copy, attempt, "a simple form is simplified");
    bs_pool_destroy(other);
    check_text(attempt, simple);
    check_value(attempt, simple);
}

/* The slowest text so far, of those that were parsed. */
static struct {
    double seconds;
    size_t length;
    char text[4096];
} slowest;

static void tell_slowest(void)
{
    printf("# slowest to parse and typeset: %.1f ms, %zu bytes: %.60s\n", 1e3 * slowest.seconds,
           slowest.length, slowest.text);
}

static void note_time(const struct attempt *attempt, double seconds)
{
    const char *most = getenv("BACKSTEP_MOST_MS");
    static bool is_told;
    if (!is_told)
        atexit(tell_slowest);
    is_told = true;
    if (seconds < slowest.seconds || attempt->length == 0)
        return;
    slowest.seconds = seconds;
    slowest.length = attempt->length;
    snprintf(slowest.text, sizeof slowest.text, "%.*s", (int)attempt->length, attempt->text);
    require(!most || attempt->length > 4096 || 1e3 * seconds < strtod(most, NULL), attempt, "slow");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct attempt attempt = {.text = (const char *)data, .length = size};
    struct bs_error err = {0};
    attempt.pool = bs_pool_create();
    const clock_t start = clock();
    int status = bs_parse(&attempt.expr, attempt.pool, attempt.text, size, &err);
    if (status < 0) {
        require(!attempt.expr, &attempt, "a refusal gives something");
        check_refusal(&attempt, status, &err);
    } else {
        check_text(&attempt, attempt.expr);
    }
    note_time(&attempt, (double)(clock() - start) / CLOCKS_PER_SEC);
    if (status == BS_OK) {
        check_value(&attempt, attempt.expr);
        check_simple_form(&attempt);
        check_slope(&attempt);
    }
    bs_pool_destroy(attempt.pool);
    return 0;
}
