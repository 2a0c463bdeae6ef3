/* Taylor's formula; the expansions of gradient descent of homework N. */
#include "test_expr.h"

#include "expr/prove.h"
#include "expr/taylor.h"

static bs_expr expanded(const char *f, const char *variable, const char *step, const char *to,
                        int order)
{
    const struct bs_displacement displacement = {parsed(variable), parsed(step),
                                                 to ? parsed("1") : NULL, to ? parsed(to) : NULL};
    return bs_taylor(pool, parsed(f), &displacement, 1, order);
}

/* ∇f·dx with dx = −η∇f is −η‖∇f‖² */
START_TEST(a_small_step_against_the_gradient_goes_down)
{
    ck_assert_str_eq(unicode(expanded("f", "x_i", "-eta*∂f/∂x_i", "n", 1)),
                     "−η·Σ_i=1..n (∂f/∂x_i)²");
}
END_TEST

/* −η‖∇f‖² + ½η² ∇fᵀH∇f */
START_TEST(the_second_order_term_has_the_curvature_along_the_gradient)
{
    ck_assert_str_eq(unicode(expanded("f", "x_i", "-eta*∂f/∂x_i", "n", 2)),
                     "η·(½·η·Σ_i=1..n ∂f/∂x_i·Σ_j=1..n ∂²f/∂x_i∂x_j·∂f/∂x_j − "
                     "Σ_i=1..n (∂f/∂x_i)²)");
}
END_TEST

/* f = ½Σa_i·x_i²: ∂f/∂x_i = a_i·x_i, the curvature is a_i, and the formula is exact. */
START_TEST(a_quadratic_is_expanded_exactly)
{
    ck_assert_str_eq(unicode(expanded("sum(i, 1, n, a_i*x_i^2)/2", "x_i", "-eta*a_i*x_i", "n", 2)),
                     "η·(½·η·Σ_i=1..n a_i³·x_i² − Σ_i=1..n a_i²·x_i²)");
}
END_TEST

/* exp(x + h) − exp(x) = e^x·(h + h²/2 + ...) */
START_TEST(a_function_of_one_variable_has_its_slopes)
{
    ck_assert_str_eq(unicode(expanded("exp(x)", "x", "h", NULL, 1)), "exp(x)·h");
    ck_assert_str_eq(unicode(expanded("exp(x)", "x", "h", NULL, 2)), "exp(x)·h·(1 + ½·h)");
}
END_TEST

/*
 * i·(Σx)²: the slope is 2i·Σx by every member, and the i of the formula is not the one counted.  Of
 * x_i² only the member x_i counts: (x_i + dx_i)² − x_i² is dx_i·(2·x_i + dx_i).
 */
START_TEST(a_letter_of_the_formula_is_not_captured)
{
    ck_assert_str_eq(unicode(expanded("i*sum(j, 1, n, x_j)^2", "x_i", "d_i", "n", 1)),
                     "2·i·(Σ_j=1..n x_j)·Σ_k=1..n d_k");
    ck_assert_str_eq(unicode(expanded("x_i^2", "x_i", "dx_i", "n", 1)), "2·x_i·dx_i");
    ck_assert_str_eq(unicode(expanded("x_i^2", "x_i", "dx_i", "n", 2)), "dx_i·(2·x_i + dx_i)");
}
END_TEST

/* Σ(x_j + u_j)·(y + v_i) − Σx_j·y = y·Σu + v_i·Σx + v_i·Σu, with the i of v_i another step's. */
START_TEST(a_letter_of_another_step_is_not_captured)
{
    const struct bs_displacement steps[] = {
        {parsed("x_i"), parsed("u_i"), parsed("1"), parsed("n")},
        {parsed("y"), parsed("v_i"), NULL, NULL},
    };
    bs_expr change = bs_taylor(pool, parsed("sum(j, 1, n, x_j*y)"), steps, 2, 2);
    struct bs_proof proof;
    struct bs_error err;
    bs_expr expected =
        parsed("y*sum(j, 1, n, u_j) + v_i*sum(j, 1, n, x_j) + v_i*sum(j, 1, n, u_j)");
    ck_assert_int_eq(bs_prove(&proof, pool, change, expected, &err), BS_OK);
    ck_assert_int_eq(proof.verdict, BS_PROVED);
    bs_proof_finish(&proof);
}
END_TEST

Suite *bs_suite(void)
{
    const TTest *const tests[] = {
        a_small_step_against_the_gradient_goes_down,
        the_second_order_term_has_the_curvature_along_the_gradient,
        a_quadratic_is_expanded_exactly,
        a_function_of_one_variable_has_its_slopes,
        a_letter_of_the_formula_is_not_captured,
        a_letter_of_another_step_is_not_captured,
        NULL,
    };
    return suite_with_pool("taylor", tests);
}
