#include "net/pattern.h"

#include <assert.h>

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

void bs_spread(int *index, int64_t k, int rank, const int *size)
{
    for (int i = rank - 1; i >= 0; i--) {
        index[i] = (int)(k % size[i]);
        k /= size[i];
    }
}

int64_t bs_gather(const int *index, int rank, const int *size)
{
    int64_t k = 0;
    for (int i = 0; i < rank; i++)
        k = k * size[i] + index[i];
    return k;
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
