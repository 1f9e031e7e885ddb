import { inputError } from '../../errors.js';
import { createJudgePool, type JudgeOptions, type JudgePool } from '../../sandbox/index.js';
import { compiledStage } from './compiled.js';
import { datasetStage, pipelineRows, type PipelineRow } from './dataset.js';
import { examplesStage, type StageCount } from './examples.js';
import { pipelineStages, type PipelineStage } from './records.js';
import { rewardsStage, type RewardTools } from './rewards.js';
import type { ExampleSource } from './sources.js';

export interface PipelineInput {
  /** Where `examples/`, `compiled/`, `rewards/`, `pairs.jsonl` and `manifest.json` are, or will be. */
  readonly output: string;
  /** Not needed where the stage `examples` is left out. */
  readonly source?: ExampleSource;
  /** Stages to run. @default all */
  readonly only?: readonly PipelineStage[];
  /** Called when the stage `rewards` begins. */
  readonly rewardTools: () => Promise<Omit<RewardTools, 'onProgress'>>;
  /** How programs are judged; an example's own flags come behind these. */
  readonly judge?: JudgeOptions;
  /** Where they are judged. @default on this machine */
  readonly openJudge?: (options: JudgeOptions) => Promise<JudgePool>;
  readonly signal?: AbortSignal;
  readonly onProgress?: (stage: PipelineStage, done: number, total: number) => void;
}

export interface PipelineResult {
  output: string;
  /** Of the stages that ran: examples made, and examples that had not changed. */
  stages: Partial<Record<PipelineStage, StageCount>>;
  /** Every example with its verdicts and rewards; none before both are there. */
  rows: PipelineRow[];
}

/**
 * Chosen and rejected programs through the whole path: sources, feedback, token rewards, data set. Each
 * stage reads the files of the one before and writes its own, so that each can be looked at, edited and
 * run again alone. An example whose inputs have not changed is left as it is.
 */
export async function runPipeline(input: PipelineInput): Promise<PipelineResult> {
  const { output, source, only = pipelineStages, signal } = input;
  const { openJudge = createJudgePool } = input;
  const pools = new Map<string, Promise<JudgePool>>();
  const judge = (flags: readonly string[] = []): Promise<JudgePool> => {
    const key = JSON.stringify(flags);
    const known = pools.get(key);
    if (known !== undefined) return known;
    const fixed = input.judge ?? {};
    const fresh = openJudge({ ...fixed, flags: [...(fixed.flags ?? []), ...flags] });
    pools.set(key, fresh);
    return fresh;
  };
  const progressOf =
    (stage: PipelineStage) =>
    (done: number, total: number): void =>
      input.onProgress?.(stage, done, total);
  const run: Record<PipelineStage, () => Promise<StageCount>> = {
    examples: async () => {
      if (source === undefined)
        throw inputError('runPipeline: expected a source for the stage examples, got none.');
      const onProgress = progressOf('examples');
      return examplesStage(output, source, { judge: () => judge(), signal, onProgress });
    },
    compiled: () => compiledStage(output, { judge, signal, onProgress: progressOf('compiled') }),
    rewards: async () =>
      rewardsStage(output, { ...(await input.rewardTools()), onProgress: progressOf('rewards') }),
    dataset: () => datasetStage(output),
  };
  const stages: PipelineResult['stages'] = {};
  try {
    for (const stage of pipelineStages) {
      if (!only.includes(stage)) continue;
      signal?.throwIfAborted();
      stages[stage] = await run[stage]();
    }
  } finally {
    for (const pool of await Promise.allSettled(pools.values()))
      if (pool.status === 'fulfilled') await pool.value.close();
  }
  const isWhole = only.includes('rewards') || only.includes('dataset');
  return { output, stages, rows: isWhole ? pipelineRows(output) : [] };
}
