// Linked into every judged program: what starts in place of `main`. Compiled without sanitizers.
//
//   unit batch cpuMs wallMs memoryMiB outputBytes processes   supervises one forked child per program
//   unit cases cpuMs                                          is the child (the launcher supervises)
//   unit main cpuMs [arguments]                               the same, runs the program's own `main`
#include <execinfo.h>
#include <link.h>
#include <sys/time.h>
#include <ucontext.h>

#include "rlsf.h"
#include "supervise.h"

extern "C" unsigned long __sanitizer_get_current_allocated_bytes();

extern const rlsf_program rlsf_programs[];
extern const int rlsf_program_count;

// Where the shared cases of a problem jump to (shared-cases.ts).
extern "C" {
void* rlsf_target = nullptr;
}

// Linked with --wrap=main: this is the program's own, null where it has none.
extern "C" int __real_main(int, char**, char**) __attribute__((weak));

namespace {

volatile int currentCase = -1;
// Until it is known, nothing that is written can be taken for a success.
char secret[RLSF_SECRET_SIZE + 1];
unsigned long unitBase = 0;
unsigned long unitEnd = 0;

void put(int fd, const char* data, unsigned long size) {
  while (size > 0) {
    const ssize_t n = write(fd, data, size);
    if (n <= 0) return;
    data += n;
    size -= static_cast<unsigned long>(n);
  }
}

int findUnit(dl_phdr_info* info, size_t, void*) {
  // The first object is the program itself.
  unitBase = info->dlpi_addr;
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const unsigned long end = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr + info->dlpi_phdr[i].p_memsz;
    if (info->dlpi_phdr[i].p_type == PT_LOAD && end > unitEnd) unitEnd = end;
  }
  return 1;
}

unsigned long interruptedAt(void* context) {
  const auto* state = static_cast<const ucontext_t*>(context);
#if defined(__x86_64__)
  return static_cast<unsigned long>(state->uc_mcontext.gregs[REG_RIP]);
#elif defined(__aarch64__)
  return static_cast<unsigned long>(state->uc_mcontext.pc);
#else
  return 0;
#endif
}

// CPU time is up (SIGPROF), or the supervisor asks where we are (SIGUSR2): say it, and end.
void onStop(int number, siginfo_t*, void* context) {
  void* stack[96];
  char line[96];
  const int depth = backtrace(stack, 96);
  const unsigned long top = interruptedAt(context);
  int first = 0;
  for (int i = 0; i < depth; i++)
    if (reinterpret_cast<unsigned long>(stack[i]) == top) first = i;
  put(RLSF_STOPS, line, static_cast<unsigned long>(snprintf(
    line, sizeof line, "\nRLSF-STOP %s\n", number == SIGPROF ? "cpu" : "asked")));
  for (int i = first; i < depth; i++) {
    const unsigned long pc = reinterpret_cast<unsigned long>(stack[i]) - (i == first ? 0 : 1);
    const bool ours = pc >= unitBase && pc < unitEnd;
    put(RLSF_STOPS, line, static_cast<unsigned long>(snprintf(
      line, sizeof line, "    #%d 0x%lx  (%s+0x%lx)\n", i - first, pc, ours ? "unit" : "library",
      ours ? pc - unitBase : pc)));
  }
  kill(getpid(), SIGKILL);
}

// `secret=3`: case 3 came to its end; `secret!`: all did.
void claim(char what, int index) {
  char line[RLSF_SECRET_SIZE + 16];
  const int size = what == '=' ? snprintf(line, sizeof line, "%s=%d\n", secret, index)
                               : snprintf(line, sizeof line, "%s!\n", secret);
  put(RLSF_RESULTS, line, static_cast<unsigned long>(size));
}

// What a failed assertion of a case throws: only we catch it by this name.
struct FailedAssertion {};

// LeakSanitizer looks through all memory of the process, 3 ms each time. Where as many bytes are
// allocated as before the program began, it would find nothing: then the process ends here, the last
// of its exit handlers but those of the sanitizers. It is asked for before any constructor of the
// program, so that all its destructors come first.
unsigned long allocatedAtStart = 0;

void endWhereNothingIsLost(int status, void*) {
  if (allocatedAtStart == 0 || __sanitizer_get_current_allocated_bytes() != allocatedAtStart) return;
  fflush(nullptr);
  _exit(status);
}


void prepare(long cpuMs) {
  dl_iterate_phdr(findUnit, nullptr);
  allocatedAtStart = __sanitizer_get_current_allocated_bytes();

  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = onStop;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigaction(SIGPROF, &action, nullptr);
  sigaction(SIGUSR2, &action, nullptr);
  const itimerval timer = {{0, 50000}, {cpuMs / 1000, (cpuMs % 1000) * 1000}};
  setitimer(ITIMER_PROF, &timer, nullptr);
}

