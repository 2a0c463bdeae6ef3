-- globals: lint
-- What is wrong with a lesson that a student could trip over.

local host = ...
local blocks, checker = host.require "blocks", host.require "checker"
local lesson, words = host.require "lesson", host.require "words"
local concat, format = table.concat, string.format

local lint = {}

local function check_id(complaints, self)
  local stem = self.path:match "([^/]*)%.lua$" or self.path:match "[^/]*$"
  if stem ~= self.id then
    complaints[#complaints + 1] = format("%s: id is %s, so the file should be called %s.lua",
      self.path, self.id, self.id)
  end
end

-- Answers by which a question is tried out, and whether they are to be accepted.
local function trials(question)
  local value = question.entry.value
  return {
    {format("%.17g", value), true, "its value"},
    {format("%." .. question.figures - 1 .. "e", value), true, "its value, rounded as asked"},
    {format("%.17g", -value), false, "its value with the sign turned"},
    {"0", false, "an answer of 0"},
    {"", false, "an empty answer"},
  }
end

-- Solutions must pass, and empty starts must fail.
local function check_question(complaints, self, question)
  for _, trial in ipairs(trials(question)) do
    local typed, is_right, what = table.unpack(trial)
    local verdict, sentence = host.judge(self.tape, question.name, typed, {
      wanted = question.figures, figures = self.digits.figures, decimals = self.digits.decimals,
    })
    if (verdict == "right") ~= is_right then
      complaints[#complaints + 1] = format("%s: question %d (%s): %s, %s, is answered by: %s",
        self.path, question.number, question.name, what, host.describe(typed), sentence)
    end
  end
end

local function add_shown(shown, names, number)
  for _, name in ipairs(names) do
    shown[name] = shown[name] or number
  end
end

local function names_in(self, text)
  local names = {}
  for _, language in ipairs(checker.LANGUAGES) do
    for name in text[language]:gmatch(blocks.NAME_IN_TEXT) do
      names[#names + 1] = self.tape:entry(name).name
    end
  end
  return names
end

local function names_of(entries)
  local names = {}
  for i, entry in ipairs(entries) do
    names[i] = entry.name
  end
  return names
end

-- What is asked for must not have been told before.
local function check_order(complaints, self)
  local shown = {}
  for number, block in ipairs(self.blocks) do
    if block.kind == "text" then
      add_shown(shown, names_in(self, block.text), number)
    elseif block.kind == "show" then
      add_shown(shown, names_of(block.entries), number)
    elseif shown[block.name] then
      complaints[#complaints + 1] = format("%s: block %d asks for %s, which block %d has told",
        self.path, number, block.name, shown[block.name])
    end
  end
end

-- An array of what is wrong, and whether the lesson cannot be read at all.
function lint.complaints(name)
  local self, complaints, is_unreadable = lesson.load(name)
  if not self then
    return complaints, is_unreadable
  end
  complaints = {}
  check_id(complaints, self)
  check_order(complaints, self)
  for _, question in ipairs(self.questions) do
    check_question(complaints, self, question)
  end
  return complaints, false
end

function lint.lint(name)
  local complaints = lint.complaints(lesson.check_name(name))
  if #complaints == 0 then
    return host.page(words.say("nothing_wrong", name))
  end
  return host.page(concat(complaints, "\n"))
end

host.document(lint.lint, "lint(lesson) -> page",
  "What is wrong with a lesson file, all of it at once: what does not load, what is asked for "
  .. "after it was told, questions whose own value is refused or that an empty answer passes.")
host.complete(lint.lint, lesson.ids)

return lint
