-- Two outputs, and one bias for all neurons of a layer, in the names of the homework sheet.

local names = {
  inputs = {"i1", "i2"}, targets = {"y1", "y2"},
  weights = {{{"w1", "w3"}, {"w2", "w4"}}, {{"w5", "w6"}, {"w7", "w8"}}}, -- [from][to]
  biases = {"b1", "b2"},
  z = {{"net_h1", "net_h2"}, {"net_o1", "net_o2"}},
  a = {{"out_h1", "out_h2"}, {"out_o1", "out_o2"}},
  rate = "eta", loss = "e",
}

return lesson {
  api = 1,
  id = "shared-biases",
  title = {
    en = "Two outputs, and a bias that a layer shares",
    zh = "两个输出，以及一层共用的偏置",
  },
  figures = 4,

  given = {
    inputs = {0.05, 0.10}, targets = {0.12, 0.95}, eta = 0.1,
    parameters = {
      w1 = 0.15, w2 = 0.20, w3 = 0.25, w4 = 0.30, b1 = 0.35,
      w5 = 0.30, w6 = 0.50, w7 = 0.45, w8 = 0.55, b2 = 0.60,
    },
  },

  tape = function(given)
    local net = mlp {2, 2, 2, bias = "shared", loss = "squared_error", notation = names}
    net:set(given.parameters)
    return net:tape(given.inputs, given.targets, {eta = given.eta})
  end,

  {text = {
    en = [[
      Two inputs, two hidden neurons, two outputs, all sigmoid. Three things are different from the
      slides' example, and each of them is a place to slip.

      The weights are numbered. Mind which way w6 and w7 go: from h1 to o2, and from h2 to o1.

                   to h1   to h2                  to o1   to o2
          from i1   w1      w3          from h1    w5      w6
          from i2   w2      w4          from h2    w7      w8

      Each layer has one bias for all of its neurons: b1 is added to net_h1 and to net_h2, b2 to
      net_o1 and to net_o2.

      The loss is the sum of the squares without the half, e = (out_o1 − y1)² + (out_o2 − y2)².

      Wanted: the outputs, the gradients of w5 and w6, and both weights after a step with η~=~{eta}.
      Keep four significant figures.]],
    zh = [[
      两个输入，两个隐层神经元，两个输出，激活函数都是 sigmoid。与课件例题相比有三处不同，
      每一处都容易出错。

      连接权是编号的。注意 w6 和 w7 的走向：w6 从 h1 到 o2，w7 从 h2 到 o1。

                 到 h1   到 h2               到 o1   到 o2
          从 i1   w1      w3         从 h1    w5      w6
          从 i2   w2      w4         从 h2    w7      w8

      每一层只有一个偏置，由该层所有神经元共用：b1 同时加到 net_h1 和 net_h2 上，
      b2 同时加到 net_o1 和 net_o2 上。

      损失是平方和，没有 ½：e = (out_o1 − y1)² + (out_o2 − y2)²。

      要求：两个输出，w5 和 w6 的梯度，以及以学习率 η~=~{eta} 走一步之后的 w5 和 w6。
      保留四位有效数字。]],
  }},
  {show = "given"},

  {text = {
    en = [[
      Forward. net is what goes into a neuron, the weighted sum plus the layer's bias; out = σ(net)
      is what comes out.]],
    zh = "前向传播。net 是进入神经元的值：加权和加上该层的偏置；out = σ(net) 是它的输出。",
  }},
  {ask = "net_h1", hints = {{
    en = "Column h1 of the table: w1 and w2. And do not forget b1.",
    zh = "看表中 h1 那一列：w1 和 w2。别忘了 b1。",
  }}},
  {ask = "out_h1"},
  {ask = "out_h2", hints = {{
    en = "net_h2 = w3·i1 + w4·i2 + b1, with the same b1.",
    zh = "net_h2 = w3·i1 + w4·i2 + b1，用的是同一个 b1。",
  }}},
  {ask = "out_o1", points = 2, hints = {{
    en = "Column o1 of the table: w5 from h1 and w7 from h2. Then b2, then σ.",
    zh = "看表中 o1 那一列：从 h1 来的 w5，从 h2 来的 w7。再加 b2，最后求 σ。",
  }}},
  {ask = "out_o2", points = 2},
  {show = "forward"},
  {ask = "e", hints = {{
    en = "Two squares, added, and no half.",
    zh = "两个平方相加，不乘 ½。",
  }}},

  {text = {
    en = [[
      Backward. Without the half the 2 of the square stays: ∂e/∂out_o1~=~2·(out_o1~−~y1). Whoever
      leaves it out gets exactly half of every gradient on this page.]],
    zh = [[
      反向传播。因为没有 ½，平方求导得到的 2 会留下来：∂e/∂out_o1~=~2·(out_o1~−~y1)。
      漏掉它，本页的每个梯度都会恰好变成一半。]],
  }},
  {show = "de_de"},
  {ask = "de_dout_o1"},
  {ask = "de_dout_o2"},
  {text = {
    en = [[
      One step further back, through the sigmoid: times out·(1~−~out). Each output has its own
      error, and w5 and w6 differ in nothing else: both start at h1, but w5 ends at o1 and w6 at
      o2.]],
    zh = [[
      再往回一步，穿过 sigmoid：乘以 out·(1~−~out)。每个输出有自己的误差，
      而 w5 与 w6 的区别也只在这里：两者都从 h1 出发，但 w5 通向 o1，w6 通向 o2。]],
  }},
  {ask = "de_dnet_o1", points = 2, hints = {{
    en = "∂e/∂out_o1 times out_o1·(1 − out_o1).",
    zh = "∂e/∂out_o1 乘以 out_o1·(1 − out_o1)。",
  }}},
  {ask = "de_dnet_o2", points = 2},
  {ask = "de_dw5", points = 2, hints = {{
    en = "The error at its end, ∂e/∂net_o1, times the value at its start, out_h1.",
    zh = "终点的误差 ∂e/∂net_o1 乘以起点的值 out_h1。",
  }}},
  {ask = "de_dw6", points = 2, hints = {{
    en = "The same start as w5, but the other end: ∂e/∂net_o2.",
    zh = "起点与 w5 相同，终点不同：∂e/∂net_o2。",
  }}},
  {text = {
    en = [[
      A quantity that is used twice influences e on two ways, and its gradient is the sum over both.
      That is so for b2, which both outputs share, and for out_h1, which both outputs use.]],
    zh = [[
      一个量如果被用到两次，就通过两条途径影响 e，它的梯度是两条途径之和。
      被两个输出共用的 b2 是这样，被两个输出都用到的 out_h1 也是这样。]],
  }},
  {ask = "de_db2", points = 2, hints = {{
    en = "b2 goes into net_o1 and into net_o2, each time with the factor 1.",
    zh = "b2 进入 net_o1，也进入 net_o2，每次的系数都是 1。",
  }}},
  {ask = "de_dout_h1", points = 2, hints = {{
    en = "From o1 the error comes back over w5, from o2 over w6.",
    zh = "o1 的误差经 w5 传回，o2 的误差经 w6 传回。",
  }}},
  {show = "backward"},

  {text = {
    en = "Update. Against the gradient: new = old − η·gradient.",
    zh = "更新。朝梯度的反方向走：新值 = 旧值 − η·梯度。",
  }},
  {ask = "w5_new", hints = {{
    en = "w5' = w5 − η·∂e/∂w5. out_o1 is far too large, so w5 must go down.",
    zh = "w5' = w5 − η·∂e/∂w5。out_o1 明显偏大，所以 w5 应当变小。",
  }}},
  {ask = "w6_new", hints = {{
    en = "The gradient of w6 is negative: out_o2 is too small, so w6 must go up.",
    zh = "w6 的梯度是负的：out_o2 偏小，所以 w6 应当变大。",
  }}},
  {show = "update"},
  {text = {
    en = "Again. And this is what the whole step does to the outputs and to the loss:",
    zh = "再算一次。整个这一步对输出和损失的效果如下：",
  }},
  {show = "again"},

  {text = {
    en = [[
      The loss went from {e} to {e_new}.

      To think about:

      1. The two outputs want opposite things of b2: what are the two terms of ∂e/∂b2? With a bias
      each, in which direction would the two biases go?

      2. Had the loss carried the half, which rate η would have made the same step?

      3. out_o1 moved towards its target of {y1}. Did out_o2 move towards {y2}, too? Its weights and
      the shared bias were not of one mind.]],
    zh = [[
      损失从 {e} 变为 {e_new}。

      想一想：

      1. 两个输出对 b2 的要求正好相反：∂e/∂b2 的两项分别是多少？如果每个输出各有一个偏置，
      它们会分别朝哪个方向变？

      2. 如果损失带有 ½，学习率 η 取多少才会走出完全相同的一步？

      3. out_o1 朝目标 {y1} 靠近了。out_o2 也朝 {y2} 靠近了吗？
      它的连接权与共用的偏置意见并不一致。]],
  }},
}
