import { createRandom, type Random } from '../../algorithms/random.js';
import { inputError } from '../../errors.js';
import { tf } from '../../tensor/index.js';
import {
  linearModules,
  namesModule,
  patternFits,
  savedWeights,
  targetModules,
  type TargetModule,
} from './modules.js';
import { checkSettings, sortedNames } from './settings.js';
import { headName, projections } from '../decoder/shapes.js';
import type { Adapter, AdapterPair, AdapterSettings, Policy } from '../types.js';
import { toVariable, valuesOf } from '../decoder/variables.js';

/** Where `attachAdapter` and `loadAdapter` put an adapter that is given no name (PEFT's word). */
export const defaultAdapterName = 'default';

export interface AttachOptions {
  r: number;
  loraAlpha: number;
  /**
   * Linear layers: names (`q_proj`), ends of paths (`self_attn.q_proj`), whole paths, or one regular
   * expression for whole paths. `all-linear` is every linear layer but the output layer.
   */
  targetModules: readonly string[] | string;
  /** What of them to leave out, in the same words. @default none */
  excludeModules?: readonly string[] | string | null;
  /** Only the layers of these numbers. @default all */
  layersToTransform?: readonly number[] | number | null;
  /** @default what stands before the first number in a path */
  layersPattern?: readonly string[] | string | null;
  /** Ranks that differ, by a regular expression for the end of a path. @default none */
  rankPattern?: Readonly<Record<string, number>>;
  /** @default none */
  alphaPattern?: Readonly<Record<string, number>>;
  /** @default false */
  useRslora?: boolean;
  /** @default 0 */
  loraDropout?: number;
  /** @default true */
  initLoraWeights?: true | 'gaussian';
  /** Modules trained whole, by the end of their path: `model.norm`, `lm_head`, `embed_tokens`, … @default none */
  modulesToSave?: readonly string[];
  /** @default 'default' */
  name?: string;
  seed: number;
}

/**
 * Attaches a fresh LoRA adapter (Hu et al. 2021) and makes it the active one: W + scale · B · A with
 * scale = loraAlpha / r, or loraAlpha / √r (`useRslora`; Kalajdzievski 2023). A is drawn as PEFT
 * draws it: kaiming-uniform with a = √5, that is uniform in ±1/√in, or normal(0, 1 / r); B is zero,
 * so the policy starts as the base. `modulesToSave` are trained whole, as LongLoRA does with
 * normalisations (Chen et al. 2023, section 3.3).
 */
export function attachAdapter(policy: Policy, options: AttachOptions): Adapter {
  const where = 'attachAdapter';
  const { name = defaultAdapterName, seed } = options;
  refuseSecond(policy, name, where);
  const settings = settingsOf(options);
  checkSettings(settings, where);
  checkNames(policy, settings, where);
  const targets = targetModules(policy.config, settings, where);
  if (targets.length === 0)
    throw inputError(`${where}: no linear layer is left after all that the options leave out.`);
  checkPatterns(settings, targets, where);
  const saved = savedWeights(policy.weights.keys(), settings.modulesToSave, where);
  const random = createRandom(seed);
  const pairs = new Map<string, AdapterPair>();
  for (const { module, shape, r, scale } of targets) {
    const [out, inputs] = shape;
    const a = drawA(r, inputs, random.fork(module), settings.initLoraWeights);
    pairs.set(module, {
      a: toVariable({ shape: [r, inputs], values: a }),
      b: toVariable({ shape: [out, r], values: new Float32Array(out * r) }),
      scale,
    });
  }
  const copies = saved.map((weight): [string, tf.Variable] => [
    weight,
    toVariable(
      valuesOf(policy.weights.get(weight) ?? policy.weights.get(headName(policy.config))!),
    ),
  ]);
  const adapter: Adapter = { ...settings, name, pairs, saved: new Map(copies) };
  policy.adapters.set(name, adapter);
  setActiveAdapter(policy, name);
  return adapter;
}

/**
 * Makes one of the policy's adapters the active one: what sampling uses, what is trained, what the
 * revision speaks of. `null` switches to the base, whose weights are then what is trained. An
 * optimizer made before keeps to the weights of its time: make a new one.
 */
export function setActiveAdapter(policy: Policy, name: string | null): void {
  policy.adapter = name === null ? null : adapterNamed(policy, name, 'setActiveAdapter');
  // Frozen weights cost no gradient, and what only their gradient needs is not kept.
  for (const variable of policy.weights.values()) variable.trainable = policy.adapter === null;
}

/** Frees an adapter; when it was the active one, the policy is the base again. */
export function deleteAdapter(policy: Policy, name: string): void {
  const adapter = adapterNamed(policy, name, 'deleteAdapter');
  if (policy.adapter === adapter) setActiveAdapter(policy, null);
  for (const { a, b } of adapter.pairs.values()) tf.dispose([a, b]);
  tf.dispose([...adapter.saved.values()]);
  policy.adapters.delete(name);
}

/** Frees the active adapter; the policy is the base again. Without one it does nothing. */
export function detachAdapter(policy: Policy): void {
  if (policy.adapter === null) setActiveAdapter(policy, null);
  else deleteAdapter(policy, policy.adapter.name);
}

