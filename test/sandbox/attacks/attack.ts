import type { Outcome, ProgramTests, TestCase } from '../../../src/records.js';
import type { JudgeJob } from '../../../src/sandbox/index.js';

export type Tier = 'bubblewrap' | 'restricted';

/** What stands around an attack: places that it must not reach, listeners that it must not meet. */
export interface World {
  tier: Tier;
  /** Of a listener on 127.0.0.1. */
  port: number;
  /** Of a listener on an abstract UNIX socket. */
  socketName: string;
  /** A folder that every user may write to. */
  folder: string;
  /** A file in it that its owner alone may read. */
  secretFile: string;
  /** Part of the name of everything that an attack tries to leave. */
  marker: string;
  home: string;
  repository: string;
}

/** One attack as data: a row of docs/attacks.md and a case of the tests. */
export interface Attack {
  /** Unique; the words of the table's first column. */
  name: string;
  /** What it would reach. */
  tries: string;
  /** What keeps it from that. */
  stops: string;
  /** The one outcome that it must get. */
  outcome: Outcome;
  /** The kind of its first finding that is an error. */
  kind?: string;
  job(world: World): JudgeJob;
  /** Runs for ten seconds and more, so only under `npm run test:soak`. */
  slow?: boolean;
}

export interface AttackGroup {
  title: string;
  /** What its attacks have in common. */
  about: string;
  attacks: Attack[];
}

const headers = `
  alloca.h arpa/inet.h cerrno climits csignal cstdint cstdio cstdlib cstring dirent.h exception fcntl.h fstream
  grp.h mqueue.h netinet/in.h pthread.h sched.h spawn.h string sys/file.h sys/ioctl.h sys/ipc.h sys/mman.h sys/mount.h sys/msg.h
  sys/prctl.h sys/ptrace.h sys/resource.h sys/sem.h sys/shm.h sys/socket.h sys/stat.h sys/syscall.h sys/time.h
  sys/timerfd.h sys/uio.h sys/un.h sys/wait.h thread time.h unistd.h vector`;

/** One set for all, so that attacks and their neighbours come into the same compile. */
export const includes = headers
  .trim()
  .split(/\s+/)
  .map((name) => `#include <${name}>\n`)
  .join('');

/** `int attack()`, called by one test that expects 0: nothing was reached. Text of its own comes before it. */
export function attempt(body: string, before = ''): JudgeJob {
  return judged(`${before}int attack() {\n${body}\n}\n`);
}

/** A completion that defines `int attack()` itself. */
export function judged(completion: string): JudgeJob {
  const cases = [{ code: 'rlsf_emit(attack());', expected: '0' }];
  return { language: 'cpp', completion, tests: { includes, prefix: '', suffix: '', cases } };
}

/** A program with a `main` of its own, run once or on inputs. */
export function program(body: string, cases: TestCase[] = [], before = ''): JudgeJob {
  const tests: ProgramTests = { includes: '', prefix: includes, suffix: '', cases };
  return { language: 'cpp', completion: `${before}int main() {\n${body}\n}\n`, tests };
}

/** Programs that judge nothing but themselves: what stands beside attacks in one compile. */
export const neighbours: { completion: string; outcome: Outcome }[] = [
  { completion: 'int attack() {\n    return 0;\n}\n', outcome: 'clean' },
  { completion: 'int attack() {\n    return 7;\n}\n', outcome: 'wrong_answer' },
  { completion: 'int attack() {\n    int unused = 1;\n    return 0;\n}\n', outcome: 'warning' },
  {
    completion:
      'int attack() {\n    int* p = new int[2]();\n    int x = p[2];\n    delete[] p;\n    return x;\n}\n',
    outcome: 'runtime_error',
  },
];

/** The `i`th neighbour, unlike all others. */
export function neighbour(i: number): { job: JudgeJob; outcome: Outcome } {
  const { completion, outcome } = neighbours[i % neighbours.length];
  return { job: judged(`${completion}// ${i}\n`), outcome };
}
