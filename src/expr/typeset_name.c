/* Names: Greek spelt out, a layer's number behind it (delta1), subscripts, and _new as a prime. */
#include "expr/greek.h"
#include "expr/typeset.h"
#include "expr/words.h"

#include <ctype.h>
#include <string.h>

/* The pieces of a name: delta, 1, 2_3 and the prime of delta1_2_3_new. */
struct pieces {
    const char *stem, *greek; /* the Greek letter, or NULL */
    size_t stem_length;       /* with the digits behind it */
    size_t letters;           /* of the stem, before the digits */
    const char *subscript;
    size_t subscript_length; /* 0: none */
    bool is_new;
};

static struct pieces take_apart(const char *name)
{
    static const char suffix[] = "_new";
    enum { SUFFIX = sizeof suffix - 1 };
    struct pieces out = {.stem = name};
    size_t length = strlen(name), stem = strcspn(name, "_");
    out.is_new = length > SUFFIX && strcmp(name + length - SUFFIX, suffix) == 0;
    if (out.is_new)
        length -= SUFFIX;
    out.stem_length = stem < length ? stem : length;
    out.subscript = name + out.stem_length + (out.stem_length < length);
    out.subscript_length = (size_t)(name + length - out.subscript);
    out.letters = out.stem_length;
    while (out.letters > 0 && isdigit((unsigned char)name[out.letters - 1]))
        out.letters--;
    out.greek = bs_greek_letter(name, out.letters);
    return out;
}

static void put_unicode(struct bs_buf *buf, const char *name)
{
    const struct pieces name_of = take_apart(name), *p = &name_of;
    size_t shown = p->greek ? p->letters : 0;
    bs_buf_put(buf, p->greek ? p->greek : "");
    bs_buf_put_n(buf, name + shown, (size_t)(p->subscript - name) + p->subscript_length - shown);
    bs_buf_put(buf, p->is_new ? "'" : "");
}

static bool is_hat(const struct pieces *p)
{
    return p->greek && strcmp(p->greek, "ŷ") == 0;
}

static void put_latex_stem(struct bs_buf *buf, const struct pieces *p)
{
    if (is_hat(p))
        bs_buf_put(buf, "\\hat{y}");
    else if (p->greek)
        bs_buf_printf(buf, "\\%.*s", (int)p->letters, p->stem);
    else if (p->stem_length > 1 && isalpha((unsigned char)p->stem[1]))
        bs_buf_printf(buf, "\\mathrm{%.*s}", (int)p->stem_length, p->stem);
    else
        bs_buf_put_n(buf, p->stem, p->stem_length);
    if (p->greek && p->letters < p->stem_length)
        bs_buf_printf(buf, "^{(%.*s)}", (int)(p->stem_length - p->letters), p->stem + p->letters);
}

static void put_latex(struct bs_buf *buf, const char *name)
{
    const struct pieces p = take_apart(name);
    put_latex_stem(buf, &p);
    bs_buf_put(buf, p.subscript_length ? "_{" : "");
    for (size_t i = 0; i < p.subscript_length; i++)
        bs_buf_char(buf, p.subscript[i] == '_' ? ',' : p.subscript[i]);
    bs_buf_put(buf, p.subscript_length ? "}" : "");
    bs_buf_put(buf, p.is_new ? "'" : "");
}

void bs_buf_escaped(struct bs_buf *buf, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (text[i] == '&')
            bs_buf_put(buf, "&amp;");
        else if (text[i] == '<')
            bs_buf_put(buf, "&lt;");
        else if (text[i] == '>')
            bs_buf_put(buf, "&gt;");
        else
            bs_buf_char(buf, text[i]);
}

/* Digits are a number, anything else an identifier (upright when it has several letters). */
static void put_element(struct bs_buf *buf, const char *text, size_t length)
{
    const char *tag = "mn";
    for (size_t i = 0; i < length; i++)
        if (!isdigit((unsigned char)text[i]))
            tag = "mi";
    bs_buf_printf(buf, "<%s>", tag);
    bs_buf_escaped(buf, text, length);
    bs_buf_printf(buf, "</%s>", tag);
}

static void put_mathml_stem(struct bs_buf *buf, const struct pieces *p)
{
    if (is_hat(p)) {
        bs_buf_put(buf, "<mover accent=\"true\"><mi>y</mi><mo>^</mo></mover>");
    } else if (p->greek) {
        put_element(buf, p->greek, strlen(p->greek));
    } else if (p->letters > 0 && p->letters < p->stem_length) {
        bs_buf_put(buf, "<mrow>");
        put_element(buf, p->stem, p->letters);
        put_element(buf, p->stem + p->letters, p->stem_length - p->letters);
        bs_buf_put(buf, "</mrow>");
    } else {
        put_element(buf, p->stem, p->stem_length);
    }
}

static void put_mathml_subscript(struct bs_buf *buf, const struct pieces *p)
{
    const char *part = p->subscript, *end = part + p->subscript_length;
    bs_buf_put(buf, "<mrow>");
    for (const char *bar; part < end; part = bar + 1) {
        bar = memchr(part, '_', (size_t)(end - part));
        bar = bar ? bar : end;
        put_element(buf, part, (size_t)(bar - part));
        bs_buf_put(buf, bar < end ? "<mo>,</mo>" : "");
    }
    bs_buf_put(buf, "</mrow>");
}

static bool put_raised(struct bs_buf *buf, const struct pieces *p)
{
    const bool has_layer = p->greek && p->letters < p->stem_length;
    if (!has_layer && !p->is_new)
        return false;
    bs_buf_put(buf, "<mrow>");
    if (has_layer) {
        bs_buf_put(buf, "<mo>(</mo>");
        put_element(buf, p->stem + p->letters, p->stem_length - p->letters);
        bs_buf_put(buf, "<mo>)</mo>");
    }
    bs_buf_put(buf, p->is_new ? "<mo>′</mo></mrow>" : "</mrow>");
    return true;
}

static void put_mathml(struct bs_buf *buf, const char *name)
{
    const struct pieces p = take_apart(name);
    const size_t start = buf->length;
    const bool has_subscript = p.subscript_length > 0;
    put_mathml_stem(buf, &p);
    if (has_subscript)
        put_mathml_subscript(buf, &p);
    const bool is_raised = put_raised(buf, &p);
    if (!is_raised && !has_subscript)
        return;
    const char *tag = is_raised && has_subscript ? "msubsup" : is_raised ? "msup" : "msub";
    bs_buf_printf(buf, "</%s>", tag);
    bs_buf_splice(buf, start, 0, ">");
    bs_buf_splice(buf, start, 0, tag);
    bs_buf_splice(buf, start, 0, "<");
}

void bs_buf_mathml_base(struct bs_buf *buf, const char *name)
{
    const struct pieces p = take_apart(name);
    if (p.subscript_length == 0)
        put_mathml_stem(buf, &p);
    else
        put_mathml(buf, name);
}

bool bs_buf_mathml_raised(struct bs_buf *buf, const char *name)
{
    const struct pieces p = take_apart(name);
    return p.subscript_length == 0 && put_raised(buf, &p);
}

void bs_buf_name(struct bs_buf *buf, const char *name, enum bs_form form)
{
    switch (form) {
    case BS_UNICODE:
        put_unicode(buf, name);
        break;
    case BS_ASCII:
        bs_buf_put(buf, name);
        break;
    case BS_LATEX:
        put_latex(buf, name);
        break;
    case BS_MATHML:
        put_mathml(buf, name);
        break;
    }
}
