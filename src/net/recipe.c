#include "net/recipe.h"

#include <float.h>
#include <math.h>
#include <stdio.h>

void bs_recipe_usual(double values[BS_MOST_OPTIONS], const struct bs_recipe *recipe)
{
    for (int i = 0; i < BS_MOST_OPTIONS; i++)
        values[i] = 0;
    for (int i = 0; recipe->options[i].name; i++)
        values[i] = recipe->options[i].usual;
}

/* "from 0 to below 1", "above 0", "a finite number, 1 or more", "a finite number" */
static void put_range(char *text, size_t size, const struct bs_option *option)
{
    if (isfinite(option->below))
        snprintf(text, size, "from %g to below %g", option->least, option->below);
    else if (option->least == DBL_MIN)
        snprintf(text, size, "a finite number above 0");
    else if (isfinite(option->least))
        snprintf(text, size, "a finite number, %g or more,", option->least);
    else
        snprintf(text, size, "a finite number");
}

int bs_recipe_check(const struct bs_recipe *recipe, const double values[BS_MOST_OPTIONS],
                    struct bs_error *err)
{
    for (int i = 0; recipe->options[i].name; i++) {
        const struct bs_option *option = &recipe->options[i];
        char range[80];
        if (isfinite(values[i]) && values[i] >= option->least && values[i] < option->below)
            continue;
        put_range(range, sizeof range, option);
        return bs_fail(err, BS_REFUSED, "%s of %s is %g: %s is possible", option->name,
                       recipe->name, values[i], range);
    }
    return BS_OK;
}
