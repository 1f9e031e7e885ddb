import * as tf from '@tensorflow/tfjs';
import { createRequire } from 'node:module';
import { environmentError } from '../../errors.js';
import { readTensorflowBuild, type TensorflowPackage } from './build.js';

export interface TensorflowStarted {
  /** TensorFlow's version, its device, and what brought it here. */
  note: string;
  onGpu: boolean;
  threads: number;
}

/** What may bring TensorFlow here. */
interface Source {
  package: TensorflowPackage;
  /** The folder of a build of ours; without it the package is looked for beside rlsf. */
  folder?: string;
  /** The version of tfjs that a build of ours was made for. */
  version?: string;
}

// The same distance from src/tensor/tensorflow and from dist/tensor/tensorflow.
const loader = '../../../kernels/tensorflow/load.cjs';

/** TensorFlow reads its number of threads once, as it is loaded. */
let loaded: { by: string; threads: number } | null = null;

/**
 * Makes the backend current. The build made by `rlsf doctor --build-tensorflow` comes first, then
 * tfjs-node-gpu and tfjs-node as installed. With `needsGpu` only what was built or installed for a
 * GPU is loaded, and only a GPU will do.
 * @throws an environment error that says what was tried; the current backend is then as it was
 */
export async function startTensorflow(
  threads: number,
  options: { needsGpu?: boolean } = {},
): Promise<TensorflowStarted> {
  const { needsGpu = false } = options;
  const before = tf.getBackend();
  loaded ??= load(threads, needsGpu);
  if (!(await tf.setBackend('tensorflow')))
    throw environmentError(`${loaded.by} is loaded but did not start`);
  const { isUsingGpuDevice: onGpu, binding } = tf.backend() as unknown as NodeBackend;
  if (needsGpu && !onGpu) {
    if (before) await tf.setBackend(before);
    throw environmentError(`${loaded.by} sees no GPU`);
  }
  const note = `TensorFlow ${binding.TF_Version} ${onGpu ? 'on a GPU' : 'on the CPU'}, ${loaded.by}`;
  return { note, onGpu, threads: loaded.threads };
}

/** Of tfjs-node's backend, what is used here. */
interface NodeBackend {
  isUsingGpuDevice: boolean;
  binding: { TF_Version: string };
}

function load(threads: number, needsGpu: boolean): { by: string; threads: number } {
  process.env['TF_NUM_INTRAOP_THREADS'] = String(threads);
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '1'; // warnings and errors
  const failures: string[] = [];
  for (const source of sources()) {
    if (needsGpu && !source.package.endsWith('-gpu')) continue;
    const failure = loadFailure(source);
    if (failure !== null) failures.push(failure);
    else if (source.folder === undefined) return { by: source.package, threads };
    else return { by: `${source.package} built in ${source.folder}`, threads };
  }
  throw environmentError(failures.join(', '));
}

function sources(): Source[] {
  const build = readTensorflowBuild();
  return [
    ...(build ? [build] : []),
    { package: '@tensorflow/tfjs-node-gpu' },
    { package: '@tensorflow/tfjs-node' },
  ];
}

/** Loading one registers its backend; `null`, or why that failed. */
function loadFailure({ package: name, folder, version }: Source): string | null {
  const what = folder === undefined ? name : `the build of ${name} in ${folder}`;
  const ours = tf.version['tfjs'];
  if (folder !== undefined && version !== ours)
    return `${what} is for tfjs ${version}, this is ${ours} (make it again: rlsf doctor --build-tensorflow)`;
  try {
    createRequire(import.meta.url)(loader)(name, folder);
    return null;
  } catch (error) {
    const message = error instanceof Error ? error.message.split('\n')[0] : String(error);
    if (folder === undefined && message.startsWith(`Cannot find module '${name}'`))
      return `${name} is not installed`;
    return `${what} does not load (${message})`;
  }
}
