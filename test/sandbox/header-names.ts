import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { globalNames } from '../../src/sandbox/toolchains/cpp/global-names.js';

const base = mkdtempSync(join(tmpdir(), 'rlsf-names-'));
/** What the headers of this machine declare at global scope. */
export const headerNames = await globalNames({ base, compiler: 'g++', flags: ['-std=c++17'] });
rmSync(base, { recursive: true });
