/** Where a TensorFlow Python installation keeps what an addon is compiled and linked with. */
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { inputError } from '../../errors.js';

export interface TensorflowInstallation {
  /** Holds `tensorflow/c/c_api.h`. */
  headers: string;
  /** Holds both libraries. */
  libraries: string;
}

export const tensorflowLibraries = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];

/** What an addon needs, by its place in the folder of the Python package `tensorflow`. */
const parts = [
  'include/tensorflow/c/c_api.h',
  'include/tensorflow/c/eager/c_api.h',
  ...tensorflowLibraries,
];

const howToGet =
  'To get one: python3 -m venv tf && tf/bin/pip install tensorflow-cpu, then give tf (for a GPU: tensorflow[and-cuda]).';

/**
 * @param folder the `tensorflow` package's own folder, a site-packages folder, or a virtual environment
 * @throws an input error that says what is missing there
 */
export function findTensorflow(folder: string): TensorflowInstallation {
  const given = resolve(folder);
  const found = candidates(given).find((one) => parts.some((part) => existsSync(join(one, part))));
  if (found === undefined)
    throw inputError(
      `rlsf doctor --build-tensorflow: expected a folder with a TensorFlow Python installation (a virtual environment, its site-packages folder, or tensorflow/ in that), but ${given} ${existsSync(given) ? 'holds none' : 'does not exist'}. ${howToGet}`,
    );
  const missing = parts.filter((part) => !existsSync(join(found, part)));
  if (missing.length > 0)
    throw inputError(
      `rlsf doctor --build-tensorflow: expected TensorFlow's C headers and libraries in ${found}, but it lacks ${missing.join(', ')}. The pip packages of TensorFlow 2 for Linux have them. ${howToGet}`,
    );
  return { headers: join(found, 'include'), libraries: found };
}

function candidates(folder: string): string[] {
  const packages = ['lib', 'lib64'].flatMap((lib) => {
    if (!existsSync(join(folder, lib))) return [];
    return readdirSync(join(folder, lib))
      .filter((name) => name.startsWith('python3'))
      .map((python) => join(folder, lib, python, 'site-packages/tensorflow'));
  });
  return [folder, join(folder, 'tensorflow'), ...packages];
}
