#include "lua/file.h"

#include <errno.h>
#include <fcntl.h>
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

/* mkstemp makes files that only the owner reads; give what a plain open would have given. */
static void set_usual_mode(int file)
{
    mode_t mask = umask(0);
    umask(mask);
    fchmod(file, 0666 & ~mask);
}

int bs_file_write(const char *path, const char *text, size_t length, struct bs_error *err)
{
    char beside[4096];
    int size = snprintf(beside, sizeof beside, "%s.XXXXXX", path);
    if (size < 0 || (size_t)size >= sizeof beside)
        return bs_fail(err, BS_REFUSED, "the file name is too long");
    int file = mkstemp(beside);
    if (file < 0)
        return bs_fail(err, BS_REFUSED, "cannot write %s: %s", path, strerror(errno));
    set_usual_mode(file);
    bool written = write_all(file, text, length);
    int reason = errno;
    if (close(file) < 0 && written) {
        written = false;
        reason = errno;
    }
    if (written && rename(beside, path) == 0)
        return BS_OK;
    reason = written ? errno : reason;
    unlink(beside);
    return bs_fail(err, BS_REFUSED, "cannot write %s: %s", path, strerror(reason));
}
