-- The worked example of the lecture slides.

return lesson {
  api = 1,
  id = "slides-example",
  title = {
    en = "The slides' example: one step of backpropagation by hand",
    zh = "课件例题：手算一步误差逆传播",
  },
  figures = 4,
  fixed = {"eta"}, -- the slides have 1
  notation = "lecture",

  given = {
    x = {0.35, 0.9}, d = {0.5}, eta = 1,
    v = {{0.1, 0.4}, {0.8, 0.6}}, -- v[i][h], from input i to hidden neuron h
    w = {{0.3}, {0.9}}, -- w[h][j], from hidden neuron h to output j
  },

  tape = function(given)
    local net = mlp {2, 2, 1, bias = false}
    net:set {v = given.v, w = given.w}
    return net:tape(given.x, given.d, {eta = given.eta})
  end,

  {text = {
    en = [[
      Two inputs, two hidden neurons, one output, no thresholds, and a sigmoid in every neuron. We
      show this network one sample and let it learn once. Each step is small: multiply, add, look up
      σ. What takes practice is to know which numbers a step needs, and in which order they come.

      v_ih leads from input i to hidden neuron h, and w_h1 from hidden neuron h to the output:

          x_1 ──v_11──→ ( 1 ) ──w_11──┐
                ╲╱                    ├──→ ( y_1 )   target d_1
                ╱╲                    │
          x_2 ──v_22──→ ( 2 ) ──w_21──┘

      The slides call the inputs A and B, and number the weights: w1 is w_11, w2 is w_21, w3 is
      v_11, w4 is v_21, w5 is v_12 and w6 is v_22.

      Keep four significant figures in every number on your way.]],
    zh = [[
      两个输入、两个隐层神经元、一个输出，没有阈值，每个神经元的激活函数都是 sigmoid。
      我们给这个网络看一个样本，让它学习一次。每一步都很小：相乘、相加、算一次 σ。
      真正需要练习的是：每一步要用到哪些数，以及先算什么、后算什么。

      v_ih 是输入 i 到隐层神经元 h 的连接权，w_h1 是隐层神经元 h 到输出的连接权：

          x_1 ──v_11──→ ( 1 ) ──w_11──┐
                ╲╱                    ├──→ ( y_1 )   目标 d_1
                ╱╲                    │
          x_2 ──v_22──→ ( 2 ) ──w_21──┘

      课件把两个输入叫作 A 和 B，并给连接权编了号：w1 是 w_11，w2 是 w_21，w3 是 v_11，
      w4 是 v_21，w5 是 v_12，w6 是 v_22。

      计算时，每个数都保留四位有效数字。]],
  }},
  {show = "given"},

  {text = {
    en = [[
      Forward. A hidden neuron first adds up what reaches it, each input times the weight on its
      way: that is β_h. Then it squashes the sum between 0 and 1: b_h~=~σ(β_h), where
      σ(β)~=~1/(1~+~e^(−β)).]],
    zh = [[
      前向传播。隐层神经元先把传到它的输入加起来，每个输入乘以途中的连接权，得到 β_h；
      再把这个和压缩到 0 与 1 之间：b_h~=~σ(β_h)，其中 σ(β)~=~1/(1~+~e^(−β))。]],
  }},
  {ask = "beta_1", hints = {{
    en = "Which weights end at hidden neuron 1? Those whose second index is 1: v_11 and v_21.",
    zh = "哪些连接权通向隐层神经元 1？第二个下标为 1 的：v_11 和 v_21。",
  }}},
  {ask = "b_1", hints = {{
    en = "On a calculator: take β_1, change its sign, e^x, add 1, then 1/x.",
    zh = "用计算器：输入 β_1，变号，求 e^x，加 1，再取倒数。",
  }}},
  {text = {
    en = "Hidden neuron 2 goes the same way, with its own two weights.",
    zh = "隐层神经元 2 的算法相同，只是换成它自己的两个连接权。",
  }},
  {ask = "beta_2"},
  {ask = "b_2"},
  {text = {
    en = [[
      The output neuron does with b_1 and b_2 what the hidden neurons did with the inputs.]],
    zh = "输出神经元对 b_1、b_2 所做的，与隐层神经元对输入所做的完全一样。",
  }},
  {ask = "alpha_1"},
  {ask = "y_1"},

  {text = {
    en = [[
      How wrong is that? E is half the square of the difference to the target. The half is there
      only to cancel the 2 that differentiating the square brings down.]],
    zh = [[
      这个输出错了多少？误差 E 是输出与目标之差的平方的一半。
      乘上 ½ 只是为了抵消平方求导时出现的 2。]],
  }},
  {ask = "E", hints = {{
    en = "Square first, then halve: ½·(y_1 − d_1)².",
    zh = "先平方，再取一半：½·(y_1 − d_1)²。",
  }}},

  {text = {
    en = [[
      Backward. We want to know how E changes with each weight, and we find it from the end to the
      beginning, each time asking only about one step: how does this number depend on that one? The
      first two answers are short:]],
    zh = [[
      反向传播。我们想知道 E 随每个连接权怎样变化。做法是从后往前，
      每次只问一步：这个数怎样依赖于那个数？最前面的两个答案很短：]],
  }},
  {show = {"dE_dE", "dE_dy_1"}},
  {text = {
    en = [[
      The error term of the output neuron is g_1~=~−∂E/∂α_1: how fast E would fall if the sum α_1
      grew. By the chain rule it is the product of two slopes, that of E with y_1 and that of y_1
      with α_1; and the slope of a sigmoid needs nothing but its output, y_1·(1~−~y_1).

      Two slips are common here: to forget the second slope, and to lose the sign. With the
      lecture's sign the difference is target minus output, d_1~−~y_1. The output is too large, so
      g_1 must be negative: α_1 should go down.]],
    zh = [[
      输出神经元的误差项是 g_1~=~−∂E/∂α_1：如果 α_1 增大，E 会以多快的速度下降。
      按链式法则它是两个斜率的乘积：E 对 y_1 的斜率，以及 y_1 对 α_1 的斜率；
      而 sigmoid 的斜率只用它的输出就能算出：y_1·(1~−~y_1)。

      这里常见两种错误：忘记乘第二个斜率，以及弄错符号。按课件的符号，差是“目标减输出”，
      即 d_1~−~y_1。现在输出偏大，所以 g_1 一定是负的：α_1 应当变小。]],
  }},
  {ask = "g_1", points = 2, hints = {{
    en = "Three factors: d_1 − y_1, y_1, and 1 − y_1.",
    zh = "三个因子：d_1 − y_1、y_1 和 1 − y_1。",
  }}},
  {text = {
    en = [[
      A hidden neuron is not told what its output should have been. Its error term e_h~=~−∂E/∂β_h is
      the output's error g_1, carried back over the same weight w_h1 that carried b_h forward, times
      the slope of its own sigmoid, b_h·(1~−~b_h).

      Use the old weights, those of the forward pass. The question is how this E depends on β_h, and
      this E was made with the old w_11 and w_21. Whoever updates w first and then works out e_h
      differentiates a network that was never run.]],
    zh = [[
      没有人告诉隐层神经元它的输出应该是多少。它的误差项 e_h~=~−∂E/∂β_h 是输出的误差 g_1，
      沿着当初把 b_h 送往前方的同一个连接权 w_h1 传回来，再乘以它自己的 sigmoid 的斜率
      b_h·(1~−~b_h)。

      这里必须用旧的连接权，也就是前向传播时的那些。我们问的是这个 E 怎样依赖于 β_h，
      而这个 E 是用旧的 w_11 和 w_21 算出来的。先更新 w 再算 e_h，
      求导的对象就成了一个从未运行过的网络。]],
  }},
  {ask = "e_1", points = 2, hints = {{
    en = "Four factors: g_1, the old w_11, b_1, and 1 − b_1.",
    zh = "四个因子：g_1、旧的 w_11、b_1 和 1 − b_1。",
  }}},
  {ask = "e_2", points = 2},
  {text = {
    en = [[
      The hard part is done. The gradient of a weight is the error term at its end times the value
      at its start, with a minus because g and e carry one:]],
    zh = [[
      最难的部分已经完成。一个连接权的梯度，等于它终点的误差项乘以它起点的值；
      因为 g 和 e 的定义里带有负号，前面还要加一个负号：]],
  }},
  {show = "backward"},

  {text = {
    en = [[
      Update. Every weight takes a step downhill, Δw_h1~=~η·g_1·b_h and Δv_ih~=~η·e_h·x_i, with
      the learning rate η~=~{eta}. The minus of gradient descent and the minus in g and e cancel.]],
    zh = [[
      更新。每个连接权都向下坡方向走一步：Δw_h1~=~η·g_1·b_h，Δv_ih~=~η·e_h·x_i，
      学习率 η~=~{eta}。梯度下降的负号与 g、e 定义里的负号正好抵消。]],
  }},
  {ask = "w_11_new", hints = {{
    en = "w_11' = w_11 + η·g_1·b_1. Adding a negative number makes it smaller.",
    zh = "w_11' = w_11 + η·g_1·b_1。加上一个负数，结果变小。",
  }}},
  {ask = "w_21_new"},
  {ask = "v_11_new", hints = {{
    en = "v_11 ends at hidden neuron 1 and starts at input 1: the step is η·e_1·x_1.",
    zh = "v_11 从输入 1 通向隐层神经元 1，所以这一步是 η·e_1·x_1。",
  }}},
  {ask = "v_21_new"},
  {ask = "v_12_new", hints = {{
    en = "The first index is the input, the second the hidden neuron: η·e_2·x_1.",
    zh = "第一个下标是输入，第二个是隐层神经元：η·e_2·x_1。",
  }}},
  {ask = "v_22_new"},
  {show = "update"},

  {text = {
    en = [[
      Again. Has the network learned anything? Only another forward pass can tell, the same sums as
      before with the new weights.]],
    zh = [[
      再算一次。网络学到东西了吗？只有再做一次前向传播才知道：算式与先前相同，
      换上新的连接权。]],
  }},
  {ask = "b_1_new"},
  {ask = "b_2_new"},
  {ask = "y_1_new", points = 2, hints = {{
    en = "First α_1' = b_1'·w_11' + b_2'·w_21', then y_1' = σ(α_1').",
    zh = "先算 α_1' = b_1'·w_11' + b_2'·w_21'，再算 y_1' = σ(α_1')。",
  }}},
  {ask = "E_new"},
  {show = "again"},

  {text = {
    en = [[
      The output went from {y_1} to {y_1_new}, towards the target {d_1}, and E fell from {E} to
      {E_new}. If your figures differ from the slides' in the last digit, this is why: the slides go
      on with a rounded output, 0.69, and every later number inherits that.

      To think about:

      1. The steps for v are about ten times smaller than those for w. Which factors did e_h pick up
      on its way that g_1 did not? What is the largest value that b·(1~−~b) can take, and what would
      happen over ten layers?

      2. Work out e_1 with w_11' in place of w_11. How far off is it, and why would nobody notice by
      looking at E alone?

      3. All six weights became smaller. Is that an accident?]],
    zh = [[
      输出从 {y_1} 变为 {y_1_new}，朝目标 {d_1} 靠近了；E 从 {E} 降到 {E_new}。
      如果你的数字与课件在最后一位上不同，原因是：课件把输出取成 0.69 之后继续往下算，
      后面的每个数都带上了这个舍入误差。

      想一想：

      1. v 的改变量大约只有 w 的十分之一。与 g_1 相比，e_h 在传回来的路上多乘了哪些因子？
      b·(1~−~b) 最大能取到多少？如果有十层，会发生什么？

      2. 用 w_11' 代替 w_11 重算 e_1，结果差多少？为什么只看 E 的话没有人会发现这个错误？

      3. 六个连接权都变小了。这是巧合吗？]],
  }},
}
