#ifndef BACKSTEP_LUA_FILE_H
#define BACKSTEP_LUA_FILE_H

#include <lua.h>
#include <stddef.h>

/*
 * Write a whole file or nothing: beside it, flushed to the disk, then renamed over it.  Raises an
 * error with the path and the system's reason, the file then being as it was.  This and reading are
 * the only ways from Lua functions of ours to the disk, and closed to lessons (lua/sandbox.h).
 */
void bs_file_write(lua_State *L, const char *path, const char *text, size_t length);

/*
 * The same, but not flushed: for thousands of files that can all be made again, each of which would
 * wait for the disk.  A process that is killed leaves a whole file or none; a machine that loses
 * its power may leave an empty one.
 */
void bs_file_write_unflushed(lua_State *L, const char *path, const char *text, size_t length);

/*
 * Push a userdata with the bytes of a file, and a 0 after them, and give their address.  Raises an
 * error for what is no regular file, so that nothing hangs, and for one that the memory of the
 * session has no room for.
 */
const char *bs_file_read(lua_State *L, const char *path, size_t *length);

#endif
