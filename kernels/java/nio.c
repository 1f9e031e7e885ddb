/* java.nio wants one descriptor whose other end is closed, to put in the place of files that it
 * closes, and makes it as a pair of sockets. Judged programs get no sockets; a pipe serves as well.
 * Loaded before the C library (LD_PRELOAD). */
#include <unistd.h>

int socketpair(int domain, int type, int protocol, int ends[2]) {
  (void)domain;
  (void)type;
  (void)protocol;
  return pipe(ends);
}
