import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { StdioCase } from '../../../records.js';
import type { PlannedRun } from '../../program-run.js';
import { byArguments } from '../../test-inputs.js';
import type { Bench, Executed, Sandbox } from '../../toolchain.js';
import { openToReaders, writeReadable } from '../../workspace.js';
import type { Compiled, Kit } from './compile.js';
import { javaEnvironment, programFlags } from './flags.js';
import type { Program } from './program.js';
import { writeClasses } from './sources.js';

export interface JavaRun extends PlannedRun {
  /** Leaving before the end is no success: tests come behind it. */
  mustFinish: boolean;
}

/**
 * What the Java machine takes for itself, measured on two cores: to start with the driver 50 ms of CPU
 * time and 36 MiB; for a program with streams and formatting, whose library it must load and compile,
 * 100 ms and 40 MiB. The rest is for a loaded machine, for classes, stacks and compiled code.
 */
export const allowance = { cpuMs: 400, memoryMiB: 96 };

/** Our clock stops a program first: it knows the stack. */
const cpuGraceMs = 300;
/** SIGQUIT: the machine itself tells its stacks, should our clock not have come to it. */
const stopSignal = 3;

/** Each run is a machine of its own: a program must not find what another one left. */
export async function runProgram(
  program: Program,
  compiled: Compiled,
  sandbox: Sandbox,
  kit: Kit,
): Promise<JavaRun[]> {
  const { tests, codeCases, cases } = program;
  const { main } = compiled;
  const isMainOurs = main !== null && !isInCompletion(program, main.at);
  return sandbox.withBench(async (bench) => {
    await writeProgram(bench.folder, program, compiled);
    const machine: Machine = { bench, sandbox, kit };
    const runs: JavaRun[] = [];
    if (cases !== null) {
      const started = { mode: 'cases', name: cases.name, count: codeCases.length } as const;
      const { command, executions } = await start(machine, started);
      runs.push({ cases: codeCases, command, mustFinish: true, execution: executions[0] });
    }
    if (main === null) return runs;
    if (tests.cases.length === 0) {
      const { command, executions } = await start(machine, { mode: 'main', name: main.name });
      runs.push({ cases: [], command, mustFinish: isMainOurs, execution: executions[0] });
    }
    for (const { args, indices } of byArguments(tests.cases)) {
      const stdin = await Promise.all(
        indices.map(async (i) => {
          const name = `rlsf-input${i}`;
          await writeReadable(join(bench.folder, name), (tests.cases[i] as StdioCase).stdin);
          return name;
        }),
      );
      const started = { mode: 'main', name: main.name, stdin, args } as const;
      const { command, executions } = await start(machine, started);
      for (const [run, i] of indices.entries()) {
        const mustFinish = (tests.cases[i] as StdioCase).expected === null;
        runs.push({ cases: [i], command, mustFinish, execution: executions[run] });
      }
    }
    return runs;
  });
}

/** Whether a place of the text (UTF-16) is the completion's own. */
export function isInCompletion({ map }: Program, at: number): boolean {
  const { start, end } = map.completion;
  const offset = Buffer.byteLength(map.text.slice(0, at));
  return offset >= start && offset < end;
}

interface Machine {
  bench: Bench;
  sandbox: Sandbox;
  kit: Kit;
}

interface Start {
  mode: 'main' | 'cases';
  /** The class. */
  name: string;
  /** How many cases. */
  count?: number;
  stdin?: readonly string[];
  args?: readonly string[];
}

async function start(
  { bench, sandbox: { limits }, kit: { jdk, driver } }: Machine,
  { mode, name, count = 0, stdin = [], args = [] }: Start,
): Promise<Executed & { command: string[] }> {
  const flags = programFlags(limits, jdk.major);
  const cpuMs = String(limits.cpuMs + allowance.cpuMs);
  const rest = ['rlsf.Driver', mode, cpuMs, String(limits.wallMs), name, String(count), ...args];
  const executed = await bench.execute({
    mode: 'program',
    command: [jdk.java, ...flags, '-cp', `${join(driver.folder, 'classes')}:classes`, ...rest],
    stdin,
    readOnly: [driver.folder, ...jdk.readOnly],
    environment: javaEnvironment(),
    allowance,
    stopSignal,
    cpuGraceMs,
  });
  return { ...executed, command: ['java', ...flags, '-cp', 'driver:classes', ...rest] };
}

async function writeProgram(
  folder: string,
  { tests }: Program,
  { classes }: Compiled,
): Promise<void> {
  await writeClasses(join(folder, 'classes'), classes);
  const tops = new Set<string>();
  for (const [name, text] of Object.entries(tests.files ?? {})) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeReadable(join(folder, name), text);
    if (name.includes('/')) tops.add(name.replace(/\/.*/, ''));
  }
  for (const top of tops) await openToReaders(join(folder, top));
}
