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
    const char *minus, *plus, *times, *divide, *ellipsis, *open, *close, *half;
} words[] = {
    [BS_UNICODE] = {"−", " + ", "·", "/", "…", "(", ")", "½"},
    [BS_ASCII] = {"-", " + ", "*", "/", "...", "(", ")", NULL},
    [BS_LATEX] = {"-", " + ", " \\cdot ", "/", "\\dots", "\\left(", "\\right)", "\\frac{1}{2}"},
};

const char *bs_minus(enum bs_form form)
{
    return words[form].minus;
}

/* The first `letters` bytes are a Greek name, and a layer's number follows, unless `greek` is NULL.
 */
static void put_latex_stem(struct bs_buf *buf, const char *name, size_t length, const char *greek,
                           size_t letters)
{
    if (greek && strcmp(greek, "ŷ") == 0)
        bs_buf_put(buf, "\\hat{y}");
    else if (greek)
        bs_buf_printf(buf, "\\%.*s", (int)letters, name);
    else if (length > 1 && isalpha((unsigned char)name[1]))
        bs_buf_printf(buf, "\\mathrm{%.*s}", (int)length, name);
    else
        bs_buf_put_n(buf, name, length);
    if (greek && letters < length)
        bs_buf_printf(buf, "^{(%.*s)}", (int)(length - letters), name + letters);
}

