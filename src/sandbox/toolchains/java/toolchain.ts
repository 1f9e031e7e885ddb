import { environmentError } from '../../../errors.js';
import type { Toolchain, ToolchainOptions } from '../../toolchain.js';

export async function createJavaToolchain(_options: ToolchainOptions): Promise<Toolchain> {
  throw environmentError('java: not built yet.');
}
