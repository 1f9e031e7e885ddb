/** `rlsf generate`: completions now, their evaluation later. */
import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { inputError } from '../../errors.js';
import { writeJsonl, writeWholeText } from '../../datasets/write-dataset.js';
import type { GenerateInput } from '../evaluate.js';
import { generateAttempts } from '../evaluate.js';
import type { MadeCompletions, MadeProblem } from './records.js';

export interface MakeCompletionsInput extends GenerateInput {
  /** Where they go; while they are made, `FILE.partial.jsonl` beside it holds what there is. */
  file: string;
  /** What the file says of them. */
  about: Pick<MadeCompletions, 'name' | 'task'> & {
    settings: Omit<MadeCompletions['settings'], 'sampling' | 'seed' | 'modelRevision'>;
  };
  /** Problems between two writes; it does not change the draws. @default 32 */
  chunkSize?: number;
  /** Begin anew over a file that is there, or a part of other settings. @default false */
  force?: boolean;
}

export interface MadeFile {
  made: MadeCompletions;
  /** How many problems an earlier call had done. */
  resumed: number;
}

/**
 * Samples `numSamples` completions of every problem into one file, which is there as a whole or not
 * at all. A call that was stopped is gone on with by the next one with the same policy and settings;
 * the file is the same as if it had not been stopped.
 */
export async function makeCompletions(input: MakeCompletionsInput): Promise<MadeFile> {
  const { file, problems, settings, policy, seed, numSamples = 1, about, force } = input;
  const { chunkSize = 32, signal, onProgress } = input;
  if (existsSync(file) && !force)
    throw inputError(
      `${file}: there are completions already. Take another name (--run-name), or replace them with --force.`,
    );
  const header: Omit<MadeCompletions, 'problems'> = {
    ...{ format: 'rlsf-completions', version: 1, name: about.name, task: about.task, numSamples },
    settings: { ...about.settings, sampling: settings, seed, modelRevision: policy.revision },
  };
  const partial = `${file}.partial.jsonl`;
  const done = partDone(partial, header, force === true);
  const resumed = done.length;
  const isDone = new Set(done.map(({ problem_id }) => problem_id));
  const left = problems.filter(({ id }) => !isDone.has(id));
  for (let from = 0; from < left.length; from += chunkSize) {
    const part = left.slice(from, from + chunkSize);
    const before = (resumed + from) * numSamples;
    const attempted = await generateAttempts({
      ...input,
      problems: part,
      onProgress: (some) => onProgress?.(before + some, problems.length * numSamples),
    });
    const rows = attempted.map(({ problem, prompt, attempts }): MadeProblem => ({
      problem_id: problem.id,
      prompt,
      completions: attempts.map(({ completion, finishReason, tokens }) => ({
        completion,
        finish_reason: finishReason ?? 'stop',
        tokens: tokens ?? 0,
      })),
    }));
    appendFileSync(partial, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    done.push(...rows);
    signal?.throwIfAborted();
  }
  const made = new Map(done.map((row) => [row.problem_id, row]));
  const whole = { ...header, problems: problems.map(({ id }) => made.get(id)!) };
  writeWholeText(file, `${JSON.stringify(whole, null, 1)}\n`);
  rmSync(partial, { force: true });
  return { made: whole, resumed };
}

/** What an earlier call left, after its header; the file is there with the header afterwards. */
function partDone(
  partial: string,
  header: Omit<MadeCompletions, 'problems'>,
  force: boolean,
): MadeProblem[] {
  const known = existsSync(partial) && !force ? readFileSync(partial, 'utf8').split('\n') : [];
  const [first, ...lines] = known;
  if (first !== undefined && first !== JSON.stringify(header))
    throw inputError(
      `${partial}: it holds part of completions that were made with another policy, task or settings. Take another name (--run-name), or begin anew with --force.`,
    );
  // What follows the last line feed was cut off while it was written.
  const rows = lines.slice(0, -1).map((line) => JSON.parse(line) as MadeProblem);
  writeJsonl(partial, [header, ...rows]);
  return rows;
}
