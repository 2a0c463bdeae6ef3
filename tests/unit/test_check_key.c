#include "test_check.h"

#include "base/nearest.h"

static const char *definition_of(const struct bs_key *key, const char *name)
{
    struct bs_buf buf = BS_BUF_INIT;
    const struct bs_style style = {.form = BS_UNICODE, .digits = BS_FOUR_FIGURES};
    bs_key_typeset(key, &buf, bs_key_item(key, item_of(key, name))->definition, NULL, &style);
    return kept_text(&buf);
}

START_TEST(items_are_defined_by_closed_forms_over_earlier_ones)
{
    struct bs_key *key = a_key();
    ck_assert_str_eq(definition_of(key, "g_1"), "(d_1 − y_1)·y_1·(1 − y_1)");
    ck_assert_str_eq(definition_of(key, "e_1"), "g_1·w_11·b_1·(1 − b_1)");
    ck_assert_str_eq(definition_of(key, "dw_11"), "η·g_1·b_1");
    ck_assert_str_eq(definition_of(key, "b_1_new"), "σ(β_1')");
    for (int i = 0; i < bs_key_count(key); i++) {
        const struct bs_item *item = bs_key_item(key, i);
        for (int k = 0; k < item->operand_count; k++)
            ck_assert_int_lt(item->operands[k], i);
    }
    bs_key_destroy(key);
}
END_TEST

START_TEST(a_key_outlives_its_tape_and_has_its_values)
{
    struct bs_tape *tape = a_tape("lecture");
    const double y = value_at(tape, "y_1"), e = value_at(tape, "E_new");
    struct bs_key *key = key_of(tape, a_asked); /* the tape is gone then */
    ck_assert(bs_key_item(key, item_of(key, "y_1"))->value == y);
    ck_assert(bs_key_item(key, item_of(key, "E_new"))->value == e);
    bs_key_destroy(key);
}
END_TEST

START_TEST(names_are_found_as_they_are_typed_and_as_they_are_shown)
{
    static const struct {
        const char *typed, *name;
    } cases[] = {
        {"g_1", "g_1"},
        {"w_11_new", "w_11_new"},
        {"w_11'", "w_11_new"},
        {"w_11′", "w_11_new"},
        {"β_1", "beta_1"},
        {"beta_1'", "beta_1_new"},
        {"∂E/∂w_11", "dE_dw_11"},
        {"dE/dw_11", "dE_dw_11"},
        {"Δw_11", "dw_11"},
        {"ｇ_１", "g_1"},
        {" y_1 ", "y_1"},
        {"∂E/∂y_1", "dE_dy_1"},
        {"η", "eta"},
        {"g", NULL},
        {"", NULL},
        {"w_11''", NULL},
        {"1", NULL},
        {"g_1 + 1", NULL},
        {"g_1 =", NULL},
        {"((((", NULL},
        {"\xff", NULL},
    };
    struct bs_key *key = a_key();
    for (size_t k = 0; k < COUNT_OF(cases); k++) {
        const int item = bs_key_find(key, cases[k].typed);
        const char *found = item < 0 ? NULL : bs_key_item(key, item)->name;
        must(found == cases[k].name || (found && cases[k].name && !strcmp(found, cases[k].name)),
             "\"%s\" is %s", cases[k].typed, found ? found : "nothing");
    }
    bs_key_destroy(key);
}
END_TEST

START_TEST(members_of_arrays_are_found_by_their_indices)
{
    static const struct {
        const char *array;
        int rank, index[2];
        const char *name;
    } cases[] = {
        {"b", 1, {2, 0}, "b_2"},          {"v", 2, {1, 2}, "v_12"},
        {"v_new", 2, {2, 1}, "v_21_new"}, {"v'", 2, {2, 1}, "v_21_new"},
        {"dE_dw", 2, {2, 1}, "dE_dw_21"}, {"∂E/∂w", 2, {2, 1}, "dE_dw_21"},
        {"β", 1, {1, 0}, "beta_1"},       {"b", 1, {3, 0}, NULL},
        {"b", 2, {1, 1}, NULL},           {"E", 1, {1, 0}, NULL},
    };
    struct bs_key *key = a_key();
    for (size_t k = 0; k < COUNT_OF(cases); k++) {
        const int item = bs_key_find_member(key, cases[k].array, cases[k].rank, cases[k].index);
        const char *found = item < 0 ? NULL : bs_key_item(key, item)->name;
        must(found == cases[k].name || (found && cases[k].name && !strcmp(found, cases[k].name)),
             "%s is %s", cases[k].array, found ? found : "nothing");
    }
    bs_key_destroy(key);
}
END_TEST

