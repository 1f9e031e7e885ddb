import { existsSync } from 'node:fs';
import { chmod, copyFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { environmentError } from '../errors.js';
import { candidateTiers, noTierError } from './isolation.js';
import type { Tier, TierName } from './isolation.js';
import type { Limits } from './limits.js';
import { runProcess } from './process.js';
import { executionEnvironment, readFrames } from './toolchains/cpp/execute.js';
import { linkFlags } from './toolchains/cpp/flags.js';
import type { CppToolchain } from './toolchains/cpp/toolchain.js';
import type { Workspace } from './workspace.js';

/** A program that leaks, and that says whether it could open a socket or write a file. */
const probeSource = `#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>
#include "rlsf.h"
static int* lost;
static void probe() {
  rlsf_emit(socket(AF_INET, SOCK_STREAM, 0) < 0);
  rlsf_emit(open("probe.txt", O_CREAT | O_WRONLY, 0600) < 0);
  rlsf_emit(fork() < 0);
  lost = new int[3];
  lost = nullptr;
}
static const rlsf_case cases[] = {probe};
static const rlsf_case* const table = cases;
extern const rlsf_program rlsf_programs[] = {{&table, 1, nullptr}};
extern const int rlsf_program_count = 1;
`;

/** The first tier in which the probe runs, stays in, and has its leak found. */
export async function selectTier(
  choice: 'auto' | TierName,
  toolchain: CppToolchain,
  workspace: Workspace,
  limits: Limits,
): Promise<Tier> {
  const probe = await buildProbe(toolchain);
  const tried: string[] = [];
  for (const tier of candidateTiers(choice, toolchain.launcher)) {
    const problem = await tryTier(tier, probe, workspace, limits);
    if (problem === null) return tier;
    tried.push(`${tier.label}: ${problem}`);
  }
  throw noTierError(choice, tried);
}

async function buildProbe(toolchain: CppToolchain): Promise<string> {
  const binary = join(toolchain.base, 'probe');
  if (existsSync(binary)) return binary;
  const partial = `${binary}.${process.pid}`;
  const source = join(toolchain.base, `probe.${process.pid}.cpp`);
  await writeFile(source, probeSource);
  const args = [
    ...toolchain.flags,
    '-I',
    toolchain.base,
    source,
    join(toolchain.runtime, 'runtime.o'),
    ...linkFlags,
    '-o',
    partial,
  ];
  const made = await runProcess('g++', args, { wallMs: 120_000, maxBytes: 1 << 22 });
  if (made.exitCode !== 0)
    throw environmentError(
      `createJudgePool: expected g++ to build a program with AddressSanitizer, but it failed: ${made.stderr.trim().slice(0, 400)}. Install a complete g++ (apt-get install g++).`,
    );
  await rename(partial, binary);
  return binary;
}

/** `null` when all is well, else what is not. */
async function tryTier(
  tier: Tier,
  probe: string,
  workspace: Workspace,
  limits: Limits,
): Promise<string | null> {
  const folder = await workspace.create(tier.owner(0));
  try {
    await copyFile(probe, join(folder, 'unit'));
    await chmod(join(folder, 'unit'), 0o755);
    const { file, args, cwd, env } = tier.wrap({
      mode: 'batch',
      folder,
      writable: false,
      readOnly: [],
      limits: { ...limits, cpuMs: 2000, wallMs: 10_000, totalMs: 15_000, outputBytes: 65_536 },
      command: ['unit'],
      slot: 0,
    });
    const environment = { ...env, ...executionEnvironment(limits, tier) };
    const result = await runProcess(file, args, {
      cwd,
      env: environment,
      wallMs: 20_000,
      maxBytes: 1 << 20,
    });
    const [execution] = readFrames(result.stdout, 1, 65_536);
    if (execution === null) {
      const said = result.stderr.trim().split('\n').at(-1);
      return (
        said ||
        `it could not be started (${result.startError ?? `exit ${result.exitCode ?? result.signal}`})`
      );
    }
    if (
      tier.name !== 'none' &&
      execution.results.split('\n').filter((line) => line === '0\ti1').length !== 3
    )
      return 'a program could reach the network, a file or another process';
    if (tier.leakCheck && !execution.stderr.includes('detected memory leaks'))
      return 'LeakSanitizer does not work in it';
    return null;
  } finally {
    await workspace.remove(folder);
  }
}
