#ifndef BACKSTEP_NET_KINDS_H
#define BACKSTEP_NET_KINDS_H

#include "net/stack.h"
#include "net/units.h"

/*
 * Inside the room: the kinds of stages, each in the file of its name, and what they share.
 */
extern const struct bs_stage_kind bs_kind_dense, bs_kind_activation, bs_kind_softmax,
    bs_kind_conv1d, bs_kind_conv2d, bs_kind_max_pool, bs_kind_avg_pool, bs_kind_flatten,
    bs_kind_residual, bs_kind_dropout, bs_kind_maxout, bs_kind_batch_norm, bs_kind_rnn,
    bs_kind_lstm;

static inline int bs_stage_integer(const struct bs_stage *stage, int option)
{
    return (int)stage->options[option][0];
}

/* Add an array; gives it, with its role and symbol, to be completed. */
struct bs_array *bs_stage_add_array(struct bs_stage *stage, enum bs_array_role role,
                                    const char *symbol);

/* One with steps and indices as what is handed on in that shape has them. */
struct bs_array *bs_stage_add_like(struct bs_stage *stage, enum bs_array_role role,
                                   const char *symbol, const struct bs_shape *shape);

/* An array of values in the shape of what is handed on, which it is. */
struct bs_array *bs_stage_add_output(struct bs_stage *stage, const char *symbol);

/* Steps of a run's arrays, at least one; and samples at all of them. */
size_t bs_run_steps(const struct bs_stage_run *run);
size_t bs_run_rows(const struct bs_stage_run *run);    /* steps × samples */
size_t bs_run_numbers(const struct bs_stage_run *run); /* that it reads, in all of them */

/*
 * Weighted sums of the features that come in, with a bias or without, at every step by the same
 * weights: s_j = Σ_i W_ji x_i + b_j.
 */
struct bs_affine {
    size_t inputs, units;
    size_t weights, biases; /* where they start among the parameters */
    size_t next_bias;       /* from one unit's to the next one's; 0: they share it */
    bool has_biases;
};

/* 0 or BS_INTERRUPTED.  Backward from ∂E/∂s to the inputs, then to the parameters. */
int bs_affine_forward(double *s, const struct bs_affine *affine, const struct bs_stage_run *run);
int bs_affine_backward(const double *ds, const struct bs_affine *affine,
                       const struct bs_stage_run *run);

/* Refuse the shape that comes in, which is shown: "it takes WHAT, and gets SHAPE", and a hint. */
int bs_refuse_input(const struct bs_stage *stage, const char *what, const char *hint,
                    struct bs_error *err);

/* Refuse what is not features in a row, as it is before flatten(). */
int bs_check_features(const struct bs_stage *stage, struct bs_error *err);

/* An activation with its setting over n numbers. */
struct bs_units bs_stage_units(const struct bs_stage_run *run, size_t n);

/* Refused: a function that is no activation, or takes another number of parameters. */
int bs_check_activation(const char *where, const struct bs_func *func, int count,
                        struct bs_error *err);

/*
 * What the nth (from 1) of so many that are tied for the greatest has of its slope, by the slope at
 * kinks: the first, the last, or each the same.  So the table of functions has it, see max.
 */
double bs_share_of_tie(size_t nth, size_t ties, double kink);

/* b_j += scale·Σ ∂E/∂z_j over so many rows. */
void bs_add_to_biases(double *b, double scale, const double *dz, size_t rows, size_t units);

/* A dense layer of mlp{...} as one of a stack. */
void bs_dense_spec(struct bs_stage_spec *spec, const struct bs_layer *layer);

/* The activation with its setting, in symbols; of identity x itself. */
bs_expr bs_stage_call(struct bs_pool *pool, const struct bs_stage *stage, bs_expr x);

#endif
