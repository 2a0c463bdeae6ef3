#ifndef BACKSTEP_LUA_FILE_H
#define BACKSTEP_LUA_FILE_H

#include <lua.h>
#include <stddef.h>

/*
 * Write a whole file or nothing: beside it, flushed to the disk, then renamed over it.  Raises an
 * error with the path and the system's reason, the file then being as it was.  This is the only way
 * from Lua functions of ours to the disk, and it is closed to lessons (lua/sandbox.h).
 */
void bs_file_write(lua_State *L, const char *path, const char *text, size_t length);

#endif
