import { mkdir, mkdtemp, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { environmentError } from '../errors.js';
import { runProcess, type ProcessResult } from '../sandbox/process.js';
import { packageRoot } from '../session/shipped.js';
import { tf } from '../tensor/index.js';
import { tensorflowFolder, type TensorflowBuild } from '../tensor/tensorflow/build.js';
import {
  findTensorflow,
  tensorflowLibraries,
  type TensorflowInstallation,
} from '../tensor/tensorflow/installation.js';

export interface BuildTensorflowOptions {
  /** Build tfjs-node-gpu, which `auto` tries before all others. @default false */
  gpu?: boolean;
  signal?: AbortSignal;
  /** Told what goes on. */
  note?: (text: string) => void;
}

/**
 * Builds tfjs-node against the TensorFlow of a Python installation, tries it, and only then makes it
 * the one in use: whatever fails before leaves an earlier build as it was.
 */
export async function buildTensorflow(
  installation: string,
  options: BuildTensorflowOptions = {},
): Promise<TensorflowBuild> {
  const { gpu = false, signal, note = () => {} } = options;
  const found = findTensorflow(installation);
  const run = programRunner(signal);
  await requireCompiler(run);
  const version = tf.version['tfjs'];
  const name = gpu ? '@tensorflow/tfjs-node-gpu' : '@tensorflow/tfjs-node';
  const folder = await makeFolder();
  try {
    note(`${name} ${version}: fetching its sources (npm, about 10 MB)`);
    await installSources(run, folder, name, version);
    note(`compiling its addon for the TensorFlow in ${found.libraries}`);
    await compileAddon(run, path.join(folder, 'node_modules', name), found);
    note('trying it');
    const { tensorflow, onGpu } = await tryBuild(run, folder, name);
    if (gpu && !onGpu) note('built, but it sees no GPU here');
    if (onGpu && !gpu) note('it sees a GPU: with --gpu rlsf would take this one first');
    const build: TensorflowBuild = {
      package: name,
      version,
      tensorflow,
      libraries: found.libraries,
    };
    await writeFile(path.join(folder, 'build.json'), `${JSON.stringify(build, null, 2)}\n`);
    await makeCurrent(folder);
    return build;
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

type Run = (file: string, args: string[], options?: { cwd?: string }) => Promise<ProcessResult>;

/** The user's own programs, so with the user's own environment: npm's settings, a PATH with nvm. */
function programRunner(signal: AbortSignal | undefined): Run {
  const inherited = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  const env = { ...(Object.fromEntries(inherited) as Record<string, string>), LC_ALL: 'C' };
  return (file, args, { cwd } = {}) =>
    runProcess(file, args, { cwd, env, wallMs: 600_000, maxBytes: 16 * 2 ** 20, signal });
}

const compiler = (): string => process.env['CXX'] || 'g++';

async function requireCompiler(run: Run): Promise<void> {
  const result = await run(compiler(), ['--version']);
  if (result.exitCode !== 0)
    throw failure(
      `expected the C++ compiler ${compiler()}, which does not run`,
      result,
      'Install g++ (on Debian or Ubuntu: apt-get install g++), or name a compiler in CXX.',
    );
}

async function makeFolder(): Promise<string> {
  const parent = tensorflowFolder();
  try {
    await mkdir(parent, { recursive: true });
    return await mkdtemp(path.join(parent, 'build-'));
  } catch (cause) {
    throw environmentError(
      `rlsf doctor --build-tensorflow: expected to write in ${parent}, but ${cause instanceof Error ? cause.message : String(cause)}. Name another cache folder in RLSF_CACHE.`,
      { cause },
    );
  }
}

/**
 * The package with what it needs, except tfjs: in its place stand two packages that hand on the tfjs
 * of the program that loads the build (kernels/tensorflow/load.cjs). A backend belongs to the copy of
 * tfjs that it was registered with.
 */
async function installSources(
  run: Run,
  folder: string,
  name: string,
  version: string,
): Promise<void> {
  for (const standIn of ['tfjs', 'tfjs-core']) {
    const own = path.join(folder, standIn);
    await mkdir(own);
    const description = { name: `@tensorflow/${standIn}`, version, main: 'index.js' };
    await writeFile(path.join(own, 'package.json'), JSON.stringify(description));
    await writeFile(
      path.join(own, 'index.js'),
      `module.exports = globalThis[Symbol.for('rlsf.tfjs')]['${standIn}'];\n`,
    );
  }
  const dependencies = {
    '@tensorflow/tfjs': 'file:tfjs',
    '@tensorflow/tfjs-core': 'file:tfjs-core',
    [name]: version,
  };
  const description = { name: 'rlsf-tensorflow', private: true, dependencies };
  await writeFile(path.join(folder, 'package.json'), JSON.stringify(description));
  const quiet = ['--ignore-scripts', '--omit=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  // The prefix is named because npm hands its own on to what it starts (`npx rlsf doctor`).
  const result = await run('npm', ['install', ...quiet, '--prefix', folder], { cwd: folder });
  if (result.exitCode !== 0)
    throw failure(
      `npm install ${name}@${version} failed`,
      result,
      result.startError === null
        ? 'Check the network and the registry (npm config get registry), then run this again.'
        : 'Install npm, which comes with Node.js, so that it is on the PATH.',
    );
}

async function compileAddon(
  run: Run,
  folder: string,
  { headers, libraries }: TensorflowInstallation,
): Promise<void> {
  const { include_dir: nodeHeaders } = createRequire(import.meta.url)('node-api-headers') as {
    include_dir: string;
  };
  // Where node-pre-gyp, which the package asks, expects the addon.
  const target = path.join(folder, 'lib/napi-v8/tfjs_binding.node');
  await mkdir(path.dirname(target), { recursive: true });
  const result = await run(compiler(), [
    ...['-std=c++17', '-O2', '-fPIC', '-shared', '-DNAPI_VERSION=8', '-Wfatal-errors'],
    ...[nodeHeaders, headers, folder].map((include) => `-I${include}`),
    ...['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) => path.join(folder, 'binding', name)),
    ...['-o', target],
    ...tensorflowLibraries.map((name) => path.join(libraries, name)),
    ...['-Xlinker', '-rpath', '-Xlinker', libraries],
  ]);
  if (result.exitCode !== 0)
    throw failure(
      `${compiler()} could not compile the addon with the TensorFlow in ${libraries}`,
      result,
      'A TensorFlow 2 package for this machine is expected, and a compiler of C++17.',
    );
}

interface Tried {
  tensorflow: string;
  onGpu: boolean;
}

/** One product in a process of its own: what does not fit this machine may end the process. */
async function tryBuild(run: Run, folder: string, name: string): Promise<Tried> {
  const script = path.join(packageRoot, 'kernels/tensorflow/load.cjs');
  const result = await run(process.execPath, [script, name, folder]);
  if (result.exitCode !== 0)
    throw failure(
      'the addon was built but does not work here',
      result,
      'Check that the same TensorFlow works from Python on this machine.',
    );
  return JSON.parse(result.stdout.toString()) as Tried;
}

/** In one step, so that a process that starts meanwhile finds the old build or the new one. */
async function makeCurrent(folder: string): Promise<void> {
  const parent = path.dirname(folder);
  const current = path.join(parent, 'current');
  const before = await readlink(current).catch(() => null);
  const link = path.join(folder, 'link');
  await symlink(path.basename(folder), link);
  await rename(link, current);
  if (before !== null) await rm(path.join(parent, before), { recursive: true, force: true });
}

/** What failed, the last lines that the program said, and what to do. */
function failure(what: string, result: ProcessResult, advice: string): Error {
  const how = result.timedOut
    ? 'not done after ten minutes'
    : (result.startError ?? result.signal ?? `exit code ${result.exitCode}`);
  const said = `${result.stderr}${result.stdout.toString()}`.trim().split('\n').slice(-12);
  const lines = said.filter((line) => line !== '').map((line) => `\n  ${line}`);
  return environmentError(
    `rlsf doctor --build-tensorflow: ${what} (${how}).${lines.join('')}${lines.length > 0 ? '\n' : ' '}${advice}`,
  );
}
