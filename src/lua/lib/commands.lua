-- The program's commands: `backstep NAME ARG...` calls the function of that name with its arguments
-- and ends with the status it gives.  None is 0.

local host = ...
local commands = {}

local FAILED, UNUSABLE = 1, 2

function commands.help(...)
  local topics = {...}
  if #topics == 0 then
    print(help())
  end
  for _, topic in ipairs(topics) do
    print(help(topic))
  end
end
host.document(commands.help, "backstep help [NAME...]",
  "What help() tells of each name at the prompt.")

-- The lessons among the arguments, and the number after --seed.  Nothing, after a complaint, where
-- they are unusable.
local function read_lessons(...)
  local names, seed, expects_seed = {}, nil, false
  for _, argument in ipairs {...} do
    local value = argument:match "^%-%-seed=(.*)$" or expects_seed and argument
    if argument == "--seed" and not expects_seed then
      expects_seed = true
    elseif value then
      seed, expects_seed = math.tointeger(tonumber(value)), false
      if not seed then
        host.complain("--seed must be a whole number, got " .. value)
        return
      end
    elseif argument:find "^%-%-" then
      host.complain("unknown option " .. argument .. host.nearest(argument, {"--seed", "--lang"}))
      return
    else
      names[#names + 1] = argument
    end
  end
  if expects_seed then
    host.complain "nothing follows --seed"
    return
  end
  return names, seed
end

-- Load each lesson and do something with it; gives the greatest status of f, or that of the first
-- lesson that cannot be used.
local function for_each_lesson(f, ...)
  local names, seed = read_lessons(...)
  local status = names and 0 or UNUSABLE
  for i, name in ipairs(names or {}) do
    local lesson, complaints = host.require("lesson").load(name, seed)
    if not lesson then
      host.complain(table.concat(complaints, "\n"))
      return UNUSABLE
    end
    status = math.max(status, f(lesson, i) or 0)
  end
  if names and #names == 0 then
    host.write(host.require("show").list())
  end
  return status
end

function commands.show(...)
  local show = host.require "show"
  return for_each_lesson(function(lesson, i)
    host.write((i > 1 and "\n" or "") .. show.solution(lesson))
  end, ...)
end
host.document(commands.show, "backstep show [LESSON... [--seed N]]",
  "A lesson's worked solution; without LESSON the lessons there are.")

function commands.learn(...)
  local learn = host.require "learn"
  return for_each_lesson(function(lesson)
    return learn.go_through(lesson) > 0 and FAILED or 0
  end, ...)
end
host.document(commands.learn, "backstep learn [LESSON... [--seed N]]",
  "A lesson, interactively. The status is 1 when answers stayed wrong.")

function commands.lint(...)
  local names = read_lessons(...)
  local status = names and 0 or UNUSABLE
  local lint, words = host.require "lint", host.require "words"
  for _, name in ipairs(names and #names == 0 and host.require("lesson").ids() or names or {}) do
    local complaints, is_unreadable = lint.complaints(name)
    if is_unreadable then
      host.complain(complaints[1])
      status = UNUSABLE
    elseif #complaints > 0 then
      host.write(table.concat(complaints, "\n") .. "\n")
      status = math.max(status, FAILED)
    else
      host.write(words.say("nothing_wrong", name) .. "\n")
    end
  end
  return status
end
host.document(commands.lint, "backstep lint [LESSON...]",
  "What is wrong with lesson files; without LESSON of those there are. The status is 1 when "
  .. "something is.")

return commands
