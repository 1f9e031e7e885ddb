import { chmod, copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createBench } from './bench.js';
import { candidateTiers, noTierError } from './isolation.js';
import type { Tier, TierName } from './isolation.js';
import type { Limits } from './limits.js';
import type { JudgeRuntime } from './runtime.js';
import { sanitizerEnvironment } from './toolchains/cpp/flags.js';
import type { Workspace } from './workspace.js';

/** The first tier in which the probe (kernels/launcher/probe.cpp) runs, stays in, and has its leak found. */
export async function selectTier(
  choice: 'auto' | TierName,
  runtime: JudgeRuntime,
  workspace: Workspace,
  limits: Limits,
): Promise<Tier> {
  const tried: string[] = [];
  for (const tier of candidateTiers(choice, runtime.launcher)) {
    const problem = await tryTier(tier, runtime.probe, workspace, limits);
    if (problem === null) return tier;
    tried.push(`${tier.label}: ${problem}`);
  }
  throw noTierError(choice, tried);
}

/** `null` when all is well, else what is not. */
async function tryTier(
  tier: Tier,
  probe: string,
  workspace: Workspace,
  { memoryMiB }: Limits,
): Promise<string | null> {
  const folder = await workspace.create(tier.owner(0));
  try {
    await copyFile(probe, join(folder, 'unit'));
    await chmod(join(folder, 'unit'), 0o755);
    const limits = { cpuMs: 2000, wallMs: 10_000, memoryMiB, outputKiB: 64 };
    const bench = createBench({
      folder,
      slot: 0,
      tier,
      limits,
      signal: new AbortController().signal,
    });
    const { result, executions } = await bench.execute({
      mode: 'batch',
      command: ['unit'],
      environment: sanitizerEnvironment({ memoryMiB, leakCheck: tier.leakCheck }),
    });
    const [execution] = executions;
    if (execution === null) {
      const said = result.stderr.trim().split('\n').at(-1);
      return (
        said ||
        `it could not be started (${result.startError ?? `exit ${result.exitCode ?? result.signal}`})`
      );
    }
    const refused = (execution.results.values.get(0) ?? []).filter(({ text }) => text === '1');
    if (tier.name !== 'none' && refused.length !== 3)
      return 'a program could reach the network, a file or another process';
    if (tier.leakCheck && !execution.stderr.includes('detected memory leaks'))
      return 'LeakSanitizer does not work in it';
    return null;
  } finally {
    await workspace.remove(folder);
  }
}
