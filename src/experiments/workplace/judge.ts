/** Where completions are judged: on this machine, or on the workers of a Redis. */
import path from 'node:path';
import type { Language, Problem } from '../../records.js';
import type { JudgeOptions, JudgePool } from '../../sandbox/index.js';
import { createJudgePool, languagesOf } from '../../sandbox/index.js';
import type { Config } from '../config/index.js';
import { processEnvironment } from '../config/index.js';

type JudgeConfig = Pick<Config, 'judge'>;

/** Which Redis, whose workers, how urgent; `redis: null` is this machine. */
export type JudgePlace = Pick<
  Config['judge'],
  'redis' | 'redis_ca' | 'redis_toolchain' | 'redis_priority'
>;

type Note = (note: string) => void;

export function openJudge(
  config: JudgeConfig,
  problems: readonly Problem[],
  onNote?: Note,
): Promise<JudgePool> {
  return openConfigJudge(config, languagesOf(problems), onNote);
}

/** The judge of a config. */
export function openConfigJudge(
  config: JudgeConfig,
  languages: readonly Language[] | undefined,
  onNote?: Note,
): Promise<JudgePool> {
  return openJudgeAt(config.judge, { languages, ...judgeOptions(config) }, onNote);
}

/**
 * A judge at a place, with options of one's own. On workers, cores and isolation are theirs.
 * @param onNote told where a first worker is waited for
 */
export async function openJudgeAt(
  place: JudgePlace,
  options: JudgeOptions,
  onNote?: Note,
): Promise<JudgePool> {
  const { redis, redis_ca: ca, redis_toolchain: toolchain, redis_priority: priority } = place;
  if (redis === null) return createJudgePool(options);
  const { createRemoteJudgePool, withPassword } = await import('../../sandbox/remote/index.js');
  const env = await processEnvironment();
  return createRemoteJudgePool({
    ...options,
    redis: withPassword(redis, env),
    redisCa: ca ?? env['RLSF_REDIS_CA'],
    ...{ toolchain, priority, onNote },
  });
}

/** How a config judges. */
export function judgeOptions({ judge }: JudgeConfig): JudgeOptions {
  return {
    workers: judge.workers ?? undefined,
    cpuMs: judge.cpu_ms,
    wallMs: judge.wall_ms,
    memoryMiB: judge.memory_mib,
    outputKiB: judge.output_kib,
    isolation: judge.isolation,
    cacheFolder: judge.cache === null ? undefined : path.resolve(judge.cache),
    cacheMiB: judge.cache_mib,
    batchSize: judge.batch_size,
    std: judge.std,
    compiler: judge.compiler,
    flags: judge.flags,
  };
}
