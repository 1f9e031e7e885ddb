/**
 * Keys of the projects this one learns from, read as the options they are here. Each use leaves a
 * note that says where the value went. Options that every method has (`learning_rate`, `epochs`) go to
 * the section of the method that is to run.
 */
import { inputError } from '../../errors.js';
import { isOnline, type Method } from './methods.js';
import { isSection, schemaAt, treeSchema, type JsonSchema } from './tree.js';

export interface Translated {
  values: Record<string, unknown>;
  /** One sentence for each key that was read as another. */
  notes: string[];
}

type Values = Record<string, unknown>;

/** What becomes of one foreign key: options by path, or none with the reason. */
type Meaning = string | ((value: unknown, method: Method) => Values | { ignored: string });

/** `*` is the section of the method. */
const topLevel: Readonly<Record<string, Meaning>> = {
  model_name: 'policy.model_name_or_path',
  base_model: 'policy.model_name_or_path',
  max_new_tokens: 'sampling.max_completion_length',
  max_tokens: 'sampling.max_completion_length',
  num_generations: (value, method) => ({
    [`${method === 'ppo' ? 'ppo' : 'grpo'}.num_generations`]: value,
  }),
  dataset_name: 'dataset.path',
  dataset_size: (value) => ({ 'dataset.size': value === 'inf' ? null : value }),
  dataset_ref_field: 'dataset.text_field',
  max_seq_length: 'dataset.max_length',
  epochs: '*.num_train_epochs',
  no_lora: (value) => ({ 'policy.use_peft': value !== true }),
  lora_r: 'policy.lora_r',
  lora_alpha: 'policy.lora_alpha',
  lora_dropout: 'policy.lora_dropout',
  torch_dtype: dtype,
  n_best: 'dataset.n_best',
  num_candidates: 'dataset.candidates.num_candidates',
  use_token_level_rewards: tokenLevel,
  language: 'task.language',
  seed: 'run.seed',
  output_dir: 'run.output_dir',
  save_steps: 'run.save_steps',
  logging_steps: () => ({ ignored: 'every step is logged' }),
  batch_size: perDevice,
  per_device_train_batch_size: perDevice,
};

const nested: Readonly<Record<string, Readonly<Record<string, Meaning>>>> = {
  train: { temperature: 'sampling.temperature', top_p: 'sampling.top_p' },
  dataset: {
    n_train: 'task.train_problems',
    n_eval: 'evaluation.problems',
    name: 'task.name',
    train_split: 'task.train_split',
    eval_split: 'task.held_out_split',
  },
  runtime: {
    use_wandb: (value) =>
      value === true ? { 'trackers.report_to': ['tensorboard', 'wandb'] } : {},
    wandb_project: 'trackers.project',
    wandb_name: () => ({ ignored: 'W&B reads WANDB_NAME of the environment' }),
    wandb_run_group: () => ({ ignored: 'W&B reads WANDB_RUN_GROUP of the environment' }),
    mps_fallback: () => ({ ignored: 'there is no MPS backend here' }),
    device: () => ({ ignored: 'run.backend chooses what computes' }),
  },
  generation: {
    model_name: 'policy.model_name_or_path',
    num_candidates: 'dataset.candidates.num_candidates',
    temperature: 'sampling.temperature',
    top_p: 'sampling.top_p',
    top_k: 'sampling.top_k',
    max_tokens: 'sampling.max_completion_length',
    max_new_tokens: 'sampling.max_completion_length',
  },
};

/** @param source how messages name the file */
export function translateAliases(given: Values, source: string, method: Method): Translated {
  const root = treeSchema();
  const notes: string[] = [];
  let values: Values = {};
  const put = (key: string, options: Values | { ignored: string }): void => {
    if ('ignored' in options) {
      notes.push(`${source}: ${key} is not used: ${String(options.ignored)}.`);
      return;
    }
    for (const [path, value] of Object.entries(options)) {
      const keys = path.split('.');
      if (!schemaAt(keys, root)) {
        throw inputError(
          `${source}: ${key} would be ${path}, which ${method} does not have. Leave it out.`,
        );
      }
      values = withValue(values, keys, value);
      notes.push(`${source}: ${key} is read as ${path}: ${JSON.stringify(value)}.`);
    }
  };
  for (const [key, value] of Object.entries(given)) {
    if (isSection(value) && key in nested) {
      for (const [inner, innerValue] of Object.entries(value)) {
        const name = `${key}.${inner}`;
        const own = schemaAt([key, inner], root);
        const meaning = own ? null : (nested[key][inner] ?? meaningOf(inner, method, root));
        if (meaning === null) values = withValue(values, [key, inner], innerValue);
        else put(name, resolve(meaning, innerValue, method));
      }
      continue;
    }
    const meaning = key in (root.properties ?? {}) ? null : meaningOf(key, method, root);
    if (meaning === null) values = { ...values, [key]: value };
    else put(key, resolve(meaning, value, method));
  }
  return { values, notes };
}

/** A known foreign key, or an option of the method that stands outside its section; `null`: neither. */
function meaningOf(key: string, method: Method, root: JsonSchema): Meaning | null {
  if (key in topLevel) return topLevel[key];
  return schemaAt([method, key], root) ? `*.${key}` : null;
}

function resolve(meaning: Meaning, value: unknown, method: Method): Values | { ignored: string } {
  if (typeof meaning === 'function') return meaning(value, method);
  return { [meaning.replace('*', method)]: value };
}

function dtype(value: unknown): Values | { ignored: string } {
  if (value === 'auto') return { ignored: 'weights are held as policy.dtype says' };
  if (value === 'float16') return { 'policy.dtype': 'bfloat16' };
  return { 'policy.dtype': value };
}

function tokenLevel(value: unknown, method: Method): Values {
  switch (method) {
    case 'dpo':
    case 'kto':
    case 'cpo':
    case 'orpo':
      return { [`${method}.use_token_level_rewards`]: value };
    case 'ppo':
      return value === true ? {} : { 'ppo.token_reward_weight': 0 };
    case 'grpo':
      return { 'reward.token_scheme.name': value === true ? 'span_penalty' : 'scalar' };
    case 'sft':
      return {};
  }
}

/** An online method names its batch by prompts: gradients add up over the step in any case. */
function perDevice(value: unknown, method: Method): Values {
  const option = isOnline(method) ? 'prompts_per_step' : 'per_device_train_batch_size';
  return { [`${method}.${option}`]: value };
}

function withValue(values: Values, [key, ...rest]: readonly string[], value: unknown): Values {
  if (rest.length === 0) return { ...values, [key]: value };
  const inner = values[key];
  return { ...values, [key]: withValue(isSection(inner) ? inner : {}, rest, value) };
}
