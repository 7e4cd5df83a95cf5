/* A disk that is looked at: put before the C library with LD_PRELOAD, it writes down what is done to files.
 *
 *   TRACED_DISK_ROOT  each folder in this one is a disk: what is done to root/name/... is appended to root/name.trace
 *
 * Whatever changes something is a record: the numbers below, the path if there is one, and the bytes if there are some.
 * Calls that nobody here makes are not looked at; who reads a trace compares what comes of it with what is there.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include "files.h"

enum { MAKE = 1, FOLDER, WRITE, LENGTH, SYNC, SYNC_FOLDER, LINK, REMOVE };

struct record {
    uint32_t kind, path;
    uint64_t file, at, bytes;
};

/* The path of a disk's trace, and the path on the disk; 0 if that is no path on a disk, or one that means nothing. */
static const char *on_disk(const char *path, char *trace, size_t size) {
    const char *root = getenv("TRACED_DISK_ROOT");
    size_t length = root == NULL ? 0 : strlen(root), all = strlen(path);
    if (length == 0 || strncmp(path, root, length) != 0 || path[length] != '/') return NULL;
    const char *name = path + length + 1, *end = strchr(name, '/');
    if (end == NULL) end = path + all;
    /* The memory that processes share is gone with the last of them. */
    if (all > 4 && strcmp(path + all - 4, "-shm") == 0) return NULL;
    int written = snprintf(trace, size, "%.*s.trace", (int)(end - path), path);
    /* A trace is in no disk. */
    if (written >= (int)size || strstr(name, ".trace") != NULL) return NULL;
    return *end == '/' ? end + 1 : end;
}

static void tell(const char *trace, struct record record, const char *path, const void *bytes) {
    static int (*real)(const char *, int, ...);
    REAL(open);
    int before = errno, fd = real(trace, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    record.path = path == NULL ? 0 : (uint32_t)strlen(path);
    struct iovec parts[] = {
        {&record, sizeof record}, {(void *)path, record.path}, {(void *)bytes, record.bytes}};
    ssize_t size = (ssize_t)(sizeof record + record.path + record.bytes);
    /* What cannot be told must not be taken for nothing. */
    if (fd < 0 || writev(fd, parts, 3) != size) abort();
    close(fd);
    errno = before;
}

static void tell_of_path(const char *path, struct record record) {
    char trace[4096];
    const char *name = on_disk(path, trace, sizeof trace);
    if (name != NULL) tell(trace, record, name, NULL);
}

static void tell_of_file(int fd, struct record record, const void *bytes) {
    char path[4096], trace[4096];
    struct stat status;
    if (!path_of(fd, path, sizeof path)) return;
    const char *name = on_disk(path, trace, sizeof trace);
    if (name == NULL || fstat(fd, &status) != 0) return;
    record.file = status.st_ino;
    if (S_ISDIR(status.st_mode)) {
        record.kind = SYNC_FOLDER;
        tell(trace, record, name, NULL);
    } else {
        tell(trace, record, NULL, bytes);
    }
}

#define OPEN(name)                                                                             \
    int name(const char *path, int flags, ...) {                                               \
        static int (*real)(const char *, int, ...);                                            \
        REAL(name);                                                                            \
        va_list rest;                                                                          \
        va_start(rest, flags);                                                                 \
        mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;         \
        va_end(rest);                                                                          \
        int before = errno, is_new = (flags & O_CREAT) != 0 && access(path, F_OK) != 0;        \
        errno = before;                                                                        \
        int fd = real(path, flags, mode);                                                      \
        struct stat status;                                                                    \
        if (fd >= 0 && is_new && fstat(fd, &status) == 0)                                      \
            tell_of_path(path, (struct record){.kind = MAKE, .file = status.st_ino});          \
        if (fd >= 0 && (flags & O_TRUNC) != 0)                                                 \
            tell_of_file(fd, (struct record){.kind = LENGTH}, NULL);                           \
        return fd;                                                                             \
    }

OPEN(open)
OPEN(open64)

#define PWRITE(name, off)                                                                                    \
    ssize_t name(int fd, const void *bytes, size_t size, off at) {                                           \
        static ssize_t (*real)(int, const void *, size_t, off);                                              \
        REAL(name);                                                                                          \
        ssize_t done = real(fd, bytes, size, at);                                                            \
        if (done > 0)                                                                                        \
            tell_of_file(fd, (struct record){.kind = WRITE, .at = (uint64_t)at, .bytes = (uint64_t)done}, bytes); \
        return done;                                                                                         \
    }

PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

ssize_t write(int fd, const void *bytes, size_t size) {
    static ssize_t (*real)(int, const void *, size_t);
    REAL(write);
    ssize_t done = real(fd, bytes, size);
    int before = errno;
    off_t end = done > 0 ? lseek(fd, 0, SEEK_CUR) : -1;
    if (done > 0 && end >= done)
        tell_of_file(fd, (struct record){.kind = WRITE, .at = (uint64_t)(end - done), .bytes = (uint64_t)done}, bytes);
    errno = before;
    return done;
}

#define TRUNCATE(name, off)                                                                       \
    int name(int fd, off length) {                                                                \
        static int (*real)(int, off);                                                             \
        REAL(name);                                                                               \
        int done = real(fd, length);                                                              \
        if (done == 0) tell_of_file(fd, (struct record){.kind = LENGTH, .at = (uint64_t)length}, NULL); \
        return done;                                                                              \
    }

TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

#define SYNC_CALL(name)                                                         \
    int name(int fd) {                                                          \
        static int (*real)(int);                                                \
        REAL(name);                                                             \
        int done = real(fd);                                                    \
        if (done == 0) tell_of_file(fd, (struct record){.kind = SYNC}, NULL);   \
        return done;                                                            \
    }

SYNC_CALL(fsync)
SYNC_CALL(fdatasync)

int mkdir(const char *path, mode_t mode) {
    static int (*real)(const char *, mode_t);
    REAL(mkdir);
    int done = real(path, mode);
    if (done == 0) tell_of_path(path, (struct record){.kind = FOLDER});
    return done;
}

int unlink(const char *path) {
    static int (*real)(const char *);
    REAL(unlink);
    int done = real(path);
    if (done == 0) tell_of_path(path, (struct record){.kind = REMOVE});
    return done;
}

/* Paths are absolute here, so that the folders that they would be relative to do not matter. */
int linkat(int from_folder, const char *from, int to_folder, const char *to, int flags) {
    static int (*real)(int, const char *, int, const char *, int);
    REAL(linkat);
    int done = real(from_folder, from, to_folder, to, flags);
    struct stat status;
    if (done == 0 && stat(to, &status) == 0)
        tell_of_path(to, (struct record){.kind = LINK, .file = status.st_ino});
    return done;
}
