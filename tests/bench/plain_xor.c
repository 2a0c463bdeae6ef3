/*
 * XOR learnt by 2-2-1, written out for that network: sigmoid in both layers, half the squared
 * error, biases, a step after each sample, the samples shuffled for each epoch.
 */
#include "plain.h"

#include <stdio.h>
#include <string.h>

enum { SAMPLES = 4, EPOCHS = 20000, RUNS = 101 };

/* vij leads from input i to hidden unit j, wj from hidden unit j to the output. */
struct parameters {
    double v11, v21, b1, v12, v22, b2, w1, w2, b3;
};

static const struct plain_part parts[] = {
    PLAIN_PART(struct parameters, v11), PLAIN_PART(struct parameters, v21),
    PLAIN_PART(struct parameters, b1),  PLAIN_PART(struct parameters, v12),
    PLAIN_PART(struct parameters, v22), PLAIN_PART(struct parameters, b2),
    PLAIN_PART(struct parameters, w1),  PLAIN_PART(struct parameters, w2),
    PLAIN_PART(struct parameters, b3),  {NULL, 0, 0},
};

struct sample {
    double x1, x2, target;
};

static const struct sample table[SAMPLES] = {{0, 0, 0}, {0, 1, 1}, {1, 0, 1}, {1, 1, 0}};

struct outputs {
    double a1, a2, y;
};

static inline struct outputs forward(const struct parameters *p, const struct sample *s)
{
    const double a1 = plain_sigmoid(p->v11 * s->x1 + p->v21 * s->x2 + p->b1);
    const double a2 = plain_sigmoid(p->v12 * s->x1 + p->v22 * s->x2 + p->b2);
    const double y = plain_sigmoid(p->w1 * a1 + p->w2 * a2 + p->b3);
    return (struct outputs){a1, a2, y};
}

static double loss_of_sample(const struct parameters *p, const struct sample *s)
{
    const double error = forward(p, s).y - s->target;
    return 0.5 * error * error;
}

/* dz is ∂E/∂z of a unit with the sum z; all three are taken before a weight moves. */
static inline void learn(struct parameters *p, const struct sample *s, double eta)
{
    const struct outputs o = forward(p, s);
    const double dz3 = (o.y - s->target) * (o.y * (1 - o.y));
    const double dz1 = dz3 * p->w1 * (o.a1 * (1 - o.a1));
    const double dz2 = dz3 * p->w2 * (o.a2 * (1 - o.a2));
    p->w1 -= eta * (dz3 * o.a1);
    p->w2 -= eta * (dz3 * o.a2);
    p->b3 -= eta * dz3;
    p->v11 -= eta * (dz1 * s->x1);
    p->v21 -= eta * (dz1 * s->x2);
    p->b1 -= eta * dz1;
    p->v12 -= eta * (dz2 * s->x1);
    p->v22 -= eta * (dz2 * s->x2);
    p->b2 -= eta * dz2;
}

static void shuffle(int order[SAMPLES], uint64_t *random)
{
    for (uint32_t i = SAMPLES; i > 1; i--) {
        const uint32_t j = plain_below(random, i);
        const int swapped = order[i - 1];
        order[i - 1] = order[j];
        order[j] = swapped;
    }
}

static struct parameters draw_parameters(void)
{
    struct parameters drawn;
    uint64_t random = 3;
    plain_fill((double *)&drawn, sizeof drawn / sizeof(double), -1, 1, &random);
    return drawn;
}

/* The same course each time, from the same weights. */
static void train(void *parameters)
{
    struct parameters *p = parameters;
    int order[SAMPLES] = {0, 1, 2, 3};
    uint64_t random = 7;
    *p = draw_parameters();
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
        shuffle(order, &random);
        for (int i = 0; i < SAMPLES; i++)
            learn(p, &table[order[i]], 0.3);
    }
}

static double mean_loss(const struct parameters *p)
{
    double sum = 0;
    for (int i = 0; i < SAMPLES; i++)
        sum += loss_of_sample(p, &table[i]);
    return sum / SAMPLES;
}

/* ---- the gradient of one sample, whose inputs leave no entry at 0 ---------------------------- */

static const struct sample checked_sample = {0.35, 0.9, 0.5};
static struct parameters checked;

static double checked_loss(void)
{
    return loss_of_sample(&checked, &checked_sample);
}

static void checked_step(double eta)
{
    learn(&checked, &checked_sample, eta);
}

static int check(void)
{
    checked = draw_parameters();
    return plain_check(&(struct plain_network){(double *)&checked, sizeof checked / sizeof(double),
                                               parts, checked_loss, checked_step});
}

int main(int argc, char **argv)
{
    struct parameters p;
    if (argc == 2 && strcmp(argv[1], "check") == 0)
        return check();
    printf("sample_seconds %.9g\n", plain_seconds(train, &p, RUNS) / (EPOCHS * SAMPLES));
    printf("mean_loss %.9g\n", mean_loss(&p));
}
