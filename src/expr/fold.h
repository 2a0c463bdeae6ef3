#ifndef BACKSTEP_EXPR_FOLD_H
#define BACKSTEP_EXPR_FOLD_H

#include "expr/expr.h"

/*
 * name = formula, for all values of the indices among the name's subscripts: b_h = σ(α_h − γ_h)
 * also says what b_k is.  The name is a symbol, or a member whose subscripts are different symbols.
 */
struct bs_naming {
    bs_expr name, formula;
};

/* So often is one expression folded, and so large may it become, before it is said not to end. */
enum { BS_MOST_FOLDS = 64, BS_MOST_FOLDED = 1 << 16 };

/*
 * The expression with the names in place of their formulas, wherever these stand: whole, or as
 * some of the factors of a product (also with the sign of a difference turned round).  Parts inside
 * are folded before what they are part of, and for each the definitions are tried in their order.
 * Refused: formulas that put each other in without end.
 */
bs_expr bs_fold(struct bs_pool *pool, bs_expr expr, const struct bs_naming *definitions,
                size_t count);

#endif
