#ifndef BACKSTEP_TESTS_TEST_CHECK_H
#define BACKSTEP_TESTS_TEST_CHECK_H

#include "test_tape.h"

#include "check/judge.h"

#include <stdio.h>

/* ---- keys ------------------------------------------------------------------------------------ */

/* The key of a tape that asks for the entries of these names, three figures and a point each. */
static inline struct bs_key *key_with(struct bs_tape *tape, const char *const *names,
                                      const struct bs_marking *marking)
{
    struct bs_question questions[64];
    size_t count = 0;
    struct bs_key *key = NULL;
    struct bs_error err;
    for (; names[count]; count++)
        questions[count] = (struct bs_question){entry_of(tape, names[count]), 3, 1};
    must_do(bs_key_create(&key, tape, questions, count, marking, &err), err);
    bs_tape_destroy(tape);
    return key;
}

static inline struct bs_key *key_of(struct bs_tape *tape, const char *const *names)
{
    return key_with(tape, names, &bs_usual_marking);
}

static inline int item_of(const struct bs_key *key, const char *name)
{
    const int item = bs_key_find(key, name);
    must(item >= 0, "the key has no %s", name);
    return item;
}

/* ---- exercises A and B ----------------------------------------------------------------------- */

static const char *const a_asked[] = {
    "beta_1",   "b_1",      "beta_2",  "b_2",      "alpha_1",  "y_1",      "E",
    "g_1",      "e_1",      "e_2",     "w_11_new", "w_21_new", "v_11_new", "v_21_new",
    "v_12_new", "v_22_new", "b_1_new", "b_2_new",  "y_1_new",  "E_new",    NULL};

static inline struct bs_key *a_key(void)
{
    return key_of(a_tape("lecture"), a_asked);
}

/* ReLU everywhere, names for every unit and weight, the error terms +∂E/∂in. */
static inline struct bs_tape *b_tape(void)
{
    static const double params[] = {0.6, 0.2, 0.1, 0.7, 0.5, 0.8}, x[] = {0.2, 0.3}, t[] = {0.5};
    static const char *const inputs[] = {"A", "B"}, *const targets[] = {"y"},
                             *const first[] = {"v_A1", "v_B1", "v_A2", "v_B2"},
                             *const second[] = {"w_1", "w_2"}, *const z1[] = {"x1.in", "x2.in"},
                             *const z2[] = {"y.in"}, *const a1[] = {"x1.out", "x2.out"},
                             *const a2[] = {"yhat"}, *const e1[] = {"g_x1", "g_x2"},
                             *const e2[] = {"g_y"};
    const struct bs_notation_spec spec = {
        .input = {.listed = inputs},
        .target = {.listed = targets},
        .rate = {.stem = "rate"},
        .loss = {.stem = "E"},
        .weight = {{.listed = first}, {.listed = second}},
        .z = {{.listed = z1}, {.listed = z2}},
        .a = {{.listed = a1}, {.listed = a2}},
        .error = {{.listed = e1}, {.listed = e2}},
        .error_sign = 1,
        .has_errors = true,
    };
    struct bs_arch *arch = arch_of(2, (const int[]){2, 2, 1}, (const char *const[]){"relu", "relu"},
                                   BS_BIAS_NONE, "half_squared_error");
    return network_tape(drop_arch(arch, table_of(arch, &spec)), params, x, t, 1);
}

/* ---- sheets ---------------------------------------------------------------------------------- */

struct judged {
    struct bs_key *key;
    struct bs_sheet sheet;
    struct bs_result result;
};

static inline struct judged judge_text(struct bs_key *key, const char *text)
{
    struct judged judged = {.key = key};
    struct bs_error err;
    must_do(bs_sheet_read(&judged.sheet, text, strlen(text), &err), err);
    must_do(bs_judge(&judged.result, key, &judged.sheet, true, &err), err);
    return judged;
}

static inline void finish_judged(struct judged *judged)
{
    bs_result_finish(&judged->result);
    bs_sheet_finish(&judged->sheet);
}

static inline const struct bs_finding *finding_of(const struct judged *judged, const char *name)
{
    const int item = item_of(judged->key, name);
    for (int k = 0; k < judged->result.count; k++)
        if (judged->result.findings[k].item == item)
            return &judged->result.findings[k];
    ck_abort_msg("nothing was found of %s", name);
    return NULL;
}

static inline const char *verdict_of(const struct judged *judged, const char *name)
{
    return bs_verdict_name(finding_of(judged, name)->verdict);
}

/* The verdict on one line alone; rows of a table are tested with it. */
static inline const char *verdict_on(struct bs_key *key, const char *name, const char *typed)
{
    char text[1200];
    snprintf(text, sizeof text, "%s = %s\n", name, typed);
    struct judged judged = judge_text(key, text);
    const char *verdict = verdict_of(&judged, name);
    finish_judged(&judged);
    return verdict;
}

static inline void must_be(const struct judged *judged, const char *name, const char *verdict)
{
    const char *got = verdict_of(judged, name);
    must(strcmp(got, verdict) == 0, "%s is %s, and should be %s", name, got, verdict);
}

#endif
