import path from 'node:path';
import { createRandom } from '../algorithms/random.js';
import { inputError } from '../errors.js';
import { tf } from '../tensor/index.js';
import { jsonText, readJsonObject, writeFolder } from './files.js';
import { openSafetensors, safetensorsChunks, type NamedTensor } from './safetensors.js';
import { modulePath, projections, projectionShape, type Projection } from './shapes.js';
import type { Adapter, AdapterPair, Policy, PolicyConfig } from './types.js';
import { toVariable, valuesOf } from './variables.js';

/**
 * Attaches a fresh LoRA adapter (Hu et al. 2021): W + (loraAlpha / r) · B · A. A is drawn as PEFT
 * draws it, kaiming-uniform with a = √5, that is uniform in ±1/√in; B is zero, so the policy starts
 * as the base. `targetModules` are names of linear layers (`q_proj`, …) or `all-linear`;
 * `modulesToSave` names normalisations (`model.norm`, `input_layernorm`, `post_attention_layernorm`)
 * that are trained whole, as LongLoRA does (Chen et al. 2023, section 3.3).
 */
export function attachAdapter(
  policy: Policy,
  options: {
    r: number;
    loraAlpha: number;
    targetModules: string[];
    /** @default none */
    modulesToSave?: readonly string[];
    seed: number;
  },
): Adapter {
  const { r, loraAlpha, seed } = options;
  refuseSecond(policy, 'attachAdapter');
  if (!Number.isInteger(r) || r < 1) {
    throw inputError(`attachAdapter: expected r to be a positive whole number, got ${r}.`);
  }
  const targets = targetProjections(options.targetModules);
  const modulesToSave = [...(options.modulesToSave ?? [])];
  const saved = normWeights(policy, modulesToSave, 'attachAdapter');
  const random = createRandom(seed);
  const pairs = new Map<string, AdapterPair>();
  for (const { module, shape } of targetPaths(policy.config, targets)) {
    const [out, inputs] = shape;
    const bound = 1 / Math.sqrt(inputs);
    const own = random.fork(module);
    const a = Float32Array.from({ length: r * inputs }, () => (2 * own.next() - 1) * bound);
    pairs.set(module, {
      a: toVariable({ shape: [r, inputs], values: a }),
      b: toVariable({ shape: [out, r], values: new Float32Array(out * r) }),
    });
  }
  policy.adapter = {
    r,
    loraAlpha,
    targetModules: targets,
    pairs,
    modulesToSave,
    saved: new Map(saved.map((name) => [name, toVariable(valuesOf(policy.weights.get(name)!))])),
  };
  freezeBase(policy, true);
  return policy.adapter;
}

/** Frozen weights cost no gradient, and what only their gradient needs is not kept. */
function freezeBase(policy: Policy, frozen: boolean): void {
  for (const variable of policy.weights.values()) variable.trainable = !frozen;
}

/** Disposes of the adapter; the policy is the base again. */
export function detachAdapter(policy: Policy): void {
  freezeBase(policy, false);
  for (const { a, b } of policy.adapter?.pairs.values() ?? []) tf.dispose([a, b]);
  tf.dispose([...(policy.adapter?.saved.values() ?? [])]);
  policy.adapter = null;
}

/** Writes PEFT's layout: `adapter_config.json` and `adapter_model.safetensors`. */
export async function saveAdapter(policy: Policy, folder: string): Promise<void> {
  const { adapter } = policy;
  if (adapter === null)
    throw inputError('saveAdapter: the policy has no adapter. Attach or load one first.');
  const tensors = new Map<string, NamedTensor>();
  for (const [module, pair] of adapter.pairs) {
    tensors.set(tensorName(module, 'A'), valuesOf(pair.a));
    tensors.set(tensorName(module, 'B'), valuesOf(pair.b));
  }
  for (const [name, variable] of adapter.saved) tensors.set(savedName(name), valuesOf(variable));
  await writeFolder(folder, [
    { name: 'adapter_config.json', chunks: [jsonText(peftConfig(adapter, policy.folder))] },
    { name: 'adapter_model.safetensors', chunks: safetensorsChunks(tensors) },
  ]);
}

