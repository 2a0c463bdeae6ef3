-- Convolution by hand: flipped or not, forward and backward, sizes, and pooling.

local printed = {
  signal = {4, -2, 3, 5}, filter = {2, -0.5, 3},
  image = {7, -3, 5, 2, 3, 2, 5, 4, 6}, kernel = {-3, -4, 3, 2},
  grey = {{3.2, 2.1, 4.4, 8}, {1.7, 6, 5.6, 3}, {2.2, 0.3, -1, 4}, {3, 2.5, 3.6, 1.4}},
}

-- No two alike, or one could be taken for another.  The greatest of the window at the bottom left
-- stays where it is, as the text names it.
local function variant(rng)
  local seen = {}
  local function distinct(count, draw)
    local list = {}
    while #list < count do
      local number = draw()
      if not seen[number] then
        list[#list + 1], seen[number] = number, true
      end
    end
    return list
  end
  local function signed()
    return rng:pick {-1, 1, 1} * rng:integer(2, 19)
  end
  local function weight()
    return rng:pick {-1, 1} * rng:pick {0.5, 1.5, 2.5, 3.5, 4.5}
  end
  local function shade()
    return rng:integer(11, 79)
  end
  local grey = {distinct(4, shade), distinct(4, shade), distinct(4, shade), distinct(4, shade)}
  grey[4][1] = rng:integer(80, 99)
  return {
    signal = distinct(4, signed), filter = distinct(3, weight), image = distinct(9, signed),
    kernel = distinct(4, weight), grey = grey,
  }
end

local function add_givens(t, names, values)
  local k = 0
  for name in names:gmatch "%S+" do
    k = k + 1
    t:given(name, values[k])
  end
end

-- M and A of the window in row r and column c of windows: its greatest number and its mean.
local function add_pools(t, r, c)
  local window = {}
  for row = 2 * r - 1, 2 * r do
    for column = 2 * c - 1, 2 * c do
      window[#window + 1] = "G_" .. row .. column
    end
  end
  t:let("M_" .. r .. c, "max(" .. table.concat(window, ", ") .. ")")
  t:let("A_" .. r .. c, "(" .. table.concat(window, " + ") .. ")/4")
end

return lesson {
  api = 1,
  id = "convolution",
  title = {
    en = "Convolution: one small kernel, used everywhere",
    zh = "卷积：一个小小的卷积核，处处使用",
  },
  figures = 4,

  given = function(rng, seed)
    return seed and variant(rng) or printed
  end,

  tape = function(given)
    local t = tape {}
    add_givens(t, "x_1 x_2 x_3 x_4", given.signal)
    add_givens(t, "k_1 k_2 k_3", given.filter)
    add_givens(t, "a b c d e f g h i", given.image)
    add_givens(t, "u v w z", given.kernel)
    for row = 1, 4 do
      for column = 1, 4 do
        t:given("G_" .. row .. column, given.grey[row][column])
      end
    end
    t:let("y_1", "k_1*x_1 + k_2*x_2 + k_3*x_3")
    t:let("y_2", "k_1*x_2 + k_2*x_3 + k_3*x_4")
    t:let("c_1", "k_3*x_1 + k_2*x_2 + k_1*x_3")
    t:let("c_2", "k_3*x_2 + k_2*x_3 + k_1*x_4")
    t:let("p", "u*a + v*b + w*d + z*e")
    t:let("q", "u*b + v*c + w*e + z*f")
    t:let("r", "u*d + v*e + w*g + z*h")
    t:let("s", "u*e + v*f + w*h + z*i")
    t:let("C", "z*a + w*b + v*d + u*e")
    t:let("n_1", "(7 - 3)/1 + 1")
    t:let("n_2", "(7 - 3)/2 + 1")
    t:let("n_3", "(7 + 2*1 - 3)/1 + 1")
    t:let("n_4", "(32 - 5)/1 + 1")
    for r = 1, 2 do
      for c = 1, 2 do
        add_pools(t, r, c)
      end
    end
    t:let("L", "((p - 7)^2 + (q - 4)^2 + (r - 3)^2 + (s - 4)^2 + (M_21 - 4.5)^2 + (A_12 - 6)^2)/2")
    return t:backward "L"
  end,

  {text = {
    en = [[
      A dense layer gives every pixel of an image a weight of its own, for every neuron. That is
      very many weights, and what has been learnt about one corner of the image is of no use in
      another. A convolution has one small kernel of weights instead, and moves it over the image:
      the same few weights everywhere.

      First in one dimension. A signal x of four numbers, a kernel k of three. Lay the kernel on
      the signal, multiply what lies on top of each other, add up. Then move it on by one:

          x_1  x_2  x_3  x_4              x_1  x_2  x_3  x_4
          k_1  k_2  k_3          then          k_1  k_2  k_3

      This is called cross-correlation, and it is what programs do.]],
    zh = [[
      全连接层里，每个神经元对图像的每个像素各有一个连接权。这样连接权太多，
      而且在图像一角学到的东西，到另一角就用不上。卷积只用一个小小的卷积核，让它在图像上移动：
      处处都用同样的几个权。

      先看一维。信号 x 有四个数，卷积核 k 有三个数。把卷积核放在信号上，上下对应相乘，再相加；
      然后移动一格：

          x_1  x_2  x_3  x_4              x_1  x_2  x_3  x_4
          k_1  k_2  k_3          然后          k_1  k_2  k_3

      这叫互相关，程序里做的就是它。]],
  }},
  {show = {"x_1", "x_2", "x_3", "x_4", "k_1", "k_2", "k_3"}},
  {ask = "y_1", hints = {{
    en = "Three products, k_1·x_1 and so on; then add them up.",
    zh = "三个乘积：k_1·x_1，依此类推；再相加。",
  }}},
  {ask = "y_2", hints = {{
    en = "The same kernel, one place further: k_1 now meets x_2.",
    zh = "还是同一个卷积核，右移一格：现在 k_1 对着 x_2。",
  }}},
  {text = {
    en = [[
      Convolution, as mathematics has it, turns the kernel round first: k_3 is on the left and k_1
      on the right. So in each product the one index goes up while the other goes down:

          x_1  x_2  x_3  x_4
          k_3  k_2  k_1]],
    zh = [[
      数学里的卷积要先把卷积核翻转过来：k_3 在左边，k_1 在右边。这样，在各个乘积里，
      一个下标增大，另一个下标减小：

          x_1  x_2  x_3  x_4
          k_3  k_2  k_1]],
  }},
  {ask = "c_1", points = 2, hints = {{
    en = "Write the kernel backwards below the signal: k_3·x_1 + k_2·x_2 + k_1·x_3.",
    zh = "把卷积核倒过来写在信号下面：k_3·x_1 + k_2·x_2 + k_1·x_3。",
  }}},
  {ask = "c_2"},
  {text = {
    en = [[
      For learning it makes no difference: the weights are learnt, and they can just as well be
      learnt in the other order. So the layers called convolutions mostly are cross-correlations.
      We shall meet the flipped kernel all the same, on the way back.

      Now in two dimensions. An image of 3×3, a kernel of 2×2. The kernel fits in four places, and
      so there are four outputs:

          a  b  c
          d  e  f       u  v       p  q
          g  h  i       w  z       r  s

      p comes from the corner a b d e, q from b c e f, r from d e g h and s from e f h i.]],
    zh = [[
      对学习来说，翻不翻转没有区别：权是学出来的，换一个次序照样学得到。
      所以叫作“卷积层”的，做的多半是互相关。不过到了反向传播时，我们还会遇到翻转的卷积核。

      再看二维。图像 3×3，卷积核 2×2。卷积核有四个位置可放，所以有四个输出：

          a  b  c
          d  e  f       u  v       p  q
          g  h  i       w  z       r  s

      p 来自左上角的 a b d e，q 来自 b c e f，r 来自 d e g h，s 来自 e f h i。]],
  }},
  {show = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "u", "v", "w", "z"}},
  {ask = "p", hints = {{
    en = "u is on a, v on b, w on d, z on e.",
    zh = "u 对 a，v 对 b，w 对 d，z 对 e。",
  }}},
  {ask = "s", hints = {{
    en = "Now the kernel lies on the corner e f h i at the bottom right.",
    zh = "现在卷积核放在右下角，盖住 e f h i。",
  }}},
  {show = {"q", "r"}},
  {text = {
    en = [[
      In two dimensions flipping means both ways: left and right change places, and top and bottom.
      That is half a turn. C is what stands in the place of p then:

          z  w
          v  u]],
    zh = [[
      在二维，翻转是两个方向都翻：左右对调，上下也对调，合起来就是旋转 180°。
      用翻转后的卷积核，p 的位置上得到的是 C：

          z  w
          v  u]],
  }},
  {ask = "C", points = 2, hints = {{
    en = "z is on a, w on b, v on d, u on e.",
    zh = "z 对 a，w 对 b，v 对 d，u 对 e。",
  }}},

  {text = {
    en = [[
      Back now. The targets of p, q, r and s are 7, 4, 3 and 4, and the loss is

          L = ½·((p − 7)² + (q − 4)² + (r − 3)² + (s − 4)² + ...)

      The dots stand for two more squares, which come further down and have nothing to do with this
      image. So the slope ∂L/∂p is p minus its target, and so on.]],
    zh = [[
      现在反向传播。p、q、r、s 的目标是 7、4、3、4，损失是

          L = ½·((p − 7)² + (q − 4)² + (r − 3)² + (s − 4)² + ...)

      省略号是另外两个平方，后面再说，与这张图像无关。所以 ∂L/∂p 就是 p 减去它的目标，其余类推。]],
  }},
  {show = {"dL_dp", "dL_dq", "dL_dr", "dL_ds"}},
  {text = {
    en = [[
      How does L change with the weight v? v was used four times, once for each output. A quantity
      that is used more than once gets its slope from all of its uses, added up. Go through p, q, r
      and s, and see which pixel v was multiplied with.]],
    zh = [[
      L 怎样随权 v 变化？v 用了四次，每个输出一次。一个量如果用了不止一次，
      它的斜率就是各次使用带来的斜率之和。依次看 p、q、r、s，v 分别乘了哪个像素。]],
  }},
  {ask = "dL_dv", points = 2, hints = {
    {
      en = "v was on b, on c, on e and on f.",
      zh = "v 先后对着 b、c、e、f。",
    },
    {
      en = "∂L/∂p·b + ∂L/∂q·c + ∂L/∂r·e + ∂L/∂s·f.",
      zh = "∂L/∂p·b + ∂L/∂q·c + ∂L/∂r·e + ∂L/∂s·f。",
    },
  }},
  {ask = "dL_du", points = 2, hints = {{
    en = "The same for u: it was on a, b, d and e.",
    zh = "u 也一样：它先后对着 a、b、d、e。",
  }}},
  {text = {
    en = [[
      Look at the pixels: b c e f is a window of the image, just as in the forward pass. The slopes
      of the kernel are the image, cross-correlated with the slopes of the outputs.

      And a pixel? e, in the middle, was used four times as well. b was used twice, for p and q. a
      in the corner only once.]],
    zh = [[
      看看这些像素：b c e f 正是图像的一个窗口，和前向传播时一样。
      所以卷积核的斜率，就是图像与输出斜率的互相关。

      像素又怎样？中间的 e 也用了四次；b 用了两次，用于 p 和 q；角上的 a 只用了一次。]],
  }},
  {ask = "dL_de", points = 2, hints = {
    {
      en = "In p the pixel e was multiplied by z. In q? In r? In s?",
      zh = "在 p 里，像素 e 乘的是 z。在 q、r、s 里呢？",
    },
    {
      en = "∂L/∂p·z + ∂L/∂q·w + ∂L/∂r·v + ∂L/∂s·u.",
      zh = "∂L/∂p·z + ∂L/∂q·w + ∂L/∂r·v + ∂L/∂s·u。",
    },
  }},
  {ask = "dL_db", hints = {{
    en = "b was used for p, with v, and for q, with u.",
    zh = "b 用于 p（乘以 v）和 q（乘以 u）。",
  }}},
  {text = {
    en = [[
      While the outputs go p, q, r, s, the weights go z, w, v, u: backwards. That is the flipped
      kernel. What comes back to the image is the slopes of the outputs, correlated with the kernel
      turned by half a turn. At the border, where a pixel was used less often, there are zeros
      around the slopes.

      The program finds the same for indices, in a layer of a network. First the forward pass, and
      the forward pass with the kernel flipped; then the slopes of a weight and of a pixel. Places
      are counted from 1, row and column; the first index of x and z is the channel, which is 1
      here.]],
    zh = [[
      输出按 p、q、r、s 的次序，权却是 z、w、v、u：正好倒过来。这就是翻转的卷积核。
      传回图像的，是输出的斜率与旋转 180° 的卷积核的互相关。在边上，像素用的次数少，
      就当作斜率的外面围了一圈 0。

      程序对网络里的卷积层，用下标也推出同样的式子。先是前向传播，再是翻转卷积核的前向传播；
      然后是一个权的斜率和一个像素的斜率。位置从 1 数起，先行后列；x 和 z 的第一个下标是通道，
      这里只有通道 1。]],
  }},
  {run = {
    "function general(entry) return tostring(entry):match \"(Σ.-)%s%s\" end",
    "function tape_of(layer)\n"
      .. "  local net = network{{1, 3, 3}, layer, flatten()}\n"
      .. "  return net:tape({{{7, -3, 5}, {2, 3, 2}, {5, 4, 6}}}, {7, 4, 3, 4})\n"
      .. "end",
    "plain = tape_of(conv2d{1, 2, bias = false, name = \"conv\"})",
    "turned = tape_of(conv2d{1, 2, bias = false, name = \"conv\", flip = true})",
    "general(plain.conv_z_1_1_1)",
    "general(turned.conv_z_1_1_1)",
    "general(plain.dE_dconv_K_1_1_1_2)",
    "general(plain.dE_dx_1_2_2)",
  }},
  {text = {
    en = [[
      In the last line u and v count up, and the places of the slopes count down, 3~−~u and
      3~−~v: the flipped kernel again.

      How large is the output? A row of N pixels, a kernel F wide. Its left edge can be on pixel 1,
      and at the latest on pixel N~−~F~+~1. If it moves by S pixels at a time (the stride), it makes
      (N~−~F)/S steps, and one place more than steps. P zeros put around the image (the padding)
      make the row longer by 2·P:

          (N − F)/S + 1        with padding    (N + 2·P − F)/S + 1

      An image of 7×7 and a kernel of 3×3. How many places are there in a row with stride 1 (call it
      n_1), how many with stride 2 (n_2)?]],
    zh = [[
      最后一行里，u、v 增大时，斜率的位置 3~−~u、3~−~v 减小：又是翻转的卷积核。

      输出有多大？一行 N 个像素，卷积核宽 F。它的左边缘最早在第 1 个像素，最晚在第 N~−~F~+~1 个像素。
      如果每次移动 S 个像素（步幅），它要移动 (N~−~F)/S 次，而位置的个数比移动的次数多 1。
      在图像周围填 P 圈 0（填充），一行就长出 2·P：

          (N − F)/S + 1        有填充时    (N + 2·P − F)/S + 1

      图像 7×7，卷积核 3×3。步幅为 1 时一行有几个位置（记作 n_1）？步幅为 2 时呢（n_2）？]],
  }},
  {ask = "n_1", hints = {{
    en = "N = 7, F = 3, S = 1. Or count: the left edge can be on pixel 1, 2, 3, ...",
    zh = "N = 7，F = 3，S = 1。也可以数：左边缘可以在第 1、2、3……个像素。",
  }}},
  {ask = "n_2", hints = {{
    en = "The same with S = 2: the left edge is on pixel 1, then on pixel 3, ...",
    zh = "同样地，S = 2：左边缘先在第 1 个像素，再到第 3 个……",
  }}},
  {text = {
    en = "And with stride 3? The program makes the three layers for us:",
    zh = "步幅为 3 呢？让程序来做这三个层：",
  }},
  {run = {
    "network{{1, 7, 7}, conv2d{1, 3}}:summary()",
    "network{{1, 7, 7}, conv2d{1, 3, stride = 2}}:summary()",
    "_, refusal = pcall(network, {{1, 7, 7}, conv2d{1, 3, stride = 3}})",
    "refusal:match \"does not fit.*\"",
  }},
  {text = {
    en = [[
      Stride 3 does not fit: from pixel 1 the kernel goes to pixel 4, and from there it would hang
      over the edge, with a pixel left unused if it stops. So the program refuses.

      With a ring of one zero around the image, stride 1 (n_3):]],
    zh = [[
      步幅 3 放不下：卷积核从第 1 个像素移到第 4 个，再移就伸出边缘了；停下来，又剩一个像素没用上。
      所以程序拒绝了。

      在图像周围填一圈 0，步幅为 1（n_3）：]],
  }},
  {ask = "n_3", hints = {{
    en = "P = 1 makes 7 + 2·1 pixels of the 7.",
    zh = "P = 1，7 个像素变成 7 + 2·1 个。",
  }}},
  {text = {
    en = [[
      The output is as large as the image: with stride 1 that takes (F~−~1)/2 zeros on each side.

      One more. The first layer of a famous network, LeNet-5, has an image of 32×32, kernels of 5×5,
      stride 1, no padding (n_4).]],
    zh = [[
      输出与图像一样大：步幅为 1 时，每边填 (F~−~1)/2 个 0 就行。

      再来一个。著名的网络 LeNet-5，第一层的图像是 32×32，卷积核 5×5，步幅 1，不填充（n_4）。]],
  }},
  {ask = "n_4"},
  {text = {
    en = [[
      Sometimes one sees (N~+~2·P~−~1~−~F)/S~+~1 instead, which gives one less, (32~−~1~−~5)/1~+~1
      = 27. Try it where you can count: 3 pixels and a kernel of 3. There is one place, and that
      formula says 0. What it does is take 1 away twice. It is a mixture of two formulas that are
      both right, for the last pixel under the kernel is the first one plus F~−~1:

          (N + 2·P − F)/S + 1    =    (N + 2·P − (F − 1) − 1)/S + 1

      Pooling makes images smaller. It has no weights: of each window of 2×2 it takes the greatest
      number (max pooling) or the mean (average pooling), and then moves on by 2. An image G of 4×4
      has four windows:

          G_11  G_12 │ G_13  G_14
          G_21  G_22 │ G_23  G_24        M_11  M_12        A_11  A_12
          ───────────┼───────────        M_21  M_22        A_21  A_22
          G_31  G_32 │ G_33  G_34
          G_41  G_42 │ G_43  G_44        greatest          mean]],
    zh = [[
      有时会见到 (N~+~2·P~−~1~−~F)/S~+~1，它少算了一个：(32~−~1~−~5)/1~+~1 = 27。
      拿数得清的情形试试：3 个像素，卷积核宽 3，只有一个位置，而那个公式说是 0。它把 1 减了两次。
      卷积核盖住的最后一个像素，是第一个像素再加 F~−~1；所以下面两个公式都对，
      那个错的公式是把它们混在了一起：

          (N + 2·P − F)/S + 1    =    (N + 2·P − (F − 1) − 1)/S + 1

      池化（也叫汇合）使图像变小。它没有权：在每个 2×2 的窗口里取最大的数（最大池化），
      或者取平均（平均池化），然后移动 2 格。4×4 的图像 G 有四个窗口：

          G_11  G_12 │ G_13  G_14
          G_21  G_22 │ G_23  G_24        M_11  M_12        A_11  A_12
          ───────────┼───────────        M_21  M_22        A_21  A_22
          G_31  G_32 │ G_33  G_34
          G_41  G_42 │ G_43  G_44        最大              平均]],
  }},
  {show = "given"},
  {ask = "M_11"},
  {ask = "A_11", hints = {{
    en = "Add up the four numbers of the first window, and divide by 4.",
    zh = "把第一个窗口里的四个数相加，再除以 4。",
  }}},
  {ask = "A_12"},
  {show = "forward"},
  {text = {
    en = [[
      Now the two squares that were left out of L: the target of M_21 is 4.5 and that of A_12 is 6.

      Where does a slope go, on its way back through a pool? The greatest number of a window is M.
      The other three could change a little, and M would not. So all of the slope goes to the
      greatest, and nothing to the others. The mean changes with each of the four, by a quarter.]],
    zh = [[
      现在来看 L 里刚才省略的两个平方：M_21 的目标是 4.5，A_12 的目标是 6。

      斜率往回穿过池化层时，到哪里去？窗口里最大的数就是 M；其余三个数变一点点，M 不变。
      所以斜率全部归最大的那个数，其余的什么也得不到。而平均值随四个数中的每一个变化，各占四分之一。]],
  }},
  {show = {"L", "dL_dL", "dL_dM_21", "dL_dA_12"}},
  {ask = "dL_dG_41", points = 2, hints = {{
    en = "G_41 is the greatest of its window: it gets all of ∂L/∂M_21.",
    zh = "G_41 是它所在窗口里最大的数：∂L/∂M_21 全部归它。",
  }}},
  {ask = "dL_dG_13", points = 2, hints = {{
    en = "A quarter of ∂L/∂A_12.",
    zh = "∂L/∂A_12 的四分之一。",
  }}},
  {text = {
    en = [[
      The others of the two windows, where max'_1 is the slope of max by its first number, and so
      on: it is 1 for the greatest and 0 for the rest. Below them are the other pixels and weights
      of the convolution.]],
    zh = [[
      这两个窗口里其余的数如下。max'_1 是 max 对第一个数的斜率，依此类推：对最大的数是 1，
      对其余的数是 0。再往下，是前面卷积中其余的像素和权。]],
  }},
  {show = {"dL_dG_31", "dL_dG_32", "dL_dG_42", "dL_dG_14", "dL_dG_23", "dL_dG_24"}},
  {show = "backward"},
  {text = {
    en = [[
      To think about:

      1. How many weights would a dense layer need from the image of 3×3 to four outputs, and how
      many has the convolution? What are they for an image of 32×32 and a kernel of 5×5?

      2. Move the image by one pixel to the right. What happens to the output of a convolution, and
      what to that of max pooling?

      3. For which kernels do convolution and cross-correlation give the same?

      4. Two convolutions of 3×3, one after the other: how many pixels of the image does one output
      depend on? How many weights is that, and how many has a single kernel that sees as much?]],
    zh = [[
      想一想：

      1. 从 3×3 的图像到四个输出，全连接层要多少个连接权，卷积要多少个？
      图像 32×32、卷积核 5×5 时又各是多少？

      2. 把图像向右移一个像素。卷积的输出会怎样，最大池化的输出会怎样？

      3. 对什么样的卷积核，卷积与互相关结果相同？

      4. 两个 3×3 的卷积一前一后：一个输出依赖图像上的多少个像素？一共有多少个权？
      能看到同样多像素的单个卷积核又有多少个权？]],
  }},
}
