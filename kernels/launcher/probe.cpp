// A program that leaks, and that says whether it could open a socket, write a file, fork: what the
// judge runs in a tier of isolation before it trusts it.
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "rlsf.h"

static int* lost;

static void probe() {
  rlsf_emit(socket(AF_INET, SOCK_STREAM, 0) < 0);
  rlsf_emit(open("probe.txt", O_CREAT | O_WRONLY, 0600) < 0);
  rlsf_emit(fork() < 0);
  lost = new int[3];
  lost = nullptr;
}

static const rlsf_case cases[] = {probe};
static const rlsf_case* const table = cases;
extern const rlsf_program rlsf_programs[] = {{&table, 1, nullptr}};
extern const int rlsf_program_count = 1;
