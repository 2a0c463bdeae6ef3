#include "test_keys.h"

#include "check/diagnose.h"

struct surveyed {
    struct bs_key *key;
    struct bs_catalogue *catalogue;
    struct bs_survey survey;
};

static struct surveyed surveyed(struct bs_key *key, enum bs_survey_depth depth)
{
    struct surveyed made = {key, bs_catalogue_create(key), {0}};
    struct bs_error err;
    must_do(bs_survey(&made.survey, made.catalogue, depth, &err), err);
    return made;
}

static void finish_surveyed(struct surveyed *made)
{
    bs_survey_finish(&made->survey);
    bs_catalogue_destroy(made->catalogue);
    bs_key_destroy(made->key);
}

static const struct bs_survey_row *row_of(const struct surveyed *made, const char *asked,
                                          const char *definition)
{
    const int question = bs_key_item(made->key, item_of(made->key, asked))->question;
    for (size_t r = 0; r < made->survey.count; r++)
        if (made->survey.rows[r].question == question &&
            strcmp(shown(made->key, made->survey.rows[r].definition), definition) == 0)
            return &made->survey.rows[r];
    ck_abort_msg("%s has no %s", asked, definition);
    return NULL;
}

/* A rate of 1 hides that it was forgotten; 1.1 would not. */
START_TEST(a_rate_of_1_hides_a_forgotten_rate)
{
    struct surveyed made = surveyed(a_key(), BS_SURVEY_BETTER);
    const struct bs_survey_row *row = row_of(&made, "w_11_new", "g_1·b_1");
    ck_assert_int_eq(row->mistake.kind, BS_RATE_DROPPED);
    ck_assert(row->is_hidden && !row->is_distinct && !row->is_visible);
    ck_assert_str_eq(bs_key_item(made.key, row->hidden_by)->name, "eta");
    ck_assert_double_eq(row->better, 1.1);
    finish_surveyed(&made);
}
END_TEST

/* Where nothing is negative ReLU changes nothing: no number near shows it was forgotten. */
START_TEST(what_no_number_near_shows_stays_hidden)
{
    struct surveyed made = surveyed(b_key(), BS_SURVEY_BETTER);
    const struct bs_survey_row *row = row_of(&made, "g_y", "ŷ − y");
    ck_assert(row->is_hidden);
    ck_assert_int_eq(row->hidden_by, -1);
    ck_assert(isnan(row->better));
    finish_surveyed(&made);
}
END_TEST

/* β_1 = 0.35·0.1 + 0.9·0.8 */
START_TEST(a_mistake_has_the_number_that_comes_of_it)
{
    struct surveyed made = surveyed(a_key(), BS_SURVEY_VISIBLE);
    const struct bs_survey_row *row = row_of(&made, "beta_1", "x_2·v_11 + x_2·v_21");
    ck_assert_double_eq_tol(row->value, 0.81, 1e-12);
    ck_assert_int_eq(row->typed.digits, 8100);
    ck_assert_int_eq(row->typed.place, -4);
    ck_assert(row->is_distinct && row->is_visible);
    finish_surveyed(&made);
}
END_TEST

/* Neither is told from the other: the sign of Δw and the sign before it. */
START_TEST(two_mistakes_with_one_number_are_not_visible)
{
    struct surveyed made = surveyed(a_key(), BS_SURVEY_VISIBLE);
    const struct bs_survey_row *a = row_of(&made, "w_11_new", "w_11 − Δw_11");
    const struct bs_survey_row *b = row_of(&made, "w_11_new", "−η·g_1·b_1");
    ck_assert_double_eq_tol(a->value, b->value, 1e-12);
    ck_assert(!a->is_hidden && !b->is_hidden);
    ck_assert(!a->is_distinct && !b->is_distinct);
    ck_assert(!a->is_visible && !b->is_visible);
    finish_surveyed(&made);
}
END_TEST

