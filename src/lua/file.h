#ifndef BACKSTEP_LUA_FILE_H
#define BACKSTEP_LUA_FILE_H

#include "base/error.h"

#include <stddef.h>

/*
 * Write a whole file or nothing: beside it, flushed to the disk, then renamed over it.  Refused
 * with the path and the system's reason; the file is then as it was.
 */
int bs_file_write(const char *path, const char *text, size_t length, struct bs_error *err);

#endif
