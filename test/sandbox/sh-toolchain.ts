import { join } from 'node:path';
import { stitch } from '../../src/diagnostics/index.js';
import type { Diagnostic, StdioCase } from '../../src/records.js';
import type { ProgramRun } from '../../src/sandbox/program-run.js';
import { byArguments } from '../../src/sandbox/test-inputs.js';
import { oneByOne } from '../../src/sandbox/toolchain.js';
import type { JudgeJob, Sandbox, Toolchain, UnitVerdict } from '../../src/sandbox/toolchain.js';
import { blankVerdict, runnerFinding, verdictOfRuns } from '../../src/sandbox/verdict.js';
import { writeReadable } from '../../src/sandbox/workspace.js';

const version = 'sh 1'; // whatever changes a verdict belongs here: the cache goes by it
const sh = '/bin/sh';

/** Shell scripts, tested by inputs; `sh -n` is their compiler. */
export async function createShToolchain(): Promise<Toolchain> {
  return { version, fingerprint: version, plan: (jobs) => oneByOne(jobs, judgeScript) };
}

async function judgeScript(job: JudgeJob, sandbox: Sandbox): Promise<UnitVerdict> {
  const { prefix = '', suffix = '', cases = [] } = job.tests ?? {};
  const around = { toolchain: version, isolation: sandbox.isolation };
  const map = stitch([
    { name: 'prefix', text: prefix },
    { name: 'completion', text: job.completion },
    { name: 'suffix', text: suffix },
  ]);
  const read = (stderr: string): Diagnostic[] =>
    [...stderr.matchAll(/^program\.sh: (?:line )?(\d+): (.*)$/gm)].map(([, line, message]) => {
      const position = { file: 'program.sh', line: Number(line), column: null };
      return { ...runnerFinding('sh', message), position, span: map.locate(position.line, null) };
    });
  return sandbox.withBench(async (bench) => {
    await writeReadable(join(bench.folder, 'program.sh'), map.text);
    const { exitCode, stderr } = await bench.build({ command: [sh, '-n', 'program.sh'] });
    if (exitCode !== 0) {
      const verdict = blankVerdict('compile_error', cases.length, around);
      return { verdict: { ...verdict, diagnostics: read(stderr) }, again: false };
    }
    const runs: ProgramRun[] = [];
    // No cases: it is run once, without input.
    for (const { args, indices } of cases[0] ? byArguments(cases) : [{ args: [], indices: [] }]) {
      const stdin = indices.map((i) => `input${i}`);
      for (const i of indices)
        await writeReadable(join(bench.folder, `input${i}`), (cases[i] as StdioCase).stdin);
      const command = [sh, 'program.sh', ...args];
      const { executions } = await bench.execute({ mode: 'program', command, stdin });
      executions.forEach((execution, k) => {
        if (execution === null) throw new Error('the supervisor brought no result back');
        const { stderr } = execution;
        const none = { trouble: null, stoppedAt: null, memoryLimit: null, exitIsTools: false };
        const reading = { findings: read(stderr), stderr, ...none };
        runs.push({ cases: indices.slice(k, k + 1), command, execution, reading });
      });
    }
    const { memoryMiB } = sandbox.limits;
    const verdict = verdictOfRuns({ runs, cases, warnings: [], stages: [], around, memoryMiB });
    // Who waited too long may only have waited for its turn: it is judged again, alone.
    return { verdict, again: runs.some(({ execution }) => execution.cause === 'wall') };
  });
}
