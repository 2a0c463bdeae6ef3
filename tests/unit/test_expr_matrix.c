#include "test_expr.h"

#include "expr/matrix.h"

#include <stdio.h>

/*
 * Matrix forms of index forms.  What they must be is written by hand: those of a 2-3-1 network and
 * its gradients are the textbook's (exercise E), the others from the rules of the matrix product.
 */

/* A network of 2-3-1, row vectors; a batch of m, d inputs, q units; k outputs of a softmax. */
static const struct shape {
    const char *name, *rows, *columns;
} shapes[] = {
    {"x", "1", "2"},     {"W1", "2", "3"},  {"b1", "1", "3"},  {"Z1", "1", "3"}, {"A1", "1", "3"},
    {"dA1", "1", "3"},   {"dZ1", "1", "3"}, {"dW1", "2", "3"}, {"W2", "3", "1"}, {"dZ2", "1", "1"},
    {"A2", "1", "1"},    {"y", "1", "1"},   {"X", "m", "d"},   {"V", "d", "q"},  {"B", "q", "n"},
    {"g", "1", "q"},     {"r", "1", "m"},   {"dZ", "m", "q"},  {"z", "1", "n"},  {"J", "n", "n"},
    {"T", "1", "q + 1"},
};

enum { ARRAYS = sizeof shapes / sizeof *shapes };

static void make_arrays(struct bs_matrix_array out[static ARRAYS])
{
    for (int i = 0; i < ARRAYS; i++)
        out[i] = (struct bs_matrix_array){shapes[i].name, parsed(shapes[i].rows),
                                          parsed(shapes[i].columns)};
}

static bs_expr index_of(const char *letter)
{
    return letter[0] ? bs_symbol(pool, letter) : NULL;
}

/* Row and column as one word, "ij", "-j" or "--". */
static int read_form(struct bs_matrix **out, const char *axes, const char *formula,
                     struct bs_error *err)
{
    struct bs_matrix_array arrays[ARRAYS];
    const struct bs_matrix_space space = {pool, arrays, ARRAYS};
    const char row[] = {axes[0] == '-' ? '\0' : axes[0], '\0'};
    const char column[] = {axes[1] == '-' ? '\0' : axes[1], '\0'};
    make_arrays(arrays);
    return bs_matrix_read(out, &space, parsed(formula), index_of(row), index_of(column), err);
}

static void check_form(const char *axes, const char *formula, const char *form, const char *shape)
{
    struct bs_matrix *matrix = NULL;
    struct bs_error err = {.text = ""};
    struct bs_buf text = BS_BUF_INIT, calculation = BS_BUF_INIT;
    ck_assert_msg(read_form(&matrix, axes, formula, &err) == BS_OK, "%s: %s", formula, err.text);
    bs_matrix_put(&text, matrix, BS_UNICODE);
    bs_matrix_put_shapes(&calculation, matrix, BS_UNICODE);
    ck_assert_str_eq(bs_buf_text(&text), form);
    ck_assert_str_eq(bs_buf_text(&calculation), shape);
    bs_buf_finish(&text);
    bs_buf_finish(&calculation);
    bs_matrix_destroy(matrix);
}

struct form_case {
    const char *axes, *formula, *form, *shape;
};

static void check_forms(const struct form_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++)
        check_form(cases[i].axes, cases[i].formula, cases[i].form, cases[i].shape);
}

START_TEST(a_network_of_2_3_1_is_that_of_the_textbook)
{
    static const struct form_case cases[] = {
        {"-j", "sum(i, 1, 2, x_i*W1_i_j) + b1_j", "x·W1 + b1", "1×2 · 2×3 + 1×3 = 1×3"},
        {"-j", "sigmoid(Z1_j)", "σ(Z1)", "1×3"},
        {"--", "-sum(k, 1, 1, y_k*log(A2_k) + (1 - y_k)*log(1 - A2_k))",
         "−(y·log(A2)ᵀ + (1 − y)·log(1 − A2)ᵀ)", "1×1 · 1×1 + 1×1 · 1×1 = 1×1"},
        {"--", "-sum(k, 1, 1, xlog(y_k, A2_k))", "−y·log(A2)ᵀ", "1×1 · 1×1 = 1×1"},
        {"--", "1/2*sum(k, 1, 1, (A2_k - y_k)^2)", "½·(A2 − y)·(A2 − y)ᵀ", "1×1 · 1×1 = 1×1"},
        {"-k", "A2_k - y_k", "A2 − y", "1×1"},
        {"-k", "(1 - y_k)/(1 - A2_k) - y_k/A2_k", "(1 − y) ⊘ (1 − A2) − y ⊘ A2", "1×1"},
        {"jk", "A1_j*dZ2_k", "A1ᵀ·dZ2", "3×1 · 1×1 = 3×1"},
        {"-j", "sum(k, 1, 1, dZ2_k*W2_j_k)", "dZ2·W2ᵀ", "1×1 · 1×3 = 1×3"},
        {"-j", "dA1_j*A1_j*(1 - A1_j)", "dA1 ⊙ A1 ⊙ (1 − A1)", "1×3"},
        {"ij", "x_i*dZ1_j", "xᵀ·dZ1", "2×1 · 1×3 = 2×3"},
        {"ij", "W1_i_j - eta*dW1_i_j", "W1 − η·dW1", "2×3"},
        {"--", "sum(j, 1, 3, dZ1_j)", "dZ1·1ᵀ", "1×3 · 3×1 = 1×1"},
    };
    check_forms(cases, COUNT_OF(cases));
}
END_TEST

