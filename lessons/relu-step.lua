-- ReLU everywhere, in the names of the homework sheet.

local names = {
  inputs = {"A", "B"}, targets = {"y"},
  weights = {{{"v_A1", "v_A2"}, {"v_B1", "v_B2"}}, {{"w_1"}, {"w_2"}}},
  z = {{"x1.in", "x2.in"}, {"y.in"}}, a = {{"x1.out", "x2.out"}, {"yhat"}},
  errors = {{"g_x1", "g_x2"}, {"g_y"}}, sign = 1, -- g = +∂E/∂in
  rate = "alpha", loss = "E",
}

local printed = {
  inputs = {0.2, 0.3}, target = 0.5, alpha = 1,
  weights = {v_A1 = 0.6, v_A2 = 0.1, v_B1 = 0.2, v_B2 = 0.7, w_1 = 0.5, w_2 = 0.8},
}

-- Everything is positive, so that every neuron passes its input on.
local function variant(rng)
  local weights = {}
  for _, name in ipairs {"v_A1", "v_A2", "v_B1", "v_B2", "w_1", "w_2"} do
    weights[name] = rng:uniform(0.1, 0.9, 1)
  end
  return {
    inputs = {rng:uniform(0.1, 0.5, 1), rng:uniform(0.1, 0.5, 1)},
    target = rng:uniform(0.6, 0.9, 1), alpha = 1, weights = weights,
  }
end

