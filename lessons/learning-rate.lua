-- How long a step may be: Taylor's formula to first and second order, and what training does.

return lesson {
  api = 1,
  id = "learning-rate",
  title = {
    en = "The learning rate: why a step goes down, and when it goes up",
    zh = "学习率：为什么一步会下降，什么时候会上升",
  },
  figures = 4,

  given = function(rng, seed)
    if not seed then
      return {x = 3, y = 0.5, eta = 0.3}
    end
    return {x = rng:integer(2, 5), y = rng:pick {0.3, 0.5, 0.7}, eta = rng:pick {0.3, 0.35, 0.4}}
  end,

  tape = function(given)
    local t = tape(given)
    t:let("f", "x^2/2 + 2*y^2")
    t:let("g_x", "x")
    t:let("g_y", "4*y")
    t:let("N", "g_x^2 + g_y^2")
    t:let("first", "-eta*N")
    t:let("C", "g_x^2 + 4*g_y^2")
    t:let("second", "eta^2*C/2")
    t:let("x_1", "x - eta*g_x")
    t:let("y_1", "y - eta*g_y")
    t:let("f_1", "x_1^2/2 + 2*y_1^2")
    t:let("df", "f_1 - f")
    t:let("eta_0", "2*N/C")
    return t
  end,

  {text = {
    en = [[
      Gradient descent takes a step against the gradient, dx_i = −η·∂f/∂x_i, and hopes that f gets
      smaller. Does it? Taylor's formula says how f changes by small steps. To first order, for any
      function of n variables:]],
    zh = [[
      梯度下降沿梯度的反方向走一步，dx_i = −η·∂f/∂x_i，期望 f 变小。真会变小吗？
      泰勒公式说明了 f 在一小步里怎样变化。对任意 n 元函数，展开到一阶：]],
  }},
  {run = {
    "f = expr \"f\"",
    "step = {{\"x_i\", \"-eta*∂f/∂x_i\", 1, \"n\"}}",
    "f:taylor(step)",
  }},
  {text = {
    en = [[
      A sum of squares, and a minus: never positive, and 0 only where the gradient is 0. So to first
      order every step goes down, by η·‖∇f‖². But first order means: while the step is so short that
      the slope stays what it is. To second order there is one term more:]],
    zh = [[
      平方之和，前面一个负号：它不会是正数，只有梯度为 0 时才等于 0。所以只看一阶，每一步都下降，
      下降 η·‖∇f‖²。但“一阶”的意思是：步子很短，短到斜率还没有变。展开到二阶，就多出一项：]],
  }},
  {run = "f:taylor(step, 2)"},
  {text = {
    en = [[
      The new term has η twice. It is the curvature along the step, and where f bends upwards it is
      positive. For a small η the first term wins, for a large one the second, and then the step
      goes up.

      Now with numbers. A long valley, four times as steep in y as in x:

          f = x²/2 + 2·y²        ∂f/∂x = x        ∂f/∂y = 4·y

      The second derivatives are 1 and 4, so with g_x and g_y for the slopes

          first order:    −η·N,     N = g_x² + g_y²
          second order:   ½·η²·C,   C = g_x² + 4·g_y²]],
    zh = [[
      新的一项里有两个 η。它是沿这一步方向的曲率，在 f 向上弯的地方是正的。η 小，第一项占上风；
      η 大，第二项占上风，这一步就上升了。

      现在代入数字。一条狭长的山谷，沿 y 方向的弯曲是沿 x 方向的四倍：

          f = x²/2 + 2·y²        ∂f/∂x = x        ∂f/∂y = 4·y

      二阶导数是 1 和 4，所以用 g_x、g_y 记两个斜率，有

          一阶项：  −η·N，    N = g_x² + g_y²
          二阶项：  ½·η²·C，  C = g_x² + 4·g_y²]],
  }},
  {show = "given"},
  {ask = "f"},
  {ask = "g_y", hints = {{
    en = "The derivative of 2·y² is 4·y.",
    zh = "2·y² 的导数是 4·y。",
  }}},
  {ask = "first", points = 2, hints = {{
    en = "N = g_x² + g_y² first; then times −η.",
    zh = "先求 N = g_x² + g_y²，再乘以 −η。",
  }}},
  {ask = "second", points = 2, hints = {{
    en = "C weighs the slope in y four times: g_x² + 4·g_y². Then ½·η²·C.",
    zh = "C 里 y 方向的斜率平方要乘 4：g_x² + 4·g_y²。再算 ½·η²·C。",
  }}},
  {text = {
    en = "Together they predict how f changes. And what does the step really do?",
    zh = "两项合起来，预言了 f 的变化。实际走一步又怎样？",
  }},
  {ask = "f_1", points = 2, hints = {{
    en = "Take the step: x_1 = x − η·g_x and y_1 = y − η·g_y; then f there.",
    zh = "走这一步：x_1 = x − η·g_x，y_1 = y − η·g_y；再求那里的 f。",
  }}},
  {ask = "df", hints = {{
    en = "f after the step minus f before it. Compare it with the two terms.",
    zh = "走之后的 f 减去走之前的 f。把它与前面两项比较一下。",
  }}},
  {text = {
    en = [[
      f fell by what both terms together say, exactly: f is a square function, and there is no third
      order. So it is easy to say when a step of this kind goes up: where ½·η²·C is larger than η·N.
      The rate at which they are equal:]],
    zh = [[
      f 的变化恰好等于两项之和，分毫不差：f 是二次函数，没有三阶项。所以很容易说出这样的一步何时会上升：
      当 ½·η²·C 大于 η·N 时。两者相等时的学习率是：]],
  }},
  {ask = "eta_0", points = 2, hints = {{
    en = "½·η²·C = η·N, divided by η: η = 2·N/C.",
    zh = "½·η²·C = η·N，两边除以 η：η = 2·N/C。",
  }}},
  {text = {
    en = [[
      From this place a step with a rate above {eta_0} goes up. But a rate has to be good at every
      place. In one variable, f~=~½·a·x²:]],
    zh = [[
      从这一点出发，学习率大于 {eta_0} 的一步会上升。但是学习率要对每个地方都合适。
      先看一个变量，f~=~½·a·x²：]],
  }},
  {run = "expr(\"a*x^2/2\"):taylor({{\"x\", \"-eta*a*x\"}}, 2)"},
  {text = {
    en = [[
      It is negative while η is below 2/a, wherever x is. With several variables the steepest one
      counts. Here a is 4 for y, so the limit is ½; and then x, which would bear a rate four times
      as large, creeps. That is why rates are a matter of compromise, and why a narrow valley is
      slow.

      So much for one step. A hundred steps can do more than go up or down. The smallest network
      with more than one weight that multiply: y~=~w·v·x, no bend anywhere. One sample, x~=~1 and
      d~=~1, and both weights start at 0.5. We try six rates:]],
    zh = [[
      只要 η 小于 2/a，不论 x 在哪里，它都是负的。有多个变量时，由最陡的那个决定。这里 y 方向的 a 是 4，
      所以上限是 ½；而 x 方向本可以承受四倍大的学习率，只好慢慢爬。
      这就是为什么学习率要折中，为什么狭长的山谷里走得慢。

      一步说完了，一百步的花样更多。取连接权会相乘的最小网络：y~=~w·v·x，处处不弯。一个样本，
      x~=~1，d~=~1，两个连接权都从 0.5 出发。试六种学习率：]],
  }},
  {run = {
    "net = mlp{1, 1, 1, hidden = \"identity\", output = \"identity\", bias = false}",
    "net = net:set{v = {{0.5}}, w = {{0.5}}}",
    "how = {net = net, inputs = {{1}}, targets = {{1}}, epochs = 100}",
    "how.rates = {0.001, 0.01, 0.1, 0.5, 1.1, 3}",
    "sweep(how)",
  }},
  {text = {
    en = [[
      All kinds are there. The two smallest rates crawl, the next two settle. A little above 1 the
      steps are too long to settle and not long enough to run away: the loss jumps to and fro for
      ever. With 3 it runs away, and a few steps later the numbers are too large for the machine.

      Why just there? At the goal v~=~w~=~1 the second derivative along the way is 2, so the limit
      is 2/2~=~1.

      To think about:

      1. Near the goal a step multiplies the distance by 1~−~2·η here. What happens at η~=~½? At
      η~=~0.9? At η~=~1?

      2. A loss that goes up now and then, is that a proof of too large a rate? (Think of training
      by single samples.)

      3. A schedule makes the rate smaller as training goes on. Which of the verdicts above does it
      help with, and which not?]],
    zh = [[
      各种情形都有了。最小的两个学习率在爬行，接着的两个收敛。比 1 稍大时，步子太长，停不下来，
      又不够长，跑不掉：损失永远来回跳动。取 3 就一去不返，几步之后，数就大得计算机放不下了。

      为什么偏偏是那里？在目标 v~=~w~=~1 处，沿前进方向的二阶导数是 2，所以上限是 2/2~=~1。

      想一想：

      1. 在目标附近，这里的每一步把距离乘以 1~−~2·η。η~=~½ 时会怎样？η~=~0.9 呢？η~=~1 呢？

      2. 损失偶尔上升，就能证明学习率太大吗？（想想按单个样本更新的训练。）

      3. 学习率衰减是随着训练逐步减小学习率。它对上面哪几种情形有帮助，对哪几种没有？]],
  }},
}
