#include "lua/file.h"

#include "lua/sandbox.h"
#include "lua/state.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool write_all(int file, const char *text, size_t length)
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
    return fsync(file) == 0;
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
                                size_t length)
{
    int file = mkstemp(beside);
    if (file < 0)
        return strerror(errno);
    int reason = write_all(file, text, length) && fchmod(file, mode) == 0 ? 0 : errno;
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
static int write_file(const char *path, const char *text, size_t length, struct bs_error *err)
{
    char target[PATH_MAX], beside[PATH_MAX + 8];
    mode_t mode = 0;
    if (!realpath(path, target))
        snprintf(target, sizeof target, "%s", path);
    snprintf(beside, sizeof beside, "%s.XXXXXX", target);
    const char *reason =
        strlen(path) < sizeof target ? find_mode(&mode, target) : strerror(ENAMETOOLONG);
    if (!reason)
        reason = write_beside(beside, target, mode, text, length);
    return reason ? bs_fail(err, BS_REFUSED, "cannot write \"%s\": %s", path, reason) : BS_OK;
}

void bs_file_write(lua_State *L, const char *path, const char *text, size_t length)
{
    struct bs_error err;
    bs_refuse_to_confined(L, "write files");
    bs_check(L, write_file(path, text, length, &err), &err);
}
