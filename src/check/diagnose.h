#ifndef BACKSTEP_CHECK_DIAGNOSE_H
#define BACKSTEP_CHECK_DIAGNOSE_H

#include "check/decimal.h"
#include "check/key.h"
#include "check/mistake.h"

/*
 * What went wrong: a wrong number is looked up among those that definitions give when they are
 * changed the way people go wrong.
 *
 * First on the student's own numbers: the definition of the item, or of one that it is made of and
 * that was not typed, is changed once, the operands being what the student typed, or all digits of
 * it for one who has carried them along.  Then on the true values: single mistakes anywhere before
 * the item; and where none is found, pairs of mistakes in what it is made of.  Both are tabulated
 * once a key; of more than 200,000 numbers the rest, pairs above all, is left out.
 *
 * A cause fits to the digit whose number, worked out in one go or with every value rounded, is
 * rounded to what was typed.  Where there is none, one fits that comes to it when every step is
 * rounded, or values are cut off; and then one that comes near, as near as chance allows.
 *
 * A coincidence is no diagnosis.  Of wrong numbers drawn at random (either sign, the logarithm of
 * the size uniform over the decade on either side of the true value, rounded to the digits typed),
 * fewer than BS_MOST_CHANCE may be given a cause.  Mistakes in the item itself come before those in
 * what it is made of, and common ones before rare ones; those beyond are not named, and where one
 * of them fits to the digit no other is.
 */
static const double BS_MOST_CHANCE = 0.01;

struct bs_diagnosis {
    struct bs_mistake mistake, second; /* kind BS_NO_MISTAKE: none; second: of a pair */
    int item;           /* whose definition was changed: the item itself or one before it; −1 */
    int second_item;    /* whose the second mistake changed; −1 */
    bs_expr formula;    /* as the student seems to have worked, in the key's pool; or NULL */
    double value;       /* what that gives */
    bool on_own_values; /* on what the student typed, not on the true values */
    int others;         /* further explanations that fit as well: then nothing is claimed */
    int tell_apart;     /* the item whose value would tell them apart, or −1 */
};

/* What a student's numbers are when an item is looked at. */
struct bs_standing {
    const bool *is_typed;    /* an item each: was it typed, and read? */
    const double *values;    /* typed, or worked out from what was typed; or given */
    const double *unrounded; /* the same, with all digits where what was typed is that, rounded */
    const struct bs_interval *boxes; /* within which the student may have gone on */
};

/* The tables of a key, made when they are first needed, and kept. */
struct bs_catalogue;
struct bs_catalogue *bs_catalogue_create(struct bs_key *key); /* NULL when out of memory */
void bs_catalogue_destroy(struct bs_catalogue *catalogue);    /* NULL is fine */

/* Nothing found is a result, too.  Fails for want of memory and by Ctrl-C. */
int bs_diagnose(struct bs_diagnosis *out, struct bs_catalogue *catalogue, int item,
                struct bs_decimal typed, const struct bs_standing *standing, struct bs_error *err);

/* Nothing but the text, "the slope of the sigmoid is missing", in English or Chinese. */
void bs_diagnosis_put(struct bs_buf *buf, const struct bs_key *key, int item,
                      const struct bs_diagnosis *diagnosis, bool shows_values, const char *lang);

/* ---- what the given numbers can tell apart ----------------------------------------------------
 */

/*
 * A single mistake in what a question's item is made of (itself, and what is neither asked for nor
 * given), made once on the true values.
 */
struct bs_survey_row {
    int question, item; /* the item whose definition is changed */
    struct bs_mistake mistake;
    bs_expr definition;      /* changed */
    double value;            /* that the question's item gets */
    struct bs_decimal typed; /* that value, rounded to the digits a solver keeps */
    bool is_hidden;          /* an honest solver may come to it: it would be marked right */
    bool is_distinct;        /* not hidden, and told by its digits from every other mistake of the
                                question, digits that changed places among them */
    bool is_visible;         /* distinct, and a diagnosis names it: chance leaves room for it */
    int hidden_by;           /* the given whose value hides it, or −1 */
    double better;           /* the nearest value of that given which does not; or NAN */
};

struct bs_survey {
    struct bs_survey_row *rows;
    size_t count;
};

/* How far it goes, each with what those before it find. */
enum bs_survey_depth {
    BS_SURVEY_HIDDEN,  /* is_hidden and is_distinct */
    BS_SURVEY_VISIBLE, /* is_visible */
    BS_SURVEY_BETTER,  /* hidden_by and better */
};

/* To be finished unless it fails. */
int bs_survey(struct bs_survey *out, struct bs_catalogue *catalogue, enum bs_survey_depth depth,
              struct bs_error *err);
void bs_survey_finish(struct bs_survey *survey);

#endif
