#ifndef BACKSTEP_EXPR_PROGRAM_H
#define BACKSTEP_EXPR_PROGRAM_H

#include "expr/expr.h"

/*
 * Inside the room: an expression as a list of instructions, for one that is evaluated many times:
 * each instruction is done for a whole block of values before the next.  Each node is computed
 * once, operands before what uses them, with the arithmetic of bs_eval and in its order, so that
 * the values are the same to the last bit.
 */
struct bs_program;

/*
 * Of numbers, symbols, sums, products, powers, calls and cases.  `place` gives which argument a
 * symbol is.  The expression must outlive it.  NULL when out of memory.
 */
typedef int bs_symbol_place(const void *context, const char *name);
struct bs_program *bs_program_create(bs_expr expr, bs_symbol_place *place, const void *context);
void bs_program_destroy(struct bs_program *program); /* NULL is fine */

/* The values of an argument: at[0], at[step], ...; with step 0 it is always the same. */
struct bs_strided {
    const double *at;
    size_t step;
};

/*
 * out[i] from the values i of all arguments, for i below n; `kink` as in struct bs_env.  An
 * argument with step 1 may be `out`.  Works in memory of its own, so a program must not run itself.
 */
void bs_program_run(double *out, size_t n, const struct bs_program *program,
                    const struct bs_strided *args, double kink);

#endif
