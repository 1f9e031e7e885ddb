import { judged } from './attack.js';
import type { AttackGroup } from './attack.js';

const screen =
  'whatever is not plainly a function or a type is compiled and run alone (screen.ts); what the compiler made of it is looked at again (assembly.ts)';
const right = 'int attack() {\n    return 0;\n}\n';
const abort = '(std::abort(), 1)';

/** A way to run code before `main`, where it would meet the whole batch. */
function early(
  name: string,
  tries: string,
  before: string,
  behind = '',
): AttackGroup['attacks'][number] {
  return {
    name,
    tries,
    stops: screen,
    outcome: 'runtime_error',
    kind: 'abort',
    job: () => judged(`${before}${right}${behind}`),
  };
}

export const batch: AttackGroup = {
  title: 'Its batch',
  about:
    'Up to eight completions share a compile and a process that forks once for each. Right, wrong, warned-of and faulty programs stand between these in the same batches and must keep their verdicts.',
  attacks: [
    early('a value before main', 'a global whose value takes a call', `int early = ${abort};\n`),
    early(
      'a constructor',
      'an attribute that runs a function before main',
      '__attribute__((constructor)) static void early() { std::abort(); }\n',
    ),
    early(
      'a constructor by another attribute',
      '[[gnu::constructor]]',
      '[[gnu::constructor]] static void early() { std::abort(); }\n',
    ),
    early(
      'an object in parentheses',
      '`Thing (x){3};`, which reads like a function',
      'struct Thing {\n    Thing(int) { std::abort(); }\n};\nThing (x){3};\n',
    ),
    early(
      'a value in braces',
      '`decltype(0) x{f()};`, which reads like a function',
      `decltype(0) early{${abort}};\n`,
    ),
    early('an aligned value', '`alignas(8) int x{f()};`', `alignas(8) int early{${abort}};\n`),
    early(
      'a type in passing',
      'a static member of a type that an alias defines',
      `using Alias = struct Early { inline static int x = ${abort}; };\n`,
    ),
    early(
      'a type in a typedef',
      'a static member of a type that a typedef defines',
      `typedef struct Early { inline static int x = ${abort}; } Alias;\n`,
    ),
    early(
      'lines that are joined',
      'a comment that ends for g++ before it ends for us: `\\`, a blank, a line’s end',
      `/* *\\ \n/ int early = ${abort}; /* */\n`,
    ),
    early(
      'a digraph',
      '`%>` for a brace',
      'int f() { if (1) { return 1; %> }\n',
      `int early = ${abort};\nint g() { pthread_cleanup_push(nullptr, nullptr); } while (0); return 0; }\n`,
    ),
    early(
      'half a block from a macro',
      'pthread_cleanup_push and _pop, each with one brace',
      'int f() { pthread_cleanup_push(nullptr, nullptr); { pthread_cleanup_pop(0); pthread_cleanup_pop(0); return 0; }\n',
      `int early = ${abort};\nint g() { pthread_cleanup_push(nullptr, nullptr); } while (0); return 0; }\n`,
    ),
    {
      ...early(
        'a macro of the C library',
        '`__BEGIN_DECLS`, which is `extern "C" {`, around a `fork` of its own',
        '',
      ),
      outcome: 'clean',
      kind: undefined,
      job: () => judged(`${right}__BEGIN_DECLS\nint fork() { std::abort(); }\n__END_DECLS\n`),
    },
    {
      ...early(
        'a symbol by a macro',
        '`__REDIRECT`, which names a symbol: a `fork` of its own',
        '',
      ),
      outcome: 'clean',
      kind: undefined,
      job: () =>
        judged(
          `${right}struct S {\n    int __REDIRECT(w, (), fork);\n};\nint S::w() { std::abort(); }\n`,
        ),
    },
    {
      ...early('operator new', 'the program’s own, which would serve the harness too', ''),
      kind: 'early-exit',
      job: () =>
        judged(`${right}void* operator new(std::size_t) { _exit(0); }\nint* early = new int;\n`),
    },
    {
      name: 'leaving its namespace',
      tries: 'closing brackets that it did not open',
      stops: screen,
      outcome: 'compile_error',
      job: () => judged(`${right}}\nint attack(int) { return 1; }\nnamespace other {\n`),
    },
    {
      name: 'a bracket that does not close',
      tries: 'taking the programs behind it into its own function',
      stops: screen,
      outcome: 'compile_error',
      job: () => judged('int attack() {\n    return 0;\n'),
    },
    {
      name: 'a comment that does not close',
      tries: 'taking the programs behind it into a comment',
      stops: screen,
      outcome: 'compile_error',
      job: () => judged(`${right}/*`),
    },
    {
      name: 'a sibling’s function',
      tries: 'calling the answer of the program before it',
      stops: 'names of ours are not for programs; alone there are no siblings',
      outcome: 'compile_error',
      job: () => judged('int attack() {\n    return rlsf_k0::attack();\n}\n'),
    },
    {
      name: 'macros for its siblings',
      tries: '#define return, for whoever comes behind it',
      stops: screen,
      outcome: 'clean',
      job: () => judged(`${right}#define return return 1 +\n#define int long\n`),
    },
    {
      name: 'warnings off',
      tries: '#pragma GCC diagnostic for whoever comes behind it',
      stops: `${screen}; a completion that switches checks off is at best a warning (checks-off.ts)`,
      outcome: 'warning',
      job: () => judged(`${right}#pragma GCC diagnostic ignored "-Wunused-variable"\n`),
    },
    {
      name: 'names of the test driver',
      tries: 'the tables of the driver, its functions, its main',
      stops: 'a second definition does not link',
      outcome: 'compile_error',
      job: () =>
        judged(
          `${right}extern "C" int __wrap_main(int, char**) { return 0; }\nvoid rlsf_emit_signed(long long) {}\n`,
        ),
    },
  ],
};
