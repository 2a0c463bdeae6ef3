#include "test_tape.h"

/* Stepping through exercise A, whose tape has every phase, and through a circuit. */

static int64_t partials_before(const struct bs_tape *tape, int64_t position)
{
    int64_t count = 0;
    for (int64_t p = 0; p < position; p++)
        count += bs_tape_partial_count(tape, bs_tape_at(tape, p));
    return count;
}

START_TEST(the_finest_step_shows_partials_before_their_entry)
{
    struct bs_tape *tape = a_tape("lecture");
    int64_t steps = 0;
    bs_tape_seek(tape, entry_of(tape, "dE_dy_1"));
    ck_assert_int_eq(bs_tape_step(tape, BS_BY_TERM), entry_of(tape, "dy_1_dalpha_1"));
    ck_assert_int_eq(bs_tape_cursor(tape).partial, 1);
    ck_assert_int_eq(bs_tape_step(tape, BS_BY_TERM), entry_of(tape, "g_1"));
    ck_assert_int_eq(bs_tape_cursor(tape).partial, 0);
    bs_tape_rewind(tape);
    while (bs_tape_step(tape, BS_BY_TERM) != BS_NO_ENTRY)
        steps++;
    /* g_1, ∂E/∂b_h, e_h and the gradients of six weights have one partial each */
    ck_assert_int_eq(steps, bs_tape_length(tape) + 11);
    ck_assert_int_eq(partials_before(tape, bs_tape_length(tape)), 11);
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(a_value_step_passes_the_partials)
{
    struct bs_tape *tape = a_tape("lecture");
    bs_tape_seek(tape, entry_of(tape, "dE_dy_1"));
    ck_assert_int_eq(bs_tape_step(tape, BS_BY_VALUE), entry_of(tape, "g_1"));
    ck_assert(bs_tape_is_shown(tape, entry_of(tape, "dy_1_dalpha_1")));
    bs_tape_seek(tape, entry_of(tape, "dy_1_dalpha_1"));
    ck_assert_int_eq(bs_tape_step(tape, BS_BY_VALUE), entry_of(tape, "g_1"));
    bs_tape_destroy(tape);
}
END_TEST

/* The entries at which a stride ends, with all of a layer or a phase behind them. */
START_TEST(strides_end_with_their_layer_and_phase)
{
    static const struct {
        enum bs_stride stride;
        const char *ends;
    } cases[] = {
        {BS_BY_LAYER, "d_1 v_22 w_21 eta b_2 y_1 E dE_dE g_1 e_2 dE_dw_21 dE_dv_22 v_22_new "
                      "w_21_new b_2_new y_1_new E_new"},
        {BS_BY_PHASE, "eta y_1 E dE_dv_22 w_21_new E_new"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_tape *tape = a_tape("lecture");
        struct bs_buf ends = BS_BUF_INIT;
        for (bs_entry entry; (entry = bs_tape_step(tape, cases[i].stride)) != BS_NO_ENTRY;) {
            if (!bs_tape_stride_ends(tape, entry, cases[i].stride))
                continue;
            bs_buf_put(&ends, ends.length > 0 ? " " : "");
            bs_tape_name(tape, &ends, entry);
        }
        ck_assert_str_eq(kept_text(&ends), cases[i].ends);
        bs_tape_destroy(tape);
    }
}
END_TEST

START_TEST(a_step_by_value_or_term_ends_at_once)
{
    struct bs_tape *tape = a_tape("lecture");
    for (bs_entry entry; (entry = bs_tape_step(tape, BS_BY_TERM)) != BS_NO_ENTRY;) {
        ck_assert(bs_tape_stride_ends(tape, entry, BS_BY_TERM));
        ck_assert(bs_tape_stride_ends(tape, entry, BS_BY_VALUE));
    }
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(back_undoes_a_step)
{
    static const enum bs_stride strides[] = {BS_BY_VALUE, BS_BY_LAYER, BS_BY_PHASE};
    for (size_t i = 0; i < COUNT_OF(strides); i++) {
        struct bs_tape *tape = a_tape("delta");
        const int64_t length = bs_tape_length(tape);
        for (int64_t p = 0; p < length; p++) {
            ck_assert_int_eq(bs_tape_cursor(tape).position, p);
            ck_assert_int_eq(bs_tape_step(tape, strides[i]), bs_tape_at(tape, p));
        }
        ck_assert_int_eq(bs_tape_step(tape, strides[i]), BS_NO_ENTRY);
        for (int64_t p = length; p > 0; p--) {
            ck_assert_int_eq(bs_tape_cursor(tape).position, p);
            ck_assert(bs_tape_back(tape));
        }
        ck_assert(!bs_tape_back(tape));
        ck_assert_int_eq(bs_tape_cursor(tape).position, 0);
        bs_tape_destroy(tape);
    }
}
END_TEST

/* One back from an entry is before its partials; from a partial it is the one before. */
START_TEST(back_goes_by_partials_only_among_them)
{
    struct bs_tape *tape = sum_times_z();
    let(tape, "g", "f + q");
    backward(tape, "g");
    bs_tape_seek(tape, entry_of(tape, "dg_dq_direct"));
    const struct bs_cursor at = bs_tape_cursor(tape);
    ck_assert_int_eq(at.partial, 2);
    ck_assert(bs_tape_back(tape));
    ck_assert(bs_tape_is_shown(tape, entry_of(tape, "df_dq")));
    ck_assert(!bs_tape_is_shown(tape, entry_of(tape, "dg_dq_direct")));
    ck_assert(bs_tape_back(tape));
    ck_assert(!bs_tape_is_shown(tape, entry_of(tape, "df_dq")));
    ck_assert(bs_tape_is_shown(tape, entry_of(tape, "dg_df")));
    bs_tape_seek(tape, entry_of(tape, "dg_dq"));
    ck_assert(bs_tape_back(tape));
    ck_assert_int_eq(bs_tape_cursor(tape).position, at.position);
    ck_assert_int_eq(bs_tape_cursor(tape).partial, 0);
    bs_tape_move(tape, at);
    ck_assert(bs_tape_is_shown(tape, entry_of(tape, "dg_dq_direct")));
    bs_tape_destroy(tape);
}
END_TEST

/* At the finest step: after seeking, an entry is shown if and only if it stands before. */
START_TEST(seeking_shows_what_stands_before_and_nothing_else)
{
    enum { MOST = 128 };
    static const char *const notations[] = {"lecture", "delta"};
    for (size_t i = 0; i < COUNT_OF(notations); i++) {
        struct bs_tape *tape = a_tape(notations[i]);
        bs_entry entries[MOST];
        size_t count = 0;
        while ((entries[count] = bs_tape_step(tape, BS_BY_TERM)) != BS_NO_ENTRY)
            must(++count < MOST, "a tape of %zu entries", count);
        for (size_t k = 0; k < count; k++) {
            bs_tape_seek(tape, entries[k]);
            for (size_t m = 0; m < count; m++)
                must(bs_tape_is_shown(tape, entries[m]) == (m <= k), "%zu at %zu", m, k);
            const bs_entry next = bs_tape_step(tape, BS_BY_TERM);
            must(next == (k + 1 < count ? entries[k + 1] : BS_NO_ENTRY), "after %zu", k);
        }
        bs_tape_rewind(tape);
        ck_assert(!bs_tape_is_shown(tape, entries[0]));
        bs_tape_destroy(tape);
    }
}
END_TEST

/* ∂E/∂x and its partials are on no line: they are known when the backward pass is. */
START_TEST(what_is_beside_the_main_line_is_shown_with_the_backward_pass)
{
    static const char *const beside[] = {"dE_dx_1", "dbeta_2_dx_1", "dE_dd_1"};
    struct bs_tape *tape = a_tape("lecture");
    const bs_entry last = entry_of(tape, "dE_dv_22");
    for (size_t i = 0; i < COUNT_OF(beside); i++) {
        const bs_entry entry = entry_of(tape, beside[i]);
        bs_tape_seek(tape, entry);
        ck_assert_int_eq(bs_tape_at(tape, bs_tape_cursor(tape).position - 1), last);
        ck_assert_int_eq(bs_tape_cursor(tape).partial, 0);
        ck_assert(bs_tape_is_shown(tape, entry));
        ck_assert(bs_tape_back(tape));
        ck_assert(!bs_tape_is_shown(tape, entry));
        bs_tape_step(tape, BS_BY_TERM); /* a partial of the last gradient */
        ck_assert(!bs_tape_is_shown(tape, entry));
    }
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(an_empty_tape_has_no_step)
{
    struct bs_tape *tape = circuit_with(0);
    ck_assert_int_eq(bs_tape_length(tape), 0);
    ck_assert_int_eq(bs_tape_step(tape, BS_BY_TERM), BS_NO_ENTRY);
    ck_assert(!bs_tape_back(tape));
    bs_tape_destroy(tape);
}
END_TEST

Suite *bs_suite(void)
{
    return bs_suite_of("cursor", (const TTest *const[]){
                                     the_finest_step_shows_partials_before_their_entry,
                                     a_value_step_passes_the_partials,
                                     strides_end_with_their_layer_and_phase,
                                     a_step_by_value_or_term_ends_at_once,
                                     back_undoes_a_step,
                                     back_goes_by_partials_only_among_them,
                                     seeking_shows_what_stands_before_and_nothing_else,
                                     what_is_beside_the_main_line_is_shown_with_the_backward_pass,
                                     an_empty_tape_has_no_step,
                                     NULL,
                                 });
}
