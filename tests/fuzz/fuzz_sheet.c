/*
 * Any text at all, read as an answer sheet, what stands beside each name as an answer, and the
 * sheet judged by a key of a few entries with the names that are in the texts.  The test suite runs
 * it on the texts of corpus/sheet and on random ones (main.c); for hours of it build as
 * fuzz_parse.c says, and
 *
 *     build-fuzz/tests/fuzz/libfuzzer_sheet -max_len=4096 -timeout=60 /tmp/found
 * tests/fuzz/corpus/sheet
 */
#include "seeds.h"

#include "base/width.h"
#include "check/answer.h"
#include "check/judge.h"
#include "check/sheet.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const bs_fuzz_texts[] = {
    ("backstep = 1\nlesson = slides-example\nstudent = 张三\nseed = 7\n\nb_1 = 0.6637\ng_1 = "
     "−0.0407\n"),
    "# worked with four decimals\n- **g_1** = -4.07e-2\n* `w_11' = 0.3991`\n> 1. b_2=,5\n",
    "```text\nx = [0.35, 0.9]\nW1 = [[0.1; 0,8],\n      [0,4; 0.6]]\n```\n",
    "ｇ_１＝－２．６５×１０^－３\u3000＃ 全角\r\nＷ ＝ ｛｛１，２｝；｛３，４｝｝\r\n",
    "y = 1/(1 + 0.4487)\ng = y*(1 - y)\ne = g*y + 2^-0.5\nd = -∂E/∂w_11 + Δw_11\n",
    "a = 9^9^9\nb = 10^-400\nc = 1e400\nd = nan\ne = 0x1F\nf = 1,234,567\ng = exp(1)\n",
    "p = 0.10000000000000000000000001\nq = 99999999999999999999\nr = -0.00\ns = 0.5\n",
    NULL,
};

const char *const bs_fuzz_pieces[] = {
    "=",
    "\n",
    "[",
    "]",
    "{",
    "}",
    ",",
    ";",
    "#",
    "- ",
    "**",
    "`",
    "```",
    "> ",
    "1. ",
    "\r\n",
    "\t",
    "\u3000",
    "＝",
    "［",
    "］",
    "；",
    "，",
    "０",
    "０．５",
    "\x1b[2J",
    "\xef\xbb\xbf",
    "\xff",
    "\xc2",
    "−",
    "×10^-3",
    "·10⁻",
    "e-3",
    "e999",
    "0,5",
    "1,234",
    "student = ",
    "backstep = 2",
    "x = [1, 2",
    "[[1], [2, 3]]",
    "123456789012345678",
    "(",
    ")",
    "^",
    "/0",
    "x",
    "s",
    "y",
    "\u202ex\u202c",
    "000",
    NULL,
};

static void require(bool is_so, const char *what, const char *text)
{
    if (is_so)
        return;
    fprintf(stderr, "%s: \"%s\"\n", what, text);
    abort();
}

/* Nothing that a terminal obeys. */
static void check_text(const char *text, const char *what)
{
    size_t left = strlen(text);
    for (size_t length; left > 0; text += length, left -= length) {
        uint32_t code;
        length = bs_utf8_read(&code, text, left);
        require(length > 1 || code != 0xFFFD, what, "no UTF-8");
        require(code >= 0x20 && (code < 0x7F || code >= 0xA0), what, "a control character");
    }
}

static void check_finding(const struct bs_exact *value)
{
    const double number = bs_exact_value(value);
    require(isfinite(number), "not finite", "");
    require(value->bounds.lo <= value->bounds.hi, "bounds", "");
    require(number >= nextafter(value->bounds.lo, -INFINITY) &&
                number <= nextafter(value->bounds.hi, INFINITY),
            "a value out of its bounds", "");
}

/* A value is its own decimal rounded, to any figures, and reads back as it is written. */
static void check_rounding(const struct bs_exact *value, const char *text)
{
    for (int figures = 1; figures <= BS_MOST_FIGURES; figures += 4) {
        struct bs_buf buf = BS_BUF_INIT;
        struct bs_decimal back = {0};
        const struct bs_decimal rounded = bs_decimal_round(value, figures);
        const struct bs_interval window = bs_decimal_window(rounded, false);
        require(rounded.digits == 0 || rounded.figures == figures, "figures", text);
        require(rounded.digits == 0 || bs_decimal_is_rounded(rounded, value, false), "rounded",
                text);
        require(rounded.digits == 0 ||
                    (window.lo <= value->bounds.hi && window.hi >= value->bounds.lo),
                "the window", text);
        bs_decimal_put(&buf, rounded, "-");
        require(bs_decimal_read(&back, bs_buf_text(&buf), buf.length, false) == buf.length,
                "unreadable", bs_buf_text(&buf));
        require(back.digits == rounded.digits && back.figures == rounded.figures, "read otherwise",
                bs_buf_text(&buf));
        bs_buf_finish(&buf);
    }
}

