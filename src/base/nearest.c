#include "base/nearest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { SLIP = 2, LONGEST = 63 };

void bs_nearest_init(struct bs_nearest *nearest, const char *wanted)
{
    *nearest = (struct bs_nearest){.wanted = wanted, .best_distance = -1};
}

static int replacement_cost(char a, char b)
{
    if (a == b)
        return 0;
    return strncasecmp(&a, &b, 1) == 0 ? 1 : SLIP;
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

/* Three rolling rows of the usual table; rows[k % 3][j] is the cost of a's first k to b's first j.
 */
static int distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    int rows[3][LONGEST + 1];
    for (size_t j = 0; j <= b_length; j++)
        rows[0][j] = (int)j * SLIP;
    for (size_t i = 1; i <= a_length; i++) {
        int *row = rows[i % 3];
        const int *above = rows[(i + 2) % 3], *two_above = rows[(i + 1) % 3];
        row[0] = (int)i * SLIP;
        for (size_t j = 1; j <= b_length; j++) {
            int cost = above[j - 1] + replacement_cost(a[i - 1], b[j - 1]);
            cost = least(cost, above[j] + SLIP);
            cost = least(cost, row[j - 1] + SLIP);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                cost = least(cost, two_above[j - 2] + SLIP);
            row[j] = cost;
        }
    }
    return rows[a_length % 3][b_length];
}

void bs_nearest_offer(struct bs_nearest *nearest, const char *name)
{
    size_t wanted_length = strlen(nearest->wanted), length = strlen(name);
    if (wanted_length > LONGEST || length > LONGEST)
        return;
    int allowed = SLIP * (wanted_length < 6 ? 1 : (int)wanted_length / 3);
    if (abs((int)wanted_length - (int)length) * SLIP > allowed)
        return;
    int cost = distance(nearest->wanted, wanted_length, name, length);
    if (cost > allowed || (nearest->best_distance >= 0 && cost >= nearest->best_distance))
        return;
    nearest->best_distance = cost;
    memcpy(nearest->best, name, length + 1);
}

const char *bs_nearest_hint(const struct bs_nearest *nearest, char hint[static 96])
{
    hint[0] = '\0';
    if (nearest->best_distance >= 0)
        snprintf(hint, 96, ": did you mean %s?", nearest->best);
    return hint;
}
