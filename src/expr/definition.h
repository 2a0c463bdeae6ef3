#ifndef BACKSTEP_EXPR_DEFINITION_H
#define BACKSTEP_EXPR_DEFINITION_H

#include "expr/func.h"
#include "expr/program.h"

/* Inside the room: functions defined at run time, see bs_func_define. */

/* The row defined after this one in the scope in force; of NULL: the first. */
const struct bs_func *bs_definition_next(const struct bs_definition *definition);

bs_expr bs_definition_body(const struct bs_definition *definition);
bs_expr bs_definition_partial(const struct bs_definition *definition, int k);
const char *bs_definition_rule(const struct bs_definition *definition, int k);

/* Value and slope of many calls at once, with `count` arguments each: see bs_program_run. */
void bs_definition_values(double *out, size_t n, const struct bs_definition *definition,
                          const struct bs_strided *args, int count, double kink);
void bs_definition_slopes(double *out, size_t n, const struct bs_definition *definition,
                          const struct bs_strided *args, int count, double kink);

#endif
