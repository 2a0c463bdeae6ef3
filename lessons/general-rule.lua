-- The update rule for any i, h and j, derived, and what becomes of it along many layers.

local printed = {
  x = {0.5, 0.8}, y = {1, 0}, eta = 0.5,
  v = {{0.4, -0.3}, {0.2, 0.6}}, gamma = {0.1, -0.2}, -- v[i][h]
  w = {{0.7, 0.3}, {0.5, -0.4}}, theta = {0.2, 0.1}, -- w[h][j]
}

local function variant(rng)
  local function signed()
    return rng:pick {-1, 1} * rng:uniform(0.1, 0.9, 1)
  end
  local function pair()
    return {signed(), signed()}
  end
  return {
    x = {rng:uniform(0.2, 0.9, 1), rng:uniform(0.2, 0.9, 1)}, y = {1, 0}, eta = 0.5,
    v = {pair(), pair()}, gamma = pair(), w = {pair(), pair()}, theta = pair(),
  }
end

return lesson {
  api = 1,
  id = "general-rule",
  title = {
    en = "The update rule for any network, derived once for all weights",
    zh = "一般更新公式：对所有连接权只推导一次",
  },
  figures = 4,
  fixed = {"y_1", "y_2"}, -- a class is 0 or 1

  given = function(rng, seed)
    return seed and variant(rng) or printed
  end,

  tape = function(given)
    local net = mlp {2, 2, 2}
    net:set {v = given.v, gamma = given.gamma, w = given.w, theta = given.theta}
    return net:tape(given.x, given.y, {eta = given.eta})
  end,

  {text = {
    en = [[
      Working out one weight after another by hand, one soon notices that the same lines come again
      with other numbers. So we do it once with letters.

      The network has d inputs x_i, q hidden neurons with outputs b_h, and l outputs ŷ_j, a sigmoid
      and a threshold in every neuron. v_ih leads from input i to hidden neuron h, w_hj from hidden
      neuron h to output j. What a neuron receives is α_h or β_j, before its threshold γ_h or θ_j is
      taken away.

          α_h = Σ_i v_ih·x_i        b_h = σ(α_h − γ_h)
          β_j = Σ_h w_hj·b_h        ŷ_j = σ(β_j − θ_j)        E = ½ Σ_j (ŷ_j − y_j)²

      Two things about letters, and most mistakes are avoided. The j of w_hj is one output,
      whichever you like, but the same one in the whole line. The letter under a Σ is a counter: it
      runs, it means nothing outside the sum, and it may be given another name whenever it is in the
      way.]],
    zh = [[
      用手一个一个地算连接权，很快就会发现：同样的几行反复出现，只是换了数字。
      所以我们用字母把它只算一次。

      网络有 d 个输入 x_i、q 个隐层神经元（输出为 b_h）、l 个输出 ŷ_j，每个神经元都用 sigmoid，
      并且有自己的阈值。v_ih 是输入 i 到隐层神经元 h 的连接权，w_hj 是隐层神经元 h 到输出层神经元
      j 的连接权。神经元接收到的输入是 α_h 或 β_j，还没有减去阈值 γ_h 或 θ_j。

          α_h = Σ_i v_ih·x_i        b_h = σ(α_h − γ_h)
          β_j = Σ_h w_hj·b_h        ŷ_j = σ(β_j − θ_j)        E = ½ Σ_j (ŷ_j − y_j)²

      关于下标，记住两点就能避免大多数错误。w_hj 中的 j 是某一个输出，任意一个都行，
      但在同一行里始终是同一个。Σ 下面的求和下标只是计数器：它从头走到尾，出了这个和就没有意义；
      如果与别的字母冲突，随时可以换一个名字。]],
  }},
  {text = {
    en = [[
      We start at the end, with E, and go back. g_j and e_h are names for what would otherwise be
      written again and again: how fast E falls when β_j, or α_h, grows. They come first; what goes
      into them, ∂E/∂ŷ_j and ∂E/∂b_h, is worked out below them, with the gradient and the step of
      every parameter. η is the learning rate.]],
    zh = [[
      我们从末端的 E 开始往回走。g_j 和 e_h 只是名字，免得同样的式子写了又写：
      它们表示 β_j（或 α_h）增大时 E 下降得有多快。先列出这两个；其中用到的 ∂E/∂ŷ_j 和 ∂E/∂b_h，
      以及每个参数的梯度和改变量，都在下面推导。η 是学习率。]],
  }},
  {derive = {
    "alpha_h = sum(i, 1, d, v_ih*x_i)",
    "b_h = sigmoid(alpha_h - gamma_h)",
    "beta_j = sum(h, 1, q, w_hj*b_h)",
    "yhat_j = sigmoid(beta_j - theta_j)",
    "E = sum(j, 1, l, (yhat_j - y_j)^2)/2",
    names = {g_j = "-dE/dbeta_j", e_h = "-dE/dalpha_h"},
    by = {"yhat_j", "b_h", "w_hj", "theta_j", "v_ih", "gamma_h"},
    rate = "eta",
  }},
  {text = {
    en = [[
      Three places deserve a second look.

      Why does ∂E/∂ŷ_j have no Σ, although E has one? Only one term of the sum contains this ŷ_j.
      The slopes of all the others are 0.

      Why does e_h have a Σ, although g_j has none? β_j goes into one output, ŷ_j. But b_h goes into
      every β_j, so E hears of a change of b_h from all l outputs, and what it hears adds up.

      Why do the thresholds move the other way than the weights? A threshold is taken away. Raising
      θ_j does to ŷ_j just what lowering β_j does: the one minus sign in the definition is the minus
      sign of the rule.]],
    zh = [[
      有三个地方值得再看一眼。

      E 里有 Σ，为什么 ∂E/∂ŷ_j 里没有？因为和式中只有一项含有这个 ŷ_j，其余各项的斜率都是 0。

      g_j 里没有 Σ，为什么 e_h 里有？β_j 只进入一个输出 ŷ_j；而 b_h 进入每一个 β_j，
      所以 b_h 的变化会通过全部 l 个输出传到 E，各路的影响要加起来。

      为什么阈值与连接权的改变方向相反？因为阈值是被减去的。增大 θ_j 对 ŷ_j 的影响，
      与减小 β_j 完全一样：定义里的那个负号，就是公式里的负号。]],
  }},

  {text = {
    en = [[
      And now with numbers, for a network with two of everything. Each question is one of the lines
      above, with 1 or 2 in place of a letter. Keep four significant figures.]],
    zh = [[
      现在代入数字：输入、隐层、输出层都是两个神经元的网络。每个问题都是上面的某一行，
      只是把字母换成了 1 或 2。每个数保留四位有效数字。]],
  }},
  {show = "given"},
  {show = "forward"},
  {show = "loss"},
  {show = {"dE_dE", "dE_dyhat_1", "dE_dyhat_2"}},
  {ask = "g_1", points = 2, hints = {{
    en = "Take the last line of g_j, and put 1 for j: it needs ŷ_1 and y_1 only.",
    zh = "取 g_j 的最后一行，把 j 换成 1：只需要 ŷ_1 和 y_1。",
  }}},
  {ask = "g_2", points = 2, hints = {{
    en = "The target is 0 here, so the output is too large: which sign must g_2 have?",
    zh = "这里目标是 0，所以输出偏大：g_2 应当是什么符号？",
  }}},
  {ask = "e_1", points = 2, hints = {{
    en = "h is 1 in the whole line; the Σ runs over both outputs: w_11 with g_1, w_12 with g_2.",
    zh = "整行里 h 都是 1；Σ 走遍两个输出：w_11 配 g_1，w_12 配 g_2。",
  }}},
  {ask = "dw_21", points = 2, hints = {{
    en = "w_21 starts at hidden neuron 2 and ends at output 1, so h~=~2 and j~=~1.",
    zh = "w_21 从隐层神经元 2 出发，通向输出 1，所以 h~=~2，j~=~1。",
  }}},
  {ask = "dtheta_2", hints = {{
    en = "No output of a neuron goes into this one: a rate, an error term, and a sign.",
    zh = "这里不需要任何神经元的输出：只有学习率、误差项，还有一个符号。",
  }}},
  {ask = "dv_21", points = 2, hints = {{
    en = "v_21 starts at input 2 and ends at hidden neuron 1, so i~=~2 and h~=~1.",
    zh = "v_21 从输入 2 出发，通向隐层神经元 1，所以 i~=~2，h~=~1。",
  }}},
  {ask = "dgamma_1"},
  {show = "backward"},
  {show = "update"},
  {text = {
    en = "Did it help? The forward pass once more, with every new weight and threshold:",
    zh = "有效果吗？换上全部新的连接权和阈值，再做一次前向传播：",
  }},
  {show = "again"},
  {text = {
    en = [[
      E went from {E} to {E_new}.

      How many numbers were updated? That, too, can be said with letters. A layer has a weight for
      each pair of what goes in and what comes out, and a threshold for each neuron:]],
    zh = [[
      E 从 {E} 变为 {E_new}。

      一共更新了多少个参数？这也可以用字母来回答。每一层中，每个输入与每个神经元之间有一个连接权，
      每个神经元有一个阈值：]],
  }},
  {prove = "d*q + q*l + q + l = (d + l + 1)*q + l"},

  {text = {
    en = [[
      Now for many layers. To see what depth does, one neuron a layer is enough: a chain of D
      layers, where a_0 is the input and a_D the output.

          a_i = σ(w_i·a_(i−1) + b_i)        L = ½·(a_D − y)²

      The question is how L depends on the parameters w_i and b_i of layer i, far from the end.

      (In a wide network each factor of the chain is a matrix, the Jacobian of a layer: the slopes
      of its neurons, times its weights. The argument stays the same.)]],
    zh = [[
      再看很多层的情形。要看清深度的影响，每层一个神经元就够了：一条 D 层的链，
      a_0 是输入，a_D 是输出。

          a_i = σ(w_i·a_(i−1) + b_i)        L = ½·(a_D − y)²

      问题是：离末端很远的第 i 层的参数 w_i、b_i，怎样影响 L？

      （在每层有许多神经元的网络里，链上的每个因子是一个矩阵，即这一层的雅可比矩阵：
      各神经元的斜率乘以连接权。道理完全相同。）]],
  }},
  {derive = {
    "a_i = sigmoid(w_i*a[i-1] + b_i)",
    "L = (a[D] - y)^2/2",
    ranges = {i = {1, "D"}},
    by = {"a_i", "w_i", "b_i"},
  }},
  {text = {
    en = [[
      Every layer on the way from the end to layer i leaves two factors behind: the slope of its
      sigmoid, and its weight. The slopes run from i to D, the weights from i~+~1 to D, because w_i
      itself is what we differentiate by.

      How large can one slope be? Compare it with ¼:]],
    zh = [[
      从末端走到第 i 层，途中每一层都留下两个因子：它的 sigmoid 的斜率，和它的连接权。
      斜率从第 i 层到第 D 层都有；连接权只从第 i~+~1 层开始，因为求导的对象正是 w_i 本身。

      一个斜率最大能有多大？把它与 ¼ 相比：]],
  }},
  {prove = "1/4 - a*(1 - a) = (a - 1/2)^2"},
  {text = {
    en = [[
      A square is never negative, so no sigmoid's slope is above ¼, and it is ¼ only where the
      output is ½. Put ¼ for every slope from layer i to layer D, and count the factors:]],
    zh = [[
      平方永远不是负数，所以 sigmoid 的斜率不会超过 ¼，只有输出恰好是 ½ 时才等于 ¼。
      把第 i 层到第 D 层的斜率都换成 ¼，数一数有几个因子：]],
  }},
  {prove = "product(j, i, D, 1/4) = (1/4)^(D - i + 1)"},
  {text = {
    en = [[
      From i to D there are D~−~i~+~1 layers, and not D~−~i: both ends count. So the product of the
      slopes is at most that power, and ten layers from the end it is below one millionth. This is
      the vanishing gradient.

      Two slips are found in solutions. The first writes L where the depth D belongs. L is the loss
      here, and its value says nothing about how many layers there are. If L may be any number, the
      statement is wrong:]],
    zh = [[
      从 i 到 D 共有 D~−~i~+~1 层，不是 D~−~i 层：两端都要算。所以斜率的乘积不超过这个幂；
      离末端十层时，它已小于百万分之一。这就是梯度消失。

      解答里常见两种错误。第一种：该写深度 D 的地方写成了 L。这里 L 是损失函数，
      它的值与网络有几层毫无关系。L 既然可以是任意的数，这个等式就不成立：]],
  }},
  {prove = "product(j, i, D, 1/4) = (1/4)^(L - i + 1)", expect = "refuted"},
  {text = {
    en = [[
      The second takes the bound on the slopes for a bound on the gradient, and forgets the weights.
      But each of them multiplies, too:]],
    zh = [[
      第二种：把斜率的上界当成了梯度的上界，忘记了连接权。可是每个连接权也是一个因子：]],
  }},
  {prove = "product(j, i, D, 1/4*w_j) = (1/4)^(D - i + 1)", expect = "refuted"},
  {text = {
    en = [[
      Small weights make the gradient vanish even faster. Large ones can outweigh the slopes, and
      then it explodes. What is proved is a bound on the slopes alone.

      To think about:

      1. How large must the weights be, at the least, to keep a gradient from shrinking? Why can a
      network not rely on that, when large weights drive a sigmoid to where it is flat?

      2. The slope of tanh is 1 at 0. What becomes of the power of ¼ then, and what if the neurons
      are far from 0?

      3. In the derivation of e_h, which line would be different if the hidden neurons had ReLU in
      place of the sigmoid? Which lines would stay?]],
    zh = [[
      连接权小，梯度消失得更快；连接权大，可能压过斜率，梯度就会爆炸。证明了的只是斜率部分的上界。

      想一想：

      1. 连接权至少要多大，梯度才不会缩小？连接权很大时 sigmoid 会被推到平坦的地方，
      所以网络为什么不能指望这一点？

      2. tanh 在 0 处的斜率是 1。这时 ¼ 的幂变成什么？如果神经元离 0 很远，又会怎样？

      3. 如果隐层神经元用 ReLU 代替 sigmoid，e_h 的推导里哪一行会变？哪些行不变？]],
  }},
}
