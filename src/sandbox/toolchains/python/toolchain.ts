import { environmentError } from '../../../errors.js';
import type { Toolchain, ToolchainOptions } from '../../toolchain.js';

export async function createPythonToolchain(_options: ToolchainOptions): Promise<Toolchain> {
  throw environmentError('python: not built yet.');
}