START_TEST(the_order_of_factors_is_that_of_the_shapes)
{
    static const struct form_case cases[] = {
        {"-j", "sum(i, 1, 2, W1_i_j*x_i)", "x·W1", "1×2 · 2×3 = 1×3"},
        {"-j", "sum(k, 1, 1, W2_j_k*dZ2_k)", "dZ2·W2ᵀ", "1×1 · 1×3 = 1×3"},
        {"ij", "dZ1_j*x_i", "xᵀ·dZ1", "2×1 · 1×3 = 2×3"},
        {"ji", "dZ1_j*x_i", "dZ1ᵀ·x", "3×1 · 1×2 = 3×2"},
        {"ij", "sum(s, 1, m, dZ_s_j*X_s_i)", "Xᵀ·dZ", "d×m · m×q = d×q"},
        {"ji", "sum(s, 1, m, dZ_s_j*X_s_i)", "dZᵀ·X", "q×m · m×d = q×d"},
        {"i-", "x_i", "xᵀ", "2×1"},
        {"j-", "sum(i, 1, 2, x_i*W1_i_j)", "W1ᵀ·xᵀ", "3×2 · 2×1 = 3×1"},
        {"ji", "W1_i_j", "W1ᵀ", "3×2"},
        {"ij", "sum(l, 1, n, J_i_l*J_l_j)", "J·J", "n×n · n×n = n×n"},
        {"ij", "sum(l, 1, n, J_l_i*J_l_j)", "Jᵀ·J", "n×n · n×n = n×n"},
    };
    check_forms(cases, COUNT_OF(cases));
}
END_TEST

START_TEST(a_batch_has_a_row_for_each_sample)
{
    static const struct form_case cases[] = {
        {"sj", "sum(i, 1, d, X_s_i*V_i_j) + g_j", "X·V + 1ᵀ·g", "m×d · d×q + m×1 · 1×q = m×q"},
        {"-j", "sum(s, 1, m, dZ_s_j)", "1·dZ", "1×m · m×q = 1×q"},
        {"sk", "sum(i, 1, d, X_s_i*sum(j, 1, q, V_i_j*B_j_k))", "X·V·B", "m×d · d×q · q×n = m×n"},
        {"sk", "sum(j, 1, q, sum(i, 1, d, X_s_i*V_i_j)*B_j_k)", "X·V·B", "m×d · d×q · q×n = m×n"},
        {"ij", "sum(s, 1, m, r_s*X_s_i*dZ_s_j)", "Xᵀ·diag(r)·dZ", "d×m · m×m · m×q = d×q"},
        {"s-", "sum(j, 1, q, dZ_s_j*dZ_s_j)", "(dZ ⊙ dZ)·1ᵀ", "m×q · q×1 = m×1"},
        {"sj", "dZ_s_j*(1 - dZ_s_j)*r_s", "diag(r)·(dZ ⊙ (1 − dZ))", "m×m · m×q = m×q"},
        {"sj", "dZ_s_j*g_j", "dZ·diag(g)", "m×q · q×q = m×q"},
    };
    check_forms(cases, COUNT_OF(cases));
}
END_TEST

/* f_i = exp(z_i)/Σ exp(z_k); ∂f_i/∂z_j = f_i(δ_ij − f_j) */
START_TEST(softmax_and_its_jacobian)
{
    static const struct form_case cases[] = {
        {"-j", "exp(z_j)/sum(k, 1, n, exp(z_k))", "exp(z)/(exp(z)·1ᵀ)", "1×n/(1×n · n×1) = 1×n"},
        {"ij", "z_i*(delta(i, j) - z_j)", "diag(z)·(I − 1ᵀ·z)", "n×n · (n×n − n×1 · 1×n) = n×n"},
        {"ij", "z_i*delta(i, j) - z_i*z_j", "diag(z) − zᵀ·z", "n×n − n×1 · 1×n = n×n"},
        {"-j", "z_j*(z_j - sum(k, 1, n, z_k*z_k))", "z ⊙ (z − z·zᵀ)",
         "1×n ⊙ (1×n − 1×n · n×1) = 1×n"},
        {"-j", "sum(k, 1, n, z_k*z_k)*z_j", "(z·zᵀ)·z", "(1×n · n×1) · 1×n = 1×n"},
    };
    check_forms(cases, COUNT_OF(cases));
}
END_TEST

