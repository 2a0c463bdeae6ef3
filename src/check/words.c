#include "check/words.h"

#include <string.h>

static const struct {
    const char *english, *chinese;
} sayings[BS_SAYINGS] = {
    [BS_SAY_NOTHING] = {"", ""},
    [BS_SAY_RIGHT] = {"right", "正确"},
    [BS_SAY_ROUNDED] = {"right, rounded", "正确（有舍入）"},
    [BS_SAY_FOLLOWS] = {"follows", "步骤正确"},
    [BS_SAY_COARSE] = {"too coarse", "位数不足"},
    [BS_SAY_CONVENTION] = {"other convention", "另一种约定"},
    [BS_SAY_WRONG] = {"wrong", "错误"},
    [BS_SAY_UNANSWERED] = {"not answered", "未作答"},
    [BS_SAY_UNREADABLE] = {"not readable", "无法识别"},
    [BS_SAY_FAULT] = {"not judged", "未评判"},

    [BS_SAY_IT_IS_RIGHT] = {"Right.", "正确。"},
    [BS_SAY_IT_IS_ROUNDED] = {"Right; the last digits differ because you rounded on the way.",
                              "正确；末位的差别来自中间步骤的舍入。"},
    [BS_SAY_IT_FOLLOWS] = {"This step is right given your {1}; the error began at {1}.",
                           "按你的 {1} 计算，这一步是对的；错误出在 {1}。"},
    [BS_SAY_IT_IS_COARSE] = {"Right as far as it goes, but give at least {1} significant figures.",
                             "写出的数字是对的，但至少要保留 {1} 位有效数字。"},
    [BS_SAY_IT_IS_CONVENTION] = {"Right, {1}, as on the whole of your sheet.",
                                 "按另一种约定（{1}）是正确的，且全卷一致。"},
    [BS_SAY_IT_IS_WRONG] = {"Wrong.", "错误。"},
    [BS_SAY_IT_IS_DIAGNOSED] = {"Wrong: {1}.", "错误：{1}。"},
    [BS_SAY_IT_IS_ZERO] = {"Wrong: you typed 0, and the value is not 0.",
                           "错误：填写的是 0，但该值不为 0。"},
    [BS_SAY_IT_IS_TRIVIAL] =
        {"Wrong: it would follow from your {1}, but that value makes the rest trivial, so nothing "
         "follows from it.",
         "错误：按你的 {1} 可得此值，但这样一来后面的计算已失去意义，因此不给步骤分。"},
    [BS_SAY_IT_IS_TRIVIAL_AT] =
        {"Wrong: it would follow from your {1} = {2}, but that makes the rest trivial, so nothing "
         "follows from it.",
         "错误：按你的 {1} = {2} 可得此值，但这样一来后面的计算已失去意义，因此不给步骤分。"},
    [BS_SAY_IT_IS_NOT_ASKED] =
        {"Wrong: it is right given your {1}, but {1} is wrong, and since no question asks for it "
         "the "
         "mark is lost here.",
         "错误：按你的 {1} 可得此值，但 {1} 本身是错的；题目没有单独问它，所以在这里扣分。"},
    [BS_SAY_IT_IS_NOT_ALLOWED] =
        {"Wrong here: it would be right {1}, but the lesson does not use that convention.",
         "错误：按另一种约定（{1}）才是对的，但本课不采用该约定。"},
    [BS_SAY_IT_IS_UNANSWERED] = {"Not answered.", "未作答。"},
    [BS_SAY_IT_IS_UNREADABLE] = {"Not readable: the complaints about the sheet say why.",
                                 "无法识别，原因见对答卷的说明。"},
    [BS_SAY_IT_IS_A_FAULT] = {"The checker failed here; that is not counted against you.",
                              "评分程序在此出错，不会因此扣分。"},
    [BS_SAY_THE_VALUE] = {"The value is {1}.", "准确值为 {1}。"},

    [BS_SAY_OTHER_SIGN] = {"with the opposite sign for error terms", "误差项的符号相反"},
    [BS_SAY_OTHER_FACTOR] = {"with the other factor (½ or none) in the loss",
                             "损失函数的系数 ½ 取舍不同"},
    [BS_SAY_OTHER_LAYOUT] = {"with the indices of weights in the other order",
                             "连接权下标的次序相反"},

    [BS_SAY_HEADING] = {"{1}, {2}: {3} of {4} points ({5})", "{1}，{2}：{3} / {4} 分（{5}）"},
    [BS_SAY_SEED] = {"{1}, seed {2}", "{1}，种子 {2}"},
    [BS_SAY_NO_SEED] = {"{1}, no seed", "{1}，无种子"},
    [BS_SAY_ALSO_TYPED] = {"Not asked for:", "题目之外："},
    [BS_SAY_COMPLAINT] = {"Line {1}, column {2}: {3}", "第 {1} 行第 {2} 列：{3}"},
    [BS_SAY_GAP] = {" ", ""},
    [BS_SAY_ABOUT] = {"{1}: {2}", "{1}：{2}"},

    [BS_SAY_NO_SHEETS] = {"no sheets", "没有答卷"},
    [BS_SAY_ONE_SHEET] = {"1 sheet, {1} of {2} points", "1 份答卷，{1} / {2} 分"},
    [BS_SAY_SHEETS] = {"{1} sheets, {2} of {3} points on average", "{1} 份答卷，平均 {2} / {3} 分"},
    [BS_SAY_QUESTION] = {"question", "题目"},
    [BS_SAY_MEAN] = {"points", "平均分"},
    [BS_SAY_MISTAKES] = {"Mistakes, each with an example:", "错误类型（各举一例）："},

    [BS_SAY_NO_EQUALS] = {"there is no = in this line", "这一行没有等号 ="},
    [BS_SAY_NO_NAME] = {"there is no name before the =", "等号前没有名称"},
    [BS_SAY_TOO_MANY_ANSWERS] = {"more than {1} answers are not read", "超过 {1} 个答案，其余不读"},
    [BS_SAY_HEADER_LATE] = {"the header comes before the first answer", "表头要写在第一个答案之前"},
    [BS_SAY_HEADER_TWICE] = {"{1} is given twice", "{1} 写了两次"},
    [BS_SAY_HEADER_LONG] = {"this has more than {1} bytes", "这一项超过 {1} 个字节"},
    [BS_SAY_BAD_SEED] = {"a seed is a whole number of at most 18 digits",
                         "seed 应是至多 18 位的整数"},

    [BS_SAY_BRACKET_OPEN] = {"this bracket is not closed", "这个括号没有配对"},
    [BS_SAY_COMMA_OR_BRACKET] = {"expected a comma or {1}", "此处应是逗号或 {1}"},
    [BS_SAY_BRACKETS_DEEP] = {"brackets are nested deeper than two", "括号嵌套超过两层"},
    [BS_SAY_BRACKET_AMONG_NUMBERS] = {"a bracket among numbers", "数字之间有括号"},
    [BS_SAY_COMMA_WANTED] = {"write a comma between members", "请用逗号分隔各个数"},
    [BS_SAY_ROW_WANTED] = {"expected a row in brackets", "此处应是用括号括起来的一行"},
    [BS_SAY_ROWS_DIFFER] = {"the rows have different numbers of members", "各行的个数不同"},
    [BS_SAY_BEHIND_BRACKET] = {"there is something behind the closing bracket",
                               "右括号之后还有内容"},

    [BS_SAY_FORMULA] = {"{1}", "公式读不懂：{1}"},
    [BS_SAY_NUMBER_WANTED] = {"type a number, as in -0.0407, 2/3 or 2.65e-3",
                              "请填写一个数，如 -0.0407、2/3 或 2.65e-3"},
    [BS_SAY_REMARK] = {"only a number or a calculation stands after the =; write remarks after #",
                       "等号后只能写一个数或算式；说明请写在 # 之后"},
    [BS_SAY_FUNCTION] = {"functions are not evaluated here: type the number",
                         "这里不计算函数：请直接填写数值"},
    [BS_SAY_COMMA_OPEN] =
        {"this comma may mark decimals or thousands: write a point for decimals, "
         "and nothing between thousands",
         "这个逗号可能是小数点，也可能是千位分隔符：小数点请用 .，千位之间不加符号"},
    [BS_SAY_HEXADECIMAL] = {"hexadecimal is not read: write decimal digits",
                            "不读十六进制：请写十进制数字"},
    [BS_SAY_NOT_FINITE] = {"that is no finite number", "这不是有限的数"},
    [BS_SAY_TOO_SMALL] = {"that number is too small", "这个数太小"},

    [BS_SAY_NO_VALUE] = {"there is no value called \"{1}\" here", "这里没有名为“{1}”的量"},
    [BS_SAY_NO_VALUE_NEAR] = {"there is no value called \"{1}\" here: did you mean {2}?",
                              "这里没有名为“{1}”的量：是不是想写 {2}？"},
    [BS_SAY_TWICE] = {"{1} is given twice, in line {2} and here", "{1} 写了两次：第 {2} 行和这里"},
    [BS_SAY_GIVEN] = {"{1} is given, as {2}", "{1} 是已知的，等于 {2}"},
    [BS_SAY_CHECKER] = {"{1}", "评分程序出错：{1}"},
};

const char *bs_says(enum bs_saying saying, const char *lang)
{
    return strcmp(lang, "zh") == 0 ? sayings[saying].chinese : sayings[saying].english;
}

enum bs_saying bs_saying_of(const char *english)
{
    int saying = BS_SAYINGS - 1;
    while (saying > 0 && strcmp(sayings[saying].english, english) != 0)
        saying--;
    return (enum bs_saying)saying;
}

/* A text of the table has braces around places only. */
void bs_say(struct bs_buf *buf, enum bs_saying saying, const char *lang, const char *const *pieces)
{
    const char *text = bs_says(saying, lang), *place;
    for (; (place = strchr(text, '{')); text = place + 3) {
        bs_buf_put_n(buf, text, (size_t)(place - text));
        bs_buf_put(buf, pieces[place[1] - '1']);
    }
    bs_buf_put(buf, text);
}
