-- LeNet-5: how large every layer is, and how many parameters it has.

return lesson {
  api = 1,
  id = "lenet",
  title = {
    en = "LeNet-5: shapes, weights and connections, counted",
    zh = "LeNet-5：数一数各层的形状、权和连接",
  },
  figures = 7,
  fixed = {"N", "F"}, -- those of the network

  given = {N = 32, F = 5},

  tape = function(given)
    local t = tape(given)
    t:let("c_1", "(N - F)/1 + 1")
    t:let("s_2", "(c_1 - 2)/2 + 1")
    t:let("c_3", "(s_2 - F)/1 + 1")
    t:let("s_4", "(c_3 - 2)/2 + 1")
    t:let("n", "16*s_4*s_4")
    t:let("p_1", "F*F*1*6 + 6")
    t:let("p_3", "F*F*6*16 + 16")
    t:let("p_5", "120*(n + 1)")
    t:let("p_6", "84*(120 + 1)")
    t:let("p_7", "10*(84 + 1)")
    t:let("P", "p_1 + p_3 + p_5 + p_6 + p_7")
    t:let("K", "6*c_1*c_1*(F*F*1 + 1)")
    t:let("D", "6*c_1*c_1*(N*N + 1)")
    return t
  end,

  {text = {
    en = [[
      LeNet-5 read the digits on cheques in the 1990s. It is small enough to be counted by hand, and
      whoever can count it can count any network of its kind. (We take it as it is usually taught.
      The first one had a few fine points more.)

          image   C1           S2         C3           S4         C5      F6      out
          1 map   6 maps       6 maps     16 maps      16 maps    120     84      10
                  5×5, sigmoid means 2×2  5×5, sigmoid means 2×2  sigmoid sigmoid

      C1 and C3 are convolutions with kernels of F×F = 5×5, stride 1, no padding. S2 and S4 take the
      mean of windows of 2×2, side by side. C5, F6 and out are dense layers.

      First the shapes. The image has N~=~{N} rows and columns. All maps are squares, so one number
      for each layer is enough: c_1 for C1, s_2 for S2 and so on. The rule is the same for a kernel
      and for a window: (size before − size of the window) divided by the stride, plus 1.]],
    zh = [[
      20 世纪 90 年代，LeNet-5 就在银行里识别支票上的数字。它小得可以用手来数；会数它，
      同类的网络就都会数了。（这里用的是教学中通行的样子，最初的网络还有一些细节上的不同。）

          图像    C1          S2          C3          S4          C5      F6      输出
          1 张图  6 张图      6 张图      16 张图     16 张图     120     84      10
                  5×5 sigmoid 2×2 平均    5×5 sigmoid 2×2 平均    sigmoid sigmoid

      C1 和 C3 是卷积层，卷积核 F×F = 5×5，步幅 1，不填充。S2 和 S4 对并排的 2×2 窗口取平均。
      C5、F6 和输出层是全连接层。

      先看形状。图像有 N~=~{N} 行、{N} 列。所有的图都是正方形，所以每层只要一个数：C1 的记作 c_1，
      S2 的记作 s_2，依此类推。卷积核与窗口用同一条规则：（原来的大小 − 窗口的大小）除以步幅，再加 1。]],
  }},
  {show = "given"},
  {ask = "c_1", figures = 2, hints = {{
    en = "(N − F)/1 + 1, since the kernel moves by 1.",
    zh = "卷积核每次移 1，所以是 (N − F)/1 + 1。",
  }}},
  {ask = "s_2", figures = 2, hints = {{
    en = "A window of 2 that moves by 2: (c_1 − 2)/2 + 1. That is half of c_1.",
    zh = "窗口为 2，每次移 2：(c_1 − 2)/2 + 1，也就是 c_1 的一半。",
  }}},
  {ask = "c_3", figures = 2, hints = {{
    en = "Again a kernel of F, now on maps of the size s_2.",
    zh = "仍是大小为 F 的卷积核，不过现在图的大小是 s_2。",
  }}},
  {ask = "s_4", figures = 2},
  {text = {
    en = [[
      The dense layer C5 wants all numbers in one row (flatten). How many are they? S4 has 16 maps,
      each with s_4 rows and columns.]],
    zh = "全连接层 C5 要求把所有的数排成一行（flatten）。一共几个数？S4 有 16 张图，每张 s_4 行、s_4 列。",
  }},
  {ask = "n"},

  {text = {
    en = [[
      Now the parameters. Of a convolution, one kernel has F·F weights for every map that it reads,
      and one bias. And there is a kernel for every map that is made:

          F·F·(maps read)·(maps made) + (maps made)

      The size of the image is not in it.]],
    zh = [[
      再数参数。卷积层的一个卷积核，对读入的每张图有 F·F 个权，另有一个偏置。
      产生几张图，就有几个卷积核：

          F·F·(读入的图数)·(产生的图数) + (产生的图数)

      图像的大小并不在里面。]],
  }},
  {ask = "p_1", points = 2, hints = {{
    en = "C1 reads 1 map and makes 6: F·F·1·6 weights and 6 biases.",
    zh = "C1 读 1 张图，产生 6 张：F·F·1·6 个权，6 个偏置。",
  }}},
  {ask = "p_3", points = 2, figures = 4, hints = {{
    en = "C3 reads 6 maps and makes 16. Each of its kernels lies on all six maps at once.",
    zh = "C3 读 6 张图，产生 16 张。它的每个卷积核同时放在六张图上。",
  }}},
  {text = {
    en = [[
      One solution that goes round writes the first of these as 5·5·(6·1~+~1)~=~175. Multiply that
      out: 5·5·6·1 weights, which is right, and 5·5·1~=~25 biases. But a bias does not belong to a
      place of the kernel; it is added to the finished sum, and there is one for each map made, 6 in
      all. The brackets have to stand around what belongs to one map: 6·(5·5·1~+~1).

      S2 and S4 take means and have nothing to learn. A dense layer has for every neuron a weight
      for each number that comes in, and a bias.]],
    zh = [[
      有一份流传的答案把前一个写成 5·5·(6·1~+~1)~=~175。把它乘开：5·5·6·1 个权，这没错；
      还有 5·5·1~=~25 个偏置，这就错了。偏置不属于卷积核上的哪一格，它是加在求好的和上的；
      每张产生的图一个，一共 6 个。括号应当括住属于一张图的东西：6·(5·5·1~+~1)。

      S2 和 S4 只取平均，没有要学的东西。全连接层的每个神经元，对每个传进来的数有一个连接权，
      另有一个偏置。]],
  }},
  {ask = "p_5", points = 2, figures = 5, hints = {{
    en = "120 neurons; each has n weights and a bias.",
    zh = "120 个神经元，每个有 n 个连接权和一个偏置。",
  }}},
  {ask = "p_6", figures = 5},
  {ask = "p_7"},
  {ask = "P", points = 2, figures = 5, hints = {{
    en = "Add up the five numbers.",
    zh = "把五个数加起来。",
  }}},
  {text = {
    en = [[
      Nearly four fifths of all the parameters are in C5 alone. The convolutions, which do the
      seeing, have not even one in twenty.

      The program counts, too. First the two convolutions, then the dense layers:]],
    zh = [[
      仅 C5 一层就占了全部参数的约五分之四；而负责“看”的两个卷积层，加起来还不到二十分之一。

      程序也会数。先是两个卷积层，再是全连接层：]],
  }},
  {run = {
    "one = {{1, 32, 32}, conv2d{6, 5, name = \"C1\"}, avg_pool{2, name = \"S2\"}}",
    "network(one):summary()",
    "network{{6, 14, 14}, conv2d{16, 5, name = \"C3\"}}:summary()",
    "network{400, dense(120), dense(84), dense(10)}:summary()",
  }},
  {text = {
    en = [[
      Few weights do not mean little work. In C1 every number of the six maps is connected with the
      F·F pixels under its kernel, and with its bias. How many connections are these (K)? And if C1
      were dense, with a weight of its own for each connection of each of its numbers with all N·N
      pixels, and a bias for each: how many parameters would it have (D)?]],
    zh = [[
      权少并不等于工作少。在 C1 里，六张图上的每个数都与卷积核下的 F·F 个像素相连，
      还与偏置相连。一共有多少个连接（K）？假如 C1 是全连接层，它的每个数与全部 N·N 个像素的每个连接
      都有自己的权，每个数又各有一个偏置，那么它有多少个参数（D）？]],
  }},
  {ask = "K", points = 2, figures = 5, hints = {{
    en = "6·c_1·c_1 numbers, each with F·F + 1 connections.",
    zh = "6·c_1·c_1 个数，每个有 F·F + 1 个连接。",
  }}},
  {ask = "D", points = 2, figures = 4, hints = {{
    en = "The same numbers, each with N·N + 1 parameters.",
    zh = "还是那些数，每个有 N·N + 1 个参数。",
  }}},
  {text = {
    en = [[
      So the kernel is shared by {K} connections but has only {p_1} parameters: every one of them is
      used 28·28~=~784 times. A dense layer in its place would have almost five million.

      Now a whole LeNet-5, with weights drawn by chance, and the image of a 7. The program draws
      digits of 12×12 pixels; we make each pixel a square of 2×2, and put a border of 4 around.]],
    zh = [[
      所以，{K} 个连接共用的参数只有 {p_1} 个，每个都用了 28·28~=~784 次。换成全连接层，
      就要差不多五百万个参数。

      下面是完整的 LeNet-5，权随机抽取，输入是数字 7 的图像。程序画的数字是 12×12 像素；
      我们把每个像素放大成 2×2，四周再加 4 个像素宽的边。]],
  }},
  {run = {
    "net = network{{1, 32, 32},\n"
      .. "  conv2d{6, 5, activation = \"sigmoid\", name = \"C1\"},\n"
      .. "  avg_pool{2, name = \"S2\"},\n"
      .. "  conv2d{16, 5, activation = \"sigmoid\", name = \"C3\"},\n"
      .. "  avg_pool{2, name = \"S4\"}, flatten(),\n"
      .. "  dense{120, activation = \"sigmoid\", name = \"C5\"},\n"
      .. "  dense{84, activation = \"sigmoid\", name = \"F6\"},\n"
      .. "  dense{10, name = \"out\"}}",
    "net = net:init{\"xavier\", seed = 1}",
    "tostring(net):match \"%d+ parameters\"",
    "seven = data(\"digits\", {samples = 10, noise = 0}).inputs[8]",
    "function pixel(r, c)\n"
      .. "  local inside = r > 4 and r < 29 and c > 4 and c < 29\n"
      .. "  return inside and seven[(r - 5)//2*12 + (c - 5)//2 + 1] or 0\n"
      .. "end",
    "image = {}",
    "for r = 1, 32 do\n"
      .. "  image[r] = {}\n"
      .. "  for c = 1, 32 do image[r][c] = pixel(r, c) end\n"
      .. "end",
    "step = net:tape({image}, {0, 0, 0, 0, 0, 0, 0, 1, 0, 0})",
  }},
  {text = {
    en = [[
      Its tape has many thousands of lines, and each can be had by itself. A number of S2, in map 3,
      row 7, column 7, is the mean of four of C1:]],
    zh = "它的计算过程有成千上万行，每一行都可以单独取出来。S2 第 3 张图第 7 行第 7 列的数，是 C1 的四个数的平均：",
  }},
  {run = "step.S2_a_3_7_7"},
  {text = {
    en = [[
      A number of C1, before the sigmoid, is a sum of 25 products and a bias; here are its rule and
      its value. The same for the
      slope of one weight of the kernel: a sum of 784 products, one for each place where the weight
      was used.]],
    zh = [[
      C1 的一个数（sigmoid 之前）是 25 个乘积与一个偏置之和；下面是它的规则和值。卷积核里一个权的斜率也可以这样取出来：
      它是 784 个乘积之和，这个权在多少个位置上用过，就有多少项。]],
  }},
  {run = {
    "function rule(entry) return tostring(entry):match \"(Σ.-)%s%s\" end",
    "rule(step.C1_z_3_13_13), step.C1_z_3_13_13.value",
    "rule(step.dE_dC1_K_3_1_2_2), step.dE_dC1_K_3_1_2_2.value",
  }},
  {text = {
    en = [[
      To think about:

      1. The image becomes 64×64. Which of the counts change, and which do not? Which layer needs
      another number of inputs?

      2. In C3 replace the kernels of 5×5 by two layers with kernels of 3×3. What is s_4 then, and
      how many weights are there?

      3. What would be saved if C5 had 60 neurons, and what would be saved if S4 were followed by
      one more pool of 2×2? (Does it fit?)]],
    zh = [[
      想一想：

      1. 图像变成 64×64。哪些数会变，哪些不变？哪一层需要另外数目的输入？

      2. 把 C3 的 5×5 卷积核换成两层 3×3 的。这时 s_4 是多少，有多少个权？

      3. C5 只用 60 个神经元，能省多少？在 S4 之后再加一个 2×2 的池化，能省多少？（放得下吗？）]],
  }},
}
