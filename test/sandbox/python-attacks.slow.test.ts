import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createJudgePool } from '../../src/sandbox/index.js';
import type { JudgePool } from '../../src/sandbox/index.js';
import type { Verdict } from '../../src/records.js';
import { pythonJob, pythonTests } from './python-gallery.js';
import { tiers } from './tiers.js';

/** `f(n)` must be `2 * n`: once as an assertion, once as a value. */
const tests = pythonTests(
  '',
  { assert: 'assert f(2) == 4' },
  { code: 'rlsf_emit(f(3))', expected: '6' },
);
const right = 'def f(n): return n * 2\n';

/** What a program tries; the outcome, the tests passed, the kind of its first finding. */
const attacks: Record<string, [completion: string, outcome: string, passed: number, kind?: string]> = {
  // Ending early, and claiming what did not happen.
  'leaves at once by os._exit': ['import os\nos._exit(0)\n', 'runtime_error', 0, 'early-exit'],
  'leaves a test by sys.exit': ['import sys\ndef f(n): sys.exit(0)\n', 'runtime_error', 0, 'SystemExit'],
  'leaves by exit': ['def f(n): exit()\n', 'runtime_error', 0, 'SystemExit'],
  'claims success without the secret': ['import os\nos.write(3, b"\\n>0\\n=0\\n>1\\n=1\\n!\\n")\nos._exit(0)\n', 'runtime_error', 0, 'early-exit'],
  'reads the pipe of the secret': ['import os\nos.read(5, 99)\n', 'runtime_error', 0, 'OSError'],
  'closes the results': ['import os\nos.close(3)\n' + right, 'runtime_error', 0, 'early-exit'],
  'wipes the channels, then leaves': ['import os\ndef f(n):\n    for fd in (1, 2, 3, 4): os.ftruncate(fd, 0)\n    os._exit(1)\n', 'runtime_error', 0, 'early-exit'],
  'leaves when the interpreter ends': ['import atexit, os\natexit.register(os._exit, 0)\ndef f(n): return n\n', 'wrong_answer', 0],
  'names its error after a failed test': ['E = type("failed-test", (Exception,), {})\ndef f(n): raise E\n', 'runtime_error', 0, 'Exception'],
  'equals everything': ['class E:\n    def __eq__(self, other): return True\ndef f(n): return E()\n', 'wrong_answer', 1],
  // Replacing what the driver might call.
  'replaces builtins': ['import builtins\nfor name in "len", "str", "isinstance", "print", "open", "repr", "type": setattr(builtins, name, None)\n' + right, 'clean', 2],
  'breaks what succeeds': ['import builtins\nbuiltins.isinstance = builtins.str = lambda *a: 1\ndef f(n): return n\n', 'wrong_answer', 0],
  'replaces modules': ['import os, posix, sys, io, json\nos.write = posix.write = json.dumps = lambda *a: 0\nsys.stdout = io.StringIO()\nsys.modules.clear()\n' + right, 'clean', 2],
  'traces': ['import sys\ndef spy(frame, event, argument): return spy\nsys.settrace(spy); sys.setprofile(spy)\ndef f(n):\n    sys.settrace(spy)\n    return n * 3\n', 'wrong_answer', 0],
  'lowers the recursion limit': ['import sys\nsys.setrecursionlimit(12)\n' + right, 'clean', 2],
  'cannot say what went wrong': ['class E(Exception):\n    def __str__(self): raise SystemExit(0)\ndef f(n): raise E\n', 'runtime_error', 0, 'E'],
  // Reaching for others.
  forks: ['import os\ndef f(n): return os.fork()\n', 'runtime_error', 0, 'PermissionError'],
  'starts a program': ['import subprocess\ndef f(n): return subprocess.run(["/bin/true"])\n', 'runtime_error', 0, 'PermissionError'],
  'becomes a program': ['import os\ndef f(n): os.execv("/bin/true", ["true"])\n', 'runtime_error', 0, 'PermissionError'],
  'calls a shell': ['import os\ndef f(n): return os.system("true") + n * 2\n', 'wrong_answer', 0],
  // Not there in one tier, closed in the other.
  'reads passwords': ['def f(n):\n    try: return open("/etc/shadow").read()\n    except OSError: raise PermissionError\n', 'runtime_error', 0, 'PermissionError'],
  writes: ['def f(n): open("program.py", "w")\n', 'runtime_error', 0, 'PermissionError'],
  connects: ['import socket\ndef f(n): socket.socket()\n', 'runtime_error', 0, 'PermissionError'],
  'kills its parent': ['import os\ndef f(n): os.kill(os.getppid(), 9)\n', 'runtime_error', 0, 'PermissionError'],
  'kills itself': ['import os\ndef f(n): os.kill(os.getpid(), 9)\n', 'runtime_error', 0, 'signal'],
  'writes to address 0': ['import ctypes\nctypes.memset(0, 0, 8)\n', 'runtime_error', 0, 'SEGV'],
  'opens a browser': ['import antigravity, this\n' + right, 'clean', 2],
  // Using up what there is.
  'ignores our signals': ['import signal\nfor s in signal.SIGPROF, signal.SIGUSR2: signal.signal(s, signal.SIG_IGN)\nwhile True: pass\n', 'timeout', 0, 'timeout'],
  'stops our timer': ['import signal\nsignal.setitimer(signal.ITIMER_PROF, 0)\nwhile True: pass\n', 'timeout', 0, 'timeout'],
  'catches everything': ['while True:\n    try:\n        while True: pass\n    except BaseException: pass\n', 'timeout', 0, 'timeout'],
  'lifts the recursion limit': ['import sys\nsys.setrecursionlimit(10**9)\ndef f(n): return f(n + 1)\n', 'memory_limit', 0, 'memory_limit'],
  'leaves a thread running': ['import threading\ndef spin():\n    while True: pass\nthreading.Thread(target=spin).start()\n' + right, 'timeout', 2, 'timeout'],
  'leaves a daemon running': ['import threading, time\nthreading.Thread(target=time.sleep, args=(99,), daemon=True).start()\n' + right, 'clean', 2],
  'starts threads without end': ['import threading, time\ndef f(n):\n    while True: threading.Thread(target=time.sleep, args=(99,), daemon=True).start()\n', 'runtime_error', 0, 'RuntimeError'],
  'nests too deep to compile': [`x = ${'-'.repeat(9000)}1\n`, 'compile_error', 0, 'syntax'],
  'fails at the very end': ['import atexit\n@atexit.register\ndef late(): raise ValueError("late")\n' + right, 'runtime_error', 2, 'ValueError'],
  'does without refused memory': ['def f(n):\n    try: return "x" * 10**12\n    except MemoryError: return n * 2\n', 'clean', 2],
}; // prettier-ignore

for (const { tier, reason } of await tiers()) {
  describe.skipIf(reason !== null)(
    `Python programs with intent, in tier ${tier}${reason === null ? '' : ` (not to be had here: ${reason})`}`,
    () => {
      let pool: JudgePool;
      let verdicts: Map<string, Verdict>;
      beforeAll(async () => {
        pool = await createJudgePool({ isolation: tier, cacheFolder: null });
        const jobs = Object.values(attacks).map(([completion]) => pythonJob(tests, completion));
        const judged = await pool.judge(jobs);
        verdicts = new Map(Object.keys(attacks).map((name, i) => [name, judged[i]]));
      });
      afterAll(() => pool.close());

      it.each(Object.keys(attacks))('one that %s', (name) => {
        const [, outcome, passed, kind] = attacks[name];
        const verdict = verdicts.get(name) as Verdict;
        expect([verdict.outcome, verdict.testsPassed, verdict.diagnostics[0]?.kind]).toEqual([
          outcome,
          passed,
          kind,
        ]);
      });
    },
  );
}
