import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, isAbsolute, join } from 'node:path';
import { environmentError, inputError } from '../../../errors.js';
import { findProgram, runProcess } from '../../process.js';
import type { ProcessResult } from '../../process.js';
import type { JudgeJob, Toolchain, ToolchainOptions } from '../../toolchain.js';
import { dayMs, makeOnce, markUsed, prune } from '../../made-once.js';
import { createCaseStore } from './case-store.js';
import { serverCommand } from './compile-server.js';
import type { Compiler } from './compiler.js';
import { compileFlags } from './flags.js';
import { globalNames } from './global-names.js';
import { createHeaderStore } from './headers.js';
import { planUnits } from './plan.js';

/** Bump when the folders below `base` or the way programs are compiled change. */
const layout = 5;
const quick = { wallMs: 60_000, maxBytes: 1 << 22 };

/** g++ or clang++ with AddressSanitizer, UndefinedBehaviorSanitizer and LeakSanitizer. */
export async function createCppToolchain(options: ToolchainOptions): Promise<Toolchain> {
  const { runtime, cache, workspace, std, workers, batchSize } = options;
  const path = isAbsolute(options.compiler) ? options.compiler : findProgram(options.compiler);
  const found = await runProcess(path, ['--version'], quick);
  if (found.startError !== null || found.exitCode !== 0)
    throw environmentError(
      `createJudgePool: expected a C++ compiler, but ${options.compiler} could not be started (${found.startError ?? `exit ${found.exitCode}`}). Install it: apt-get install ${basename(options.compiler).startsWith('clang') ? 'clang libclang-rt-14-dev' : 'g++'}.`,
    );
  const version = found.stdout.toString('utf8').split('\n')[0].trim();
  const name = /clang/.test(version) ? 'clang++' : 'g++';
  const flags = compileFlags(std, options.flags);
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([layout, runtime.fingerprint, path, version, flags]))
    .digest('hex')
    .slice(0, 16);
  const base = join(cache, `cpp-${fingerprint}`);
  await mkdir(base, { recursive: true, mode: 0o755 });
  await markUsed(base);
  await prune(cache, { keep: 4, prefix: 'cpp-', idleMs: dayMs });
  const { report, server } = await abilitiesOf({ path, name, flags, base }, options);
  const compiler: Compiler = {
    path,
    name,
    version,
    flags,
    report,
    server: options.compileServer ? server : null,
    preload: runtime.compileServer,
    linker: findProgram('ld.gold') === 'ld.gold' ? [] : ['-fuse-ld=gold'],
    headers: createHeaderStore({
      base,
      compiler: path,
      flags,
      ours: runtime.header,
      precompiles: name === 'g++',
    }),
    runtime: runtime.folder,
  };
  const globals = await globalNames({ base, compiler: path, flags });
  const cases = createCaseStore(workspace);
  return {
    version,
    fingerprint,
    plan(jobs: readonly JudgeJob[]) {
      void markUsed(base);
      return planUnits(jobs, { compiler, cases, globals, workers, batchSize });
    },
  };
}

interface Abilities {
  report: Compiler['report'];
  server: Compiler['server'];
}

/** What a compiler can do with these flags, tried out once. */
async function abilitiesOf(
  compiler: Pick<Compiler, 'path' | 'name' | 'flags'> & { base: string },
  options: ToolchainOptions,
): Promise<Abilities> {
  const { path, name, flags, base } = compiler;
  const target = join(base, 'abilities');
  await makeOnce(target, async (folder) => {
    await checkBuild(compiler, options, folder);
    const report = await reportOf(path, name);
    const server = await serverCommand(path, name, [...flags, ...report.flags]);
    const found: Abilities = { report, server };
    await writeFile(join(folder, 'abilities.json'), JSON.stringify(found));
  });
  return JSON.parse(await readFile(join(target, 'abilities.json'), 'utf8')) as Abilities;
}

/** A flag that the compiler refuses, or a library that it lacks, would make every program a compile error. */
async function checkBuild(
  { path, name, flags }: Pick<Compiler, 'path' | 'name' | 'flags'>,
  { std, flags: extra }: ToolchainOptions,
  folder: string,
): Promise<void> {
  const run = (args: string[]): Promise<ProcessResult> =>
    runProcess(path, [...flags, ...args], { ...quick, cwd: folder });
  const said = ({ stderr, startError }: ProcessResult): string =>
    startError ?? stderr.trim().slice(0, 300);
  const tried = await run(['-fsyntax-only', '-x', 'c++', '/dev/null']);
  if (tried.exitCode !== 0)
    throw inputError(
      `createJudgePool: expected std (${std}) and flags (${extra.join(' ') || 'none'}) that ${path} takes, but it says: ${said(tried)}`,
    );
  await writeFile(join(folder, 'try.cpp'), '#include <iostream>\nint main() { std::cout << 1; }\n');
  const built = await run(['try.cpp', '-o', 'try']);
  if (built.exitCode === 0) return;
  const isForC = /^(gcc|clang|cc)(-[\d.]+)?$/.test(basename(path));
  const remedy = isForC
    ? `That is the compiler for C: name ${name}.`
    : `Install what it lacks: apt-get install ${name === 'clang++' ? 'clang libclang-rt-14-dev' : 'g++'}.`;
  throw inputError(
    `createJudgePool: expected a compiler that builds a C++ program with AddressSanitizer, but ${path} does not: ${said(built)}. ${remedy}`,
  );
}

/** GCC had JSON until 14 and has SARIF since 13; clang++ prints ranges in its text. */
async function reportOf(path: string, name: Compiler['name']): Promise<Compiler['report']> {
  if (name === 'clang++')
    return {
      flags: ['-fno-color-diagnostics', '-fdiagnostics-print-source-range-info', '-fdiagnostics-parseable-fixits', '-fno-caret-diagnostics'],
      format: 'text',
    }; // prettier-ignore
  for (const [flag, format] of [
    ['-fdiagnostics-format=json', 'json'],
    ['-fdiagnostics-format=sarif-stderr', 'sarif'],
  ] as const) {
    const args = [flag, '-fsyntax-only', '-x', 'c++', '/dev/null'];
    if ((await runProcess(path, args, quick)).exitCode === 0) return { flags: [flag], format };
  }
  return { flags: ['-fdiagnostics-color=never', '-fdiagnostics-column-unit=byte'], format: 'text' };
}
