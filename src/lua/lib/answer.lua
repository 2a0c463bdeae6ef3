-- globals: answer
-- Answers at the prompt, to the lesson whose tape was asked for last.

local host = ...
local lesson = host.require "lesson"

local answer = {}

-- What was typed to each lesson, as lines of a sheet; and where each name stands among them.
local typed = setmetatable({}, {__mode = "k"})

local function check_typed(value)
  if type(value) ~= "string" then
    error('the digits that are typed count, so an answer is a string, as in answer("g_1", '
      .. '"-0.0406"), got ' .. host.describe(value), 3)
  elseif value:find "[\r\n]" then
    error("an answer is one line", 3)
  end
end

-- The entry's name, as it is typed.
local function find_name(self, name)
  if type(name) ~= "string" then
    error("an answer is to an entry, named by a string, got " .. host.describe(name), 3)
  end
  local found, entry = pcall(self.tape.entry, self.tape, name)
  if not found then
    error(entry, 3)
  elseif entry.phase == "given" then
    error(entry.name .. " is given: there is nothing to work out", 3)
  end
  return entry.name
end

local function with_line(lines, name, text)
  local changed = {}
  for i, line in ipairs(lines) do
    changed[i] = line
    changed[line.name] = i
  end
  changed[changed[name] or #changed + 1] = {name = name, text = text}
  return changed
end

local function to_texts(lines)
  local texts = {}
  for i, line in ipairs(lines) do
    texts[i] = line.name .. " = " .. line.text
  end
  return texts
end

-- What cannot be read is not remembered.
function answer.answer(name, text)
  local self = lesson.last()
  if not self then
    error('there is no lesson to answer: load one first, as in t = lesson "slides-example"', 2)
  end
  check_typed(text)
  name = find_name(self, name)
  local lines = with_line(typed[self] or {}, name, text)
  local verdict, sentence = lesson.judge(self, to_texts(lines), name)
  if verdict == "unreadable" then
    error(sentence, 2)
  end
  typed[self] = lines
  return host.page((sentence:gsub("\n$", "")))
end

-- Tab offers what the lesson asks for.
local function names()
  local self, found = lesson.last(), {}
  for i, question in ipairs(self and self.questions or {}) do
    found[i] = question.name
  end
  return found
end

host.document(answer.answer, "answer(name, value) -> page",
  "What is to be said of a value that you worked out by hand, for an entry of the lesson whose "
  .. "tape you asked for last: t = lesson \"slides-example\", then "
  .. "answer(\"g_1\", \"-0.0406\"). The value is a string, because its digits count. Earlier "
  .. "answers are remembered: what is right but for one of them is told to follow from it.")
host.complete(answer.answer, names)

return answer