/* Every s is ½ and every y about ln 2, so that names are used as well. */
static bool find_name(struct bs_exact *value, void *context, const char *name)
{
    (void)context;
    if (name[0] == 's')
        *value = bs_exact_fraction((struct bs_fraction){1, 2});
    else if (name[0] == 'y')
        *value = (struct bs_exact){.bounds = {0.69314718055994518, 0.6931471805599454}};
    return name[0] == 's' || name[0] == 'y';
}

static void check_answer(struct bs_sheet *sheet, const struct bs_typed *typed)
{
    const struct bs_answer_names names = {find_name, NULL, NULL};
    struct bs_answer answer;
    struct bs_error err = {0};
    const size_t length = strlen(typed->text);
    if (bs_answer_read(&answer, typed->text, length, &names, &err) == BS_OK) {
        check_finding(&answer.exact);
        check_rounding(&answer.exact, typed->text);
        require(!answer.is_decimal || bs_decimal_is_rounded(answer.decimal, &answer.exact, false),
                "not itself", typed->text);
        return;
    }
    require(err.status == BS_REFUSED && err.text[0], "no refusal", typed->text);
    require(err.column >= 1 && (size_t)err.column <= length + 1, "column", typed->text);
    check_text(err.text, typed->text);
    bs_sheet_complain(sheet, typed, err.column, err.text);
}

static void check_sheet(struct bs_sheet *sheet)
{
    for (size_t i = 0; i < sheet->count; i++) {
        const struct bs_typed *typed = &sheet->answers[i];
        check_text(typed->name, "name");
        check_text(typed->text, "text");
        require(typed->name[0] && typed->line >= 1 && typed->column >= 1, "place", typed->name);
        check_answer(sheet, typed);
    }
    for (size_t i = 0; i < sheet->complaint_count; i++) {
        const struct bs_complaint *complaint = &sheet->complaints[i];
        check_text(complaint->source, "source");
        check_text(complaint->text, "complaint");
        require(complaint->column >= 1 &&
                    (size_t)complaint->column <= strlen(complaint->source) + 1,
                "a column out of its line", complaint->source);
    }
}

/* ---- judging --------------------------------------------------------------------------------- */

static void must_do(int status, const struct bs_error *err)
{
    require(status == BS_OK, "the key could not be made", err->text);
}

static struct bs_tape *make_tape(void)
{
    static const struct {
        const char *name;
        double value;
    } givens[] = {{"x", 1.5}, {"w", 0.8}, {"c", -0.3}, {"d", 1}};
    static const char *const lets[][2] = {
        {"p", "w*x + c"}, {"y", "sigmoid(p)"}, {"a", "relu(p - 0.9)"}, {"b", "(y - d)^2/2 + a"}};
    struct bs_tape *tape = NULL;
    struct bs_error err;
    must_do(bs_tape_create(&tape, 0, &err), &err);
    for (size_t k = 0; k < sizeof givens / sizeof *givens; k++)
        must_do(bs_tape_given(tape, givens[k].name, givens[k].value, &err), &err);
    for (size_t k = 0; k < sizeof lets / sizeof *lets; k++)
        must_do(bs_tape_let(tape, lets[k][0], lets[k][1], strlen(lets[k][1]), &err), &err);
    must_do(bs_tape_backward(tape, "b", &err), &err);
    return tape;
}

/* Made once, and kept to the end of the program. */
static struct bs_key *the_key(void)
{
    static struct bs_key *key;
    static const char *const asked[] = {"p", "y", "a", "b"};
    struct bs_question questions[4];
    struct bs_error err;
    if (key)
        return key;
    struct bs_tape *tape = make_tape();
    for (size_t k = 0; k < 4; k++) {
        questions[k] = (struct bs_question){.figures = 3, .points = 1};
        must_do(bs_tape_find(&questions[k].entry, tape, asked[k], &err), &err);
    }
    must_do(bs_key_create(&key, tape, questions, 4, &bs_usual_marking, &err), &err);
    bs_tape_destroy(tape);
    return key;
}

/* Whatever is on a sheet, it is judged, and earns no more than there is. */
static void check_judging(struct bs_sheet *sheet)
{
    struct bs_result result;
    struct bs_error err;
    require(bs_judge(&result, the_key(), sheet, true, &err) == BS_OK, "not judged", err.text);
    require(result.mark >= 0 && result.mark <= result.most, "a mark out of range", "");
    bs_result_finish(&result);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bs_sheet sheet;
    struct bs_error err = {0};
    if (bs_sheet_read(&sheet, (const char *)data, size, &err) < 0) {
        require(err.status == BS_REFUSED && err.text[0], "no refusal of a sheet", err.text);
        return 0;
    }
    const char *const header[] = {sheet.student, sheet.lesson, sheet.notation};
    for (size_t i = 0; i < sizeof header / sizeof *header; i++)
        check_text(header[i] ? header[i] : "", "header");
    check_sheet(&sheet);
    check_judging(&sheet);
    bs_sheet_finish(&sheet);
    return 0;
}
