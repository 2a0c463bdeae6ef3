#include "net/pattern.h"

#include <assert.h>

struct bs_index bs_index_constant(int constant)
{
    return (struct bs_index){.constant = constant};
}

struct bs_index bs_index_of(int variable)
{
    return bs_index_shifted(variable, 0);
}

struct bs_index bs_index_shifted(int variable, int by)
{
    return (struct bs_index){by, {{variable, 1, 1}, {0, 0, 0}}};
}

struct bs_index bs_index_sum(int a, int factor, int b, int b_factor, int by)
{
    return (struct bs_index){by, {{a, factor, 1}, {b, b_factor, 1}}};
}

void bs_access_here(struct bs_access *access, enum bs_source source, int array)
{
    *access = (struct bs_access){.source = source, .array = array};
    for (int place = 0; place < BS_PLACES; place++)
        access->at[place] = bs_index_of(place);
}

struct bs_group *bs_pattern_add(struct bs_pattern *pattern, int factors)
{
    assert(pattern->count < BS_MOST_GROUPS);
    struct bs_group *group = &pattern->groups[pattern->count++];
    *group = (struct bs_group){.factors = factors};
    return group;
}
