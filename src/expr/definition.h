#ifndef BACKSTEP_EXPR_DEFINITION_H
#define BACKSTEP_EXPR_DEFINITION_H

#include "expr/func.h"

/* Inside the room: functions defined at run time, see bs_func_define. */

/* The row defined after this one in the scope in force; of NULL: the first. */
const struct bs_func *bs_definition_next(const struct bs_definition *definition);

bs_expr bs_definition_body(const struct bs_definition *definition);
bs_expr bs_definition_partial(const struct bs_definition *definition, int k);
const char *bs_definition_rule(const struct bs_definition *definition, int k);

double bs_definition_value(const struct bs_definition *definition, const double *args, int count,
                           double kink);
double bs_definition_slope(const struct bs_definition *definition, const double *args, int count,
                           double kink);

#endif
