/* The catalogue of mistakes, and how they are told. */
#include "check/mutate.h"

#include "expr/func.h"

#include <string.h>

const struct bs_mistake_row bs_mistake_rows[] = {
    {BS_SIGN_FLIPPED, "sign-flipped", "the sign is wrong", "符号反了", bs_make_sign, NULL},
    {BS_SLOPE_DROPPED, "slope-dropped", "the slope of {f}, {3}, is missing",
     "漏乘了 {f} 的斜率 {3}", NULL, bs_make_slope_dropped},
    {BS_RATE_DROPPED, "rate-dropped", "the learning rate {3} is missing", "漏乘了学习率 {3}", NULL,
     bs_make_rate},
    {BS_UPDATED_FOR_OLD, "updated-for-old",
     "{2} was used, the updated value; what belongs here is {1}, as it was in this pass",
     "用了更新后的 {2}；这里应当用这一次传播中的 {1}", bs_make_updated, NULL},
    {BS_OLD_FOR_UPDATED, "old-for-updated",
     "{2} was used, the value before the update; what belongs here is {1}",
     "用了更新前的 {2}；这里应当用 {1}", bs_make_old, NULL},
    {BS_SLOPE_OF_VALUE, "slope-of-value", "the value of {f}, {2}, was taken for its slope, {3}",
     "把 {f} 的值 {2} 当成了它的斜率 {3}", NULL, bs_make_slope_of_value},
    {BS_SLOPE_AT_WRONG_VALUE, "slope-at-wrong-value",
     "the slope of {f} was taken at the wrong value, as {3}", "{f} 的斜率代错了值，算成了 {3}",
     NULL, bs_make_slope_elsewhere},
    {BS_INPUT_FOR_OUTPUT, "input-for-output",
     "{2}, what goes into the unit, was taken for {1}, what comes out",
     "把单元的输入 {2} 当成了输出 {1}", bs_make_input, NULL},
    {BS_TRANSPOSED, "transposed", "{2} was taken for {1}: row and column changed places",
     "误用 {2} 代替 {1}：行和列颠倒了", bs_make_transposed, NULL},
    {BS_RELATIVE_TAKEN, "relative-taken", "{2} was taken for {1}", "误用 {2} 代替 {1}",
     bs_make_relative, NULL},
    {BS_ACTIVATION_DROPPED, "activation-dropped", "{f} was not applied", "漏算了激活函数 {f}", NULL,
     bs_make_activation_dropped},
    {BS_TERM_OVERWRITTEN, "term-overwritten",
     "{3} was taken alone; what comes back along the other paths is added to it",
     "只取了 {3} 一项；经其他路径传回的各项也要加上", NULL, bs_make_overwritten},
    {BS_TERM_DROPPED, "term-dropped", "the term {3} is missing", "漏加了 {3} 这一项", NULL,
     bs_make_term_dropped},
    {BS_TERM_FLIPPED, "term-flipped", "the term {3} has the wrong sign", "{3} 这一项的符号反了",
     NULL, bs_make_term_flipped},
    {BS_FACTOR_DROPPED, "factor-dropped", "the factor {3} is missing", "漏乘了 {3}", NULL,
     bs_make_factor},
    {BS_DOUBLED, "doubled", "it is twice as much as it should be: ½ is missing, or a 2 too many",
     "结果大了一倍：漏了 ½，或多乘了 2", bs_make_doubled, NULL},
    {BS_HALVED, "halved", "it is half of what it should be: a 2 is missing, or ½ too many",
     "结果小了一半：漏了 2，或多乘了 ½", bs_make_halved, NULL},
    {BS_SQUARE_DROPPED, "square-dropped", "{3} was not squared", "{3} 没有平方", NULL,
     bs_make_square},
    {BS_ACTIVATION_MIRRORED, "activation-mirrored", "what {f} is taken of has the wrong sign",
     "代入 {f} 的值符号反了", NULL, bs_make_mirrored},
    {BS_POINT_SLIPPED, "point-slipped", "the decimal point is one place off", "小数点错了一位",
     bs_make_slipped, NULL},
    {BS_DIGITS_TRANSPOSED, "digits-transposed", "two digits that stand side by side changed places",
     "相邻的两位数字颠倒了", NULL, NULL},
    {BS_NO_MISTAKE, "none", "", "", NULL, NULL},
};

int bs_mistake_rank(enum bs_mistake_kind kind)
{
    int rank = 0;
    while (bs_mistake_rows[rank].kind != kind && bs_mistake_rows[rank].kind != BS_NO_MISTAKE)
        rank++;
    return rank;
}

const char *bs_mistake_name(enum bs_mistake_kind kind)
{
    return bs_mistake_rows[bs_mistake_rank(kind)].name;
}

