-- A 2-3-1 network in matrices, with binary cross-entropy.

local printed = {
  x = {0.35, 0.9}, y = {1}, eta = 0.5,
  W1 = {{0.1, 0.4, -0.2}, {0.8, 0.6, 0.3}}, b1 = {0.1, -0.1, 0.2},
  W2 = {{0.3}, {0.9}, {-0.5}}, b2 = {0.05},
}

local function variant(rng)
  local function signed()
    return rng:pick {-1, 1} * rng:uniform(0.1, 0.9, 1)
  end
  return {
    x = {rng:uniform(0.2, 0.9, 1), rng:uniform(0.2, 0.9, 1)}, y = {rng:integer(0, 1)}, eta = 0.5,
    W1 = {{signed(), signed(), signed()}, {signed(), signed(), signed()}},
    b1 = {signed(), signed(), signed()},
    W2 = {{signed()}, {signed()}, {signed()}}, b2 = {signed()},
  }
end

return lesson {
  api = 1,
  id = "matrix-form",
  title = {
    en = "A network in matrices: shapes, cross-entropy, gradients",
    zh = "矩阵形式的网络：形状、交叉熵与梯度",
  },
  figures = 4,
  fixed = {"y_1"}, -- a class is 0 or 1

  given = function(rng, seed)
    return seed and variant(rng) or printed
  end,

  tape = function(given)
    local net = mlp {
      2, 3, 1, output = "sigmoid", loss = "binary_cross_entropy", notation = "matrix",
    }
    net:set {W1 = given.W1, b1 = given.b1, W2 = given.W2, b2 = given.b2}
    return net:tape(given.x, given.y, {eta = given.eta})
  end,

  {text = {
    en = [[
      Two inputs, three hidden neurons, one output, sigmoid in both layers. Written neuron by neuron
      that is a page of sums. In matrices a layer is one line, and a computer does it in one go.

      A sample is a row x, so it stands on the left of the matrix. A weight matrix has a row for
      each number that comes in, and a column for each neuron: W1 is 2×3, W2 is 3×1. The biases are
      a row with a number for each neuron.

                       to neuron  1   2   3
          from x_1           W1 [ ·   ·   · ]
          from x_2              [ ·   ·   · ]

      Write the shape below every matrix. In a product the two inner numbers must agree, and the
      outer ones are the shape of the result: 1×2 times 2×3 is 1×3. It costs nothing, and finds most
      mistakes at once.]],
    zh = [[
      两个输入，三个隐层神经元，一个输出，两层都用 sigmoid。一个神经元一个神经元地写，
      要写满一页求和式；写成矩阵，一层只有一行，计算机也能一次算完。

      一个样本是一个行向量 x，所以它写在矩阵的左边。连接权矩阵的每一行对应一个传进来的数，
      每一列对应一个神经元：W1 是 2×3，W2 是 3×1。偏置是一个行向量，每个神经元一个数。

                     到神经元   1   2   3
          从 x_1          W1 [ ·   ·   · ]
          从 x_2             [ ·   ·   · ]

      请在每个矩阵下面写上它的形状。相乘时，里面的两个数必须相等，外面的两个数就是结果的形状：
      1×2 乘 2×3 得 1×3。这样做毫不费力，却能当场发现大多数错误。]],
  }},
  {show = "given"},

  {text = {
    en = [[
      Forward. First the layer in matrices, then one number of it: column 1 of W1 belongs to hidden
      neuron 1. σ of a matrix means σ of every number in it, so the shape stays.]],
    zh = [[
      前向传播。先写整层的矩阵式，再算其中的一个数：W1 的第 1 列属于隐层神经元 1。
      σ 作用于矩阵，就是作用于其中的每一个数，所以形状不变。]],
  }},
  {ask = "Z1_1", hints = {{
    en = "The row x times column 1 of W1, number by number, added up. Then the first bias.",
    zh = "行向量 x 与 W1 的第 1 列逐个相乘再相加，然后加上第一个偏置。",
  }}},
  {ask = "A1_1"},
  {ask = "A1_3", hints = {{
    en = "Column 3 of W1, and the third bias. Then σ.",
    zh = "用 W1 的第 3 列和第三个偏置，再求 σ。",
  }}},
  {ask = "Z2_1", points = 2, hints = {{
    en = "A1 has three numbers, and W2 one column of three: three products, and the bias.",
    zh = "A1 有三个数，W2 只有一列，也是三个数：三个乘积，再加偏置。",
  }}},
  {ask = "A2_1"},
  {show = "forward"},

  {text = {
    en = [[
      The loss. The target y says yes, 1, or no, 0, and A2 is how likely the network thinks yes is.
      Binary cross-entropy has a half for either case, and y switches one of them off:

          L = −(y·log A2 + (1 − y)·log(1 − A2))

      For y~=~1 this is left:]],
    zh = [[
      损失函数。目标 y 只有两种：是（1）或否（0）；A2 是网络认为“是”的概率。
      二分类交叉熵有两半，每种情形一半，y 会关掉其中的一半：

          L = −(y·log A2 + (1 − y)·log(1 − A2))

      当 y~=~1 时，剩下的是：]],
  }},
  {prove = "-(1*log(A2) + (1 - 1)*log(1 - A2)) = -log(A2)"},
  {text = {
    en = "And for y~=~0 this:",
    zh = "当 y~=~0 时，剩下的是：",
  }},
  {prove = "-(0*log(A2) + (1 - 0)*log(1 - A2)) = -log(1 - A2)"},
  {text = {
    en = [[
      Both are 0 when the network is sure and right. Both grow without end when it is sure and
      wrong: log goes to −∞ at 0. The minus in front makes the loss positive, for the logarithm of a
      number below 1 is negative. Our sample has y~=~{y_1}.]],
    zh = [[
      网络有把握而且答对时，两者都是 0；有把握却答错时，两者都会无限增大，因为 log 在 0 处趋于 −∞。
      小于 1 的数取对数是负的，所以前面的负号使损失成为正数。我们的样本 y~=~{y_1}。]],
  }},
  {ask = "L", points = 2, hints = {{
    en = "One half is multiplied by 0. Of the other, take the natural logarithm.",
    zh = "有一半乘以 0，不用算；另一半取自然对数。",
  }}},

  {text = {
    en = [[
      Backward, first with letters. i is any input, h any hidden neuron, and of the output neuron
      there is only one:

          Z1_h = Σ_i x_i·W1_ih + b1_h        A1_h = σ(Z1_h)
          Z2 = Σ_h A1_h·W2_h + b2            A2 = σ(Z2)

      dZ2 is short for the derivative of L by Z2, and so on. Watch what happens to the slope of the
      last sigmoid.]],
    zh = [[
      反向传播，先用字母推导。i 是任意一个输入，h 是任意一个隐层神经元；输出层只有一个神经元：

          Z1_h = Σ_i x_i·W1_ih + b1_h        A1_h = σ(Z1_h)
          Z2 = Σ_h A1_h·W2_h + b2            A2 = σ(Z2)

      dZ2 是 L 对 Z2 的导数的简写，其余类推。请注意最后一个 sigmoid 的斜率到哪里去了。]],
  }},
  {derive = {
    "Z1_h = sum(i, 1, d, x_i*W1_ih) + b1_h",
    "A1_h = sigmoid(Z1_h)",
    "Z2 = sum(h, 1, q, A1_h*W2_h) + b2",
    "A2 = sigmoid(Z2)",
    "L = -(y*log(A2) + (1 - y)*log(1 - A2))",
    names = {dZ2 = "dL/dZ2", dA1_h = "dL/dA1_h", dZ1_h = "dL/dZ1_h"},
    by = {"A2", "W2_h", "b2", "W1_ih", "b1_h"},
  }},
  {text = {
    en = [[
      The two fractions of cross-entropy have the sigmoid's slope for their common denominator, and
      it cancels. What is left of dZ2 is output minus target, for y~=~0 and for y~=~1 alike. With
      squared error the slope would stay, and a neuron that is sure and wrong would learn slowly.

      If y is only ever 0 or 1, the two cases can be derived each for itself, too. For y~=~1:]],
    zh = [[
      交叉熵求导得到两个分数，通分后的分母恰好就是 sigmoid 的斜率，于是约掉了。
      dZ2 只剩下“输出减目标”，y~=~0 和 y~=~1 都是如此。如果用平方误差，这个斜率会留下来，
      一个有把握却答错的神经元就会学得很慢。

      y 只取 0 或 1，所以也可以两种情形分别推导。当 y~=~1 时：]],
  }},
  {derive = {"A2 = sigmoid(Z2)", "L = -log(A2)", by = {"Z2"}}},
  {text = {
    en = "For y~=~0:",
    zh = "当 y~=~0 时：",
  }},
  {derive = {"A2 = sigmoid(Z2)", "L = -log(1 - A2)", by = {"Z2"}}},
  {text = {
    en = [[
      The first is negative: Z2 should grow. The second is positive: Z2 should shrink. Either is
      nearly 0 once the network is right.

      And now as matrices. A gradient has the shape of what it is the gradient of: dW1 is 2×3 like
      W1. The derivation by letters has a product of something with i and something with h for each
      number of dW1. All these products together are a column times a row, xᵀ times dZ1, and the
      shapes admit nothing else: 2×1 times 1×3. ⊙ multiplies and ⊘ divides number by number.]],
    zh = [[
      第一个是负的：Z2 应当增大。第二个是正的：Z2 应当减小。网络答对之后，两者都接近 0。

      再写成矩阵。梯度的形状与求导对象相同：dW1 和 W1 一样是 2×3。按字母推导，
      dW1 的每个数都是一个带 i 的量与一个带 h 的量的乘积。所有这些乘积合在一起，就是一列乘一行，
      即 xᵀ 乘 dZ1；形状也只允许这一种写法：2×1 乘 1×3。⊙ 和 ⊘ 表示对应位置的数相乘、相除。]],
  }},
  {ask = "dZ2_1", points = 2, hints = {{
    en = "Whatever the chain rule line looks like: in the end it is output minus target.",
    zh = "不管链式法则那一行多复杂，最后就是输出减目标。",
  }}},
  {ask = "dW2_21", hints = {{
    en = "W2_21 leads from hidden neuron 2 to the output: what comes in there, times dZ2.",
    zh = "W2_21 从隐层神经元 2 通向输出：那里传进来的数，乘以 dZ2。",
  }}},
  {ask = "dZ1_1", points = 2, hints = {{
    en = "dZ2 goes back over W2_11, and through the slope of hidden neuron 1.",
    zh = "dZ2 经过 W2_11 传回，再穿过隐层神经元 1 的斜率。",
  }}},
  {ask = "dW1_23", points = 2, hints = {{
    en = "Row 2, column 3: from input 2 to hidden neuron 3.",
    zh = "第 2 行第 3 列：从输入 2 到隐层神经元 3。",
  }}},
  {ask = "db1_3", hints = {{
    en = "A bias is a weight whose input is always 1.",
    zh = "偏置就是输入恒为 1 的连接权。",
  }}},
  {show = "backward"},

  {text = {
    en = [[
      Update, with η~=~{eta}. A matrix and its gradient have the same shape, so one line does it for
      every weight.]],
    zh = "更新，学习率 η~=~{eta}。矩阵与它的梯度形状相同，所以一行就更新了全部连接权。",
  }},
  {ask = "W2_21_new"},
  {ask = "b2_1_new"},
  {show = "update"},
  {text = {
    en = "Again, with the new matrices:",
    zh = "换上新的矩阵，再算一次：",
  }},
  {show = "again"},

  {text = {
    en = [[
      The output went from {A2_1} to {A2_1_new}, where {y_1} is wanted, and L from {L} to {L_new}.

      To think about:

      1. Suppose the target of this sample were the other one of 0 and 1. Which numbers of the
      forward pass change? What is dZ2 then, and which gradients turn their sign?

      2. With m samples x is m×2. Which shapes change, and which must not? What does xᵀ·dZ1 add up
      by itself, and what has to be done to dZ1 to have db1?

      3. Some books write a sample as a column, and W1 on its left. What are the shapes then, and
      what becomes of xᵀ·dZ1?]],
    zh = [[
      输出从 {A2_1} 变为 {A2_1_new}，目标是 {y_1}；L 从 {L} 变为 {L_new}。

      想一想：

      1. 假如这个样本的目标换成 0 和 1 中的另一个，前向传播中哪些数会变？这时 dZ2 是多少？
      哪些梯度会变号？

      2. 有 m 个样本时，x 是 m×2。哪些形状会变，哪些绝不能变？xᵀ·dZ1 自动把什么加了起来？
      要得到 db1，还要对 dZ1 做什么？

      3. 有的书把样本写成列向量，W1 放在它的左边。这时各个形状是什么？xᵀ·dZ1 又变成什么？]],
  }},
}
