#include "check/mark.h"

#include "base/mem.h"

#include <math.h>

/* What is no number counts as 0. */
static double share_of(double value)
{
    return isfinite(value) ? fmin(fmax(value, 0), 1) : 0;
}

/*
 * A fault earns all: to leave the question out would move the total that marks are entered of, and
 * so the mark.
 */
double bs_verdict_share(enum bs_verdict verdict, const struct bs_marking *marking)
{
    switch (verdict) {
    case BS_RIGHT:
    case BS_ROUNDED:
    case BS_FAULT:
        return 1;
    case BS_FOLLOWS:
        return share_of(marking->shares.follows);
    case BS_COARSE:
        return share_of(marking->shares.coarse);
    case BS_CONVENTION:
        return share_of(marking->shares.convention);
    case BS_WRONG:
    case BS_UNANSWERED:
    case BS_UNREADABLE:
        break;
    }
    return 0;
}

/* Was something judged, so that the student was told something about the value? */
static bool is_answered(enum bs_verdict verdict)
{
    return verdict != BS_UNANSWERED && verdict != BS_UNREADABLE && verdict != BS_FAULT;
}

/* The share of its points that an attempt at a question earns, after `before` answers to it. */
static double share_earned(const struct bs_attempt *attempt, int question, int before,
                           const struct bs_marking *marking)
{
    double share = bs_verdict_share(attempt->verdicts[question], marking);
    int hints = attempt->hints ? attempt->hints[question] : 0;
    double lost = before * share_of(marking->shares.attempt);
    if (hints > 0)
        lost += hints * share_of(marking->shares.hint);
    return fmax(share - lost, 0);
}

/* An attempt takes the place of an earlier one that earns less; where none earns, of any. */
static struct bs_question_mark mark_question(const struct bs_key *key, int question,
                                             const struct bs_attempt *attempts, size_t count)
{
    const struct bs_marking *marking = bs_key_marking(key);
    double best = 0;
    struct bs_question_mark mark = {.most = bs_key_question(key, question)->points, .attempt = -1};
    int before = 0;
    for (size_t k = 0; k < count; k++) {
        double share = share_earned(&attempts[k], question, before, marking);
        bool answers = is_answered(attempts[k].verdicts[question]);
        if (share > best || (best <= 0 && answers))
            mark.attempt = (int)k;
        best = fmax(best, share);
        before += answers;
    }
    mark.points = best * mark.most;
    return mark;
}

int bs_mark_attempts(struct bs_mark *out, const struct bs_key *key,
                     const struct bs_attempt *attempts, size_t count, struct bs_error *err)
{
    struct bs_mark mark = {.count = bs_key_question_count(key)};
    mark.questions = bs_calloc((size_t)mark.count, sizeof *mark.questions);
    if (!mark.questions)
        return bs_fail_memory(err);
    for (int q = 0; q < mark.count; q++) {
        mark.questions[q] = mark_question(key, q, attempts, count);
        mark.points += mark.questions[q].points;
        mark.most += mark.questions[q].most;
    }
    *out = mark;
    return BS_OK;
}

void bs_mark_finish(struct bs_mark *mark)
{
    bs_free(mark->questions);
    *mark = (struct bs_mark){.count = 0};
}
