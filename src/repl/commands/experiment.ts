import { existsSync } from 'node:fs';
import { inputError, usageError } from '../../errors.js';
import type { Config, Method } from '../../experiments/config/index.js';
import type { RunKind, RunResult, RunSummary } from '../../experiments/index.js';
import { quoted } from '../../experiments/export/files.js';
import { packageRoot, shipped } from '../../session/shipped.js';
import { line, span } from '../styled.js';
import type { CommandContext, CommandInput, CommandOption, CommandResult } from './command.js';
import { configOptions, flagOption, listOption, textOption } from './command.js';

export const forceOption: CommandOption = {
  flags: '--force',
  summary: 'start anew under a name that is taken; the old folder is kept as <name>.old-1',
};

/** The options of everything that makes a run folder. */
export const runOptions: CommandOption[] = [
  ...configOptions,
  { flags: '--run-name <name>', summary: 'name of the run and of its folder' },
  {
    flags: '--resume [run]',
    summary:
      'go on with a run that was stopped, as it was started; else with the newest of this name',
  },
  { flags: '--new', summary: 'start a new run even where one was interrupted' },
  forceOption,
  { flags: '--plain', summary: 'plain lines instead of the live view' },
];

/** The config as it will run: file, environment, `--set`, `--run-name`; our own files stand in for missing ones. */
export async function experimentConfig(
  input: CommandInput,
  options: {
    command: string;
    /** Where `--config` is left out. */
    defaultFile?: string;
    method?: Method;
    onNote(note: string): void;
  },
): Promise<Config> {
  const { command, method, onNote } = options;
  const resumes = input.options['resume'] !== undefined;
  if (textOption(input, 'resume') !== undefined && textOption(input, 'runName') !== undefined)
    throw usageError(
      `${command}: --resume RUN names the run already, and a run keeps its name. Leave --run-name out.`,
    );
  if (resumes && flagOption(input, 'new'))
    throw usageError(`${command}: --resume and --new exclude each other. Give one of them.`);
  if (flagOption(input, 'force') && resumes)
    throw usageError(`${command}: --resume and --force exclude each other. Give one of them.`);
  const { loadConfig } = await import('../../experiments/index.js');
  const asStarted = await configOfResumed(input);
  if (asStarted !== null) return asStarted;
  const given = textOption(input, 'config') ?? options.defaultFile ?? null;
  if (given === null && method === undefined)
    throw usageError(
      `${command}: --config <file> is expected. Files to start from lie in ${packageRoot}configs.`,
    );
  const name = textOption(input, 'runName');
  const set = [...listOption(input, 'set'), ...(name === undefined ? [] : [`run.name=${name}`])];
  const config = await loadConfig(given === null ? null : shipped(given), { set, method, onNote });
  const folder = config.policy.model_name_or_path;
  if (folder === null) return config;
  const found = shipped(folder);
  const { parseHubId } = await import('../../policy/index.js');
  if (!existsSync(found) && parseHubId(found) === null)
    throw inputError(
      `policy.model_name_or_path${given === null ? '' : ` (${given})`}: expected a folder in Hugging Face layout or a Hub id (owner/name); there is no folder ${folder} beside the config, in the working folder or in the package, and it is no id. Give another with --set policy.model_name_or_path=<folder or id>.`,
    );
  return { ...config, policy: { ...config.policy, model_name_or_path: found } };
}

/** The config of the run that `--resume` names, where nothing else is given; else `null`. */
async function configOfResumed(input: CommandInput): Promise<Config | null> {
  const run = textOption(input, 'resume');
  const isAlone =
    textOption(input, 'config') === undefined && listOption(input, 'set').length === 0;
  if (run === undefined || !isAlone) return null;
  const { findRun, loadConfig, storedConfig } = await import('../../experiments/index.js');
  const { output_dir: outputDir } = (await loadConfig(null)).run; // the environment may name one
  const { folder } = await findRun(run, outputDir);
  return storedConfig(folder);
}

/**
 * The interrupted run to go on with, `null` for a new one, `'left'` when the question was left.
 * `--resume` and `--new` decide; else the user does; else, with nobody there, it is resumed.
 */
export async function runToResume(
  config: Config,
  kind: RunKind,
  input: CommandInput,
  context: CommandContext,
): Promise<Pick<RunSummary, 'folder'> | null | 'left'> {
  if (flagOption(input, 'new') || flagOption(input, 'force')) return null;
  const { findInterruptedRun, findRun } = await import('../../experiments/index.js');
  const named = textOption(input, 'resume');
  if (named !== undefined) return findRun(named, config.run.output_dir);
  const interrupted = await findInterruptedRun(config, kind);
  if (!interrupted) {
    if (!flagOption(input, 'resume')) return null;
    throw inputError(
      `--resume: there is no interrupted run to go on with under ${config.run.output_dir}. Leave --resume out to start a new one.`,
    );
  }
  if (flagOption(input, 'resume')) return interrupted;
  const { folder, status } = interrupted;
  const where = `${folder} was stopped after step ${status.step} of ${status.maxSteps}`;
  if (!context.interactive) {
    context.note(`${where}; going on with it (--new starts another).`);
    return interrupted;
  }
  const answer = await context.choose(`${where}.`, [
    { key: 'r', label: 'resume it' },
    { key: 'n', label: 'start a new run beside it' },
    { key: 'q', label: 'leave' },
  ]);
  if (answer === 'n') return null;
  return answer === 'r' ? interrupted : 'left';
}

/** Events have told everything already, but how to go on after Ctrl-C. */
export function runEnd(
  { status, folder }: Pick<RunResult, 'status' | 'folder'>,
  command: string,
): CommandResult {
  if (status === 'finished') return { value: undefined, lines: [] };
  const again =
    process.env['npm_lifecycle_event'] === 'start'
      ? 'npm start'
      : `${command} --resume ${quoted(folder)}`;
  return {
    value: undefined,
    lines: [line('Go on with it: ', span(again, 'accent'))],
    exitCode: 130,
  };
}
