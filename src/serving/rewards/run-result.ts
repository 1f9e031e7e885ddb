import { constants } from 'node:os';
import { z } from 'zod';
import type { Language, StageRecord, Verdict } from '../../records.js';

const commandResult = z
  .object({
    status: z.enum(['Finished', 'Error', 'TimeLimitExceeded']),
    execution_time: z.number().nullable(),
    return_code: z.int().nullable(),
    stdout: z.string().nullable(),
    stderr: z.string().nullable(),
  })
  .meta({ id: 'CommandRunResult' });

export const runCodeReply = z
  .object({
    status: z.enum(['Success', 'Failed', 'SandboxError']),
    message: z.string(),
    compile_result: commandResult.nullable(),
    run_result: commandResult.nullable(),
    executor_pod_name: z.string().nullable(),
    files: z.record(z.string(), z.string()),
    rlsf: z
      .object({ outcome: z.string(), diagnostics: z.array(z.unknown()) })
      .describe('Not of SandboxFusion: what the judge says of the program.'),
  })
  .meta({ id: 'RunCodeResponse' });

export type RunCodeReply = z.output<typeof runCodeReply>;
type CommandResult = z.output<typeof commandResult>;

/**
 * A verdict in SandboxFusion's words. `Success`: it compiled, ran, and nothing was found; a sanitizer's
 * finding is a failure here whatever the exit code. `run`: the index of the run, for several inputs.
 */
export function runResultOf(verdict: Verdict, language: Language, run = 0): RunCodeReply {
  const { outcome, diagnostics, stages } = verdict;
  const compile = stages.find(({ stage }) => stage === 'compile');
  const runs = stages.filter(({ stage }) => stage === 'run');
  const ran = runs[run];
  // Python is not compiled: what is wrong with its text is found when it is run.
  const interpreted = language === 'python';
  const record = ran ?? (interpreted ? compile : undefined);
  const rlsf = { outcome, diagnostics };
  const rest = { executor_pod_name: null, files: {}, rlsf };
  if (outcome === 'sandbox_error') {
    const message = diagnostics[0]?.message ?? 'the judge failed';
    return { status: 'SandboxError', message, compile_result: null, run_result: null, ...rest };
  }
  const runResult = record === undefined ? null : resultOf(record, outcome);
  const healthy = outcome === 'clean' || outcome === 'warning' || outcome === 'wrong_answer';
  const ended = runResult?.status === 'Finished' && runResult.return_code === 0;
  return {
    status: healthy && ended ? 'Success' : 'Failed',
    message: '',
    compile_result:
      compile === undefined || interpreted ? null : resultOf(compile, ran ? 'clean' : outcome),
    run_result: runResult,
    ...rest,
  };
}

function resultOf(record: StageRecord, outcome: Verdict['outcome']): CommandResult {
  const { exitCode, signal, durationMs, stdout, stderr } = record;
  const isLate = outcome === 'timeout' && exitCode === null;
  return {
    status: isLate ? 'TimeLimitExceeded' : 'Finished',
    execution_time: durationMs / 1000,
    return_code: isLate ? null : (exitCode ?? -signalNumber(signal)),
    stdout,
    stderr,
  };
}

/** As Python's subprocess tells it: minus the signal's number. */
function signalNumber(signal: string | null): number {
  return constants.signals[signal as NodeJS.Signals] ?? 1;
}
