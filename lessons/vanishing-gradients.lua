-- What becomes of a gradient on its way back through many sigmoid layers.

local printed = {x = 0.8, t = 1, W = {1.5, 0.9, -1.2}, b = {-0.1, 0.3, 0.4}}

local function variant(rng)
  local function signed()
    return rng:pick {-1, 1} * rng:uniform(0.6, 1.8, 1)
  end
  return {
    x = rng:uniform(0.5, 0.9, 1), t = 1, W = {signed(), signed(), signed()},
    b = {rng:uniform(-0.5, 0.5, 1), rng:uniform(-0.5, 0.5, 1), rng:uniform(-0.5, 0.5, 1)},
  }
end

return lesson {
  api = 1,
  id = "vanishing-gradients",
  title = {
    en = "Vanishing gradients: sigmoids one after another",
    zh = "梯度消失：一层接一层的 sigmoid",
  },
  figures = 4,
  fixed = {"t_1"}, -- a class

  given = function(rng, seed)
    return seed and variant(rng) or printed
  end,

  tape = function(given)
    local net = mlp {1, 1, 1, 1, notation = "delta"}
    for l = 1, 3 do
      net:set {["W" .. l] = {{given.W[l]}}, ["b" .. l] = {given.b[l]}}
    end
    return net:tape({given.x}, {given.t})
  end,

  {text = {
    en = [[
      The error is measured at the end of a network and has to reach the first layer. What is left
      of it there? We follow it through a chain of three layers with one neuron each, a sigmoid in
      every one:

          x ──W1──→ ( a1 ) ──W2──→ ( a2 ) ──W3──→ ( a3 )   target t

      δ of a layer is ∂E/∂z there: how much E notices when z changes.]],
    zh = [[
      误差在网络的末端测得，却要一直传到第一层。到了那里还剩多少？我们跟着它走过一条三层的链，
      每层一个神经元，都用 sigmoid：

          x ──W1──→ ( a1 ) ──W2──→ ( a2 ) ──W3──→ ( a3 )   目标 t

      某一层的 δ 就是那里的 ∂E/∂z：z 变化时，E 受到多大影响。]],
  }},
  {show = "given"},
  {ask = "a1_1", hints = {{
    en = "z1 = W1·x + b1, then σ.",
    zh = "先求 z1 = W1·x + b1，再代入 σ。",
  }}},
  {ask = "a2_1"},
  {ask = "a3_1"},
  {text = {
    en = "Back from the end. The first factor is the error, the second the slope of the sigmoid.",
    zh = "从末端往回走。第一个因子是误差，第二个因子是 sigmoid 的斜率。",
  }},
  {ask = "delta3_1", points = 2, hints = {{
    en = "(a3 − t)·a3·(1 − a3).",
    zh = "(a3 − t)·a3·(1 − a3)。",
  }}},
  {text = {
    en = [[
      Every step further back brings two more factors: the weight that the error comes back over,
      and the slope a·(1 − a) of the neuron that it reaches.]],
    zh = "每往回走一层，就多出两个因子：误差所经过的连接权，和它到达的那个神经元的斜率 a·(1 − a)。",
  }},
  {ask = "delta2_1", points = 2, hints = {{
    en = "δ3·W3·a2·(1 − a2).",
    zh = "δ3·W3·a2·(1 − a2)。",
  }}},
  {ask = "delta1_1", points = 2, hints = {{
    en = "The same, a layer further: δ2·W2·a1·(1 − a1).",
    zh = "再往回一层，同样地：δ2·W2·a1·(1 − a1)。",
  }}},
  {ask = "dE_dW1_11", hints = {{
    en = "δ of the layer times what went into the weight, which is x.",
    zh = "这一层的 δ 乘以进入该连接权的输入 x。",
  }}},
  {text = {
    en = [[
      From {delta3_1} to {delta1_1} in two layers. Chance? For D layers, in letters, with a_0 for
      the input and any i:]],
    zh = [[
      只过了两层，就从 {delta3_1} 变成了 {delta1_1}。是巧合吗？对 D 层、任意的 i，用字母写出来，
      其中 a_0 是输入：]],
  }},
  {run = {
    "chain = {\"a_i = sigmoid(w_i*a[i-1] + b_i)\", \"L = (a[D] - y)^2/2\"}",
    "chain.ranges, chain.by = {i = {1, \"D\"}}, {\"w_i\"}",
    "d = derive(chain)",
    "d",
  }},
  {text = {
    en = [[
      There is a slope for every layer from i to D. None of them can be large, because
      a·(1~−~a)~=~¼~−~(a~−~½)² and a square is never negative:]],
    zh = [[
      从第 i 层到第 D 层，每层都有一个斜率。它们都不可能大，因为
      a·(1~−~a)~=~¼~−~(a~−~½)²，而平方不会是负数：]],
  }},
  {run = "d:bound \"w_i\""},
  {text = {
    en = [[
      Ten layers from the end the slopes come to less than a millionth. Here they are in a network
      of ten layers with five neurons each and weights drawn by Xavier's rule. Read the first column
      of numbers from below:]],
    zh = [[
      离末端十层时，斜率之积小于百万分之一。下面是一个十层的网络，前九层每层五个神经元，
      连接权按 Xavier 的方法抽取。请从下往上读第一列数：]],
  }},
  {run = {
    "sizes = {2, 5, 5, 5, 5, 5, 5, 5, 5, 5, 1}",
    "deep = mlp(sizes):init{\"xavier\", seed = 3}",
    "deep:gradient_norms({0.5, -1}, {1})",
  }},
  {text = {
    en = [[
      No neuron is to blame: the largest slope found is close to ¼ in every layer, which is as good
      as a sigmoid can be. It is the ten factors.

      The bound is on the slopes alone; weights multiply, too. Would large weights help? They drive
      many a sigmoid to where it is flat. Here are four samples, and of each layer the neurons that
      are saturated, that is, have a slope below 0.0025 for all of them: first those of the network
      above, in all, then of one of three layers with weights and thresholds from −20 to 20.]],
    zh = [[
      不能怪哪个神经元：每层找到的最大斜率都接近 ¼，sigmoid 最好也不过如此。问题在于有十个这样的因子。

      上界只针对斜率；连接权也是因子。把连接权取大一些行吗？那样许多 sigmoid 会被推到平坦的地方。
      下面取四个样本，看有哪些神经元饱和，即对所有样本斜率都小于 0.0025：先是上面那个网络的总数，
      再是一个三层的网络，它的连接权和阈值取自 −20 到 20。]],
  }},
  {run = {
    "X = {{0.5, -1}, {1, 1}, {-1, 0.2}, {0.1, 0.9}}",
    "deep:dead_units(X).saturated",
    "large = mlp{2, 5, 5, 1}:init{\"uniform\", from = -20, to = 20, seed = 3}",
    "large:dead_units(X)",
  }},
  {text = {
    en = [[
      So weights cannot save it. Here is what does.

      Another activation. The slope of tanh is 1 at 0, and that of ReLU is 1 wherever it is
      positive: nothing is lost there. The same ten layers:]],
    zh = [[
      所以靠连接权救不了。真正有用的是下面这些办法。

      换激活函数。tanh 在 0 处的斜率是 1；ReLU 在正的一侧处处是 1，那里什么也不损失。
      同样的十层：]],
  }},
  {run = {
    "sizes.hidden, sizes.output = \"relu\", \"identity\"",
    "relu_net = mlp(sizes):init{\"he\", seed = 2}",
    "relu_net:gradient_norms({0.5, -1}, {1})",
  }},
  {text = {
    en = [[
      But a tanh is flat as well, away from 0. Its slope is (1~+~a)·(1~−~a), which is 0.01 already
      at an output of 0.995.

      A way past the layer: the residual connection, which adds the input of a layer to its output,
      x~+~f(x). Whatever f does, the slope has a 1 in it:]],
    zh = [[
      不过 tanh 离开 0 以后同样平坦。它的斜率是 (1~+~a)·(1~−~a)，输出到 0.995 时就只剩 0.01。

      绕过这一层：残差连接，把一层的输入加到它的输出上，即 x~+~f(x)。不论 f 怎样，
      斜率里总有一个 1：]],
  }},
  {explain = "x + sigmoid(w*x + b)", by = "x"},
  {text = {
    en = [[
      And batch normalisation: it shifts and scales the z of each neuron, over the samples of a
      batch, to mean 0 and variance 1, so that they stay where the sigmoid is steep. It keeps each
      factor near ¼; the power of ¼ remains.

      To think about:

      1. How large would the weights have to be for δ to keep its size through a sigmoid layer, if
      all slopes were ¼? Where does z go then?

      2. In the chain of D layers, which of the three remedies changes the number of factors, and
      which change the factors?

      3. For a chain of residual layers multiply out two factors, (1~+~s_1)·(1~+~s_2). What does
      each of the four terms stand for?]],
    zh = [[
      还有批量归一化：它把每个神经元的 z 在一批样本上平移、缩放成均值 0、方差 1，
      使它们留在 sigmoid 陡的地方。这样每个因子都接近 ¼；但 ¼ 的幂还在。

      想一想：

      1. 如果所有斜率都是 ¼，要让 δ 经过一个 sigmoid 层而大小不变，连接权得有多大？
      这时 z 会跑到哪里去？

      2. 在 D 层的链里，三种办法中哪一种改变因子的个数，哪些改变因子本身？

      3. 对残差层组成的链，把两个因子 (1~+~s_1)·(1~+~s_2) 乘开。四项各代表什么？]],
  }},
}
