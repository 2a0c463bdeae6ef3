#include "test_net.h"

#include "net/schedule.h"

/* η = 0.8, worked out in decimals; cos(π/6) = √3/2, cos(π/3) = ½. */
START_TEST(rates_are_those_of_the_formulas)
{
    static const struct {
        const char *name;
        double options[BS_MOST_OPTIONS], epochs, epoch, rate;
    } cases[] = {
        {"constant", {0}, 9, 7, 0.8},
        {"step", {0.5, 3}, 9, 1, 0.8},
        {"step", {0.5, 3}, 9, 3, 0.8},
        {"step", {0.5, 3}, 9, 4, 0.4},
        {"step", {0.5, 3}, 9, 7, 0.2},
        {"step", {0.5, 3}, 9, 10, 0.1},
        {"exponential", {0.9}, 9, 1, 0.8},
        {"exponential", {0.9}, 9, 2, 0.72},
        {"exponential", {0.9}, 9, 4, 0.5832},
        {"exponential", {0.9}, 9, 10, 0.3099363912},
        {"cosine", {6, 0.2}, 99, 1, 0.8},
        {"cosine", {6, 0.2}, 99, 2, 0.75980762113533159403},
        {"cosine", {6, 0.2}, 99, 3, 0.65},
        {"cosine", {6, 0.2}, 99, 4, 0.5},
        {"cosine", {6, 0.2}, 99, 7, 0.2},
        {"cosine", {6, 0.2}, 99, 9, 0.2},
        {"cosine", {0, 0.2}, 6, 3, 0.65},
        {"inverse", {0.25}, 9, 1, 0.8},
        {"inverse", {0.25}, 9, 2, 0.64},
        {"inverse", {0.25}, 9, 3, 0.53333333333333333333},
        {"inverse", {0.25}, 9, 9, 0.26666666666666666667},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct bs_schedule *row = bs_schedule_find(cases[i].name);
        const double rate = row->rate(0.8, cases[i].epoch, cases[i].epochs, cases[i].options);
        ck_assert_msg(fabs(rate - cases[i].rate) <= 4e-16, "%s in epoch %g: %.17g", cases[i].name,
                      cases[i].epoch, rate);
    }
}
END_TEST

START_TEST(every_schedule_starts_with_the_rate_given_and_stays_finite)
{
    for (const struct bs_schedule *row = bs_schedules; row->recipe.name; row++) {
        double options[BS_MOST_OPTIONS];
        bs_recipe_usual(options, &row->recipe);
        ck_assert_int_eq(bs_recipe_check(&row->recipe, options, NULL), BS_OK);
        ck_assert(row->recipe.formula && row->recipe.about);
        ck_assert_msg(row->rate(0.3, 1, 1, options) == 0.3, "%s", row->recipe.name);
        const double late = row->rate(0.3, 1e15, 1e15, options);
        ck_assert_msg(late >= 0 && late <= 0.3, "%s: %g", row->recipe.name, late);
    }
    ck_assert_ptr_null(bs_schedule_find("warm"));
}
END_TEST

START_TEST(an_option_out_of_its_range_is_refused_by_name)
{
    static const struct {
        const char *name;
        double values[BS_MOST_OPTIONS];
        const char *message;
    } cases[] = {
        {"step", {0.5, 0}, "every of step is 0: a finite number, 1 or more, is possible"},
        {"exponential", {0}, "factor of exponential is 0: a finite number above 0 is possible"},
        {"cosine", {0, -1}, "least of cosine is -1: a finite number, 0 or more, is possible"},
        {"inverse", {NAN}, "slowing of inverse is nan: a finite number, 0 or more, is possible"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_error err;
        const struct bs_schedule *row = bs_schedule_find(cases[i].name);
        ck_assert_int_eq(bs_recipe_check(&row->recipe, cases[i].values, &err), BS_REFUSED);
        ck_assert_str_eq(err.text, cases[i].message);
    }
}
END_TEST

Suite *bs_suite(void)
{
    return bs_suite_of("schedule", (const TTest *const[]){
                                       rates_are_those_of_the_formulas,
                                       every_schedule_starts_with_the_rate_given_and_stays_finite,
                                       an_option_out_of_its_range_is_refused_by_name,
                                       NULL,
                                   });
}
