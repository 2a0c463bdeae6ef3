-- globals: learn
-- Lessons as a dialogue: what the author shows, and a question at a time.

local host = ...
local hints, lesson = host.require "hints", host.require "lesson"
local show, words = host.require "show", host.require "words"
local concat, format = table.concat, string.format
local say = words.say

local learn = {}

-- A dialogue: the lesson, the names of the entries seen so far, the block that comes next, and for
-- each question how it went:
--     typed           the last answer that could be read; later ones are judged with it
--     tries           the verdicts so far
--     hints           how many were given so far, and `hints_at` each try
--     is_revealed     its value was told, so that a further answer earns nothing
--     is_right        it was answered; `needed` so many tries
local function new_dialogue(self)
  local states = {}
  for i in ipairs(self.questions) do
    states[i] = {tries = {}, hints = 0, hints_at = {}}
  end
  return {lesson = self, seen = {}, states = states, next = 1}
end

local function print_text(text)
  if text ~= "" then
    host.write(text .. "\n")
  end
end

local function print_prose(...)
  host.write(host.prose(say(...), 0))
end

-- ---- hints ---------------------------------------------------------------------------------

local function say_hint(key, text, ...)
  host.write(say(key, ...) .. "\n" .. text)
end

-- The last of them is the value.
local function give_hint(dialogue, block, state)
  state.ladder = state.ladder or hints.ladder(dialogue.lesson, block)
  if state.hints < #state.ladder then
    state.hints = state.hints + 1
  end
  say_hint("hint", state.ladder[state.hints])
  if state.hints == #state.ladder then
    state.is_revealed = true
    print_prose "all_is_said"
  end
end

local function repeat_hint(state, number)
  if number >= 1 and number <= state.hints then
    say_hint("hint_again", state.ladder[number], number)
  else
    print_prose("no_such_hint", state.hints)
  end
end

-- A wrong answer brings a hint, unless it would cost something.
local function offer_hint(dialogue, block, state)
  if (dialogue.lesson.marking.hint or 0) == 0 then
    give_hint(dialogue, block, state)
  else
    print_prose "hint_to_be_had"
  end
end

-- ---- what can be typed ---------------------------------------------------------------------

local STAY, QUIT = "stay", "quit"
local commands = {}

commands["?"] = function(dialogue, block, state, rest)
  local number = math.tointeger(tonumber(rest))
  if number then
    repeat_hint(state, number)
  else
    give_hint(dialogue, block, state)
  end
  return STAY
end

function commands.help()
  print_prose "how_to_answer"
  return STAY
end

function commands.quit()
  return QUIT
end

function commands.skip(dialogue, block, state)
  if not state.is_right then
    print_prose "skipped"
    host.write(show.derivations(dialogue.lesson, {block.entry}, dialogue.seen))
    state.is_revealed = true
  end
end

function commands.back(dialogue)
  for i = dialogue.next - 2, 1, -1 do
    if dialogue.lesson.blocks[i].kind == "ask" then
      dialogue.next = i
      return
    end
  end
  print_prose "is_the_first"
  return STAY
end

