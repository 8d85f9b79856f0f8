/* Calls of the C library that write below one folder fail, or kill the process, from the k-th on.
 *
 * Preloaded, it stands before every library of the process: Python, polars, HDF5. Told by the environment:
 *   FAULT_UNDER  folder; calls elsewhere pass through.
 *   FAULT_AT     number of the first writing call that fails, from 1; 0 lets all pass.
 *   FAULT_ERROR  errno, or 0: the process kills itself with SIGKILL at that call.
 *   FAULT_DEPTH  0: what needs space fails: a full disk. 1: what changes anything, removing and renaming too: a disk
 *                become read-only. 2: every call, reading too: a lost network mount.
 *   FAULT_COUNT  file that the number of writing calls is written to at the end.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind { SPACE, REMOVAL, READING };

static long calls;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static long number(const char *name) {
    const char *text = getenv(name);
    return text ? atol(text) : 0;
}

static int below(const char *path) {
    const char *folder = getenv("FAULT_UNDER");
    size_t length = folder ? strlen(folder) : 0;
    return length && !strncmp(path, folder, length) && (path[length] == '/' || !path[length]);
}

static int place(int fd, char *out, size_t size) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, out, size - 1);
    if (length < 0) return 0;
    out[length] = 0;
    return 1;
}

static int ours_at(int fd, const char *path) {
    char whole[8192], folder[4096];
    if (!path) return 0;
    if (path[0] == '/') return below(path);
    if (fd == AT_FDCWD ? !getcwd(folder, sizeof folder) : !place(fd, folder, sizeof folder)) return 0;
    snprintf(whole, sizeof whole, "%s/%s", folder, path);
    return below(whole);
}

static int ours(int fd) {
    char path[4096];
    return place(fd, path, sizeof path) && below(path);
}

/* Returns whether the call is to fail; errno says why. */
static int fails(enum kind kind) {
    long at = number("FAULT_AT"), error = number("FAULT_ERROR");
    pthread_mutex_lock(&lock);
    long now = kind == READING ? calls : ++calls;
    pthread_mutex_unlock(&lock);
    if (!at || now < at) return 0;
    if (!error && kind != READING) syscall(SYS_kill, getpid(), SIGKILL);
    if (!error || kind > number("FAULT_DEPTH")) return 0;
    errno = (int)error;
    return 1;
}

__attribute__((destructor)) static void tell(void) {
    const char *path = getenv("FAULT_COUNT");
    char text[32];
    if (!path || !calls) return;
    int fd = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    syscall(SYS_write, fd, text, snprintf(text, sizeof text, "%ld", calls));
    syscall(SYS_close, fd);
}

#define REAL(name) static __typeof__(name) *real; if (!real) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

#define WRITER(name, declared, given)                        \
    ssize_t name declared {                                  \
        REAL(name);                                          \
        if (ours(fd) && fails(SPACE)) return -1;             \
        return real given;                                   \
    }
WRITER(write, (int fd, const void *data, size_t size), (fd, data, size))
WRITER(pwrite, (int fd, const void *data, size_t size, off_t at), (fd, data, size, at))
WRITER(pwrite64, (int fd, const void *data, size_t size, off64_t at), (fd, data, size, at))
WRITER(writev, (int fd, const struct iovec *data, int count), (fd, data, count))

#define ON_FILE(name, declared, given)                       \
    int name declared {                                      \
        REAL(name);                                          \
        if (ours(fd) && fails(SPACE)) return -1;             \
        return real given;                                   \
    }
ON_FILE(fsync, (int fd), (fd))
ON_FILE(fdatasync, (int fd), (fd))
ON_FILE(ftruncate, (int fd, off_t size), (fd, size))
ON_FILE(ftruncate64, (int fd, off64_t size), (fd, size))

#define ON_PATH(name, kind, declared, at, path, given)       \
    int name declared {                                      \
        REAL(name);                                          \
        if (ours_at(at, path) && fails(kind)) return -1;     \
        return real given;                                   \
    }
ON_PATH(mkdir, SPACE, (const char *path, mode_t mode), AT_FDCWD, path, (path, mode))
ON_PATH(mkdirat, SPACE, (int at, const char *path, mode_t mode), at, path, (at, path, mode))
ON_PATH(link, SPACE, (const char *from, const char *to), AT_FDCWD, to, (from, to))
ON_PATH(linkat, SPACE, (int a, const char *from, int b, const char *to, int how), b, to, (a, from, b, to, how))
ON_PATH(rename, REMOVAL, (const char *from, const char *to), AT_FDCWD, to, (from, to))
ON_PATH(renameat, REMOVAL, (int a, const char *from, int b, const char *to), b, to, (a, from, b, to))
ON_PATH(unlink, REMOVAL, (const char *path), AT_FDCWD, path, (path))
ON_PATH(unlinkat, REMOVAL, (int at, const char *path, int how), at, path, (at, path, how))
ON_PATH(rmdir, REMOVAL, (const char *path), AT_FDCWD, path, (path))
ON_PATH(stat, READING, (const char *path, struct stat *out), AT_FDCWD, path, (path, out))
ON_PATH(stat64, READING, (const char *path, struct stat64 *out), AT_FDCWD, path, (path, out))
ON_PATH(lstat, READING, (const char *path, struct stat *out), AT_FDCWD, path, (path, out))
ON_PATH(lstat64, READING, (const char *path, struct stat64 *out), AT_FDCWD, path, (path, out))
ON_PATH(statx, READING, (int at, const char *path, int how, unsigned mask, struct statx *out), at, path,
        (at, path, how, mask, out))

#define OPENER(name, declared, at, given)                                          \
    int name declared {                                                            \
        REAL(name);                                                                \
        va_list rest;                                                              \
        va_start(rest, how);                                                       \
        mode_t mode = how & (O_CREAT | __O_TMPFILE) ? va_arg(rest, mode_t) : 0;    \
        va_end(rest);                                                              \
        enum kind kind = how & O_CREAT ? SPACE : READING;                          \
        if (ours_at(at, path) && fails(kind)) return -1;                           \
        return real given;                                                         \
    }
OPENER(open, (const char *path, int how, ...), AT_FDCWD, (path, how, mode))
OPENER(open64, (const char *path, int how, ...), AT_FDCWD, (path, how, mode))
OPENER(openat, (int at, const char *path, int how, ...), at, (at, path, how, mode))
OPENER(openat64, (int at, const char *path, int how, ...), at, (at, path, how, mode))
