#include "expr/greek.h"

#include <string.h>

static const struct greek {
    const char *name, *letter;
} letters[] = {
    {"alpha", "α"},  {"beta", "β"},  {"gamma", "γ"},   {"delta", "δ"},   {"epsilon", "ε"},
    {"zeta", "ζ"},   {"eta", "η"},   {"theta", "θ"},   {"iota", "ι"},    {"kappa", "κ"},
    {"lambda", "λ"}, {"mu", "μ"},    {"nu", "ν"},      {"xi", "ξ"},      {"pi", "π"},
    {"rho", "ρ"},    {"sigma", "σ"}, {"tau", "τ"},     {"phi", "φ"},     {"chi", "χ"},
    {"psi", "ψ"},    {"omega", "ω"}, {"upsilon", "υ"}, {"Upsilon", "Υ"}, {"Gamma", "Γ"},
    {"Delta", "Δ"},  {"Theta", "Θ"}, {"Lambda", "Λ"},  {"Xi", "Ξ"},      {"Pi", "Π"},
    {"Sigma", "Σ"},  {"Phi", "Φ"},   {"yhat", "ŷ"},    {"Psi", "Ψ"},     {"Omega", "Ω"},
    {NULL, NULL},
};

const char *bs_greek_letter(const char *name, size_t length)
{
    for (const struct greek *row = letters; row->name; row++)
        if (strncmp(row->name, name, length) == 0 && row->name[length] == '\0')
            return row->letter;
    return NULL;
}

const char *bs_greek_name(const char *letter, size_t length)
{
    for (const struct greek *row = letters; row->name; row++)
        if (strncmp(row->letter, letter, length) == 0 && row->letter[length] == '\0')
            return row->name;
    return NULL;
}
