-- The activation functions: what each is, its slope, and what is to be known of it.

-- One input for each function.
local printed = {
  x_1 = 0.6, x_2 = 0.6, x_3 = 0, x_4 = -0.8, x_5 = -0.8, x_6 = 0.6, x_7 = -0.8, x_8 = -0.8,
  a = 0.1, alpha = 1.5, beta = 2, u = 0.5, w_1 = 1.2, w_2 = -0.4, w_3 = 0.7,
}

local function variant(rng)
  local above, below = rng:uniform(0.2, 1.5, 1), -rng:uniform(0.2, 1.5, 1)
  return {
    x_1 = above, x_2 = above, x_3 = 0, x_4 = below, x_5 = below, x_6 = above, x_7 = below,
    x_8 = below, a = rng:pick {0.1, 0.2, 0.3}, alpha = rng:pick {0.5, 1.5, 2},
    beta = rng:pick {0.5, 1.5, 2}, u = rng:uniform(0.2, 0.9, 1), w_1 = rng:uniform(0.9, 1.5, 1),
    w_2 = -rng:uniform(0.1, 0.9, 1), w_3 = rng:uniform(0.1, 0.7, 1),
  }
end

return lesson {
  api = 1,
  id = "activations",
  title = {
    en = "Activation functions and their slopes",
    zh = "激活函数及其斜率",
  },
  figures = 4,
  fixed = {"x_1", "x_2", "x_4", "x_5", "x_6", "x_7", "x_8"}, -- one x for all of a kind

  given = function(rng, seed)
    return seed and variant(rng) or printed
  end,

  tape = function(given)
    local t = tape(given)
    t:let("y_1", "sigmoid(x_1)")
    t:let("y_2", "tanh(x_2)")
    t:let("y_3", "relu(x_3)")
    t:let("y_4", "leaky_relu(x_4, a)")
    t:let("y_5", "elu(x_5, alpha)")
    t:let("y_6", "softplus(x_6)")
    t:let("y_7", "swish(x_7, beta)")
    t:let("y_8", "gelu(x_8)")
    t:let("z_1", "w_1*u")
    t:let("z_2", "w_2*u")
    t:let("z_3", "w_3*u")
    t:let("y_9", "maxout(z_1, z_2, z_3)")
    t:let("T", "y_1 + y_2 + y_3 + y_4 + y_5 + y_6 + y_7 + y_8 + y_9")
    return t:backward "T"
  end,

  {text = {
    en = [[
      Without an activation function a network is a sum of sums, and however deep it is, one layer
      could do the same. The function bends the line. Two things matter about it: its value, in the
      forward pass, and its slope, because backpropagation multiplies by it once in every layer.

      For each function you see its formula, and its slope as it follows from the formula, rule by
      rule. Then come a value and a slope for you to work out. Every function has an input of its
      own, x_1 to x_8. T adds all outputs up, so that ∂T/∂x_1 is nothing but the slope of the first
      function at x_1, ∂T/∂x_2 that of the second at x_2, and so on.]],
    zh = [[
      没有激活函数，网络就只是和的和：不管多深，一层也能做到同样的事。激活函数把直线弯了过来。
      它有两点最重要：一是它的值，前向传播要用；二是它的斜率，误差逆传播每经过一层都要乘上一次。

      下面对每个函数先给出公式，再从公式出发，一条规则一条规则地推出斜率，
      然后请你算一个值和一个斜率。每个函数有自己的输入，从 x_1 到 x_8。T 是所有输出的和，
      所以 ∂T/∂x_1 就是第一个函数在 x_1 处的斜率，∂T/∂x_2 是第二个函数在 x_2 处的斜率，以此类推。]],
  }},
  {show = "given"},

  {text = {
    en = [[
      Sigmoid. It squashes everything between 0 and 1. Its slope from the formula is a fraction with
      a square below. Nobody computes it that way: the output is known from the forward pass, and
      the slope can be had from it.]],
    zh = [[
      sigmoid。它把任何数压缩到 0 与 1 之间。直接由公式求导，得到一个分母带平方的分数。
      没有人这样计算：前向传播时输出已经求出，斜率用输出就能算。]],
  }},
  {explain = "sigmoid"},
  {text = {
    en = [[
      The step from the fraction to the short form uses what 1~−~σ is. It is the sigmoid of the
      opposite number:]],
    zh = "从分数到简短的形式，用到了 1~−~σ 是什么：它就是相反数的 sigmoid。",
  }},
  {prove = "1 - sigmoid(x) = sigmoid(-x)"},
  {text = {
    en = [[
      How steep can it be? Call the output b, and see how far the slope stays below ¼. It is a
      square, so the slope is never above ¼, and is ¼ only for b~=~½, that is at x~=~0.]],
    zh = [[
      它最陡时有多陡？把输出记作 b，看斜率比 ¼ 小多少：差是一个平方，所以斜率不会超过 ¼，
      只有 b~=~½，即 x~=~0 时才等于 ¼。]],
  }},
  {prove = "1/4 - b*(1 - b) = (b - 1/2)^2"},
  {ask = "y_1"},
  {ask = "dT_dx_1", points = 2, hints = {{
    en = "Do not start from e^x again. You have the output: it, times what it lacks to 1.",
    zh = "不要再从 e^x 开始。输出已经有了：用它乘以它与 1 的差。",
  }}},

  {text = {
    en = [[
      Tanh. The same shape from −1 to 1, so that what comes out is as often negative as positive. It
      is no new function, but a sigmoid twice as fast, stretched and moved down:]],
    zh = [[
      tanh。形状相同，范围是 −1 到 1，所以输出有正有负，以 0 为中心。它并不是新的函数，
      而是变化快一倍的 sigmoid，再拉长一倍、向下移：]],
  }},
  {prove = "tanh(x) = 2*sigmoid(2*x) - 1"},
  {text = {
    en = "So its slope is had from that of the sigmoid:",
    zh = "所以它的斜率可以由 sigmoid 的斜率得到：",
  }},
  {explain = "2*sigmoid(2*x) - 1", by = "x"},
  {text = {
    en = "And like that of the sigmoid it can be written with the output alone. Call the output a:",
    zh = "与 sigmoid 一样，它也可以只用输出来写。把输出记作 a：",
  }},
  {prove = "4*sigmoid(2*x)*(1 - sigmoid(2*x)) = 1 - tanh(x)^2"},
  {prove = "1 - a^2 = (1 + a)*(1 - a)"},
  {text = {
    en = [[
      At 0 its slope is 1, four times that of the sigmoid: twice for the stretching, and twice for
      the speed. Far from 0 both are flat, and a neuron there hardly learns.]],
    zh = [[
      它在 0 处的斜率是 1，是 sigmoid 的四倍：拉长贡献两倍，加快贡献两倍。
      离 0 很远时两者都很平，那里的神经元几乎学不动。]],
  }},
  {ask = "y_2"},
  {ask = "dT_dx_2", points = 2, hints = {{
    en = "Two factors, one plus the output and one minus the output.",
    zh = "两个因子：1 加输出，1 减输出。",
  }}},

  {text = {
    en = [[
      ReLU. The positive passes unchanged, the negative becomes 0. Its slope is 1 or 0, so nothing
      shrinks on the way back, and it costs next to nothing.]],
    zh = [[
      ReLU。正数原样通过，负数变成 0。斜率不是 1 就是 0，所以误差传回时不会缩小，计算也几乎不费力。]],
  }},
  {explain = "cases(x > 0, x, 0)", by = "x"},
  {text = {
    en = [[
      At 0 it has a kink. From the left its slope is 0, from the right it is 1, and at 0 itself
      there is none. Something has to be put there all the same. The usual choice, made here too, is
      0; with ½ or 1 networks learn as well. What matters is to say so, and when a value lies on a
      kink the derivation does. x_3 was made to:]],
    zh = [[
      它在 0 处有一个折点：左边的斜率是 0，右边的是 1，而在 0 这一点上并没有斜率。
      可是总得取一个数。通常取 0，这里也是；取 ½ 或 1，网络照样能学习。
      重要的是说清楚：当一个值恰好落在折点上时，推导里会注明。x_3 就是特意这样取的：]],
  }},
  {show = {"y_3", "dT_dx_3"}},
  {text = {
    en = [[
      Leaky ReLU. A neuron whose input is negative for every sample gets no gradient through ReLU,
      and never learns again. A small slope a for negative inputs keeps it alive.]],
    zh = [[
      Leaky ReLU（带泄漏的 ReLU）。如果一个神经元的输入对每个样本都是负的，ReLU 就不会传给它任何梯度，
      它再也学不到东西。给负的一侧一个很小的斜率 a，它就不会“死”掉。]],
  }},
  {explain = "cases(x > 0, x, a*x)", by = "x"},
  {text = {
    en = "Often it is written with max. For a slope of 0.1 that is the same:",
    zh = "它也常用 max 来写。斜率为 0.1 时两者相同：",
  }},
  {prove = "leaky_relu(x) = max(0.1*x, x)"},
  {text = {
    en = [[
      For any a at all it is not, and what is wrong shows at once when a is above 1: then the larger
      of the two is the other one.]],
    zh = "但对任意的 a 就不对了：a 大于 1 时，两者中较大的成了另一个。",
  }},
  {prove = "leaky_relu(x, a) = max(a*x, x)", expect = "refuted"},
  {text = {
    en = [[
      The slope a may be learned like a weight; for that its own derivative is needed. Only negative
      inputs have one.]],
    zh = "斜率 a 也可以像连接权一样学习，这就需要对 a 求导。只有负的输入才对它有影响。",
  }},
  {explain = "cases(x > 0, x, a*x)", by = "a"},
  {ask = "y_4"},
  {ask = "dT_dx_4", hints = {{
    en = "Which side of 0 is x_4 on?",
    zh = "x_4 在 0 的哪一侧？",
  }}},
  {ask = "dT_da", hints = {{
    en = "How much does the output change when a grows a little? a is multiplied by something.",
    zh = "a 增大一点点，输出改变多少？看看 a 乘的是什么。",
  }}},

  {text = {
    en = [[
      ELU. It lets the negative side run out smoothly to −α. With α~=~1 the slope is 1 from both
      sides at 0, so there is no kink; with another α there is.]],
    zh = [[
      ELU。负的一侧平滑地趋向 −α。α~=~1 时，0 处左右两边的斜率都是 1，没有折点；
      α 取别的值时就有折点。]],
  }},
  {explain = "cases(x > 0, x, alpha*(exp(x) - 1))", by = "x"},
  {text = {
    en = "And by α, should it be learned, too:",
    zh = "如果 α 也要学习，对 α 求导：",
  }},
  {explain = "cases(x > 0, x, alpha*(exp(x) - 1))", by = "alpha"},
  {ask = "y_5"},
  {ask = "dT_dx_5", points = 2, hints = {{
    en = "On the negative side differentiate α·(e^x~−~1): the −1 goes, the exponential stays.",
    zh = "在负的一侧对 α·(e^x~−~1) 求导：−1 消失，指数函数不变。",
  }}},

  {text = {
    en = [[
      Softplus. A ReLU with a round corner, and its slope is an old acquaintance.]],
    zh = "softplus。把 ReLU 的折角磨圆了，而它的斜率是一位老朋友。",
  }},
  {explain = "softplus"},
  {text = {
    en = [[
      It is never 0, but ReLU has this in common with it: the value at x, less the value at −x, is x
      itself.]],
    zh = "它永远不等于 0；不过 ReLU 的一个性质它也有：x 处的值减去 −x 处的值，正好是 x。",
  }},
  {prove = "softplus(x) - softplus(-x) = x"},
  {ask = "y_6"},
  {ask = "dT_dx_6", points = 2},

  {text = {
    en = [[
      Swish. x times a sigmoid that opens for positive x and closes for negative. β says how
      quickly: for large β it comes near ReLU, for β~=~0 it is half of x.]],
    zh = [[
      swish。x 乘以一个 sigmoid“闸门”：x 为正时打开，为负时关上。β 决定开关有多快：
      β 很大时接近 ReLU，β~=~0 时就是 x 的一半。]],
  }},
  {explain = "x*sigmoid(beta*x)", by = "x"},
  {text = {
    en = "By β, which can be learned as well:",
    zh = "β 也可以学习，对 β 求导：",
  }},
  {explain = "x*sigmoid(beta*x)", by = "beta"},
  {ask = "y_7"},
  {ask = "dT_dx_7", points = 2, hints = {{
    en = "It is a product, so there are two terms: the gate, and x times the slope of the gate.",
    zh = "这是一个乘积，所以有两项：闸门本身，以及 x 乘以闸门的斜率。",
  }}},

  {text = {
    en = [[
      GELU. The same idea with another gate: Φ(x), the probability that a standard normal variable
      is below x.]],
    zh = "GELU。想法相同，闸门不同：用 Φ(x)，即标准正态变量小于 x 的概率。",
  }},
  {explain = "gelu"},
  {text = {
    en = [[
      Set it beside ReLU. Far from 0 the two agree, for the gate is then all open or all shut. In
      between GELU is smooth, with slope ½ at 0, where ReLU has its kink. It dips below 0 for
      negative x, so that it first falls and then rises; and there it has a slope where ReLU has
      none, so a neuron on that side can come back. The price is the work: Φ has no formula in
      elementary functions. This, too, it shares with ReLU:]],
    zh = [[
      把它与 ReLU 比一比。离 0 很远时两者一致，因为闸门不是全开就是全关。在中间，GELU 是光滑的，
      0 处的斜率是 ½，而 ReLU 在那里有折点。x 为负时 GELU 略低于 0，所以先降后升；
      在那里它有斜率，而 ReLU 没有，所以落到这一侧的神经元还能回来。代价是计算量：
      Φ 不能用初等函数写出来。下面这一点也与 ReLU 相同：]],
  }},
  {prove = "gelu(x) - gelu(-x) = x"},
  {text = {
    en = [[
      A swish with β~=~1.702 is often used in its place. It is near, but it is not the same:]],
    zh = "人们常用 β~=~1.702 的 swish 来代替它。两者很接近，但并不相等：",
  }},
  {prove = "gelu(x) = swish(x, 1.702)", expect = "refuted"},
  {ask = "y_8", hints = {{
    en = "Φ of a negative number is 1 minus Φ of the positive one; a table has the latter.",
    zh = "负数的 Φ 等于 1 减去对应正数的 Φ，后者可以查表。",
  }}},
  {ask = "dT_dx_8", points = 2, figures = 2, hints = {{
    en = "Again a product: the gate, and x times the slope of the gate, the bell curve φ.",
    zh = "仍然是乘积：闸门本身，以及 x 乘以闸门的斜率，也就是钟形曲线 φ。",
  }}},

  {text = {
    en = [[
      Step. The first of all activations, 1 or 0 and nothing between: the threshold unit of the
      perceptron.]],
    zh = "阶跃函数。最早的激活函数，不是 1 就是 0：感知机的阈值单元。",
  }},
  {explain = "step"},
  {text = {
    en = [[
      Its slope is 0 wherever there is one. Multiply by that, and no error reaches any weight below.
      This is why networks that learn by gradients have the sigmoid in its place.

      Maxout. Here the function itself is learned. The neuron has several weighted sums, z_1, z_2
      and z_3, and gives the largest. The slope is 1 for the winner and 0 for the others, so a
      sample teaches only the weights that won.]],
    zh = [[
      凡是有斜率的地方，斜率都是 0。乘上它，误差就传不到前面的任何连接权。
      所以用梯度学习的网络都换成了 sigmoid。

      maxout。这里连函数本身也是学来的：神经元有几个加权和 z_1、z_2、z_3，输出其中最大的一个。
      最大的那个斜率是 1，其余是 0，所以一个样本只教会“获胜”的那组连接权。]],
  }},
  {explain = "maxout(z_1, z_2, z_3)", by = "z_1"},
  {text = {
    en = "ReLU is maxout with two sums, one of which is always 0:",
    zh = "ReLU 就是两个和的 maxout，其中一个恒为 0：",
  }},
  {prove = "maxout(0, x) = relu(x)"},
  {ask = "y_9"},
  {ask = "dT_dw_1", hints = {{
    en = "Did z_1 win? If it did, the slope is that of w_1·u by w_1.",
    zh = "z_1 获胜了吗？如果是，斜率就是 w_1·u 对 w_1 的斜率。",
  }}},
  {text = {
    en = "And all the rest of T, so that nothing is left unexplained:",
    zh = "T 的其余部分也列在下面，不留一处没有解释的地方：",
  }},
  {show = "forward"},
  {show = "loss"},
  {show = "backward"},

  {text = {
    en = [[
      To think about:

      1. Which of these functions have a slope above 1 somewhere? Which have one below 0? (The slope
      of GELU at {x_8} is {dT_dx_8}.)

      2. tanh instead of the sigmoid in a deep network: does it cure the vanishing gradient, or only
      put it off?

      3. Two inputs lead to a ReLU, and both weights and the bias are negative. The inputs are
      always positive. Which of the functions above would you put in its place, and why?]],
    zh = [[
      想一想：

      1. 这些函数中，哪些在某处的斜率大于 1？哪些在某处的斜率小于 0？
      （GELU 在 {x_8} 处的斜率是 {dT_dx_8}。）

      2. 在很深的网络里用 tanh 代替 sigmoid，是解决了梯度消失，还是只推迟了它？

      3. 一个 ReLU 神经元有两个输入，连接权和偏置都是负的，而输入总是正的。
      你会用上面的哪个函数来代替 ReLU？为什么？]],
  }},
}
