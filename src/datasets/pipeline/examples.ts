import { existsSync } from 'node:fs';
import path from 'node:path';
import { writeWholeText } from '../write-dataset.js';
import { readJsonFile, writeJsonFile } from './files.js';
import type { ExampleIndex } from './records.js';
import type { ExampleSource, MakeTools } from './sources.js';

/** The index is written after so many, so that little is lost when it is stopped. */
const chunk = 4;

export interface StageCount {
  made: number;
  unchanged: number;
}

/**
 * Stage 1: the sources and their metadata, a folder each, as a person writes them. What has not changed
 * at its source is left as it is, edited or not.
 */
export async function examplesStage(
  output: string,
  source: ExampleSource,
  tools: MakeTools & { onProgress?: (done: number, total: number) => void },
): Promise<StageCount> {
  const folder = path.join(output, 'examples');
  const indexFile = path.join(folder, 'index.json');
  const before = readJsonFile<ExampleIndex>(indexFile);
  const known = new Map(before?.examples.map(({ name, inputs }) => [name, inputs]));
  const without = new Map(before?.leftOut.map((one) => [one.name, one]));
  const index: ExampleIndex = { version: 1, source: source.name, examples: [], leftOut: [] };
  const count = { made: 0, unchanged: 0 };
  const items = await source.items();
  for (const { name, inputs, make } of items) {
    tools.signal?.throwIfAborted();
    const old = without.get(name);
    if (known.get(name) === inputs && existsSync(path.join(folder, name, 'example.yaml'))) {
      index.examples.push({ name, inputs });
      count.unchanged++;
    } else if (old?.inputs === inputs) {
      index.leftOut.push(old);
      count.unchanged++;
    } else {
      const files = await make(tools);
      if (isLeftOut(files)) index.leftOut.push({ name, inputs, reason: files.leftOut });
      else {
        for (const [file, text] of Object.entries(files))
          writeWholeText(path.join(folder, name, file), text);
        index.examples.push({ name, inputs });
      }
      count.made++;
      if (count.made % chunk === 0) writeJsonFile(indexFile, withRest(index, before));
    }
    tools.onProgress?.(count.made + count.unchanged, items.length);
  }
  if (JSON.stringify(index) !== JSON.stringify(before)) writeJsonFile(indexFile, index);
  return count;
}

/** What there was before and has not been looked at yet stays known. */
function withRest(index: ExampleIndex, before: ExampleIndex | null): ExampleIndex {
  const seen = new Set([...index.examples, ...index.leftOut].map(({ name }) => name));
  const rest = <One extends { name: string }>(ones: readonly One[] = []): One[] =>
    ones.filter(({ name }) => !seen.has(name));
  return {
    ...index,
    examples: [...index.examples, ...rest(before?.examples)],
    leftOut: [...index.leftOut, ...rest(before?.leftOut)],
  };
}

function isLeftOut(
  made: Record<string, string> | { leftOut: string },
): made is { leftOut: string } {
  return 'leftOut' in made;
}
