/* A disk that fails: put before the C library with LD_PRELOAD, it lets the n-th write or sync of some files fail.
 *
 *   FAULTY_DISK_PATH   only files whose path contains this text; without it, nothing fails
 *   FAULTY_DISK_NTH    which write or sync fails, counted from 1 over all of these files; 0 for none
 *   FAULTY_DISK_ERRNO  ENOSPC or EIO; or SHORT: half of a write is done, and a sync fails with EIO
 *   FAULTY_DISK_MODE   once, or always: from the n-th on
 *   FAULTY_DISK_COUNT  a file that the number of writes and syncs is written to, at each of them
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "files.h"

enum { PASS = 0, SHORT = -1 };

static atomic_long calls;

static int is_ours(int fd) {
    const char *text = getenv("FAULTY_DISK_PATH");
    char path[4096];
    return text != NULL && path_of(fd, path, sizeof path) && strstr(path, text) != NULL;
}

static void note(long number) {
    const char *name = getenv("FAULTY_DISK_COUNT");
    char text[32];
    if (name == NULL) return;
    int fd = open(name, O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (fd < 0) return;
    int length = snprintf(text, sizeof text, "%ld\n", number);
    ssize_t (*real)(int, const void *, size_t) = dlsym(RTLD_NEXT, "write");
    if (real(fd, text, (size_t)length) < 0) { /* Counting is worth no trouble. */ }
    close(fd);
}

/* Which error this call has; PASS for none, and SHORT for half of it. */
static int fault(int fd) {
    if (!is_ours(fd)) return PASS;
    long number = atomic_fetch_add(&calls, 1) + 1;
    note(number);
    const char *nth = getenv("FAULTY_DISK_NTH"), *mode = getenv("FAULTY_DISK_MODE");
    const char *name = getenv("FAULTY_DISK_ERRNO");
    long at = nth == NULL ? 0 : atol(nth);
    int always = mode != NULL && strcmp(mode, "always") == 0;
    if (at == 0 || number < at || (number > at && !always)) return PASS;
    if (name != NULL && strcmp(name, "SHORT") == 0) return SHORT;
    return name != NULL && strcmp(name, "EIO") == 0 ? EIO : ENOSPC;
}

/* Makes a write and its 64-bit twin: after half of it, the rest fails for want of room when it is tried again. */
#define WRITE(name, extra, pass)                                              \
    ssize_t name(int fd, const void *data, size_t size extra) {               \
        static ssize_t (*real)(int, const void *, size_t extra);              \
        REAL(name);                                                           \
        int error = fault(fd);                                                \
        if (error == SHORT && size > 1) return real(fd, data, size / 2 pass); \
        if (error == SHORT) error = ENOSPC;                                   \
        if (error != PASS) return errno = error, -1;                          \
        return real(fd, data, size pass);                                     \
    }

#define COMMA ,
#define AT COMMA off_t at
#define AT64 COMMA off64_t at
#define PASS_AT COMMA at

WRITE(write, , )
WRITE(pwrite, AT, PASS_AT)
WRITE(pwrite64, AT64, PASS_AT)

/* Makes a call that is done or fails. */
#define CALL(name, extra, pass)                            \
    int name(int fd extra) {                               \
        static int (*real)(int extra);                     \
        REAL(name);                                        \
        int error = fault(fd);                             \
        if (error == SHORT) error = EIO;                   \
        if (error != PASS) return errno = error, -1;       \
        return real(fd pass);                              \
    }

#define LENGTH COMMA off_t length
#define LENGTH64 COMMA off64_t length
#define PASS_LENGTH COMMA length

CALL(fsync, , )
CALL(fdatasync, , )
CALL(ftruncate, LENGTH, PASS_LENGTH)
CALL(ftruncate64, LENGTH64, PASS_LENGTH)
