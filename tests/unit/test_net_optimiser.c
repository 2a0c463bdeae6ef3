#include "test_net.h"

#include "net/optimiser.h"

enum { STEPS = 3, PARAMS = 2 };

/*
 * From p = (1, −2) with η = 0.1, the gradients below and the usual options; decay is not the
 * kernel's.  Where there is no root from Python's fractions, else from its decimals at 60 digits,
 * by the formulas of the papers, apart from this program.
 */
static const double gradients[STEPS][PARAMS] = {{0.5, -1}, {0.25, 2}, {-1, 0.125}};

static const struct {
    const char *name;
    double p[STEPS][PARAMS];
} walks[] = {
    {"sgd", {{0.95, -1.9}, {0.925, -2.1}, {1.025, -2.1125}}},
    {"momentum", {{0.95, -1.9}, {0.88, -2.01}, {0.917, -2.1215}}},
    {"nesterov", {{0.905, -1.81}, {0.817, -2.109}, {0.9503, -2.22185}}},
    {"adagrad",
     {{0.90000000199999996, -1.90000000099999999},
      {0.85527864325000415176, -1.98944271969999157965},
      {0.94256579858249634901, -1.99502417539692893713}}},
    {"rmsprop",
     {{0.68377225398316080189, -1.68377224398316175057},
      {0.5363303065239153295, -1.96948652561581487011},
      {0.81818822866265306227, -1.98827634911533605836}}},
    {"adam",
     {{0.90000000199999996, -1.90000000099999999},
      {0.80678204047746166896, -1.93661035347207508821},
      {0.82741774288541075572, -1.96843373788594036669}}},
};

static void take_steps(const struct bs_optimiser *row, const double steps[STEPS][PARAMS])
{
    double p[PARAMS] = {1, -2}, m[PARAMS] = {0}, s[PARAMS] = {0}, options[BS_MOST_OPTIONS];
    bs_recipe_usual(options, &row->recipe);
    for (int t = 0; t < STEPS; t++) {
        const struct bs_optimiser_step step = {.count = PARAMS,
                                               .p = p,
                                               .g = gradients[t],
                                               .m = row->has_m ? m : NULL,
                                               .s = row->has_s ? s : NULL,
                                               .eta = 0.1,
                                               .t = t + 1,
                                               .options = options};
        row->step(&step);
        for (int i = 0; i < PARAMS; i++)
            ck_assert_msg(fabs(p[i] - steps[t][i]) <= 2e-15, "%s, step %d: %.17g", row->recipe.name,
                          t + 1, p[i]);
    }
}

START_TEST(three_steps_are_those_of_the_formulas)
{
    for (size_t i = 0; i < COUNT_OF(walks); i++)
        take_steps(bs_optimiser_find(walks[i].name), walks[i].p);
}
END_TEST

START_TEST(a_gradient_of_zero_moves_nothing_that_was_at_rest)
{
    for (const struct bs_optimiser *row = bs_optimisers; row->recipe.name; row++) {
        double p = 3, m = 0, s = 0, options[BS_MOST_OPTIONS];
        const double g = 0;
        bs_recipe_usual(options, &row->recipe);
        row->step(&(struct bs_optimiser_step){1, &p, &g, &m, &s, 0.5, 1, options});
        ck_assert_msg(p == 3, "%s: %g", row->recipe.name, p);
    }
}
END_TEST

START_TEST(every_row_says_what_it_does)
{
    for (const struct bs_optimiser *row = bs_optimisers; row->recipe.name; row++) {
        ck_assert(row->recipe.formula && row->recipe.source && row->recipe.about);
        ck_assert(row->usual_eta > 0 && row->usual_decay >= 0);
        ck_assert_ptr_eq(bs_optimiser_find(row->recipe.name), row);
        for (const struct bs_option *option = row->recipe.options; option->name; option++)
            ck_assert_msg(strstr(row->recipe.formula, option->name) ||
                              strstr(row->recipe.formula, "then as adam"),
                          "%s: %s", row->recipe.name, option->name);
    }
    ck_assert_ptr_null(bs_optimiser_find("lion"));
}
END_TEST

START_TEST(an_option_out_of_its_range_is_refused_by_name)
{
    static const struct {
        const char *name;
        double values[BS_MOST_OPTIONS];
        const char *message;
    } cases[] = {
        {"momentum", {1}, "momentum of momentum is 1: from 0 to below 1 is possible"},
        {"momentum", {-0.5}, "momentum of momentum is -0.5: from 0 to below 1 is possible"},
        {"rmsprop", {NAN, 1}, "rho of rmsprop is nan: from 0 to below 1 is possible"},
        {"rmsprop", {0.9, 0}, "eps of rmsprop is 0: a finite number above 0 is possible"},
        {"adam", {0.9, 0.9, INFINITY}, "eps of adam is inf: a finite number above 0 is possible"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_error err;
        const struct bs_optimiser *row = bs_optimiser_find(cases[i].name);
        ck_assert_int_eq(bs_recipe_check(&row->recipe, cases[i].values, &err), BS_REFUSED);
        ck_assert_str_eq(err.text, cases[i].message);
    }
}
END_TEST

START_TEST(usual_options_are_in_their_ranges)
{
    for (const struct bs_optimiser *row = bs_optimisers; row->recipe.name; row++) {
        double options[BS_MOST_OPTIONS];
        bs_recipe_usual(options, &row->recipe);
        ck_assert_int_eq(bs_recipe_check(&row->recipe, options, NULL), BS_OK);
    }
}
END_TEST

Suite *bs_suite(void)
{
    return bs_suite_of("optimiser", (const TTest *const[]){
                                        three_steps_are_those_of_the_formulas,
                                        a_gradient_of_zero_moves_nothing_that_was_at_rest,
                                        every_row_says_what_it_does,
                                        an_option_out_of_its_range_is_refused_by_name,
                                        usual_options_are_in_their_ranges,
                                        NULL,
                                    });
}
