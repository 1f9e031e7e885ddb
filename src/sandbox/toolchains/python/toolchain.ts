import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { environmentError } from '../../../errors.js';
import { dayMs, makeOnce, markUsed, prune } from '../../made-once.js';
import { findProgram, runProcess } from '../../process.js';
import { oneByOne } from '../../toolchain.js';
import type { Toolchain, ToolchainOptions } from '../../toolchain.js';
import type { Python } from './interpreter.js';
import { judgeProgram } from './judge.js';

/**
 * Without a user's packages, without `site` (a third of the start, and whatever `.pth` files of this
 * machine execute; the driver adds the folders of packages itself), writing nothing, in UTF-8. Not
 * `-I`: that would ignore PYTHONHASHSEED, and nothing else of the environment is inherited anyway.
 */
const flags = ['-s', '-S', '-B', '-X', 'utf8'];
/** Sources beside `src/` and `dist/` alike. */
const kernels = fileURLToPath(new URL('../../../../kernels/python/', import.meta.url));
const sources = ['driver.py', 'rlsf_limits.py', 'rlsf_records.py', 'rlsf_values.py'];
/** Bump when the meaning of a verdict changes and no driver file does. */
const layout = 1;
const quick = { wallMs: 60_000, maxBytes: 1 << 22 };

/** Programs in Python 3.8 or later (exact columns of a run's errors since 3.11), run by kernels/python. */
export async function createPythonToolchain(options: ToolchainOptions): Promise<Toolchain> {
  const path = findProgram('python3');
  const { version, build, packages, installed } = await probe(path);
  const texts = await Promise.all(sources.map((name) => readFile(join(kernels, name), 'utf8')));
  const fingerprint = createHash('sha256')
    .update(
      JSON.stringify([
        layout,
        options.runtime.fingerprint,
        build,
        flags,
        packages,
        installed,
        texts,
      ]),
    )
    .digest('hex')
    .slice(0, 16);
  const driver = join(options.cache, `python-${fingerprint}`);
  await makeOnce(driver, (folder) => compileDriver(path, folder));
  await prune(options.cache, { keep: 3, prefix: 'python-', idleMs: dayMs });
  const python: Python = { path, version, flags, driver, packages };
  return {
    version,
    fingerprint,
    plan(jobs) {
      void markUsed(driver);
      return oneByOne(jobs, (job, sandbox) => judgeProgram(job, python, sandbox));
    },
  };
}

interface Probed {
  version: string;
  /** All of `sys.version`. */
  build: string;
  packages: string[];
  /** Names and versions of installed packages. */
  installed: string[];
}

const probing = `
import json, os, site, sys
packages = [path for path in site.getsitepackages() if os.path.isdir(path)]
names = [name for path in packages for name in os.listdir(path)]
installed = sorted(name for name in names if name.endswith(("-info", ".egg")))
print(json.dumps({"version": "Python " + sys.version.split()[0], "build": sys.version, "packages": packages, "installed": installed, "new": sys.version_info >= (3, 8)}))
`;

async function probe(path: string): Promise<Probed> {
  const found = await runProcess(path, [...flags, '-c', probing], quick);
  const wanted = 'createJudgePool: expected Python 3.8 or later for programs in python';
  const remedy = 'Install it: apt-get install python3.';
  if (found.startError !== null || found.exitCode !== 0)
    throw environmentError(
      `${wanted}, but python3 could not be started (${found.startError ?? (found.stderr.trim().slice(0, 200) || `exit ${found.exitCode}`)}). ${remedy}`,
    );
  const told = JSON.parse(found.stdout.toString('utf8')) as Probed & { new: boolean };
  if (!told.new) throw environmentError(`${wanted}, but ${path} is ${told.version}. ${remedy}`);
  return told;
}

/** All under one file name, by which our own frames are known; docstrings left out. */
async function compileDriver(path: string, folder: string): Promise<void> {
  const script = `
import py_compile, sys
for name in sys.argv[3:]:
    py_compile.compile(sys.argv[1] + name, sys.argv[2] + "/" + name + "c", dfile="rlsf-driver", doraise=True, optimize=2)
`;
  const made = await runProcess(path, [...flags, '-c', script, kernels, folder, ...sources], quick);
  if (made.exitCode !== 0)
    throw environmentError(
      `createJudgePool: expected python3 to compile its driver, but it failed: ${made.startError ?? made.stderr.trim().slice(0, 600)}. Install a complete python3 (apt-get install python3).`,
    );
}
