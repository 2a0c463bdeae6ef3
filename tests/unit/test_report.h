#ifndef BACKSTEP_TESTS_TEST_REPORT_H
#define BACKSTEP_TESTS_TEST_REPORT_H

#include "test_check.h"

#include "check/report.h"

/*
 * A sheet on four questions and what came of it, made by hand.  The values are sums of few powers
 * of 2, and their digits stand nowhere else.
 */
enum { ASKED = 4, MOST_FINDINGS = 8 };

/* alpha_1 = 0.734375, g_1 = -1.9140625, w_11_new = 0.00390625, E = 5.078125; not asked: b_1. */
static inline struct bs_key *report_key(void)
{
    static const char *const names[ASKED] = {"alpha_1", "g_1", "w_11_new", "E"};
    static const double points[ASKED] = {1, 2, 1, 0.5};
    struct bs_tape *tape = circuit_with(0);
    struct bs_question questions[ASKED];
    struct bs_key *key = NULL;
    struct bs_error err;
    give(tape, "x", 0.734375);
    give(tape, "d", 1.9140625);
    give(tape, "v", 0.00390625);
    give(tape, "f", 5.078125);
    give(tape, "h", 8.03125);
    let(tape, "alpha_1", "1*x");
    let(tape, "g_1", "-d");
    let(tape, "w_11_new", "1*v");
    let(tape, "E", "1*f");
    let(tape, "b_1", "1*h");
    for (int k = 0; k < ASKED; k++)
        questions[k] = (struct bs_question){entry_of(tape, names[k]), 3, points[k]};
    must_do(bs_key_create(&key, tape, questions, ASKED, &bs_usual_marking, &err), err);
    bs_tape_destroy(tape);
    return key;
}

static const char *const value_digits[] = {"0.734375", "1.91406", "0.00390625", "5.07812",
                                           "8.03125"};

struct work {
    struct bs_key *key;
    struct bs_typed typed[MOST_FINDINGS];
    struct bs_complaint complaints[2];
    struct bs_sheet sheet;
    struct bs_finding findings[MOST_FINDINGS];
    struct bs_result result;
    struct bs_question_mark marks[ASKED];
    struct bs_mark mark;
    struct bs_record record;
};

static inline struct bs_finding *add_finding(struct work *work, const char *name,
                                             enum bs_verdict verdict, const char *text)
{
    const int place = work->result.count++;
    struct bs_finding *finding = &work->findings[place];
    *finding = (struct bs_finding){.item = item_of(work->key, name),
                                   .verdict = verdict,
                                   .origin = -1,
                                   .diagnosis = {.item = -1, .tell_apart = -1}};
    if (text) {
        work->typed[place] =
            (struct bs_typed){.name = name, .text = text, .line = place + 1, .column = 5};
        finding->typed = &work->typed[place];
    }
    return finding;
}

/* Of each question a verdict, what was typed (NULL: nothing), and the share of its points. */
static inline struct bs_finding *answer_with(struct work *work, int question,
                                             enum bs_verdict verdict, const char *text,
                                             double share)
{
    const int item = bs_key_asked(work->key, question);
    const double most = bs_key_question(work->key, question)->points;
    struct bs_finding *finding =
        add_finding(work, bs_key_item(work->key, item)->name, verdict, text);
    work->marks[question] = (struct bs_question_mark){share * most, most, text ? 0 : -1};
    work->mark.points += share * most;
    work->mark.most += most;
    work->result.questions++;
    return finding;
}

static inline void begin_work(struct work *work, const char *student, const char *source)
{
    *work = (struct work){.key = report_key()};
    work->sheet.answers = work->typed;
    work->sheet.complaints = work->complaints;
    work->result.key = work->key;
    work->result.sheet = &work->sheet;
    work->result.findings = work->findings;
    work->mark.count = ASKED;
    work->mark.questions = work->marks;
    work->record = (struct bs_record){
        .student = student, .source = source, .result = &work->result, .mark = &work->mark};
}

static inline void complain(struct work *work, int line, int column, const char *source,
                            const char *text)
{
    work->complaints[work->sheet.complaint_count++] =
        (struct bs_complaint){.line = line, .column = column, .source = source, .text = text};
}

/* Right, wrong with a mistake in it, nothing, right but for an earlier answer. */
static inline void begin_usual_work(struct work *work)
{
    begin_work(work, "张三", "sheets/zhang.txt");
    answer_with(work, 0, BS_RIGHT, "0.734", 1);
    struct bs_finding *wrong = answer_with(work, 1, BS_WRONG, "1.91", 0);
    wrong->diagnosis.mistake.kind = BS_SIGN_FLIPPED;
    wrong->diagnosis.mistake.part = wrong->diagnosis.mistake.taken = -1;
    wrong->diagnosis.item = wrong->item;
    wrong->diagnosis.formula = bs_key_item(work->key, item_of(work->key, "alpha_1"))->definition;
    answer_with(work, 2, BS_UNANSWERED, NULL, 0);
    answer_with(work, 3, BS_FOLLOWS, "-3", 1)->origin = wrong->item;
}

static inline void end_work(struct work *work)
{
    bs_key_destroy(work->key);
}

static const struct bs_reporting for_student = {.lang = "en", .lesson = "exercise-a"},
                                 for_marker = {.lang = "en",
                                               .is_for_marker = true,
                                               .lesson = "exercise-a"},
                                 in_chinese = {.lang = "zh", .lesson = "exercise-a"};

#endif