START_TEST(items_know_their_relatives_and_their_other_selves)
{
    struct bs_key *key = a_key();
    const struct bs_item *w = bs_key_item(key, item_of(key, "w_11"));
    const struct bs_item *v = bs_key_item(key, item_of(key, "v_12_new"));
    ck_assert_int_eq(w->updated, item_of(key, "w_11_new"));
    ck_assert_int_eq(w->transposed, -1);
    ck_assert_int_eq(v->outdated, item_of(key, "v_12"));
    ck_assert_int_eq(v->transposed, item_of(key, "v_21_new"));
    ck_assert_int_eq(bs_key_item(key, item_of(key, "b_1"))->updated, item_of(key, "b_1_new"));
    ck_assert_int_eq(bs_key_item(key, item_of(key, "g_1"))->error_sign, -1);
    ck_assert(bs_key_item(key, item_of(key, "eta"))->is_rate);
    ck_assert(bs_key_are_relatives(key, item_of(key, "b_1"), item_of(key, "b_2")));
    ck_assert(bs_key_are_relatives(key, item_of(key, "v_11"), item_of(key, "v_22")));
    ck_assert(!bs_key_are_relatives(key, item_of(key, "v_11"), item_of(key, "w_11")));
    ck_assert(!bs_key_are_relatives(key, item_of(key, "b_1"), item_of(key, "b_2_new")));
    ck_assert(!bs_key_are_relatives(key, item_of(key, "b_1"), item_of(key, "b_1")));
    bs_key_destroy(key);
}
END_TEST

START_TEST(relatives_of_a_circuit_are_told_by_their_names)
{
    static const char *const names[] = {"s", NULL};
    struct bs_tape *tape = circuit_with(0);
    give(tape, "x_1", 2);
    give(tape, "x_12", 3);
    give(tape, "y_1", 4);
    let(tape, "s", "x_1*x_12 + y_1");
    struct bs_key *key = key_of(tape, names);
    ck_assert(bs_key_are_relatives(key, item_of(key, "x_1"), item_of(key, "x_12")));
    ck_assert(!bs_key_are_relatives(key, item_of(key, "x_1"), item_of(key, "y_1")));
    bs_key_destroy(key);
}
END_TEST

/* y' = x² + 1 where x is a third: in exact rationals. */
START_TEST(values_are_exact_where_they_are_rational)
{
    static const char *const names[] = {"s", "l", NULL};
    struct bs_tape *tape = circuit_with(0);
    give(tape, "x", 0.35);
    give(tape, "c", 3);
    let(tape, "s", "(x/c)^2 + 1");
    let(tape, "l", "log(c)");
    struct bs_key *key = key_of(tape, names);
    const struct bs_exact *s = &bs_key_item(key, item_of(key, "s"))->exact;
    const struct bs_exact *l = &bs_key_item(key, item_of(key, "l"))->exact;
    ck_assert(s->is_fraction); /* (7/60)² + 1 */
    ck_assert_int_eq(s->fraction.num, 3649);
    ck_assert_int_eq(s->fraction.den, 3600);
    ck_assert(!l->is_fraction);
    ck_assert(l->bounds.lo <= 1.0986122886681098 && 1.0986122886681098 <= l->bounds.hi);
    ck_assert_double_lt(l->bounds.hi - l->bounds.lo, 1e-14);
    bs_key_destroy(key);
}
END_TEST

