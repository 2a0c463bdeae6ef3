#ifndef BACKSTEP_CHECK_KEY_H
#define BACKSTEP_CHECK_KEY_H

#include "base/number.h"
#include "check/decimal.h"
#include "tape/tape.h"

/*
 * An answer key: what a tape knows, laid out for judging sheets by the thousand.  It keeps nothing
 * of the tape.  Its items are entries, in an order in which each is defined over earlier ones, and
 * are named by their place in it; definitions mention items as refs of the key's pool.
 */
struct bs_key;

struct bs_item {
    const char *name, *shown; /* g_1 and w_11_new; as printed: g_1 and w_11' */
    enum bs_phase phase;
    enum bs_role role;       /* of its entry */
    struct bs_address place; /* of its quantity; kind and layer tell relatives */
    bool has_place;          /* else relatives are told by their names */
    bool is_rate;
    int error_sign; /* of an error term: 1 or −1; else 0 */

    bs_expr definition;  /* the closed form over items; NULL of a given */
    bs_expr expanded;    /* the same with functions by their formulas; NULL where it has none */
    const int *operands; /* items that the definition mentions, each once, ascending */
    int operand_count;

    double value;
    struct bs_exact exact;

    /* Other items, or −1. */
    int updated;    /* w' of w, b_1' of b_1 */
    int outdated;   /* w of w', b_1 of b_1' */
    int transposed; /* W_21 of W_12, where it is another */
    int question;   /* that asks for it */
};

/* What a lesson asks for, and how exactly. */
struct bs_question {
    bs_entry entry;
    int figures; /* significant figures wanted */
    double points;
};

/* Other ways to write the same that a lesson may allow: bits. */
enum bs_convention {
    BS_CONVENTION_SIGN = 1,   /* error terms with the other sign */
    BS_CONVENTION_FACTOR = 2, /* a loss with ½ where the lesson's has none, or without */
    BS_CONVENTION_LAYOUT = 4, /* W_ji written W_ij */
};

struct bs_marking {
    int decimals, figures; /* that a solver by hand keeps: < 0 and 0 are not said */
    bool allows_truncation;
    unsigned conventions; /* allowed ones; the others are a diagnosis */
    struct {
        double follows, coarse, convention; /* shares of a question's points, 0 to 1 */
        double attempt, hint;               /* share lost by each further attempt, each hint */
    } shares;
};

extern const struct bs_marking bs_usual_marking;

enum { BS_MOST_ITEMS = 4000, BS_MOST_QUESTIONS = 1000 };
enum { BS_FIGURES_WANTED = 3 }; /* where no question says how many */

/*
 * The key of a tape: the entries asked for and all that they are made of, and of a tape of at most
 * BS_MOST_ITEMS entries the others.  Refused: an entry that is not finite, a question about a given
 * or asked twice, more questions or items than the above; BS_INTERNAL where the tape contradicts
 * itself.
 */
int bs_key_create(struct bs_key **out, struct bs_tape *tape, const struct bs_question *questions,
                  size_t count, const struct bs_marking *marking, struct bs_error *err);
void bs_key_destroy(struct bs_key *key); /* NULL is fine */

int bs_key_count(const struct bs_key *key);
const struct bs_item *bs_key_item(const struct bs_key *key, int item);
int bs_key_question_count(const struct bs_key *key);
int bs_key_asked(const struct bs_key *key, int question); /* the item */
const struct bs_question *bs_key_question(const struct bs_key *key, int question);
const struct bs_marking *bs_key_marking(const struct bs_key *key);
struct bs_pool *bs_key_pool(const struct bs_key *key); /* of the definitions; may be added to */
double bs_key_kink(const struct bs_key *key);

/* The item of a spelling, as typed (g_1, w_11_new) or as shown (w_11', ∂E/∂w_11, x1.in); or −1. */
int bs_key_find(const struct bs_key *key, const char *name);
/* The member of an array: x and 1 is x_1, w_new and 2, 1 is w_21_new; rank 1 or 2. */
int bs_key_find_member(const struct bs_key *key, const char *name, int rank, const int index[2]);
void bs_key_offer_names(const struct bs_key *key, struct bs_nearest *nearest);

/* Significant figures wanted of an item: by its question, else the fewest that any question wants.
 */
int bs_key_figures(const struct bs_key *key, int item);

/* How someone rounds who works on that item: the digits of the lesson, and where it is asked for,
 * the figures wanted. */
struct bs_rounding bs_key_rounding(const struct bs_key *key, int item);

/*
 * Are they of one kind, so that one may be taken for the other by mistake: x_1 and x_2, w_11 and
 * w_21, g_1 and g_2, b_1' and b_2'?
 */
bool bs_key_are_relatives(const struct bs_key *key, int a, int b);

/*
 * Evaluate an expression over items.  `values` has one number an item; a NULL expression is the
 * given's own number.
 */
int bs_key_eval(double *out, const struct bs_key *key, bs_expr expr, const double *values,
                struct bs_error *err);

/*
 * Work out every item anew, from other numbers of the givens: values[] of givens is read, that of
 * the others is written.  May give what is not finite.
 */
int bs_key_revalue(const struct bs_key *key, double *values, struct bs_error *err);

/* An expression over items as it is shown, with names, or where `values` is not NULL with those
 * numbers. */
void bs_key_typeset(const struct bs_key *key, struct bs_buf *buf, bs_expr expr,
                    const double *values, const struct bs_style *style);

#endif
