import { mkdir } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { internalError } from '../../../errors.js';
import { markUsed } from '../../made-once.js';
import type { JudgeJob, Sandbox, Toolchain, ToolchainOptions, Unit } from '../../toolchain.js';
import type { Kit } from './compile.js';
import { prepareDriver } from './driver.js';
import { javacOptions, programFlags } from './flags.js';
import { findJdk } from './jdk.js';
import { judgeUnit } from './judge-unit.js';
import { createProgram } from './program.js';
import { allowance } from './run.js';

/** javac with all its warnings, and a Java machine for each run. */
export async function createJavaToolchain(options: ToolchainOptions): Promise<Toolchain> {
  const { runtime, cache } = options;
  const jdk = await findJdk();
  await mkdir(cache, { recursive: true, mode: 0o755 });
  const driver = await prepareDriver(cache, jdk);
  const flags = [
    javacOptions,
    programFlags({ cpuMs: 0, wallMs: 0, memoryMiB: 0, outputKiB: 0 }, jdk.major),
  ];
  return {
    version: jdk.version,
    fingerprint: createHash('sha256')
      .update(JSON.stringify([runtime.fingerprint, driver.fingerprint, flags, allowance]))
      .digest('hex')
      .slice(0, 16),
    plan(jobs) {
      void markUsed(driver.folder);
      return planUnits(jobs, { jdk, driver }, options);
    },
  };
}

/** Few programs are spread over all workers; many are cut into even groups that share a compiler's start. */
function planUnits(
  jobs: readonly JudgeJob[],
  kit: Kit,
  { workers, batchSize }: ToolchainOptions,
): Unit[] {
  const programs = jobs.map(({ tests, completion }) => {
    if (tests === undefined) throw internalError('a Java job without tests.');
    return createProgram(tests, completion);
  });
  const { length } = programs;
  const count = Math.max(Math.ceil(length / batchSize), Math.min(workers, length));
  return Array.from({ length: count }, (_, i) => {
    const from = Math.floor((i * length) / count);
    const own = Array.from(
      { length: Math.floor(((i + 1) * length) / count) - from },
      (_, k) => from + k,
    );
    return {
      jobs: own,
      judge: (sandbox: Sandbox) =>
        judgeUnit(
          own.map((k) => programs[k]),
          sandbox,
          kit,
        ),
    };
  });
}
