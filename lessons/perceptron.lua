-- The threshold unit: AND, OR and NOT by hand, the perceptron rule, and why XOR is too much for it.

local printed = {
  a_1 = 0.6, a_2 = 0.9, n = -0.8,
  x_1 = 0.657, x_2 = 0.198, y = 0, w_1 = 0.4, w_2 = 0.5, theta = 0.2, eta = 0.3,
}

-- The melon is taken for a good one before the step, and not any more after it.
local function variant(rng)
  return {
    a_1 = rng:uniform(0.3, 0.6, 1), a_2 = rng:uniform(0.7, 0.9, 1), n = -rng:uniform(0.3, 0.9, 1),
    x_1 = rng:uniform(0.6, 0.7, 3), x_2 = rng:uniform(0.05, 0.2, 3), y = 0,
    w_1 = rng:pick {0.4, 0.5}, w_2 = rng:uniform(0.3, 0.6, 1), theta = rng:pick {0.1, 0.2},
    eta = rng:pick {0.3, 0.4},
  }
end

return lesson {
  api = 1,
  id = "perceptron",
  title = {
    en = "The perceptron: a threshold unit that learns, and XOR",
    zh = "感知机：会学习的阈值单元，以及异或问题",
  },
  figures = 4,
  fixed = {"y"}, -- a target is 0 or 1

  given = function(rng, seed)
    return seed and variant(rng) or printed
  end,

  tape = function(given)
    local t = tape(given)
    t:let("s_11", "a_1 + a_2")
    t:let("theta_and", "(a_2 + s_11)/2")
    t:let("theta_or", "(0 + a_1)/2")
    t:let("theta_not", "(n + 0)/2")
    t:let("z", "w_1*x_1 + w_2*x_2 - theta")
    t:let("yhat", "step(z)")
    t:let("w_1_new", "w_1 + eta*(y - yhat)*x_1")
    t:let("w_2_new", "w_2 + eta*(y - yhat)*x_2")
    t:let("theta_new", "theta - eta*(y - yhat)")
    t:let("z_new", "w_1_new*x_1 + w_2_new*x_2 - theta_new")
    t:let("yhat_new", "step(z_new)")
    return t
  end,

  {text = {
    en = [[
      A threshold unit is the simplest of all neurons. It adds up its weighted inputs. If the sum
      reaches the threshold θ the unit fires and gives 1; otherwise it stays silent and gives 0:

          ŷ = step(Σ_i w_i·x_i − θ)        step(z) = 1 where z ≥ 0, else 0

      That is a question with a yes or a no, and logic is made of such questions. Let the inputs be
      0 (false) or 1 (true), and the weights {a_1} and {a_2}, called a_1 and a_2. Then there are
      only four sums that the unit can get to see:

          x_1  x_2   sum          AND  OR
           0    0    0             0    0
           1    0    a_1           0    1
           0    1    a_2           0    1
           1    1    a_1 + a_2     1    1

      The weights stay; the threshold alone makes the unit an AND or an OR.]],
    zh = [[
      阈值单元是最简单的神经元。它把加权的输入相加。这个和达到阈值 θ 时，它就兴奋，输出 1；
      否则保持安静，输出 0：

          ŷ = step(Σ_i w_i·x_i − θ)        step(z) = 1（z ≥ 0），否则为 0

      这就是一个回答“是”或“否”的问题，而逻辑正是由这样的问题组成的。设输入为 0（假）或 1（真），
      连接权为 {a_1} 和 {a_2}，记作 a_1、a_2。这个单元只可能遇到四个和：

          x_1  x_2   和           与   或
           0    0    0            0    0
           1    0    a_1          0    1
           0    1    a_2          0    1
           1    1    a_1 + a_2    1    1

      连接权不变，只靠阈值，就能决定它是“与”还是“或”。]],
  }},
  {show = {"a_1", "a_2", "n"}},
  {ask = "s_11"},
  {text = {
    en = [[
      AND fires for the last sum only. So θ must lie above all the sums for which the unit stays
      silent, and not above the one for which it fires. Any such θ will do; take the one half-way
      between the largest silent sum and the smallest that fires, so that both are equally safe.]],
    zh = [[
      “与”只在最后一个和时兴奋。所以 θ 要大于所有应当安静的和，又不能大于应当兴奋的那个和。
      这样的 θ 都可以；请取正中间：最大的“安静和”与最小的“兴奋和”的中点，这样两边同样稳妥。]],
  }},
  {ask = "theta_and", points = 2, hints = {{
    en = "The largest silent sum is a_2, the smallest that fires is a_1 + a_2.",
    zh = "最大的“安静和”是 a_2，最小的“兴奋和”是 a_1 + a_2。",
  }}},
  {text = {
    en = "OR is silent for the sum 0 only. Half-way again:",
    zh = "“或”只在和为 0 时安静。同样取正中间：",
  }},
  {ask = "theta_or", points = 2, hints = {{
    en = "The smallest sum that fires is now a_1, the largest silent one is 0.",
    zh = "现在最小的“兴奋和”是 a_1，最大的“安静和”是 0。",
  }}},
  {text = {
    en = [[
      NOT has one input and turns it round: 1 for 0, and 0 for 1. The larger input must give the
      smaller sum, so the weight is negative; here it is n~=~{n}. The two sums are 0 for x~=~0,
      which must fire, and n for x~=~1, which must not. Once more half-way:]],
    zh = [[
      “非”只有一个输入，把它颠倒过来：0 变 1，1 变 0。输入大时，和反而要小，所以连接权是负的，
      这里 n~=~{n}。两个和是：x~=~0 时为 0，应当兴奋；x~=~1 时为 n，应当安静。还是取正中间：]],
  }},
  {ask = "theta_not", points = 2, hints = {{
    en = "Half-way between n and 0 is a negative number: without any input the unit fires.",
    zh = "n 与 0 的中点是负数：没有任何输入时，这个单元也会兴奋。",
  }}},

  {text = {
    en = [[
      Nobody wants to find weights by looking at tables. Rosenblatt's rule (1958) finds them from
      samples, one after the other. If ŷ is right, nothing changes. If it is wrong, every weight
      moves a little, by its own input; the threshold moves the other way, for it is subtracted:

          w_i ← w_i + η(y − ŷ)·x_i        θ ← θ − η(y − ŷ)

      y~−~ŷ is 1 when the unit should have fired and did not: weights up, threshold down. It is −1
      when it fired and should not have: weights down, threshold up. An input of 0 had no part in
      the sum, so its weight stays.

      An example with inputs that are not 0 and 1: a watermelon of density x_1~=~{x_1} and sugar
      content x_2~=~{x_2}. It is not a good one, y~=~0. What does the unit say?]],
    zh = [[
      谁也不想盯着表格去找连接权。罗森布拉特（Rosenblatt，1958）的规则从样本中学出它们，
      一次看一个样本。ŷ 对了，什么都不变。ŷ 错了，每个连接权按自己的输入移动一点；
      阈值是被减去的，所以朝相反的方向移动：

          w_i ← w_i + η(y − ŷ)·x_i        θ ← θ − η(y − ŷ)

      应当兴奋却没有兴奋时，y~−~ŷ 等于 1：连接权变大，阈值变小。不该兴奋却兴奋了时，它等于 −1：
      连接权变小，阈值变大。为 0 的输入没有参与求和，所以它的连接权不动。

      举一个输入不是 0 和 1 的例子：一个西瓜，密度 x_1~=~{x_1}，含糖率 x_2~=~{x_2}。
      它不是好瓜，y~=~0。这个单元怎么说？]],
  }},
  {show = {"x_1", "x_2", "y", "w_1", "w_2", "theta", "eta"}},
  {ask = "z", points = 2, hints = {{
    en = "Both weighted inputs, less the threshold.",
    zh = "两个加权的输入相加，再减去阈值。",
  }}},
  {show = "yhat"},
  {text = {
    en = "It says yes to a bad melon. One step of the rule:",
    zh = "它把坏瓜当成了好瓜。按规则走一步：",
  }},
  {ask = "w_1_new", points = 2, hints = {{
    en = "y − ŷ = 0 − 1 = −1: the weight goes down, by η·x_1.",
    zh = "y − ŷ = 0 − 1 = −1：连接权减小 η·x_1。",
  }}},
  {ask = "w_2_new"},
  {ask = "theta_new", points = 2, hints = {{
    en = "θ goes the other way: it rises by η. It has no input to be multiplied by.",
    zh = "θ 朝相反的方向：增大 η。它没有输入可乘。",
  }}},
  {text = {
    en = "Show the same melon again:",
    zh = "再看一次同一个西瓜：",
  }},
  {ask = "z_new", hints = {{
    en = "The same sum with three new numbers. Did it fall below 0?",
    zh = "同一个式子，换上三个新的数。它小于 0 了吗？",
  }}},
  {show = "yhat_new"},
  {text = {
    en = [[
      This melon is now judged rightly. Another one may have become wrong, so all samples are shown
      again and again. One round through all of them is an epoch; an epoch without a mistake is the
      end, because then nothing changes any more.

      Let the program do that for AND, with w and θ starting at 0 and η~=~1. The first
      two lines only say how the parameters are to be called.]],
    zh = [[
      这个西瓜现在判断对了。可是另一个西瓜也许又错了，所以要把全部样本一遍一遍地看下去。
      把所有样本看一遍叫做一轮（epoch）；整整一轮都没有错，就结束了，因为此后什么也不会再变。

      下面让程序对“与”做这件事，w 和 θ 从 0 开始，η~=~1。开头两行只是给参数取名字。]],
  }},
  {run = [[
    w, theta = {{{"w_1"}, {"w_2"}}}, {{"theta"}}
    names = {weights = w, biases = theta, threshold = true}
    net = mlp{2, 1, output = "step", notation = names}
    X, D = data "and".inputs, data "and".targets
    r = net:perceptron{inputs = X, targets = D, eta = 1}
    r.reason
    net:forward(X)]]},
  {text = {
    en = [[
      The four outputs are those of AND. Epoch by epoch, this is how it came to that: how many
      mistakes there were, and the parameters at the end.]],
    zh = [[
      四个输出正是“与”。它是这样一轮一轮学会的：每一轮错了几次，以及这一轮结束时的参数。]],
  }},
  {run = [[
    function epochs(r)
      local rows = {}
      for i, e in ipairs(r.history) do
        local p = e.parameters
        rows[i] = {e.epoch, e.mistakes, p.w_1, p.w_2, p.theta}
      end
      return matrix(rows, {"epoch", "mistakes", "w_1", "w_2", "theta"})
    end
    epochs(r)]]},
  {text = {
    en = [[
      The mistakes do not go down evenly; the rule mends the sample that it sees and spoils others.
      Still it must come to an end here. Novikoff proved in 1962: if there are weights and a
      threshold that are right for all samples, the rule finds some after finitely many corrections.

      Now XOR, the exclusive or: one of the two, but not both.

          x_1  x_2   sum − θ           must be
           0    0    −θ                below 0
           1    0    w_1 − θ           0 or more
           0    1    w_2 − θ           0 or more
           1    1    w_1 + w_2 − θ     below 0]],
    zh = [[
      犯错的次数并不是一路减少：规则改好了眼前的样本，却可能弄坏别的样本。但在这里它一定会停下来。
      诺维科夫（Novikoff）1962 年证明：如果存在对所有样本都正确的连接权和阈值，
      那么这个规则在有限次修正之后就能找到一组。

      再看异或：两者之中有一个，但不能两个都有。

          x_1  x_2   和减去 θ          应当
           0    0    −θ                小于 0
           1    0    w_1 − θ           不小于 0
           0    1    w_2 − θ           不小于 0
           1    1    w_1 + w_2 − θ     小于 0]],
  }},
  {run = [[
    net:init "zeros"
    D = data "xor".targets
    r = net:perceptron{inputs = X, targets = D, eta = 1, epochs = 1000}
    r.settled
    epochs(r)]]},
  {text = {
    en = [[
      1000 epochs were allowed, and the program stopped after 4: w and θ are again what they were
      one epoch before, so the same four mistakes come round for ever. No other start and no other
      rate would help, because there is nothing to be found. Add up the first and the last line of
      the table of sums, and add up the two in the middle. Both times the same comes out:]],
    zh = [[
      本来允许 1000 轮，程序看了 4 轮就停了：w 和 θ 又与上一轮结束时一样，
      所以同样的四个错误会永远循环下去。换一个起点、换一个学习率都没有用，因为要找的东西根本不存在。
      把和的那张表里第一行与最后一行相加，再把中间两行相加，两次得到的结果相同：]],
  }},
  {prove = "(-theta) + (w_1 + w_2 - theta) = (w_1 - theta) + (w_2 - theta)"},
  {text = {
    en = [[
      On the left stand two numbers below 0, so their sum is below 0. On the right stand two that
      are 0 or more, so their sum is 0 or more. One number cannot be both: the four wishes
      contradict each other.

      In a picture: the points where w_1·x_1~+~w_2·x_2~=~θ lie on a straight line, and the unit
      fires on one side of it. The corners (0,~0) and (1,~1) of a square cannot be cut off from
      (1,~0) and (0,~1) by one straight line. With a hidden layer they can: see the lesson xor.

      To think about:

      1. AND and OR have the same weights here. Could one unit compute "x_1 and not x_2"? Which
      signs do its weights have?

      2. With all parameters starting at 0, does another η change which samples are mistaken in
      which epoch? Try η~=~0.5 before you answer.

      3. The rule looks like gradient descent on ½(y~−~ŷ)² without one factor. Which factor is
      missing, and why would nothing be learnt with it?]],
    zh = [[
      左边是两个小于 0 的数，和小于 0；右边是两个不小于 0 的数，和不小于 0。
      同一个数不可能既小于 0 又不小于 0：这四个要求互相矛盾。

      画成图来说：满足 w_1·x_1~+~w_2·x_2~=~θ 的点在一条直线上，单元在直线的一侧兴奋。
      正方形的两个角 (0,~0)、(1,~1) 和另外两个角 (1,~0)、(0,~1)，不可能用一条直线分开。
      有了隐层就可以：见 xor 一课。

      想一想：

      1. 这里的“与”和“或”连接权相同。一个单元能计算“x_1 且非 x_2”吗？它的连接权各是什么符号？

      2. 所有参数都从 0 开始时，换一个 η，每一轮错的样本会不同吗？先用 η~=~0.5 试一试再回答。

      3. 这个规则很像对 ½(y~−~ŷ)² 做梯度下降，只少了一个因子。少的是哪一个？
      为什么乘上它反而什么也学不到？]],
  }},
}
