/**
 * Builds the native kernels: `node kernels/native/build.mjs`. Compiles only when a source, the
 * flags or the compiler changed; `--force` compiles anyway. Needs g++ (or CXX) and oneDNN.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawn } from 'node:child_process';

const folder = dirname(fileURLToPath(import.meta.url));
const buildFolder = join(folder, 'build');
const target = join(buildFolder, 'rlsf_native.node');
const hashFile = join(buildFolder, 'rlsf_native.sha256');
const compiler = process.env.CXX ?? 'g++';
const flags = [
  '-std=c++17',
  '-O3',
  '-fPIC',
  '-fopenmp',
  '-fvisibility=hidden',
  '-fno-math-errno',
  '-fno-trapping-math',
  '-Wall',
  '-Wextra',
  '-Wno-psabi',
];
const advice =
  'On Debian or Ubuntu: apt-get install g++ libdnnl-dev. Without it, rlsf runs on the wasm backend.';

try {
  await build();
} catch (error) {
  console.error(`native kernels: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

async function build() {
  const version = compilerVersion();
  requireDnnl();
  const { include_dir: headers } = createRequire(import.meta.url)('node-api-headers');
  const sources = readdirSync(folder)
    .filter((name) => name.endsWith('.cpp'))
    .sort();
  const hash = hashOf(version, headers);
  const current =
    existsSync(hashFile) && existsSync(target) && readFileSync(hashFile, 'utf8') === hash;
  if (current && !process.argv.includes('--force')) {
    console.log('native kernels: up to date');
    return;
  }
  console.log(`native kernels: compiling ${sources.length} files with ${version}`);
  const work = join(buildFolder, `objects-${process.pid}`);
  mkdirSync(work, { recursive: true });
  try {
    const objects = sources.map((name) => join(work, name.replace(/\.cpp$/, '.o')));
    const queue = sources.map((name, i) => [
      ...flags,
      `-I${headers}`,
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
    await compile(['-shared', '-fopenmp', ...objects, '-o', linked, '-ldnnl']);
    renameSync(linked, target); // in one step: a process that has the old one loaded keeps it
    writeFileSync(hashFile, hash);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  console.log('native kernels: built kernels/native/build/rlsf_native.node');
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
    execFileSync(compiler, ['-E', '-x', 'c++', '-'], {
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

function hashOf(version, headers) {
  const hash = createHash('sha256');
  for (const name of readdirSync(folder)
    .filter((file) => /\.(cpp|h)$/.test(file))
    .sort()) {
    hash.update(name).update(readFileSync(join(folder, name)));
  }
  return hash.update(JSON.stringify([version, flags, headers, process.arch])).digest('hex');
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
