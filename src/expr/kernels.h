#ifndef BACKSTEP_EXPR_KERNELS_H
#define BACKSTEP_EXPR_KERNELS_H

#include "expr/func.h"

/*
 * Inside the room only: the functions of the table in the arithmetics other than double, declared
 * for their rows.  Arguments are as in struct bs_func; one that is left out has its usual value.
 */

#define BS_KERNELS(name)                                                                           \
    double _Complex bs_complex_of_##name(const double _Complex *args, int count, int index,        \
                                         double kink);                                             \
    struct bs_interval bs_interval_of_##name(const struct bs_interval *args, int count, int index, \
                                             double kink);                                         \
    enum bs_exactness bs_exact_of_##name(struct bs_fraction *out, const struct bs_fraction *args,  \
                                         int count, int index, double kink);

BS_KERNELS(identity)
BS_KERNELS(sigmoid)
BS_KERNELS(tanh)
BS_KERNELS(relu)
BS_KERNELS(leaky_relu)
BS_KERNELS(elu)
BS_KERNELS(softplus)
BS_KERNELS(swish)
BS_KERNELS(gelu)
BS_KERNELS(step)
BS_KERNELS(softmax)
BS_KERNELS(Phi)
BS_KERNELS(phi)
BS_KERNELS(exp)
BS_KERNELS(log)
BS_KERNELS(sqrt)
BS_KERNELS(abs)
BS_KERNELS(sign)
BS_KERNELS(max)
BS_KERNELS(xlog)
BS_KERNELS(relu_slope)
BS_KERNELS(leaky_relu_slope)
BS_KERNELS(elu_slope)
BS_KERNELS(max_slope)

#undef BS_KERNELS

double _Complex bs_cartesian(double re, double im); /* re + i·im, whatever is infinite or nan */

/*
 * The error function and its complement, of any complex argument where they are in the range of
 * doubles.
 */
double _Complex bs_complex_erf(double _Complex z);
double _Complex bs_complex_erfc(double _Complex z);

#endif
