/*
 * Recursive descent over UTF-8.  The reader sees one normalised character at a time: what people
 * paste (full-width forms, U+2212, ·, Greek letters) is turned into its ASCII spelling there and
 * nowhere else.
 */
#include "expr/parse.h"

#include "expr/func.h"
#include "expr/greek.h"
#include "expr/node.h"

#include "base/nearest.h"
#include "base/width.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_NAME = 255, DEEPEST = 200, MOST_FACTORS = 1000 };

struct parser {
    struct bs_pool *pool;
    const char *text, *end;
    const char *at; /* the next byte to read */
    int depth;
    struct bs_error *err;
    bool failed;
};

static const struct normal {
    const char *seen, *meant;
} normals[] = {
    {"−", "-"}, {"–", "-"},  {"·", "*"},      {"×", "*"},   {"⋅", "*"},   {"∙", "*"},
    {"÷", "/"}, {"∕", "/"},  {"²", "^2"},     {"³", "^3"},  {"½", "0.5"}, {"′", "'"},
    {"’", "'"}, {"　", " "}, {"\u00A0", " "}, {NULL, NULL},
};

/* The ASCII meaning of the character at `at`, and its length in bytes. */
static const char *meaning(const struct parser *p, const char *at, size_t *length)
{
    static char single[2];
    uint32_t code;
    single[0] = '\0';
    *length = 0;
    if (at >= p->end)
        return single;
    *length = bs_utf8_read(&code, at, (size_t)(p->end - at));
    if (code >= 0xFF01 && code <= 0xFF5E)
        code -= 0xFEE0;
    if (code < 0x80) {
        single[0] = (char)code;
        return single;
    }
    for (const struct normal *row = normals; row->seen; row++)
        if (strlen(row->seen) == *length && memcmp(row->seen, at, *length) == 0)
            return row->meant;
    const char *greek = bs_greek_name(at, *length);
    return greek ? greek : "?";
}

static const char *peek(const struct parser *p, size_t *length)
{
    return meaning(p, p->at, length);
}

static void skip_space(struct parser *p)
{
    size_t length;
    const char *next = peek(p, &length);
    while (length > 0 && isspace((unsigned char)*next)) {
        p->at += length;
        next = peek(p, &length);
    }
}

static bool next_is(struct parser *p, char wanted)
{
    size_t length;
    skip_space(p);
    return peek(p, &length)[0] == wanted && length > 0;
}

static bool take(struct parser *p, char wanted)
{
    size_t length;
    skip_space(p);
    if (peek(p, &length)[0] != wanted || length == 0)
        return false;
    p->at += length;
    return true;
}

__attribute__((format(printf, 3, 4))) static bs_expr refuse(struct parser *p, const char *at,
                                                            const char *format, ...)
{
    if (!p->failed) {
        char text[BS_ERROR_TEXT];
        va_list args;
        va_start(args, format);
        vsnprintf(text, sizeof text, format, args);
        va_end(args);
        bs_fail_at(p->err, (int)(at - p->text) + 1, "%s", text);
    }
    p->failed = true;
    return NULL;
}

static bs_expr refuse_here(struct parser *p, const char *wanted)
{
    size_t length;
    skip_space(p);
    peek(p, &length);
    if (length == 0)
        return refuse(p, p->at, "expected %s, but the formula ends", wanted);
    return refuse(p, p->at, "expected %s, got \"%.*s\"", wanted, (int)length, p->at);
}

