import path from 'node:path';
import type { Config } from '../config/index.js';
import type { Evaluations } from '../stages/evaluate.js';
import { evaluateStage } from '../stages/evaluate.js';
import { isAdapter, lastTraining, mergedModel, startingFrom, withMerged } from './trained.js';
import type { StageOutcome, StageWork } from './work.js';
import { openPlace } from './work.js';

/** Measures the policy as it is before any training. */
export async function baselineStage(work: StageWork): Promise<StageOutcome> {
  const evaluations = await measure(work, work.config, 'before');
  return {
    outputs: ['evaluations_baseline.json', 'evaluations_baseline.jsonl'],
    facts: { what: describe(evaluations, 'the policy as it is'), ...sizes(evaluations) },
  };
}

/**
 * Measures what the last training left: the whole merged model where there is one of it, else the policy
 * under its adapter. Problems, seeds and sampling are those of the baseline.
 */
export async function testAfterStage(work: StageWork): Promise<StageOutcome> {
  const { config, folder, records, stages } = work;
  const trained = lastTraining(records, stages);
  if (!trained) throw new Error('Internal: test_after without a trained policy.');
  const merged = mergedModel(records, trained);
  const own =
    merged === null
      ? startingFrom(config, folder, trained.result)
      : withMerged(config, folder, merged);
  const subject = merged ?? trained.result;
  const evaluations = await measure(work, own, 'after');
  return {
    outputs: ['evaluations_after.json', 'evaluations_after.jsonl'],
    facts: {
      what: describe(
        evaluations,
        merged === null && isAdapter(subject) ? `the policy under ${subject}/` : `${subject}/`,
      ),
      subject,
      trained: trained.stage,
      ...sizes(evaluations),
    },
  };
}

async function measure(
  work: StageWork,
  config: Config,
  when: 'before' | 'after',
): Promise<Evaluations> {
  const { folder, clock, emit, signal } = work;
  const name = when === 'before' ? 'baseline' : 'after';
  const evaluation = (): string => path.join(folder, `evaluations_${name}.json`);
  const place = await openPlace(work, config, 'base');
  try {
    return await evaluateStage(
      { place, clock, emit, signal, run: { paths: { evaluation } } },
      when,
    );
  } finally {
    await place.close();
  }
}

function describe(evaluations: Evaluations, subject: string): string {
  const { completions } = sizes(evaluations);
  const problems = Object.values(evaluations).map(({ split, rows }) => `${rows.length} ${split}`);
  return `${completions} completions of ${problems.join(' and ')} problems by ${subject}`;
}

function sizes(evaluations: Evaluations): { completions: number; tokens: number } {
  const lengths = Object.values(evaluations).flatMap(({ rows }) =>
    rows.flatMap((row) => row.completionTokens),
  );
  return {
    completions: lengths.length,
    tokens: lengths.reduce((sum, length) => sum + length, 0),
  };
}