/* Greek, also before a layer's number: delta1 is δ1. */
static void put_stem(struct bs_buf *buf, const char *name, size_t length, enum bs_form form)
{
    size_t letters = length;
    while (letters > 0 && isdigit((unsigned char)name[letters - 1]))
        letters--;
    const char *greek = form == BS_ASCII ? NULL : bs_greek_letter(name, letters);
    if (form == BS_LATEX) {
        put_latex_stem(buf, name, length, greek, letters);
    } else if (greek) {
        bs_buf_put(buf, greek);
        bs_buf_put_n(buf, name + letters, length - letters);
    } else {
        bs_buf_put_n(buf, name, length);
    }
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

/*
 * A text on its way.  A shared part is written out wherever it stands, so a text may be
 * exponentially longer than its expression: from byte `end` on, an ellipsis stands for every part.
 */
struct writer {
    struct bs_buf *buf;
    const struct bs_style *style;
    struct words words;
    size_t end;
};

/* 1.5e-7 as LaTeX has it. */
static bool split_exponent(struct bs_buf *buf, size_t start)
{
    const char *e = buf->failed ? NULL : strchr(buf->text + start, 'e');
    if (!e)
        return false;
    bs_buf_splice(buf, (size_t)(e - buf->text), 1, " \\cdot 10^{");
    bs_buf_char(buf, '}');
    return true;
}

enum bs_binding bs_buf_value(struct bs_buf *buf, double value, struct bs_digits digits,
                             enum bs_form form)
{
    size_t start = buf->length;
    bs_buf_number(buf, value, form == BS_ASCII ? BS_ALL_FIGURES : digits, bs_minus(form));
    bool is_product = form == BS_LATEX && split_exponent(buf, start);
    return value < 0 ? BS_BINDS_SUM : is_product ? BS_BINDS_PRODUCT : BS_BINDS_ATOM;
}

/* Without memory the length stands still, and the text would be walked to its end for nothing. */
static bool is_full(const struct writer *w)
{
    return w->buf->failed || w->buf->length >= w->end;
}

static void put(struct writer *w, bs_expr expr, enum bs_binding context, bool leads);

/*
 * Is item i of a list to be written?  The first few and the last are; one ellipsis, after the
 * separator, stands for those between.
 */
static bool is_written(struct writer *w, int i, int count, const char *separator, bool *is_cut)
{
    int most = w->style->most_terms, kept = most > 3 ? most - 2 : 1;
    if (i == 0 || (!is_full(w) && (most == 0 || count <= most || i < kept || i == count - 1)))
        return true;
    if (!*is_cut)
        bs_buf_printf(w->buf, "%s%s", separator, w->words.ellipsis);
    *is_cut = true;
    return false;
}

/* Does its decimal text read back as the same rational? */
static bool is_decimal(bs_expr number)
{
    int64_t num, den, scaled;
    return bs_short_decimal(&num, &den, bs_number_value(number)) &&
           den % number->u.number.den == 0 &&
           !__builtin_mul_overflow(number->u.number.num, den / number->u.number.den, &scaled) &&
           scaled == num;
}

/*
 * A number without its sign.  A decimal prints as one (every digit of it); other rationals as a
 * quotient, which parses back to the same rational.
 */
static enum bs_binding put_magnitude(struct writer *w, bs_expr number)
{
    const bool is_latex = w->style->form == BS_LATEX;
    int64_t num = number->u.number.num, den = number->u.number.den;
    num = num < 0 ? -num : num;
    if (num == 1 && den == 2 && w->words.half) {
        bs_buf_put(w->buf, w->words.half);
        return BS_BINDS_POWER;
    }
    if (den == 0 || (den > 1 && is_decimal(number)))
        return bs_buf_value(w->buf, fabs(bs_number_value(number)),
                            den == 0 ? w->style->digits : BS_ALL_FIGURES, w->style->form);
    if (den == 1) {
        bs_buf_printf(w->buf, "%" PRId64, num);
        return BS_BINDS_ATOM;
    }
    bs_buf_printf(w->buf, is_latex ? "\\frac{%" PRId64 "}{%" PRId64 "}" : "%" PRId64 "/%" PRId64,
                  num, den);
    return is_latex ? BS_BINDS_POWER : BS_BINDS_PRODUCT;
}

static enum bs_binding put_number(struct writer *w, bs_expr number)
{
    bool is_negative = bs_number_value(number) < 0;
    bs_buf_put(w->buf, is_negative ? w->words.minus : "");
    enum bs_binding binding = put_magnitude(w, number);
    return is_negative ? BS_BINDS_SUM : binding;
}

static enum bs_binding put_leaf(struct writer *w, bs_expr leaf)
{
    const struct bs_style *style = w->style;
    if (leaf->kind == BS_NUMBER)
        return put_number(w, leaf);
    if (style->leaf)
        return style->leaf(w->buf, style->context, leaf, style->form);
    if (leaf->kind == BS_REF)
        bs_buf_printf(w->buf, "#%" PRId64, leaf->u.ref);
    else
        bs_buf_name(w->buf, leaf->u.name, style->form);
    return BS_BINDS_ATOM;
}

static void put_product(struct writer *w, bs_expr product, bool negated, bool leads);

/* A negative term after its minus sign. */
static void put_negated(struct writer *w, bs_expr term)
{
    if (term->kind == BS_PRODUCT)
        put_product(w, term, true, false);
    else
        put_magnitude(w, term);
}

static void put_sum(struct writer *w, bs_expr sum)
{
    bool is_cut = false;
    for (int i = 0; i < sum->count; i++) {
        bs_expr term = sum->args[i];
        if (!is_written(w, i, sum->count, w->words.plus, &is_cut))
            continue;
        if (i == 0) {
            put(w, term, BS_BINDS_SUM, true);
        } else if (bs_is_negative_term(term)) {
            bs_buf_printf(w->buf, " %s ", w->words.minus);
            put_negated(w, term);
        } else {
            bs_buf_put(w->buf, w->words.plus);
            put(w, term, BS_BINDS_PRODUCT, false);
        }
    }
}

/*
 * b^-1 prints as /b after another factor.  Not after a lone number where that would be read as
 * something else: 6/3 as 2, 1/x as x^-1.
 */
static bool prints_as_divisor(bs_expr product, int i, int from)
{
    bs_expr factor = product->args[i], first = product->args[0];
    if (i == from || !bs_is_inverse(factor))
        return false;
    return i > 1 || !bs_is_number(first) ||
           !(bs_is_number(factor->args[0]) || bs_is_integer(first, 1));
}

/* The factors from `from` on; the first is written without its sign when it is `negated`. */
static void put_factors(struct writer *w, bs_expr product, int from, bool negated, bool leads)
{
    bool is_cut = false;
    for (int i = from; i < product->count; i++) {
        bs_expr factor = product->args[i];
        if (!is_written(w, i - from, product->count - from, w->words.times, &is_cut))
            continue;
        bool divides = prints_as_divisor(product, i, from);
        if (i > from)
            bs_buf_put(w->buf, divides ? w->words.divide : w->words.times);
        if (i == from && negated)
            put_magnitude(w, factor);
        else if (divides)
            put(w, factor->args[0], BS_BINDS_POWER, false);
        else
            put(w, factor, i == from ? BS_BINDS_PRODUCT : BS_BINDS_POWER, leads && i == from);
    }
}

/* How many factors from `from` on are divisors (or are none)? */
static int count_factors(bs_expr product, int from, bool divisors)
{
    int count = 0;
    for (int i = from; i < product->count; i++)
        count += bs_is_inverse(product->args[i]) == divisors;
    return count;
}

/* LaTeX: one side of a fraction. */
static void put_side(struct writer *w, bs_expr product, int from, bool negated, bool divisors)
{
    const int count = count_factors(product, from, divisors);
    bool is_cut = false;
    for (int i = from, k = 0; i < product->count; i++) {
        bs_expr factor = product->args[i];
        if (bs_is_inverse(factor) != divisors ||
            !is_written(w, k++, count, w->words.times, &is_cut))
            continue;
        if (k > 1)
            bs_buf_put(w->buf, w->words.times);
        if (i == from && negated)
            put_magnitude(w, factor);
        else
            put(w, divisors ? factor->args[0] : factor, count == 1 ? BS_BINDS_SUM : BS_BINDS_POWER,
                k == 1);
    }
    if (count == 0)
        bs_buf_char(w->buf, '1');
}

/*
 * A product after its minus sign if it is `negated`.  A coefficient −1 is the sign alone, except
 * where what follows would swallow it: −1·2 is not −2, −1·(a·b) not −a·b.
 */
static void put_product(struct writer *w, bs_expr product, bool negated, bool leads)
{
    bs_expr next = product->args[1];
    bool is_sign = negated && bs_is_integer(product->args[0], -1) && !bs_is_number(next) &&
                   next->kind != BS_PRODUCT;
    int from = is_sign ? 1 : 0;
    negated = negated && !is_sign;
    if (w->style->form != BS_LATEX || count_factors(product, from, true) == 0) {
        put_factors(w, product, from, negated, leads);
        return;
    }
    bs_buf_put(w->buf, "\\frac{");
    put_side(w, product, from, negated, false);
    bs_buf_put(w->buf, "}{");
    put_side(w, product, from, negated, true);
    bs_buf_char(w->buf, '}');
}

static void put_signed_product(struct writer *w, bs_expr product, bool leads)
{
    bool is_negative = bs_is_negative_term(product);
    if (is_negative)
        bs_buf_put(w->buf, w->words.minus);
    put_product(w, product, is_negative, leads && !is_negative);
}

static void put_inverse(struct writer *w, bs_expr base)
{
    bool is_latex = w->style->form == BS_LATEX;
    bs_buf_put(w->buf, is_latex ? "\\frac{1}{" : "1/");
    put(w, base, is_latex ? BS_BINDS_SUM : BS_BINDS_POWER, is_latex);
    bs_buf_put(w->buf, is_latex ? "}" : "");
}

static const char *superscript(bs_expr exponent)
{
    return bs_is_integer(exponent, 2) ? "²" : bs_is_integer(exponent, 3) ? "³" : NULL;
}

static void put_power(struct writer *w, bs_expr power)
{
    bs_expr base = power->args[0], exponent = power->args[1];
    bool is_latex = w->style->form == BS_LATEX;
    if (bs_is_inverse(power) && !bs_is_number(base)) {
        put_inverse(w, base);
        return;
    }
    put(w, base, BS_BINDS_ATOM, false);
    if (w->style->form == BS_UNICODE && superscript(exponent)) {
        bs_buf_put(w->buf, superscript(exponent));
        return;
    }
    bs_buf_put(w->buf, is_latex ? "^{" : "^");
    put(w, exponent, is_latex ? BS_BINDS_SUM : BS_BINDS_ATOM, is_latex);
    bs_buf_put(w->buf, is_latex ? "}" : "");
}

static void put_function(struct writer *w, const struct bs_func *func, int index)
{
    if (w->style->form == BS_UNICODE && func->unicode)
        bs_buf_put(w->buf, func->unicode);
    else if (w->style->form == BS_LATEX && func->latex)
        bs_buf_put(w->buf, func->latex);
    else
        bs_buf_printf(w->buf, w->style->form == BS_LATEX ? "\\operatorname{%s}" : "%s", func->name);
    if (index)
        bs_buf_printf(w->buf, w->style->form == BS_LATEX ? "_{%d}" : "_%d", index);
}

static void put_arguments(struct writer *w, int count, const bs_expr *args)
{
    bool is_cut = false;
    bs_buf_put(w->buf, w->words.open);
    for (int i = 0; i < count; i++) {
        if (!is_written(w, i, count, ", ", &is_cut))
            continue;
        bs_buf_put(w->buf, i > 0 ? ", " : "");
        put(w, args[i], BS_BINDS_SUM, true);
    }
    bs_buf_put(w->buf, w->words.close);
}

/* xlog(d, y) reads d·log(y) where people read it; only ASCII must name the function. */
static bool prints_as_product(bs_expr call, enum bs_form form)
{
    return call->u.call.func->shown_factor && form != BS_ASCII;
}

static void put_call(struct writer *w, bs_expr call, bool leads)
{
    const struct bs_func *func = call->u.call.func;
    if (prints_as_product(call, w->style->form)) {
        put(w, call->args[0], BS_BINDS_POWER, leads);
        bs_buf_put(w->buf, w->words.times);
        put_function(w, bs_func_find(func->shown_factor), 0);
        put_arguments(w, 1, call->args + 1);
    } else {
        put_function(w, func, call->u.call.index);
        put_arguments(w, call->count, call->args);
    }
}

static void put_indexed_sum(struct writer *w, bs_expr sum)
{
    static const struct {
        const char *before[4], *after;
        enum bs_binding bound, body;
    } forms[] = {
        [BS_UNICODE] = {{"Σ_", "=", "..", " "}, "", BS_BINDS_POWER, BS_BINDS_PRODUCT},
        [BS_ASCII] = {{"sum(", ", ", ", ", ", "}, ")", BS_BINDS_SUM, BS_BINDS_SUM},
        [BS_LATEX] = {{"\\sum_{", "=", "}^{", "} "}, "", BS_BINDS_SUM, BS_BINDS_PRODUCT},
    };
    enum bs_form form = w->style->form;
    for (int i = 0; i < 4; i++) {
        enum bs_binding context = i < 3 ? forms[form].bound : forms[form].body;
        bs_buf_put(w->buf, forms[form].before[i]);
        put(w, sum->args[i], context, context == BS_BINDS_SUM);
    }
    bs_buf_put(w->buf, forms[form].after);
}

static enum bs_binding binding_of(bs_expr expr, enum bs_form form)
{
    switch (expr->kind) {
    case BS_SUM:
        return BS_BINDS_SUM;
    case BS_PRODUCT:
        return bs_is_negative_term(expr) ? BS_BINDS_SUM : BS_BINDS_PRODUCT;
    case BS_POWER:
        return bs_is_inverse(expr) && !bs_is_number(expr->args[0]) && form != BS_LATEX
                   ? BS_BINDS_PRODUCT
                   : BS_BINDS_POWER;
    case BS_INDEXED_SUM:
        return form == BS_ASCII ? BS_BINDS_ATOM : BS_BINDS_SUM;
    default:
        return expr->kind == BS_CALL && prints_as_product(expr, form) ? BS_BINDS_PRODUCT
                                                                      : BS_BINDS_ATOM;
    }
}

static void put_bare(struct writer *w, bs_expr expr, bool leads)
{
    switch (expr->kind) {
    case BS_SUM:
        put_sum(w, expr);
        break;
    case BS_PRODUCT:
        put_signed_product(w, expr, leads);
        break;
    case BS_POWER:
        put_power(w, expr);
        break;
    case BS_CALL:
        put_call(w, expr, leads);
        break;
    default:
        put_indexed_sum(w, expr);
        break;
    }
}

/*
 * Write the expression where something that binds as `context` is needed; `leads` when nothing
 * stands before it, so that a minus sign needs no parentheses.  How a leaf binds is known from
 * its text only.
 */
static void put(struct writer *w, bs_expr expr, enum bs_binding context, bool leads)
{
    size_t start = w->buf->length;
    bool is_open;
    if (is_full(w)) {
        bs_buf_put(w->buf, w->words.ellipsis);
        return;
    }
    if (expr->count == 0) {
        is_open = put_leaf(w, expr) < context && (!leads || context == BS_BINDS_ATOM);
        if (is_open)
            bs_buf_splice(w->buf, start, 0, w->words.open);
    } else {
        is_open = binding_of(expr, w->style->form) < context;
        bs_buf_put(w->buf, is_open ? w->words.open : "");
        put_bare(w, expr, leads || is_open);
    }
    bs_buf_put(w->buf, is_open ? w->words.close : "");
}

void bs_typeset(struct bs_buf *buf, bs_expr expr, const struct bs_style *style)
{
    struct writer w = {buf, style, words[style->form], buf->length + BS_MOST_TEXT};
    if (style->is_spaced && style->form == BS_UNICODE)
        w.words.times = " · ";
    put(&w, expr, BS_BINDS_SUM, true);
}