START_TEST(numbers_and_scalars_stand_in_front)
{
    static const struct form_case cases[] = {
        {"-j", "a*sum(i, 1, 2, x_i*W1_i_j)/2", "a/2·x·W1", "1×2 · 2×3 = 1×3"},
        {"-j", "2*A1_j*b1_j - 3*b1_j", "2·(A1 ⊙ b1) − 3·b1", "1×3"},
        {"-j", "-A1_j*b1_j", "−A1 ⊙ b1", "1×3"},
        {"-j", "(a - 1)*b1_j", "(a − 1)·b1", "1×3"},
        {"-j", "b1_j/(a - 1)", "b1/(a − 1)", "1×3"},
        {"-j", "c + A1_j", "c + A1", "1×3"},
        {"-j", "1/A1_j", "1 ⊘ A1", "1×3"},
        {"-j", "A1_j^2 + A1_j^4", "A1 ⊙ A1 + A1^∘4", "1×3"},
        {"-j", "1 - tanh(Z1_j)^2", "1 − tanh(Z1) ⊙ tanh(Z1)", "1×3"},
        {"-j", "cases(Z1_j > 0, A1_j, 0)", "{A1 if Z1 > 0, else 0}", "1×3"},
        {"-j", "T_j", "T", "1×(q + 1)"},
        {"--", "sum(i, 1, 2, 3)", "6", "1×1"},
        {"--", "a*b", "a·b", "1×1"},
        {"--", "sum(i, 1, 2, x_i)^2", "(x·1ᵀ)·(x·1ᵀ)", "(1×2 · 2×1) · (1×2 · 2×1) = 1×1"},
        {"--", "sum(i, 1, 2, x_i - 1)", "(x − 1)·1ᵀ", "1×2 · 2×1 = 1×1"},
    };
    check_forms(cases, COUNT_OF(cases));
}
END_TEST