local function show_values(dialogue)
  local lines = {}
  for _, entry in ipairs(dialogue.lesson.entries) do
    if dialogue.seen[entry.name] then
      lines[#lines + 1] = entry.shown .. " = " .. host.number(entry.value) .. "\n"
    end
  end
  host.write(concat(lines))
end

function commands.show(dialogue, _, _, name)
  if name == "" then
    show_values(dialogue)
    return STAY
  end
  local found, entry = pcall(dialogue.lesson.tape.entry, dialogue.lesson.tape, name)
  if not found then
    host.write(entry .. "\n")
  elseif not dialogue.seen[entry.name] then
    print_prose("to_come", entry.shown)
  else
    host.write(tostring(entry) .. "\n")
  end
  return STAY
end

for word, command in pairs {["？"] = "?", ["提示"] = "?", ["显示"] = "show", ["跳过"] = "skip",
  ["返回"] = "back", ["结束"] = "quit", ["帮助"] = "help"} do
  commands[word] = commands[command]
end

-- ---- answers -------------------------------------------------------------------------------

-- What moves on to the next question.
local ACCEPTED = {right = true, rounded = true, follows = true, convention = true, fault = true}

-- Judged with what was answered before, so that an own number can be gone on with.
local function judge(dialogue, block, typed)
  local lines = {}
  for i, question in ipairs(dialogue.lesson.questions) do
    local text = question == block and typed or dialogue.states[i].typed
    if text then
      lines[#lines + 1] = question.name .. " = " .. text
    end
  end
  return lesson.judge(dialogue.lesson, lines, block.name)
end

local function note_try(state, verdict, typed)
  state.typed = typed
  if not state.is_revealed then
    state.tries[#state.tries + 1] = verdict
    state.hints_at[#state.tries] = state.hints
  end
  state.count = (state.count or 0) + 1
end

local function take_answer(dialogue, block, state, typed)
  local verdict, sentence = judge(dialogue, block, typed)
  if verdict == "unreadable" then
    host.write(say("not_an_answer", sentence) .. "\n")
    print_prose "what_is_an_answer"
  else
    host.write(host.prose(sentence, 0))
  end
  if verdict == "coarse" or verdict == "unreadable" then
    return STAY
  end
  note_try(state, verdict, typed)
  if ACCEPTED[verdict] then
    if not state.is_right then
      state.is_right, state.needed = true, state.count
    end
    host.write(show.derivations(dialogue.lesson, {block.entry}, dialogue.seen))
    return
  end
  if not state.is_right then
    offer_hint(dialogue, block, state)
  end
  return STAY
end

local function takes(command, rest)
  return rest == "" or command == commands.show or (command == commands["?"] and rest:find "^%d+$")
end

-- "q = 6", to the question q, is 6.
local function without_name(block, line)
  local name, value = line:match "^%s*([^=]-)%s*=%s*(.*)$"
  if name and value ~= "" and (name == block.name or name == block.entry.shown) then
    return value
  end
  return line
end

-- "?2" is "? 2".
local function split(line)
  local number = line:match "^%s*%?(%d+)%s*$"
  if number then
    return "?", number
  end
  return line:match "^%s*(%S*)%s*(.-)%s*$"
end

local function take_line(dialogue, block, state, line)
  local word, rest = split(line)
  local command = commands[word]
  if command and takes(command, rest) then
    return command(dialogue, block, state, rest)
  elseif word == "" then
    return STAY
  end
  return take_answer(dialogue, block, state, without_name(block, line))
end

-- ---- the course of a lesson ----------------------------------------------------------------

local present = {}

function present.text(dialogue, block)
  print_text(show.prose(dialogue.lesson, block.text))
end

function present.show(dialogue, block)
  print_text(show.entries(dialogue.lesson, block, dialogue.seen))
end

for _, kind in ipairs {"derive", "explain", "prove", "overflow", "run"} do
  present[kind] = function(_, block)
    print_text(show.page(block))
  end
end

function present.ask(dialogue, block)
  local state = dialogue.states[block.number]
  host.write(say("question_of", block.number, #dialogue.lesson.questions, block.entry.shown)
    .. "   " .. show.worth(block) .. "\n")
  local line, outcome
  repeat
    line = host.read "> "
    outcome = line and take_line(dialogue, block, state, line)
  until not line or outcome ~= STAY
  if not line or outcome == QUIT then
    return QUIT
  end
  host.write "\n"
end

-- What each question was answered at its first, second, ... try, as host.mark takes it; hints count
-- or do not.
local function attempts_of(dialogue, counts_hints)
  local attempts, most = {}, 0
  for _, state in ipairs(dialogue.states) do
    most = math.max(most, #state.tries)
  end
  for i = 1, most do
    attempts[i] = {verdicts = {}, hints = {}}
    for k, state in ipairs(dialogue.states) do
      attempts[i].verdicts[k] = state.tries[i] or "unanswered"
      attempts[i].hints[k] = counts_hints and state.hints_at[i] or 0
    end
  end
  return attempts
end

local function tell_points(dialogue)
  local key, hints_given = lesson.key(dialogue.lesson), 0
  for _, state in ipairs(dialogue.states) do
    hints_given = hints_given + state.hints
  end
  local _, points, most = host.mark(key, attempts_of(dialogue, true))
  local _, without_hints = host.mark(key, attempts_of(dialogue, false))
  if without_hints > points then
    print_prose("cost_of_hints", hints_given, format("%.4g", without_hints - points))
  end
  print_prose("score", format("%.4g", points), format("%.4g", most))
end

local function summarise(dialogue)
  local first, later, wrong = 0, 0, 0
  for _, state in ipairs(dialogue.states) do
    if state.is_right then
      first = first + (state.needed == 1 and 1 or 0)
      later = later + (state.needed > 1 and 1 or 0)
    elseif state.count then
      wrong = wrong + 1
    end
  end
  local count = #dialogue.states
  print_prose("summary", first + later, count, first, later, wrong, count - first - later - wrong)
  tell_points(dialogue)
  return wrong
end

local function go_through(self)
  local dialogue = new_dialogue(self)
  if #self.questions > 0 then
    lesson.key(self) -- what cannot be judged is refused before anything is asked
  end
  host.write(show.title(self) .. "\n")
  print_text(host.prose(say(#self.questions > 0 and "how_to_answer" or "no_questions"), 0))
  while self.blocks[dialogue.next] do
    local block = self.blocks[dialogue.next]
    dialogue.next = dialogue.next + 1
    if present[block.kind](dialogue, block) == QUIT then
      print_prose "stopped"
      break
    end
  end
  return #self.questions > 0 and summarise(dialogue) or 0
end

-- Go through a lesson with whoever is at the keyboard; gives how many answers stayed wrong.
function learn.go_through(self)
  return host.with_digits(self.digits, go_through, self)
end

function learn.learn(name, seed)
  if name == nil then
    return show.show()
  end
  learn.go_through(lesson.need(name, seed))
end

host.document(learn.learn, 'learn([lesson, [seed]])',
  "Go through a lesson: it tells, shows, and asks for one value at a time. The lesson is named by "
  .. "its id or the path of its file; a seed makes a variant of its figures where it has any. "
  .. "Without a name: the lessons there are.")
host.complete(learn.learn, lesson.ids)

return learn
