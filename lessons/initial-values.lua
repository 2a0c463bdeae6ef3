-- Why weights must not start equal: units that are the same stay the same.

local names = {"v_11", "v_12", "v_21", "v_22", "w_11", "w_21"}

return lesson {
  api = 1,
  id = "initial-values",
  title = {
    en = "Initial values: why weights must not start equal",
    zh = "初始值：连接权为什么不能一开始就相等",
  },
  figures = 4,
  notations = {"watermelon", "delta"},
  conventions = {"sign"},
  fixed = names, -- that they are equal is the point

  given = function(rng, seed)
    if not seed then
      return {x = {0.6, 0.2}, d = 0.9, w = 0.4, eta = 0.5}
    end
    return {
      x = {rng:uniform(0.5, 0.9, 1), rng:uniform(0.1, 0.4, 1)}, d = rng:uniform(0.8, 0.9, 2),
      w = rng:pick {0.3, 0.4, 0.6}, eta = rng:pick {0.5, 0.8},
    }
  end,

  tape = function(given)
    local w = given.w
    local net = mlp {2, 2, 1, bias = false, notation = "lecture"}
    net:set {v = {{w, w}, {w, w}}, w = {{w}, {w}}}
    return net:tape(given.x, given.d, {eta = given.eta})
  end,

  {text = {
    en = [[
      Before training, every weight needs a value. Why not simply 0? Or the same number for all?
      Nothing seems to speak against it: training is there to change them.

      Let us see what it does. Two inputs, two hidden neurons, one output, a sigmoid in every
      neuron, no thresholds, and the same number in all six weights.]],
    zh = [[
      训练之前，每个连接权都要有一个初值。为什么不干脆都取 0？或者都取同一个数？
      似乎没有什么不妥：反正训练会改变它们。

      我们来看看会怎样。两个输入、两个隐层神经元、一个输出，每个神经元都用 sigmoid，没有阈值，
      六个连接权全部取同一个数。]],
  }},
  {show = "given"},
  {ask = "beta_1", hints = {{
    en = "The weighted sum of the inputs: x_1·v_11 + x_2·v_21.",
    zh = "输入的加权和：x_1·v_11 + x_2·v_21。",
  }}},
  {ask = "b_1"},
  {text = {
    en = [[
      The second hidden neuron gets the same inputs over the same weights. What else could come out
      of it?]],
    zh = "第二个隐层神经元收到同样的输入，连接权也一样。它的输出还能有什么不同？",
  }},
  {show = {"beta_2", "b_2"}},
  {ask = "y_1", hints = {{
    en = "α_1 = b_1·w_11 + b_2·w_21, then the sigmoid.",
    zh = "先求 α_1 = b_1·w_11 + b_2·w_21，再代入 sigmoid。",
  }}},

  {text = {
    en = [[
      Now back. Going forward the two neurons were equal. Perhaps the errors that come back tell
      them apart?]],
    zh = "再往回走。前向时两个神经元完全相同；传回来的误差会不会把它们区分开？",
  }},
  {ask = "g_1", points = 2, hints = {{
    en = "g_1 = (d_1 − y_1)·y_1·(1 − y_1).",
    zh = "g_1 = (d_1 − y_1)·y_1·(1 − y_1)。",
  }}},
  {ask = "e_1", points = 2, hints = {{
    en = "The error comes back over w_11, the old one, and through the slope b_1·(1 − b_1).",
    zh = "误差沿 w_11（旧值）传回，再乘以斜率 b_1·(1 − b_1)。",
  }}},
  {ask = "e_2", points = 2, hints = {{
    en = "Write the line for e_1 with 2 for 1. Which number in it changes?",
    zh = "把 e_1 那一行里的 1 换成 2。其中有哪个数变了？",
  }}},
  {text = {
    en = [[
      They do not. And the new weights?]],
    zh = "不会。那么更新以后的连接权呢？",
  }},
  {ask = "v_11_new", hints = {{
    en = "v_11 + η·e_1·x_1.",
    zh = "v_11 + η·e_1·x_1。",
  }}},
  {ask = "v_12_new", hints = {{
    en = "The weight from the same input to the other neuron: e_2 in place of e_1.",
    zh = "从同一个输入通向另一个神经元的连接权：把 e_1 换成 e_2。",
  }}},
  {show = "update"},
  {text = {
    en = [[
      v_11 and v_12 have moved by the same step, so have v_21 and v_22, and w_11 and w_21. (v_11 and
      v_21 now differ, as the inputs do; but that makes no difference between the two neurons.)
      Before the step the neurons were equal, after it they are equal; so they are after the next,
      and after a million. Two neurons do the work of one.

      For any network the argument is one line of the general rule:

          e_h = b_h·(1 − b_h)·Σ_j w_hj·g_j

      If two hidden neurons have equal weights in, then b_h is equal; if they have equal weights
      out, too, then e_h is equal, and so is every step.

      The program can look for such neurons. Here is XOR, from equal weights, before and after a
      thousand epochs:]],
    zh = [[
      v_11 与 v_12 走了同样的一步，v_21 与 v_22、w_11 与 w_21 也是。（v_11 和 v_21 现在不同了，
      因为两个输入不同；但这并没有使两个神经元有所区别。）更新之前两个神经元相同，更新之后仍然相同；
      下一步之后也相同，一百万步之后还是相同。两个神经元只做了一个神经元的工作。

      对任何网络，道理都在一般公式的这一行里：

          e_h = b_h·(1 − b_h)·Σ_j w_hj·g_j

      两个隐层神经元的输入连接权相等，b_h 就相等；如果输出连接权也相等，e_h 就相等，
      每一步的改变量也就相等。

      程序可以找出这样的神经元。下面是 XOR，从相等的连接权出发，先看训练前，再看一千轮之后：]],
  }},
  {run = {
    "xor = data \"xor\"",
    "net = mlp{2, 2, 1}:init{\"constant\", value = 0.4}",
    "net:twins()",
    "how = {inputs = xor.inputs, targets = xor.targets, eta = 0.5, epochs = 1000}",
    "net:train(how).epochs",
    "net:twins()",
  }},
  {text = {
    en = [[
      What if all weights are 0? Then even less happens. Every b_h is σ(0) = 0.5, and e_h is 0,
      since the error would have to come back over weights that are 0. These are the gradients at
      the start:]],
    zh = [[
      如果所有连接权都是 0 呢？那就更糟。每个 b_h 都是 σ(0) = 0.5，而 e_h 等于 0，
      因为误差要沿着等于 0 的连接权传回来。下面是一开始的梯度：]],
  }},
  {run = {
    "zero = mlp{2, 2, 1, bias = false, notation = \"lecture\"}",
    "zero:gradients({1, 0}, {1})",
    "zero:twins()",
  }},
  {text = {
    en = [[
      Only w moves at first, both weights alike. After that v can move, both neurons alike.

      So there has to be a difference from the start. It may be small: one weight is enough, here
      v_11, and the neurons go different ways.]],
    zh = [[
      一开始只有 w 会动，而且两个一样地动。之后 v 才能动，两个神经元还是一样地动。

      所以一开始就必须有差别。差别可以很小：改一个连接权就够了，例如 v_11，
      两个神经元便各走各的路。]],
  }},
  {run = {
    "net = net:init{\"constant\", value = 0.4}:set{v = {{0.41, 0.4}, {0.4, 0.4}}}",
    "net:train(how).epochs",
    "net:twins()",
  }},
  {text = {
    en = [[
      In practice all weights are drawn by chance. How much does it matter? XOR needs at least two
      different hidden neurons. We take three, and train until every output is within 0.2 of its
      target, for 2000 epochs at most: once from equal weights, then from ten different draws.]],
    zh = [[
      实际中，全部连接权都随机抽取。这有多重要？XOR 至少需要两个不同的隐层神经元。
      我们用三个，训练到每个输出与目标之差都小于 0.2 为止，最多 2000 轮：
      先从相等的连接权出发，再从十组不同的随机值出发。]],
  }},
  {run = {
    "how.epochs, how.eta, how.stop_within = 2000, 1, 0.2",
    "net = mlp{2, 3, 1}:init{\"constant\", value = 0.4}",
    "net:train(how).settled",
    "net:twins()",
    "solved = 0",
    "for seed = 1, 10 do\n"
      .. "  net:init{\"uniform\", from = -1, to = 1, seed = seed}\n"
      .. "  if net:train(how).settled then solved = solved + 1 end\n"
      .. "end",
    "solved",
  }},
  {text = {
    en = [[
      From equal weights it is not solved, however long one waits: three equal neurons do the work
      of one, and one cannot do it. From each of the draws it is.

      To think about:

      1. May the thresholds all start at 0? (Look at what goes into e_h, and at what tells two
      neurons apart.)

      2. With equal weights in, but different weights out, are the two neurons still equal after one
      step? After two?

      3. Perceptrons have no hidden neurons, and the rule is often started with all weights 0. Why
      is that no mistake?]],
    zh = [[
      从相等的连接权出发，等多久也解不出来：三个相同的神经元只做了一个的工作，而一个办不到。
      从这十组随机值出发，每一次都解出来了。

      想一想：

      1. 阈值可以全部从 0 开始吗？（看看 e_h 由哪些量决定，又是什么把两个神经元区分开的。）

      2. 如果输入连接权相等，而输出连接权不等，走一步之后两个神经元还相同吗？走两步之后呢？

      3. 感知机没有隐层，常常让全部权值从 0 开始。为什么这不是错误？]],
  }},
}
