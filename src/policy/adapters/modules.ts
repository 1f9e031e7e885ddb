import { inputError } from '../../errors.js';
import { modulePath, projections, projectionShape } from '../decoder/shapes.js';
import type { AdapterSettings, PolicyConfig } from '../types.js';

/** A linear layer by its path; shape [out, in]. */
export interface LinearModule {
  module: string;
  shape: [number, number];
}

/** Where an adapter puts a pair. */
export interface TargetModule extends LinearModule {
  r: number;
  scale: number;
}

/** The linear layers in the order they are used; the output layer last, tied or not. */
export function linearModules(config: PolicyConfig): LinearModule[] {
  const blocks = Array.from({ length: config.layers }, (_, layer) =>
    projections.map((name) => ({
      module: modulePath(layer, name),
      shape: projectionShape(config, name),
    })),
  ).flat();
  return [...blocks, { module: 'lm_head', shape: [config.vocabSize, config.hiddenSize] }];
}

/**
 * The linear layers that the settings name, with the rank and scale of each: PEFT's rules
 * (`check_target_module_exists`, `get_pattern_key`). LoRA on the embedding is refused.
 */
export function targetModules(
  config: PolicyConfig,
  settings: AdapterSettings,
  where: string,
): TargetModule[] {
  const isTarget = targetTest(settings, where);
  if (isTarget('model.embed_tokens')) {
    throw inputError(
      `${where}: target_modules names model.embed_tokens; LoRA on the embedding is not supported, only on linear layers. Leave it out (exclude_modules), or train it whole (modules_to_save).`,
    );
  }
  return linearModules(config)
    .filter(({ module }) => isTarget(module))
    .map((linear) => ({ ...linear, ...rankAndScale(linear.module, settings, where) }));
}

/** Whether a list of names or a regular expression means the module. */
export function namesModule(
  names: readonly string[] | string,
  module: string,
  where: string,
): boolean {
  return typeof names === 'string'
    ? expression(names, where, '^(?:', ')$').test(module)
    : names.some((name) => module === name || module.endsWith(`.${name}`));
}

/** Whether a key of `rankPattern` or `alphaPattern` means the module. */
export function patternFits(key: string, module: string, where: string): boolean {
  return expression(key, where, '^(?:.*\\.)?(?:', ')$').test(module);
}

/**
 * The weights that PEFT's `modules_to_save` means: those in every module whose path ends in one of
 * the names. The output layer counts as one of its own where it is tied: it is untied then.
 */
export function savedWeights(
  weights: Iterable<string>,
  names: readonly string[],
  where: string,
): string[] {
  const all = [...new Set([...weights, 'lm_head.weight'])];
  const modulesOf = (weight: string): string[] => {
    const parts = weight.split('.').slice(0, -1);
    return parts.map((_, i) => parts.slice(0, i + 1).join('.'));
  };
  const means = (name: string, weight: string): boolean =>
    modulesOf(weight).some((module) => module.endsWith(name));
  const unknown = names.filter((name) => !all.some((weight) => means(name, weight)));
  if (unknown.length > 0)
    throw inputError(
      `${where}: expected modules to save among those of the policy (model.norm, input_layernorm, post_attention_layernorm, lm_head, embed_tokens, a linear layer, …), got ${unknown.join(', ')}.`,
    );
  return all.filter((weight) => names.some((name) => means(name, weight)));
}

function targetTest(settings: AdapterSettings, where: string): (module: string) => boolean {
  const { targetModules: names, excludeModules, modulesToSave } = settings;
  if (typeof names === 'string' && names.toLowerCase() === 'all-linear')
    return targetTest({ ...settings, targetModules: [...projections] }, where);
  // What is saved whole gets no pair. PEFT reads these names as expressions here.
  const savedWhole = modulesToSave.map((name) =>
    expression(name, where, '^(?:|.*\\.)', '(?:$|\\..*)'),
  );
  return (module) => {
    if (excludeModules !== null && excludeModules.length > 0)
      if (namesModule(excludeModules, module, where)) return false;
    if (savedWhole.some((saved) => saved.test(module))) return false;
    if (!namesModule(names, module, where)) return false;
    // A regular expression and a whole path speak for themselves.
    return typeof names === 'string' || names.includes(module) || inLayers(module, settings, where);
  };
}

function inLayers(module: string, settings: AdapterSettings, where: string): boolean {
  const { layersToTransform: layers, layersPattern } = settings;
  if (layers === null || layers.length === 0) return true;
  const patterns =
    layersPattern === null || layersPattern.length === 0
      ? ['^.*?\\.[^.]*\\.(\\d+)\\.']
      : layersPattern.map((pattern) => `^(?:|.*?\\.)(?:${pattern})\\.(\\d+)\\.`);
  for (const pattern of patterns) {
    const match = expression(pattern, where).exec(module);
    if (match !== null) return layers.includes(Number(match[match.length - 1]));
  }
  return false;
}

function rankAndScale(
  module: string,
  settings: AdapterSettings,
  where: string,
): { r: number; scale: number } {
  const own = (pattern: Record<string, number>, otherwise: number): number => {
    const key = Object.keys(pattern).find((each) => patternFits(each, module, where));
    return key === undefined ? otherwise : pattern[key];
  };
  const r = own(settings.rankPattern, settings.r);
  const alpha = own(settings.alphaPattern, settings.loraAlpha);
  return { r, scale: settings.useRslora ? alpha / Math.sqrt(r) : alpha / r };
}

/** A regular expression as Python writes it, as far as JavaScript has the same under another spelling. */
function expression(pattern: string, where: string, before = '', after = ''): RegExp {
  const flags = /\(\?([is]+)\)/.exec(pattern);
  const source = pattern
    .replace(flags?.[0] ?? '', '')
    .replaceAll('(?P<', '(?<')
    .replace(/\(\?P=(\w+)\)/g, '\\k<$1>')
    .replaceAll('\\A', '^')
    .replaceAll('\\Z', '$')
    .replace(/\{,(\d+)\}/g, '{0,$1}');
  try {
    return new RegExp(`${before}${source}${after}`, flags?.[1] ?? '');
  } catch (cause) {
    throw inputError(
      `${where}: expected a regular expression, got ${JSON.stringify(pattern)}, which cannot be read (${String(cause)}). Write it in the syntax that Python and JavaScript share.`,
      { cause },
    );
  }
}