return lesson {
  api = 1,
  id = "relu-step",
  title = {
    en = "ReLU: one update of every parameter",
    zh = "ReLU 网络：更新全部参数一次",
  },
  figures = 6,
  fixed = {"alpha"}, -- the sheet has 1

  given = function(rng, seed)
    return seed and variant(rng) or printed
  end,

  tape = function(given)
    local net = mlp {2, 2, 1, hidden = "relu", output = "relu", bias = false, notation = names}
    net:set(given.weights)
    return net:tape(given.inputs, given.target, {eta = given.alpha})
  end,

  {text = {
    en = [[
      Two inputs A and B, two hidden neurons x1 and x2, one output, no biases, and ReLU in every
      neuron: what is positive passes unchanged, what is negative becomes 0. Each neuron has a value
      that goes in, the weighted sum, and one that comes out.

          A ──v_A1──→ ( x1 ) ──w_1──┐
              ╲╱                    ├──→ ( ŷ )   target y
              ╱╲                    │
          B ──v_B2──→ ( x2 ) ──w_2──┘

      The task: one step of gradient descent with rate α~=~{alpha} for all six weights; the output
      before and after; and does the loss fall? There is no σ to look up, and every number is a
      short decimal almost to the end, so there is no need to round.]],
    zh = [[
      两个输入 A 和 B，两个隐层神经元 x1 和 x2，一个输出，没有偏置，每个神经元都用 ReLU：
      正数原样通过，负数变成 0。每个神经元有一个输入值 in，即加权和，和一个输出值 out。

          A ──v_A1──→ ( x1 ) ──w_1──┐
              ╲╱                    ├──→ ( ŷ )   目标 y
              ╱╲                    │
          B ──v_B2──→ ( x2 ) ──w_2──┘

      任务：以学习率 α~=~{alpha} 对六个连接权做一步梯度下降；求更新前后的输出；损失下降了吗？
      这里没有 σ 要算，几乎直到最后每个数都是位数不多的小数，所以不必舍入。]],
  }},
  {show = "given"},

  {text = {
    en = "Forward. Each neuron adds up its weighted inputs, and ReLU passes the sum on.",
    zh = "前向传播。每个神经元把加权的输入相加，再经过 ReLU 传出。",
  }},
  {ask = "x1.in", hints = {{
    en = "Both inputs reach x1: A over v_A1, B over v_B1.",
    zh = "两个输入都通向 x1：A 经过 v_A1，B 经过 v_B1。",
  }}},
  {ask = "x2.in"},
  {ask = "yhat", hints = {{
    en = "y.in = w_1·x1.out + w_2·x2.out, and it is positive.",
    zh = "y.in = w_1·x1.out + w_2·x2.out，而且它是正的。",
  }}},
  {show = "forward"},
  {ask = "E", hints = {{
    en = "E = ½·(ŷ − y)².",
    zh = "E = ½·(ŷ − y)²。",
  }}},

  {text = {
    en = [[
      Backward. On this sheet the error term of a neuron is g~=~+∂E/∂in, with a plus: it says how E
      grows with what goes in. (The lecture's g has the opposite sign. Neither is wrong, but a
      solution must keep to one of them.) So the output's difference is output minus target, ŷ~−~y,
      and later the update must subtract.

      The slope of ReLU is 1 where its input is positive, and 0 where it is negative. Here x1.in,
      x2.in and y.in are all positive, so ReLU'~=~1 three times. Write the factor down all the same:
      the next sample may have a neuron that is off.]],
    zh = [[
      反向传播。本题中神经元的误差项是 g~=~+∂E/∂in，带正号：它表示 E 随输入值增大的快慢。
      （课件中的 g 符号相反。两种写法都对，但一份解答里只能用一种。）因此输出处的差是
      “输出减目标”，即 ŷ~−~y；之后更新参数时要用减法。

      ReLU 的斜率在输入为正时是 1，为负时是 0。这里 x1.in、x2.in、y.in 都是正的，
      所以三处 ReLU' 都等于 1。即便如此，也请把这个因子写出来：换一个样本，
      就可能有神经元处于关闭状态。]],
  }},
  {show = {"dE_dE", "dE_dyhat"}},
  {ask = "g_y", points = 2, hints = {{
    en = "g_y = (ŷ − y)·ReLU'(y.in), and ReLU'(y.in) = 1.",
    zh = "g_y = (ŷ − y)·ReLU'(y.in)，其中 ReLU'(y.in) = 1。",
  }}},
  {ask = "dE_dw_1", hints = {{
    en = "The gradient of a weight: error term at its end times value at its start.",
    zh = "连接权的梯度：终点的误差项乘以起点的值。",
  }}},
  {ask = "dE_dw_2"},
  {text = {
    en = [[
      To the hidden neurons the error goes back over w_1 and w_2, the old ones: the new ones are not
      part of the pass that made this error.]],
    zh = [[
      误差沿 w_1、w_2 传回隐层神经元，用的是旧的连接权：
      产生这个误差的那次前向传播里还没有新的连接权。]],
  }},
  {ask = "g_x1", points = 2, hints = {{
    en = "g_x1 = g_y·w_1·ReLU'(x1.in).",
    zh = "g_x1 = g_y·w_1·ReLU'(x1.in)。",
  }}},
  {ask = "g_x2", points = 2},
  {ask = "dE_dv_A1"},
  {ask = "dE_dv_B2", hints = {{
    en = "v_B2 starts at B and ends at x2.",
    zh = "v_B2 从 B 出发，通向 x2。",
  }}},
  {show = "backward"},

  {text = {
    en = [[
      Update. Gradient descent goes against the gradient: new = old − α·∂E/∂w. All gradients here
      have the same sign. Before you calculate, say which way the weights must move.]],
    zh = [[
      更新。梯度下降朝梯度的反方向走：新值 = 旧值 − α·∂E/∂w。这里所有梯度的符号都相同。
      动笔之前先想一想：连接权应当变大还是变小？]],
  }},
  {ask = "w_1_new", hints = {{
    en = "w_1' = w_1 − α·∂E/∂w_1. Subtracting a negative number adds.",
    zh = "w_1' = w_1 − α·∂E/∂w_1。减去一个负数等于加上它的绝对值。",
  }}},
  {ask = "w_2_new"},
  {ask = "v_A1_new"},
  {ask = "v_A2_new"},
  {ask = "v_B1_new"},
  {ask = "v_B2_new"},
  {show = "update"},

  {text = {
    en = "Again. The same forward pass with all six new weights.",
    zh = "再算一次。换上六个新的连接权，重做前向传播。",
  }},
  {ask = "yhat_new", points = 2, figures = 2, hints = {{
    en = "First x1.in' and x2.in' with the new v, then y.in' with the new w.",
    zh = "先用新的 v 算 x1.in' 和 x2.in'，再用新的 w 算 y.in'。",
  }}},
  {ask = "E_new"},
  {show = "again"},

  {text = {
    en = [[
      The output went from {yhat} to {yhat_new}; the target is {y}. E went from {E} to {E_new}.

      To think about:

      1. As long as every sum is positive, ReLU changes nothing. What is ŷ then as a function of A
      and B, and how many numbers, instead of six, would be enough to describe it?

      2. Suppose v_A1 and v_B1 were so negative that x1.in~<~0. Which of the six weights would this
      sample still change? If x1.in~<~0 for every sample, when would x1 learn again?]],
    zh = [[
      输出从 {yhat} 变为 {yhat_new}，目标是 {y}；E 从 {E} 变为 {E_new}。

      想一想：

      1. 只要每个加权和都是正的，ReLU 就什么也没有改变。这时 ŷ 作为 A、B 的函数是什么样的？
      要描述它，需要几个数，而不是六个？

      2. 假如 v_A1、v_B1 负得足够多，使得 x1.in~<~0。这个样本还能改变六个连接权中的哪几个？
      如果对每个样本都有 x1.in~<~0，x1 什么时候才能重新学习？]],
  }},
}
