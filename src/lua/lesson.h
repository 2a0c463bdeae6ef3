#ifndef BACKSTEP_LUA_LESSON_H
#define BACKSTEP_LUA_LESSON_H

#include <lua.h>

/*
 * What lib/lesson.lua and its neighbours need of C, as functions of `host`:
 *     host.functions()                   the names of the functions that formulas and scripts have
 *     host.nearest(name, names)          ": did you mean NAME?" or ""
 *     host.rng(seed, [draw])             random numbers, an object
 *     host.is_tape(value)
 *     host.describe(value)               how a message names a value
 *     host.page(text)                    text that the prompt shows as it is
 *     host.with_digits(digits, f, ...)   f(...), its numbers shown with {figures = n} or
 *                                        {decimals = n}
 *     host.number(value)                 a number as it is shown
 *     host.phase(name)                   the heading of a phase
 *     host.prose(text, indent)           running text in lines
 *     host.width(text)                   its columns
 *     host.lesson_directory()            where lessons are looked for by id
 *     host.lesson_files(directory)       the names of the files in it that end in .lua, sorted
 */
void bs_open_lesson(lua_State *L);

#endif
