import { readFile } from 'node:fs/promises';
import { text as textOf } from 'node:stream/consumers';
import { inputError, usageError } from '../../errors.js';
import type { Generation, Sample, SampleEvent, TextGenerator } from '../../policy/index.js';
import type { ChatMessage, SamplingSettings } from '../../records.js';
import { line, span } from '../styled.js';
import type { StyledLine } from '../styled.js';
import type { CommandContext, CommandInput, CommandOption, CommandResult } from './command.js';
import { flagOption, textOption, wholeOption } from './command.js';
import {
  generatorFromOptions,
  generatorNames,
  generatorOptions,
  lengthOf,
} from './generator-option.js';
import { policyOption } from './policy-option.js';
import { checkSamplingOptions } from './sampling-check.js';
import { sourceHooks } from './source-hooks.js';

export const promptOptions: CommandOption[] = [
  { flags: '--prompt <text>', summary: 'sample this, without any task or judging' },
  { flags: '--prompt-file <file>', summary: 'the same from a file, - for standard input' },
  { flags: '--chat', summary: 'the prompt is a message, put through the chat template' },
  { flags: '--system <text>', summary: 'a system message before it (with --chat)' },
  { flags: '--stop <text>', summary: 'end before this text; may be repeated', many: true },
  { flags: '--stop-token-id <id>', summary: 'end at this token; may be repeated', many: true },
  ...generatorOptions,
];

/** What has no meaning where a task brings the prompt and its stop strings. */
export const promptOnly: readonly string[] = ['chat', 'system', 'stop', ...generatorNames];

export function hasPrompt(input: CommandInput): boolean {
  return ['prompt', 'promptFile'].some((name) => textOption(input, name) !== undefined);
}

/** One completion of a prompt, as `--json` prints it. */
export interface PromptSample extends Omit<Sample, 'request'> {
  /** As the policy got it: rendered, where it is a chat. */
  prompt: string;
  seed: number;
  settings: SamplingSettings;
  /** Of the policy, adapter included. */
  revision: string;
}

/**
 * Samples completions of a prompt of one's own. A single one is written as it grows, several each
 * when it ends. Ctrl-C leaves what there is, as `cancelled`.
 */
export async function samplePrompt(
  input: CommandInput,
  context: CommandContext,
  settings: SamplingSettings,
): Promise<CommandResult> {
  const [{ loadPolicy, streamPolicy }, { selectBackend }] = await Promise.all([
    import('../../policy/index.js'),
    import('../../tensor/index.js'),
  ]);
  await checkSamplingOptions('rlsf sample', settings);
  const n = wholeOption(input, 'n', 1, 1);
  const given = conversation(input, await givenPrompt(input));
  const generator = await generatorFromOptions(input, context);
  if (generator !== null) return sampleGenerator(generator, context, settings, n, given);
  await selectBackend();
  const { policy: folder, ...adapted } = await policyOption(input, context);
  const policy = await loadPolicy(folder, { ...sourceHooks(context), ...adapted });
  try {
    const prompt = typeof given === 'string' ? given : policy.tokenizer.renderChat(given);
    const { revision } = policy;
    const printer = createPrinter(context.json ? () => {} : context.write, n);
    const stream = streamPolicy(policy, [{ prompt, n, seed: settings.seed }], settings, {
      signal: context.signal,
    });
    let next = await stream.next();
    for (; next.done !== true; next = await stream.next()) printer.show(next.value);
    const samples = next.value;
    printer.showRest(samples);
    const value = samples.map(({ sample, completion, ...rest }): PromptSample => ({
      sample,
      prompt,
      completion,
      promptIds: rest.promptIds,
      completionIds: rest.completionIds,
      logprobs: rest.logprobs,
      plainLogprobs: rest.plainLogprobs,
      byteOffsets: rest.byteOffsets,
      finishReason: rest.finishReason,
      seed: settings.seed,
      settings,
      revision,
    }));
    return { value, lines: summary(samples) };
  } finally {
    policy.dispose();
  }
}

