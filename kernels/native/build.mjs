/**
 * Builds the native kernels: `node kernels/native/build.mjs`. Compiles only when a source, the
 * flags or the compiler changed; `--force` compiles anyway. Needs g++ (or CXX) and oneDNN.
 *
 * `--check [FOLDER]` compiles and links into FOLDER, or into a temporary one that is removed. It runs
 * none of the result and leaves the build alone, so the compiler may be one for another processor:
 *
 *   CXX=aarch64-linux-gnu-g++ node kernels/native/build.mjs --check
 */
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = dirname(fileURLToPath(import.meta.url));
const buildFolder = join(folder, 'build');
const target = join(buildFolder, 'rlsf_native.node');
const hashFile = join(buildFolder, 'rlsf_native.sha256');
const mac = process.platform === 'darwin';
const compiler = process.env.CXX ?? (mac ? 'clang++' : 'g++');
const flags = [
  '-std=c++17',
  '-O3',
  '-fPIC',
  '-fvisibility=hidden',
  '-fno-math-errno',
  '-fno-trapping-math',
  '-Wall',
  '-Wextra',
  '-Wno-psabi',
];
const system = mac ? homebrew() : { compile: ['-fopenmp'], link: ['-shared', '-fopenmp'] };
const advice = `${mac ? 'With Homebrew: brew install libomp onednn.' : 'On Debian or Ubuntu: apt-get install g++ libdnnl-dev.'} Without it, rlsf runs on the wasm backend.`;

try {
  const at = process.argv.indexOf('--check');
  await (at === -1 ? build() : check(process.argv[at + 1]));
} catch (error) {
  console.error(`native kernels: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

async function build() {
  const version = compilerVersion();
  const processor = processorOf();
  if (processor !== process.arch) {
    throw new Error(
      `expected a compiler for ${process.arch}, as this Node.js is, but ${compiler} compiles for ${processor}. With --check it shows whether the kernels compile; build them on such a machine.`,
    );
  }
  requireDnnl();
  const hash = hashOf(version);
  const current =
    existsSync(hashFile) && existsSync(target) && readFileSync(hashFile, 'utf8') === hash;
  if (current && !process.argv.includes('--force')) {
    console.log('native kernels: up to date');
    return;
  }
  const work = join(buildFolder, `objects-${process.pid}`);
  try {
    const linked = await compileAll(work, version, ['-ldnnl']);
    renameSync(linked, target); // in one step: a process that has the old one loaded keeps it
    writeFileSync(hashFile, hash);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  console.log('native kernels: built kernels/native/build/rlsf_native.node');
}

async function check(given) {
  const version = compilerVersion();
  const processor = processorOf();
  requireDnnl();
  const work = given ?? mkdtempSync(join(tmpdir(), 'rlsf-native-'));
  try {
    // This machine's oneDNN is of no use to another processor: its symbols stay open, like Node's.
    await compileAll(work, version, processor === process.arch ? ['-ldnnl'] : []);
  } finally {
    if (given === undefined) rmSync(work, { recursive: true, force: true });
  }
  console.log(`native kernels: they compile and link for ${processor}`);
}

/** Compiles and links in the folder `work`; returns the linked file. */
async function compileAll(work, version, libraries) {
  const sources = readdirSync(folder).filter((name) => name.endsWith('.cpp'));
  console.log(`native kernels: compiling ${sources.length} files with ${version}`);
  mkdirSync(work, { recursive: true });
  const objects = sources.map((name) => join(work, name.replace(/\.cpp$/, '.o')));
  const queue = sources.map((name, i) => [
    ...flags,
    ...system.compile,
    `-I${headers()}`,
    '-c',
    join(folder, name),
    '-o',
    objects[i],
  ]);
  const workers = Array.from({ length: availableParallelism() }, async () => {
    for (let args = queue.shift(); args !== undefined; args = queue.shift()) await compile(args);
  });
  await Promise.all(workers);
  const linked = join(work, 'rlsf_native.node');
  await compile([...system.link, ...objects, '-o', linked, ...libraries]);
  return linked;
}

/** Node-API's headers come from npm: nothing is fetched, whatever Node runs this. */
function headers() {
  try {
    return createRequire(import.meta.url)('node-api-headers').include_dir;
  } catch (cause) {
    throw new Error('expected the npm package node-api-headers. Run: npm ci', { cause });
  }
}

/**
 * Apple's clang has OpenMP only with Homebrew's library (which Homebrew keeps out of the usual
 * paths), and a bundle finds Node's symbols when it is loaded. Never built on a Mac: see README.
 */
function homebrew() {
  const root =
    process.env.HOMEBREW_PREFIX ?? (process.arch === 'arm64' ? '/opt/homebrew' : '/usr/local');
  const [omp, dnnl] = ['libomp', 'onednn'].map((name) => join(root, 'opt', name));
  return {
    compile: ['-Xpreprocessor', '-fopenmp', `-I${omp}/include`, `-I${dnnl}/include`],
    link: ['-bundle', '-undefined', 'dynamic_lookup', `-L${omp}/lib`, `-L${dnnl}/lib`, '-lomp'],
  };
}

/** The processor that the compiler compiles for, in Node's words. */
function processorOf() {
  const machine = execFileSync(compiler, ['-dumpmachine'], { encoding: 'utf8' }).split('-')[0];
  const known = { x86_64: 'x64', aarch64: 'arm64', i686: 'ia32', powerpc64le: 'ppc64' };
  return known[machine] ?? machine;
}

function compilerVersion() {
  try {
    return execFileSync(compiler, ['--version'], { encoding: 'utf8' }).split('\n')[0];
  } catch (cause) {
    throw new Error(`expected the C++ compiler ${compiler}, which does not run. ${advice}`, {
      cause,
    });
  }
}

function requireDnnl() {
  try {
    execFileSync(compiler, [...system.compile, '-E', '-x', 'c++', '-'], {
      input: '#include <dnnl.hpp>\n',
      stdio: ['pipe', 'ignore', 'ignore'],
    });
  } catch (cause) {
    throw new Error(
      `expected oneDNN's header dnnl.hpp, which ${compiler} does not find. ${advice}`,
      { cause },
    );
  }
}

function hashOf(version) {
  const hash = createHash('sha256');
  for (const name of readdirSync(folder)
    .filter((file) => /\.(cpp|h)$/.test(file))
    .sort()) {
    hash.update(name).update(readFileSync(join(folder, name)));
  }
  return hash
    .update(JSON.stringify([version, flags, system, headers(), process.arch]))
    .digest('hex');
}

function compile(args) {
  return new Promise((resolve, reject) => {
    const child = spawn(compiler, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let errors = '';
    child.stderr.on('data', (chunk) => (errors += chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code !== 0) return reject(new Error(`${compiler} ${args.join(' ')}\n${errors}`));
      if (errors !== '') process.stderr.write(errors);
      resolve();
    });
  });
}
