-- A ReLU neuron that a large step has put to sleep, and why it never wakes.

return lesson {
  api = 1,
  id = "dead-relu",
  title = {
    en = "Dead ReLU: a neuron that no gradient reaches",
    zh = "死亡的 ReLU：梯度再也到不了的神经元",
  },
  figures = 4,
  fixed = {"a"}, -- the usual leak

  given = function(rng, seed)
    if not seed then
      return {x = 2, w = 1.5, b = 0.6, d = 0.5, eta = 0.5, a = 0.1}
    end
    return {
      x = rng:pick {2, 2.5, 3}, w = rng:uniform(1.2, 1.9, 1), b = rng:uniform(0.2, 0.8, 1),
      d = rng:uniform(0.2, 0.7, 1), eta = rng:pick {0.5, 0.6, 0.8}, a = 0.1,
    }
  end,

  tape = function(given)
    local t = tape(given)
    t:let("z", "w*x + b")
    t:let("y", "relu(z)")
    t:let("E", "(y - d)^2/2")
    t:let("g", "(y - d)*step(z)")
    t:let("w_1", "w - eta*g*x")
    t:let("b_1", "b - eta*g")
    t:let("z_1", "w_1*x + b_1")
    t:let("y_1", "relu(z_1)")
    t:let("E_1", "(y_1 - d)^2/2")
    t:let("g_1", "(y_1 - d)*step(z_1)")
    t:let("l_1", "leaky_relu(z_1, a)")
    t:let("h_1", "(l_1 - d)*a")
    return t
  end,

  {text = {
    en = [[
      ReLU lets what is positive pass and makes 0 of what is negative. So its slope is 1 where z is
      positive, and 0 where z is negative: step(z). This has made deep networks possible, and it has
      a danger of its own.

      One neuron, one input x~=~{x}, target d~=~{d}:

          z = w·x + b        y = relu(z)        E = ½·(y − d)²

      g is ∂E/∂z. The step is large: the rate is η~=~{eta}.]],
    zh = [[
      ReLU 让正数通过，把负数变成 0。所以在 z 为正处，它的斜率是 1；在 z 为负处，斜率是 0，
      即 step(z)。它使深层网络成为可能，但也有它自己的危险。

      一个神经元，一个输入 x~=~{x}，目标 d~=~{d}：

          z = w·x + b        y = relu(z)        E = ½·(y − d)²

      g 表示 ∂E/∂z。这一步走得很大：学习率 η~=~{eta}。]],
  }},
  {show = "given"},
  {ask = "z"},
  {show = {"y", "E"}},
  {ask = "g", points = 2, hints = {{
    en = "(y − d) times the slope of ReLU at z, which is positive.",
    zh = "(y − d) 乘以 ReLU 在 z 处的斜率，而 z 是正的。",
  }}},
  {ask = "w_1", points = 2, hints = {{
    en = "w − η·∂E/∂w, and ∂E/∂w = g·x.",
    zh = "w − η·∂E/∂w，其中 ∂E/∂w = g·x。",
  }}},
  {ask = "b_1", hints = {{
    en = "The bias has the slope g alone: b − η·g.",
    zh = "偏置的斜率就是 g：b − η·g。",
  }}},
  {ask = "z_1", hints = {{
    en = "The forward pass once more, with w_1 and b_1.",
    zh = "换上 w_1 和 b_1，再做一次前向传播。",
  }}},
  {text = {
    en = [[
      The step was meant to bring y down from {y} to {d}. It went much too far: z is now negative,
      and the neuron gives 0.]],
    zh = "这一步本想把 y 从 {y} 降到 {d}，却走过了头：现在 z 是负的，神经元输出 0。",
  }},
  {show = {"y_1", "E_1"}},
  {text = {
    en = "There is still an error. What does the neuron learn from it?",
    zh = "误差还在。神经元从中能学到什么？",
  }},
  {show = "g_1"},
  {text = {
    en = [[
      Nothing: the slope step(z) is 0, and 0 times an error is 0. With g_1~=~0 neither w nor b
      moves, so z is the same at the next step, so g is 0 again, for ever. The neuron is dead.

      With several samples it is dead when z is negative for all of them. One sample with a positive
      z is enough to keep it alive.

      Three samples, for which d = 0.5·x would be right. First the neuron is alive, then one epoch
      at the rate 0.5, then a thousand epochs more:]],
    zh = [[
      什么也学不到：斜率 step(z) 是 0，0 乘任何误差都是 0。g_1~=~0，所以 w 和 b 都不动；
      下一步 z 不变，g 又是 0，永远如此。这个神经元死了。

      有多个样本时，要 z 对所有样本都为负，它才算死亡。只要有一个样本的 z 为正，它就还活着。

      取三个样本，正确的规律是 d = 0.5·x。先看神经元还活着；再以学习率 0.5 训练一轮；
      然后再训练一千轮：]],
  }},
  {run = {
    "X, D = {{1}, {2}, {3}}, {{0.5}, {1}, {1.5}}",
    "net = mlp{1, 1, output = \"relu\", notation = \"delta\"}",
    "net = net:set{W1 = {{1.5}}, b1 = {0.6}}",
    "net:dead_units(X)",
    "net:train{inputs = X, targets = D, eta = 0.5, batch = 3}.loss",
    "net:dead_units(X)",
    "net:train{inputs = X, targets = D, eta = 0.5, batch = 3, epochs = 1000}.loss",
    "net:gradients(X, D)",
  }},
  {text = {
    en = [[
      The gradients are 0, and the loss stays what it was. However often these samples come, and
      however small the rate is made now, nothing brings the neuron back.

      What helps? First, a smaller rate from the start, so that no step throws z that far. In the
      comparison below, "sticks" means that the loss stands still, far from where others get:]],
    zh = [[
      梯度全是 0，损失停在原处。再训练多少遍这些样本、再把学习率调小，都救不回这个神经元。

      怎么办？第一，一开始就用小一些的学习率，使任何一步都不会把 z 抛得那么远。
      在下面的比较里，“停滞”表示损失不再变化，而且离别的学习率能达到的地方还很远：]],
  }},
  {run = {
    "net = net:set{W1 = {{1.5}}, b1 = {0.6}}",
    "how = {net = net, inputs = X, targets = D, batch = 3, epochs = 200}",
    "how.rates = {0.01, 0.05, 0.1, 0.5, 1}",
    "sweep(how)",
  }},
  {text = {
    en = [[
      Second, a function whose slope is never 0. Leaky ReLU gives a·z instead of 0 where z is
      negative, with a small a such as {a}; its slope there is a. The same neuron after the same
      step, now with leaky ReLU: its output l_1, and h_1 = ∂E/∂z. (The first step is the same, as z
      was positive then.)]],
    zh = [[
      第二，换一个斜率不会等于 0 的函数。leaky ReLU 在 z 为负处输出 a·z 而不是 0，a 取 {a} 之类的小数，
      那里的斜率就是 a。同一个神经元，走了同样的一步，改用 leaky ReLU：求它的输出 l_1 和 h_1 = ∂E/∂z。
      （第一步是一样的，因为那时 z 为正。）]],
  }},
  {ask = "l_1", hints = {{
    en = "z_1 is negative, so the output is a·z_1.",
    zh = "z_1 是负的，所以输出是 a·z_1。",
  }}},
  {ask = "h_1", points = 2, hints = {{
    en = "(l_1 − d) times the slope, which is a here.",
    zh = "(l_1 − d) 乘以斜率，这里斜率是 a。",
  }}},
  {text = {
    en = [[
      h_1 is negative, so the next step raises z: small steps, but in the right direction. With the
      three samples, and the step that killed the other neuron:]],
    zh = [[
      h_1 是负的，所以下一步会使 z 增大：步子虽小，方向却是对的。仍用那三个样本，
      和刚才致命的那一步：]],
  }},
  {run = {
    "leaky = mlp{1, 1, output = \"leaky_relu\", notation = \"delta\"}",
    "leaky = leaky:set{W1 = {{1.5}}, b1 = {0.6}}",
    "leaky:train{inputs = X, targets = D, eta = 0.5, batch = 3}.loss",
    "leaky:forward(X)",
    "how = {inputs = X, targets = D, eta = 0.1, batch = 3, epochs = 5000}",
    "leaky:train(how).epochs",
    "leaky:forward(X)",
  }},
  {text = {
    en = [[
      In a layer of many neurons some may be dead without anybody noticing: the others do the work,
      and the network is smaller than it looks. Here are ten hidden neurons on XOR, after twenty
      epochs at four rates; we count the dead ones.]],
    zh = [[
      一层有许多神经元时，死了几个也许谁都不会注意：其余的在工作，只是网络比看上去的小。
      下面是十个隐层神经元学 XOR，以四种学习率各训练二十轮，数一数死了几个：]],
  }},
  {run = {
    "xor = data \"xor\"",
    "how, dead = {inputs = xor.inputs, targets = xor.targets, epochs = 20}, {}",
    "for i, eta in ipairs{0.01, 0.1, 0.3, 1} do\n"
      .. "  wide = mlp{2, 10, 1, hidden = \"relu\", output = \"identity\"}\n"
      .. "  wide:init{\"uniform\", from = -1, to = 1, seed = 1}\n"
      .. "  how.eta = eta\n"
      .. "  wide:train(how)\n"
      .. "  dead[i] = wide:dead_units(xor.inputs)[1].dead\n"
      .. "end",
    "#dead[1], #dead[2], #dead[3], #dead[4]",
  }},
  {text = {
    en = [[
      A few are dead from the start, by the weights drawn; the largest rate kills them all.

      To think about:

      1. Can a dead neuron of the second hidden layer come back? What would have to change, and who
      could change it?

      2. A sigmoid far from 0 has a slope of almost 0. In what is such a neuron better off than a
      dead ReLU, and in what is it not?

      3. Does it help to start the biases at a small positive number? Against what, and against what
      not?]],
    zh = [[
      有几个一开始就是死的，因为抽到的连接权如此；最大的学习率把它们全杀死了。

      想一想：

      1. 第二个隐层里死亡的神经元有可能复活吗？要什么发生变化，谁能使它变化？

      2. 离 0 很远的 sigmoid，斜率几乎是 0。这样的神经元在哪方面比死亡的 ReLU 好，在哪方面并不好？

      3. 让偏置从一个小的正数开始，有用吗？能防止什么，不能防止什么？]],
  }},
}
