/* A network and many samples at once, for net:forward, net:loss, net:gradients and tapes. */
#include "lua/args.h"
#include "lua/state.h"
#include "lua/types.h"

#include <lauxlib.h>

static void read_inputs(lua_State *L, const struct bs_net *net, struct bs_batch *batch)
{
    batch->x = bs_arg_samples(L, 2, "the inputs", bs_arch_inputs(net->arch), &batch->samples);
}

static void read_targets(lua_State *L, const struct bs_net *net, struct bs_batch *batch)
{
    size_t targets;
    batch->t = bs_arg_samples(L, 3, "the targets", bs_arch_outputs(net->arch), &targets);
    if (targets != batch->samples)
        luaL_error(L, "the targets must have as many rows as the inputs: got %s for %d",
                   bs_push_count(L, targets, "row"), (int)batch->samples);
}

struct bs_batch bs_arg_batch(lua_State *L, const struct bs_net *net)
{
    struct bs_batch batch;
    read_inputs(L, net, &batch);
    read_targets(L, net, &batch);
    return batch;
}

int bs_push_batch_outputs(lua_State *L, const struct bs_net *net)
{
    struct bs_error err;
    struct bs_batch batch;
    read_inputs(L, net, &batch);
    struct bs_data **box = bs_push_matrix(L);
    const size_t outputs = (size_t)bs_arch_outputs(net->arch);
    bs_check(L, bs_data_create(box, batch.samples, outputs, &err), &err);
    bs_check(L, bs_batch_forward(bs_data_fill(*box), net, &batch, &err), &err);
    return 1;
}

double bs_batch_loss_of(lua_State *L, const struct bs_net *net)
{
    struct bs_error err;
    const struct bs_batch batch = bs_arg_batch(L, net);
    double loss;
    bs_check(L, bs_batch_loss(&loss, net, &batch, &err), &err);
    return loss;
}

double *bs_push_batch_gradients(lua_State *L, const struct bs_net *net)
{
    struct bs_error err;
    const struct bs_batch batch = bs_arg_batch(L, net);
    double *gradients = lua_newuserdatauv(L, net->params->count * sizeof *gradients, 0);
    bs_check(L, bs_batch_gradients(gradients, net, &batch, &err), &err);
    return gradients;
}

int bs_push_batch_tape(lua_State *L, const struct bs_net_box *box, struct bs_stepper *stepper)
{
    struct bs_error err;
    const struct bs_batch batch = bs_arg_batch(L, box->net);
    struct bs_tape **tape = bs_push_tape(L);
    bs_check(L, bs_tape_of_batch(tape, box->net->params, &batch, box->notation, stepper, &err),
             &err);
    return 1;
}

/* Rows for as many samples as the tape has, NULL for nil. */
static const double *arg_rows(lua_State *L, int index, const char *what, int width,
                              const struct bs_tape *tape)
{
    size_t rows;
    if (lua_isnil(L, index))
        return NULL;
    const double *numbers = bs_arg_samples(L, index, what, width, &rows);
    if (rows != bs_tape_samples(tape))
        luaL_error(L, "%s must have as many rows as the tape has samples: got %s for %d", what,
                   bs_push_count(L, rows, "row"), (int)bs_tape_samples(tape));
    return numbers;
}

int bs_push_next_batch(lua_State *L, const struct bs_tape *tape)
{
    struct bs_error err;
    const struct bs_arch *arch = bs_notation_arch(bs_tape_notation(tape));
    const double *x = arg_rows(L, 2, "the inputs", bs_arch_inputs(arch), tape);
    const double *t = arg_rows(L, 3, "the targets", bs_arch_outputs(arch), tape);
    struct bs_tape **made = bs_push_tape(L);
    bs_check(L, bs_tape_next(made, tape, x, t, &err), &err);
    return 1;
}
