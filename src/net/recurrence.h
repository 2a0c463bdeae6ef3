#ifndef BACKSTEP_NET_RECURRENCE_H
#define BACKSTEP_NET_RECURRENCE_H

#include "net/kinds.h"

/*
 * Inside the room: what layers with a way through time have in common.  Each of their gates
 * (Elman's layer has one, the LSTM four) has sums
 *
 *     z_t = U x_t + W h_{t−1} + b,  h_0 = 0.
 *
 * The U of all gates lie one after another, and so do their W and b: to the kernels they are one
 * matrix, and the sums of all gates one product.  A sequence is read step by step; an input that is
 * none enters at the first step alone.
 */
enum {
    BS_RECURRENT_UNITS,
    BS_RECURRENT_LAST,
    BS_RECURRENT_STEPS,
    BS_RECURRENT_TRUNCATE,
    BS_RECURRENT_BIAS,
};

enum { BS_MOST_STEPS = 1000000 };

/* The options, in that order, and the end of their list. */
#define BS_RECURRENT_OPTIONS                                                        \
    {                                                                               \
        {"units", BS_OPTION_INTEGER, NAN, 1, BS_MAX_UNITS, "how many units"},       \
            {"last", BS_OPTION_FLAG, 0, 0, 1, "hand on the last step alone"},       \
            {"steps",                                                               \
             BS_OPTION_INTEGER,                                                     \
             0,                                                                     \
             0,                                                                     \
             BS_MOST_STEPS,                                                         \
             "of an input that is no sequence: how many steps to make of it"},      \
            {"truncate",                                                            \
             BS_OPTION_INTEGER,                                                     \
             0,                                                                     \
             0,                                                                     \
             BS_MOST_STEPS,                                                         \
             "slopes go back within blocks of so many steps; 0: through all time"}, \
            {"bias", BS_OPTION_FLAG, 1, 0, 1, "a bias for each unit"},              \
    }

/* The symbols of the parameters of a gate. */
struct bs_gate {
    const char *u, *w, *b;
};

/*
 * Fill stage->out and add the parameters of so many gates: all U, all W, all b.  Refused: what is
 * read is no features in a row, is no sequence and shall not become one, or is one already.
 */
int bs_recurrence_shape(struct bs_stage *stage, const struct bs_gate *gates, int count,
                        struct bs_error *err);

/* Add an array of values, one for each unit at each step; it is handed on if nothing follows. */
void bs_recurrence_add_values(struct bs_stage *stage, const char *symbol);

/* "4·64·(16 + 64 + 1) = 20736" */
void bs_recurrence_put_count(struct bs_buf *buf, const struct bs_stage *stage, int gates);

/* The sums of a gate, by index: Σ_i U_ji x_i + Σ_k W_jk h_k + b_j. */
void bs_recurrence_pattern(struct bs_pattern *out, const struct bs_stage *stage, int gate,
                           int gates);

/* A number of the same unit or (then to be completed) another, one step before; slopes go there
 * where they are not cut. */
void bs_recurrence_access_before(struct bs_access *access, const struct bs_stage *stage, int array);

/* ---- kernels --------------------------------------------------------------------------------- */

struct bs_recurrence {
    const struct bs_stage_run *run;
    size_t steps, samples, inputs, units;
    size_t sums;             /* of all gates, at a step of a sample */
    size_t read_steps;       /* the first so many read something */
    size_t state;            /* numbers of an array of values at a step: samples × units */
    const double *u, *w, *b; /* b NULL: there is none */
    double *h, *dh;          /* what is handed on, and its slopes, at all steps */
};

struct bs_recurrence bs_recurrence_of(const struct bs_stage_run *run, int gates);

/*
 * z lies [step][sample][sum].  First biases and what is read at all steps; then each step in turn
 * is completed by the h of the one before.  0 or BS_INTERRUPTED.
 */
int bs_recurrence_read(const struct bs_recurrence *rec, double *z);
int bs_recurrence_complete(const struct bs_recurrence *rec, double *z, size_t step);

/*
 * The way back: each step's dz adds to the dh of the one before it; in the end those of all steps
 * give the slopes of what is read, and the gradients.
 */
int bs_recurrence_go_back(const struct bs_recurrence *rec, const double *dz, size_t step);
int bs_recurrence_finish(const struct bs_recurrence *rec, const double *dz);

/* Do slopes go from a step (the first is 0) to the one before it? */
bool bs_recurrence_has_way_back(const struct bs_recurrence *rec, size_t step);

/* Numbers [step][sample][unit] of an array, or of its slopes, at a step. */
double *bs_recurrence_at(const struct bs_recurrence *rec, double *numbers, size_t step);

#endif
