/*
 * Runs a fuzz target on random texts: formulas that people write, cut, joined and damaged.
 *
 *     fuzz_NAME [FIRST [COUNT]]    the texts of these numbers; a number always makes the same one
 *
 * Speaks TAP.  A text that fails ends the program; the last line says which thousand it was in.
 */
#include "base/rng.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LONGEST = 600, SECONDS = 20, USUAL_COUNT = 60000 };

static const char *const FORMULAS[] = {
    "sigmoid(w*x + b)*(1 - sigmoid(w*x + b))*x",
    "½·((y_1 − d_1)² + (y_2 − d_2)²)",
    "-(d*log(y) + (1 - d)*log(1 - y))",
    "exp(x_i)/sum(j, 1, C, exp(x_j))",
    "sum(i, 1, 2, sum(j, 1, 3, w_i_j*x_j))^2",
    "max(0, x) + relu(x) - leaky_relu(-x)/elu(x)",
    "softmax_2(a, b + 1, c)*max_slope_1(a, b)",
    "(-a - b)*(y - d)*-1 + 2*(y - d) - x/x/x",
    "x^2*x^-3 + 2^x + x^n - x^x^x + (x^2)^-1",
    "0.35 + 1e-3 + .5 + 7. + 1/3 + 123456789012345678 + 0.1234567890123456789",
    "ReLU'(α_1 − θ_1)·σ(β_h)·(1 − ŷ_1')",
    "ｘ１．ｉｎ＋（ａ×ｂ÷ｃ）－gelu（x）",
    "xlog(t, y) + swish(phi(x))*Phi(softplus(abs(sqrt(x))))",
    "tanh(tanh(tanh(tanh(tanh(tanh(tanh(tanh(x*x*x*x))))))))",
    "1e308*1e308*x + 5e-324*x/1e300",
};

static const char *const PIECES[] = {
    "+",    "-",    "*",          "/",    "^",
    "(",    ")",    ",",          ".",    "'",
    "_",    "²",    "½",          "−",    "…",
    "Σ",    " ",    "0",          "1",    "-1",
    "x",    "e",    "1e9",        "0.5",  "sum(j, 1, 3, ",
    "x_j",  "max(", "softmax_1(", "log(", "σ",
    "\xff", "\xce",
};

struct text {
    uint8_t bytes[LONGEST];
    size_t length;
};

static void insert(struct text *text, size_t at, const void *bytes, size_t count)
{
    if (count > LONGEST - text->length)
        return;
    memmove(text->bytes + at + count, text->bytes + at, text->length - at);
    memcpy(text->bytes + at, bytes, count);
    text->length += count;
}

static void cut(struct text *text, size_t at, size_t count)
{
    memmove(text->bytes + at, text->bytes + at + count, text->length - at - count);
    text->length -= count;
}

static const char *one_of(const char *const *list, size_t count, struct bs_rng *rng)
{
    return list[bs_rng_below(rng, count)];
}

static void damage(struct text *text, struct bs_rng *rng)
{
    uint8_t copy[LONGEST];
    const size_t at = bs_rng_below(rng, text->length + 1), rest = text->length - at;
    const size_t count = rest ? bs_rng_below(rng, rest < 12 ? rest : 12) + 1 : 0;
    const char *piece = one_of(PIECES, sizeof PIECES / sizeof *PIECES, rng);
    const char *formula = one_of(FORMULAS, sizeof FORMULAS / sizeof *FORMULAS, rng);
    switch (bs_rng_below(rng, 6)) {
    case 0:
        cut(text, at, count);
        break;
    case 1:
        if (rest)
            text->bytes[at] = (uint8_t)bs_rng_below(rng, 256);
        break;
    case 2: /* repeat a part elsewhere */
        memcpy(copy, text->bytes + at, count);
        insert(text, bs_rng_below(rng, text->length + 1), copy, count);
        break;
    case 3:
        insert(text, at, formula, strlen(formula));
        break;
    default:
        insert(text, at, piece, strlen(piece));
        break;
    }
}

static void make_text(struct text *text, uint64_t number)
{
    struct bs_rng rng;
    bs_rng_seed(&rng, number);
    const char *formula = one_of(FORMULAS, sizeof FORMULAS / sizeof *FORMULAS, &rng);
    text->length = 0;
    insert(text, 0, formula, strlen(formula));
    for (uint64_t times = bs_rng_below(&rng, 8); times > 0; times--)
        damage(text, &rng);
}

int main(int argc, char **argv)
{
    const uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 0) : 0;
    const uint64_t count = argc > 2 ? strtoull(argv[2], NULL, 0) : argc > 1 ? 1 : USUAL_COUNT;
    const time_t start = time(NULL);
    uint64_t number = first;
    puts("1..1");
    for (; number < first + count && time(NULL) - start < SECONDS; number++) {
        struct text text;
        if (number % 1000 == 0)
            printf("# texts from %llu\n", (unsigned long long)number);
        fflush(stdout);
        make_text(&text, number);
        /* a copy of its own length, so that reading past its end is seen */
        uint8_t *exact = malloc(text.length + !text.length);
        if (!exact)
            return EXIT_FAILURE;
        memcpy(exact, text.bytes, text.length);
        LLVMFuzzerTestOneInput(exact, text.length);
        free(exact);
    }
    printf("ok 1 - %llu random texts\n", (unsigned long long)(number - first));
    return EXIT_SUCCESS;
}
