#include "unit.h"

#include "base/nearest.h"

#include <string.h>

static const char *hint_of(const char *wanted, const char *const *names)
{
    static char hint[96];
    struct bs_nearest nearest;
    bs_nearest_init(&nearest, wanted);
    for (; *names; names++)
        bs_nearest_offer(&nearest, *names);
    return bs_nearest_hint(&nearest, hint);
}

START_TEST(the_closest_name_is_suggested)
{
    static const struct {
        const char *wanted, *hint, *names[5];
    } cases[] = {
        {"sigmod", ": did you mean sigmoid?", {"tanh", "sigmoid", "softmax"}}, /* inserted */
        {"tannh", ": did you mean tanh?", {"sigmoid", "tanh", "tan2d"}},       /* deleted */
        {"beta_1", ": did you mean beta_2?", {"alpha_1", "beta_2"}},           /* replaced */
        {"reul", ": did you mean relu?", {"real_", "relu"}},                   /* swapped */
        {"Sigmoid", ": did you mean sigmoid?", {"sigmoida", "sigmoid"}},       /* case */
        {"SIGmoid", ": did you mean sigmoid?", {"sigmoid"}},
        {"w_11", ": did you mean w_12?", {"w_12", "w_21"}}, /* the first of equals */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ck_assert_str_eq(hint_of(cases[i].wanted, cases[i].names), cases[i].hint);
}
END_TEST

START_TEST(nothing_is_suggested_when_nothing_is_close)
{
    static const struct {
        const char *wanted, *names[3];
    } cases[] = {
        {"sigmoid", {NULL}},
        {"sigmoid", {"softmax", "x"}},
        {"relu", {"rule_", "elu_"}},              /* two slips in a short name */
        {"binary", {"canary_"}},                  /* three slips in six letters */
        {"abcdefghi", {"abcdeXXXX", "defghi__"}}, /* four in nine */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ck_assert_str_eq(hint_of(cases[i].wanted, cases[i].names), "");
}
END_TEST

/* In halves of a slip. */
START_TEST(each_kind_of_slip_has_its_distance)
{
    static const struct {
        const char *name;
        int distance;
    } cases[] = {
        {"softmax", 0}, {"softmaxx", 2}, {"oftmax", 2},    {"softmix", 2}, {"sotfmax", 2},
        {"Softmax", 1}, {"SOFtmax", 3},  {"softmaaxx", 4}, {"softm", 4},   {"osftmxa", 4},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bs_nearest nearest;
        bs_nearest_init(&nearest, "softmax");
        bs_nearest_offer(&nearest, cases[i].name);
        ck_assert_int_eq(nearest.best_distance, cases[i].distance);
    }
}
END_TEST

/* Optimal string alignment: CA to ABC is 3, since a swapped pair is not edited again. */
START_TEST(a_swap_counts_one_slip_and_is_final)
{
    struct bs_nearest nearest;
    bs_nearest_init(&nearest, "CAxxxxxxx");
    bs_nearest_offer(&nearest, "ABCxxxxxxx");
    ck_assert_int_eq(nearest.best_distance, 6); /* in halves */
    bs_nearest_offer(&nearest, "ACxxxxxxx");
    ck_assert_int_eq(nearest.best_distance, 2);
}
END_TEST

START_TEST(names_of_any_length_are_offered_safely)
{
    char long_name[200], fits[64], other[64];
    memset(long_name, 'x', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    memset(fits, 'x', sizeof fits - 1);
    fits[sizeof fits - 1] = '\0';
    memcpy(other, fits, sizeof other);
    other[5] = 'y';
    ck_assert_str_eq(hint_of(long_name, (const char *const[]){long_name, NULL}), "");
    ck_assert_str_eq(hint_of("", (const char *const[]){long_name, NULL}), "");
    const char *hint = hint_of(fits, (const char *const[]){long_name, other, NULL});
    ck_assert_uint_eq(strlen(hint), strlen(": did you mean ?") + strlen(other));
}
END_TEST

Suite *bs_suite(void)
{
    const TTest *const tests[] = {
        the_closest_name_is_suggested,
        each_kind_of_slip_has_its_distance,
        nothing_is_suggested_when_nothing_is_close,
        a_swap_counts_one_slip_and_is_final,
        names_of_any_length_are_offered_safely,
        NULL,
    };
    return bs_suite_of("nearest", tests);
}
