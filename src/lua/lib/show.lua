-- globals: show
-- Worked solutions.

local host = ...
local lesson, words = host.require "lesson", host.require "words"
local concat = table.concat
local say = words.say

local show = {}

-- A line with one below it, as wide.
function show.heading(text, rule)
  return text .. "\n" .. rule:rep(host.width(text)) .. "\n"
end

function show.title(self)
  return show.heading(self.title[host.language()], "═")
end

-- ~ in a text is a space at which no line is broken.
function show.prose(self, text)
  local unbroken = lesson.text(self, text):gsub("~", "\u{A0}")
  return (host.prose(unbroken, 0):gsub("\u{A0}", " "))
end

-- Append what an entry is made of, and it, to `texts`, but for what is seen, given, or asked
-- for by a question: so no number in a derivation comes from nowhere.
local function add_derivations(texts, self, entry, seen)
  seen[entry.name] = true
  for _, name in ipairs(entry.closed and entry.closed:names() or {}) do
    local operand = self.tape:entry(name)
    local is_known = seen[operand.name] or self.asked[operand.name] or operand.phase == "given"
    if not is_known then
      add_derivations(texts, self, operand, seen)
    end
  end
  texts[#texts + 1] = tostring(entry) .. "\n"
end

-- The derivations of the entries that `seen` does not have yet, which it has afterwards.
function show.derivations(self, entries, seen)
  local texts = {}
  for _, entry in ipairs(entries) do
    if not seen[entry.name] then
      add_derivations(texts, self, entry, seen)
    end
  end
  return concat(texts)
end

-- What a block shows; "" when all of it has been shown.
function show.entries(self, block, seen)
  local text = show.derivations(self, block.entries, seen)
  if text == "" or not block.phase then
    return text
  end
  return show.heading(host.phase(block.phase), "─") .. text
end

-- "(2 points, 3 significant figures)"
function show.worth(block)
  return say("worth", words.count("a_point", "points", block.points),
    words.count("a_figure", "figures", block.figures))
end

local part = {}

function part.text(self, block)
  return show.prose(self, block.text)
end

function part.show(self, block, seen)
  return show.entries(self, block, seen)
end

function part.ask(self, block, seen)
  return say("question", block.number, block.entry.shown) .. "   " .. show.worth(block) .. "\n"
    .. show.derivations(self, {block.entry}, seen)
end

-- What was derived, explained, proved, found to overflow or typed.
function show.page(block)
  return tostring(block.object) .. "\n"
end

for _, kind in ipairs {"derive", "explain", "prove", "overflow", "run"} do
  part[kind] = function(_, block)
    return show.page(block)
  end
end

-- The entries in order, an array for each phase.
local function phases(entries)
  local found = {}
  for _, entry in ipairs(entries) do
    local last = found[#found]
    if not last or last.phase ~= entry.phase then
      last = {phase = entry.phase}
      found[#found + 1] = last
    end
    last[#last + 1] = entry
  end
  return found
end

-- What no block has shown, under the headings of its phases.
local function add_rest(parts, self, seen)
  for _, entries in ipairs(phases(self.entries)) do
    local is_begun = false
    for _, entry in ipairs(entries) do
      is_begun = is_begun or seen[entry.name]
    end
    local text, heading = show.derivations(self, entries, seen), host.phase(entries.phase)
    if text ~= "" then
      heading = is_begun and say("the_rest", heading) or heading
      parts[#parts + 1] = show.heading(heading, "─") .. text
    end
  end
  local left_out = self.tape and #self.tape - #self.entries or 0
  if left_out > 0 then
    parts[#parts + 1] = say("left_out", left_out) .. "\n"
  end
end

local function solution(self)
  local parts, seen = {show.title(self)}, {}
  for _, block in ipairs(self.blocks) do
    local text = part[block.kind](self, block, seen)
    if text ~= "" then
      parts[#parts + 1] = text
    end
  end
  add_rest(parts, self, seen)
  return concat(parts, "\n")
end

-- The worked solution as a string.
function show.solution(self)
  return host.with_digits(self.digits, solution, self)
end

-- A line for each lesson there is.
function show.list()
  local rows, widest = {}, 0
  for i, id in ipairs(lesson.ids()) do
    local self = lesson.load(id)
    rows[i] = {id, self and self.title[host.language()] or say("does_not_load", id)}
    widest = math.max(widest, host.width(id))
  end
  if #rows == 0 then
    return say("no_lessons", host.lesson_directory()) .. "\n"
  end
  for i, row in ipairs(rows) do
    rows[i] = row[1] .. (" "):rep(widest - host.width(row[1]) + 3) .. row[2] .. "\n"
  end
  return concat(rows)
end

local function to_page(text)
  return host.page((text:gsub("\n$", "")))
end

function show.show(name, seed)
  if name == nil then
    return to_page(show.list())
  end
  return to_page(show.solution(lesson.need(name, seed)))
end

host.document(show.show, 'show([lesson, [seed]]) -> page',
  "The worked solution of a lesson, named by its id or the path of its file: every value beside "
  .. "its derivation. A seed, a whole number, makes a variant of its figures where it has any. "
  .. "Without a name: the lessons there are.")
host.complete(show.show, lesson.ids)

return show