/** Reads a PEFT LoRA folder and attaches it; PEFT features that the decoder lacks are refused. */
export async function loadAdapter(policy: Policy, folder: string): Promise<Adapter> {
  refuseSecond(policy, 'loadAdapter');
  const configFile = path.join(folder, 'adapter_config.json');
  const config = await readJsonObject(configFile, 'Adapter');
  refuseUnsupported(config, configFile);
  const { r, lora_alpha: loraAlpha } = config;
  if (typeof r !== 'number' || typeof loraAlpha !== 'number') {
    throw inputError(
      `${configFile}: expected numbers "r" and "lora_alpha", got ${String(r)} and ${String(loraAlpha)}.`,
    );
  }
  const modulesToSave = [config.modules_to_save ?? []].flat().map(String);
  const saved = normWeights(policy, modulesToSave, configFile);
  const file = await openSafetensors(path.join(folder, 'adapter_model.safetensors'));
  try {
    const places = targetPaths(policy.config, projections);
    const known = new Map([
      ...places.flatMap(({ module, shape: [out, inputs] }): [string, number[]][] => [
        [tensorName(module, 'A'), [r, inputs]],
        [tensorName(module, 'B'), [out, r]],
      ]),
      ...saved.map((name): [string, number[]] => [savedName(name), [policy.config.hiddenSize]]),
    ]);
    for (const name of file.names) checkTensor(file.shape(name), known.get(name), name, folder);
    const found = new Set(file.names);
    const missing = saved.find((name) => !found.has(savedName(name)));
    if (missing !== undefined)
      throw inputError(
        `${folder}: adapter_config.json lists ${missing} in modules_to_save, adapter_model.safetensors lacks it.`,
      );
    const paired = places.filter(({ module }) => {
      const [hasA, hasB] = [found.has(tensorName(module, 'A')), found.has(tensorName(module, 'B'))];
      if (hasA !== hasB)
        throw inputError(`${folder}: ${module} has only one of lora_A and lora_B.`);
      return hasA;
    });
    if (paired.length === 0)
      throw inputError(`${folder}: adapter_model.safetensors holds no LoRA pair.`);
    const tensors = new Map<string, NamedTensor>();
    for (const name of file.names) tensors.set(name, await file.read(name));
    const pairs = new Map<string, AdapterPair>();
    for (const { module } of paired) {
      const variable = (side: 'A' | 'B'): tf.Variable =>
        toVariable(tensors.get(tensorName(module, side))!);
      pairs.set(module, { a: variable('A'), b: variable('B') });
    }
    const names = new Set(paired.map(({ name }) => name));
    policy.adapter = {
      r,
      loraAlpha,
      targetModules: projections.filter((name) => names.has(name)),
      pairs,
      modulesToSave,
      saved: new Map(saved.map((name) => [name, toVariable(tensors.get(savedName(name))!)])),
    };
    freezeBase(policy, true);
    return policy.adapter;
  } finally {
    await file.close();
  }
}

function refuseSecond(policy: Policy, where: string): void {
  if (policy.adapter !== null) {
    throw inputError(
      `${where}: the policy has an adapter already. Detach it first (detachAdapter).`,
    );
  }
}

function targetProjections(names: readonly string[]): Projection[] {
  if (names.includes('all-linear')) return [...projections];
  const unknown = names.filter((name) => !projections.some((known) => known === name));
  if (unknown.length > 0 || names.length === 0) {
    throw inputError(
      `attachAdapter: expected target modules among ${projections.join(', ')} or all-linear, got ${names.length === 0 ? 'none' : unknown.join(', ')}.`,
    );
  }
  return projections.filter((known) => names.includes(known));
}

function targetPaths(
  config: PolicyConfig,
  targets: readonly Projection[],
): { module: string; name: Projection; shape: [number, number] }[] {
  return Array.from({ length: config.layers }, (_, layer) =>
    targets.map((name) => ({
      module: modulePath(layer, name),
      name,
      shape: projectionShape(config, name),
    })),
  ).flat();
}

const norms = ['model.norm', 'input_layernorm', 'post_attention_layernorm'];

/** The weights that PEFT's `modules_to_save` means: of every module whose path ends with a name. */
function normWeights(policy: Policy, names: readonly string[], where: string): string[] {
  const unknown = names.filter((name) => !norms.includes(name));
  if (unknown.length > 0)
    throw inputError(
      `${where}: expected modules to save among ${norms.join(', ')}, got ${unknown.join(', ')}. Other modules cannot be trained whole beside an adapter; train all weights instead.`,
    );
  return [...policy.weights.keys()].filter((weight) =>
    names.some((name) => weight.endsWith(`${name}.weight`)),
  );
}

function savedName(weight: string): string {
  return `base_model.model.${weight}`;
}

function tensorName(module: string, side: 'A' | 'B'): string {
  return `base_model.model.${module}.lora_${side}.weight`;
}

function checkTensor(
  found: number[],
  expected: number[] | undefined,
  name: string,
  folder: string,
): void {
  if (expected === undefined) {
    throw inputError(
      `${folder}: ${name} is no tensor of an adapter of this policy. Adapter and policy must belong together.`,
    );
  }
  if (found.join() !== expected.join()) {
    throw inputError(
      `${folder}: ${name} should have shape [${expected.join(', ')}] by the configs, the file has [${found.join(', ')}].`,
    );
  }
}

function peftConfig(adapter: Adapter, base: string | null): Record<string, unknown> {
  return {
    alpha_pattern: {},
    base_model_name_or_path: base,
    bias: 'none',
    fan_in_fan_out: false,
    inference_mode: true,
    init_lora_weights: true,
    layers_pattern: null,
    layers_to_transform: null,
    lora_alpha: adapter.loraAlpha,
    lora_dropout: 0,
    modules_to_save: adapter.modulesToSave.length > 0 ? adapter.modulesToSave : null,
    peft_type: 'LORA',
    r: adapter.r,
    rank_pattern: {},
    target_modules: adapter.targetModules,
    task_type: 'CAUSAL_LM',
    use_dora: false,
    use_rslora: false,
  };
}

function refuseUnsupported(config: Record<string, unknown>, where: string): void {
  const refuse = (field: string): never => {
    throw inputError(`${where}: ${field} = ${JSON.stringify(config[field])} is not supported.`);
  };
  if (config.peft_type !== 'LORA') refuse('peft_type');
  if ((config.bias ?? 'none') !== 'none') refuse('bias');
  for (const field of ['fan_in_fan_out', 'use_rslora', 'use_dora', 'lora_bias']) {
    if (config[field] === true) refuse(field);
  }
  for (const field of ['rank_pattern', 'alpha_pattern']) {
    if (Object.keys(Object(config[field] ?? {})).length > 0) refuse(field);
  }
}
