import { usageError } from '../../errors.js';
import type { Generation, PolicyTokenizer, TextGenerator } from '../../policy/index.js';
import type { CommandContext, CommandInput, CommandOption } from './command.js';
import { dashed, textOption, wholeOption } from './command.js';
import { sourceHooks } from './source-hooks.js';

/** Something else than a policy held here that completes prompts. */
export const generatorOptions: CommandOption[] = [
  { flags: '--onnx <folder>', summary: 'sample an exported ONNX model instead of a policy' },
  {
    flags: '--endpoint <url>',
    summary:
      'sample a server with the API of OpenAI: vLLM, llama.cpp, Ollama (key: OPENAI_API_KEY)',
  },
  { flags: '--model <name>', summary: "the model there (default: the server's only one)" },
  {
    flags: '--tokenizer <folder>',
    summary: "the model's tokenizer, a folder or Hub id, for byte offsets (with --endpoint)",
  },
  { flags: '--concurrency <count>', summary: 'requests at once (with --endpoint, default: 8)' },
];

/** The names of these options, as they come from the command line. */
export const generatorNames: readonly string[] = [
  'onnx',
  'endpoint',
  'model',
  'tokenizer',
  'concurrency',
];

/** The generator that the options name; `null` where they name none and a policy is meant. */
export async function generatorFromOptions(
  input: CommandInput,
  context: Pick<CommandContext, 'json' | 'note' | 'signal'>,
): Promise<TextGenerator | null> {
  const [onnx, endpoint] = [textOption(input, 'onnx'), textOption(input, 'endpoint')];
  const given = (names: readonly string[]): string | undefined =>
    names.find((name) => input.options[name] !== undefined);
  const source = given(['onnx', 'endpoint']);
  const other =
    given(['policy', 'adapter']) ?? (source === 'onnx' ? given(['endpoint']) : undefined);
  if (source !== undefined && other !== undefined)
    throw usageError(`--${source} and --${other} both say what to sample. Leave out one of them.`);
  const remoteOnly = given(['model', 'tokenizer', 'concurrency']);
  if (endpoint === undefined && remoteOnly !== undefined)
    throw usageError(
      `--${dashed(remoteOnly)} belongs to a server: give --endpoint as well, or leave it out.`,
    );
  if (source === undefined) return null;
  const { loadOnnxGenerator, loadTokenizer, openRemoteGenerator, tokenizerFolder } =
    await import('../../policy/index.js');
  if (onnx !== undefined) return loadOnnxGenerator(onnx);
  const [model, tokenizer] = [textOption(input, 'model'), textOption(input, 'tokenizer')];
  const tokenizerOf = async (source: string): Promise<PolicyTokenizer> =>
    loadTokenizer((await tokenizerFolder(source, sourceHooks(context))).folder);
  return openRemoteGenerator({
    endpoint: endpoint ?? '',
    signal: context.signal,
    concurrency: wholeOption(input, 'concurrency', 8, 1),
    ...(model === undefined ? {} : { model }),
    ...(tokenizer === undefined ? {} : { tokenizer: await tokenizerOf(tokenizer) }),
  });
}

/** «512 tokens», or the bytes where nobody has told the tokens. */
export function lengthOf({ completion, completionIds }: Generation): string {
  const [count, unit] =
    completionIds === null
      ? [Buffer.byteLength(completion), 'byte']
      : [completionIds.length, 'token'];
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
