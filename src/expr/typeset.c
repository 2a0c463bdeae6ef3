#include "expr/typeset.h"

#include "expr/func.h"
#include "expr/greek.h"
#include "expr/node.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

/* The words that differ between forms; everything else is common. */
static const struct words {
    const char *minus, *plus, *times, *divide, *ellipsis;
} words[] = {
    [BS_UNICODE] = {"−", " + ", "·", "/", "…"},
    [BS_ASCII] = {"-", " + ", "*", "/", "..."},
    [BS_LATEX] = {"-", " + ", " \\cdot ", "/", "\\dots"},
};

const char *bs_minus(enum bs_form form)
{
    return words[form].minus;
}

static void put(struct bs_buf *buf, bs_expr expr, const struct bs_style *style,
                enum bs_binding context, bool leads);

/* Greek, also before a layer's number: delta1 is δ1. */
static void put_stem(struct bs_buf *buf, const char *name, size_t length, enum bs_form form)
{
    size_t letters = length;
    while (letters > 0 && isdigit((unsigned char)name[letters - 1]))
        letters--;
    const char *greek = form == BS_ASCII ? NULL : bs_greek_letter(name, letters);
    if (!greek)
        letters = 0;
    else if (form == BS_LATEX && strcmp(greek, "ŷ") == 0)
        bs_buf_put(buf, "\\hat{y}");
    else if (form == BS_LATEX)
        bs_buf_printf(buf, "\\%.*s", (int)letters, name);
    else
        bs_buf_put(buf, greek);
    if (form == BS_LATEX && !greek && length > 1 && isalpha((unsigned char)name[1]))
        bs_buf_printf(buf, "\\mathrm{%.*s}", (int)length, name);
    else if (form == BS_LATEX && greek && letters < length)
        bs_buf_printf(buf, "^{(%.*s)}", (int)(length - letters), name + letters);
    else
        bs_buf_put_n(buf, name + letters, length - letters);
}

static void put_latex_subscript(struct bs_buf *buf, const char *part, size_t length)
{
    bs_buf_put(buf, "_{");
    for (size_t i = 0; i < length; i++)
        bs_buf_char(buf, part[i] == '_' ? ',' : part[i]);
    bs_buf_char(buf, '}');
}

void bs_buf_name(struct bs_buf *buf, const char *name, enum bs_form form)
{
    static const char suffix[] = "_new";
    size_t length = strlen(name), stem = strcspn(name, "_");
    bool is_new = form != BS_ASCII && length >= sizeof suffix &&
                  strcmp(name + length - (sizeof suffix - 1), suffix) == 0;
    if (is_new)
        length -= sizeof suffix - 1;
    if (stem > length)
        stem = length;
    put_stem(buf, name, stem, form);
    if (form == BS_LATEX && stem + 1 < length)
        put_latex_subscript(buf, name + stem + 1, length - stem - 1);
    else
        bs_buf_put_n(buf, name + stem, length - stem);
    if (is_new)
        bs_buf_char(buf, '\'');
}

static bool is_decimal(bs_expr number)
{
    int64_t den = number->u.number.den;
    while (den % 10 == 0)
        den /= 10;
    while (den % 2 == 0)
        den /= 2;
    while (den % 5 == 0)
        den /= 5;
    return den == 1 && fabs(number->u.number.real) < 1e15;
}

/*
 * A decimal prints as one (every digit of it); other rationals as a quotient, which parses back to
 * the same rational.
 */
static enum bs_binding put_number(struct bs_buf *buf, bs_expr number, const struct bs_style *style)
{
    bool is_negative = bs_number_value(number) < 0;
    int64_t num = number->u.number.num, den = number->u.number.den;
    const char *minus = bs_minus(style->form);
    bool all = style->form == BS_ASCII;
    if (den == 0) {
        bs_buf_number(buf, bs_number_value(number), all ? BS_ALL_FIGURES : style->digits, minus);
    } else if (den == 2 && (num == 1 || num == -1) && style->form == BS_UNICODE) {
        bs_buf_printf(buf, "%s½", is_negative ? minus : "");
    } else if (den == 1 || !is_decimal(number)) {
        bs_buf_printf(buf, "%s%" PRId64, is_negative ? minus : "", is_negative ? -num : num);
        if (den != 1)
            bs_buf_printf(buf, "/%" PRId64, den);
    } else {
        bs_buf_number(buf, bs_number_value(number), BS_ALL_FIGURES, minus);
    }
    if (is_negative)
        return BS_BINDS_SUM;
    return den > 1 && !is_decimal(number) ? BS_BINDS_PRODUCT : BS_BINDS_ATOM;
}

