import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import path from 'node:path';
import type { BuiltSet } from './built-set.js';
import type { Drops } from './drops.js';
import { writeJsonl, writeWholeText, type WrittenFile } from './write-dataset.js';

/** What `manifest.json` tells of one file. */
export interface ManifestEntry extends WrittenFile {
  problems: BuiltSet<unknown>['problems'];
  dropped: Drops;
  notes: string[];
  settings: Record<string, unknown>;
}

export interface Manifest {
  /** Of this record. */
  version: 1;
  /** By file name. */
  files: Record<string, ManifestEntry>;
  /** What the sets were made of, with the SHA-256 of each file. */
  inputs: Record<string, string>;
  settings: Record<string, unknown>;
}

/**
 * Writes built sets to a folder, each by its file name (`pairs.jsonl`, …), and what became of them to
 * `manifest.json`, last: where that is, all files are whole.
 */
export function writeBuiltSets(
  folder: string,
  sets: Readonly<Record<string, BuiltSet<object>>>,
  options: {
    /** Files that the sets were made of. */
    readonly inputs?: readonly string[];
    /** What else led to them: policy, task, sampling. */
    readonly settings?: Record<string, unknown>;
  } = {},
): Manifest {
  const files: Manifest['files'] = {};
  for (const [name, { rows, problems, dropped, notes, settings }] of Object.entries(sets)) {
    const written = writeJsonl(path.join(folder, name), rows);
    files[name] = { ...written, file: name, problems, dropped, notes, settings };
  }
  const inputs = Object.fromEntries(
    (options.inputs ?? []).map((file) => [path.basename(file), sha256OfFile(file)]),
  );
  const manifest: Manifest = { version: 1, files, inputs, settings: options.settings ?? {} };
  writeWholeText(path.join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}

function sha256OfFile(file: string): string {
  const hash = createHash('sha256');
  const descriptor = openSync(file, 'r');
  const buffer = Buffer.alloc(1 << 20);
  try {
    for (let length = 1; length > 0;) {
      length = readSync(descriptor, buffer);
      hash.update(buffer.subarray(0, length));
    }
  } finally {
    closeSync(descriptor);
  }
  return hash.digest('hex');
}
