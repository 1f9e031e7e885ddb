import type { Language } from '../../records.js';
import type { Toolchain, ToolchainOptions } from '../toolchain.js';
import { createCppToolchain } from './cpp/toolchain.js';
import { createJavaToolchain } from './java/toolchain.js';
import { createPythonToolchain } from './python/toolchain.js';
import { createTextToolchain } from './text/toolchain.js';

/** One line per language. */
export const toolchains: Record<Language, (options: ToolchainOptions) => Promise<Toolchain>> = {
  cpp: createCppToolchain,
  python: createPythonToolchain,
  java: createJavaToolchain,
  text: createTextToolchain,
};