static enum bs_binding put_leaf(struct bs_buf *buf, bs_expr leaf, const struct bs_style *style)
{
    if (style->leaf)
        return style->leaf(buf, style->context, leaf, style->form);
    if (leaf->kind == BS_REF)
        bs_buf_printf(buf, "#%" PRId64, leaf->u.ref);
    else
        bs_buf_name(buf, leaf->u.name, style->form);
    return BS_BINDS_ATOM;
}

/* The middle of a long list is left out: the first few and the last stay. */
static bool is_cut(int i, int count, const struct bs_style *style)
{
    return style->most_terms > 0 && count > style->most_terms && i >= style->most_terms - 2 &&
           i < count - 1;
}

/* The factors of −1·rest, printed after a minus sign: the same product with its number positive. */
static void put_product(struct bs_buf *buf, bs_expr product, const struct bs_style *style,
                        bool negated, bool leads);

static void put_term(struct bs_buf *buf, bs_expr term, const struct bs_style *style, bool negated,
                     bool leads)
{
    if (!negated)
        put(buf, term, style, leads ? BS_BINDS_SUM : BS_BINDS_PRODUCT, leads);
    else if (term->kind == BS_PRODUCT)
        put_product(buf, term, style, true, false);
    else { /* a negative number: its text after its own sign */
        size_t start = buf->length;
        put_number(buf, term, style);
        if (!buf->failed)
            bs_buf_splice(buf, start, strlen(bs_minus(style->form)), "");
    }
}

static enum bs_binding put_sum(struct bs_buf *buf, bs_expr sum, const struct bs_style *style)
{
    bool cut = false;
    for (int i = 0; i < sum->count; i++) {
        if (is_cut(i, sum->count, style)) {
            if (!cut)
                bs_buf_printf(buf, " + %s", words[style->form].ellipsis);
            cut = true;
            continue;
        }
        bool negated = i > 0 && bs_is_negative_term(sum->args[i]);
        if (negated)
            bs_buf_printf(buf, " %s ", bs_minus(style->form));
        else if (i > 0)
            bs_buf_put(buf, words[style->form].plus);
        put_term(buf, sum->args[i], style, negated, i == 0);
    }
    return BS_BINDS_SUM;
}

static bool is_inverse(bs_expr factor)
{
    return factor->kind == BS_POWER && bs_is_integer(factor->args[1], -1);
}

/* b^-1 prints as /b after a factor that is no plain number (6/3 would be read as 2). */
static bool prints_as_divisor(bs_expr product, int i, bool has_left)
{
    if (!is_inverse(product->args[i]) || !has_left)
        return false;
    if (!bs_is_number(product->args[i]->args[0]))
        return true;
    for (int k = 0; k < i; k++)
        if (!bs_is_number(product->args[k]))
            return true;
    return false;
}

/* Factors from..end of a product, joined; `first_negated` prints the first number as positive. */
static void put_factors(struct bs_buf *buf, bs_expr product, const struct bs_style *style, int from,
                        bool first_negated, bool leads)
{
    const struct words *word = &words[style->form];
    const char *times = style->is_spaced && style->form == BS_UNICODE ? " · " : word->times;
    bool cut = false;
    for (int i = from; i < product->count; i++) {
        bs_expr factor = product->args[i];
        if (is_cut(i - from, product->count - from, style)) {
            bs_buf_put(buf, cut ? "" : times);
            bs_buf_put(buf, cut ? "" : word->ellipsis);
            cut = true;
            continue;
        }
        bool divides = prints_as_divisor(product, i, i > from);
        if (i > from)
            bs_buf_put(buf, divides ? word->divide : times);
        if (i == from && first_negated)
            put_term(buf, factor, style, true, false);
        else if (divides)
            put(buf, factor->args[0], style, BS_BINDS_POWER, false);
        else if (i == from && is_inverse(factor))
            put(buf, factor, style, BS_BINDS_PRODUCT, leads);
        else
            put(buf, factor, style,
                i == from && bs_is_number(factor) ? BS_BINDS_PRODUCT : BS_BINDS_POWER,
                leads && i == from);
    }
}

