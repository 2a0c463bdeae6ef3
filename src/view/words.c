/*
 * Words around the formulas, in English and in Chinese, and their characters in each form.  English
 * is what the engine gives and what the table of phrases is looked up by.
 */
#include "view/internal.h"

#include "base/width.h"
#include "expr/func.h"
#include "expr/greek.h"

#include <inttypes.h>
#include <string.h>

/* A row that ends in a space translates the beginning of a text. */
static const struct phrase {
    const char *english, *chinese;
} phrases[] = {
    {"Given", "已知量"},
    {"Forward", "前向传播"},
    {"Loss", "损失"},
    {"Backward", "反向传播"},
    {"Update", "更新"},
    {"Again", "更新后再前向"},

    {"name", "名称"},
    {"closed form", "闭式"},
    {"numbers", "代入数值"},
    {"value", "值"},
    {"gradient", "梯度"},
    {"derived", "推导值"},
    {"numerical", "数值微分"},
    {"difference", "相差"},
    {"relative", "相对"},
    {" gradient", " 个梯度"},
    {" gradients", " 个梯度"},
    {", largest difference ", "，最大相差 "},
    {", relative to the largest gradient ", "，相对于最大的梯度为 "},
    {": they do not agree", "：两者不一致"},
    {": they differ, as slopes are cut on the way back (truncate)",
     "：两者不同，因为反向传播在中途被截断（truncate）"},
    {"… and ", "…… 另有 "},
    {" more", " 项"},
    {"Worked solution", "解答"},

    {"output ", "输出 "},
    {"target ", "目标 "},
    {"class ", "类 "},
    {"several", "几类样本重叠"},
    {"no finite output", "输出不是有限数"},
    {"samples on the right side: ", "落在正确一侧的样本："},
    {" of ", "/"},
    {"en", "zh-Hans"},

    {"user", "用到它的量"},
    {"/∂user", "/∂该量"},
    {"∂user/∂", "∂该量/∂"},
    {"product", "乘积"},
    {"step", "时刻"},
    {"step ", "时刻 "},
    {"sum", "合计"},

    {"layer", "层"},
    {"kind", "类型"},
    {"output", "输出"},
    {"parameters", "参数个数"},
    {"input", "输入"},
    {"total", "合计"},
    {" step of ", " 步，每步 "},
    {" steps of ", " 步，每步 "},

    {"given", "已知"},
    {"definition", "定义"},
    {"loss", "损失函数"},
    {"chain rule", "链式法则"},
    {"sum rule", "和的求导法则"},
    {"product rule", "乘积法则"},
    {"quotient rule", "商的求导法则"},
    {"power rule", "幂的求导法则"},
    {"1 where the indices agree", "下标相同时为 1"},
    {"index renamed", "改换求和下标"},
    {"δ collapsed", "δ 求和后只剩一项"},
    {"case by case", "分段求导"},
    {"simplification", "化简"},
    {"does not depend on it", "与该变量无关"},
    {"slopes worked out", "求出局部导数"},
    {"derivatives put in", "代入已求出的导数"},
    {"as assumed", "代入假设"},
    {"the chain unrolled", "沿链逐层展开"},
    {"the square completed", "配方"},
    {"no factor is larger", "每个因子都不超过它"},
    {"the other factors:", "其余的因子："},
    {"differentiated", "直接求导"},
    {"slope of the definition", "对定义式求偏导"},
    {"the backward pass starts here", "反向传播由此开始"},
    {"gradient descent", "梯度下降"},
    {"momentum", "动量法"},
    {"nesterov", "Nesterov 动量法"},
    {"adagrad", "AdaGrad"},
    {"rmsprop", "RMSProp"},
    {"adam", "Adam"},
    {"adamw", "AdamW"},
    {"freed of its start at 0", "修正从 0 起步的偏差"},
    {"update", "更新"},
    {"with the updated values", "代入更新后的值"},
    {"output and loss fused", "输出与损失合并求导"},
    {"a factor of the chain is not finite; the fused form is",
     "链式法则中有因子不是有限数，合并式有限"},
    {"gathered from all that use it", "把用到它的各处相加"},
    {"the slopes, with the kernel flipped", "各处斜率与翻转的核相乘"},
    {"at a kink", "在折点上"},

    {"proved", "得证"},
    {"refuted", "不成立"},
    {"not decided", "未能判定"},
    {"functions by their formulas", "代入函数的表达式"},
    {"multiplied out", "展开"},
    {"the same over a common denominator", "通分后相同"},
    {"the same within rounding wherever tried, which proves nothing",
     "在所有试过的点上都在舍入误差内相等，但这不是证明"},
    {"no other function says what it is: its slope is a rule of its own",
     "它不能由其他函数表示：其导数是单独的一条法则"},
    {"where ", "其中 "},
    {"while ", "只要 "},

    {"nothing overflows", "没有溢出"},
    {"overflows: doubles end at 1.8e308", "上溢：双精度数最大为 1.8e308"},
    {"underflows to 0, which cannot be divided by", "下溢为 0，不能作除数"},
    {"is not a number", "不是数"},
    {"divides by 0", "除以 0"},

    {"not finite; first at ", "不是有限数；最先出现在 "},

    {"1 where x > 0, else e^x", "1（x > 0），否则 e^x"},
    {"0 where x > 0, else e^x", "0（x > 0），否则 e^x"},
    {"1 where x > 0, else α·e^x", "1（x > 0），否则 α·e^x"},
    {"0 where x > 0, else e^x − 1", "0（x > 0），否则 e^x − 1"},
    {"0 where x > 0, else α·e^x", "0（x > 0），否则 α·e^x"},
    {"1 where x > 0, else a", "1（x > 0），否则 a"},
    {"0 where x > 0, else x", "0（x > 0），否则 x"},
    {"0 where x > 0, else 1", "0（x > 0），否则 1"},
    {"σ + β·swish·(1 − σ), σ of β·x", "σ + β·swish·(1 − σ)，其中 σ 取 β·x 处的值"},
    {"x·swish·(1 − σ), σ of β·x", "x·swish·(1 − σ)，其中 σ 取 β·x 处的值"},
    {"1 where x_k is the largest, else 0", "1（x_k 最大），否则 0"},

    {"x where x > 0, else exp(x) - 1", "x（x > 0），否则 exp(x) - 1"},
    {"x where x > 0, else a*x", "x（x > 0），否则 a*x"},
    {"x where x > 0, else alpha*(exp(x) - 1)", "x（x > 0），否则 alpha*(exp(x) - 1)"},
    {"1 where x > 0, else alpha*exp(x)", "1（x > 0），否则 alpha*exp(x)"},
    {"1 where x >= 0, else 0", "1（x >= 0），否则 0"},
    {"1 where x > 0, else 0", "1（x > 0），否则 0"},
    {"1 where x > 0, else 0.1", "1（x > 0），否则 0.1"},
    {"1 where x > 0, else exp(x)", "1（x > 0），否则 exp(x)"},
    {"1 where argument k is the largest, else 0", "1（第 k 个自变量最大），否则 0"},
    {"-1, 0 or 1", "-1、0 或 1"},
    {"the largest argument", "最大的自变量"},
    {"the normal distribution function", "标准正态分布函数"},
    {"the y with exp(y) = x", "使 exp(y) = x 的 y"},
    {NULL, NULL},
};

