import { usageError } from '../../errors.js';
import type { TierName } from '../../sandbox/index.js';
import type { RedisAccess } from '../../sandbox/remote/index.js';
import { line, span } from '../styled.js';
import type { Command, CommandInput } from './command.js';
import { textOption, wholeOption } from './command.js';

export const redisOption = {
  flags: '--redis <url>',
  summary: 'redis://:password@host:port, or rediss:// with TLS (default: RLSF_REDIS)',
};

export const redisCaOption = {
  flags: '--redis-ca <file>',
  summary: 'the certificate authority of a rediss:// address (default: RLSF_REDIS_CA)',
};

/** Which Redis: of the command line, else of the environment or `.env`. */
export async function redisAccess(input: CommandInput, command: string): Promise<RedisAccess> {
  const { processEnvironment } = await import('../../experiments/config/index.js');
  const { withPassword } = await import('../../sandbox/remote/index.js');
  const env = await processEnvironment();
  const given = textOption(input, 'redis');
  const url = given ?? env['RLSF_REDIS'];
  const redisCa = textOption(input, 'redisCa') ?? env['RLSF_REDIS_CA'];
  const name = given === undefined ? 'RLSF_REDIS' : '--redis';
  if (url !== undefined && url !== '') return { redis: withPassword(url, env, name), redisCa };
  throw usageError(
    `rlsf ${command}: --redis <url> is expected, such as --redis redis://127.0.0.1:6379, or RLSF_REDIS in the environment.`,
  );
}

const tiers: readonly ('auto' | TierName)[] = ['auto', 'bubblewrap', 'restricted', 'none'];

export const workerCommand: Command = {
  name: 'worker',
  summary: 'judge on this machine what trainers elsewhere ask for through Redis (judge.redis)',
  options: [
    redisOption,
    redisCaOption,
    { flags: '--concurrency <n>', summary: 'tasks at a time (default: one per core)' },
    { flags: '--isolation <tier>', summary: `${tiers.join(', ')} (default: auto)` },
    { flags: '--cache <folder>', summary: 'verdicts already reached (default: none kept)' },
    {
      flags: '--lock <seconds>',
      summary: 'after which a dead worker’s task is another’s (default: 30)',
    },
    { flags: '--name <host>', summary: 'what it is called (default: the host’s name)' },
  ],
  examples: ['rlsf worker --redis redis://:PASSWORD@10.0.0.5:6379', 'rlsf worker --concurrency 8'],
  async run(input, context) {
    const access = await redisAccess(input, 'worker');
    const { startJudgeWorker } = await import('../../sandbox/remote/index.js');
    const given = textOption(input, 'isolation') ?? 'auto';
    const isolation = tiers.find((tier) => tier === given);
    if (isolation === undefined)
      throw usageError(`rlsf worker: --isolation expects ${tiers.join(', ')}, got '${given}'.`);
    const worker = await startJudgeWorker({
      ...access,
      isolation,
      cacheFolder: textOption(input, 'cache'),
      host: textOption(input, 'name'),
      lockMs: 1000 * wholeOption(input, 'lock', 30, 1),
      ...(textOption(input, 'concurrency') !== undefined && {
        concurrency: wholeOption(input, 'concurrency', 1, 1),
      }),
    });
    const { record } = worker;
    context.note(
      `Worker ${record.host} (toolchain ${record.fingerprint}, ${record.concurrency} at a time, ${record.isolation}): ${Object.keys(record.toolchains).join(', ')}. Ctrl-C finishes what it has.`,
    );
    await new Promise<void>((resolve) => {
      if (context.signal.aborted) resolve();
      context.signal.addEventListener('abort', () => resolve(), { once: true });
    });
    await worker.close();
    const { judged } = record;
    return {
      value: { ...record },
      lines: [line(span(`Stopped; ${judged} completions judged.`, 'dim'))],
    };
  },
};
