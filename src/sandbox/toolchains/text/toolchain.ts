import { environmentError } from '../../../errors.js';
import type { Toolchain, ToolchainOptions } from '../../toolchain.js';

export async function createTextToolchain(_options: ToolchainOptions): Promise<Toolchain> {
  throw environmentError('text: not built yet.');
}
