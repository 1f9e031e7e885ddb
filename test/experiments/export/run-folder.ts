import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { stringify } from 'yaml';
import { configFromObject } from '../../../src/experiments/index.js';
import type { RunKind } from '../../../src/experiments/index.js';

/** What a finished run leaves that an export reads. */
export async function writeRun(
  folder: string,
  kind: RunKind,
  config: Record<string, unknown>,
): Promise<string> {
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'config.yaml'), stringify(configFromObject(config)));
  const status = {
    version: 1,
    kind,
    state: 'finished',
    step: 2,
    maxSteps: 2,
    process: { pid: 1, host: 'somewhere', started: 0 },
    updated: '2026-01-01T00:00:00.000Z',
  };
  await writeFile(path.join(folder, 'status.json'), JSON.stringify(status));
  return folder;
}
