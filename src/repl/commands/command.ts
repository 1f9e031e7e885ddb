import { usageError } from '../../errors.js';
import type { Emit } from '../../experiments/run/events.js';
import type { StyledLine } from '../styled.js';

/**
 * A command is data and an action from input to a returned value; the command line (and the REPL)
 * parse, call and print. Heavy modules are imported inside `run`, so that help is instant.
 */
export interface Command {
  /** One word, or two for a command with kinds: `train grpo`. */
  name: string;
  summary: string;
  arguments?: CommandArgument[];
  options?: CommandOption[];
  examples?: string[];
  run(input: CommandInput, context: CommandContext): Promise<CommandResult>;
}

export interface CommandArgument {
  name: string;
  summary: string;
  /** @default true */
  required?: boolean;
  /** The last one may take several values: `input.rest`. */
  many?: boolean;
}

export interface CommandOption {
  /** As commander writes them: `--config <file>`, `--new`. */
  flags: string;
  summary: string;
  /** May be given several times, or with several values. */
  many?: boolean;
}

export interface CommandInput {
  arguments: Record<string, string | undefined>;
  /** All values of an argument that takes several. */
  rest?: string[];
  /** By camelCase name of the long flag. */
  options: Record<string, string | boolean | string[] | undefined>;
}

export interface CommandContext {
  /** Columns of the output. */
  width: number;
  /** Someone is there to answer questions and read a live view. */
  interactive: boolean;
  json: boolean;
  /** Aborted by the first Ctrl-C. */
  signal: AbortSignal;
  /** Text for people as it comes, before the lines of the result (standard output). Not with `json`. */
  write(text: string): void;
  /** A line for people that is not part of the value (standard error). */
  note(text: string): void;
  /** Draws a long run while it goes on, live in a terminal, as lines in a pipe. */
  showRun<T>(start: (hooks: { signal: AbortSignal; emit: Emit }) => Promise<T>): Promise<T>;
  /** Asks one question in the terminal; `null` when it was left with Ctrl-C. */
  choose(question: string, choices: Choice[]): Promise<string | null>;
}

export interface Choice {
  key: string;
  label: string;
}

export interface CommandResult {
  /** What `--json` prints. */
  value: unknown;
  /** What a person reads. */
  lines: StyledLine[];
  /** @default 0 */
  exitCode?: number;
}

export function textOption(input: CommandInput, name: string): string | undefined {
  const value = input.options[name];
  return typeof value === 'string' ? value : undefined;
}

export function listOption(input: CommandInput, name: string): string[] {
  const value = input.options[name];
  return Array.isArray(value) ? value : [];
}

export function flagOption(input: CommandInput, name: string): boolean {
  return input.options[name] === true;
}

export function numberOption(input: CommandInput, name: string, fallback: number): number {
  const value = textOption(input, name);
  if (value === undefined) return fallback;
  const number = Number(value);
  if (value.trim() === '' || !Number.isFinite(number))
    throw usageError(`--${dashed(name)}: a number is expected, got '${value}'.`);
  return number;
}

export function wholeOption(
  input: CommandInput,
  name: string,
  fallback: number,
  least = 0,
): number {
  const number = numberOption(input, name, fallback);
  if (!Number.isInteger(number) || number < least)
    throw usageError(
      `--${dashed(name)}: a whole number from ${least} is expected, got '${input.options[name]}'.`,
    );
  return number;
}

/** An option's name as it is typed: `topK` → `top-k`. */
export function dashed(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

export const configOptions: CommandOption[] = [
  { flags: '--config <file>', summary: 'YAML or JSON config file' },
  {
    flags: '--set <key=value...>',
    summary: 'change config values, e.g. --set run.seed=7',
    many: true,
  },
];
