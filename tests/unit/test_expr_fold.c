#include "test_expr.h"

#include "expr/fold.h"
#include "expr/index.h"

enum { MOST = 3 };

static const struct fold_case {
    struct {
        const char *name, *formula;
    } definitions[MOST];
    const char *text, *folded;
} cases[] = {
    /* the letters of the name may be any others, or what is made of them */
    {{{"b_h", "sigmoid(alpha_h - gamma_h)"}},
     "sigmoid(alpha_k - gamma_k)*(1 - sigmoid(alpha_k - gamma_k))",
     "b_k*(1 - b_k)"},
    {{{"b_h", "sigmoid(alpha_h - gamma_h)"}},
     "sigmoid(alpha_k - gamma_j)",
     "sigmoid(alpha_k - gamma_j)"},
    {{{"b_h", "sigmoid(alpha_h - gamma_h)"}},
     "sum(h, 1, q, w_h*sigmoid(alpha_h - gamma_h))",
     "sum(h, 1, q, w_h*b_h)"},
    {{{"b_h", "sigmoid(alpha_h)"}}, "sigmoid(alpha[k + 1])", "b[k + 1]"},
    {{{"u_i_j", "tanh(x_i*y_j)"}}, "tanh(x_j*y_i)", "u_j_i"},
    {{{"u_i_j", "tanh(x_i*y_j)"}}, "tanh(x_k*y_k)", "u_k_k"},
    {{{"u_i", "tanh(x_i*y_i)"}}, "tanh(x_i*y_j)", "tanh(x_i*y_j)"},
    {{{"z", "x*w + b"}}, "exp(x*w + b)", "exp(z)"},
    /* a formula that does not mention a letter says nothing of it */
    {{{"c_k", "tanh(x)"}}, "tanh(x)", "tanh(x)"},
    /* bound letters do not matter, ranges do */
    {{{"s_j", "sum(h, 1, q, w_h_j*b_h)"}}, "exp(sum(k, 1, q, w_k_m*b_k))", "exp(s_m)"},
    {{{"s_j", "sum(h, 1, q, w_h_j*b_h)"}}, "sum(j, 1, q, w_j_h*b_j)", "s_h"},
    {{{"s_j", "sum(h, 1, q, w_h_j*b_h)"}}, "sum(k, 0, q, w_k_m*b_k)", "sum(k, 0, q, w_k_m*b_k)"},
    {{{"s_j", "sum(h, 1, q, w_h_j*b_h)"}},
     "product(k, 1, q, w_k_m*b_k)",
     "product(k, 1, q, w_k_m*b_k)"},
    {{{"s_i", "tanh(y_i + sum(j, 1, n, x_i_j))"}}, "tanh(y_j + sum(k, 1, n, x_j_k))", "s_j"},
    {{{"t_i", "sum(j, 1, n, sum(k, 1, n, x_i_j*y_j_k))"}},
     "sum(k, 1, n, sum(j, 1, n, x_m_k*y_k_j))",
     "t_m"},
    /* a letter that is bound where the formula stands is none for the name */
    {{{"s_i", "sum(j, 1, n, x_i_j)"}}, "sum(j, 1, n, x_j_j)", "sum(j, 1, n, x_j_j)"},
    {{{"s_i", "sum(j, 1, n, x_i_j)"}}, "sum(k, 1, n, x_k_k)", "sum(k, 1, n, x_k_k)"},
    {{{"s_i", "sum(j, 1, n, x_i_j)"}}, "sum(k, 1, n, sum(j, 1, n, x_k_j))", "sum(k, 1, n, s_k)"},
    /* some of the factors, in any order; the name stands where the first was */
    {{{"g", "x*y"}}, "a*y*b*x", "a*g*b"},
    {{{"g", "x*y"}}, "a*x", "a*x"},
    {{{"g", "x*y"}}, "x^3*y^2", "g^2*x"},
    {{{"g", "x^2*y"}}, "x^5*y", "g*x^3"},
    {{{"g", "x^2*y"}}, "x*y", "x*y"},
    {{{"r", "x/y"}}, "x*z/y", "r*z"},
    {{{"r", "x/y"}}, "x/y^2", "r/y"},
    {{{"g", "x*y"}}, "1/(x*y)", "1/g"},
    {{{"g", "x*y"}}, "x/y", "x/y"},
    {{{"m", "2*x*y"}}, "x*y*z", "1/2*m*z"},
    {{{"m", "-x*y"}}, "3*x*y", "-3*m"},
    /* a difference may stand the other way round */
    {{{"g_j", "(y_j - f_j)*f_j*(1 - f_j)"}}, "(f_k - y_k)*f_k*(1 - f_k)*b_h", "-g_k*b_h"},
    {{{"g_j", "(y_j - f_j)*f_j*(1 - f_j)"}}, "(f_k - y_k)*f_k*(f_k - 1)*b_h", "g_k*b_h"},
    {{{"e", "(x - y)^2*z"}}, "(x - y)^2*z*w", "e*w"},
    /* shifted subscripts */
    {{{"z_k", "w_k*a[k - 1]"}}, "exp(w[i + 1]*a_i)", "exp(z[i + 1])"},
    {{{"z_k", "w_k*a[k - 1]"}}, "exp(w_i*a[i - 1])", "exp(z_i)"},
    {{{"z_k", "w_k*a[k - 1]"}}, "exp(w_i*a_i)", "exp(w_i*a_i)"},
    {{{"z_k", "tanh(w_k + a[k - 1])"}}, "tanh(w[i + 2] + a[i + 1])", "z[i + 2]"},
    {{{"z_h_k", "tanh(b_h + c_k + a[h - 1])"}}, "tanh(b[k + 1] + c_m + a_k)", "z[k + 1, m]"},
    {{{"z_h_k", "tanh(b_h + c_k + a[h - 1])"}},
     "tanh(b[k + 1] + c[m + 1] + a_m)",
     "tanh(b[k + 1] + c[m + 1] + a_m)"},
    /* what is new may be part of an earlier one; the first of two is taken */
    {{{"b", "tanh(a)"}, {"a", "x*y"}}, "tanh(x*y)", "b"},
    {{{"p", "exp(x)"}, {"q", "exp(x)"}}, "exp(x)", "p"},
    {{{"a", "b + 1"}}, "a", "a"},
    {{{"a", "exp(x)"}}, "partial(E, x) + delta(i, k)", "partial(E, x) + delta(i, k)"},
};

