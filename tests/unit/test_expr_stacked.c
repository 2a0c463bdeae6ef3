#include "test_expr.h"

#include "base/width.h"
#include "random_expr.h"

#include <locale.h>

enum { WIDE = 200 };

static const char *stacked(const char *formula, enum bs_form form, int width, int *baseline)
{
    static struct bs_buf buf;
    const struct bs_style style = {.form = form, .digits = BS_FOUR_FIGURES};
    bs_buf_finish(&buf);
    *baseline = bs_typeset_stacked(&buf, parsed(formula), &style, width);
    return bs_buf_text(&buf);
}

struct stacked_case {
    const char *formula, *lines; /* ended by NULL */
    int baseline;
};

static void check_cases(const struct stacked_case *cases, enum bs_form form)
{
    for (; cases->formula; cases++) {
        int baseline;
        const char *lines = stacked(cases->formula, form, WIDE, &baseline);
        ck_assert_msg(strcmp(lines, cases->lines) == 0, "%s is\n%s\nnot\n%s", cases->formula, lines,
                      cases->lines);
        ck_assert_int_eq(baseline, cases->baseline);
    }
}

START_TEST(what_needs_one_line_is_as_in_a_line)
{
    check_cases(
        (const struct stacked_case[]){
            {"b_h*(1 - b_h)*w_11' - x_j^2", "b_h·(1 − b_h)·w_11' − x_j²", 0},
            {"0.5*max(a, b) + 1.5e-7", "½·max(a, b) + 1.5e-7", 0},
            {NULL, NULL, 0},
        },
        BS_UNICODE);
}
END_TEST

START_TEST(fractions_have_a_bar)
{
    check_cases(
        (const struct stacked_case[]){
            {"a/(b + c)",
             "   a\n"
             "───────\n"
             " b + c",
             1},
            {"x - 1/y",
             "     1\n"
             "x − ───\n"
             "     y",
             1},
            {"7/3",
             " 7\n"
             "───\n"
             " 3",
             1},
            {"a/(b/c)",
             "  a\n"
             "─────\n"
             "  b\n"
             " ───\n"
             "  c",
             1},
            {"2*(a/b + 1)",
             "  ⎛ a     ⎞\n"
             "2·⎜─── + 1⎟\n"
             "  ⎝ b     ⎠",
             1},
            {NULL, NULL, 0},
        },
        BS_UNICODE);
}
END_TEST

START_TEST(exponents_are_raised)
{
    check_cases(
        (const struct stacked_case[]){
            {"2*x^(n - 1) + y",
             "   n − 1\n"
             "2·x      + y",
             1},
            {"x^n^m",
             "  m\n"
             " n\n"
             "x",
             2},
            {"(a/b)^2",
             "     2\n"
             "⎛ a ⎞\n"
             "⎜───⎟\n"
             "⎝ b ⎠",
             2},
            {NULL, NULL, 0},
        },
        BS_UNICODE);
}
END_TEST

START_TEST(bounds_stand_above_and_below)
{
    check_cases(
        (const struct stacked_case[]){
            {"sum(j, 1, C, exp(x_j))",
             "  C\n"
             "  Σ   exp(x_j)\n"
             "j = 1",
             1},
            {"product(k, i + 1, D, s_k)/4",
             "    D\n"
             "    Π    s_k\n"
             " k = i+1\n"
             "─────────────\n"
             "      4",
             3},
            {NULL, NULL, 0},
        },
        BS_UNICODE);
}
END_TEST

START_TEST(cases_stand_behind_a_brace)
{
    check_cases(
        (const struct stacked_case[]){
            {"cases(x > 0, x, exp(x) - 1)",
             "⎧ x          if x > 0\n"
             "⎨\n"
             "⎩ exp(x) − 1 otherwise",
             1},
            {"cases(x, 1/x, 0)",
             "⎧  1\n"
             "⎪ ─── if x > 0\n"
             "⎪  x\n"
             "⎨\n"
             "⎩ 0   if x < 0",
             3},
            {NULL, NULL, 0},
        },
        BS_UNICODE);
}
END_TEST

START_TEST(ascii_is_drawn_in_ascii)
{
    check_cases(
        (const struct stacked_case[]){
            {"x_i/sum(j, 1, C, x_j^2)",
             "    x_i\n"
             "------------\n"
             "   C      2\n"
             "  sum  x_j\n"
             " j = 1",
             1},
            {"2*(a/b + delta(i, k))",
             "  / a               \\\n"
             "2*|--- + delta(i, k)|\n"
             "  \\ b               /",
             1},
            {"cases(x >= 0, 1, 0)",
             "/ 1 if x >= 0\n"
             "<\n"
             "\\ 0 otherwise",
             1},
            {NULL, NULL, 0},
        },
        BS_ASCII);
}
END_TEST

