#include "test_report.h"

#include "check/summary.h"

static void add_to(struct bs_summary *summary, const struct work *work)
{
    struct bs_error err;
    must_do(bs_summary_add(summary, &work->record, &err), err);
}

/* Until the next. */
static const char *seen(const struct bs_summary *summary)
{
    static char text[8192];
    struct bs_buf buf = BS_BUF_INIT;
    struct bs_error err;
    must_do(bs_summary_put(&buf, summary, &err), err);
    must(buf.length < sizeof text, "%zu bytes", buf.length);
    memcpy(text, bs_buf_text(&buf), buf.length + 1);
    bs_buf_finish(&buf);
    return text;
}

static void begin_good_work(struct work *work)
{
    begin_work(work, "Li", "li.txt");
    answer_with(work, 0, BS_RIGHT, "0.734", 1);
    answer_with(work, 1, BS_ROUNDED, "-1.92", 1);
    answer_with(work, 2, BS_COARSE, "0.004", 0.5);
    answer_with(work, 3, BS_RIGHT, "5.08", 1);
}

START_TEST(verdicts_are_counted_a_question)
{
    struct work good, usual;
    struct bs_summary *summary = bs_summary_create("en");
    begin_good_work(&good);
    begin_usual_work(&usual);
    usual.findings[1].diagnosis.mistake.kind = BS_NO_MISTAKE;
    add_to(summary, &good);
    add_to(summary, &usual);
    add_to(summary, &usual);
    ck_assert_str_eq(
        seen(summary),
        "3 sheets, 2.33 of 4.5 points on average\n"
        "  question  right  right, rounded  follows  too coarse  wrong  not answered  points\n"
        "  α_1           3               0        0           0      0             0       1\n"
        "  g_1           0               1        0           0      2             0    0.67\n"
        "  w_11'         0               0        0           1      0             2    0.17\n"
        "  E             1               0        2           0      0             0     0.5\n");
    bs_summary_destroy(summary);
    end_work(&good);
    end_work(&usual);
}
END_TEST

START_TEST(a_summary_in_chinese_is_aligned_by_the_width_of_its_characters)
{
    struct work work;
    struct bs_summary *summary = bs_summary_create("zh");
    begin_good_work(&work);
    add_to(summary, &work);
    ck_assert_str_eq(seen(summary), "1 份答卷，4 / 4.5 分\n"
                                    "  题目   正确  正确（有舍入）  位数不足  平均分\n"
                                    "  α_1       1               0         0       1\n"
                                    "  g_1       0               1         0       2\n"
                                    "  w_11'     0               0         1     0.5\n"
                                    "  E         1               0         0     0.5\n");
    bs_summary_destroy(summary);
    end_work(&work);
}
END_TEST

START_TEST(without_sheets_there_is_no_table)
{
    struct bs_summary *summary = bs_summary_create("en");
    ck_assert_str_eq(seen(summary), "no sheets\n");
    bs_summary_destroy(summary);
    bs_summary_destroy(NULL);
}
END_TEST

/* A kind that several causes might be, or that a reason goes before, is not claimed. */
START_TEST(the_most_frequent_mistake_comes_first_with_an_example)
{
    static const struct {
        enum bs_mistake_kind kind;
        int others;
    } sheets[] = {{BS_RATE_DROPPED, 0},
                  {BS_SIGN_FLIPPED, 0},
                  {BS_SIGN_FLIPPED, 0},
                  {BS_POINT_SLIPPED, 3},
                  {BS_NO_MISTAKE, 0}};
    struct work work;
    struct bs_summary *summary = bs_summary_create("en");
    struct bs_buf examples[2] = {BS_BUF_INIT, BS_BUF_INIT};
    begin_usual_work(&work);
    struct bs_diagnosis *diagnosis = &work.findings[1].diagnosis;
    for (size_t k = 0; k < sizeof sheets / sizeof *sheets; k++) {
        diagnosis->mistake.kind = sheets[k].kind;
        diagnosis->others = sheets[k].others;
        if (k < 2)
            bs_diagnosis_put(&examples[k], work.key, work.findings[1].item, diagnosis, false, "en");
        add_to(summary, &work);
    }
    char expected[1000];
    snprintf(expected, sizeof expected,
             "Mistakes, each with an example:\n"
             "  g_1  2 × the wrong sign: %s\n"
             "  g_1  1 × no learning rate: %s\n",
             bs_buf_text(&examples[1]), bs_buf_text(&examples[0]));
    ck_assert_str_eq(strstr(seen(summary), "Mistakes"), expected);
    bs_buf_finish(&examples[0]);
    bs_buf_finish(&examples[1]);
    bs_summary_destroy(summary);
    end_work(&work);
}
END_TEST

START_TEST(a_summary_outlives_its_records_and_does_not_grow_with_them)
{
    struct bs_summary *summary = bs_summary_create("en");
    size_t used = 0;
    for (int k = 0; k < 100; k++) {
        struct work work;
        begin_usual_work(&work);
        add_to(summary, &work);
        end_work(&work);
        if (k == 0)
            used = bs_mem_used();
        ck_assert_uint_eq(bs_mem_used(), used);
    }
    ck_assert_ptr_nonnull(strstr(seen(summary), "100 sheets, "));
    bs_summary_destroy(summary);
}
END_TEST

START_TEST(a_sheet_on_other_questions_is_refused_and_changes_nothing)
{
    struct work work, fewer, others;
    struct bs_summary *summary = bs_summary_create("en");
    struct bs_error err;
    char before[8192];
    begin_usual_work(&work);
    begin_usual_work(&fewer);
    begin_usual_work(&others);
    add_to(summary, &work);
    snprintf(before, sizeof before, "%s", seen(summary));
    fewer.result.questions--;
    others.findings[2].item = item_of(others.key, "b_1");
    const struct work *refused[] = {&fewer, &others};
    for (size_t k = 0; k < 2; k++) {
        ck_assert_int_eq(bs_summary_add(summary, &refused[k]->record, &err), BS_REFUSED);
        ck_assert_str_eq(err.text,
                         "sheets/zhang.txt answers other questions than the sheets before it");
        ck_assert_str_eq(seen(summary), before);
    }
    bs_summary_destroy(summary);
    end_work(&work);
    end_work(&fewer);
    end_work(&others);
}
END_TEST

static bool summarise(void *context)
{
    const struct work *work = context;
    struct bs_summary *summary = bs_summary_create("en");
    struct bs_buf buf = BS_BUF_INIT;
    struct bs_error err;
    bool succeeds = summary && bs_summary_add(summary, &work->record, &err) == BS_OK &&
                    bs_summary_put(&buf, summary, &err) == BS_OK;
    bs_buf_finish(&buf);
    bs_summary_destroy(summary);
    return succeeds;
}

START_TEST(summaries_survive_each_refused_allocation)
{
    struct work work;
    begin_usual_work(&work);
    bs_refuse_each_allocation(summarise, &work);
    end_work(&work);
}
END_TEST

Suite *bs_suite(void)
{
    const TTest *const tests[] = {
        verdicts_are_counted_a_question,
        a_summary_in_chinese_is_aligned_by_the_width_of_its_characters,
        without_sheets_there_is_no_table,
        the_most_frequent_mistake_comes_first_with_an_example,
        a_summary_outlives_its_records_and_does_not_grow_with_them,
        a_sheet_on_other_questions_is_refused_and_changes_nothing,
        summaries_survive_each_refused_allocation,
        NULL,
    };
    return bs_suite_of("summary", tests);
}
