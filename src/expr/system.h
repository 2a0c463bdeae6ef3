#ifndef BACKSTEP_EXPR_SYSTEM_H
#define BACKSTEP_EXPR_SYSTEM_H

#include "expr/calculus.h"
#include "expr/fold.h"

/*
 * A system is a tape in general indices: definitions such as β_j = Σ_h w_hj·b_h, each for every
 * value of the indices of its name, over quantities defined before or given.  The last one is the
 * loss.  From it come the derivatives of the loss for any h and j, as on a tape: ∂E/∂q is the sum,
 * over the definitions c that mention q, of ∂E/∂c·∂c/∂q, and every ∂c/∂q is bs_diff of a formula.
 *
 * A letter means one range all through a system: that of the sums which count with it.
 */
struct bs_system;

struct bs_system *bs_system_create(struct bs_pool *pool); /* NULL when out of memory */
void bs_system_destroy(struct bs_system *system);         /* NULL is fine */

/*
 * Append `name = formula`; the next definition may use it.  Refused, changing nothing: a name that
 * is no symbol and no member with different letters for subscripts, is defined already or is used
 * in a definition before; one that its own formula uses; a letter that counts over another range
 * than before; a sum whose bounds have a letter of the name.  A formula may use its own array at
 * another index (a_k by a_(k−1)): a chain.  The letters of the name are indices in the formula:
 * beside c_hj the symbol w_hj is a member.
 */
int bs_system_define(struct bs_system *system, bs_expr name, bs_expr formula, struct bs_error *err);

/* What the ith definition (from 0) defines, in the letters that it was defined with. */
bs_expr bs_system_name(const struct bs_system *system, size_t i);

/* Say how far a letter counts that no sum counts with.  Refused: another range than before. */
int bs_system_range(struct bs_system *system, bs_expr index, bs_expr from, bs_expr to,
                    struct bs_error *err);

/*
 * Give a name to ±∂E/∂q: g_j to −∂E/∂β_j, with the same letters on both sides.  Derivatives are
 * then written with it.  Refused: a name that is taken or stands in a definition, a q that is not
 * defined.
 */
int bs_system_call(struct bs_system *system, bs_expr name, int sign, bs_expr q,
                   struct bs_error *err);

/*
 * Suppose that left = right, as Σ_i d_i = 1: wherever the one stands, the other is put.  Refused: a
 * right side that contains the left.
 */
int bs_system_assume(struct bs_system *system, bs_expr left, bs_expr right, struct bs_error *err);

enum { BS_MOST_GENERAL_LINES = 6 };

/* How a derivative comes about, a line after another. */
struct bs_general {
    bs_expr name; /* what it is called: g_j, or ∂E/∂w_hj itself */
    int count;
    struct {
        bs_expr expr;
        const char *rule;           /* static text: "chain rule"; "" for a definition */
    } lines[BS_MOST_GENERAL_LINES]; /* the last is the closed form */
};

/* ∂E/∂q of the last definition E, for a q as it is written in a formula. */
int bs_system_derive(struct bs_general *out, struct bs_system *system, bs_expr q,
                     struct bs_error *err);

/*
 * The rules behind one local derivative ∂c/∂q of the kth definition that mentions q; refused when
 * there are fewer.
 */
int bs_system_local(struct bs_naming *out, struct bs_steps *steps, struct bs_system *system,
                    bs_expr q, size_t k, struct bs_error *err);

/* How a name typed alone is meant: w_hj is the member of w where a formula has that array. */
bs_expr bs_system_quantity(struct bs_system *system, bs_expr name);

/* How many members a quantity has, d·q for v_ih; refused where nothing says how far a letter
 * counts.
 */
bs_expr bs_system_count(struct bs_system *system, bs_expr quantity);

/* The expression with its names put in for their formulas, and assumptions used; simplified. */
bs_expr bs_system_fold(struct bs_system *system, bs_expr expr);

#endif
