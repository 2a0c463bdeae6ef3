#include "test_net.h"

#include "net/init.h"

enum { INPUTS = 30, UNITS = 70, WEIGHTS = INPUTS * UNITS };

/* A layer of 30 inputs and 70 units with its biases, filled by the row of that name. */
static void fill(double *params, const char *name, const double *options, uint64_t seed)
{
    double usual[BS_MOST_OPTIONS];
    const struct bs_init *init = bs_init_find(name);
    struct bs_arch *arch = arch_of(1, (const int[]){INPUTS, UNITS}, (const char *const[]){"tanh"},
                                   BS_BIAS_UNITS, "half_squared_error");
    bs_recipe_usual(usual, &init->recipe);
    const double *values = options ? options : usual;
    ck_assert_int_eq(bs_init_fill(params, arch, init, values, seed, NULL), BS_OK);
    bs_arch_drop(arch);
}

/* The mean of so many squares is within 6 of its deviations; of ±limit it is limit²/3. */
START_TEST(weights_have_the_spread_of_their_layer)
{
    static const struct {
        const char *name;
        double options[BS_MOST_OPTIONS], variance, most;
    } cases[] = {
        {"uniform", {-1, 1}, 1.0 / 3, 1},
        {"xavier", {0}, 2.0 / 100, 0.24494897427831781},
        {"he", {0}, 2.0 / 30, INFINITY},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        double params[WEIGHTS + UNITS], squares = 0, sum = 0;
        fill(params, cases[i].name, cases[i].options, 5);
        for (int k = 0; k < WEIGHTS; k++) {
            ck_assert(fabs(params[k]) <= cases[i].most);
            squares += params[k] * params[k], sum += params[k];
        }
        ck_assert_double_eq_tol(squares / WEIGHTS / cases[i].variance, 1, 0.2);
        ck_assert_double_eq_tol(sum / WEIGHTS / sqrt(cases[i].variance), 0, 0.15);
    }
}
END_TEST

START_TEST(biases_start_as_the_row_says)
{
    static const struct {
        const char *name;
        double options[BS_MOST_OPTIONS];
        double least, most;
    } cases[] = {
        {"uniform", {0, 1}, 0, 1},
        {"xavier", {0}, 0, 0},
        {"he", {0}, 0, 0},
        {"zeros", {0}, 0, 0},
        {"constant", {-2.5}, -2.5, -2.5},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        double params[WEIGHTS + UNITS];
        fill(params, cases[i].name, cases[i].options, 5);
        for (int k = WEIGHTS; k < WEIGHTS + UNITS; k++)
            ck_assert_msg(params[k] >= cases[i].least && params[k] <= cases[i].most, "%s: %g",
                          cases[i].name, params[k]);
    }
}
END_TEST

START_TEST(the_same_seed_gives_the_same_parameters)
{
    for (const struct bs_init *row = bs_inits; row->recipe.name; row++) {
        double params[3][WEIGHTS + UNITS];
        for (uint64_t i = 0; i < 3; i++)
            fill(params[i], row->recipe.name, NULL, i == 2 ? 8 : 7);
        ck_assert_int_eq(memcmp(params[0], params[1], sizeof params[0]), 0);
        const bool is_drawn = params[0][0] != params[0][1];
        ck_assert_msg((memcmp(params[0], params[2], sizeof params[0]) != 0) == is_drawn, "%s",
                      row->recipe.name);
    }
}
END_TEST

START_TEST(what_cannot_be_drawn_is_refused_by_name)
{
    static const struct {
        const char *name;
        double options[BS_MOST_OPTIONS];
        const char *message;
    } cases[] = {
        {"uniform", {0, INFINITY}, "to of uniform is inf: a finite number is possible"},
        {"uniform", {NAN, 1}, "from of uniform is nan: a finite number is possible"},
        {"uniform", {-1.5e308, 1.5e308}, "uniform gives a parameter that is inf"},
    };
    struct bs_arch *arch = arch_of(1, (const int[]){1, 1}, (const char *const[]){"tanh"},
                                   BS_BIAS_NONE, "half_squared_error");
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        double param;
        struct bs_error err;
        const struct bs_init *init = bs_init_find(cases[i].name);
        ck_assert_int_eq(bs_init_fill(&param, arch, init, cases[i].options, 1, &err), BS_REFUSED);
        ck_assert_str_eq(err.text, cases[i].message);
    }
    ck_assert_ptr_null(bs_init_find("ones"));
    bs_arch_drop(arch);
}
END_TEST

Suite *bs_suite(void)
{
    return bs_suite_of("init", (const TTest *const[]){
                                   weights_have_the_spread_of_their_layer,
                                   biases_start_as_the_row_says,
                                   the_same_seed_gives_the_same_parameters,
                                   what_cannot_be_drawn_is_refused_by_name,
                                   NULL,
                               });
}
