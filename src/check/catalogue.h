#ifndef BACKSTEP_CHECK_CATALOGUE_H
#define BACKSTEP_CHECK_CATALOGUE_H

#include "check/chance.h"
#include "check/diagnose.h"
#include "check/trial.h"

/*
 * Inside the room only.  What a catalogue holds: of each item its mutants; its cone, which is the
 * item and what it is made of that nobody typed; and tables of the numbers that mistakes give on
 * the true values.  Each is made when it is first asked for.
 *
 * Numbers of more than BS_MOST_PLANNED figures are looked up as if they had so many.
 */
enum { BS_MOST_PLANNED = 8 };

/* A definition changed, and what the cone's item is then on the true values. */
struct bs_cause {
    int item;
    const struct bs_mutant *mutant;
    double value;
    double practised[BS_PRACTICES]; /* as people get it who wrote down right answers before */
    struct bs_interval box;         /* for an honest solver with that mistake */
};

/*
 * How the causes of a cone are tried on a number of so many figures: for each practice so many of
 * them, as many for all that are to the digit, and then in windows that reach from the value to
 * `stretch` times the way to the ends of the box.  Causes beyond may not be named, but where one
 * fits to the digit, no other is.
 */
struct bs_plan {
    bool is_made;
    size_t counts[BS_PRACTICES];
    bool has_digits; /* digits that changed places are looked for */
    double stretch;
    double share; /* of random wrong numbers, that are given a cause so */
};

struct bs_cone {
    int *members; /* the item first, then in falling order */
    int member_count;
    struct bs_cause *causes; /* of the item itself, then of the others; common ones first */
    size_t count, capacity;
    bool is_practised; /* before the first plan */
    struct bs_plan plans[BS_MOST_PLANNED + 1];
};

/* One or two mistakes and what comes of them.  The second of a pair in one definition is already in
 * `second`, which is a mutant of the first. */
struct bs_row {
    double value;
    int item, second_item; /* −1: one mistake */
    const struct bs_mutant *first, *second;
};

struct bs_table {
    struct bs_row *rows; /* by value */
    size_t count, capacity;
    /* All windows up to here, from the plan of the item's cone on, where all that is asked for is
     * typed, to the last row. */
    struct bs_cover cover;
};

/* In the order in which they are looked up, which is that in which they are made. */
enum bs_tabled { BS_SINGLES, BS_PAIRS };

struct bs_made {
    bool is_made;
    struct bs_mutants mutants;
    struct bs_mutants *again; /* a list a mutant: what that may be changed to; or NULL */
    struct bs_cone *usual;    /* the cone where all that is asked for is typed */
    struct bs_cone *other;    /* the last one that was wanted besides */
    struct bs_table *tables[BS_MOST_PLANNED + 1][BS_PAIRS + 1];
};

struct bs_catalogue {
    struct bs_key *key;
    int count;
    struct bs_made *made;
    double *right;   /* the true values */
    double *written; /* as people go on with them who have written down the answers */
    bool *is_asked;
    struct bs_interval *honest; /* boxes on the true values */
    bool has_honest, has_written;
    bool *is_marked;                /* working space */
    struct bs_trial trial, another; /* for two kinds of numbers at once */
    size_t numbers;                 /* in tables */
};

int bs_catalogue_mutants(const struct bs_mutants **out, struct bs_catalogue *catalogue, int item,
                         struct bs_error *err);

/* What the mth mutant of an item may be changed to once more. */
int bs_catalogue_again(const struct bs_mutants **out, struct bs_catalogue *catalogue, int item,
                       size_t m, struct bs_error *err);

/* The cone of an item; `is_typed` NULL: where all that is asked for is typed. */
int bs_catalogue_cone(struct bs_cone **out, struct bs_catalogue *catalogue, int item,
                      const bool *is_typed, struct bs_error *err);

/* Of what plan and table a number typed is looked up in. */
static inline int bs_planned_figures(struct bs_decimal typed)
{
    return typed.figures < BS_MOST_PLANNED ? typed.figures : BS_MOST_PLANNED;
}

int bs_catalogue_plan(struct bs_plan **out, struct bs_catalogue *catalogue, struct bs_cone *cone,
                      int figures, struct bs_error *err);

/* Add the windows of a plan to a cover. */
bool bs_plan_cover(struct bs_cover *cover, const struct bs_cone *cone, const struct bs_plan *plan,
                   double right, int figures);

/* Pairs are asked for after single mistakes. */
int bs_catalogue_table(const struct bs_table **out, struct bs_catalogue *catalogue, int item,
                       int figures, enum bs_tabled tabled, struct bs_error *err);
void bs_table_destroy(struct bs_table *table); /* NULL is fine */

/* The kth pair of neighbouring digits, from the last, changes places; 0: they are the same, or
 * none, or the number would begin with a 0. */
int64_t bs_transpose_digits(int64_t digits, int k);

/* Does some pair that changes places make of the one number the other?  Neither is below 0. */
bool bs_are_transposed(int64_t right, int64_t typed);

/* From the value to so much of the way to the ends of the box. */
struct bs_interval bs_stretch(struct bs_interval box, double value, double stretch);

#endif