export function adapterNamed(policy: Policy, name: string, where: string): Adapter {
  const adapter = policy.adapters.get(name);
  if (adapter !== undefined) return adapter;
  const names = [...policy.adapters.keys()];
  throw inputError(
    `${where}: the policy has no adapter ${JSON.stringify(name)}, it has ${names.length === 0 ? 'none' : names.join(', ')}. Attach or load it first.`,
  );
}

/** How the adapter's pairs are scaled, as text for hashes. */
export function scaleText(adapter: AdapterSettings): string {
  const { r, loraAlpha, useRslora, rankPattern, alphaPattern } = adapter;
  const patterns = [rankPattern, alphaPattern].map((pattern) => JSON.stringify(pattern));
  return [
    `scale ${loraAlpha}/${r}`,
    useRslora ? ' rslora' : '',
    patterns.every((text) => text === '{}') ? '' : ` ${patterns.join(' ')}`,
  ].join('');
}

export function refuseSecond(policy: Policy, name: string, where: string): void {
  if (policy.adapters.has(name)) {
    throw inputError(
      `${where}: the policy has an adapter ${JSON.stringify(name)} already. Delete it first (deleteAdapter) or give this one another name.`,
    );
  }
}

function settingsOf(options: AttachOptions): AdapterSettings {
  const names = (given: readonly string[] | string): string[] | string =>
    typeof given === 'string' ? given : [...given];
  const { targetModules: targets, excludeModules = null, layersPattern = null } = options;
  const { layersToTransform: layers = null } = options;
  const isAll = (name: string): boolean => name.toLowerCase() === 'all-linear';
  const expanded = (given: readonly string[]): string[] =>
    given.flatMap((name) => (isAll(name) ? [...projections] : [name]));
  return {
    r: options.r,
    loraAlpha: options.loraAlpha,
    loraDropout: options.loraDropout ?? 0,
    useRslora: options.useRslora ?? false,
    targetModules:
      typeof targets !== 'string' || isAll(targets)
        ? sortedNames(expanded([targets].flat()))
        : targets,
    excludeModules: excludeModules === null ? null : names(excludeModules),
    layersToTransform: layers === null ? null : [layers].flat(),
    layersPattern: layersPattern === null ? null : [layersPattern].flat(),
    rankPattern: { ...options.rankPattern },
    alphaPattern: { ...options.alphaPattern },
    initLoraWeights: options.initLoraWeights ?? true,
    modulesToSave: [...(options.modulesToSave ?? [])],
  };
}

/** What was perhaps meant: `['q_proj']` for `q_proj`; an example for what is no name. */
function listOf(text: string): string {
  const names = text.split(/[,\s]+/).filter((name) => name !== '');
  const areNames = names.every((name) => /^[\w.-]+$/.test(name));
  return `[${(areNames ? names : ['q_proj', 'v_proj']).map((name) => `'${name}'`).join(', ')}]`;
}

/** A name that means nothing is a mistake of the caller, even where others mean something. */
function checkNames(policy: Policy, settings: AdapterSettings, where: string): void {
  const modules = linearModules(policy.config).map(({ module }) => module);
  const { targetModules: targets, layersToTransform } = settings;
  const unknown = [targets].flat().filter((name) => {
    const means = typeof targets === 'string' ? targets : [name];
    return ![...modules, 'model.embed_tokens'].some((module) => namesModule(means, module, where));
  });
  if (typeof targets === 'string' && targets !== '' && unknown.length > 0) {
    throw inputError(
      `${where}: target modules given as one text are a regular expression for the whole path (model.layers.0.self_attn.q_proj) and should match some, got ${targets}, which matches none. To name layers write a list: ${listOf(targets)}.`,
    );
  }
  if (unknown.length > 0 || targets.length === 0) {
    throw inputError(
      `${where}: expected target modules among ${projections.join(', ')}, lm_head, ends of their paths, or all-linear, got ${targets.length === 0 ? 'none' : unknown.join(', ')}.`,
    );
  }
  const layer = layersToTransform?.find((each) => each >= policy.config.layers);
  if (layer !== undefined) {
    throw inputError(
      `${where}: expected layersToTransform below ${policy.config.layers}, the policy's layers, got ${layer}.`,
    );
  }
}

function checkPatterns(
  { rankPattern, alphaPattern }: AdapterSettings,
  targets: readonly TargetModule[],
  where: string,
): void {
  for (const [what, pattern] of Object.entries({ rankPattern, alphaPattern })) {
    const idle = Object.keys(pattern).find(
      (key) => !targets.some(({ module }) => patternFits(key, module, where)),
    );
    if (idle !== undefined)
      throw inputError(
        `${where}: ${what} has ${JSON.stringify(idle)}, which fits no targeted module. Check its spelling.`,
      );
  }
}

function drawA(
  r: number,
  inputs: number,
  random: Random,
  init: AdapterSettings['initLoraWeights'],
): Float32Array {
  const bound = 1 / Math.sqrt(inputs);
  return Float32Array.from({ length: r * inputs }, () =>
    init === 'gaussian' ? random.normal() / r : (2 * random.next() - 1) * bound,
  );
}
