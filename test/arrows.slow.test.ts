import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '..');

/** Every broken rule, as `rule: from → to`. */
function cruise(cwd: string): string[] {
  const { stdout } = spawnSync(
    process.execPath,
    [
      path.join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs'),
      ...['--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'src'],
    ],
    { cwd, encoding: 'utf8', maxBuffer: 1 << 28 },
  );
  const { summary } = JSON.parse(stdout) as {
    summary: { violations: { rule: { name: string }; from: string; to: string }[] };
  };
  return summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`).sort();
}

describe('the arrows between rooms', () => {
  it('all point down the path of a rollout', () => {
    expect(cruise(root)).toEqual([]);
  });

  describe('in a tree that breaks them', () => {
    let folder = '';
    const write = (name: string, text: string): void => {
      mkdirSync(path.dirname(path.join(folder, 'src', name)), { recursive: true });
      writeFileSync(path.join(folder, 'src', name), text);
    };
    beforeAll(() => {
      folder = mkdtempSync(path.join(os.tmpdir(), 'rlsf-arrows-'));
      for (const name of ['.dependency-cruiser.cjs', 'tsconfig.json', 'package.json'])
        cpSync(path.join(root, name), path.join(folder, name));
      symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
      write('records.ts', 'export interface Rollout { id: string }\nexport const version = 1;\n');
      write('tensor/index.ts', 'export const tensor = 1;\n');
      write('algorithms/index.ts', "export { tensor as loss } from '../tensor/index.js';\n");
      write('policy/index.ts', "export { loss } from '../algorithms/index.js';\n");
      // From here on, each file breaks one rule.
      write('algorithms/up.ts', "export { loss } from '../policy/index.js';\n");
      write('rewards/files.ts', "export { readFile } from 'node:fs/promises';\n");
      write('plots/values.ts', "export { tensor } from '../tensor/index.js';\n");
      write('plots/types.ts', "export type { Rollout } from '../records.js';\n");
      write('training/plot.ts', "export type { Rollout } from '../plots/types.js';\n");
      write('session/other.ts', 'export const a = 1;\n');
      write('experiments/across.ts', "export { a } from '../session/other.js';\n");
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    it('are each named with the file that breaks them', () => {
      expect(cruise(folder)).toEqual([
        'algorithms-imports-down-only: src/algorithms/up.ts → src/policy/index.ts',
        'experiments-imports-down-only: src/experiments/across.ts → src/session/other.ts',
        'plots-take-types-only: src/plots/values.ts → src/tensor/index.ts',
        'pure-rooms: src/rewards/files.ts → fs/promises',
        'training-imports-down-only: src/training/plot.ts → src/plots/types.ts',
      ]);
    });
  });
});
