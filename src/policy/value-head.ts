import { existsSync } from 'node:fs';
import path from 'node:path';
import { createRandom } from '../algorithms/random.js';
import { inputError } from '../errors.js';
import { linear, tf } from '../tensor/index.js';
import { toVariable, valuesOf, type TrainableVariable } from './decoder/variables.js';
import type { NamedTensor } from './folder/named-tensor.js';
import { openSafetensors, safetensorsChunks } from './folder/safetensors.js';
import { writeFolder } from './folder/write.js';
import type { Policy } from './types.js';

const valueHeadFile = 'value_head.safetensors';
/** TRL's names (`AutoModelForCausalLMWithValueHead`), those of torch's `nn.Linear`. */
const weightName = 'v_head.summary.weight';
const biasName = 'v_head.summary.bias';

/** PPO's value function: a linear layer on the policy's final hidden states. D hidden size. */
export interface ValueHead {
  /** [1, D] */
  weight: tf.Variable<tf.Rank.R2>;
  /** [1] */
  bias: tf.Variable<tf.Rank.R1>;
  dispose(): void;
}

/**
 * A fresh value head for a policy, bias 0. Zero weights say 0 of every state and leave the policy's
 * gradient alone at first. Departs from TRL, which draws torch's uniform ±1/√D and drops out a tenth
 * of the states.
 */
export function createValueHead(
  policy: Pick<Policy, 'config'>,
  options: {
    /** Standard deviation of the normal weights. @default 0 */
    readonly initializerRange?: number;
    /** @default 0 */
    readonly seed?: number | string;
  } = {},
): ValueHead {
  const { initializerRange = 0, seed = 0 } = options;
  if (!(Number.isFinite(initializerRange) && initializerRange >= 0)) {
    throw inputError(
      `createValueHead: expected initializerRange to be a number of at least 0, got ${initializerRange}.`,
    );
  }
  const { hiddenSize } = policy.config;
  const random = createRandom(seed).fork(weightName);
  const values = new Float32Array(hiddenSize);
  if (initializerRange > 0) {
    for (let i = 0; i < hiddenSize; i++) values[i] = random.normal() * initializerRange;
  }
  return fromTensors(
    { shape: [1, hiddenSize], values },
    { shape: [1], values: new Float32Array(1) },
  );
}

/** What an update changes of the head, under TRL's names. */
export function valueHeadVariables({ weight, bias }: ValueHead): TrainableVariable[] {
  return [
    { name: weightName, variable: weight },
    { name: biasName, variable: bias },
  ];
}

/** V of each state: hidden · weightᵀ + bias. @param hidden [M, D] @returns [M] */
export function stateValues({ weight, bias }: ValueHead, hidden: tf.Tensor2D): tf.Tensor1D {
  return tf.tidy(() => tf.reshape(linear(hidden, weight, bias), [hidden.shape[0]]));
}

/**
 * Writes `value_head.safetensors` (float32) into a folder, beside what lies there: an adapter, a
 * policy.
 */
export async function saveValueHead(valueHead: ValueHead, folder: string): Promise<void> {
  const tensors = new Map(
    valueHeadVariables(valueHead).map(({ name, variable }) => [name, valuesOf(variable)]),
  );
  await writeFolder(folder, [{ name: valueHeadFile, chunks: safetensorsChunks(tensors) }]);
}

/** The head that `saveValueHead` wrote into a folder, for this policy. */
export async function loadValueHead(
  policy: Pick<Policy, 'config'>,
  folder: string,
): Promise<ValueHead> {
  const file = path.join(folder, valueHeadFile);
  if (!existsSync(file)) {
    throw inputError(
      `loadValueHead: ${folder}: expected ${valueHeadFile}, found none. Give a folder that saveValueHead wrote, or start with createValueHead.`,
    );
  }
  const opened = await openSafetensors(file);
  try {
    const [weight, bias] = [
      await readShaped(opened, file, weightName, [1, policy.config.hiddenSize]),
      await readShaped(opened, file, biasName, [1]),
    ];
    return fromTensors(weight, bias);
  } finally {
    await opened.close();
  }
}

async function readShaped(
  opened: Awaited<ReturnType<typeof openSafetensors>>,
  file: string,
  name: string,
  shape: number[],
): Promise<NamedTensor> {
  const came = opened.names.includes(name) ? `[${opened.shape(name).join(', ')}]` : 'nothing';
  if (came !== `[${shape.join(', ')}]`) {
    throw inputError(
      `${file}: expected ${name} [${shape.join(', ')}], got ${came}. Use the head that was trained with this policy.`,
    );
  }
  return opened.read(name);
}

function fromTensors(weightTensor: NamedTensor, biasTensor: NamedTensor): ValueHead {
  const weight = toVariable(weightTensor) as tf.Variable<tf.Rank.R2>;
  const bias = toVariable(biasTensor) as tf.Variable<tf.Rank.R1>;
  return { weight, bias, dispose: () => tf.dispose([weight, bias]) };
}