static const struct {
    const char *english, *chinese;
} nouns[BS_MISTAKE_KINDS] = {
    [BS_NO_MISTAKE] = {"", ""},
    [BS_SIGN_FLIPPED] = {"the wrong sign", "符号弄反"},
    [BS_FACTOR_DROPPED] = {"a factor left out", "漏乘因子"},
    [BS_RATE_DROPPED] = {"no learning rate", "漏乘学习率"},
    [BS_SLOPE_DROPPED] = {"no slope", "漏乘斜率"},
    [BS_SLOPE_OF_VALUE] = {"the value for the slope", "以函数值代替斜率"},
    [BS_SLOPE_AT_WRONG_VALUE] = {"the slope at the wrong value", "斜率代错了值"},
    [BS_ACTIVATION_DROPPED] = {"no activation function", "漏算激活函数"},
    [BS_ACTIVATION_MIRRORED] = {"the wrong sign under the activation function",
                                "激活函数的自变量符号弄反"},
    [BS_INPUT_FOR_OUTPUT] = {"a unit's input for its output", "以单元的输入代替输出"},
    [BS_UPDATED_FOR_OLD] = {"an updated value for the old one", "误用更新后的值"},
    [BS_OLD_FOR_UPDATED] = {"an old value for the updated one", "误用更新前的值"},
    [BS_TRANSPOSED] = {"row and column swapped", "行列颠倒"},
    [BS_RELATIVE_TAKEN] = {"another value of its kind", "误用同类的另一个量"},
    [BS_TERM_DROPPED] = {"a term left out", "漏加一项"},
    [BS_TERM_OVERWRITTEN] = {"one path alone", "只取一条路径的梯度"},
    [BS_TERM_FLIPPED] = {"a term with the wrong sign", "一项的符号弄反"},
    [BS_SQUARE_DROPPED] = {"no square", "漏平方"},
    [BS_DOUBLED] = {"twice as much", "大了一倍"},
    [BS_HALVED] = {"half as much", "小了一半"},
    [BS_POINT_SLIPPED] = {"the decimal point off", "小数点错位"},
    [BS_DIGITS_TRANSPOSED] = {"two digits swapped", "相邻数字颠倒"},
};

const char *bs_mistake_noun(enum bs_mistake_kind kind, const char *lang)
{
    return strcmp(lang, "zh") == 0 ? nouns[kind].chinese : nouns[kind].english;
}

/* ---- words ------------------------------------------------------------------------------------
 */

static void put_item(struct bs_buf *buf, const struct bs_key *key, int item)
{
    bs_buf_put(buf, item < 0 ? "" : bs_key_item(key, item)->shown);
}

static void put_piece(struct bs_buf *buf, const struct bs_key *key, bs_expr piece)
{
    const struct bs_style style = {.form = BS_UNICODE, .digits = BS_FOUR_FIGURES};
    if (piece)
        bs_key_typeset(key, buf, piece, NULL, &style);
}

static void put_taken(struct bs_buf *buf, const struct bs_key *key,
                      const struct bs_mistake *mistake)
{
    if (mistake->taken >= 0)
        put_item(buf, key, mistake->taken);
    else
        put_piece(buf, key, mistake->piece);
}

/* Of the call that the piece is, or that the item is defined as. */
static void put_function(struct bs_buf *buf, const struct bs_key *key,
                         const struct bs_mistake *mistake)
{
    bs_expr call =
        mistake->part >= 0 ? bs_key_item(key, mistake->part)->definition : mistake->piece;
    if (!call || call->kind != BS_CALL)
        return;
    const struct bs_func *func = call->u.call.func;
    bs_buf_put(buf, func->unicode ? func->unicode : func->name);
}

static void put_place(struct bs_buf *buf, const struct bs_key *key,
                      const struct bs_mistake *mistake, char place)
{
    switch (place) {
    case '1':
        put_item(buf, key, mistake->part);
        break;
    case '2':
        put_taken(buf, key, mistake);
        break;
    case '3':
        put_piece(buf, key, mistake->piece);
        break;
    default:
        put_function(buf, key, mistake);
    }
}

void bs_mistake_put(struct bs_buf *buf, const struct bs_key *key, const struct bs_mistake *mistake,
                    const char *lang)
{
    const struct bs_mistake_row *row = &bs_mistake_rows[bs_mistake_rank(mistake->kind)];
    const char *text = lang && strcmp(lang, "zh") == 0 ? row->chinese : row->english;
    for (const char *open; (open = strchr(text, '{')) != NULL; text = open + 3) {
        bs_buf_put_n(buf, text, (size_t)(open - text));
        put_place(buf, key, mistake, open[1]);
    }
    bs_buf_put(buf, text);
}