static bs_expr folded(const struct fold_case *test)
{
    struct bs_naming namings[MOST];
    size_t count = 0;
    for (; count < MOST && test->definitions[count].name; count++)
        namings[count] = (struct bs_naming){parsed(test->definitions[count].name),
                                            parsed(test->definitions[count].formula)};
    return bs_fold(pool, parsed(test->text), namings, count);
}

START_TEST(names_are_put_in_for_their_formulas)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        ck_assert_msg(strcmp(ascii(folded(&cases[i])), ascii(parsed(cases[i].folded))) == 0,
                      "%s is folded to %s, not %s", cases[i].text, ascii(folded(&cases[i])),
                      cases[i].folded);
}
END_TEST

START_TEST(folding_twice_changes_nothing)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct fold_case again = cases[i];
        again.text = again.folded;
        ck_assert_ptr_eq(folded(&again), parsed(again.folded));
    }
}
END_TEST

/* ---- values ---------------------------------------------------------------------------------- */

/* Where the name of a definition is asked for, the value of its formula. */
struct names {
    const struct fold_case *test;
    struct point point;
};

static int leaf_by_formula(double *value, void *context, bs_expr leaf, struct bs_error *err);

static double value_by_formulas(bs_expr expr, struct names *names)
{
    struct bs_env env = {.leaf = leaf_by_formula, .context = names};
    struct bs_valued valued = {NAN, NAN};
    struct bs_error err = {0};
    ck_assert_msg(bs_eval(&valued, expr, &env, &err) == BS_OK, "%s: %s", ascii(expr), err.text);
    return valued.value;
}

