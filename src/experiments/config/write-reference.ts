/** Writes docs/config.md and docs/config.schema.json again: `tsx src/experiments/config/write-reference.ts`. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { configJsonSchema, configReference } from './reference.js';

export async function writeConfigReference(folder = 'docs'): Promise<void> {
  await writeFile(path.join(folder, 'config.md'), configReference());
  await writeFile(
    path.join(folder, 'config.schema.json'),
    `${JSON.stringify(configJsonSchema(), null, 2)}\n`,
  );
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  void writeConfigReference();
}
