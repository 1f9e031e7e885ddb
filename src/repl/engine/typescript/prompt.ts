import Module from 'node:module';
import { internalError } from '../../../errors.js';
import type { StyledLine } from '../../styled.js';
import { valueLines } from '../../values/index.js';
import type { Calls } from './calls.js';
import { diagnosticLines } from './code-frame.js';
import { inputName } from './input-name.js';
import { loadAs } from './load-as.js';
import { runtimeErrorLines } from './runtime-error.js';
import type { RunInput } from './runtime-error.js';
import { startCompilerThread } from './thread.js';
import { tslabRequire } from './tslab.js';
import type { ConvertResult, Executor } from './tslab.js';

export interface PromptOptions {
  /** What `rlsf` is to a line: the very module that the engine uses. */
  library: Record<string, unknown>;
  /** The declarations of it. */
  libraryTypes: string;
  /** The session at that moment: the variable `session`. */
  session(): unknown;
  width(): number;
  output(lines: StyledLine[]): void;
  /** What went wrong. */
  failed(lines: StyledLine[]): void;
}

export type Outcome = 'well' | 'failed' | 'interrupted';

/** TypeScript at the prompt: a line means what it means in a cell of a notebook. */
export interface Prompt {
  /** Converts, checks and runs; prints the value of the last expression or what went wrong. */
  run(source: string): Promise<Outcome>;
  interrupt(): void;
  complete(source: string, position: number): Promise<Calls['complete']['result']>;
  hint(source: string, position: number): Promise<Calls['hint']['result']>;
  whole(source: string): Promise<Calls['whole']['result']>;
  /** What the lines declared, `session` and `_` among it. */
  locals(): Record<string, unknown>;
  /** Starts what takes long. Called by the first of the above, if not before. */
  start(): Promise<void>;
  close(): Promise<void>;
}

type Converted = Calls['convert']['result'];
type Metadata = Calls['metadata']['result'];

/** Inputs whose lines can still be named in a stack. */
const keptInputs = 300;

export function createPrompt(options: PromptOptions): Prompt {
  const thread = startCompilerThread(options.libraryTypes);
  const inputs = new Map<number, RunInput>();
  let executor: Executor | null = null;
  let started: Promise<void> | null = null;
  /** What the lines so far declared, as tslab's executor keeps it to itself. */
  let declarations = '';
  let converted: ConvertResult | null = null;
  let source = '';
  let number = 0;
  let thrown: { error: unknown } | null = null;
  /** Ctrl-C came before the line began to run. */
  let isStopped = false;
  /** What the executor is about to ask, asked before it while the engine can still hear a Ctrl-C. */
  let ahead: { source: string; previous: string; converted: Converted; metadata: Metadata } | null =
    null;
  /** What `_` was set to here; a line may have made a variable of that name its own. */
  let last: unknown;

  const start = (): Promise<void> => (started ??= begin());

  async function begin(): Promise<void> {
    const prelude = await thread.ready;
    executor = createExecutor(
      { convert, addModule: (...ask) => addModule(...ask) },
      (value) => print(value),
      (error) => (thrown ??= { error }),
      (text) =>
        ahead?.source === text ? ahead.metadata : thread.callSync('metadata', { source: text }),
    );
    loadAs('rlsf', () => options.library);
    source = prelude;
    if (!(await executor.execute(prelude)))
      throw internalError("the library's names could not be brought into scope.");
    declarations = convertedDeclarations();
  }

  function convert(previous: string, text: string): ConvertResult {
    const isAhead = ahead?.source === text && ahead.previous === previous;
    const { converted: result, maps } =
      ahead && isAhead ? ahead.converted : thread.callSync('convert', { previous, source: text });
    converted = result;
    if (result.output === undefined) return result;
    inputs.set(number, { source, maps });
    inputs.delete(number - keptInputs);
    // V8 takes the name for its stacks from the text.
    converted = { ...result, output: `${result.output}\n//# sourceURL=${inputName(number)}\n` };
    return converted;
  }

  function addModule(name: string, content: string, meta: unknown): ConvertResult['diagnostics'] {
    const diagnostics = thread.callSync('addModule', { name, content, meta });
    if (diagnostics.length > 0)
      options.failed(diagnosticLines(content, diagnostics, options.width()));
    return [];
  }

  function print(value: unknown): void {
    const own = executor?.locals;
    if (own && own['_'] === last) own['_'] = last = value;
    options.output(valueLines(value, { width: options.width() }));
  }

  function convertedDeclarations(): string {
    return converted?.declOutput ?? '';
  }

  async function run(text: string): Promise<Outcome> {
    await start();
    if (!executor) throw internalError('the executor has not started.');
    [source, converted, thrown, isStopped] = [text, null, null, false];
    number++;
    const previous = declarations;
    const [metadata, checked] = await Promise.all([
      thread.call('metadata', { source: text }),
      thread.call('convert', { previous, source: text }),
    ]);
    if (isStopped) return 'interrupted';
    ahead = { source: text, previous, converted: checked, metadata };
    const known = executor.locals;
    known['session'] = options.session();
    const isWell = await executor.execute(text);
    const result = converted as ConvertResult | null;
    if (isWell) {
      if (result) declarations = result.declOutput ?? '';
      return 'well';
    }
    if (result && result.diagnostics.length > 0) {
      options.failed(diagnosticLines(text, result.diagnostics, options.width()));
      return 'failed';
    }
    const error = (thrown as { error: unknown } | null)?.error;
    if (isInterrupt(error)) return 'interrupted';
    options.failed(runtimeErrorLines(error, inputs, options.width()));
    return 'failed';
  }

  return {
    run,
    interrupt() {
      isStopped = true;
      executor?.interrupt();
    },
    complete: (text, position) =>
      thread.call('complete', { previous: declarations, source: text, position }),
    hint: (text, position) =>
      thread.call('hint', { previous: declarations, source: text, position }),
    whole: (text) => thread.call('whole', { source: text }),
    locals: () => executor?.locals ?? {},
    start,
    close: () => thread.close(),
  };
}

/** tslab's executor, its converter and its reading of comments replaced by the thread's. */
function createExecutor(
  converter: {
    convert(previous: string, source: string): ConvertResult;
    addModule(name: string, content: string, meta: unknown): ConvertResult['diagnostics'];
  },
  log: (value: unknown) => void,
  error: (error: unknown) => void,
  getCodeMetadata: (source: string) => Calls['metadata']['result'],
): Executor {
  // Its only use of the compiler in this thread: left out, it saves 0.4 s and 30 MB.
  const metadata = tslabRequire.resolve('./metadata.js');
  const stand = new Module(metadata);
  Object.assign(stand, { filename: metadata, loaded: true, exports: { getCodeMetadata } });
  tslabRequire.cache[metadata] = stand;
  const { createExecutor: create } = tslabRequire('./executor.js') as {
    createExecutor(
      folder: string,
      converters: { node: unknown; browser: unknown; close(): void },
      console: { log(value: unknown): void; error(error: unknown): void },
    ): Executor;
  };
  const converters = { node: converter, browser: converter, close() {} };
  return create(process.cwd(), converters, { log, error });
}

function isInterrupt(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? error.code : undefined;
  return (
    code === 'ERR_SCRIPT_EXECUTION_INTERRUPTED' || error.message === 'Interrupted asynchronously'
  );
}
