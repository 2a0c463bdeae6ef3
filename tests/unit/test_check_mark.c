#include "test_check.h"

#include "check/mark.h"

#include <math.h>

static const struct bs_marking marking = {
    .decimals = -1,
    .figures = 4,
    .shares = {.follows = 0.75, .coarse = 0.5, .convention = 1, .attempt = 0.25, .hint = 0.125},
};

enum { QUESTIONS = 2 };

/* Questions of 4 points and of 1. */
static struct bs_key *marked_key(const struct bs_marking *by)
{
    struct bs_tape *tape = circuit_with(0);
    give(tape, "a", 0.5);
    let(tape, "p", "a*a");
    let(tape, "q", "p*a");
    struct bs_question questions[QUESTIONS] = {{entry_of(tape, "p"), 3, 4},
                                               {entry_of(tape, "q"), 3, 1}};
    struct bs_key *key = NULL;
    struct bs_error err;
    must_do(bs_key_create(&key, tape, questions, QUESTIONS, by, &err), err);
    bs_tape_destroy(tape);
    return key;
}

START_TEST(a_verdict_earns_its_share)
{
    static const struct {
        enum bs_verdict verdict;
        double share;
    } cases[] = {
        {BS_RIGHT, 1}, {BS_ROUNDED, 1},    {BS_FOLLOWS, 0.75}, {BS_COARSE, 0.5}, {BS_CONVENTION, 1},
        {BS_WRONG, 0}, {BS_UNANSWERED, 0}, {BS_UNREADABLE, 0}, {BS_FAULT, 1},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++)
        ck_assert_double_eq(bs_verdict_share(cases[k].verdict, &marking), cases[k].share);
}
END_TEST

START_TEST(a_share_that_is_none_is_0_and_one_above_all_is_all)
{
    struct bs_marking odd = marking;
    odd.shares.follows = NAN;
    odd.shares.coarse = 7;
    odd.shares.convention = -1;
    ck_assert_double_eq(bs_verdict_share(BS_FOLLOWS, &odd), 0);
    ck_assert_double_eq(bs_verdict_share(BS_COARSE, &odd), 1);
    ck_assert_double_eq(bs_verdict_share(BS_CONVENTION, &odd), 0);
}
END_TEST

enum { MOST_ATTEMPTS = 4, NONE = -1 };

START_TEST(the_best_attempt_is_kept_less_what_came_before_it)
{
    static const struct {
        int count;
        enum bs_verdict verdicts[MOST_ATTEMPTS]; /* on the first question, of 4 points */
        int hints[MOST_ATTEMPTS];
        int attempt;
        double points;
    } cases[] = {
        {1, {BS_RIGHT}, {0}, 0, 4},
        {2, {BS_WRONG, BS_RIGHT}, {0}, 1, 3},
        {2, {BS_RIGHT, BS_WRONG}, {0}, 0, 4},
        {2, {BS_RIGHT, BS_RIGHT}, {0}, 0, 4},
        {3, {BS_WRONG, BS_FOLLOWS, BS_RIGHT}, {0}, 1, 2}, /* both earn 2: the first of them */
        {3, {BS_WRONG, BS_COARSE, BS_RIGHT}, {0}, 2, 2},
        {2, {BS_UNANSWERED, BS_RIGHT}, {0}, 1, 4},
        {2, {BS_UNREADABLE, BS_RIGHT}, {0}, 1, 4},
        {3, {BS_WRONG, BS_FAULT, BS_WRONG}, {0}, 1, 3},
        {2, {BS_FAULT, BS_RIGHT}, {0}, 0, 4},
        {1, {BS_RIGHT}, {1}, 0, 3.5},
        {2, {BS_WRONG, BS_RIGHT}, {1, 3}, 1, 1.5},
        {1, {BS_RIGHT}, {100}, 0, 0},
        {1, {BS_RIGHT}, {-5}, 0, 4},
        {3, {BS_WRONG, BS_WRONG, BS_UNANSWERED}, {0}, 1, 0},
        {2, {BS_UNANSWERED, BS_UNREADABLE}, {0}, NONE, 0},
        {0, {BS_RIGHT}, {0}, NONE, 0},
    };
    struct bs_key *key = marked_key(&marking);
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        enum bs_verdict verdicts[MOST_ATTEMPTS][QUESTIONS];
        int hints[MOST_ATTEMPTS][QUESTIONS] = {{0}};
        struct bs_attempt attempts[MOST_ATTEMPTS];
        for (int k = 0; k < MOST_ATTEMPTS; k++) {
            verdicts[k][0] = cases[c].verdicts[k];
            verdicts[k][1] = BS_UNANSWERED;
            hints[k][0] = cases[c].hints[k];
            attempts[k] = (struct bs_attempt){verdicts[k], hints[k]};
        }
        struct bs_mark mark;
        struct bs_error err;
        must_do(bs_mark_attempts(&mark, key, attempts, (size_t)cases[c].count, &err), err);
        must(mark.questions[0].points == cases[c].points, "case %zu: %g points", c,
             mark.questions[0].points);
        must(mark.questions[0].attempt == cases[c].attempt, "case %zu: attempt %d", c,
             mark.questions[0].attempt);
        bs_mark_finish(&mark);
    }
    bs_key_destroy(key);
}
END_TEST

START_TEST(each_question_keeps_an_attempt_of_its_own)
{
    static const enum bs_verdict verdicts[][QUESTIONS] = {{BS_RIGHT, BS_WRONG},
                                                          {BS_WRONG, BS_ROUNDED}};
    const struct bs_attempt attempts[] = {{verdicts[0], NULL}, {verdicts[1], NULL}};
    struct bs_key *key = marked_key(&marking);
    struct bs_mark mark;
    struct bs_error err;
    must_do(bs_mark_attempts(&mark, key, attempts, 2, &err), err);
    ck_assert_int_eq(mark.count, QUESTIONS);
    ck_assert_int_eq(mark.questions[0].attempt, 0);
    ck_assert_int_eq(mark.questions[1].attempt, 1);
    ck_assert_double_eq(mark.points, 4 + 0.75);
    ck_assert_double_eq(mark.most, 5);
    bs_mark_finish(&mark);
    bs_key_destroy(key);
}
END_TEST

static bool mark_them(void *context)
{
    static const enum bs_verdict verdicts[QUESTIONS] = {BS_RIGHT, BS_WRONG};
    const struct bs_attempt attempt = {verdicts, NULL};
    struct bs_mark mark;
    struct bs_error err = {.text = ""};
    if (bs_mark_attempts(&mark, context, &attempt, 1, &err) < 0) {
        ck_assert_int_eq(err.status, BS_NO_MEMORY);
        return false;
    }
    bs_mark_finish(&mark);
    return true;
}

START_TEST(marks_survive_each_refused_allocation)
{
    struct bs_key *key = marked_key(&marking);
    bs_refuse_each_allocation(mark_them, key);
    bs_key_destroy(key);
}
END_TEST

Suite *bs_suite(void)
{
    const TTest *const tests[] = {
        a_verdict_earns_its_share,
        a_share_that_is_none_is_0_and_one_above_all_is_all,
        the_best_attempt_is_kept_less_what_came_before_it,
        each_question_keeps_an_attempt_of_its_own,
        marks_survive_each_refused_allocation,
        NULL,
    };
    return bs_suite_of("mark", tests);
}
