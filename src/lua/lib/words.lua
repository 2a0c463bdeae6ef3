-- What is said around lessons, in each language; {1}, {2}, ... stand for what is put in.

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

    ?       a hint, and another one each time
    show    the values so far; show NAME: how one of them came about
    skip    the answer, and on to the next question
    back    the question before
    quit    the end]],
    zh = [[
请输入一个数，或一个算式，例如 0.1*0.35。也可以输入：

    ?       提示，每次多给一点
    show    到目前为止的各个值；show NAME：其中一个值的推导
    skip    给出答案，进入下一题
    back    回到上一题
    quit    结束]],
  },
  what_is_an_answer = {
    en = "An answer is a number, such as -0.0407, 2/3 or 2.65e-3; help tells what else can be "
      .. "typed.",
    zh = "答案是一个数，例如 -0.0407、2/3 或 2.65e-3；输入 help 可查看还能输入什么。",
  },
  hint = {en = "A hint:", zh = "提示："},
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
  no_questions = {en = "This lesson asks nothing.", zh = "本课没有题目。"},
}

local words = {}

-- The phrase of that key.
function words.say(key, ...)
  local arguments, count = {...}, select("#", ...)
  return (phrases[key][host.language()]:gsub("{(%d)}", function(digit)
    local i = tonumber(digit)
    return i <= count and tostring(arguments[i]) or nil
  end))
end

function words.count(singular, plural, number)
  return number == 1 and words.say(singular) or words.say(plural, number)
end

return words
