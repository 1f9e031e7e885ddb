import type { HttpServer } from '../../serving/http/index.js';
import { shipped } from '../../session/shipped.js';
import { line, span } from '../styled.js';
import type { Command } from './command.js';
import {
  configOptions,
  flagOption,
  listOption,
  numberOption,
  textOption,
  wholeOption,
} from './command.js';
import { rewardOption } from './reward-option.js';
import { sourceHooks } from './source-hooks.js';

export const serveRewardsCommand: Command = {
  name: 'serve rewards',
  summary: 'verdicts and rewards over HTTP, for TRL, OpenRLHF, verl and SandboxFusion’s clients',
  options: [
    { flags: '--host <address>', summary: 'where to listen (default: 127.0.0.1)' },
    { flags: '--port <n>', summary: 'the port; 0: one that is free (default: 8300)' },
    ...configOptions,
    {
      flags: '--task <name...>',
      summary: 'tasks whose problems requests name by id',
      many: true,
    },
    rewardOption,
    {
      flags: '--tokenizer <folder...>',
      summary: 'tokenizers that requests with token ids may name, the first being the default',
      many: true,
    },
    {
      flags: '--api-key-env <name>',
      summary: 'the environment variable with the API key, or with several: alice:KEY,bob:KEY',
    },
    { flags: '--insecure', summary: 'listen beyond this machine without an API key' },
    {
      flags: '--unscorable <number>',
      summary: 'what OpenRLHF is told where the judge itself failed (default: the request fails)',
    },
    { flags: '--max-body <MiB>', summary: 'size of a request at most (default: 32)' },
    { flags: '--rate-limit <n>', summary: 'requests a minute of one key (default: 120000)' },
    { flags: '--timeout <seconds>', summary: 'for one request (default: 300)' },
    { flags: '--drain <seconds>', summary: 'how long a stop waits for requests (default: 30)' },
  ],
  examples: [
    'rlsf serve rewards --task cpp --port 8300',
    'rlsf serve rewards --config configs/tour.yaml --tokenizer data/policies/cpp-tiny',
    'RLSF_KEY=… rlsf serve rewards --host 0.0.0.0 --api-key-env RLSF_KEY --task gsm8k',
  ],
  async run(input, context) {
    const { apiKeysFrom, serveUntilStopped } = await import('../../serving/http/index.js');
    const { startRewardServer } = await import('../../serving/rewards/index.js');
    const { loadConfig, parseRewardEntry, processEnvironment } =
      await import('../../experiments/index.js');
    const file = textOption(input, 'config');
    const keyName = textOption(input, 'apiKeyEnv');
    const rewards = listOption(input, 'reward').map(parseRewardEntry);
    const config = await loadConfig(file === undefined ? null : shipped(file), {
      set: listOption(input, 'set'),
      method: 'grpo',
      onNote: (note) => context.note(note),
    });
    const server = await startRewardServer({
      config,
      host: textOption(input, 'host'),
      port: wholeOption(input, 'port', 8300),
      keys: keyName === undefined ? [] : apiKeysFrom(keyName, await processEnvironment()),
      insecure: flagOption(input, 'insecure'),
      tasks: listOption(input, 'task'),
      ...(rewards.length > 0 && { rewards }),
      tokenizers: listOption(input, 'tokenizer').map(shipped),
      unscorable:
        textOption(input, 'unscorable') === undefined ? null : numberOption(input, 'unscorable', 0),
      http: {
        bodyMiB: wholeOption(input, 'maxBody', 32, 1),
        requestsPerMinute: wholeOption(input, 'rateLimit', 120_000),
        requestSeconds: wholeOption(input, 'timeout', 300, 1),
        drainSeconds: wholeOption(input, 'drain', 30),
      },
      source: sourceHooks(context),
      note: (text) => context.note(text),
    });
    tellAddresses(server, (text) => context.note(text));
    await serveUntilStopped(server, context.signal);
    return { value: { url: server.url }, lines: [line(span('stopped', 'dim'))], exitCode: 0 };
  },
};

/** On standard error: whoever reads the output waits for its end. */
function tellAddresses({ url }: HttpServer, note: (text: string) => void): void {
  note(`rlsf reward server on ${url}`);
  note(`  ours            ${url}/v1/judge  ${url}/v1/rewards`);
  note(`  OpenRLHF        ${url}/get_reward`);
  note(`  SandboxFusion   ${url}/run_code  ${url}/submit`);
  note(`  about it        ${url}/openapi.json  ${url}/metrics  ${url}/health  ${url}/ready`);
}
