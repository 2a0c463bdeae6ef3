-- Softmax and log-sum-exp: computed safely, and differentiated.

local function variant(rng)
  local x = {rng:uniform(-2, 2, 1), rng:uniform(-2, 2, 1), rng:uniform(-2, 2, 1)}
  return {x_1 = x[1], x_2 = x[2], x_3 = x[3]}
end

return lesson {
  api = 1,
  id = "softmax",
  title = {
    en = "Softmax and log-sum-exp: overflow and derivatives",
    zh = "softmax 与 log-sum-exp：溢出与求导",
  },
  figures = 4,

  given = function(rng, seed)
    return seed and variant(rng) or {x_1 = 2, x_2 = 1, x_3 = -1}
  end,

  tape = function(given)
    local t = tape(given)
    t:let("m", "max(x_1, x_2, x_3)")
    t:let("u_1", "exp(x_1 - m)")
    t:let("u_2", "exp(x_2 - m)")
    t:let("u_3", "exp(x_3 - m)")
    t:let("S", "u_1 + u_2 + u_3")
    t:let("s", "m + log(S)")
    t:let("f_2", "softmax_2(x_1, x_2, x_3)")
    t:let("f_3", "softmax_3(x_1, x_2, x_3)")
    t:let("f_1", "softmax_1(x_1, x_2, x_3)")
    return t:backward "f_1"
  end,

  {text = {
    en = [[
      Softmax makes probabilities f_1, …, f_n of any n numbers x_1, …, x_n: take the exponential of
      each, which is positive, and divide by their sum, so that together they give 1. Log-sum-exp is
      the logarithm of that sum.

          f_i = e^x_i / Σ_j e^x_j        s = log Σ_j e^x_j

      On paper there is nothing more to say. On a computer the exponential is a trap: e^710 is
      larger than the largest number it has, and becomes ∞; e^(−750) is smaller than the smallest
      positive one, and becomes 0.

      Three numbers of about a thousand:]],
    zh = [[
      softmax 把任意 n 个数 x_1、…、x_n 变成概率 f_1、…、f_n：先对每个数取指数，得到正数，
      再除以它们的和，于是加起来等于 1。log-sum-exp 就是这个和的对数。

          f_i = e^x_i / Σ_j e^x_j        s = log Σ_j e^x_j

      在纸上，事情到此为止；在计算机上，指数函数却是一个陷阱：e^710 比能表示的最大的数还大，变成 ∞（上溢）；
      e^(−750) 比能表示的最小的正数还小，变成 0（下溢）。

      取三个一千左右的数：]],
  }},
  {overflow = "exp(x_i)/sum(j, 1, n, exp(x_j))", at = {x = {1000, 1001, 1002}, i = 1, n = 3}},
  {text = {
    en = "The same numbers with a minus, so that the sum below underflows:",
    zh = "同样的三个数，加上负号，这次是分母中的和下溢：",
  }},
  {overflow = "exp(x_i)/sum(j, 1, n, exp(x_j))", at = {x = {-1000, -1001, -1002}, i = 1, n = 3}},
  {text = {
    en = [[
      The way out: take the same number c away from every x. It changes nothing, whatever c is:]],
    zh = "解决的办法：从每个 x 中减去同一个数 c。不论 c 是多少，结果都不变：",
  }},
  {prove = "exp(x_i - c)/sum(j, 1, n, exp(x_j - c)) = exp(x_i)/sum(j, 1, n, exp(x_j))"},
  {text = {
    en = [[
      So we may choose the c that is safe, and that is the largest x. Then no exponent is above 0
      and nothing can overflow; and one of them is 0, so the sum is at least 1 and cannot underflow.
      A term that becomes 0 on the way is one that is too small to matter.]],
    zh = [[
      所以可以挑一个安全的 c：最大的那个 x。这样，指数都不大于 0，不会上溢；
      而且至少有一个指数是 0，所以和不小于 1，也不会下溢。途中变成 0 的那些项，小到本来就无足轻重。]],
  }},
  {overflow = "exp(x_i - m)/sum(j, 1, n, exp(x_j - m))",
    at = {x = {1000, 1001, 1002}, m = 1002, i = 1, n = 3}},
  {text = {
    en = [[
      One solution subtracts the smallest instead, so that no exponent is negative. That is the
      wrong end: the others may then be as large as they like. It even breaks what was fine before.
      For −800, 0 and 1 softmax has no trouble at all, until the minimum is subtracted:]],
    zh = [[
      有一份解答改为减去最小值，让指数都不为负。这恰好弄反了：其余的指数想多大就有多大。
      它甚至会把原本没有问题的算式弄坏：对 −800、0、1，softmax 本来毫无困难，一减最小值就不行了：]],
  }},
  {overflow = "exp(x_i)/sum(j, 1, n, exp(x_j))", at = {x = {-800, 0, 1}, i = 3, n = 3}},
  {overflow = "exp(x_i - m)/sum(j, 1, n, exp(x_j - m))",
    at = {x = {-800, 0, 1}, m = -800, i = 3, n = 3}},
  {text = {
    en = [[
      Log-sum-exp overflows in the same place. Here what was taken away has to be given back,
      outside the logarithm:]],
    zh = "log-sum-exp 会在同样的地方上溢。这里减去的数必须在对数外面加回来：",
  }},
  {prove = "log(sum(j, 1, n, exp(x_j))) = c + log(sum(j, 1, n, exp(x_j - c)))"},
  {overflow = "log(sum(j, 1, n, exp(x_j)))", at = {x = {1000, 1001, 1002}, n = 3}},
  {overflow = "m + log(sum(j, 1, n, exp(x_j - m)))",
    at = {x = {1000, 1001, 1002}, m = 1002, n = 3}},

  {text = {
    en = [[
      Now you, with small numbers, but in the safe way. m is the largest, u_1, u_2 and u_3 are the
      exponentials after it is subtracted, S is their sum, and s is log-sum-exp.]],
    zh = [[
      现在轮到你，数很小，但要用安全的算法。m 是最大值，u_1、u_2、u_3 是减去 m 之后的指数，
      S 是它们的和，s 是 log-sum-exp。]],
  }},
  {show = "given"},
  {ask = "S", hints = {{
    en = "One of the three exponentials is 1. Which?",
    zh = "三个指数中有一个等于 1，是哪一个？",
  }}},
  {ask = "f_1", points = 2, hints = {{
    en = "The share of u_1 in the sum S.",
    zh = "u_1 在和 S 中占的份额。",
  }}},
  {ask = "f_2"},
  {ask = "f_3", hints = {{
    en = "You need no exponential for this one: what do the three add up to?",
    zh = "这个不用再算指数：三个加起来是多少？",
  }}},
  {ask = "s", points = 2, hints = {{
    en = "The logarithm of S, and m is given back. The result is a little above the largest x.",
    zh = "S 的对数，再把 m 加回来。结果比最大的 x 略大一点。",
  }}},

  {text = {
    en = [[
      The derivatives. Every f_i depends on every x_k, as they share the sum. If k is i, x_k is
      above the line, too; if not, only below. Kronecker's δ_ik says both at once: it is 1 where i
      and k are the same, and 0 where they are not. In a sum over j it lets one term through, that
      with j~=~k, and so the Σ goes away.]],
    zh = [[
      求导。每个 f_i 都依赖于每个 x_k，因为它们共用一个和。k 等于 i 时，x_k 也在分子里；
      k 不等于 i 时，只在分母里。克罗内克符号 δ_ik 把两种情形一次说完：i 与 k 相同时是 1，
      不同时是 0。在对 j 的求和里，它只放行 j~=~k 的那一项，Σ 因此消失。]],
  }},
  {explain = "exp(x_i)/sum(j, 1, n, exp(x_j))", by = "x_k"},
  {text = {
    en = "With the name f_i put in, it is short:",
    zh = "把 f_i 这个名字代回去，就很短了：",
  }},
  {derive = {"f_i = exp(x_i)/sum(j, 1, n, exp(x_j))", by = {"x_k"}}},
  {text = {
    en = [[
      Mind which letter stands where. The factor in front is f_i, the output that is differentiated;
      inside there is f_k, of the input. The table of all of them, the Jacobian, is n×n. One
      solution has the same f_k in front of every component. It is right on the diagonal, where the
      two are the same, and nowhere else:]],
    zh = [[
      注意哪个下标在哪里。前面的因子是 f_i，即被求导的那个输出；括号里是 f_k，属于那个输入。
      全部导数排成 n×n 的表，就是雅可比矩阵。有一份解答在每个分量前面都写了 f_k：
      只有在对角线上才对，因为那里两个下标相同；别处都不对：]],
  }},
  {prove = "exp(x_i)/sum(j, 1, n, exp(x_j))*(delta(i, k) - exp(x_k)/sum(j, 1, n, exp(x_j))) = "
    .. "exp(x_k)/sum(j, 1, n, exp(x_j))*(delta(i, k) - exp(x_k)/sum(j, 1, n, exp(x_j)))",
    expect = "refuted"},
  {text = {
    en = [[
      Cross-entropy needs l_i, the logarithm of f_i. It is best taken apart before it is
      differentiated, and on a computer before it is evaluated, too:]],
    zh = "交叉熵要用到 f_i 的对数 l_i。最好先把它拆开再求导；在计算机上，也应当拆开再求值：",
  }},
  {prove = "log(exp(x_i)/sum(j, 1, n, exp(x_j))) = x_i - log(sum(j, 1, n, exp(x_j)))"},
  {explain = "x_i - log(sum(j, 1, n, exp(x_j)))", by = "x_k"},
  {text = {
    en = "With f_k put in, only the factor in front is gone against the slope of softmax itself:",
    zh = "代入 f_k 之后，与 softmax 本身的斜率相比，只是少了前面的因子：",
  }},
  {derive = {
    "f_i = exp(x_i)/sum(j, 1, n, exp(x_j))",
    "l_i = x_i - log(sum(j, 1, n, exp(x_j)))",
    by = {"x_k"},
  }},
  {text = {
    en = [[
      And log-sum-exp, a smooth cousin of the maximum, has softmax itself for its slopes. Where the
      maximum gives everything to the winner, this one shares it out.]],
    zh = [[
      log-sum-exp 是最大值的光滑近似，它的斜率正是 softmax：最大值把斜率全给“获胜者”，
      它则按份额分给大家。]],
  }},
  {derive = {
    "f_i = exp(x_i)/sum(j, 1, n, exp(x_j))",
    "s = log(sum(j, 1, n, exp(x_j)))",
    by = {"x_k"},
  }},
  {text = {
    en = "With the numbers from before, the first row of the Jacobian:",
    zh = "用前面的数，算雅可比矩阵的第一行：",
  }},
  {show = "df_1_df_1"},
  {ask = "df_1_dx_1", points = 2, hints = {{
    en = "On the diagonal δ is 1, and only f_1 is needed.",
    zh = "在对角线上 δ 是 1，只用到 f_1。",
  }}},
  {ask = "df_1_dx_2", points = 2, hints = {{
    en = "Off the diagonal δ is 0. When x_2 grows, its share grows, so that of f_1 must fall.",
    zh = "不在对角线上，δ 是 0。x_2 增大时它的份额变大，所以 f_1 必然变小。",
  }}},
  {ask = "df_1_dx_3"},

  {text = {
    en = [[
      To think about:

      1. Add up the three slopes of f_1. What must come out, and what does it have to do with
      subtracting c?

      2. What is softmax of 1000, 1001 and 1002? You need no large exponential for it.

      3. Two classes, x_1 and x_2: show that f_1 is a sigmoid. Of what?]],
    zh = [[
      想一想：

      1. 把 f_1 的三个斜率加起来，应当得到多少？这与减去 c 有什么关系？

      2. 1000、1001、1002 的 softmax 是多少？不需要算任何很大的指数。

      3. 只有两类，x_1 和 x_2：说明 f_1 是一个 sigmoid。它的自变量是什么？]],
  }},
}