START_TEST(what_is_too_wide_is_written_in_a_line)
{
    int baseline;
    ck_assert_str_eq(stacked("a/(b + c)", BS_UNICODE, 7, &baseline), "   a\n───────\n b + c");
    ck_assert_int_eq(baseline, 1);
    ck_assert_str_eq(stacked("a/(b + c)", BS_UNICODE, 6, &baseline), "a/(b + c)");
    ck_assert_int_eq(baseline, 0);
}
END_TEST

/* Chinese, two columns a character, and a letter with a combining mark. */
static enum bs_binding put_chinese(struct bs_buf *buf, void *context, bs_expr leaf,
                                   enum bs_form form)
{
    (void)context, (void)form;
    bs_buf_put(buf, strcmp(leaf->u.name, "a") == 0 ? "斜率" : "y\u0302");
    return BS_BINDS_ATOM;
}

START_TEST(columns_are_those_of_the_terminal)
{
    struct bs_buf buf = BS_BUF_INIT;
    const struct bs_style style = {.form = BS_UNICODE, .leaf = put_chinese};
    ck_assert_ptr_nonnull(setlocale(LC_CTYPE, "C.UTF-8"));
    bs_typeset_stacked(&buf, parsed("a/y + y"), &style, WIDE);
    ck_assert_str_eq(bs_buf_text(&buf), " 斜率\n"
                                        "────── + y\u0302\n"
                                        "  y\u0302");
    bs_buf_finish(&buf);
}
END_TEST

/* No line ends in a space or is wider than allowed; nothing of a mark is left. */
static void check_lines(const char *lines, int width)
{
    for (const char *end; *lines; lines = end + (*end != '\0')) {
        end = lines + strcspn(lines, "\n");
        ck_assert(end == lines || end[-1] != ' ');
        ck_assert_int_le(bs_width_n(lines, (size_t)(end - lines)), width);
    }
}

START_TEST(any_expression_has_lines_that_fit)
{
    static const struct bs_taste wild = {.kinds = BS_EVERY_KIND};
    int stood = 0;
    setlocale(LC_CTYPE, "C.UTF-8");
    for (uint64_t seed = 1; seed <= 2000; seed++) {
        struct bs_rng rng;
        struct bs_buf buf = BS_BUF_INIT;
        bs_rng_seed(&rng, seed);
        bs_expr expr = bs_random_expr(pool, &rng, 1 + (int)bs_rng_below(&rng, 6), &wild);
        const struct bs_style style = {.form = seed % 2 ? BS_UNICODE : BS_ASCII};
        const int baseline = bs_typeset_stacked(&buf, expr, &style, 79);
        const char *lines = bs_buf_text(&buf);
        if (strchr(lines, '\n')) {
            stood++;
            check_lines(lines, 79);
        }
        ck_assert_ptr_null(strpbrk(lines, "\1\2\3"));
        for (int i = 0; i < baseline; i++)
            lines = strchr(lines, '\n') + 1; /* there are so many */
        bs_buf_finish(&buf);
    }
    ck_assert_int_gt(stood, 200);
}
END_TEST

static bool stack(void *context)
{
    struct bs_buf buf = BS_BUF_INIT;
    bs_typeset_stacked(&buf, context, &(struct bs_style){.form = BS_UNICODE}, WIDE);
    const bool has_succeeded = !buf.failed;
    bs_buf_finish(&buf);
    return has_succeeded;
}

START_TEST(stacking_survives_each_refused_allocation)
{
    bs_refuse_each_allocation(stack, (void *)(uintptr_t)parsed("(a/b)^n + sum(j, 1, n, x_j)"));
}
END_TEST

Suite *bs_suite(void)
{
    const TTest *const tests[] = {
        what_needs_one_line_is_as_in_a_line,
        fractions_have_a_bar,
        exponents_are_raised,
        bounds_stand_above_and_below,
        cases_stand_behind_a_brace,
        ascii_is_drawn_in_ascii,
        what_is_too_wide_is_written_in_a_line,
        columns_are_those_of_the_terminal,
        any_expression_has_lines_that_fit,
        stacking_survives_each_refused_allocation,
        NULL,
    };
    return suite_with_pool("stacked", tests);
}
