import { join } from 'node:path';
import type { StdioCase } from '../../../records.js';
import type { PlannedRun } from '../../program-run.js';
import { byArguments } from '../../test-inputs.js';
import type { Executed, Sandbox } from '../../toolchain.js';
import { writeReadable } from '../../workspace.js';
import { sanitizerEnvironment } from './flags.js';
import type { Program } from './program.js';
import type { Workbench } from './workbench.js';

/**
 * Programs that may share a process are one run each of it; one that may not is run for its code cases,
 * then once per input.
 */
export async function executePrograms(
  group: readonly Program[],
  together: boolean,
  bench: Workbench,
  sandbox: Sandbox,
): Promise<{ runs: PlannedRun[] }[]> {
  const { limits, leakCheck } = sandbox;
  const environment = sanitizerEnvironment({ memoryMiB: limits.memoryMiB, leakCheck });
  const cpuMs = String(limits.cpuMs);
  if (together) {
    const { executions } = await bench.execute({
      mode: 'batch',
      command: ['unit'],
      count: group.length,
      environment,
    });
    return group.map(({ codeCases }, k) => ({
      runs: [{ cases: codeCases, command: ['./unit', 'cases', cpuMs], execution: executions[k] }],
    }));
  }
  const [program] = group;
  const { codeCases, inputCases, tests, runsMain } = program;
  const runs: PlannedRun[] = [];
  const start = async (command: string[], stdin: string[]): Promise<Executed> =>
    // The program's own timer comes first: it knows the stack.
    bench.execute({ mode: 'program', command, stdin, environment, cpuGraceMs: 300 });
  if (codeCases.length > 0 || !runsMain) {
    const command = ['unit', 'cases', cpuMs];
    const { executions } = await start(command, []);
    runs.push({ cases: codeCases, command: shown(command), execution: executions[0] });
  }
  if (runsMain && inputCases.length === 0) {
    const command = ['unit', 'main', cpuMs];
    const { executions } = await start(command, []);
    runs.push({ cases: [], command: shown(command), execution: executions[0] });
  }
  for (const { args, indices } of byArguments(tests.cases)) {
    const command = ['unit', 'main', cpuMs, ...args];
    const stdin = await Promise.all(
      indices.map(async (i) => {
        const name = `input${i}`;
        await writeReadable(join(bench.folder, name), (tests.cases[i] as StdioCase).stdin);
        return name;
      }),
    );
    const { executions } = await start(command, stdin);
    indices.forEach((index, run) =>
      runs.push({ cases: [index], command: shown(command), execution: executions[run] }),
    );
  }
  return [{ runs }];
}

function shown([name, ...rest]: readonly string[]): string[] {
  return [`./${name}`, ...rest];
}
