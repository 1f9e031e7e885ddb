import { existsSync } from 'node:fs';
import path from 'node:path';
import { environmentError, usageError } from '../../errors.js';
import { shipped, shippedPolicy } from '../../session/shipped.js';
import { line, span } from '../styled.js';
import { dashed, flagOption, listOption, textOption, wholeOption } from './command.js';
import type { Command, CommandContext, CommandInput, CommandResult } from './command.js';
import { sourceHooks } from './source-hooks.js';

export const serveCompletionsCommand: Command = {
  name: 'serve completions',
  summary: "a policy behind OpenAI's interface: completions, chat, streaming, adapters",
  options: [
    {
      flags: '--policy <folder>',
      summary: `a Hugging Face model folder or Hub id (default: ${shippedPolicy})`,
    },
    {
      flags: '--adapter <name=folder>',
      summary: 'a PEFT adapter as a model of this name; may be repeated',
      many: true,
    },
    {
      flags: '--adapter-root <folder>',
      summary: 'allow adapters below it to be loaded and unloaded while the server runs',
    },
    {
      flags: '--served-model-name <name>',
      summary: "the policy's name in requests (default: its folder's)",
    },
    { flags: '--host <address>', summary: 'where to listen (default: 127.0.0.1)' },
    { flags: '--port <n>', summary: 'the port; 0: one that is free (default: 8000)' },
    {
      flags: '--api-key-env <name>',
      summary: 'the environment variable with the key, or NAME:KEY,NAME:KEY',
    },
    { flags: '--insecure', summary: 'listen beyond this machine without a key' },
    { flags: '--max-batch <n>', summary: 'completions that decode at once (default: 64)' },
    {
      flags: '--max-model-len <n>',
      summary: "tokens of prompt and completion (default: the policy's context)",
    },
    { flags: '--cache-mib <n>', summary: 'memory of keys and values (default: 1024)' },
    {
      flags: '--dtype <type>',
      summary: 'how the weights are held: float32 or bfloat16 (default: float32)',
    },
    {
      flags: '--logprobs-mode <mode>',
      summary:
        'raw_logprobs: of the model; processed_logprobs: of what was drawn from (default: raw_logprobs)',
    },
  ],
  examples: [
    'rlsf serve completions --port 8000',
    'rlsf serve completions --adapter mine=runs/mine/adapter --adapter-root runs',
    'curl localhost:8000/v1/completions -d \'{"prompt": "int main() {", "max_tokens": 64}\' -H "content-type: application/json"',
  ],
  run: serve,
};

async function serve(input: CommandInput, context: CommandContext): Promise<CommandResult> {
  const [
    { startCompletionServer },
    { apiKeysFrom },
    { modelFolder, adapterFolder },
    { processEnvironment },
  ] = await Promise.all([
    import('../../serving/completions/index.js'),
    import('../../serving/http/index.js'),
    import('../../policy/index.js'),
    import('../../experiments/config/index.js'),
  ]);
  const keyName = textOption(input, 'apiKeyEnv');
  const keys = keyName === undefined ? [] : apiKeysFrom(keyName, await processEnvironment());
  const named = shipped(textOption(input, 'policy') ?? shippedPolicy);
  // The engine's process reads folders alone; what is on the Hub is fetched here, where it can be shown.
  const { folder } = await modelFolder(named, sourceHooks(context));
  const adapters: { name: string; folder: string }[] = [];
  for (const given of listOption(input, 'adapter')) {
    const { name, source } = namedAdapter(given);
    adapters.push({ name, ...(await adapterFolder(source, sourceHooks(context))) });
  }
  const server = await startCompletionServer({
    policy: folder,
    name: textOption(input, 'servedModelName') ?? nameOf(named),
    adapters: adapters.map(({ name, folder: at }) => ({ name, folder: at })),
    adapterRoot: rootOption(input),
    dtype: choice<'float32' | 'bfloat16'>(input, 'dtype', ['float32', 'bfloat16']),
    maxBatch: wholeOption(input, 'maxBatch', 64, 1),
    maxModelLength:
      textOption(input, 'maxModelLen') === undefined
        ? null
        : wholeOption(input, 'maxModelLen', 1, 1),
    cacheMiB: wholeOption(input, 'cacheMib', 1024, 1),
    logprobsMode:
      choice(input, 'logprobsMode', ['raw_logprobs', 'processed_logprobs']) === 'raw_logprobs'
        ? 'raw'
        : 'processed',
    host: textOption(input, 'host'),
    port: wholeOption(input, 'port', 8000),
    keys,
    insecure: flagOption(input, 'insecure'),
    note: (text) => context.note(text),
    signal: context.signal,
  });
  const { engine, url, models } = server;
  context.note(
    `Listening on ${url}/v1 with ${models.join(', ')} (${engine.model.backend}, context ${engine.model.contextLength}). Ctrl-C ends it.`,
  );
  const reason = await Promise.race([engine.died, aborted(context.signal)]);
  await server.stop();
  if (reason !== null)
    throw environmentError(`rlsf serve completions: ${reason} Its last words are above.`);
  return { value: { url, models }, lines: [line(span('Stopped.', 'dim'))] };
}

function namedAdapter(given: string): { name: string; source: string } {
  const at = given.indexOf('=');
  if (at > 0 && at < given.length - 1)
    return { name: given.slice(0, at), source: given.slice(at + 1) };
  throw usageError(`--adapter: NAME=FOLDER is expected, got '${given}'.`);
}

function nameOf(policy: string): string {
  return existsSync(policy) ? path.basename(path.resolve(policy)) : policy;
}

function rootOption(input: CommandInput): string | null {
  const root = textOption(input, 'adapterRoot');
  if (root === undefined) return null;
  if (existsSync(root)) return path.resolve(root);
  throw usageError(`--adapter-root: there is no folder ${root}.`);
}

function choice<const Value extends string>(
  input: CommandInput,
  name: string,
  values: readonly [Value, Value],
): Value {
  const given = textOption(input, name) ?? values[0];
  const found = values.find((value) => value === given);
  if (found !== undefined) return found;
  throw usageError(`--${dashed(name)}: ${values.join(' or ')} is expected, got '${given}'.`);
}

function aborted(signal: AbortSignal): Promise<null> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(null);
    else signal.addEventListener('abort', () => resolve(null), { once: true });
  });
}