static void put_fraction(struct bs_buf *buf, bs_expr product, const struct bs_style *style,
                         int from, bool first_negated);

static bool has_inverse(bs_expr product, int from)
{
    for (int i = from; i < product->count; i++)
        if (is_inverse(product->args[i]))
            return true;
    return false;
}

static void put_product(struct bs_buf *buf, bs_expr product, const struct bs_style *style,
                        bool negated, bool leads)
{
    bool minus_one =
        negated && bs_is_integer(product->args[0], -1) && !bs_is_number(product->args[1]);
    int from = minus_one ? 1 : 0;
    if (style->form == BS_LATEX && has_inverse(product, from))
        put_fraction(buf, product, style, from, negated && !minus_one);
    else
        put_factors(buf, product, style, from, negated && !minus_one, leads);
}

/* LaTeX: what multiplies over what divides. */
static void put_fraction(struct bs_buf *buf, bs_expr product, const struct bs_style *style,
                         int from, bool first_negated)
{
    for (int below = 0; below < 2; below++) {
        int printed = 0;
        bs_buf_put(buf, below ? "}{" : "\\frac{");
        for (int i = from; i < product->count; i++) {
            bs_expr factor = product->args[i];
            if (is_inverse(factor) != (below == 1))
                continue;
            bs_buf_put(buf, printed++ ? words[BS_LATEX].times : "");
            if (i == from && first_negated)
                put_term(buf, factor, style, true, false);
            else
                put(buf, below ? factor->args[0] : factor, style, BS_BINDS_POWER, false);
        }
        if (printed == 0)
            bs_buf_char(buf, '1');
    }
    bs_buf_char(buf, '}');
}

static enum bs_binding put_signed_product(struct bs_buf *buf, bs_expr product,
                                          const struct bs_style *style, bool leads)
{
    bool is_negative = bs_is_negative_term(product);
    if (is_negative)
        bs_buf_put(buf, bs_minus(style->form));
    put_product(buf, product, style, is_negative, leads && !is_negative);
    return is_negative ? BS_BINDS_SUM : BS_BINDS_PRODUCT;
}

static const char *superscript(bs_expr exponent)
{
    return bs_is_integer(exponent, 2) ? "²" : bs_is_integer(exponent, 3) ? "³" : NULL;
}

static enum bs_binding put_power(struct bs_buf *buf, bs_expr power, const struct bs_style *style)
{
    bs_expr base = power->args[0], exponent = power->args[1];
    if (is_inverse(power) && !bs_is_number(base)) {
        bs_buf_put(buf, style->form == BS_LATEX ? "\\frac{1}{" : "1/");
        put(buf, base, style, style->form == BS_LATEX ? BS_BINDS_SUM : BS_BINDS_POWER, false);
        bs_buf_put(buf, style->form == BS_LATEX ? "}" : "");
        return style->form == BS_LATEX ? BS_BINDS_POWER : BS_BINDS_PRODUCT;
    }
    put(buf, base, style, BS_BINDS_ATOM, false);
    if (style->form == BS_UNICODE && superscript(exponent)) {
        bs_buf_put(buf, superscript(exponent));
        return BS_BINDS_POWER;
    }
    bs_buf_put(buf, style->form == BS_LATEX ? "^{" : "^");
    put(buf, exponent, style, style->form == BS_LATEX ? BS_BINDS_SUM : BS_BINDS_ATOM, false);
    bs_buf_put(buf, style->form == BS_LATEX ? "}" : "");
    return BS_BINDS_POWER;
}

static void put_function(struct bs_buf *buf, const struct bs_func *func, enum bs_form form)
{
    if (form == BS_UNICODE && func->unicode)
        bs_buf_put(buf, func->unicode);
    else if (form == BS_LATEX && func->latex)
        bs_buf_put(buf, func->latex);
    else if (form == BS_LATEX)
        bs_buf_printf(buf, "\\operatorname{%s}", func->name);
    else
        bs_buf_put(buf, func->name);
}

