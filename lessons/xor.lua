-- XOR with hidden units: with ReLU and with thresholds by hand, not with linear ones, and learnt.

local printed = {x_1 = 0.9, x_2 = 0.8, w_1 = 0.7, w_2 = -0.9}

-- Both inputs are nearly 1; AND speaks more strongly against than OR for it.
local function variant(rng)
  return {
    x_1 = rng:uniform(0.86, 0.95, 2), x_2 = rng:uniform(0.76, 0.85, 2),
    w_1 = rng:uniform(0.4, 0.7, 1), w_2 = -rng:uniform(0.8, 0.9, 1),
  }
end

return lesson {
  api = 1,
  id = "xor",
  title = {
    en = "XOR: what hidden units are good for",
    zh = "异或：隐层有什么用",
  },
  figures = 4,

  given = function(rng, seed)
    return seed and variant(rng) or printed
  end,

  tape = function(given)
    local t = tape(given)
    t:let("z_1", "x_1 + x_2")
    t:let("z_2", "x_1 + x_2 - 1")
    t:let("h_1", "relu(z_1)")
    t:let("h_2", "relu(z_2)")
    t:let("y", "h_1 - 2*h_2")
    t:let("s_00", "w_1*0 + w_2*0")
    t:let("s_10", "w_1*1 + w_2*0")
    t:let("s_11", "w_1*1 + w_2*1")
    t:let("theta", "(s_00 + s_10)/2")
    return t
  end,

  {text = {
    en = [[
      One threshold unit cannot compute XOR, as the lesson perceptron shows: no straight line has
      (1,~0) and (0,~1) on one side and (0,~0) and (1,~1) on the other. A hidden layer helps, and
      two units in it are enough. How can that be? Look at the sum x_1~+~x_2. It is 0 or 2 where XOR
      is 0, and 1 where XOR is 1:

          sum     0    1    2
          XOR     0    1    0

      Up, and down again. A single ReLU goes up from 0 on and never comes down. A second one, which
      begins at 1, can pull it down: take it twice, so that the slope +1 becomes 1~−~2~=~−1.

          h_1 = relu(x_1 + x_2)
          h_2 = relu(x_1 + x_2 − 1)
          y   = h_1 − 2·h_2

          sum     0    1    2
          h_1     0    1    2
          h_2     0    0    1
          y       0    1    0]],
    zh = [[
      一个阈值单元算不出异或，这在 perceptron 一课中已经看到：没有一条直线能把 (1,~0)、(0,~1)
      与 (0,~0)、(1,~1) 分在两侧。加一个隐层就行，隐层里两个单元就够了。为什么？看和 x_1~+~x_2：
      异或为 0 时它是 0 或 2，异或为 1 时它是 1：

          和      0    1    2
          异或    0    1    0

      先升，再降。一个 ReLU 从 0 开始上升，却永远不会下降。让第二个 ReLU 从 1 开始，
      就能把它拉下来：取它的两倍，斜率就从 +1 变成 1~−~2~=~−1。

          h_1 = relu(x_1 + x_2)
          h_2 = relu(x_1 + x_2 − 1)
          y   = h_1 − 2·h_2

          和      0    1    2
          h_1     0    1    2
          h_2     0    0    1
          y       0    1    0]],
  }},
  {text = {
    en = [[
      The same as a network, all four inputs at once. v holds the weights to the hidden units, gamma
      their thresholds (the second begins at 1), w the weights to the output.]],
    zh = [[
      把它写成网络，四个输入一起算。v 是通向隐层单元的连接权，gamma 是它们的阈值
      （第二个从 1 开始），w 是通向输出的连接权。]],
  }},
  {run = [[
    X, D = data "xor".inputs, data "xor".targets
    net = mlp{2, 2, 1, hidden = "relu", output = "identity"}
    net = net:set{v = {{1, 1}, {1, 1}}, gamma = {0, 1}, w = {{1}, {-2}}}
    X
    net:forward(X)
    net:boundary{inputs = X, targets = D, columns = 48, rows = 13}]]},
  {text = {
    en = [[
      In the picture y is ½ or more in a stripe from one corner to the other. Its two edges are
      straight lines: each hidden unit gives one. (To get a sign instead of 0 and 1, subtract ½.)

      Inputs need not be exactly 0 or 1. {x_1} and {x_2} are both nearly true, so XOR should
      come out nearly false. Put them through the network yourself.]],
    zh = [[
      图中 y 不小于 ½ 的区域是一条从一个角到另一个角的带子。它有两条直的边，
      每个隐层单元各贡献一条。（如果想得到正负号，而不是 0 和 1，就减去 ½。）

      输入不必恰好是 0 或 1。{x_1} 和 {x_2} 都接近“真”，所以异或应当接近“假”。
      请亲手把它们送进网络算一遍。]],
  }},
  {show = {"x_1", "x_2"}},
  {ask = "h_1", hints = {{
    en = "ReLU lets a positive sum pass as it is.",
    zh = "和是正的，ReLU 原样放行。",
  }}},
  {ask = "h_2", hints = {{
    en = "One less than before. Is it still positive?",
    zh = "比刚才少 1。还是正的吗？",
  }}},
  {ask = "y", points = 2, hints = {{
    en = "y = h_1 − 2·h_2. Expect a number nearer to 0 than to 1.",
    zh = "y = h_1 − 2·h_2。结果应当离 0 比离 1 近。",
  }}},

  {text = {
    en = [[
      Threshold units can do it, too. They answer yes or no, so say it in words: XOR is true when
      one of the inputs is true, and not both. "One of them" is OR, "both" is AND, and those a
      single unit can do.

          h_1 = step(x_1 + x_2 − 0.5)        OR
          h_2 = step(x_1 + x_2 − 1.5)        AND
          y   = step(w_1·h_1 + w_2·h_2 − θ)  OR, but not AND

      The output must be 1 for h_1~=~1, h_2~=~0 alone. (h_1~=~0 with h_2~=~1 never happens.) Let the
      weights be w_1~=~{w_1} and w_2~=~{w_2}. OR speaks for it, AND against it, and more strongly:
      when both hidden units fire, the sum must be below 0.]],
    zh = [[
      阈值单元也可以做到。它只回答“是”或“否”，那就用语言来说：两个输入中有一个为真、
      但并非两个都为真时，异或为真。“有一个”是“或”，“两个都”是“与”，这两样一个单元都会算。

          h_1 = step(x_1 + x_2 − 0.5)        或
          h_2 = step(x_1 + x_2 − 1.5)        与
          y   = step(w_1·h_1 + w_2·h_2 − θ)  或，但不是与

      只有 h_1~=~1、h_2~=~0 时输出应当是 1。（h_1~=~0 而 h_2~=~1 的情形不会出现。）
      设连接权 w_1~=~{w_1}、w_2~=~{w_2}。“或”投赞成票，“与”投反对票，而且分量更重：
      两个隐层单元都兴奋时，和应当小于 0。]],
  }},
  {show = {"w_1", "w_2"}},
  {ask = "s_11", hints = {{
    en = "Both hidden units are 1: add the two weights.",
    zh = "两个隐层单元都是 1：把两个连接权相加。",
  }}},
  {text = {
    en = [[
      The sums are s_00 when no hidden unit fires, s_10 when OR fires alone, and s_11. Only s_10
      must reach the threshold. Put θ half-way between it and the larger of the others, which is
      s_00:]],
    zh = [[
      没有隐层单元兴奋时和是 s_00，只有“或”兴奋时是 s_10，都兴奋时是 s_11。只有 s_10 应当达到阈值。
      把 θ 取在它与另外两个中较大的一个（即 s_00）的正中间：]],
  }},
  {ask = "theta", points = 2, hints = {{
    en = "s_00 is 0, for nothing comes in. s_10 is w_1.",
    zh = "s_00 是 0，因为什么也没有传进来；s_10 就是 w_1。",
  }}},
  {text = {
    en = "With the printed numbers, for all four inputs:",
    zh = "用原题的数字，四个输入都算一遍：",
  }},
  {run = [[
    net = mlp{2, 2, 1, hidden = "step", output = "step"}
    net = net:set{v = {{1, 1}, {1, 1}}, gamma = {0.5, 1.5}}
    net = net:set{w = {{0.7}, {-0.9}}, theta = {0.35}}
    net:forward(X)]]},

  {text = {
    en = [[
      So is it the number of units that does it? No: they must bend the line. Without an activation
      function hidden units are of no use, for a weighted sum of weighted sums is a weighted sum:]],
    zh = [[
      那么，起作用的是单元的个数吗？不是：它们必须能把直线折弯。没有激活函数，隐层单元毫无用处，
      因为加权和的加权和还是加权和：]],
  }},
  {prove = "w_1*(v_11*x_1 + v_21*x_2) + w_2*(v_12*x_1 + v_22*x_2) = "
    .. "(w_1*v_11 + w_2*v_12)*x_1 + (w_1*v_21 + w_2*v_22)*x_2"},
  {text = {
    en = [[
      Whatever the weights, what comes out is a·x_1~+~b·x_2~+~c for some three numbers. And such a
      thing gives, at opposite corners of the square, the same total:]],
    zh = [[
      不管连接权是多少，输出总是 a·x_1~+~b·x_2~+~c 的样子，a、b、c 是三个数。
      而这样的式子，在正方形的两组对角上，总和必定相等：]],
  }},
  {prove = "(a*0 + b*0 + c) + (a*1 + b*1 + c) = (a*1 + b*0 + c) + (a*0 + b*1 + c)"},
  {text = {
    en = [[
      XOR wants 0~+~0 on the left and 1~+~1 on the right. So no weights can do it. Here is such a
      network, and the single layer that it is worth. Let it learn all the same, and see what it
      takes for the best.]],
    zh = [[
      异或却要求左边是 0~+~0，右边是 1~+~1。所以没有任何连接权能做到。下面是一个这样的网络，
      以及它实际上相当于的那一层。还是让它学一学，看它最后认为什么最好。]],
  }},
  {run = [[
    net = mlp{2, 2, 1, hidden = "identity", output = "identity", seed = 3}
    net:collapse()
    r = net:train{inputs = X, targets = D, eta = 0.2, epochs = 5000, batch = 4}
    net:forward(X)]]},
  {text = {
    en = [[
      ½ for everything: the least wrong that a straight thing can be. With a sigmoid in all three
      neurons the same two hidden units learn it. The parameters are drawn from (−1,~1), and
      training ends when every output is within 0.2 of its target.]],
    zh = [[
      对什么都答 ½：直的东西最少也要错这么多。把三个神经元都换成 sigmoid，
      同样两个隐层单元就能学会。参数从 (−1,~1) 中随机抽取，每个输出与目标相差都在 0.2 以内时停止。]],
  }},
  {run = [[
    net = mlp{2, 2, 1}:init{"uniform", from = -1, to = 1, seed = 1}
    how = {inputs = X, targets = D, eta = 0.3, epochs = 20000, seed = 1}
    how.stop_within = 0.2
    net:train(how).reason
    net:boundary{inputs = X, targets = D, columns = 48, rows = 13}]]},
  {text = {
    en = [[
      It found a stripe of its own. But not every start leads there. This one does not in 20,000
      epochs: it has two corners right and gives ½ for the other
      two. To the hidden units these two look the same; one pulls the output up, the other down as
      much, and hardly anything moves any more.]],
    zh = [[
      它自己找到了一条带子。但并不是每个起点都能走到那里。下面这个起点学了两万轮也没有学会：
      两个角答对了，另外两个角都答 ½。在隐层看来，这两个角是一样的：一个把输出往上拉，
      另一个用同样的力往下拉，于是几乎不再移动。]],
  }},
  {run = [[
    net = mlp{2, 2, 1}:init{"uniform", from = -1, to = 1, seed = 6}
    how.seed = 6
    net:train(how).settled
    net:boundary{inputs = X, targets = D, level = 0.6, columns = 48, rows = 13}]]},
  {text = {
    en = [[
      (Drawn at 0.6, since ½ is just where it wavers.) Two hidden units are enough to represent XOR,
      but few to find it. With four, nearly every start gets there.

      To think about:

      1. Where do the two edges of the first stripe meet the sides of the square? At which inputs is
      y exactly ½?

      2. XOR of three inputs is 1 when one or three of them are 1. Write down sum and XOR for 0, 1,
      2 and 3. How many ReLUs do you need, and where do they begin?

      3. Take the threshold network, and try to learn its weights v by gradients. Which factor of
      the chain rule stops you?]],
    zh = [[
      （按 0.6 来画，因为它恰好在 ½ 上摇摆。）要表示异或，两个隐层单元够了；要找到它，两个就嫌少。
      用四个，几乎每个起点都能走到。

      想一想：

      1. 第一条带子的两条边在哪里与正方形的边相交？哪些输入使 y 恰好等于 ½？

      2. 三个输入的异或：其中有一个或三个为 1 时等于 1。写出和为 0、1、2、3 时的异或。
      需要几个 ReLU？它们各从哪里开始？

      3. 对阈值单元组成的网络，想用梯度来学连接权 v。链式法则中的哪个因子使它寸步难行？]],
  }},
}