static bool is_chinese(const char *lang)
{
    return lang && strncmp(lang, "zh", 2) == 0;
}

const char *bs_phrase(const char *english, const char *lang)
{
    for (const struct phrase *row = phrases; is_chinese(lang) && row->english; row++)
        if (strcmp(row->english, english) == 0)
            return row->chinese;
    return english;
}

const char *bs_view_phase(enum bs_phase phase, const char *lang)
{
    static const char *const headings[BS_PHASES] = {"Given",    "Forward", "Loss",
                                                    "Backward", "Update",  "Again"};
    return bs_phrase(headings[phase], lang);
}

/* ---- characters ------------------------------------------------------------------------------ */

/* What is not the same in each form, in running text; letters of the Greek alphabet are below. */
static const struct sign {
    const char *unicode, *ascii, *latex;
} signs[] = {
    {"−", "-", "\\(-\\)"},
    {"·", "*", "\\(\\cdot\\)"},
    {"×", "x", "\\(\\times\\)"},
    {"⊙", ".*", "\\(\\odot\\)"},
    {"∂", "d", "\\(\\partial\\)"},
    {"²", "^2", "\\({}^2\\)"},
    {"³", "^3", "\\({}^3\\)"},
    {"½", "0.5", "\\(\\frac{1}{2}\\)"},
    {"✓", "ok", "\\(\\checkmark\\)"},
    {"…", "...", "\\dots{}"},
    {"ŷ", "yhat", "\\(\\hat{y}\\)"},
    {"\\", "\\", "\\textbackslash{}"},
    {"{", "{", "\\{"},
    {"}", "}", "\\}"},
    {"_", "_", "\\_"},
    {"^", "^", "\\^{}"},
    {"#", "#", "\\#"},
    {"$", "$", "\\$"},
    {"%", "%", "\\%"},
    {"&", "&", "\\&"},
    {"~", "~", "\\~{}"},
    {"<", "<", "\\(<\\)"},
    {">", ">", "\\(>\\)"},
    {"|", "|", "\\(|\\)"},
    {NULL, NULL, NULL},
};

