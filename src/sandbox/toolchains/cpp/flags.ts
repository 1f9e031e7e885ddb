/**
 * How every judged program is compiled. Never `-Werror`: it would turn the warning tier into compile
 * errors. Uninitialised variables get a fixed pattern, so that a program that reads one does the same
 * in every run, alone or in a batch.
 */
export function compileFlags(std: string, extra: readonly string[]): string[] {
  return [
    `-std=${std}`,
    // addr2line of binutils 2.40 takes the wrong file from GCC 12's DWARF 5. Behind it, for it means -g2.
    '-gdwarf-4',
    '-g1',
    '-O0',
    '-Wall',
    '-Wextra',
    '-fsanitize=address,undefined',
    '-fno-omit-frame-pointer',
    '-ftrivial-auto-var-init=pattern',
    ...extra,
  ];
}

/** Our `main` runs first; a program's own stays as it is and is called when it is asked for. */
export const linkFlags = ['-Wl,--wrap=main'];

/** How a program ends in which a sanitizer found something. */
export const sanitizerExitCode = 66;

/** The sanitizers' own switches at run time; addresses are resolved later, outside the dying process. */
export function sanitizerEnvironment(options: {
  memoryMiB: number;
  leakCheck: boolean;
}): Record<string, string> {
  const shared = 'symbolize=0:color=never:';
  return {
    ASAN_OPTIONS:
      `${shared}detect_leaks=${options.leakCheck ? 1 : 0}:exitcode=${sanitizerExitCode}:handle_abort=1:handle_sigill=1:disable_coredump=0:` +
      `max_allocation_size_mb=${options.memoryMiB}:quarantine_size_mb=32:print_legend=0:detect_odr_violation=0`,
    UBSAN_OPTIONS: `${shared}print_stacktrace=1:report_error_type=1:print_summary=1`,
    LSAN_OPTIONS: `${shared}max_leaks=0`,
  };
}
