import { usageError } from '../../errors.js';
import type { JudgePlace } from '../../experiments/workplace/index.js';
import type { JudgeOptions, JudgePool } from '../../sandbox/index.js';
import type { CommandContext, CommandInput, CommandOption } from './command.js';
import { textOption } from './command.js';

/** Of every command that judges without a config: on this machine, or on workers. */
export const judgePlaceOptions: CommandOption[] = [
  {
    flags: '--redis <url>',
    summary:
      'judge on the workers of this Redis (default: RLSF_JUDGE__REDIS in the environment, else here)',
  },
  {
    flags: '--redis-ca <file>',
    summary: 'the certificate authority of a rediss:// address (default: RLSF_REDIS_CA)',
  },
];

/** Opens the judge where the command line, else a config, else the environment says; workers are told of. */
export async function openCommandJudge(
  input: CommandInput,
  context: Pick<CommandContext, 'note'>,
  options: JudgeOptions,
  config: JudgePlace | null = null,
): Promise<JudgePool> {
  const place = await judgePlace(input, config);
  if (place === null) return (await import('../../sandbox/index.js')).createJudgePool(options);
  if (place.redis !== null && (options.isolation ?? 'auto') !== 'auto')
    throw usageError(
      '--isolation: programs that workers judge are shut in as each worker was told to (rlsf worker --isolation). Leave it out, or judge here.',
    );
  const { openJudgeAt } = await import('../../experiments/workplace/index.js');
  const pool = await openJudgeAt(place, options, (note) => context.note(note));
  if (place.redis !== null)
    context.note(`judged by the workers of ${place.redis}: ${pool.toolchain}, ${pool.isolation}`);
  return pool;
}

/** `null`: nobody said anything, so here. */
export async function judgePlace(
  input: CommandInput,
  config: JudgePlace | null,
): Promise<JudgePlace | null> {
  const [redis, ca] = [textOption(input, 'redis'), textOption(input, 'redisCa')];
  if (redis === undefined && ca === undefined && config !== null) return config;
  const { loadConfig, processEnvironment } = await import('../../experiments/config/index.js');
  // Only what is about Redis: whatever else is wrong in the environment is no matter of this command.
  const env = Object.fromEntries(
    Object.entries(await processEnvironment()).filter(([name]) =>
      name.startsWith('RLSF_JUDGE__REDIS'),
    ),
  );
  if (redis === undefined && Object.keys(env).length === 0) return config;
  const { judge } = await loadConfig(null, {
    env,
    set: [
      ...(redis === undefined ? [] : [`judge.redis=${redis}`]),
      ...(ca === undefined ? [] : [`judge.redis_ca=${ca}`]),
    ],
  });
  return judge;
}
