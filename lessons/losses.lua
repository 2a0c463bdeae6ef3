-- Three losses and their gradients, and a classifier of three classes that takes one step.

local names = {
  inputs = {"u_1", "u_2"}, targets = {"d_1", "d_2", "d_3"},
  weights = {{{"w_11", "w_12", "w_13"}, {"w_21", "w_22", "w_23"}}}, -- [input][class]
  biases = {{"b_1", "b_2", "b_3"}},
  z = {{"x_1", "x_2", "x_3"}}, a = {{"y_1", "y_2", "y_3"}},
  rate = "eta", loss = "L",
}

local printed = {
  u = {0.5, 0.8}, d = {0, 1, 0}, eta = 0.5,
  parameters = {
    w_11 = 0.4, w_12 = 0.1, w_13 = -0.3, w_21 = -0.2, w_22 = 0.5, w_23 = 0.2,
    b_1 = 0.1, b_2 = 0.2, b_3 = -0.1,
  },
}

local function variant(rng)
  local parameters = {}
  for _, name in ipairs {"w_11", "w_12", "w_13", "w_21", "w_22", "w_23", "b_1", "b_2", "b_3"} do
    parameters[name] = rng:pick {-1, 1} * rng:uniform(0.1, 0.6, 1)
  end
  return {
    u = {rng:uniform(0.2, 0.9, 1), rng:uniform(0.2, 0.9, 1)}, d = {0, 1, 0}, eta = 0.5,
    parameters = parameters,
  }
end

