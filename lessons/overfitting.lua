-- Overfitting, and two remedies: stopping early on a validation set, and a penalty on weights.

local printed = {
  x_1 = 0.8, x_2 = 0.5, d = 1, w_1 = 3, w_2 = -2, b = 0.5, lambda = 0.1, eta = 0.2,
}

-- The output is well too large, so that the error pulls both weights down, more than the penalty.
local function variant(rng)
  return {
    x_1 = rng:pick {0.8, 0.9}, x_2 = rng:pick {0.4, 0.5}, d = rng:pick {0.7, 0.8, 0.9},
    w_1 = rng:pick {3.5, 4}, w_2 = -rng:pick {1.2, 1.5, 1.8}, b = rng:uniform(0.3, 0.6, 1),
    lambda = rng:pick {0.1, 0.15}, eta = rng:pick {0.2, 0.3},
  }
end

return lesson {
  api = 1,
  id = "overfitting",
  title = {
    en = "Overfitting: stop in time, keep weights small",
    zh = "过拟合：及时停下，让连接权保持较小",
  },
  figures = 4,

  given = function(rng, seed)
    return seed and variant(rng) or printed
  end,

  tape = function(given)
    local t = tape {
      x_1 = given.x_1, x_2 = given.x_2, d = given.d, w_1 = given.w_1, w_2 = given.w_2,
      b = given.b, lambda = given.lambda,
    }
    t:let("y", "w_1*x_1 + w_2*x_2 + b")
    t:let("E", "(y - d)^2/2")
    t:let("P", "lambda/2*(w_1^2 + w_2^2)")
    t:let("L", "E + P")
    t:backward "L"
    t:update({"w_1", "w_2", "b"}, {eta = given.eta})
    return t
  end,

  {text = {
    en = [[
      A network is not there to be right on the samples that it was shown. Those answers we have. It
      is to be right on others. So keep some samples back, and never let it learn from them: the
      validation set. The loss on the training set says how well the network has learnt; the loss on
      the validation set says what that is worth.

      Two half circles, one in the other, and much noise: 20 samples to learn from, 100 to validate.
      The network has 8 hidden neurons and 33 parameters, more than there are samples.]],
    zh = [[
      网络的用处，不在于答对给它看过的样本，那些答案我们本来就有；而在于答对没看过的。
      所以要留出一部分样本，绝不让它从中学习：这就是验证集。训练集上的损失说明它学得怎样，
      验证集上的损失说明学到的东西值多少。

      两个半圆环，一个套着另一个，噪声很大：20 个样本用来学习，100 个用来验证。
      网络有 8 个隐层神经元，33 个参数，比训练样本还多。]],
  }},
  {run = [[
    T = data("moons", {samples = 20, noise = 0.4, seed = 5})
    V = data("moons", {samples = 100, noise = 0.4, seed = 101})
    function fresh()
      return mlp{2, 8, 1, hidden = "tanh"}:init("xavier", {seed = 1})
    end
    function how()
      return {inputs = T.inputs, targets = T.targets, validation = V,
        eta = 0.5, batch = 20, epochs = 4000, history = true}
    end
    net = fresh()
    r = net:train(how())]]},
  {text = {
    en = "The losses after so many epochs, rounded to three decimals:",
    zh = "经过若干轮之后的两种损失，保留三位小数：",
  }},
  {run = [[
    function round(x) return math.floor(1000*x + 0.5)/1000 end
    rows, trained, validated = {}, r.history, r.validation_history
    for i, n in ipairs{10, 50, 200, 1000, 4000} do
      rows[i] = {n, round(trained[n]), round(validated[n])}
    end
    matrix(rows, {"epoch", "training", "validation"})
    plane = {inputs = T.inputs, targets = T.targets, columns = 48, rows = 12}
    net:boundary(plane)]]},
  {text = {
    en = [[
      The training loss falls all the time. The validation loss falls first, and then rises: from
      about epoch 200 on the network learns what is true of these 20 samples only. In the picture it
      reaches out for two stray samples at the upper left. No other sample will lie just there.

      Early stopping. Watch the validation loss, remember the parameters at which it was lowest, and
      when it has not fallen for a while (the patience), stop and take those.]],
    zh = [[
      训练损失一直在下降。验证损失先降后升：大约从第 200 轮起，
      网络学到的只是这 20 个样本自己的特点。图中，它向左上方伸出一条“舌头”，去够两个偏远的样本；
      而别的样本不会恰好落在那里。

      早停。一边训练一边看验证损失，记住它最低时的参数；如果它有一阵子（patience，耐心）
      不再下降，就停下来，取回那组参数。]],
  }},
  {run = [[
    net, early = fresh(), how()
    early.patience = 500
    r = net:train(early)
    r.epochs < 1000
    round(net:loss(T.inputs, T.targets))
    round(net:loss(V.inputs, V.targets))
    net:boundary(plane)]]},
  {text = {
    en = [[
      More mistakes on the training set, and a lower loss where it counts. Training, too, took far
      fewer epochs. (The validation set has now helped to choose the parameters. What the network is
      worth in the end must be measured on a third set, the test set, that helped with nothing.)

      The second remedy works on the cause. To bend sharply around single samples a network needs
      large weights. So make them cost something: add a penalty P to the error, and let L~=~E~+~P go
      down.

          P = λ/2·Σ w²

      λ says how dear weights are. The ½ is there to cancel the 2 of the square:]],
    zh = [[
      训练集上错得多了，要紧的地方损失却小了，而且训练的轮数少得多。
      （验证集现在参与了参数的选择。网络最终的好坏，要用第三个、什么忙也没帮过的集合来衡量：测试集。）

      第二种办法针对原因。要绕着个别样本急转弯，网络就需要很大的连接权。那就让大的连接权付出代价：
      在误差 E 上加一个惩罚项 P，让 L~=~E~+~P 下降。

          P = λ/2·Σ w²

      λ 表示连接权有多“贵”。乘 ½ 是为了抵消平方求导时的 2：]],
  }},
  {explain = "lambda/2*w^2", by = "w"},
  {text = {
    en = [[
      So every gradient gets a term λ·w more. One step of gradient descent can be written in another
      way, g being ∂E/∂w:]],
    zh = "所以每个梯度都多出一项 λ·w。记 g 为 ∂E/∂w，一步梯度下降可以换一种写法：",
  }},
  {prove = "w - eta*(g + lambda*w) = (1 - eta*lambda)*w - eta*g"},
  {text = {
    en = [[
      First every weight shrinks by the same factor, then the data pull. A weight that the data do
      not need dies out: weight decay. Biases are usually left alone, since they bend nothing.

      A small example by hand: one neuron without activation, two weights, one sample. L has two
      parts that depend on w_1, so its gradient has two terms.]],
    zh = [[
      每个连接权先按同一个比例缩小，然后数据再来拉它。数据用不着的连接权会慢慢消失：这叫权重衰减。
      偏置通常不加惩罚，因为它不使任何东西弯曲。

      动手算一个小例子：一个没有激活函数的神经元，两个连接权，一个样本。
      L 中有两部分依赖于 w_1，所以梯度有两项。]],
  }},
  {show = "given"},
  {ask = "y"},
  {ask = "E", hints = {{
    en = "E = ½·(y − d)².",
    zh = "E = ½·(y − d)²。",
  }}},
  {ask = "P", points = 2, hints = {{
    en = "Square both weights, add them up, times λ/2. The bias b is not in it.",
    zh = "两个连接权分别平方，相加，再乘 λ/2。偏置 b 不在其中。",
  }}},
  {show = "forward"},
  {show = "loss"},
  {show = {"dL_dL", "dL_dE", "dL_dP", "dL_dy"}},
  {ask = "dL_dw_1", points = 2, hints = {{
    en = "From the error (y − d)·x_1, from the penalty λ·w_1.",
    zh = "误差贡献 (y − d)·x_1，惩罚项贡献 λ·w_1。",
  }}},
  {ask = "dL_dw_2", points = 2, hints = {{
    en = "Mind the sign: w_2 is negative, so the two terms pull in opposite directions.",
    zh = "注意符号：w_2 是负的，所以两项的方向相反。",
  }}},
  {ask = "dL_db", hints = {{
    en = "The bias pays no penalty.",
    zh = "偏置不付惩罚。",
  }}},
  {show = "backward"},
  {ask = "w_1_new"},
  {ask = "w_2_new"},
  {show = "update"},
  {show = "again"},
  {text = {
    en = [[
      L went from {L} to {L_new}. For w_1 both terms agree: it gets smaller. For w_2 the error alone
      would make it still more negative, and the penalty holds against it.

      Now the network again, with different λ, 4000 epochs each. The last column is the sum of all
      squared weights.]],
    zh = [[
      L 从 {L} 变为 {L_new}。对 w_1，两项意见一致：减小。对 w_2，单看误差它应当变得更负，
      惩罚项则往回拉。

      再回到前面的网络，取不同的 λ，各训练 4000 轮。最后一列是所有连接权的平方和。]],
  }},
  {run = [[
    function squares(net)
      local sum, p = 0, net:get()
      for _, layer in ipairs{p.v, p.w} do
        for _, from in ipairs(layer) do
          for _, w in ipairs(from) do sum = sum + w^2 end
        end
      end
      return math.floor(sum + 0.5)
    end
    rows, nets = {}, {}
    for i, lambda in ipairs{0, 0.001, 0.003, 0.05} do
      local net, decaying = fresh(), how()
      decaying.decay, decaying.validation = lambda, nil
      net:train(decaying)
      local training = round(net:loss(T.inputs, T.targets))
      local validation = round(net:loss(V.inputs, V.targets))
      rows[i] = {lambda, training, validation, squares(net)}
      nets[i] = net
    end
    matrix(rows, {"lambda", "training", "validation", "squares"})
    nets[3]:boundary(plane)]]},
  {text = {
    en = [[
      Without a penalty the weights are large, and the validation loss is the worst but for one.
      With a small λ it is lower (the picture is for 0.003: no reaching out any more). With too
      large a λ the weights are all but gone, and the network cannot learn anything: that is
      underfitting. The right λ is found on the validation set, like the right moment to stop.

      To think about:

      1. With η~=~0.5 and λ~=~0.003, by which factor does a weight shrink in 1000 epochs if the data
      do not pull at all?

      2. Why is it no use to watch the training loss for the moment to stop?

      3. Someone penalises |w| instead of w²/2. What is added to the gradient then, and what becomes
      of a weight that is small already?]],
    zh = [[
      没有惩罚时，连接权很大，验证损失也大。λ 较小时它降低了（图中是 0.003：“舌头”不见了）。
      λ 太大时，连接权几乎全部消失，网络什么也学不到：这叫欠拟合。合适的 λ 要在验证集上找，
      就像找停下来的时机一样。

      想一想：

      1. η~=~0.5、λ~=~0.003，如果数据完全不拉，一个连接权在 1000 轮之后缩小为原来的几分之几？

      2. 为什么靠看训练损失来决定何时停下是没有用的？

      3. 如果惩罚的不是 w²/2，而是 |w|，梯度上加的是什么？一个已经很小的连接权会怎样？]],
  }},
}
