/*
 * The perceptron rule.  Samples come in the same order every epoch, so the parameters after an
 * epoch decide all that follow: once they are what they were, the epochs between repeat for ever.
 * Brent's way (BIT 20, 1980) finds that out with one set put aside, replaced after 1, 2, 4, ...
 * epochs.
 */
#include "net/perceptron.h"

#include "base/interrupt.h"
#include "base/mem.h"

#include <math.h>
#include <string.h>

struct learner {
    const struct bs_perceptron *rule;
    struct bs_net *net;
    const struct bs_layer *layer;
    size_t inputs, units;
    struct bs_params *before; /* a share of the parameters it began with */
    double *y, *work;
    double *aside;                  /* parameters after epoch `aside_epoch` */
    size_t aside_epoch, replace_at; /* an epoch */
    bool keeps;                     /* what was learnt, although it did not end well */
    struct bs_error *err;
};

static double *params_of(const struct learner *learner)
{
    return learner->net->params->values;
}

static int check_samples(const struct bs_net *net, const struct bs_samples *samples,
                         struct bs_error *err)
{
    const size_t outputs = (size_t)bs_arch_outputs(net->arch);
    if (samples->count == 0)
        return bs_fail(err, BS_REFUSED, "there are no samples to learn from");
    for (size_t i = 0; i < samples->count * outputs; i++) {
        const double target = samples->targets[i];
        if (target != 0 && target != 1)
            return bs_fail(err, BS_REFUSED,
                           "target %zu of sample %zu is %g: a step unit gives 0 or 1",
                           i % outputs + 1, i / outputs + 1, target);
    }
    return BS_OK;
}

static int check(const struct bs_net *net, const struct bs_perceptron *rule, struct bs_error *err)
{
    const struct bs_arch *arch = net->arch;
    const char *activation = arch->layers[0].activation->name;
    if (arch->depth > 1)
        return bs_fail(err, BS_REFUSED,
                       "the perceptron rule is for one layer of step units: the network has %d "
                       "layers, and a step hands no error back",
                       arch->depth);
    if (strcmp(activation, "step") != 0)
        return bs_fail(err, BS_REFUSED,
                       "the perceptron rule is for step units, as in mlp{2, 1, output = "
                       "\"step\"}: the network has %s",
                       activation);
    if (!isfinite(rule->eta) || rule->eta <= 0)
        return bs_fail(err, BS_REFUSED, "eta is %g: a finite number above 0 is possible",
                       rule->eta);
    return check_samples(net, &rule->samples, err);
}

/* Unit j was wrong by d − y: its weights and its bias go by η(d − y) times what they stand at. */
static void correct(const struct learner *learner, size_t j, double wrong, const double *x)
{
    const struct bs_layer *layer = learner->layer;
    const double by = learner->rule->eta * wrong;
    double *w = params_of(learner) + layer->weights + j * learner->inputs;
    double *b = params_of(learner) + layer->biases;
    for (size_t i = 0; i < learner->inputs; i++)
        w[i] += by * x[i];
    if (layer->bias != BS_BIAS_NONE)
        b[layer->bias == BS_BIAS_SHARED ? 0 : j] += by;
}

static int run_epoch(size_t *mistakes, struct learner *learner)
{
    const struct bs_samples *samples = &learner->rule->samples;
    *mistakes = 0;
    for (size_t k = 0; k < samples->count; k++) {
        const double *x = samples->inputs + k * learner->inputs;
        const double *d = samples->targets + k * learner->units;
        if (bs_is_interrupted() ||
            bs_forward(learner->y, learner->net->arch, params_of(learner), x, learner->work) < 0)
            return bs_fail_interrupted(learner->err);
        for (size_t j = 0; j < learner->units; j++) {
            if (learner->y[j] == d[j])
                continue;
            correct(learner, j, d[j] - learner->y[j], x);
            ++*mistakes;
        }
    }
    return BS_OK;
}

static int check_finite(const struct learner *learner, size_t epoch)
{
    for (size_t i = 0; i < learner->net->params->count; i++)
        if (!isfinite(params_of(learner)[i]))
            return bs_fail(learner->err, BS_REFUSED,
                           "in epoch %zu a correction made a parameter infinite: the network is as "
                           "it was before; try a smaller eta than %g",
                           epoch, learner->rule->eta);
    return BS_OK;
}

static bool is_cycle(struct learner *learner, size_t epoch)
{
    const size_t count = learner->net->params->count;
    bool is_same = true;
    for (size_t i = 0; i < count; i++)
        is_same = is_same && params_of(learner)[i] == learner->aside[i];
    if (!is_same && epoch == learner->replace_at) {
        memcpy(learner->aside, params_of(learner), count * sizeof *learner->aside);
        learner->aside_epoch = epoch;
        learner->replace_at = 2 * epoch + 1;
    }
    return is_same;
}

