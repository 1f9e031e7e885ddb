/** A study's arms as configs of their own, and how many judged completions each learns from. */
import path from 'node:path';
import { inputError } from '../../errors.js';
import type { Config, Method } from '../config/index.js';
import { configWith, isOnline } from '../config/index.js';
import { promptsOfStep } from '../methods/experience.js';

export interface Arm {
  name: string;
  method: Method;
  /** Without seed and folder: see `armConfig`. */
  config: Config;
  source: SampleSource;
  /** Judged completions that it learns from. */
  samples: number;
}

/** `rollouts`: sampled while it trains. `candidates`: shared by the arms of a seed. `none`: references, or a file. */
export type SampleSource = 'rollouts' | 'candidates' | 'none';

/** What would make an arm's measurements another thing than the other arms'. */
const shared = [
  'run',
  'study',
  'task.name',
  'task.path',
  'task.prompt_format',
  'task.seed',
  'task.train_split',
  'task.train_problems',
  'task.held_out_split',
  'task.held_out_families_split',
  'policy.model_name_or_path',
  'sampling.max_completion_length',
  'dataset.candidates',
  'evaluation.problems',
  'evaluation.held_out_families_problems',
  'evaluation.num_samples',
  'evaluation.temperature',
  'evaluation.top_p',
  'evaluation.seed',
  'evaluation.eval_problems',
  'evaluation.after_training',
];

/** Names that have folders of their own beside the arms. */
const reserved = ['base', 'candidates'];

/**
 * The arms of a study, each checked as a config of its own.
 * @throws where an option is unknown or must be shared, where a name cannot be a folder's, where arms
 *   learn from different numbers of judged completions, or where `compare` names no arm
 */
export function studyArms(config: Config): Arm[] {
  const { arms: given, compare } = config.study;
  const names = Object.keys(given);
  if (names.length === 0) {
    throw inputError(
      'study.arms: expected at least one arm, got none. Name some in the file: `study: { arms: { grpo: { method: grpo } } }`.',
    );
  }
  const arms = names.map((name) => resolved(config, name));
  for (const name of compare.flat()) {
    if (names.includes(name)) continue;
    throw inputError(
      `study.compare: expected names of arms (${names.join(', ')}), got ${name}. Correct it.`,
    );
  }
  checkBudgets(arms, config.study.samples);
  return arms;
}

function resolved(config: Config, name: string): Arm {
  const { method, set } = config.study.arms[name];
  const where = `study.arms.${name}`;
  if (!/^[\w][\w.-]*$/.test(name) || reserved.includes(name)) {
    throw inputError(
      `${where}: expected a name of letters, digits, ".", "_" and "-", not ${reserved.join(' or ')}: it becomes a folder's. Choose another.`,
    );
  }
  for (const option of optionsOf(set)) {
    const rule = shared.find((fixed) => option === fixed || option.startsWith(`${fixed}.`));
    if (rule === undefined) continue;
    throw inputError(
      `${where}.set: ${option} is the same for all arms of a study, or their measurements could not be compared. Set it beside \`study\`.`,
    );
  }
  const { study: _study, ...tree } = config;
  const own = configWith(tree as Config, set, `${where}.set`);
  const source = sourceOf(method, own);
  return { name, method, config: own, source, samples: samplesOf(method, own, source, where) };
}

/** The paths that a section of options sets. */
function optionsOf(values: Readonly<Record<string, unknown>>, above = ''): string[] {
  return Object.entries(values).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? optionsOf(value as Record<string, unknown>, `${above}${key}.`)
      : [`${above}${key}`],
  );
}

function sourceOf(method: Method, { dataset }: Config): SampleSource {
  if (isOnline(method)) return 'rollouts';
  if (dataset.path !== null) return 'none';
  return method === 'sft' && dataset.completions === 'reference' ? 'none' : 'candidates';
}

function samplesOf(method: Method, config: Config, source: SampleSource, where: string): number {
  if (source === 'none') return 0;
  const { task, dataset, grpo, ppo } = config;
  if (source === 'candidates') return task.train_problems * dataset.candidates.num_candidates;
  if (method === 'grpo' && grpo.dynamic_sampling) {
    throw inputError(
      `${where}: expected grpo.dynamic_sampling: false, got true. With it the number of judged completions is known only afterwards, so arms cannot be given equal ones.`,
    );
  }
  const options = method === 'ppo' ? ppo : grpo;
  return options.max_steps * promptsOfStep(options) * options.num_generations;
}

function checkBudgets(arms: readonly Arm[], wanted: number | null): void {
  const sampling = arms.filter(({ source }) => source !== 'none');
  if (sampling.length === 0) return;
  const samples = wanted ?? sampling[0].samples;
  const others = sampling.filter((arm) => arm.samples !== samples);
  if (others.length === 0) return;
  const found = others.map(({ name, samples: own }) => {
    const by = own - samples;
    return `${name} ${own} (${by > 0 ? `${by} too many` : `${-by} too few`})`;
  });
  const whose = wanted === null ? `as ${sampling[0].name}` : 'study.samples';
  throw inputError(
    `study.arms: expected every arm to learn from ${samples} judged completions (${whose}), got ${found.join(', ')}. Change max_steps, prompts_per_step or num_generations of grpo and ppo, or task.train_problems × dataset.candidates.num_candidates of the others.`,
  );
}

/** What an arm runs with for one seed. */
export function armConfig(arm: Arm, seed: number, folder: string): Config {
  const at = path.join(folder, String(seed));
  return configWith(
    arm.config,
    {
      'run.seed': seed,
      'run.output_dir': at,
      'run.name': arm.name,
      'evaluation.after_training': true,
      ...(arm.source === 'candidates'
        ? { 'dataset.candidates.path': path.join(at, 'candidates') }
        : {}),
    },
    `study.arms.${arm.name}`,
  );
}

/** What is run without training: the baseline (`seed` null), or a seed's candidates. */
export function untrainedConfig(config: Config, seed: number | null, folder: string): Config {
  const { study: _study, ...tree } = config;
  return configWith(
    tree as Config,
    {
      ...(seed === null ? {} : { 'run.seed': seed }),
      'run.output_dir': seed === null ? folder : path.join(folder, String(seed)),
      'run.name': seed === null ? 'base' : 'candidates',
      'trackers.report_to': [],
    },
    'study',
  );
}