static void put_arguments(struct bs_buf *buf, bs_expr call, const struct bs_style *style)
{
    bool cut = false;
    for (int i = 0; i < call->count; i++) {
        bool skipped = is_cut(i, call->count, style);
        if (!skipped || !cut)
            bs_buf_put(buf, i > 0 ? ", " : "");
        if (skipped && !cut)
            bs_buf_put(buf, words[style->form].ellipsis);
        else if (!skipped)
            put(buf, call->args[i], style, BS_BINDS_SUM, true);
        cut = cut || skipped;
    }
}

/* xlog(d, y) reads d·log(y) where people read it; only ASCII must name the function. */
static enum bs_binding put_xlog(struct bs_buf *buf, bs_expr call, const struct bs_style *style)
{
    put(buf, call->args[0], style, BS_BINDS_POWER, false);
    bs_buf_printf(buf, "%slog(", words[style->form].times);
    put(buf, call->args[1], style, BS_BINDS_SUM, true);
    bs_buf_char(buf, ')');
    return BS_BINDS_PRODUCT;
}

static enum bs_binding put_call(struct bs_buf *buf, bs_expr call, const struct bs_style *style)
{
    const struct bs_func *func = call->u.call.func;
    if (func->arity == 2 && style->form != BS_ASCII)
        return put_xlog(buf, call, style);
    put_function(buf, func, style->form);
    if (call->u.call.index)
        bs_buf_printf(buf, style->form == BS_LATEX ? "_{%d}" : "_%d", call->u.call.index);
    bs_buf_put(buf, style->form == BS_LATEX ? "\\left(" : "(");
    put_arguments(buf, call, style);
    bs_buf_put(buf, style->form == BS_LATEX ? "\\right)" : ")");
    return BS_BINDS_ATOM;
}

static enum bs_binding put_indexed_sum(struct bs_buf *buf, bs_expr sum,
                                       const struct bs_style *style)
{
    static const char *const pieces[][5] = {
        [BS_UNICODE] = {"Σ_", "=", "..", " ", ""},
        [BS_ASCII] = {"sum(", ", ", ", ", ", ", ")"},
        [BS_LATEX] = {"\\sum_{", "=", "}^{", "} ", ""},
    };
    enum bs_binding inner = style->form == BS_ASCII ? BS_BINDS_SUM : BS_BINDS_PRODUCT;
    for (int i = 0; i < 4; i++) {
        bs_buf_put(buf, pieces[style->form][i]);
        put(buf, sum->args[i], style, inner, i == 3 && inner == BS_BINDS_SUM);
    }
    bs_buf_put(buf, pieces[style->form][4]);
    return style->form == BS_ASCII ? BS_BINDS_ATOM : BS_BINDS_SUM;
}

static enum bs_binding put_bare(struct bs_buf *buf, bs_expr expr, const struct bs_style *style,
                                bool leads)
{
    switch (expr->kind) {
    case BS_NUMBER:
        return put_number(buf, expr, style);
    case BS_SUM:
        return put_sum(buf, expr, style);
    case BS_PRODUCT:
        return put_signed_product(buf, expr, style, leads);
    case BS_POWER:
        return put_power(buf, expr, style);
    case BS_CALL:
        return put_call(buf, expr, style);
    case BS_INDEXED_SUM:
        return put_indexed_sum(buf, expr, style);
    default:
        return put_leaf(buf, expr, style);
    }
}

/*
 * Write the expression where something that binds as `context` is needed; `leads` when nothing
 * stands before it, so that a minus sign needs no parentheses.
 */
static void put(struct bs_buf *buf, bs_expr expr, const struct bs_style *style,
                enum bs_binding context, bool leads)
{
    size_t start = buf->length;
    bool is_leaf = expr->kind == BS_SYMBOL || expr->kind == BS_REF || expr->kind == BS_NUMBER;
    enum bs_binding binding = put_bare(buf, expr, style, leads);
    bool stands_bare = binding >= context || (leads && is_leaf && context < BS_BINDS_ATOM);
    if (stands_bare || buf->failed)
        return;
    bs_buf_splice(buf, start, 0, "(");
    bs_buf_char(buf, ')');
}

void bs_typeset(struct bs_buf *buf, bs_expr expr, const struct bs_style *style)
{
    put(buf, expr, style, BS_BINDS_SUM, true);
}
