/** Going on with a run that stopped, and leaving one so that it can go on. */
import { inputError } from '../../errors.js';
import type { Config } from '../config/index.js';
import type { RunResult } from './active-run.js';
import type { Emit } from './events.js';
import { findInterruptedRun } from './find-run.js';
import { endSession } from './metadata.js';
import type { RunFolder } from './run-folder.js';
import { resumeRun } from './run-folder.js';
import type { RunKind } from './run-status.js';

/** Says where the run went that had the name before. */
export function noteReplaced({ folder, replaced }: RunFolder, emit: Emit): void {
  if (replaced === null) return;
  emit({ type: 'note', message: `The run that was ${folder} before is kept as ${replaced}.` });
}

/** The run to go on with, `null` for a new one. It keeps the config it was started with. */
export async function takeUp(
  kind: RunKind,
  given: Config,
  resume: boolean | string | undefined,
  emit: Emit,
): Promise<RunFolder | null> {
  if (resume === undefined || resume === false) return null;
  const found = resume === true ? (await findInterruptedRun(given, kind))?.folder : resume;
  if (found === undefined) {
    throw inputError(
      `--resume: there is no interrupted run to go on with under ${given.run.output_dir}. Leave --resume out to start a new one.`,
    );
  }
  const run = await resumeRun(found, given.run.output_dir);
  if (run.kind !== kind) {
    await run.setStatus({ state: 'interrupted' });
    throw inputError(
      `${run.folder}: expected a run of kind ${kind}, got one of kind ${run.kind}. Resume it with the command that started it.`,
    );
  }
  if (!sameOptions(run.config, given)) {
    const message = `${run.folder} goes on with the config it was started with (${run.paths.config}); the options given now differ and are not used.`;
    emit({ type: 'warning', message });
  }
  return run;
}

/**
 * Marks the folder and says so; a stop that was asked for is a result, an error is thrown on. A
 * resumed run that could not even begin (no compiler, say) stays as resumable as it was.
 */
export async function leave(
  run: RunFolder,
  error: unknown,
  { signal, emit, begun }: { signal: AbortSignal; emit: Emit; begun: boolean },
): Promise<RunResult> {
  if (!signal.aborted) {
    const message = error instanceof Error ? error.message : String(error);
    await run.setStatus({ state: begun ? 'failed' : 'interrupted', error: message });
    throw error;
  }
  const { step, maxSteps } = await run.setStatus({ state: 'interrupted' });
  await endSession(run.paths.metadata, step);
  emit({ type: 'interrupted', run: run.name, folder: run.folder, step, maxSteps });
  return {
    status: 'interrupted',
    run: run.name,
    folder: run.folder,
    table: [],
    paths: { folder: run.folder, plots: [] },
  };
}

function sameOptions(a: Config, b: Config): boolean {
  const bare = (config: Config): string =>
    JSON.stringify({ ...config, run: { ...config.run, name: null } });
  return bare(a) === bare(b);
}
