-- The BP algorithm: one round by hand on a melon, then boundaries on the plane of watermelons.

local printed = {
  x = {0.697, 0.46}, y = 1, eta = 0.5,
  v = {{0.2, 0.7}, {0.5, 0.4}}, gamma = {0.3, 0.9}, w = {{0.8}, {0.4}}, theta = {0.2},
}

local function drawn(rng)
  return rng:uniform(0.1, 0.9, 1)
end

local function variant(rng)
  return {
    x = {rng:uniform(0.4, 0.75, 3), rng:uniform(0.2, 0.45, 3)}, y = 1, eta = rng:pick {0.2, 0.5},
    v = {{drawn(rng), drawn(rng)}, {drawn(rng), drawn(rng)}}, gamma = {drawn(rng), drawn(rng)},
    w = {{drawn(rng)}, {drawn(rng)}}, theta = {drawn(rng)},
  }
end

return lesson {
  api = 1,
  id = "bp-algorithm",
  title = {
    en = "The BP algorithm: sample after sample, and the boundary that moves",
    zh = "误差逆传播算法：一个样本接一个样本，分类边界怎样移动",
  },
  figures = 4,
  notation = "watermelon",
  fixed = {"y_1"}, -- a good melon is 1

  given = function(rng, seed)
    return seed and variant(rng) or printed
  end,

  tape = function(given)
    local net = mlp {2, 2, 1, notation = "watermelon"}
    net:set {v = given.v, gamma = given.gamma, w = given.w, theta = given.theta}
    return net:tape(given.x, given.y, {eta = given.eta})
  end,

  {text = {
    en = [[
      Backpropagation says how one sample wants to change the parameters. The BP algorithm is what
      one does with that, again and again:

          draw all weights and thresholds from (0, 1)
          repeat
            for each sample (x, y)
              forward:   ŷ from x
              output:    g_j = ŷ_j·(1 − ŷ_j)·(y_j − ŷ_j)
              hidden:    e_h = b_h·(1 − b_h)·Σ_j w_hj·g_j
              update:    w_hj + η·g_j·b_h     θ_j − η·g_j
                         v_ih + η·e_h·x_i     γ_h − η·e_h
          until it is good enough

      Why drawn, and not all 0? Units that start alike stay alike. Why the minus for thresholds?
      They are subtracted from the sum. And e_h is worked out with the old w_hj.

      One round by hand. The sample is a good melon, y_1~=~1, with density x_1 and sugar content
      x_2. Two hidden neurons, one output, sigmoid everywhere. Keep four significant figures.]],
    zh = [[
      误差逆传播告诉我们：一个样本希望怎样改变参数。BP 算法就是把这件事一遍一遍地做下去：

          在 (0, 1) 内随机初始化所有连接权和阈值
          重复
            对每个样本 (x, y)
              前向：    由 x 算出 ŷ
              输出层：  g_j = ŷ_j·(1 − ŷ_j)·(y_j − ŷ_j)
              隐层：    e_h = b_h·(1 − b_h)·Σ_j w_hj·g_j
              更新：    w_hj + η·g_j·b_h     θ_j − η·g_j
                        v_ih + η·e_h·x_i     γ_h − η·e_h
          直到足够好为止

      为什么要随机，而不全取 0？因为一开始相同的单元会永远相同。为什么阈值用减号？
      因为在和里阈值是被减去的。另外，计算 e_h 用的是旧的 w_hj。

      亲手做一轮。样本是一个好瓜，y_1~=~1，密度是 x_1，含糖率是 x_2。两个隐层神经元，一个输出，
      全部用 sigmoid。请保留四位有效数字。]],
  }},
  {show = "given"},
  {text = {
    en = "Forward:",
    zh = "前向传播：",
  }},
  {ask = "b_1", hints = {{
    en = "First α_1 = v_11·x_1 + v_21·x_2, then b_1 = σ(α_1 − γ_1).",
    zh = "先算 α_1 = v_11·x_1 + v_21·x_2，再算 b_1 = σ(α_1 − γ_1)。",
  }}},
  {ask = "b_2"},
  {ask = "yhat_1", points = 2, hints = {{
    en = "β_1 = w_11·b_1 + w_21·b_2, and the threshold θ_1 is subtracted before σ.",
    zh = "β_1 = w_11·b_1 + w_21·b_2，进 σ 之前减去阈值 θ_1。",
  }}},
  {show = "forward"},
  {show = "loss"},
  {text = {
    en = "Backward, from the output to the hidden neurons:",
    zh = "反向传播，从输出层到隐层：",
  }},
  {ask = "g_1", points = 2, hints = {{
    en = "g_1 = ŷ_1·(1 − ŷ_1)·(y_1 − ŷ_1): target minus output.",
    zh = "g_1 = ŷ_1·(1 − ŷ_1)·(y_1 − ŷ_1)：目标减输出。",
  }}},
  {ask = "e_1", points = 2, hints = {{
    en = "e_1 = b_1·(1 − b_1)·w_11·g_1. There is only one output, so the sum has one term.",
    zh = "e_1 = b_1·(1 − b_1)·w_11·g_1。只有一个输出，所以和式只有一项。",
  }}},
  {ask = "e_2"},
  {show = "backward"},
  {text = {
    en = "Update. Nine parameters change; four of them are asked for, one of each kind.",
    zh = "更新。九个参数都要变，每种各问一个。",
  }},
  {ask = "w_11_new"},
  {ask = "theta_1_new", points = 2, hints = {{
    en = "θ_1' = θ_1 − η·g_1. g_1 is positive: the threshold goes down, so ŷ goes up.",
    zh = "θ_1' = θ_1 − η·g_1。g_1 是正的：阈值减小，于是 ŷ 增大。",
  }}},
  {ask = "v_21_new", hints = {{
    en = "v_21 leads from input 2 to hidden neuron 1.",
    zh = "v_21 从输入 2 通向隐层神经元 1。",
  }}},
  {ask = "gamma_2_new"},
  {show = "update"},
  {text = {
    en = "The same melon once more:",
    zh = "再看一次同一个西瓜：",
  }},
  {show = "again"},
  {text = {
    en = [[
      ŷ_1 went from {yhat_1} to {yhat_1_new}; it should go to 1. A small step, and the next sample
      may push back. So now let the program go round. These are five of the 17 melons, numbers 1, 5,
      6, 12 and 14 of the book's list: three good ones and two bad.]],
    zh = [[
      ŷ_1 从 {yhat_1} 变为 {yhat_1_new}，它应当趋向 1。这一步很小，下一个样本还可能把它推回去。
      下面让程序一轮一轮地做。这是 17 个西瓜中的五个，即书中的第 1、5、6、12、14 号：
      三个好瓜，两个坏瓜。]],
  }},
  {run = [[
    melons, X, D = data "watermelon", {}, {}
    for k, i in ipairs{1, 5, 6, 12, 14} do
      X[k], D[k] = melons.inputs[i], melons.targets[i]
    end
    X, D = matrix(X, {"density", "sugar"}), matrix(D, {"good"})
    X
    net = mlp{2, 2, 1, seed = 1}
    plane = {inputs = X, targets = D, from = {0.2, 0}, to = {0.8, 0.5}}
    plane.columns, plane.rows = 48, 12
    net:boundary(plane)]]},
  {text = {
    en = [[
      Before anything is learnt all outputs are above ½, so every melon counts as good. (● is a good
      melon, ○ a bad one; the shaded part of the plane is what the network takes for good.) After
      100 rounds through the five, with η~=~0.5:]],
    zh = [[
      还没有学习时，所有输出都大于 ½，每个西瓜都算好瓜。（● 是好瓜，○ 是坏瓜；
      阴影部分是网络认为好瓜所在的区域。）把五个样本看 100 轮之后，η~=~0.5：]],
  }},
  {run = [[
    how = {inputs = X, targets = D, eta = 0.5, epochs = 100}
    r = net:train(how)
    net:forward(X)]]},
  {text = {
    en = [[
      Nothing to be seen in a picture yet: all five are still above ½. But they begin to
      differ: the first good melon is the highest, the first bad one, number 4, the lowest. After
      300 rounds:]],
    zh = [[
      画成图还什么也看不出来：五个都仍大于 ½。但它们开始有了差别：
      第一个好瓜最高，第一个坏瓜（第 4 个）最低。300 轮之后：]],
  }},
  {run = [[
    how.epochs = 200
    r = net:train(how)
    net:boundary(plane)]]},
  {text = {
    en = [[
      The boundary has come in at the lower left. It falls to the right, so one bad melon is outside
      and the other still inside. After 1000 rounds:]],
    zh = [[
      边界从左下角进来了。它向右下倾斜，所以一个坏瓜已在外面，另一个还在里面。1000 轮之后：]],
  }},
  {run = [[
    how.epochs = 700
    r = net:train(how)
    net:boundary(plane)]]},
  {text = {
    en = [[
      It has turned, and now rises to the right: all good melons are inside, all bad ones outside.
      That is learning as one sees it from above: the boundary comes in, and turns and bends until
      the samples lie on their sides.

      Which samples go into one update? There are three habits.

      Standard BP updates after every sample: it reacts at once, and samples may undo each other's
      work. Accumulated BP looks at the whole set first and updates once, on the mean of the errors:

          E = (1/m)·(E_1 + E_2 + ... + E_m)

      so its gradient is the mean of the samples' gradients. Mini-batch BP is in between: shuffle
      the samples, and update after every few of them. Here all three start alike, and stop when the
      mean error of a round falls below 0.02.]],
    zh = [[
      它转了个方向，现在向右上倾斜：好瓜都在里面，坏瓜都在外面。从上面看，学习就是这个样子：
      边界先移进来，再转动、弯曲，直到每个样本都落在自己的一侧。

      一次更新用哪些样本？有三种做法。

      标准 BP 每看一个样本就更新一次：反应快，但样本之间可能互相抵消。累积 BP 先看完整个训练集，
      再按平均误差更新一次：

          E = (1/m)·(E_1 + E_2 + ... + E_m)

      所以它的梯度是各样本梯度的平均。小批量 BP 介于两者之间：打乱样本，每看几个就更新一次。
      下面三种做法从同样的参数出发，一轮的平均误差低于 0.02 时停止。]],
  }},
  {run = [[
    how.epochs, how.seed, how.stop_below = 20000, 1, 0.02
    rows = {}
    for i, m in ipairs{1, 2, 5} do
      how.batch = m
      r = mlp{2, 2, 1, seed = 1}:train(how)
      rows[i] = {m, r.epochs, r.epochs * math.ceil(5 / m)}
    end
    matrix(rows, {"batch", "epochs", "updates"})]]},
  {text = {
    en = [[
      With one update a round, accumulated BP (batch 5) needs between four and five times as many
      rounds. The number of updates is much the same; it is a little smaller, since no update is
      spent on undoing another. On a large set standard BP is usually ahead at the start, and the
      accumulated one is calmer near the end, when the error falls slowly.

      To think about:

      1. This round was for a good melon. What signs do g_1, e_1 and e_2 have for a bad one, and
      which way do the thresholds go?

      2. Somebody puts w_11' instead of w_11 into e_1. Is the mistake larger for a large or for a
      small η?

      3. Accumulated BP does not care about the order of the samples. Why does standard BP?]],
    zh = [[
      累积 BP（batch 为 5）一轮只更新一次，所以需要的轮数是四五倍。更新的次数差不多；
      稍少一些，因为没有一次更新花在抵消别的更新上。训练集很大时，标准 BP 通常开始时领先；
      到了后期误差下降缓慢时，累积 BP 更平稳。

      想一想：

      1. 这一轮用的是好瓜。换成坏瓜，g_1、e_1、e_2 各是什么符号？阈值往哪边走？

      2. 有人在 e_1 里用了 w_11'，而不是 w_11。η 大时错得多，还是 η 小时错得多？

      3. 累积 BP 与样本的先后次序无关。为什么标准 BP 有关？]],
  }},
}
