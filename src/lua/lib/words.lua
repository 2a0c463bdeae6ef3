-- What is said around lessons and experiments, in each language; {1}, {2}, ... stand for what is
-- put in.

local host = ...

local phrases = {
  question = {en = "Question {1}: {2} = ?", zh = "第 {1} 题：{2} = ?"},
  question_of = {en = "Question {1} of {2}: {3} = ?", zh = "第 {1} 题（共 {2} 题）：{3} = ?"},
  a_point = {en = "1 point", zh = "1 分"},
  points = {en = "{1} points", zh = "{1} 分"},
  a_figure = {en = "1 significant figure", zh = "1 位有效数字"},
  figures = {en = "{1} significant figures", zh = "{1} 位有效数字"},
  worth = {en = "({1}, {2})", zh = "（{1}，{2}）"},
  the_rest = {en = "{1}, continued", zh = "{1}（续）"},
  left_out = {en = "… and {1} entries more", zh = "…… 另有 {1} 项"},
  does_not_load = {en = "does not load: backstep lint {1} says why",
    zh = "无法载入，原因见 backstep lint {1}"},
  nothing_wrong = {en = "{1}: nothing is wrong", zh = "{1}：没有问题"},
  no_lessons = {en = "there are no lessons in {1}", zh = "{1} 中没有课程"},

  how_to_answer = {
    en = [[
Type a number, or an expression such as 0.1*0.35. Or type:

    ?       a hint, and another one each time; ? 2: the second one again
    show    the values so far; show NAME: how one of them came about
    skip    the answer, and on to the next question
    back    the question before
    quit    the end]],
    zh = [[
请输入一个数，或一个算式，例如 0.1*0.35。也可以输入：

    ?       提示，每次多给一点；? 2：再看第 2 个提示
    show    到目前为止的各个值；show NAME：其中一个值的推导
    skip    给出答案，进入下一题
    back    回到上一题
    quit    结束]],
  },
  not_an_answer = {en = "{1}", zh = "这不是答案。"},
  what_is_an_answer = {
    en = "An answer is a number, such as -0.0407, 2/3 or 2.65e-3; help tells what else can be "
      .. "typed.",
    zh = "答案是一个数，例如 -0.0407、2/3 或 2.65e-3；输入 help 可查看还能输入什么。",
  },
  hint = {en = "A hint:", zh = "提示："},
  hint_again = {en = "Hint {1}:", zh = "提示 {1}："},
  no_such_hint = {en = "Hints so far: {1}. ? gives the next.",
    zh = "到目前为止给过 {1} 个提示。输入 ? 看下一个。"},
  hint_to_be_had = {en = "? gives a hint.", zh = "输入 ? 可以得到提示。"},
  nudge = {en = "You need {1}.", zh = "要用到 {1}。"},
  all_is_said = {en = "That is the value. Type it to go on, or skip.",
    zh = "值已给出。输入它以继续，或输入 skip 跳过。"},
  is_the_first = {en = "This is the first question.", zh = "这已经是第一题。"},
  to_come = {en = "{1} is still to come.", zh = "{1} 还没有讲到。"},
  skipped = {en = "Skipped; it goes like this:", zh = "已跳过，解法如下："},
  stopped = {en = "We stop here.", zh = "到此结束。"},
  summary = {
    en = "{1} of {2} right: {3} at the first try, {4} later. Wrong: {5}. Left out: {6}.",
    zh = "共 {2} 题，答对 {1} 题：一次答对 {3} 题，多次答对 {4} 题。答错 {5} 题，未答 {6} 题。",
  },
  score = {en = "Points: {1} of {2}.", zh = "得分：{1} / {2}。"},
  cost_of_hints = {en = "Hints: {1}. They cost {2} of the points.", zh = "提示 {1} 个，扣 {2} 分。"},

  progress = {en = "{1} of {2} sheets", zh = "已批改 {1} / {2} 份"},
  unchanged = {en = "Unchanged since the last time, and not counted here: {1}.",
    zh = "自上次以来没有变化、未计入此处：{1}。"},
  no_variants = {en = "This lesson has no variants: its figures are the same for every seed.",
    zh = "本课没有变式：无论种子是多少，数据都相同。"},
  sheet_given = {en = "Given:", zh = "已知："},
  fill_in = {en = "Write a number after each =, or a calculation such as 0.7*(1 - 0.7).",
    zh = "在每个 = 之后写一个数，或一个算式，例如 0.7*(1 - 0.7)。"},
  keep_figures = {en = "On the way, keep at least {1} significant figures.",
    zh = "计算过程中至少保留 {1} 位有效数字。"},
  keep_decimals = {en = "On the way, keep at least {1} decimals.",
    zh = "计算过程中至少保留 {1} 位小数。"},
  -- Experiments (lib/experiments.lua).
  comma = {en = ", ", zh = "，"},
  semicolon = {en = "; ", zh = "；"},
  layers = {en = "layer", zh = "层"},
  of_layer = {en = "layer {1} ({2}): {3}", zh = "第 {1} 层（{2}）：{3}"},
  ratio = {en = "ratio", zh = "比值"},
  largest_slope = {en = "largest f'(z)", zh = "最大 f'(z)"},
  slopes_at_most = {en = "slopes at most", zh = "斜率之积至多"},
  loss_of_one = {en = "one sample, loss {1}", zh = "一个样本，损失 {1}"},
  loss_of_many = {en = "{2} samples, mean loss {1}; means of the norms",
    zh = "{2} 个样本，平均损失 {1}；范数取平均"},
  norms_explained = {en = "ratio: ‖∂E/∂z‖ to that of the next layer",
    zh = "比值：本层的 ‖∂E/∂z‖ 除以后一层的"},
  norms_bounded = {
    en = "ratio: ‖∂E/∂z‖ to that of the next layer; slopes at most: what the product of the slopes "
      .. "from this layer on cannot exceed",
    zh = "比值：本层的 ‖∂E/∂z‖ 除以后一层的；斜率之积至多：从本层到输出层，各层斜率之积的上界",
  },
  dead = {en = "{1} of {2} units dead ({3})", zh = "{2} 个神经元中有 {1} 个死亡（{3}）"},
  saturated = {en = "{1} of {2} units saturated ({3})", zh = "{2} 个神经元中有 {1} 个饱和（{3}）"},
  all_alive = {en = "0 of {1} units dead or saturated", zh = "{1} 个神经元中有 0 个死亡或饱和"},
  twins = {en = "{1} of {2} hidden units are the same ({3})",
    zh = "{2} 个隐层神经元中有 {1} 个相同（{3}）"},
  no_twins = {en = "0 of {1} hidden units are the same", zh = "{1} 个隐层神经元中有 0 个相同"},
  no_hidden = {en = "there are no hidden units", zh = "没有隐层神经元"},
  collapsed = {en = "y = W·x + b, W = {1}: {2}", zh = "y = W·x + b，W = {1}：{2}"},
  epoch = {en = "epoch", zh = "轮"},
  mistakes = {en = "mistakes", zh = "错误数"},
  of_the_start = {en = "of the start", zh = "初始的权值"},
  after_epoch = {en = "after epoch {1}", zh = "第 {1} 轮之后的权值"},
  perceptron_settled = {en = "settled: epoch {1} has no mistake", zh = "已收敛：第 {1} 轮没有错误"},
  perceptron_cycle = {
    en = "never settles: after epoch {1} the weights are again those {2}, so the same corrections "
      .. "come round for ever; no weights of one step unit are right on all these samples",
    zh = "永不收敛：第 {1} 轮之后的权值又等于{2}，于是同样的修正周而复始；"
      .. "没有一组权值能使一个阶跃单元在所有这些样本上都正确",
  },
  perceptron_not_settled = {en = "not settled after epoch {1}, which has mistakes: {2}",
    zh = "第 {1} 轮之后仍未收敛，这一轮的错误数：{2}"},
  rate = {en = "rate", zh = "学习率"},
  loss_before = {en = "loss before training: {1}", zh = "训练前的损失：{1}"},
  loss_after = {en = "loss after", zh = "训练后的损失"},
  rises = {en = "rises", zh = "上升次数"},
  settles = {en = "settles", zh = "收敛"},
  crawls = {en = "crawls", zh = "爬行"},
  sticks = {en = "sticks", zh = "停滞"},
  oscillates = {en = "oscillates", zh = "振荡"},
  diverges = {en = "diverges", zh = "发散"},
  still_to_go = {en = ": {1} % of the way is still to go", zh = "：还剩 {1} % 的路程"},
  does_not_move = {en = ": {1} % to go, and the loss stands still",
    zh = "：还剩 {1} % 的路程，损失不再变化"},
  swings = {en = ": from {1} to {2} in the second half", zh = "：后半程在 {1} 与 {2} 之间"},
  overflows = {en = ": overflows in epoch {1}", zh = "：第 {1} 轮溢出"},
  above_start = {en = ": at the end above the start", zh = "：最后高于训练前"},

  no_questions = {en = "This lesson asks nothing.", zh = "本课没有题目。"},
}

local words = {}

-- The phrase of that key.
function words.say(key, ...)
  local arguments, count = {...}, select("#", ...)
  return (string.gsub(phrases[key][host.language()], "{(%d)}", function(digit)
    local i = tonumber(digit)
    return i <= count and tostring(arguments[i]) or nil
  end))
end

function words.count(singular, plural, number)
  return number == 1 and words.say(singular) or words.say(plural, number)
end

return words
