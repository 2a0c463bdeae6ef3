#include "lua/file.h"

#include "lua/sandbox.h"
#include "lua/state.h"

#include <errno.h>
#include <fcntl.h>
#include <lauxlib.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool write_all(int file, const char *text, size_t length, bool is_flushed)
{
    while (length > 0) {
        ssize_t wrote = write(file, text, length);
        if (wrote < 0 && errno != EINTR)
            return false;
        if (wrote > 0) {
            text += wrote;
            length -= (size_t)wrote;
        }
    }
    return !is_flushed || fsync(file) == 0;
}

/*
 * What the file may be read and written by: as before where it replaces one, else as open would
 * have it.  Gives NULL, or the reason why there can be no such file.
 */
static const char *find_mode(mode_t *mode, const char *path)
{
    struct stat status;
    if (stat(path, &status) < 0) {
        const char *reason = errno == ENOENT ? NULL : strerror(errno);
        mode_t mask = umask(0);
        umask(mask);
        *mode = 0666 & ~mask;
        return reason;
    }
    *mode = status.st_mode & 0777;
    if (!S_ISREG(status.st_mode))
        return S_ISDIR(status.st_mode) ? strerror(EISDIR) : "it is not a regular file";
    return access(path, W_OK) == 0 ? NULL : strerror(errno);
}

/* Gives NULL or the reason.  `beside` ends in XXXXXX, for mkstemp. */
static const char *write_beside(char *beside, const char *path, mode_t mode, const char *text,
                                size_t length, bool is_flushed)
{
    int file = mkstemp(beside);
    if (file < 0)
        return strerror(errno);
    int reason = write_all(file, text, length, is_flushed) && fchmod(file, mode) == 0 ? 0 : errno;
    if (close(file) < 0 && reason == 0)
        reason = errno;
    if (reason == 0 && rename(beside, path) < 0)
        reason = errno;
    if (reason == 0)
        return NULL;
    unlink(beside);
    return strerror(reason);
}

/* Through a link to the file itself: what is beside must be on the same disk. */
static int write_file(const char *path, const char *text, size_t length, bool is_flushed,
                      struct bs_error *err)
{
    char target[PATH_MAX], beside[PATH_MAX + 8];
    mode_t mode = 0;
    if (!realpath(path, target))
        snprintf(target, sizeof target, "%s", path);
    snprintf(beside, sizeof beside, "%s.XXXXXX", target);
    const char *reason =
        strlen(path) < sizeof target ? find_mode(&mode, target) : strerror(ENAMETOOLONG);
    if (!reason)
        reason = write_beside(beside, target, mode, text, length, is_flushed);
    return reason ? bs_fail(err, BS_REFUSED, "cannot write \"%s\": %s", path, reason) : BS_OK;
}

void bs_file_write(lua_State *L, const char *path, const char *text, size_t length)
{
    struct bs_error err;
    bs_refuse_to_confined(L, "write files");
    bs_check(L, write_file(path, text, length, true, &err), &err);
}

void bs_file_write_unflushed(lua_State *L, const char *path, const char *text, size_t length)
{
    struct bs_error err;
    bs_refuse_to_confined(L, "write files");
    bs_check(L, write_file(path, text, length, false, &err), &err);
}

/* ---- reading --------------------------------------------------------------------------------- */

static int refuse_to_read(lua_State *L, const char *path, const char *reason)
{
    return luaL_error(L, "cannot read \"%s\": %s", path, reason);
}

/* The size of the file, which a session could hold. */
static size_t find_size(lua_State *L, const char *path)
{
    const size_t limit = bs_session(L)->memory_limit;
    struct stat status;
    if (stat(path, &status) < 0)
        refuse_to_read(L, path, strerror(errno));
    if (S_ISDIR(status.st_mode))
        refuse_to_read(L, path, strerror(EISDIR));
    if (!S_ISREG(status.st_mode))
        refuse_to_read(L, path, "it is not a regular file");
    if ((size_t)status.st_size >= limit)
        luaL_error(L, "cannot read \"%s\": it has %I bytes, and a session may hold %I", path,
                   (LUAI_UACINT)status.st_size, (LUAI_UACINT)limit);
    return (size_t)status.st_size;
}

/* Gives how many bytes there were, at most `most`, or -1.  What is no file does not make it wait.
 */
static ssize_t read_all(const char *path, char *bytes, size_t most)
{
    const int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    size_t length = 0;
    ssize_t got = file < 0 ? -1 : 1;
    while (got > 0 && length < most) {
        got = read(file, bytes + length, most - length);
        if (got > 0)
            length += (size_t)got;
        else if (got < 0 && errno == EINTR)
            got = 1;
    }
    const int reason = errno;
    if (file >= 0)
        close(file);
    errno = reason;
    return got < 0 ? -1 : (ssize_t)length;
}

/* The userdata is made before the file is open, since making it may raise an error. */
const char *bs_file_read(lua_State *L, const char *path, size_t *length)
{
    bs_refuse_to_confined(L, "read files");
    const size_t size = find_size(L, path);
    char *bytes = lua_newuserdatauv(L, size + 1, 0);
    const ssize_t got = read_all(path, bytes, size + 1);
    if (got < 0)
        refuse_to_read(L, path, strerror(errno));
    if ((size_t)got != size)
        refuse_to_read(L, path, "it changed while it was read");
    bytes[size] = '\0';
    *length = size;
    return bytes;
}