async function givenPrompt(input: CommandInput): Promise<string> {
  const [prompt, file] = [textOption(input, 'prompt'), textOption(input, 'promptFile')];
  if (prompt !== undefined && file !== undefined)
    throw usageError('rlsf sample: give one of --prompt and --prompt-file, not both.');
  if (textOption(input, 'system') !== undefined && !flagOption(input, 'chat'))
    throw usageError('rlsf sample: --system is part of a conversation: give --chat as well.');
  if (prompt !== undefined) return prompt;
  if (file === '-') return textOf(process.stdin);
  try {
    return await readFile(file ?? '', 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw inputError(
      `${file}: expected the prompt, ${code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`}. Check the path.`,
    );
  }
}

/** The prompt as it stands, or as a conversation that is opened with it. */
function conversation(input: CommandInput, prompt: string): string | ChatMessage[] {
  if (!flagOption(input, 'chat')) return prompt;
  const system = textOption(input, 'system');
  const messages: ChatMessage[] = [{ role: 'user', content: prompt }];
  if (system !== undefined) messages.unshift({ role: 'system', content: system });
  return messages;
}

/** The same of an ONNX model or a server, each completion written when it is there. */
async function sampleGenerator(
  generator: TextGenerator,
  context: CommandContext,
  settings: SamplingSettings,
  n: number,
  prompt: string | ChatMessage[],
): Promise<CommandResult> {
  const { kind, name, revision } = generator;
  const show = (generation: Generation): void => {
    if (n === 1) return context.write(`${printable(generation.completion)}\n`);
    const { sample, finishReason } = generation;
    context.write(headed(sample, n, lengthOf(generation), finishReason, generation.completion));
  };
  try {
    const generations = await generator.generate([{ prompt, n, seed: settings.seed }], settings, {
      signal: context.signal,
      ...(context.json ? {} : { onGeneration: show }),
    });
    const value = generations.map(({ request: _, ...generation }) => ({
      ...generation,
      prompt,
      seed: settings.seed,
      settings,
      generator: { kind, name },
      revision,
    }));
    const reasons = countedReasons(generations);
    return {
      value,
      lines: [line(span(`${completions(n)} of ${name} (${kind}): ${reasons}`, 'dim'))],
    };
  } finally {
    await generator.close();
  }
}

interface Printer {
  /** A single completion as it grows, one of several when it ends. */
  show(event: SampleEvent): void;
  /** What Ctrl-C left unsaid of those that had begun. */
  showRest(samples: readonly Sample[]): void;
}

function createPrinter(write: (text: string) => void, n: number): Printer {
  const texts = Array.from({ length: n }, () => '');
  const tokens = texts.map(() => 0);
  const end = (sample: number, reason: string, text: string): void =>
    write(n === 1 ? '\n' : headed(sample, n, tokensOf(tokens[sample]), reason, text));
  return {
    show({ sample, text, finishReason }) {
      tokens[sample]++;
      texts[sample] += text;
      if (n === 1) write(printable(text));
      if (finishReason !== null) end(sample, finishReason, texts[sample]);
    },
    showRest(samples) {
      for (const { sample, completion, finishReason, completionIds } of samples) {
        if (finishReason !== 'cancelled' || completionIds.length === 0) continue;
        if (n === 1) write(printable(completion.slice(texts[sample].length)));
        end(sample, finishReason, completion);
      }
    },
  };
}

function headed(sample: number, n: number, length: string, reason: string, text: string): string {
  return `── ${sample + 1} of ${n} · ${length} · ${reason}\n${printable(text)}\n`;
}

/** A terminal obeys control characters, and a completion may hold any: they are shown instead. */
function printable(text: string): string {
  return text.replaceAll(/(?![\n\t])\p{Cc}/gu, (control) => {
    const code = control.charCodeAt(0);
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : '\u2421';
  });
}

function summary(samples: readonly Sample[]): StyledLine[] {
  const tokens = samples.reduce((sum, { completionIds }) => sum + completionIds.length, 0);
  const prompt = samples[0].promptIds.length;
  const what = `${completions(samples.length)} of ${tokensOf(prompt)} of prompt`;
  return [line(span(`${what}, ${tokensOf(tokens)}: ${countedReasons(samples)}`, 'dim'))];
}

function countedReasons(samples: readonly { finishReason: string }[]): string {
  const reasons = new Map<string, number>();
  for (const { finishReason } of samples)
    reasons.set(finishReason, (reasons.get(finishReason) ?? 0) + 1);
  return [...reasons].map(([reason, count]) => `${reason} ${count}`).join(', ');
}

function completions(count: number): string {
  return count === 1 ? '1 completion' : `${count} completions`;
}

function tokensOf(count: number): string {
  return `${count} ${count === 1 ? 'token' : 'tokens'}`;
}