/* 0.35·0.1 + 0.9·0.6 is 0.575, and β_1 is 0.755. */
START_TEST(a_mistake_that_looks_like_digits_that_changed_places_is_not_visible)
{
    struct surveyed made = surveyed(a_key(), BS_SURVEY_VISIBLE);
    const struct bs_survey_row *row = row_of(&made, "beta_1", "x_1·v_11 + x_2·v_22");
    ck_assert_int_eq(row->typed.digits, 5750);
    ck_assert(!row->is_hidden && !row->is_distinct && !row->is_visible);
    finish_surveyed(&made);
}
END_TEST

/* Everything before ŷ' is neither given nor asked for: of a hundred mistakes, to so many figures.
 */
static void count_told(int *distinct, int *visible, int figures)
{
    static const char *const asked[] = {"yhat_new", NULL};
    struct bs_marking marking = bs_usual_marking;
    marking.figures = figures;
    struct surveyed made = surveyed(key_with(b_tape(), asked, &marking), BS_SURVEY_VISIBLE);
    *distinct = *visible = 0;
    for (size_t r = 0; r < made.survey.count; r++) {
        *distinct += made.survey.rows[r].is_distinct;
        *visible += made.survey.rows[r].is_visible;
        ck_assert(made.survey.rows[r].is_distinct || !made.survey.rows[r].is_visible);
    }
    finish_surveyed(&made);
}

/* At most 1 in 100 random numbers may be explained: to 3 figures there are some 40 in that. */
START_TEST(more_digits_leave_room_for_more_mistakes)
{
    int distinct, visible;
    count_told(&distinct, &visible, 3);
    ck_assert_int_gt(distinct, visible);
    ck_assert_int_gt(visible, 0);
    count_told(&distinct, &visible, 6);
    ck_assert_int_eq(distinct, visible);
}
END_TEST

/* σ of Z2_1 has few mistakes, rare ones among them, and Z2_1 more than there is room for. */
START_TEST(mistakes_in_the_item_itself_come_before_those_on_the_way)
{
    static const char *const asked[] = {"A2_1", NULL};
    struct bs_marking marking = bs_usual_marking;
    marking.figures = 3;
    struct surveyed made =
        surveyed(key_with(deep_tape("matrix"), asked, &marking), BS_SURVEY_VISIBLE);
    const int item = item_of(made.key, "A2_1");
    int own = 0, crowded = 0;
    for (size_t r = 0; r < made.survey.count; r++) {
        const struct bs_survey_row *row = &made.survey.rows[r];
        own += row->item == item && row->is_visible;
        crowded += row->is_distinct && !row->is_visible;
        ck_assert(row->item != item || row->is_visible == row->is_distinct);
    }
    ck_assert_int_gt(own, 0);
    ck_assert_int_gt(crowded, 0);
    finish_surveyed(&made);
}
END_TEST

static bool try_surveying(void *context)
{
    struct bs_key *key = context;
    struct bs_error err;
    struct bs_survey survey;
    struct bs_catalogue *catalogue = bs_catalogue_create(key);
    const int status =
        catalogue ? bs_survey(&survey, catalogue, BS_SURVEY_BETTER, &err) : bs_fail_memory(&err);
    must(status == BS_OK || status == BS_NO_MEMORY, "%d: %s", status, err.text);
    if (status == BS_OK)
        bs_survey_finish(&survey);
    bs_catalogue_destroy(catalogue);
    return status == BS_OK;
}

START_TEST(out_of_memory_is_an_error)
{
    struct bs_key *key = circuit_key();
    bs_refuse_each_allocation(try_surveying, key);
    bs_key_destroy(key);
}
END_TEST

Suite *bs_suite(void)
{
    return bs_suite_of(
        "check survey",
        (const TTest *const[]){
            a_rate_of_1_hides_a_forgotten_rate, what_no_number_near_shows_stays_hidden,
            a_mistake_has_the_number_that_comes_of_it, two_mistakes_with_one_number_are_not_visible,
            a_mistake_that_looks_like_digits_that_changed_places_is_not_visible,
            more_digits_leave_room_for_more_mistakes,
            mistakes_in_the_item_itself_come_before_those_on_the_way, out_of_memory_is_an_error,
            NULL});
}
