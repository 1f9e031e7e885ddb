import type { Language } from '../../records.js';
import type { Toolchain, ToolchainOptions } from '../toolchain.js';
import { createCppToolchain } from './cpp/toolchain.js';
import { createJavaToolchain } from './java/toolchain.js';
import { createPythonToolchain } from './python/toolchain.js';

/** One line per language whose completions are run; worked answers (`text`) need none of it. */
export const toolchains: Record<
  Exclude<Language, 'text'>,
  (options: ToolchainOptions) => Promise<Toolchain>
> = {
  cpp: createCppToolchain,
  python: createPythonToolchain,
  java: createJavaToolchain,
};
