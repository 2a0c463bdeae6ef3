#ifndef BACKSTEP_NET_LOSS_H
#define BACKSTEP_NET_LOSS_H

#include "net/net.h"

/* The table of losses: value, slopes and definition of each, side by side; n is the outputs. */
struct bs_loss {
    const char *name;
    const char *formula; /* general form, with {y} {t} for the names: "½ Σ_j ({y}_j − {t}_j)²" */
    const char *about;   /* one line for the learner */
    const char *output; /* the only activation it goes with; NULL: any */

    double (*value)(int n, const double *y, const double *t);
    void (*slope)(double *dy, int n, const double *y, const double *t);     /* ∂E/∂y */
    double (*target_slope)(int n, const double *y, const double *t, int k); /* ∂E/∂t_k, k from 0 */

    /* ∂E/∂z where output and loss are fused (y·Σt − t, y − t); NULL: dy times the slope. */
    void (*fused)(double *dz, int n, const double *y, const double *t);

    /* The value and the fused ∂E/∂z_k (k from 0) in symbols, over the outputs and the targets. */
    bs_expr (*define)(struct bs_pool *pool, int n, const bs_expr *y, const bs_expr *t);
    bs_expr (*define_fused)(struct bs_pool *pool, int n, const bs_expr *y, const bs_expr *t, int k);
    double squares; /* c where the value is c·Σ(y − t)² and the slopes 2c·(y − t); else 0 */
    bool is_mean;   /* the sum over the outputs is divided by n */
};

extern const struct bs_loss bs_losses[];              /* ended by a NULL name */
const struct bs_loss *bs_loss_find(const char *name); /* NULL when there is none */

/* The value in general: the sum over the index from 1 to n, of y and t in terms of it. */
bs_expr bs_loss_define_general(struct bs_pool *pool, const struct bs_loss *loss, int n,
                               bs_expr index, bs_expr y, bs_expr t);

#endif