bool runsAlone(int argc, char** argv) {
  return argc >= 3 && (strcmp(argv[1], "cases") == 0 || strcmp(argv[1], "main") == 0);
}

// The program's own constructors may already be endless. A batch has none, and each of its children
// prepares for itself.
__attribute__((constructor(101))) void beforeTheProgram(int argc, char** argv, char**) {
  on_exit(endWhereNothingIsLost, nullptr);
  // Loads what backtrace needs now: in a signal handler it would be too late.
  void* warm[2];
  backtrace(warm, 2);
  if (runsAlone(argc, argv)) prepare(atol(argv[2]));
}

[[noreturn]] void runProgram(int index, void* context) {
  if (rlsf_secret[0] != 0) {  // a child of our own: it knows, and must not read it again
    prepare(*static_cast<long*>(context));
    memcpy(secret, rlsf_secret, sizeof secret);
    memset(rlsf_secret, 0, sizeof rlsf_secret);
    close(RLSF_SECRET);
  }

  const rlsf_program& program = rlsf_programs[index];
  rlsf_target = program.target;
  char line[32];
  for (int i = 0; i < program.count; i++) {
    currentCase = i;
    put(RLSF_RESULTS, line, static_cast<unsigned long>(snprintf(line, sizeof line, ">%d\n", i)));
    try {
      (*program.cases)[i]();
      claim('=', i);
    } catch (const FailedAssertion&) {
    }
  }
  claim('!', 0);
  exit(0);
}

void readSecret() {
  unsigned long size = 0;
  while (size < RLSF_SECRET_SIZE) {
    const ssize_t n = read(RLSF_SECRET, secret + size, RLSF_SECRET_SIZE - size);
    if (n <= 0) _exit(125);
    size += static_cast<unsigned long>(n);
  }
  close(RLSF_SECRET);
}

}  // namespace

void rlsf_failed(const char* expression) {
  rlsf_emit_text('!', expression, strlen(expression));
  throw FailedAssertion();
}

void rlsf_emit_text(char type, const char* data, unsigned long size) {
  char head[32];
  put(RLSF_RESULTS, head, static_cast<unsigned long>(snprintf(head, sizeof head, "%d\t%c", currentCase, type)));
  char escaped[512];
  unsigned long used = 0;
  for (unsigned long i = 0; i < size; i++) {
    if (used + 2 > sizeof escaped) {
      put(RLSF_RESULTS, escaped, used);
      used = 0;
    }
    const char c = data[i];
    if (c == '\n' || c == '\\' || c == '\0') {
      escaped[used++] = '\\';
      escaped[used++] = c == '\n' ? 'n' : c == '\0' ? '0' : '\\';
    } else {
      escaped[used++] = c;
    }
  }
  put(RLSF_RESULTS, escaped, used);
  put(RLSF_RESULTS, "\n", 1);
}

void rlsf_emit_signed(long long value) {
  char text[32];
  rlsf_emit_text('i', text, static_cast<unsigned long>(snprintf(text, sizeof text, "%lld", value)));
}

void rlsf_emit_unsigned(unsigned long long value) {
  char text[32];
  rlsf_emit_text('i', text, static_cast<unsigned long>(snprintf(text, sizeof text, "%llu", value)));
}

void rlsf_emit_real(double value) {
  char text[64];
  rlsf_emit_text('d', text, static_cast<unsigned long>(snprintf(text, sizeof text, "%.17g", value)));
}

// Called from here, a string without its end would be read unchecked: strlen is intercepted by ASan.
void rlsf_emit_string(const char* text) {
  if (text == nullptr) rlsf_emit_text('s', "null", 4);
  else rlsf_emit_text('s', text, strlen(text));
}


extern "C" int __wrap_main(int argc, char** argv, char** environment) {
  if (runsAlone(argc, argv)) {
    readSecret();
    if (argv[1][0] == 'c') runProgram(0, nullptr);
    argv[2] = argv[0];
    const int status = __real_main ? __real_main(argc - 2, argv + 2, environment) : 0;
    claim('!', 0);
    exit(status);
  }
  if (argc >= 7 && strcmp(argv[1], "batch") == 0) {
    rlsf_limits limits;
    limits.cpu_ms = atol(argv[2]);
    limits.wall_ms = atol(argv[3]);
    limits.memory_mib = atol(argv[4]);
    limits.output_bytes = atol(argv[5]);
    limits.processes = atol(argv[6]);
    // A program's own timer comes first: it knows the stack.
    const rlsf_watch watch = {nullptr, nullptr, SIGUSR2, 300};
    for (int i = 0; i < rlsf_program_count; i++)
      rlsf_supervise(i, &limits, &watch, runProgram, &limits.cpu_ms, STDOUT_FILENO);
    _exit(0);
  }
  _exit(125);
}
