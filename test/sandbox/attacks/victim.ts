/** A judge that is about to be killed: `tsx victim.ts TIER` judges what clings to life, and says when it runs. */
import { createJudgePool } from '../../../src/sandbox/index.js';
import { judged, program } from './attack.js';
import type { Tier } from './attack.js';

const clinging = `    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, nullptr);
    prctl(PR_SET_PDEATHSIG, 0);
    static char stack[1 << 14];
    clone([](void*) -> int { prctl(PR_SET_PDEATHSIG, 0); for (;;) pause(); return 0; },
          stack + sizeof stack - 64, CLONE_VM | SIGCHLD, nullptr);
    for (;;) pause();`;
const slowCompile =
  'int attack() { return 0; }\ntemplate <int n, int m> struct T { T<n - 1, 2 * m> a; T<n - 1, 2 * m + 1> b; };\ntemplate <int m> struct T<0, m> {};\nT<20, 0> t;\n';

async function main(): Promise<void> {
  const isolation = process.argv[2] as Tier;
  const pool = await createJudgePool({ isolation, wallMs: 60_000, cpuMs: 50_000, workers: 2 });
  await pool.judge([judged('int attack() {\n    return 0;\n}\n')]);
  void pool.judge([program(clinging), judged(slowCompile)]);
  process.stdout.write('ready\n');
}

void main();