START_TEST(items_can_be_worked_out_anew_from_other_givens)
{
    double values[64];
    struct bs_key *key = a_key();
    const double params[] = {0.1, 0.8, 0.4, 0.6, 0.3, 0.9}, x[] = {0.7, 0.9}, t[] = {0.5};
    struct bs_arch *arch = a_arch(BS_BIAS_NONE);
    struct bs_tape *other =
        network_tape(drop_arch(arch, notation_of(arch, "lecture")), params, x, t, 1);
    for (int i = 0; i < bs_key_count(key); i++)
        values[i] = bs_key_item(key, i)->value;
    values[item_of(key, "x_1")] = 0.7;
    ck_assert_int_eq(bs_key_revalue(key, values, NULL), BS_OK);
    ck_assert_double_eq_tol(values[item_of(key, "E_new")], value_at(other, "E_new"), 1e-15);
    bs_tape_destroy(other);
    bs_key_destroy(key);
}
END_TEST

START_TEST(what_cannot_be_asked_for_is_refused)
{
    struct bs_tape *tape = circuit_with(0);
    struct bs_error err;
    struct bs_key *key = NULL;
    give(tape, "x", 0);
    let(tape, "y", "x + 1");
    let(tape, "i", "log(x)");
    const bs_entry x = entry_of(tape, "x"), y = entry_of(tape, "y"), i = entry_of(tape, "i");
    const struct {
        struct bs_question questions[2];
        size_t count;
        const char *text;
    } cases[] = {
        {{{x, 3, 1}}, 1, "x is given: there is nothing to ask"},
        {{{y, 3, 1}, {y, 3, 1}}, 2, "y is asked for twice"},
        {{{i, 3, 1}}, 1, "i is not finite, so there is nothing to mark"},
    };
    for (size_t k = 0; k < COUNT_OF(cases); k++) {
        ck_assert_int_eq(
            bs_key_create(&key, tape, cases[k].questions, cases[k].count, &bs_usual_marking, &err),
            BS_REFUSED);
        ck_assert_str_eq(err.text, cases[k].text);
        ck_assert_ptr_null(key);
    }
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(rounding_keeps_the_digits_of_the_lesson_and_of_the_question)
{
    static const char *const names[] = {"g_1", NULL};
    const struct bs_marking decimals = {.decimals = 4, .figures = 0, .allows_truncation = false};
    struct bs_key *key = key_with(a_tape("lecture"), names, &decimals);
    const struct bs_rounding asked = bs_key_rounding(key, item_of(key, "g_1"));
    const struct bs_rounding other = bs_key_rounding(key, item_of(key, "e_1"));
    ck_assert_int_eq(asked.decimals, 4);
    ck_assert_int_eq(asked.figures, 3);
    ck_assert_int_eq(other.figures, 0);
    ck_assert_int_eq(bs_key_figures(key, item_of(key, "e_1")), 3);
    ck_assert_double_eq_tol(asked.units, 0.5, 1e-12);
    bs_key_destroy(key);
}
END_TEST

static bool create_once(void *context)
{
    struct bs_tape *tape = context;
    struct bs_key *key;
    const struct bs_question question = {entry_of(tape, "e_1"), 3, 1};
    if (bs_key_create(&key, tape, &question, 1, &bs_usual_marking, NULL) < 0)
        return false;
    bs_key_destroy(key);
    return true;
}

START_TEST(running_out_of_memory_is_an_error)
{
    struct bs_tape *tape = a_tape("lecture");
    ck_assert(create_once(tape)); /* the tape keeps its formulas */
    bs_refuse_each_allocation(create_once, tape);
    bs_tape_destroy(tape);
}
END_TEST

Suite *bs_suite(void)
{
    const TTest *const tests[] = {
        items_are_defined_by_closed_forms_over_earlier_ones,
        a_key_outlives_its_tape_and_has_its_values,
        names_are_found_as_they_are_typed_and_as_they_are_shown,
        members_of_arrays_are_found_by_their_indices,
        items_know_their_relatives_and_their_other_selves,
        relatives_of_a_circuit_are_told_by_their_names,
        values_are_exact_where_they_are_rational,
        items_can_be_worked_out_anew_from_other_givens,
        what_cannot_be_asked_for_is_refused,
        rounding_keeps_the_digits_of_the_lesson_and_of_the_question,
        running_out_of_memory_is_an_error,
        NULL,
    };
    return bs_suite_of("key", tests);
}
