#ifndef BACKSTEP_CHECK_MARK_H
#define BACKSTEP_CHECK_MARK_H

#include "check/judge.h"

/*
 * Marks: a pure function of the lesson's marking and of the attempts.  Of each question the best
 * attempt is kept: its points, times the share of the verdict less the shares lost by each attempt
 * before it and each hint taken by then, never below 0.  What was not answered, could not be read
 * or was a fault of the checker is no attempt at that question; a fault earns all.
 */
struct bs_attempt {
    const enum bs_verdict *verdicts; /* one a question */
    const int *hints;                /* taken so far, one a question; NULL: none */
};

struct bs_question_mark {
    double points; /* earned */
    double most;   /* of the question */
    int attempt;   /* the one kept, from 0: the first of the best; where all earn 0 the last that
                      answered, or −1 */
};

struct bs_mark {
    double points, most;
    int count;
    struct bs_question_mark *questions;
};

/* The share of its points that a verdict earns, 0 to 1. */
double bs_verdict_share(enum bs_verdict verdict, const struct bs_marking *marking);

/* To be finished unless it fails, which is for want of memory. */
int bs_mark_attempts(struct bs_mark *out, const struct bs_key *key,
                     const struct bs_attempt *attempts, size_t count, struct bs_error *err);
void bs_mark_finish(struct bs_mark *mark);

#endif
