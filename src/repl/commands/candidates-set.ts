import path from 'node:path';
import type { JudgePlace } from '../../experiments/workplace/index.js';
import type { Problem } from '../../records.js';
import type { CommandContext, CommandInput } from './command.js';
import { textOption } from './command.js';
import { readText } from './judge-file.js';

/** The options of `rlsf tasks candidates` with those of a config behind them. */
export interface CandidatesInput {
  input: CommandInput;
  /** What the config alone can say. */
  minP: number;
  repetitionPenalty: number;
  /** Where the config judges; `null` without one. */
  judgePlace: JudgePlace | null;
}

/** `--config` says what the command line does not: policy, task, sampling, how many. */
export async function withConfig(
  input: CommandInput,
  context: Pick<CommandContext, 'note'>,
): Promise<CandidatesInput> {
  const file = textOption(input, 'config');
  if (file === undefined) return { input, minP: 0, repetitionPenalty: 1, judgePlace: null };
  const { loadConfig } = await import('../../experiments/config/index.js');
  const config = await loadConfig(file, { method: 'dpo', onNote: (note) => context.note(note) });
  const { policy, task, sampling, dataset, run } = config;
  const told: Record<string, string | number | null> = {
    policy: policy.model_name_or_path,
    task: task.name,
    path: task.path,
    promptFormat: task.prompt_format,
    taskLanguage: task.language,
    malformed: task.malformed,
    heldOutShare: task.held_out_share,
    shotSeed: task.shot_seed,
    split: task.train_split,
    problems: task.train_problems,
    n: dataset.candidates.num_candidates,
    seed: run.seed,
    temperature: sampling.temperature,
    topK: sampling.top_k,
    topP: sampling.top_p,
    maxNewTokens: sampling.max_completion_length,
  };
  const texts = Object.entries(told).flatMap(([name, value]) =>
    value === null ? [] : [[name, String(value)]],
  );
  return {
    input: { ...input, options: { ...Object.fromEntries(texts), ...given(input) } },
    minP: sampling.min_p,
    repetitionPenalty: sampling.repetition_penalty,
    judgePlace: config.judge,
  };
}

/** A set of candidates to prompts of one's own: `{config}-{prompt}`. */
export interface PromptedSet {
  name: string;
  problems: Problem[];
}

/**
 * The problems with the template of `--prompt-path` around their prompts, and the set's name: the
 * config's file name, or the policy's, and the prompt file's. `null` without `--prompt-path`.
 */
export async function promptedSet(
  input: CommandInput,
  problems: readonly Problem[],
  policy: string,
): Promise<PromptedSet | null> {
  const file = textOption(input, 'promptPath');
  if (file === undefined) return null;
  const { applyPromptTemplate } = await import('../../tasks/index.js');
  const template = await readText(file, 'a prompt template');
  return {
    name: promptedName(input, file, policy),
    problems: applyPromptTemplate(problems, template, file),
  };
}

function promptedName(input: CommandInput, file: string, policy: string): string {
  const config = textOption(input, 'config');
  const stem = (of: string): string => path.basename(of).replace(/\.[^.]*$/, '');
  // A model's name may have dots in it, and is a folder.
  const first = config === undefined ? path.basename(path.resolve(policy)) : stem(config);
  return `${first}-${stem(file)}`;
}

function given({ options }: CommandInput): CommandInput['options'] {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
