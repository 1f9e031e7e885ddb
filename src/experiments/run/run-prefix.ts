import type { Config } from '../config/index.js';
import { runName } from './run-name.js';
import type { RunKind } from './run-status.js';

/** What made-up names of such a run start with. */
export function prefixOf(config: Config, kind: RunKind): string {
  const { name_prefix: given } = config.run;
  const isUnnamed = kind === 'pretrain' || kind === 'base' || kind === 'candidates';
  if (given !== null || isUnnamed) return given ?? kind;
  const method = kind === 'tour' ? 'grpo' : kind;
  const options = config[method];
  return runName({
    method: kind,
    model: config.policy.model_name_or_path,
    numGenerations: 'num_generations' in options ? options.num_generations : null,
    length:
      'num_train_epochs' in options && options.max_steps === null
        ? { epochs: options.num_train_epochs }
        : { steps: options.max_steps ?? 0 },
  });
}
