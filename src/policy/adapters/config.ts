import { inputError } from '../../errors.js';
import { checkSettings, sortedNames } from './settings.js';
import { isObject } from '../folder/files.js';
import type { AdapterSettings } from '../types.js';

/**
 * `adapter_config.json` with every field that PEFT 0.21 writes, in its order; what is not ours has
 * the value that means nothing.
 * @param base folder or Hub id, there with the commit
 */
export function peftConfig(
  settings: AdapterSettings,
  { base, revision }: { base: string | null; revision: string | null },
): Record<string, unknown> {
  const { modulesToSave } = settings;
  return {
    alora_invocation_tokens: null,
    alpha_pattern: settings.alphaPattern,
    arrow_config: null,
    auto_mapping: null,
    base_model_name_or_path: base,
    bias: 'none',
    corda_config: null,
    ensure_weight_tying: false,
    eva_config: null,
    exclude_modules: settings.excludeModules,
    fan_in_fan_out: false,
    inference_mode: true,
    init_lora_weights: settings.initLoraWeights,
    kasa_config: null,
    layer_replication: null,
    layers_pattern: settings.layersPattern,
    layers_to_transform: settings.layersToTransform,
    loftq_config: {},
    lora_alpha: settings.loraAlpha,
    lora_bias: false,
    lora_dropout: settings.loraDropout,
    lora_ga_config: null,
    megatron_config: null,
    megatron_core: 'megatron.core',
    modules_to_save: modulesToSave.length > 0 ? modulesToSave : null,
    monteclora_config: null,
    peft_type: 'LORA',
    peft_version: '0.21.0',
    qalora_group_size: 16,
    r: settings.r,
    rank_pattern: settings.rankPattern,
    revision,
    target_modules: settings.targetModules,
    target_parameters: null,
    task_type: 'CAUSAL_LM',
    trainable_token_indices: null,
    use_bdlora: null,
    use_dora: false,
    use_qalora: false,
    use_rslora: settings.useRslora,
    velora_config: null,
  };
}

/**
 * The settings in an `adapter_config.json`. Fields that an older PEFT did not write have PEFT's
 * defaults. A field that changes what the adapter computes, and that is not among the settings, is
 * refused by its name, also one that this version does not know.
 */
export function settingsFromPeft(config: Record<string, unknown>, where: string): AdapterSettings {
  refuseUnsupported(config, where);
  const expected = (field: string, what: string): never => {
    throw inputError(
      `${where}: expected ${field} to be ${what}, got ${JSON.stringify(config[field])}.`,
    );
  };
  const number = (field: string, fallback?: number): number => {
    const value = config[field] ?? fallback;
    return typeof value === 'number' ? value : expected(field, 'a number');
  };
  const list = (field: string): string[] | null => {
    const value = config[field] ?? null;
    if (value === null) return null;
    const all: unknown[] = [value].flat();
    return all.every((each) => typeof each === 'string') ? all : expected(field, 'a list of names');
  };
  const names = (field: string): string[] | string | null => {
    const value = config[field];
    return typeof value === 'string' ? value : list(field);
  };
  const numbers = (field: string): Record<string, number> => {
    const value = config[field] ?? {};
    const isFine =
      isObject(value) && Object.values(value).every((each) => typeof each === 'number');
    return isFine ? (value as Record<string, number>) : expected(field, 'numbers by module name');
  };
  const targets = names('target_modules') ?? expected('target_modules', 'names of modules');
  const layers = config.layers_to_transform ?? null;
  const settings: AdapterSettings = {
    r: number('r', 8),
    loraAlpha: number('lora_alpha', 8),
    loraDropout: number('lora_dropout', 0),
    useRslora: config.use_rslora === true,
    targetModules: typeof targets === 'string' ? targets : sortedNames(targets),
    excludeModules: names('exclude_modules'),
    layersToTransform: layers === null ? null : [layers].flat().map(Number),
    layersPattern: list('layers_pattern'),
    rankPattern: numbers('rank_pattern'),
    alphaPattern: numbers('alpha_pattern'),
    initLoraWeights: (config.init_lora_weights ?? true) as boolean | string,
    modulesToSave: list('modules_to_save') ?? [],
  };
  checkSettings(settings, where);
  return settings;
}

/** Fields that are read, and those that do not change what an adapter computes. */
const harmless = new Set([
  ...['alpha_pattern', 'exclude_modules', 'init_lora_weights', 'layers_pattern'],
  ...['layers_to_transform', 'lora_alpha', 'lora_dropout', 'modules_to_save', 'peft_type', 'r'],
  ...['rank_pattern', 'target_modules', 'use_rslora', 'bias'],
  ...['auto_mapping', 'base_model_name_or_path', 'ensure_weight_tying', 'inference_mode'],
  ...['megatron_core', 'peft_version', 'qalora_group_size', 'revision', 'runtime_config'],
  // Said how A and B were drawn; PEFT reads them only with the init of their name.
  ...['task_type', 'corda_config', 'eva_config', 'loftq_config', 'lora_ga_config'],
]);

/** Starts from which the pair is an update of the base as it is; the others also change the base. */
const plainInits: unknown[] = [true, false, 'gaussian', 'orthogonal', 'eva', 'mica'];

function refuseUnsupported(config: Record<string, unknown>, where: string): void {
  const refuse = (field: string, why = ''): never => {
    throw inputError(
      `${where}: ${field} = ${JSON.stringify(config[field])} is not supported${why}. Merge the adapter with PEFT (merge_and_unload) and load the whole model.`,
    );
  };
  if (config.peft_type !== 'LORA') refuse('peft_type', ', only LORA is');
  if ((config.bias ?? 'none') !== 'none') refuse('bias', ', only "none" is');
  if (!plainInits.includes(config.init_lora_weights ?? true)) {
    refuse('init_lora_weights', ': such a start changes the base weights too');
  }
  for (const [field, value] of Object.entries(config)) {
    if (!harmless.has(field) && !isOff(value)) refuse(field);
  }
}

function isOff(value: unknown): boolean {
  if (value === null || value === false) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
