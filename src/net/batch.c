#include "net/batch.h"

#include "base/mem.h"
#include "net/pass.h"

#include <string.h>

int bs_batch_forward(double *y, const struct bs_net *net, const struct bs_batch *batch,
                     struct bs_error *err)
{
    const struct bs_arch *arch = net->arch;
    const size_t inputs = (size_t)bs_arch_inputs(arch), outputs = (size_t)bs_arch_outputs(arch);
    double *work = bs_realloc_array(NULL, 2 * (size_t)bs_arch_widest(arch), sizeof *work);
    int status = work ? BS_OK : bs_fail_memory(err);
    for (size_t k = 0; status == BS_OK && k < batch->samples; k++)
        if (bs_forward(y + k * outputs, arch, net->params->values, batch->x + k * inputs, work) < 0)
            status = bs_fail_interrupted(err);
    bs_free(work);
    return status;
}

/* Adds up the losses of the samples, and their gradients unless there is no place for them. */
static int add_samples(double *loss, double *gradients, const struct bs_net *net,
                       const struct bs_batch *batch, struct bs_error *err)
{
    const size_t inputs = (size_t)bs_arch_inputs(net->arch);
    const size_t outputs = (size_t)bs_arch_outputs(net->arch);
    struct bs_pass *pass = bs_pass_alloc(net->arch);
    int status = pass ? BS_OK : bs_fail_memory(err);
    for (size_t k = 0; status == BS_OK && k < batch->samples; k++) {
        if (bs_pass_run(pass, net->params->values, batch->x + k * inputs, batch->t + k * outputs) <
                0 ||
            (gradients && bs_pass_add_gradients(gradients, pass) < 0))
            status = bs_fail_interrupted(err);
        *loss += pass->loss;
    }
    bs_pass_destroy(pass);
    return status;
}

int bs_batch_loss(double *loss, const struct bs_net *net, const struct bs_batch *batch,
                  struct bs_error *err)
{
    *loss = 0;
    int status = add_samples(loss, NULL, net, batch, err);
    *loss /= (double)batch->samples;
    return status;
}

int bs_batch_gradients(double *gradients, const struct bs_net *net, const struct bs_batch *batch,
                       struct bs_error *err)
{
    const size_t count = net->params->count;
    double loss = 0;
    memset(gradients, 0, count * sizeof *gradients);
    int status = add_samples(&loss, gradients, net, batch, err);
    for (size_t i = 0; i < count; i++)
        gradients[i] /= (double)batch->samples;
    return status;
}
