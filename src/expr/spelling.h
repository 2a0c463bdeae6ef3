#ifndef BACKSTEP_EXPR_SPELLING_H
#define BACKSTEP_EXPR_SPELLING_H

#include "expr/expr.h"

/*
 * How names with subscripts are spelt.  Inside the room: reading and printing agree through it.
 *
 * After the stem come parts, each behind a _.  The name is that of a member of an array when every
 * part is a whole number or one small letter, and one at least is a letter: w_1_j.  Where an index
 * is bound, a part with its letter may run subscripts together: w_1j, w_hj.  Otherwise the name is
 * a symbol: w_11, x_in.  The part `new` belongs to the array: w_h_j_new is a member of w_new.
 */

/* An index is a symbol of one small Latin letter.  Its bit in a set of such; 0 of other nodes. */
uint32_t bs_index_bit(bs_expr index);

/* Is it the name of a symbol, where the indices of the set `bound` are bound? */
bool bs_is_whole_name(const char *name, uint32_t bound);

/* What the name says, a symbol or a member. */
bs_expr bs_named(struct bs_pool *pool, const char *name, uint32_t bound);

/*
 * The spelling of a member whose subscripts are numbers: w_12 or, where one has several digits or
 * `apart` says so, w_1_2; w_12_new of w_new.  False when it does not fit.
 */
bool bs_spell_member(char *out, size_t size, const char *array, int count,
                     const int64_t *subscripts, bool apart);

/* The numbers in such a name, of that array: false when the name is another's. */
bool bs_read_member(int64_t *subscripts, int count, const char *name, const char *array);

/*
 * Append the member as a name, w_h_j_new.  False, with nothing appended, when it has none: a
 * subscript is no index and no whole number, none is an index, or the array's name has parts.
 */
struct bs_buf;
bool bs_buf_spelling(struct bs_buf *buf, bs_expr member);

#endif
