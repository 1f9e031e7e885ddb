import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile, chmod } from 'node:fs/promises';
import path from 'node:path';
import { createHash } from 'node:crypto';
import { stringify } from 'yaml';
import { inputError, usageError } from '../../errors.js';
import type { Problem, Rollout } from '../../records.js';
import { openRolloutStore } from '../../rollouts/index.js';
import { openTask } from '../../tasks/index.js';
import type { TaskOptions } from '../../tasks/index.js';
import { runPaths } from '../run/run-paths.js';
import { readForeignRollouts } from './read-rows.js';
import type { ForeignFormat, ForeignRollout } from './read-rows.js';

export interface ImportRolloutsOptions {
  /** A folder that is not there yet. */
  out: string;
  /** The task that the prompts are of: rollouts then know their problems, and can be judged again. */
  task?: string;
  taskOptions?: TaskOptions;
}

export interface ImportedRollouts {
  out: string;
  file: string;
  format: ForeignFormat;
  rollouts: number;
  steps: number;
  /** Of how many the problem was found. */
  matched: number;
}

/**
 * Rollouts of TRL or verl as a log of ours: to look at, query, score and judge again. They hold no tokens:
 * neither trainer writes ids or log-probabilities down. Rows of one step and prompt are one group.
 */
export async function importRollouts(
  from: string,
  { out, task: name, taskOptions = {} }: ImportRolloutsOptions,
): Promise<ImportedRollouts> {
  if (existsSync(out))
    throw usageError(
      `--out: expected a name that is free, but ${out} is there. Remove it, or give another.`,
    );
  const { format, rows } = await readForeignRollouts(from);
  const task = name === undefined ? null : await openTask(name, taskOptions);
  const problemOf = problemFinder(
    task === null ? [] : task.splits.flatMap((split) => task.problems({ split, seed: 0 })),
  );
  const problems = rows.map(problemOf);
  const unknown = problems.indexOf(null);
  if (task !== null && problems.every((problem) => problem === null))
    throw inputError(
      `${rows[unknown].place}: no prompt is one of the task ${task.name}. Name the task, and its data, that they were drawn for (--task, --path), or leave --task out to look at them only.`,
    );
  const run = path.basename(path.resolve(out));
  const rollouts = recordsOf(rows, problems, { run, task: task?.name ?? '' });
  const parent = path.dirname(path.resolve(out));
  await mkdir(parent, { recursive: true });
  const aside = await mkdtemp(path.join(parent, '.import-'));
  try {
    const store = openRolloutStore(runPaths(aside).rollouts);
    store.append(rollouts);
    store.close();
    if (task !== null) {
      const { path: data = null } = taskOptions;
      await writeFile(
        runPaths(aside).config,
        stringify({ task: { name: task.name, ...(data !== null && { path: data }) } }),
      );
    }
    await chmod(aside, 0o755);
    await rename(aside, out);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
  return {
    out,
    file: path.join(out, 'rollouts.jsonl'),
    format,
    rollouts: rollouts.length,
    steps: new Set(rows.map(({ step }) => step)).size,
    matched: problems.filter((problem) => problem !== null).length,
  };
}

/** By verl's ground truth (our exports put the id there), else by the longest prompt within theirs. */
function problemFinder(problems: readonly Problem[]): (row: ForeignRollout) => Problem | null {
  const byId = new Map(problems.map((problem) => [problem.id, problem]));
  const byText = new Map(problems.map((problem) => [promptText(problem), problem]));
  const texts = [...byText.keys()].sort((a, b) => b.length - a.length);
  const known = new Map<string, Problem | null>();
  return ({ truth, prompt }) => {
    const named = truth === null ? undefined : byId.get(truth);
    if (named !== undefined) return named;
    let found = known.get(prompt);
    if (found === undefined) {
      // A chat template, or a tokenizer's beginning, has put its own words around it.
      const inside = texts.find((text) => text !== '' && prompt.includes(text));
      found = byText.get(prompt) ?? (inside === undefined ? null : (byText.get(inside) ?? null));
      known.set(prompt, found);
    }
    return found;
  };
}

function promptText({ prompt }: Problem): string {
  if (typeof prompt === 'string') return prompt;
  return prompt.findLast(({ role }) => role === 'user')?.content ?? '';
}

function recordsOf(
  rows: readonly ForeignRollout[],
  problems: readonly (Problem | null)[],
  { run, task }: { run: string; task: string },
): Rollout[] {
  const groups = new Map<string, { group: number; samples: number }>();
  const groupsOfStep = new Map<number, number>();
  return rows.map((row, i): Rollout => {
    const { step, prompt, completion } = row;
    const promptHash = createHash('sha256').update(prompt).digest('hex').slice(0, 16);
    const key = `${step} ${promptHash}`;
    let place = groups.get(key);
    if (place === undefined) {
      const group = groupsOfStep.get(step) ?? 0;
      groupsOfStep.set(step, group + 1);
      place = { group, samples: 0 };
      groups.set(key, place);
    }
    const { group } = place;
    const sample = place.samples++;
    const scores = Object.entries(row.rewards);
    const scored = scores.filter(([, score]) => score !== null);
    return {
      version: 1,
      id: `${run}/${step}/${group}/${sample}`,
      run,
      step,
      problemId: problems[i]?.id ?? promptHash,
      task: problems[i]?.task ?? task,
      group,
      sample,
      promptHash,
      prompt,
      completion,
      promptIds: [],
      completionIds: [],
      logprobs: [],
      completionMask: [],
      byteOffsets: [0],
      finishReason: 'stop',
      sampling: { temperature: 1, topK: 0, topP: 1, minP: 0, maxNewTokens: 0, stop: [], seed: 0 },
      modelRevision: '',
      columns: { ...problems[i]?.columns, ...row.columns },
      rewards: scores.map(([name, score]) => ({ name, weight: 1, score, spans: [], log: {} })),
      reward:
        scored.length === 0 ? null : scored.reduce((sum, [, score]) => sum + (score as number), 0),
      ...(row.advantage !== null && {
        advantages: { scheme: 'scalar', sequence: row.advantage, tokens: [] },
      }),
    };
  });
}