return lesson {
  api = 1,
  id = "losses",
  title = {
    en = "Losses: squared error, cross-entropy, binary cross-entropy",
    zh = "损失函数：平方误差、交叉熵、二分类交叉熵",
  },
  figures = 4,
  fixed = {"d_1", "d_2", "d_3"}, -- one class is 1, the others are 0

  given = function(rng, seed)
    return seed and variant(rng) or printed
  end,

  tape = function(given)
    local net = mlp {2, 3, output = "softmax", loss = "cross_entropy", notation = names}
    net:set(given.parameters)
    return net:tape(given.u, given.d, {eta = given.eta})
  end,

  {text = {
    en = [[
      A loss says in one number how wrong the outputs are. Learning sees it only through its
      gradient: what matters is what the loss sends back into the network. We derive that for the
      three usual ones. d_k is the target, y_k the output.

      Squared error. Half the sum of the squares, the half being there to cancel the 2 of the
      square:

          E = ½ Σ_k (y_k − d_k)²

      Only one term of the sum contains a given y_k, so the Σ goes away:]],
    zh = [[
      损失函数用一个数表示输出错了多少。学习只通过它的梯度感受到它：
      重要的是损失函数往网络里传回了什么。下面对三种常用的损失函数推导这一点。
      d_k 是目标，y_k 是输出。

      平方误差。平方和的一半，乘 ½ 是为了抵消平方求导时出现的 2：

          E = ½ Σ_k (y_k − d_k)²

      对于给定的 y_k，和式中只有一项含有它，所以 Σ 消失：]],
  }},
  {derive = {"E = sum(k, 1, n, (y_k - d_k)^2)/2", by = {"y_k"}}},
  {text = {
    en = [[
      With a sigmoid in the output neuron, y_k~=~σ(x_k), its slope comes in when we go one step
      further back:]],
    zh = "如果输出层神经元用 sigmoid，即 y_k~=~σ(x_k)，再往回走一步，就会乘上它的斜率：",
  }},
  {derive = {"y_k = sigmoid(x_k)", "E = sum(k, 1, n, (y_k - d_k)^2)/2", by = {"x_k"}}},
  {text = {
    en = [[
      That slope is nearly 0 when y_k is nearly 0 or 1. An output that is sure of the wrong answer
      has a large difference, but sends back almost nothing. For classes one therefore takes another
      loss.

      Cross-entropy, after softmax. d_k is 1 for the right class and 0 for the others, or, more
      generally, a probability for each class.

          y_i = e^x_i / Σ_j e^x_j        L = −Σ_i d_i·log y_i

      First the long way, with the full Jacobian of softmax: x_k has an influence on every y_i, so
      there is a sum over i.]],
    zh = [[
      y_k 接近 0 或 1 时，这个斜率接近 0。一个很有把握却答错了的输出，误差很大，传回来的却几乎是零。
      所以分类问题要换一种损失函数。

      softmax 之后的交叉熵。正确的类 d_k 是 1，其余是 0；更一般地，d_k 是每一类的概率。

          y_i = e^x_i / Σ_j e^x_j        L = −Σ_i d_i·log y_i

      先走远路，用 softmax 的完整雅可比矩阵：x_k 影响每一个 y_i，所以要对 i 求和。]],
  }},
  {derive = {
    "y_i = exp(x_i)/sum(j, 1, n, exp(x_j))",
    "L = -sum(i, 1, n, d_i*log(y_i))",
    assume = {"sum(i, 1, n, d_i) = 1"},
    by = {"y_i", "x_k"},
  }},
  {text = {
    en = [[
      The last step needs that the targets add up to 1. It is easily overlooked, for it is true of
      every proper target; but without it the result is another one:]],
    zh = [[
      最后一步用到一个假设：目标之和等于 1。它很容易被忽略，因为每个合理的目标都满足它；
      但是没有这个假设，结果就不一样：]],
  }},
  {derive = {
    "y_i = exp(x_i)/sum(j, 1, n, exp(x_j))",
    "L = -sum(i, 1, n, d_i*log(y_i))",
    by = {"x_k"},
  }},
  {text = {
    en = [[
      Now the short way. The logarithm of softmax is taken apart first, so that nothing is divided
      and multiplied by y_i again. It comes to the same:]],
    zh = "再走近路：先把 softmax 的对数拆开，就不必除以 y_i 又乘回来。结果相同：",
  }},
  {prove = "log(exp(x_i)/sum(j, 1, n, exp(x_j))) = x_i - log(sum(j, 1, n, exp(x_j)))"},
  {derive = {
    "y_i = exp(x_i)/sum(j, 1, n, exp(x_j))",
    "L = -sum(i, 1, n, d_i*(x_i - log(sum(j, 1, n, exp(x_j)))))",
    assume = {"sum(i, 1, n, d_i) = 1"},
    by = {"x_k"},
  }},
  {text = {
    en = [[
      Output minus target, and no slope in it: the more wrong, the more is sent back.

      A slip that is found in solutions is to leave out the minus of cross-entropy. The logarithm of
      a probability is negative, so such a loss is negative, and the better the answer, the larger
      it is. Here for one right class i:]],
    zh = [[
      输出减目标，里面没有任何斜率：错得越多，传回的就越多。

      解答中常见的错误是漏掉交叉熵前面的负号。概率的对数是负的，所以那样的“损失”是负的，
      而且答得越好，它反而越大。以只有一个正确的类 i 为例：]],
  }},
  {prove = "-log(exp(x_i)/sum(j, 1, n, exp(x_j))) = log(exp(x_i)/sum(j, 1, n, exp(x_j)))",
    expect = "refuted"},
  {text = {
    en = [[
      Its gradient has the other sign, so that gradient descent would make the right class less and
      less likely:]],
    zh = "它的梯度符号相反，梯度下降会使正确的类越来越不可能：",
  }},
  {derive = {
    "y_i = exp(x_i)/sum(j, 1, n, exp(x_j))",
    "L = sum(i, 1, n, d_i*log(y_i))",
    assume = {"sum(i, 1, n, d_i) = 1"},
    by = {"x_k"},
  }},
  {text = {
    en = [[
      Binary cross-entropy, after a sigmoid. One output y for the question yes or no, with the
      target d. The loss has a term for yes and a term for no:

          y = σ(x)        L = −(d·log y + (1 − d)·log(1 − y))]],
    zh = [[
      sigmoid 之后的二分类交叉熵。只有一个输出 y，回答是或否，目标是 d。
      损失中“是”与“否”各有一项：

          y = σ(x)        L = −(d·log y + (1 − d)·log(1 − y))]],
  }},
  {derive = {
    "y = sigmoid(x)",
    "L = -(d*log(y) + (1 - d)*log(1 - y))",
    by = {"y", "x"},
  }},
  {text = {
    en = [[
      The same as before, since two classes are softmax with one number fixed. What is left of the
      loss when the answer is yes, d~=~1, and when it is no, d~=~0:]],
    zh = [[
      与前面相同，因为两类的情形就是固定了一个数的 softmax。答案为“是”（d~=~1）和为“否”
      （d~=~0）时，损失分别剩下：]],
  }},
  {prove = "-(1*log(y) + (1 - 1)*log(1 - y)) = -log(y)"},
  {prove = "-(0*log(y) + (1 - 0)*log(1 - y)) = -log(1 - y)"},

  {text = {
    en = [[
      With numbers: two inputs u_1 and u_2, three classes, no hidden layer. x_k is the weighted sum
      of class k, y_k its probability after softmax. The right class is the second. Keep four
      significant figures.]],
    zh = [[
      代入数字：两个输入 u_1、u_2，三个类，没有隐层。x_k 是第 k 类的加权和，
      y_k 是 softmax 之后的概率。正确的是第二类。每个数保留四位有效数字。]],
  }},
  {show = "given"},
  {show = {"x_1", "x_2", "x_3"}},
  {ask = "y_2", points = 2, hints = {{
    en = "Subtract the largest of the three sums, take exponentials, and divide by their sum.",
    zh = "三个加权和都减去最大的那个，取指数，再除以它们的和。",
  }}},
  {ask = "y_1"},
  {ask = "y_3"},
  {ask = "L", points = 2, hints = {{
    en = "Two of the three targets are 0. One logarithm is left, and a minus.",
    zh = "三个目标中有两个是 0，只剩下一个对数，前面有负号。",
  }}},
  {show = {"dL_dL", "dL_dy_1"}},
  {ask = "dL_dy_2", hints = {{
    en = "The slope of the logarithm is one over its argument.",
    zh = "对数的斜率是自变量的倒数。",
  }}},
  {show = "dL_dy_3"},
  {text = {
    en = [[
      The chain rule with all three outputs makes a long line. You know what has to come out, so you
      need not go that way; but follow it once, and see everything cancel.]],
    zh = [[
      对三个输出都用链式法则，式子很长。你已经知道结果应当是什么，不必这样算；
      但请跟着看一遍，看它们怎样全部约掉。]],
  }},
  {ask = "dL_dx_1", points = 2, hints = {{
    en = "Output minus target, and the target of class 1 is 0.",
    zh = "输出减目标，第一类的目标是 0。",
  }}},
  {ask = "dL_dx_2", points = 2, hints = {{
    en = "Output minus target. The right class must come out negative: its sum should grow.",
    zh = "输出减目标。正确的类应当是负的：它的加权和应当增大。",
  }}},
  {ask = "dL_dx_3"},
  {ask = "dL_dw_22", hints = {{
    en = "From input 2 to class 2: what is sent back there, times u_2.",
    zh = "从输入 2 到第二类：传回到那里的量，乘以 u_2。",
  }}},
  {show = "backward"},
  {ask = "w_22_new"},
  {show = "update"},
  {text = {
    en = "And after the step:",
    zh = "走完这一步之后：",
  }},
  {show = "again"},

  {text = {
    en = [[
      The probability of the right class went from {y_2} to {y_2_new}, and L from {L} to {L_new}.

      To think about:

      1. Add up ∂L/∂x_1, ∂L/∂x_2 and ∂L/∂x_3. Why must it be 0?

      2. Which targets make cross-entropy 0, and which value does it have when all three classes are
      equally likely?

      3. Someone puts squared error after softmax. What is sent back when the network is sure of a
      wrong class?]],
    zh = [[
      正确的类的概率从 {y_2} 变为 {y_2_new}，L 从 {L} 变为 {L_new}。

      想一想：

      1. 把 ∂L/∂x_1、∂L/∂x_2、∂L/∂x_3 加起来。为什么一定等于 0？

      2. 什么时候交叉熵等于 0？三个类的概率相等时，它是多少？

      3. 有人在 softmax 之后用平方误差。当网络很有把握却选错了类时，传回来的是什么？]],
  }},
}
