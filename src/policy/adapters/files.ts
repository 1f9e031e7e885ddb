import { existsSync } from 'node:fs';
import path from 'node:path';
import { inputError } from '../../errors.js';
import type { tf } from '../../tensor/index.js';
import { defaultAdapterName, refuseSecond, setActiveAdapter } from './adapter.js';
import { peftConfig, settingsFromPeft } from './config.js';
import { linearModules, savedWeights, targetModules } from './modules.js';
import { jsonText, readJsonObject } from '../folder/files.js';
import { writeFolder } from '../folder/write.js';
import { openSafetensors, safetensorsChunks } from '../folder/safetensors.js';
import type { NamedTensor } from '../folder/named-tensor.js';
import { tokenizerFileEntries } from '../folder/saved-files.js';
import type { SourceOptions } from '../hub/source.js';
import { adapterFolder } from '../hub/sources.js';
import { headName } from '../decoder/shapes.js';
import type { Adapter, AdapterPair, AdapterSettings, Policy } from '../types.js';
import { toVariable, valuesOf } from '../decoder/variables.js';

const tensorsFile = 'adapter_model.safetensors';

/**
 * Writes the active adapter in PEFT's layout: `adapter_config.json` and
 * `adapter_model.safetensors`, with tokenizer, chat template and generation config beside them, so
 * that the folder can be served alone.
 */
export async function saveAdapter(policy: Policy, folder: string): Promise<void> {
  const { adapter } = policy;
  if (adapter === null)
    throw inputError(
      'saveAdapter: the policy has no active adapter. Attach or load one first, or name one with setActiveAdapter.',
    );
  const tensors = new Map<string, NamedTensor>();
  for (const [module, pair] of adapter.pairs) {
    tensors.set(tensorName(module, 'A'), valuesOf(pair.a));
    tensors.set(tensorName(module, 'B'), valuesOf(pair.b));
  }
  for (const [name, variable] of adapter.saved) tensors.set(savedName(name), valuesOf(variable));
  await writeFolder(folder, [
    ...tokenizerFileEntries(policy),
    { name: 'adapter_config.json', chunks: [jsonText(peftConfig(adapter, baseOf(policy)))] },
    { name: tensorsFile, chunks: safetensorsChunks(tensors) },
  ]);
}

/**
 * Reads a PEFT LoRA adapter (a folder or a Hub id), attaches it under a name, and makes it the active adapter. What the
 * decoder lacks is refused by name; so is a file that does not hold exactly what its config says, or
 * that was made for another base.
 */
export async function loadAdapter(
  policy: Policy,
  source: string,
  options: SourceOptions & {
    /** @default 'default' */ name?: string;
    /** @default true */ activate?: boolean;
  } = {},
): Promise<Adapter> {
  const { name = defaultAdapterName, activate = true } = options;
  refuseSecond(policy, name, 'loadAdapter');
  const { folder } = await adapterFolder(source, options);
  const configFile = path.join(folder, 'adapter_config.json');
  const config = await readJsonObject(configFile, 'Adapter');
  const settings = settingsFromPeft(config, configFile);
  refuseTied(policy, settings, config, configFile);
  const { expected, pairs, saved } = expectedTensors(policy, settings, configFile);
  const tensors = await readTensors(policy, folder, expected, config.base_model_name_or_path);
  const variable = (tensor: string): tf.Variable => toVariable(tensors.get(tensor)!);
  const adapter: Adapter = {
    ...settings,
    name,
    pairs: new Map(
      pairs.map(({ module, scale }): [string, AdapterPair] => [
        module,
        { a: variable(tensorName(module, 'A')), b: variable(tensorName(module, 'B')), scale },
      ]),
    ),
    saved: new Map(saved.map((weight) => [weight, variable(savedName(weight))])),
  };
  policy.adapters.set(name, adapter);
  if (activate) setActiveAdapter(policy, name);
  return adapter;
}

/** The base that an adapter's config names: a folder or a Hub id; `null` where it names none. */
export async function baseOfAdapter(folder: string): Promise<string | null> {
  const config = await readJsonObject(path.join(folder, 'adapter_config.json'), 'Adapter');
  const { base_model_name_or_path: base } = config;
  return typeof base === 'string' && base !== '' ? base : null;
}

/** What others can load the base by: its Hub id, else the folder. */
function baseOf({ folder, source }: Policy): { base: string | null; revision: string | null } {
  const hub = source?.hub ?? null;
  // A policy that was saved since is what lies in that folder.
  if (hub === null || folder === null || path.basename(folder) !== hub.commit)
    return { base: folder, revision: null };
  return { base: hub.name, revision: hub.commit };
}

interface ExpectedTensors {
  /** By name in the file, with the shape. */
  expected: Map<string, number[]>;
  pairs: { module: string; scale: number }[];
  /** Names of weights. */
  saved: string[];
}

function expectedTensors(
  policy: Policy,
  settings: AdapterSettings,
  where: string,
): ExpectedTensors {
  const targets = targetModules(policy.config, settings, where);
  if (targets.length === 0)
    throw inputError(
      `${where}: target_modules ${JSON.stringify(settings.targetModules)} name no linear layer of this policy. The adapter was made for another architecture.`,
    );
  const saved = savedWeights(policy.weights.keys(), settings.modulesToSave, where);
  const expected = new Map<string, number[]>();
  for (const { module, shape, r } of targets) {
    expected.set(tensorName(module, 'A'), [r, shape[1]]);
    expected.set(tensorName(module, 'B'), [shape[0], r]);
  }
  for (const weight of saved) expected.set(savedName(weight), shapeOf(policy, weight));
  return { expected, pairs: targets, saved };
}

