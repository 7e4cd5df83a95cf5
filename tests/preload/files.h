/* What the libraries here have in common: they are put before the C library with LD_PRELOAD, and look at its calls. */

#include <dlfcn.h>
#include <stdio.h>
#include <sys/types.h>
#include <unistd.h>

/* The function of the C library that is hidden by the one of this name. */
#define REAL(name) \
    if (real == NULL) real = dlsym(RTLD_NEXT, #name)

/* The path of an open file; 0 if it cannot be told. */
static int path_of(int fd, char *path, size_t size) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, size - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    return 1;
}
