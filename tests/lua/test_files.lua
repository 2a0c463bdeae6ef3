-- What t:html(file) leaves on the disk: the whole page or what was there.

local lu = require("luaunit")
local support = require("support")

local program = arg[-1]

local function lines_of(command)
  local run <close> = assert(io.popen(command))
  local lines = {}
  for line in run:lines() do
    lines[#lines + 1] = line
  end
  return lines
end

local function write(path, text)
  local file <close> = assert(io.open(path, "w"))
  file:write(text)
end

local function read(path)
  local file <close> = assert(io.open(path, "rb"))
  return file:read("a")
end

TestHtml = {}

function TestHtml.setUp()
  TestHtml.directory = lines_of("mktemp -d")[1]
  TestHtml.tape = mlp{2, 2, 1, seed = 1}:tape({1, 2}, 0)
end

function TestHtml.tearDown()
  os.execute("rm -rf " .. TestHtml.directory)
end

function TestHtml.path(name)
  return TestHtml.directory .. "/" .. name
end

function TestHtml.files()
  return lines_of("ls " .. TestHtml.directory)
end

function TestHtml.test_the_page_is_written_whole_and_replaces_another()
  local t, path = TestHtml.tape, TestHtml.path "page.html"
  lu.assertEquals(t:html(path), path)
  lu.assertEquals(read(path), t:html())
  lu.assertStrContains(t:html(), "<!DOCTYPE html>")
  write(path, "something else")
  t:html(path)
  lu.assertEquals(read(path), t:html())
  lu.assertEquals(TestHtml.files(), {"page.html"})
end

function TestHtml.test_a_file_keeps_its_mode_and_a_new_one_gets_the_usual()
  local path = TestHtml.path "page.html"
  TestHtml.tape:html(path)
  lu.assertEquals(lines_of("stat -c %a " .. path),
    lines_of("touch " .. path .. "2 && stat -c %a " .. path .. "2"))
  os.execute("chmod 640 " .. path)
  TestHtml.tape:html(path)
  lu.assertEquals(lines_of("stat -c %a " .. path), {"640"})
end

function TestHtml.test_a_link_stays_and_what_it_leads_to_is_replaced()
  local page, link = TestHtml.path "page.html", TestHtml.path "link.html"
  write(page, "old")
  os.execute("ln -s page.html " .. link)
  TestHtml.tape:html(link)
  lu.assertEquals(read(page), TestHtml.tape:html())
  lu.assertEquals(lines_of("readlink " .. link), {"page.html"})
end

function TestHtml.test_where_no_file_can_be_nothing_is_left()
  local t = TestHtml.tape
  local device, missing = TestHtml.path "device", TestHtml.path "missing/page.html"
  local long = TestHtml.path(("x"):rep(5000))
  os.execute("ln -s /dev/full " .. device)
  support.each_refuses({
    {"cannot write \"" .. missing .. "\": No such file or directory",
      t.html, t, missing},
    {"cannot write \"" .. TestHtml.directory .. "\": Is a directory",
      t.html, t, TestHtml.directory},
    {"cannot write \"" .. device .. "\": it is not a regular file", t.html, t, device},
    {"cannot write \"/dev/null\": it is not a regular file", t.html, t, "/dev/null"},
    {"cannot write \"/dev/null/x\": Not a directory", t.html, t, "/dev/null/x"},
    {"cannot write \"\": No such file or directory", t.html, t, ""},
  }, TestHtml.files)
  local worked, message = pcall(t.html, t, long)
  lu.assertFalse(worked)
  lu.assertStrContains(message, "cannot write")
  lu.assertEquals(TestHtml.files(), {"device"})
end

-- A limit on the size of files ends a write half-way, as a full disk does.
function TestHtml.test_a_disk_that_is_full_half_way_leaves_what_was_there()
  local path, script = TestHtml.path "page.html", TestHtml.path "script.lua"
  write(path, "old")
  write(script, string.format([[
    local t = mlp{2, 2, 1}:tape({1, 2}, 0)
    assert(#t:html() > 4096)
    print(pcall(t.html, t, %q))]], path))
  local said = lines_of(string.format("trap '' XFSZ; ulimit -f 4; %q %q", program, script))
  lu.assertEquals(said, {"false\tcannot write \"" .. path .. "\": File too large"})
  lu.assertEquals(read(path), "old")
  lu.assertEquals(TestHtml.files(), {"page.html", "script.lua"})
end

os.exit(lu.LuaUnit.run(), true)