/* The watch may have taken a share of the parameters: then the rule goes on with its own again. */
static int call_watch(bool *stops, struct learner *learner, const struct bs_perceptron_end *end)
{
    const struct bs_perceptron *rule = learner->rule;
    *stops = false;
    if (!rule->watch)
        return BS_OK;
    int status = rule->watch(rule->context, end->epochs, end->mistakes);
    *stops = status > 0;
    learner->keeps = status < 0;
    if (status < 0)
        return status;
    return bs_net_own_params(learner->net) ? BS_OK : bs_fail_memory(learner->err);
}

static int run_epochs(struct bs_perceptron_end *out, struct learner *learner)
{
    bool stops = false;
    while (out->epochs < learner->rule->epochs && out->ending == BS_PERCEPTRON_EPOCHS && !stops) {
        size_t mistakes;
        int status = run_epoch(&mistakes, learner);
        if (status == BS_OK)
            status = check_finite(learner, out->epochs + 1);
        if (status < 0)
            return status;
        out->epochs++;
        out->mistakes = mistakes;
        if (mistakes == 0)
            out->ending = BS_PERCEPTRON_SETTLED;
        else if (is_cycle(learner, out->epochs))
            out->ending = BS_PERCEPTRON_CYCLE, out->again = learner->aside_epoch;
        status = call_watch(&stops, learner, out);
        if (status < 0)
            return status;
    }
    if (stops && out->ending == BS_PERCEPTRON_EPOCHS)
        out->ending = BS_PERCEPTRON_WATCH;
    return BS_OK;
}

static int prepare(struct learner *learner)
{
    struct bs_net *net = learner->net;
    const size_t size = net->params->count * sizeof(double);
    learner->before = bs_params_share(net->params);
    learner->aside = bs_alloc(size);
    learner->y = bs_realloc_array(NULL, 3 * learner->units, sizeof *learner->y);
    if (!learner->aside || !learner->y || !bs_net_own_params(net))
        return bs_fail_memory(learner->err);
    learner->work = learner->y + learner->units;
    memcpy(learner->aside, params_of(learner), size);
    learner->replace_at = 1;
    return BS_OK;
}

/* What is refused is taken back; an interrupt, or a watch that failed, finds finite parameters. */
static void finish(struct learner *learner, bool keeps)
{
    struct bs_params *dropped = learner->before;
    if (!keeps) {
        dropped = learner->net->params;
        learner->net->params = learner->before;
    }
    bs_params_drop(dropped);
    bs_free(learner->aside);
    bs_free(learner->y);
}

int bs_net_perceptron(struct bs_perceptron_end *out, struct bs_net *net,
                      const struct bs_perceptron *rule, struct bs_error *err)
{
    struct learner learner = {.rule = rule,
                              .net = net,
                              .layer = &net->arch->layers[0],
                              .inputs = (size_t)bs_arch_inputs(net->arch),
                              .units = (size_t)bs_arch_outputs(net->arch),
                              .err = err};
    struct bs_perceptron_end end = {0};
    int status = check(net, rule, err);
    if (status < 0)
        return status;
    status = prepare(&learner);
    if (status == BS_OK)
        status = run_epochs(&end, &learner);
    if (status == BS_INTERRUPTED)
        learner.keeps = check_finite(&learner, end.epochs + 1) == BS_OK;
    if (status == BS_INTERRUPTED && !learner.keeps)
        status = BS_REFUSED;
    const bool keeps = status == BS_OK || learner.keeps;
    if (keeps)
        *out = end;
    finish(&learner, keeps);
    return status;
}

void bs_put_perceptron_end(struct bs_buf *buf, const struct bs_perceptron_end *end)
{
    const char *plural = end->epochs == 1 ? "" : "s";
    switch (end->ending) {
    case BS_PERCEPTRON_SETTLED:
        bs_buf_printf(buf, "settled: epoch %zu has no mistake", end->epochs);
        break;
    case BS_PERCEPTRON_CYCLE:
        bs_buf_printf(buf, "never settles: after epoch %zu the weights are again those ",
                      end->epochs);
        if (end->again == 0)
            bs_buf_put(buf, "of the start");
        else
            bs_buf_printf(buf, "after epoch %zu", end->again);
        bs_buf_put(buf, ", so the same corrections come round for ever; no weights of one step "
                        "unit are right on all these samples");
        break;
    case BS_PERCEPTRON_WATCH:
        bs_buf_printf(buf, "the callback stopped it after epoch %zu", end->epochs);
        break;
    case BS_PERCEPTRON_EPOCHS:
        bs_buf_printf(buf, "not settled after %zu epoch%s: %zu output%s of the last %s still wrong",
                      end->epochs, plural, end->mistakes, end->mistakes == 1 ? "" : "s",
                      end->mistakes == 1 ? "is" : "are");
        break;
    }
}
