/** What an update works with beside the policy: optimiser, value head, reference; made when first used. */
import { inputError } from '../errors.js';
import type { Method } from '../experiments/index.js';
import type { Workplace } from '../experiments/workplace/workplace.js';
import {
  movesReference,
  optimizerSettings,
  referenceWeights,
  usesReference,
} from '../experiments/workplace/workplace.js';
import type { Policy } from '../policy/index.js';
import { createValueHead, loadPolicy } from '../policy/index.js';
import type { JudgePool } from '../sandbox/index.js';
import type { Optimizer, OptimizerState } from '../training/index.js';
import { createOptimizer } from '../training/index.js';
import type { Live } from './live.js';
import { policyNameOf } from './live.js';
import { shipped } from './shipped.js';
import type { SessionValue, Trained } from './value.js';
import { assignWeights, copyWeights, trainedVariables } from './weights.js';

/**
 * The session's parts in the form that the methods of a run take. From here on the weights may change:
 * what they are now can be put back (`settle`).
 * @param judge where the step samples. @default none
 */
export async function learningPlace(
  live: Live,
  value: SessionValue,
  method: Method,
  judge: JudgePool | null = null,
): Promise<Workplace> {
  const { config } = value;
  if (method === 'grpo' && config.grpo.use_vllm) {
    throw inputError(
      'session: expected grpo.use_vllm: false, because a session samples from the policy it holds, got true. Train with rlsf train grpo, or set it to false.',
    );
  }
  live.initial ??= live.applied === null ? copyWeights(trainedVariables(live)) : null;
  if (method === 'ppo') live.valueHead ??= createValueHead(live.policy);
  if (!config.policy.use_peft && usesReference(config, method))
    live.reference ??= await openReference(live, value);
  const { reference } = live;
  const optimizer = optimizerOf(live, value, method);
  live.applied = undefined;
  return {
    ...{ config, judge, reference, optimizer },
    task: live.task,
    trainProblems: live.pool,
    backend: live.backend,
    policy: live.policy,
    refAdapterName: live.refAdapterName,
    valueHead: live.valueHead,
    further: [],
    rewards: [...value.rewards],
    close: () => Promise.resolve(),
  };
}

/** What the update made of weights and optimiser, as part of the next value. */
export function trainedNow(live: Live, { config }: SessionValue, method: Method): Trained {
  const { optimizer, reference } = live;
  if (!optimizer) throw new Error('Internal: an update without an optimiser.');
  const follows = reference && movesReference(config, method) ? referenceWeights(reference) : [];
  const { step, moments } = optimizer.of.exportState();
  const trained: Trained = {
    weights: copyWeights([...trainedVariables(live), ...follows]),
    optimizer: { method, step, moments },
  };
  live.applied = trained;
  return trained;
}

/** The untrained weights again; those of a value where it followed the policy. */
async function openReference(live: Live, value: SessionValue): Promise<Policy> {
  const { dtype } = value.config.policy;
  const reference = await loadPolicy(shipped(policyNameOf(value)), { ...live.source, dtype });
  if (live.applied) assignWeights(referenceWeights(reference), live.applied.weights);
  return reference;
}

/**
 * The optimiser of the method, going on where the last update by the same method left it. Another
 * method starts anew: its moments would be of another loss.
 */
function optimizerOf(live: Live, { config, trained }: SessionValue, method: Method): Optimizer {
  const settings = optimizerSettings(config, method);
  const key = JSON.stringify([method, settings]);
  if (live.optimizer?.key === key) return live.optimizer.of;
  live.optimizer?.of.dispose();
  const of = createOptimizer(ownVariables(live, method), settings);
  live.optimizer = { key, of };
  if (trained?.optimizer.method === method) of.importState(stateOf(trained));
  return of;
}

/** A value head that another method made is none of this one's. */
function ownVariables(live: Live, method: Method): ReturnType<typeof trainedVariables> {
  return trainedVariables(method === 'ppo' ? live : { ...live, valueHead: null });
}

function stateOf({ optimizer: { step, moments } }: Trained): OptimizerState {
  return { step, moments: new Map(moments) };
}