START_TEST(every_form_of_text)
{
    static const struct {
        const char *axes, *formula;
        enum bs_form form;
        const char *text, *shape;
    } cases[] = {
        {"-j", "sum(i, 1, 2, x_i*W1_i_j) + b1_j", BS_ASCII, "x*W1 + b1", "1x2 * 2x3 + 1x3 = 1x3"},
        {"-j", "dA1_j/A1_j*(1 - A1_j)", BS_ASCII, "dA1 .* (1 - A1) ./ A1", "1x3"},
        {"jk", "A1_j*dZ2_k", BS_ASCII, "A1^T*dZ2", "3x1 * 1x1 = 3x1"},
        {"jk", "A1_j*dZ2_k", BS_LATEX, "A1^{\\top} \\cdot \\mathrm{dZ2}",
         "3{\\times}1 \\cdot 1{\\times}1 = 3{\\times}1"},
        {"-j", "dA1_j/A1_j*(1 - A1_j)", BS_LATEX,
         "\\mathrm{dA1} \\odot \\left(1 - A1\\right) \\oslash A1", "1{\\times}3"},
        {"--", "sum(i, 1, 2, x_i)", BS_LATEX, "x \\cdot \\mathbf{1}^{\\top}",
         "1{\\times}2 \\cdot 2{\\times}1 = 1{\\times}1"},
        {"-i", "x_i^4", BS_LATEX, "x^{\\circ 4}", "1{\\times}2"},
        {"ij", "x_i*delta(i, j)", BS_LATEX, "\\operatorname{diag}\\left(x\\right)", "2{\\times}2"},
        {"-j", "A1_j/sum(k, 1, 3, A1_k)", BS_LATEX, "\\frac{A1}{A1 \\cdot \\mathbf{1}^{\\top}}",
         "1{\\times}3/\\left(1{\\times}3 \\cdot 3{\\times}1\\right) = 1{\\times}3"},
        {"i-", "x_i", BS_MATHML, "<msup><mrow><mi>x</mi></mrow><mo>⊤</mo></msup>",
         "<mn>2</mn><mo>×</mo><mn>1</mn>"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_matrix *matrix = NULL;
        struct bs_buf text = BS_BUF_INIT, shape = BS_BUF_INIT;
        ck_assert_int_eq(read_form(&matrix, cases[i].axes, cases[i].formula, NULL), BS_OK);
        bs_matrix_put(&text, matrix, cases[i].form);
        bs_matrix_put_shapes(&shape, matrix, cases[i].form);
        ck_assert_str_eq(bs_buf_text(&text), cases[i].text);
        ck_assert_str_eq(bs_buf_text(&shape), cases[i].shape);
        bs_buf_finish(&text);
        bs_buf_finish(&shape);
        bs_matrix_destroy(matrix);
    }
}
END_TEST

START_TEST(what_has_no_matrix_form_is_refused)
{
    static const char where[] = "a subscript is no index of the row, of the column or of a sum";
    static const struct {
        const char *axes, *formula, *message, *why;
    } cases[] = {
        {"-j", "W1_1_j", "W1_1j has no matrix form: ", where},
        {"i-", "W1_i_k", "W1_ik has no matrix form: ", where},
        {"-j", "W1[j + 1, j]", "W1_(j+1, j) has no matrix form: ", where},
        {"i-", "J_i_i", "J_ii has no matrix form: ", "both of its subscripts are the same"},
        {"-j", "u_j", "u_j has no matrix form: ", "nothing is said of the array's shape"},
        {"ij", "V[i, j, i]", "V_iji has no matrix form: ", "it has more than two subscripts"},
        {"-j", "sum(i, 2, 3, W1_i_j)",
         "Σ_i=2..3 W1_ij has no matrix form: ", "the sum does not start at 1"},
        {"-j", "sum(i, 1, 5, W1_i_j)", "i counts to 5, but W1 has 2 of them", ""},
        {"-j", "A1_j + x_j", "j counts to 3, but x has 2 of them", ""},
        {"-j", "product(i, 1, 2, x_i)*b1_j",
         "Π_i=1..2 x_i has no matrix form: ", "there is none for what it is"},
        {"-j", "j*b1_j", "j has no matrix form: ", "there is none for what it is"},
        {"-j", "2^b1_j", "2^b1_j has no matrix form: ", "its exponent is not one number"},
        {"-j", "softmax_1(z_j, b1_j)", "softmax_1(z_j, b1_j) has no matrix form: ",
         "it is one of several values of its function"},
        {"ij", "sum(k, 1, d, X_i_k*V_k_j*sum(l, 1, n, J_k_l))",
         "k counts to d, but J has n of them", ""},
        {"ij", "sum(k, 1, n, J_i_k*J_k_j*sum(l, 1, n, J_k_l*x_i*J_l_j*J_i_l))",
         "i counts to n, but x has 2 of them", ""},
        {"ij", "sum(k, 1, n, J_i_k*J_k_j*sum(l, 1, n, J_k_l*J_l_j*J_i_l))",
         "three matrices by the one index l have no matrix product", ""},
        {"ij", "delta(i, j)", "nothing says how far i counts", ""},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_matrix *matrix = NULL;
        struct bs_error err = {.text = ""};
        char message[200];
        snprintf(message, sizeof message, "%s%s", cases[i].message, cases[i].why);
        ck_assert_int_eq(read_form(&matrix, cases[i].axes, cases[i].formula, &err), BS_REFUSED);
        ck_assert_str_eq(err.text, message);
        ck_assert_ptr_null(matrix);
    }
}
END_TEST

/* Whichever request for memory fails, it is said and nothing is kept. */
START_TEST(memory_refused_anywhere_is_an_error)
{
    static const char formula[] = "eta*sum(i, 1, 2, x_i*W1_i_j) + A1_j*(1 - b1_j)/sum(k, 1, 3, "
                                  "exp(Z1_k))";
    bool is_done = false;
    for (long countdown = 0; !is_done; countdown++) {
        struct bs_matrix_array arrays[ARRAYS];
        struct bs_matrix *matrix = NULL;
        struct bs_error err;
        destroy_pool();
        create_pool();
        make_arrays(arrays);
        const struct bs_matrix_space space = {pool, arrays, ARRAYS};
        bs_expr expr = parsed(formula), column = bs_symbol(pool, "j");
        bs_mem_fail_after(countdown);
        const int status = bs_matrix_read(&matrix, &space, expr, NULL, column, &err);
        is_done = !bs_mem_has_failed();
        bs_mem_fail_after(-1);
        ck_assert_int_eq(status, is_done ? BS_OK : BS_NO_MEMORY);
        ck_assert_int_eq(matrix != NULL, is_done);
        bs_matrix_destroy(matrix);
    }
}
END_TEST

Suite *bs_suite(void)
{
    const TTest *const tests[] = {
        a_network_of_2_3_1_is_that_of_the_textbook,
        the_order_of_factors_is_that_of_the_shapes,
        a_batch_has_a_row_for_each_sample,
        softmax_and_its_jacobian,
        numbers_and_scalars_stand_in_front,
        every_form_of_text,
        what_has_no_matrix_form_is_refused,
        memory_refused_anywhere_is_an_error,
        NULL,
    };
    return suite_with_pool("matrix", tests);
}
