import path from 'node:path';
import type { BuiltSet } from '../../datasets/index.js';
import {
  buildNBest,
  buildPairs,
  buildSft,
  buildUnpaired,
  referencePairs,
  writeBuiltSets,
} from '../../datasets/index.js';
import { inputError } from '../../errors.js';
import { readRollouts } from '../../rollouts/index.js';
import { dealtFeedback } from '../methods/feedback.js';
import { trainProblems } from './problems.js';
import { pipelineMethods, setOf } from './stages.js';
import type { StageOutcome, StageWork } from './work.js';

/** The sets that methods learn from, all of the same judged candidates, and what became of the others. */
export async function rlBuildStage(work: StageWork): Promise<StageOutcome> {
  const { config, folder, clock, emit } = work;
  const { dataset, run, task, policy } = config;
  const file = path.join(folder, 'candidates_annotated.jsonl');
  clock.begin('data', 'Building pairs, answers called good or bad, the best, and completions');
  const rollouts = dealtFeedback(config, [...readRollouts(file)], 'candidates');
  if (rollouts.length === 0) {
    throw inputError(`${file}: expected judged candidates, got an empty file. Run train_gen.`);
  }
  const byReference = dataset.pairs.chosen === 'reference';
  const problems =
    byReference || dataset.completions === 'reference' ? await trainProblems(config) : [];
  const { rank: rankBy, margin, max_pairs_per_problem: maxPairsPerProblem } = dataset.pairs;
  const { seed } = run;
  const sets = {
    'nbest.jsonl': buildNBest(rollouts, { n: dataset.n_best, rankBy }),
    'pairs.jsonl': byReference
      ? referencePairs(rollouts, problems, { rankBy, maxPairsPerProblem, seed })
      : buildPairs(rollouts, { rankBy, margin, maxPairsPerProblem, seed }),
    'kto.jsonl': buildUnpaired(rollouts, { rankBy, seed }),
    'sft.jsonl':
      dataset.completions === 'sampled'
        ? buildSft({ rollouts })
        : buildSft({ problems }, { references: 'always' }),
  } satisfies Record<string, BuiltSet<object>>;
  writeBuiltSets(folder, sets, {
    inputs: [file],
    settings: { task, policy: policy.model_name_or_path },
  });
  const used = pipelineMethods(config).map(setOf);
  for (const [name, { notes }] of Object.entries(sets)) {
    // What is odd about a set that nobody learns from is in the manifest.
    if (!used.some((set) => set === name)) continue;
    for (const note of notes) emit({ type: 'warning', message: `${name}: ${note}` });
  }
  const counts = Object.entries(sets).map(([name, { rows }]) => `${rows.length} in ${name}`);
  return {
    outputs: [...Object.keys(sets), 'manifest.json'],
    facts: {
      what: `rows: ${counts.join(', ')}`,
      ...Object.fromEntries(Object.entries(sets).map(([name, { rows }]) => [name, rows.length])),
    },
  };
}
