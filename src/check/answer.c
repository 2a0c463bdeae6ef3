#include "check/answer.h"

#include "base/width.h"
#include "expr/eval.h"
#include "expr/func.h"
#include "expr/parse.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- digits typed ---------------------------------------------------------------------------- */

struct literal {
    int figures, place;
};

/* Full-width forms and the minus sign in ASCII; what can be no part of a literal, as a space. */
static void put_plain(struct bs_buf *buf, const char *text)
{
    enum { FULL_WIDTH_FIRST = 0xFF01, FULL_WIDTH_LAST = 0xFF5E, MINUS = 0x2212 };
    for (size_t left = strlen(text), length; left > 0; text += length, left -= length) {
        uint32_t code;
        length = bs_utf8_read(&code, text, left);
        if (code >= FULL_WIDTH_FIRST && code <= FULL_WIDTH_LAST)
            code -= FULL_WIDTH_FIRST - '!';
        else if (code == MINUS)
            code = '-';
        bs_buf_char(buf, code < 0x80 ? (char)code : ' ');
    }
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* e-3 after the digits; a letter that no exponent follows is left. */
static const char *read_exponent(int *exponent, const char *c)
{
    enum { LARGEST = 1000000 }; /* in use it is smaller, as the value is finite */
    char *end;
    *exponent = 0;
    if (*c != 'e' && *c != 'E')
        return c;
    long read = strtol(c + 1, &end, 10);
    if (end == c + 1)
        return c;
    *exponent = read > LARGEST ? LARGEST : read < -LARGEST ? -LARGEST : (int)read;
    return end;
}

/* 0.0250e-3 has 3 figures, the last of them at 10^-7. */
static const char *read_literal(struct literal *out, const char *c)
{
    int decimals = 0, exponent;
    bool has_point = false;
    out->figures = 0;
    for (; is_digit(*c) || *c == '.'; c++) {
        has_point = has_point || *c == '.';
        if (*c == '.')
            continue;
        decimals += has_point;
        if (out->figures > 0 || *c != '0')
            out->figures++;
    }
    c = read_exponent(&exponent, c);
    out->place = exponent - decimals;
    return c;
}

/* Literals in the text; *first is the first of them. */
static int read_literals(struct literal *first, const char *text)
{
    int count = 0;
    struct literal literal;
    while (*(text += strcspn(text, "0123456789."))) {
        text = read_literal(&literal, text);
        if (count++ == 0)
            *first = literal;
    }
    return count;
}

/* a·10^k, k an integer that a double can have */
static bool is_scientific(bs_expr expr)
{
    enum { LARGEST_EXPONENT = 400 };
    if (expr->kind != BS_PRODUCT || expr->count != 2 || !bs_is_number(expr->args[0]))
        return false;
    bs_expr power = expr->args[1];
    return power->kind == BS_POWER && bs_is_integer(power->args[0], 10) &&
           bs_is_exact(power->args[1]) && power->args[1]->u.number.den == 1 &&
           fabs(bs_number_value(power->args[1])) <= LARGEST_EXPONENT;
}

/*
 * An expression is one decimal when it is a number made of one literal (2/3 is made of two), or
 * a·10^k made of three.
 */
static void read_digits(struct bs_answer *out, const char *plain, bs_expr expr)
{
    struct literal first = {0};
    int literals = read_literals(&first, plain);
    bool scientific = is_scientific(expr) && literals == 3;
    out->is_decimal = scientific || (bs_is_number(expr) && literals == 1);
    if (!out->is_decimal)
        return;
    out->figures = first.figures;
    out->place = first.place + (scientific ? (int)bs_number_value(expr->args[1]->args[1]) : 0);
}

/* ---- reading --------------------------------------------------------------------------------- */

static int refuse_word(bs_expr expr, struct bs_error *err)
{
    if (expr->kind == BS_SYMBOL)
        return bs_fail(err, BS_REFUSED, "an answer is made of numbers, and \"%.80s\" is a name",
                       expr->u.name);
    return bs_fail(err, BS_REFUSED,
                   "an answer is made of numbers with + - * / ^, and %.80s is a function",
                   expr->kind == BS_CALL ? expr->u.call.func->name : "sum");
}

static int check_arithmetic(bs_expr expr, struct bs_error *err)
{
    int status = BS_OK;
    if (expr->kind != BS_NUMBER && expr->kind != BS_SUM && expr->kind != BS_PRODUCT &&
        expr->kind != BS_POWER)
        return refuse_word(expr, err);
    for (int i = 0; status == BS_OK && i < expr->count; i++)
        status = check_arithmetic(expr->args[i], err);
    return status;
}

static int evaluate(double *out, bs_expr expr, struct bs_error *err)
{
    struct bs_valued valued;
    struct bs_env env = {0}; /* without leaves nothing is asked of it */
    int status = check_arithmetic(expr, err);
    if (status == BS_OK)
        status = bs_eval(&valued, expr, &env, err);
    if (status < 0)
        return status;
    if (!isfinite(valued.value))
        return bs_fail(err, BS_REFUSED, "that is no finite number");
    *out = valued.value;
    return BS_OK;
}

int bs_answer_read(struct bs_answer *out, const char *text, struct bs_error *err)
{
    struct bs_buf plain = BS_BUF_INIT;
    bs_expr expr;
    *out = (struct bs_answer){.text = text, .value = NAN};
    if (text[strspn(text, " \t\r\n")] == '\0')
        return bs_fail(err, BS_REFUSED, "type a number, as in -0.0407, 2/3 or 2.65e-3");
    struct bs_pool *pool = bs_pool_create();
    if (!pool)
        return bs_fail_memory(err);
    int status = bs_parse(&expr, pool, text, strlen(text), err);
    if (status == BS_OK)
        put_plain(&plain, text);
    if (plain.failed)
        status = bs_fail_memory(err);
    if (status == BS_OK)
        status = evaluate(&out->value, expr, err);
    if (status == BS_OK)
        read_digits(out, bs_buf_text(&plain), expr);
    bs_buf_finish(&plain);
    bs_pool_destroy(pool);
    return status;
}

/* ---- judging --------------------------------------------------------------------------------- */

/* Two engines agree within this multiple of the size of what was added up. */
static const double ROUNDING = 1e-12;

static double slack(const struct bs_question *question)
{
    return ROUNDING * fmax(question->size, fabs(question->value));
}

/* Units of a figure that counts from the first one of a value other than 0. */
static double unit_of_figure(double value, int figures)
{
    char digits[40];
    snprintf(digits, sizeof digits, "%.14e", value);
    long exponent = strtol(strchr(digits, 'e') + 1, NULL, 10);
    return pow(10, (double)exponent - figures + 1);
}

static int figures_wanted(const struct bs_question *question)
{
    return question->figures > 0 ? question->figures : BS_FIGURES_WANTED;
}

static double unit_typed(const struct bs_answer *answer, const struct bs_question *question)
{
    return answer->is_decimal ? pow(10, answer->place)
                              : unit_of_figure(answer->value, figures_wanted(question));
}

/* 0 when all digits are kept. */
static double unit_of_work(const struct bs_question *question)
{
    const struct bs_digits *working = &question->working;
    if (working->decimals >= 0)
        return pow(10, -working->decimals);
    return working->figures > 0 ? unit_of_figure(question->value, working->figures) : 0;
}

/* A value with the other sign is never near enough, however small both are. */
static bool is_within(double typed, const struct bs_question *question, double tolerance)
{
    return signbit(typed) == signbit(question->value) &&
           fabs(typed - question->value) <= tolerance + slack(question);
}

/* Digits that are left out are zeros. */
static bool is_too_coarse(const struct bs_answer *answer, const struct bs_question *question)
{
    int wanted = figures_wanted(question);
    return answer->is_decimal && answer->figures < wanted &&
           !is_within(answer->value, question, unit_of_figure(question->value, wanted) / 2);
}

static bool is_zero(const struct bs_question *question)
{
    return fabs(question->value) <= ROUNDING * question->size;
}

enum bs_verdict bs_answer_judge(const struct bs_answer *answer, const struct bs_question *question)
{
    if (!isfinite(answer->value))
        return BS_VERDICT_NOT_AN_ANSWER;
    if (!isfinite(question->value))
        return BS_VERDICT_WRONG;
    if (is_zero(question) || answer->value == 0)
        return is_zero(question) && answer->value == 0 ? BS_VERDICT_RIGHT : BS_VERDICT_WRONG;
    if (is_too_coarse(answer, question))
        return BS_VERDICT_TOO_COARSE;
    double tolerance = fmax(unit_typed(answer, question), unit_of_work(question));
    if (is_within(answer->value, question, tolerance))
        return BS_VERDICT_RIGHT;
    return is_within(-answer->value, question, tolerance) ? BS_VERDICT_WRONG_SIGN
                                                          : BS_VERDICT_WRONG;
}

/* ---- words ----------------------------------------------------------------------------------- */

void bs_verdict_put(struct bs_buf *buf, enum bs_verdict verdict, const struct bs_question *question,
                    const char *lang)
{
    static const struct {
        const char *english, *chinese;
    } sentences[] = {
        [BS_VERDICT_RIGHT] = {"Right.", "正确。"},
        [BS_VERDICT_TOO_COARSE] = {"Too coarse: give at least %d significant figures.",
                                   "精度不够：请至少给出 %d 位有效数字。"},
        [BS_VERDICT_WRONG_SIGN] = {"The sign is wrong.", "符号错了。"},
        [BS_VERDICT_WRONG] = {"Wrong.", "错误。"},
        [BS_VERDICT_NOT_AN_ANSWER] = {"That is not an answer.", "这不是答案。"},
    };
    bool is_chinese = lang && strncmp(lang, "zh", 2) == 0;
    const char *sentence = is_chinese ? sentences[verdict].chinese : sentences[verdict].english;
    const char *blank = strstr(sentence, "%d");
    if (!blank) {
        bs_buf_put(buf, sentence);
        return;
    }
    bs_buf_put_n(buf, sentence, (size_t)(blank - sentence));
    bs_buf_printf(buf, "%d", figures_wanted(question));
    bs_buf_put(buf, blank + strlen("%d"));
}
