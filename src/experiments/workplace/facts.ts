/** What a run says of itself: hashes of its data, the size of its policy, what is trained of it. */
import path from 'node:path';
import type { Policy } from '../../policy/index.js';
import { trainableVariables } from '../../policy/index.js';
import { sha256OfFile, sha256OfText } from '../run/files.js';
import { evaluationSplits } from './problems.js';
import type { Workplace } from './workplace.js';
import { rewardFiles } from './rewards.js';
import { modelFolder } from './workplace.js';

/** Hashes of what goes into the run: weights, problems, and the user's own rewards. */
export async function dataHashes(place: Workplace): Promise<Record<string, string>> {
  const { config, policy, trainProblems } = place;
  // For a Hub id the folder in the cache.
  const model = policy.folder ?? modelFolder(config);
  const problems = place.task
    ? [{ split: config.task.train_split, problems: trainProblems }, ...evaluationSplits(place)]
    : [];
  return {
    'model.safetensors': await sha256OfFile(path.join(model, 'model.safetensors')).catch(
      // A sharded folder has no such file; the revision covers its weights.
      () => `revision ${policy.revision}`,
    ),
    ...Object.fromEntries(
      problems.map((entry) => [
        `problems/${entry.split}`,
        sha256OfText(JSON.stringify(entry.problems)),
      ]),
    ),
    ...(await rewardHashes(config)),
  };
}

async function rewardHashes({ reward }: Workplace['config']): Promise<Record<string, string>> {
  const files = rewardFiles(reward.functions);
  const hashes = await Promise.all(files.map((file) => sha256OfFile(file)));
  return Object.fromEntries(files.map((file, index) => [`reward/${file}`, hashes[index]]));
}

export interface ModelSize {
  parameters: number;
  trainableParameters: number;
}

export function modelSize(policy: Policy): ModelSize {
  const count = (tensors: Iterable<{ size: number }>): number =>
    [...tensors].reduce((sum, { size }) => sum + size, 0);
  return {
    parameters: count(policy.weights.values()),
    trainableParameters: count(trainableVariables(policy).map(({ variable }) => variable)),
  };
}

/** `LoRA r=16 on q_proj, v_proj` or `all weights`. */
export function describeTrained(policy: Policy): string {
  const { adapter } = policy;
  if (adapter === null) return 'all weights';
  const targets = [adapter.targetModules].flat();
  const parts = [...targets, ...adapter.modulesToSave.map((name) => `${name} whole`)];
  return `LoRA r=${adapter.r} on ${parts.join(', ')}`;
}
