-- A recurrent unit unrolled over three steps, backpropagation through time, and what long times do.

return lesson {
  api = 1,
  id = "recurrent",
  title = {
    en = "Recurrent networks: the same weights at every step",
    zh = "循环神经网络：每一步都用同样的权",
  },
  figures = 4,
  fixed = {"h_0"}, -- nothing remembered yet

  given = function(rng, seed)
    if not seed then
      return {x_1 = 0.5, x_2 = 1.5, x_3 = -0.8, U = 0.7, W = 0.9, b = 0.1, h_0 = 0}
    end
    return {
      x_1 = rng:uniform(0.3, 0.9, 1), x_2 = rng:uniform(1.2, 1.8, 1),
      x_3 = -rng:uniform(0.3, 0.9, 1), U = rng:pick {0.4, 0.5, 0.6, 0.7},
      W = rng:pick {-1, 1} * rng:uniform(0.6, 1.4, 1), b = rng:pick {-0.2, 0.1, 0.2, 0.25},
      h_0 = 0,
    }
  end,

  tape = function(given)
    local t = tape(given)
    for step = 1, 3 do
      t:let("z_" .. step, ("U*x_%d + W*h_%d + b"):format(step, step - 1))
      t:let("h_" .. step, ("tanh(z_%d)"):format(step))
    end
    t:let("E", "(h_3 - 0.8)^2/2")
    return t:backward "E"
  end,

  {text = {
    en = [[
      Words come one after another, and so do notes and prices. To understand the third, one has to
      remember the first and the second. A recurrent network has a state h for that. At every step
      it makes a new state of the old one and of what comes in:

          z_t = U·x_t + W·h_(t−1) + b        h_t = tanh(z_t)

      U, W and b have no index t. They are the same at every step, however long the sequence is.

      The loop is easier to follow when it is unrolled: each step is drawn as a layer of its own.
      Here are three steps, with one unit, so that every letter is one number:

                  x_1          x_2          x_3
                   │ U          │ U          │ U
          h_0 ──W→ h_1 ─────W─→ h_2 ─────W─→ h_3 ──→ E

      Only the last state is compared with a target: E~=~½·(h_3~−~0.8)². At the beginning nothing is
      remembered, h_0~=~0.]],
    zh = [[
      词语一个接一个地出现，音符、价格也是如此。要理解第三个，就得记住第一个和第二个。
      循环神经网络为此设了一个状态 h。每一步都由旧的状态和新的输入得到新的状态：

          z_t = U·x_t + W·h_(t−1) + b        h_t = tanh(z_t)

      U、W、b 没有下标 t：不论序列多长，每一步用的都是同样的 U、W、b。

      把这个循环展开，就容易看清了：每一步画成单独的一层。下面是三步，只有一个神经元，
      所以每个字母就是一个数：

                  x_1          x_2          x_3
                   │ U          │ U          │ U
          h_0 ──W→ h_1 ─────W─→ h_2 ─────W─→ h_3 ──→ E

      只有最后的状态与目标比较：E~=~½·(h_3~−~0.8)²。开始时什么也没记住，h_0~=~0。]],
  }},
  {show = "given"},
  {ask = "h_1", hints = {{
    en = "z_1 = U·x_1 + W·h_0 + b, where W·h_0 is 0. Then tanh.",
    zh = "z_1 = U·x_1 + W·h_0 + b，其中 W·h_0 是 0。再求 tanh。",
  }}},
  {ask = "h_2", hints = {{
    en = "The same U, W and b; the old state is now h_1.",
    zh = "还是同样的 U、W、b；旧的状态现在是 h_1。",
  }}},
  {ask = "h_3"},
  {show = "loss"},
  {text = {
    en = [[
      Back in time. It is backpropagation as in any network of three layers, from step 3 to step 1,
      and has a name of its own all the same: backpropagation through time. The slope of tanh is
      1~−~h².]],
    zh = [[
      沿时间往回走。这与任何三层网络的反向传播一样，从第 3 步到第 1 步，不过它有自己的名字：
      通过时间的反向传播（BPTT）。tanh 的斜率是 1~−~h²。]],
  }},
  {ask = "dE_dz_3", points = 2, hints = {{
    en = "(h_3 − 0.8) times the slope 1 − h_3².",
    zh = "(h_3 − 0.8) 乘以斜率 1 − h_3²。",
  }}},
  {text = {
    en = "A step further back there are two more factors: W, and the slope of tanh at that step.",
    zh = "每往回一步，就多出两个因子：W，和那一步的 tanh 的斜率。",
  }},
  {ask = "dE_dz_2", points = 2, hints = {{
    en = "∂E/∂z_3·W·(1 − h_2²).",
    zh = "∂E/∂z_3·W·(1 − h_2²)。",
  }}},
  {ask = "dE_dz_1", points = 2, hints = {{
    en = "The same once more: ∂E/∂z_2·W·(1 − h_1²).",
    zh = "再来一次：∂E/∂z_2·W·(1 − h_1²)。",
  }}},
  {text = {
    en = [[
      Now the weights. W was used at every step, so E depends on it in three ways, and ∂E/∂W is the
      sum of three terms. In step t the weight W met h_(t−1). U met x_t there, and b met a 1:

          step          W               U             b
            1      ∂E/∂z_1·h_0     ∂E/∂z_1·x_1     ∂E/∂z_1
            2      ∂E/∂z_2·h_1     ∂E/∂z_2·x_2     ∂E/∂z_2
            3      ∂E/∂z_3·h_2     ∂E/∂z_3·x_3     ∂E/∂z_3
                  ─────────────   ─────────────   ─────────
          sum         ∂E/∂W           ∂E/∂U         ∂E/∂b]],
    zh = [[
      再看权。W 每一步都用了，所以 E 通过三条路依赖于它，∂E/∂W 是三项之和。
      在第 t 步，W 乘的是 h_(t−1)，U 乘的是 x_t，b 相当于乘 1：

          步            W               U             b
            1      ∂E/∂z_1·h_0     ∂E/∂z_1·x_1     ∂E/∂z_1
            2      ∂E/∂z_2·h_1     ∂E/∂z_2·x_2     ∂E/∂z_2
            3      ∂E/∂z_3·h_2     ∂E/∂z_3·x_3     ∂E/∂z_3
                  ─────────────   ─────────────   ─────────
          和          ∂E/∂W           ∂E/∂U         ∂E/∂b]],
  }},
  {ask = "dE_dW", points = 2, hints = {{
    en = "Three terms, of which the first is 0, since h_0 is.",
    zh = "三项；因为 h_0 是 0，第一项是 0。",
  }}},
  {ask = "dE_dU", points = 2, hints = {{
    en = "∂E/∂z_1·x_1 + ∂E/∂z_2·x_2 + ∂E/∂z_3·x_3.",
    zh = "∂E/∂z_1·x_1 + ∂E/∂z_2·x_2 + ∂E/∂z_3·x_3。",
  }}},
  {ask = "dE_db"},
  {show = "backward"},
  {text = {
    en = [[
      Whoever counts step 3 alone leaves out what the earlier steps have to say; and whoever gives
      each step a W of its own has no recurrent network any more.

      A layer of the program does the same, for any number of units and steps. "last" hands on the
      last state alone. For U~=~0.7, W~=~0.9, b~=~0.1 and the inputs 0.5, 1.5 and −0.8 it shows
      the table of steps in numbers:]],
    zh = [[
      只算第 3 步的那一项，就漏掉了前面几步的影响；给每一步各设一个 W，那就不再是循环网络了。

      程序里的循环层做的也是这些，神经元和步数不限。last 表示只把最后的状态传下去。
      取 U~=~0.7，W~=~0.9，b~=~0.1，输入 0.5、1.5、−0.8，上面按步列出的表用数写出来就是：]],
  }},
  {run = {
    "weights = {rnn1_U = {{0.7}}, rnn1_W = {{0.9}}, rnn1_b = {0.1}}",
    "net = network{{1, steps = 3}, rnn{1, last = true}}:set(weights)",
    "steps = net:tape({{0.5}, {1.5}, {-0.8}}, {0.8})",
    "steps:terms{\"dE_drnn1_W_1_1\", \"dE_drnn1_U_1_1\", \"dE_drnn1_b_1\"}",
  }},
  {text = {
    en = [[
      That was many-to-one: a sequence comes in, one answer comes out (is this sentence praise or
      complaint?). One-to-many is one thing coming in and a sequence coming out (a caption for a
      picture), and many-to-many an answer at every step (the kind of each word). The weights are
      the same ones each time; only the shapes differ:]],
    zh = [[
      以上是多对一：输入一个序列，得到一个答案（这句话是褒是贬？）。一对多是输入一样东西，
      得到一个序列（给图片配文字）；多对多是每一步都有一个答案（每个词的词性）。
      每种情形用的都是同样的权，只是形状不同：]],
  }},
  {run = {
    "network{{1, steps = 3}, rnn{1, last = true}}:summary()",
    "network{1, rnn{1, steps = 3}}:summary()",
    "network{{1, steps = 3}, rnn{1}}:summary()",
  }},
  {text = {
    en = [[
      Three parameters, for three steps as for three hundred. With an answer at every step E is the
      sum over the steps, and a state in the middle has two things to answer for: its own output,
      and all that comes later.

      How far back does a slope reach? From step 3 to step 1 it had the factor W·(1~−~h²) twice.
      Over 50 steps it has it 49 times. Take states close to 0, where the slope of tanh is 1; then
      the factor is W each time. E is ½·(h_50~−~1)², all x are 0, and the table has W and
      ∂E/∂z_1:]],
    zh = [[
      三个参数，三步是这样，三百步也是这样。如果每一步都有答案，E 就是各步之和；
      中间的状态要对两件事负责：自己这一步的输出，和后面的一切。

      斜率能传回多远？从第 3 步到第 1 步，乘了两次 W·(1~−~h²)。50 步就要乘 49 次。
      取接近 0 的状态，那里 tanh 的斜率是 1，每次的因子就是 W。E 是 ½·(h_50~−~1)²，所有 x 都是 0；
      下表列出 W 和 ∂E/∂z_1：]],
  }},
  {run = {
    "long = network{{1, steps = 50}, rnn{1, last = true, bias = false}}",
    "function slope_at_1(W, x)\n"
      .. "  local sequence = {}\n"
      .. "  for step = 1, 50 do sequence[step] = {x} end\n"
      .. "  long:set{rnn1_U = {{1}}, rnn1_W = {{W}}}\n"
      .. "  return long:tape(sequence, {1}):value \"dE_drnn1_z_t1_1\"\n"
      .. "end",
    "rows = {}",
    "for i, W in ipairs{0.5, 0.9, 1, 1.1, 1.5} do\n"
      .. "  rows[i] = {W, slope_at_1(W, 0)}\n"
      .. "end",
    "matrix(rows)",
  }},
  {text = {
    en = [[
      Below 1 the slope vanishes: step 1 learns nothing from an error at step 50. Above 1 it
      explodes, and one such slope throws all weights far away. Only 1 itself would do, and who can
      keep a weight there while it learns?

      With inputs that drive the states away from 0 there is the slope of tanh, too, which is below
      1. Then even a large W does not help. The same W, all x~=~0.5:]],
    zh = [[
      小于 1，斜率消失：第 50 步的误差，第 1 步什么也学不到。大于 1，斜率爆炸：
      这样的一个斜率就会把所有的权抛得很远。只有恰好等于 1 才行，可是权一直在学习，谁能让它停在那里？

      如果输入把状态推离 0，就还要乘上 tanh 的斜率，它小于 1。这时 W 再大也没有用。
      还是那些 W，所有 x~=~0.5：]],
  }},
  {run = {
    "for _, row in ipairs(rows) do row[2] = slope_at_1(row[1], 0.5) end",
    "matrix(rows)",
  }},
  {text = {
    en = [[
      What helps? Against exploding slopes: cut them to a greatest length. Against vanishing ones:
      layers whose state is added to instead of being multiplied, as in long short-term memory,
      lstm.

      And against long computations: truncated backpropagation through time. The forward pass goes
      on as before, but slopes go back only so many steps, then stop. In blocks of two
      steps, the first block has steps 1 and 2, the second step 3. So nothing goes back from step 3
      to step 2, and of the table by steps only the last line is left:]],
    zh = [[
      对付爆炸，可以给斜率限定一个最大的长度（梯度裁剪）。对付消失，有一种层，
      它的状态靠加而不是靠乘来更新：长短期记忆 lstm。

      计算太长时，还有截断的 BPTT：前向传播照旧，斜率却只往回传若干步就停下。
      以两步为一段，第 1、2 步是一段，第 3 步是另一段；所以第 3 步的斜率不再传回第 2 步，
      前面按步列出的表里只剩最后一行：]],
  }},
  {run = {
    "short = network{{1, steps = 3}, rnn{1, last = true, truncate = 2}}",
    "short = short:set(weights)",
    "short:gradients({{0.5}, {1.5}, {-0.8}}, {0.8})",
  }},
  {text = {
    en = [[
      Compare them with the sums of the table in numbers. The price of truncation: what is further
      back than a block cannot be learnt to matter.

      To think about:

      1. With 16 inputs and 64 units, how many numbers are there in U, in W and in b? What changes
      for a sequence twice as long?

      2. In the first table, how many steps back is the slope still more than a hundredth for
      W~=~0.9?

      3. What would ∂E/∂W be if h_1 and h_2 were taken for constants? Which mistake is this?]],
    zh = [[
      与数值表里完整的和比较一下。截断的代价是：比一段更早的事，就学不到它有什么影响了。

      想一想：

      1. 16 个输入、64 个神经元，U、W、b 里各有多少个数？序列长一倍，哪些会变？

      2. 在第一个表里，W~=~0.9 时，往回多少步，斜率还大于百分之一？

      3. 如果把 h_1 和 h_2 当作常数，∂E/∂W 会是多少？这是哪一种错误？]],
  }},
}