/* Letters are 1, 2, 3 by turns; sums count to n and q, 3. */
static bool is_letter(double *value, const char *name)
{
    static const char letters[] = "ihjkm";
    const char *found = name[1] ? NULL : strchr(letters, name[0]);
    *value = found ? 1 + (double)((found - letters) % 3) : 3;
    return found || strcmp(name, "n") == 0 || strcmp(name, "q") == 0;
}

static bool has_digits_for(const char *name, bs_expr general)
{
    const size_t stem = strlen(general->u.name), length = strlen(name);
    if (general->kind == BS_SYMBOL)
        return strcmp(name, general->u.name) == 0;
    return length == stem + 1 + (size_t)general->count && name[stem] == '_' &&
           strncmp(name, general->u.name, stem) == 0 &&
           strspn(name + stem + 1, "0123456789") == (size_t)general->count;
}

static int leaf_by_formula(double *value, void *context, bs_expr leaf, struct bs_error *err)
{
    struct names *names = context;
    const char *name = leaf->u.name;
    for (size_t i = 0; i < MOST && names->test->definitions[i].name; i++) {
        bs_expr general = parsed(names->test->definitions[i].name), digits[4];
        if (!has_digits_for(name, general))
            continue;
        for (int k = 0; k < general->count; k++)
            digits[k] = bs_integer(pool, name[strlen(general->u.name) + 1 + (size_t)k] - '0');
        bs_expr formula = bs_put_all(pool, parsed(names->test->definitions[i].formula),
                                     general->count, general->args, digits);
        return *value = value_by_formulas(formula, names), BS_OK;
    }
    if (is_letter(value, name))
        return BS_OK;
    return leaf_at_point(value, &names->point, leaf, err);
}

START_TEST(a_folded_expression_has_the_same_value)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        for (uint64_t seed = 1; seed <= 10; seed++) {
            struct names names = {&cases[i], {.seed = seed}};
            if (bs_has_kind(parsed(cases[i].text), BS_PARTIAL))
                continue;
            const double before = value_by_formulas(parsed(cases[i].text), &names);
            const double after = value_by_formulas(folded(&cases[i]), &names);
            ck_assert_double_eq_tol(after, before, 1e-12 * (1 + fabs(before)));
        }
}
END_TEST

/* ---- memory ---------------------------------------------------------------------------------- */

static bool fold_once(void *context)
{
    const struct fold_case *test = context;
    struct bs_pool *other = bs_pool_create();
    struct bs_error err = {0};
    bs_expr name = NULL, formula = NULL, expr = NULL, result = NULL;
    if (other &&
        bs_parse(&name, other, test->definitions[0].name, strlen(test->definitions[0].name),
                 &err) == BS_OK &&
        bs_parse(&formula, other, test->definitions[0].formula,
                 strlen(test->definitions[0].formula), &err) == BS_OK &&
        bs_parse(&expr, other, test->text, strlen(test->text), &err) == BS_OK) {
        result = bs_fold(other, expr, &(struct bs_naming){name, formula}, 1);
        ck_assert(result || bs_pool_error(other, &err) == BS_NO_MEMORY);
    }
    bs_pool_destroy(other);
    return result;
}

START_TEST(each_allocation_may_fail)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct fold_case test = cases[i];
        bs_refuse_each_allocation(fold_once, &test);
    }
}
END_TEST

START_TEST(nothing_is_folded_of_nothing)
{
    const struct bs_naming naming = {parsed("a"), parsed("x")};
    ck_assert_ptr_null(bs_fold(pool, NULL, &naming, 1));
    ck_assert_ptr_eq(bs_fold(pool, parsed("x + 1"), NULL, 0), parsed("x + 1"));
}
END_TEST

Suite *bs_suite(void)
{
    const TTest *const tests[] = {
        names_are_put_in_for_their_formulas,    folding_twice_changes_nothing,
        a_folded_expression_has_the_same_value, each_allocation_may_fail,
        nothing_is_folded_of_nothing,           NULL,
    };
    return suite_with_pool("fold", tests);
}