/** Checks names and shapes of everything first, then reads what is expected. */
async function readTensors(
  policy: Policy,
  folder: string,
  expected: ReadonlyMap<string, number[]>,
  base: unknown,
): Promise<Map<string, NamedTensor>> {
  if (!existsSync(path.join(folder, tensorsFile)))
    throw inputError(
      `${folder}: expected ${tensorsFile}, found none${existsSync(path.join(folder, 'adapter_model.bin')) ? ', only adapter_model.bin, a Python pickle, which is not read. Save it again with safe_serialization=True' : '. The folder must be complete'}.`,
    );
  const madeFor =
    typeof base === 'string' && base !== '' ? ` Its config says it was made for ${base}.` : '';
  const file = await openSafetensors(path.join(folder, tensorsFile));
  try {
    const tensors = new Map<string, NamedTensor>();
    const copies: string[] = [];
    for (const name of file.names) {
      const shape = expected.get(name);
      if (shape !== undefined) {
        const found = file.shape(name);
        if (found.join() !== shape.join())
          throw inputError(
            `${folder}: ${name} should have shape [${shape.join(', ')}] by the adapter's config and this policy, the file has [${found.join(', ')}]. Adapter and base do not belong together.${madeFor}`,
          );
      } else if (baseWeightOf(policy, name) !== null) copies.push(name);
      else throw surplus(policy, folder, name, madeFor);
    }
    const found = new Set(file.names);
    const missing = [...expected.keys()].filter((name) => !found.has(name));
    if (missing.length > 0)
      throw inputError(
        `${folder}: by adapter_config.json and this policy ${tensorsFile} should hold ${missing[0]}${missing.length > 1 ? ` and ${missing.length - 1} more` : ''}, but lacks ${missing.length > 1 ? 'them' : 'it'}. The file is incomplete, or the adapter was made for another base.${madeFor}`,
      );
    for (const name of copies) checkCopy(policy, folder, name, await file.read(name));
    for (const name of expected.keys()) tensors.set(name, await file.read(name));
    return tensors;
  } finally {
    await file.close();
  }
}

function surplus(policy: Policy, folder: string, name: string, madeFor: string): Error {
  const module = /^base_model\.model\.(.+)\.lora_[AB]\.weight$/.exec(name)?.[1];
  const isLinear = linearModules(policy.config).some((linear) => linear.module === module);
  return inputError(
    isLinear
      ? `${folder}: ${tensorsFile} holds ${name}, but target_modules in adapter_config.json do not name ${module}. Use the config that the adapter was saved with.`
      : `${folder}: ${name} is no tensor of a LoRA adapter of this policy. Adapter and policy must belong together.${madeFor}`,
  );
}

/**
 * PEFT writes a copy of the base weight where the output layer is targeted
 * (`lm_head.base_layer.weight`), and of resized embeddings. A copy of what this base has is left alone.
 */
function baseWeightOf(policy: Policy, tensor: string): string | null {
  const weight = /^base_model\.model\.(.+)$/.exec(tensor)?.[1]?.replace('.base_layer.', '.');
  if (weight === undefined) return null;
  if (weight === 'lm_head.weight') return headName(policy.config);
  return policy.weights.has(weight) ? weight : null;
}

function checkCopy(policy: Policy, folder: string, name: string, copy: NamedTensor): void {
  const base = policy.weights.get(baseWeightOf(policy, name)!)!;
  const values = base.dataSync();
  // As close as bfloat16 holds a number: the base or the copy may have been rounded to it.
  const isSame =
    copy.shape.join() === base.shape.join() &&
    copy.values.every((value, i) => Math.abs(value - values[i]) <= Math.abs(values[i]) / 256);
  if (!isSame)
    throw inputError(
      `${folder}: ${name} is a weight of the base, and differs from this policy's. The adapter was made for another base, or for one whose vocabulary was resized.`,
    );
}

function refuseTied(
  { config: { tieWordEmbeddings } }: Policy,
  { targetModules: targets, modulesToSave }: AdapterSettings,
  config: Record<string, unknown>,
  where: string,
): void {
  const named = [...[targets].flat(), ...modulesToSave].some((name) =>
    /lm_head|embed_tokens/.test(name),
  );
  if (config.ensure_weight_tying === true && tieWordEmbeddings && named)
    throw inputError(
      `${where}: ensure_weight_tying = true is not supported with lm_head or embed_tokens on a tied base. Merge the adapter with PEFT (merge_and_unload) and load the whole model.`,
    );
}

function shapeOf(policy: Policy, weight: string): number[] {
  return (policy.weights.get(weight) ?? policy.weights.get(headName(policy.config))!).shape;
}

function savedName(weight: string): string {
  return `base_model.model.${weight}`;
}

function tensorName(module: string, side: 'A' | 'B'): string {
  return `base_model.model.${module}.lora_${side}.weight`;
}
