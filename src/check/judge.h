#ifndef BACKSTEP_CHECK_JUDGE_H
#define BACKSTEP_CHECK_JUDGE_H

#include "check/answer.h"
#include "check/diagnose.h"
#include "check/key.h"
#include "check/sheet.h"

/*
 * Judging a sheet by a key.  See bs_judge for the rule.
 */
enum bs_verdict {
    BS_RIGHT,      /* the exact value to the digits typed */
    BS_ROUNDED,    /* an honest solver who rounds on the way can come to it */
    BS_FOLLOWS,    /* right but for an earlier answer of the student's own */
    BS_COARSE,     /* right as far as it goes, with fewer digits than asked */
    BS_CONVENTION, /* right in another convention, which the sheet keeps to and the lesson allows */
    BS_WRONG,
    BS_UNANSWERED, /* nothing typed */
    BS_UNREADABLE, /* the sheet has a complaint about it */
    BS_FAULT,      /* of the checker: never the student's */
};

enum { BS_VERDICTS = BS_FAULT + 1, BS_MOST_REPEATED = 2 };

/* Words for programs: "right", "rounded", "follows", "coarse", "convention", "wrong",
 * "unanswered", "unreadable", "fault". */
const char *bs_verdict_name(enum bs_verdict verdict);

/* What else there is to say of a verdict; the reason in words is bs_finding_put's. */
enum bs_reason {
    BS_REASON_NONE,
    BS_REASON_ZERO,        /* 0 was typed, and the value is not 0 */
    BS_REASON_TRIVIAL,     /* it would follow, but from a value that makes the rest trivial */
    BS_REASON_NOT_ASKED,   /* it follows, but from a wrong value that no question asks for */
    BS_REASON_NOT_ALLOWED, /* it is right in a convention that the lesson does not allow */
};

/* What came of one item that was asked for or typed. */
struct bs_finding {
    int item;
    enum bs_verdict verdict;
    enum bs_reason reason;
    enum bs_convention convention; /* of BS_CONVENTION and BS_REASON_NOT_ALLOWED */
    int origin; /* of BS_FOLLOWS, BS_REASON_TRIVIAL, _NOT_ASKED: the item where the error began;
                   else −1 */
    const struct bs_typed *typed;  /* the sheet's; NULL when nothing was typed */
    struct bs_answer answer;       /* unless unanswered or unreadable */
    struct bs_diagnosis diagnosis; /* of BS_WRONG; kind BS_NO_MISTAKE: none */
    double mark;                   /* points, of one attempt without hints */
};

/*
 * The result of one sheet: a finding for each question, in their order, then one for each item that
 * was typed and is not asked for.
 */
struct bs_result {
    const struct bs_key *key;
    const struct bs_sheet *sheet;
    unsigned conventions; /* that the sheet keeps to */
    struct bs_finding *findings;
    int count, questions;
    double mark, most; /* points, and how many there are */
};

/*
 * Judge the answers, in this order: unreadable; zero; digits (with fewer figures than wanted, zeros
 * are taken to have been left out); right; rounded on the way; follows; too coarse; another
 * convention; wrong.
 *
 * Rounded on the way.  In the order of the key each item has a box, the values that an honest
 * solver may go on with.  C is its definition in intervals over its operands' boxes, rounded as
 * bs_key_rounding says (design, section 8).  A typed value is accepted when its window
 * (bs_decimal_window) meets C, and the box is then the hull of the typed value and of what C and
 * the window share; the box of what is not typed, or not accepted, is C.
 *
 * Follows: the same over the student's own values, in boxes of a second kind, which are the windows
 * of answers that were not accepted.  Nothing follows from 0, 1 or a number that is given, from
 * one that the sheet has for BS_MOST_REPEATED other values as well, nor from what saturates a unit
 * or kills a term, nor to such a value.  A mistake costs one mark: where it was made in what no
 * question asks for, the first answer that follows from it loses its own.
 *
 * Names that the key does not have, values that cannot be read and a name given twice are
 * complaints added to the sheet.  `diagnoses` false: no mistakes are looked for.  The key and the
 * sheet must outlive the result.  To be finished unless it fails, which is for want of memory or by
 * Ctrl-C.
 */
int bs_judge(struct bs_result *out, struct bs_key *key, struct bs_sheet *sheet, bool diagnoses,
             struct bs_error *err);
void bs_result_finish(struct bs_result *result);

/* What an honest solver who types nothing may come to: a box an item. */
int bs_honest_boxes(struct bs_interval *boxes, struct bs_key *key, struct bs_error *err);

#endif
