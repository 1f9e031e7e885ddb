/** Why the judge's finding and what others wrote about the program differ, each looked into by hand. */
import type { Comparison } from './comparison.js';

interface Reason {
  data: string;
  id: RegExp;
  why: string;
}

const outOfScope =
  'the variable is used after its scope, before the `free` or `delete` that the comment means: AddressSanitizer stops at the first fault';

/** The finding's line is none of the authors'. */
const authorReasons: Reason[] = [
  {
    data: 'Juliet, bad half',
    id: /_loop_|CWE129_large|CWE839_negative/,
    why: 'the comment stands before the `for` or the `if`, the access lies in its body',
  },
  {
    data: 'Juliet, bad half',
    id: /CWE805_char_declare_memcpy/,
    why: 'g++ writes the `memcpy` of a fixed size in line and checks its first and last byte only; both lie in variables, so the fault is seen when the text is printed',
  },
  {
    data: 'Juliet, bad half',
    id: /char_type_overrun/,
    why: 'the overrun stays inside the struct, where nothing is checked; the pointer that it overwrites is used afterwards',
  },
  {
    data: 'Juliet, bad half',
    id: /CWE476_.*deref_after_check/,
    why: 'the comment stands before the declaration, the pointer is read inside the `if` that follows',
  },
  { data: 'Juliet, bad half', id: /^CWE590_/, why: outOfScope },
  {
    data: 'Juliet, bad half',
    id: /^CWE758_/,
    why: 'reading an uninitialised pointer is not seen by these sanitizers, its use two lines later is',
  },
  {
    data: 'Juliet, bad half',
    id: /^CWE457_.*(malloc|_new)_/,
    why: 'uninitialised memory is not seen by these sanitizers; the finding is the leak of the buffer, at its allocation',
  },
  {
    data: 'LLVM',
    id: /global-location\.cpp/,
    why: 'the directive names where the variable is defined, the finding where it is read',
  },
  {
    data: 'LLVM',
    id: /sanity_check_pure_c\.c/,
    why: 'the directives name `malloc` and `free`, the finding is the use after them',
  },
  {
    data: 'LLVM',
    id: /nonnull-arg\.cpp#0c/,
    why: 'g++ knows no `nonnull` on a single parameter: the null pointer is found where it is read',
  },
];

/** The judge has findings beyond the recorded ones. */
const extraReasons: Reason[] = [
  {
    data: 'Juliet, bad half',
    id: /CWE457_.*__char_pointer_13/,
    why: 'a true finding: the judge fills uninitialised variables with a pattern, so the pointer is always a bad one; in the recorded run it happened to be a good one',
  },
  {
    data: 'Juliet, bad half',
    id: /CWE690_.*fopen_05/,
    why: 'a true finding: a judged program may write no file, so `fopen` fails and its result, unchecked, is null',
  },
  {
    data: 'Juliet, good half',
    id: /CWE124_.*malloc_char_memcpy_(09|15)/,
    why: 'a true finding: two buffers leak. A stale pointer on the stack hides one of them from LeakSanitizer in about half of all runs at random addresses, as in the recorded one; the judge runs programs at fixed addresses and finds both every time',
  },
];

export function whyElsewhere(comparison: Comparison): string | null {
  return reasonFor(authorReasons, comparison);
}

export function whyMore(comparison: Comparison): string | null {
  return reasonFor(extraReasons, comparison);
}

function reasonFor(reasons: readonly Reason[], { row }: Comparison): string | null {
  return reasons.find(({ data, id }) => data === row.data && id.test(row.id))?.why ?? null;
}
