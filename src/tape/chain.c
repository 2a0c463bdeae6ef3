/* The terms that a gradient is the sum of, as numbers. */
#include "tape/internal.h"

#include "base/interrupt.h"
#include "base/mem.h"

#include <math.h>

static const double AGREEMENT = 1e-12; /* of the closed form's size */

static int step_of(const struct bs_tape *tape, int64_t q)
{
    return tape->graph->ops->step ? tape->graph->ops->step(tape->graph, q) : 0;
}

static int find_link(struct bs_link *out, struct bs_tape *tape, int64_t c, int64_t q,
                     struct bs_error *err)
{
    *out = (struct bs_link){.user = bs_entry_make(BS_ROLE_VALUE, c), .step = step_of(tape, c)};
    int status = bs_tape_number(&out->slope, tape, bs_entry_make(BS_ROLE_DERIVATIVE, c), err);
    if (status == BS_OK)
        status = bs_tape_number(&out->local, tape, bs_entry_partial(c, q), err);
    return status;
}

static int find_links(struct bs_chain *chain, struct bs_tape *tape, int64_t q, struct bs_error *err)
{
    const struct bs_graph *graph = tape->graph;
    int status = BS_OK;
    const int64_t count = graph->ops->user_count(graph, q);
    if (count >= 0)
        chain->links = bs_calloc((size_t)count + 1, sizeof *chain->links);
    if (!chain->links)
        return bs_fail_memory(err);
    for (int64_t k = 0; k < count && status == BS_OK; k++)
        status = bs_is_interrupted()
                     ? bs_fail_interrupted(err)
                     : find_link(&chain->links[k], tape, graph->ops->user(graph, q, k), q, err);
    chain->count = count;
    return status;
}

/*
 * The closed form is the same terms put in order, so their sum is its value but for rounding.
 * Where a factor is not finite, or the fused form was taken, there is nothing to compare.
 */
static int check_sum(const struct bs_chain *chain, const struct bs_tape *tape, double size,
                     struct bs_error *err)
{
    struct bs_buf name = BS_BUF_INIT;
    double sum = 0;
    for (int64_t k = 0; k < chain->count; k++)
        sum += chain->links[k].slope * chain->links[k].local;
    if (chain->count == 0 || !isfinite(sum) || !isfinite(size) ||
        fabs(sum - chain->value) <= AGREEMENT * size + 1e-300)
        return BS_OK;
    bs_tape_name(tape, &name, chain->quantity);
    int status =
        bs_fail(err, BS_INTERNAL,
                "backstep contradicts itself at the gradient of %.80s: its terms add up to "
                "%.17g, its closed form gives %.17g; please report this",
                bs_buf_text(&name), sum, chain->value);
    bs_buf_finish(&name);
    return status;
}

static int fill(struct bs_chain *chain, struct bs_tape *tape, bs_entry gradient,
                struct bs_error *err)
{
    struct bs_derivation derivation;
    const int64_t q = bs_entry_quantity(gradient);
    int status = bs_tape_derive(&derivation, tape, gradient, err);
    if (status < 0)
        return status;
    chain->quantity = bs_entry_make(BS_ROLE_VALUE, q);
    chain->derivative = bs_entry_make(BS_ROLE_DERIVATIVE, q);
    chain->loss = bs_entry_make(BS_ROLE_VALUE, tape->graph->ops->root(tape->graph));
    chain->value = derivation.value * bs_tape_gradient_sign(tape, q);
    chain->is_checked = derivation.is_checked;
    status = find_links(chain, tape, q, err);
    return status == BS_OK ? check_sum(chain, tape, derivation.size, err) : status;
}

int bs_tape_chain(struct bs_chain *out, struct bs_tape *tape, bs_entry entry, struct bs_error *err)
{
    bool is_negative;
    bs_entry gradient = entry;
    struct bs_chain chain = {0};
    int status = BS_OK;
    if (bs_entry_role(entry) != BS_ROLE_GRADIENT)
        status = bs_tape_gradient_entry(&gradient, &is_negative, tape, entry, err);
    if (status == BS_OK)
        status = fill(&chain, tape, gradient, err);
    if (status < 0)
        bs_chain_finish(&chain);
    else
        *out = chain;
    return status;
}

void bs_chain_finish(struct bs_chain *chain)
{
    bs_free(chain->links);
    *chain = (struct bs_chain){0};
}
