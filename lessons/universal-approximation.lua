-- Universal approximation: a tower of two tanh units by hand, many towers, and units that learn.

local printed = {c = 0.8, k = 10, a = 0.3, b = 0.7, x = 0.45, u = 0.8}

-- x lies in the tower, u beside it, near enough for something to be left.
local function variant(rng)
  local a = rng:pick {20, 30} -- hundredths, as whole numbers add up exactly
  local b = a + rng:pick {40, 50}
  return {
    c = rng:pick {0.6, 0.7, 0.8, 0.9}, k = rng:pick {8, 9, 10}, a = a/100, b = b/100,
    x = (a + rng:pick {12, 15})/100, u = (b + rng:pick {9, 11})/100,
  }
end

return lesson {
  api = 1,
  id = "universal-approximation",
  title = {
    en = "Universal approximation: why one hidden layer is enough",
    zh = "万能逼近：为什么一个隐层就够了",
  },
  figures = 4,

  given = function(rng, seed)
    return seed and variant(rng) or printed
  end,

  tape = function(given)
    local t = tape(given)
    t:let("h_1", "tanh(k*(x - a))")
    t:let("h_2", "tanh(k*(x - b))")
    t:let("y", "c/2*(h_1 - h_2)")
    t:let("p_1", "tanh(k*(u - a))")
    t:let("p_2", "tanh(k*(u - b))")
    t:let("q", "c/2*(p_1 - p_2)")
    return t
  end,

  {text = {
    en = [[
      A network with one hidden layer of tanh units and a linear output can come as near as you like
      to any continuous function on a closed interval, if it has enough hidden units. That is the
      universal approximation theorem (Cybenko 1989; Hornik, Stinchcombe and White 1989). It sounds
      like magic. It is not: build it by hand.

      One unit, tanh(k·(x~−~a)), is a soft step. Left of a it is −1, right of a it is +1, and the
      larger k, the steeper it is. Take two steps, one up at a and one down at b, each of half the
      height c:

          y = c/2·(tanh(k·(x − a)) − tanh(k·(x − b)))

          left of a             c/2·(−1 + 1) = 0
          between a and b       c/2·( 1 + 1) = c
          right of b            c/2·( 1 − 1) = 0

      A tower: c between a and b, and 0 everywhere else. Near the edges it is only roughly so. How
      roughly? x lies in the tower, u beside it, both near an edge.]],
    zh = [[
      一个网络，隐层是 tanh 单元，输出是线性的：只要隐层单元足够多，它就能任意接近闭区间上的任何连续函数。
      这就是万能逼近定理（Cybenko 1989；Hornik、Stinchcombe 与 White 1989）。
      听起来像魔术，其实不是：我们亲手把它搭出来。

      一个单元 tanh(k·(x~−~a)) 就是一级软的台阶：a 的左边是 −1，右边是 +1，k 越大，台阶越陡。
      取两级台阶，一级在 a 处上去，一级在 b 处下来，高度各是 c 的一半：

          y = c/2·(tanh(k·(x − a)) − tanh(k·(x − b)))

          a 的左边        c/2·(−1 + 1) = 0
          a 与 b 之间     c/2·( 1 + 1) = c
          b 的右边        c/2·( 1 − 1) = 0

      这是一座塔：a 与 b 之间高度为 c，别处为 0。在边缘附近只是大致如此。有多“大致”？
      x 在塔内，u 在塔旁，两个都靠近边缘。]],
  }},
  {show = "given"},
  {ask = "h_1", hints = {{
    en = "How far is x to the right of a? That times k goes into tanh.",
    zh = "x 在 a 右边多远？乘以 k，再取 tanh。",
  }}},
  {ask = "h_2", hints = {{
    en = "x is to the left of b, so this one is negative.",
    zh = "x 在 b 的左边，所以这个是负的。",
  }}},
  {ask = "y", points = 2, hints = {{
    en = "Minus a negative number adds. The result should be a little below c.",
    zh = "减去负数等于加。结果应当比 c 小一点。",
  }}},
  {text = {
    en = "And beside the tower:",
    zh = "塔旁边：",
  }},
  {ask = "p_2"},
  {ask = "q", points = 2, hints = {{
    en = "p_1 is nearly 1, for u is far to the right of a. The two steps nearly cancel.",
    zh = "u 在 a 右边很远，所以 p_1 几乎等于 1。两级台阶几乎抵消。",
  }}},
  {text = {
    en = [[
      y should be {c} and is {y}; beside the tower there should be 0, and there is {q}. To do better
      make it steeper. Here is the printed tower as a network with two hidden units, at x~=~0.45 and
      at x~=~0.8, for steeper and steeper k:]],
    zh = [[
      y 应当是 {c}，实际是 {y}；塔旁边应当是 0，实际是 {q}。想更准，就让它更陡。
      下面把原题中的塔写成有两个隐层单元的网络，在 x~=~0.45 和 x~=~0.8 处看看 k 越来越大时的结果：]],
  }},
  {run = [[
    rows = {}
    for i, k in ipairs{5, 10, 20, 40} do
      local net = mlp{1, 2, 1, hidden = "tanh", output = "identity"}
      net:set{v = {{k, k}}, gamma = {0.3*k, 0.7*k}, w = {{0.4}, {-0.4}}}
      rows[i] = {k, net:forward(0.45)[1], net:forward(0.8)[1]}
    end
    matrix(rows, {"k", "y in it", "y beside it"})]]},
  {text = {
    en = [[
      Now any function. Cut the interval into narrow pieces, and put a tower on each, as high as the
      function is in the middle of it. Here for the sine from 0 to 3. Every tower needs two hidden
      units; their weights are written down, nothing is learnt. The last column is the largest
      distance from the sine at 300 places.]],
    zh = [[
      现在来逼近任意的函数。把区间切成窄条，每一条上放一座塔，塔高取函数在这一条中点的值。
      以 0 到 3 上的正弦为例。每座塔用两个隐层单元，连接权是直接写出来的，什么也没有学。
      最后一列是在 300 个点上与正弦的最大距离。]],
  }},
  {run = [[
    function round(x) return math.floor(1000*x + 0.5)/1000 end
    function towers(n)
      local p, width = {v = {{}}, gamma = {}, w = {}}, 3/n
      local k = 50/width
      local function step(at, weight)
        local h = #p.gamma + 1
        p.v[1][h], p.gamma[h], p.w[h] = k, k*at, {weight}
      end
      for i = 1, n do
        local height = math.sin((i - 0.5)*width)
        step((i - 1)*width, height/2)
        step(i*width, -height/2)
      end
      return mlp{1, 2*n, 1, hidden = "tanh", output = "identity"}:set(p)
    end
    function farthest(net)
      local worst = 0
      for i = 1, 300 do
        local x = (i - 0.5)/100
        worst = math.max(worst, math.abs(net:forward(x)[1] - math.sin(x)))
      end
      return round(worst)
    end
    rows = {}
    for i, n in ipairs{2, 5, 10, 50} do
      rows[i] = {n, 2*n, farthest(towers(n))}
    end
    matrix(rows, {"towers", "units", "farthest"})]]},
  {text = {
    en = [[
      The more towers, the nearer, and there is no end to it: on a piece that is narrow enough a
      continuous function hardly changes, so a flat roof fits. That is the whole idea of the proof.

      By hand it takes many units. Learning is thriftier, since it may bend each tanh as it likes.
      The sine from −3 to 3, at 21 places, with 1, 2, 4 and 8 units, 5000 epochs each:]],
    zh = [[
      塔越多，离得越近，而且没有尽头：只要窄条足够窄，连续函数在上面几乎不变，平的塔顶就合适。
      证明的全部思想就在这里。

      手工搭建要用很多单元。学习更节省，因为它可以随意弯曲每一个 tanh。
      从 −3 到 3 的正弦，取 21 个点，分别用 1、2、4、8 个单元，各学 5000 轮：]],
  }},
  {run = [[
    X, D = {}, {}
    for i = 1, 21 do X[i] = 0.3*(i - 11) D[i] = math.sin(X[i]) end
    rows = {}
    for i, n in ipairs{1, 2, 4, 8} do
      net = mlp{1, n, 1, hidden = "tanh", output = "identity"}
      net = net:init("xavier", {seed = 1})
      how = {inputs = X, targets = D, batch = 21, eta = 0.1}
      how.epochs = 5000
      r = net:train(how)
      rows[i] = {n, round(r.loss)}
    end
    matrix(rows, {"units", "loss"})]]},
  {text = {
    en = [[
      Better with every doubling, and few units go a long way. But mind what the theorem does not
      say. It does not say how many units are needed. It does not say that training finds the right
      weights. And it speaks of an interval: outside it the network may do anything. The last
      network was never shown anything above 3. The sine of 6 is −0.279, on its way up again; the
      network says]],
    zh = [[
      每加一倍，就更好一些，而且很少的单元就能走得很远。但要注意定理没有说什么。
      它没有说需要多少单元；没有说训练一定能找到合适的连接权；而且它说的是一个区间：
      在区间之外，网络可以随便怎样。最后那个网络从没见过大于 3 的输入。6 的正弦是 −0.279，正在回升；网络却说]],
  }},
  {run = [[
    round(net:forward(6)[1])]]},
  {text = {
    en = [[
      To think about:

      1. Two neighbouring towers have an edge in common, where one goes down and the next goes up.
      How many units do n towers need if such steps are put together?

      2. Why must the function be continuous? What happens to the towers at a jump?

      3. Towers for a function of two inputs: how would you build one that is 1 on a square and 0
      around it?]],
    zh = [[
      想一想：

      1. 相邻的两座塔有一条公共的边，一座在那里下来，另一座在那里上去。把这样的台阶合并，
      n 座塔需要多少个单元？

      2. 为什么函数必须连续？在跳跃的地方，塔会怎样？

      3. 两个输入的函数也可以搭塔：怎样搭一座在正方形上为 1、周围为 0 的塔？]],
  }},
}
