#include "check/moved.h"

#include "base/mem.h"

#include <math.h>
#include <string.h>

bool bs_is_same_value(double value, double right)
{
    static const double ROUNDING = 1e-9; /* far below what anyone types, far above what adds up */
    return isfinite(value) && fabs(value - right) <= ROUNDING * fmax(fabs(value), fabs(right));
}

/* In order, so that each item is worked out from what the mistake has made of those before it. */
static int work_out(double *values, const struct bs_key *key, const struct bs_survey_row *row,
                    int target, struct bs_error *err)
{
    int status = BS_OK;
    for (int i = row->item; i <= target && status == BS_OK; i++) {
        const struct bs_item *item = bs_key_item(key, i);
        bs_expr definition = i == row->item ? row->definition : item->definition;
        if (definition && (item->question < 0 || i == row->item || i == target))
            status = bs_key_eval(&values[i], key, definition, values, err);
    }
    return status;
}

/* Numbers on which it cannot be worked out tell nothing. */
int bs_stays_the_same(bool *out, const struct bs_key *key, const struct bs_survey_row *row,
                      const double *moved, struct bs_error *err)
{
    size_t size = (size_t)bs_key_count(key) * sizeof *moved;
    int target = bs_key_asked(key, row->question);
    double *values = bs_alloc(size);
    if (!values)
        return bs_fail_memory(err);
    memcpy(values, moved, size);
    int status = work_out(values, key, row, target, err);
    *out = status == BS_OK && bs_is_same_value(values[target], moved[target]);
    bs_free(values);
    return status == BS_REFUSED ? BS_OK : status;
}
