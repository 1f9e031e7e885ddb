import { selectBackend, type BackendName } from '../../src/tensor/index.js';

/** The backends to check on this machine: `cpu` always, `native` where it is built. */
export async function availableBackends(): Promise<BackendName[]> {
  try {
    await selectBackend('native');
    return ['cpu', 'native'];
  } catch {
    return ['cpu'];
  }
}
