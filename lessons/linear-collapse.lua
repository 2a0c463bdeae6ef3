-- Layers without an activation function are one layer, whatever their number.

local function variant(rng)
  local function signed()
    return rng:pick {-1, 1} * rng:uniform(0.2, 0.9, 1)
  end
  return {
    x_1 = signed(), x_2 = rng:pick {-2, 2, 3}, w_11 = signed(), w_12 = signed(), w_21 = signed(),
    w_22 = signed(), b_1 = signed(), b_2 = signed(), u_1 = signed(), u_2 = signed(), c = signed(),
  }
end

return lesson {
  api = 1,
  id = "linear-collapse",
  title = {
    en = "A linear activation is no activation: layers that collapse",
    zh = "线性激活等于没有激活：多层合并为一层",
  },
  figures = 4,

  given = function(rng, seed)
    return seed and variant(rng) or {
      x_1 = 0.5, x_2 = -2, w_11 = 0.3, w_12 = 0.8, w_21 = -0.6, w_22 = 0.4, b_1 = 0.2, b_2 = -0.1,
      u_1 = 1.5, u_2 = -0.7, c = 0.4,
    }
  end,

  tape = function(given)
    local t = tape(given)
    t:let("z_1", "w_11*x_1 + w_12*x_2 + b_1")
    t:let("z_2", "w_21*x_1 + w_22*x_2 + b_2")
    t:let("y", "u_1*z_1 + u_2*z_2 + c")
    t:let("q_1", "u_1*w_11 + u_2*w_21")
    t:let("q_2", "u_1*w_12 + u_2*w_22")
    t:let("r", "u_1*b_1 + u_2*b_2 + c")
    t:let("Y", "q_1*x_1 + q_2*x_2 + r")
    return t
  end,

  {text = {
    en = [[
      A neuron adds up what comes in, and then applies its activation function. What is the second
      step good for? Leave it out and see: two inputs, two hidden neurons, one output, and every
      neuron simply passes on its sum. (That is the activation "identity".)

      w_hi leads from input i to hidden neuron h, u_h from hidden neuron h to the output; b_h and c
      are the biases.

          z_h = Σ_i w_hi·x_i + b_h        y = Σ_h u_h·z_h + c]],
    zh = [[
      神经元先把输入加权求和，再代入激活函数。第二步有什么用？去掉它看看：两个输入、
      两个隐层神经元、一个输出，每个神经元把加权和原样传出。（即激活函数取恒等函数 identity。）

      w_hi 从输入 i 通向隐层神经元 h，u_h 从隐层神经元 h 通向输出；b_h 和 c 是偏置。

          z_h = Σ_i w_hi·x_i + b_h        y = Σ_h u_h·z_h + c]],
  }},
  {show = "given"},
  {ask = "z_1"},
  {ask = "z_2"},
  {ask = "y", hints = {{
    en = "The same once more, with z_1 and z_2 as inputs: u_1·z_1 + u_2·z_2 + c.",
    zh = "同样再算一次，输入换成 z_1 和 z_2：u_1·z_1 + u_2·z_2 + c。",
  }}},
  {text = {
    en = [[
      Now multiply out. Put z_1 and z_2 into y, and collect what stands before x_1 and before x_2.
      (The biases go the same way, to u_1·b_1~+~u_2·b_2~+~c.)]],
    zh = [[
      现在把括号乘开：把 z_1、z_2 代入 y，再把 x_1 的系数和 x_2 的系数分别合并。
      （偏置也一样，合并为 u_1·b_1~+~u_2·b_2~+~c。）]],
  }},
  {prove = "u_1*(w_11*x_1 + w_12*x_2) + u_2*(w_21*x_1 + w_22*x_2) = "
    .. "(u_1*w_11 + u_2*w_21)*x_1 + (u_1*w_12 + u_2*w_22)*x_2"},
  {text = {
    en = [[
      What stands before the inputs does not depend on them, nor does what the biases come to. Call
      these q_1, q_2 and r: they are the weights and the bias of a single neuron.]],
    zh = [[
      两个系数都与输入无关，偏置合并的结果也是。把它们记作 q_1、q_2 和 r：
      它们就是一个神经元的连接权和偏置。]],
  }},
  {ask = "q_1", points = 2, hints = {{
    en = "All ways from x_1 to the output: over hidden neuron 1, and over hidden neuron 2.",
    zh = "从 x_1 到输出的所有路：经过隐层神经元 1，以及经过隐层神经元 2。",
  }}},
  {ask = "q_2", points = 2, hints = {{
    en = "The same from x_2: its weights are w_12 and w_22.",
    zh = "同样的，从 x_2 出发：连接权是 w_12 和 w_22。",
  }}},
  {ask = "r", points = 2, hints = {{
    en = "The biases b_1 and b_2 go on over u_1 and u_2; c is added as it is.",
    zh = "偏置 b_1、b_2 要沿 u_1、u_2 传下去；c 直接加上。",
  }}},
  {ask = "Y", hints = {{
    en = "q_1·x_1 + q_2·x_2 + r; and you know what it must be.",
    zh = "q_1·x_1 + q_2·x_2 + r；而且你已经知道它应当是多少。",
  }}},
  {text = {
    en = [[
      The network of two layers and the neuron give the same, for every input. In matrices q is the
      product of the two weight matrices, and that works for any number of layers and of neurons:

          y = W2·(W1·x + b1) + b2 = (W2·W1)·x + (W2·b1 + b2)

      The program does it for us. First the network above, then one of four layers, with weights
      drawn by chance:]],
    zh = [[
      两层的网络与一个神经元，对任何输入都给出同样的结果。写成矩阵，q 就是两个连接权矩阵的乘积；
      不论有多少层、每层有多少神经元，都是如此：

          y = W2·(W1·x + b1) + b2 = (W2·W1)·x + (W2·b1 + b2)

      程序可以替我们算。先是上面的网络，再是一个四层的网络，连接权随机抽取：]],
  }},
  {run = {
    "layers = {2, 2, 1, hidden = \"identity\", output = \"identity\"}",
    "layers.notation = \"delta\"",
    "two = mlp(layers)",
    "two = two:set{W1 = {{0.3, 0.8}, {-0.6, 0.4}}, b1 = {0.2, -0.1}}",
    "two = two:set{W2 = {{1.5, -0.7}}, b2 = {0.4}}",
    "two:collapse()",
    "four = mlp{2, 5, 4, 3, 1, hidden = \"identity\", output = \"identity\"}",
    "four = four:init{\"uniform\", from = -1, to = 1, seed = 4}",
    "one = four:collapse()",
    "one",
    "four:forward{3, -2}, one.net:forward{3, -2}",
  }},
  {text = {
    en = [[
      What is lost by it? Whatever is not a straight line. XOR, for one. For any q and r, add up the
      outputs for the two inputs where XOR is 0, and for the two where it is 1:

          y(0, 0) + y(1, 1)        y(0, 1) + y(1, 0)]],
    zh = [[
      这样损失了什么？一切不是直线的东西，例如 XOR。对任意的 q 和 r，
      把 XOR 等于 0 的两个输入处的输出相加，再把 XOR 等于 1 的两个输入处的输出相加：

          y(0, 0) + y(1, 1)        y(0, 1) + y(1, 0)]],
  }},
  {prove = "r + (q_1 + q_2 + r) = (q_2 + r) + (q_1 + r)"},
  {text = {
    en = [[
      They are always equal; but XOR wants 0~+~0 on the left and 1~+~1 on the right. So no linear
      network can do it, with any number of layers. The best that is left is 0.5 for each input,
      with a mean loss of ½·0.5² = 0.125. That is where training ends:]],
    zh = [[
      两者总是相等；而 XOR 要求左边是 0~+~0，右边是 1~+~1。所以线性网络无论有多少层都办不到。
      能做到的最好结果，是对每个输入都输出 0.5，平均损失为 ½·0.5² = 0.125。训练也正是停在那里：]],
  }},
  {run = {
    "xor = data \"xor\"",
    "how = {inputs = xor.inputs, targets = xor.targets, batch = 4}",
    "how.eta, how.epochs = 0.1, 5000",
    "four:train(how).loss",
    "four:forward(xor.inputs)",
  }},
  {text = {
    en = [[
      With a bend in the hidden layer, two neurons are enough. These weights are set by hand: h_1 is
      how many inputs are on, h_2 is 1 where both are, and y~=~h_1~−~2·h_2.]],
    zh = [[
      隐层只要有一个“弯”，两个神经元就够了。下面的连接权由手工设定：h_1 是等于 1 的输入的个数，
      h_2 在两个输入都是 1 时等于 1，而 y~=~h_1~−~2·h_2。]],
  }},
  {run = {
    "bent = mlp{2, 2, 1, hidden = \"relu\", output = \"identity\", notation = \"delta\"}",
    "bent = bent:set{W1 = {{1, 1}, {1, 1}}, b1 = {0, -1}, W2 = {{1, -2}}}",
    "bent:forward(xor.inputs)",
    "(pcall(bent.collapse, bent))",
  }},
  {text = {
    en = [[
      And no single layer does the same: the last line asks for it, and is refused.

      To think about:

      1. How many parameters has the network of four layers, and how many has the one it comes to?
      What are the others good for?

      2. Where in the proof did we use that the activation is the identity? Would y~=~3·z do? And
      y~=~3·z~+~1?

      3. A hidden layer narrower than the inputs still restricts a linear network. What does it
      restrict? (Think of the rank of W2·W1.)]],
    zh = [[
      而且没有哪个单层网络能与它相同：最后一行就是要求合并，被拒绝了。

      想一想：

      1. 四层的网络有多少个参数，合并后的网络有多少个？多出来的参数有什么用？

      2. 证明中哪里用到了激活函数是恒等函数？y~=~3·z 行不行？y~=~3·z~+~1 呢？

      3. 隐层比输入窄时，线性网络仍然受到限制。限制了什么？（考虑 W2·W1 的秩。）]],
  }},
}
