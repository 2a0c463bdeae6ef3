-- Answers at the prompt.

local lu = require "luaunit"
local _, without_a_lesson = pcall(answer, "g_1", "1")

TestAnswers = {}

function TestAnswers.setUp()
  lesson "slides-example"
end

-- The slides' own numbers: 0.69 for 0.6903, and g_1 = (0.5 - 0.69)*0.69*(1 - 0.69).
function TestAnswers.test_what_was_rounded_on_the_way_is_right()
  lu.assertEquals(tostring(answer("y_1", "0.69")), "Right.")
  lu.assertStrContains(tostring(answer("g_1", "-0.0406")), "Right")
end

function TestAnswers.test_earlier_answers_are_remembered()
  lu.assertStrContains(tostring(answer("y_1", "0.79")), "Wrong")
  -- (0.5 - 0.79)*0.79*(1 - 0.79)
  lu.assertStrContains(tostring(answer("g_1", "-0.0481")), "given your y_1")
  lu.assertEquals(tostring(answer("y_1", "0.690")), "Right.")
  lu.assertStrContains(tostring(answer("g_1", "-0.0481")), "Wrong")
end

function TestAnswers.test_a_lesson_loaded_again_begins_anew()
  answer("y_1", "0.79")
  lesson "slides-example"
  lu.assertStrContains(tostring(answer("g_1", "-0.0481")), "Wrong")
end

function TestAnswers.test_a_value_that_nobody_asks_for_is_judged_too()
  lu.assertEquals(tostring(answer("dw_11", "-0.0277")), "Right.")
  lu.assertEquals(tostring(answer("w_11'", "0.2723")), "Right.")
end

function TestAnswers.test_an_expression_may_use_what_was_answered()
  answer("beta_1", "0.755")
  lu.assertEquals(tostring(answer("beta_2", "0.755 - 0.075")), "Right.")
  lu.assertEquals(tostring(answer("alpha_1", "0.3*0.6803 + 0.9*0.6637")), "Right.")
end

function TestAnswers.test_what_cannot_be_judged_is_refused_and_changes_nothing()
  answer("y_1", "0.79")
  for _, case in ipairs {
    {"g_1", -0.0406, 'the digits that are typed count, so an answer is a string, as in '
      .. 'answer("g_1", "-0.0406"), got -0.0406'},
    {1, "2", "an answer is to an entry, named by a string, got 1"},
    {"eta", "1", "eta is given: there is nothing to work out"},
    {"gg_1", "1", 'there is no entry called "gg_1": did you mean g_1?'},
    {"y_1", "six", "there is no number called six"},
    {"y_1", "1\ng_1 = 2", "an answer is one line"},
  } do
    local name, value, message = table.unpack(case)
    lu.assertErrorMsgContains(message, answer, name, value)
  end
  lu.assertStrContains(tostring(answer("g_1", "-0.0481")), "given your y_1")
end

function TestAnswers.test_without_a_lesson_it_says_what_to_do()
  lu.assertStrContains(without_a_lesson,
    'there is no lesson to answer: load one first, as in t = lesson "slides-example"')
end

os.exit(require("luaunit").LuaUnit.run(), true)