static bool is_name_char(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

bool bs_is_name(const char *text)
{
    if (!isalpha((unsigned char)text[0]) && text[0] != '_')
        return false;
    while (is_name_char(*text))
        text++;
    return *text == '\0';
}

/* Append the spelling of one character of a name; false when it cannot continue one. */
static bool read_name_char(struct parser *p, char *name, size_t *used)
{
    size_t length, next_length;
    const char *c = peek(p, &length);
    if (length == 0)
        return false;
    if (c[0] == '.') { /* x1.in is read as x1_in */
        if (!isalpha((unsigned char)meaning(p, p->at + length, &next_length)[0]))
            return false;
        c = "_";
    } else if (c[0] == '\'') { /* w_11' is read as w_11_new */
        c = "_new";
    } else if (!is_name_char(c[0])) {
        return false;
    }
    size_t size = strlen(c);
    if (*used + size > LONGEST_NAME)
        return false;
    memcpy(name + *used, c, size + 1);
    *used += size;
    p->at += length;
    return true;
}

static void read_name(struct parser *p, char name[static LONGEST_NAME + 1])
{
    size_t used = 0;
    while (read_name_char(p, name, &used))
        continue;
}

static bool is_digit_at(const struct parser *p, const char *at)
{
    size_t length;
    const char *c = meaning(p, at, &length);
    return length > 0 && isdigit((unsigned char)c[0]) && c[1] == '\0';
}

/* Copy a run of digits, possibly full-width. */
static void read_digits(struct parser *p, char *text, size_t size, size_t *used)
{
    size_t length;
    while (is_digit_at(p, p->at) && *used + 1 < size) {
        text[(*used)++] = peek(p, &length)[0];
        p->at += length;
    }
}

/* e5, E-3: only where digits follow, so that 2*e stays a product with a name. */
static void read_exponent(struct parser *p, char *text, size_t size, size_t *used)
{
    size_t length, sign_length = 0;
    const char *start = p->at, *c = peek(p, &length);
    if (length == 0 || (c[0] != 'e' && c[0] != 'E') || c[1] != '\0')
        return;
    char sign = meaning(p, start + length, &sign_length)[0];
    if (sign != '-' && sign != '+')
        sign_length = 0;
    if (!is_digit_at(p, start + length + sign_length) || *used + 3 >= size)
        return;
    text[(*used)++] = 'e';
    if (sign_length > 0)
        text[(*used)++] = sign;
    p->at = start + length + sign_length;
    read_digits(p, text, size, used);
}

/* Short decimals are exact rationals (bs_real sees to that); integers are, up to 2^63. */
static bs_expr parse_number(struct parser *p)
{
    char text[400];
    size_t used = 0, length;
    const char *start = p->at;
    bool is_whole = true;
    read_digits(p, text, sizeof text, &used);
    if (peek(p, &length)[0] == '.' && length > 0) {
        is_whole = false;
        text[used++] = '.';
        p->at += length;
        read_digits(p, text, sizeof text, &used);
    }
    size_t before_exponent = used;
    read_exponent(p, text, sizeof text, &used);
    text[used] = '\0';
    if (is_digit_at(p, p->at))
        return refuse(p, start, "the number is too long");
    if (is_whole && used == before_exponent && used <= 18)
        return bs_integer(p->pool, strtoll(text, NULL, 10));
    double value = strtod(text, NULL);
    if (!isfinite(value))
        return refuse(p, start, "the number %s is too large", text);
    return bs_real(p->pool, value);
}

static bool enter(struct parser *p)
{
    if (p->depth < DEEPEST) {
        p->depth++;
        return true;
    }
    refuse(p, p->at, "the formula is nested too deeply");
    return false;
}

static bs_expr parse_expr(struct parser *p);

/* The function of that name, as typed or as printed (σ, ReLU); softmax_2 sets the index to 2. */
static const struct bs_func *find_function(const char *name, int *index)
{
    *index = 0;
    const struct bs_func *func = bs_func_find(name);
    for (const struct bs_func *row = bs_funcs; !func && row->name; row++)
        if (row->unicode && strcmp(row->unicode, name) == 0)
            func = row;
    if (!func && strcmp(name, "sigma") == 0)
        func = bs_func_find("sigmoid");
    const char *suffix = strrchr(name, '_');
    if (func || !suffix || !isdigit((unsigned char)suffix[1]))
        return func;
    func = bs_func_find_n(name, (size_t)(suffix - name));
    if (!func || !func->is_indexed || strlen(suffix + 1) > 6)
        return NULL;
    *index = atoi(suffix + 1);
    return func;
}

static bs_expr refuse_function(struct parser *p, const char *start, const char *name)
{
    struct bs_nearest nearest;
    char hint[96];
    bs_nearest_init(&nearest, name);
    for (const struct bs_func *row = bs_funcs; row->name; row++)
        bs_nearest_offer(&nearest, row->name);
    bs_nearest_offer(&nearest, "sum");
    return refuse(p, start, "there is no function called %s%s", name,
                  bs_nearest_hint(&nearest, hint));
}

static bs_expr check_call(struct parser *p, const char *start, const struct bs_func *func,
                          int index, struct bs_list *args)
{
    int count = (int)args->count;
    if (func->arity != BS_ANY_ARITY && count != func->arity)
        return refuse(p, start, "%s takes %d argument%s, got %d", func->name, func->arity,
                      func->arity == 1 ? "" : "s", count);
    if (func->is_indexed && index == 0)
        return refuse(p, start, "say which one: %s_1(...) is the first", func->name);
    if (index > count)
        return refuse(p, start, "%s_%d needs %d arguments, got %d", func->name, index, index,
                      count);
    return bs_call(p->pool, func, index, count, args->items);
}

static bs_expr parse_sum_form(struct parser *p, const char *start, struct bs_list *args)
{
    if (args->count != 4 || args->items[0]->kind != BS_SYMBOL)
        return refuse(p, start, "write sum(index, from, to, body), as in sum(j, 1, n, x_j)");
    return bs_indexed_sum(p->pool, args->items[0], args->items[1], args->items[2], args->items[3]);
}

/* After the opening parenthesis. */
static bool parse_arguments(struct parser *p, struct bs_list *args)
{
    do
        bs_list_add(args, parse_expr(p));
    while (!args->failed && take(p, ','));
    if (args->failed)
        return false;
    if (take(p, ')'))
        return true;
    refuse_here(p, "a comma or )");
    return false;
}

static bs_expr parse_call(struct parser *p, const char *start, const char *name)
{
    int index;
    const struct bs_func *func = find_function(name, &index);
    bool is_sum = strcmp(name, "sum") == 0;
    if (!func && !is_sum)
        return refuse_function(p, start, name);
    struct bs_list args = {0};
    bs_expr result = NULL;
    if (parse_arguments(p, &args))
        result =
            is_sum ? parse_sum_form(p, start, &args) : check_call(p, start, func, index, &args);
    bs_list_finish(&args);
    return result;
}

/* ReLU' and max' are printed names of rows: the prime belongs to the function then. */
static bs_expr parse_name(struct parser *p)
{
    char name[LONGEST_NAME + 1] = "";
    const char *start = p->at;
    read_name(p, name);
    size_t length;
    if (is_name_char(peek(p, &length)[0]))
        return refuse(p, start, "the name is too long");
    if (take(p, '('))
        return parse_call(p, start, name);
    return bs_symbol(p->pool, name);
}

static bs_expr parse_atom(struct parser *p)
{
    size_t length;
    skip_space(p);
    const char *next = peek(p, &length);
    if (length > 0 && (isdigit((unsigned char)next[0]) || next[0] == '.')) {
        if (next[1] != '\0') { /* ½ */
            p->at += length;
            return bs_rational(p->pool, 1, 2);
        }
        if (next[0] == '.' && !is_digit_at(p, p->at + length))
            return refuse_here(p, "a number, a name or (");
        return parse_number(p);
    }
    if (length > 0 && (isalpha((unsigned char)next[0]) || next[0] == '_'))
        return parse_name(p);
    if (!take(p, '('))
        return refuse_here(p, "a number, a name or (");
    bs_expr inner = parse_expr(p);
    if (inner && !take(p, ')'))
        return refuse_here(p, ")");
    return inner;
}

static bs_expr parse_unary(struct parser *p);

/* ^ takes a signed power on its right: x^-1; ² and ³ bring their own exponent. */
static bs_expr parse_power(struct parser *p)
{
    bs_expr base = parse_atom(p);
    size_t length;
    skip_space(p);
    const char *next = peek(p, &length);
    if (!base || length == 0 || next[0] != '^')
        return base;
    p->at += length;
    bs_expr exponent = next[1] ? bs_integer(p->pool, next[1] - '0') : parse_unary(p);
    return bs_power(p->pool, base, exponent);
}

/* Signs before an operand: true when they are an odd number of minuses. */
static bool take_signs(struct parser *p)
{
    bool is_negative = false;
    for (;;) {
        if (take(p, '-'))
            is_negative = !is_negative;
        else if (!take(p, '+'))
            return is_negative;
    }
}

static bs_expr parse_unary(struct parser *p)
{
    if (!enter(p))
        return NULL;
    bool is_negative = take_signs(p);
    bs_expr operand = parse_power(p);
    p->depth--;
    return is_negative ? bs_neg(p->pool, operand) : operand;
}

/* A sign before a term belongs to the whole term: -a*b is -(a*b). */
static bs_expr parse_term(struct parser *p)
{
    bool is_negative = take_signs(p);
    bs_expr term = parse_power(p);
    for (int factors = 1; term; factors++) {
        bool divides = next_is(p, '/');
        if (!divides && !next_is(p, '*'))
            break;
        if (factors == MOST_FACTORS)
            return refuse(p, p->at, "more than %d factors in one product", MOST_FACTORS);
        take(p, divides ? '/' : '*');
        bs_expr factor = parse_unary(p);
        term = divides ? bs_div(p->pool, term, factor) : bs_mul(p->pool, term, factor);
    }
    return is_negative ? bs_neg(p->pool, term) : term;
}

static bs_expr parse_terms(struct parser *p)
{
    struct bs_list terms = {0};
    bs_expr term = parse_term(p);
    while (term) {
        bs_list_add(&terms, term);
        bool minus = next_is(p, '-');
        if (!minus && !next_is(p, '+'))
            break;
        take(p, minus ? '-' : '+');
        term = parse_term(p);
        if (minus)
            term = bs_neg(p->pool, term);
    }
    if (!term) {
        bs_list_finish(&terms);
        return NULL;
    }
    return bs_list_sum(p->pool, &terms);
}

static bs_expr parse_expr(struct parser *p)
{
    if (!enter(p))
        return NULL;
    bs_expr result = parse_terms(p);
    p->depth--;
    return result;
}

static bs_expr refuse_rest(struct parser *p)
{
    size_t length;
    const char *next = peek(p, &length);
    if (is_name_char(next[0]) || next[0] == '(')
        return refuse(p, p->at, "expected an operator, got \"%.*s\": write * between factors",
                      (int)length, p->at);
    return refuse_here(p, "an operator");
}

int bs_parse(bs_expr *out, struct bs_pool *pool, const char *text, size_t length,
             struct bs_error *err)
{
    struct parser p = {.pool = pool, .text = text, .end = text + length, .at = text, .err = err};
    bs_expr result = parse_expr(&p);
    skip_space(&p);
    if (result && p.at < p.end)
        result = refuse_rest(&p);
    if (!result)
        return p.failed ? BS_REFUSED : bs_pool_error(pool, err);
    *out = result;
    return BS_OK;
}
