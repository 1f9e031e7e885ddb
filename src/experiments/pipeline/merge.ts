import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { loadPolicy, savePolicy } from '../../policy/index.js';
import { selectBackend } from '../../tensor/index.js';
import { modelFolder } from '../workplace/workplace.js';
import { isAdapter, lastTraining } from './trained.js';
import type { StageOutcome, StageWork } from './work.js';

/**
 * What the last training left as a whole model folder, `merged/`, in the type of `policy.dtype`: the
 * adapter added into its base; of a training of all weights, a copy. test_after measures it then.
 */
export async function mergeStage(work: StageWork): Promise<StageOutcome> {
  const { config, folder, records, stages, clock, signal } = work;
  const trained = lastTraining(records, stages);
  if (!trained) throw new Error('Internal: merge without a trained policy.');
  const from = path.join(folder, trained.result);
  const hasAdapter = isAdapter(trained.result);
  clock.begin('prepare', `Merging ${trained.result}/ into a whole model`);
  const { backend, threads } = config.run;
  // Products in bfloat16 would not keep base + adapter exact.
  await selectBackend(backend, {
    matmulPrecision: 'highest',
    ...(threads === null ? {} : { threads }),
  });
  const { dtype } = config.policy;
  const base = hasAdapter ? modelFolder(config) : from;
  const policy = await loadPolicy(base, { signal, ...(hasAdapter ? { adapter: from } : {}) });
  try {
    await savePolicy(policy, path.join(folder, 'merged'), { dtype, merge: hasAdapter });
  } finally {
    policy.dispose();
  }
  const names = await readdir(path.join(folder, 'merged'));
  const kept = names.filter((name) => name.endsWith('.safetensors') || name === 'config.json');
  return {
    outputs: kept.sort().map((name) => path.join('merged', name)),
    facts: { what: `${trained.result}/ as a whole model in ${dtype}`, model: 'merged' },
  };
}
