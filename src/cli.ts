import { Command as Program, CommanderError } from 'commander';
import { existsSync, readFileSync } from 'node:fs';
import { isRlsfError } from './errors.js';
import { ask } from './repl/ask.js';
import type {
  Command,
  CommandArgument,
  CommandContext,
  CommandInput,
} from './repl/commands/command.js';
import { commands } from './repl/commands/index.js';
import { parentSummaries } from './repl/commands/parents.js';
import { sessionCall } from './repl/commands/session-form.js';
import { catchInterrupts } from './repl/interrupts.js';
import { showRun } from './repl/show-run.js';
import { ansiText, plainText } from './repl/styled.js';

/**
 * The command line: parses, calls, prints. Exit codes: 0, 1 (the input, the machine or the work
 * failed), 2 (the command line itself is wrong), 130 (stopped by Ctrl-C), 141 (the reader of the
 * output left, as with any program in a pipe).
 */
export async function main(argv: readonly string[]): Promise<number> {
  if (process.stdout.listenerCount('error', leaveUnread) === 0)
    process.stdout.on('error', leaveUnread);
  readEnvFile();
  let exitCode = 0;
  const program = createProgram(async (command, input) => {
    exitCode = await runCommand(command, input);
  });
  try {
    const onSession = await sessionCall(argv, commands);
    if (onSession) return await runCommand(onSession.command, onSession.input);
    if (argv.length === 0 || argv[0] === '--help' || argv[0] === '-h')
      program.addHelpText('after', await sessionHelpText());
    if (argv.length === 0) program.outputHelp();
    else await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    return reportError(error, argv);
  }
}

/** `.env` of the working directory: tokens and keys among it. A variable of the shell wins. */
function readEnvFile(): void {
  if (existsSync('.env')) process.loadEnvFile('.env');
}

/** `rlsf … | head`: nobody reads on, so there is nothing left to do or to say. */
function leaveUnread(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(128 + 13);
  process.stderr.write(
    `rlsf: standard output cannot be written (${error.code ?? error.message}).\n`,
  );
  process.exit(1);
}

type Run = (command: Command, input: CommandInput) => Promise<void>;

async function sessionHelpText(): Promise<string> {
  const { sessionCommandsText } = await import('./repl/commands/session-help.js');
  return sessionCommandsText(Math.max(60, (process.stdout.columns ?? 101) - 1));
}

/** Every command of `commands/` as commander knows it. */
function createProgram(run: Run): Program {
  const program = new Program('rlsf')
    .description('Reinforcement learning of code models from symbolic feedback.')
    .version(packageVersion(), '-V, --version')
    .showHelpAfterError(false)
    .configureHelp({ showGlobalOptions: false });
  const parents = new Map<string, Program>();
  for (const command of commands) {
    const words = command.name.split(' ');
    const parent = words.length === 1 ? program : parentOf(program, parents, words[0]);
    addCommand(parent, command, words[words.length - 1], run);
  }
  for (const each of [program, ...program.commands, ...program.commands.flatMap((c) => c.commands)])
    each.exitOverride().configureOutput({ outputError: () => {} });
  return program;
}

function parentOf(program: Program, parents: Map<string, Program>, name: string): Program {
  const known = parents.get(name);
  if (known) return known;
  const parent = program.command(name).description(parentSummaries[name] ?? '');
  parents.set(name, parent);
  return parent;
}

function addCommand(parent: Program, command: Command, name: string, run: Run): void {
  const added = parent.command(name).description(command.summary);
  for (const argument of command.arguments ?? [])
    added.argument(argumentFlags(argument), argument.summary);
  for (const option of command.options ?? [])
    if (option.many)
      added.option(option.flags, option.summary, (value: string, before: string[] | undefined) => [
        ...(before ?? []),
        value,
      ]);
    else added.option(option.flags, option.summary);
  added.option('--json', 'print the value as JSON');
  added.option('--verbose', 'show the stack of an error');
  if (command.examples)
    added.addHelpText('after', `\nExamples:\n${command.examples.map((e) => `  ${e}`).join('\n')}`);
  added.action(async () => {
    const given = Object.fromEntries(
      (command.arguments ?? []).map((argument, index) => [argument.name, added.args[index]]),
    );
    const last = (command.arguments ?? []).findIndex(({ many }) => many);
    const rest = last < 0 ? [] : added.args.slice(last);
    await run(command, { arguments: given, rest, options: added.opts() });
  });
}

function argumentFlags({ name, required = true, many }: CommandArgument): string {
  const text = many ? `${name}...` : name;
  return required ? `<${text}>` : `[${text}]`;
}

async function runCommand(command: Command, input: CommandInput): Promise<number> {
  const json = input.options['json'] === true;
  const terminal = process.stdout.isTTY && process.stdin.isTTY && input.options['plain'] !== true;
  const interactive = terminal && !json;
  const width = Math.max(60, (process.stdout.columns ?? 101) - 1);
  const colour = process.stdout.isTTY && !process.env['NO_COLOR'];
  const interrupts = catchInterrupts();
  const write = (text: string): void => void process.stdout.write(text);
  const context: CommandContext = {
    width,
    interactive,
    json,
    signal: interrupts.signal,
    write,
    note: (text) => void process.stderr.write(`${text}\n`),
    showRun: (start) =>
      showRun(start, {
        mode: json ? 'json' : interactive ? 'live' : 'plain',
        width,
        colour,
        write,
        interrupts,
      }),
    choose: ask,
  };
  try {
    const result = await command.run(input, context);
    if (json) {
      if (result.value !== undefined) write(`${JSON.stringify(result.value, null, 2)}\n`);
    } else for (const each of result.lines) write(`${colour ? ansiText(each) : plainText(each)}\n`);
    return result.exitCode ?? (interrupts.signal.aborted ? 130 : 0);
  } finally {
    interrupts.release();
  }
}

function reportError(error: unknown, argv: readonly string[]): number {
  const verbose = argv.includes('--verbose');
  const print = (text: string): void => void process.stderr.write(`${text}\n`);
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    if (error.code === 'commander.help') return 2;
    const name = commandName(argv);
    print(`${name}: ${error.message.replace(/^error: /, '').replace(/\n\(/, ' (')}`);
    print(`What there is: ${name} --help`);
    return 2;
  }
  if (isAbort(error)) {
    print('rlsf: stopped.');
    return 130;
  }
  if (isRlsfError(error)) {
    // A message that begins with its command says enough.
    print(error.message.startsWith('rlsf ') ? error.message : `rlsf: ${error.message}`);
    if (verbose && error.stack) print(error.stack);
    return error.tag === 'usage' ? 2 : 1;
  }
  const message = error instanceof Error ? error.message : String(error);
  print(`rlsf: Internal: ${message}`);
  print(
    verbose && error instanceof Error
      ? (error.stack ?? '')
      : 'This is a mistake in rlsf, not in your input. Run again with --verbose for the stack.',
  );
  return 1;
}

/** As far as the words given are a command's: `rlsf`, `rlsf tour`, `rlsf train sft`. */
function commandName(argv: readonly string[]): string {
  const known = commands.map((command) => command.name);
  const [first = '', second = ''] = argv;
  if (known.includes(`${first} ${second}`)) return `rlsf ${first} ${second}`;
  return known.some((name) => name.split(' ')[0] === first) ? `rlsf ${first}` : 'rlsf';
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

function packageVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
