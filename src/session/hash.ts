import { createHash } from 'node:crypto';
import type { MetricsLogRow } from '../experiments/index.js';
import type { NamedTensor } from '../policy/index.js';
import type { Live } from './live.js';
import {
  configPart,
  metricsPart,
  objectName,
  problemsPart,
  rolloutsPart,
} from './saved/objects.js';
import type { Session } from './session.js';
import { copyWeights, trainedVariables } from './weights.js';

/**
 * SHA-256 over all that decides what comes next: the weights as they lie in memory and those under
 * them, the optimiser, the random state (seeds and draws), problems and rollouts in hand, metrics,
 * settings. Two sessions of one hash go on alike, to the bit.
 */
export function stateHash(session: Session): Promise<string> {
  const { value, parts } = session;
  const { config, policySeed, method, rewards, pinned, taken, draws, steps } = value;
  const hash = createHash('sha256');
  const add = (name: string, content: unknown): void =>
    void hash.update(`${name} ${JSON.stringify(content)}\n`);
  add('base', baseHash(parts.live));
  add('weights', hashOfTensors(copyWeights(trainedVariables(parts.live))));
  add('optimizer', optimizerHash(session));
  add('random', [config.run.seed, policySeed, taken, draws, steps]);
  add('problems', [pinned, objectName(problemsPart(value.problems))]);
  add('rollouts', objectName(rolloutsPart(value.rollouts)));
  add('metrics', objectName(metricsPart(value.metrics.map(withoutTimes))));
  add('settings', [method, objectName(configPart(config))]);
  add(
    'rewards',
    rewards.map(({ name, weight = 1 }) => [name, weight]),
  );
  return Promise.resolve(hash.digest('hex'));
}

/** How long a step took decides nothing, and is never the same twice. */
function withoutTimes(row: MetricsLogRow): MetricsLogRow {
  const kept = Object.entries(row).filter(([name]) => !/^step_time(\/|$)/.test(name));
  return Object.fromEntries(kept) as MetricsLogRow;
}

/** Of the weights that no update changes; empty where all are trained. */
export function baseHash(live: Live): string {
  const { policy } = live;
  if (policy.adapter === null) return '';
  const known = baseHashes.get(policy);
  if (known !== undefined) return known;
  const variables = [...policy.weights].map(([name, variable]) => ({ name, variable }));
  const made = hashOfTensors(copyWeights(variables));
  baseHashes.set(policy, made);
  return made;
}

const baseHashes = new WeakMap<object, string>();

/** In memory, or, before the next update makes it again, in the value. */
function optimizerHash({ value, parts }: Session): unknown {
  const { optimizer } = parts.live;
  const inValue = value.trained?.optimizer ?? null;
  if (inValue === null) return null;
  const { step, moments } = optimizer?.of.exportState() ?? inValue;
  return [inValue.method, step, hashOfTensors(moments)];
}

/** Over names, shapes and float32 bits, in name order. */
function hashOfTensors(tensors: ReadonlyMap<string, NamedTensor>): string {
  const hash = createHash('sha256');
  for (const name of [...tensors.keys()].sort()) {
    const { shape, values } = tensors.get(name)!;
    hash.update(`${name}[${shape.join(',')}]`);
    hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
  return hash.digest('hex');
}