static bool is_text(const char *text, const char *bytes, size_t length)
{
    return text && strlen(text) == length && memcmp(text, bytes, length) == 0;
}

/* σ names the sigmoid where there is no σ. */
static const char *function_name(const char *letter, size_t length)
{
    for (const struct bs_func *func = bs_funcs; func->name; func++)
        if (is_text(func->unicode, letter, length))
            return func->name;
    return bs_greek_name(letter, length);
}

static void put_character(struct bs_buf *buf, const char *bytes, size_t length, enum bs_form form)
{
    for (const struct sign *sign = signs; sign->unicode; sign++)
        if (is_text(sign->unicode, bytes, length)) {
            bs_buf_put(buf, form == BS_LATEX ? sign->latex : sign->ascii);
            return;
        }
    const char *greek =
        form == BS_LATEX ? bs_greek_name(bytes, length) : function_name(bytes, length);
    if (!greek)
        bs_buf_put_n(buf, bytes, length);
    else if (form == BS_LATEX)
        bs_buf_printf(buf, "\\(\\%s\\)", greek);
    else
        bs_buf_put(buf, greek);
}

static const char *entity(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    default:
        return NULL;
    }
}

static void put_escaped(struct bs_buf *buf, const char *text, size_t length)
{
    for (const char *c = text; c < text + length; c++)
        if (entity(*c))
            bs_buf_put(buf, entity(*c));
        else
            bs_buf_char(buf, *c);
}

void bs_put_escaped(struct bs_buf *buf, const char *text)
{
    put_escaped(buf, text, strlen(text));
}

static void put_text(struct bs_buf *buf, const char *text, size_t left, enum bs_form form)
{
    if (form == BS_UNICODE) {
        bs_buf_put_n(buf, text, left);
        return;
    }
    if (form == BS_MATHML) {
        put_escaped(buf, text, left);
        return;
    }
    for (size_t length; left > 0; text += length, left -= length) {
        uint32_t code;
        length = bs_utf8_read(&code, text, left);
        put_character(buf, text, length, form);
    }
}

/* The length of a phrase that the text begins with; *chinese is its translation. */
static size_t find_beginning(const char **chinese, const char *english)
{
    for (const struct phrase *row = phrases; row->english; row++) {
        size_t length = strlen(row->english);
        *chinese = row->chinese;
        if (row->english[length - 1] == ' ' && strncmp(row->english, english, length) == 0)
            return length;
    }
    return 0;
}

/* "log(x) = the y with exp(y) = x" is a left side, kept as it is, and a phrase. */
static size_t name_length(const char *english)
{
    const char *equals = strstr(english, " = ");
    return equals ? (size_t)(equals + 3 - english) : 0;
}

void bs_put_words(struct bs_buf *buf, const char *english, const struct bs_page *page)
{
    const char *chinese;
    const bool is_phrase = bs_phrase(english, page->lang) != english;
    size_t beginning = is_chinese(page->lang) && !is_phrase ? find_beginning(&chinese, english) : 0;
    size_t name = beginning ? 0 : name_length(english);
    if (beginning)
        put_text(buf, chinese, strlen(chinese), page->form);
    put_text(buf, english, name, page->form);
    const char *rest = bs_phrase(english + beginning + name, page->lang);
    put_text(buf, rest, strlen(rest), page->form);
}

void bs_put_left_out(struct bs_buf *buf, int64_t count, const struct bs_page *page)
{
    bs_put_words(buf, "… and ", page);
    bs_buf_printf(buf, "%" PRId64, count);
    bs_put_words(buf, " more", page);
}
